use super::*;

#[test]
fn numbers_keep_their_value() {
    let numbers = (i64::MIN, u64::MAX, 0.1f64, i128::MIN, -0.0f64);
    let text = format!("{},{},0.1,{},-0.0", i64::MIN, u64::MAX, i128::MIN);
    let read: (i64, u64, f64, i128, f64) = many(&text).unwrap();
    assert_eq!(read, numbers);
    assert!(read.4.is_sign_negative());
}

#[test]
fn a_value_keeps_its_numbers() {
    let text = "[18446744073709551615,-9223372036854775808,0.1,1e300]";
    assert_eq!(many::<(Value,)>(text).unwrap().0, serde_json::from_str::<Value>(text).unwrap());
}

#[test]
fn keys_that_are_numbers_are_read() {
    assert_eq!(many::<HashMap<u64, u8>>(r#"{"7":1}"#).unwrap()[&7], 1);
}

#[test]
fn a_raw_value_is_the_text_as_it_came() {
    let text = r#"[1,  2.0],{"_placeholder":true,"num":0}"#;
    let read: (Box<RawValue>, Box<RawValue>) = many(text).unwrap();
    assert_eq!((read.0.get(), read.1.get()), ("[1,  2.0]", PLACEHOLDER_0));
    assert_eq!(many::<Box<RawValue>>(text).unwrap().get(), "[1,  2.0]");
}

#[test]
fn lone_surrogates_are_read_as_the_replacement_character() {
    let read: (String, Value, String) = many(r#""\ud83d",{"\ude00":1},"\ud83d\ude00""#).unwrap();
    assert_eq!(read, ("\u{fffd}".to_owned(), json!({"\u{fffd}": 1}), "\u{1f600}".to_owned()));
}

#[test]
fn deep_nesting_is_an_error() {
    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    #[allow(dead_code)]
    enum Tree {
        Leaf(Bytes),
        Branch(Vec<Tree>),
    }
    for depth in [130, 100_000] {
        let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(error::<(Value,)>(&text).contains("recursion limit"));
        assert!(error::<(Tree,)>(&text).contains("recursion limit"));
        assert!(error::<(Bytes,)>(&text).starts_with("argument 1"));
        let text = format!("{}1{}", r#"{"_placeholder":"#.repeat(depth), "}".repeat(depth));
        assert!(error::<(Value,)>(&text).contains("recursion limit"));
        assert!(error::<(Bytes,)>(&text).contains("recursion limit"));
    }
}

#[test]
fn nesting_below_the_limit_is_read() {
    let text = format!("{}{PLACEHOLDER_0}{}", "[".repeat(120), "]".repeat(120));
    many::<(Value,)>(&text).unwrap();
    let text = format!("{}1{}", r#"{"_placeholder":"#.repeat(120), "}".repeat(120));
    many::<(Value,)>(&text).unwrap();
}
