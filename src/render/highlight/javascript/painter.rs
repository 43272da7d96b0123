//! Decides on a class for each token. In: tokens with their brackets; out: tokens with classes.
//! What needs a look around is in `context`.

use super::super::class::Class;
use super::super::tokens::{Token, TokenBuffer};
use super::{Dialect, Frame, Kind, Lexed, words};

/// Walks over the tokens.
pub(super) struct Painter<'a> {
    pub(super) code: &'a str,
    pub(super) dialect: Dialect,
    pub(super) tokens: Vec<Lexed>,
    comments: Vec<(u32, u32)>,
    /// How many comments are painted.
    comment: usize,
    out: TokenBuffer,
    /// How much of the code is painted.
    at: usize,
    /// The class of the token before.
    pub(super) before: Option<Class>,
    /// The index after the type arguments that are open.
    pub(super) angle_end: usize,
    /// The index after the name of a decorator.
    decorator_end: usize,
    /// Whether the path after `new` goes on.
    after_new: bool,
}

impl<'a> Painter<'a> {
    pub(super) fn new(
        code: &'a str,
        dialect: Dialect,
        tokens: Vec<Lexed>,
        comments: Vec<(u32, u32)>,
    ) -> Self {
        let out = TokenBuffer::with_capacity(tokens.len() + comments.len());
        Painter {
            code,
            dialect,
            tokens,
            comments,
            comment: 0,
            out,
            at: 0,
            before: None,
            angle_end: 0,
            decorator_end: 0,
            after_new: false,
        }
    }

    pub(super) fn run(mut self) -> Vec<Token> {
        for index in 0..self.tokens.len() {
            let token = self.tokens[index];
            let (start, end) = (token.start as usize, token.end as usize);
            self.fill(start);
            let class = self.class(index, token);
            match token.kind {
                // Only these can hold line breaks.
                Kind::Str | Kind::TemplateText => self.out.push_text(&self.code[start..end], class),
                _ => self.out.push(end - start, class),
            }
            self.before = class;
            self.at = end;
        }
        self.fill(self.code.len());
        self.out.finish()
    }

    /// Paints the white space and comments before a token.
    fn fill(&mut self, to: usize) {
        while let Some(&(start, end)) = self.comments.get(self.comment) {
            let (start, end) = (start as usize, end as usize);
            if start >= to {
                break;
            }
            self.out.push(start - self.at, None);
            let text = &self.code[start..end];
            self.out.push_text(text, Some(Class::Comment));
            self.at = end;
            self.comment += 1;
        }
        self.out.push(to - self.at, None);
        self.at = to;
    }

    fn class(&mut self, index: usize, token: Lexed) -> Option<Class> {
        let after_new = self.after_new;
        if token.kind != Kind::Dot {
            self.after_new = false;
        }
        match token.kind {
            Kind::Word if index < self.decorator_end => Some(Class::Attribute),
            Kind::Word => {
                let class = self.word_class(index, token, after_new);
                let text = self.text(index);
                self.after_new = (after_new && class != Some(Class::Keyword))
                    || (text == "new" && class == Some(Class::Keyword));
                class
            }
            Kind::Private => self.private_class(index),
            Kind::Number => Some(Class::Number),
            Kind::Str if self.is_key(index, token) => Some(Class::Property),
            Kind::Str | Kind::TemplateText | Kind::Regex => Some(Class::String),
            Kind::Flags => Some(Class::Keyword),
            Kind::TagName => Some(Class::Tag),
            Kind::TagAttribute => Some(Class::Attribute),
            Kind::At => {
                self.decorator_end = self.decorator_end(index);
                (self.decorator_end > index).then_some(Class::Attribute)
            }
            Kind::Dot if index < self.decorator_end => Some(Class::Attribute),
            Kind::Less => {
                self.angle_end = self.angle_end.max(token.mate as usize);
                None
            }
            _ => None,
        }
    }

    /// The index after `@name` or `@path.to.name`.
    fn decorator_end(&self, index: usize) -> usize {
        let mut end = index;
        while self.kind(end + 1) == Some(Kind::Word) && self.is_glued(end + 1) {
            end += 2;
            if self.kind(end) != Some(Kind::Dot) {
                break;
            }
        }
        end
    }

    fn private_class(&self, index: usize) -> Option<Class> {
        if self.is_call(index) || self.is_function_name(index) {
            return Some(Class::Function);
        }
        let declares = self.tokens[index].frame == Frame::Class && self.starts_member(index);
        declares.then_some(Class::Property)
    }

    fn word_class(&self, index: usize, token: Lexed, after_new: bool) -> Option<Class> {
        let text = self.text(index);
        if self.kind_before(index) == Some(Kind::Dot) {
            return self.member_class(index, text, after_new);
        }
        let is_keyword = words::is_keyword(text);
        if self.is_key(index, token) && (!is_keyword || self.is_member_list(token)) {
            return Some(self.key_class(index, token));
        }
        if is_keyword && !self.is_method_name(index, token, text) {
            let is_type = self.dialect.types && text == "void" && self.is_type_place(index);
            return Some(if is_type { Class::Type } else { Class::Keyword });
        }
        if words::is_contextual(text, self.dialect.types)
            && self.is_contextual_keyword(index, token, text)
        {
            return Some(Class::Keyword);
        }
        if let Some(class) = self.named_by_keyword(index) {
            return Some(class);
        }
        if self.is_function_name(index) {
            return Some(Class::Function);
        }
        if words::is_type_name(text, self.dialect.types) {
            return Some(Class::Type);
        }
        if self.is_call(index) {
            return Some(Class::Function);
        }
        let is_type = words::is_known_object(text)
            || (self.dialect.types && words::is_builtin_type(text) && self.is_type_place(index));
        is_type.then_some(Class::Type)
    }

    /// The class of the name after a dot.
    fn member_class(&self, index: usize, text: &str, after_new: bool) -> Option<Class> {
        let is_type = words::is_type_name(text, self.dialect.types);
        let is_known = match text {
            "exports" => self.word_at(index.wrapping_sub(2)) == "module",
            "env" => self.word_at(index.wrapping_sub(2)) == "process",
            _ => false,
        };
        if is_known {
            return Some(Class::Type);
        }
        if self.is_function_name(index) || (self.is_call(index) && !(after_new && is_type)) {
            return Some(Class::Function);
        }
        is_type.then_some(Class::Type)
    }

    /// The class of a key, a member of a class or a label.
    fn key_class(&self, index: usize, token: Lexed) -> Class {
        if matches!(token.frame, Frame::Top | Frame::Block)
            && matches!(self.word_at(index + 2), "for" | "while" | "do" | "switch")
        {
            return Class::Lifetime;
        }
        let colon = match self.kind(index + 1) {
            Some(Kind::Colon) => index + 1,
            _ => index + 2,
        };
        let is_function = self.is_function_name(index)
            || (self.kind(colon) == Some(Kind::Colon) && self.starts_function(colon + 1))
            || self.is_call(index);
        if is_function {
            Class::Function
        } else {
            Class::Property
        }
    }

    /// The class of a name that a keyword before it gives.
    fn named_by_keyword(&self, index: usize) -> Option<Class> {
        let before = index.checked_sub(1)?;
        match self.kind(before)? {
            Kind::Star => {
                (self.word_at(before.wrapping_sub(1)) == "function").then_some(Class::Function)
            }
            Kind::Word if self.before == Some(Class::Keyword) => match self.word_at(before) {
                "function" => Some(Class::Function),
                "class" | "interface" | "enum" | "type" | "namespace" | "implements" => {
                    Some(Class::Type)
                }
                "new" | "extends" | "as" | "satisfies" | "keyof" | "is" | "infer"
                    if self.kind(index + 1) != Some(Kind::Dot)
                        && (self.dialect.types
                            || matches!(self.word_at(before), "new" | "extends")) =>
                {
                    Some(Class::Type)
                }
                "break" | "continue" if !self.tokens[index].newline => Some(Class::Lifetime),
                _ => None,
            },
            _ => None,
        }
    }

    #[inline]
    pub(super) fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    #[inline]
    pub(super) fn kind_before(&self, index: usize) -> Option<Kind> {
        index.checked_sub(1).and_then(|before| self.kind(before))
    }

    #[inline]
    pub(super) fn text(&self, index: usize) -> &'a str {
        let token = self.tokens[index];
        &self.code[token.start as usize..token.end as usize]
    }

    /// The text of a word; empty if there is something else.
    pub(super) fn word_at(&self, index: usize) -> &'a str {
        match self.kind(index) {
            Some(Kind::Word) => self.text(index),
            _ => "",
        }
    }

    /// Whether nothing stands between this token and the one before.
    pub(super) fn is_glued(&self, index: usize) -> bool {
        index > 0
            && self
                .tokens
                .get(index)
                .is_some_and(|token| token.start == self.tokens[index - 1].end)
    }
}
