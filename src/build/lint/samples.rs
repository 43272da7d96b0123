//! Samples in JavaScript and TypeScript that do not parse. What is let through is said in [`crate::javascript::sample`].

use super::place;
use crate::build::docs::Doc;
use crate::diagnostic::Diagnostic;
use crate::javascript::sample::{self, Language};
use crate::markdown::CodeBlock;

/// Checks the samples of a doc.
pub fn check(doc: &Doc, found: &mut Vec<Diagnostic>) {
    for code in &doc.parsed.codes {
        let Some(language) = Language::of(&code.info.language) else {
            continue;
        };
        let Some(mistake) = sample::check(&code.text, language) else {
            continue;
        };
        let at = in_text(code, mistake.at);
        let message = format!("this sample does not parse: {}", mistake.message);
        found.push(
            Diagnostic::warning("sample-syntax", message)
                .at(place(doc, &(at..at + 1)), "")
                .hint("put it right; `...` may stand for what is left out, and `text` is the language of what is no code"),
        );
    }
}

/// The byte of the expanded text behind a byte of a block's code.
fn in_text(code: &CodeBlock, at: usize) -> usize {
    let before = &code.text[..at.min(code.text.len())];
    let mut line = before.matches('\n').count();
    let mut byte = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    // The end of the text is the end of its last line.
    if line >= code.lines.len() && line > 0 {
        line -= 1;
        byte = code.text.lines().last().map_or(0, str::len);
    }
    let runs = code.places.line(line);
    let run = runs.take_while(|(from, _)| *from <= byte).last();
    run.map_or(code.range.start, |(from, place)| place + byte - from)
}
