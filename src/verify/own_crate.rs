//! Why a sample cannot share a crate with others.
//!
//! In: a sample's tokens. Out: the first reason, in a few words. Tokens inside macro calls count, texts in strings and
//! comments do not. A reason too many costs one call of rustc; a reason too few costs a wrong verdict.

use ra_ap_rustc_lexer::TokenKind;

use super::statements::Statements;
use super::tokens::Tokens;

/// Attributes that reach beyond their item.
const ATTRIBUTES: [(&str, &str); 17] = [
    ("macro_export", "`#[macro_export]`"),
    ("macro_use", "`#[macro_use]`"),
    ("no_mangle", "`#[no_mangle]`"),
    ("export_name", "`#[export_name]`"),
    ("link", "`#[link]`"),
    ("link_name", "`#[link_name]`"),
    ("link_section", "`#[link_section]`"),
    ("global_allocator", "`#[global_allocator]`"),
    ("panic_handler", "`#[panic_handler]`"),
    ("alloc_error_handler", "`#[alloc_error_handler]`"),
    ("lang", "`#[lang]`"),
    ("path", "`#[path]`"),
    ("proc_macro", "`#[proc_macro]`"),
    ("proc_macro_derive", "`#[proc_macro_derive]`"),
    ("proc_macro_attribute", "`#[proc_macro_attribute]`"),
    ("ctor", "`#[ctor]`"),
    ("dtor", "`#[dtor]`"),
];

/// Macros that are different in another crate or beside other code.
const MACROS: [(&str, &str); 5] = [
    ("module_path", "`module_path!`"),
    ("asm", "`asm!`"),
    ("global_asm", "`global_asm!`"),
    ("naked_asm", "`naked_asm!`"),
    ("include", "`include!`"),
];

/// Names that are different in another crate or reach beyond the sample, wherever they stand.
const NAMES: [(&str, &str); 6] = [
    ("type_name", "`type_name`"),
    ("type_name_of_val", "`type_name_of_val`"),
    ("distributed_slice", "`distributed_slice`"),
    ("inventory", "`inventory`"),
    ("linkme", "`linkme`"),
    ("ctor", "`ctor`"),
];

/// The first reason why a sample needs a crate of its own.
pub(super) fn own_crate(tokens: &Tokens<'_>, statements: &Statements) -> Option<&'static str> {
    if !statements.extern_crates.is_empty() {
        return Some("`extern crate`");
    }
    if statements.only_items {
        match &statements.main {
            Some(main) if !main.plain => return Some("an unusual `main`"),
            None if statements.macro_main => return Some("a `main` made by a macro"),
            _ => {}
        }
    }
    let mut modules: Vec<bool> = Vec::new();
    for (number, token) in tokens.list.iter().enumerate() {
        match token.kind {
            TokenKind::OpenBrace => {
                let module = number >= 2 && tokens.text(number - 2) == "mod";
                modules.push(module);
            }
            TokenKind::CloseBrace => {
                modules.pop();
            }
            TokenKind::Ident => {
                let depth = modules.iter().filter(|module| **module).count();
                if let Some(why) = word(tokens, number, depth) {
                    return Some(why);
                }
            }
            _ => {}
        }
    }
    None
}

fn word(tokens: &Tokens<'_>, number: usize, depth: usize) -> Option<&'static str> {
    let text = tokens.text(number);
    let before = |back: usize| number.checked_sub(back).map_or("", |at| tokens.text(at));
    let pick = |list: &[(&str, &'static str)]| {
        list.iter()
            .find_map(|(name, why)| (*name == text).then_some(*why))
    };
    match text {
        "crate" => return crate_word(tokens, number),
        "super" if before(1) != ":" || before(3) != "super" => {
            let inside = before(1) == "(" && before(2) == "pub";
            let supers = count_supers(tokens, number);
            return (supers > depth && !inside).then_some("`super::`");
        }
        "extern" => {
            let string = tokens.list.get(number + 1).is_some_and(|t| t.is_string());
            let block = tokens.text(number + 1 + usize::from(string)) == "{";
            return match tokens.text(number + 1) {
                "crate" => Some("`extern crate`"),
                _ if block => Some("an `extern` block"),
                _ => None,
            };
        }
        "mod" if tokens.text(number + 2) == ";" => return Some("a module in a file of its own"),
        _ => {}
    }
    let attribute = before(1) == "[" && matches!(before(2), "#" | "!")
        || before(1) == "(" && before(2) == "unsafe"
        || before(1) == "," && in_cfg_attr(tokens, number);
    if attribute && let Some(why) = pick(&ATTRIBUTES) {
        return Some(why);
    }
    if tokens.text(number + 1) == "!"
        && let Some(why) = pick(&MACROS)
    {
        return Some(why);
    }
    pick(&NAMES)
}

/// `crate` in a path; `pub(crate)` means the sample's own module well enough.
fn crate_word(tokens: &Tokens<'_>, number: usize) -> Option<&'static str> {
    let before = |back: usize| number.checked_sub(back).map_or("", |at| tokens.text(at));
    match before(1) {
        "$" => Some("`$crate`"),
        "extern" => Some("`extern crate`"),
        "(" if before(2) == "pub" && tokens.text(number + 1) == ")" => None,
        _ => Some("`crate::`"),
    }
}

fn count_supers(tokens: &Tokens<'_>, mut number: usize) -> usize {
    let mut count = 1;
    while tokens.follow(number + 1, &[":", ":", "super"]) {
        number += 3;
        count += 1;
    }
    count
}

/// Whether a token stands among the attributes of a `cfg_attr`.
fn in_cfg_attr(tokens: &Tokens<'_>, number: usize) -> bool {
    let open = (0..number).rev().find(|at| {
        let token = &tokens.list[*at];
        token.kind == TokenKind::OpenParen && token.partner > number
    });
    open.is_some_and(|open| open > 0 && tokens.text(open - 1) == "cfg_attr")
}
