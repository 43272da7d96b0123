//! Numbers, strings, templates and regular expressions. In: the lexer at the start of one; out: its
//! token or its length. What never ends does so with its line.

use super::lexer::Lexer;
use super::{Frame, Kind};

impl Lexer<'_> {
    pub(super) fn number(&mut self) {
        let hex = self.peek(0) == b'0' && matches!(self.peek(1), b'x' | b'X');
        let mut len = 1;
        let mut dot = self.peek(0) == b'.';
        loop {
            match self.peek(len) {
                b'+' | b'-' if !hex && matches!(self.peek(len - 1), b'e' | b'E') => len += 1,
                b'.' if !dot && !hex && !matches!(self.peek(len + 1), b'.' | b'a'..=b'z') => {
                    dot = true;
                    len += 1;
                }
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' => len += 1,
                _ => break,
            }
        }
        self.push(Kind::Number, len);
    }

    /// The length of the string that starts here. One that never ends does so with its line.
    pub(super) fn string_len(&self, quote: u8) -> usize {
        let mut end = self.at + 1;
        while let Some(&byte) = self.bytes.get(end) {
            match byte {
                b'\n' => {
                    let end = end - usize::from(self.bytes[end - 1] == b'\r');
                    return end - self.at;
                }
                b'\\' => {
                    // A line break after a backslash is part of the string.
                    end += 1 + usize::from(self.bytes.get(end + 1) == Some(&b'\r'));
                    end += self.code[end.min(self.code.len())..]
                        .chars()
                        .next()
                        .map_or(0, char::len_utf8);
                }
                _ if byte == quote => return end + 1 - self.at,
                _ => end += 1,
            }
        }
        self.bytes.len() - self.at
    }

    /// A backtick: the start of a template if there is another one, else a string up to the end of
    /// the line.
    pub(super) fn template(&mut self) {
        let code = self.code;
        let last = *self
            .last_backtick
            .get_or_insert_with(|| code.rfind('`').unwrap_or(0));
        if last <= self.at {
            let len = self.line_end(self.at) - self.at;
            return self.push(Kind::Str, len);
        }
        let (len, closed) = self.template_len(self.at + 1);
        self.push(Kind::TemplateText, len + 1);
        if !closed {
            self.open(Frame::Template);
        }
    }

    /// Text of a template after a placeholder, or the start of a placeholder.
    pub(super) fn template_text(&mut self) {
        if self.bytes[self.at..].starts_with(b"${") {
            self.push(Kind::OpenPlaceholder, 2);
            return self.open(Frame::Placeholder);
        }
        let (len, closed) = self.template_len(self.at);
        self.push(Kind::TemplateText, len);
        if closed {
            self.stack.pop();
        }
    }

    /// The length of the text of a template from `from` up to a placeholder or including the
    /// backtick, and whether it was the backtick.
    pub(super) fn template_len(&self, from: usize) -> (usize, bool) {
        let mut end = from;
        while let Some(&byte) = self.bytes.get(end) {
            match byte {
                b'`' => return (end + 1 - from, true),
                b'$' if self.bytes.get(end + 1) == Some(&b'{') => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        (end.min(self.code.len()) - from, false)
    }

    /// The length of the regular expression that starts here, without its flags.
    pub(super) fn regex_len(&self) -> Option<usize> {
        let mut in_set = false;
        let mut end = self.at + 1;
        while let Some(&byte) = self.bytes.get(end) {
            match byte {
                b'\n' => return None,
                b'\\' if self.bytes.get(end + 1) != Some(&b'\n') => end += 1,
                b'[' => in_set = true,
                b']' => in_set = false,
                b'/' if !in_set => return Some(end + 1 - self.at),
                _ => {}
            }
            end += 1;
        }
        None
    }
}
