//! Elements inside JavaScript: tags, attributes, text and the code in braces. In: the lexer at a
//! `<` or inside an element; out: its next token. An element that is never closed has no children,
//! so that a placeholder such as `<name>` does not swallow the rest of a sample.

use std::collections::HashMap;

use super::lexer::{Lexer, is_word_start};
use super::{Frame, Kind};

/// How many elements that were left open a closing tag may skip to find its own.
const MAX_SKIPPED: usize = 8;

impl<'a> Lexer<'a> {
    /// Whether the `<` here starts an element.
    pub(super) fn starts_element(&mut self) -> bool {
        let next = self.peek(1);
        if !is_word_start(next) && next != b'>' {
            return false;
        }
        if !self.expects_value() && !self.at_line_start() {
            return false;
        }
        let start = self.at + 1;
        let name = &self.code[start..start + self.name_len(start)];
        let rest = &self.code[start + name.len()..];
        match rest.bytes().next() {
            Some(b'>') => self.is_closed_later(name),
            Some(b'/') => rest.starts_with("/>"),
            Some(b',' | b'=') => false,
            Some(byte) if byte.is_ascii_whitespace() => {
                !rest.trim_start().starts_with("extends ") || !self.dialect.types
            }
            Some(b'{' | b'<') => true,
            _ => false,
        }
    }

    pub(super) fn open_tag(&mut self) {
        self.push(Kind::TagSign, 1);
        self.open(Frame::Tag);
        self.tag_name();
    }

    /// The name of the tag that was just opened, and its type arguments.
    fn tag_name(&mut self) {
        let len = self.name_len(self.at);
        let name = (self.at as u32, (self.at + len) as u32);
        if let Some(level) = self.stack.last_mut() {
            level.name = name;
        }
        if len > 0 {
            self.push(Kind::TagName, len);
        }
        if self.dialect.types && self.peek(0) == b'<' {
            let line = &self.bytes[self.at..self.line_end(self.at).min(self.at + 200)];
            let mut depth = 0usize;
            for (at, byte) in line.iter().enumerate() {
                match byte {
                    b'<' => depth += 1,
                    b'>' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    return self.push(Kind::Other, at + 1);
                }
            }
        }
    }

    /// The length of an element's name: `a`, `a-b`, `a:b`, `A.B`.
    fn name_len(&self, from: usize) -> usize {
        let mut end = from;
        loop {
            end += self.word_len(end);
            match self.bytes.get(end) {
                Some(b'-' | b'.' | b':') if end > from => end += 1,
                _ => return end - from,
            }
        }
    }

    /// Something between `<name` and `>`.
    pub(super) fn tag(&mut self) {
        if self.trivia() {
            return;
        }
        match self.peek(0) {
            b'>' => self.end_tag(),
            b'/' if self.peek(1) == b'>' => {
                self.push(Kind::TagEnd, 2);
                self.stack.pop();
            }
            b'{' => {
                self.push(Kind::OpenBrace, 1);
                self.open(Frame::Embedded);
            }
            quote @ (b'"' | b'\'') => {
                let len = self.attribute_len(quote);
                self.push(Kind::Str, len);
            }
            b'=' => self.push(Kind::Equal, 1),
            // The tag was never closed: back to code.
            b'<' | b';' | b')' => {
                self.stack.pop();
            }
            byte if is_word_start(byte) => {
                let len = self.name_len(self.at);
                if len > 0 {
                    self.push(Kind::TagAttribute, len);
                } else {
                    self.other();
                }
            }
            _ => self.other(),
        }
    }

    /// The length of the string that starts here. It knows no escapes and may go over several
    /// lines; one that holds lines and brackets was left open, and ends with its own line.
    fn attribute_len(&self, quote: u8) -> usize {
        let rest = &self.code[self.at + 1..];
        let closed = rest.find(char::from(quote)).filter(|len| {
            let text = &rest[..*len];
            !text.contains('\n') || !text.contains(['<', '>'])
        });
        closed.map_or(self.line_end(self.at) - self.at, |len| len + 2)
    }

    /// A character that has no business here.
    fn other(&mut self) {
        let len = self.code[self.at..]
            .chars()
            .next()
            .map_or(1, char::len_utf8);
        self.push(Kind::Other, len);
    }

    /// The `>` of a tag: children follow the opening one.
    fn end_tag(&mut self) {
        self.push(Kind::TagEnd, 1);
        let Some(tag) = self.stack.pop() else {
            return;
        };
        let name = &self.code[tag.name.0 as usize..tag.name.1 as usize];
        if tag.frame == Frame::Tag && self.is_closed_later(name) {
            self.open(Frame::Children);
            if let Some(level) = self.stack.last_mut() {
                level.name = tag.name;
            }
        }
    }

    /// Something between `<name>` and `</name>`.
    pub(super) fn children(&mut self) {
        match self.peek(0) {
            b'{' => {
                self.push(Kind::OpenBrace, 1);
                self.open(Frame::Embedded);
            }
            b'<' if self.peek(1) == b'/' => self.closing_tag(),
            b'<' if is_word_start(self.peek(1)) || self.peek(1) == b'>' => self.open_tag(),
            _ => {
                let rest = &self.bytes[self.at + 1..];
                let len = rest.iter().position(|b| matches!(b, b'<' | b'{'));
                self.push(Kind::Other, 1 + len.unwrap_or(rest.len()));
            }
        }
    }

    /// `</name>`: ends the element of this name, or the innermost one.
    fn closing_tag(&mut self) {
        let start = self.at + 2;
        let name = &self.code[start..start + self.name_len(start)];
        let code = self.code;
        let open = self.stack.iter().rev().take(MAX_SKIPPED);
        let skipped = open
            .take_while(|level| level.frame == Frame::Children)
            .position(|level| &code[level.name.0 as usize..level.name.1 as usize] == name)
            .unwrap_or(0);
        self.stack.truncate(self.stack.len() - 1 - skipped);
        self.push(Kind::TagSign, 2);
        self.open(Frame::ClosingTag);
        self.tag_name();
    }

    /// Whether there is a `</name` after this place.
    fn is_closed_later(&mut self, name: &str) -> bool {
        if self.closing_tags.is_none() {
            let mut found = HashMap::new();
            for (at, _) in self.code.match_indices("</") {
                let start = at + 2;
                found.insert(&self.code[start..start + self.name_len(start)], at);
            }
            self.closing_tags = Some(found);
        }
        let last = self.closing_tags.as_ref().and_then(|tags| tags.get(name));
        last.is_some_and(|at| *at >= self.at)
    }
}
