//! The rules of the house that a program can check.

use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 600;
const LONGEST_FUNCTION: usize = 60;

/// The crates whose layers are kept apart.
const CRATES: [&str; 6] =
    ["protocol", "server/core", "server/doors", "server/macros", "server/roomful", "server/test-kit"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is around this crate").to_owned()
}

/// A source file: its path from the root of the workspace, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The text without its tests and without comments.
    fn code(&self) -> String {
        let before_tests = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
        before_tests.lines().map(code).collect::<Vec<_>>().join("\n")
    }

    fn is_test(&self) -> bool {
        self.path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "ui" | "fuzz"))
    }
}

/// All Rust files below a folder of the workspace.
fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() && !["target", "node_modules", ".git"].iter().any(|skipped| name == *skipped) {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file is text");
                let path = path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
                found.push(Source { path, text });
            }
        }
    }
    found
}

fn production(folder: &str) -> Vec<Source> {
    sources(&format!("{folder}/src")).into_iter().filter(|source| !source.is_test()).collect()
}

/// The names in one table of a crate's manifest.
fn manifest(folder: &str, table: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(folder).join("Cargo.toml")).expect("a manifest");
    text.lines()
        .skip_while(|line| line.trim() != format!("[{table}]"))
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// Where production code says one of these words.
fn places(folder: &str, words: &[&str]) -> Vec<String> {
    let mut places = Vec::new();
    for source in production(folder) {
        for word in words.iter().filter(|word| source.code().contains(**word)) {
            places.push(format!("{} says `{word}`", source.path));
        }
    }
    places
}

const NOTHING: [String; 0] = [];

#[test]
fn the_protocol_depends_on_no_runtime_and_no_http() {
    let allowed = [
        "base64",
        "bytes",
        "bytestring",
        "flate2",
        "form_urlencoded",
        "itoa",
        "serde",
        "serde_json",
        "rmp-serde",
        "memchr",
        "simdutf8",
    ];
    let dependencies = manifest("protocol", "dependencies");
    assert!(!dependencies.is_empty());
    let others: Vec<_> = dependencies.into_iter().filter(|name| !allowed.contains(&name.as_str())).collect();
    assert_eq!(others, NOTHING, "the protocol does no I/O: add only what computes");
    assert_eq!(places("protocol", &["std::net", "std::thread", "async fn", ".await"]), NOTHING);
}

#[test]
fn the_protocol_never_asks_the_time() {
    assert_eq!(places("protocol", &["Instant::now", "SystemTime", ".elapsed("]), NOTHING);
}

#[test]
fn the_core_knows_no_door_no_stream_and_no_web_framework() {
    let forbidden = ["axum", "hyper", "tungstenite", "roomful_doors", "roomful-doors", "http", "tower"];
    let known = manifest("server/core", "dependencies");
    assert!(!known.is_empty());
    let known: Vec<_> =
        known.into_iter().filter(|name| forbidden.iter().any(|word| name.contains(word))).collect();
    assert_eq!(known, NOTHING);
    let words = ["axum::", "hyper::", "tungstenite", "roomful_doors", "http::", "tokio::net"];
    assert_eq!(places("server/core", &words), NOTHING);
}

#[test]
fn the_core_is_known_by_no_protocol_and_the_facade_by_neither() {
    assert_eq!(places("protocol", &["roomful_core", "roomful_doors"]), NOTHING);
    assert_eq!(places("server/doors", &["roomful::", "axum::"]), NOTHING);
}

#[test]
fn the_test_kit_knows_the_core_and_the_protocol_alone() {
    let known = manifest("server/test-kit", "dependencies");
    let ours: Vec<_> = known.iter().filter(|name| name.starts_with("roomful")).collect();
    assert_eq!(ours, ["roomful-core", "roomful-protocol"]);
    assert_eq!(places("server/test-kit", &["roomful::", "roomful_doors", "tokio::net"]), NOTHING);
}

#[test]
fn only_the_websocket_module_of_the_doors_names_tungstenite() {
    let named: Vec<_> = CRATES
        .iter()
        .flat_map(|folder| production(folder))
        .filter(|source| {
            source.code().contains("tungstenite") && !source.path.starts_with("server/doors/src/ws")
        })
        .map(|source| source.path)
        .collect();
    assert_eq!(named, NOTHING);
}

#[test]
fn doors_never_import_each_other() {
    let doors: Vec<_> = fs::read_dir(root().join("server/doors/src"))
        .expect("the doors")
        .flatten()
        .filter(|entry| entry.path().is_dir() && entry.path().with_extension("rs").exists())
        .filter_map(|entry| entry.file_name().into_string().ok())
        // What several doors need is no door.
        .filter(|name| !["bundle", "http", "proxy", "ws", "cors", "stream", "tests"].contains(&name.as_str()))
        .collect();
    assert!(doors.contains(&"engineio".to_owned()));
    let mut imports = Vec::new();
    for source in production("server/doors") {
        for (of, other) in doors.iter().flat_map(|of| doors.iter().map(move |other| (of, other))) {
            let inside = source.path.starts_with(&format!("server/doors/src/{of}"));
            if of != other && inside && source.code().contains(&format!("crate::{other}")) {
                imports.push(format!("{} imports {other}", source.path));
            }
        }
    }
    assert_eq!(imports, NOTHING);
}

#[test]
fn adapters_are_known_by_the_app_and_the_facade_alone() {
    for folder in ["protocol", "server/core", "server/doors", "server/macros"] {
        let adapters = ["roomful-redis", "roomful-nats", "roomful-postgres"];
        let known: Vec<_> = manifest(folder, "dependencies")
            .into_iter()
            .filter(|name| adapters.contains(&name.as_str()))
            .collect();
        assert_eq!(known, NOTHING, "{folder}");
    }
}

#[test]
fn unsafe_code_is_forbidden_in_every_crate() {
    let workspace = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace");
    assert!(workspace.contains("unsafe_code = \"forbid\""));
    for folder in CRATES.iter().chain(&["server/app", "tests"]) {
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).expect("a manifest");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{folder}");
    }
}

#[test]
fn crates_that_read_from_the_network_may_not_panic() {
    for folder in ["protocol", "server/core", "server/doors"] {
        let library = fs::read_to_string(root().join(folder).join("src/lib.rs")).expect("a library");
        for lint in ["unwrap_used", "expect_used", "clippy::panic", "indexing_slicing"] {
            assert!(library.contains(lint), "{folder} does not deny {lint}");
        }
    }
}

#[test]
fn no_logic_hangs_on_a_feature() {
    let mut found = Vec::new();
    for source in CRATES.iter().flat_map(|folder| production(folder)) {
        let code = source.code();
        let mut lines = code.lines().map(str::trim);
        while let Some(line) = lines.find(|line| line.contains("cfg") && line.contains("feature =")) {
            // A feature may choose modules and names, and nothing else.
            let chosen = lines.next().unwrap_or_default();
            let chosen = ["pub ", "pub(crate) "]
                .iter()
                .find_map(|public| chosen.strip_prefix(public))
                .unwrap_or(chosen);
            if !line.starts_with("#[cfg(") || !["mod ", "use "].iter().any(|word| chosen.starts_with(word)) {
                found.push(format!("{} says `{line}`", source.path));
            }
        }
    }
    assert_eq!(found, NOTHING);
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<_> = ["protocol", "server", "tests", "examples"]
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|source| source.text.lines().count() > LONGEST_FILE)
        .map(|source| source.path)
        .collect();
    assert_eq!(long, NOTHING);
}

#[test]
fn no_function_is_too_long() {
    let mut long = Vec::new();
    for source in CRATES.iter().chain(&["server/app"]).flat_map(|folder| production(folder)) {
        long.extend(long_functions(&source));
    }
    assert_eq!(long, NOTHING);
}

/// Functions are formatted by rustfmt, so one ends at the brace that stands as far in as its `fn`.
fn long_functions(source: &Source) -> Vec<String> {
    let mut long = Vec::new();
    let lines: Vec<_> = source.text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let words = code.split(['(', '<']).next().unwrap_or_default();
        if code.starts_with("//") || !words.split(' ').any(|word| word == "fn") {
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - code.len()]);
        let len = lines[at..].iter().position(|line| *line == end).unwrap_or(0);
        let has_body = lines[at..].iter().find_map(|line| match line.chars().last() {
            Some('{') => Some(true),
            Some(';' | '}') => Some(false),
            _ => None,
        });
        if has_body == Some(true) && len > LONGEST_FUNCTION {
            long.push(format!("{}:{} has {len} lines", source.path, at + 1));
        }
    }
    long
}

#[test]
fn a_function_that_is_too_long_is_found() {
    let body = "        one();\n".repeat(LONGEST_FUNCTION + 1);
    let text = format!(
        "impl X {{\n    fn short() {{\n    }}\n\n    pub async fn long<T>(\n        x: T,\n    ) {{\n{body}    }}\n}}\n"
    );
    let source = Source { path: "x.rs".into(), text };
    assert_eq!(long_functions(&source).len(), 1);
}
