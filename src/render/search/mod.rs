//! The search index of one version's pages: plain scripts that a page loads when its reader searches.
//!
//! In: pages with their sections. Out: files. `static/search.js` reads them; what stands in them is decided here. They are
//! scripts and not data so that a site opened from a folder can search, too, and each is small, so that a search costs what it
//! asks for and not what the site has.
//!
//! | file | what it hands to `docproofSearch` |
//! |---|---|
//! | `index.js` | the number of pages, the first term of each shard, the first page of each chunk, a hash of it all |
//! | `t<n>.js` | a shard: terms with the pages that have them |
//! | `e<n>.js` | words in the order of their reversed letters, to find one that was mistyped at its start |
//! | `p<n>.js` | a chunk: pages with title, address and sections, for the results |

mod postings;
pub mod sections;
pub mod terms;

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;
use serde::{Serialize, Serializer};

use crate::source::ContentHash;
use postings::{Place, Posting, encode, impact};
use sections::Section;
use terms::Kind;

/// A shard, or a list of endings, grows to about this size, in bytes.
const SHARD: usize = 12 << 10;
/// A chunk of pages grows to about this size, in bytes. A result needs one, and a search shows ten.
const CHUNK: usize = 10 << 10;
/// A term on more pages than this is listed for the best of them only. It tells little about any of them.
const MOST: usize = 2_000;
/// So much prose of a section is kept for excerpts, in characters.
const EXCERPT: usize = 600;
/// A word of fewer letters is not looked up by its ending: too much would be within one typing error.
const ENDING: usize = 5;

/// A page.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// Its address below the site's root.
    pub path: String,
    /// Its title.
    pub title: &'a str,
    /// The names of the categories that it is in, from the outermost.
    pub trail: Vec<&'a str>,
    /// Its text.
    pub sections: &'a [Section],
    /// What it contributes to the index.
    pub terms: &'a PageTerms,
}

/// What a page contributes to the index. It depends on nothing but the page, so it can be made side by side and remembered.
/// There is one for each page of a site, so it is packed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PageTerms {
    /// The terms, sorted, one behind the other.
    text: Box<str>,
    /// Where each ends, and its weight.
    ends: Box<[(u32, Weight)]>,
    /// How many words the page has.
    words: u32,
}

impl PageTerms {
    fn iter(&self) -> impl Iterator<Item = (&str, Weight)> {
        let mut start = 0;
        self.ends.iter().map(move |(end, weight)| {
            let end = *end as usize;
            let term = &self.text[start..end];
            start = end;
            (term, *weight)
        })
    }
}

/// How much a term stands for a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Weight {
    /// How often, each occurrence weighted by where it stands.
    count: u16,
    /// The best place that it has.
    place: Place,
    /// Nowhere a word, or only in code.
    only_identifier: bool,
}

/// Where a term stands: title > heading > identifier > body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Heading,
    Body,
    Code,
}

/// The terms of a page.
pub fn page_terms(title: &str, sections: &[Section]) -> PageTerms {
    let mut found: HashMap<Box<str>, Weight> = HashMap::new();
    let mut words = 0;
    let mut read = |text: &str, field: Field| {
        terms::terms(text, |term, kind| {
            words += u32::from(kind == Kind::Word);
            let weight = match (field, kind) {
                (Field::Title, _) => 10,
                (Field::Heading, _) => 5,
                (Field::Body, Kind::Identifier) => 2,
                (Field::Body | Field::Code, _) => 1,
            };
            let entry = match found.get_mut(term) {
                Some(entry) => entry,
                None => found.entry(term.into()).or_insert(Weight {
                    only_identifier: true,
                    ..Weight::default()
                }),
            };
            entry.count = entry.count.saturating_add(weight);
            entry.place = entry.place.max(match field {
                Field::Title => Place::Title,
                Field::Heading => Place::Heading,
                Field::Body | Field::Code => Place::Text,
            });
            entry.only_identifier &= kind != Kind::Word || field == Field::Code;
        });
    };
    read(title, Field::Title);
    for section in sections {
        read(&section.title, Field::Heading);
        read(&section.text, Field::Body);
        read(&section.code, Field::Code);
    }
    let headings = sections
        .iter()
        .map(|section| (&*section.title, Place::Heading));
    for (name, place) in std::iter::once((title, Place::Title)).chain(headings) {
        let name = terms::name(name);
        if !name.is_empty() {
            let entry = found.entry(name.into()).or_default();
            let weight = if place == Place::Title { 10 } else { 5 };
            entry.count = entry.count.saturating_add(weight);
            entry.place = entry.place.max(place);
            entry.only_identifier = true;
        }
    }
    let mut terms: Vec<_> = found.into_iter().collect();
    terms.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut text = String::new();
    let ends = terms
        .into_iter()
        .map(|(term, weight)| {
            text.push_str(&term);
            (
                u32::try_from(text.len()).expect("invariant: less than a text"),
                weight,
            )
        })
        .collect();
    PageTerms {
        text: text.into(),
        ends,
        words,
    }
}

/// Takes a file of an index: its name below the index's folder, and its text. Called from several threads.
pub type Take<'a> = &'a (dyn Fn(&str, String) -> Result<(), String> + Sync);

/// Makes the files of an index and hands each to `take` at once.
///
/// # Errors
/// When a file is not taken.
pub fn files(pages: &[Page<'_>], take: Take<'_>) -> Result<(), String> {
    let merged = merge(pages);
    let endings = endings(&merged);
    let shards = shards(merged, pages.len());
    let chunks = chunks(pages);
    let shard = |n: usize| {
        script(&Shard {
            shard: n,
            terms: Terms(&shards.parts[n]),
        })
    };
    let ending = |n: usize| {
        script(&Ending {
            ending: n,
            words: endings.parts[n].join(" "),
        })
    };
    let chunk = |n: usize| {
        let shown = pages[chunks.parts[n].clone()].iter().map(shown).collect();
        script(&Chunk {
            chunk: n,
            pages: shown,
        })
    };
    let put = |kind: &str, n: usize, text: String| {
        let hash = ContentHash::of(text.as_bytes());
        take(&format!("{kind}{n}.js"), text).map(|()| hash)
    };
    let all = |kind: &str, count: usize, make: &(dyn Fn(usize) -> String + Sync)| {
        let numbers = (0..count).into_par_iter();
        numbers
            .map(|n| put(kind, n, make(n)))
            .collect::<Result<Vec<_>, _>>()
    };
    let mut hashes = all("t", shards.parts.len(), &shard)?;
    hashes.extend(all("e", endings.parts.len(), &ending)?);
    hashes.extend(all("p", chunks.parts.len(), &chunk)?);
    let hash = ContentHash::of_parts(hashes.iter().map(|hash| &hash.0[..])).to_string();
    let index = Index {
        pages: pages.len(),
        terms: shards.firsts,
        endings: endings.firsts,
        chunks: chunks.firsts,
        hash: &hash[..8],
    };
    take("index.js", script(&index))
}

/// Parts of a kind of file, and what each begins with.
struct Parted<P, F> {
    parts: Vec<P>,
    firsts: Vec<F>,
}

#[derive(Serialize)]
struct Index<'a> {
    pages: usize,
    terms: Vec<String>,
    endings: Vec<String>,
    chunks: Vec<usize>,
    hash: &'a str,
}

#[derive(Serialize)]
struct Shard<'a> {
    shard: usize,
    terms: Terms<'a>,
}

/// Written as a table.
struct Terms<'a>(&'a [(&'a str, String)]);

impl Serialize for Terms<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(term, list)| (term, list)))
    }
}

#[derive(Serialize)]
struct Ending {
    ending: usize,
    words: String,
}

#[derive(Serialize)]
struct Chunk<'a> {
    chunk: usize,
    pages: Vec<Shown<'a>>,
}

/// Address, title, trail, and sections as anchor, title, text.
type Shown<'a> = (
    &'a str,
    &'a str,
    &'a [&'a str],
    Vec<(&'a str, &'a str, &'a str)>,
);

fn script(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("invariant: texts and numbers");
    let mut text = String::with_capacity(json.len() + 32);
    text.push_str("docproofSearch(");
    let mut from = 0;
    // `<` cannot end a script that somebody puts into a page; the other two are line ends for old engines.
    for (at, odd) in json.match_indices(['<', '\u{2028}', '\u{2029}']) {
        text.push_str(&json[from..at]);
        text.push_str(match odd {
            "<" => "\\u003c",
            "\u{2028}" => "\\u2028",
            _ => "\\u2029",
        });
        from = at + odd.len();
    }
    text.push_str(&json[from..]);
    text.push_str(");\n");
    text
}

/// The terms in order, each with the pages that have it and whether it may be a word.
type Merged<'a> = Vec<(&'a str, Vec<Posting>, bool)>;

fn average(pages: &[Page<'_>]) -> f32 {
    let total: u64 = pages.iter().map(|page| u64::from(page.terms.words)).sum();
    (total as f32 / pages.len().max(1) as f32).max(1.0)
}

fn merge<'a>(pages: &[Page<'a>]) -> Merged<'a> {
    let average = average(pages);
    let mut index: HashMap<&str, (Vec<Posting>, bool)> = HashMap::new();
    for (number, page) in pages.iter().enumerate() {
        let length = page.terms.words as f32 / average;
        for (term, weight) in page.terms.iter() {
            let (postings, word) = index.entry(term).or_default();
            let page = u32::try_from(number).expect("invariant: a number of pages");
            let impact = impact(weight.count, weight.place, length);
            postings.push(Posting::new(page, impact));
            *word |= !weight.only_identifier;
        }
    }
    let mut merged: Merged<'_> = index
        .into_iter()
        .map(|(term, (postings, word))| (term, postings, word))
        .collect();
    merged.par_sort_unstable_by_key(|(term, ..)| *term);
    merged
}

fn shards(index: Merged<'_>, pages: usize) -> Parted<Vec<(&str, String)>, String> {
    let lists: Vec<(&str, String)> = index
        .into_par_iter()
        .map(|(term, postings, _)| (term, encode(&postings, MOST.min(pages))))
        .collect();
    let mut made = Parted {
        parts: Vec::new(),
        firsts: Vec::new(),
    };
    let mut size = 0;
    let mut last = "";
    for (term, list) in lists {
        let more = term.len() + list.len() + 6;
        if made.parts.is_empty() || size + more > SHARD {
            made.firsts.push(boundary(last, term).to_owned());
            made.parts.push(Vec::new());
            size = 0;
        }
        size += more;
        made.parts
            .last_mut()
            .expect("invariant: just made")
            .push((term, list));
        last = term;
    }
    made
}

/// The shortest start of `next` that comes after `last`.
fn boundary<'a>(last: &str, next: &'a str) -> &'a str {
    let ends = next.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.map(|end| &next[..end])
        .find(|start| *start > last)
        .unwrap_or(next)
}

/// Words by their last letters.
fn endings<'a>(index: &Merged<'a>) -> Parted<Vec<&'a str>, String> {
    let mut words: Vec<(String, &str)> = index
        .iter()
        .filter(|(term, _, word)| *word && term.chars().count() >= ENDING)
        .map(|(term, ..)| (term.chars().rev().collect(), *term))
        .collect();
    words.par_sort_unstable();
    let mut made = Parted {
        parts: Vec::new(),
        firsts: Vec::new(),
    };
    let mut size = 0;
    let mut last = "";
    for (reversed, word) in &words {
        if made.parts.is_empty() || size + word.len() + 1 > SHARD {
            made.firsts.push(boundary(last, reversed).to_owned());
            made.parts.push(Vec::new());
            size = 0;
        }
        size += word.len() + 1;
        made.parts
            .last_mut()
            .expect("invariant: just made")
            .push(*word);
        last = reversed;
    }
    made
}

/// The pages for the results.
fn chunks(pages: &[Page<'_>]) -> Parted<Range<usize>, usize> {
    let mut made: Parted<Range<usize>, usize> = Parted {
        parts: Vec::new(),
        firsts: Vec::new(),
    };
    let mut size = 0;
    for (number, page) in pages.iter().enumerate() {
        let sections = page
            .sections
            .iter()
            .map(|s| s.anchor.len() + s.title.len() + s.text.len() + 12);
        let length = sections.sum::<usize>() + page.path.len() + page.title.len();
        match made.parts.last_mut() {
            Some(open) if size + length <= CHUNK => *open = open.start..number + 1,
            _ => {
                made.firsts.push(number);
                made.parts.push(number..number + 1);
                size = 0;
            }
        }
        size += length;
    }
    made
}

fn shown<'a>(page: &'a Page<'_>) -> Shown<'a> {
    let sections = page
        .sections
        .iter()
        .map(|s| (&*s.anchor, &*s.title, &*s.text))
        .collect();
    (&page.path, page.title, &page.trail, sections)
}

/// Leaves of each section what the results show.
pub fn excerpts(sections: &mut [Section]) {
    for section in sections {
        let kept = cut(&section.text).len();
        section.text.truncate(kept);
        section.text.shrink_to_fit();
        section.code = String::new();
    }
}

/// The beginning of a text, up to a word's end.
fn cut(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(EXCERPT) else {
        return text;
    };
    text[..end]
        .rfind(' ')
        .map_or(&text[..end], |at| &text[..at])
}

#[cfg(test)]
mod tests;
