//! Where we are in a table while its events pass by: head or body, and the alignment of the next cell.

use pulldown_cmark::Alignment;

/// The state of the table at hand.
#[derive(Debug, Default)]
pub struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    head: bool,
}

impl Table {
    /// A table begins.
    pub fn new(alignments: Vec<Alignment>) -> Self {
        Self {
            alignments,
            column: 0,
            head: false,
        }
    }

    /// The head begins or ends.
    pub fn set_head(&mut self, head: bool) {
        self.head = head;
        self.column = 0;
    }

    /// A row begins.
    pub fn row(&mut self) {
        self.column = 0;
    }

    /// The opening tag of the next cell.
    pub fn open_cell(&mut self) -> String {
        let class = match self.alignments.get(self.column) {
            Some(Alignment::Left) => " class=\"left\"",
            Some(Alignment::Center) => " class=\"center\"",
            Some(Alignment::Right) => " class=\"right\"",
            _ => "",
        };
        self.column += 1;
        if self.head {
            format!("<th scope=\"col\"{class}>")
        } else {
            format!("<td{class}>")
        }
    }

    /// The closing tag of a cell.
    pub fn close_cell(&self) -> &'static str {
        if self.head { "</th>" } else { "</td>" }
    }
}
