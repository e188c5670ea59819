use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::*;

fn many<T: Serialize + ?Sized>(value: &T) -> (String, Vec<Bytes>) {
    serialize(value, Shape::Many).unwrap()
}

fn one<T: Serialize + ?Sized>(value: &T) -> (String, Vec<Bytes>) {
    serialize(value, Shape::One).unwrap()
}

const PLACEHOLDER_0: &str = r#"{"_placeholder":true,"num":0}"#;

fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

#[derive(Serialize)]
struct Pair(u32, &'static str);

#[derive(Serialize)]
struct Newtype((u32, u32));

#[derive(Serialize)]
#[serde(transparent)]
struct Transparent((u32, u32));

#[derive(Serialize)]
struct Nothing;

#[derive(Serialize)]
struct Named {
    name: &'static str,
    data: Bytes,
}

#[derive(Serialize)]
enum Kind {
    Unit,
    Newtype(Bytes),
    Tuple(u8, Bytes),
    Struct { data: Bytes },
}

#[test]
fn a_tuple_gives_its_elements() {
    assert_eq!(many(&(1, "a")).0, r#"1,"a""#);
}

#[test]
fn a_tuple_struct_gives_its_elements() {
    assert_eq!(many(&Pair(1, "a")).0, r#"1,"a""#);
}

#[test]
fn a_sequence_gives_its_elements() {
    assert_eq!(many(&vec![1, 2, 3]).0, "1,2,3");
    assert_eq!(many(&[1, 2][..]).0, "1,2");
}

#[test]
fn an_empty_sequence_gives_no_text() {
    assert_eq!(many(&Vec::<u8>::new()).0, "");
}

#[test]
fn a_reference_and_a_box_are_as_what_they_hold() {
    assert_eq!(many(&&Box::new((1, 2))).0, "1,2");
}

#[test]
fn a_unit_gives_no_text() {
    assert_eq!(many(&()).0, "");
    assert_eq!(many(&Nothing).0, "");
}

#[test]
fn a_unit_inside_is_null() {
    assert_eq!(many(&((), 1)).0, "null,1");
}

#[test]
fn anything_else_is_one_argument() {
    assert_eq!(many("text").0, r#""text""#);
    assert_eq!(many(&Some(1)).0, "1");
    assert_eq!(many(&None::<u8>).0, "null");
    assert_eq!(many(&BTreeMap::from([("a", 1)])).0, r#"{"a":1}"#);
    assert_eq!(many(&Some(vec![1, 2])).0, "[1,2]");
    assert_eq!(many(&Kind::Unit).0, r#""Unit""#);
}

#[test]
fn a_newtype_struct_is_one_argument() {
    assert_eq!(many(&Newtype((1, 2))).0, "[1,2]");
}

#[test]
fn a_transparent_struct_is_as_what_it_holds() {
    assert_eq!(many(&Transparent((1, 2))).0, "1,2");
}

#[test]
fn bytes_at_the_top_are_one_argument() {
    assert_eq!(many(&bytes("x")), (PLACEHOLDER_0.to_owned(), vec![bytes("x")]));
}

#[test]
fn one_keeps_a_sequence_together() {
    assert_eq!(one(&vec![1, 2]).0, "[1,2]");
    assert_eq!(one(&(1, "a")).0, r#"[1,"a"]"#);
}

#[test]
fn one_makes_a_unit_null() {
    assert_eq!(one(&()).0, "null");
}

#[test]
fn attachments_are_numbered_in_the_order_of_the_text() {
    let map = BTreeMap::from([("k", Some(bytes("c")))]);
    let value = (Named { name: "n", data: bytes("a") }, vec![bytes("b")], map);
    let (text, attachments) = many(&value);
    assert_eq!(
        text,
        concat!(
            r#"{"name":"n","data":{"_placeholder":true,"num":0}},"#,
            r#"[{"_placeholder":true,"num":1}],"#,
            r#"{"k":{"_placeholder":true,"num":2}}"#
        )
    );
    assert_eq!(attachments, [bytes("a"), bytes("b"), bytes("c")]);
}

#[test]
fn every_kind_of_variant_can_hold_bytes() {
    let value = (Kind::Newtype(bytes("a")), Kind::Tuple(7, bytes("b")), Kind::Struct { data: bytes("c") });
    let (text, attachments) = many(&value);
    assert_eq!(
        text,
        concat!(
            r#"{"Newtype":{"_placeholder":true,"num":0}},"#,
            r#"{"Tuple":[7,{"_placeholder":true,"num":1}]},"#,
            r#"{"Struct":{"data":{"_placeholder":true,"num":2}}}"#
        )
    );
    assert_eq!(attachments.len(), 3);
}

#[test]
fn a_vec_of_numbers_is_no_attachment() {
    assert_eq!(one(&vec![1u8, 2]), ("[1,2]".to_owned(), vec![]));
}

#[test]
fn the_text_is_what_serde_json_writes() {
    let value = json!({
        "a": [1.5, 1e300, -0.0, u64::MAX, i64::MIN, null, true],
        "b": {"c": "é\u{1f600}\n\"\\"},
        "": {}
    });
    assert_eq!(one(&value).0, serde_json::to_string(&value).unwrap());
    let numbers = (i128::MIN, u128::MAX, f32::MIN_POSITIVE, f64::NAN, 'x');
    assert_eq!(one(&numbers).0, serde_json::to_string(&numbers).unwrap());
}

#[test]
fn keys_that_are_numbers_become_strings() {
    assert_eq!(one(&BTreeMap::from([(1, 2)])).0, r#"{"1":2}"#);
}

#[test]
fn a_raw_value_is_written_as_it_is() {
    let raw = RawValue::from_string("[1,  2.0]".to_owned()).unwrap();
    assert_eq!(many(&raw).0, "[1,  2.0]");
    assert_eq!(many(&(1, &raw)).0, "1,[1,  2.0]");
}

#[test]
fn an_array_value_gives_its_elements() {
    assert_eq!(many(&json!([1, [2]])).0, "1,[2]");
    assert_eq!(many(&Value::Null).0, "");
}

#[test]
fn a_key_that_cannot_be_a_string_is_an_error() {
    let error = serialize(&BTreeMap::from([((1, 2), 3)]), Shape::Many).unwrap_err();
    assert!(error.to_string().contains("key must be a string"), "{error}");
}

#[test]
fn bytes_as_a_key_are_an_error() {
    assert!(serialize(&BTreeMap::from([(bytes("a"), 3)]), Shape::Many).is_err());
}
