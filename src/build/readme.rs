//! A README as the first page of a site.
//!
//! In: the text of a README and where it lies in its repository. Out: a doc whose links lead somewhere: to
//! other docs, to the repository on the web, or nowhere any more (then only their words stay). It must not
//! read files: it asks what stands at a path.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::cut::way;
use super::front_text::scalar;
use crate::config::Dialect;
use crate::front_matter;
use crate::markdown;
use crate::site::urls::{decode, encode, join_relative};

/// What stands at a path of the repository.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Nothing.
    Nothing,
}

/// Where a README lies. Paths are from the root of the repository, with `/`.
pub struct Place<'a> {
    /// The README's folder.
    pub folder: &'a str,
    /// Its file name.
    pub name: &'a str,
    /// The docs folder of the site.
    pub docs: &'a str,
    /// The repository's page on the web.
    pub repository: Option<&'a str>,
    /// What stands at a path.
    pub look: &'a dyn Fn(&str) -> Entry,
}

/// What to be careful with: found out by building the page.
#[derive(Clone, Default, Debug)]
pub struct Caution {
    /// New link targets that lead nowhere.
    pub dead: BTreeSet<String>,
    /// Keep only the language of code blocks.
    pub plain_fences: bool,
}

/// A page made from a README.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// The text, with front matter.
    pub text: String,
    /// Images to copy: path in the repository, path from the docs folder.
    pub images: Vec<(String, String)>,
}

/// Makes the page.
pub fn page(
    readme: &str,
    title: &str,
    description: Option<&str>,
    place: &Place<'_>,
    caution: &Caution,
) -> Page {
    let readme = readme
        .trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let front = front_matter::parse(&readme, Dialect::Docproof);
    let body = readme[front.body_start..].trim_start_matches('\n');
    let parsed = markdown::parse(body, Dialect::Docproof);
    let mut mover = Mover {
        body,
        anchors: &parsed.anchors,
        place,
        caution,
        edits: Vec::new(),
        images: Vec::new(),
    };
    mover.walk();
    let mut moved = body.to_owned();
    mover
        .edits
        .sort_by_key(|(range, _)| (range.start, range.end));
    for (range, new) in mover.edits.iter().rev() {
        moved.replace_range(range.clone(), new);
    }
    let mut text = format!("---\nid: introduction\ntitle: {}\n", scalar(title));
    if parsed.first_h1().is_some() || body.contains("<h1") {
        // The README has a title of its own.
        text.push_str("hide_title: true\n");
    }
    if let Some(description) = description {
        text.push_str(&format!("description: {}\n", scalar(description)));
    }
    text.push_str("---\n\n");
    text.push_str(moved.trim_end());
    text.push('\n');
    Page {
        text,
        images: mover.images,
    }
}

/// What becomes of a link.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Fate {
    Stays,
    Leads(String),
    /// Only its words stay.
    Ends,
}

struct Open {
    range: Range<usize>,
    inner: Option<Range<usize>>,
    dest: String,
    kind: LinkType,
    image: bool,
}

struct Mover<'a> {
    body: &'a str,
    anchors: &'a [String],
    place: &'a Place<'a>,
    caution: &'a Caution,
    edits: Vec<(Range<usize>, String)>,
    images: Vec<(String, String)>,
}

impl Mover<'_> {
    fn walk(&mut self) {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_GFM;
        let parser = Parser::new_ext(self.body, options);
        let definitions: Vec<(String, Range<usize>)> = parser
            .reference_definitions()
            .iter()
            .map(|(_, d)| (d.dest.to_string(), d.span.clone()))
            .collect();
        let mut open: Vec<Open> = Vec::new();
        for (event, range) in parser.into_offset_iter() {
            if let (Some(link), false) = (open.last_mut(), matches!(event, Event::End(_))) {
                let inner = link.inner.get_or_insert(range.clone());
                *inner = inner.start.min(range.start)..inner.end.max(range.end);
            }
            match event {
                Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    ..
                }) => open.push(Open {
                    range,
                    inner: None,
                    dest: dest_url.into_string(),
                    kind: link_type,
                    image: false,
                }),
                Event::Start(Tag::Image {
                    link_type,
                    dest_url,
                    ..
                }) => open.push(Open {
                    range,
                    inner: None,
                    dest: dest_url.into_string(),
                    kind: link_type,
                    image: true,
                }),
                Event::End(TagEnd::Link | TagEnd::Image) => {
                    if let Some(link) = open.pop() {
                        self.link(&link);
                    }
                }
                Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => self.html(range),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    self.fence(&info, range);
                }
                _ => {}
            }
        }
        for (dest, span) in definitions {
            // Every use of it was written out.
            if self.fate(&dest, false) != Fate::Stays {
                self.edits.push((span, String::new()));
            }
        }
    }

    fn link(&mut self, link: &Open) {
        if matches!(link.kind, LinkType::Autolink | LinkType::Email) {
            return;
        }
        let fate = self.fate(&link.dest, link.image);
        let first = link.range.start + if link.image { 2 } else { 1 };
        let inner = link.inner.clone().unwrap_or(first..first);
        let after = inner.end..link.range.end;
        match fate {
            Fate::Stays => {}
            Fate::Ends => {
                self.edits
                    .push((link.range.start..inner.start, String::new()));
                self.edits.push((after, String::new()));
            }
            Fate::Leads(new) => {
                // `](url "title")` keeps its title; `][name]` becomes `](url)`.
                let new = match (link.kind, self.body[after.clone()].rsplit_once('"')) {
                    (LinkType::Inline, Some((head, _))) => {
                        let title = head.split_once('"').map_or("", |(_, title)| title);
                        format!("]({new} \"{title}\")")
                    }
                    _ => format!("]({new})"),
                };
                self.edits.push((after, new));
            }
        }
    }

    fn fence(&mut self, info: &str, range: Range<usize>) {
        if !self.caution.plain_fences || info.is_empty() {
            return;
        }
        let line = self.body[range.clone()].lines().next().unwrap_or_default();
        let Some(at) = line.find(info) else { return };
        let language: String = info
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '+' | '#' | '-' | '_'))
            .collect();
        let start = range.start + at;
        self.edits.push((start..start + info.len(), language));
    }

    fn fate(&mut self, dest: &str, image: bool) -> Fate {
        let fate = self.fate_of(dest, image);
        match &fate {
            Fate::Leads(new) if self.caution.dead.contains(new) => Fate::Ends,
            Fate::Stays if self.caution.dead.contains(dest) => Fate::Ends,
            _ => fate,
        }
    }

    fn fate_of(&mut self, dest: &str, image: bool) -> Fate {
        if markdown::is_external(dest) || dest.starts_with("//") {
            return Fate::Stays;
        }
        let (path, tail) = dest.split_at(dest.find(['?', '#']).unwrap_or(dest.len()));
        let path = decode(path);
        if path.is_empty() {
            return self.anchor(tail);
        }
        let full = match path.strip_prefix('/') {
            Some(rooted) => join_relative("", rooted),
            None => join_relative(self.place.folder, &path),
        };
        let Some(full) = full else {
            return self.beyond(&path, tail);
        };
        if full == join_relative(self.place.folder, self.place.name).unwrap_or_default() {
            return self.anchor(
                tail.get(tail.find('#').unwrap_or(tail.len())..)
                    .unwrap_or(""),
            );
        }
        let entry = match (self.place.look)(&full) {
            Entry::Nothing if path.ends_with('/') => Entry::Folder,
            entry => entry,
        };
        let in_docs = full
            .strip_prefix(self.place.docs)
            .is_some_and(|rest| rest.starts_with('/'));
        if in_docs && entry == Entry::File {
            return Fate::Leads(format!("{}{tail}", encode(&way(self.place.docs, &full))));
        }
        match self.place.repository {
            Some(url) => Fate::Leads(format!("{}{tail}", on_the_web(url, &full, entry, image))),
            None if image && entry == Entry::File => Fate::Leads(self.copied(full)),
            None => Fate::Ends,
        }
    }

    fn anchor(&self, tail: &str) -> Fate {
        let Some(id) = tail.strip_prefix('#').filter(|id| !id.is_empty()) else {
            return Fate::Ends;
        };
        let id = decode(id);
        if self.anchors.contains(&id) {
            return Fate::Leads(format!("#{}", encode(&id)));
        }
        // The web page of the repository does not look at case, and puts a prefix of its own before ids.
        let plain = id.trim_start_matches("user-content-").to_lowercase();
        match self.anchors.iter().find(|a| a.to_lowercase() == plain) {
            Some(anchor) => Fate::Leads(format!("#{}", encode(anchor))),
            None => Fate::Ends,
        }
    }

    /// A path that leaves the repository's files, such as `../../issues`: on the web it leads to a page of
    /// the repository.
    fn beyond(&self, path: &str, tail: &str) -> Fate {
        let file_page = format!("blob/HEAD/{}", self.place.folder);
        match (self.place.repository, join_relative(&file_page, path)) {
            (Some(url), Some(page)) => Fate::Leads(format!("{url}/{}{tail}", encode(&page))),
            _ => Fate::Ends,
        }
    }

    /// The path of an image that is copied beside the page.
    fn copied(&mut self, full: String) -> String {
        if let Some((_, to)) = self.images.iter().find(|(from, _)| *from == full) {
            return encode(to);
        }
        let name = full.rsplit('/').next().unwrap_or(&full);
        let mut to = format!("assets/{name}");
        let mut n = 1;
        while self.images.iter().any(|(_, other)| *other == to) {
            n += 1;
            to = format!("assets/{n}-{name}");
        }
        self.images.push((full, to.clone()));
        encode(&to)
    }

    /// The links of raw HTML.
    fn html(&mut self, range: Range<usize>) {
        let text = self.body;
        let mut at = range.start;
        while let Some(start) = text[at..range.end].find('<').map(|n| at + n) {
            let rest = &text[start..range.end];
            let len = match rest.strip_prefix("<!--") {
                Some(comment) => comment.find("-->").map_or(rest.len(), |n| n + 7),
                None => tag_len(rest),
            };
            if !rest.starts_with("<!--") {
                self.tag(start..start + len);
            }
            at = start + len;
        }
    }

    fn tag(&mut self, range: Range<usize>) {
        let tag = &self.body[range.clone()];
        let name: String = tag[1..]
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let name = name.to_lowercase();
        let attributes = attributes(tag);
        for attribute in &attributes {
            let image = match (name.as_str(), attribute.name.as_str()) {
                ("a" | "area", "href") => false,
                (_, "src" | "poster" | "srcset") => true,
                _ => continue,
            };
            let value = tag[attribute.value.clone()].replace("&amp;", "&");
            let (url, size) = match attribute.name.as_str() {
                "srcset" => value.split_once(' ').unwrap_or((&value, "")),
                _ => (value.as_str(), ""),
            };
            let place = |r: &Range<usize>| range.start + r.start..range.start + r.end;
            match self.fate(url.trim(), image) {
                Fate::Stays => {}
                Fate::Leads(new) => {
                    let new = format!("{new} {size}").trim().replace('"', "&quot;");
                    self.edits.push((place(&attribute.value), new));
                }
                Fate::Ends if name == "img" => {
                    let alt = attributes.iter().find(|a| a.name == "alt");
                    let alt = alt.map_or("", |a| &tag[a.value.clone()]).to_owned();
                    self.edits.retain(|(old, _)| old.start < range.start);
                    self.edits.push((range.clone(), alt));
                    return;
                }
                Fate::Ends => self.edits.push((place(&attribute.whole), String::new())),
            }
        }
    }
}

/// The length of the tag that a text starts with; quotes may hold `>`.
fn tag_len(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    text.len()
}

struct Attribute {
    name: String,
    value: Range<usize>,
    /// With its name, its quotes and the space before it.
    whole: Range<usize>,
}

/// The attributes of a tag that have a value.
fn attributes(tag: &str) -> Vec<Attribute> {
    let mut found = Vec::new();
    let mut at = 1 + tag[1..]
        .find([' ', '\t', '\n', '/', '>'])
        .unwrap_or(tag.len() - 1);
    while let Some(equals) = tag[at..].find('=').map(|n| at + n) {
        let head = tag[at..equals].trim_end();
        let start = head.rfind([' ', '\t', '\n', '/']).map_or(at, |n| at + n);
        let name = tag[start..at + head.len()]
            .trim_matches([' ', '\t', '\n', '/'])
            .to_lowercase();
        let after = &tag[equals + 1..];
        let from = equals + 1 + after.len() - after.trim_start().len();
        let (value, end) = match tag[from..].chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let len = tag[from + 1..].find(quote).unwrap_or(tag.len() - from - 1);
                (from + 1..from + 1 + len, (from + 2 + len).min(tag.len()))
            }
            _ => {
                let len = tag[from..]
                    .find([' ', '\t', '\n', '>'])
                    .unwrap_or(tag.len() - from);
                (from..from + len, from + len)
            }
        };
        found.push(Attribute {
            name,
            value,
            whole: start..end,
        });
        at = end;
    }
    found
}

/// The web address of a path in a repository.
fn on_the_web(repository: &str, path: &str, entry: Entry, image: bool) -> String {
    let gitlab = if repository.contains("gitlab") {
        "/-"
    } else {
        ""
    };
    let kind = match (entry, image) {
        (_, true) => "raw",
        (Entry::Folder, false) => "tree",
        _ if repository.contains("bitbucket.org") => "src",
        _ => "blob",
    };
    format!("{repository}{gitlab}/{kind}/HEAD/{}", encode(path))
        .trim_end_matches('/')
        .to_owned()
}

/// The address of a repository as pages are linked from it; none when it is not on the web.
pub fn repository(url: &str) -> Option<String> {
    let url = url.trim();
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return None;
    }
    // The address of a folder in the repository is often given for a package in a workspace.
    let cut = ["/tree/", "/blob/", "/-/", "#", "?"]
        .iter()
        .filter_map(|part| url.find(part))
        .min()
        .unwrap_or(url.len());
    let url = url[..cut].trim_end_matches('/');
    Some(url.strip_suffix(".git").unwrap_or(url).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(readme: &str, repository: Option<&str>, want: &str) {
        let place = Place {
            folder: "crates/a",
            name: "README.md",
            docs: "crates/a/docs",
            repository,
            look: &|path| match path {
                "crates/a/docs/guide.md" | "crates/a/LICENSE" | "crates/a/logo.png" => Entry::File,
                "crates/a/src" => Entry::Folder,
                _ => Entry::Nothing,
            },
        };
        let page = page(readme, "a", None, &place, &Caution::default());
        let body = page.text.split_once("---\n\n").map_or("", |(_, body)| body);
        assert_eq!(body.trim_end(), want, "{readme}");
    }

    const WEB: Option<&str> = Some("https://host/o/r");

    #[test]
    fn links_of_all_forms_move() {
        check(
            "[l](LICENSE)",
            WEB,
            "[l](https://host/o/r/blob/HEAD/crates/a/LICENSE)",
        );
        check("[l](LICENSE)", None, "l");
        check(
            "[l](<a b.md> \"t\")",
            WEB,
            "[l](https://host/o/r/blob/HEAD/crates/a/a%20b.md \"t\")",
        );
        check(
            "[s](src/)",
            WEB,
            "[s](https://host/o/r/tree/HEAD/crates/a/src)",
        );
        check("[g](./docs/guide.md#x)", None, "[g](guide.md#x)");
        check(
            "[i](../../../../issues)",
            WEB,
            "[i](https://host/o/r/issues)",
        );
        check(
            "[r][x] and [x]\n\n[x]: /LICENSE",
            WEB,
            "[r](https://host/o/r/blob/HEAD/LICENSE) and [x](https://host/o/r/blob/HEAD/LICENSE)",
        );
        check("[r][x]\n\n[x]: /LICENSE", None, "r");
        check("[![b](logo.png)](LICENSE)", None, "![b](assets/logo.png)");
        check("[![b](no.png)](LICENSE)", None, "b");
        check(
            "![](logo.png)",
            WEB,
            "![](https://host/o/r/raw/HEAD/crates/a/logo.png)",
        );
        check(
            "[out](https://x.y) <https://x.y>",
            None,
            "[out](https://x.y) <https://x.y>",
        );
        check("`[l](LICENSE)`", None, "`[l](LICENSE)`");
    }

    #[test]
    fn anchors_are_found_or_dropped() {
        check(
            "# How To\n\n[a](#How-To) [b](#no) [c](README.md#how-to)",
            None,
            "# How To\n\n[a](#how-to) b [c](#how-to)",
        );
    }

    #[test]
    fn raw_html_moves_too() {
        check("<p><a href=\"LICENSE\">l</a></p>", None, "<p><a>l</a></p>");
        check(
            "<p><img alt=\"the logo\" src='no.png' width=3></p>",
            None,
            "<p>the logo</p>",
        );
        check(
            "<img\n  src=\"logo.png\"\n  alt=\"x\">",
            None,
            "<img\n  src=\"assets/logo.png\"\n  alt=\"x\">",
        );
        check(
            "a <a href=LICENSE>l</a>",
            WEB,
            "a <a href=https://host/o/r/blob/HEAD/crates/a/LICENSE>l</a>",
        );
        check("<!-- <a href=\"x\"> -->", None, "<!-- <a href=\"x\"> -->");
    }

    #[test]
    fn repositories_on_the_web() {
        assert_eq!(
            repository("https://github.com/o/r.git").as_deref(),
            Some("https://github.com/o/r")
        );
        assert_eq!(
            repository("https://github.com/o/r/tree/main/crates/a").as_deref(),
            Some("https://github.com/o/r")
        );
        assert_eq!(repository("git@github.com:o/r.git"), None);
    }
}
