//! `book.toml`: which of its keys have a counterpart.
//!
//! In: its text. Out: the settings that have one, and a message with its place for every key that has none, for every
//! preprocessor and for every renderer. The keys are those of mdBook 0.5, and of 0.4 where they were others.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Problem, did_you_mean};

/// What is taken over.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    /// `book.title`.
    pub title: Option<String>,
    /// `book.description`.
    pub description: Option<String>,
    /// `book.language`.
    pub language: Option<String>,
    /// `book.src`, without slashes at its ends; empty where it is the book's own folder.
    pub src: String,
    /// `rust.edition`.
    pub edition: Option<String>,
    /// `smart-punctuation`, `definition-lists`, `admonitions`, where they are off.
    pub off: Vec<&'static str>,
    /// `no-section-label`.
    pub no_section_label: bool,
    /// `code.hidelines`.
    pub hidelines: Vec<(String, String)>,
    /// `edit-url-template`.
    pub edit_url: Option<String>,
    /// `git-repository-url`.
    pub repository: Option<String>,
    /// `site-url`.
    pub site_url: Option<String>,
    /// `cname`.
    pub cname: Option<String>,
    /// `redirect`: from and to as written.
    pub redirects: Vec<(String, String, Range<usize>)>,
}

/// What becomes of a key.
#[derive(Clone, Copy)]
enum Fate {
    /// It is read.
    Read,
    /// It is like that in any case, or there is nothing that it could be about.
    Given,
    /// There is nothing like it; what to do, or what is there instead.
    Lost(&'static str),
}

use Fate::{Given, Lost, Read};

/// Every key by its path. `*` at the end stands for any names.
const KEYS: &[(&str, Fate)] = &[
    ("book.title", Read),
    ("book.description", Read),
    ("book.src", Read),
    ("book.language", Read),
    (
        "book.authors",
        Lost("pages name no authors; `theme.footer` can"),
    ),
    (
        "book.text-direction",
        Lost("the direction follows the language"),
    ),
    ("book.multilingual", Given),
    (
        "build.build-dir",
        Lost("`output` is a folder of its own, so that mdBook can go on beside"),
    ),
    ("build.create-missing", Given),
    (
        "build.use-default-preprocessors",
        Lost("includes and `README.md` are always understood"),
    ),
    ("build.extra-watch-dirs", Given),
    ("rust.edition", Read),
    (
        "output.html.theme",
        Lost(
            "templates and style sheets are others; a site's own stand in `templates/` and `static/`",
        ),
    ),
    (
        "output.html.default-theme",
        Lost("light and dark are built in, and follow the reader's system"),
    ),
    (
        "output.html.preferred-dark-theme",
        Lost("light and dark are built in, and follow the reader's system"),
    ),
    ("output.html.smart-punctuation", Read),
    ("output.html.curly-quotes", Read),
    ("output.html.definition-lists", Read),
    ("output.html.admonitions", Read),
    (
        "output.html.mathjax-support",
        Lost("formulas stay as they are written"),
    ),
    (
        "output.html.additional-css",
        Lost("put style sheets for this theme into `static/`, and name them in `theme.css`"),
    ),
    (
        "output.html.additional-js",
        Lost("a template of yours can load scripts from `static/`"),
    ),
    ("output.html.fold.*", Given),
    (
        "output.html.playground.runnable",
        Lost("samples run on the pages of `docproof serve --allow-run` only"),
    ),
    (
        "output.html.playground.editable",
        Lost("samples can be edited on the pages of `docproof serve --allow-run` only"),
    ),
    (
        "output.html.playground.line-numbers",
        Lost("write `numbers` on a fence"),
    ),
    ("output.html.playground.copyable", Given),
    ("output.html.playground.copy-js", Given),
    ("output.html.code.hidelines.*", Read),
    (
        "output.html.print.*",
        Lost("there is no page with the whole book; each page prints well"),
    ),
    ("output.html.no-section-label", Read),
    (
        "output.html.search.*",
        Lost("the search is another one, and has no settings"),
    ),
    ("output.html.git-repository-url", Read),
    ("output.html.git-repository-icon", Given),
    ("output.html.edit-url-template", Read),
    ("output.html.site-url", Read),
    ("output.html.cname", Read),
    (
        "output.html.input-404",
        Lost("the page for wrong addresses is the template `404.html`"),
    ),
    ("output.html.redirect.*", Read),
    ("output.html.hash-files", Given),
    ("output.html.sidebar-header-nav", Given),
    ("output.html.live-reload-endpoint", Given),
    ("output.html.copy-fonts", Given),
    (
        "output.html.google-analytics",
        Lost("nothing is loaded from other sites"),
    ),
];

/// Preprocessors of mdBook's own, which Docproof carries out.
const BUILT_IN: [&str; 2] = ["links", "index"];

/// Reads the file.
pub fn read(text: &str) -> (Settings, Vec<Problem>) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader {
        settings: Settings {
            src: "src".into(),
            ..Settings::default()
        },
        problems: Vec::new(),
    };
    let broken = !errors.is_empty();
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        let message = format!("not valid TOML: {}", error.message());
        reader
            .problems
            .push(Problem::error("import", range, message));
    }
    reader.table(root.get_ref(), "");
    // A value that could not be read is an empty one to the parser.
    if broken && reader.settings.src.is_empty() {
        reader.settings.src = "src".into();
    }
    // The parser's tables are in the order of names.
    reader.problems.sort_by_key(|p| p.range.start);
    reader.settings.redirects.sort_by_key(|(.., key)| key.start);
    (reader.settings, reader.problems)
}

struct Reader {
    settings: Settings,
    problems: Vec<Problem>,
}

/// A key and its value.
type Entry<'a, 'i> = (
    &'a Spanned<std::borrow::Cow<'i, str>>,
    &'a Spanned<DeValue<'i>>,
);

impl Reader {
    fn table(&mut self, table: &DeTable<'_>, path: &str) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let path = match path {
                "" => name.to_owned(),
                path => format!("{path}.{name}"),
            };
            self.entry((key, value), &path);
        }
    }

    fn entry(&mut self, (key, value): Entry<'_, '_>, path: &str) {
        let range = key.span();
        let parts: Vec<&str> = path.splitn(3, '.').collect();
        match (parts.as_slice(), value.get_ref()) {
            (["preprocessor", name], _) => self.preprocessor(name, range),
            (["output", name], _) if *name != "html" => self.renderer(name, range),
            (_, DeValue::Table(table)) => self.table(table, path),
            _ => self.setting((key, value), path),
        }
    }

    fn warn(&mut self, range: Range<usize>, message: String, hint: &str) {
        let problem = Problem::warning("import", range, message).hint(hint);
        self.problems.push(problem);
    }

    fn preprocessor(&mut self, name: &str, range: Range<usize>) {
        if !BUILT_IN.contains(&name) {
            let message = format!("the preprocessor `{name}` is not run");
            let hint = "where it only fills in `{{#NAME}}`, `mdbook: { variables: .. }` does; else run it before the build, on a copy";
            self.warn(range, message, hint);
        }
    }

    fn renderer(&mut self, name: &str, range: Range<usize>) {
        let message = format!("the renderer `{name}` is not run");
        self.warn(
            range,
            message,
            "`mdbook build` can make that from the same files",
        );
    }

    fn setting(&mut self, (key, value): Entry<'_, '_>, path: &str) {
        let fits = |known: &str| match known.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == known,
        };
        let fate = KEYS.iter().find(|(known, _)| fits(known));
        match fate.map(|(_, fate)| fate) {
            Some(Read) => self.read(path, value, key.span()),
            Some(Given) => {}
            Some(Lost(hint)) => {
                self.warn(key.span(), format!("`{path}` has no counterpart"), hint);
            }
            None => {
                let known = KEYS.iter().map(|(known, _)| *known);
                let hint = did_you_mean(path, known);
                let hint = hint.unwrap_or_else(|| "mdBook has no such key either".into());
                self.warn(key.span(), format!("unknown key `{path}`"), &hint);
            }
        }
    }

    fn read(&mut self, path: &str, value: &Spanned<DeValue<'_>>, key: Range<usize>) {
        let text = value.get_ref().as_str().map(str::to_owned);
        let flag = value.get_ref().as_bool();
        let is_flag = matches!(
            path.rsplit('.').next(),
            Some(
                "smart-punctuation"
                    | "curly-quotes"
                    | "definition-lists"
                    | "admonitions"
                    | "no-section-label"
            )
        );
        let wanted = if is_flag { "true or false" } else { "text" };
        if (is_flag && flag.is_none()) || (!is_flag && text.is_none()) {
            let message = format!("`{path}` must be {wanted}");
            self.problems
                .push(Problem::error("import", value.span(), message));
            return;
        }
        let settings = &mut self.settings;
        match path {
            "book.title" => settings.title = text,
            "book.description" => settings.description = text,
            "book.language" => settings.language = text,
            "book.src" => settings.src = text.map_or_else(|| "src".into(), |t| folder(&t)),
            "rust.edition" => settings.edition = text,
            "output.html.no-section-label" => settings.no_section_label = flag == Some(true),
            "output.html.git-repository-url" => settings.repository = text,
            "output.html.edit-url-template" => settings.edit_url = text,
            "output.html.site-url" => settings.site_url = text,
            "output.html.cname" => settings.cname = text,
            _ if is_flag => {
                let name = match path.rsplit('.').next() {
                    Some("definition-lists") => "definition_lists",
                    Some("admonitions") => "admonitions",
                    _ => "smart_punctuation",
                };
                if flag == Some(false) {
                    settings.off.push(name);
                }
            }
            _ => self.named(path, text.unwrap_or_default(), key),
        }
    }

    /// Tables whose keys are names.
    fn named(&mut self, path: &str, text: String, key: Range<usize>) {
        if let Some(from) = path.strip_prefix("output.html.redirect.") {
            self.settings.redirects.push((from.to_owned(), text, key));
        } else if let Some(language) = path.strip_prefix("output.html.code.hidelines.") {
            self.settings.hidelines.push((language.to_owned(), text));
        }
    }
}

/// A folder without `.` and without slashes at its ends.
fn folder(written: &str) -> String {
    let parts = written
        .split(['/', '\\'])
        .filter(|p| !p.is_empty() && *p != ".");
    parts.collect::<Vec<_>>().join("/")
}
