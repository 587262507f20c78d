//! Documentation that is made from the sources is as the sources are.

use std::path::Path;

#[test]
fn the_manual_of_the_rules_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace");
    let written = std::fs::read_to_string(root.join("docs/rules.md")).unwrap_or_default();
    assert!(written == testyard_inspect::manual(), "docs/rules.md is old: run `cargo xtask docs`");
}
