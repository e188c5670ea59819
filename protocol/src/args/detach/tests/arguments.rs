use super::*;

#[derive(Debug, Deserialize, PartialEq)]
struct Pair(u32, String);

#[derive(Debug, Deserialize, PartialEq)]
struct Newtype((u32, u32));

#[derive(Debug, Deserialize, PartialEq)]
#[serde(transparent)]
struct Transparent((u32, u32));

#[derive(Debug, Deserialize, PartialEq)]
struct Nothing;

#[derive(Debug, Deserialize, PartialEq)]
struct Named {
    a: u32,
}

#[test]
fn a_tuple_takes_one_argument_per_element() {
    assert_eq!(many::<(u32, String)>(r#" 1 , "a" "#).unwrap(), (1, "a".to_owned()));
    assert_eq!(many::<Pair>(r#"1,"a""#).unwrap(), Pair(1, "a".to_owned()));
    assert_eq!(many::<[u32; 2]>("1,2").unwrap(), [1, 2]);
}

#[test]
fn arguments_beyond_a_tuple_are_ignored() {
    assert_eq!(many::<(u32,)>(r#"1,"a",[]"#).unwrap(), (1,));
}

#[test]
fn a_unit_takes_any_arguments() {
    many::<()>("").unwrap();
    many::<()>("1,2").unwrap();
    assert_eq!(many::<Nothing>("1").unwrap(), Nothing);
    many::<IgnoredAny>("1,2").unwrap();
}

#[test]
fn a_vec_takes_all_arguments() {
    assert_eq!(many::<Vec<u32>>("1,2,3").unwrap(), [1, 2, 3]);
    assert_eq!(many::<Vec<u32>>("").unwrap(), [0; 0]);
}

#[test]
fn any_other_type_takes_the_first_argument() {
    assert_eq!(many::<u32>("7,\"x\"").unwrap(), 7);
    assert_eq!(many::<String>("\"x\",7").unwrap(), "x");
    assert_eq!(many::<Named>(r#"{"a":1},2"#).unwrap(), Named { a: 1 });
    assert_eq!(many::<HashMap<String, u32>>(r#"{"a":1},2"#).unwrap().len(), 1);
    assert_eq!(many::<Option<Vec<u32>>>("[1,2],3").unwrap(), Some(vec![1, 2]));
    assert_eq!(many::<Value>("[1],2").unwrap(), json!([1]));
    assert_eq!(many::<Bytes>(PLACEHOLDER_0).unwrap(), "a");
}

#[test]
fn a_newtype_struct_takes_the_first_argument() {
    assert_eq!(many::<Newtype>("[1,2],3").unwrap(), Newtype((1, 2)));
}

#[test]
fn a_transparent_struct_is_as_what_it_holds() {
    assert_eq!(many::<Transparent>("1,2").unwrap(), Transparent((1, 2)));
}

#[test]
fn first_reads_the_first_argument_whatever_is_asked_for() {
    assert_eq!(first::<(u32, u32)>("[1,2],3").unwrap(), (1, 2));
    assert_eq!(first::<Vec<u32>>("[1,2],3").unwrap(), [1, 2]);
    first::<()>("null,3").unwrap();
    assert!(first::<()>("3").is_err());
}

#[test]
fn the_error_names_a_missing_argument() {
    assert_eq!(
        error::<(u32, u32, u32)>("1,2"),
        "argument 3 is missing, 2 came: send it, or read it as an `Option`"
    );
    assert!(error::<u32>("").starts_with("argument 1 is missing"));
    assert!(error::<Value>(" ").starts_with("argument 1 is missing"));
    assert!(first::<Vec<u32>>("").is_err());
}

#[test]
fn missing_options_at_the_end_are_none() {
    let read: (u32, Option<String>, Option<u32>) = many("1").unwrap();
    assert_eq!(read, (1, None, None));
    assert_eq!(many::<Option<u32>>("").unwrap(), None);
    assert_eq!(first::<Option<u32>>("").unwrap(), None);
}

#[test]
fn an_argument_missing_after_missing_options_is_named() {
    assert!(error::<(u32, Option<u32>, u32)>("1").starts_with("argument 3 is missing, 1 came"));
}

#[test]
fn a_missing_end_of_an_inner_tuple_is_an_error() {
    assert!(error::<((u32, Option<u32>),)>("[1]").starts_with("argument 1: invalid length 1"));
}

#[test]
fn the_error_names_an_argument_of_another_shape() {
    assert!(
        error::<(u32, u32)>("1,\"x\"").starts_with("argument 2: invalid type: string \"x\", expected u32")
    );
    assert!(error::<u32>("\"x\"").starts_with("argument 1: invalid type"));
}

#[test]
fn text_that_is_no_json_is_an_error() {
    for text in ["1 2", "1,,2", "[1", "\"", "1]", "é", ",", "1\u{a0},2"] {
        assert!(many::<(Value, Value)>(text).is_err(), "{text}");
    }
}
