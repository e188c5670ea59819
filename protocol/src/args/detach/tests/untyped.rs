use super::*;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Untagged {
    Number(f64),
    Binary(Bytes),
    Named { data: Bytes },
    Json(Value),
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "type")]
enum Tagged {
    File { name: String, data: Bytes },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    File(Bytes),
}

#[derive(Debug, Deserialize, PartialEq)]
struct Inner {
    data: Bytes,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Flat {
    own: Bytes,
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Rest {
    own: Bytes,
    #[serde(flatten)]
    rest: HashMap<String, Value>,
}

#[test]
fn an_untagged_enum_takes_bytes() {
    let text = format!(r#"{PLACEHOLDER_0},{{"data":{PLACEHOLDER_0}}},1.5,{{"a":1}}"#);
    let expected = [
        Untagged::Binary(bytes("a")),
        Untagged::Named { data: bytes("a") },
        Untagged::Number(1.5),
        Untagged::Json(json!({"a": 1})),
    ];
    assert_eq!(many::<Vec<Untagged>>(&text).unwrap(), expected);
}

#[test]
fn an_untagged_enum_takes_a_binary_that_is_text_for_its_string() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum TextOrBinary {
        Text(String),
        Binary(Bytes),
    }
    let attachments = [bytes("a"), Bytes::from_static(&[0xff])];
    let text = r#"{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}"#;
    let read: Vec<TextOrBinary> = deserialize(text, &attachments, Shape::Many).unwrap();
    assert_eq!(read, [TextOrBinary::Text("a".to_owned()), TextOrBinary::Binary(attachments[1].clone())]);
}

#[test]
fn a_tagged_enum_takes_bytes_before_and_after_its_tag() {
    let file = Tagged::File { name: "n".to_owned(), data: bytes("a") };
    let before = format!(r#"{{"data":{PLACEHOLDER_0},"name":"n","type":"File"}}"#);
    assert_eq!(many::<Tagged>(&before).unwrap(), file);
    let after = format!(r#"{{"type":"File","name":"n","data":{PLACEHOLDER_0}}}"#);
    assert_eq!(many::<Tagged>(&after).unwrap(), file);
}

#[test]
fn an_adjacently_tagged_enum_takes_bytes_before_and_after_its_tag() {
    let before = format!(r#"{{"c":{PLACEHOLDER_0},"t":"File"}}"#);
    let after = format!(r#"{{"t":"File","c":{PLACEHOLDER_0}}}"#);
    assert_eq!(many::<Adjacent>(&before).unwrap(), Adjacent::File(bytes("a")));
    assert_eq!(many::<Adjacent>(&after).unwrap(), Adjacent::File(bytes("a")));
}

#[test]
fn a_flattened_struct_takes_bytes() {
    let text = r#"{"data":{"_placeholder":true,"num":1},"own":{"_placeholder":true,"num":0}}"#;
    let flat = Flat { own: bytes("a"), inner: Inner { data: bytes("b") } };
    assert_eq!(many::<Flat>(text).unwrap(), flat);
}

#[test]
fn a_value_shows_placeholders_as_objects() {
    let text = format!(r#"{{"a":[{PLACEHOLDER_0}]}},{{"_placeholder":true,"num":1}}"#);
    let read: (Value, Bytes) = many(&text).unwrap();
    assert_eq!(read, (json!({"a": [{"_placeholder": true, "num": 0}]}), bytes("b")));
}

#[test]
fn a_flattened_map_of_values_shows_placeholders_as_objects() {
    let text = format!(r#"{{"x":{PLACEHOLDER_0},"own":{PLACEHOLDER_0}}}"#);
    let read: Rest = many(&text).unwrap();
    assert_eq!(read.own, bytes("a"));
    assert_eq!(read.rest["x"], json!({"_placeholder": true, "num": 0}));
}

#[test]
fn an_object_with_the_placeholder_key_but_another_value_stays_an_object() {
    for text in [r#"{"_placeholder":false,"num":0}"#, r#"{"_placeholder":{"a":[]}}"#] {
        assert_eq!(many::<Value>(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }
}

#[test]
fn a_bad_number_is_an_error_for_types_that_take_whatever_comes() {
    assert!(error::<Untagged>(r#"{"_placeholder":true,"num":3}"#).contains("the number 3"));
}

#[test]
fn a_value_and_the_inside_of_an_untagged_enum_cannot_both_meet_binaries() {
    assert!(many::<(Untagged, Value)>(&format!("{PLACEHOLDER_0},1")).is_ok());
    assert!(
        many::<(Tagged, Value)>(&format!(
            r#"{{"data":{PLACEHOLDER_0},"name":"n","type":"File"}},{PLACEHOLDER_0}"#
        ))
        .is_err()
    );
}

#[test]
fn the_error_is_about_the_value_with_its_attachments() {
    let text = format!(r#"{{"type":"File","data":{PLACEHOLDER_0}}}"#);
    assert!(error::<(Tagged,)>(&text).starts_with("argument 1: missing field `name`"));
}

#[test]
fn the_error_is_not_about_bytes_which_a_value_refused() {
    assert!(error::<(Value, u32)>(&format!("{PLACEHOLDER_0},\"x\"")).starts_with("argument 2: invalid type"));
}

#[test]
fn a_value_keeps_its_keys() {
    let text = r#"{"":1,"b":{},"1":[]}"#;
    assert_eq!(many::<Value>(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
}
