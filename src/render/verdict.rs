//! What is shown under a sample: its recorded verdict, and what it printed.
//!
//! In: words that the builder chose. Out: HTML for the end of the sample's figure. It must not know how a verdict came
//! about.

use crate::markdown::escape_into;

/// The mark of a sample.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Mark {
    /// Whether all is well.
    pub passed: bool,
    /// What is said of it, such as `verified with sessionkit 2.0.1, rustc 1.95.0`.
    pub words: String,
    /// What it printed, if that is to be shown.
    pub captured: Option<Captured>,
}

/// What a sample printed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Captured {
    /// The text.
    pub text: String,
    /// Whether there was more.
    pub cut: bool,
}

/// Appends a mark.
pub fn render_into(out: &mut String, mark: &Mark) {
    if let Some(captured) = &mark.captured {
        captured_into(out, captured);
    }
    let class = if mark.passed { "passed" } else { "failed" };
    out.push_str(&format!("<div class=\"verdict {class}\">"));
    escape_into(out, &mark.words);
    out.push_str("</div>");
}

fn captured_into(out: &mut String, captured: &Captured) {
    out.push_str("<div class=\"captured\"><p>Output</p><pre>");
    // HTML drops a line break at the start of a `pre`.
    if captured.text.starts_with('\n') {
        out.push('\n');
    }
    escape_into(out, captured.text.trim_end_matches('\n'));
    out.push_str(if captured.cut {
        "\n\u{2026}</pre></div>"
    } else {
        "</pre></div>"
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_output_are_escaped() {
        let captured = Captured {
            text: "\na < b\n".into(),
            cut: true,
        };
        let mark = Mark {
            passed: false,
            words: "fails: expected <x>".into(),
            captured: Some(captured),
        };
        let mut out = String::new();
        render_into(&mut out, &mark);
        assert_eq!(
            out,
            "<div class=\"captured\"><p>Output</p><pre>\n\na &lt; b\n…</pre></div><div class=\"verdict failed\">fails: expected &lt;x&gt;</div>"
        );
    }
}
