//! Derived events, as arguments and back.

// What `::roomful` is for users.
extern crate roomful_core as roomful;

use roomful::{Event as _, RawArgs};
use roomful_macros::Event;
use serde::{Deserialize, Serialize};

fn args(elements: &'static str) -> RawArgs {
    RawArgs::from_raw(elements.into(), Vec::new())
}

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(name = "say", ack = u64)]
struct Say {
    text: String,
}

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(args, ack)]
struct Scrolled(u32, Option<u32>);

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(args)]
struct Tags(Vec<String>);

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
struct Moved(u32, u32);

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
struct Cleared;

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(crate = "roomful_core", ack = T)]
struct Changed<T> {
    value: T,
}

#[track_caller]
fn assert_travels<E>(event: &E, elements: &'static str)
where
    E: roomful::Event + Serialize + for<'de> Deserialize<'de> + std::fmt::Debug + PartialEq,
{
    assert_eq!(*event.to_args().expect("it is JSON").elements(), elements);
    assert_eq!(E::from_args(&args(elements)).expect("it fits"), *event);
}

#[test]
fn the_constants_are_those_of_the_attributes() {
    assert_eq!((Say::NAME, Say::ACK, Say::MANY), ("say", true, false));
    assert_eq!((Scrolled::NAME, Scrolled::ACK, Scrolled::MANY), ("scrolled", true, true));
    assert_eq!((Moved::NAME, Moved::ACK, Moved::MANY), ("moved", false, false));
    let _: (<Say as roomful::Event>::Ack, <Scrolled as roomful::Event>::Ack) = (7_u64, ());
    let _: <Changed<u8> as roomful::Event>::Ack = 7_u8;
}

#[test]
fn a_value_is_one_argument() {
    assert_travels(&Say { text: "hi".into() }, r#"{"text":"hi"}"#);
    assert_travels(&Moved(1, 2), "[1,2]");
    assert_travels(&Changed { value: 3 }, r#"{"value":3}"#);
}

#[test]
fn with_args_each_field_is_an_argument() {
    assert_travels(&Scrolled(1, Some(2)), "1,2");
    assert_travels(&Tags(vec!["a".into(), "b".into()]), r#"["a","b"]"#);
    assert_eq!(Scrolled::from_args(&args("1")).expect("the second is optional"), Scrolled(1, None));
}

#[test]
fn a_unit_struct_has_no_arguments_and_takes_any() {
    assert_travels(&Cleared, "");
    for elements in ["null", "1,2", "{}"] {
        assert_eq!(Cleared::from_args(&args(elements)).expect(elements), Cleared);
    }
}
