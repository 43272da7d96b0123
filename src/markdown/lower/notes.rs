//! Footnotes: numbered by their first reference, collected at the end of the page.

use std::collections::HashMap;
use std::ops::Range;

use super::{Lower, Problem};
use crate::markdown::Piece;

/// The footnotes of a page.
#[derive(Default)]
pub(super) struct Notes {
    /// Labels in the order of their first reference.
    pub(super) order: Vec<String>,
    pub(super) references: HashMap<String, usize>,
    pub(super) definitions: HashMap<String, Vec<Piece>>,
    /// Each definition's label and where it is written.
    pub(super) places: Vec<(String, Range<usize>)>,
    /// The definitions that are being read; one may hold another.
    pub(super) open: Vec<String>,
}

impl Lower<'_> {
    pub(super) fn footnote_reference(&mut self, label: &str) {
        let notes = &mut self.notes;
        let number = notes
            .order
            .iter()
            .position(|l| l == label)
            .unwrap_or_else(|| {
                notes.order.push(label.to_owned());
                notes.order.len() - 1
            })
            + 1;
        let uses = notes.references.entry(label.to_owned()).or_default();
        *uses += 1;
        let suffix = if *uses == 1 {
            String::new()
        } else {
            format!(".{uses}")
        };
        self.html(&format!("<sup class=\"footnote-ref\"><a href=\"#fn.{number}\" id=\"fnref.{number}{suffix}\" aria-label=\"Footnote {number}\">{number}</a></sup>"));
    }

    pub(super) fn start_footnote(&mut self, label: &str, range: Range<usize>) {
        self.flush();
        self.sinks.push(Vec::new());
        // White space in a label is folded, so its length says nothing about its place.
        let line = self.blocks.text[range.clone()].lines().next().unwrap_or("");
        let len = line.find("]:").map_or(line.len(), |at| at + 2);
        let place = self.place(&(range.start..range.start + len));
        self.notes.places.push((label.to_owned(), place));
        self.notes.open.push(label.to_owned());
    }

    pub(super) fn end_footnote(&mut self) {
        self.flush();
        let pieces = self.sinks.pop().unwrap_or_default();
        if self.sinks.is_empty() {
            self.sinks.push(Vec::new());
        }
        if let Some(label) = self.notes.open.pop() {
            self.notes.definitions.insert(label, pieces);
        }
    }

    pub(super) fn footnotes(&mut self) {
        let order = std::mem::take(&mut self.notes.order);
        for (label, place) in std::mem::take(&mut self.notes.places) {
            if !order.contains(&label) {
                self.doc.problems.push(
                    Problem::warning(
                        "footnote",
                        place,
                        format!("the footnote `{label}` is never referred to"),
                    )
                    .label("not shown"),
                );
            }
        }
        if order.is_empty() {
            return;
        }
        self.html("<section class=\"footnotes\" aria-label=\"Footnotes\"><ol>\n");
        for (n, label) in order.iter().enumerate() {
            let number = n + 1;
            self.html(&format!("<li id=\"fn.{number}\">"));
            for piece in self.notes.definitions.remove(label).unwrap_or_default() {
                self.piece(piece);
            }
            self.html(&format!("<a class=\"footnote-back\" href=\"#fnref.{number}\" aria-label=\"Back to reference {number}\">↩</a></li>\n"));
            self.raw_ids
                .extend([format!("fn.{number}"), format!("fnref.{number}")]);
        }
        self.html("</ol></section>\n");
    }
}
