use super::*;

fn packets(body: &str) -> Vec<String> {
    PayloadDecoder::new(body.to_owned().into())
        .map(|frame| match frame {
            Frame::Text(text) => text.to_string(),
            Frame::Binary(_) => unreachable!("payloads are text"),
        })
        .collect()
}

#[test]
fn a_body_is_cut_at_its_separators() {
    assert_eq!(packets("4a\x1e2\x1ebAAEC"), ["4a", "2", "bAAEC"]);
    assert_eq!(packets("4a"), ["4a"]);
}

#[test]
fn empty_packets_are_kept_so_that_the_link_can_refuse_them() {
    assert_eq!(packets(""), [""]);
    assert_eq!(packets("4a\x1e"), ["4a", ""]);
    assert_eq!(packets("\x1e\x1e"), ["", "", ""]);
}

#[test]
fn nothing_follows_the_last_packet() {
    let mut decoder = PayloadDecoder::new("4a".into());
    assert!(decoder.next().is_some());
    assert!(decoder.next().is_none());
    assert!(decoder.next().is_none());
}

#[test]
fn packets_share_the_memory_of_their_body() {
    let body = ByteString::from("4a\x1e4b");
    let starts: Vec<_> = PayloadDecoder::new(body.clone())
        .map(|frame| match frame {
            Frame::Text(text) => text.as_ptr(),
            Frame::Binary(_) => unreachable!("payloads are text"),
        })
        .collect();
    assert_eq!(starts, [body.as_ptr(), body[3..].as_ptr()]);
}

#[test]
fn a_million_packets_are_taken_one_by_one() {
    let body = ByteString::from("2\x1e".repeat(1_000_000));
    assert_eq!(PayloadDecoder::new(body).count(), 1_000_001);
}

#[test]
fn binary_frames_are_written_as_base64() {
    let mut encoder = PayloadEncoder::default();
    encoder.push_text("4hello");
    encoder.push(&WireFrame::new(Opcode::Binary, &[0, 1, 2]));
    encoder.push(&WireFrame::new(Opcode::Text, b"4x"));
    assert_eq!(encoder.finish(), "4hello\x1ebAAEC\x1e4x");
}

#[test]
fn the_length_is_that_of_the_body() {
    let mut encoder = PayloadEncoder::default();
    assert!(encoder.is_empty());
    encoder.push_text("4é");
    encoder.push(&WireFrame::new(Opcode::Binary, &[0]));
    assert!(!encoder.is_empty());
    assert_eq!(encoder.len(), encoder.finish().len());
}

#[test]
fn what_was_written_can_be_read() {
    for len in [0, 1, 2, 3, 4, 125, 126, 65_536, 1_000_000] {
        let data: Vec<u8> = (0..len).map(|number: u32| number as u8).collect();
        let mut encoder = PayloadEncoder::default();
        encoder.push(&WireFrame::new(Opcode::Binary, &data));
        encoder.push(&WireFrame::new(Opcode::Text, "4é".as_bytes()));
        encoder.push(&WireFrame::new(Opcode::Binary, &data));
        let read = packets(&encoder.finish());
        assert_eq!(read[1], "4é");
        for binary in [&read[0], &read[2]] {
            assert_eq!(decode_base64_packet(binary, Version::V4).unwrap(), (b'4', data.clone()));
        }
    }
}

#[test]
fn base64_is_standard_and_padded() {
    let decode =
        |base64: &str| decode_base64_packet(&format!("b{base64}"), Version::V4).map(|(_, data)| data);
    assert_eq!(decode("+/+/").unwrap(), [0xfb, 0xff, 0xbf]);
    assert_eq!(decode("AQ==").unwrap(), [1]);
    for bad in ["AQ", "AQ=", "AQ===", "-_-_", "A", "AB==", "AQ==AQ==", " AQ=="] {
        assert_eq!(decode(bad), None, "{bad}");
    }
}

#[test]
fn in_version_3_a_type_stands_before_base64() {
    assert_eq!(decode_base64_packet("b4AQ==", Version::V3), Some((b'4', vec![1])));
    assert_eq!(decode_base64_packet("b2", Version::V3), Some((b'2', Vec::new())));
    for bad in ["b", "bé", "b4AQ"] {
        assert_eq!(decode_base64_packet(bad, Version::V3), None, "{bad}");
    }
}
