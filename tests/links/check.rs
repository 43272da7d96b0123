//! Reads the files of a built site as a browser and a search engine would, and names every address in them that leads nowhere.
//!
//! In: the files, and where the site is served. Out: one line for each mistake. It knows nothing of how the site was made:
//! that is the point of it, because the build checks links on its own index.

use std::collections::{BTreeMap, BTreeSet};

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use percent_encoding::percent_decode_str;

/// A built site.
pub struct Files {
    /// Bytes by path.
    pub all: BTreeMap<String, Vec<u8>>,
    /// Scheme and host, if the site knows them.
    pub origin: String,
    /// Where it is served: starts and ends with `/`.
    pub base: String,
}

/// What one HTML file holds.
#[derive(Default)]
struct Page {
    ids: BTreeSet<String>,
    twice: Vec<String>,
    /// Where an address stands, and the address.
    links: Vec<(String, String)>,
    /// The attribute, and the id that it names.
    named: Vec<(String, String)>,
}

impl Files {
    /// Everything that is wrong, sorted by file.
    pub fn broken(&self) -> Vec<String> {
        let pages: BTreeMap<&str, Page> = self
            .all
            .iter()
            .filter(|(path, _)| path.ends_with(".html"))
            .map(|(path, bytes)| (path.as_str(), Page::read(&String::from_utf8_lossy(bytes))))
            .collect();
        let mut wrong = Vec::new();
        for (path, page) in &pages {
            for id in &page.twice {
                wrong.push(format!("{path}: the id `{id}` is there twice"));
            }
            for (attribute, id) in &page.named {
                if !page.ids.contains(id) {
                    wrong.push(format!(
                        "{path}: {attribute} names `{id}`, which no element has"
                    ));
                }
            }
            for (place, address) in &page.links {
                if let Err(why) = self.follow(&pages, path, address) {
                    wrong.push(format!("{path}: {place} `{address}`: {why}"));
                }
            }
        }
        for (path, place, address) in self.other_addresses() {
            if let Err(why) = self.follow(&pages, &path, &address) {
                wrong.push(format!("{path}: {place} `{address}`: {why}"));
            }
        }
        wrong.sort();
        wrong
    }

    /// How many addresses were looked at: a checker that reads nothing finds nothing.
    pub fn count(&self) -> usize {
        let texts = self.all.iter().filter(|(path, _)| path.ends_with(".html"));
        texts
            .map(|(_, bytes)| Page::read(&String::from_utf8_lossy(bytes)).links.len())
            .sum::<usize>()
            + self.other_addresses().len()
    }

    /// Addresses outside HTML: file, kind, address.
    fn other_addresses(&self) -> Vec<(String, &'static str, String)> {
        let mut found = Vec::new();
        for (path, bytes) in &self.all {
            let text = String::from_utf8_lossy(bytes);
            let name = path.rsplit('/').next().unwrap_or(path);
            let mut add =
                |kind, address: &str| found.push((path.clone(), kind, address.to_owned()));
            match name.rsplit('.').next() {
                Some("css") => between(&text, "url(", ")")
                    .for_each(|url| add("url()", url.trim().trim_matches(['"', '\'']))),
                Some("xml") => {
                    between(&text, "<loc>", "</loc>").for_each(|url| add("loc", &entities(url)));
                    between(&text, " href=\"", "\"").for_each(|url| add("href", &entities(url)));
                }
                Some("txt") if name == "robots.txt" => text
                    .lines()
                    .filter_map(|line| line.strip_prefix("Sitemap:"))
                    .for_each(|url| add("Sitemap", url.trim())),
                Some("js") if path.starts_with("search/") => {
                    found.extend(self.results(path, &text));
                }
                _ => {}
            }
        }
        found
    }

    /// Where the results of a file of the search index lead. Its paths begin at the site's root.
    fn results(&self, path: &str, text: &str) -> Vec<(String, &'static str, String)> {
        let value: Option<serde_json::Value> = text
            .find('(')
            .zip(text.rfind(')'))
            .and_then(|(start, end)| serde_json::from_str(&text[start + 1..end]).ok());
        let pages = value.as_ref().and_then(|value| value["pages"].as_array());
        let mut found = Vec::new();
        for page in pages.into_iter().flatten() {
            let route = page[0].as_str().unwrap_or("?");
            for section in page[3].as_array().into_iter().flatten() {
                let anchor = section[0].as_str().unwrap_or("?");
                let address = format!("{}{route}#{anchor}", self.base);
                found.push((path.to_owned(), "result", address));
            }
        }
        found
    }

    /// Whether an address leads to a file, and to an element in it.
    fn follow(
        &self,
        pages: &BTreeMap<&str, Page>,
        from: &str,
        address: &str,
    ) -> Result<(), String> {
        let address = match address.strip_prefix(&self.origin) {
            Some(rest) if !self.origin.is_empty() && (rest.is_empty() || rest.starts_with('/')) => {
                if rest.is_empty() {
                    "/"
                } else {
                    rest
                }
            }
            _ if outside(address) => return Ok(()),
            _ => address,
        };
        let (path, anchor) = address.split_once('#').unwrap_or((address, ""));
        let path = path.split('?').next().unwrap_or(path);
        let file = match path {
            "" => from.to_owned(),
            _ => self.file_of(&self.path_of(from, path)?)?,
        };
        let anchor = decoded(anchor);
        if anchor.is_empty()
            || pages
                .get(file.as_str())
                .is_none_or(|page| page.ids.contains(&anchor))
        {
            Ok(())
        } else {
            Err(format!("no element of {file} has this id"))
        }
    }

    /// The path under the base that an address means on a page.
    fn path_of(&self, from: &str, address: &str) -> Result<String, String> {
        let mut parts: Vec<&str> = Vec::new();
        let rest = match address.strip_prefix('/') {
            Some(_) => address
                .strip_prefix(&self.base)
                .ok_or_else(|| format!("it is not under {}", self.base))?,
            None => {
                parts = from.split('/').collect();
                parts.pop();
                address
            }
        };
        let last_is_folder = rest.is_empty() || rest.ends_with(['/', '.']);
        for part in rest.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or("it leaves the site")?;
                }
                part => parts.push(part),
            }
        }
        let path = decoded(&parts.join("/"));
        Ok(if last_is_folder && !path.is_empty() {
            path + "/"
        } else {
            path
        })
    }

    /// The file that a plain server gives for a path.
    fn file_of(&self, path: &str) -> Result<String, String> {
        let tried = if path.is_empty() || path.ends_with('/') {
            vec![format!("{path}index.html")]
        } else {
            vec![path.to_owned(), format!("{path}.html")]
        };
        let found = tried.iter().find(|file| self.all.contains_key(*file));
        found
            .cloned()
            .ok_or_else(|| format!("there is no file {}", tried.join(" or ")))
    }
}

impl Page {
    fn read(html: &str) -> Self {
        let mut page = Self::default();
        let mut emitter = DefaultEmitter::<()>::default();
        emitter.naively_switch_states(true);
        for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
            if let Token::StartTag(tag) = token {
                page.take(&tag);
            }
        }
        page
    }

    fn take(&mut self, tag: &StartTag<()>) {
        let element = String::from_utf8_lossy(&tag.name).into_owned();
        let get = |name: &str| {
            let value = tag.attributes.get(name.as_bytes())?;
            Some(String::from_utf8_lossy(&value.value).trim().to_owned())
        };
        for (name, value) in &tag.attributes {
            let name = String::from_utf8_lossy(name).into_owned();
            let value = String::from_utf8_lossy(&value.value).trim().to_owned();
            let place = format!("<{element} {name}>");
            match name.as_str() {
                "id" => self.id(value),
                "name" if element == "a" => {
                    self.ids.insert(value);
                }
                "href" | "src" | "poster" | "action" | "xlink:href" | "data" | "data-script" => {
                    self.links.push((place, value));
                }
                "srcset" | "imagesrcset" => {
                    for one in value.split(", ") {
                        let address = one.split_whitespace().next().unwrap_or_default();
                        self.links.push((place.clone(), address.to_owned()));
                    }
                }
                "for" | "list" | "headers" | "aria-controls" | "aria-labelledby"
                | "aria-describedby" => {
                    for id in value.split_whitespace() {
                        self.named.push((place.clone(), id.to_owned()));
                    }
                }
                "data-all" => {
                    let root = get("data-root").unwrap_or_default();
                    let list = (
                        "list of search indexes".to_owned(),
                        format!("{root}{value}"),
                    );
                    self.links.push(list);
                }
                "data-indexes" => self.indexes(&value, &get("data-root").unwrap_or_default()),
                "content" if element == "meta" => {
                    self.meta(get("http-equiv"), get("property"), &value)
                }
                _ => {}
            }
        }
    }

    fn id(&mut self, id: String) {
        if !self.ids.insert(id.clone()) {
            self.twice.push(id);
        }
    }

    /// The first file of each search index.
    fn indexes(&mut self, list: &str, root: &str) {
        let list: Vec<serde_json::Value> = serde_json::from_str(list).unwrap_or_default();
        for index in list {
            let path = index["path"].as_str().unwrap_or("?");
            self.links
                .push(("search index".to_owned(), format!("{root}{path}index.js")));
        }
    }

    fn meta(&mut self, equivalent: Option<String>, property: Option<String>, content: &str) {
        if equivalent.is_some_and(|name| name.eq_ignore_ascii_case("refresh")) {
            let target = content.split_once("url=").map_or("?", |(_, target)| target);
            self.links
                .push(("<meta refresh>".to_owned(), target.to_owned()));
        } else if let Some(property @ ("og:url" | "og:image")) = property.as_deref() {
            self.links
                .push((format!("<meta {property}>"), content.to_owned()));
        }
    }
}

/// Whether an address has a scheme or another host.
fn outside(address: &str) -> bool {
    let scheme = address.split(['/', '?', '#']).next().unwrap_or_default();
    scheme.contains(':') || address.starts_with("//")
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn entities(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&amp;", "&")
}

/// What stands between two texts, each time.
fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(start)
        .skip(1)
        .filter_map(move |rest| rest.split(end).next())
}
