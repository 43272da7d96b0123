//! The site's files, behind a trait.
//!
//! In: a [`FileProvider`]. Out: the loaded files of a site: texts by id, other files by hash. What could not
//! be read becomes a diagnostic. It must not know the disk.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rayon::prelude::*;

use crate::config::SiteConfig;
use crate::diagnostic::Diagnostic;
use crate::source::{ContentHash, Prepared, SourceId, SourceMap};

/// Gives files by path from the site's folder, with `/`.
pub trait FileProvider: Sync {
    /// Every file under a folder, in any order; a folder that does not exist has none.
    fn list(&self, folder: &str) -> Listing;

    /// The bytes of a file.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// The first `len` bytes of a file, or all of a shorter one.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read_start(&self, path: &str, len: usize) -> Result<Vec<u8>, ReadError> {
        let mut bytes = self.read(path)?;
        bytes.truncate(len);
        Ok(bytes)
    }
}

/// What [`FileProvider::list`] found.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Paths from the site's folder.
    pub files: Vec<String>,
    /// Paths that were left out, and why.
    pub problems: Vec<(String, String)>,
}

/// Why a file cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// It is not there.
    Missing,
    /// The path leads out of the site's folder.
    Outside,
    /// The system refused; in words.
    Failed(String),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("does not exist"),
            Self::Outside => f.write_str("leads out of the site's folder"),
            Self::Failed(why) => write!(f, "cannot be read: {why}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// What has changed since the last build.
#[derive(Clone, Debug)]
pub enum ChangeSet {
    /// Anything may have.
    All,
    /// These paths were added, changed or removed.
    Paths(BTreeSet<String>),
}

/// A loaded file.
#[derive(Clone, Debug)]
pub enum File {
    /// A text that phases read.
    Text(SourceId),
    /// A file that is published as it is.
    Bytes {
        /// Hash of its bytes.
        hash: ContentHash,
        /// Width and height, of an image.
        size: Option<(usize, usize)>,
    },
    /// Not readable; the diagnostic says why.
    Bad(Box<Diagnostic>),
}

/// The loaded files of a site.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// By path.
    pub all: BTreeMap<String, File>,
    /// Problems of the listing itself.
    pub problems: Vec<Diagnostic>,
    /// Paths of `all` that stand outside the site's folders and are there because a doc copies them.
    also: BTreeSet<String>,
    /// Files whose text a fence shows. They may be among `all` as files without a text, so they stand apart.
    pub shown: BTreeMap<String, File>,
    /// The folders whose files are published as they are, with `/` at their ends.
    statics: Vec<String>,
    /// Texts of which only the beginning was read.
    begun: HashSet<SourceId>,
}

/// How closely files are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// All of their bytes.
    Whole,
    /// Of docs only the front matter, if that has the title, and one line more. What stands below is not read: there are no headings,
    /// links or code blocks.
    Glance,
}

/// How far into a doc its front matter is looked for.
const BEGINNING: usize = 4 << 10;

/// The largest text that is read as Markdown, YAML or a template: 64 MiB.
const MAX_TEXT: usize = 64 << 20;

impl Files {
    /// Loads every file that a configuration names or implies.
    pub fn load(
        &mut self,
        provider: &dyn FileProvider,
        config: &SiteConfig,
        sources: &mut SourceMap,
        depth: Depth,
    ) {
        self.all.clear();
        self.problems.clear();
        self.also.clear();
        self.begun.clear();
        let statics = config.static_folders().into_iter();
        self.statics = statics.map(|(folder, _)| folder + "/").collect();
        let mut paths: BTreeSet<String> = BTreeSet::new();
        for folder in config.source_folders() {
            let listing = provider.list(&folder);
            paths.extend(listing.files);
            self.problems.extend(
                listing
                    .problems
                    .into_iter()
                    .map(|(path, why)| Diagnostic::error("file", why).in_file(path)),
            );
        }
        for docset in &config.docsets {
            paths.extend(SETTINGS.iter().map(|name| docset.website(name)));
        }
        let texts: BTreeSet<String> = paths
            .iter()
            .filter(|path| self.is_text(path))
            .cloned()
            .collect();
        let read = |path: String| match depth {
            Depth::Glance if path.ends_with(".md") => match beginning(&path, provider) {
                Some(text) => (path, ReadText::Text(text), true),
                None => (path.clone(), read_text(&path, provider), false),
            },
            _ => (path.clone(), read_text(&path, provider), false),
        };
        let all: Vec<(String, ReadText, bool)> = texts.into_par_iter().map(read).collect();
        for (path, text, begun) in all {
            self.set_text(&path, text, sources);
            if begun {
                self.begun.extend(self.text(&path));
            }
        }
        let others: Vec<(String, File)> = paths
            .into_par_iter()
            .filter(|path| !self.is_text(path))
            .filter_map(|path| Some((path.clone(), bytes_file(&path, provider.read(&path))?)))
            .collect();
        self.all.extend(others);
    }

    /// Loads some paths again. What docs copy from elsewhere is forgotten: whether it is still copied shows
    /// only when the docs are read.
    pub fn reload(
        &mut self,
        provider: &dyn FileProvider,
        paths: &BTreeSet<String>,
        sources: &mut SourceMap,
    ) {
        for path in std::mem::take(&mut self.also) {
            self.all.remove(&path);
        }
        for path in paths {
            if self.is_text(path) {
                self.set_text(path, read_text(path, provider), sources);
            } else {
                match bytes_file(path, provider.read(path)) {
                    Some(file) => self.all.insert(path.clone(), file),
                    None => self.all.remove(path),
                };
            }
        }
    }

    /// Loads a text again that docs are made of. False when it is not a text, or was none before.
    pub fn text_again(
        &mut self,
        provider: &dyn FileProvider,
        path: &str,
        sources: &mut SourceMap,
    ) -> bool {
        let known = self.all.get(path);
        let (in_all, in_shown) = (
            matches!(known, Some(File::Text(_))),
            matches!(self.shown.get(path), Some(File::Text(_))),
        );
        // A file that a fence shows may be published as well.
        let published = matches!(known, Some(File::Bytes { .. }));
        if published || !(in_all || in_shown) {
            return false;
        }
        let ReadText::Text(prepared) = read_text(path, provider) else {
            return false;
        };
        sources.set_prepared(path, prepared);
        true
    }

    /// Whether only the beginning of a text was read.
    pub fn is_begun(&self, path: &str) -> bool {
        !self.begun.is_empty() && self.text(path).is_some_and(|id| self.begun.contains(&id))
    }

    /// Reads the rest of a text of which only the beginning was read.
    pub fn go_on(&mut self, provider: &dyn FileProvider, path: &str, sources: &mut SourceMap) {
        if self.is_begun(path) {
            self.begun.retain(|id| sources.find(path) != Some(*id));
            self.set_text(path, read_text(path, provider), sources);
        }
    }

    /// The files whose paths begin with `prefix`, in the order of paths.
    pub fn under(&self, prefix: &str) -> impl Iterator<Item = (&String, &File)> {
        let from = (
            std::ops::Bound::Included(prefix),
            std::ops::Bound::Unbounded,
        );
        self.all
            .range::<str, _>(from)
            .take_while(move |(path, _)| path.starts_with(prefix))
    }

    /// The text of a path, if it is loaded and readable.
    pub fn text(&self, path: &str) -> Option<SourceId> {
        match self.all.get(path) {
            Some(File::Text(id)) => Some(*id),
            _ => None,
        }
    }

    /// Loads a text that is not among the site's folders (a COPY DOCS source).
    pub fn also(&mut self, provider: &dyn FileProvider, path: &str, sources: &mut SourceMap) {
        if !self.all.contains_key(path) {
            let text = read_text(path, provider);
            if !matches!(text, ReadText::Missing) {
                self.set_text(path, text, sources);
                self.also.insert(path.to_owned());
            }
        }
    }

    /// Reads the files that fences show, all again: nobody says which of them have changed.
    pub fn show(
        &mut self,
        provider: &dyn FileProvider,
        paths: &BTreeSet<String>,
        sources: &mut SourceMap,
    ) {
        self.shown.clear();
        for path in paths {
            if let Some(file) = text_file(path, read_text(path, provider), sources) {
                self.shown.insert(path.clone(), file);
            }
        }
    }

    /// Reads one more such file; its id, if it is a text.
    pub fn show_also(
        &mut self,
        provider: &dyn FileProvider,
        path: &str,
        sources: &mut SourceMap,
    ) -> Option<SourceId> {
        if !self.shown.contains_key(path) {
            let file = text_file(path, read_text(path, provider), sources)?;
            self.shown.insert(path.to_owned(), file);
        }
        match self.shown.get(path) {
            Some(File::Text(id)) => Some(*id),
            _ => None,
        }
    }

    /// Whether a path is read as text rather than published as it is.
    fn is_text(&self, path: &str) -> bool {
        if self.statics.iter().any(|folder| path.starts_with(folder)) {
            return false;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        path.ends_with(".md")
            || path.starts_with("templates/")
            || SETTINGS.contains(&name)
            || name.ends_with("-sidebars.json")
            || name.ends_with("-sidebars.yaml")
            || name.ends_with("-sidebars.yml")
    }

    fn set_text(&mut self, path: &str, text: ReadText, sources: &mut SourceMap) {
        match text_file(path, text, sources) {
            Some(file) => self.all.insert(path.to_owned(), file),
            None => self.all.remove(path),
        };
    }
}

/// A text as a file; none when it is not there.
fn text_file(path: &str, text: ReadText, sources: &mut SourceMap) -> Option<File> {
    match text {
        ReadText::Missing => None,
        ReadText::Text(prepared) => Some(File::Text(sources.set_prepared(path, prepared))),
        ReadText::Bad(why) => Some(bad(path, why)),
        ReadText::NotUtf8(lossy) => Some(not_utf8(path, lossy, sources)),
    }
}

/// A file that was read as text; made on any thread.
enum ReadText {
    Missing,
    Text(Prepared),
    Bad(String),
    /// The text with replacement characters.
    NotUtf8(Prepared),
}

fn read_text(path: &str, provider: &dyn FileProvider) -> ReadText {
    match provider.read(path) {
        Err(ReadError::Missing) => ReadText::Missing,
        Err(error) => ReadText::Bad(error.to_string()),
        Ok(bytes) if bytes.len() > MAX_TEXT => ReadText::Bad(format!(
            "the file is too large: {} MiB, and texts may have 64",
            bytes.len() >> 20
        )),
        Ok(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) => ReadText::Text(Prepared::new(text)),
            Err(_) => ReadText::NotUtf8(Prepared::new(&String::from_utf8_lossy(&bytes))),
        },
    }
}

/// Front matter with a title, and the first line of text after it. None when the file does not begin with that.
fn beginning(path: &str, provider: &dyn FileProvider) -> Option<Prepared> {
    let bytes = provider.read_start(path, BEGINNING).ok()?;
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        // The end may lie inside a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let after = |at: usize, what: &dyn Fn(&str) -> Option<usize>| Some(at + what(&text[at..])?);
    if !text.trim_start_matches('\u{feff}').starts_with("---") {
        return None;
    }
    let close = text.find("\n---")?;
    text[..close].find("\ntitle:")?;
    let line = after(close + 1, &|rest| rest.find('\n'))?;
    let words = after(line, &|rest| rest.find(|c: char| !c.is_whitespace()))?;
    let end = after(words, &|rest| rest.find('\n'))?;
    Some(Prepared::new(&text[..=end]))
}

/// Files beside the docs that shape the docset.
pub const SETTINGS: [&str; 5] = [
    "versions.json",
    "sidebars.json",
    "sidebars.yaml",
    "sidebars.yml",
    "versions.yaml",
];

fn bad(path: &str, why: String) -> File {
    File::Bad(Box::new(Diagnostic::error("file", why).in_file(path)))
}

/// The place of the first byte that is not UTF-8, shown in the text up to there.
fn not_utf8(path: &str, lossy: Prepared, sources: &mut SourceMap) -> File {
    let id = sources.set_prepared(path, lossy);
    let shown = &sources.get(id).text;
    let start = shown.find('\u{fffd}').unwrap_or(0);
    let span = crate::source::Span {
        source: id,
        range: start..(start + '\u{fffd}'.len_utf8()).min(shown.len()),
    };
    File::Bad(Box::new(
        Diagnostic::error("file", "the file is not UTF-8")
            .at(span, "this byte is not")
            .hint("save it with the encoding UTF-8"),
    ))
}

fn bytes_file(path: &str, bytes: Result<Vec<u8>, ReadError>) -> Option<File> {
    match bytes {
        Err(ReadError::Missing) => None,
        Err(error) => Some(bad(path, error.to_string())),
        Ok(bytes) => Some(File::Bytes {
            hash: ContentHash::of(&bytes),
            size: image_size(path, &bytes),
        }),
    }
}

/// Width and height of an image in pixels.
fn image_size(path: &str, bytes: &[u8]) -> Option<(usize, usize)> {
    if path.ends_with(".svg") {
        return svg_size(std::str::from_utf8(bytes).ok()?);
    }
    let known = [
        ".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".ico", ".avif",
    ];
    let lower = path.to_lowercase();
    if !known.iter().any(|ending| lower.ends_with(ending)) {
        return None;
    }
    imagesize::blob_size(bytes)
        .ok()
        .map(|size| (size.width, size.height))
}

/// `width` and `height` of an SVG, else those of its `viewBox`.
fn svg_size(text: &str) -> Option<(usize, usize)> {
    let tag = &text[text.find("<svg")?..];
    let tag = &tag[..tag.find('>')?];
    let attribute = |name: &str| {
        let start = tag
            .find(&format!(" {name}="))
            .or_else(|| tag.find(&format!("\n{name}=")))?
            + name.len()
            + 2;
        let value = tag.get(start + 1..)?;
        Some(value[..value.find(['"', '\''])?].to_owned())
    };
    let pixels = |name: &str| attribute(name)?.trim_end_matches("px").parse::<f64>().ok();
    let round = |x: f64| {
        if (1.0..1e6).contains(&x) {
            Some(x.round() as usize)
        } else {
            None
        }
    };
    if let (Some(width), Some(height)) = (pixels("width"), pixels("height")) {
        return Some((round(width)?, round(height)?));
    }
    let view: Vec<f64> = attribute("viewBox")?
        .split([' ', ','])
        .filter_map(|n| n.parse().ok())
        .collect();
    match view.as_slice() {
        [_, _, width, height] => Some((round(*width)?, round(*height)?)),
        _ => None,
    }
}

/// Files kept in memory, for tests and tools.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(pub BTreeMap<String, Vec<u8>>);

impl MemoryFiles {
    /// Files from paths and texts.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(
            files
                .into_iter()
                .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
                .collect(),
        )
    }
}

impl FileProvider for MemoryFiles {
    fn list(&self, folder: &str) -> Listing {
        let prefix = format!("{folder}/");
        Listing {
            files: self
                .0
                .keys()
                .filter(|path| path.starts_with(&prefix))
                .cloned()
                .collect(),
            problems: Vec::new(),
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.0.get(path).cloned().ok_or(ReadError::Missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_images() {
        assert_eq!(
            svg_size("<?xml?><svg xmlns=\"x\" width=\"30px\" height=\"12.4\">"),
            Some((30, 12))
        );
        assert_eq!(svg_size("<svg viewBox=\"0 0 24 16\">"), Some((24, 16)));
        assert_eq!(svg_size("<svg width=\"100%\">"), None);
        assert_eq!(image_size("a.png", b"not an image"), None);
    }

    #[test]
    fn a_glance_reads_front_matter_with_a_title_and_one_line() {
        let seen = |text: &str| {
            let provider = MemoryFiles::new([("docs/a.md", text)]);
            let mut sources = SourceMap::default();
            let begun = beginning("docs/a.md", &provider);
            begun.map(|text| {
                let id = sources.set_prepared("docs/a.md", text);
                sources.get(id).text.to_string()
            })
        };
        let whole = "---\nid: a\ntitle: A\n---\n\nOne\nTwo\n";
        let cut = "---\nid: a\ntitle: A\n---\n\nOne\n";
        assert_eq!(seen(whole).as_deref(), Some(cut));
        assert_eq!(seen(&whole.replace('\n', "\r\n")).as_deref(), Some(cut));
        let long = format!("{whole}{}", "é".repeat(BEGINNING));
        assert_eq!(seen(&long).as_deref(), Some(cut));
        for whole in [
            "# A\n\nOne\n",
            "---\nid: a\n---\nOne\n",
            "---\ntitle: A\nnever closed\n",
            "---\ntitle: A\n---\n\n",
            "---\ntitle: A\n---\nno end of line",
        ] {
            assert_eq!(seen(whole), None, "{whole}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_have_a_place() {
        let mut sources = SourceMap::default();
        let mut files = Files::default();
        let provider = MemoryFiles([("docs/a.md".to_owned(), b"ok\nba\xffd".to_vec())].into());
        files.set_text("docs/a.md", read_text("docs/a.md", &provider), &mut sources);
        let Some(File::Bad(diagnostic)) = files.all.get("docs/a.md") else {
            panic!("it is bad")
        };
        let span = diagnostic.place.clone().expect("it has a place");
        assert_eq!(sources.place(&span), (2, 3));
    }
}
