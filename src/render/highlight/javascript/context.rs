//! What the tokens around a name say about it. In: the index of a token; out: yes or no. Looks a few
//! tokens far, and over brackets by their mates.

use super::painter::Painter;
use super::{Frame, Kind, Lexed, words};

/// How many tokens a type may have between a name or its parameters and what follows.
const MAX_TYPE: usize = 24;

impl Painter<'_> {
    /// `name(`, `name?.(`, `` name`…` ``, `name<T>(`.
    pub(super) fn is_call(&self, index: usize) -> bool {
        let Some(next) = self.tokens.get(index + 1) else {
            return false;
        };
        match next.kind {
            Kind::OpenParen => !next.newline,
            Kind::TemplateText => self.is_glued(index + 1),
            Kind::Dot => {
                next.end - next.start == 2 && self.kind(index + 2) == Some(Kind::OpenParen)
            }
            Kind::Less if next.mate > 0 => matches!(
                self.kind(next.mate as usize + 1),
                Some(Kind::OpenParen | Kind::TemplateText)
            ),
            // An optional method.
            Kind::Question => {
                self.dialect.types
                    && self.is_glued(index + 1)
                    && self.is_glued(index + 2)
                    && self.kind(index + 2) == Some(Kind::OpenParen)
            }
            _ => false,
        }
    }

    /// Whether a function is given to this name: `name = () =>`, `name = function`.
    pub(super) fn is_function_name(&self, index: usize) -> bool {
        match self.kind(index + 1) {
            Some(Kind::Equal) => self.starts_function(index + 2),
            Some(Kind::Colon) if self.dialect.types => {
                let declared = matches!(
                    index.checked_sub(1).map(|before| self.word_at(before)),
                    Some("const" | "let" | "var")
                ) || self.tokens[index].frame == Frame::Class;
                let stops = [Kind::Semicolon, Kind::Comma, Kind::Question];
                declared
                    && self
                        .find_after_type(index + 2, Kind::Equal, &stops)
                        .is_some_and(|equal| self.starts_function(equal + 1))
            }
            _ => false,
        }
    }

    /// Whether a function begins here: `function`, `x =>`, `(…) =>`, `async …`.
    pub(super) fn starts_function(&self, mut index: usize) -> bool {
        if self.word_at(index) == "async" {
            index += 1;
        }
        if self.word_at(index) == "function" {
            return true;
        }
        if self.kind(index) == Some(Kind::Less) && self.tokens[index].mate > 0 {
            index = self.tokens[index].mate as usize + 1;
        }
        match self.kind(index) {
            Some(Kind::Word) => self.kind(index + 1) == Some(Kind::Arrow),
            Some(Kind::OpenParen) if self.tokens[index].mate > 0 => {
                let after = self.tokens[index].mate as usize + 1;
                let stops = [Kind::Semicolon, Kind::Comma, Kind::Equal, Kind::Question];
                match self.kind(after) {
                    Some(Kind::Arrow) => true,
                    Some(Kind::Colon) if self.dialect.types => self
                        .find_after_type(after + 1, Kind::Arrow, &stops)
                        .is_some(),
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// The first token of a kind at or after `index`, with only a type before it.
    fn find_after_type(&self, mut index: usize, wanted: Kind, stops: &[Kind]) -> Option<usize> {
        for _ in 0..MAX_TYPE {
            let token = self.tokens.get(index)?;
            if token.kind == wanted {
                return Some(index);
            }
            let opens = matches!(
                token.kind,
                Kind::OpenParen | Kind::OpenBracket | Kind::OpenBrace | Kind::Less
            );
            let closes = matches!(
                token.kind,
                Kind::CloseParen | Kind::CloseBracket | Kind::CloseBrace
            );
            if stops.contains(&token.kind) || closes || (opens && token.mate == 0) {
                return None;
            }
            index = if opens { token.mate as usize } else { index } + 1;
        }
        None
    }

    /// Whether this frame holds members, so that any word may be a name.
    pub(super) fn is_member_list(&self, token: Lexed) -> bool {
        matches!(token.frame, Frame::Object | Frame::Class | Frame::Enum)
    }

    /// Whether this is the key of an object, the name of a member, or a label.
    pub(super) fn is_key(&self, index: usize, token: Lexed) -> bool {
        let next = self.kind(index + 1);
        let colon = match next {
            Some(Kind::Colon) => true,
            Some(Kind::Question | Kind::Bang) => self.kind(index + 2) == Some(Kind::Colon),
            _ => false,
        };
        match token.frame {
            Frame::Object => colon && self.starts_member(index),
            Frame::Class => {
                (colon
                    || matches!(next, None | Some(Kind::Equal | Kind::Semicolon))
                    || self.tokens.get(index + 1).is_some_and(|next| {
                        next.newline
                            && matches!(next.kind, Kind::Word | Kind::Private)
                            && !words::is_modifier(self.text(index))
                    })
                    || next == Some(Kind::CloseBrace))
                    && self.starts_member(index)
                    && next.is_some()
            }
            Frame::Enum => matches!(self.kind_before(index), Some(Kind::OpenBrace | Kind::Comma)),
            Frame::Block | Frame::Top if next == Some(Kind::Colon) => {
                match self.kind_before(index) {
                    None => true,
                    Some(Kind::Semicolon | Kind::CloseBrace | Kind::OpenBrace) => true,
                    Some(Kind::Comma) => token.newline,
                    Some(_) => {
                        token.newline && token.frame == Frame::Top && self.is_operand(index - 1)
                    }
                }
            }
            _ => false,
        }
    }

    /// Whether the name of a member may stand here.
    pub(super) fn starts_member(&self, index: usize) -> bool {
        let Some(before) = index.checked_sub(1) else {
            return true;
        };
        match self.tokens[before].kind {
            Kind::OpenBrace | Kind::CloseBrace | Kind::Comma | Kind::Semicolon => true,
            // After a decorator's arguments.
            Kind::CloseParen if self.tokens[index].frame == Frame::Class => true,
            // The star of a generator.
            Kind::Star => before == 0 || self.starts_member(before),
            _ if words::is_modifier(self.word_at(before)) => before > 0,
            _ => {
                let decorated = self.before == Some(super::super::class::Class::Attribute);
                decorated || (self.tokens[index].newline && self.is_operand(before))
            }
        }
    }

    /// Whether an expression may end with this token.
    fn is_operand(&self, index: usize) -> bool {
        match self.tokens[index].kind {
            Kind::Word => !words::expects_value(self.text(index)),
            Kind::Private
            | Kind::Number
            | Kind::Str
            | Kind::TemplateText
            | Kind::Regex
            | Kind::Flags
            | Kind::Step
            | Kind::Greater
            | Kind::TagEnd
            | Kind::CloseParen
            | Kind::CloseBracket
            | Kind::CloseBrace => true,
            _ => false,
        }
    }

    /// Whether a keyword is the name of a method: `delete() {` among members.
    pub(super) fn is_method_name(&self, index: usize, token: Lexed, text: &str) -> bool {
        matches!(token.frame, Frame::Class | Frame::Object)
            && self.kind(index + 1) == Some(Kind::OpenParen)
            && !words::is_control(text)
            && self.starts_member(index)
            && (token.frame == Frame::Class || {
                let closer = self.tokens[index + 1].mate as usize;
                closer > 0 && self.kind(closer + 1) == Some(Kind::OpenBrace)
            })
    }

    /// Whether a word that is a keyword in some places is one here.
    pub(super) fn is_contextual_keyword(&self, index: usize, token: Lexed, text: &str) -> bool {
        let Some(next) = self.tokens.get(index + 1) else {
            return false;
        };
        let before = self.kind_before(index);
        let word_follows = next.kind == Kind::Word && !next.newline;
        let name_follows = matches!(
            next.kind,
            Kind::Word | Kind::Private | Kind::Str | Kind::Number | Kind::Star
        ) || (next.kind == Kind::OpenBracket && next.start > token.end);
        let members = matches!(token.frame, Frame::Class | Frame::Object);
        match text {
            "async" => {
                self.starts_function(index + 1)
                    || (members && name_follows && self.starts_member(index))
            }
            "of" => {
                matches!(token.frame, Frame::Control | Frame::Paren)
                    && index > 0
                    && self.is_operand(index - 1)
                    && !matches!(next.kind, Kind::CloseParen | Kind::Comma)
            }
            "static" if next.kind == Kind::OpenBrace => token.frame == Frame::Class,
            "get" | "set" | "static" | "accessor" => {
                members && name_follows && !next.newline && self.starts_member(index)
            }
            "constructor" => token.frame == Frame::Class && next.kind == Kind::OpenParen,
            "as" | "satisfies" => {
                let value = match before {
                    Some(Kind::Star) => true,
                    Some(Kind::Word) => {
                        let word = self.text(index - 1);
                        word == "default" || !words::expects_value(word)
                    }
                    Some(_) => self.is_operand(index - 1),
                    None => false,
                };
                let types = matches!(next.kind, Kind::OpenBrace | Kind::OpenBracket)
                    || (next.kind == Kind::OpenParen
                        && self.dialect.types
                        && next.start > token.end);
                value && (name_follows || types)
            }
            "from" => {
                next.kind == Kind::Str
                    && matches!(before, Some(Kind::Word | Kind::CloseBrace | Kind::Star))
            }
            "type" => {
                let list = matches!(next.kind, Kind::OpenBrace | Kind::Star)
                    && matches!(self.word_at(index.wrapping_sub(1)), "import" | "export");
                list || (word_follows
                    && !matches!(
                        self.text(index + 1),
                        "in" | "of" | "instanceof" | "as" | "is"
                    )
                    && self.starts_statement(index))
            }
            "using" => word_follows && self.starts_statement(index),
            "interface" | "enum" | "abstract" | "declare" => {
                word_follows && self.starts_statement(index)
            }
            "namespace" | "module" => {
                (word_follows || next.kind == Kind::Str) && self.starts_statement(index)
            }
            "global" => self.word_at(index.wrapping_sub(1)) == "declare",
            "readonly" | "private" | "public" | "protected" | "override" => {
                name_follows && !next.newline
            }
            "infer" | "unique" | "asserts" | "implements" => word_follows,
            "keyof" => word_follows || next.kind == Kind::OpenParen,
            "is" => {
                before == Some(Kind::Word)
                    && !token.newline
                    && (word_follows || matches!(next.kind, Kind::OpenBrace | Kind::Str))
            }
            _ => false,
        }
    }

    /// Whether a declaration may begin here.
    fn starts_statement(&self, index: usize) -> bool {
        match self.kind_before(index) {
            None => true,
            Some(
                Kind::Semicolon
                | Kind::OpenBrace
                | Kind::CloseBrace
                | Kind::Comma
                | Kind::CaseColon,
            ) => true,
            Some(Kind::Word) => {
                self.tokens[index].newline
                    || matches!(
                        self.text(index - 1),
                        "export"
                            | "import"
                            | "declare"
                            | "default"
                            | "const"
                            | "await"
                            | "abstract"
                            | "public"
                            | "protected"
                            | "private"
                            | "override"
                            | "static"
                    )
            }
            Some(_) => self.tokens[index].newline,
        }
    }

    /// Whether a type may stand here, and nothing is done with it as with a value.
    pub(super) fn is_type_place(&self, index: usize) -> bool {
        let Some(before) = index.checked_sub(1) else {
            return false;
        };
        let ends = match self.tokens.get(index + 1) {
            None => true,
            Some(next) => {
                next.newline
                    || matches!(
                        next.kind,
                        Kind::Comma
                            | Kind::Semicolon
                            | Kind::CloseParen
                            | Kind::Greater
                            | Kind::Pipe
                            | Kind::Equal
                            | Kind::OpenBracket
                            | Kind::CloseBracket
                            | Kind::OpenBrace
                            | Kind::CloseBrace
                            | Kind::Colon
                            | Kind::Question
                            | Kind::ClosePlaceholder
                    )
                    || matches!(self.word_at(index + 1), "extends" | "is" | "as")
            }
        };
        let piped = self.kind(index + 1) == Some(Kind::Pipe);
        ends && match self.tokens[before].kind {
            Kind::Colon | Kind::Less | Kind::Pipe | Kind::Arrow => true,
            Kind::Comma | Kind::Question => {
                index < self.angle_end || self.tokens[index].frame == Frame::Bracket
            }
            Kind::Equal => {
                piped
                    || index < self.angle_end
                    || self.kind_before(before) == Some(Kind::Greater)
                    || self.word_at(before.wrapping_sub(2)) == "type"
            }
            Kind::OpenBracket => {
                let tuple = matches!(
                    self.kind_before(before),
                    Some(Kind::Colon | Kind::Pipe | Kind::Less | Kind::Arrow)
                );
                piped || tuple || index < self.angle_end
            }
            Kind::OpenParen => piped || index < self.angle_end,
            Kind::OpenPlaceholder => true,
            Kind::Word => matches!(
                self.text(before),
                "as" | "is" | "keyof" | "extends" | "satisfies" | "readonly" | "unique"
            ),
            _ => false,
        }
    }
}
