//! Messages whole, in fragments, cut anywhere; and everything that RFC 6455 forbids.

use super::*;
use crate::websocket::Header;

const MASK: [u8; 4] = [0x12, 0x34, 0x56, 0x78];

/// A frame as a client sends it. `first` is the first byte: FIN and opcode.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let header = Header::new(Opcode::Text, payload.len());
    let mut bytes = header.as_slice().to_vec();
    bytes[0] = first;
    bytes[1] |= 0x80;
    bytes.extend(MASK);
    let start = bytes.len();
    bytes.extend(payload);
    apply_mask(&mut bytes[start..], MASK, 0);
    bytes
}

/// Everything that comes out of these bytes, or the error.
fn all(decoder: &mut Decoder, mut bytes: &[u8]) -> Result<Vec<Message>, DecodeError> {
    let mut messages = Vec::new();
    while let Some(message) = decoder.decode(&mut bytes)? {
        messages.push(message);
    }
    assert!(bytes.is_empty(), "the input is used up");
    Ok(messages)
}

fn read(bytes: &[u8]) -> Result<Vec<Message>, DecodeError> {
    all(&mut Decoder::new(1000), bytes)
}

fn text(text: &str) -> Message {
    Message::Text(text.into())
}

#[test]
fn messages_come_out_in_order() {
    let bytes = [frame(0x81, b"a"), frame(0x82, &[0, 255]), frame(0x81, b""), frame(0x89, b"p")].concat();
    let expected = [text("a"), Message::Binary(vec![0, 255].into()), text(""), Message::Ping("p".into())];
    assert_eq!(read(&bytes).unwrap(), expected);
}

#[test]
fn it_does_not_matter_where_the_stream_is_cut() {
    let long = "é".repeat(200);
    let bytes = [
        frame(0x81, long.as_bytes()),
        frame(0x01, b"fr"),
        frame(0x89, b"ping"),
        frame(0x80, b"agments"),
        frame(0x82, &[7; 300]),
    ]
    .concat();
    let expected =
        [text(&long), Message::Ping("ping".into()), text("fragments"), Message::Binary(vec![7; 300].into())];
    for step in [1, 2, 3, 5, 7, 64, 1000] {
        let mut decoder = Decoder::new(1000);
        let mut messages = Vec::new();
        for piece in bytes.chunks(step) {
            messages.extend(all(&mut decoder, piece).unwrap());
        }
        assert_eq!(messages, expected, "in pieces of {step}");
        assert!(decoder.is_between_messages());
    }
}

#[test]
fn the_limit_holds_for_a_message_and_not_for_its_frames() {
    assert_eq!(read(&frame(0x82, &[0; 1000])).unwrap().len(), 1);
    assert_eq!(read(&frame(0x82, &[0; 1001])), Err(DecodeError::TooLarge));
    let in_parts = [frame(0x02, &[0; 600]), frame(0x80, &[0; 401])].concat();
    assert_eq!(read(&in_parts), Err(DecodeError::TooLarge));
}

#[test]
fn a_declared_length_is_refused_before_anything_is_reserved() {
    let mut bytes = vec![0x82, 0xFF];
    bytes.extend(u64::MAX.to_be_bytes());
    bytes.extend(MASK);
    assert_eq!(read(&bytes), Err(DecodeError::TooLarge));
}

#[test]
fn empty_fragments_without_end_are_cut_off() {
    let mut bytes = frame(0x01, b"");
    for _ in 0..MAX_FRAGMENTS {
        bytes.extend(frame(0x00, b""));
    }
    assert_eq!(read(&bytes), Err(DecodeError::Protocol));
}

#[test]
fn a_message_of_the_largest_size_may_come_in_frames_of_64_bytes() {
    let max = 2 * MAX_FRAGMENTS * 64;
    let mut decoder = Decoder::new(max);
    let mut bytes = frame(0x02, &[7; 64]);
    for _ in 2..max / 64 {
        bytes.extend(frame(0x00, &[7; 64]));
    }
    bytes.extend(frame(0x80, &[7; 64]));
    assert_eq!(all(&mut decoder, &bytes).unwrap(), [Message::Binary(vec![7; max].into())]);
}

#[test]
fn text_that_is_not_utf8_is_refused_as_soon_as_that_is_certain() {
    assert_eq!(read(&frame(0x81, &[0xFF])), Err(DecodeError::Data));
    assert_eq!(
        read(&frame(0x01, &[b'a', 0xFF])),
        Err(DecodeError::Data),
        "in a fragment that is not the last"
    );
    let cut = [frame(0x01, &[0xC3]), frame(0x80, &[0xA9])].concat();
    assert_eq!(read(&cut).unwrap(), [text("é")], "a character may be cut");
    let never_ended = [frame(0x01, b"a"), frame(0x80, &[0xC3])].concat();
    assert_eq!(read(&never_ended), Err(DecodeError::Data));
    let mut half = frame(0x81, &[b'a', 0xFF, b'b', b'c']);
    half.truncate(half.len() - 1);
    assert_eq!(read(&half), Err(DecodeError::Data), "inside a frame");
}

#[test]
fn what_rfc_6455_forbids_is_refused() {
    let unmasked = vec![0x81, 1, b'a'];
    let inside_another = [frame(0x01, b"a"), frame(0x81, b"b")].concat();
    let mut long_ping = frame(0x89, &[0; 126]);
    long_ping[0] = 0x89;
    let table = [
        ("an unmasked frame", unmasked),
        ("a reserved bit", frame(0xC1, b"a")),
        ("a reserved opcode", frame(0x83, b"a")),
        ("a reserved control opcode", frame(0x8B, b"a")),
        ("a fragmented ping", frame(0x09, b"a")),
        ("a ping of 126 bytes", long_ping),
        ("a continuation of nothing", frame(0x80, b"a")),
        ("a message inside another", inside_another),
        ("a close of one byte", frame(0x88, &[3])),
        ("a close with a code that may not be sent", frame(0x88, &1005_u16.to_be_bytes())),
        ("a close with a code of no range", frame(0x88, &2000_u16.to_be_bytes())),
    ];
    for (what, bytes) in table {
        assert_eq!(read(&bytes), Err(DecodeError::Protocol), "{what}");
    }
    let reason = [&1000_u16.to_be_bytes()[..], &[0xFF]].concat();
    assert_eq!(read(&frame(0x88, &reason)), Err(DecodeError::Data), "a close reason that is not UTF-8");
}

#[test]
fn a_close_says_why_or_nothing() {
    assert_eq!(read(&frame(0x88, b"")).unwrap(), [Message::Close(None)]);
    assert_eq!(read(&frame(0x88, &4001_u16.to_be_bytes())).unwrap(), [Message::Close(Some(4001))]);
}

// --- compressed messages ---

/// "Hello", compressed.
const HELLO: [u8; 7] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00];

fn inflated(bytes: &[u8]) -> Result<Vec<Message>, DecodeError> {
    all(&mut Decoder::new(1000).inflating(), bytes)
}

#[test]
fn compressed_and_plain_messages_may_take_turns_in_fragments_or_whole() {
    let (start, end) = HELLO.split_at(3);
    let bytes = [
        frame(0xC1, &HELLO),
        frame(0x81, b"plain"),
        frame(0x41, start),
        frame(0x89, b"ping"),
        frame(0x80, end),
        frame(0xC2, &HELLO),
    ]
    .concat();
    let hello = text("Hello");
    let expected =
        [hello.clone(), text("plain"), Message::Ping("ping".into()), hello, Message::Binary("Hello".into())];
    assert_eq!(inflated(&bytes).unwrap(), expected);
}

#[test]
fn a_message_may_be_compressed_only_where_that_was_agreed_on_and_only_its_first_frame_says_so() {
    assert_eq!(read(&frame(0xC1, &HELLO)), Err(DecodeError::Protocol));
    assert_eq!(inflated(&frame(0xC9, b"ping")), Err(DecodeError::Protocol));
    assert_eq!(inflated(&[frame(0x01, b"a"), frame(0xC0, b"b")].concat()), Err(DecodeError::Protocol));
    assert_eq!(inflated(&frame(0xA1, &HELLO)), Err(DecodeError::Protocol), "another reserved bit");
}

#[test]
fn compressed_text_must_be_utf8_and_compressed_data_within_the_limit() {
    // A block without compression.
    let stored = |data: &[u8]| {
        let len = data.len() as u16;
        [&[0x00][..], &len.to_le_bytes(), &(!len).to_le_bytes(), data, &[0x00]].concat()
    };
    assert_eq!(inflated(&frame(0xC1, &stored(&[0xFF]))), Err(DecodeError::Data));
    assert_eq!(inflated(&frame(0xC2, &stored(&[0xFF]))), Ok(vec![Message::Binary(vec![0xFF].into())]));
    let blocks = [stored(&[1; 600]), stored(&[2; 401])];
    assert_eq!(inflated(&frame(0xC2, &blocks.concat())), Err(DecodeError::TooLarge));
}
