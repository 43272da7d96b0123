//! The tokens of a sample, with their places.
//!
//! In: the lines of a program. Out: its tokens without blanks and comments, the comments that matter to somebody, and
//! what keeps rustc from reading on. Rustc's own lexer does the reading. It must not know what the tokens mean.

use ra_ap_rustc_lexer::{DocStyle, FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

/// A place in the lines: a line and a character, both from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Spot {
    /// The line, from 0.
    pub line: usize,
    /// The character in the line, from 0.
    pub column: usize,
}

/// An error that keeps rustc from reading what comes after it, in other samples too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LexProblem {
    /// Where it begins.
    pub spot: Spot,
    /// What is wrong, a fragment.
    pub message: String,
}

/// A token that is neither blank nor comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub kind: TokenKind,
    pub text: &'a str,
    /// Its first byte in the text.
    pub at: usize,
    /// For an opening delimiter, the number of the closing one, and the other way round; itself without a partner.
    pub partner: usize,
}

impl Token<'_> {
    /// The byte after it.
    pub fn end(&self) -> usize {
        self.at + self.text.len()
    }

    /// Whether it is a string literal of any kind.
    pub fn is_string(&self) -> bool {
        use LiteralKind::{ByteStr, CStr, RawByteStr, RawCStr, RawStr, Str};
        matches!(
            self.kind,
            TokenKind::Literal {
                kind: Str { .. }
                    | ByteStr { .. }
                    | CStr { .. }
                    | RawStr { .. }
                    | RawByteStr { .. }
                    | RawCStr { .. },
                ..
            }
        )
    }

    /// Whether it is a string without escapes.
    pub fn is_raw_string(&self) -> bool {
        use LiteralKind::{RawByteStr, RawCStr, RawStr};
        matches!(
            self.kind,
            TokenKind::Literal {
                kind: RawStr { .. } | RawByteStr { .. } | RawCStr { .. },
                ..
            }
        )
    }
}

/// A program's tokens.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    pub list: Vec<Token<'a>>,
    /// Bytes of block comments that document something.
    pub doc_blocks: Vec<std::ops::Range<usize>>,
    /// The first error that hides others.
    pub problem: Option<LexProblem>,
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Tokens<'a> {
    /// Reads a text whose lines end with line feeds.
    pub fn read(text: &'a str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let mut tokens = Self {
            list: Vec::new(),
            doc_blocks: Vec::new(),
            problem: None,
            text,
            starts,
        };
        let mut at = 0;
        for token in tokenize(text, FrontmatterAllowed::No) {
            let end = at + token.len as usize;
            tokens.push(token.kind, at, end);
            at = end;
        }
        tokens.pair();
        tokens
    }

    fn push(&mut self, kind: TokenKind, at: usize, end: usize) {
        if let Some(what) = unterminated(kind) {
            self.complain(at, format!("unterminated {what}"));
        }
        match kind {
            TokenKind::Whitespace | TokenKind::LineComment { .. } => return,
            TokenKind::BlockComment { doc_style, .. } => {
                if let Some(DocStyle::Outer | DocStyle::Inner) = doc_style {
                    self.doc_blocks.push(at..end);
                }
                return;
            }
            _ => {}
        }
        self.list.push(Token {
            kind,
            text: &self.text[at..end],
            at,
            partner: self.list.len(),
        });
    }

    /// Finds the partner of each delimiter.
    fn pair(&mut self) {
        let mut open: Vec<usize> = Vec::new();
        for number in 0..self.list.len() {
            let kind = self.list[number].kind;
            if closing(kind).is_some() {
                open.push(number);
                continue;
            }
            if !matches!(
                kind,
                TokenKind::CloseParen | TokenKind::CloseBrace | TokenKind::CloseBracket
            ) {
                continue;
            }
            let token = self.list[number];
            match open.last().copied() {
                Some(opener) if closing(self.list[opener].kind) == Some(kind) => {
                    open.pop();
                    self.list[opener].partner = number;
                    self.list[number].partner = opener;
                }
                Some(_) => {
                    self.complain(
                        token.at,
                        format!("mismatched closing delimiter `{}`", token.text),
                    );
                    return;
                }
                None => {
                    self.complain(
                        token.at,
                        format!("unexpected closing delimiter `{}`", token.text),
                    );
                    return;
                }
            }
        }
        if let Some(opener) = open.last() {
            let token = self.list[*opener];
            self.complain(token.at, format!("unclosed delimiter `{}`", token.text));
        }
    }

    /// Keeps the first problem: the ones that follow come from it.
    fn complain(&mut self, at: usize, message: String) {
        let spot = self.spot(at);
        self.problem.get_or_insert(LexProblem { spot, message });
    }

    /// The line and character of a byte.
    pub fn spot(&self, at: usize) -> Spot {
        let line = self.starts.partition_point(|start| *start <= at) - 1;
        Spot {
            line,
            column: self.text[self.starts[line]..at].chars().count(),
        }
    }

    /// The first bytes of the lines.
    pub fn line_starts(&self) -> &[usize] {
        &self.starts
    }

    /// The text of a token, empty past the end.
    pub fn text(&self, number: usize) -> &'a str {
        self.list.get(number).map_or("", |token| token.text)
    }

    /// Whether these tokens follow from `number` on.
    pub fn follow(&self, number: usize, texts: &[&str]) -> bool {
        texts
            .iter()
            .enumerate()
            .all(|(more, text)| self.text(number + more) == *text)
    }

    /// The number of the token after the group that opens at `number`; none when it is not closed.
    pub fn after_group(&self, number: usize) -> Option<usize> {
        let token = self.list.get(number)?;
        (closing(token.kind).is_some() && token.partner > number).then_some(token.partner + 1)
    }
}

fn closing(kind: TokenKind) -> Option<TokenKind> {
    match kind {
        TokenKind::OpenParen => Some(TokenKind::CloseParen),
        TokenKind::OpenBrace => Some(TokenKind::CloseBrace),
        TokenKind::OpenBracket => Some(TokenKind::CloseBracket),
        _ => None,
    }
}

/// What a token lacks the end of.
fn unterminated(kind: TokenKind) -> Option<&'static str> {
    use LiteralKind::{Byte, ByteStr, CStr, Char, RawByteStr, RawCStr, RawStr, Str};
    match kind {
        TokenKind::BlockComment {
            terminated: false, ..
        } => Some("block comment"),
        TokenKind::Literal { kind, .. } => match kind {
            Char { terminated: false } => Some("character literal"),
            Byte { terminated: false } => Some("byte constant"),
            Str { terminated: false } => Some("string literal"),
            ByteStr { terminated: false } => Some("byte string literal"),
            CStr { terminated: false } => Some("C string literal"),
            RawStr { n_hashes: None }
            | RawByteStr { n_hashes: None }
            | RawCStr { n_hashes: None } => Some("raw string literal"),
            _ => None,
        },
        _ => None,
    }
}
