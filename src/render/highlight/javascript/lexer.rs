//! Splits JavaScript and its kin into tokens. In: code, whole or in part, right or wrong; out: its
//! tokens, each with the bracket it stands in. Knows brackets and what may begin an expression,
//! which is what it takes to tell a regular expression from a division and an element from a
//! comparison. Runs in linear time on an explicit stack; gives no classes.

use std::collections::HashMap;

use super::words;
use super::{Dialect, Frame, Kind, Lexed};

/// How many open brackets a closing one may skip to find its own.
const MAX_SKIPPED: usize = 8;

/// An open bracket, or something that works like one.
#[derive(Clone, Copy)]
pub(super) struct Level {
    pub(super) frame: Frame,
    /// The index of the token that opened it.
    opener: u32,
    /// What the next brace opens if `class` or `enum` was seen.
    pending: Option<Frame>,
    /// Whether the next colon ends a `case`.
    case: bool,
    /// Of an element with children: the place of its name.
    pub(super) name: (u32, u32),
}

/// The tokens of a text, and its comments, which are no tokens.
pub(super) struct Lexer<'a> {
    pub(super) code: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) tokens: Vec<Lexed>,
    pub(super) comments: Vec<(u32, u32)>,
    /// Never empty: the lowest level is the text itself.
    pub(super) stack: Vec<Level>,
    pub(super) dialect: Dialect,
    /// Whether a line break was seen since the last token.
    newline: bool,
    /// Whether a regular expression may follow the bracket that was closed last.
    after_close: bool,
    /// No regular expression starts before this place: one that does not end was seen on the line.
    regex_from: usize,
    /// Where the last backtick is, once asked for.
    pub(super) last_backtick: Option<usize>,
    /// Where the last end of a comment is, once asked for.
    last_comment_end: Option<usize>,
    /// Where the last closing tag of a name is, once asked for.
    pub(super) closing_tags: Option<HashMap<&'a str, usize>>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(code: &'a str, dialect: Dialect) -> Self {
        let ground = Level {
            frame: Frame::Top,
            opener: 0,
            pending: None,
            case: false,
            name: (0, 0),
        };
        Lexer {
            code,
            bytes: code.as_bytes(),
            at: 0,
            tokens: Vec::with_capacity(code.len() / 4 + 1),
            comments: Vec::new(),
            stack: vec![ground],
            dialect,
            newline: true,
            after_close: true,
            regex_from: 0,
            last_backtick: None,
            last_comment_end: None,
            closing_tags: None,
        }
    }

    pub(super) fn run(&mut self) {
        if self.code.starts_with("#!") {
            self.line_comment();
        }
        while self.at < self.bytes.len() {
            match self.frame() {
                Frame::Template => self.template_text(),
                Frame::Children => self.children(),
                Frame::Tag | Frame::ClosingTag => self.tag(),
                _ => self.code(),
            }
        }
    }

    pub(super) fn frame(&self) -> Frame {
        self.level().frame
    }

    fn level(&self) -> Level {
        *self
            .stack
            .last()
            .expect("invariant: the ground level stays")
    }

    fn level_mut(&mut self) -> &mut Level {
        self.stack
            .last_mut()
            .expect("invariant: the ground level stays")
    }

    #[inline]
    pub(super) fn peek(&self, offset: usize) -> u8 {
        self.bytes.get(self.at + offset).copied().unwrap_or(0)
    }

    /// Appends a token of `len` bytes.
    #[inline]
    pub(super) fn push(&mut self, kind: Kind, len: usize) {
        let frame = self.frame();
        self.tokens.push(Lexed {
            kind,
            frame,
            newline: self.newline,
            start: self.at as u32,
            end: (self.at + len) as u32,
            mate: 0,
        });
        self.newline = false;
        self.at += len;
    }

    /// Opens a level whose opener is the token pushed last.
    pub(super) fn open(&mut self, frame: Frame) {
        self.stack.push(Level {
            frame,
            opener: (self.tokens.len() - 1) as u32,
            pending: None,
            case: false,
            name: (0, 0),
        });
    }

    /// Skips white space and comments; whether anything was skipped.
    pub(super) fn trivia(&mut self) -> bool {
        match self.peek(0) {
            b'\n' => {
                self.newline = true;
                self.at += 1;
            }
            b' ' | b'\t' | b'\r' | 0x0b | 0x0c => {
                self.at += 1;
                while self.peek(0) == b' ' {
                    self.at += 1;
                }
            }
            b'/' if self.peek(1) == b'/' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            _ => return false,
        }
        true
    }

    fn line_comment(&mut self) {
        let end = self.line_end(self.at);
        self.comments.push((self.at as u32, end as u32));
        self.at = end;
    }

    /// A comment that never ends is one only up to the end of its line.
    fn block_comment(&mut self) {
        let code = self.code;
        let last = *self
            .last_comment_end
            .get_or_insert_with(|| code.rfind("*/").unwrap_or(0));
        let end = if last >= self.at + 2 {
            let found = code[self.at + 2..].find("*/");
            found.map_or(code.len(), |len| self.at + 2 + len + 2)
        } else {
            self.line_end(self.at)
        };
        self.newline |= code[self.at..end].contains('\n');
        self.comments.push((self.at as u32, end as u32));
        self.at = end;
    }

    /// The end of the line that `at` is on, without its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let end = self.code[at..]
            .find('\n')
            .map_or(self.code.len(), |len| at + len);
        if end > at && self.bytes[end - 1] == b'\r' {
            end - 1
        } else {
            end
        }
    }

    /// One token of code.
    fn code(&mut self) {
        if self.trivia() {
            return;
        }
        let byte = self.peek(0);
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => self.word(),
            b'0'..=b'9' => self.number(),
            b'"' | b'\'' => {
                let len = self.string_len(byte);
                self.push(Kind::Str, len);
            }
            b'`' => self.template(),
            b'(' => {
                let control = self.last_word_is(&["if", "while", "for", "with", "await"]);
                self.push(Kind::OpenParen, 1);
                self.open(if control {
                    Frame::Control
                } else {
                    Frame::Paren
                });
            }
            b'[' => {
                self.push(Kind::OpenBracket, 1);
                self.open(Frame::Bracket);
            }
            b'{' => {
                let frame = self.brace_frame();
                self.push(Kind::OpenBrace, 1);
                self.open(frame);
            }
            b')' => self.close(Kind::CloseParen),
            b']' => self.close(Kind::CloseBracket),
            b'}' => self.close(Kind::CloseBrace),
            b'/' => self.slash(),
            b'<' => self.less(),
            b'#' if is_word_start(self.peek(1)) => {
                let len = 1 + self.word_len(self.at + 1);
                self.push(Kind::Private, len);
            }
            b'\\' if self.peek(1) == b'u' => {
                let len = self.word_len(self.at).max(1);
                self.push(Kind::Word, len);
            }
            0x80.. => self.wide(),
            _ => self.sign(byte),
        }
    }

    fn word(&mut self) {
        let len = self.word_len(self.at);
        let text = &self.code[self.at..self.at + len];
        if !self.last_is(Kind::Dot) {
            match text {
                "class" => self.level_mut().pending = Some(Frame::Class),
                "interface" if self.dialect.types => self.level_mut().pending = Some(Frame::Object),
                "enum" if self.dialect.types => self.level_mut().pending = Some(Frame::Enum),
                "case" | "default" if !matches!(self.frame(), Frame::Object | Frame::Class) => {
                    self.level_mut().case = true;
                }
                _ => {}
            }
        }
        self.push(Kind::Word, len);
    }

    /// The length of the name at `at`.
    pub(super) fn word_len(&self, at: usize) -> usize {
        let mut end = at;
        loop {
            let rest = self.bytes.get(end..).unwrap_or_default();
            let plain = rest.iter().position(|byte| !IN_WORD[usize::from(*byte)]);
            end += plain.unwrap_or(rest.len());
            match self.bytes.get(end) {
                Some(b'\\') if self.bytes.get(end + 1) == Some(&b'u') => end += 2,
                Some(0x80..) => match self.code[end..].chars().next() {
                    Some(wide) if wide.is_alphanumeric() => end += wide.len_utf8(),
                    _ => return end - at,
                },
                _ => return end - at,
            }
        }
    }

    /// A character beyond ASCII: a name, white space, or something like `…`.
    fn wide(&mut self) {
        let len = self.word_len(self.at);
        if len > 0 {
            return self.push(Kind::Word, len);
        }
        match self.code[self.at..].chars().next() {
            Some(wide) if wide.is_whitespace() || wide == '\u{feff}' => self.at += wide.len_utf8(),
            Some(wide) => self.push(Kind::Other, wide.len_utf8()),
            None => self.at = self.bytes.len(),
        }
    }

    fn slash(&mut self) {
        if self.at >= self.regex_from && self.expects_value() {
            if let Some(len) = self.regex_len() {
                self.push(Kind::Regex, len);
                let flags = self.word_len(self.at);
                if flags > 0 {
                    self.push(Kind::Flags, flags);
                }
                return;
            }
            self.regex_from = self.line_end(self.at);
        }
        self.push(Kind::Op, 1);
    }

    fn less(&mut self) {
        if self.dialect.elements && self.starts_element() {
            return self.open_tag();
        }
        match (self.peek(1), self.peek(2)) {
            (b'<', b'=') => self.push(Kind::Op, 3),
            (b'=', _) | (b'<', _) => self.push(Kind::Op, 2),
            _ => self.push(Kind::Less, 1),
        }
    }

    fn sign(&mut self, byte: u8) {
        let next = self.peek(1);
        let (kind, len) = match byte {
            b'.' if next == b'.' && self.peek(2) == b'.' => (Kind::Dots, 3),
            b'.' if next.is_ascii_digit() => return self.number(),
            b'.' => (Kind::Dot, 1),
            b'?' if next == b'.' && !self.peek(2).is_ascii_digit() => (Kind::Dot, 2),
            b'?' if next == b'?' => (Kind::Op, 2),
            b'?' => (Kind::Question, 1),
            b',' => (Kind::Comma, 1),
            b';' => {
                let level = self.level_mut();
                level.pending = None;
                level.case = false;
                (Kind::Semicolon, 1)
            }
            b':' => {
                let level = self.level_mut();
                level.pending = None;
                let case = std::mem::take(&mut level.case);
                (if case { Kind::CaseColon } else { Kind::Colon }, 1)
            }
            b'=' if next == b'>' => (Kind::Arrow, 2),
            b'=' if next == b'=' => (Kind::Op, 2 + usize::from(self.peek(2) == b'=')),
            b'=' => (Kind::Equal, 1),
            b'>' if next == b'=' => (Kind::Op, 2),
            b'>' => (Kind::Greater, 1),
            b'*' => (Kind::Star, 1),
            b'@' => (Kind::At, 1),
            b'!' if next == b'=' => (Kind::Op, 2 + usize::from(self.peek(2) == b'=')),
            b'!' => (Kind::Bang, 1),
            b'|' | b'&' if next == byte => (Kind::Op, 2),
            b'|' | b'&' => (Kind::Pipe, 1),
            b'+' | b'-' if next == byte => (Kind::Step, 2),
            b'+' | b'-' | b'%' | b'^' | b'~' => (Kind::Op, 1),
            _ => (Kind::Other, 1),
        };
        self.push(kind, len);
    }

    /// What a brace opens here.
    fn brace_frame(&mut self) -> Frame {
        // A brace that follows a sign or `extends` is a type within the head of a class.
        let in_head = self.tokens.last().is_some_and(|last| match last.kind {
            Kind::Less | Kind::Comma | Kind::Pipe | Kind::Equal | Kind::Arrow => true,
            Kind::Word => self.text(*last) == "extends",
            _ => false,
        });
        if in_head && self.level().pending.is_some() {
            return Frame::Object;
        }
        if let Some(frame) = self.level_mut().pending.take() {
            return frame;
        }
        let Some(last) = self.tokens.last() else {
            return if self.starts_object() {
                Frame::Object
            } else {
                Frame::Block
            };
        };
        let embedded = matches!(self.frame(), Frame::Embedded | Frame::Placeholder);
        match last.kind {
            Kind::OpenBrace if embedded => Frame::Object,
            Kind::CloseParen
            | Kind::Arrow
            | Kind::CaseColon
            | Kind::Semicolon
            | Kind::OpenBrace
            | Kind::CloseBrace
            | Kind::CloseBracket
            | Kind::Greater
            | Kind::Str => Frame::Block,
            Kind::Word => {
                let word = self.text(*last);
                let block = matches!(word, "else" | "do" | "try" | "finally" | "static")
                    || !words::expects_value(word);
                let list = matches!(
                    word,
                    "type" | "const" | "let" | "var" | "as" | "is" | "satisfies" | "keyof"
                );
                if block && !list {
                    Frame::Block
                } else {
                    Frame::Object
                }
            }
            _ => Frame::Object,
        }
    }

    /// Whether the brace that opens the text is an object: a key follows it.
    fn starts_object(&self) -> bool {
        let rest = self.code[self.at + 1..].trim_start();
        let quoted = rest.trim_start_matches(['"', '\'']);
        let after =
            quoted.trim_start_matches(|c: char| c.is_alphanumeric() || "_$-\"'".contains(c));
        after.len() < rest.len() && after.trim_start().starts_with([':', ','])
    }

    /// A closing bracket: closes its own kind, or a few below if some were left open.
    fn close(&mut self, kind: Kind) {
        let fits = |frame: Frame| match kind {
            Kind::CloseParen => matches!(frame, Frame::Paren | Frame::Control),
            Kind::CloseBracket => frame == Frame::Bracket,
            _ => matches!(
                frame,
                Frame::Block
                    | Frame::Object
                    | Frame::Class
                    | Frame::Enum
                    | Frame::Placeholder
                    | Frame::Embedded
            ),
        };
        let lowest = self.stack.len().saturating_sub(MAX_SKIPPED).max(1);
        let found = (lowest..self.stack.len())
            .rev()
            .find(|at| fits(self.stack[*at].frame));
        let Some(found) = found else {
            self.after_close = true;
            return self.push(kind, 1);
        };
        // A bracket inside a placeholder does not close one around it.
        let wall = |level: &Level| matches!(level.frame, Frame::Placeholder | Frame::Embedded);
        if self.stack[found + 1..].iter().any(wall) {
            self.after_close = true;
            return self.push(kind, 1);
        }
        let level = self.stack[found];
        self.stack.truncate(found);
        self.after_close = matches!(level.frame, Frame::Control | Frame::Block | Frame::Class);
        let kind = match level.frame {
            Frame::Placeholder => Kind::ClosePlaceholder,
            _ => kind,
        };
        let (opener, closer) = (level.opener, self.tokens.len() as u32);
        self.push(kind, 1);
        self.tokens[opener as usize].mate = closer;
        self.tokens[closer as usize].mate = opener;
    }

    /// Whether an operand may stand here rather than an operator.
    pub(super) fn expects_value(&self) -> bool {
        let Some(last) = self.tokens.last() else {
            return true;
        };
        match last.kind {
            Kind::Word => {
                let before = self
                    .tokens
                    .len()
                    .checked_sub(2)
                    .map(|at| self.tokens[at].kind);
                before != Some(Kind::Dot) && words::expects_value(self.text(*last))
            }
            Kind::CloseParen | Kind::CloseBrace => self.after_close,
            Kind::Number
            | Kind::Str
            | Kind::TemplateText
            | Kind::Regex
            | Kind::Flags
            | Kind::Private
            | Kind::Step
            | Kind::CloseBracket
            | Kind::TagEnd => false,
            _ => true,
        }
    }

    /// Whether the next token begins a line.
    pub(super) fn at_line_start(&self) -> bool {
        self.newline
    }

    pub(super) fn last_is(&self, kind: Kind) -> bool {
        self.tokens.last().is_some_and(|last| last.kind == kind)
    }

    fn last_word_is(&self, words: &[&str]) -> bool {
        let word = self.tokens.last().filter(|last| last.kind == Kind::Word);
        word.is_some_and(|last| words.contains(&self.text(*last)))
    }

    fn text(&self, token: Lexed) -> &'a str {
        &self.code[token.start as usize..token.end as usize]
    }
}

/// The ASCII characters of names.
static IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let ascii = byte as u8;
        table[byte] = ascii.is_ascii_alphanumeric() || ascii == b'_' || ascii == b'$';
        byte += 1;
    }
    table
};

pub(super) fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$' | 0x80..)
}
