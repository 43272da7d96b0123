//! The checks behind `docproof.yaml`.
//!
//! In: the text. Out: the settings and every problem, each at the key or value that is wrong. Written out by
//! hand over a value tree, because serde's derive stops at the first error and cannot point at a value.

use serde_yaml::{Mapping, Value};

use super::values::{Checker, Table};
use super::verify::VerifyConfig;
use super::{
    BookConfig, BookMarkdown, Dialect, DocsetConfig, HeaderLink, HeaderTarget, Layout, LinkPolicy,
    Placed, Redirect, SiteConfig, ThemeConfig, UrlStyle, VersionConfig,
};
use crate::diagnostic::{Problem, one_of};
use crate::yaml::{self, Part, Path, Step};

/// Reads a configuration. The settings are usable even when there are problems: what is wrong is left at
/// its default.
pub fn parse(text: &str) -> (SiteConfig, Vec<Problem>) {
    let mut checker = Checker {
        places: yaml::Places::of(text),
        problems: Vec::new(),
    };
    let root = match yaml::parse(text) {
        Ok(Value::Mapping(map)) => map,
        Ok(Value::Null) => Mapping::new(),
        Ok(other) => {
            checker.wrong_type(&other, &Vec::new(), "a table of settings");
            Mapping::new()
        }
        Err(error) => {
            checker
                .problems
                .push(Problem::error("config", error.range, error.message).label("not valid YAML"));
            Mapping::new()
        }
    };
    let config = checker.site(&root);
    (config, checker.problems)
}

impl Checker<'_> {
    fn site(&mut self, root: &Mapping) -> SiteConfig {
        const KEYS: [&str; 18] = [
            "title",
            "tagline",
            "url",
            "base_url",
            "lang",
            "output",
            "urls",
            "index_twins",
            "links",
            "last_updated",
            "markdown_copies",
            "copy_root",
            "header",
            "theme",
            "docsets",
            "redirects",
            "verify",
            "lint",
        ];
        self.known_keys(root, &Vec::new(), &KEYS);
        let table = Table {
            map: root,
            path: Vec::new(),
        };
        let output = self
            .folder(&table, "output")
            .unwrap_or_else(|| "build".into());
        if output.is_empty() {
            self.error(
                &table.key("output"),
                Part::Value,
                "`output` must be a folder of its own",
            )
            .hints
            .push("such as `build`".into());
        }
        let mut site = SiteConfig {
            title: self
                .text(&table, "title")
                .unwrap_or_else(|| "Documentation".into()),
            tagline: self.text(&table, "tagline").unwrap_or_default(),
            url: self.url(&table),
            base_url: self.base_url(&table),
            lang: self.text(&table, "lang").unwrap_or_else(|| "en".into()),
            output,
            urls: self
                .choice(
                    &table,
                    "urls",
                    &[("clean", UrlStyle::Clean), ("html", UrlStyle::Html)],
                )
                .unwrap_or(UrlStyle::Clean),
            index_twins: self.flag(&table, "index_twins"),
            links: self
                .choice(
                    &table,
                    "links",
                    &[("error", LinkPolicy::Error), ("warn", LinkPolicy::Warn)],
                )
                .unwrap_or(LinkPolicy::Error),
            last_updated: self
                .flag(&table, "last_updated")
                .then(|| self.place(&table.key("last_updated"), Part::Key)),
            markdown_copies: self.flag_or(&table, "markdown_copies", true),
            copy_root: self.folder(&table, "copy_root").unwrap_or_default(),
            header_links: self.header(&table),
            theme: self.theme(&table),
            docsets: self.docsets(&table),
            redirects: self.redirects(&table),
            verify: VerifyConfig::default(),
            lint_allow: self.lint(&table),
        };
        if site.output.is_empty() {
            site.output = "build".into();
        }
        let ids: Vec<&str> = site.docsets.iter().map(|d| d.id.as_str()).collect();
        site.verify = self.verify(&table, &ids);
        self.output_apart(&site);
        self.header_docsets(&site);
        self.feeds_have_addresses(&site);
        site
    }

    fn url(&mut self, table: &Table<'_>) -> Option<String> {
        let url = self.text(table, "url")?;
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"));
        match rest {
            Some(host)
                if !host.trim_end_matches('/').is_empty()
                    && !host.trim_end_matches('/').contains('/') =>
            {
                Some(url.trim_end_matches('/').to_owned())
            }
            _ => {
                let problem = self.error(
                    &table.key("url"),
                    Part::Value,
                    "`url` must be a scheme and a host",
                );
                problem
                    .hints
                    .push("such as `https://example.com`; a path goes into `base_url`".into());
                None
            }
        }
    }

    fn base_url(&mut self, table: &Table<'_>) -> String {
        let Some(base) = self.text(table, "base_url") else {
            return "/".into();
        };
        if !base.starts_with('/')
            || base.contains("//")
            || base.contains(['?', '#', '\\', '"', '<'])
        {
            let problem = self.error(
                &table.key("base_url"),
                Part::Value,
                "`base_url` must be a path that starts with `/`",
            );
            problem.hints.push("such as `/` or `/project/`".into());
            return "/".into();
        }
        if base.ends_with('/') {
            base
        } else {
            format!("{base}/")
        }
    }

    /// A folder inside the site's own, normalised: no `.`, no slash at the ends.
    fn folder(&mut self, table: &Table<'_>, key: &str) -> Option<String> {
        let text = self.text(table, key)?;
        let mut parts = Vec::new();
        for part in text.split(['/', '\\']) {
            match part {
                "" | "." => {}
                ".." => {
                    let problem = self.error(
                        &table.key(key),
                        Part::Value,
                        format!("`{key}` leaves the site's folder"),
                    );
                    problem.hints.push(
                        "paths are relative to the folder of docproof.yaml and stay inside it"
                            .into(),
                    );
                    return None;
                }
                part => parts.push(part),
            }
        }
        if text.starts_with('/') || parts.first().is_some_and(|p| p.ends_with(':')) {
            self.error(
                &table.key(key),
                Part::Value,
                format!("`{key}` must be relative to the site's folder"),
            );
            return None;
        }
        Some(parts.join("/"))
    }

    /// A folder of a docset, which has the name of its key if nothing else is said.
    fn inner_folder(&mut self, table: &Table<'_>, key: &str) -> String {
        let folder = self.folder(table, key).unwrap_or_else(|| key.to_owned());
        if folder.is_empty() {
            let message = format!("`{key}` must be a folder inside the docset's own");
            let problem = self.error(&table.key(key), Part::Value, message);
            let hint = "where both are one, put docproof.yaml (and `path`) one folder up";
            problem.hints.push(hint.into());
            return key.to_owned();
        }
        folder
    }

    fn output_apart(&mut self, site: &SiteConfig) {
        let output = format!("{}/", site.output);
        for folder in site.source_folders() {
            let source = format!("{folder}/");
            if source.starts_with(&output) || output.starts_with(&source) {
                let problem = self.error(
                    &vec![Step::Key("output".into())],
                    Part::Value,
                    format!(
                        "the output folder `{}` overlaps the source folder `{folder}`",
                        site.output
                    ),
                );
                problem.label = "would be overwritten, or read back as a source".into();
                problem
                    .hints
                    .push("choose a folder of its own, such as `build`".into());
                return;
            }
        }
    }

    fn header_docsets(&mut self, site: &SiteConfig) {
        let ids: Vec<&str> = site.docsets.iter().map(|d| d.id.as_str()).collect();
        for only in site.header_links.iter().flat_map(|link| &link.only) {
            if !ids.contains(&only.text.as_str()) {
                let message = format!("there is no docset `{}`", only.text);
                let problem = Problem::error("config", only.place.clone(), message);
                self.problems
                    .push(problem.hint(format!("docsets: {}", one_of(&ids))));
            }
        }
        for link in &site.header_links {
            if let HeaderTarget::Doc {
                docset: Some(id), ..
            } = &link.target
                && !ids.contains(&id.as_str())
            {
                self.problems.push(
                    Problem::error(
                        "config",
                        link.place.clone(),
                        format!("there is no docset `{id}`"),
                    )
                    .hint(format!("docsets: {}", one_of(&ids))),
                );
            }
        }
    }

    /// The entries of a feed are known by their addresses, so without one there is no feed.
    fn feeds_have_addresses(&mut self, site: &SiteConfig) {
        if site.url.is_some() {
            return;
        }
        for changelog in site.docsets.iter().filter_map(|d| d.changelog.as_ref()) {
            let message = "a `changelog` needs the `url` of the site";
            self.problems.push(
                Problem::error("config", changelog.place.clone(), message)
                    .label("becomes a feed, whose links hold the host")
                    .hint("add `url`, such as `https://example.com`"),
            );
        }
    }

    fn header(&mut self, root: &Table<'_>) -> Vec<HeaderLink> {
        let Some((value, path)) = root.get("header") else {
            return Vec::new();
        };
        let Some(table) = self.table(value, path, &["links"]) else {
            return Vec::new();
        };
        self.list(&table, "links")
            .into_iter()
            .filter_map(|(item, path)| self.header_link(item, path))
            .collect()
    }

    fn header_link(&mut self, value: &Value, path: Path) -> Option<HeaderLink> {
        let table = self.table(
            value,
            path,
            &["doc", "docset", "page", "href", "label", "only"],
        )?;
        let place = self.place(&table.path, Part::Value);
        let doc = self.text(&table, "doc");
        let docset = self.text(&table, "docset");
        let page = self.text(&table, "page");
        let href = self.text(&table, "href");
        let target = match (doc, page, href) {
            (Some(id), None, None) => HeaderTarget::Doc { id, docset },
            (None, Some(page), None) => {
                if page != "versions" {
                    let problem = self.error(
                        &table.key("page"),
                        Part::Value,
                        format!("there is no page `{page}`"),
                    );
                    problem
                        .hints
                        .push("the page that can be linked is `versions`".into());
                }
                HeaderTarget::Page(page)
            }
            (None, None, Some(href)) => HeaderTarget::Href(href),
            _ => {
                self.error(
                    &table.path,
                    Part::Value,
                    "a header link has exactly one of `doc`, `page` and `href`",
                );
                return None;
            }
        };
        let label = self.text(&table, "label").unwrap_or_else(|| match &target {
            HeaderTarget::Doc { id, .. } => id.clone(),
            HeaderTarget::Page(page) => page.clone(),
            HeaderTarget::Href(href) => href.clone(),
        });
        let only = self.list(&table, "only");
        let only = only
            .into_iter()
            .filter_map(|(item, path)| self.placed(item, &path));
        Some(HeaderLink {
            label,
            target,
            only: only.collect(),
            place,
        })
    }

    fn theme(&mut self, root: &Table<'_>) -> ThemeConfig {
        let Some((value, path)) = root.get("theme") else {
            return ThemeConfig::default();
        };
        let known = [
            "accent",
            "accent_dark",
            "logo",
            "favicon",
            "image",
            "css",
            "footer",
        ];
        let Some(table) = self.table(value, path, &known) else {
            return ThemeConfig::default();
        };
        let css = match table.get("css") {
            Some((Value::String(_), path)) => {
                vec![(table.map.get("css").expect("invariant: just found"), path)]
            }
            _ => self.list(&table, "css"),
        };
        ThemeConfig {
            accent: self.colour(&table, "accent"),
            accent_dark: self.colour(&table, "accent_dark"),
            logo: table.get("logo").and_then(|(v, p)| self.placed(v, &p)),
            favicon: table.get("favicon").and_then(|(v, p)| self.placed(v, &p)),
            css: css
                .into_iter()
                .filter_map(|(item, path)| self.placed(item, &path))
                .collect(),
            image: table.get("image").and_then(|(v, p)| self.placed(v, &p)),
            footer: self.text(&table, "footer"),
        }
    }

    fn colour(&mut self, table: &Table<'_>, key: &str) -> Option<String> {
        let colour = self.text(table, key)?;
        let digits = colour.strip_prefix('#').unwrap_or("");
        if matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Some(colour);
        }
        let problem = self.error(
            &table.key(key),
            Part::Value,
            format!("`{key}` must be a colour"),
        );
        problem
            .hints
            .push("such as `\"#0b57c5\"`, in quotes because `#` starts a comment".into());
        None
    }

    fn docsets(&mut self, root: &Table<'_>) -> Vec<DocsetConfig> {
        let items = self.list(root, "docsets");
        if items.is_empty() {
            return vec![default_docset()];
        }
        let mut docsets: Vec<DocsetConfig> = Vec::new();
        for (item, path) in items {
            let Some(docset) = self.docset(item, path) else {
                continue;
            };
            self.docset_apart(&docset, &docsets);
            docsets.push(docset);
        }
        if docsets.is_empty() {
            vec![default_docset()]
        } else {
            docsets
        }
    }

    fn docset(&mut self, value: &Value, path: Path) -> Option<DocsetConfig> {
        const KEYS: [&str; 14] = [
            "id",
            "title",
            "description",
            "path",
            "docs",
            "layout",
            "website",
            "route",
            "static_route",
            "dialect",
            "mdbook",
            "edit_url",
            "changelog",
            "versions",
        ];
        let table = self.table(value, path, &KEYS)?;
        let place = self.place(&table.path, Part::Value);
        let Some(id) = self.text(&table, "id") else {
            self.error(&table.path, Part::Value, "a docset needs an `id`");
            return None;
        };
        let dialect = self.dialect(&table);
        let (dialect, book) = self.book(&table, dialect);
        Some(DocsetConfig {
            title: self.text(&table, "title"),
            description: self.text(&table, "description"),
            path: self.folder(&table, "path").unwrap_or_default(),
            layout: self
                .choice(
                    &table,
                    "layout",
                    &[
                        ("root", Layout::Root),
                        ("docusaurus-v1", Layout::DocusaurusV1),
                    ],
                )
                .unwrap_or(Layout::Root),
            docs: self.inner_folder(&table, "docs"),
            website: self.inner_folder(&table, "website"),
            static_route: self.route(&table, "static_route").unwrap_or_default(),
            route: self.route(&table, "route").unwrap_or_else(|| "docs".into()),
            dialect,
            book,
            edit_url: self.text(&table, "edit_url"),
            changelog: self.changelog(&table),
            versions: self.versions(&table),
            id,
            place,
        })
    }

    fn dialect(&mut self, table: &Table<'_>) -> Dialect {
        let choices = [
            ("docproof", Dialect::Docproof),
            ("docusaurus-v1", Dialect::DocusaurusV1),
            ("mdbook", Dialect::Mdbook(BookMarkdown::default())),
        ];
        self.choice(table, "dialect", &choices)
            .unwrap_or(Dialect::Docproof)
    }

    /// The file of the releases, as a path from the site's folder.
    fn changelog(&mut self, table: &Table<'_>) -> Option<Placed> {
        let place = self.place(&table.key("changelog"), Part::Value);
        let text = self.folder(table, "changelog")?;
        Some(Placed { text, place })
    }

    fn docset_apart(&mut self, new: &DocsetConfig, before: &[DocsetConfig]) {
        for old in before {
            let clash = if old.id == new.id {
                format!("two docsets have the id `{}`", new.id)
            } else if old.route == new.route {
                format!(
                    "the docsets `{}` and `{}` have the same route `{}`",
                    old.id, new.id, new.route
                )
            } else {
                continue;
            };
            self.problems.push(
                Problem::error("config", new.place.clone(), clash)
                    .label("the second one")
                    .also(old.place.clone(), "the first one is here"),
            );
        }
    }

    /// A route without slashes at the ends.
    fn route(&mut self, table: &Table<'_>, key: &str) -> Option<String> {
        let route = self.text(table, key)?;
        let clean = route.trim_matches('/').to_owned();
        if clean.split('/').any(|part| part == "." || part == "..")
            || clean.contains(['?', '#', '\\', '%', '"', '<'])
        {
            self.error(
                &table.key(key),
                Part::Value,
                format!("`{route}` cannot be a route"),
            );
            return None;
        }
        Some(clean)
    }

    fn versions(&mut self, docset: &Table<'_>) -> Vec<VersionConfig> {
        let Some((value, path)) = docset.get("versions") else {
            return Vec::new();
        };
        let Value::Mapping(map) = value else {
            self.wrong_type(value, &path, "a table from version names to settings");
            return Vec::new();
        };
        let names: Vec<String> = map
            .keys()
            .filter_map(|k| k.as_str().map(str::to_owned))
            .collect();
        if names.len() < map.len() {
            self.error(&path, Part::Value, "version names must be text")
                .hints
                .push("put them in quotes, as in `\"1.0\":`".into());
        }
        names
            .into_iter()
            .filter_map(|name| {
                let mut at = path.clone();
                at.push(Step::Key(name.clone()));
                let place = self.place(&at, Part::Key);
                let table = self.table(map.get(name.as_str())?, at, &["removed", "noindex"])?;
                let removed = self
                    .list(&table, "removed")
                    .into_iter()
                    .filter_map(|(item, path)| self.placed(item, &path))
                    .collect();
                Some(VersionConfig {
                    removed,
                    noindex: self.flag(&table, "noindex"),
                    name,
                    place,
                })
            })
            .collect()
    }

    fn redirects(&mut self, root: &Table<'_>) -> Vec<Redirect> {
        let Some((value, path)) = root.get("redirects") else {
            return Vec::new();
        };
        let Value::Mapping(map) = value else {
            self.wrong_type(value, &path, "a table from old paths to new ones");
            return Vec::new();
        };
        map.iter()
            .filter_map(|(from, to)| {
                let from = from.as_str()?;
                let mut at = path.clone();
                at.push(Step::Key(from.to_owned()));
                let to = self.as_text(to, &at)?;
                let bad = !from.starts_with('/')
                    || from.contains(['?', '#', '\\'])
                    || from.split('/').any(|p| p == "." || p == "..");
                if bad {
                    let problem =
                        self.error(&at, Part::Key, format!("`{from}` cannot be redirected"));
                    problem
                        .hints
                        .push("old paths start with `/` and have no `..`, `?` or `#`".into());
                    return None;
                }
                Some(Redirect {
                    from: from.trim_start_matches('/').to_owned(),
                    to,
                    place: self.place(&at, Part::Key),
                })
            })
            .collect()
    }
}

fn default_docset() -> DocsetConfig {
    DocsetConfig {
        id: "docs".into(),
        title: None,
        description: None,
        path: String::new(),
        layout: Layout::Root,
        docs: "docs".into(),
        website: "website".into(),
        static_route: String::new(),
        route: "docs".into(),
        dialect: Dialect::Docproof,
        book: BookConfig::default(),
        edit_url: None,
        changelog: None,
        versions: Vec::new(),
        place: 0..0,
    }
}
