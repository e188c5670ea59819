//! From a type to its implementation of `Event`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Data, DeriveInput, Error, Fields, GenericParam, Generics, Type, parse_quote};

use crate::name;
use crate::options::{Options, is_event};

/// Implements `Event` for a type, and says what is wrong with it.
pub(crate) fn event(input: &DeriveInput) -> TokenStream {
    let (implementation, errors) = derive(input);
    let errors = errors.iter().map(Error::to_compile_error);
    quote! { #(#errors)* #implementation }
}

/// The implementation, and what is wrong. The one comes with the other, lest the compiler also complains at each
/// use of the type that it is no event; only a type that cannot be an event at all gets none.
fn derive(input: &DeriveInput) -> (Option<TokenStream>, Vec<Error>) {
    let mut errors = Vec::new();
    let options = Options::read(&input.attrs, &mut errors);
    let name = match &options.name {
        Some(name) => name.value(),
        None => name::of_type(&input.ident).unwrap_or_else(|error| {
            // Where an option is wrong it may be the name, and then the type's own is beside the point.
            if errors.is_empty() {
                errors.push(error);
            }
            String::new()
        }),
    };
    errors.extend(misplaced_attributes(&input.data));
    errors.extend(wrong_shape(input, &options));
    let lifetimes = lifetimes(&input.generics);
    let implementation = lifetimes.is_empty().then(|| implement(input, &options, &name));
    errors.extend(lifetimes);
    (implementation, errors)
}

fn implement(input: &DeriveInput, options: &Options, name: &str) -> TokenStream {
    let ident = &input.ident;
    let generics = with_static_types(&input.generics);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let krate = options.krate.as_ref().map_or_else(|| quote!(::roomful), ToTokens::to_token_stream);
    let declared = options.ack.is_some();
    let unit: Type = parse_quote!(());
    let ack = options.ack.as_ref().unwrap_or(&unit);
    let many = options.args.is_some() || is_unit(&input.data);
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Event for #ident #type_generics #where_clause {
            const NAME: &'static str = #name;
            const ACK: bool = #declared;
            const MANY: bool = #many;
            type Ack = #ack;
        }
    }
}

/// A unit struct is an event without arguments: `null` would be one.
fn is_unit(data: &Data) -> bool {
    matches!(data, Data::Struct(data) if matches!(data.fields, Fields::Unit))
}

fn with_static_types(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!('static));
    }
    generics
}

fn lifetimes(generics: &Generics) -> Vec<Error> {
    let refused = |parameter: &GenericParam| match parameter {
        GenericParam::Lifetime(lifetime) => Some(Error::new_spanned(
            &lifetime.lifetime,
            "an event outlives the message it came in and cannot borrow; use owned types such as `String`, or \
             `Bytes` and `Arc<str>` where copies are too much",
        )),
        _ => None,
    };
    generics.params.iter().filter_map(refused).collect()
}

fn wrong_shape(input: &DeriveInput, options: &Options) -> Option<Error> {
    if let Data::Union(data) = &input.data {
        let message = "a union cannot be an event, since it cannot be serialised; use a struct or an enum";
        return Some(Error::new_spanned(data.union_token, message));
    }
    let args = options.args?;
    let message = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Unnamed(_) => return None,
            Fields::Named(_) => {
                "the fields of this struct have names, but arguments have only an order: remove `args` to send \
                 the struct as one argument, or make it a tuple struct, `struct Name(A, B);`"
            }
            Fields::Unit => "remove `args`: a unit struct is an event without arguments already",
        },
        _ => "`args` is for tuple structs, `struct Name(A, B);`: remove it to send the value as one argument",
    };
    Some(Error::new(args, message))
}

/// Derives accept their attributes anywhere in a type; here they mean something only in front of it.
fn misplaced_attributes(data: &Data) -> Vec<Error> {
    let mut attributes: Vec<&Attribute> = Vec::new();
    match data {
        Data::Struct(data) => attributes.extend(data.fields.iter().flat_map(|field| &field.attrs)),
        Data::Enum(data) => {
            for variant in &data.variants {
                attributes.extend(&variant.attrs);
                attributes.extend(variant.fields.iter().flat_map(|field| &field.attrs));
            }
        }
        Data::Union(data) => attributes.extend(data.fields.named.iter().flat_map(|field| &field.attrs)),
    }
    let message = "`#[event(…)]` belongs in front of the type, not inside it";
    attributes
        .into_iter()
        .filter(|attribute| is_event(attribute))
        .map(|attribute| Error::new_spanned(attribute, message))
        .collect()
}

#[cfg(test)]
mod tests;
