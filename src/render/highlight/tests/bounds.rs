//! That no block takes too long, and none brings the program down.

use std::time::{Duration, Instant};

use super::super::engine::{self, Engine};
use super::super::{Highlighter, Language, PlainReason, is_contained_panic};
use super::shown;

fn language(name: &str) -> Language {
    Highlighter::language(name).expect("invariant: tests name known languages")
}

#[test]
fn long_lines_and_blocks_are_plain() {
    let highlighter = Highlighter::new();
    let line = format!("var a = '{}';", "x".repeat(5_000));
    let block = "let a = 1;\n".repeat(30_000);
    for code in [&line, &block] {
        let result = highlighter.highlight(language("go"), code);
        assert_eq!(result.plain, Some(PlainReason::TooLong));
        assert_eq!(shown(code, &result), *code);
        for own in ["rust", "js", "tsx", "json"] {
            assert_eq!(highlighter.highlight(language(own), code).plain, None);
        }
    }
    assert!(highlighter.engine.get().is_none());
}

#[test]
fn slow_blocks_are_plain() {
    let engine = Engine::with_block_time(Duration::ZERO);
    let code = "never_seen_by_another_test_on_this_thread();\n";
    assert_eq!(
        engine.highlight(language("go"), code),
        Err(PlainReason::TooSlow)
    );
}

#[test]
fn panics_are_contained_and_told() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !is_contained_panic() {
            hook(panic);
        }
    }));
    assert!(!is_contained_panic());
    assert_eq!(engine::contain(is_contained_panic), Some(true));
    let outcome: Option<()> = engine::contain(|| panic!("a grammar failed"));
    assert_eq!(outcome, None);
    assert!(!is_contained_panic());
}

/// Deep nesting, long runs, text that makes regular expressions backtrack. Nothing may take more
/// than the budget and one line's worth on top, counted in the thread's own time.
#[test]
fn hostile_code_ends_in_time() {
    let lines = |line: &str, count: usize| format!("{line}\n").repeat(count);
    let codes = [
        "(".repeat(4_900),
        lines(&"[{(".repeat(1_600), 3),
        lines("a(b(c(d(function(){ return `${`${`", 300),
        lines(&format!("foo(1);{}// x", " ".repeat(900)), 40),
        lines(&"/".repeat(4_900), 3),
        lines(&"a".repeat(4_900), 2),
        lines(&"\\".repeat(2_450), 3),
        lines(&"<a b='".repeat(800), 3),
        lines(&"x = y ? z : ".repeat(400), 5),
        lines(&"async (a, b) => { ".repeat(250), 5),
        lines(&"`${".repeat(1_600), 3),
        lines(&"* ** _ __ [a](".repeat(300), 5),
        lines(&"$($($((".repeat(600), 2),
        lines(&"\"\\\"".repeat(1_600), 3),
        "\n".repeat(20_000),
    ];
    let names = ["java", "go", "bash", "markdown", "php", "scss"];
    let highlighter = Highlighter::new();
    for name in names {
        for code in &codes {
            let started = Instant::now();
            shown(code, &highlighter.highlight(language(name), code));
            let taken = started.elapsed();
            if taken > Duration::from_secs(2) {
                eprintln!("{name}: {taken:?} for {:?}", &code[..code.len().min(30)]);
            }
            assert!(taken < Duration::from_secs(30), "{name}: {taken:?}");
        }
    }
}
