//! Runs the example, and compares what it prints with the pages that show it.

use example_driver::{shown_in, shown_in_readme};
use std::process::Command;

#[test]
fn prints_what_the_pages_show() {
    let output = Command::new(env!("CARGO_BIN_EXE_override_functions"))
        .output()
        .expect("the program can be started");
    assert!(output.status.success());
    let printed = String::from_utf8_lossy(&output.stdout);
    let page = "docs/sessions/storing-session-data.md";
    for shown in [
        shown_in_readme("override_functions"),
        shown_in(page, "Put something in for every session"),
    ] {
        assert_eq!(shown[0].command, "cargo run -p override_functions");
        assert_eq!(printed.trim_end(), shown[0].output);
    }
}
