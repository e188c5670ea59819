use super::*;

fn repaired(text: &str) -> String {
    repair(text).into_owned()
}

#[test]
fn text_without_escapes_is_borrowed() {
    assert!(matches!(repair(r#""é\n\\",1"#), Cow::Borrowed(_)));
}

#[test]
fn valid_pairs_are_borrowed() {
    assert!(matches!(repair(r#""\ud83d\ude00 \uD83D\uDE00""#), Cow::Borrowed(_)));
}

#[test]
fn a_lone_high_surrogate_is_replaced() {
    assert_eq!(repaired(r#""a\ud83d","b""#), r#""a\ufffd","b""#);
    assert_eq!(repaired(r#""a\uD83Db""#), r#""a\ufffdb""#);
}

#[test]
fn a_lone_low_surrogate_is_replaced() {
    assert_eq!(repaired(r#""\ude00x""#), r#""\ufffdx""#);
}

#[test]
fn a_high_surrogate_before_another_escape_is_replaced_alone() {
    assert_eq!(repaired(r#""\ud83d\n""#), r#""\ufffd\n""#);
    assert_eq!(repaired(r#""\ud83d\u0041""#), r#""\ufffd\u0041""#);
}

#[test]
fn a_high_surrogate_before_a_pair_is_replaced_alone() {
    assert_eq!(repaired(r#""\ud83d\ud83d\ude00""#), r#""\ufffd\ud83d\ude00""#);
}

#[test]
fn two_low_surrogates_after_a_high_one_leave_the_last_alone() {
    assert_eq!(repaired(r#""\ud83d\ude00\ude00""#), r#""\ud83d\ude00\ufffd""#);
}

#[test]
fn an_escaped_backslash_begins_no_escape() {
    assert!(matches!(repair(r#""\\ud83d""#), Cow::Borrowed(_)));
    assert_eq!(repaired(r#""\\\ud83d""#), r#""\\\ufffd""#);
}

#[test]
fn other_escapes_are_left_alone() {
    assert!(matches!(repair(r#""\u00e9\ud7ff\ue000""#), Cow::Borrowed(_)));
}

#[test]
fn text_that_is_no_json_is_survived() {
    for text in ["\\", "\\u", "\\ud83", "\\ud83d\\", "\\ud83d\\u", "\\é\\ud83d", "\\ud8é", "\\u+d83"] {
        let _ = repair(text);
    }
}

#[test]
fn a_repaired_text_can_be_parsed() {
    let strings: Vec<String> = serde_json::from_str(&repair(r#"["\ud83d","\udc00\ud83d\ude00"]"#)).unwrap();
    assert_eq!(strings, ["\u{fffd}", "\u{fffd}\u{1f600}"]);
}
