//! All projects as one site: what they share, and what becomes of each.
//!
//! In: the projects. Out: a [`Site`], ready to be written, and notes where projects want different things that a site
//! has once.

use std::collections::{BTreeMap, BTreeSet};

use super::note::Note;
use super::project::{Files, Project};
use super::settings::{Got, LinkTarget, PlacedText, Settings};

/// A text for the configuration, or a comment where a hand is needed.
pub type Line = Got<String>;

/// The new site.
#[derive(Clone, Debug, Default)]
pub struct Site {
    pub title: Line,
    pub tagline: Line,
    pub url: Line,
    pub base_url: Line,
    pub output: String,
    pub clean: bool,
    pub update_time: bool,
    pub copy_root: String,
    pub links: Vec<Link>,
    pub accent: Line,
    pub logo: Option<String>,
    pub favicon: Option<String>,
    pub image: Option<String>,
    pub css: Vec<String>,
    /// Style sheets that were on every page, for a comment.
    pub old_css: Vec<String>,
    pub footer: Line,
    pub docsets: Vec<Docset>,
}

/// A link of the header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    pub target: LinkTarget,
    pub label: Option<String>,
    /// The docset of a doc, where it is not the reader's own.
    pub docset: Option<String>,
    /// The docsets on whose pages it stands; none for all pages.
    pub only: Vec<String>,
}

/// A docset.
#[derive(Clone, Debug)]
pub struct Docset {
    pub id: String,
    pub title: Option<String>,
    pub path: String,
    pub website: String,
    pub docs: String,
    pub route: String,
    /// Whether the route is made up, because its project's address is computed.
    pub made_up: bool,
    pub static_route: String,
    pub edit_url: Line,
    pub removed: Vec<(String, Vec<String>)>,
}

impl Site {
    /// Puts projects together.
    pub fn of(
        files: &Files<'_>,
        projects: &[Project],
        copy_root: &str,
        notes: &mut Vec<Note>,
    ) -> Self {
        let Some(first) = projects.first() else {
            return Self::default();
        };
        let base = common_base(projects);
        let docsets = docsets(projects, &base);
        same_routes(projects, &docsets, notes);
        let mut shared = Shared { projects, notes };
        let used = files.paths.iter().any(|path| path.starts_with("build/"));
        let url = shared.one("url", "url", |s| &s.url);
        let mut site = Self {
            title: shared.title(&base),
            tagline: shared.one("tagline", "tagline", |s| &s.tagline),
            url: address(url, projects, shared.notes),
            base_url: match shared.bases_by_hand() {
                true => Got::ByHand(Some(base.clone())),
                false => Got::Known(base),
            },
            output: if used { "docproof-build" } else { "build" }.into(),
            clean: first.settings.clean,
            update_time: projects.iter().any(|p| p.settings.update_time),
            copy_root: copies_from(files, projects, copy_root),
            links: links(projects, &docsets),
            accent: shared.one("colors.primaryColor", "theme.accent", |s| &s.accent),
            footer: shared.one("copyright", "theme.footer", |s| &s.copyright),
            old_css: old_sheets(projects, &docsets),
            ..Self::default()
        };
        shared.clean_urls();
        site.logo = shared.file(files, &docsets, "headerIcon", |s| &s.logo);
        site.favicon = shared.file(files, &docsets, "favicon", |s| &s.favicon);
        site.image = shared.file(files, &docsets, "ogImage", |s| &s.image);
        site.css = shared.css(files, &docsets);
        site.docsets = docsets;
        site
    }
}

/// Where an address is none of ours: `https://host/path`.
fn address(url: Line, projects: &[Project], notes: &mut Vec<Note>) -> Line {
    let Got::Known(text) = &url else {
        return url;
    };
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    let Some((host, path)) = rest.split_once('/').filter(|(_, path)| !path.is_empty()) else {
        return url;
    };
    let message = format!("`url` has a path, `/{path}`, which is left out");
    let hint = "if the site lies there, write it into `base_url`";
    notes.push(Note::about("import", &projects[0].config, message).hint(hint));
    let scheme = &text[..text.len() - rest.len()];
    Got::Known(format!("{scheme}{host}"))
}

/// `baseUrl` with a slash at both ends.
fn base_of(settings: &Settings) -> Option<String> {
    let text = match &settings.base_url {
        Got::Absent => "/",
        Got::Known(placed) => placed.text.as_str(),
        Got::ByHand(_) => return None,
    };
    let trimmed = text.trim_matches('/');
    Some(if trimmed.is_empty() {
        "/".into()
    } else {
        format!("/{trimmed}/")
    })
}

/// The longest path that all addresses begin with.
fn common_base(projects: &[Project]) -> String {
    let bases: Vec<String> = projects
        .iter()
        .filter_map(|p| base_of(&p.settings))
        .collect();
    let Some(first) = bases.first() else {
        return "/".into();
    };
    let mut common = first.as_str();
    while !bases.iter().all(|base| base.starts_with(common)) {
        let shorter = common.trim_end_matches('/').rfind('/').unwrap_or(0);
        common = &common[..=shorter];
    }
    common.to_owned()
}

fn docsets(projects: &[Project], base: &str) -> Vec<Docset> {
    let ids = ids(projects);
    let many = projects.len() > 1;
    let make = |(project, id): (&Project, String)| {
        let settings = &project.settings;
        let own = base_of(settings);
        let made_up = own.is_none() && many;
        let prefix = match &own {
            Some(own) => own[base.len()..].trim_matches('/').to_owned(),
            None if many => id.clone(),
            None => String::new(),
        };
        let docs = match &settings.docs_url {
            Got::Known(url) => url.trim_matches('/'),
            Got::Absent | Got::ByHand(_) => "docs",
        };
        let path = if project.folder.is_empty() {
            "."
        } else {
            &project.folder
        };
        Docset {
            title: many.then(|| settings.title.known().cloned()).flatten(),
            path: path.to_owned(),
            website: project.website.clone(),
            docs: project.docs.clone(),
            route: [prefix.as_str(), docs]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("/"),
            made_up,
            static_route: prefix,
            edit_url: match &settings.edit_url {
                Got::Known(url) => Got::Known(format!("{}/{{path}}", url.trim_end_matches('/'))),
                other => other.clone(),
            },
            removed: settings.deleted.clone(),
            id,
        }
    };
    projects.iter().zip(ids).map(make).collect()
}

/// A name for each project: of its folder, or of the way to it where that is taken.
fn ids(projects: &[Project]) -> Vec<String> {
    if projects.len() == 1 {
        return vec!["docs".into()];
    }
    let slug = |text: &str| {
        let name: String = text
            .chars()
            .map(|c| {
                if c.is_alphanumeric() || "-_.".contains(c) {
                    c
                } else {
                    '-'
                }
            })
            .collect();
        if name.is_empty() {
            "docs".to_owned()
        } else {
            name
        }
    };
    let mut taken = BTreeSet::new();
    let mut ids = Vec::new();
    for project in projects {
        let short = slug(project.folder.rsplit('/').next().unwrap_or_default());
        let long = slug(&format!("{}-{}", project.folder, project.website));
        let mut id = if taken.contains(&short) { long } else { short };
        while !taken.insert(id.clone()) {
            id.push_str("-2");
        }
        ids.push(id);
    }
    ids
}

/// Two projects with one route: nobody can tell which of them is meant.
fn same_routes(projects: &[Project], docsets: &[Docset], notes: &mut Vec<Note>) {
    let mut by_route: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, docset) in docsets.iter().enumerate() {
        by_route.entry(&docset.route).or_default().push(at);
    }
    for (route, all) in by_route.into_iter().filter(|(_, all)| all.len() > 1) {
        let configs: Vec<String> = all
            .iter()
            .map(|at| format!("`{}`", projects[*at].config))
            .collect();
        let message = format!(
            "{} have one route, `/{route}`: {}",
            many(all.len()),
            configs.join(" and ")
        );
        let note = match &projects[all[1]].settings.base_url {
            Got::Known(base) => Note::at("import-same-route", &base.place, message)
                .label("the address is made of this and `docsUrl`"),
            Got::Absent | Got::ByHand(_) => {
                Note::about("import-same-route", &projects[all[1]].config, message)
            }
        };
        let hint = "leave all but one of them out with `--exclude DIR`, or import them one by one with `--output FILE`, and give each docset a `route`";
        notes.push(note.fatal().hint(hint));
    }
}

fn many(n: usize) -> String {
    if n == 2 {
        "two projects".into()
    } else {
        format!("{n} projects")
    }
}

/// Whether COPY DOCS paths start from the old site's folder: then that, else nothing.
fn copies_from(files: &Files<'_>, projects: &[Project], copy_root: &str) -> String {
    if copy_root.is_empty() {
        return String::new();
    }
    let marked = projects.iter().any(|project| {
        let folders = [project.docs_folder(), project.website("versioned_docs")];
        folders.iter().any(|folder| {
            let mut docs = files.under(folder).filter(|path| path.ends_with(".md"));
            docs.any(|path| {
                let text = files.text(&format!("{folder}/{path}"));
                text.is_some_and(|text| text.contains("COPY DOCS"))
            })
        })
    });
    if marked {
        copy_root.to_owned()
    } else {
        String::new()
    }
}

/// The links of all headers. What every project has in the same words stands on every page, and a doc in it is the
/// reader's own docset's.
fn links(projects: &[Project], docsets: &[Docset]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for (project, docset) in projects.iter().zip(docsets) {
        for link in &project.settings.header {
            let everywhere = projects.iter().all(|other| {
                let same = |l: &super::settings::HeaderLink| {
                    l.target == link.target && l.label == link.label
                };
                other.settings.header.iter().any(same)
            });
            let is_doc = matches!(link.target, LinkTarget::Doc(_));
            let made = Link {
                target: link.target.clone(),
                label: link.label.clone(),
                docset: (is_doc && !everywhere).then(|| docset.id.clone()),
                only: Vec::new(),
            };
            match links.iter_mut().find(|old| {
                Link {
                    only: Vec::new(),
                    ..(*old).clone()
                } == made
            }) {
                Some(old) if !old.only.is_empty() => old.only.push(docset.id.clone()),
                Some(_) => {}
                None => {
                    let only = if everywhere {
                        Vec::new()
                    } else {
                        vec![docset.id.clone()]
                    };
                    links.push(Link { only, ..made });
                }
            }
        }
    }
    links
}

fn old_sheets(projects: &[Project], docsets: &[Docset]) -> Vec<String> {
    let all = projects.iter().zip(docsets).flat_map(|(project, docset)| {
        project
            .sheets
            .iter()
            .map(|sheet| super::project::join(&docset.static_route, sheet))
    });
    all.collect()
}

/// Reads what projects may say each for itself, and a site says once.
struct Shared<'a> {
    projects: &'a [Project],
    notes: &'a mut Vec<Note>,
}

impl Shared<'_> {
    fn bases_by_hand(&self) -> bool {
        self.projects
            .iter()
            .any(|p| matches!(p.settings.base_url, Got::ByHand(_)))
    }

    /// The value that the first project has; the others are told if theirs is another.
    fn one(&mut self, key: &str, counterpart: &str, get: impl Fn(&Settings) -> &Line) -> Line {
        let set = |line: &&Line| !matches!(line, Got::Absent);
        let all = self.projects.iter().map(|project| get(&project.settings));
        let Some(first) = all.clone().find(set) else {
            return Got::Absent;
        };
        self.differ(
            key,
            counterpart,
            all.filter(set).filter(|line| *line != first).count(),
            first.known(),
        );
        first.clone()
    }

    fn differ(&mut self, key: &str, counterpart: &str, others: usize, taken: Option<&String>) {
        if others == 0 {
            return;
        }
        let taken = taken.map_or(String::new(), |text| format!(": `{text}` is taken"));
        let others = if others == 1 {
            "1 other project".to_owned()
        } else {
            format!("{others} other projects")
        };
        let message = format!("`{key}` is something else in {others}{taken}");
        let hint = format!("a site has one `{counterpart}`: choose one");
        let note = Note::about("import", &self.projects[0].config, message);
        self.notes.push(note.hint(hint));
    }

    /// The title of the site: the one that all have, else that of the project at its top.
    fn title(&mut self, base: &str) -> Line {
        let titles: BTreeSet<&String> = self
            .projects
            .iter()
            .filter_map(|p| p.settings.title.known())
            .collect();
        if titles.len() <= 1 {
            return self.one("title", "title", |s| &s.title);
        }
        let top = self
            .projects
            .iter()
            .find(|p| base_of(&p.settings).is_some_and(|own| own == base));
        let chosen = top.unwrap_or(&self.projects[0]).settings.title.clone();
        let shown = chosen.known().map_or("", String::as_str);
        let message = format!(
            "the projects have {} titles: each is that of its docset, and `{shown}` is that of the site",
            titles.len()
        );
        let note = Note::about("import", &self.projects[0].config, message);
        self.notes
            .push(note.hint("give the site a `title` of its own"));
        chosen
    }

    fn clean_urls(&mut self) {
        let clean = self.projects[0].settings.clean;
        let others = self
            .projects
            .iter()
            .filter(|p| p.settings.clean != clean)
            .count();
        let taken = clean.to_string();
        self.differ("cleanUrl", "urls", others, Some(&taken));
    }

    /// A static file of the first project that has one, by its new address.
    fn file(
        &mut self,
        files: &Files<'_>,
        docsets: &[Docset],
        key: &str,
        get: impl Fn(&Settings) -> &Got<PlacedText>,
    ) -> Option<String> {
        let mut found = Vec::new();
        for (project, docset) in self.projects.iter().zip(docsets) {
            if let Some(file) = project.static_file(files, get(&project.settings), self.notes) {
                found.push((super::project::join(&docset.static_route, &file), file));
            }
        }
        let (first, name) = found.first()?.clone();
        let others = found.iter().filter(|(_, other)| *other != name).count();
        self.differ(key, "theme", others, Some(&first));
        Some(first)
    }

    fn css(&mut self, files: &Files<'_>, docsets: &[Docset]) -> Vec<String> {
        let mut css: Vec<String> = Vec::new();
        for (project, docset) in self.projects.iter().zip(docsets) {
            for sheet in &project.settings.css {
                let got = Got::Known(sheet.clone());
                let file = project.static_file(files, &got, self.notes);
                let path = file.map(|file| super::project::join(&docset.static_route, &file));
                css.extend(path.filter(|path| !css.contains(path)));
            }
        }
        css
    }
}
