//! A code block as HTML.
//!
//! In: a block and its mark. Out: a `<figure>`, one `.line` for each line of the code.

use std::ops::Range;

use super::highlight::{Highlighter, Language, PlainReason, Token};
use super::verdict::{self, Mark};
use crate::markdown::{CodeBlock, LineMark, escape_into};

/// A block with more lines than this can be folded.
const FOLD_LINES: usize = 30;

/// Appends a block. Gives the reason when its language is known and it is shown plain all the same.
pub fn render_into(
    out: &mut String,
    block: &CodeBlock,
    mark: Option<&Mark>,
    highlighter: &Highlighter,
) -> Option<PlainReason> {
    let language = Highlighter::language(&block.info.language);
    let name = if block.info.language.is_empty() {
        "text".to_owned()
    } else {
        block.info.language.to_lowercase()
    };
    let highlighted = highlighter.highlight(language.unwrap_or(Language::Plain), &block.text);
    out.push_str("<figure class=\"code");
    let shown = block.lines.iter().filter(|line| !line.hidden).count();
    let folds = block.info.collapse && shown > FOLD_LINES;
    for (on, class) in [
        (block.info.numbers, " numbers"),
        (block.info.wrap, " wrap"),
        (folds, " collapse"),
    ] {
        out.push_str(if on { class } else { "" });
    }
    out.push_str("\" data-language=\"");
    escape_into(out, &name);
    out.push_str("\"><figcaption>");
    if let Some(title) = &block.info.title {
        out.push_str("<span class=\"title\">");
        escape_into(out, title);
        out.push_str("</span>");
    }
    out.push_str("<span class=\"language\">");
    escape_into(
        out,
        language.map_or_else(|| block.info.language.as_str(), |known| known.label()),
    );
    out.push_str("</span></figcaption><pre><code class=\"language-");
    escape_into(out, &name);
    out.push_str("\">");
    let phrases = widen(&block.phrases, &highlighted.tokens, &block.text);
    lines_into(out, block, &highlighted.tokens, &phrases);
    out.push_str("</code></pre>");
    if folds {
        // Here from the start, or what stands below would move when the script arrives.
        out.push_str(&format!(
            "<button type=\"button\" class=\"more\">Show all {shown} lines</button>"
        ));
    }
    if let Some(mark) = mark {
        verdict::render_into(out, mark);
    }
    out.push_str("</figure>\n");
    highlighted.plain
}

/// Phrases grown until they cover whole highlighted tokens, never past the ends of their line.
fn widen(phrases: &[Range<usize>], tokens: &[Token], text: &str) -> Vec<Range<usize>> {
    if phrases.is_empty() {
        return Vec::new();
    }
    let mut wide: Vec<Range<usize>> = phrases.to_vec();
    let mut at = 0;
    for token in tokens {
        let range = at..at + token.len as usize;
        at = range.end;
        if token.class.is_none() {
            continue;
        }
        for phrase in &mut wide {
            if phrase.start < range.end && range.start < phrase.end {
                phrase.start = phrase.start.min(range.start);
                phrase.end = phrase.end.max(range.end);
            }
        }
    }
    for phrase in &mut wide {
        let line_start = text[..phrase.start].rfind('\n').map_or(0, |n| n + 1);
        let line_end = text[phrase.start..]
            .find('\n')
            .map_or(text.len(), |n| phrase.start + n);
        *phrase = phrase.start.max(line_start)..phrase.end.min(line_end);
    }
    wide.dedup_by(|b, a| {
        let joined = b.start <= a.end;
        if joined {
            a.end = a.end.max(b.end);
        }
        joined
    });
    wide
}

/// Writes the lines. Tokens never hold a line break unless they are plain.
fn lines_into(out: &mut String, block: &CodeBlock, tokens: &[Token], phrases: &[Range<usize>]) {
    let text = block.text.as_str();
    let mut tokens = tokens.iter();
    let mut token: Option<(usize, &Token)> = tokens.next().map(|t| (t.len as usize, t));
    let mut phrase = 0;
    let mut at = 0;
    for (n, line) in text.split('\n').enumerate() {
        let end = at + line.len();
        open_line(out, block.lines.get(n).copied().unwrap_or_default());
        while at < end {
            while token.is_some_and(|(token_end, _)| token_end <= at) {
                let start = token.map_or(at, |(token_end, _)| token_end);
                token = tokens.next().map(|t| (start + t.len as usize, t));
            }
            while phrases.get(phrase).is_some_and(|p| p.end <= at) {
                phrase += 1;
            }
            let mut stop = end.min(token.map_or(end, |(token_end, _)| token_end));
            let marked = phrases.get(phrase);
            if let Some(p) = marked {
                stop = stop.min(if at < p.start { p.start } else { p.end });
            }
            if marked.is_some_and(|p| p.start == at) {
                out.push_str("<mark>");
            }
            match token.and_then(|(_, t)| t.class) {
                Some(class) => {
                    out.push_str("<span class=\"");
                    out.push_str(class.css());
                    out.push_str("\">");
                    escape_into(out, &text[at..stop]);
                    out.push_str("</span>");
                }
                None => escape_into(out, &text[at..stop]),
            }
            if marked.is_some_and(|p| p.end == stop && p.start <= at) {
                out.push_str("</mark>");
            }
            at = stop;
        }
        out.push_str("</span>");
        if end < text.len() {
            out.push('\n');
        }
        at = end + 1;
    }
}

fn open_line(out: &mut String, mark: LineMark) {
    out.push_str("<span class=\"line");
    for (on, class) in [
        (mark.highlight, " highlight"),
        (mark.ins, " ins"),
        (mark.del, " del"),
        (mark.hidden, " hidden-line"),
    ] {
        out.push_str(if on { class } else { "" });
    }
    out.push_str("\">");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Dialect;
    use crate::markdown::parse;

    fn code(markdown: &str) -> String {
        let doc = parse(markdown, Dialect::Docproof);
        let mut out = String::new();
        render_into(&mut out, &doc.codes[0], None, &Highlighter::new());
        let start = out.find("<code").expect("there is code");
        out[start..]
            .replace("</code></pre></figure>\n", "")
            .replace("<span class=", "<")
            .replace("</span>", "</>")
    }

    #[test]
    fn lines_tokens_and_marks() {
        assert_eq!(
            code("```rust {2} /y/\nfn x() {\n    y()\n}\n```\n"),
            "<code class=\"language-rust\"><\"line\"><\"k\">fn</> <\"f\">x</>() {</>\n<\"line highlight\">    <mark><\"f\">y</></mark>()</>\n<\"line\">}</>"
        );
    }

    #[test]
    fn phrases_grow_to_whole_tokens() {
        assert_eq!(
            code(
                "```rust\nlet a = \"bc__HIGHLIGHT_PHRASE__de\" + 1__END_HIGHLIGHT_PHRASE__23;\n```\n"
            ),
            "<code class=\"language-rust\"><\"line\"><\"k\">let</> a = <mark><\"s\">&quot;bcde&quot;</> + <\"n\">123</></mark>;</>"
        );
    }

    #[test]
    fn plain_text_and_empty_lines() {
        assert_eq!(
            code("```\na <\n\nb\n```\n"),
            "<code class=\"language-text\"><\"line\">a &lt;</>\n<\"line\"></>\n<\"line\">b</>"
        );
        assert_eq!(
            code("```text\n```\n"),
            "<code class=\"language-text\"><\"line\"></>"
        );
    }

    #[test]
    fn every_line_of_a_comment_is_a_line_of_its_own() {
        let html = code("```rust /b/\n/* a\nb */ x\n```\n");
        assert_eq!(html.matches("\"line").count(), 2, "{html}");
        assert_eq!(
            html.matches("<mark>").count(),
            html.matches("</mark>").count(),
            "{html}"
        );
    }
}
