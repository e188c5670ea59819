//! What a client must not send: each of these ends the connection, as in the reference.

use super::*;

macro_rules! refused {
    ($($name:ident: $text:expr;)*) => {$(
        #[test]
        fn $name() {
            refusal($text);
        }
    )*};
}

refused! {
    an_empty_text_is_refused: "";
    a_letter_is_no_type: "x";
    a_character_beyond_ascii_is_no_type: "é";
    the_type_7_is_unknown: "7";
    a_connect_error_comes_only_from_servers: "4";
    a_connect_error_with_a_payload_comes_only_from_servers: r#"4{"message":"x"}"#;

    a_connect_packet_with_an_array_is_refused: "0[1]";
    a_connect_packet_with_a_string_is_refused: r#"0"x""#;
    a_connect_packet_with_null_is_refused: "0null";
    a_connect_packet_with_bad_json_is_refused: r#"0{"a":}"#;
    a_connect_packet_with_half_an_object_is_refused: r#"0{"a":1"#;
    a_connect_packet_with_garbage_behind_it_is_refused: "0{}x";
    a_disconnect_packet_with_a_payload_is_refused: "1{}";
    a_disconnect_packet_with_whitespace_is_refused: "1 ";

    an_event_with_an_empty_array_is_refused: "2[]";
    an_event_with_an_object_is_refused: "2{}";
    an_event_with_a_string_is_refused: r#"2"a""#;
    an_event_named_null_is_refused: "2[null]";
    an_event_named_true_is_refused: "2[true]";
    an_event_with_an_array_as_its_name_is_refused: r#"2[["a"]]"#;
    an_event_with_an_object_as_its_name_is_refused: "2[{}]";
    an_event_that_breaks_off_is_refused: r#"2["echo""#;
    an_event_that_breaks_off_in_a_string_is_refused: r#"2["echo"#;
    an_event_that_breaks_off_behind_a_comma_is_refused: r#"2["echo","#;
    an_event_with_a_negative_id_is_refused: r#"2-1["e"]"#;
    an_event_with_garbage_behind_it_is_refused: r#"2["e"]x"#;
    an_event_with_a_second_array_behind_it_is_refused: r#"2["e"]["f"]"#;
    an_event_with_a_comma_behind_its_last_argument_is_refused: r#"2["e",1,]"#;
    an_event_with_two_commas_is_refused: r#"2["e",,1]"#;
    an_event_with_bad_json_in_a_late_argument_is_refused: r#"2["e",1,{"a":[nul]}]"#;
    an_event_with_a_raw_line_break_in_a_string_is_refused: "2[\"e\",\"a\nb\"]";
    an_event_with_an_unknown_escape_is_refused: r#"2["e","\x"]"#;
    an_event_with_an_unfinished_escape_is_refused: r#"2["e","\ud8"]"#;
    an_event_with_a_number_that_begins_with_zero_is_refused: r#"2["e",01]"#;
    an_event_with_whitespace_that_json_does_not_have_is_refused: "2\u{a0}[\"e\"]";
    an_event_with_a_byte_order_mark_is_refused: "2\u{feff}[\"e\"]";

    an_acknowledgement_with_an_object_is_refused: "31{}";
    an_acknowledgement_that_breaks_off_is_refused: "31[1";
    an_acknowledgement_with_garbage_behind_it_is_refused: "31[1]]";
    a_binary_acknowledgement_without_an_id_is_refused: "61-[1]";

    a_binary_event_without_a_number_of_attachments_is_refused: r#"5["e"]"#;
    a_binary_event_without_digits_is_refused: r#"5-["e"]"#;
    a_binary_event_without_a_hyphen_is_refused: r#"51["e"]"#;
    a_binary_event_with_a_letter_for_its_attachments_is_refused: "5a-";
    a_binary_event_with_a_plus_sign_is_refused: r#"5+1-["e"]"#;
    a_binary_event_with_a_fraction_of_an_attachment_is_refused: r#"51.5-["e"]"#;
    a_binary_event_with_whitespace_in_its_attachments_is_refused: r#"5 1-["e"]"#;
    a_binary_event_with_a_negative_number_of_attachments_is_refused: r#"5-1-["e"]"#;
    a_binary_event_with_no_attachments_is_refused: r#"50-["e"]"#;
    a_binary_acknowledgement_with_no_attachments_is_refused: "60-1[]";
    a_binary_event_with_eleven_attachments_is_refused: r#"511-["e"]"#;
    a_binary_event_with_ten_thousand_attachments_is_refused: r#"510000-["e"]"#;
    a_binary_event_with_eleven_attachments_is_refused_before_its_payload_is_read: "511-";
    a_binary_event_without_a_payload_is_refused: "51-";
    a_binary_event_with_bad_json_is_refused: r#"51-["e""#;
}

#[test]
fn every_reserved_name_is_refused() {
    for name in ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"] {
        assert_eq!(refusal(&format!(r#"2["{name}"]"#)), "an event with a reserved name");
        assert_eq!(refusal(&format!(r#"51-["{name}",1]"#)), "an event with a reserved name");
    }
}

#[test]
fn a_reserved_name_written_with_escapes_is_refused() {
    assert_eq!(refusal(r#"2["\u0063onnect"]"#), "an event with a reserved name");
}

#[test]
fn the_error_says_what_was_wrong() {
    let error = decode(&"511-".into(), &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "too many attachments");
}
