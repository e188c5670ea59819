use super::*;

fn json(bytes: &[u8]) -> Result<String, DecodeError> {
    let message = Bytes::copy_from_slice(bytes);
    let mut reader = Reader::new(&message);
    let mut json = Json::new(&message, &Limits::default());
    json.value(&mut reader)?;
    assert!(reader.is_at_end());
    Ok(json.text)
}

/// An array in an array, and so on; in the innermost one a nil.
fn nested(depth: usize) -> Vec<u8> {
    [vec![0x91; depth], vec![0xc0]].concat()
}

#[test]
fn values_are_nested_up_to_the_limit() {
    let deepest = json(&nested(MAX_DEPTH)).unwrap();
    assert_eq!(deepest, format!("{}null{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH)));
    assert_eq!(json(&nested(MAX_DEPTH + 1)), Err(DecodeError("values nested too deeply")));
}

#[test]
fn a_key_whose_value_is_undefined_leaves_no_comma() {
    let undefined = [0xd4, 0, 0];
    let map = [&[0x83, 0xa1, b'a'], &undefined[..], &[0xa1, b'b', 0x01, 0xa1, b'c'], &undefined[..]].concat();
    assert_eq!(json(&map).unwrap(), r#"{"b":1}"#);
    let map = [&[0x82, 0xa1, b'a', 0x01, 0xa1, b'b'], &undefined[..]].concat();
    assert_eq!(json(&map).unwrap(), r#"{"a":1}"#);
    let inner = [&[0x82, 0xa1, b'a', 0x91], &undefined[..], &[0xa1, b'b', 0x80]].concat();
    assert_eq!(json(&inner).unwrap(), r#"{"a":[null],"b":{}}"#);
}

#[test]
fn attachments_share_the_memory_of_their_message() {
    let message = Bytes::from_static(&[0x92, 0xc4, 2, 7, 8, 0xc4, 1, 9]);
    let mut json = Json::new(&message, &Limits::default());
    json.value(&mut Reader::new(&message)).unwrap();
    assert_eq!(json.attachments, [&[7, 8][..], &[9][..]]);
    assert_eq!(json.attachments[0].as_ptr(), message[3..].as_ptr());
}
