//! A page of the guide: its text, its sections, and the parts of it that are made.

use std::fs;
use std::path::PathBuf;

const REFRESH: &str = "UPDATE_SNAPSHOTS=1 cargo test --test reference";

/// A page of `guide/docs/`.
pub struct Page {
    name: &'static str,
    pub text: String,
}

impl Page {
    /// Reads a page.
    pub fn read(name: &'static str) -> Self {
        let text = fs::read_to_string(path(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        Self { name, text }
    }

    /// The text between a heading, which is given as it stands there, and the next one of its level or above.
    pub fn section(&self, heading: &str) -> &str {
        let start = format!("\n{heading}\n");
        let at = self.text.find(&start);
        let at = at.unwrap_or_else(|| panic!("{}: no heading `{heading}`", self.name));
        let rest = &self.text[at + start.len()..];
        let level = heading.bytes().take_while(|b| *b == b'#').count();
        let ends = (1..=level).filter_map(|n| rest.find(&format!("\n{} ", "#".repeat(n))));
        &rest[..ends.min().unwrap_or(rest.len())]
    }

    /// Compares the page with what it should be; with `UPDATE_SNAPSHOTS` set, writes it.
    pub fn must_be(self, wanted: &str) {
        if self.text == wanted {
            return;
        }
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            fs::write(path(self.name), wanted).expect("the page can be written");
            return;
        }
        let differs = wanted
            .lines()
            .zip(self.text.lines())
            .enumerate()
            .find(|(_, (new, old))| new != old);
        panic!(
            "{} is not current: {REFRESH}\n(line, (made, on the page)): {differs:?}",
            self.name
        );
    }
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("guide/docs/{name}.md"))
}

/// Replaces what stands between two lines, the first time behind `from`. The opening line may go on.
#[track_caller]
pub fn splice(text: &str, from: usize, opening: &str, closing: &str, new: &str) -> String {
    let start = text[from..].find(&format!("\n{opening}"));
    let start = from + start.unwrap_or_else(|| panic!("no line `{opening}`")) + 1;
    let line = text[start..].find('\n').unwrap_or(text.len() - start - 1);
    let start = start + line + 1;
    let end = text[start..].find(closing);
    let end = start + end.unwrap_or_else(|| panic!("no `{closing}` behind `{opening}`"));
    format!("{}{new}{}", &text[..start], &text[end..])
}
