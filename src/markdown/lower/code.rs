//! Code: inline, fences and runs of fences with `tab=`; highlight markers outside code.

use std::ops::Range;

use pulldown_cmark::CodeBlockKind;

use super::{CodeAtHand, Lower, Problem, narrow};
use crate::markdown::code::{self, CodeBlock, RawCode, find_markers};
use crate::markdown::info::parse_info;
use crate::markdown::{Piece, escape_into};

/// Inline code of so many bytes or fewer stays on one line.
const WHOLE: usize = 24;

impl Lower<'_> {
    pub(super) fn start_code(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
        self.code_ranges.push(range.clone());
        let info = match kind {
            CodeBlockKind::Fenced(info) => info.to_string(),
            CodeBlockKind::Indented => String::new(),
        };
        let first_line = self.blocks.text[range.clone()].lines().next().unwrap_or("");
        let found = first_line.find(info.as_str());
        let offset = found.unwrap_or(0);
        let info_at = self
            .place(&(range.start + offset..range.start + offset + 1))
            .start;
        let line = range.start..range.start + first_line.len();
        self.code = Some(CodeAtHand {
            raw: RawCode::default(),
            fenced: matches!(kind, CodeBlockKind::Fenced(_)),
            info,
            info_at,
            escaped: found.is_none().then(|| self.place(&line)),
            range: self.place(&range),
        });
    }

    pub(super) fn end_code(&mut self) {
        let Some(at_hand) = self.code.take() else {
            return;
        };
        let (info, mut problems) = parse_info(&at_hand.info, at_hand.info_at, self.dialect);
        let tab = info.tab.clone();
        // Other words may imply a language that is not written.
        let language = at_hand.info.find(&info.language);
        let mut language_range =
            language.map_or(0..at_hand.info.len(), |at| at..at + info.language.len());
        language_range.start += at_hand.info_at;
        language_range.end += at_hand.info_at;
        if let Some(line) = at_hand.escaped {
            for problem in &mut problems {
                problem.range = line.clone();
            }
            language_range = line;
        }
        self.doc.problems.extend(problems);
        let block = CodeBlock {
            info,
            range: at_hand.range,
            language_range,
            fenced: at_hand.fenced,
            ..CodeBlock::default()
        };
        let (block, problems) = code::build(&at_hand.raw, block, self.dialect);
        self.doc.problems.extend(problems);
        self.doc.codes.push(block);
        let n = narrow(self.doc.codes.len() - 1);
        match tab {
            None => self.piece(Piece::Code(n)),
            Some(label) => self.code_in_tab(label, n),
        }
    }

    /// A fence with `tab=`: joins the fence right before it, or begins a block of tabs.
    pub(super) fn code_in_tab(&mut self, label: String, code: u32) {
        let here = |s: &Self| (s.sinks.last().map_or(0, Vec::len), s.doc.html.len());
        let joined = self
            .tab_run
            .filter(|(_, pieces, html)| here(self) == (*pieces, *html) && self.flushed == *html);
        let block = if let Some((block, ..)) = joined {
            // Take back the end of the block.
            self.sinks
                .last_mut()
                .expect("invariant: the page's sink stays")
                .pop();
            block
        } else {
            self.doc.tabs.push(Vec::new());
            let block = narrow(self.doc.tabs.len() - 1);
            self.piece(Piece::TabsOpen(block));
            block
        };
        let labels = &mut self.doc.tabs[block as usize];
        labels.push(label);
        let panel = narrow(labels.len() - 1);
        for piece in [
            Piece::PanelOpen(block, panel),
            Piece::Code(code),
            Piece::PanelClose,
            Piece::TabsClose,
        ] {
            self.piece(piece);
        }
        let (pieces, html) = here(self);
        self.tab_run = Some((block, pieces, html));
    }

    pub(super) fn inline_code(&mut self, code: &str) {
        if let Some(id_text) = &mut self.id_text {
            id_text.push_str(code);
        }
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(code);
            heading.toc_html.push_str("<code>");
            escape_into(&mut heading.toc_html, code);
            heading.toc_html.push_str("</code>");
        }
        // A browser breaks a line behind each hyphen, and half an option is hard to read.
        let whole = code.len() <= WHOLE && code.contains(['-', ':']);
        self.html(if whole {
            "<code class=\"whole\">"
        } else {
            "<code>"
        });
        escape_into(&mut self.doc.html, code);
        self.html("</code>");
    }

    /// Highlight markers that are not in code would show up as bold words.
    pub(super) fn stray_markers(&mut self) {
        if self.dialect.is_mdbook() || !self.blocks.text.contains("HIGHLIGHT") {
            return;
        }
        let text: &str = &self.blocks.text;
        let stray: Vec<Range<usize>> = find_markers(text)
            .filter(|m| {
                !self
                    .code_ranges
                    .iter()
                    .any(|r| r.start <= m.start && m.end <= r.end)
            })
            .collect();
        for range in stray {
            let word = text[range.clone()].to_owned();
            let place = self.place(&range);
            self.doc.problems.push(
                Problem::error("highlight", place, format!("`{word}` outside code"))
                    .hint("markers work inside code blocks; elsewhere use `**bold**`"),
            );
        }
    }
}
