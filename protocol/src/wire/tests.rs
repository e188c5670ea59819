use super::*;
use crate::args::Args;

/// Lengths around each change of a frame's header, and far beyond.
const LENGTHS: [usize; 9] = [0, 1, 125, 126, 127, 65_535, 65_536, 65_537, 1_000_000];

/// Reads one frame as a client would: opcode, payload, and what follows the frame.
fn parsed(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
    let (head, rest) = bytes.split_at(2);
    assert_eq!(head[0] & 0xF0, 0x80, "one frame is one message, without extensions");
    assert_eq!(head[1] & 0x80, 0, "servers do not mask");
    let extra = match head[1] {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let (length, rest) = rest.split_at(extra);
    let length = match extra {
        0 => usize::from(head[1]),
        _ => length.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)),
    };
    let (payload, rest) = rest.split_at(length);
    (head[0] & 0x0F, payload, rest)
}

#[test]
fn a_text_frame_is_the_same_however_it_is_made() {
    for len in LENGTHS {
        let text = "x".repeat(len);
        let mut slow = TextFrame::with_capacity(3);
        slow.push_str(&text);
        let slow = slow.finish();
        let fast = WireFrame::new(Opcode::Text, text.as_bytes());
        assert_eq!(slow.on_websocket(), fast.on_websocket());
        assert_eq!(slow.payload(), text.as_bytes());
    }
}

#[test]
fn numbers_are_written_in_decimal() {
    let mut frame = TextFrame::with_capacity(0);
    frame.push_number(0);
    frame.push(b'-');
    frame.push_number(u64::MAX);
    assert_eq!(frame.finish().payload(), "0-18446744073709551615".as_bytes());
}

#[test]
fn values_are_written_as_json() {
    let mut frame = TextFrame::with_capacity(0);
    frame.push_json("a\"é\n").unwrap();
    assert_eq!(frame.finish().payload(), "\"a\\\"é\\n\"".as_bytes());
}

#[test]
fn a_client_reads_what_was_framed() {
    for len in LENGTHS {
        let data = vec![7; len];
        let frame = WireFrame::new(Opcode::Binary, &data);
        assert_eq!(parsed(frame.on_websocket()), (2, &*data, &[][..]), "{len} bytes");
    }
}

#[test]
fn a_frame_begins_with_its_opcode() {
    for (opcode, number) in
        [(Opcode::Text, 1), (Opcode::Binary, 2), (Opcode::Close, 8), (Opcode::Ping, 9), (Opcode::Pong, 10)]
    {
        let frame = WireFrame::new(opcode, b"x");
        assert_eq!(frame.opcode(), opcode);
        assert_eq!(parsed(frame.on_websocket()).0, number);
    }
}

#[test]
fn a_payload_shares_the_memory_of_its_frame() {
    for len in LENGTHS {
        let frame = WireFrame::new(Opcode::Text, "x".repeat(len).as_bytes());
        let header = frame.on_websocket().len() - len;
        assert_eq!(frame.payload().len(), len);
        assert!(len == 0 || frame.payload().as_ptr() == frame.on_websocket()[header..].as_ptr());
    }
}

#[test]
fn a_text_frame_outgrows_its_capacity() {
    let mut frame = TextFrame::with_capacity(0);
    for _ in 0..10_000 {
        frame.push_str("é😀");
        frame.push(b'x');
    }
    let frame = frame.finish();
    let text = "é😀x".repeat(10_000);
    assert_eq!(parsed(frame.on_websocket()), (1, text.as_bytes(), &[][..]));
}

#[test]
fn a_text_unit_is_one_frame() {
    let unit = Unit::text("3probe");
    assert_eq!(unit.frames().len(), 1);
    assert_eq!(unit.wire_len(), 8);
}

#[test]
fn a_unit_without_attachments_is_one_frame() {
    let unit = Unit::with_attachments(WireFrame::new(Opcode::Text, b"x"), &[]);
    assert!(matches!(unit, Unit::One(_)));
}

#[test]
fn attachments_follow_their_text_as_binary_frames_in_order() {
    let attachments = [Bytes::from_static(b"a"), Bytes::new(), Bytes::from(vec![9; 70_000])];
    let unit = Unit::with_attachments(WireFrame::new(Opcode::Text, b"x"), &attachments);
    let (first, rest) = unit.frames().split_first().unwrap();
    assert_eq!((first.opcode(), first.payload()), (Opcode::Text, Bytes::from_static(b"x")));
    assert!(rest.iter().all(|frame| frame.opcode() == Opcode::Binary));
    assert_eq!(rest.iter().map(WireFrame::payload).collect::<Vec<_>>(), attachments);
}

#[test]
fn the_length_of_a_unit_is_what_a_websocket_takes() {
    let attachments = [Bytes::from(vec![9; 126]), Bytes::new()];
    let unit = Unit::with_attachments(WireFrame::new(Opcode::Text, b"x"), &attachments);
    assert_eq!(unit.wire_len(), (2 + 1) + (4 + 126) + 2);
    let stream: Vec<u8> = unit.frames().iter().flat_map(|frame| frame.on_websocket().to_vec()).collect();
    assert_eq!(stream.len(), unit.wire_len());
    let (_, text, rest) = parsed(&stream);
    let (_, first, rest) = parsed(rest);
    let (_, second, rest) = parsed(rest);
    assert_eq!((text, first.len(), second.len(), rest.len()), (&b"x"[..], 126, 0, 0));
}

#[test]
fn a_clone_of_a_unit_shares_its_memory() {
    let unit = Unit::with_attachments(WireFrame::new(Opcode::Text, b"x"), &[Bytes::from_static(b"a")]);
    let clone = unit.clone();
    for (one, other) in unit.frames().iter().zip(clone.frames()) {
        assert_eq!(one.on_websocket().as_ptr(), other.on_websocket().as_ptr());
    }
}

#[test]
fn each_wire_has_its_own_encoding() {
    let args = Args::single("x").unwrap();
    let event = Outbound::Event { name: "message", args: &args, ack: None, offset: None };
    let text = |wire: Wire| wire.encode("/", &event).map(|unit| unit.frames()[0].payload());
    assert_eq!(text(Wire::SocketIo).unwrap(), r#"42["message","x"]"#.as_bytes());
    assert_eq!(text(Wire::EngineIo).unwrap(), "4x".as_bytes());
    assert!(Wire::EngineIo.encode("/", &Outbound::Disconnect).is_none());
}
