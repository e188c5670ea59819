use super::*;

#[derive(Debug, Deserialize, PartialEq)]
enum Kind {
    Unit,
    Newtype(Bytes),
    Tuple(u8, Bytes),
    Struct { data: Bytes },
}

#[derive(Debug, Deserialize, PartialEq)]
struct Wrapper(Option<Bytes>);

#[test]
fn placeholders_are_found_at_any_depth() {
    let text = r#"{"k":[[{"_placeholder":true,"num":2}]]},{"num":1, "_placeholder":true}, null"#;
    type Deep = HashMap<String, Vec<(Bytes,)>>;
    let (deep, some, none) = many::<(Deep, Option<Bytes>, Option<Bytes>)>(text).unwrap();
    assert_eq!(deep["k"], [(bytes("c"),)]);
    assert_eq!((some, none), (Some(bytes("b")), None));
}

#[test]
fn every_kind_of_variant_can_hold_bytes() {
    let text = concat!(
        r#""Unit",{"Newtype":{"_placeholder":true,"num":0}},"#,
        r#"{"Tuple":[7,{"_placeholder":true,"num":1}]},"#,
        r#"{"Struct":{"data":{"_placeholder":true,"num":2}}}"#
    );
    let kinds = [
        Kind::Unit,
        Kind::Newtype(bytes("a")),
        Kind::Tuple(7, bytes("b")),
        Kind::Struct { data: bytes("c") },
    ];
    assert_eq!(many::<Vec<Kind>>(text).unwrap(), kinds);
}

#[test]
fn a_newtype_struct_can_hold_bytes() {
    assert_eq!(many::<Wrapper>(PLACEHOLDER_0).unwrap(), Wrapper(Some(bytes("a"))));
    assert_eq!(many::<(Wrapper,)>("null").unwrap(), (Wrapper(None),));
}

#[test]
fn bytes_can_be_read_from_a_string_or_numbers() {
    assert_eq!(many::<(Bytes, Bytes)>(r#""x\n",[1,2]"#).unwrap(), (bytes("x\n"), bytes("\u{1}\u{2}")));
}

#[test]
fn bytes_cannot_be_read_from_anything_else() {
    assert!(error::<Bytes>("1").contains("invalid type: integer `1`, expected byte array"));
    assert!(error::<Bytes>(r#"{"a":1}"#).contains("invalid type: map, expected byte array"));
    assert!(error::<Bytes>(r#"{"_placeholder":false,"num":0}"#).contains("invalid type: map"));
}

#[test]
fn a_number_out_of_range_is_an_error() {
    let text = r#"1,{"_placeholder":true,"num":3}"#;
    let expected = "argument 2: a placeholder has the number 3, but 3 attachments came with it";
    assert!(error::<(u32, Bytes)>(text).starts_with(expected));
}

#[test]
fn a_number_that_is_no_index_is_an_error() {
    for number in ["-1", "0.5", "null", "\"0\"", "[]", "99999999999999999999"] {
        let text = format!(r#"{{"_placeholder":true,"num":{number}}}"#);
        assert!(error::<Bytes>(&text).contains("a placeholder has the number"), "{text}");
    }
    assert!(error::<Bytes>(r#"{"_placeholder":true}"#).contains("a placeholder has the number null"));
}

#[test]
fn a_spoofed_placeholder_without_attachments_is_an_error_for_bytes() {
    let read = deserialize::<Bytes>(PLACEHOLDER_0, &[], Shape::Many);
    assert!(read.unwrap_err().to_string().contains("0 attachments"));
}

#[test]
fn a_spoofed_placeholder_without_attachments_is_an_object_for_a_value() {
    let read = deserialize::<Value>(PLACEHOLDER_0, &[], Shape::Many);
    assert_eq!(read.unwrap(), json!({"_placeholder": true, "num": 0}));
}

#[test]
fn one_attachment_can_be_read_twice() {
    let read: (Bytes, Bytes) = many(&format!("{PLACEHOLDER_0},{PLACEHOLDER_0}")).unwrap();
    assert_eq!(read, (bytes("a"), bytes("a")));
}

#[test]
fn the_error_of_a_vec_of_numbers_says_what_to_read_instead() {
    assert!(error::<(Vec<u8>,)>(PLACEHOLDER_0).contains("read it as `bytes::Bytes`"));
}
