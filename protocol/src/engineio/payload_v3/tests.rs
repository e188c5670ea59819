use super::*;

fn line(frame: Frame) -> String {
    match frame {
        Frame::Text(text) => text.to_string(),
        Frame::Binary(data) => format!("{data:?}"),
    }
}

fn text(body: &str) -> Vec<String> {
    PayloadDecoder::text(body.to_owned().into()).map(line).collect()
}

fn binary(body: &[u8]) -> Vec<String> {
    PayloadDecoder::binary(Bytes::copy_from_slice(body)).map(line).collect()
}

fn encoded(frames: &[WireFrame]) -> Payload {
    let mut encoder = PayloadEncoder::default();
    frames.iter().for_each(|frame| encoder.push(frame));
    encoder.finish()
}

fn text_frame(text: &str) -> WireFrame {
    WireFrame::new(Opcode::Text, text.as_bytes())
}

#[test]
fn text_is_cut_by_its_lengths() {
    assert_eq!(text("2:4a1:210:b4AQIDBA=="), ["4a", "2", "b4AQIDBA=="]);
}

#[test]
fn lengths_count_utf16_units() {
    assert_eq!(text(r#"14:42["echo","€"]15:42["echo","😀"]"#), [r#"42["echo","€"]"#, r#"42["echo","😀"]"#]);
}

#[test]
fn a_packet_may_look_like_a_length() {
    assert_eq!(text("4:43:x2:4:"), ["43:x", "4:"]);
}

#[test]
fn packets_without_a_length_mean_nothing() {
    assert_eq!(text("0:0:1:20:"), ["2"]);
    assert!(text("0:").is_empty());
}

#[test]
fn malformed_text_is_an_empty_packet_and_the_end() {
    let bad = [
        "",
        "x",
        ":",
        "5:42",
        "-1:2",
        "2:",
        "99999999999999999999:4",
        "1e1:4",
        "+1:2",
        " 1:2",
        "1.0:2",
        "1:😀",
    ];
    for body in bad {
        assert_eq!(text(body), [""], "{body}");
    }
    assert_eq!(text("1:2x"), ["2", ""]);
    assert_eq!(text("1:21:"), ["2", ""]);
}

#[test]
fn packets_share_the_memory_of_their_body() {
    let body = ByteString::from("0:2:4a");
    let frame = PayloadDecoder::text(body.clone()).next().unwrap();
    assert_eq!(line(frame.clone()), "4a");
    let Frame::Text(packet) = frame else { unreachable!("it was text") };
    assert_eq!(packet.as_ptr(), body[4..].as_ptr());
}

#[test]
fn a_million_packets_are_taken_one_by_one() {
    assert_eq!(PayloadDecoder::text("1:2".repeat(1_000_000).into()).count(), 1_000_000);
    assert_eq!(PayloadDecoder::text("0:".repeat(1_000_000).into()).count(), 0);
}

#[test]
fn bytes_are_cut_by_their_lengths() {
    let body = [0, 6, 255, b'4', b'h', b'e', b'l', b'l', b'o', 1, 5, 255, 4, 1, 2, 3, 4];
    assert_eq!(binary(&body), ["4hello", r#"b"\x04\x01\x02\x03\x04""#]);
    let long = [&[0, 1, 2, 255, b'4'][..], &[b'x'; 11]].concat();
    assert_eq!(binary(&long), [format!("4{}", "x".repeat(11))]);
}

#[test]
fn no_bytes_are_no_packets() {
    assert!(binary(&[]).is_empty());
}

#[test]
fn malformed_bytes_are_an_empty_packet_and_the_end() {
    let bad: [&[u8]; 9] = [
        &[0],
        &[0, 255],
        &[0, 1],
        &[0, 1, 255],
        &[0, 10, 255, b'4'],
        &[2, 1, 255, b'4'],
        &[0, 2, 255, b'4'],
        &[0, 2, 255, b'4', 0xff],
        &[0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 255, b'4'],
    ];
    for body in bad {
        assert_eq!(binary(body), [""], "{body:?}");
    }
}

#[test]
fn half_a_surrogate_pair_is_replaced_and_the_rest_is_kept() {
    let body = [&[0, 8, 255, b'4', b'a'][..], &[0xed, 0xa0, 0xbd], "€".as_bytes()].concat();
    assert_eq!(binary(&body), ["4a\u{fffd}€"]);
}

#[test]
fn text_has_its_length_in_utf16_units_in_front() {
    let frames = [text_frame(r#"42["echo","€ 😀"]"#), text_frame("3")];
    assert_eq!(encoded(&frames), Payload::Text(r#"17:42["echo","€ 😀"]1:3"#.into()));
}

#[test]
fn one_binary_packet_makes_the_whole_body_binary() {
    let frames = [text_frame("4€"), WireFrame::new(Opcode::Binary, &[4, 1, 2])];
    let body = [0, 4, 255, b'4', 0xe2, 0x82, 0xac, 1, 3, 255, 4, 1, 2];
    assert_eq!(encoded(&frames), Payload::Binary(body.to_vec()));
}

#[test]
fn what_is_encoded_is_decoded() {
    let long = format!("4{}", "é😀".repeat(100));
    let frames = [text_frame(&long), text_frame("2")];
    let Payload::Text(body) = encoded(&frames) else { panic!("no binary packet was among them") };
    assert_eq!(text(&body), [&long, "2"]);
    let frames = [text_frame(&long), WireFrame::new(Opcode::Binary, &[4; 300])];
    let Payload::Binary(body) = encoded(&frames) else { panic!("a binary packet was among them") };
    assert_eq!(binary(&body), [long, format!("{:?}", Bytes::from_static(&[4; 300]))]);
}
