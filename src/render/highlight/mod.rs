//! Highlighting: code in, tokens with classes out. Rust has a highlighter of its own, on the
//! compiler's lexer, and so have JavaScript, TypeScript and JSON; other languages go through
//! syntect, in bounded time, and their results are remembered, within a run and, as bytes that
//! others store, between runs. Writes no HTML and touches no disk.
//!
//! JavaScript is what documentation shows most beside Rust, and syntect is slow at it: in one cold
//! pass over samples from READMEs, 0.3 to 0.6 MB a second for JavaScript and TypeScript and 1.8 for
//! JSON. In the same pass ours does 50 to 80 and 110 to 140, one core of a busy machine.
//!
//! | file | what it does |
//! |---|---|
//! | `class`, `tokens` | what comes out |
//! | `language` | names of languages |
//! | `rust` | the highlighter for Rust |
//! | `javascript` | the highlighter for JavaScript, TypeScript, JSX |
//! | `json` | the highlighter for JSON |
//! | `engine`, `scopes`, `scope_rules`, `budget` | the highlighter for all others |
//! | `lines`, `cache`, `cache_bytes` | what is remembered: lines, blocks, and the blocks as bytes |

mod budget;
mod cache;
mod cache_bytes;
mod class;
mod engine;
mod javascript;
mod json;
mod language;
mod lines;
mod rust;
mod scope_rules;
mod scopes;
mod tokens;

#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

pub use class::Class;
pub use engine::is_contained_panic;
pub use language::{GrammarIndex, Language, Script};
pub use tokens::Token;

use cache::BlockMemo;
use engine::Engine;

/// Blocks longer than this are not highlighted, in bytes. Half a second at the engine's usual speed.
const MAX_BLOCK: usize = 256 * 1024;
/// Blocks with a line longer than this are not highlighted: the engine can take quadratic time.
const MAX_LINE: usize = 5_000;
/// The same for our own highlighters, which take linear time; places in the code are 32 bits wide.
const MAX_OWN_BLOCK: usize = 64 * 1024 * 1024;

/// The tokens of a block of code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Highlighted {
    /// Covers the code exactly; see [`Token`].
    pub tokens: Vec<Token>,
    /// Why the block is plain although its language is known.
    pub plain: Option<PlainReason>,
}

/// Why a block is shown as plain text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PlainReason {
    /// The block, or one of its lines, is longer than the highlighter takes.
    TooLong,
    /// The grammar took too long over it.
    TooSlow,
    /// The grammar could not handle it.
    EngineFailed,
}

/// Highlights code, each block at most once.
///
/// Keep one for as long as possible and share it between threads: grammars are loaded and their
/// patterns compiled at first use. It relies on unwinding; under `panic = "abort"` a failing
/// grammar would end the program.
#[derive(Default)]
pub struct Highlighter {
    engine: OnceLock<Engine>,
    blocks: BlockMemo,
}

impl Highlighter {
    /// Makes a highlighter that knows nothing yet. Cheap: grammars are loaded when first needed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Finds a language by any of its names, whatever their case; `None` for unknown names.
    pub fn language(name: &str) -> Option<Language> {
        Language::from_name(name)
    }

    /// Highlights a block. Never fails: what cannot be highlighted is one plain token, and
    /// [`Highlighted::plain`] says why.
    pub fn highlight(&self, language: Language, code: &str) -> Arc<Highlighted> {
        match language {
            Language::Plain => Arc::new(plain(code, None)),
            // Lexing again is about as fast as remembering, and takes no memory.
            Language::Rust if code.len() <= MAX_OWN_BLOCK => own(rust::highlight(code)),
            Language::Json if code.len() <= MAX_OWN_BLOCK => own(json::highlight(code)),
            Language::Script(script) if code.len() <= MAX_OWN_BLOCK => {
                own(javascript::highlight(code, script.dialect()))
            }
            _ if is_too_long(code) => Arc::new(plain(code, Some(PlainReason::TooLong))),
            _ => self.blocks.get(cache::key(language, code), code, || {
                self.run_engine(language, code)
            }),
        }
    }

    /// Takes in what an earlier run exported. Bytes that are damaged, or were written by another
    /// version of this program or its grammars, are ignored.
    pub fn import(&self, bytes: &[u8]) {
        self.blocks.import(bytes);
    }

    /// The results that this run has used, for a later one to import; `None` if they are exactly
    /// what was imported. Blocks that were not asked for are left out, so the bytes do not grow for
    /// ever. Languages with a highlighter of our own are not in them.
    pub fn export(&self) -> Option<Vec<u8>> {
        self.blocks.export()
    }

    fn run_engine(&self, language: Language, code: &str) -> Highlighted {
        match self
            .engine
            .get_or_init(Engine::new)
            .highlight(language, code)
        {
            Ok(tokens) => Highlighted {
                tokens,
                plain: None,
            },
            Err(reason) => plain(code, Some(reason)),
        }
    }
}

fn own(tokens: Vec<Token>) -> Arc<Highlighted> {
    Arc::new(Highlighted {
        tokens,
        plain: None,
    })
}

fn is_too_long(code: &str) -> bool {
    code.len() > MAX_BLOCK || code.split('\n').any(|line| line.len() > MAX_LINE)
}

fn plain(code: &str, reason: Option<PlainReason>) -> Highlighted {
    Highlighted {
        tokens: tokens::plain_tokens(code),
        plain: reason,
    }
}
