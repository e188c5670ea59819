//! Polling by `<script>`, as browsers without cross-origin requests had to: an answer is a call of a function of the
//! page, and a body is the field `d` of a form.

/// The answer that hands `payload` to the page's function number `index`. Of the index only digits are kept, so that
/// nobody can have a script of his own made with it.
pub fn answer(index: &str, payload: &str) -> String {
    let index: String = index.chars().filter(char::is_ascii_digit).collect();
    // A string always serialises.
    let json = serde_json::to_string(payload).unwrap_or_default();
    // These two end a line in older JavaScript, and do not in JSON.
    let script = json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    format!("___eio[{index}]({script});")
}

/// The payload in the field of a form, in which line feeds were escaped as `\n` and that itself as `\\n`: browsers
/// change line feeds in forms.
pub fn unescape(field: &str) -> String {
    let mut payload = String::with_capacity(field.len());
    let mut rest = field;
    while let Some((before, after)) = rest.split_once("\\n") {
        match before.strip_suffix('\\') {
            Some(before) => {
                payload.push_str(before);
                payload.push_str("\\n");
            }
            None => {
                payload.push_str(before);
                payload.push('\n');
            }
        }
        rest = after;
    }
    payload.push_str(rest);
    payload
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_calls_a_function_of_the_page() {
        assert_eq!(answer("3", r#"1:6"#), r#"___eio[3]("1:6");"#);
        assert_eq!(answer("0", "4:4\"\\\n"), r#"___eio[0]("4:4\"\\\n");"#);
    }

    #[test]
    fn an_index_has_digits_only() {
        assert_eq!(answer("1];alert(2", "x"), r#"___eio[12]("x");"#);
        assert_eq!(answer("", "x"), r#"___eio[]("x");"#);
    }

    #[test]
    fn separators_of_lines_are_escaped() {
        assert_eq!(answer("1", "a\u{2028}b\u{2029}c"), r#"___eio[1]("a\u2028b\u2029c");"#);
    }

    #[test]
    fn a_line_feed_comes_back_and_so_does_what_looks_like_one() {
        assert_eq!(unescape(r"4a\nb"), "4a\nb");
        assert_eq!(unescape(r"4a\\nb"), r"4a\nb");
        assert_eq!(unescape(r"4a\\\nb"), r"4a\\nb");
        assert_eq!(unescape(r"\n\n\\n"), "\n\n\\n");
        assert_eq!(unescape(r"4a\b\"), r"4a\b\");
    }
}
