//! Remembers highlighted lines of one grammar: the same line at the same spot gives the same tokens
//! and leads to the same next spot, whatever block it stands in. In: a spot and a line; out: tokens
//! and the next spot. Keeps no text. What it returns never depends on what it has forgotten.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use syntect::parsing::{ParseState, SyntaxReference};

use super::scopes::Stack;
use super::tokens::{Token, TokenBuffer};

/// So many places are numbered; blocks that lead to others are highlighted without the memo.
const MAX_PLACES: usize = 1 << 13;
/// So many lines are remembered. About 150 bytes each.
const MAX_LINES: usize = 1 << 15;

/// What the grammar knows between two lines.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) parse: ParseState,
    pub(super) stack: Stack,
}

/// A place, by number if it has one.
pub(super) enum Spot {
    Numbered(u32),
    Loose(Box<Place>),
}

impl Spot {
    /// What `line` is remembered by here; `None` where nothing is.
    pub(super) fn line_key(&self, line: &str) -> Option<u128> {
        let Spot::Numbered(number) = self else {
            return None;
        };
        let mut hasher = blake3::Hasher::new();
        hasher.update(&number.to_le_bytes()).update(line.as_bytes());
        let mut key = [0; 16];
        hasher.finalize_xof().fill(&mut key);
        Some(u128::from_le_bytes(key))
    }
}

thread_local! {
    /// The memories of this thread, by the number of the grammar. They belong to a thread and not to
    /// a highlighter because the engine's states hold pointers and may not leave their thread.
    static MEMOS: RefCell<HashMap<usize, Rc<LineMemo>>> = RefCell::default();
}

/// The memory of one grammar on one thread.
#[derive(Default)]
pub(super) struct LineMemo {
    known: RefCell<Known>,
}

#[derive(Default)]
struct Known {
    places: Vec<Place>,
    /// Places by the hash of their scopes: the parse state cannot be hashed, but goes with them.
    numbers: HashMap<u64, Vec<u32>>,
    lines: HashMap<u128, Line>,
}

struct Line {
    tokens: Box<[Token]>,
    next: u32,
}

impl LineMemo {
    /// This thread's memory of the grammar with that number.
    pub(super) fn of(grammar: usize) -> Rc<LineMemo> {
        MEMOS.with_borrow_mut(|memos| Rc::clone(memos.entry(grammar).or_default()))
    }

    /// The place where every block starts.
    pub(super) fn start(&self, syntax: &SyntaxReference) -> Spot {
        self.number(Place {
            parse: ParseState::new(syntax),
            stack: Stack::default(),
        })
    }

    /// Appends the tokens of a remembered line; gives the spot after it.
    pub(super) fn replay(&self, key: u128, out: &mut TokenBuffer) -> Option<Spot> {
        let known = self.known.borrow();
        let line = known.lines.get(&key)?;
        out.extend(&line.tokens);
        Some(Spot::Numbered(line.next))
    }

    /// A copy of the place at a spot.
    pub(super) fn place(&self, spot: &Spot) -> Place {
        match spot {
            Spot::Loose(place) => Place::clone(place),
            Spot::Numbered(number) => {
                let known = self.known.borrow();
                Place::clone(&known.places[*number as usize])
            }
        }
    }

    /// Remembers the tokens of a line and the place after it; gives the spot of that place.
    pub(super) fn remember(&self, key: Option<u128>, tokens: Vec<Token>, place: Place) -> Spot {
        let next = self.number(place);
        if let (Some(key), Spot::Numbered(next)) = (key, &next) {
            let mut known = self.known.borrow_mut();
            if known.lines.len() < MAX_LINES {
                known.lines.insert(
                    key,
                    Line {
                        tokens: tokens.into(),
                        next: *next,
                    },
                );
            }
        }
        next
    }

    /// Gives a place its number, a new one if it has none yet.
    fn number(&self, place: Place) -> Spot {
        let hash = scope_hash(&place);
        let mut known = self.known.borrow_mut();
        let Known {
            places, numbers, ..
        } = &mut *known;
        let same = numbers.entry(hash).or_default();
        if let Some(number) = same
            .iter()
            .find(|number| places[**number as usize] == place)
        {
            return Spot::Numbered(*number);
        }
        if places.len() >= MAX_PLACES {
            return Spot::Loose(Box::new(place));
        }
        let number = places.len() as u32;
        same.push(number);
        places.push(place);
        Spot::Numbered(number)
    }
}

fn scope_hash(place: &Place) -> u64 {
    let mut hasher = DefaultHasher::new();
    place.stack.hash(&mut hasher);
    hasher.finish()
}
