//! The releases of a docset as an Atom feed (RFC 4287).
//!
//! In: the parse of a changelog, and where its links lead. Out: its releases, what is wrong with them, and the feed's XML.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::date::Date;
use crate::diagnostic::Problem;
use crate::markdown::{CodeBlock, Heading, ParsedDoc, Piece, escape, escape_into};
use crate::site::urls::encode;

/// The name of a feed's file, in the folder of its docset.
pub const NAME: &str = "releases.atom";
/// A feed holds the newest releases. Nobody reads more, and everybody's program loads it every hour.
const MOST: usize = 50;

/// A release: a heading and what stands below it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Release {
    /// Its version, as in `2.0.1`.
    pub name: String,
    /// Its day.
    pub date: Date,
    /// The id of its heading.
    pub anchor: String,
    /// Its pieces of the parse.
    pieces: Range<usize>,
}

/// The releases of a changelog, newest first. A heading of a version that has no day is left out and told of.
pub fn releases(doc: &ParsedDoc) -> (Vec<Release>, Vec<Problem>) {
    let mut all: Vec<Release> = Vec::new();
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    // The level of the heading that the pieces at hand belong to, if it is a release that is shown.
    let mut open: Option<u8> = None;
    for (at, piece) in doc.pieces.iter().enumerate() {
        if let Piece::HeadingOpen(n) = piece {
            let heading = &doc.headings[*n as usize];
            let found = version_and_day(&heading.text);
            if found.is_some() || open.is_some_and(|level| heading.level <= level) {
                open = None;
            }
            match found {
                Some((name, Ok(date))) if seen.insert(name.to_owned()) => {
                    open = Some(heading.level);
                    all.push(Release {
                        name: name.to_owned(),
                        date,
                        anchor: heading.id.clone(),
                        pieces: at..at,
                    });
                }
                Some((name, Ok(_))) => problems.push(twice(heading, name)),
                Some((name, Err(why))) => problems.push(why.problem(heading, name)),
                None => {}
            }
        }
        if let (Some(_), Some(release)) = (open, all.last_mut()) {
            release.pieces.end = at + 1;
        }
    }
    // The heading itself is the title of the entry.
    for release in &mut all {
        let pieces = &doc.pieces[release.pieces.clone()];
        let close = pieces
            .iter()
            .position(|p| matches!(p, Piece::HeadingClose(_)));
        release.pieces.start += close.map_or(0, |at| at + 1);
    }
    all.sort_by_key(|release| std::cmp::Reverse(release.date));
    all.truncate(MOST);
    (all, problems)
}

fn twice(heading: &Heading, name: &str) -> Problem {
    let message = format!("the release `{name}` is listed twice");
    Problem::warning("changelog", heading.range.clone(), message)
        .hint("the feed has the first of them, since each release has one entry")
}

/// Why a release has no day.
enum NoDay<'a> {
    None,
    Impossible(&'a str),
}

impl NoDay<'_> {
    fn problem(&self, heading: &Heading, name: &str) -> Problem {
        let message = match self {
            Self::None => format!("the release `{name}` has no date, so it is not in the feed"),
            Self::Impossible(day) => {
                format!("the release `{name}` is not in the feed: there is no day `{day}`")
            }
        };
        Problem::warning("changelog", heading.range.clone(), message).hint(format!(
            "write year, month and day, as in `## {name} - 2026-11-01`"
        ))
    }
}

/// The version that a heading begins with, and its day; none for other headings, such as "Unreleased".
fn version_and_day(text: &str) -> Option<(&str, Result<Date, NoDay<'_>>)> {
    let text = text.trim().trim_start_matches('[');
    let words = ["Version ", "version ", "Release ", "release "];
    let text = words
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(text);
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let end = text.find(|c: char| c.is_whitespace() || "](),:".contains(c));
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    let numbers = name.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let day = day(rest);
    let dotted = numbers.contains('.') && numbers.split('.').take(2).all(number);
    let is_version =
        dotted || (number(numbers) && name == numbers && !matches!(day, Err(NoDay::None)));
    is_version.then_some((name, day))
}

/// The first day in a text.
fn day(text: &str) -> Result<Date, NoDay<'_>> {
    let shape = |at: &usize| text.get(*at..*at + 10).is_some_and(Date::has_shape);
    let at = (0..text.len()).find(shape).ok_or(NoDay::None)?;
    let written = &text[at..at + 10];
    Date::parse(written).ok_or(NoDay::Impossible(written))
}

/// A release as HTML that needs no style sheet and no script. `hrefs` has the whole address of each link of the doc.
pub fn html(doc: &ParsedDoc, release: &Release, hrefs: &[String]) -> String {
    let mut out = String::new();
    for piece in &doc.pieces[release.pieces.clone()] {
        match *piece {
            Piece::Html { start, end } => out.push_str(&doc.html[start as usize..end as usize]),
            Piece::Href(n) => escape_into(&mut out, &hrefs[n as usize]),
            Piece::Image(n) => {
                let (href, alt) = (
                    escape(&hrefs[n as usize]),
                    escape(&doc.links[n as usize].alt),
                );
                out.push_str(&format!("<img src=\"{href}\" alt=\"{alt}\">"));
            }
            Piece::HeadingOpen(n) => {
                out.push_str(&format!("<h{}>", doc.headings[n as usize].level))
            }
            Piece::HeadingClose(n) => {
                out.push_str(&format!("</h{}>\n", doc.headings[n as usize].level))
            }
            Piece::Code(n) => code(&mut out, &doc.codes[n as usize]),
            Piece::PanelOpen(tabs, n) => {
                let label = escape(&doc.tabs[tabs as usize][n as usize]);
                out.push_str(&format!("<p><strong>{label}</strong></p>\n"));
            }
            Piece::TabsOpen(_) | Piece::PanelClose | Piece::TabsClose => {}
        }
    }
    out.trim().to_owned()
}

fn code(out: &mut String, block: &CodeBlock) {
    let lines = block.text.split('\n').zip(&block.lines);
    let shown = lines.filter(|(_, mark)| !mark.hidden).map(|(line, _)| line);
    out.push_str("<pre><code>");
    escape_into(out, &shown.collect::<Vec<_>>().join("\n"));
    out.push_str("</code></pre>\n");
}

/// A feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Feed {
    /// Its path under the site's root.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Its own address, which is its id.
    pub address: String,
    /// The page for people.
    pub home: String,
    /// Who speaks.
    pub author: String,
    /// Newest first.
    pub entries: Vec<Entry>,
}

/// An entry of a feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The version.
    pub name: String,
    /// For people.
    pub title: String,
    /// Where to read it.
    pub href: String,
    /// Its day.
    pub date: Date,
    /// Its text as HTML.
    pub html: String,
}

impl Feed {
    /// As XML. An entry is known by the feed's address and its version, which stay when a text or a title changes.
    pub fn xml(&self) -> String {
        let newest = self.entries.iter().map(|entry| moment(entry.date)).max();
        let newest = newest.unwrap_or_else(|| "1970-01-01T00:00:00Z".into());
        let [title, address, home, author] =
            [&self.title, &self.address, &self.home, &self.author].map(|text| xml_text(text));
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>{address}</id>\n<title>{title}</title>\n<updated>{newest}</updated>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"{address}\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"{home}\"/>\n<author><name>{author}</name></author>\n"
        );
        for entry in &self.entries {
            let id = xml_text(&format!("{}#{}", self.address, encode(&entry.name)));
            let [title, href, html] =
                [&entry.title, &entry.href, &entry.html].map(|text| xml_text(text));
            let date = moment(entry.date);
            xml.push_str(&format!(
                "<entry>\n<id>{id}</id>\n<title>{title}</title>\n<updated>{date}</updated>\n<published>{date}</published>\n<link rel=\"alternate\" type=\"text/html\" href=\"{href}\"/>\n<content type=\"html\">{html}</content>\n</entry>\n"
            ));
        }
        xml.push_str("</feed>\n");
        xml
    }
}

/// The beginning of a day.
fn moment(date: Date) -> String {
    format!("{date}T00:00:00Z")
}

/// A text for XML, without the characters that XML cannot hold.
fn xml_text(text: &str) -> String {
    let allowed = |c: &char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    escape(&text.chars().filter(allowed).collect::<String>())
}
