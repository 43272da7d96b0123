//! Whether a parser takes a sample.
//!
//! In: a sample's text and tokens. Out: yes or no. `syn` parses by recursion, and a stack that overflows ends the whole
//! program, so the depth is bounded first and the parser gets a thread with stack enough for it. Nobody may take a "no"
//! for an error: `syn` can lag behind rustc, and odd texts are not parsed at all.

use super::tokens::Tokens;

/// Deeper texts are not parsed: "no" only means that they compile alone.
const DEEPEST: usize = 2_000;
/// Stack for what does not grow with the text.
const STACK: usize = 1 << 20;
/// Stack for each level. `syn` takes up to 41 KiB for a token (`<<<<` in a debug build).
const STACK_PER_LEVEL: usize = 64 << 10;

/// Whether the text parses as the body of a function.
pub(super) fn parses(text: &str, tokens: &Tokens<'_>) -> bool {
    let depth = depth(tokens);
    if depth > DEEPEST {
        return false;
    }
    let body = format!("fn f() {{{text}}}");
    let thread = std::thread::Builder::new()
        .stack_size(STACK + depth * STACK_PER_LEVEL)
        .spawn(move || syn::parse_str::<syn::ItemFn>(&body).is_ok());
    thread.is_ok_and(|thread| thread.join().unwrap_or(false))
}

/// How deep a parser may have to go: at no place deeper than the tokens since the last one where it was surely back at
/// the group's own level, summed over all open groups.
fn depth(tokens: &Tokens<'_>) -> usize {
    let (mut deepest, mut outer, mut here) = (0, 0, Level::default());
    let mut open = Vec::new();
    for (number, token) in tokens.list.iter().enumerate() {
        here.count += 1;
        deepest = deepest.max(outer + here.count);
        match token.text {
            "(" | "[" | "{" => {
                outer += here.count;
                open.push(std::mem::take(&mut here));
            }
            ")" | "]" | "}" => {
                here = open.pop().unwrap_or_default();
                outer -= here.count;
                if token.text == "}" && begins_anew(tokens.text(number + 1)) {
                    here = Level::default();
                }
            }
            ";" => here = Level::default(),
            "," if !here.angle => here = Level::default(),
            "<" => here.angle = true,
            _ => {}
        }
    }
    deepest
}

/// A group that is being read.
#[derive(Default)]
struct Level {
    /// Tokens since the last place where nothing was half read.
    count: usize,
    /// A `<` among them: a comma may stand inside of it.
    angle: bool,
}

/// Whether a new statement begins with this word behind a closing brace.
fn begins_anew(word: &str) -> bool {
    let name = word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '#');
    name && !matches!(word, "else" | "as")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_what_is_half_read() {
        for (text, expected) in [
            ("", 0),
            ("a; b; c d;", 3),
            ("f(a, b, c)", 4),
            ("A<B, C, D", 7),
            ("if a {} else if b {} else {}", 10),
            ("fn a() {} fn b() {} fn c() {}", 5),
            ("((()))", 4),
            ("{ a; { b; { c } } }", 5),
        ] {
            assert_eq!(depth(&Tokens::read(text)), expected, "{text}");
        }
    }
}
