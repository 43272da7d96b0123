//! Rust's own highlighter: the compiler's lexer and classes made by hand from the tokens around.
//! In: Rust code, whole or in part, right or wrong; out: tokens that cover it. Runs in linear time
//! and never parses: a rule sees a few tokens to either side, no more.

use ra_ap_rustc_lexer::{Cursor, FrontmatterAllowed, LiteralKind, TokenKind, strip_shebang};

use super::class::Class;
use super::tokens::{Token, TokenBuffer};

/// How often lexing starts again after a literal that never ends. Each try reads up to the end of
/// the text, so without a limit hostile text would take quadratic time.
const MAX_RESTARTS: usize = 8;

/// A lexed token with its place in the code.
#[derive(Clone, Copy)]
struct Lexed {
    kind: TokenKind,
    start: u32,
    end: u32,
}

/// Highlights Rust code. `code` must be shorter than 4 GiB.
pub(super) fn highlight(code: &str) -> Vec<Token> {
    let tokens = lex(code);
    let out = TokenBuffer::with_capacity(tokens.len());
    let mut painter = Painter {
        code,
        tokens,
        out,
        closers: None,
        pending: None,
        before: None,
        bang: None,
    };
    painter.run();
    painter.out.finish()
}

/// Splits the code into tokens, going on after what the lexer could not close.
fn lex(code: &str) -> Vec<Lexed> {
    let mut tokens = Vec::with_capacity(code.len() / 3 + 1);
    let mut at = 0;
    if let Some(len) = strip_shebang(code) {
        tokens.push(Lexed {
            kind: TokenKind::LineComment { doc_style: None },
            start: 0,
            end: len as u32,
        });
        at = len;
    }
    let mut restarts = 0;
    let mut cursor = Cursor::new(&code[at..], FrontmatterAllowed::Yes);
    loop {
        let token = cursor.advance_token();
        if token.kind == TokenKind::Eof {
            return tokens;
        }
        let end = at + token.len as usize;
        let kept = kept_len(token.kind, &code[at..end], restarts < MAX_RESTARTS);
        tokens.push(Lexed {
            kind: token.kind,
            start: at as u32,
            end: (at + kept) as u32,
        });
        at += kept;
        if at < end {
            restarts += usize::from(kept > 1);
            cursor = Cursor::new(&code[at..], FrontmatterAllowed::No);
        }
    }
}

/// How much of a token to keep before lexing again: all of it, but for a literal that never ends
/// (its first line, so that one stray quote does not colour the rest of the sample) and for the
/// reserved `#"` and `##` (the `#`, so that the string behind it is still a string).
fn kept_len(kind: TokenKind, text: &str, may_restart: bool) -> usize {
    match kind {
        TokenKind::GuardedStrPrefix => 1,
        TokenKind::Literal { kind, .. } if may_restart && is_open(kind) => {
            let line = text.find('\n').unwrap_or(text.len());
            if text[..line].ends_with('\r') {
                line - 1
            } else {
                line
            }
            .max(1)
        }
        _ => text.len(),
    }
}

/// Whether a literal lacks its end.
fn is_open(kind: LiteralKind) -> bool {
    match kind {
        LiteralKind::Int { .. } | LiteralKind::Float { .. } => false,
        LiteralKind::Char { terminated }
        | LiteralKind::Byte { terminated }
        | LiteralKind::Str { terminated }
        | LiteralKind::ByteStr { terminated }
        | LiteralKind::CStr { terminated } => !terminated,
        LiteralKind::RawStr { n_hashes }
        | LiteralKind::RawByteStr { n_hashes }
        | LiteralKind::RawCStr { n_hashes } => n_hashes.is_none(),
    }
}

/// Walks over the tokens and decides on a class for each.
struct Painter<'a> {
    code: &'a str,
    tokens: Vec<Lexed>,
    out: TokenBuffer,
    /// For each token the index of its closing square bracket, zero if it has none. Made at the
    /// first `#`, in one pass, so that thousands of unclosed `#[` cost nothing extra.
    closers: Option<Vec<u32>>,
    /// The class that the name right after a keyword gets, as in `fn name`.
    pending: Option<Class>,
    /// The last token that was neither white space nor a comment.
    before: Option<TokenKind>,
    /// The index and class of a `!` that belongs to the macro name before it.
    bang: Option<(usize, Class)>,
}

impl<'a> Painter<'a> {
    fn run(&mut self) {
        let mut index = 0;
        while index < self.tokens.len() {
            index = self.step(index);
        }
    }

    /// Paints the token at `index`, or several; returns the index after the last one painted.
    fn step(&mut self, index: usize) -> usize {
        let token = self.tokens[index];
        let (start, end) = (token.start as usize, token.end as usize);
        let class = match token.kind {
            TokenKind::Whitespace => {
                self.out.push(end - start, None);
                return index + 1;
            }
            TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => {
                self.out
                    .push_text(&self.code[start..end], Some(Class::Comment));
                return index + 1;
            }
            TokenKind::Pound => {
                if let Some(last) = self.attribute_end(index) {
                    return self.paint_attribute(index, last);
                }
                None
            }
            TokenKind::Dollar => return self.paint_dollar(index),
            TokenKind::Ident | TokenKind::UnknownPrefix => self.name_class(index),
            kind => self.simple_class(index, kind),
        };
        if !matches!(
            token.kind,
            TokenKind::Ident | TokenKind::UnknownPrefix | TokenKind::Bang
        ) {
            self.pending = None;
        }
        match token.kind {
            // Only these can hold line breaks.
            TokenKind::Literal { .. } | TokenKind::Frontmatter { .. } => {
                self.out.push_text(&self.code[start..end], class);
            }
            _ => self.out.push(end - start, class),
        }
        self.before = Some(token.kind);
        index + 1
    }

    /// The class of a token whose kind alone tells it.
    fn simple_class(&mut self, index: usize, kind: TokenKind) -> Option<Class> {
        match kind {
            TokenKind::RawIdent => {
                let pending = self.pending.take();
                pending.or_else(|| self.free_name_class(index, &self.text(index)[2..]))
            }
            TokenKind::Frontmatter { .. } => Some(Class::Comment),
            TokenKind::ForcedKeywordIdent => Some(Class::Keyword),
            TokenKind::Lifetime { .. }
            | TokenKind::RawLifetime
            | TokenKind::UnknownPrefixLifetime => Some(Class::Lifetime),
            TokenKind::Literal {
                kind: LiteralKind::Int { .. } | LiteralKind::Float { .. },
                ..
            } => Some(Class::Number),
            TokenKind::Literal { .. } => Some(Class::String),
            TokenKind::Bang => self
                .bang
                .take()
                .filter(|(at, _)| *at == index)
                .map(|(_, class)| class),
            _ => None,
        }
    }

    /// The class of an identifier or keyword.
    fn name_class(&mut self, index: usize) -> Option<Class> {
        let text = self.text(index);
        let pending = self.pending.take();
        if is_keyword(text) || self.is_contextual_keyword(index, text) {
            self.pending = name_after(text);
            return Some(Class::Keyword);
        }
        if pending.is_some() {
            return pending;
        }
        if self.is_macro_call(index) {
            // `macro_rules` is a keyword in all but name, and what follows it is a macro's name.
            let class = if text == "macro_rules" {
                Class::Keyword
            } else {
                Class::Macro
            };
            self.pending = (text == "macro_rules").then_some(Class::Macro);
            self.bang = Some((index + 1, class));
            return Some(class);
        }
        self.free_name_class(index, text)
    }

    /// The class of a name that is no keyword and does not follow one that names it.
    fn free_name_class(&self, index: usize, text: &str) -> Option<Class> {
        if is_type_name(text) {
            return Some(Class::Type);
        }
        let lower_case = text
            .bytes()
            .any(|b| !b.is_ascii_uppercase() && b != b'_' && !b.is_ascii_digit());
        if lower_case && self.is_call(index) {
            return Some(Class::Function);
        }
        (is_primitive(text) && self.before != Some(TokenKind::Dot)).then_some(Class::Type)
    }

    /// `name(` or `name::<`.
    fn is_call(&self, index: usize) -> bool {
        let follows = |offset: usize, kind: TokenKind| self.kind(index + offset) == Some(kind);
        follows(1, TokenKind::OpenParen)
            || (follows(1, TokenKind::Colon)
                && follows(2, TokenKind::Colon)
                && follows(3, TokenKind::Lt))
    }

    /// `name!`, but not the start of `name!=`.
    fn is_macro_call(&self, index: usize) -> bool {
        self.kind(index + 1) == Some(TokenKind::Bang) && self.kind(index + 2) != Some(TokenKind::Eq)
    }

    /// Words that are keywords only in some places.
    fn is_contextual_keyword(&self, index: usize, text: &str) -> bool {
        if !matches!(
            text,
            "union" | "raw" | "auto" | "gen" | "try" | "safe" | "default" | "yield" | "macro"
        ) || self.before == Some(TokenKind::Dot)
        {
            return false;
        }
        let (next, word) = self.next_code(index);
        match text {
            "auto" => word == "trait",
            "safe" => matches!(word, "fn" | "static"),
            "default" => {
                matches!(
                    word,
                    "fn" | "impl" | "const" | "type" | "async" | "unsafe" | "extern"
                )
            }
            "raw" => self.before == Some(TokenKind::And) && matches!(word, "const" | "mut"),
            "gen" => {
                self.kind(next) == Some(TokenKind::OpenBrace)
                    || matches!(word, "fn" | "move" | "unsafe")
            }
            "try" => self.kind(next) == Some(TokenKind::OpenBrace),
            "yield" => !matches!(
                self.kind(next),
                Some(TokenKind::OpenParen | TokenKind::Eq | TokenKind::Colon)
            ),
            // `union Name {`, `macro name(`: only a name may stand there, and never after a name
            // that is used as a value.
            _ => !word.is_empty() && !is_keyword(word) && self.kind(next) == Some(TokenKind::Ident),
        }
    }

    /// The index of the next token that is neither white space nor a comment, and its text if it is
    /// a word.
    fn next_code(&self, index: usize) -> (usize, &'a str) {
        let mut next = index + 1;
        while self.kind(next).is_some_and(is_trivia) {
            next += 1;
        }
        let word = if self.kind(next) == Some(TokenKind::Ident) {
            self.text(next)
        } else {
            ""
        };
        (next, word)
    }

    /// If the `#` at `index` opens an attribute, the index of its closing bracket.
    fn attribute_end(&mut self, index: usize) -> Option<usize> {
        let (mut next, _) = self.next_code(index);
        if self.kind(next) == Some(TokenKind::Bang) {
            next = self.next_code(next).0;
        }
        if self.kind(next) != Some(TokenKind::OpenBracket) {
            return None;
        }
        let tokens = &self.tokens;
        let closers = self.closers.get_or_insert_with(|| match_brackets(tokens));
        let last = closers[next] as usize;
        (last > 0).then_some(last)
    }

    fn paint_attribute(&mut self, first: usize, last: usize) -> usize {
        let (start, end) = (
            self.tokens[first].start as usize,
            self.tokens[last].end as usize,
        );
        self.out
            .push_text(&self.code[start..end], Some(Class::Attribute));
        self.pending = None;
        self.before = Some(TokenKind::CloseBracket);
        last + 1
    }

    /// `$name`, `$crate` and `$name:fragment` of macro patterns.
    fn paint_dollar(&mut self, index: usize) -> usize {
        self.pending = None;
        self.before = Some(TokenKind::Dollar);
        if self.kind(index + 1) != Some(TokenKind::Ident) {
            self.out.push(1, None);
            return index + 1;
        }
        let name = self.text(index + 1);
        let (len, class) = (1 + name.len(), (name == "crate").then_some(Class::Keyword));
        self.out.push(len, class);
        self.before = Some(TokenKind::Ident);
        if self.kind(index + 2) != Some(TokenKind::Colon)
            || self.kind(index + 3) != Some(TokenKind::Ident)
        {
            return index + 2;
        }
        let fragment = self.text(index + 3);
        let (len, class) = (fragment.len(), is_fragment(fragment).then_some(Class::Type));
        if class.is_none() {
            return index + 2;
        }
        self.out.push(1, None);
        self.out.push(len, class);
        index + 4
    }

    #[inline]
    fn kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    #[inline]
    fn text(&self, index: usize) -> &'a str {
        let token = self.tokens[index];
        &self.code[token.start as usize..token.end as usize]
    }
}

fn is_trivia(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. }
    )
}

/// The index of the closing bracket for each opening one; zero elsewhere.
fn match_brackets(tokens: &[Lexed]) -> Vec<u32> {
    let mut closers = vec![0; tokens.len()];
    let mut open = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::OpenBracket => open.push(index),
            TokenKind::CloseBracket => {
                if let Some(opener) = open.pop() {
                    closers[opener] = index as u32;
                }
            }
            _ => {}
        }
    }
    closers
}

/// The class of the name that follows a keyword.
fn name_after(keyword: &str) -> Option<Class> {
    match keyword {
        "fn" => Some(Class::Function),
        "struct" | "enum" | "trait" | "union" | "type" => Some(Class::Type),
        "macro" => Some(Class::Macro),
        _ => None,
    }
}

/// Words that are keywords wherever they stand, the two constants included.
fn is_keyword(text: &str) -> bool {
    (2..=8).contains(&text.len())
        && matches!(
            text,
            "as" | "async"
                | "await"
                | "break"
                | "const"
                | "continue"
                | "crate"
                | "dyn"
                | "else"
                | "enum"
                | "extern"
                | "false"
                | "fn"
                | "for"
                | "if"
                | "impl"
                | "in"
                | "let"
                | "loop"
                | "match"
                | "mod"
                | "move"
                | "mut"
                | "pub"
                | "ref"
                | "return"
                | "self"
                | "Self"
                | "static"
                | "struct"
                | "super"
                | "trait"
                | "true"
                | "type"
                | "unsafe"
                | "use"
                | "where"
                | "while"
        )
}

fn is_primitive(text: &str) -> bool {
    (2..=5).contains(&text.len())
        && matches!(
            text,
            "bool"
                | "char"
                | "str"
                | "u8"
                | "u16"
                | "u32"
                | "u64"
                | "u128"
                | "usize"
                | "i8"
                | "i16"
                | "i32"
                | "i64"
                | "i128"
                | "isize"
                | "f16"
                | "f32"
                | "f64"
                | "f128"
        )
}

/// The fragment specifiers of `macro_rules` patterns.
fn is_fragment(text: &str) -> bool {
    matches!(
        text,
        "block"
            | "expr"
            | "expr_2021"
            | "ident"
            | "item"
            | "lifetime"
            | "literal"
            | "meta"
            | "pat"
            | "pat_param"
            | "path"
            | "stmt"
            | "tt"
            | "ty"
            | "vis"
    )
}

/// CamelCase, or one capital letter. `SCREAMING_CASE` stays plain.
fn is_type_name(text: &str) -> bool {
    let name = text.trim_start_matches('_');
    let mut chars = name.chars();
    chars.next().is_some_and(char::is_uppercase)
        && (chars.as_str().is_empty() || chars.any(char::is_lowercase))
}
