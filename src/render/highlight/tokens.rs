//! Tokens and the buffer that collects them. In: pieces of text with a class, in order; out: a token
//! list that covers the text exactly. Must not look at what a language means by the text.

use super::class::Class;

/// A run of text with one class.
///
/// The lengths of a block's tokens sum up to its code, every boundary is a char boundary, and a
/// token that has a class never holds a line break, so that a renderer may cut at lines freely.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// Length in bytes, never zero.
    pub len: u32,
    /// What the text is; `None` for plain text.
    pub class: Option<Class>,
}

/// No token is longer than this; longer plain text becomes several tokens.
const MAX_LEN: usize = 1 << 30;

/// Collects tokens and merges neighbours of one class.
#[derive(Default)]
pub(super) struct TokenBuffer {
    tokens: Vec<Token>,
}

impl TokenBuffer {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        let tokens = Vec::with_capacity(capacity);
        TokenBuffer { tokens }
    }

    /// Appends `len` bytes that are known to hold no line break, or to be plain.
    #[inline]
    pub(super) fn push(&mut self, len: usize, class: Option<Class>) {
        if len == 0 {
            return;
        }
        let len = u32::try_from(len).expect("invariant: callers bound the length of a block");
        match self.tokens.last_mut() {
            Some(last) if last.class == class && last.len as usize + (len as usize) < MAX_LEN => {
                last.len += len;
            }
            _ => self.tokens.push(Token { len, class }),
        }
    }

    /// Appends text that may hold line breaks; those become plain.
    pub(super) fn push_text(&mut self, text: &str, class: Option<Class>) {
        if class.is_none() {
            return self.push(text.len(), None);
        }
        for line in text.split_inclusive('\n') {
            let content = line.trim_end_matches(['\n', '\r']).len();
            self.push(content, class);
            self.push(line.len() - content, None);
        }
    }

    pub(super) fn extend(&mut self, tokens: &[Token]) {
        for token in tokens {
            self.push(token.len as usize, token.class);
        }
    }

    pub(super) fn finish(mut self) -> Vec<Token> {
        self.tokens.shrink_to_fit();
        self.tokens
    }
}

/// The whole text as plain tokens.
pub(super) fn plain_tokens(mut code: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(1);
    while !code.is_empty() {
        let len = code.floor_char_boundary(MAX_LEN);
        tokens.push(Token {
            len: len as u32,
            class: None,
        });
        code = &code[len..];
    }
    tokens
}

/// Whether these tokens really cover `code`: the check for tokens that came from a file.
pub(super) fn fits(tokens: &[Token], code: &str) -> bool {
    let mut end = 0usize;
    for token in tokens {
        end += token.len as usize;
        if token.len == 0 || !code.is_char_boundary(end) {
            return false;
        }
    }
    end == code.len()
}
