//! Packets as pieces of a stream.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::Piece;
use crate::args::Args;
use crate::packet::{MESSAGE, Outbound};
use crate::wire::Unit;

/// Encodes a packet; `None` for what cannot be said: binary data, questions, answers, and events whose name is empty, has
/// line ends or is one of the browser's own (`open`, `error`). A goodbye is the end of the stream.
pub fn encode(packet: &Outbound<'_>) -> Option<Unit> {
    let lines;
    let piece = match *packet {
        Outbound::Connected { pid, .. } => Piece::Opened(pid),
        Outbound::Refused { message, data } => {
            lines = refusal(message, data);
            Piece::Refused(&lines)
        }
        Outbound::Event { name, args, ack: None, offset } if may_be_said(name, args) => {
            lines = event(name, args);
            Piece::Event { offset, lines: &lines }
        }
        Outbound::Event { .. } | Outbound::Ack { .. } | Outbound::Disconnect => return None,
    };
    Some(piece.unit())
}

fn may_be_said(name: &str, args: &Args) -> bool {
    let is_name = !name.is_empty() && !name.contains(['\r', '\n']) && !matches!(name, "open" | "error");
    is_name && args.attachments().is_empty()
}

fn refusal(message: &str, data: Option<&str>) -> String {
    let message = Value::from(message);
    match data {
        Some(data) => format!(r#"{{"message":{message},"data":{data}}}"#),
        None => format!(r#"{{"message":{message}}}"#),
    }
}

fn event(name: &str, args: &Args) -> String {
    let mut lines = String::with_capacity(name.len() + args.elements().len() + 24);
    // Without a name it is a `message` to browsers.
    if MESSAGE != name {
        line("event", name, &mut lines);
    }
    match args.parse::<(String, Option<IgnoredAny>)>() {
        Ok((text, None)) => data(&text, &mut lines),
        _ if args.split_first().is_some_and(|(_, rest)| !rest.is_empty()) => {
            data(&format!("[{}]", args.elements()), &mut lines);
        }
        _ => data(args.elements(), &mut lines),
    }
    lines.push_str("\r\n");
    lines
}

/// The lines of some text, which is one line feed to browsers whatever ends them.
fn data(text: &str, lines: &mut String) {
    let mut rest = text;
    while let Some((first, more)) = rest.split_once(['\r', '\n']) {
        line("data", first, lines);
        let is_pair = rest.get(first.len()..).is_some_and(|end| end.starts_with("\r\n"));
        rest = if is_pair { more.get(1..).unwrap_or_default() } else { more };
    }
    line("data", rest, lines);
}

fn line(field: &str, value: &str, lines: &mut String) {
    for part in [field, ": ", value, "\r\n"] {
        lines.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde::Serialize;

    use super::*;

    fn said<T: Serialize>(name: &str, args: &T) -> Option<String> {
        let args = Args::new(args).unwrap();
        let unit = encode(&Outbound::Event { name, args: &args, ack: None, offset: None })?;
        Piece::with(&unit.frames()[0], |piece| match piece {
            Piece::Event { offset: None, lines } => lines.to_owned(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn a_message_is_its_text() {
        assert_eq!(said("message", &"hello").unwrap(), "data: hello\r\n\r\n");
        assert_eq!(said("message", &"").unwrap(), "data: \r\n\r\n");
        assert_eq!(said("message", &" é").unwrap(), "data:  é\r\n\r\n");
    }

    #[test]
    fn each_line_of_a_text_is_a_line_of_data() {
        assert_eq!(said("message", &"hello\nworld").unwrap(), "data: hello\r\ndata: world\r\n\r\n");
        assert_eq!(
            said("message", &"a\r\nb\rc\n\nd\n").unwrap(),
            "data: a\r\ndata: b\r\ndata: c\r\ndata: \r\ndata: d\r\ndata: \r\n\r\n"
        );
    }

    #[test]
    fn other_arguments_are_json() {
        assert_eq!(
            said("last", &serde_json::json!({ "last": "" })).unwrap(),
            "event: last\r\ndata: {\"last\":\"\"}\r\n\r\n"
        );
        assert_eq!(said("n", &7).unwrap(), "event: n\r\ndata: 7\r\n\r\n");
        assert_eq!(said("two", &("a", 1)).unwrap(), "event: two\r\ndata: [\"a\",1]\r\n\r\n");
        assert_eq!(said("none", &()).unwrap(), "event: none\r\ndata: \r\n\r\n");
    }

    #[test]
    fn json_that_came_with_line_ends_stays_one_event() {
        let args = Args::from_raw("{\n \"a\": 1}".into(), Vec::new());
        let packet = Outbound::Event { name: "message", args: &args, ack: None, offset: None };
        let unit = encode(&packet).unwrap();
        let payload = unit.frames()[0].payload();
        assert!(payload.ends_with(b"data: {\r\ndata:  \"a\": 1}\r\n\r\n"), "{payload:?}");
    }

    #[test]
    fn what_cannot_be_said_is_left_to_be_counted() {
        for name in ["", "open", "error", "a\nb", "a\rb"] {
            assert_eq!(said(name, &"x"), None, "{name:?}");
        }
        assert_eq!(said("message", &Bytes::from_static(b"x")), None);
        let args = Args::default();
        assert!(encode(&Outbound::Event { name: "ask", args: &args, ack: Some(1), offset: None }).is_none());
        assert!(encode(&Outbound::Ack { id: 1, args: &args }).is_none());
        assert!(encode(&Outbound::Disconnect).is_none());
    }

    #[test]
    fn a_refusal_says_why_as_json() {
        let unit = encode(&Outbound::Refused { message: "\"no\"", data: Some(r#"{"code":401}"#) }).unwrap();
        let why = Piece::with(&unit.frames()[0], |piece| match piece {
            Piece::Refused(why) => why.to_owned(),
            other => panic!("{other:?}"),
        });
        assert_eq!(why.unwrap(), r#"{"message":"\"no\"","data":{"code":401}}"#);
    }
}
