//! The migration pages show nothing but code that is compiled and run.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is around this crate");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The blocks of code in a page, with their language.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let fenced = page.split("\n```").skip(1).step_by(2);
    fenced.map(|block| block.split_once('\n').expect("a block has a language and lines")).collect()
}

/// A text without the indentation of its lines, which a page has no room for.
fn without_indentation(text: &str) -> String {
    text.lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_block_of_code_in_a_migration_page_stands_in_a_program() {
    let node = ["examples/migration/src/main.rs", "examples/migration/node/server.mjs"];
    let socketioxide = ["examples/migration/src/main.rs", "examples/migration/socketioxide/src/main.rs"];
    for (page, programs) in
        [("docs/from-socketio-node.md", node), ("docs/from-socketioxide.md", socketioxide)]
    {
        let text = read(page);
        let blocks = blocks(&text);
        assert!(blocks.len() > 10, "{page} has {} blocks", blocks.len());
        for (language, code) in blocks {
            assert!(matches!(language, "rust" | "js"), "{page}: a block in {language:?}");
            let code = without_indentation(code);
            let found = programs.iter().any(|program| without_indentation(&read(program)).contains(&code));
            assert!(found, "{page} shows what is in none of {programs:?}:\n{code}");
        }
    }
}
