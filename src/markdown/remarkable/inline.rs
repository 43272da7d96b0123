//! Inline elements: what stands in a paragraph, a heading or a cell.
//!
//! In: the text of one of them, without the indentation of its lines. Out: events with their places in that text. The rules are
//! remarkable 1.7's: emphasis looks ahead for its end, token by token, and the length of a token that was skipped once is kept.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::block::NESTING;
use super::entity::{entity, is_allowed, is_escapable, normalise_url};
use super::html_tag::html_len;

/// Where a reference leads.
#[derive(Clone, Debug)]
pub struct Target {
    /// The address.
    pub url: String,
    /// What shows when a pointer rests on it.
    pub title: String,
}

/// What a page defines for its text.
#[derive(Debug, Default)]
pub struct Definitions {
    /// Targets by their label, in upper case.
    pub targets: HashMap<String, Target>,
    /// Labels of footnotes.
    pub notes: HashSet<String>,
}

/// An element of the text, and where it stands in it.
pub type Element<'a> = (Event<'a>, Range<usize>);

/// The state of the parser.
pub struct Inline<'a> {
    pub(super) text: &'a str,
    pub(super) defined: &'a Definitions,
    pub(super) at: usize,
    /// Where the element at hand ends.
    pub(super) end: usize,
    pub(super) level: usize,
    /// Links that are open.
    pub(super) in_links: usize,
    /// The end of a label is looked for.
    pub(super) in_label: bool,
    /// Brackets that are known to have no end.
    pub(super) lone_brackets: usize,
    /// The end of each token that was skipped, 0 for none.
    skipped: Vec<u32>,
    /// For `*`, `_` and `~`: from here to there no run of them closes anything.
    barren: [Range<usize>; 3],
    pending: Pending<'a>,
    pub(super) out: Vec<Element<'a>>,
}

/// Text that is no element: a range as long as it can be one.
#[derive(Default)]
struct Pending<'a> {
    range: Range<usize>,
    made: String,
    text: &'a str,
}

impl<'a> Pending<'a> {
    fn is_empty(&self) -> bool {
        self.range.is_empty() && self.made.is_empty()
    }

    fn slice(&mut self, range: Range<usize>) {
        if !self.made.is_empty() {
            self.made.push_str(&self.text[range.clone()]);
            self.range.end = range.end;
        } else if self.range.is_empty() {
            self.range = range;
        } else if self.range.end == range.start {
            self.range.end = range.end;
        } else {
            self.made = self.text[self.range.clone()].to_owned();
            self.slice(range);
        }
    }

    /// Text that is written in another way.
    fn made(&mut self, text: &str, range: Range<usize>) {
        if self.made.is_empty() {
            self.made.push_str(&self.text[self.range.clone()]);
        }
        self.made.push_str(text);
        if self.range.is_empty() {
            self.range.start = range.start;
        }
        self.range.end = range.end;
    }

    /// Takes the spaces off the end, and says how many there were.
    fn take_spaces(&mut self) -> usize {
        let whole = if self.made.is_empty() {
            &self.text[self.range.clone()]
        } else {
            self.made.as_str()
        };
        let bare = whole.trim_end_matches(' ').len();
        let spaces = whole.len() - bare;
        if self.made.is_empty() {
            self.range.end -= spaces;
        } else {
            self.made.truncate(bare);
            if bare == 0 {
                self.range.end = self.range.start;
            }
        }
        spaces
    }

    fn take(&mut self) -> Option<Element<'a>> {
        if self.is_empty() {
            return None;
        }
        let range = std::mem::take(&mut self.range);
        let made = std::mem::take(&mut self.made);
        let text = if made.is_empty() {
            CowStr::Borrowed(&self.text[range.clone()])
        } else {
            made.into()
        };
        Some((Event::Text(text), range))
    }
}

/// A run of `*` or `_`.
struct Run {
    count: usize,
    opens: bool,
    closes: bool,
}

impl<'a> Inline<'a> {
    pub fn new(text: &'a str, defined: &'a Definitions) -> Self {
        Self {
            text,
            defined,
            at: 0,
            end: text.len(),
            level: 0,
            in_links: 0,
            in_label: false,
            lone_brackets: 0,
            skipped: Vec::new(),
            barren: [0..0, 0..0, 0..0],
            pending: Pending {
                text,
                ..Pending::default()
            },
            out: Vec::new(),
        }
    }

    /// The elements of a text.
    pub fn elements(text: &'a str, defined: &'a Definitions) -> Vec<Element<'a>> {
        let mut inline = Self::new(text, defined);
        inline.read();
        inline.out
    }

    pub(super) fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// The first place from `at` on, before the end, that holds no `byte`.
    fn skip_byte(&self, at: usize, byte: u8) -> usize {
        let rest = self.text.as_bytes().get(at..self.end).unwrap_or_default();
        at + rest.iter().take_while(|b| **b == byte).count()
    }

    pub(super) fn push(&mut self, event: Event<'a>, range: Range<usize>) {
        self.out.extend(self.pending.take());
        self.out.push((event, range));
    }

    /// Reads from here to the end of the element at hand.
    pub(super) fn read(&mut self) {
        while self.at < self.end {
            if !self.token(false) {
                let next = self.next_char();
                self.pending.slice(self.at..next);
                self.at = next;
            }
        }
        self.out.extend(self.pending.take());
    }

    fn next_char(&self) -> usize {
        let len = self.text[self.at..]
            .chars()
            .next()
            .map_or(1, char::len_utf8);
        self.at + len
    }

    /// Passes over one token.
    pub(super) fn skip(&mut self) {
        let from = self.at;
        match self.skipped.get(from) {
            Some(end) if *end > 0 => {
                self.at = *end as usize;
                return;
            }
            _ => {}
        }
        if !self.token(true) {
            self.at = self.next_char();
        }
        if self.skipped.is_empty() {
            self.skipped.resize(self.text.len(), 0);
        }
        self.skipped[from] = u32::try_from(self.at).unwrap_or(0);
    }

    /// Reads one token. With `silent` it is passed over; elements that come in pairs are then none.
    fn token(&mut self, silent: bool) -> bool {
        match self.byte(self.at) {
            b'\n' => self.line_end(silent),
            b'\\' => self.escape(silent),
            b'`' => self.code(silent),
            b'~' => !silent && self.deleted(),
            b'*' | b'_' => !silent && self.emphasis(),
            b'!' => self.link(silent),
            b'[' => self.link(silent) || self.footnote(silent),
            b'<' => self.autolink(silent) || self.html(silent),
            b'&' => self.entity(silent),
            _ => self.plain(silent),
        }
    }

    fn plain(&mut self, silent: bool) -> bool {
        let rest = self
            .text
            .as_bytes()
            .get(self.at..self.end)
            .unwrap_or_default();
        let len = rest.iter().take_while(|b| !ends_text(**b)).count();
        if len == 0 {
            return false;
        }
        if !silent {
            self.pending.slice(self.at..self.at + len);
        }
        self.at += len;
        true
    }

    /// The end of a line, with the spaces around it. Two before it are a break.
    fn line_end(&mut self, silent: bool) -> bool {
        let from = self.at;
        if !silent {
            let spaces = self.pending.take_spaces();
            let event = if spaces >= 2 {
                Event::HardBreak
            } else {
                Event::SoftBreak
            };
            self.push(event, from..from + 1);
        }
        self.at = self.skip_byte(from + 1, b' ');
        true
    }

    fn escape(&mut self, silent: bool) -> bool {
        let next = self.at + 1;
        let escaped = if next < self.end { self.byte(next) } else { 0 };
        if escaped == b'\n' {
            if !silent {
                self.push(Event::HardBreak, self.at..next + 1);
            }
            self.at = self.skip_byte(next + 1, b' ');
            return true;
        }
        let shown = if is_escapable(escaped) {
            next..next + 1
        } else {
            self.at..next
        };
        if !silent {
            self.pending.slice(shown.clone());
        }
        self.at = shown.end;
        true
    }

    fn code(&mut self, silent: bool) -> bool {
        let from = self.at;
        let open = self.skip_byte(from, b'`');
        let mut at = open;
        while let Some(found) = self.text.get(at..self.end).and_then(|rest| rest.find('`')) {
            let close = at + found;
            at = self.skip_byte(close, b'`');
            if at - close == open - from {
                if !silent {
                    let inside = &self.text[open..close];
                    let words = inside.split([' ', '\n']).filter(|word| !word.is_empty());
                    let code = words.collect::<Vec<_>>().join(" ");
                    self.push(Event::Code(code.trim().to_owned().into()), from..at);
                }
                self.at = at;
                return true;
            }
        }
        if !silent {
            self.pending.slice(from..open);
        }
        self.at = open;
        true
    }

    /// Reads what stands between two places as the inside of an element, and goes on behind `after`.
    pub(super) fn inside(&mut self, inside: Range<usize>, after: usize) {
        let end = std::mem::replace(&mut self.end, inside.end);
        self.at = inside.start;
        self.read();
        self.at = after;
        self.end = end;
    }

    /// `~~text~~`: two marks, not three, and no white space inside them.
    fn deleted(&mut self) -> bool {
        let start = self.at;
        let open = self.skip_byte(start, b'~');
        let is_space = |b: u8| b == b' ' || b == b'\n';
        let behind = start.checked_sub(1).map(|at| self.byte(at));
        if start + 4 >= self.end
            || open - start < 2
            || behind == Some(b'~')
            || self.level >= NESTING
        {
            return false;
        }
        if open - start > 2 || is_space(self.byte(start + 2)) || self.is_barren(start, b'~') {
            return false;
        }
        self.at = open;
        let mut depth = 1;
        let mut closing_seen = false;
        while self.at + 1 < self.end {
            if self.byte(self.at) == b'~' && self.byte(self.at + 1) == b'~' {
                let before = self.byte(self.at - 1);
                let after = if self.at + 2 < self.end {
                    self.byte(self.at + 2)
                } else {
                    0
                };
                if before != b'~' && after != b'~' {
                    if !is_space(before) {
                        depth -= 1;
                        closing_seen = true;
                    } else if !is_space(after) {
                        depth += 1;
                    }
                    if depth == 0 {
                        let close = self.at;
                        self.push(Event::Start(Tag::Strikethrough), start..close + 2);
                        self.level += 1;
                        self.inside(open..close, close + 2);
                        self.level -= 1;
                        self.push(Event::End(TagEnd::Strikethrough), start..close + 2);
                        return true;
                    }
                }
            }
            self.skip();
        }
        if !closing_seen {
            self.barren[slot(b'~')] = start..self.end;
        }
        self.at = start;
        false
    }

    /// Whether the run of marks at a place may begin and end emphasis.
    fn run(&self, at: usize) -> Run {
        let mark = self.byte(at);
        let after = self.skip_byte(at, mark);
        let count = after - at;
        let is_space = |b: u8| b == b' ' || b == b'\n';
        let before = at.checked_sub(1).map_or(0, |at| self.byte(at));
        let next = if after < self.end {
            self.byte(after)
        } else {
            0
        };
        let in_word = |b: u8| mark == b'_' && b.is_ascii_alphanumeric();
        Run {
            count,
            opens: count < 4 && after < self.end && !is_space(next) && !in_word(before),
            closes: count < 4 && !is_space(before) && !in_word(next),
        }
    }

    fn emphasis(&mut self) -> bool {
        let start = self.at;
        let mark = self.byte(start);
        let first = self.run(start);
        if !first.opens {
            self.at += first.count;
            self.pending.slice(start..self.at);
            return true;
        }
        if self.level >= NESTING {
            return false;
        }
        match self.emphasis_end(start, mark, first.count) {
            Some((close, count)) => {
                let whole = start..close + count;
                let (strong, plain) = (count >= 2, count != 2);
                self.emphasis_tags(strong, plain, true, &whole);
                self.inside(start + count..close, close + count);
                self.emphasis_tags(strong, plain, false, &whole);
                true
            }
            None => {
                self.at = start;
                false
            }
        }
    }

    fn emphasis_tags(&mut self, strong: bool, plain: bool, begin: bool, whole: &Range<usize>) {
        let events = if begin {
            [
                strong.then_some(Event::Start(Tag::Strong)),
                plain.then_some(Event::Start(Tag::Emphasis)),
            ]
        } else {
            [
                plain.then_some(Event::End(TagEnd::Emphasis)),
                strong.then_some(Event::End(TagEnd::Strong)),
            ]
        };
        for event in events.into_iter().flatten() {
            self.push(event, whole.clone());
            self.level = if begin {
                self.level + 1
            } else {
                self.level - 1
            };
        }
    }

    /// Whether no mark of this kind closes anything from a place on. Without this, marks that nothing closes take a time that
    /// grows with the square of their number.
    fn is_barren(&self, start: usize, mark: u8) -> bool {
        let known = &self.barren[slot(mark)];
        known.start <= start && known.end == self.end
    }

    /// Where the marks that end an emphasis stand, and how many of the marks at its start belong to it.
    fn emphasis_end(&mut self, start: usize, mark: u8, count: usize) -> Option<(usize, usize)> {
        if self.is_barren(start, mark) {
            return None;
        }
        let mut closing_seen = false;
        let mut open = vec![count];
        self.at = start + count;
        while self.at < self.end {
            if self.byte(self.at) != mark {
                self.skip();
                continue;
            }
            let run = self.run(self.at);
            let after = self.at + run.count;
            if run.closes {
                closing_seen = true;
                let mut left = run.count;
                let mut last = open.pop()?;
                while last != left {
                    if left < last {
                        open.push(last - left);
                        break;
                    }
                    left -= last;
                    let Some(outer) = open.pop() else {
                        return Some((self.at, last));
                    };
                    self.at += last;
                    last = outer;
                }
                if open.is_empty() {
                    return Some((self.at, last));
                }
                // remarkable counts from behind the marks that it has used already.
                self.at += run.count;
                continue;
            }
            if run.opens {
                open.push(run.count);
            }
            self.at = after;
        }
        if !closing_seen {
            self.barren[slot(mark)] = start..self.end;
        }
        None
    }

    fn footnote(&mut self, silent: bool) -> bool {
        let from = self.at;
        let Some(rest) = self.text[from..self.end].strip_prefix("[^") else {
            return false;
        };
        let longest = self
            .defined
            .notes
            .iter()
            .map(String::len)
            .max()
            .unwrap_or(0);
        let mut bytes = rest.bytes().take(longest + 1);
        let ends = |b: u8| matches!(b, b' ' | b'\n' | b']');
        let Some(len) = bytes.position(ends).filter(|len| *len > 0) else {
            return false;
        };
        let label = &rest[..len];
        if !rest[len..].starts_with(']')
            || self.level >= NESTING
            || !self.defined.notes.contains(label)
        {
            return false;
        }
        self.at = from + len + 3;
        if !silent {
            self.push(Event::FootnoteReference(label.into()), from..self.at);
        }
        true
    }

    /// `<https://example.com>` and `<me@example.com>`.
    fn autolink(&mut self, silent: bool) -> bool {
        let from = self.at;
        let Some(len) = self.text[from..self.end].find('>') else {
            return false;
        };
        let url = &self.text[from + 1..from + len];
        let address = if is_address(url) {
            normalise_url(&format!("mailto:{url}"))
        } else if has_scheme(url) && is_allowed(url) {
            normalise_url(url)
        } else {
            return false;
        };
        self.at = from + len + 1;
        if !silent {
            let range = from..self.at;
            self.push_link(address, String::new(), range.clone());
            self.push(Event::Text(url.into()), from + 1..from + len);
            self.push(Event::End(TagEnd::Link), range);
        }
        true
    }

    fn html(&mut self, silent: bool) -> bool {
        let from = self.at;
        if from + 2 >= self.end {
            return false;
        }
        let Some(len) = html_len(&self.text[from..self.end]) else {
            return false;
        };
        self.at = from + len;
        if !silent {
            let html = &self.text[from..self.at];
            self.push(Event::InlineHtml(html.into()), from..self.at);
        }
        true
    }

    fn entity(&mut self, silent: bool) -> bool {
        let from = self.at;
        match entity(&self.text[from..self.end]) {
            Some((decoded, len)) => {
                self.at += len;
                if !silent {
                    self.pending.made(&decoded, from..self.at);
                }
            }
            None => {
                self.at += 1;
                if !silent {
                    self.pending.slice(from..self.at);
                }
            }
        }
        true
    }
}

/// Which of the marks a byte is.
fn slot(mark: u8) -> usize {
    match mark {
        b'*' => 0,
        b'_' => 1,
        _ => 2,
    }
}

/// Whether plain text ends before a byte.
fn ends_text(byte: u8) -> bool {
    b"\n\\`*_^[]!&<>{}$%@~+=:".contains(&byte)
}

/// Schemes that remarkable knows and that occur in docs. It has about 160 names; those of protocols that are gone are left out.
const SCHEMES: [&str; 30] = [
    "about", "callto", "chrome", "content", "data", "doi", "facetime", "file", "ftp", "geo", "git",
    "http", "https", "info", "irc", "ldap", "magnet", "mailto", "news", "resource", "sftp", "sip",
    "skype", "sms", "ssh", "tel", "urn", "ws", "wss", "xmpp",
];

/// Whether an address begins with one of the schemes and holds no white space.
fn has_scheme(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, rest)| {
        SCHEMES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(scheme))
            && rest.chars().all(|c| c > ' ' && c != '<')
    })
}

/// Whether a text is an address of mail.
fn is_address(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else {
        return false;
    };
    let in_name = |b: u8| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b);
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    !name.is_empty() && name.bytes().all(in_name) && host.split('.').all(label)
}
