//! That every language resolves and has sensible classes, and how names and the table behave.

use std::collections::HashSet;

use super::super::language::TABLE;
use super::super::{Highlighter, Language};
use super::check;
use super::samples::SAMPLES;

#[test]
fn samples() {
    for (language, code, shown) in SAMPLES {
        check(language, code, shown);
    }
}

#[test]
fn php_with_its_opening_tag() {
    check(
        "php",
        "<b><?php echo 'a'; ?>",
        "<[g b]><?php [f echo] [s 'a']; ?>",
    );
}

#[test]
fn lines_may_end_in_any_way() {
    let shown = "[c // a]\r\n[k let] b = [s 'c'];\r\n\r\n[k let]";
    check("js", "// a\r\nlet b = 'c';\r\n\r\nlet", shown);
    check("js", "\n\n", "\n\n");
    check("toml", "", "");
}

#[test]
fn names_are_folded() {
    let same = [
        ("rs", "Rust"),
        ("JS", "javascript"),
        ("yml", "YAML"),
        ("sh", "bash"),
        ("c++", "CPP"),
        ("Docker", "dockerfile"),
        ("golang", "go"),
        (" py ", "python"),
        ("jsonc", "json"),
        ("", "text"),
    ];
    for (one, other) in same {
        let language = Highlighter::language(one);
        assert!(language.is_some(), "{one}");
        assert_eq!(language, Highlighter::language(other), "{one}");
    }
    assert_eq!(Highlighter::language("txt"), Some(Language::Plain));
    assert_eq!(Highlighter::language("no such language"), None);
    assert_eq!(
        Highlighter::language("toml").map(Language::label),
        Some("TOML")
    );
}

#[test]
fn plain_text_stays_plain() {
    check("text", "fn main() {}\n", "fn main() {}\n");
}

#[test]
fn no_name_means_two_languages() {
    let mut seen = HashSet::new();
    for row in TABLE {
        for name in row.names.split(' ') {
            assert!(seen.insert(name), "{name} stands twice");
            assert!(Highlighter::language(name).is_some());
            assert_eq!(name, name.to_ascii_lowercase());
        }
    }
    assert!(TABLE.len() < usize::from(u8::MAX));
}

/// Grammars that no sample of documentation would name: parts of others, and formats of single files.
const LEFT_OUT: &[&str] = &[
    "CFML Script",
    "CMake C Header",
    "CMake C++ Header",
    "CMakeCache",
    "Command Help",
    "CpuInfo",
    "Dockerfile (with bash)",
    "Authorized Keys",
    "Git Link",
    "Git Log",
    "Git Mailmap",
    "Highlight non-printables",
    "JavaScript",
    "JavaScript (Rails)",
    "Known Hosts",
    "LaTeX Log",
    "MemInfo",
    "MultiMarkdown",
    "NAnt Build File",
    "OCamllex",
    "OCamlyacc",
    "OpenMP (Fortran)",
    "Fortran Namelist",
    "Comma Separated Values",
    "Pipe Separated Values",
    "Semi-Colon Separated Values",
    "Plain Text",
    "Private Key",
    "Rd (R Documentation)",
    "Ruby on Rails",
    "Rust",
    "SQL (Rails)",
    "Todo.txt",
    "VimHelp",
    "camlp4",
    "debsources",
    "group",
    "passwd",
    "resolv",
    "HTML (Erlang)",
    // These have highlighters of our own.
    "JavaScript (Babel)",
    "JSON",
    "TypeScript",
    "TypeScriptReact",
];

#[test]
fn the_table_is_all_that_the_grammars_offer() {
    let grammars = two_face::syntax::extra_newlines();
    for row in TABLE {
        assert!(
            grammars.find_syntax_by_name(row.grammar).is_some(),
            "{}",
            row.grammar
        );
    }
    assert!(grammars.find_syntax_by_name("PHP Source").is_some());
    let known: HashSet<&str> = TABLE
        .iter()
        .map(|row| row.grammar)
        .chain(LEFT_OUT.iter().copied())
        .collect();
    let missing: Vec<&str> = grammars
        .syntaxes()
        .iter()
        .filter(|syntax| !syntax.hidden && !known.contains(syntax.name.as_str()))
        .map(|syntax| syntax.name.as_str())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Every grammar takes the same text without failing or taking for ever.
#[test]
fn every_grammar_runs() {
    let code = "# a\n<b c=\"d\">'e' /* f */ { g: 1; } \\ $h @i [j] (k) `l` // m\n\tn = o\n";
    let highlighter = Highlighter::new();
    for row in TABLE {
        let name = row.names.split(' ').next().unwrap_or_default();
        let language =
            Highlighter::language(name).expect("invariant: the table holds its own names");
        let highlighted = highlighter.highlight(language, code);
        assert_eq!(highlighted.plain, None, "{name}");
        super::shown(code, &highlighted);
    }
}
