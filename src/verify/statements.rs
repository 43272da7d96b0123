//! The statements at the top of a sample: which are items, and whether one of them is `main`.
//!
//! In: a sample's tokens. Out: rustdoc's answers to "does this text have a `main`" and "what is hoisted out of the
//! wrapper". Only heads of statements are looked at, so text that no parser takes has an answer too. It must not look
//! into bodies.

use std::ops::Range;

use ra_ap_rustc_lexer::TokenKind;

use super::tokens::Tokens;

/// What stands at the top of a sample.
#[derive(Debug, Default)]
pub(super) struct Statements {
    /// Everything up to the end, or up to what could not be read, is items and calls of macros.
    pub only_items: bool,
    /// An item `fn main`.
    pub main: Option<Main>,
    /// A call of a macro with `fn main(` among its tokens.
    pub macro_main: bool,
    /// Tokens of `extern crate` items, with their attributes.
    pub extern_crates: Vec<Range<usize>>,
}

/// An item `fn main`.
#[derive(Debug)]
pub(super) struct Main {
    /// `fn main()` or `fn main() -> T`, as a program has it; `async` and more count if an attribute may rewrite them.
    pub plain: bool,
}

/// What a statement is.
enum Kind {
    /// Ends at a semicolon.
    ToSemicolon,
    /// Ends at a semicolon or after its braces.
    ToBody,
    /// A function; its name is this token.
    Function(usize),
    ExternCrate,
    /// A call of a macro; its delimiter is this token.
    Macro(usize),
    /// The definition of one; its delimiter is this token.
    MacroRules(usize),
    /// Not an item.
    Other,
}

/// Looks through the statements from token `from` on.
pub(super) fn statements(tokens: &Tokens<'_>, from: usize) -> Statements {
    let mut found = Statements {
        only_items: true,
        extern_crates: extern_crates(tokens, from),
        ..Statements::default()
    };
    let mut at = from;
    while at < tokens.list.len() {
        let start = at;
        let (head, attributes) = skip_attributes(tokens, at);
        let kind = kind(tokens, skip_visibility(tokens, head));
        if let Kind::Function(name) = kind
            && tokens.text(name) == "main"
        {
            let plain = plain_main(tokens, head, name, attributes);
            found.main.get_or_insert(Main { plain });
        }
        if let Kind::Macro(open) = kind {
            found.macro_main |= makes_main(tokens, open);
        }
        let end = match kind {
            Kind::Other => {
                found.only_items = false;
                return found;
            }
            Kind::ToSemicolon | Kind::ExternCrate => after_semicolon(tokens, head),
            Kind::ToBody | Kind::Function(_) => after_body(tokens, head),
            Kind::Macro(open) | Kind::MacroRules(open) => after_macro(tokens, open),
        };
        match end {
            Some(end) if end > start => at = end,
            _ => return found,
        }
    }
    found
}

/// Where the attributes and doc comments before a statement end, and whether there are any.
fn skip_attributes(tokens: &Tokens<'_>, mut at: usize) -> (usize, bool) {
    let start = at;
    while tokens.text(at) == "#" {
        let open = at + 1 + usize::from(tokens.text(at + 1) == "!");
        match tokens.after_group(open) {
            Some(end) if tokens.text(open) == "[" => at = end,
            _ => break,
        }
    }
    (at, at > start)
}

fn skip_visibility(tokens: &Tokens<'_>, at: usize) -> usize {
    if tokens.text(at) != "pub" {
        return at;
    }
    let inside = matches!(tokens.text(at + 2), "crate" | "self" | "super" | "in");
    match tokens.after_group(at + 1) {
        Some(end) if tokens.text(at + 1) == "(" && inside => end,
        _ => at + 1,
    }
}

fn kind(tokens: &Tokens<'_>, at: usize) -> Kind {
    let next = tokens.text(at + 1);
    match tokens.text(at) {
        "use" | "type" => Kind::ToSemicolon,
        "mod" | "struct" | "enum" | "trait" | "impl" => Kind::ToBody,
        "fn" if is_name(tokens, at + 1) => Kind::Function(at + 1),
        "static" if !matches!(next, "|" | "move" | "async" | "gen") => Kind::ToSemicolon,
        "extern" if next == "crate" => Kind::ExternCrate,
        "const"
            if !matches!(
                next,
                "{" | "|"
                    | "move"
                    | "async"
                    | "fn"
                    | "unsafe"
                    | "extern"
                    | "trait"
                    | "impl"
                    | "gen"
                    | "safe"
            ) =>
        {
            Kind::ToSemicolon
        }
        "union" | "auto" | "macro" | "macro_rules" | "default" | "safe" | "gen" => {
            contextual(tokens, at)
        }
        "const" | "async" | "unsafe" | "extern" => qualified(tokens, at),
        _ => macro_call(tokens, at),
    }
}

/// Words that begin an item only before certain others.
fn contextual(tokens: &Tokens<'_>, at: usize) -> Kind {
    match tokens.text(at) {
        "union" if is_name(tokens, at + 1) => Kind::ToBody,
        "auto" if tokens.text(at + 1) == "trait" => Kind::ToBody,
        "macro" if is_name(tokens, at + 1) => Kind::ToBody,
        "macro_rules" if tokens.text(at + 1) == "!" && is_name(tokens, at + 2) => {
            Kind::MacroRules(at + 3)
        }
        "default" | "safe" | "gen" if is_name(tokens, at + 1) => qualified(tokens, at),
        _ => macro_call(tokens, at),
    }
}

/// `const async unsafe extern "C" fn`, `unsafe impl`, `extern "C" { .. }`, `const { .. }`.
fn qualified(tokens: &Tokens<'_>, at: usize) -> Kind {
    let mut here = at;
    loop {
        match tokens.text(here) {
            "const" | "async" | "unsafe" | "safe" | "gen" | "default" => here += 1,
            "extern" => {
                here += 1;
                if tokens.list.get(here).is_some_and(|token| token.is_string()) {
                    here += 1;
                }
                if tokens.text(here) == "{" {
                    return Kind::ToBody;
                }
            }
            "fn" if is_name(tokens, here + 1) => return Kind::Function(here + 1),
            "impl" | "trait" | "mod" | "auto" => return Kind::ToBody,
            _ => return Kind::Other,
        }
    }
}

/// `path::name!(..);` or `name! { .. }`; without the semicolon, parentheses make an expression.
fn macro_call(tokens: &Tokens<'_>, at: usize) -> Kind {
    let mut here = at;
    if tokens.follow(here, &[":", ":"]) {
        here += 2;
    }
    loop {
        if !is_path_part(tokens, here) {
            return Kind::Other;
        }
        here += 1;
        if !tokens.follow(here, &[":", ":"]) {
            break;
        }
        here += 2;
    }
    if tokens.text(here) != "!" {
        return Kind::Other;
    }
    let Some(after) = tokens.after_group(here + 1) else {
        return Kind::Other;
    };
    let braces = tokens.text(here + 1) == "{" && !matches!(tokens.text(after), "." | "?");
    if braces || tokens.text(after) == ";" {
        Kind::Macro(here + 1)
    } else {
        Kind::Other
    }
}

/// Whether a token can name something.
fn is_name(tokens: &Tokens<'_>, at: usize) -> bool {
    let kind = tokens.list.get(at).map(|token| token.kind);
    matches!(
        kind,
        Some(TokenKind::Ident | TokenKind::RawIdent | TokenKind::InvalidIdent)
    )
}

fn is_path_part(tokens: &Tokens<'_>, at: usize) -> bool {
    const NOT_IN_PATHS: [&str; 22] = [
        "as", "await", "break", "const", "continue", "dyn", "else", "false", "for", "if", "in",
        "let", "loop", "match", "move", "mut", "ref", "return", "true", "unsafe", "where", "while",
    ];
    is_name(tokens, at) && !NOT_IN_PATHS.contains(&tokens.text(at))
}

fn after_semicolon(tokens: &Tokens<'_>, mut at: usize) -> Option<usize> {
    loop {
        let token = tokens.list.get(at)?;
        if token.kind == TokenKind::Semi {
            return Some(at + 1);
        }
        at = tokens.after_group(at).unwrap_or(at + 1);
    }
}

/// The end of an item that ends with its braces, or with a semicolon in their place.
fn after_body(tokens: &Tokens<'_>, mut at: usize) -> Option<usize> {
    loop {
        let token = tokens.list.get(at)?;
        let after = match token.kind {
            TokenKind::Semi => return Some(at + 1),
            TokenKind::OpenBrace => {
                let after = tokens.after_group(at)?;
                // `Foo<{ N + 1 }>`: an argument, not the body.
                if !matches!(tokens.text(after), "," | ">") {
                    return Some(after);
                }
                after
            }
            _ => tokens.after_group(at).unwrap_or(at + 1),
        };
        at = after;
    }
}

fn after_macro(tokens: &Tokens<'_>, open: usize) -> Option<usize> {
    let after = tokens.after_group(open)?;
    Some(after + usize::from(tokens.text(after) == ";"))
}

/// rustdoc's rule: `fn main (` directly among the tokens, not deeper.
fn makes_main(tokens: &Tokens<'_>, open: usize) -> bool {
    let Some(after) = tokens.after_group(open) else {
        return false;
    };
    let mut at = open + 1;
    while at + 1 < after {
        if tokens.follow(at, &["fn", "main", "("]) {
            return true;
        }
        at = tokens.after_group(at).unwrap_or(at + 1);
    }
    false
}

/// Whether a `main` is one that is judged alike inside a module and at the top of a crate.
fn plain_main(tokens: &Tokens<'_>, head: usize, name: usize, attributes: bool) -> bool {
    if attributes {
        // `#[tokio::main] async fn main()` and its like rewrite it.
        return true;
    }
    let head = skip_visibility(tokens, head);
    if head + 1 != name || !tokens.follow(name + 1, &["(", ")"]) {
        return false;
    }
    let mut at = name + 3;
    while at < tokens.list.len() && tokens.text(at) != "{" {
        if matches!(tokens.text(at), "impl" | "where") {
            return false;
        }
        at += 1;
    }
    true
}

/// `extern crate` items at the top, wherever they stand.
fn extern_crates(tokens: &Tokens<'_>, from: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = from;
    let mut attributes = None;
    while at < tokens.list.len() {
        if tokens.text(at) == "#" {
            let (end, any) = skip_attributes(tokens, at);
            if any {
                attributes.get_or_insert(at);
                at = end;
                continue;
            }
        }
        let head = skip_visibility(tokens, at);
        if tokens.follow(head, &["extern", "crate"])
            && let Some(end) = after_semicolon(tokens, head)
        {
            found.push(attributes.unwrap_or(at)..end);
            at = end;
        } else {
            at = tokens.after_group(at).unwrap_or(at + 1);
        }
        attributes = None;
    }
    found
}
