//! The broken links of a site that are known: a file of them, so that only new ones fail a build.
//!
//! In: the text of such a file; the broken links that a build has found. Out: which of these are known; the text of a
//! new file. It must not know where the file lies.
//!
//! A link is known by the file of its page, by what is written there, and by why it leads nowhere. Lines do not count,
//! nor how often it stands on the page, nor the versions that show it: a new version inherits old pages, and nobody has
//! broken a link by cutting one.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::diagnostic::BrokenLink;

/// The form of the file. Another number means another form.
const FORM: u32 = 1;

/// A broken link.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file of the page, from the site's folder.
    pub page: String,
    /// As written.
    pub link: String,
    /// The name of the cause.
    pub cause: String,
}

impl From<&BrokenLink> for Entry {
    fn from(link: &BrokenLink) -> Self {
        Self {
            page: link.page.clone(),
            link: link.written.clone(),
            cause: link.cause.name.to_owned(),
        }
    }
}

/// Which broken links a build says nothing of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Known {
    /// None; what they are is for the site's settings to say.
    #[default]
    Nothing,
    /// These; every other one is an error, whatever the site's settings say.
    Listed(BTreeSet<Entry>),
    /// All: they are about to be listed.
    All,
}

impl Known {
    /// Whether a broken link is known.
    pub fn has(&self, entry: &Entry) -> bool {
        match self {
            Self::Nothing => false,
            Self::Listed(entries) => entries.contains(entry),
            Self::All => true,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    docproof_links_baseline: u32,
    links: Vec<Entry>,
}

/// Reads a file's text.
///
/// # Errors
/// When it is not such a file: the place as `line 3, column 5`, and what is wrong there.
pub fn read(text: &str) -> Result<BTreeSet<Entry>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: File = serde_json::from_str(text).map_err(|error| {
        let words = error.to_string();
        // serde_json names the place at the end of its words.
        let what = words.split(" at line ").next().unwrap_or(&words);
        format!("line {}, column {}: {what}", error.line(), error.column())
    })?;
    if file.docproof_links_baseline != FORM {
        return Err(format!(
            "its form is {}, and this docproof knows form {FORM}",
            file.docproof_links_baseline
        ));
    }
    Ok(file.links.into_iter().collect())
}

/// The text of a file: one line for each link, in order, so that a difference between two files is a list of links.
pub fn write(entries: &BTreeSet<Entry>) -> String {
    let quoted = |text: &str| serde_json::to_string(text).expect("invariant: text is JSON");
    let mut text = format!("{{\n  \"docproof_links_baseline\": {FORM},\n  \"links\": [");
    for (n, entry) in entries.iter().enumerate() {
        let comma = if n == 0 { "" } else { "," };
        let Entry { page, link, cause } = entry;
        write!(
            text,
            "{comma}\n    {{ \"page\": {}, \"link\": {}, \"cause\": {} }}",
            quoted(page),
            quoted(link),
            quoted(cause)
        )
        .expect("invariant: writing to a string");
    }
    text.push_str(if entries.is_empty() {
        "]\n}\n"
    } else {
        "\n  ]\n}\n"
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(page: &str, link: &str, cause: &str) -> Entry {
        Entry {
            page: page.into(),
            link: link.into(),
            cause: cause.into(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let odd = [
            entry("docs/b.md", "../x y.md#\"q\"\\\n", "no-doc"),
            entry("docs/a.md", "./é.md", "case"),
            entry("docs/a.md", "./é.md", "no-anchor"),
        ];
        for n in 0..=odd.len() {
            let entries: BTreeSet<Entry> = odd[..n].iter().cloned().collect();
            let text = write(&entries);
            assert_eq!(read(&text), Ok(entries), "{text}");
            assert_eq!(text.lines().count(), 4 + n + usize::from(n > 0), "{text}");
        }
    }

    #[test]
    fn the_file_is_in_order_and_has_a_line_for_each_link() {
        let entries = [entry("b.md", "x", "no-doc"), entry("a.md", "y", "case")];
        let text = write(&entries.into_iter().collect());
        let want = "{
  \"docproof_links_baseline\": 1,
  \"links\": [
    { \"page\": \"a.md\", \"link\": \"y\", \"cause\": \"case\" },
    { \"page\": \"b.md\", \"link\": \"x\", \"cause\": \"no-doc\" }
  ]
}
";
        assert_eq!(text, want);
    }

    #[test]
    fn a_damaged_file_is_told_with_its_place() {
        let good = write(&[entry("a.md", "y", "case")].into_iter().collect());
        for (text, want) in [
            ("", "line 1, column 0: EOF while parsing a value"),
            ("[]", "line 1, column 2: invalid length 0"),
            (&good[..good.len() - 4], "line 5, column"),
            (
                &good.replace("baseline\": 1", "baseline\": 2"),
                "its form is 2",
            ),
            (&good.replace("\"link\"", "\"url\""), "line 4, column"),
            (
                &good.replace("cause\": \"case\"", "cause\": 4"),
                "line 4, column",
            ),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.starts_with(want), "{text}: {error}");
        }
    }
}
