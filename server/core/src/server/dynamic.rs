//! Namespaces that are made when they are asked for.

use std::fmt;
use std::sync::Arc;

use bytestring::ByteString;
use roomful_protocol::args::Args;
use serde::Serialize;

use super::Server;
use crate::connection::running::caught;
use crate::emit::Delivery;
use crate::event::Event;
use crate::handler::table::HandlerTable;
use crate::namespace::active::{ActiveNamespace, Origin};
use crate::namespace::{NamespaceHandle, NamespaceRequest, Pattern};

/// A definition that stands for many namespaces.
pub(crate) struct Definition {
    pub(crate) pattern: Pattern,
    pub(crate) table: Arc<HandlerTable>,
    /// The name by which the program finds it.
    pub(crate) label: Option<ByteString>,
    /// Its namespaces stay when their last client has left.
    pub(crate) keep_empty: bool,
}

pub(crate) type NamespaceHook = Box<dyn Fn(&NamespaceHandle) + Send + Sync>;

impl Server {
    /// The namespace of this name. If it does not exist but a definition stands for it, it is made, as if a client
    /// without an auth payload had asked for it; it goes with its last client then. `None` when no definition
    /// does.
    pub fn namespace_or_create(&self, name: &str) -> Option<NamespaceHandle> {
        self.namespace(name).or_else(|| {
            let name = if name.starts_with('/') { name.into() } else { ByteString::from(format!("/{name}")) };
            self.activate_dynamic(&name, None).map(NamespaceHandle::new)
        })
    }

    /// The definition of many namespaces with this label: its pattern, or what
    /// [`Namespace::label`](crate::Namespace::label) says.
    pub fn dynamic(&self, label: &str) -> Option<DynamicNamespace> {
        let at =
            self.inner.dynamic.iter().position(|definition| definition.label.as_deref() == Some(label))?;
        Some(DynamicNamespace { server: self.clone(), at })
    }

    /// Makes the namespace of this name, if a definition stands for it: the first that does.
    pub(super) fn activate_dynamic(
        &self,
        name: &ByteString,
        auth: Option<&ByteString>,
    ) -> Option<Arc<ActiveNamespace>> {
        if name.len() > self.inner.shared.limits.max_namespace_name {
            return None;
        }
        let request = NamespaceRequest::new(name, auth);
        let mut definitions = self.inner.dynamic.iter().enumerate();
        let (at, definition) = definitions.find(|(_, definition)| definition.pattern.matches(&request))?;
        // A copy: the name must not keep the message alive from which it was cut.
        let name = ByteString::from(&**name);
        let origin = Origin::Dynamic { definition: at, temporary: !definition.keep_empty };
        let mut made = false;
        let namespace = {
            let mut namespaces = self.inner.namespaces.write();
            let make = || {
                made = true;
                let (shared, table) = (self.inner.shared.clone(), definition.table.clone());
                ActiveNamespace::new(name.clone(), shared, table, origin)
            };
            namespaces.entry(name.clone()).or_insert_with(make).clone()
        };
        if made {
            self.tell_new(&namespace);
        }
        Some(namespace)
    }

    fn tell_new(&self, namespace: &Arc<ActiveNamespace>) {
        let handle = NamespaceHandle::new(namespace.clone());
        for hook in &self.inner.on_new_namespace {
            if caught(|| hook(&handle)).is_none() {
                self.inner.shared.metrics.handler_panics.increment();
            }
        }
    }
}

/// All namespaces of this node that one definition has made. Cheap to clone.
#[derive(Clone)]
pub struct DynamicNamespace {
    server: Server,
    at: usize,
}

impl DynamicNamespace {
    /// Those that exist now.
    pub fn children(&self) -> Vec<NamespaceHandle> {
        let namespaces = self.server.inner.namespaces.read();
        let mine = namespaces.values().filter(|namespace| namespace.definition() == Some(self.at));
        mine.cloned().map(NamespaceHandle::new).collect()
    }

    /// Emits an event to everybody in all of them. Other nodes hear it for the namespaces that exist here.
    pub fn emit<E: Event + Serialize>(&self, event: E) -> Delivery {
        match event.to_args() {
            Ok(args) => self.emit_args(E::NAME, &args),
            // It fails in the same way for each: told and counted once.
            Err(_) => self.server.main().emit(event),
        }
    }

    /// Emits an event to everybody in all of them by name: a tuple is several arguments, anything else one.
    pub fn emit_raw<T: Serialize>(&self, name: &str, args: T) -> Delivery {
        match Args::new(&args) {
            Ok(args) => self.emit_args(name, &args),
            Err(_) => self.server.main().emit_raw(name, args),
        }
    }

    /// Emits to everybody in all of them arguments that are already in the form in which they travel.
    pub fn emit_args(&self, name: &str, args: &Args) -> Delivery {
        let mut all = Delivery::default();
        for child in self.children() {
            all.add(child.emit_args(name, args));
        }
        all
    }
}

impl fmt::Debug for DynamicNamespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = self.server.inner.dynamic.get(self.at).and_then(|definition| definition.label.as_deref());
        write!(f, "DynamicNamespace({})", label.unwrap_or("without a label"))
    }
}
