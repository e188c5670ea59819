//! The body of a push.

use roomful::RawArgs;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// What is to be pushed, and to whom.
#[derive(Debug)]
pub(super) struct Push {
    pub(super) namespace: String,
    /// None: everybody.
    pub(super) rooms: Vec<String>,
    pub(super) except: Vec<String>,
    pub(super) event: String,
    pub(super) args: RawArgs,
}

/// The body as it is written. Arguments stay text, so that no depth of nesting matters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(default = "main")]
    namespace: String,
    rooms: Option<Vec<String>>,
    #[serde(default)]
    except: Vec<String>,
    event: String,
    #[serde(borrow, default, deserialize_with = "present")]
    args: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    data: Option<&'a RawValue>,
}

fn main() -> String {
    "/".into()
}

/// A value that is there, `null` too.
fn present<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl Push {
    /// Reads a body; what is wrong with it, and what to do, otherwise.
    pub(super) fn parse(body: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(body).map_err(|error| format!("the body is not UTF-8: {error}"))?;
        let body: Body<'_> = serde_json::from_str(text).map_err(|error| {
            format!("the body cannot be read: {error}; it is as {{\"rooms\":[\"a\"],\"event\":\"news\",\"data\":1}}")
        })?;
        if body.event.is_empty() {
            return Err("`event` is empty: give the name under which clients listen".into());
        }
        if body.rooms.as_ref().is_some_and(Vec::is_empty) {
            // A list that has come out empty by mistake must not reach everybody.
            return Err("`rooms` is empty: name a room, or leave `rooms` out to reach everybody".into());
        }
        let args = arguments(body.args, body.data)?;
        let rooms = body.rooms.unwrap_or_default();
        Ok(Self { namespace: body.namespace, rooms, except: body.except, event: body.event, args })
    }
}

fn arguments(args: Option<&RawValue>, data: Option<&RawValue>) -> Result<RawArgs, String> {
    let elements = match (args, data) {
        (None, None) => "",
        (None, Some(data)) => data.get(),
        (Some(args), None) => {
            let inside = args.get().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
            inside.ok_or("`args` is a list of arguments; for a single one there is `data`")?.trim()
        }
        (Some(_), Some(_)) => return Err("give `args` or `data`, not both".into()),
    };
    Ok(RawArgs::from_raw(elements.to_owned().into(), Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(body: &str) -> String {
        Push::parse(body.as_bytes()).unwrap().args.elements().to_string()
    }

    fn error(body: &str) -> String {
        Push::parse(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn only_the_event_is_needed() {
        let push = Push::parse(br#"{"event":"news"}"#).unwrap();
        assert_eq!((push.namespace.as_str(), push.event.as_str()), ("/", "news"));
        assert!(push.rooms.is_empty() && push.except.is_empty() && push.args.is_empty());
    }

    #[test]
    fn data_is_one_argument_and_args_are_several() {
        assert_eq!(elements(r#"{"event":"e","data":[1,2]}"#), "[1,2]");
        assert_eq!(elements(r#"{"event":"e","data":null}"#), "null");
        assert_eq!(elements(r#"{"event":"e","args":[ 1, {"a":[]} ]}"#), r#"1, {"a":[]}"#);
        assert_eq!(elements(r#"{"event":"e","args":[ ]}"#), "");
        assert!(error(r#"{"event":"e","args":[],"data":1}"#).contains("not both"));
        assert!(error(r#"{"event":"e","args":{}}"#).contains("`data`"));
        assert!(error(r#"{"event":"e","args":null}"#).contains("`data`"));
    }

    #[test]
    fn numbers_and_text_go_on_as_they_came() {
        assert_eq!(
            elements(r#"{"event":"e","data":1.0000000000000000001e400}"#),
            "1.0000000000000000001e400"
        );
        assert_eq!(elements(r#"{"event":"e","data":"\ud83d"}"#), r#""\ud83d""#);
    }

    #[test]
    fn any_depth_of_nesting_is_carried() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(elements(&format!(r#"{{"event":"e","data":{deep}}}"#)), deep);
    }

    #[test]
    fn an_empty_list_of_rooms_does_not_reach_everybody() {
        assert!(error(r#"{"event":"e","rooms":[]}"#).contains("leave `rooms` out"));
    }

    #[test]
    fn an_error_says_where() {
        assert!(error(r#"{"event":"e","room":["a"]}"#).contains("unknown field `room`"));
        assert!(error("{\"event\":\"e\",\n\"data\":}").contains("line 2 column 8"));
        assert!(error(r#"{"rooms":["a"]}"#).contains("missing field `event`"));
        assert!(error(r#"{"event":""}"#).contains("`event` is empty"));
        assert!(error(r#"{"event":"e"} x"#).contains("trailing characters"));
        assert!(Push::parse(b"\xff").unwrap_err().contains("UTF-8"));
    }
}
