use super::*;

/// What the derive makes of a type, and the messages of its errors.
fn derived(input: TokenStream) -> (String, Vec<String>) {
    let input = syn::parse2(input).expect("a type");
    let (implementation, errors) = derive(&input);
    let errors = errors.iter().map(Error::to_string).collect();
    (implementation.unwrap_or_default().to_string(), errors)
}

#[track_caller]
fn assert_derives(input: TokenStream, expected: &TokenStream) {
    let (implementation, errors) = derived(input);
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(implementation, expected.to_string());
}

#[track_caller]
fn assert_refused(input: TokenStream, parts: &[&str]) {
    let (_, errors) = derived(input);
    assert_eq!(errors.len(), parts.len(), "{errors:?}");
    for (error, part) in errors.iter().zip(parts) {
        assert!(error.contains(part), "{error:?} has no {part:?}");
    }
}

#[test]
fn a_plain_event_has_the_types_name_one_argument_and_no_ack() {
    assert_derives(
        quote!(
            struct UserJoined {
                name: String,
            }
        ),
        &quote! {
            #[automatically_derived]
            impl ::roomful::Event for UserJoined {
                const NAME: &'static str = "userJoined";
                const ACK: bool = false;
                const MANY: bool = false;
                type Ack = ();
            }
        },
    );
}

#[test]
fn all_options_can_be_given_in_one_attribute_or_several() {
    let expected = quote! {
        #[automatically_derived]
        impl core::api::Event for Draw {
            const NAME: &'static str = "draw it";
            const ACK: bool = true;
            const MANY: bool = true;
            type Ack = Vec<(u8, String)>;
        }
    };
    assert_derives(
        quote! {
            #[event(name = "draw it", ack = Vec<(u8, String)>, args, crate = "core::api")]
            struct Draw(u8, u8);
        },
        &expected,
    );
    assert_derives(
        quote! {
            #[event(crate = "core::api", args)]
            #[derive(Clone)]
            #[event(ack = Vec<(u8, String)>,)]
            #[event(name = "draw it")]
            struct Draw(u8, u8);
        },
        &expected,
    );
}

#[test]
fn a_bare_ack_is_declared_without_a_value() {
    let (implementation, errors) = derived(quote!(
        #[event(ack)]
        enum Choice {
            A,
            B(u8),
        }
    ));
    assert!(errors.is_empty(), "{errors:?}");
    assert!(implementation.contains("const ACK : bool = true ;"), "{implementation}");
    assert!(implementation.contains("type Ack = () ;"), "{implementation}");
}

#[test]
fn a_unit_struct_has_no_arguments() {
    let (implementation, errors) = derived(quote!(
        struct Cleared;
    ));
    assert!(errors.is_empty(), "{errors:?}");
    assert!(implementation.contains("const MANY : bool = true ;"), "{implementation}");
}

#[test]
fn type_parameters_are_static_and_constants_pass() {
    assert_derives(
        quote! {
            #[event(ack = T)]
            struct Changed<T: Clone, U = u8, const N: usize = 2> where U: Copy { value: [(T, U); N] }
        },
        &quote! {
            #[automatically_derived]
            impl<T: Clone + 'static, U: 'static, const N: usize> ::roomful::Event for Changed<T, U, N>
            where U: Copy
            {
                const NAME: &'static str = "changed";
                const ACK: bool = true;
                const MANY: bool = false;
                type Ack = T;
            }
        },
    );
}

#[test]
fn a_lifetime_is_refused_and_nothing_is_implemented() {
    let (implementation, errors) = derived(quote!(
        struct Say<'a> {
            text: &'a str,
        }
    ));
    assert!(implementation.is_empty(), "{implementation}");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("use owned types"), "{errors:?}");
}

#[test]
fn a_union_is_refused() {
    assert_refused(quote!(union Bits { a: u32, b: f32 }), &["use a struct or an enum"]);
}

#[test]
fn a_reserved_name_is_refused_given_or_not() {
    assert_refused(
        quote!(
            #[event(name = "connect_error")]
            struct Oops;
        ),
        &["choose another one"],
    );
    assert_refused(
        quote!(
            struct NewListener;
        ),
        &["`newListener` for itself; give this event another one"],
    );
    // One thing is wrong, so there is one error.
    assert_refused(
        quote!(
            #[event(name = "disconnect")]
            struct Disconnect;
        ),
        &["choose another one"],
    );
}

#[test]
fn a_reserved_type_name_is_fine_with_another_event_name() {
    let (implementation, errors) = derived(quote!(
        #[event(name = "leave")]
        struct Disconnect;
    ));
    assert!(errors.is_empty(), "{errors:?}");
    assert!(implementation.contains("\"leave\""), "{implementation}");
}

#[test]
fn an_empty_name_is_refused() {
    assert_refused(
        quote!(
            #[event(name = "")]
            struct Say;
        ),
        &["an event needs a name"],
    );
}

#[test]
fn a_name_is_a_string() {
    let hint = "expected a string: `name = \"say\"`";
    assert_refused(
        quote!(
            #[event(name = say)]
            struct Say;
        ),
        &[hint],
    );
    assert_refused(
        quote!(
            #[event(name("say"))]
            struct Say;
        ),
        &[hint],
    );
    assert_refused(
        quote!(
            #[event(name)]
            struct Say;
        ),
        &[hint],
    );
    assert_refused(
        quote!(
            #[event(crate = roomful_core)]
            struct Say;
        ),
        &["expected a string: `crate = "],
    );
}

#[test]
fn an_ack_is_a_type() {
    let hint = "expected `ack = Type`, or `ack` alone";
    assert_refused(
        quote!(
            #[event(ack = "Receipt")]
            struct Say;
        ),
        &[hint],
    );
    assert_refused(
        quote!(
            #[event(ack(Receipt))]
            struct Say;
        ),
        &[hint],
    );
    assert_refused(
        quote!(
            #[event(ack =)]
            struct Say;
        ),
        &[hint],
    );
}

#[test]
fn an_unknown_option_is_refused_and_those_after_it_are_read() {
    let (implementation, errors) = derived(quote!(
        #[event(rename = "say", with(a, b), ack = Receipt)]
        struct Said;
    ));
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors.iter().all(|error| error.contains("unknown option; an event has `name")), "{errors:?}");
    assert!(implementation.contains("type Ack = Receipt ;"), "{implementation}");
}

#[test]
fn an_option_given_twice_is_refused_also_across_attributes() {
    let twice = "given twice; remove one";
    assert_refused(
        quote!(
            #[event(ack, ack = u8)]
            struct Say;
        ),
        &[twice],
    );
    assert_refused(
        quote!(
            #[event(name = "a")]
            #[event(name = "b")]
            struct Say;
        ),
        &[twice],
    );
    assert_refused(
        quote!(
            #[event(args, args)]
            struct Say(u8);
        ),
        &[twice],
    );
    assert_refused(
        quote!(
            #[event(crate = "a", crate = "b")]
            struct Say;
        ),
        &[twice],
    );
}

#[test]
fn args_are_only_for_tuple_structs() {
    assert_refused(
        quote!(
            #[event(args)]
            struct Say {
                text: String,
            }
        ),
        &["make it a tuple struct"],
    );
    assert_refused(
        quote!(
            #[event(args)]
            struct Say;
        ),
        &["an event without arguments already"],
    );
    assert_refused(
        quote!(
            #[event(args)]
            enum Say {
                A(u8),
            }
        ),
        &["`args` is for tuple structs"],
    );
    assert_refused(
        quote!(
            #[event(args = 2)]
            struct Say(u8);
        ),
        &["`args` takes no value"],
    );
}

#[test]
fn an_attribute_inside_the_type_is_refused() {
    let hint = "in front of the type";
    assert_refused(
        quote!(
            struct Say {
                #[event(name = "text")]
                text: String,
            }
        ),
        &[hint],
    );
    assert_refused(
        quote!(
            enum Say {
                #[event(ack)]
                A(#[event(args)] u8),
            }
        ),
        &[hint, hint],
    );
}

#[test]
fn an_attribute_without_parentheses_is_refused() {
    assert_refused(
        quote!(
            #[event]
            struct Say;
        ),
        &["#[event(...)]"],
    );
    assert_refused(
        quote!(
            #[event = "say"]
            struct Say;
        ),
        &["#[event(...)]"],
    );
}

#[test]
fn errors_stand_beside_the_implementation() {
    let input = syn::parse2(quote!(
        #[event(name = "")]
        struct Say;
    ))
    .expect("a type");
    let output = event(&input).to_string();
    assert!(output.contains("compile_error !"), "{output}");
    assert!(output.contains("Event for Say"), "{output}");
}

#[test]
fn all_errors_are_told_at_once() {
    assert_refused(
        quote!(
            #[event(name = "", args, color = 1)]
            struct Say {
                #[event]
                text: String,
            }
        ),
        &["needs a name", "unknown option", "in front of the type", "make it a tuple struct"],
    );
}
