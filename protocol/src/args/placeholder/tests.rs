use super::*;

fn passes(text: &str, attachments: usize) -> bool {
    check(text, attachments).is_ok()
}

#[test]
fn text_without_placeholders_passes() {
    assert!(passes(r#""a",{"num":9},[1,{}]"#, 0));
}

#[test]
fn attachments_without_placeholders_pass() {
    assert!(passes("1,2", 3));
    assert!(passes("", 3));
}

#[test]
fn a_number_below_the_attachments_passes() {
    assert!(passes(r#"{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}"#, 2));
}

#[test]
fn a_number_out_of_range_is_refused() {
    assert!(!passes(r#"{"_placeholder":true,"num":2}"#, 2));
}

#[test]
fn a_placeholder_without_attachments_is_refused() {
    assert!(!passes(r#"[{"a":{"_placeholder":true,"num":0}}]"#, 0));
}

#[test]
fn both_orders_of_keys_are_checked() {
    assert!(passes(r#"{"num":0,"_placeholder":true}"#, 1));
    assert!(!passes(r#"{"num":1,"_placeholder":true}"#, 1));
}

#[test]
fn whitespace_may_be_anywhere() {
    assert!(passes(" {\t\"_placeholder\" :\n true ,\r \"num\" : 0 } , 1", 1));
    assert!(!passes(" {\t\"_placeholder\" :\n true ,\r \"num\" : 1 } , 1", 1));
}

#[test]
fn a_number_that_is_no_index_is_refused() {
    for number in ["-1", "0.5", "1e0", "null", "\"0\"", "true", "[]", "{}", "18446744073709551616"] {
        let text = format!(r#"{{"_placeholder":true,"num":{number}}}"#);
        assert!(!passes(&text, 9), "{text}");
    }
}

#[test]
fn a_placeholder_without_a_number_is_refused() {
    assert!(!passes(r#"{"_placeholder":true}"#, 1));
}

#[test]
fn only_true_makes_a_placeholder() {
    for value in ["false", "null", "\"true\"", "1", "[true]", "{\"a\":true}"] {
        let text = format!(r#"{{"_placeholder":{value},"num":7}}"#);
        assert!(passes(&text, 0), "{text}");
    }
}

#[test]
fn a_string_that_looks_like_a_placeholder_passes() {
    assert!(passes(r#""{\"_placeholder\":true,\"num\":9}""#, 0));
    assert!(passes(r#"{"a":"_placeholder","b":true}"#, 0));
    assert!(passes(r#"["_placeholder",true]"#, 0));
}

#[test]
fn a_string_that_ends_in_an_escaped_backslash_ends() {
    assert!(!passes(r#""\\",{"_placeholder":true,"num":9}"#, 1));
}

#[test]
fn a_placeholder_with_other_keys_is_checked() {
    assert!(!passes(r#"{"a":[1,{}],"_placeholder":true,"b":{"num":0},"num":9}"#, 1));
    assert!(passes(r#"{"a":[1,{}],"_placeholder":true,"b":{"num":9},"num":0}"#, 1));
}

#[test]
fn a_placeholder_around_another_is_checked() {
    assert!(!passes(r#"{"_placeholder":true,"x":{"_placeholder":true,"num":0}}"#, 1));
}

#[test]
fn a_key_written_with_escapes_is_checked() {
    assert!(!passes(r#"{"\u005fplaceholder":true,"num":9}"#, 1));
    assert!(!passes(r#"{"_\u0070laceholder":true,"\u006eum":9}"#, 1));
    assert!(passes(r#"{"\u005fplaceholder":true,"\u006eum":0}"#, 1));
}

#[test]
fn the_last_of_equal_keys_counts() {
    assert!(!passes(r#"{"_placeholder":true,"num":0,"num":1}"#, 1));
    assert!(passes(r#"{"_placeholder":true,"num":1,"num":0}"#, 1));
    assert!(passes(r#"{"_placeholder":true,"_placeholder":false,"num":1}"#, 1));
}

#[test]
fn deep_nesting_is_survived() {
    let depth = 100_000;
    let text =
        format!("{}{}{}", r#"{"a":["#.repeat(depth), r#"{"_placeholder":true,"num":1}"#, "]}".repeat(depth));
    assert!(!passes(&text, 1));
    assert!(passes(&text, 2));
}

#[test]
fn text_that_is_no_json_is_survived() {
    let texts = [
        "]}]}",
        "{\"_placeholder",
        "{\"_placeholder\"",
        "{\"_placeholder\":",
        "\"_placeholder\\",
        "!_placeholder",
        "é_placeholder\u{1f600}",
        "{\"\\u",
        "{_placeholder:true}",
        "[,,]_placeholder",
        "\"\\",
        "}_placeholder!\"",
    ];
    for text in texts {
        let _ = check(text, 1);
    }
}

#[test]
fn the_error_says_what_is_allowed() {
    let error = check(r#"{"_placeholder":true,"num":2}"#, 2).unwrap_err();
    assert!(error.to_string().contains("integer below 2"), "{error}");
}
