//! RFC 7692's own examples, messages there and back, bombs and broken data; then what is offered and agreed on.

use flate2::{Decompress, FlushDecompress};

use super::*;
use crate::websocket::DecodeError;

fn deflate(bits: u8) -> Deflate {
    Deflate { window_bits: bits, threshold: 0 }
}

fn compressed(bits: u8, message: &[u8]) -> Vec<u8> {
    deflate(bits).compress(message, <[u8]>::to_vec).expect("it becomes shorter")
}

// --- inflating ---

#[test]
fn the_examples_of_the_specification_are_understood() {
    let examples: [&[u8]; 5] = [
        &[0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],
        // A block without compression.
        &[0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
        // A block that calls itself the last one.
        &[0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],
        // Two blocks.
        &[0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
        // The last block left out by a sender that ends with the tail.
        &[0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0x00],
    ];
    for example in examples {
        assert_eq!(inflate(example, 5).unwrap(), "Hello", "{example:x?}");
    }
    assert_eq!(inflate(&[0x00], 5).unwrap(), "", "an empty message");
}

#[test]
fn a_message_is_as_long_as_the_limit_or_refused() {
    for len in [100, 16_383, 16_384, 16_385, 70_000, 200_000] {
        let message = vec![b'x'; len];
        let compressed = compressed(15, &message.repeat(2));
        assert_eq!(inflate(&compressed, 2 * len).unwrap(), message.repeat(2));
        assert_eq!(inflate(&compressed, 2 * len - 1), Err(DecodeError::TooLarge));
    }
}

#[test]
fn a_bomb_is_cut_off_at_the_limit() {
    let bomb = compressed(15, &vec![0; 50_000_000]);
    assert!(bomb.len() < 60_000);
    assert_eq!(inflate(&bomb, 1_000_000), Err(DecodeError::TooLarge));
}

#[test]
fn what_is_no_compressed_data_is_refused_and_forgotten() {
    assert_eq!(inflate(&[0x06, 1, 2, 3], 1000), Err(DecodeError::Data), "a block of no kind");
    // Refers back to before its beginning.
    let referring = [0x02, 0x42, 0x00];
    let _ = inflate(&compressed(15, &[b'x'; 1000]), 1000);
    assert!(inflate(&referring, 1000).is_err(), "nothing of the message before is left");
    assert_eq!(inflate(&compressed(9, &[b'x'; 1000]), 1000).unwrap(), vec![b'x'; 1000]);
}

// --- deflating ---

#[test]
fn every_window_compresses_and_keeps_to_its_size() {
    let text: String = (0..20_000).map(|n: u32| char::from(b'a' + (n.wrapping_mul(n) % 23) as u8)).collect();
    for bits in 9..=15 {
        let bytes = [compressed(bits, text.as_bytes()), TAIL.to_vec()].concat();
        // A decompressor with a window of just this size.
        let mut inflater = Decompress::new_with_window_bits(false, bits);
        let mut out = Vec::with_capacity(text.len() + 1);
        inflater.decompress_vec(&bytes, &mut out, FlushDecompress::Sync).unwrap();
        assert!(out == text.as_bytes(), "{bits}");
    }
}

#[test]
fn nothing_of_one_message_is_used_for_the_next() {
    let message = b"the same message again and again and again";
    assert_eq!(compressed(15, message), compressed(15, message));
}

#[test]
fn short_and_incompressible_messages_are_left_alone() {
    let options = PerMessageDeflate::default().threshold(100);
    let deflate = options.deflate(&options.negotiate(["permessage-deflate"]).unwrap());
    assert!(deflate.compress(&[b'x'; 99], |_| ()).is_none());
    assert!(deflate.compress(&[b'x'; 100], |_| ()).is_some());
    let mut state = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    })
    .take(1000)
    .collect();
    assert!(deflate.compress(&noise, |_| ()).is_none());
}

// --- offers ---

fn answer(offers: &[&str]) -> Option<String> {
    PerMessageDeflate::default().negotiate(offers.iter().copied()).map(|agreed| agreed.to_header())
}

const PLAIN: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

#[test]
fn the_offers_of_browsers_and_libraries_are_accepted() {
    for offer in [
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate",
        "permessage-deflate; server_no_context_takeover; client_max_window_bits=15",
        "permessage-deflate;client_no_context_takeover;server_no_context_takeover",
        " permessage-deflate ; client_max_window_bits = \"10\" ",
        "x-webkit-deflate-frame, permessage-deflate; client_max_window_bits",
        "foo; bar=\"a, b; c\\\"\", permessage-deflate",
    ] {
        assert_eq!(answer(&[offer]).as_deref(), Some(PLAIN), "{offer}");
    }
}

#[test]
fn a_smaller_window_is_agreed_on_when_either_side_wants_it() {
    let small = format!("{PLAIN}; server_max_window_bits=10");
    assert_eq!(answer(&["permessage-deflate; server_max_window_bits=10"]).unwrap(), small);
    let options = PerMessageDeflate::default().window_bits(10);
    assert_eq!(options.negotiate(["permessage-deflate"]).unwrap().to_header(), small);
    let less = options.negotiate(["permessage-deflate; server_max_window_bits=9"]).unwrap();
    assert!(less.to_header().ends_with("=9"));
}

#[test]
fn offers_that_are_malformed_or_cannot_be_kept_to_are_passed_over() {
    for offer in [
        "",
        ",,;;",
        "permessage-deflat",
        "permessage-deflate;",
        "permessage-deflate; unknown",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=010",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=\"",
        "permessage-deflate; client_max_window_bits=\"10",
        "permessage-deflate; client_max_window_bits=+9",
        "permessage-deflate; a; b; c; d; e; f; g",
    ] {
        assert_eq!(answer(&[offer]), None, "{offer}");
    }
}

#[test]
fn the_first_offer_that_can_be_kept_to_is_taken() {
    let fallbacks = "permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=12, \
                     permessage-deflate";
    assert!(answer(&[fallbacks]).unwrap().ends_with("=12"));
    assert_eq!(answer(&["foo", "permessage-deflate"]).as_deref(), Some(PLAIN), "several headers");
}
