//! The body of a `text` fence rewritten to what its sample prints.
//!
//! In: the Markdown, the fence in it, and what was printed. Out: one edit of the Markdown. The fence lines, the indentation
//! and the quote marks stay, and so do lines of the old body that match what was printed: a `[..]` that still holds is kept.

use std::ops::Range;

use super::{Surroundings, is_any_lines, lines_match, normalise, pairs};
use crate::verify::sample::Expected;

/// A change of a file's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// The bytes that go (of the normalised text).
    pub range: Range<usize>,
    /// What comes in their place.
    pub replacement: String,
}

/// Rewrites the body of a fence. An output that matches already gives an edit that changes nothing.
///
/// # Errors
/// Why it is not rewritten, a fragment with what to do.
pub fn bless(
    source: &str,
    fence: &Expected,
    printed: &str,
    around: &Surroundings,
) -> Result<Edit, String> {
    let body = Body::find(source, fence).ok_or_else(|| {
        format!(
            "`{}` has changed since it was read: run it again",
            fence.path
        )
    })?;
    let old: Vec<&str> = fence.text.lines().collect();
    if !body.holds(source, &old) {
        return Err(format!(
            "the fence at {}:{} holds marks, or has changed since it was read: rewrite it by hand",
            fence.path, fence.line
        ));
    }
    let printed = normalise(printed, around);
    let new: Vec<&str> = printed.lines().collect();
    let lines = merged(&old, &new, around);
    if let Some(at) = lines.iter().position(|line| body.would_close(line)) {
        return Err(format!(
            "line {} of the output would close the fence at {}:{}: open and close that with `{}`",
            at + 1,
            fence.path,
            fence.line,
            body.longer(&lines),
        ));
    }
    let mut replacement = String::new();
    for line in lines {
        let line = format!("{}{line}", body.prefix);
        replacement.push_str(line.trim_end());
        replacement.push('\n');
    }
    if !source[..body.range.start].ends_with('\n') && !replacement.is_empty() {
        // The file ends behind the opening fence.
        replacement.insert(0, '\n');
    }
    Ok(Edit {
        range: body.range,
        replacement,
    })
}

/// The body of a fence in its source.
struct Body {
    /// From the line after the opening fence to the line of the closing one.
    range: Range<usize>,
    /// What stands before each line: spaces and `>`.
    prefix: String,
    mark: char,
    length: usize,
}

impl Body {
    /// None when the range holds no fence: the text is not the one that was read.
    fn find(source: &str, fence: &Expected) -> Option<Self> {
        let text = source.get(fence.range.clone())?;
        let opening = text.lines().next()?;
        let inner = opening.trim_start();
        let mark = inner.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = inner.chars().take_while(|c| *c == mark).count();
        let fence_at = fence.range.start + opening.len() - inner.len();
        let line_start = source[..fence_at].rfind('\n').map_or(0, |at| at + 1);
        let start = fence.range.start + (opening.len() + 1).min(text.len());
        let mut body = Self {
            range: start..fence.range.end,
            prefix: prefix(&source[line_start..fence_at]),
            mark,
            length,
        };
        let last = source[start..fence.range.end]
            .rfind('\n')
            .map_or(start, |at| start + at + 1);
        let closing = source[last..fence.range.end].trim_start_matches([' ', '\t', '>']);
        if length >= 3 && body.would_close(closing) {
            body.range.end = last;
        }
        (length >= 3).then_some(body)
    }

    /// Whether the body is this text, but for indentation and quote marks.
    fn holds(&self, source: &str, lines: &[&str]) -> bool {
        let margin = [' ', '\t', '>'];
        let bare = |line: &str| line.trim_start_matches(margin).trim_end().to_owned();
        let body = source[self.range.clone()].lines().map(bare);
        body.eq(lines.iter().map(|line| bare(line)))
    }

    /// Marks for a fence that none of these lines closes.
    fn longer(&self, lines: &[&str]) -> String {
        let marks = |line: &&str| {
            let inner = line.trim_start();
            inner.chars().take_while(|c| *c == self.mark).count()
        };
        let longest = lines.iter().map(marks).max().unwrap_or_default();
        self.mark.to_string().repeat(longest + 1)
    }

    /// Whether a line of code would end the fence.
    fn would_close(&self, line: &str) -> bool {
        let inner = line.trim_start_matches(' ');
        let marks = inner.chars().take_while(|c| *c == self.mark).count();
        // A tab is indentation of four, and four make it code.
        line.len() - inner.len() < 4 && marks >= self.length && inner[marks..].trim().is_empty()
    }
}

/// What stands before the lines of a block whose first line begins like this: a list's marker is only on the first one.
fn prefix(opening: &str) -> String {
    opening
        .chars()
        .map(|c| if matches!(c, '>' | '\t') { c } else { ' ' })
        .collect()
}

/// The lines of the new body: those printed, but where an old line or an old `...` still holds, that one.
fn merged<'a>(old: &[&'a str], new: &[&'a str], around: &Surroundings) -> Vec<&'a str> {
    let filtered: Vec<String> = old.iter().map(|line| normalise(line, around)).collect();
    let says: Vec<&str> = filtered.iter().map(String::as_str).collect();
    if lines_match(&says, new) {
        return old.to_vec();
    }
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    let ends = std::iter::once((old.len(), new.len()));
    for (to_i, to_j) in pairs(&says, new).into_iter().chain(ends) {
        let gap = &old[i..to_i];
        if !gap.is_empty() && gap.iter().all(|line| is_any_lines(line)) {
            lines.extend_from_slice(gap);
        } else {
            lines.extend_from_slice(&new[j..to_j]);
        }
        lines.extend(old.get(to_i));
        (i, j) = (to_i + 1, to_j + 1);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blesses the first fence of the text, whose body (without prefix) is given.
    #[track_caller]
    fn blessed(source: &str, body: &str, printed: &str) -> Result<String, String> {
        let start = source.find(['`', '~']).expect("a fence");
        let mark = &source[start..start + 3];
        let end = source.rfind(mark).map_or(source.len(), |at| at + 3);
        let end = if end <= start + 3 { source.len() } else { end };
        let fence = Expected {
            text: body.into(),
            path: "docs/a.md".into(),
            range: start..end,
            line: source[..start].matches('\n').count() + 1,
        };
        let edit = bless(source, &fence, printed, &Surroundings::default())?;
        let mut text = source.to_owned();
        text.replace_range(edit.range, &edit.replacement);
        Ok(text)
    }

    #[test]
    fn a_body_is_rewritten() {
        let text = blessed("a\n\n```text\nold\n```\n\nb\n", "old\n", "one\ntwo 3ms\n");
        assert_eq!(
            text.as_deref(),
            Ok("a\n\n```text\none\ntwo [TIME]\n```\n\nb\n")
        );
        let text = blessed("```text\n```\n", "", "é\n");
        assert_eq!(text.as_deref(), Ok("```text\né\n```\n"));
        let text = blessed("~~~text\nold\n~~~", "old\n", "");
        assert_eq!(text.as_deref(), Ok("~~~text\n~~~"));
    }

    #[test]
    fn prefixes_stay() {
        let text = blessed("- x\n\n  ```text\n  old\n  ```\n", "old\n", "a\n\n  b\n");
        assert_eq!(
            text.as_deref(),
            Ok("- x\n\n  ```text\n  a\n\n    b\n  ```\n")
        );
        let text = blessed("> 1. ```text\n>    old\n>    ```\n", "old\n", "a\n\nb");
        let want = "> 1. ```text
>    a
>
>    b
>    ```
";
        assert_eq!(text.as_deref(), Ok(want));
    }

    #[test]
    fn what_still_holds_is_kept() {
        let body = "id [..]\ntook 3ms\n...\nend: 1\n";
        let source = format!("```text\n{body}```\n");
        let text = blessed(&source, body, "id 7\ntook 9s\nx\ny\nend: 2\n");
        assert_eq!(
            text.as_deref(),
            Ok("```text\nid [..]\ntook 3ms\nx\ny\nend: 2\n```\n")
        );
        let text = blessed(&source, body, "id 7\nnew\ntook 9s\nx\nend: 1\n");
        assert_eq!(
            text.as_deref(),
            Ok("```text\nid [..]\nnew\ntook 3ms\n...\nend: 1\n```\n")
        );
        let text = blessed(&source, body, "id 8\ntook 1s\nend: 1\n");
        assert_eq!(text.as_deref(), Ok(source.as_str()));
    }

    #[test]
    fn an_output_that_closes_the_fence_is_refused() {
        let text = blessed("x\n```text\nold\n```\n", "old\n", "a\n  ```` \n");
        let want = "line 2 of the output would close the fence at docs/a.md:2: open and close that with ``````";
        assert_eq!(text, Err(format!("{want}`")));
        let text = blessed("```text\nold\n```\n", "old\n", "```rust\n~~~\n    ```");
        assert_eq!(text.as_deref(), Ok("```text\n```rust\n~~~\n    ```\n```\n"));
    }

    #[test]
    fn an_unclosed_fence_and_a_changed_file() {
        assert_eq!(
            blessed("```text\nold", "old", "new").as_deref(),
            Ok("```text\nnew\n")
        );
        assert_eq!(
            blessed("```text", "", "new").as_deref(),
            Ok("```text\nnew\n")
        );
        let fence = Expected {
            text: String::new(),
            path: "docs/a.md".into(),
            range: 2..9,
            line: 1,
        };
        let gone = bless("short", &fence, "", &Surroundings::default());
        assert_eq!(
            gone,
            Err("`docs/a.md` has changed since it was read: run it again".into())
        );
    }
}
