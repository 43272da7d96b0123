//! Blocks: raw HTML, the marks of directives (tabs, callouts), quotes that are callouts.

use pulldown_cmark::BlockQuoteKind;

use super::{Lower, OpenBlock, Problem, is_external, narrow};
use crate::directive::blocks::{Mark, MarkKind};
use crate::markdown::{Link, LinkKind, Piece, escape_into, raw_html};

impl Lower<'_> {
    pub(super) fn end_html_block(&mut self) {
        let Some((html, start)) = self.html_block.take() else {
            return;
        };
        let indent = html.len() - html.trim_start_matches([' ', '\t']).len();
        // The event's range may begin before or after the indentation.
        let mark = self
            .blocks
            .mark_at(start)
            .or_else(|| self.blocks.mark_at(start + indent))
            .cloned();
        match mark {
            Some(mark) => {
                // A mark of tabs ends a run of fences, whatever follows.
                self.tab_run = None;
                self.mark(mark);
            }
            None => {
                if self.depth == 0 && !html.trim_start().starts_with("<!--") {
                    self.blocks_seen += 1;
                }
                self.raw(&html, start);
            }
        }
    }

    /// Raw HTML: passed on, with its links cut out.
    pub(super) fn raw(&mut self, html: &str, start: usize) {
        let found = raw_html::scan(html);
        self.raw_ids.extend(found.ids);
        let mut done = 0;
        for link in found.links {
            if is_external(&link.value) || link.value.is_empty() || link.range.start < done {
                continue;
            }
            self.html(&html[done..link.range.start]);
            if link.is_bare {
                self.html("\"");
            }
            let kind = if link.is_src {
                LinkKind::RawSrc
            } else {
                LinkKind::RawHref
            };
            let range = self.place(&(start + link.range.start..start + link.range.end));
            let n = self.push_link(Link {
                kind,
                dest: link.value,
                title: String::new(),
                alt: String::new(),
                range,
            });
            self.piece(Piece::Href(n));
            if link.is_bare {
                self.html("\"");
            }
            done = link.range.end;
        }
        self.html(&html[done..]);
    }

    /// Marks that the parser took for something else: without them a block has no start or no end, and
    /// nobody would hear of it.
    pub(super) fn lost_marks(&mut self) {
        for mark in &self.blocks.marks {
            if self.marks_seen.binary_search(&mark.at).is_err() {
                self.doc.problems.push(
                    Problem::error(
                        "tabs",
                        mark.range.clone(),
                        "this line is taken for a part of the text around it",
                    )
                    .hint("put an empty line above it, and close the code or HTML before it"),
                );
            }
        }
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        self.marks_seen.push(mark.at);
        let inside = self.elements.0.last().copied().unwrap_or(0);
        if matches!(
            mark.kind,
            MarkKind::Tab(_) | MarkKind::TabsClose | MarkKind::CalloutClose
        ) && let Some(open) = self.open.last()
            && open.inside != inside
        {
            self.doc.problems.push(
                Problem::error(
                    "tabs",
                    mark.range.clone(),
                    "this line is not at the level of the block that it belongs to",
                )
                .hint("indent it like the line that opened the block")
                .also(open.mark.range.clone(), "the block begins here"),
            );
        }
        match &mark.kind {
            MarkKind::TabsOpen => {
                self.doc.tabs.push(Vec::new());
                let block = narrow(self.doc.tabs.len() - 1);
                self.piece(Piece::TabsOpen(block));
                self.open.push(OpenBlock {
                    mark,
                    inside,
                    tabs: Some(block),
                    panel_open: false,
                });
            }
            MarkKind::Tab(label) => self.open_panel(label),
            MarkKind::TabsClose | MarkKind::CalloutClose => self.close_block(),
            MarkKind::CalloutOpen { kind, title } => {
                self.open_callout(kind, title.as_deref());
                self.open.push(OpenBlock {
                    mark,
                    inside,
                    tabs: None,
                    panel_open: false,
                });
            }
        }
    }

    pub(super) fn open_panel(&mut self, label: &str) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let Some(block) = open.tabs else { return };
        let was_open = std::mem::replace(&mut open.panel_open, true);
        self.panel.1 += 1;
        self.panel.0 = self.panel.1;
        if was_open {
            self.piece(Piece::PanelClose);
        }
        let labels = &mut self.doc.tabs[block as usize];
        labels.push(label.to_owned());
        let panel = narrow(labels.len() - 1);
        self.piece(Piece::PanelOpen(block, panel));
    }

    pub(super) fn close_block(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if open.tabs.is_none() {
            self.html("</aside>\n");
            return;
        }
        self.panel.0 = 0;
        if open.panel_open {
            self.piece(Piece::PanelClose);
        }
        self.piece(Piece::TabsClose);
    }

    pub(super) fn open_callout(&mut self, kind: &str, title: Option<&str>) {
        let mut name = kind.to_owned();
        name[..1].make_ascii_uppercase();
        self.html(&format!(
            "<aside class=\"callout {kind}\"><p class=\"callout-title\">"
        ));
        escape_into(&mut self.doc.html, title.unwrap_or(&name));
        self.html("</p>\n");
    }

    pub(super) fn start_quote(&mut self, kind: Option<BlockQuoteKind>) {
        let kind = match kind {
            None => {
                self.html("<blockquote>\n");
                return;
            }
            Some(BlockQuoteKind::Note) => "note",
            Some(BlockQuoteKind::Tip) => "tip",
            Some(BlockQuoteKind::Important) => "important",
            Some(BlockQuoteKind::Warning) => "warning",
            Some(BlockQuoteKind::Caution) => "caution",
        };
        self.open_callout(kind, None);
    }
}
