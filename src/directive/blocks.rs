//! Block directives: code tabs and `:::` containers.
//!
//! In: one text. Out: the same text with each directive line replaced by an HTML comment that the Markdown
//! parser keeps as a block of its own, and the list of marks that these comments stand for. Labels and ends
//! are put at the indentation of the line that opened their block, so that they close what stands between.

use std::borrow::Cow;
use std::ops::Range;

use super::code_lines::{CodeLines, lines_with_offsets};
use crate::config::Dialect;
use crate::diagnostic::{Problem, did_you_mean, one_of};
use crate::source::OffsetMap;

/// What a mark stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MarkKind {
    /// A block of tabs begins.
    TabsOpen,
    /// A tab begins.
    Tab(String),
    /// The block of tabs ends.
    TabsClose,
    /// A callout begins.
    CalloutOpen {
        /// One of [`CALLOUTS`].
        kind: &'static str,
        /// Its title, when one was written.
        title: Option<String>,
    },
    /// The callout ends.
    CalloutClose,
}

/// A directive line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Where its comment begins in the rewritten text.
    pub at: usize,
    /// What it stands for.
    pub kind: MarkKind,
    /// The line in the text that was given.
    pub range: Range<usize>,
}

/// The kinds of callout.
pub const CALLOUTS: [&str; 6] = ["note", "tip", "important", "warning", "caution", "danger"];

/// A text with its block directives replaced by marks.
#[derive(Clone, Debug)]
pub struct Blocks<'a> {
    /// The rewritten text.
    pub text: Cow<'a, str>,
    /// Leads from the rewritten text to the given one.
    pub map: OffsetMap,
    /// In the order of the text.
    pub marks: Vec<Mark>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl Blocks<'_> {
    /// The mark whose comment begins at an offset of the rewritten text.
    pub fn mark_at(&self, at: usize) -> Option<&Mark> {
        self.marks
            .binary_search_by_key(&at, |m| m.at)
            .ok()
            .map(|n| &self.marks[n])
    }
}

/// Finds and replaces the block directives of a text.
pub fn rewrite(text: &str, dialect: Dialect) -> Blocks<'_> {
    let relevant = !dialect.is_mdbook() && text.contains("DOCUSAURUS_CODE_TABS")
        || (dialect == Dialect::Docproof && text.contains(":::"));
    if !relevant {
        return Blocks {
            text: text.into(),
            map: OffsetMap::default(),
            marks: Vec::new(),
            problems: Vec::new(),
        };
    }
    let code = CodeLines::of(text);
    let mut scanner = Scanner {
        dialect,
        code,
        open: Vec::new(),
        out: Writer::default(),
        problems: Vec::new(),
    };
    for (start, line) in lines_with_offsets(text) {
        let whole = start..(start + line.len() + 1).min(text.len());
        scanner.line(text, whole, line);
    }
    for block in std::mem::take(&mut scanner.open) {
        scanner.problems.push(block.unclosed());
    }
    let Writer {
        text, map, marks, ..
    } = scanner.out;
    Blocks {
        text: text.into(),
        map,
        marks,
        problems: scanner.problems,
    }
}

/// A block that has begun and not ended.
struct Open {
    form: Form,
    range: Range<usize>,
    /// What stands before the directive on its line: indentation and quote marks.
    prefix: String,
    tabs: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `<!--DOCUSAURUS_CODE_TABS-->`
    CommentTabs,
    /// `:::tabs`
    ColonTabs,
    /// `:::note`
    Callout,
}

impl Open {
    fn unclosed(&self) -> Problem {
        let (what, end) = match self.form {
            Form::CommentTabs => ("code tabs", "<!--END_DOCUSAURUS_CODE_TABS-->"),
            Form::ColonTabs => ("tabs", ":::"),
            Form::Callout => ("callout", ":::"),
        };
        let verb = if self.form == Form::Callout {
            "a callout that is"
        } else {
            &format!("{what} that are")
        };
        Problem::error("tabs", self.range.clone(), format!("{verb} never closed"))
            .label("opened here")
            .hint(format!("end the block with a line `{end}`"))
    }
}

/// What a line says.
enum Line<'a> {
    TabsOpen(Form),
    Label(&'a str),
    LabelBesideText(&'a str),
    TabsEnd,
    Callout(&'static str, Option<String>),
    Container(&'a str),
    ColonEnd,
    BesideText,
    Other,
}

#[derive(Default)]
struct Writer {
    text: String,
    map: OffsetMap,
    marks: Vec<Mark>,
    last_line_has_text: bool,
}

impl Writer {
    fn copy(&mut self, line: &str, from: usize) {
        self.map.copied(self.text.len(), from, line.len());
        self.text.push_str(line);
        self.last_line_has_text = !line.trim().is_empty();
    }

    fn mark(&mut self, prefix: &str, kind: MarkKind, range: Range<usize>) {
        self.map.replaced(self.text.len(), range.clone());
        if self.last_line_has_text && prefix.is_empty() {
            // An HTML block lasts to the next blank line and would swallow the mark.
            self.text.push('\n');
        }
        self.text.push_str(prefix);
        self.marks.push(Mark {
            at: self.text.len(),
            kind,
            range,
        });
        self.text.push_str("<!--docproof-->\n");
        self.last_line_has_text = false;
    }
}

struct Scanner {
    dialect: Dialect,
    code: CodeLines,
    open: Vec<Open>,
    out: Writer,
    problems: Vec<Problem>,
}

impl Scanner {
    fn line(&mut self, text: &str, whole: Range<usize>, line: &str) {
        let prefix_len = prefix_len(line);
        let (prefix, rest) = line.split_at(prefix_len);
        let rest = rest.trim_end();
        let range = whole.start + prefix_len..whole.start + prefix_len + rest.len();
        let inside_tabs = self
            .open
            .last()
            .is_some_and(|o| o.form == Form::CommentTabs);
        // A fence may begin on this line, after a list marker; its info string is not a directive either.
        let comment_at = range.start + rest.find("<!--").unwrap_or(0);
        let is_code = self.code.in_fence(range.start)
            || self.code.in_fence(comment_at)
            || (self.code.in_indented(range.start)
                && !inside_tabs
                && self.dialect == Dialect::Docproof);
        let said = if is_code {
            Line::Other
        } else {
            self.classify(rest)
        };
        let kind = match said {
            Line::Other => {
                self.text_line(text, whole, rest, range);
                return;
            }
            said => self.directive(said, prefix, &range),
        };
        match kind {
            Some((prefix, kind)) => self.out.mark(&prefix, kind, range),
            // A directive that is wrong leaves a blank line, so that it never shows on the page.
            None => {
                self.out.map.replaced(self.out.text.len(), range);
                self.out.text.push('\n');
            }
        }
    }

    fn classify<'a>(&self, rest: &'a str) -> Line<'a> {
        if rest.contains("DOCUSAURUS_CODE_TABS") && rest.contains("<!--") && !only_named(rest) {
            return match comment(rest) {
                Some("DOCUSAURUS_CODE_TABS") => Line::TabsOpen(Form::CommentTabs),
                Some("END_DOCUSAURUS_CODE_TABS") => Line::TabsEnd,
                _ => Line::BesideText,
            };
        }
        match self.open.last().map(|o| o.form) {
            Some(Form::CommentTabs) => {
                if let Some(label) = comment(rest) {
                    return Line::Label(label);
                }
                if let Some((label, _)) = rest
                    .split_once("<!--")
                    .and_then(|(_, r)| r.split_once("-->"))
                    && rest.matches("<!--").count() == 1
                {
                    return Line::LabelBesideText(label.trim());
                }
            }
            Some(Form::ColonTabs) => {
                if let Some(label) = rest.strip_prefix("== ") {
                    return Line::Label(label.trim());
                }
            }
            _ => {}
        }
        if self.dialect == Dialect::Docproof {
            colons(rest)
        } else {
            Line::Other
        }
    }

    /// Ordinary text: copied, after a check that it does not stand before the first label.
    fn text_line(&mut self, text: &str, whole: Range<usize>, rest: &str, range: Range<usize>) {
        let lost = matches!(self.open.last(), Some(o) if o.form != Form::Callout && o.tabs == 0)
            && !rest.is_empty();
        if lost {
            self.problems.push(
                Problem::error("tabs", range, "text before the first tab label")
                    .label("belongs to no tab")
                    .hint("put a label line above it, such as `<!--Rust-->`"),
            );
        }
        self.out.copy(&text[whole.clone()], whole.start);
    }

    fn directive(
        &mut self,
        said: Line<'_>,
        prefix: &str,
        range: &Range<usize>,
    ) -> Option<(String, MarkKind)> {
        match said {
            Line::TabsOpen(form) => self.open_tabs(form, prefix, range),
            Line::Label(label) => self.label(label, range),
            Line::LabelBesideText(label) => {
                let is_v1 = self.dialect == Dialect::DocusaurusV1;
                let problem = if is_v1 {
                    Problem::warning
                } else {
                    Problem::error
                };
                self.problems.push(
                    problem(
                        "tabs",
                        range.clone(),
                        "a tab label must stand on a line of its own",
                    )
                    .label("the text beside it is lost"),
                );
                // In v1 the whole line is a label.
                if is_v1 {
                    self.label(label, range)
                } else {
                    None
                }
            }
            Line::BesideText => {
                self.problems.push(
                    Problem::error(
                        "tabs",
                        range.clone(),
                        "a code tabs marker must stand on a line of its own",
                    )
                    .hint("move the text beside it to another line"),
                );
                None
            }
            Line::TabsEnd => self.close(Form::CommentTabs, range),
            Line::Callout(kind, title) => {
                self.open.push(Open {
                    form: Form::Callout,
                    range: range.clone(),
                    prefix: prefix.to_owned(),
                    tabs: 0,
                });
                Some((prefix.to_owned(), MarkKind::CalloutOpen { kind, title }))
            }
            Line::Container(name) => {
                let known: Vec<&str> = CALLOUTS.into_iter().chain(["tabs"]).collect();
                let hint = did_you_mean(name, known.iter().copied())
                    .unwrap_or_else(|| format!("known: {}", one_of(&known)));
                self.problems.push(
                    Problem::error(
                        "container",
                        range.clone(),
                        format!("unknown block `:::{name}`"),
                    )
                    .hint(hint),
                );
                // Taken as a note, so that its end is not reported as well.
                self.open.push(Open {
                    form: Form::Callout,
                    range: range.clone(),
                    prefix: prefix.to_owned(),
                    tabs: 0,
                });
                Some((
                    prefix.to_owned(),
                    MarkKind::CalloutOpen {
                        kind: "note",
                        title: None,
                    },
                ))
            }
            Line::ColonEnd => {
                let form = self
                    .open
                    .iter()
                    .rev()
                    .map(|o| o.form)
                    .find(|f| *f != Form::CommentTabs)
                    .unwrap_or(Form::Callout);
                self.close(form, range)
            }
            Line::Other => None,
        }
    }

    fn open_tabs(
        &mut self,
        form: Form,
        prefix: &str,
        range: &Range<usize>,
    ) -> Option<(String, MarkKind)> {
        if let Some(outer) = self.open.iter().find(|o| o.form != Form::Callout) {
            self.problems.push(
                Problem::error("tabs", range.clone(), "code tabs inside code tabs")
                    .hint("close the outer block first")
                    .also(outer.range.clone(), "the outer block begins here"),
            );
            return None;
        }
        // In v1 a marker that is indented like code is a marker all the same.
        let prefix = if self.code.in_indented(range.start) {
            ""
        } else {
            prefix
        };
        self.open.push(Open {
            form,
            range: range.clone(),
            prefix: prefix.to_owned(),
            tabs: 0,
        });
        Some((prefix.to_owned(), MarkKind::TabsOpen))
    }

    fn label(&mut self, label: &str, range: &Range<usize>) -> Option<(String, MarkKind)> {
        if label.is_empty() {
            self.problems.push(
                Problem::error("tabs", range.clone(), "a tab without a label")
                    .hint("write a word between the marks"),
            );
        }
        let block = self.open.last_mut()?;
        block.tabs += 1;
        Some((continued(&block.prefix), MarkKind::Tab(label.to_owned())))
    }

    fn close(&mut self, form: Form, range: &Range<usize>) -> Option<(String, MarkKind)> {
        let Some(at) = self.open.iter().rposition(|o| o.form == form) else {
            let what = if form == Form::CommentTabs {
                "an end of code tabs without a start"
            } else {
                "an end `:::` without a start"
            };
            self.problems
                .push(Problem::error("tabs", range.clone(), what).label("nothing is open here"));
            return None;
        };
        for inner in self.open.split_off(at + 1) {
            self.problems.push(inner.unclosed());
        }
        let block = self.open.pop()?;
        if form == Form::Callout {
            return Some((continued(&block.prefix), MarkKind::CalloutClose));
        }
        if block.tabs == 0 {
            self.problems.push(
                Problem::error("tabs", block.range.clone(), "code tabs without a tab")
                    .hint("put a label line above each part, such as `<!--Rust-->`"),
            );
        }
        Some((continued(&block.prefix), MarkKind::TabsClose))
    }
}

/// What a `:::` line says.
fn colons(rest: &str) -> Line<'_> {
    let Some(after) = rest.strip_prefix(":::") else {
        return Line::Other;
    };
    let after = after.trim_start_matches(':');
    let words = after.trim();
    if words.is_empty() {
        return Line::ColonEnd;
    }
    let name_end = words
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .unwrap_or(words.len());
    let (name, title) = words.split_at(name_end);
    if name.is_empty() {
        return Line::Other;
    }
    if name == "tabs" {
        return Line::TabsOpen(Form::ColonTabs);
    }
    let title = title
        .trim()
        .trim_start_matches('[')
        .trim_end_matches(']')
        .trim();
    match CALLOUTS.iter().find(|k| **k == name) {
        Some(kind) => Line::Callout(kind, (!title.is_empty()).then(|| title.to_owned())),
        None => Line::Container(name),
    }
}

/// The inside of a line that is one HTML comment.
fn comment(rest: &str) -> Option<&str> {
    let inside = rest.strip_prefix("<!--")?.strip_suffix("-->")?;
    (!inside.contains("-->")).then(|| inside.trim())
}

/// Bytes of indentation, quote marks and one list marker before the text of a line.
fn prefix_len(line: &str) -> usize {
    let blank = |s: &str| s.len() - s.trim_start_matches([' ', '\t', '>']).len();
    let len = blank(line);
    let rest = &line[len..];
    let bullet = ["- ", "* ", "+ "].iter().any(|b| rest.starts_with(b));
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number =
        digits > 0 && (rest[digits..].starts_with(". ") || rest[digits..].starts_with(") "));
    let marker = if bullet {
        2
    } else if number {
        digits + 2
    } else {
        return len;
    };
    // A list marker counts only before a directive; otherwise it is text.
    let after = rest[marker..].trim_start();
    if after.starts_with("<!--") || after.starts_with(":::") {
        len + marker + blank(&rest[marker..])
    } else {
        len
    }
}

/// The prefix for the later lines of a block: a list marker becomes spaces.
fn continued(prefix: &str) -> String {
    prefix
        .chars()
        .map(|c| {
            if matches!(c, ' ' | '\t' | '>') {
                c
            } else {
                ' '
            }
        })
        .collect()
}

/// Whether the markers of a line stand in code spans: then the line is about them. Spans of single backticks are enough for that.
fn only_named(line: &str) -> bool {
    let mut outside = line.split('`').step_by(2);
    outside.all(|text| !text.contains("DOCUSAURUS_CODE_TABS"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::line_column;

    fn check_in(dialect: Dialect, text: &str, want: &str) {
        let blocks = rewrite(text, dialect);
        let mut got = blocks.text.to_string();
        for mark in blocks.marks.iter().rev() {
            let name = match &mark.kind {
                MarkKind::Tab(label) => format!("[tab {label}]"),
                MarkKind::CalloutOpen { kind, title } => {
                    format!("[{kind} {}]", title.as_deref().unwrap_or("-"))
                }
                other => format!("[{other:?}]"),
            };
            got.replace_range(mark.at..mark.at + "<!--docproof-->".len(), &name);
        }
        for problem in &blocks.problems {
            let (line, column) = line_column(text, problem.range.start);
            got.push_str(&format!("!{line}:{column} {}\n", problem.message));
        }
        assert_eq!(got, want);
    }

    fn check(text: &str, want: &str) {
        check_in(Dialect::Docproof, text, want);
    }

    #[test]
    fn tabs_after_a_text_line() {
        check(
            "Text\n<!--DOCUSAURUS_CODE_TABS-->\n<!-- A -->\n```js\n<!--B-->\n```\n<!--B-->\n- x\n<!--END_DOCUSAURUS_CODE_TABS-->\nmore\n",
            "Text\n\n[TabsOpen]\n[tab A]\n```js\n<!--B-->\n```\n\n[tab B]\n- x\n\n[TabsClose]\nmore\n",
        );
    }

    #[test]
    fn tabs_in_a_list_keep_their_indentation() {
        check(
            "1. Step\n   <!--DOCUSAURUS_CODE_TABS-->\n      <!--A-->\n   x\n<!--END_DOCUSAURUS_CODE_TABS-->\n",
            "1. Step\n   [TabsOpen]\n   [tab A]\n   x\n   [TabsClose]\n",
        );
        check(
            "- :::tip\n  x\n  :::\n",
            "- [tip -]\n  x\n  [CalloutClose]\n",
        );
    }

    #[test]
    fn containers() {
        check(
            ":::note Mind this\ntext\n:::tabs\n== A\nx\n:::\n:::\n",
            "[note Mind this]\ntext\n\n[TabsOpen]\n[tab A]\nx\n\n[TabsClose]\n[CalloutClose]\n",
        );
        check_in(
            Dialect::DocusaurusV1,
            ":::note\n<!--DOCUSAURUS_CODE_TABS-->\n<!--A-->\n<!--END_DOCUSAURUS_CODE_TABS-->\n",
            ":::note\n\n[TabsOpen]\n[tab A]\n[TabsClose]\n",
        );
    }

    #[test]
    fn wrong_blocks_are_named() {
        check(
            "a\n<!--DOCUSAURUS_CODE_TABS-->\nlost\n<!--A-->\n",
            "a\n\n[TabsOpen]\nlost\n\n[tab A]\n!3:1 text before the first tab label\n!2:1 code tabs that are never closed\n",
        );
        check(
            "<!--END_DOCUSAURUS_CODE_TABS-->\n",
            "\n!1:1 an end of code tabs without a start\n",
        );
        check(
            ":::tabs\n:::\n",
            "[TabsOpen]\n[TabsClose]\n!1:1 code tabs without a tab\n",
        );
        check(
            ":::nite\nx\n:::\n",
            "[note -]\nx\n\n[CalloutClose]\n!1:1 unknown block `:::nite`\n",
        );
        check(
            ":::note\n",
            "[note -]\n!1:1 a callout that is never closed\n",
        );
        check(":::\n", "\n!1:1 an end `:::` without a start\n");
        check(
            "<!--DOCUSAURUS_CODE_TABS-->\n<!--A-->\n<!--DOCUSAURUS_CODE_TABS-->\n<!--END_DOCUSAURUS_CODE_TABS-->\n",
            "[TabsOpen]\n[tab A]\n\n[TabsClose]\n!3:1 code tabs inside code tabs\n",
        );
        let named =
            "Write `<!--DOCUSAURUS_CODE_TABS-->` and `<!--END_DOCUSAURUS_CODE_TABS-->` around.\n";
        check(named, named);
        check(
            "x <!--DOCUSAURUS_CODE_TABS-->\n",
            "\n!1:1 a code tabs marker must stand on a line of its own\n",
        );
    }

    #[test]
    fn code_is_left_alone() {
        let fence = "> - ~~~js <!--DOCUSAURUS_CODE_TABS--> x\n>   y\n>   ~~~\n:::tip\n:::\n";
        check(
            fence,
            &fence.replace(":::tip\n:::\n", "\n[tip -]\n[CalloutClose]\n"),
        );
        check(
            "```\n:::note\n<!--DOCUSAURUS_CODE_TABS-->\n```\n",
            "```\n:::note\n<!--DOCUSAURUS_CODE_TABS-->\n```\n",
        );
    }
}
