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

    /// Closes the cell that `html` ends with. An empty cell of the head becomes a `<td>`: it heads nothing,
    /// and a screen reader would announce a header without a name. What stands before
    /// `settled` is not touched: an image of this cell may have been put there.
    pub fn close_cell(&self, html: &mut String, settled: usize) {
        let opened = html.rfind('<').filter(|at| {
            self.head && *at >= settled && html.ends_with('>') && html[*at..].starts_with("<th ")
        });
        match opened {
            Some(at) => {
                html.truncate(at);
                html.push_str("<td></td>");
            }
            None => html.push_str(if self.head { "</th>" } else { "</td>" }),
        }
    }
}
