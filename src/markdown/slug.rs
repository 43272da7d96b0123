//! Heading ids.
//!
//! In: a heading's text (or its raw Markdown, for v1). Out: an id that no other heading of the page has.
//! Rules: GitHub's for the `docproof` dialect; Docusaurus 1.12's (toSlug) for `docusaurus-v1`; mdBook 0.5's for `mdbook`.

use std::collections::HashSet;

use unicode_normalization::char::is_combining_mark;

/// Hands out ids for one page.
#[derive(Debug, Default)]
pub struct Slugs {
    taken: HashSet<String>,
    next: std::collections::HashMap<String, usize>,
}

impl Slugs {
    /// Takes an id as it is; false when it was taken already.
    pub fn take(&mut self, id: &str) -> bool {
        self.taken.insert(id.to_owned())
    }

    /// Takes `base`, or `base-1`, `base-2`, ... whichever is free first.
    pub fn unique(&mut self, base: &str) -> String {
        if !base.is_empty() && self.take(base) {
            return base.to_owned();
        }
        let stem = if base.is_empty() { "section" } else { base };
        if base.is_empty() && self.take(stem) {
            return stem.to_owned();
        }
        // Remembering where the last search ended keeps 10,000 equal headings linear.
        let mut n = self.next.get(stem).copied().unwrap_or(1);
        loop {
            let candidate = format!("{stem}-{n}");
            n += 1;
            if self.take(&candidate) {
                self.next.insert(stem.to_owned(), n);
                return candidate;
            }
        }
    }
}

/// GitHub's rule: lower case; letters, numbers, marks, `_` and `-` stay, spaces become `-`, the rest goes.
pub fn github(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if c.is_alphanumeric() || matches!(c, '_' | '-') || is_mark(c) {
            id.extend(c.to_lowercase());
        } else if c == ' ' {
            id.push('-');
        }
    }
    id
}

/// mdBook's rule (`id_from_content`): lower case; letters, numbers, `_` and `-` stay, white space becomes `-`, the rest goes.
pub fn mdbook(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let kept = lower.chars().filter_map(|c| match c {
        c if c.is_alphanumeric() || matches!(c, '_' | '-') => Some(c),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    });
    kept.collect()
}

/// Combining marks of the common blocks: they belong to the letter before them.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f | 0x483..=0x487 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f | 0x93a..=0x94f | 0xe31 | 0xe34..=0xe3a | 0xe47..=0xe4e | 0x20d0..=0x20f0 | 0x3099 | 0x309a | 0xfe00..=0xfe0f)
}

/// The rule of Docusaurus 1.12, on the raw Markdown of the heading. Nothing but marks gives an empty id.
pub fn docusaurus_v1(raw: &str) -> String {
    let original = raw.trim();
    let mut id = String::with_capacity(original.len());
    for c in original.to_lowercase().chars() {
        match fold(c) {
            '\'' | '’' | '.' | '(' | '?' => {}
            c if is_v1_word(c) => id.push(c),
            _ if id.ends_with('-') => {}
            _ => id.push('-'),
        }
    }
    let id = id.strip_prefix('-').unwrap_or(&id);
    let id = id.strip_suffix('-').unwrap_or(id);
    let spaced_dot = original
        .char_indices()
        .any(|(at, c)| c.is_whitespace() && original[at + c.len_utf8()..].starts_with('.'));
    if spaced_dot {
        format!("{id}-")
    } else {
        id.to_owned()
    }
}

/// Letters, numbers and `_`. JavaScript sees a character behind U+FFFF as two that are neither.
fn is_v1_word(c: char) -> bool {
    c == '_'
        || (c.is_alphanumeric()
            && (c.is_ascii()
                || (c <= '\u{ffff}' && !is_combining_mark(c) && !('Ⓐ'..='ⓩ').contains(&c))))
}

/// The ids of a page of the v1 dialect, for its headings in order: what each would be called, and the tab panel that it stands
/// in, 0 for none. In v1 each panel counts for itself, as if it were a page, and so does the page without its panels. That can
/// give one id to two headings; then one in a panel gets the next id that is free, so that ids are unique.
/// An empty id stays empty.
pub fn v1_ids(headings: &[(String, usize)]) -> Vec<String> {
    let mut ids = vec![String::new(); headings.len()];
    let mut page = Slugs::default();
    let named = || {
        headings
            .iter()
            .zip(0..)
            .filter(|((base, _), _)| !base.is_empty())
    };
    for ((base, _), n) in named().filter(|((_, panel), _)| *panel == 0) {
        ids[n] = page.unique(base);
    }
    let (mut own, mut at) = (Slugs::default(), 0);
    for ((base, panel), n) in named().filter(|((_, panel), _)| *panel > 0) {
        if at != *panel {
            (own, at) = (Slugs::default(), *panel);
        }
        let id = own.unique(base);
        ids[n] = if page.take(&id) { id } else { page.unique(&id) };
    }
    ids
}

/// The letters that v1 maps to ASCII.
fn fold(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ä' => 'a',
        'è' | 'é' | 'ë' | 'ê' => 'e',
        'ì' | 'í' | 'ï' | 'î' => 'i',
        'ò' | 'ó' | 'ö' | 'ô' => 'o',
        'ù' | 'ú' | 'ü' | 'û' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn github_ids() {
        for (text, id) in [
            ("Hello, World!", "hello-world"),
            ("a  b", "a--b"),
            ("What's new?", "whats-new"),
            ("Émile & café", "émile--café"),
            ("`get_session()` and more", "get_session-and-more"),
            ("中文 标题", "中文-标题"),
            ("1️⃣ step", "1\u{fe0f}\u{20e3}-step"),
            ("!!!", ""),
        ] {
            assert_eq!(github(text), id, "{text}");
        }
    }

    #[test]
    fn ids_of_v1() {
        for (text, id) in [
            ("1️⃣ npm install", "1-npm-install"),
            ("Émile & café — dash", "emile-cafe-dash"),
            ("C++ / C#", "c-c"),
            ("a:b;c,d", "a-b-c-d"),
            ("<b>html</b> tag", "b-html-b-tag"),
            ("中文 标题", "中文-标题"),
            ("What's (new)?", "whats-new"),
            ("about .env", "about-env-"),
            (
                "Call the `f` function: [API](../x/y)",
                "call-the-f-function-api-x-y",
            ),
            ("a_b", "a_b"),
            ("`a`b", "a-b"),
            ("...", ""),
            ("x ...", "x-"),
            ("हिन्दी 𝒳 Ⓐ", "ह-न-द"),
        ] {
            assert_eq!(docusaurus_v1(text), id, "{text}");
        }
    }

    #[test]
    fn mdbook_ids() {
        for (text, id) in [
            ("`--flag`: what it does", "--flag-what-it-does"),
            ("Dogs 🐕 and  cats", "dogs--and--cats"),
            ("“Quoted” – dash", "quoted--dash"),
            ("ÄRGER & Größe", "ärger--größe"),
            ("_a_-1\tb", "_a_-1-b"),
            ("1️⃣ step", "1-step"),
            ("", ""),
        ] {
            assert_eq!(mdbook(text), id, "{text}");
        }
    }

    #[test]
    fn panels_count_for_themselves() {
        let headings = [
            ("a", 0),
            ("a", 1),
            ("a", 1),
            ("b", 1),
            ("b", 2),
            ("a", 0),
            ("b", 0),
            ("", 0),
        ];
        let headings = headings.map(|(base, panel)| (base.to_owned(), panel));
        assert_eq!(
            v1_ids(&headings),
            // Without the panels the page has a, a-1 and b.
            ["a", "a-2", "a-1-1", "b-1", "b-2", "a-1", "b", ""]
        );
    }

    #[test]
    fn taken_ids_are_skipped() {
        let mut slugs = Slugs::default();
        slugs.take("a-1");
        let ids: Vec<String> = ["a", "a", "a", "", ""]
            .iter()
            .map(|b| slugs.unique(b))
            .collect();
        assert_eq!(ids, ["a", "a-2", "a-3", "section", "section-1"]);
    }
}
