//! Links and images, and the definitions that they refer to.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

use super::block::NESTING;
use super::entity::{is_allowed, normalise_url, replace_entities, unescape};
use super::inline::{Definitions, Inline, Target};
use super::lines::Content;

impl Inline<'_> {
    /// A link begins.
    pub(super) fn push_link(&mut self, url: String, title: String, range: Range<usize>) {
        let tag = Tag::Link {
            link_type: LinkType::Inline,
            dest_url: url.into(),
            title: title.into(),
            id: "".into(),
        };
        self.push(Event::Start(tag), range);
    }

    /// Spaces and line ends from a place on.
    fn skip_space(&self, mut at: usize) -> usize {
        while at < self.end && matches!(self.byte(at), b' ' | b'\n') {
            at += 1;
        }
        at
    }

    /// The `]` that ends the label which begins at a place. Inside it, links are not looked for: brackets are counted.
    fn label_end(&mut self, start: usize) -> Option<usize> {
        if self.in_label {
            return None;
        }
        if self.lone_brackets > 0 {
            self.lone_brackets -= 1;
            return None;
        }
        let here = std::mem::replace(&mut self.at, start + 1);
        self.in_label = true;
        let mut depth = 1;
        let mut found = None;
        while self.at < self.end {
            match self.byte(self.at) {
                b'[' => depth += 1,
                b']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                found = Some(self.at);
                break;
            }
            self.skip();
        }
        self.lone_brackets = if found.is_some() { 0 } else { depth - 1 };
        self.at = here;
        self.in_label = false;
        found
    }

    /// An address, and the place behind it.
    fn destination(&self, start: usize) -> Option<(String, usize)> {
        if self.byte(start) == b'<' && start < self.end {
            let mut at = start + 1;
            while at < self.end {
                match self.byte(at) {
                    b'\n' => return None,
                    b'>' => {
                        let url = normalise_url(&unescape(&self.text[start + 1..at]));
                        return is_allowed(&url).then_some((url, at + 1));
                    }
                    b'\\' if at + 1 < self.end => at += 2,
                    _ => at += 1,
                }
            }
            return None;
        }
        let mut depth = 0;
        let mut at = start;
        while at < self.end {
            match self.byte(at) {
                0..=b' ' | 0x7f => break,
                b'\\' if at + 1 < self.end => {
                    at += 2;
                    continue;
                }
                b'(' if depth == 1 => break,
                b'(' => depth = 1,
                b')' if depth == 0 => break,
                b')' => depth = 0,
                _ => {}
            }
            at += 1;
        }
        let end = self.boundary(at);
        let url = unescape(self.text.get(start..end)?).into_owned();
        (end > start && is_allowed(&url)).then_some((url, end))
    }

    /// The first start of a character from a place on: a backslash may stand before one of several bytes.
    fn boundary(&self, mut at: usize) -> usize {
        while at < self.text.len() && !self.text.is_char_boundary(at) {
            at += 1;
        }
        at.min(self.text.len())
    }

    /// A title in quotes or brackets, and the place behind it.
    fn title(&self, start: usize) -> Option<(String, usize)> {
        let close = match self.byte(start) {
            quote @ (b'"' | b'\'') => quote,
            b'(' => b')',
            _ => return None,
        };
        let mut at = start + 1;
        while at < self.end {
            match self.byte(at) {
                b if b == close => {
                    let title = unescape(self.text.get(start + 1..at)?);
                    return Some((replace_entities(&title).into_owned(), at + 1));
                }
                b'\\' if at + 1 < self.end => at += 2,
                _ => at += 1,
            }
        }
        None
    }

    /// `[text](url "title")`, `[text][label]`, `[label]`, and the same with `!` before it.
    pub(super) fn link(&mut self, silent: bool) -> bool {
        let from = self.at;
        let is_image = self.byte(from) == b'!';
        let start = from + usize::from(is_image);
        if self.byte(start) != b'[' || start >= self.end || self.level >= NESTING {
            return false;
        }
        let Some(label_end) = self.label_end(start) else {
            return false;
        };
        let label = start + 1..label_end;
        let found = if label_end + 1 < self.end && self.byte(label_end + 1) == b'(' {
            self.inline_target(label_end + 2)
        } else {
            self.referred_target(&label)
        };
        let Some((target, after)) = found else {
            self.at = from;
            return false;
        };
        self.at = after;
        if !silent {
            self.push_target(is_image, target, label, from..after);
        }
        true
    }

    fn push_target(
        &mut self,
        is_image: bool,
        target: Target,
        label: Range<usize>,
        whole: Range<usize>,
    ) {
        let Target { url, title } = target;
        if is_image {
            let tag = Tag::Image {
                link_type: LinkType::Inline,
                dest_url: url.into(),
                title: title.into(),
                id: "".into(),
            };
            // The alternative text is the Markdown as it is written.
            let alt = unescape(&self.text[label.clone()]);
            let alt = replace_entities(&alt).into_owned();
            self.push(Event::Start(tag), whole.clone());
            self.push(Event::Text(alt.into()), label);
            self.push(Event::End(TagEnd::Image), whole);
            return;
        }
        self.push_link(url, title, whole.clone());
        self.level += 1;
        self.in_links += 1;
        self.inside(label, whole.end);
        self.in_links -= 1;
        self.level -= 1;
        self.push(Event::End(TagEnd::Link), whole);
    }

    /// The target in brackets, and the place behind them.
    fn inline_target(&self, start: usize) -> Option<(Target, usize)> {
        let at = self.skip_space(start);
        if at >= self.end {
            return None;
        }
        let (url, behind) = self.destination(at).unwrap_or((String::new(), at));
        let mut at = self.skip_space(behind);
        let mut title = String::new();
        if at < self.end
            && at > behind
            && let Some((text, after)) = self.title(at)
        {
            title = text;
            at = self.skip_space(after);
        }
        let closed = at < self.end && self.byte(at) == b')';
        closed.then_some((Target { url, title }, at + 1))
    }

    /// The target that is defined elsewhere, and the place behind the reference.
    fn referred_target(&mut self, text: &Range<usize>) -> Option<(Target, usize)> {
        if self.in_links > 0 {
            return None;
        }
        let second = self.skip_space(text.end + 1);
        let mut label = text.clone();
        let mut after = text.end + 1;
        if second < self.end
            && self.byte(second) == b'['
            && let Some(end) = self.label_end(second)
        {
            after = end + 1;
            // `[label][]` has the label in the first brackets.
            if end > second + 1 {
                label = second + 1..end;
            }
        }
        let target = self.defined.targets.get(&key(&self.text[label]))?;
        Some((target.clone(), after))
    }
}

/// A label as it is compared.
fn key(label: &str) -> String {
    let words: Vec<&str> = label.split_whitespace().collect();
    words.join(" ").to_uppercase()
}

/// Takes the definitions off the start of a paragraph. The first definition of a label counts.
pub fn take_definitions(content: &mut Content<'_>, defined: &mut Definitions) {
    while content.text().starts_with('[')
        && let Some((label, target, len)) = definition(content.text())
    {
        defined.targets.entry(label).or_insert(target);
        content.skip(len);
    }
}

/// The definition at the start of a text: its label, its target, and its length.
fn definition(text: &str) -> Option<(String, Target, usize)> {
    if !text.contains("]:") {
        return None;
    }
    let nothing = Definitions::default();
    let mut inline = Inline::new(text, &nothing);
    let label_end = inline.label_end(0)?;
    if inline.byte(label_end + 1) != b':' {
        return None;
    }
    let at = inline.skip_space(label_end + 2);
    let (url, behind) = inline.destination(at)?;
    let at = inline.skip_space(behind + 1).max(behind);
    let (title, mut end) = match inline.title(at).filter(|_| at < inline.end && at != behind) {
        Some(found) => found,
        None => (String::new(), behind),
    };
    while end < text.len() && inline.byte(end) == b' ' {
        end += 1;
    }
    let ends = end >= text.len() || inline.byte(end) == b'\n';
    ends.then(|| (key(&text[1..label_end]), Target { url, title }, end))
}
