//! From the scopes of a grammar to classes. In: a scope stack's changes; out: the class of the text
//! between them. The topmost scope that a rule knows decides. Must not know a grammar's engine beyond its scopes.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use syntect::parsing::{ClearAmount, Scope, ScopeStackOp};

use super::class::Class;
use super::scope_rules::{Mark, RULES};

/// A scope on the stack with what it comes to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Level {
    scope: Scope,
    class: Option<Class>,
    word_only: bool,
    key: bool,
}

/// The open scopes at one place in the code.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Stack {
    levels: Vec<Level>,
    /// What `Clear` took away and `Restore` brings back.
    cleared: Vec<Vec<Scope>>,
}

impl Stack {
    /// Applies one change; changes that do not fit the stack are ignored as far as they do not.
    pub(super) fn apply(&mut self, change: &ScopeStackOp, marks: &Marks) {
        match change {
            ScopeStackOp::Push(scope) => self.push(*scope, marks),
            ScopeStackOp::Pop(count) => self
                .levels
                .truncate(self.levels.len().saturating_sub(*count)),
            ScopeStackOp::Clear(amount) => {
                let keep = match amount {
                    ClearAmount::TopN(count) => self.levels.len().saturating_sub(*count),
                    ClearAmount::All => 0,
                };
                self.cleared
                    .push(self.levels.drain(keep..).map(|level| level.scope).collect());
            }
            ScopeStackOp::Restore => {
                for scope in self.cleared.pop().unwrap_or_default() {
                    self.push(scope, marks);
                }
            }
            ScopeStackOp::Noop => {}
        }
    }

    fn push(&mut self, scope: Scope, marks: &Marks) {
        let below = self.levels.last();
        let key = below.is_some_and(|level| level.key);
        let plain = Level {
            scope,
            class: None,
            word_only: false,
            key,
        };
        let level = match marks.of(scope) {
            None => Level {
                scope,
                ..below.copied().unwrap_or(plain)
            },
            Some(Mark::Plain) => Level {
                key: false,
                ..plain
            },
            Some(Mark::Key) => Level { key: true, ..plain },
            Some(Mark::Paint(Class::String)) if key => Level {
                class: Some(Class::Property),
                ..plain
            },
            Some(Mark::Paint(class)) => Level {
                class: Some(class),
                ..plain
            },
            Some(Mark::Word(class)) => Level {
                class: Some(class),
                word_only: true,
                ..plain
            },
        };
        self.levels.push(level);
    }

    /// The class of text that stands here.
    pub(super) fn class(&self, text: &str) -> Option<Class> {
        let level = self.levels.last()?;
        if level.word_only
            && !text
                .trim_start()
                .starts_with(|c: char| c.is_alphabetic() || "@$#_".contains(c))
        {
            return None;
        }
        level.class
    }
}

/// The rules, ready to be asked.
pub(super) struct Marks {
    /// Longest scope first, so that the first match is the closest.
    rules: Vec<(Scope, Mark)>,
    /// Answers given so far; they depend on the scope alone.
    known: RwLock<HashMap<Scope, Option<Mark>>>,
}

impl Marks {
    pub(super) fn new() -> Self {
        let parse = |&(name, mark): &(&str, Mark)| {
            (
                Scope::new(name).expect("invariant: rules name scopes of at most eight atoms"),
                mark,
            )
        };
        let mut rules: Vec<_> = RULES.iter().map(parse).collect();
        rules.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
        Marks {
            rules,
            known: RwLock::default(),
        }
    }

    fn of(&self, scope: Scope) -> Option<Mark> {
        let known = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&scope)
            .copied();
        known.unwrap_or_else(|| {
            let mark = self
                .rules
                .iter()
                .find(|(rule, _)| rule.is_prefix_of(scope))
                .map(|&(_, mark)| mark);
            self.known
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(scope, mark);
            mark
        })
    }
}
