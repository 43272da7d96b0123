//! A version cut from the current docs, and a version taken away again, as changes to files.
//!
//! In: an indexed site, a docset and a name. Out: the changes, and what a person should know of them; or why
//! it cannot be done. It must not write anything.
//!
//! A version's folder holds only what differs from the version before it. What is cut is the text as it is
//! built: copied text stands in the file itself, so that a release does not change when the source does.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Indexed;
use super::changes::{FileChange, with_line_ends_of};
use super::docs::Doc;
use super::files::FileProvider;
use super::front_text::front;
use super::version_list;
use crate::config::{Dialect, DocsetConfig};
use crate::diagnostic::{nearest, one_of};
use crate::markdown::file_fence;
use crate::site::links::{Here, Target};
use crate::site::pages::{bad_route, join};
use crate::site::urls::folder_of;
use crate::site::{PageId, VersionKind};
use crate::source::SourceMap;
use crate::yaml;

/// Why it cannot be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// A lowercase fragment.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Refusal {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }
}

/// A site that a version is cut from or taken from.
#[derive(Clone, Copy)]
pub struct Cutter<'a> {
    /// The site.
    pub indexed: &'a Indexed,
    /// Its texts.
    pub sources: &'a SourceMap,
    /// Its files.
    pub files: &'a dyn FileProvider,
    /// Which docset.
    pub docset: usize,
}

/// A planned cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut {
    /// In an order in which a half-made cut is harmless: the list of versions comes last.
    pub changes: Vec<FileChange>,
    /// Docs that are written, by path.
    pub docs: Vec<String>,
    /// The sidebar that is written, if the version does not share the one before.
    pub sidebar: Option<String>,
    /// Ids that the version inherits although the current docs do not have them any more.
    pub gone: Vec<String>,
}

/// A planned removal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Removal {
    /// The list of versions comes first.
    pub changes: Vec<FileChange>,
    /// What newer versions lose or see changed, one line each.
    pub affected: Vec<String>,
}

const SIDEBAR_ENDINGS: [&str; 3] = ["json", "yaml", "yml"];

impl<'a> Cutter<'a> {
    fn config(&self) -> &DocsetConfig {
        &self.indexed.config.docsets[self.docset]
    }

    /// The released versions, newest first.
    pub fn names(&self) -> Vec<&'a str> {
        let docset = &self.indexed.site.docsets[self.docset];
        docset
            .folders
            .iter()
            .filter_map(|(name, _)| name.as_deref())
            .collect()
    }

    /// The text that lists the versions, and its path.
    fn list(&self) -> Option<(String, String)> {
        ["versions.json", "versions.yaml"]
            .into_iter()
            .find_map(|name| {
                let path = self.config().website(name);
                let text = self.text(&path)?;
                Some((path, text))
            })
    }

    fn text(&self, path: &str) -> Option<String> {
        String::from_utf8(self.files.read(path).ok()?).ok()
    }

    /// Plans a cut.
    ///
    /// # Errors
    /// When the name cannot be a version's, or its files are there already.
    pub fn cut(&self, name: &str) -> Result<Cut, Refusal> {
        self.check_name(name)?;
        if self.config().dialect.is_mdbook() {
            return Err(Refusal::new(
                format!(
                    "the docset `{}` is a book, which has one version",
                    self.config().id
                ),
                "versions are for docs in Docproof's own dialect: see the guide on moving from mdBook",
            ));
        }
        let current = self.current_docs();
        if current.is_empty() {
            return Err(Refusal::new(
                format!(
                    "there are no docs in `{}` to cut",
                    self.config().docs_folder()
                ),
                "write some first",
            ));
        }
        let mut cut = Cut {
            changes: Vec::new(),
            docs: Vec::new(),
            sidebar: None,
            gone: Vec::new(),
        };
        for doc in current.iter().filter(|doc| self.differs(doc)) {
            let path = format!(
                "{}/{}.md",
                self.config().version_folder(name),
                doc.summary.relative
            );
            let bytes = self.versioned(doc, name, &path).into_bytes();
            cut.docs.push(path.clone());
            cut.changes.push(FileChange::Create { path, bytes });
        }
        if let Some((path, text)) = self.sidebar(name) {
            cut.sidebar = Some(path.clone());
            let bytes = text.into_bytes();
            cut.changes.push(FileChange::Create { path, bytes });
        }
        cut.changes.push(self.listed(name)?);
        if let Some(latest) = self.latest() {
            let has = |id: &str| current.iter().any(|doc| doc.summary.id == id);
            cut.gone = latest.by_id.keys().filter(|id| !has(id)).cloned().collect();
            cut.gone.sort_unstable();
        }
        Ok(cut)
    }

    fn listed(&self, name: &str) -> Result<FileChange, Refusal> {
        let (path, text) = match self.list() {
            None => (
                self.config().website("versions.json"),
                version_list::fresh(name),
            ),
            Some((path, text)) => {
                let new = version_list::put_first(&text, name).ok_or_else(|| {
                    Refusal::new(
                        format!("`{path}` is not a list that can be edited"),
                        "write it as `[\"1.0.X\"]`, newest first",
                    )
                })?;
                (path, new)
            }
        };
        Ok(FileChange::Write {
            path,
            bytes: text.into_bytes(),
        })
    }

    fn check_name(&self, name: &str) -> Result<(), Refusal> {
        const HINT: &str = "names are like `2.0.X`: they stand in file names and URLs";
        let refuse = |why: &str| {
            Err(Refusal::new(
                format!("`{name}` cannot be a version name: {why}"),
                HINT,
            ))
        };
        if name.trim().is_empty() {
            return Err(Refusal::new("the version name is empty", HINT));
        }
        if name == "next" {
            return refuse("it stands for the docs that are not released yet");
        }
        if name.contains('/') {
            return refuse("it holds a `/`");
        }
        if name.trim() != name || name.starts_with(['.', '-']) || name.ends_with('.') {
            return refuse("it starts or ends with a space, a dot or a dash");
        }
        if name.contains(['#', '%', '\'', '`', '{', '}', '[', ']', ',', '&']) {
            return refuse("it holds a character that means something else in a URL or a list");
        }
        if let Some(why) = bad_route(name) {
            return refuse(&format!("it {why}"));
        }
        if let Some(old) = self
            .names()
            .iter()
            .find(|old| old.to_lowercase() == name.to_lowercase())
        {
            let message = if *old == name {
                format!("the version `{name}` exists")
            } else {
                format!("the version `{old}` exists, and `{name}` differs from it only by case")
            };
            return Err(Refusal::new(
                message,
                "`docproof version list` shows all of them",
            ));
        }
        self.check_routes(name)?;
        self.check_files(name)
    }

    /// Once there is a newer version, this one's pages stand under its name: it must not be a doc's.
    fn check_routes(&self, name: &str) -> Result<(), Refusal> {
        let folder = format!("{}/", name.to_lowercase());
        let clash = self.indexed.docs.docs.iter().find(|doc| {
            let id = doc.summary.id.to_lowercase();
            doc.summary.docset == self.docset
                && (id == name.to_lowercase() || id.starts_with(&folder))
        });
        match clash {
            None => Ok(()),
            Some(doc) => Err(Refusal::new(
                format!(
                    "`{name}` cannot be a version name: the doc `{}` has the same route",
                    doc.summary.path
                ),
                "choose another name, such as `2.0.X`",
            )),
        }
    }

    fn check_files(&self, name: &str) -> Result<(), Refusal> {
        let folder = self.config().version_folder(name);
        let there = !self.files.list(&folder).files.is_empty();
        let sidebar = self.own_sidebar(name);
        match there.then_some(folder).or(sidebar.map(|(path, _)| path)) {
            None => Ok(()),
            Some(path) => Err(Refusal::new(
                format!("`{path}` is there already, but `{name}` is not a version yet"),
                "remove it, or add the version to the list by hand",
            )),
        }
    }

    fn current_docs(&self) -> Vec<&Doc> {
        let docs = self.indexed.docs.docs.iter();
        docs.filter(|doc| doc.summary.docset == self.docset && doc.summary.version.is_none())
            .collect()
    }

    fn latest(&self) -> Option<&crate::site::Version> {
        let versions = &self.indexed.site.docsets[self.docset].versions;
        versions.iter().find(|v| v.kind == VersionKind::Latest)
    }

    /// Whether the latest version would not serve this doc as it is now. In the v1 dialect only bodies are
    /// compared, as Docusaurus does; otherwise also the front matter and the file's name, which links use.
    fn differs(&self, doc: &Doc) -> bool {
        let Some(page) = self.latest().and_then(|v| v.by_id.get(&doc.summary.id)) else {
            return true;
        };
        let old = &self.indexed.docs.docs[self.indexed.site.page(*page).doc];
        if frozen(old).trim() != frozen(doc).trim() {
            return true;
        }
        let plain = |doc: &Doc| {
            let mut front = doc.front.front.clone();
            front.id = None;
            front.original_id = None;
            front
        };
        self.config().dialect == Dialect::Docproof
            && (plain(old) != plain(doc) || old.summary.relative != doc.summary.relative)
    }

    /// The text of a doc in a version.
    fn versioned(&self, doc: &Doc, name: &str, path: &str) -> String {
        let source = &self.sources.get(doc.summary.source).text;
        let id = doc.summary.id.rsplit('/').next().unwrap_or_default();
        let mut text = front(source, &doc.front, self.config().dialect, id, name);
        if !doc.front.present && !doc.expanded.text.starts_with('\n') {
            text.push('\n');
        }
        text.push_str(&self.body(doc, path));
        let raw = self.files.read(&doc.summary.path).unwrap_or_default();
        with_line_ends_of(&raw, &text)
    }

    /// The body as it is built, with the links that would lead elsewhere from the new place rewritten.
    fn body(&self, doc: &Doc, path: &str) -> String {
        let text = doc.expanded.text.to_string();
        let mut edits: BTreeMap<usize, (usize, String)> = frozen_edits(doc);
        let Some(page) = self.page_of(doc) else {
            return edited(text, edits);
        };
        let resolver = super::resolve::resolver(self.indexed);
        let own: &str = &doc.summary.path;
        for link in &doc.parsed.links {
            if link.dest.starts_with(['/', '#']) || crate::markdown::is_external(&link.dest) {
                continue;
            }
            let origin = doc.expanded.segments.origin(&link.range).span.source;
            let origin = self.sources.get(origin).path.clone();
            let resolve = |origin: &str| {
                let here = Here {
                    page,
                    file: own,
                    origin,
                };
                resolver.resolve(here, link).ok()
            };
            let Some(target) = resolve(&origin) else {
                continue;
            };
            let from_itself = resolve(own).as_ref() == Some(&target);
            let Some(new) = self.relinked(&target, doc, path, from_itself) else {
                continue;
            };
            if let Some(at) = place_of(&text, &link.range, &link.dest) {
                edits.insert(at, (link.dest.len(), new));
            }
        }
        edited(text, edits)
    }

    fn page_of(&self, doc: &Doc) -> Option<PageId> {
        let versions = &self.indexed.site.docsets[self.docset].versions;
        let current = versions
            .iter()
            .find(|v| matches!(v.kind, VersionKind::Next | VersionKind::Only))?;
        current.by_id.get(&doc.summary.id).copied()
    }

    /// How a link is to be written in the version's file; none when it can stay.
    fn relinked(
        &self,
        target: &Target,
        doc: &Doc,
        path: &str,
        from_itself: bool,
    ) -> Option<String> {
        let docs = format!("{}/", self.config().docs_folder());
        let (file, tail) = match target {
            Target::Page(page, tail) => (self.indexed.site.doc(*page).path.as_ref(), tail),
            Target::Asset(file, tail) => (file.as_str(), tail),
            _ => return None,
        };
        // What lies in the docs folder is found from the version's folder by the same relative path.
        if file.starts_with(&docs) {
            let own = folder_of(&doc.summary.path);
            return (!from_itself).then(|| format!("{}{tail}", way(own, file)));
        }
        Some(format!("{}{tail}", way(folder_of(path), file)))
    }

    /// The sidebar that the version needs for itself: path and text.
    fn sidebar(&self, name: &str) -> Option<(String, String)> {
        let current = SIDEBAR_ENDINGS.iter().find_map(|ending| {
            self.sidebar_value(&self.config().website(&format!("sidebars.{ending}")))
        });
        let shared = self.names().into_iter().find_map(|old| {
            let (_, value) = self.own_sidebar(old)?;
            Some(renamed(&value, &|id| {
                id.strip_prefix(&format!("version-{old}-"))
                    .unwrap_or(id)
                    .to_owned()
            }))
        });
        let wanted = match (current, shared) {
            (None, None) => return None,
            // Without a file the sidebar follows the folders, and so it does in the version.
            (None, Some(_)) => {
                serde_json::json!({ "docs": [{ "type": "autogenerated", "dir": "" }] })
            }
            (Some(current), Some(shared)) if same_text(&current, &shared) => {
                return None;
            }
            (Some(current), _) => current,
        };
        let value = renamed(&wanted, &|id| format!("version-{name}-{id}"));
        let text =
            serde_json::to_string_pretty(&value).expect("invariant: JSON values can be written");
        let path = self
            .config()
            .website(&format!("versioned_sidebars/version-{name}-sidebars.json"));
        Some((path, format!("{text}\n")))
    }

    fn own_sidebar(&self, name: &str) -> Option<(String, Value)> {
        SIDEBAR_ENDINGS.iter().find_map(|ending| {
            let path = self.config().website(&format!(
                "versioned_sidebars/version-{name}-sidebars.{ending}"
            ));
            let value = self.sidebar_value(&path)?;
            Some((path, value))
        })
    }

    fn sidebar_value(&self, path: &str) -> Option<Value> {
        let text = self.text(path)?;
        let value = if path.ends_with(".json") {
            yaml::parse_json(&text)
        } else {
            yaml::parse(&text)
        };
        serde_json::to_value(value.ok()?).ok()
    }

    /// Plans the removal of a version.
    ///
    /// # Errors
    /// When there is no such version.
    pub fn remove(&self, name: &str) -> Result<Removal, Refusal> {
        let names = self.names();
        let Some(at) = names.iter().position(|n| *n == name) else {
            return Err(no_such_version(name, &names));
        };
        let (path, text) = self.list().ok_or_else(|| {
            Refusal::new(
                "the list of versions cannot be read",
                "look at versions.json",
            )
        })?;
        let mut changes = Vec::new();
        match version_list::take_out(&text, name) {
            Some(Some(text)) => changes.push(FileChange::Write {
                path,
                bytes: text.into_bytes(),
            }),
            Some(None) => changes.push(FileChange::Remove { path }),
            None => {
                return Err(Refusal::new(
                    format!("`{path}` is not a list that can be edited"),
                    "write it as `[\"1.0.X\"]`, newest first",
                ));
            }
        }
        let folder = self.config().version_folder(name);
        let listing = self.files.list(&folder);
        if !listing.files.is_empty() || !listing.problems.is_empty() {
            changes.push(FileChange::Remove { path: folder });
        }
        let sidebar = self.own_sidebar(name);
        if let Some((path, _)) = &sidebar {
            changes.push(FileChange::Remove { path: path.clone() });
        }
        for folder in ["versioned_docs", "versioned_sidebars"] {
            let path = self.config().website(folder);
            changes.push(FileChange::Prune { path });
        }
        let mut affected = self.inheriting(name, &names[..at], &names[at + 1..]);
        if sidebar.is_some()
            && let Some(newer) = names[..at].last()
            && self.own_sidebar(newer).is_none()
        {
            affected.push(format!("the sidebar of `{newer}`"));
        }
        Ok(Removal { changes, affected })
    }

    /// The pages of newer versions whose text stands in this version's folder.
    fn inheriting(&self, name: &str, newer: &[&str], older: &[&str]) -> Vec<String> {
        let docset = &self.indexed.site.docsets[self.docset];
        let mut found = Vec::new();
        for version in docset
            .versions
            .iter()
            .filter(|v| newer.contains(&v.name.as_str()))
        {
            for page in &version.pages {
                let doc = self.indexed.site.doc(*page);
                if doc.version.as_deref() != Some(name) {
                    continue;
                }
                let instead = older.iter().find(|old| {
                    self.indexed.site.docs.iter().any(|d| {
                        d.docset == self.docset
                            && d.version.as_deref() == Some(**old)
                            && d.id == doc.id
                    })
                });
                let what = match instead {
                    Some(old) => format!("would have the text of `{old}`"),
                    None => "would be gone".to_owned(),
                };
                found.push(format!("`{}` of `{}` {what}", doc.id, version.name));
            }
        }
        found
    }
}

/// The refusal for a version that is not there.
pub fn no_such_version(name: &str, names: &[&str]) -> Refusal {
    let hint = match (nearest(name, names.iter().copied(), 1).first(), names) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "there are no versions yet; `docproof version cut` makes one".to_owned(),
        (None, names) => format!("versions: {}", one_of(names)),
    };
    Refusal::new(format!("there is no version `{name}`"), hint)
}

/// Whether two values are written the same: the order of keys counts, which `==` does not look at.
/// Code that a doc shows from files is in the text of a version, as copied text is.
fn frozen(doc: &Doc) -> String {
    edited(doc.expanded.text.to_string(), frozen_edits(doc))
}

fn frozen_edits(doc: &Doc) -> BTreeMap<usize, (usize, String)> {
    let edits = file_fence::frozen(&doc.expanded.text, &doc.parsed.codes).into_iter();
    edits.map(|(at, len, new)| (at, (len, new))).collect()
}

/// A text with some parts replaced.
fn edited(mut text: String, edits: BTreeMap<usize, (usize, String)>) -> String {
    for (at, (len, new)) in edits.into_iter().rev() {
        text.replace_range(at..at + len, &new);
    }
    text
}

fn same_text(a: &Value, b: &Value) -> bool {
    let (a, b) = (a.to_string(), b.to_string());
    a == b
}

/// A sidebar file with other names and ids.
fn renamed(value: &Value, rename: &dyn Fn(&str) -> String) -> Value {
    let Value::Object(sidebars) = value else {
        return value.clone();
    };
    sidebars
        .iter()
        .map(|(name, sidebar)| {
            let sidebar = match sidebar {
                Value::Object(categories) => categories
                    .iter()
                    .map(|(label, items)| (label.clone(), renamed_items(items, rename)))
                    .collect::<Map<String, Value>>()
                    .into(),
                other => renamed_items(other, rename),
            };
            (rename(name), sidebar)
        })
        .collect::<Map<String, Value>>()
        .into()
}

fn renamed_items(value: &Value, rename: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(id) => rename(id).into(),
        Value::Array(items) => items
            .iter()
            .map(|item| renamed_items(item, rename))
            .collect(),
        Value::Object(entry) => entry
            .iter()
            .map(|(key, value)| {
                let value = match key.as_str() {
                    "ids" | "items" | "id" => renamed_items(value, rename),
                    _ => value.clone(),
                };
                (key.clone(), value)
            })
            .collect::<Map<String, Value>>()
            .into(),
        other => other.clone(),
    }
}

/// Where a link's URL is written: in the link itself, or in the definition that it refers to.
fn place_of(text: &str, link: &std::ops::Range<usize>, dest: &str) -> Option<usize> {
    let inside = text.get(link.clone())?;
    if let Some(at) = inside.rfind(&format!("({dest}")) {
        return Some(link.start + at + 1);
    }
    if inside == dest {
        return Some(link.start);
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_start();
        if words.starts_with('[')
            && let Some(url) = words.find("]: ")
            && words[url + 3..]
                .trim_start()
                .trim_start_matches('<')
                .starts_with(dest)
        {
            return Some(at + line.find(dest)?);
        }
        at += line.len();
    }
    None
}

/// The relative path from a folder to a file.
pub fn way(folder: &str, file: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    let to: Vec<&str> = file.split('/').collect();
    let same = from
        .iter()
        .zip(&to[..to.len() - 1])
        .take_while(|(a, b)| a == b)
        .count();
    let up = "../".repeat(from.len() - same);
    let down = to[same..].join("/");
    join("", &format!("{up}{down}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_files() {
        assert_eq!(way("docs/a", "docs/b.md"), "../b.md");
        assert_eq!(way("docs", "docs/x/y.md"), "x/y.md");
        assert_eq!(way("", "docs/y.md"), "docs/y.md");
        assert_eq!(way("a/b", "c.md"), "../../c.md");
    }

    #[test]
    fn sidebars_are_renamed_in_every_form() {
        let value = serde_json::json!({ "docs": { "A": ["x", { "type": "subcategory", "label": "L", "ids": ["y"] }, { "type": "link", "label": "x", "href": "/x" }] }, "b": ["z", { "type": "doc", "id": "q" }] });
        let there = renamed(&value, &|id| format!("v-{id}"));
        assert_eq!(
            there.to_string(),
            r#"{"v-docs":{"A":["v-x",{"type":"subcategory","label":"L","ids":["v-y"]},{"type":"link","label":"x","href":"/x"}]},"v-b":["v-z",{"type":"doc","id":"v-q"}]}"#
        );
        let back = renamed(&there, &|id| id.strip_prefix("v-").unwrap_or(id).to_owned());
        assert_eq!(back, value);
    }
}
