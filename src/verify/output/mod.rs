//! Whether a sample printed what its docs say, and the docs rewritten to what it prints.
//!
//! In: the text of a `text` fence and what the sample printed on standard output. Out: a verdict about the two, or an edit
//! of the Markdown. Nothing is written here.
//!
//! Both sides are filtered first (see `filters.rs`). In the docs a line `...` stands for any number of lines, none too, and
//! `[..]` for any part of a line.

mod bless;
mod filters;

pub use bless::{Edit, bless};
pub use filters::{Surroundings, normalise};

/// A line of the docs that stands for any number of lines.
const ANY_LINES: &str = "...";

/// A part of a line of the docs that stands for any text.
const ANY_TEXT: &str = "[..]";

/// Two outputs that are not the same, both after filters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Differs {
    /// What the docs say.
    pub expected: String,
    /// What was printed.
    pub found: String,
}

/// Compares what the docs say with what was printed.
///
/// # Errors
/// When they differ: both texts after filters.
pub fn compare(expected: &str, printed: &str, around: &Surroundings) -> Result<(), Differs> {
    let expected = normalise(expected, around);
    let found = normalise(printed, around);
    let says: Vec<&str> = expected.lines().collect();
    let was: Vec<&str> = found.lines().collect();
    if lines_match(&says, &was) {
        Ok(())
    } else {
        Err(Differs { expected, found })
    }
}

/// Whether a line of the docs stands for a printed line.
pub fn line_matches(says: &str, was: &str) -> bool {
    if says == was {
        return true;
    }
    let Some((head, rest)) = says.split_once(ANY_TEXT) else {
        return false;
    };
    let Some(mut was) = was.strip_prefix(head) else {
        return false;
    };
    let mut parts = rest.split(ANY_TEXT).peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return was.ends_with(part);
        }
        // The first place is as good as any other: what follows has the most room then.
        let Some(at) = was.find(part) else {
            return false;
        };
        was = &was[at + part.len()..];
    }
    true
}

/// Whether a line of the docs stands for any number of lines.
fn is_any_lines(line: &str) -> bool {
    line.trim() == ANY_LINES
}

/// Matches lines, with `...` as any number of them. Going back to the last `...` is enough, as for `*` in file names.
fn lines_match(says: &[&str], was: &[&str]) -> bool {
    let (mut i, mut j) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while j < was.len() || i < says.len() {
        if i < says.len() && is_any_lines(says[i]) {
            back = Some((i + 1, j));
            i += 1;
        } else if i < says.len() && j < was.len() && line_matches(says[i], was[j]) {
            i += 1;
            j += 1;
        } else {
            match back {
                Some((after, from)) if from < was.len() => {
                    back = Some((after, from + 1));
                    (i, j) = (after, from + 1);
                }
                _ => return false,
            }
        }
    }
    true
}

/// Pairs of lines that match, in order, as many as there can be: places in `says` and in `was`. Texts too long for that are
/// paired from both ends only.
pub fn pairs(says: &[&str], was: &[&str]) -> Vec<(usize, usize)> {
    /// Cells of the table: a few milliseconds.
    const MOST: usize = 1 << 20;
    let shorter = says.len().min(was.len());
    let head = (0..shorter)
        .take_while(|&i| line_matches(says[i], was[i]))
        .count();
    let (long_says, long_was) = (&says[head..], &was[head..]);
    let tail = (1..=long_says.len().min(long_was.len()))
        .take_while(|&i| line_matches(long_says[long_says.len() - i], long_was[long_was.len() - i]))
        .count();
    let middle_says = &long_says[..long_says.len() - tail];
    let middle_was = &long_was[..long_was.len() - tail];
    let middle = if middle_says.len().saturating_mul(middle_was.len()) > MOST {
        Vec::new()
    } else {
        longest_pairs(middle_says, middle_was)
    };
    let ends = (0..tail)
        .rev()
        .map(|i| (says.len() - 1 - i, was.len() - 1 - i));
    (0..head)
        .map(|i| (i, i))
        .chain(middle.into_iter().map(|(i, j)| (i + head, j + head)))
        .chain(ends)
        .collect()
}

/// The longest common sequence of lines.
fn longest_pairs(says: &[&str], was: &[&str]) -> Vec<(usize, usize)> {
    let width = was.len() + 1;
    let mut best = vec![0u32; (says.len() + 1) * width];
    for i in (0..says.len()).rev() {
        for j in (0..was.len()).rev() {
            best[i * width + j] = if line_matches(says[i], was[j]) {
                best[(i + 1) * width + j + 1] + 1
            } else {
                best[(i + 1) * width + j].max(best[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while i < says.len() && j < was.len() {
        if line_matches(says[i], was[j]) {
            found.push((i, j));
            i += 1;
            j += 1;
        } else if best[(i + 1) * width + j] >= best[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(says: &str, was: &str) -> bool {
        compare(says, was, &Surroundings::default()).is_ok()
    }

    #[test]
    fn equal_texts_and_unequal_ones() {
        assert!(same("a\nb\n", "a\nb"));
        assert!(same("", "\n"));
        assert!(same("took 3ms", "took 41.5µs"));
        assert!(!same("a\nb", "a"));
        assert!(!same("a", "a\nb"));
        let differs = compare("a 1s ", "b 2s\n", &Surroundings::default());
        let want = Differs {
            expected: "a [TIME]".into(),
            found: "b [TIME]".into(),
        };
        assert_eq!(differs, Err(want));
    }

    #[test]
    fn any_part_of_a_line() {
        assert!(same("id: [..], name: ann", "id: 83-x, name: ann"));
        assert!(line_matches("[..]", ""));
        assert!(same("[..]a[..]a", "xaya"));
        assert!(!same("[..]a[..]a", "xay"));
        assert!(!same("a[..]a", "a"));
        assert!(!same("[..]", "one\ntwo"));
    }

    #[test]
    fn any_number_of_lines() {
        assert!(same("a\n...\nz", "a\nb\nc\nz"));
        assert!(same("a\n...\nz", "a\nz"));
        assert!(same("...", ""));
        assert!(same("...\nb\n...\nb", "b\nb\nx\nb"));
        assert!(!same("a\n...\nz", "a\nb"));
        assert!(!same("...\nb", "b\nc"));
        // Takes time only in the product of both lengths.
        let says = "...\na\n".repeat(200) + "b";
        assert!(!same(&says, &"a\n".repeat(4_000)));
    }

    #[test]
    fn pairs_of_lines() {
        assert_eq!(
            pairs(&["a", "b", "c", "d"], &["a", "x", "c", "y", "d"]),
            [(0, 0), (2, 2), (3, 4)]
        );
        assert_eq!(pairs(&["a"], &["b"]), []);
        let long: Vec<String> = (0..3_000).map(|n| n.to_string()).collect();
        let long: Vec<&str> = long.iter().map(String::as_str).collect();
        let mut other = long.clone();
        other[7] = "seven";
        other.insert(2_000, "more");
        assert_eq!(pairs(&long, &other).len(), 7 + 3_000 - 2_000);
    }
}
