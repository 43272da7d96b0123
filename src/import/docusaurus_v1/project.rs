//! One project: its settings, and what else lies in its folders.
//!
//! In: the path of a `siteConfig.js` and the old site's files. Out: a [`Project`], and notes on what has no counterpart:
//! pages in React, a blog, translations, style sheets, docs that a sidebar names and nobody wrote.

use std::collections::BTreeSet;

use serde_yaml::Value as Yaml;

use super::note::Note;
use super::settings::{self, Got, LinkTarget, PlacedText, Settings};
use crate::config::Dialect;
use crate::diagnostic::{count, did_you_mean};
use crate::front_matter::{self, FrontMatter};
use crate::javascript::{self, Place, Read};
use crate::source::SourceMap;
use crate::yaml::{self, Part, Step};

/// The files of an old site.
pub struct Files<'a> {
    /// All of them, by path from the new site's folder, with `/`.
    pub paths: &'a BTreeSet<String>,
    /// Gives the text of one of them.
    pub read: &'a Read<'a>,
}

impl Files<'_> {
    /// The text of a file as a [`SourceMap`] keeps it, so that places fit.
    pub fn text(&self, path: &str) -> Option<String> {
        let raw = (self.read)(path)?;
        let mut sources = SourceMap::default();
        let id = sources.set(path, &raw);
        Some(sources.get(id).text.to_string())
    }

    /// Paths under a folder, without the folder.
    pub fn under<'f>(&'f self, folder: &str) -> impl Iterator<Item = &'f str> + use<'f> {
        let prefix = format!("{folder}/");
        let from = self.paths.range(prefix.clone()..);
        from.map_while(move |path| path.strip_prefix(prefix.as_str()))
    }

    fn holds(&self, path: &str) -> bool {
        self.paths.contains(path)
    }
}

/// One project.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its `siteConfig.js`.
    pub config: String,
    /// The folder that holds docs and website; empty for the new site's own.
    pub folder: String,
    /// The name of the folder of `siteConfig.js`.
    pub website: String,
    /// The folder of the docs, from `folder`.
    pub docs: String,
    /// Whether it has released versions.
    pub versioned: bool,
    /// What `siteConfig.js` says.
    pub settings: Settings,
    /// Style sheets that were part of every page.
    pub sheets: Vec<String>,
}

/// Joins two parts of a path.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

impl Project {
    /// A file of the website's folder.
    pub fn website(&self, rest: &str) -> String {
        join(&join(&self.folder, &self.website), rest)
    }

    /// The folder of the docs, from the new site's folder.
    pub fn docs_folder(&self) -> String {
        join(&self.folder, &self.docs)
    }

    /// Reads a project. None if it is no docset; the notes say why.
    pub fn read(files: &Files<'_>, config: &str) -> (Option<Self>, Vec<Note>) {
        let mut notes = Vec::new();
        let text = match files.text(config) {
            Some(text) => text,
            None => {
                notes.push(
                    Note::about("import", config, "it cannot be read")
                        .fatal()
                        .hint(EXCLUDE),
                );
                return (None, notes);
            }
        };
        let other = |path: &str| files.text(path);
        let module = match javascript::evaluate(config, &text, &other) {
            Ok(module) => module,
            Err(error) => {
                let note = Note::at("import", &error.place, error.message).fatal();
                notes.push(note.hint(format!("put it right, or {EXCLUDE}")));
                return (None, notes);
            }
        };
        for unread in &module.unread {
            let message = "this statement is not run, and may change the settings";
            let hint = "look at what it does, and write it into docproof.yaml by hand";
            notes.push(Note::at("import-computed", &unread.place, message).hint(hint));
        }
        let (settings, said) = settings::read(&module.exports);
        let broken = said.iter().any(Note::is_fatal);
        notes.extend(said);
        if broken {
            return (None, notes);
        }
        let project = Self::placed(files, config, settings, &mut notes);
        let mut project = project;
        if let Some(project) = &mut project {
            project.look_around(files, &mut notes);
        }
        (project, notes)
    }

    /// Where its parts lie.
    fn placed(
        files: &Files<'_>,
        config: &str,
        settings: Settings,
        notes: &mut Vec<Note>,
    ) -> Option<Self> {
        let Some((website, _)) = config.rsplit_once('/') else {
            let message = "the docs lie beside this folder, and so outside of the configuration's";
            let hint =
                "start one folder up, where `docs` and this folder lie, or name that with `--site`";
            notes.push(Note::about("import", config, message).fatal().hint(hint));
            return None;
        };
        let (folder, website) = website.rsplit_once('/').unwrap_or(("", website));
        let docs = settings.docs_path.known().map_or("docs", String::as_str);
        let docs = docs.trim_start_matches("./").trim_matches('/').to_owned();
        let mut project = Self {
            config: config.to_owned(),
            folder: folder.to_owned(),
            website: website.to_owned(),
            docs,
            versioned: false,
            settings,
            sheets: Vec::new(),
        };
        project.versioned = files.holds(&project.website("versions.json"));
        let is_doc = |path: &str| path.ends_with(".md");
        let released = files.under(&project.website("versioned_docs")).any(is_doc);
        if project.docs.split('/').any(|part| part == "..") {
            let message = format!("`customDocsPath` leads out of `{}`", project.shown_folder());
            let hint = "move the docs beside the website, or write the docset by hand";
            notes.push(Note::about("import", config, message).fatal().hint(hint));
            return None;
        }
        if !released && !files.under(&project.docs_folder()).any(is_doc) {
            let message = format!(
                "there are no docs in `{}`: the project is left out",
                project.docs_folder()
            );
            let hint = "a project is a docset with docs beside the folder of its `siteConfig.js`";
            notes.push(Note::about("import", config, message).hint(hint));
            return None;
        }
        project.sheets = files
            .under(&project.website("static"))
            .filter(|path| path.ends_with(".css"))
            .map(str::to_owned)
            .collect();
        Some(project)
    }

    fn shown_folder(&self) -> &str {
        if self.folder.is_empty() {
            "."
        } else {
            &self.folder
        }
    }

    /// Notes what has no counterpart in the folders, and what is broken there.
    fn look_around(&mut self, files: &Files<'_>, notes: &mut Vec<Note>) {
        let ids = self.ids(files);
        self.header(&ids, files, notes);
        self.sidebar(&ids, files, notes);
        self.pages(files, notes);
        self.gone(files, notes);
        if !self.sheets.is_empty() {
            let file = self.website(&format!("static/{}", self.sheets[0]));
            let message = "style sheets of `static` were part of every page, and are not any more";
            let hint = "name those under `theme.css` whose rules fit: they name parts of Docusaurus' pages";
            notes.push(Note::about("import-no-counterpart", &file, message).hint(hint));
        }
    }

    /// Ids of the current docs, as Docusaurus makes them.
    fn ids(&self, files: &Files<'_>) -> BTreeSet<String> {
        let folder = self.docs_folder();
        let docs = files.under(&folder).filter_map(|path| {
            let (above, front, name) = doc(files, &folder, path)?;
            let own = front.id.unwrap_or(name);
            Some(join(above, &own))
        });
        docs.collect()
    }

    /// Ids of the docs of all released versions, without the version.
    fn released_ids(&self, files: &Files<'_>) -> BTreeSet<String> {
        let folder = self.website("versioned_docs");
        let docs = files.under(&folder).filter_map(|path| {
            let (above, front, name) = doc(files, &folder, path)?;
            let (version, above) = above.split_once('/').unwrap_or((above, ""));
            let own = front.original_id.or(front.id).unwrap_or(name);
            let own = own.strip_prefix(&format!("{version}-")).unwrap_or(&own);
            Some(join(above, own))
        });
        docs.collect()
    }

    /// Takes links to docs that are not there out of the header.
    fn header(&mut self, ids: &BTreeSet<String>, files: &Files<'_>, notes: &mut Vec<Note>) {
        let released = self.released_ids(files);
        let mut links = std::mem::take(&mut self.settings.header);
        links.retain(|link| {
            let id = match &link.target {
                LinkTarget::Doc(id) => id,
                LinkTarget::Href(_) => return true,
                // The one page that Docproof has, too.
                LinkTarget::Page(page) if page == "versions" && self.versioned => return true,
                LinkTarget::Page(page) => {
                    let (why, hint) = if page == "versions" {
                        (
                            "which docs without versions do not have",
                            "the link is left out",
                        )
                    } else {
                        (
                            "which is not taken over",
                            "the link is left out; make the page a doc, and link to that",
                        )
                    };
                    let message = format!("the header links to the page `{page}`, {why}");
                    notes.push(Note::no_counterpart(&link.place, message).hint(hint));
                    return false;
                }
            };
            if ids.contains(id) || released.contains(id) {
                return true;
            }
            let message = format!("the header links to the doc `{id}`, which is not there");
            let near = did_you_mean(id, ids.iter().map(String::as_str));
            let hint = near.unwrap_or_else(|| "the link is left out".into());
            notes.push(Note::at("import-missing-docs", &link.place, message).hint(hint));
            false
        });
        self.settings.header = links;
    }

    /// Notes docs that the sidebars name and nobody wrote, all in one message.
    fn sidebar(&self, ids: &BTreeSet<String>, files: &Files<'_>, notes: &mut Vec<Note>) {
        let path = self.website("sidebars.json");
        let Some(text) = files.text(&path) else {
            return;
        };
        let value = match yaml::parse_json(&text) {
            Ok(value) => value,
            Err(error) => {
                let place = Place {
                    file: path.as_str().into(),
                    range: error.range,
                };
                let message = format!("not valid JSON: {}", error.message);
                notes.push(
                    Note::at("import", &place, message)
                        .fatal()
                        .hint(format!("put it right, or {EXCLUDE}")),
                );
                return;
            }
        };
        let mut named = Vec::new();
        named_docs(&value, &mut Vec::new(), &mut named);
        let missing: Vec<&(String, Vec<Step>)> =
            named.iter().filter(|(id, _)| !ids.contains(id)).collect();
        let Some((first, steps)) = missing.first() else {
            return;
        };
        let range = yaml::locate(&text, steps, Part::Value);
        let place = Place {
            file: path.as_str().into(),
            range,
        };
        notes.push(Note::at("import-missing-docs", &place, many(&missing, first)).hint(
            "Docusaurus left them out without a word; so does the build, with a warning: take them out of the file, or write them",
        ));
    }

    fn pages(&self, files: &Files<'_>, notes: &mut Vec<Note>) {
        let folder = self.website("pages");
        let pages: Vec<&str> = files
            .under(&folder)
            .filter(|path| {
                [".js", ".jsx", ".html", ".md"]
                    .iter()
                    .any(|end| path.ends_with(end))
            })
            .collect();
        if pages.is_empty() {
            return;
        }
        let message = format!(
            "the site's own pages are not taken over: {}",
            listed(&pages)
        );
        let hint = "they are programs: write the home page as a template, `templates/home.html`, and the others as docs";
        notes.push(Note::about("import-no-counterpart", &folder, message).hint(hint));
    }

    /// Folders and files that nothing reads any more.
    fn gone(&self, files: &Files<'_>, notes: &mut Vec<Note>) {
        let posts = files
            .under(&self.website("blog"))
            .filter(|path| path.ends_with(".md"))
            .count();
        let mut say = |path: &str, message: String, hint: &str| {
            notes.push(Note::about("import-no-counterpart", path, message).hint(hint));
        };
        if posts > 0 {
            let message = format!("the blog is not taken over: {}", count(posts, "post"));
            let hint = "it stays where it is, on its old generator, or its posts become docs";
            say(&self.website("blog"), message, hint);
        }
        let translated: BTreeSet<&str> = files
            .under(&self.website("translated_docs"))
            .filter_map(|path| path.split_once('/').map(|(language, _)| language))
            .collect();
        let hint = "make a docset for each language, with a route of its own; there is no menu of languages";
        if !translated.is_empty() {
            let languages: Vec<&str> = translated.into_iter().collect();
            let message = format!("translated docs are not taken over: {}", listed(&languages));
            say(&self.website("translated_docs"), message, hint);
        }
        if files.holds(&self.website("languages.js")) {
            let message = "the list of languages is not taken over".to_owned();
            say(&self.website("languages.js"), message, hint);
        }
        if files.holds(&self.website("core/Footer.js")) {
            let message = "the footer is not taken over: it is a program".to_owned();
            let hint = "write it as HTML into `theme.footer`";
            say(&self.website("core/Footer.js"), message, hint);
        }
    }

    /// The path of a static file, if the project has it.
    pub fn static_file(
        &self,
        files: &Files<'_>,
        got: &Got<PlacedText>,
        notes: &mut Vec<Note>,
    ) -> Option<String> {
        let placed = got.known()?;
        let path = placed.text.trim_start_matches('/');
        if files.holds(&self.website(&format!("static/{path}"))) {
            return Some(path.to_owned());
        }
        let message = format!(
            "there is no file `{}`",
            self.website(&format!("static/{path}"))
        );
        notes.push(Note::at("import", &placed.place, message).hint("it is left out"));
        None
    }
}

const EXCLUDE: &str = "leave the project out with `--exclude DIR`";

/// The folder, front matter and name of a doc; none for a file that makes no page.
fn doc<'p>(
    files: &Files<'_>,
    folder: &str,
    path: &'p str,
) -> Option<(&'p str, FrontMatter, String)> {
    let stem = path.strip_suffix(".md")?;
    let text = files.text(&join(folder, path))?;
    let parsed = front_matter::parse(&text, Dialect::DocusaurusV1);
    let (above, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    parsed
        .present
        .then(|| (above, parsed.front, name.to_owned()))
}

/// Every id in a sidebar file, with the way to it.
fn named_docs(value: &Yaml, way: &mut Vec<Step>, found: &mut Vec<(String, Vec<Step>)>) {
    match value {
        Yaml::String(id) => found.push((id.clone(), way.clone())),
        Yaml::Sequence(items) => {
            for (at, item) in items.iter().enumerate() {
                way.push(Step::Item(at));
                named_docs(item, way, found);
                way.pop();
            }
        }
        // A subcategory, with its ids in a list; or categories by name.
        Yaml::Mapping(map) => {
            let sub = map.contains_key("type");
            for (key, inner) in map {
                let Some(key) = key.as_str().filter(|key| !sub || *key == "ids") else {
                    continue;
                };
                way.push(Step::Key(key.to_owned()));
                named_docs(inner, way, found);
                way.pop();
            }
        }
        _ => {}
    }
}

fn many(missing: &[&(String, Vec<Step>)], first: &str) -> String {
    if missing.len() == 1 {
        return format!("the sidebars name a doc that is not there: `{first}`");
    }
    let ids: Vec<&str> = missing.iter().map(|(id, _)| id.as_str()).collect();
    format!(
        "the sidebars name {} docs that are not there: {}",
        ids.len(),
        listed(&ids)
    )
}

/// The first few of a list.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}
