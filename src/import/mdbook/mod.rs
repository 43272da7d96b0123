//! mdBook: `book.toml` to a configuration with one docset, whose sidebar `SUMMARY.md` goes on to be.
//!
//! In: the settings, the list of chapters, and what was seen of the chapters and of the package around the book. Out: the text of
//! a `docproof.yaml`, and what needs a hand, with its place. It reads no files.

mod book_toml;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Write as _;

pub use book_toml::{Settings, read};

use super::yaml_text::scalar;

use crate::config::BookConfig;
use crate::diagnostic::{Diagnostic, Problem, Severity};
use crate::directive::copy_docs::Text;
use crate::directive::mdbook;
use crate::site::summary::Summary;
use crate::site::urls::join_relative;

/// The Cargo package that a book is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Package {
    /// None was found.
    None,
    /// That of the site's own folder: samples belong to it without a word.
    Own,
    /// Another one: its name, and the way to it from the site's folder.
    Other(String, String),
}

/// What was seen of a book.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Book<'a> {
    /// The way from the site's folder to the book's.
    pub way: &'a str,
    /// What `book.toml` says.
    pub settings: &'a Settings,
    /// Its chapters.
    pub summary: &'a Summary,
    /// The package that its samples use.
    pub package: Package,
    /// Some includes cannot be carried out.
    pub broken_includes: bool,
    /// Names of `{{#NAME}}` that nobody knows, and how often they are there.
    pub variables: BTreeMap<String, usize>,
}

/// What the includes of chapters lack.
#[derive(Clone, Debug, Default)]
pub struct Includes {
    /// What is wrong, as warnings: the import does not fail on what mdBook passes over.
    pub diagnostics: Vec<Diagnostic>,
    /// Some cannot be carried out.
    pub broken: bool,
    /// As in [`Book::variables`].
    pub variables: BTreeMap<String, usize>,
}

impl Includes {
    /// Tries the includes of one chapter. `lookup` gives the text of a path, or why it cannot be had.
    pub fn of(&mut self, chapter: &Text, lookup: &dyn Fn(&str) -> Result<Text, String>) {
        let expanded = mdbook::expand(chapter, &BookConfig::default(), lookup);
        for (name, times) in &expanded.unknown {
            *self.variables.entry(name.clone()).or_default() += times;
        }
        for mut diagnostic in expanded.expanded.diagnostics {
            // Variables are reported once for the whole book.
            if diagnostic.code == "include" {
                self.broken |= diagnostic.severity == Severity::Error;
                diagnostic.severity = Severity::Warning;
                self.diagnostics.push(diagnostic);
            }
        }
    }
}

/// The folder of the chapters from the site's folder: `path` and `docs` of the docset.
///
/// # Errors
/// When there is none between the two: chapters that lie beside the configuration.
pub fn folders(way: &str, src: &str) -> Result<(String, String), Box<Problem>> {
    let (path, docs) = match (way, src) {
        (way, "") => way.rsplit_once('/').unwrap_or(("", way)),
        (way, src) => (way, src),
    };
    if docs.is_empty() {
        let message = "the chapters lie in the folder of the new configuration";
        let hint = "docproof.yaml needs a folder above them: run this from there, as in `docproof import mdbook BOOK`";
        return Err(Problem::error("import", 0..0, message).hint(hint).into());
    }
    Ok((path.to_owned(), docs.to_owned()))
}

/// The configuration, and what of the settings it cannot say.
pub fn configuration(book: &Book<'_>) -> (String, Vec<Problem>) {
    let mut writer = Writer {
        book,
        out: String::new(),
        problems: Vec::new(),
    };
    match folders(book.way, &book.settings.src) {
        Ok((path, docs)) => writer.write(&path, &docs),
        Err(problem) => writer.problems.push(*problem),
    }
    (writer.out, writer.problems)
}

struct Writer<'a> {
    book: &'a Book<'a>,
    out: String,
    problems: Vec<Problem>,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn key(&mut self, indent: &str, key: &str, value: &str) {
        let value = scalar(value);
        let _ = writeln!(self.out, "{indent}{key}: {value}");
    }

    fn write(&mut self, path: &str, docs: &str) {
        let settings = self.book.settings;
        self.line("# Made by `docproof import mdbook` from book.toml. SUMMARY.md goes on to be the list of chapters.");
        self.key("", "title", settings.title.as_deref().unwrap_or("Book"));
        for (key, value) in [
            ("tagline", &settings.description),
            ("lang", &settings.language),
        ] {
            if let Some(value) = value {
                self.key("", key, value);
            }
        }
        if let Some(name) = &settings.cname {
            self.key("", "url", &format!("https://{name}"));
        }
        self.base_url();
        self.line("# The addresses of mdBook: relative links with .html.");
        self.line("urls: html");
        self.line("# mdBook follows no link. `error` keeps what is broken from being published.");
        self.line("links: warn");
        if let Some(repository) = &settings.repository {
            self.line("header:");
            self.line("  links:");
            let href = scalar(repository);
            self.line(&format!("    - {{ href: {href}, label: Repository }}"));
        }
        self.docset(path, docs);
        self.redirects();
        self.verify();
    }

    fn base_url(&mut self) {
        let Some(url) = &self.book.settings.site_url else {
            return;
        };
        // A whole address is allowed there, too.
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => url.as_str(),
        };
        if path != "/" {
            self.key("", "base_url", path);
        }
        if let (Some((scheme, rest)), None) = (url.split_once("://"), &self.book.settings.cname) {
            let host = rest.split('/').next().unwrap_or_default();
            self.key("", "url", &format!("{scheme}://{host}"));
        }
    }

    fn docset(&mut self, path: &str, docs: &str) {
        let settings = self.book.settings;
        self.line("docsets:");
        self.line("  - id: book");
        if let Some(title) = &settings.title {
            self.key("    ", "title", title);
        }
        if !path.is_empty() {
            self.key("    ", "path", path);
        }
        self.key("    ", "docs", docs);
        self.line("    route: \"\"");
        self.line("    dialect: mdbook");
        if let Some(template) = &settings.edit_url {
            // mdBook's path starts at the book's folder, ours at the chapters'.
            let inside = match settings.src.as_str() {
                "" => "{path}".to_owned(),
                src => format!("{src}/{{path}}"),
            };
            self.key("    ", "edit_url", &template.replace("{path}", &inside));
        }
        self.book_table();
    }

    fn book_table(&mut self) {
        let (book, settings) = (self.book, self.book.settings);
        let mut lines: Vec<String> = settings
            .off
            .iter()
            .map(|key| format!("{key}: false"))
            .collect();
        if settings.no_section_label {
            lines.push("section_labels: false".into());
        }
        if book.broken_includes {
            lines.push("# Some includes find nothing: mdBook leaves them as text. Remove this line when they are mended.".into());
            lines.push("includes: warn".into());
        }
        if !settings.hidelines.is_empty() {
            lines.push("hidelines:".into());
            let each = settings.hidelines.iter();
            lines.extend(each.map(|(l, p)| format!("  {}: {}", scalar(l), scalar(p))));
        }
        if !book.variables.is_empty() {
            lines.push("# What stands for these? A preprocessor of the book knew it.".into());
            lines.push("# variables:".into());
            let each = book.variables.iter();
            let often = |times: &usize| match times {
                1 => "once".to_owned(),
                _ => format!("{times} times"),
            };
            lines.extend(each.map(|(name, times)| format!("#   {name}: ..   # {}", often(times))));
        }
        if lines.is_empty() {
            return;
        }
        // A table of nothing but comments would be no table.
        let only_comments = lines.iter().all(|line| line.starts_with('#'));
        self.line(if only_comments {
            "    # mdbook:"
        } else {
            "    mdbook:"
        });
        for line in lines {
            self.line(&format!("      {line}"));
        }
    }

    fn redirects(&mut self) {
        let mut all: Vec<(String, String)> = Vec::new();
        for (from, to, range) in &self.book.settings.redirects {
            let path = format!("/{}", from.trim_start_matches('/'));
            if path.contains(['#', '?']) {
                let message = format!("`{from}` has no counterpart");
                let hint = "a redirect is from a page, not from a place on it";
                let problem = Problem::warning("import", range.clone(), message).hint(hint);
                self.problems.push(problem);
                continue;
            }
            match self.target(&path, to) {
                Some(to) => all.push((path, to)),
                None => {
                    let message = format!("the redirect to `{to}` leaves the book");
                    self.problems
                        .push(Problem::warning("import", range.clone(), message));
                }
            }
        }
        all.sort();
        if let Some(first) = self.first_page() {
            all.insert(0, ("/".into(), first));
        }
        if all.is_empty() {
            return;
        }
        self.line("redirects:");
        for (from, to) in all {
            self.line(&format!("  {}: {}", scalar(&from), scalar(&to)));
        }
    }

    /// Where a redirect leads: mdBook resolves it against the old address.
    fn target(&self, from: &str, to: &str) -> Option<String> {
        if crate::markdown::is_external(to) {
            return Some(to.to_owned());
        }
        if to.starts_with('/') {
            let base = self.book.settings.site_url.as_deref().unwrap_or("/");
            let inside = to.strip_prefix(base).map(|rest| format!("/{rest}"));
            return Some(inside.unwrap_or_else(|| to.to_owned()));
        }
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (path, anchor) = to.split_at(to.find('#').unwrap_or(to.len()));
        Some(format!("/{}{anchor}", join_relative(folder, path)?))
    }

    /// The first chapter, if the book has no page for `/` itself: mdBook writes that chapter there again.
    fn first_page(&self) -> Option<String> {
        let chapters = self.book.summary.chapters();
        let files: Vec<&str> = chapters.iter().filter_map(|c| c.file.as_deref()).collect();
        let is_index = |file: &&str| {
            let name = file.to_lowercase();
            name == "index.md" || name == "readme.md"
        };
        if files.iter().any(is_index) {
            return None;
        }
        let stem = files.first()?.strip_suffix(".md")?;
        let page = match stem.rsplit_once('/') {
            Some((folder, name)) if name.eq_ignore_ascii_case("readme") => {
                format!("{folder}/index")
            }
            _ => stem.to_owned(),
        };
        Some(format!("/{page}.html"))
    }

    fn verify(&mut self) {
        let edition = self.book.settings.edition.as_deref();
        let mut lines = Vec::new();
        match (edition, &self.book.package) {
            (Some(edition), _) => lines.push(format!("edition: {}", scalar(edition))),
            (None, Package::None) => {
                lines.push("# What `mdbook test` takes where book.toml names none.".into());
                lines.push("edition: \"2015\"".into());
            }
            (None, _) => {}
        }
        match &self.book.package {
            Package::None => {}
            Package::Own => {
                lines.push("# Samples use the package of this folder, in its edition.".into())
            }
            Package::Other(name, way) => {
                lines.push(format!(
                    "dependencies: {{ {name}: {{ path: {} }} }}",
                    scalar(way)
                ));
            }
        }
        if lines.is_empty() {
            return;
        }
        let only_comments = lines.iter().all(|line| line.starts_with('#'));
        self.line(if only_comments {
            "# verify:"
        } else {
            "verify:"
        });
        for line in lines {
            self.line(&format!("  {line}"));
        }
    }
}
