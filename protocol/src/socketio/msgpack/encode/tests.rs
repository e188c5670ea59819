use bytestring::ByteString;

use super::*;
use crate::socketio::msgpack::MAX_DEPTH;

/// What stands for the arguments in an event of this name.
fn data(elements: &str, attachments: &[&'static [u8]]) -> Option<Bytes> {
    let attachments = attachments.iter().map(|data| Bytes::from_static(data)).collect();
    let args = Args::from_raw(ByteString::from(elements), attachments);
    let unit = encode("/", &Outbound::Event { name: "m", args: &args, ack: None, offset: None })?;
    let payload = unit.frames()[0].payload();
    let before = b"\x83\xa4type\x02\xa4data".len();
    Some(payload.slice(before..payload.len() - b"\xa3nsp\xa1/".len()))
}

#[test]
fn whitespace_makes_no_difference() {
    let spaced = " [ 1 ,\n{ \"a\" : [ ] , \"b\":null }\t] , true ";
    assert_eq!(data(spaced, &[]), data(r#"[1,{"a":[],"b":null}],true"#, &[]));
}

#[test]
fn half_an_emoji_is_a_replacement_character() {
    assert_eq!(data(r#""\ud83d""#, &[]), data("\"\u{fffd}\"", &[]));
}

#[test]
fn numbers_beyond_64_bits_are_doubles() {
    let twice = [0xcb, 0x43, 0xf0, 0, 0, 0, 0, 0, 0];
    assert_eq!(data("18446744073709551616", &[]).unwrap()[3..], twice);
    let largest = [0xcf, 255, 255, 255, 255, 255, 255, 255, 255];
    assert_eq!(data("18446744073709551615", &[]).unwrap()[3..], largest);
    let least = [0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(data("-9223372036854775808", &[]).unwrap()[3..], least);
}

#[test]
fn a_placeholder_is_its_attachment_however_it_is_written() {
    let expected = [0x93, 0xa1, b'm', 0xc4, 1, 8, 0x81, 0xa1, b'a', 0xc4, 1, 7];
    for placeholders in [
        r#"{"_placeholder":true,"num":1},{"a":{"num":0,"_placeholder":true}}"#,
        r#"{"_placeholder":true,"x":{"num":5,"y":[1,"z"]},"num":1},{"a":{"\u005fplaceholder":true,"num":0}}"#,
        r#"{"_placeholder":false,"num":0,"_placeholder":true,"num":1},{"a":{"num":0,"_placeholder":true}}"#,
    ] {
        assert_eq!(data(placeholders, &[&[7], &[8]]).unwrap()[..], expected, "{placeholders}");
    }
}

#[test]
fn what_only_looks_like_a_placeholder_is_a_map() {
    let map = data(r#"{"_placeholder":true,"num":0}"#, &[]).unwrap();
    assert_eq!(map[..], *b"\x92\xa1m\x82\xac_placeholder\xc3\xa3num\x00");
    let nested =
        data(r#"{"_placeholder":{"num":0,"x":true}},{"_placeholder":true,"num":0}"#, &[&[7]]).unwrap();
    assert_eq!(nested[..], *b"\x93\xa1m\x81\xac_placeholder\x82\xa3num\x00\xa1x\xc3\xc4\x01\x07");
}

#[test]
fn what_is_nested_too_deeply_for_clients_is_not_encoded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(data(&nested(MAX_DEPTH), &[]).is_some());
    assert!(data(&nested(MAX_DEPTH + 1), &[]).is_none());
}

#[test]
fn lengths_above_16_bits_have_32() {
    let text = format!("\"{}\"", "x".repeat(70_000));
    assert_eq!(data(&text, &[]).unwrap()[3..8], [0xdb, 0, 1, 0x11, 0x70]);
    let list = format!("[0{}]", ",0".repeat(69_999));
    assert_eq!(data(&list, &[]).unwrap()[3..8], [0xdd, 0, 1, 0x11, 0x70]);
    let pairs: Vec<_> = (0..70_000).map(|key| format!("\"{key}\":0")).collect();
    let map = format!("{{{}}}", pairs.join(","));
    assert_eq!(data(&map, &[]).unwrap()[3..8], [0xdf, 0, 1, 0x11, 0x70]);
}
