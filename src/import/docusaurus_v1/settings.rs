//! One `siteConfig.js` as settings.
//!
//! In: what the file exports. Out: the values that have a counterpart, and notes on the rest. A value that is computed
//! becomes a wish for a hand, with what is known of it.

use super::keys::{Fate, fate};
use super::note::Note;
use crate::diagnostic::did_you_mean;
use crate::javascript::{Computed, Entry, Node, Place, Table, Value};

/// A setting, as far as it is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Got<T> {
    /// It is not set.
    #[default]
    Absent,
    /// Its value.
    Known(T),
    /// It is computed: a sketch of the value, if there is one.
    ByHand(Option<String>),
}

impl<T> Got<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::ByHand(_) => None,
        }
    }
}

/// A text and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlacedText {
    pub text: String,
    pub place: Place,
}

/// Where a header link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkTarget {
    Doc(String),
    Page(String),
    Href(String),
}

/// A link of the header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeaderLink {
    pub target: LinkTarget,
    pub label: Option<String>,
    pub place: Place,
}

/// What a `siteConfig.js` says, as far as there is a counterpart.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub title: Got<String>,
    pub tagline: Got<String>,
    pub url: Got<String>,
    pub base_url: Got<PlacedText>,
    pub docs_url: Got<String>,
    pub docs_path: Got<String>,
    pub edit_url: Got<String>,
    pub copyright: Got<String>,
    pub accent: Got<String>,
    pub logo: Got<PlacedText>,
    pub favicon: Got<PlacedText>,
    pub image: Got<PlacedText>,
    pub css: Vec<PlacedText>,
    pub header: Vec<HeaderLink>,
    pub clean: bool,
    pub update_time: bool,
    /// Version, and the docs that end with it.
    pub deleted: Vec<(String, Vec<String>)>,
}

/// Reads settings out of a table, and notes what it cannot take.
pub struct Reader<'a> {
    table: &'a Table,
    pub notes: Vec<Note>,
}

/// Reads what a file exports.
pub fn read(exports: &Node) -> (Settings, Vec<Note>) {
    let empty = Table::default();
    let mut notes = Vec::new();
    let table = match &exports.value {
        Value::Table(table) => table,
        Value::Computed(computed) => {
            notes.push(
                Note::computed("module.exports", exports, &computed.why)
                    .fatal()
                    .hint(WRITE_OUT),
            );
            &empty
        }
        _ => {
            let message = format!("`module.exports` must be a table, not {}", exports.kind());
            notes.push(Note::at("import", &exports.place, message).fatal());
            &empty
        }
    };
    let mut reader = Reader { table, notes };
    let settings = reader.settings();
    reader.other_keys();
    (settings, reader.notes)
}

const WRITE_OUT: &str = "write the value out where it is used, or write the configuration by hand";

impl Reader<'_> {
    fn settings(&mut self) -> Settings {
        Settings {
            title: self.text("title", "title"),
            tagline: self.text("tagline", "tagline"),
            url: self.text("url", "url"),
            base_url: self.placed("baseUrl", "base_url"),
            docs_url: self.text("docsUrl", "route"),
            docs_path: self.text("customDocsPath", "docs"),
            edit_url: self.text("editUrl", "edit_url"),
            copyright: self.text("copyright", "theme.footer"),
            accent: self.accent(),
            logo: self.placed("headerIcon", "theme.logo"),
            favicon: self.placed("favicon", "theme.favicon"),
            image: self.placed("ogImage", "theme.image"),
            css: self.css(),
            header: self.header(),
            clean: self.flag("cleanUrl", "urls"),
            update_time: self.flag("enableUpdateTime", "last_updated"),
            deleted: self.deleted(),
        }
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        self.table.get(key)
    }

    /// Notes a computed value: what to write by hand.
    fn computed(&mut self, key: &str, node: &Node, computed: &Computed, counterpart: &str) {
        let mut note = Note::computed(key, node, &computed.why);
        if let Some(otherwise) = computed.otherwise.as_ref().and_then(Node::as_text) {
            note = note.hint(format!(
                "`{otherwise}` is taken, which it is where nothing else is set"
            ));
        } else if let Some(sketch) = &computed.sketch {
            note = note.hint(format!(
                "write `{counterpart}` by hand, such as `{sketch}` with `…` filled in"
            ));
        } else {
            note = note.hint(format!("write `{counterpart}` into docproof.yaml by hand"));
        }
        self.notes.push(note);
    }

    fn wrong_type(&mut self, key: &str, node: &Node, wanted: &str) {
        let message = format!("`{key}` must be {wanted}, not {}", node.kind());
        self.notes
            .push(Note::at("import", &node.place, message).hint("it is left out"));
    }

    fn text(&mut self, key: &str, counterpart: &str) -> Got<String> {
        match self.placed(key, counterpart) {
            Got::Absent => Got::Absent,
            Got::Known(placed) => Got::Known(placed.text),
            Got::ByHand(sketch) => Got::ByHand(sketch),
        }
    }

    fn placed(&mut self, key: &str, counterpart: &str) -> Got<PlacedText> {
        match self.entry(key).map(|entry| entry.node.clone()) {
            None => self.perhaps_spread(key),
            Some(node) => self.text_of(&node, key, counterpart),
        }
    }

    /// A key that is not written may come with a spread that is not known.
    fn perhaps_spread<T>(&self, _: &str) -> Got<T> {
        if self.table.unknown.is_empty() {
            Got::Absent
        } else {
            Got::ByHand(None)
        }
    }

    fn text_of(&mut self, node: &Node, key: &str, counterpart: &str) -> Got<PlacedText> {
        let known = |text: &str| {
            Got::Known(PlacedText {
                text: text.to_owned(),
                place: node.place.clone(),
            })
        };
        match &node.value {
            Value::Text(text) => known(text),
            Value::Number(number) => known(&number.to_string()),
            Value::Nothing | Value::Bool(false) => Got::Absent,
            Value::Computed(computed) => {
                self.computed(key, node, computed, counterpart);
                match computed.otherwise.as_ref().and_then(Node::as_text) {
                    Some(text) => known(text),
                    None => Got::ByHand(computed.sketch.clone()),
                }
            }
            _ => {
                self.wrong_type(key, node, "text");
                Got::Absent
            }
        }
    }

    fn flag(&mut self, key: &str, counterpart: &str) -> bool {
        let Some(node) = self.entry(key).map(|entry| entry.node.clone()) else {
            return false;
        };
        match &node.value {
            Value::Bool(flag) => *flag,
            Value::Nothing => false,
            Value::Computed(computed) => {
                self.computed(key, &node, computed, counterpart);
                matches!(
                    &computed.otherwise,
                    Some(Node {
                        value: Value::Bool(true),
                        ..
                    })
                )
            }
            _ => {
                self.wrong_type(key, &node, "`true` or `false`");
                false
            }
        }
    }

    fn list(&mut self, key: &str, counterpart: &str) -> Vec<Node> {
        let Some(node) = self.entry(key).map(|entry| entry.node.clone()) else {
            return Vec::new();
        };
        match node.value {
            Value::List(items) => items,
            Value::Computed(ref computed) => {
                self.computed(key, &node, computed, counterpart);
                Vec::new()
            }
            Value::Nothing => Vec::new(),
            _ => {
                self.wrong_type(key, &node, "a list");
                Vec::new()
            }
        }
    }

    fn table(&mut self, key: &str, counterpart: &str) -> Option<Table> {
        let node = self.entry(key)?.node.clone();
        match node.value {
            Value::Table(table) => {
                for unknown in &table.unknown {
                    if let Value::Computed(computed) = &unknown.value {
                        self.computed(key, unknown, computed, counterpart);
                    }
                }
                Some(table)
            }
            Value::Computed(ref computed) => {
                self.computed(key, &node, computed, counterpart);
                None
            }
            Value::Nothing => None,
            _ => {
                self.wrong_type(key, &node, "a table");
                None
            }
        }
    }

    fn accent(&mut self) -> Got<String> {
        let Some(table) = self.table("colors", "theme.accent") else {
            return Got::Absent;
        };
        for entry in table
            .entries
            .iter()
            .filter(|entry| entry.key != "primaryColor")
        {
            let message = format!("`colors.{}` has no counterpart", entry.key);
            let hint = "`theme.accent` is the one colour of a site; a style sheet can set others";
            self.notes
                .push(Note::no_counterpart(&entry.place, message).hint(hint));
        }
        let Some(entry) = table.get("primaryColor") else {
            return Got::Absent;
        };
        match self.text_of(&entry.node, "colors.primaryColor", "theme.accent") {
            Got::Known(colour) => match hex(&colour.text) {
                Some(hex) => Got::Known(hex),
                None => {
                    let message = format!("`{}` cannot be read as a colour", colour.text);
                    let hint = "write `theme.accent` by hand, such as \"#0b57c5\"";
                    self.notes
                        .push(Note::at("import", &colour.place, message).hint(hint));
                    Got::ByHand(None)
                }
            },
            Got::Absent => Got::Absent,
            Got::ByHand(sketch) => Got::ByHand(sketch),
        }
    }

    /// Style sheets of the site itself; others have to be fetched by hand.
    fn css(&mut self) -> Vec<PlacedText> {
        let mut css = Vec::new();
        for item in self.list("stylesheets", "theme.css") {
            let Got::Known(sheet) = self.text_of(&item, "stylesheets", "theme.css") else {
                continue;
            };
            if sheet.text.contains("//") {
                let message = format!(
                    "the style sheet `{}` lies elsewhere",
                    shortened(&sheet.text)
                );
                let hint = "put a copy into the static files and name it under `theme.css`, if the pages need it";
                self.notes
                    .push(Note::no_counterpart(&sheet.place, message).hint(hint));
            } else {
                css.push(sheet);
            }
        }
        css
    }

    fn deleted(&mut self) -> Vec<(String, Vec<String>)> {
        let Some(table) = self.table("deletedDocs", "docsets.versions.removed") else {
            return Vec::new();
        };
        let mut all = Vec::new();
        for entry in &table.entries {
            let Value::List(items) = &entry.node.value else {
                self.wrong_type(&format!("deletedDocs.{}", entry.key), &entry.node, "a list");
                continue;
            };
            let ids = items
                .iter()
                .filter_map(Node::as_text)
                .map(str::to_owned)
                .collect();
            all.push((entry.key.clone(), ids));
        }
        all
    }

    fn header(&mut self) -> Vec<HeaderLink> {
        let mut links = Vec::new();
        for item in self.list("headerLinks", "header.links") {
            match &item.value {
                Value::Table(table) => links.extend(self.header_link(table, &item.place)),
                Value::Computed(computed) => {
                    self.computed("headerLinks", &item, computed, "header.links");
                }
                _ => self.wrong_type("headerLinks", &item, "a list of tables"),
            }
        }
        links
    }

    fn header_link(&mut self, table: &Table, place: &Place) -> Option<HeaderLink> {
        let text = |reader: &mut Self, key: &str| {
            let node = &table.get(key)?.node;
            let name = format!("headerLinks.{key}");
            match reader.text_of(node, &name, "header.links") {
                Got::Known(placed) => Some(placed.text),
                Got::Absent | Got::ByHand(_) => None,
            }
        };
        for entry in table.entries.iter().filter(|entry| !is_off(&entry.node)) {
            let hint = match entry.key.as_str() {
                "doc" | "page" | "href" | "label" | "external" | "search" => continue,
                "blog" => "there is no blog: its posts stay where they are, or become docs",
                "languages" => "there is no menu of languages: make a docset for each, with a link",
                _ => "only the site's own pages can know it",
            };
            let message = format!("`headerLinks.{}` has no counterpart", entry.key);
            self.notes
                .push(Note::no_counterpart(&entry.place, message).hint(hint));
        }
        let label = text(self, "label");
        let doc = text(self, "doc").map(LinkTarget::Doc);
        let page = text(self, "page").map(LinkTarget::Page);
        let href = text(self, "href").map(LinkTarget::Href);
        Some(HeaderLink {
            target: doc.or(page).or(href)?,
            label,
            place: place.clone(),
        })
    }

    /// Notes every key that has no counterpart.
    fn other_keys(&mut self) {
        for entry in &self.table.entries {
            let (message, hint) = match fate(&entry.key) {
                Some(Fate::Read | Fate::Always) => continue,
                _ if is_off(&entry.node) => continue,
                Some(Fate::Gone(hint)) => (
                    format!("`{}` has no counterpart", entry.key),
                    hint.to_owned(),
                ),
                None => {
                    let known = super::keys::names();
                    let hint = did_you_mean(&entry.key, known).map_or_else(
                        || {
                            "only the site's own pages can know it, and these are not taken over"
                                .into()
                        },
                        |near| format!("{near} Otherwise it is a key of the site's own pages"),
                    );
                    (
                        format!("`{}` is not a setting of Docusaurus v1", entry.key),
                        hint,
                    )
                }
            };
            self.notes
                .push(Note::no_counterpart(&entry.place, message).hint(hint));
        }
        for unknown in &self.table.unknown {
            if let Value::Computed(computed) = &unknown.value {
                let note = Note::at(
                    "import-computed",
                    &unknown.place,
                    "the keys that come from here are not known",
                );
                self.notes
                    .push(note.label(computed.why.as_str()).hint(WRITE_OUT));
            }
        }
    }
}

/// A value that asks for nothing.
fn is_off(node: &Node) -> bool {
    match &node.value {
        Value::Nothing | Value::Bool(false) => true,
        Value::List(items) => items.is_empty(),
        Value::Text(text) => text.is_empty(),
        _ => false,
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A colour as `#rrggbb` or `#rgb`, if it is written so or as `rgb(r, g, b)`.
fn hex(colour: &str) -> Option<String> {
    let colour = colour.trim();
    if let Some(digits) = colour.strip_prefix('#') {
        let good = matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        return good.then(|| colour.to_owned());
    }
    let inside = colour.strip_prefix("rgb(")?.strip_suffix(')')?;
    let parts: Option<Vec<u8>> = inside
        .split(',')
        .map(|part| part.trim().parse().ok())
        .collect();
    match parts?[..] {
        [r, g, b] => Some(format!("#{r:02x}{g:02x}{b:02x}")),
        _ => None,
    }
}
