//! What differs from run to run in printed text, and the words that stand for it.
//!
//! In: what a sample printed, or what its docs say that it prints. Out: the same text with `[TIME]`, `[ADDRESS]`, `[TEMP]`,
//! `[SITE]` and `[HOME]` in the place of what no two runs share. Both sides of a comparison pass through here, so docs may
//! show either the words or real values. A bare date and a bare number stay: they are what samples are about.

/// Folders that stand in printed text and are others on every machine. Without a trailing `/`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Surroundings {
    /// Where samples get their fresh folders: it and a sample's folder in it become `[TEMP]`.
    pub temp: Option<String>,
    /// The site's folder: `[SITE]`.
    pub site: Option<String>,
    /// The user's home: `[HOME]`.
    pub home: Option<String>,
}

/// Replaces what differs from run to run; drops colours, carriage returns, and white space at the ends of lines and of
/// the text.
pub fn normalise(text: &str, around: &Surroundings) -> String {
    let plain = anstream::adapter::strip_str(text).to_string();
    let text = without_folders(&plain.replace("\r\n", "\n"), around);
    let lines: Vec<String> = text.lines().map(|l| line(l.trim_end())).collect();
    let end = lines
        .iter()
        .rposition(|l| !l.is_empty())
        .map_or(0, |at| at + 1);
    lines[..end].join("\n")
}

/// Puts words in the place of folders, the longest first: the site may lie in the home folder.
fn without_folders(text: &str, around: &Surroundings) -> String {
    let mut folders = [
        (around.temp.as_deref(), "[TEMP]", true),
        (around.site.as_deref(), "[SITE]", false),
        (around.home.as_deref(), "[HOME]", false),
    ];
    folders.sort_by_key(|(folder, ..)| std::cmp::Reverse(folder.map_or(0, str::len)));
    let mut text = text.to_owned();
    for (folder, word, is_temp) in folders {
        // `/` alone would be found everywhere.
        if let Some(folder) = folder.filter(|f| f.len() > 1) {
            text = without_folder(&text, folder, word, is_temp);
        }
    }
    text
}

fn without_folder(text: &str, folder: &str, word: &str, is_temp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(folder) {
        let (before, found) = rest.split_at(at);
        let mut after = &found[folder.len()..];
        out.push_str(before);
        let whole = !out.ends_with(in_a_path) && !after.starts_with(in_a_name);
        if whole {
            if is_temp {
                after = behind_made_up_names(after);
            }
            out.push_str(word);
        } else {
            out.push_str(folder);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Leaves out the folder that a sample runs in, `/docproof-PID-N/NUMBER`, and one that the crate `tempfile` has named.
fn behind_made_up_names(path: &str) -> &str {
    let step = |path: &str, made_up: fn(&str) -> bool| -> Option<usize> {
        let inner = path.strip_prefix('/')?;
        let end = inner.find(|c| !in_a_name(c)).unwrap_or(inner.len());
        made_up(&inner[..end]).then_some(1 + end)
    };
    let mut rest = path;
    if let Some(end) = step(rest, |name| name.starts_with("docproof-")) {
        rest = &rest[end..];
        let number = step(rest, |name| name.bytes().all(|b| b.is_ascii_digit()));
        rest = &rest[number.unwrap_or_default()..];
    }
    let made = step(rest, |name| name.starts_with(".tmp"));
    &rest[made.unwrap_or_default()..]
}

/// Whether a character may belong to the name of a file or folder.
fn in_a_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn in_a_path(c: char) -> bool {
    in_a_name(c) || c == '/'
}

/// Replaces times and addresses in one line.
fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let found = if first.is_ascii_digit() && !out.ends_with(in_a_word) {
            volatile(rest)
        } else {
            None
        };
        if let Some((length, word)) = found {
            out.push_str(word);
            rest = &rest[length..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// What a number may be part of, so that no match starts in the middle of it.
fn in_a_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | ':')
}

/// Moves over what it knows, or gives up.
type Matcher = fn(&mut Scan<'_>) -> Option<()>;

/// A time or an address at the start of the text: its length in bytes, and the word for it.
fn volatile(text: &str) -> Option<(usize, &'static str)> {
    let kinds: [(Matcher, &str); 4] = [
        (address, "[ADDRESS]"),
        (date_and_time, "[TIME]"),
        (time_of_day, "[TIME]"),
        (duration, "[TIME]"),
    ];
    kinds.into_iter().find_map(|(matches, word)| {
        let mut scan = Scan { text, at: 0 };
        matches(&mut scan)?;
        let goes_on = scan
            .rest()
            .starts_with(|c: char| c.is_alphanumeric() || c == '_');
        (!goes_on).then_some((scan.at, word))
    })
}

/// `0x7ffd5e8a1b20`.
fn address(scan: &mut Scan<'_>) -> Option<()> {
    scan.word("0x")?;
    (scan.run(|c| c.is_ascii_hexdigit()) >= 6).then_some(())
}

/// `2026-01-31T12:34:56.789Z`, `2026-01-31 12:34 +01:00`.
fn date_and_time(scan: &mut Scan<'_>) -> Option<()> {
    scan.digits(4)?;
    scan.word("-")?;
    scan.digits(2)?;
    scan.word("-")?;
    scan.digits(2)?;
    scan.word("T").or_else(|| scan.word(" "))?;
    scan.digits(2)?;
    scan.word(":")?;
    scan.digits(2)?;
    scan.maybe(|scan| {
        scan.word(":")?;
        seconds(scan)
    });
    scan.maybe(zone);
    Some(())
}

/// `12:34:56`, `12:34:56.789`.
fn time_of_day(scan: &mut Scan<'_>) -> Option<()> {
    scan.digits(2)?;
    scan.word(":")?;
    scan.digits(2)?;
    scan.word(":")?;
    seconds(scan)?;
    scan.maybe(zone);
    Some(())
}

fn seconds(scan: &mut Scan<'_>) -> Option<()> {
    scan.digits(2)?;
    scan.maybe(|scan| {
        scan.word(".").or_else(|| scan.word(","))?;
        (scan.run(|c| c.is_ascii_digit()) > 0).then_some(())
    });
    Some(())
}

fn zone(scan: &mut Scan<'_>) -> Option<()> {
    scan.maybe(|scan| scan.word(" "));
    if scan.word("Z").or_else(|| scan.word("UTC")).is_some() {
        return Some(());
    }
    scan.word("+").or_else(|| scan.word("-"))?;
    scan.digits(2)?;
    scan.maybe(|scan| scan.word(":"));
    scan.digits(2)
}

/// `1.234ms`, `3s`, as the standard library writes a `Duration`.
fn duration(scan: &mut Scan<'_>) -> Option<()> {
    scan.run(|c| c.is_ascii_digit());
    scan.maybe(|scan| {
        scan.word(".")?;
        (scan.run(|c| c.is_ascii_digit()) > 0).then_some(())
    });
    // Both signs for micro are in use.
    ["ns", "\u{b5}s", "\u{3bc}s", "us", "ms", "s"]
        .iter()
        .find_map(|unit| scan.word(unit))
}

/// A place in a text that moves on as things match.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.rest().starts_with(word).then(|| self.at += word.len())
    }

    fn run(&mut self, matches: fn(char) -> bool) -> usize {
        let rest = self.rest();
        let length = rest.find(|c| !matches(c)).unwrap_or(rest.len());
        self.at += length;
        length
    }

    /// Exactly so many digits.
    fn digits(&mut self, count: usize) -> Option<()> {
        (self.run(|c| c.is_ascii_digit()) == count).then_some(())
    }

    /// Goes back to where it was when the part does not match.
    fn maybe(&mut self, part: impl FnOnce(&mut Self) -> Option<()>) {
        let before = self.at;
        if part(self).is_none() {
            self.at = before;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        let around = Surroundings {
            temp: Some("/tmp".into()),
            site: Some("/home/ann/site".into()),
            home: Some("/home/ann".into()),
        };
        assert_eq!(normalise(text, &around), want);
        assert_eq!(normalise(want, &around), want, "filters twice");
    }

    #[test]
    fn times() {
        check(
            "took 1.234ms, then 3s (2.1µs a call)",
            "took [TIME], then [TIME] ([TIME] a call)",
        );
        check("at 2026-01-31T12:34:56.789Z", "at [TIME]");
        check(
            "2026-01-31 12:34:56 +01:00 INFO started",
            "[TIME] INFO started",
        );
        check("2026-01-31 12:34 ok", "[TIME] ok");
        check("[12:34:56.789] hello", "[[TIME]] hello");
        check("12:34:56,789", "[TIME]");
    }

    #[test]
    fn what_samples_are_about_stays() {
        for text in [
            "2026-01-31",
            "3 sessions, 12:34",
            "v1.2.3s x3s 3st",
            "0xff 0x1234 0xdeadbeefs",
            "1.5 ms",
            "a:12:34:56",
            "100:00:00",
            "5",
            "/tmpx /var/tmp/x home/ann",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn addresses() {
        check("Foo(0x7ffd5e8a1b20) 0xABCDEF", "Foo([ADDRESS]) [ADDRESS]");
    }

    #[test]
    fn folders() {
        check("/tmp/.tmpAb3-x/data.db", "[TEMP]/data.db");
        check(
            "/tmp/docproof-123-0/7/.tmpAb3/a /tmp/docproof-1-0",
            "[TEMP]/a [TEMP]",
        );
        check(
            "in `/tmp/docproof-123-0/12`, of /tmp",
            "in `[TEMP]`, of [TEMP]",
        );
        check("/tmp/x/7", "[TEMP]/x/7");
        check("/home/ann/site/docs/a.md", "[SITE]/docs/a.md");
        check(
            "/home/ann/sites: /home/ann/.cargo",
            "[HOME]/sites: [HOME]/.cargo",
        );
        check("/home/anna", "/home/anna");
    }

    #[test]
    fn line_ends_colours_and_blanks() {
        check("a \r\n\u{1b}[31mred\u{1b}[0m\t\r\n\r\n", "a\nred");
        check("\n\na", "\n\na");
        check("", "");
    }
}
