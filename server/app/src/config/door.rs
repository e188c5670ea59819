//! Reading `--door`: `PROTOCOL:PATH`, and options as in the query of an address.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use roomful::Transformer;

use super::value;

type Result<T> = std::result::Result<T, String>;

/// An entrance beside Socket.IO's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Door {
    /// Without a slash at the end.
    pub(crate) path: String,
    pub(crate) protocol: Protocol,
    /// The namespace that clients are in, with its slash.
    pub(crate) namespace: String,
}

/// What is spoken at a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    WebSocket { events: bool },
    ServerSentEvents { retry: Option<Duration> },
    SockJs { events: bool, heartbeat: Option<Duration>, cookie: bool, client: Option<String> },
    Multiplex { channels: Channels, heartbeat: Option<Duration>, client: Option<String> },
    Primus(Primus),
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WebSocket { .. } => f.write_str("WebSocket"),
            Self::ServerSentEvents { .. } => f.write_str("server-sent events"),
            Self::SockJs { .. } => f.write_str("SockJS"),
            Self::Multiplex { .. } => f.write_str("websocket-multiplex"),
            Self::Primus(primus) => write!(f, "Primus, {}", primus.transformer.as_str()),
        }
    }
}

/// What the clients of Primus and the server agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Primus {
    pub(crate) transformer: Transformer,
    pub(crate) emitter: bool,
    pub(crate) channels: Channels,
    pub(crate) ping_interval: Option<Duration>,
    /// The file that is served as `primus.js`.
    pub(crate) library: Option<PathBuf>,
    /// Where pages for iframes find the client of SockJS.
    pub(crate) client: Option<String>,
}

/// Channels, each with the namespace that it is.
pub(crate) type Channels = Vec<(String, String)>;

const EXAMPLE: &str = "websocket:/ws or sse:/events?namespace=/news";

impl Door {
    /// The namespaces that the door opens to.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = &str> {
        let (home, channels) = match &self.protocol {
            Protocol::Multiplex { channels, .. } => (None, channels.as_slice()),
            Protocol::Primus(primus) => (Some(&*self.namespace), primus.channels.as_slice()),
            _ => (Some(&*self.namespace), &[][..]),
        };
        home.into_iter().chain(channels.iter().map(|(_, namespace)| &**namespace))
    }
}

/// `PROTOCOL:PATH?option=value&option=value`.
pub(super) fn door(text: &str) -> Result<Door> {
    let (protocol, address) =
        text.split_once(':').ok_or(format!("give a protocol and a path, as in {EXAMPLE}"))?;
    let (path, options) = address.split_once('?').unwrap_or((address, ""));
    let path = value::path(path)?;
    let mut options = Options::read(options)?;
    let namespace = match options.take("namespace") {
        Some(name) if name == "/" => name,
        Some(name) => value::namespace(&name)?,
        None => "/".to_owned(),
    };
    let protocol = match protocol {
        "websocket" => Protocol::WebSocket { events: options.events()? },
        "sse" => Protocol::ServerSentEvents { retry: options.duration("retry")? },
        "sockjs" => Protocol::SockJs {
            events: options.events()?,
            heartbeat: options.duration("heartbeat")?,
            cookie: options.switch("cookie")?,
            client: options.script()?,
        },
        "multiplex" => Protocol::Multiplex {
            channels: options.channels()?,
            heartbeat: options.duration("heartbeat")?,
            client: options.script()?,
        },
        "primus" => Protocol::Primus(primus(&mut options)?),
        _ => return Err("the protocol is websocket, sse, sockjs, multiplex or primus".into()),
    };
    if let Protocol::Multiplex { channels, .. } = &protocol
        && channels.is_empty()
    {
        return Err("name the channels, as in multiplex:/channels?channel=news&channel=chat".into());
    }
    options.end()?;
    Ok(Door { path, protocol, namespace })
}

fn primus(options: &mut Options) -> Result<Primus> {
    let transformer = match options.take("transformer").as_deref() {
        None | Some("websockets") => Transformer::WebSockets,
        Some("faye") => Transformer::Faye,
        Some("engine.io") => Transformer::EngineIo,
        Some("sockjs") => Transformer::SockJs,
        Some(_) => return Err("the transformer is websockets, faye, engine.io or sockjs".into()),
    };
    let library = options.take("library").map(PathBuf::from);
    if library.as_ref().is_some_and(|file| !file.is_file()) {
        return Err("the library is a file that is there: what Primus generates for this path".into());
    }
    Ok(Primus {
        transformer,
        emitter: options.switch("emitter")?,
        channels: options.channels()?,
        ping_interval: options.duration("ping-interval")?,
        library,
        client: options.script()?,
    })
}

/// The options of a door that have not been read yet.
struct Options(Vec<(String, String)>);

impl Options {
    fn read(text: &str) -> Result<Self> {
        let each = text.split('&').filter(|option| !option.is_empty()).map(|option| {
            let (name, value) =
                option.split_once('=').ok_or_else(|| format!("{option} needs a value, as in {option}=…"))?;
            Ok((name.to_owned(), value.to_owned()))
        });
        each.collect::<Result<_>>().map(Self)
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(at).1)
    }

    fn duration(&mut self, name: &str) -> Result<Option<Duration>> {
        self.take(name).map(|text| value::duration(&text)).transpose()
    }

    fn switch(&mut self, name: &str) -> Result<bool> {
        self.take(name).map_or(Ok(false), |text| value::switch(&text))
    }

    /// How plain messages are read: as events, unless something else is wanted.
    fn events(&mut self) -> Result<bool> {
        match self.take("messages").as_deref() {
            None | Some("events") => Ok(true),
            Some("plain") => Ok(false),
            Some(_) => Err("messages are `events` (JSON arrays) or `plain`".into()),
        }
    }

    /// The address of a script. It stands in a page, so it may be nothing but an address.
    fn script(&mut self) -> Result<Option<String>> {
        let allowed = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '<' | '>');
        match self.take("client") {
            Some(url) if url.is_empty() || !url.chars().all(allowed) => {
                Err("the client is the address of a script, such as /sockjs.min.js".into())
            }
            url => Ok(url),
        }
    }

    /// All channels: `NAME`, which is the namespace `/NAME`, or `NAME:NAMESPACE`.
    fn channels(&mut self) -> Result<Channels> {
        let mut channels = Channels::new();
        while let Some(text) = self.take("channel") {
            let (name, namespace) = text.split_once(':').unwrap_or((&text, &text));
            if name.is_empty() {
                return Err(
                    "a channel has a name, and its namespace if that is another one: news:/news".into()
                );
            }
            channels.push((name.to_owned(), value::namespace(namespace)?));
        }
        Ok(channels)
    }

    fn end(self) -> Result<()> {
        match self.0.first() {
            Some((name, _)) => {
                Err(format!("there is no option {name:?} for this protocol, or it is there twice"))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_a_protocol_and_a_path() {
        let plain = door("websocket:/ws/").unwrap();
        let protocol = Protocol::WebSocket { events: true };
        assert_eq!(plain, Door { path: "/ws".into(), protocol, namespace: "/".into() });
        let events = door("sse:/events?namespace=news&retry=2s").unwrap();
        let protocol = Protocol::ServerSentEvents { retry: Some(Duration::from_secs(2)) };
        assert_eq!(events, Door { path: "/events".into(), protocol, namespace: "/news".into() });
    }

    #[test]
    fn channels_are_namespaces_of_their_names_or_of_others() {
        let many = door("multiplex:/many?channel=news&channel=talk:/chat").unwrap();
        assert_eq!(many.namespaces().collect::<Vec<_>>(), ["/news", "/chat"]);
        let primus = door("primus:/primus?transformer=engine.io&emitter=true&channel=news").unwrap();
        assert_eq!(primus.namespaces().collect::<Vec<_>>(), ["/", "/news"]);
        let Protocol::Primus(Primus { transformer, emitter, .. }) = primus.protocol else { panic!() };
        assert_eq!((transformer, emitter), (Transformer::EngineIo, true));
    }

    #[test]
    fn what_makes_no_door_is_told_what_would() {
        for (wrong, remedy) in [
            ("websocket", "websocket:/ws"),
            ("http:/x", "the protocol is"),
            ("websocket:ws", "give a path"),
            ("websocket:/api", "are in use"),
            ("websocket:/ws?x", "x needs a value"),
            ("websocket:/ws?retry=2s", "\"retry\""),
            ("websocket:/ws?messages=yes", "`plain`"),
            ("sse:/e?namespace=/a b", "give a name"),
            ("sse:/e?retry=2", "with its unit"),
            ("sockjs:/s?client=\"><script>", "address of a script"),
            ("multiplex:/m", "name the channels"),
            ("multiplex:/m?channel=:/a", "has a name"),
            ("primus:/p?transformer=uws", "the transformer is"),
            ("primus:/p?library=/nowhere.js", "a file that is there"),
        ] {
            let error = door(wrong).unwrap_err();
            assert!(error.contains(remedy), "{wrong}: {error}");
        }
    }
}
