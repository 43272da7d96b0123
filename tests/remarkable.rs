//! The v1 dialect against remarkable 1.7.4 itself, run by Node.js with the options of Docusaurus v1.
//!
//! In: the texts of `tests/remarkable/cases.md`, one rule each, and texts that are put together at random of their lines and of
//! some more. Out: where the elements and words of the two differ. Needs Node.js and `npm ci --prefix tests/browser`; what lacks
//! them says so and passes, unless `DOCPROOF_REQUIRE_BROWSER` is set. `DOCPROOF_RANDOM_TEXTS=N` asks for more texts.

#![expect(clippy::unwrap_used, reason = "a test says enough with a panic")]

mod remarkable {
    pub mod html;
}

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use docproof::config::Dialect;
use docproof::markdown::parse;
use remarkable::html::{elements, page};

/// What parts two cases, and what begins the reason why a case differs.
const NEXT: &str = "\n=====\n";
const DIFFERS: &str = "differs: ";

/// A text, and why it differs, if it does.
struct Case {
    text: String,
    reason: Option<String>,
}

fn cases() -> Vec<Case> {
    let all = include_str!("remarkable/cases.md");
    let (_, all) = all.split_once(NEXT).unwrap();
    all.split(NEXT)
        .map(|case| match case.strip_prefix(DIFFERS) {
            Some(rest) => {
                let (reason, text) = rest.split_once('\n').unwrap();
                Case {
                    text: format!("{text}\n"),
                    reason: Some(reason.to_owned()),
                }
            }
            None => Case {
                text: format!("{case}\n"),
                reason: None,
            },
        })
        .collect()
}

/// What remarkable makes of some texts; `None` where a tool is missing.
fn by_remarkable(texts: &[&str]) -> Option<Vec<String>> {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let child = Command::new("node")
        .arg(harness.join("remarkable.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        left_out("left out: there is no Node.js");
        return None;
    };
    let input = serde_json::to_string(texts).unwrap();
    // A program that ends early closes the pipe; what it says tells why.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    match output.status.code() {
        Some(0) => Some(serde_json::from_str(&said).unwrap()),
        Some(3) => {
            left_out(&said);
            None
        }
        _ => panic!("remarkable.mjs failed: {said}"),
    }
}

/// Says what is missing, and fails where nothing may be.
fn left_out(what: &str) {
    let required = std::env::var_os("DOCPROOF_REQUIRE_BROWSER").is_some();
    assert!(!required, "{what}");
    eprintln!("{what}");
}

/// What the two make of a text, when it is not the same.
fn difference(text: &str, theirs: &str) -> Option<String> {
    let ours = page(&parse(text, Dialect::DocusaurusV1));
    let (ours, theirs) = (elements(&ours), elements(theirs));
    (ours != theirs).then(|| {
        let n = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
        let from = n.saturating_sub(3);
        let part = |all: &[String]| all[from.min(all.len())..(n + 6).min(all.len())].join(" ");
        format!(
            "--- the text\n{text}--- remarkable: {}\n--- ours:       {}\n",
            part(&theirs),
            part(&ours)
        )
    })
}

#[test]
fn each_rule_is_remarkables() {
    let cases = cases();
    let texts: Vec<&str> = cases.iter().map(|case| case.text.as_str()).collect();
    let Some(theirs) = by_remarkable(&texts) else {
        return;
    };
    let mut failures = String::new();
    for (case, theirs) in cases.iter().zip(&theirs) {
        match (difference(&case.text, theirs), &case.reason) {
            (Some(difference), None) => failures.push_str(&difference),
            (None, Some(reason)) => {
                failures.push_str(&format!(
                    "no difference any more ({reason}):\n{}",
                    case.text
                ));
            }
            _ => {}
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Numbers that are the same in each run (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let wide = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(wide).unwrap() % n
    }
}

const INDENTS: [&str; 8] = ["", "", "", "  ", "   ", "    ", "\t", "> "];
const MARKS: [&str; 12] = [
    "- ", "* ", "1. ", "2) ", "> ", "# ", "### ", "-   ", "10.  ", "- - ", "> > ", "[^n]: ",
];
const WORDS: [&str; 40] = [
    "word",
    "two words",
    "*em*",
    "**strong**",
    "***both***",
    "_a_b_",
    "`code`",
    "``a`b``",
    "[a](b.md)",
    "[x][ref]",
    "[ref]",
    "![i](j.png \"t\")",
    "<b>h</b>",
    "<br>",
    "<img src=\"a.png\">",
    "<!-- c -->",
    "https://a.example/x",
    "www.example.com.",
    "a@b.example",
    "~~del~~",
    "&amp;",
    "\\*",
    "a  ",
    "é",
    "|",
    "a | b",
    "*",
    "**",
    "_",
    "[",
    "](",
    "<div>",
    "</div>",
    "~~",
    "`",
    "[^n]",
    "&copy",
    "\\",
    "a*b",
    "__c__",
];
const LINES: [&str; 24] = [
    "",
    "",
    "",
    "---",
    "===",
    "***",
    "```",
    "~~~js",
    "|---|---|",
    "a|b",
    "--|--",
    "<div>",
    "<p>x",
    "<img src=\"x.png\">",
    "<a href=\"y\">z</a>",
    "<!-- a",
    "-->",
    "    code",
    "[ref]: /url \"title\"",
    "[^n]: note",
    "- a",
    "1. b",
    "2. c",
    "> q",
];

/// A text of lines that mean something.
fn random_text(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..1 + random.below(8) {
        for _ in 0..random.below(3) {
            text.push_str(INDENTS[random.below(INDENTS.len())]);
        }
        match random.below(5) {
            0 | 1 => text.push_str(LINES[random.below(LINES.len())]),
            n => {
                if n == 2 {
                    text.push_str(MARKS[random.below(MARKS.len())]);
                }
                for word in 0..1 + random.below(4) {
                    if word > 0 && random.below(3) > 0 {
                        text.push(' ');
                    }
                    text.push_str(WORDS[random.below(WORDS.len())]);
                }
            }
        }
        text.push('\n');
    }
    text
}

#[test]
fn random_texts_are_remarkables() {
    let count = std::env::var("DOCPROOF_RANDOM_TEXTS").map_or(4000, |n| n.parse().unwrap());
    let mut random = Random(0x0dd0_c5ee_d000_0001);
    // A definition of a footnote in another one lets text out of it there.
    let texts: Vec<String> = (0..count)
        .map(|_| random_text(&mut random))
        .filter(|text| text.matches("[^n]:").count() < 2)
        .collect();
    let views: Vec<&str> = texts.iter().map(String::as_str).collect();
    let Some(theirs) = by_remarkable(&views) else {
        return;
    };
    let mut differences: Vec<String> = texts
        .iter()
        .zip(&theirs)
        .filter_map(|(text, theirs)| difference(text, theirs))
        .collect();
    let count = differences.len();
    differences.sort_by_key(String::len);
    differences.truncate(12);
    assert!(
        count == 0,
        "{count} of {} differ, the shortest:\n{}",
        texts.len(),
        differences.join("\n")
    );
}
