use super::*;

#[test]
fn text_is_refused_with_a_hint_at_the_parser() {
    let text = ByteString::from_static("0");
    let read = MsgpackMessages.text(Instant::now(), &text, &text, &Limits::default());
    assert!(read.unwrap_err().0.contains("the same parser"));
}
