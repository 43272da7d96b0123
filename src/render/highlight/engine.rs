//! Highlighting with syntect's grammars. In: a language and code; out: tokens, or the reason why
//! there are none. A panic of the engine ends here, and so does code that takes it too long. Must
//! not remember blocks: `cache` does, and `lines` remembers single lines.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use syntect::parsing::{SyntaxReference, SyntaxSet};

use super::PlainReason;
use super::budget::Budget;
use super::class::Class;
use super::language::{self, GrammarIndex, Language, TABLE};
use super::lines::{LineMemo, Place, Spot};
use super::scopes::{Marks, Stack};
use super::tokens::{Token, TokenBuffer, plain_tokens};

/// The time that one block may take.
const BLOCK_TIME: Duration = Duration::from_secs(2);

/// The grammars and the rules for their scopes. Loading takes a few milliseconds.
pub(super) struct Engine {
    syntaxes: SyntaxSet,
    marks: Marks,
    block_time: Duration,
}

/// The grammar that a block is highlighted with.
struct Grammar<'a> {
    syntax: &'a SyntaxReference,
    memo: Rc<LineMemo>,
}

impl Engine {
    pub(super) fn new() -> Self {
        Self::with_block_time(BLOCK_TIME)
    }

    pub(super) fn with_block_time(block_time: Duration) -> Self {
        // The grammars that end lines with a newline are the ones that are maintained; those
        // without are derived from them and get constructs over several lines wrong more often.
        let syntaxes = two_face::syntax::extra_newlines();
        Engine {
            syntaxes,
            marks: Marks::new(),
            block_time,
        }
    }

    /// Highlights a block, or says why not.
    pub(super) fn highlight(
        &self,
        language: Language,
        code: &str,
    ) -> Result<Vec<Token>, PlainReason> {
        let highlighted = contain(|| match language {
            Language::Console => self.console(code),
            Language::Grammar(index) => self.block(self.grammar(index, code)?, code),
            Language::Plain | Language::Rust | Language::Script(_) | Language::Json => {
                Ok(plain_tokens(code))
            }
        });
        highlighted.unwrap_or(Err(PlainReason::EngineFailed))
    }

    fn grammar(&self, index: GrammarIndex, code: &str) -> Result<Grammar<'_>, PlainReason> {
        // PHP's grammar is HTML until `<?`; samples mostly leave that out.
        let (name, memo) = match index.row().grammar {
            "PHP" if !code.contains("<?") => ("PHP Source", TABLE.len()),
            name => (name, index.number()),
        };
        let syntax = self
            .syntaxes
            .find_syntax_by_name(name)
            .ok_or(PlainReason::EngineFailed)?;
        Ok(Grammar {
            syntax,
            memo: LineMemo::of(memo),
        })
    }

    fn block(&self, grammar: Grammar<'_>, code: &str) -> Result<Vec<Token>, PlainReason> {
        let mut out = TokenBuffer::with_capacity(code.len() / 6);
        let mut run = Run::new(self, grammar);
        for line in code.split_inclusive('\n') {
            run.line(line, &mut out)?;
        }
        Ok(out.finish())
    }

    /// A terminal session: commands after a prompt, and what they print.
    fn console(&self, code: &str) -> Result<Vec<Token>, PlainReason> {
        let mut out = TokenBuffer::default();
        let mut run = Run::new(self, self.grammar(language::shell(), code)?);
        let mut goes_on = false;
        for line in code.split_inclusive('\n') {
            let Some(prompt) = prompt_len(line, goes_on) else {
                out.push(line.len(), None);
                continue;
            };
            if !goes_on {
                run.restart();
            }
            out.push_text(&line[..prompt], Some(Class::Comment));
            run.line(&line[prompt..], &mut out)?;
            goes_on = line.trim_end().ends_with('\\');
        }
        Ok(out.finish())
    }
}

/// The length of the prompt that a line of a terminal session starts with; `None` for a line of
/// output. A line that continues the command before may have a `> ` or no prompt at all.
fn prompt_len(line: &str, continues: bool) -> Option<usize> {
    if continues {
        return Some(if line.starts_with("> ") { 2 } else { 0 });
    }
    let end = if line.starts_with('$') {
        0
    } else {
        named_prompt_end(line)?
    };
    let rest = &line[end + 1..];
    (rest.starts_with(' ') || rest.trim().is_empty())
        .then(|| end + 1 + usize::from(rest.starts_with(' ')))
}

/// The place of the `$` or `#` in a prompt such as `user@host:~/dir$ ` or `[user@host dir]# `.
fn named_prompt_end(line: &str) -> Option<usize> {
    let end = line.find("$ ").or_else(|| line.find("# "))?;
    let name = &line[..end];
    let (user, _) = name.split_once('@')?;
    (!user.contains(' ') && (!name.contains(' ') || name.starts_with('['))).then_some(end)
}

/// One pass over the lines of a block.
struct Run<'a> {
    engine: &'a Engine,
    grammar: Grammar<'a>,
    spot: Spot,
    budget: Budget,
    /// The line as the grammar wants it, with one newline at its end.
    line: String,
}

impl<'a> Run<'a> {
    fn new(engine: &'a Engine, grammar: Grammar<'a>) -> Self {
        let spot = grammar.memo.start(grammar.syntax);
        Run {
            engine,
            grammar,
            spot,
            budget: Budget::new(engine.block_time),
            line: String::new(),
        }
    }

    fn restart(&mut self) {
        self.spot = self.grammar.memo.start(self.grammar.syntax);
    }

    /// Highlights one line, from memory if the same line was seen at the same spot.
    fn line(&mut self, line: &str, out: &mut TokenBuffer) -> Result<(), PlainReason> {
        let key = self.spot.line_key(line);
        if let Some(next) = key.and_then(|key| self.grammar.memo.replay(key, out)) {
            self.spot = next;
            return Ok(());
        }
        if self.budget.is_spent() {
            return Err(PlainReason::TooSlow);
        }
        let mut place = self.grammar.memo.place(&self.spot);
        let mut tokens = TokenBuffer::default();
        self.parse(&mut place, line, &mut tokens)?;
        let tokens = tokens.finish();
        out.extend(&tokens);
        self.spot = self.grammar.memo.remember(key, tokens, place);
        Ok(())
    }

    fn parse(
        &mut self,
        place: &mut Place,
        line: &str,
        out: &mut TokenBuffer,
    ) -> Result<(), PlainReason> {
        let content = line.trim_end_matches(['\n', '\r']);
        self.line.clear();
        self.line.push_str(content);
        self.line.push('\n');
        let changes = place.parse.parse_line(&self.line, &self.engine.syntaxes);
        let mut from = 0;
        for (at, change) in changes.map_err(|_| PlainReason::EngineFailed)? {
            let at = content.floor_char_boundary(at).max(from);
            push_piece(&content[from..at], &place.stack, out);
            from = at;
            place.stack.apply(&change, &self.engine.marks);
        }
        push_piece(&content[from..], &place.stack, out);
        out.push(line.len() - content.len(), None);
        Ok(())
    }
}

/// Appends a piece of a line under its scopes. White space around a word stays plain: some grammars
/// take it in with a keyword.
fn push_piece(piece: &str, stack: &Stack, out: &mut TokenBuffer) {
    let class = stack.class(piece);
    if !matches!(
        class,
        Some(Class::Keyword | Class::Type | Class::Function | Class::Tag | Class::Property)
    ) {
        return out.push(piece.len(), class);
    }
    let before = piece.len() - piece.trim_start().len();
    let word = piece.trim().len();
    out.push(before, None);
    out.push(word, class);
    out.push(piece.len() - before - word, None);
}

thread_local! {
    /// Whether a panic on this thread would be contained.
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread, right now, is contained by the highlighter.
///
/// Such a panic costs no more than the colours of one block, so a panic hook should print nothing.
pub fn is_contained_panic() -> bool {
    CONTAINED.get()
}

/// Runs `work`; `None` if it panicked.
pub(super) fn contain<T>(work: impl FnOnce() -> T) -> Option<T> {
    let outer = CONTAINED.replace(true);
    // What the engine shares between blocks stays sound: its regular expressions and our memos are
    // complete whenever they are reachable.
    let result = catch_unwind(AssertUnwindSafe(work));
    CONTAINED.set(outer);
    result.ok()
}
