//! Samples for unit tests, read from a small Markdown text.
//!
//! In: a text whose fences stand alone, perhaps indented. Out: samples as the builder would make them. It knows just
//! enough of Markdown for that.

use std::sync::Arc;

use super::attributes::{Rules, Untagged};
use super::library::{DEFAULT_MEMORY, DEFAULT_TIMEOUT, Dependencies, Library};
use super::plan::{Plan, plan};
use super::sample::{CodeLine, Fence, Place};

/// A library without dependencies.
pub fn library() -> Library {
    Library {
        name: "the library".into(),
        dependencies: Dependencies::None,
        edition: None,
        env: Vec::new(),
        rustflags: Vec::new(),
        timeout: DEFAULT_TIMEOUT,
        memory: DEFAULT_MEMORY,
    }
}

/// The fences of a text, hidden lines handled.
pub fn fences(path: &str, markdown: &str) -> Vec<Fence> {
    let path: Arc<str> = path.into();
    let mut fences: Vec<Fence> = Vec::new();
    let mut open: Option<(usize, Fence)> = None;
    for (n, line) in markdown.lines().enumerate() {
        let number = n + 1;
        let indent = line.len() - line.trim_start().len();
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(info)) => {
                let place = Place {
                    path: path.clone(),
                    line: number,
                    column: indent + 1,
                };
                let fence = Fence {
                    docset: "docs".into(),
                    version: None,
                    page: path.clone(),
                    block: fences.len(),
                    info: info.to_owned(),
                    fenced: true,
                    rustdoc: false,
                    lines: Vec::new(),
                    path: path.clone(),
                    open_line: number,
                    close_line: number,
                    place,
                    chain: Vec::new(),
                    file: None,
                    expected: None,
                };
                open = Some((indent, fence));
            }
            (Some(_), Some(_)) => {
                let (_, mut fence) = open.take().expect("invariant: it is open");
                fence.close_line = number;
                fences.push(fence);
            }
            (Some((indent, fence)), None) => fence.lines.push(code_line(line, number, *indent)),
            (None, None) => {}
        }
    }
    fences
}

fn code_line(line: &str, number: usize, indent: usize) -> CodeLine {
    let text = line.get(indent..).unwrap_or_default();
    let (text, hidden) = match text.strip_prefix("# ") {
        Some(text) => (text, true),
        None => (text, false),
    };
    CodeLine {
        line: number,
        text: text.to_owned(),
        column: indent + if hidden { 2 } else { 0 },
        cuts: Vec::new(),
        hidden,
        origin: None,
    }
}

/// A plan over one text with one library.
pub fn planned(markdown: &str) -> Plan {
    let fences = fences("docs/a.md", markdown);
    let rules = Rules {
        strict: false,
        untagged: Untagged::Skip,
        host: "x86_64-unknown-linux-gnu",
    };
    let of = vec![0; fences.len()];
    plan(fences, vec![library()], &of, &rules)
}
