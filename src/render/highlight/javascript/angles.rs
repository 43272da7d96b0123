//! Pairs angle brackets. In: tokens; out: the same with `mate` set on each `<` and `>` that may
//! enclose types. One pass: whatever cannot stand between types gives up the `<` that are open.

use super::{Kind, Lexed};

/// Sets the mates of angle brackets.
pub(super) fn pair(tokens: &mut [Lexed]) {
    /// An open bracket: the index of a `<`, or `None` for another kind.
    type Open = Option<usize>;
    let mut open: Vec<Open> = Vec::new();
    for index in 0..tokens.len() {
        match tokens[index].kind {
            Kind::Less => open.push(Some(index)),
            Kind::OpenParen | Kind::OpenBracket | Kind::OpenBrace | Kind::OpenPlaceholder => {
                open.push(None);
            }
            Kind::Greater => {
                if let Some(Some(opener)) = open.last().copied() {
                    open.pop();
                    tokens[opener].mate = index as u32;
                    tokens[index].mate = opener as u32;
                }
            }
            Kind::CloseParen | Kind::CloseBracket | Kind::CloseBrace | Kind::ClosePlaceholder => {
                give_up(&mut open);
                open.pop();
            }
            // Members of a type in braces end with these.
            Kind::Semicolon | Kind::Op | Kind::Step | Kind::Regex | Kind::CaseColon => {
                give_up(&mut open);
            }
            _ => {}
        }
    }
}

/// Drops the `<` above the innermost other bracket.
fn give_up(open: &mut Vec<Option<usize>>) {
    while let Some(Some(_)) = open.last() {
        open.pop();
    }
}
