//! Markdown as Docusaurus v1 read it: by remarkable 1.7 with `html` and `linkify`.
//!
//! In: a text whose directives are marks. Out: the events that pulldown-cmark would give, with their places, for what remarkable
//! makes of the text; so all that comes behind (`lower`) is the same for both dialects. It must not know links, ids or templates.
//!
//! The two differ in what a block is, which is settled line by line before any event exists: a list that two empty lines end,
//! HTML that an empty line ends, a paragraph that `2.` ends. Changing the text so that pulldown-cmark comes to the same blocks
//! takes a reading of all containers first, and then the blocks are known. So this is that reading, and it passes on what it found.
//!
//! | construct | as remarkable 1.7 has it, and so here |
//! |---|---|
//! | HTML blocks | begin with a comment, `<!`, `<?` or one of 44 elements, indented by 3 columns at most; last to the next empty line |
//! | a line with only `<img>`, `<br>`, `<a>`, `<details>`, `<h2>` | a paragraph |
//! | HTML behind 4 columns, in a list too | a paragraph, with Markdown in it |
//! | lists | two empty lines end them; every number may interrupt a paragraph; an item's blocks are as far in as its text |
//! | tight and loose | one empty line between blocks of any item, or between items, makes the list loose |
//! | headings | a space behind `#`; an underlined one has one line; an empty one has no id |
//! | tables | end at the first line without `|`; `\|` and `|` in code part cells; a row has the cells that it has |
//! | links | addresses stay as they are written, one pair of brackets deep; a second definition of a label is passed over |
//! | emphasis | by white space around the marks, not by punctuation; four marks are text; `***x***` is `<strong><em>` |
//! | `~~x~~` | two marks exactly, no white space inside them |
//! | code | white space in it is one space |
//! | bare addresses | `http://a.example`, `www.a.example`, `a.example` and `me@a.example` are links |
//! | footnotes | a label has no spaces; text behind 4 columns belongs to it |
//! | tabs | become spaces, in code too |
//! | task lists, quotes, dashes, `:emoji:` | are text |
//!
//! Not reproduced, on purpose or because no docs need it:
//!
//! | construct | here |
//! |---|---|
//! | a block of code tabs in a list | stays in the list; remarkable made text of it behind 4 columns |
//! | text right behind code tabs in a list | is raw, as there, but only what is as far in as the item |
//! | a footnote that is defined inside another one | stays inside; remarkable let its text out, or failed |
//! | HTML blocks in a quote or list | hold the lines up to the next empty one, as there, but never a mark of code tabs |
//! | `<scheme:...>` | the schemes that are in use, not the 160 of 2014 |
//! | domains alone | the top-level domains of today |
//! | a tag, a code span or an address across the end of its element | ends with the element |
//! | lines of a quote behind the 1,337th byte | remarkable looks at the wrong byte there |

mod block;
mod container;
mod entity;
mod flatten;
mod html_tag;
mod inline;
mod lines;
mod link;
mod linkify;
mod table;
#[cfg(test)]
mod tests;

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

pub use flatten::flatten;

use crate::directive::blocks::Mark;
use block::{Blocks, Token, What};
use inline::{Definitions, Inline};

/// Hands the events of a text to `sink`, in order. `marks` are the places of directives, which are blocks of their own.
pub fn read(text: &str, marks: &[Mark], sink: &mut dyn FnMut(Event<'_>, Range<usize>)) {
    let Blocks {
        mut tokens, notes, ..
    } = Blocks::of(text, marks);
    let defined = definitions(&mut tokens, notes);
    let mut tokens = tokens.into_iter().peekable();
    // A paragraph that held nothing but definitions is none.
    let mut hidden = false;
    while let Some(Token { what, range, .. }) = tokens.next() {
        match what {
            What::Event(event) => sink(event, range),
            What::Paragraph { tight } => {
                let next = tokens.peek().map(|token| &token.what);
                hidden = tight
                    || matches!(next, Some(What::Inline(content)) if content.text().is_empty());
                if !hidden {
                    sink(Event::Start(Tag::Paragraph), range);
                }
            }
            What::Inline(content) => {
                let mut elements = Inline::elements(content.text(), &defined);
                linkify::linkify(&mut elements);
                for (event, range) in elements {
                    sink(event, content.range(range));
                }
            }
            What::ParagraphEnd { .. } if !hidden => sink(Event::End(TagEnd::Paragraph), range),
            What::ParagraphEnd { .. } => {
                if let Some(What::Paragraph { tight: true }) =
                    tokens.peek().map(|token| &token.what)
                {
                    sink(Event::SoftBreak, range);
                }
            }
        }
    }
}

/// Takes the definitions of links out of the paragraphs.
fn definitions(tokens: &mut [Token<'_>], notes: std::collections::HashSet<String>) -> Definitions {
    let mut defined = Definitions {
        notes,
        ..Definitions::default()
    };
    let mut in_paragraph = false;
    for token in tokens {
        match &mut token.what {
            What::Inline(content) if in_paragraph => link::take_definitions(content, &mut defined),
            What::Paragraph { .. } => in_paragraph = true,
            What::ParagraphEnd { .. } => in_paragraph = false,
            _ => {}
        }
    }
    defined
}
