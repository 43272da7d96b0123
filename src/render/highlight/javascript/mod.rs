//! The highlighter for JavaScript, TypeScript and their elements. In: code, whole or in part, right
//! or wrong; out: tokens that cover it. Runs in linear time and never parses: a rule sees a few
//! tokens to either side and the bracket around, no more.
//!
//! | file | what it does |
//! |---|---|
//! | `lexer`, `literals`, `jsx` | tokens with their brackets |
//! | `angles` | which `<` have a `>` |
//! | `painter`, `context` | classes from tokens; `context` looks around |
//! | `words` | names that mean something |

mod angles;
mod context;
mod jsx;
mod lexer;
mod literals;
mod painter;
mod words;

use super::tokens::Token;
use lexer::Lexer;
use painter::Painter;

/// What a language adds to plain JavaScript.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    /// TypeScript's types.
    pub(super) types: bool,
    /// JSX. Plain JavaScript has it too, as samples of it rarely say `jsx`.
    pub(super) elements: bool,
}

/// What a token is, as far as its text alone and the brackets around tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Word,
    /// `#name`.
    Private,
    Number,
    Str,
    /// Text of a template string, with the backticks.
    TemplateText,
    Regex,
    /// The letters after a regular expression.
    Flags,
    /// `${` and its `}`.
    OpenPlaceholder,
    ClosePlaceholder,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    /// `.` or `?.`.
    Dot,
    /// `...`.
    Dots,
    Comma,
    Semicolon,
    Colon,
    /// The colon after `case x`.
    CaseColon,
    Question,
    Equal,
    Arrow,
    Less,
    Greater,
    Star,
    At,
    Bang,
    /// `|` or `&`.
    Pipe,
    /// `++` or `--`.
    Step,
    /// Any other operator.
    Op,
    /// `<` or `</` of a tag.
    TagSign,
    TagName,
    TagAttribute,
    /// `>` or `/>` of a tag.
    TagEnd,
    /// Text of an element, or something that belongs nowhere.
    Other,
}

/// What a token stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Frame {
    Top,
    /// Statements in braces.
    Block,
    /// An object, or the list of members of an interface or type.
    Object,
    Class,
    Enum,
    Paren,
    /// The parentheses of `if (…)`.
    Control,
    Bracket,
    Template,
    /// `${…}`.
    Placeholder,
    Tag,
    ClosingTag,
    Children,
    /// Code in braces inside an element.
    Embedded,
}

/// A token with its place in the code.
#[derive(Clone, Copy, Debug)]
struct Lexed {
    kind: Kind,
    frame: Frame,
    /// Whether there is a line break between the token before and this one.
    newline: bool,
    start: u32,
    end: u32,
    /// The index of the bracket that closes or opens this one; zero if there is none.
    mate: u32,
}

/// Highlights code. `code` must be shorter than 4 GiB.
pub(super) fn highlight(code: &str, dialect: Dialect) -> Vec<Token> {
    let mut lexer = Lexer::new(code, dialect);
    lexer.run();
    let (mut tokens, comments) = (lexer.tokens, lexer.comments);
    if dialect.types {
        angles::pair(&mut tokens);
    }
    Painter::new(code, dialect, tokens, comments).run()
}
