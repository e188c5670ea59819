use super::*;

fn text(text: &str) -> Frame {
    Frame::Text(text.into())
}

fn binary(data: &[u8]) -> Frame {
    Frame::Binary(Bytes::copy_from_slice(data))
}

/// What comes out when `input` arrives in pieces of `step` bytes.
fn decode(input: &[u8], step: usize, max_payload: usize) -> Result<Vec<Frame>, FrameError> {
    let mut decoder = FrameDecoder::new(max_payload);
    let mut frames = Vec::new();
    for mut piece in input.chunks(step) {
        while let Some(frame) = decoder.decode(&mut piece)? {
            frames.push(frame);
        }
        assert!(piece.is_empty());
    }
    Ok(frames)
}

fn encoded(binary: bool, payload: &[u8]) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    encode(binary, payload, &mut bytes);
    bytes.to_vec()
}

#[test]
fn frames_have_the_references_headers() {
    assert_eq!(encoded(false, b"0"), b"\x010");
    assert_eq!(encoded(true, &[7; 125])[..2], [0x80 | 125, 7]);
    assert_eq!(encoded(false, &[b'x'; 126])[..4], [126, 0, 126, b'x']);
    assert_eq!(encoded(true, &[7; 0xffff])[..4], [0x80 | 126, 0xff, 0xff, 7]);
    assert_eq!(encoded(false, &[b'x'; 0x1_0000])[..10], [127, 0, 0, 0, 0, 0, 1, 0, 0, b'x']);
}

#[test]
fn frames_come_back_however_they_were_split() {
    let payloads = [1, 2, 125, 126, 127, 1000, 0xffff, 0x1_0000, 0x1_0001];
    let mut stream = Vec::new();
    let mut expected = Vec::new();
    for length in payloads {
        stream.extend(encoded(false, &vec![b'x'; length]));
        stream.extend(encoded(true, &vec![200; length]));
        expected.push(text(&"x".repeat(length)));
        expected.push(binary(&vec![200; length]));
    }
    for step in [1, 2, 3, 7, 8, 9, 10, 127, 4096, stream.len()] {
        assert_eq!(decode(&stream, step, 0x1_0001).unwrap(), expected, "in pieces of {step}");
    }
}

#[test]
fn an_empty_frame_is_an_error_however_its_length_is_written() {
    let headers = [&[0][..], &[0x80], &[126, 0, 0], &[127, 0, 0, 0, 0, 0, 0, 0, 0]];
    for header in headers {
        assert_eq!(decode(header, 1, 100), Err(FrameError::Empty), "{header:?}");
    }
}

#[test]
fn a_length_may_be_written_with_more_bytes_than_it_needs() {
    assert_eq!(decode(&[126, 0, 1, b'2'], 1, 100).unwrap(), [text("2")]);
    assert_eq!(decode(&[0xff, 0, 0, 0, 0, 0, 0, 0, 1, 9], 10, 100).unwrap(), [binary(&[9])]);
}

#[test]
fn a_frame_above_the_bound_is_refused_before_its_payload_comes() {
    assert_eq!(decode(&[101], 1, 100), Err(FrameError::TooLarge));
    assert_eq!(decode(&[126, 0, 101], 3, 100), Err(FrameError::TooLarge));
    assert_eq!(decode(&[0xff; 9], 9, usize::MAX >> 1), Err(FrameError::TooLarge));
    let announced = [127, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff];
    assert_eq!(decode(&announced, 9, 0x7fff_fffe), Err(FrameError::TooLarge));
    assert_eq!(decode(&announced, 9, 0x7fff_ffff), Ok(Vec::new()), "an announcement alone makes no room");
}

#[test]
fn text_that_is_not_utf8_is_refused_and_binary_data_is_not_looked_at() {
    assert_eq!(decode(&[2, 0xff, 0xfe], 1, 100), Err(FrameError::Text));
    assert_eq!(decode(&[0x82, 0xff, 0xfe], 1, 100).unwrap(), [binary(&[0xff, 0xfe])]);
    assert_eq!(decode(&encoded(false, "4 ä 🦀".as_bytes()), 1, 100).unwrap(), [text("4 ä 🦀")]);
}

#[test]
fn nothing_comes_out_of_a_stream_that_was_broken_once() {
    let mut decoder = FrameDecoder::new(10);
    assert_eq!(decoder.decode(&mut &[0][..]), Err(FrameError::Empty));
    let mut good = &b"\x012"[..];
    assert_eq!(decoder.decode(&mut good), Err(FrameError::Empty));
}

#[test]
fn garbage_is_frames_or_an_error_and_never_more_than_what_came() {
    // A small generator: the same garbage in each run.
    let mut seed = 0x9e37_79b9_u32;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed
    };
    for _ in 0..2000 {
        let garbage: Vec<u8> = (0..next() % 300).map(|_| next() as u8).collect();
        let step = 1 + next() as usize % 20;
        let Ok(frames) = decode(&garbage, step, 200) else { continue };
        let taken: usize = frames
            .iter()
            .map(|frame| match frame {
                Frame::Text(text) => text.len(),
                Frame::Binary(data) => data.len(),
            })
            .sum();
        assert!(taken + frames.len() <= garbage.len());
    }
}

#[test]
fn the_first_frame_opens_a_connection_or_names_a_session() {
    let upgrade = |sid: &str| Some(Hello::Upgrade(sid.into()));
    assert_eq!(Hello::read(&text("0")), Some(Hello::New));
    assert_eq!(Hello::read(&text(r#"0{"sid":"abc"}"#)), upgrade("abc"));
    assert_eq!(Hello::read(&text(r#"0{"more":1,"sid":""}"#)), upgrade(""));
    for bad in ["", "1", "2probe", "00", "0{}", r#"0{"sid":1}"#, r#"0["abc"]"#, "0{\"sid\":\"abc\"", "40"] {
        assert_eq!(Hello::read(&text(bad)), None, "{bad}");
    }
    assert_eq!(Hello::read(&binary(b"0")), None);
}
