use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Message {
    id: u64,
    parts: Vec<Part>,
    extra: Option<Bytes>,
    by_name: BTreeMap<String, (i8, Bytes)>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
enum Part {
    Empty,
    Data(Bytes),
    Pair(Bytes, f64),
    Named { data: Bytes },
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Newtype((u8, Bytes));

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type")]
enum Tagged {
    File { data: Bytes },
}

fn message() -> Message {
    Message {
        id: u64::MAX,
        parts: vec![
            Part::Empty,
            Part::Data(bytes("1")),
            Part::Pair(bytes("2"), 0.1),
            Part::Named { data: bytes("3") },
        ],
        extra: Some(bytes("")),
        by_name: BTreeMap::from([("k".to_owned(), (-1, bytes("4")))]),
    }
}

#[test]
fn a_tuple_comes_back_as_it_went() {
    let value = ("name".to_owned(), message(), bytes("last"), Tagged::File { data: bytes("f") });
    let args = Args::new(&value).unwrap();
    assert_eq!(args.attachments().len(), 7);
    assert_eq!(check_placeholders(args.elements(), args.attachments().len()), Ok(()));
    assert_eq!(args.parse::<(String, Message, Bytes, Tagged)>().unwrap(), value);
}

#[test]
fn a_struct_comes_back_as_it_went() {
    assert_eq!(Args::new(&message()).unwrap().parse::<Message>().unwrap(), message());
}

#[test]
fn a_newtype_struct_comes_back_as_it_went() {
    let value = Newtype((7, bytes("x")));
    assert_eq!(Args::new(&value).unwrap().parse::<Newtype>().unwrap(), value);
}

#[test]
fn a_unit_comes_back_as_it_went() {
    let args = Args::new(&()).unwrap();
    assert!(args.is_empty());
    args.parse::<()>().unwrap();
}

#[test]
fn a_single_sequence_comes_back_as_the_first_argument() {
    let value = vec![bytes("a"), bytes("b")];
    let args = Args::single(&value).unwrap();
    assert_eq!(args.parse_first::<Vec<Bytes>>().unwrap(), value);
    assert_eq!(args.parse::<(Vec<Bytes>,)>().unwrap().0, value);
}

#[test]
fn many_attachments_keep_their_order() {
    let value: Vec<Bytes> = (0u32..1000).map(|number| Bytes::from(number.to_le_bytes().to_vec())).collect();
    let args = Args::new(&value).unwrap();
    assert_eq!(args.attachments(), value);
    assert_eq!(args.parse::<Vec<Bytes>>().unwrap(), value);
}

#[test]
fn the_first_argument_ends_where_its_string_ends() {
    for (text, first, rest) in [
        (r#""room",1"#, r#""room""#, "1"),
        (r#""a\"b","c""#, r#""a\"b""#, r#""c""#),
        (r#""a\\","b""#, r#""a\\""#, r#""b""#),
        (r#""","b""#, r#""""#, r#""b""#),
        (r#""é" , {"x":"y"}"#, r#""é""#, r#" {"x":"y"}"#),
        (r#" "room",1"#, r#" "room""#, "1"),
        (r#"["a","b"],"c""#, r#"["a","b"]"#, r#""c""#),
    ] {
        let (head, tail) = Args::from_raw(text.into(), Vec::new()).split_first().unwrap();
        assert_eq!((&**head.elements(), &**tail.elements()), (first, rest), "{text}");
    }
}
