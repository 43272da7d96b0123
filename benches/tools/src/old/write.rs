//! Writes the old site to a folder: as Docusaurus v1 had it, and with a `docproof.yaml` that builds it.
//!
//! In: a plan, a folder, how many versions at most. Out: files. With fewer versions than the plan has, the oldest that
//! stay hold what they would inherit, so that all of them show what they show in the whole site.

use super::plan::{Doc, Plan, Project};
use super::text::{IMAGES, body};
use serde_json::{Map, Value, json};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Markdown files.
    pub files: usize,
    /// Pages of docs that Docusaurus makes of them.
    pub pages: usize,
    /// Bytes of Markdown.
    pub bytes: usize,
}

/// Writes the site.
///
/// # Errors
/// When the folder cannot be written.
pub fn site(plan: &Plan, folder: &Path, versions: usize, twins: bool) -> io::Result<Written> {
    let mut writer = Writer {
        plan,
        folder: folder.to_owned(),
        written: Written::default(),
    };
    writer.put("docproof.yaml", &docproof_yaml(plan, twins))?;
    for (n, project) in plan.projects.iter().enumerate() {
        let releases = project.releases.len();
        let oldest = releases.saturating_sub(versions);
        writer.project(project)?;
        writer.settings(project, oldest)?;
        for (doc, _) in plan.docs_of(n) {
            writer.doc(doc, oldest)?;
        }
    }
    Ok(writer.written)
}

struct Writer<'a> {
    plan: &'a Plan,
    folder: PathBuf,
    written: Written,
}

impl Writer<'_> {
    fn put(&self, path: &str, text: &str) -> io::Result<()> {
        let path = self.folder.join(path);
        let parent = path.parent().expect("invariant: a file lies in a folder");
        fs::create_dir_all(parent)?;
        fs::write(path, text)
    }

    /// What there is once in a project.
    fn project(&self, project: &Project) -> io::Result<()> {
        let (name, website) = (&project.name, format!("{}/website", project.name));
        self.put(
            &format!("{website}/siteConfig.js"),
            &site_config(self.plan, project),
        )?;
        let package = json!({
            "name": name, "private": true,
            "scripts": { "start": "docusaurus-start", "build": "docusaurus-build", "version": "docusaurus-version" },
            "devDependencies": { "docusaurus": "^1.14.7" },
        });
        self.put(
            &format!("{website}/package.json"),
            &format!("{package:#}\n"),
        )?;
        let index = format!(
            "const React = require(\"react\");\n\nmodule.exports = () => React.createElement(\"h1\", null, \"{name}\");\n"
        );
        self.put(&format!("{website}/pages/en/index.js"), &index)?;
        self.put(&format!("{website}/static/img/favicon.svg"), &picture(8))?;
        self.put(
            &format!("{website}/static/css/custom.css"),
            ".note { padding: 1em; }\n",
        )?;
        for n in 0..IMAGES {
            self.put(&format!("{name}/docs/assets/picture-{n}.svg"), &picture(n))?;
        }
        Ok(())
    }

    /// Sidebars and versions.
    fn settings(&self, project: &Project, oldest: usize) -> io::Result<()> {
        let website = format!("{}/website", project.name);
        let releases = project.releases.len();
        self.put(
            &format!("{website}/sidebars.json"),
            &format!("{:#}\n", self.sidebar(project, releases)),
        )?;
        let mut before = None;
        for release in oldest..releases {
            let sidebar = self.sidebar(project, release);
            if before.as_ref() != Some(&sidebar) {
                let name = &project.releases[release];
                let text = versioned(&sidebar, name);
                self.put(
                    &format!("{website}/versioned_sidebars/version-{name}-sidebars.json"),
                    &text,
                )?;
                before = Some(sidebar);
            }
        }
        if releases > 0 {
            let newest_first: Vec<&String> = project.releases[oldest..].iter().rev().collect();
            self.put(
                &format!("{website}/versions.json"),
                &format!("{:#}\n", json!(newest_first)),
            )?;
        }
        Ok(())
    }

    fn sidebar(&self, project: &Project, release: usize) -> Value {
        let mut categories = Map::new();
        for (name, docs) in &project.categories {
            let ids: Vec<Value> = self
                .plan
                .listed(docs, release)
                .map(|doc| json!(doc.full_id()))
                .collect();
            match ids.len() {
                0 => {}
                1..=3 => drop(categories.insert(name.clone(), json!(ids))),
                _ => {
                    let below = json!({ "type": "subcategory", "label": format!("More of {name}"), "ids": ids[2..] });
                    categories.insert(name.clone(), json!([ids[0], ids[1], below]));
                }
            }
        }
        if release == project.releases.len() {
            for missing in &project.missing {
                let last = categories
                    .iter_mut()
                    .rev()
                    .find(|(name, _)| !name.starts_with("SIDEBAR_"));
                if let Some((_, Value::Array(ids))) = last {
                    ids.push(json!(missing));
                }
            }
        }
        json!({ "docs": categories })
    }

    /// All the files of a doc, of the releases from `oldest` on.
    fn doc(&mut self, n: usize, oldest: usize) -> io::Result<()> {
        let doc = &self.plan.docs[n];
        let project = &self.plan.projects[doc.project];
        let releases = project.releases.len();
        self.written.pages +=
            usize::from(doc.current) + (releases - doc.born.max(oldest).min(releases));
        for release in oldest..releases {
            let is_new = release == doc.born
                || doc.changed.contains(&release)
                || (release == oldest && doc.born < oldest);
            if doc.born <= release && is_new {
                let version = &project.releases[release];
                let changes = doc.changed.iter().filter(|r| **r <= release).count();
                let text = front_matter(doc, Some(version)) + &self.text(n, changes);
                self.markdown(
                    &format!(
                        "{}/website/versioned_docs/version-{version}/{}",
                        project.name,
                        doc.path()
                    ),
                    &text,
                )?;
            }
        }
        if doc.current {
            let text = front_matter(doc, None) + &self.current_text(n);
            self.markdown(&format!("{}/docs/{}", project.name, doc.path()), &text)?;
        }
        Ok(())
    }

    fn markdown(&mut self, path: &str, text: &str) -> io::Result<()> {
        self.written.files += 1;
        self.written.bytes += text.len();
        self.put(path, text)
    }

    fn text(&self, n: usize, changes: usize) -> String {
        let from = self.plan.docs[n].copies.unwrap_or(n);
        body(self.plan, from, changes)
    }

    /// The text of the current docs, with the marks of what is copied.
    fn current_text(&self, n: usize) -> String {
        let doc = &self.plan.docs[n];
        let from = doc.copies.unwrap_or(n);
        let source = &self.plan.docs[from];
        let text = self.text(from, source.changed.len() + usize::from(source.edited));
        if doc.copies.is_none() && !doc.is_source {
            return text;
        }
        let project = &self.plan.projects[source.project].name;
        format!(
            "<!-- COPY DOCS -->\n<!-- ./{project}/docs/{} -->\n\n{text}",
            source.path()
        )
    }
}

fn front_matter(doc: &Doc, version: Option<&String>) -> String {
    // Titles with a colon are no YAML; Docusaurus v1 does not mind.
    let title = if doc.title.len().is_multiple_of(7) {
        format!("{}: how and why", doc.title)
    } else {
        doc.title.clone()
    };
    match version {
        None => format!(
            "---\nid: {}\ntitle: {title}\nhide_title: true\n---\n\n",
            doc.id
        ),
        Some(version) => format!(
            "---\nid: version-{version}-{id}\ntitle: {title}\nhide_title: true\noriginal_id: {id}\n---\n\n",
            id = doc.id
        ),
    }
}

/// A sidebar as the file of a version has it: the version stands in its name and ids.
fn versioned(sidebar: &Value, version: &str) -> String {
    fn walk(value: &Value, version: &str) -> Value {
        match value {
            Value::String(id) => json!(format!("version-{version}-{id}")),
            Value::Array(items) => items.iter().map(|item| walk(item, version)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| {
                    let is_id = !matches!(key.as_str(), "type" | "label");
                    (
                        key.clone(),
                        if is_id {
                            walk(value, version)
                        } else {
                            value.clone()
                        },
                    )
                })
                .collect(),
            other => other.clone(),
        }
    }
    let named = json!({ format!("version-{version}-docs"): walk(&sidebar["docs"], version) });
    format!("{named:#}\n")
}

/// A small picture, another for each number.
fn picture(n: usize) -> String {
    let (width, height) = (120 + n * 40, 80 + n * 20);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\"><rect width=\"{n}0\" height=\"30\" fill=\"#{n}{n}8\"/></svg>\n"
    )
}

/// The configuration that Docusaurus reads: literals, template strings and a few constants.
fn site_config(plan: &Plan, project: &Project) -> String {
    let name = &project.name;
    let docs = project.categories.iter().flat_map(|(_, docs)| docs);
    let current = docs.map(|n| &plan.docs[*n]).find(|doc| doc.current);
    let first = current.map_or_else(String::new, Doc::full_id);
    format!(
        "// Settings of {name}; all keys are explained in Docusaurus's documentation of siteConfig.js.

const name = \"{name}\";
const host = 'https://docs.example.com';

const siteConfig = {{
  title: `Docs of ${{name}}`,
  tagline: \"All that there is to know\",
  url: host,
  baseUrl: \"/{name}/\",
  projectName: name,
  organizationName: \"example\",
  headerLinks: [
    {{ doc: \"{first}\", label: \"Docs\" }},
    {{ page: \"versions\", label: \"Versions\" }},
    {{ href: `${{host}}/chat`, label: \"Chat\", external: true }},
    {{ search: true }},
    {{ blog: false, label: \"Blog\" }},
    {{ languages: true }},
  ],
  headerIcon: \"img/favicon.svg\",
  favicon: \"img/favicon.svg\",
  colors: {{
    primaryColor: \"#ff9933\",
    secondaryColor: \"#222222\",
  }},
  copyright: `Copyright © ${{new Date().getFullYear()}} Example`,
  highlight: {{
    theme: \"default\",
    themeUrl: \"/{name}/css/code.css\",
  }},
  scripts: [\"https://buttons.example.com/buttons.js\"],
  stylesheets: [\"https://fonts.example.com/css?family=Sans\"],
  onPageNav: \"separate\",
  cleanUrl: true,
  docsSideNavCollapsible: true,
}};

module.exports = siteConfig;
"
    )
}

fn docproof_yaml(plan: &Plan, twins: bool) -> String {
    let mut text = format!(
        "title: Old docs\ntagline: All that there is to know\nurl: https://docs.example.com\nlinks: warn\nindex_twins: {twins}\ndocsets:\n"
    );
    for Project { name, .. } in &plan.projects {
        text.push_str(&format!(
            "  - {{ id: {name}, path: {name}, layout: docusaurus-v1, route: {name}/docs, static_route: {name}, dialect: docusaurus-v1 }}\n"
        ));
    }
    text
}
