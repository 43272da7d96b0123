//! `docproof init`: a new site, with what a Cargo package says of itself where there is one.

mod package;
mod starter;

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use serde_json::json;

use self::package::Package;
use super::{Args, Common, FINE, USAGE, open, report};
use crate::build::changes::FileChange;
use crate::build::readme::{self, Caution, Entry, Place};
use crate::disk::reader::DiskFiles;
use crate::disk::{failed, words};
use crate::markdown;

/// Options of `init`.
#[derive(clap::Args, Debug)]
pub struct InitArgs {
    /// The folder of the new site [default: that of `--site`]
    dir: Option<PathBuf>,
}

/// Runs `init`.
pub fn run(common: &Common, args: &InitArgs) -> u8 {
    let folder = args.dir.clone().unwrap_or_else(|| common.site.clone());
    let made = !folder.exists();
    if let Err(error) = std::fs::create_dir_all(&folder) {
        let error = failed("create", &folder)(error);
        report::failure(common, &error.to_string(), Some("choose another folder"));
        return USAGE;
    }
    let code = in_folder(common, &folder);
    if code != FINE && made {
        // Only if nothing is in it.
        let _ = std::fs::remove_dir(&folder);
    }
    code
}

/// The files that a new site would write over.
const OURS: [&str; 6] = [
    "docproof.yaml",
    "docs/introduction.md",
    "docs/writing.md",
    "sidebars.json",
    "sidebars.yaml",
    "sidebars.yml",
];

fn in_folder(common: &Common, folder: &Path) -> u8 {
    if let Some((message, hint)) = in_the_way(folder) {
        report::failure(common, &message, Some(&hint));
        return USAGE;
    }
    let package = match package::read(folder) {
        Ok(package) => package,
        Err(message) => {
            let hint = "put the manifest right first: the title and the first page come from it";
            report::failure(common, &message, Some(hint));
            return USAGE;
        }
    };
    let files = match DiskFiles::new(folder) {
        Ok(files) => files,
        Err(error) => {
            report::failure(common, &error.to_string(), Some("choose another folder"));
            return USAGE;
        }
    };
    let changes = Planner {
        folder,
        files: &files,
        package: package.unwrap_or_default(),
    }
    .changes();
    if let Err(code) = open::apply(common, folder, &changes) {
        return code;
    }
    say(common, folder, &changes);
    FINE
}

fn in_the_way(folder: &Path) -> Option<(String, String)> {
    let there: Vec<String> = OURS
        .iter()
        .filter(|name| std::fs::symlink_metadata(folder.join(name)).is_ok())
        .map(|name| format!("`{name}`"))
        .collect();
    if !there.is_empty() {
        let hint = if there.iter().any(|name| name == "`docproof.yaml`") {
            "this is a site already; `docproof build` builds it"
        } else {
            "nothing was written; move these away, or choose another folder"
        };
        return Some((format!("already there: {}", there.join(", ")), hint.into()));
    }
    // A program's own templates would be taken for the site's.
    let theme = [
        "base.html",
        "doc.html",
        "home.html",
        "404.html",
        "sidebar.html",
    ];
    let clash = theme
        .iter()
        .find(|name| folder.join("templates").join(name).exists())?;
    Some((
        format!("`templates/{clash}` is there, and would be read as a template of the site"),
        "make the site in a folder of its own, as in `docproof init site`".into(),
    ))
}

fn say(common: &Common, folder: &Path, changes: &[FileChange]) {
    let written: Vec<&str> = changes.iter().map(FileChange::path).collect();
    let text: String = written.iter().map(|p| format!("wrote  {p}\n")).collect();
    let value = json!({ "site": folder.to_string_lossy(), "written": written });
    open::answer(common, &text, &[value]);
    let site = match folder.to_string_lossy() {
        here if here == "." => String::new(),
        path => format!(" --site {}", quoted(&path)),
    };
    // The command that shows changes at once is the better second one, in a program that has it.
    let second = if Args::command().find_subcommand("serve").is_some() {
        format!("docproof serve{site}")
    } else {
        format!("docproof version cut 1.0.X{site}")
    };
    report::line(&format!("\nnext:\n  docproof build{site}\n  {second}"));
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+".contains(c);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}

struct Planner<'a> {
    folder: &'a Path,
    files: &'a DiskFiles,
    package: Package,
}

impl Planner<'_> {
    fn changes(&self) -> Vec<FileChange> {
        let output = self.output();
        let title = self.title();
        let tagline = self.package.description.as_deref();
        let mut changes = vec![
            create("docproof.yaml", starter::config(&title, tagline, output)),
            create("docs/writing.md", starter::WRITING.to_owned()),
        ];
        // Docs that are there already are listed by folder, together with the new ones.
        if !holds_docs(&self.folder.join("docs")) {
            changes.push(create("sidebars.json", starter::SIDEBARS.to_owned()));
        }
        changes.extend(self.ignored(output));
        let first = self.readme_page(&title, &changes).unwrap_or_else(|| {
            vec![create(
                "docs/introduction.md",
                starter::introduction(&title, tagline),
            )]
        });
        changes.splice(1..1, first);
        changes
    }

    fn title(&self) -> String {
        self.package.name.clone().unwrap_or_else(|| {
            let real = self.folder.canonicalize();
            let real = real.unwrap_or_else(|_| self.folder.to_owned());
            let name = real.file_name().unwrap_or_default().to_string_lossy();
            if name.trim().is_empty() {
                "Documentation".to_owned()
            } else {
                crate::site::pages::sentence_case(&name)
            }
        })
    }

    /// `build`, unless something else is there.
    fn output(&self) -> &'static str {
        let free = |name: &&str| match std::fs::read_dir(self.folder.join(name)) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) => error.kind() == std::io::ErrorKind::NotFound,
        };
        ["build", "site", "built-docs"]
            .into_iter()
            .find(free)
            .unwrap_or("docproof-build")
    }

    /// `.gitignore` with what must not be committed, if it lacks any of it.
    fn ignored(&self, output: &str) -> Option<FileChange> {
        let before = std::fs::read(self.folder.join(".gitignore")).unwrap_or_default();
        let text = String::from_utf8_lossy(&before);
        let has = |name: &str| {
            text.lines()
                .any(|line| line.trim().trim_matches('/') == name)
        };
        let missing: String = [output, ".docproof"]
            .iter()
            .filter(|name| !has(name))
            .map(|name| format!("/{name}/\n"))
            .collect();
        if missing.is_empty() {
            return None;
        }
        let mut bytes = before.clone();
        let mut added = String::new();
        if !before.is_empty() && !before.ends_with(b"\n") {
            added.push('\n');
        }
        added.push_str(&missing);
        let added = crate::build::changes::with_line_ends_of(&before, &added);
        bytes.extend_from_slice(added.as_bytes());
        let path = ".gitignore".to_owned();
        Some(FileChange::Write { path, bytes })
    }

    /// The first page from the README, such that the site builds; none when there is no way.
    fn readme_page(&self, title: &str, others: &[FileChange]) -> Option<Vec<FileChange>> {
        let path = self.package.readme.clone();
        let path = path.or_else(|| package::find_readme(self.folder))?;
        let shown = path.display();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                let why = words(&error);
                report::line(&format!("note: `{shown}` is not the first page: {why}"));
                return None;
            }
        };
        let ground = Ground::of(self.folder, &path);
        let mut caution = Caution::default();
        // Each turn learns of links that lead nowhere, and the last one of anything else.
        for _ in 0..4 {
            let page = self.page(&text, title, &ground, &caution)?;
            let mut all = others.to_vec();
            all.extend(page.iter().cloned());
            let (errors, after) = open::errors_after(self.files, &all);
            let ours: Vec<_> = errors
                .iter()
                .filter_map(|e| Some((e, e.place.as_ref()?)))
                .filter(|(_, place)| {
                    *after.sources.get(place.source).path == *"docs/introduction.md"
                })
                .collect();
            if ours.is_empty() {
                return Some(page);
            }
            for (error, place) in ours {
                let source = &after.sources.get(place.source).text;
                let start =
                    crate::front_matter::parse(source, crate::config::Dialect::Docproof).body_start;
                let links =
                    markdown::parse(&source[start..], crate::config::Dialect::Docproof).links;
                let dead = links
                    .iter()
                    .filter(|l| l.range.start + start == place.range.start);
                let before = caution.dead.len();
                caution.dead.extend(dead.map(|l| l.dest.clone()));
                caution.plain_fences |=
                    before == caution.dead.len() && !error.code.starts_with("broken");
            }
        }
        report::line(&format!(
            "note: `{shown}` is not the first page, because it would not build as one"
        ));
        None
    }

    fn page(
        &self,
        text: &str,
        title: &str,
        ground: &Ground,
        caution: &Caution,
    ) -> Option<Vec<FileChange>> {
        let repository = self.package.repository.as_deref();
        let repository = repository.and_then(readme::repository);
        let place = Place {
            folder: &ground.readme_folder,
            name: &ground.readme_name,
            docs: &ground.docs,
            repository: repository.as_deref(),
            look: &|path| {
                let path = ground.root.join(path);
                match path.canonicalize() {
                    Ok(real) if !real.starts_with(&ground.root) => Entry::Nothing,
                    Ok(real) if real.is_dir() => Entry::Folder,
                    Ok(_) => Entry::File,
                    Err(_) => Entry::Nothing,
                }
            },
        };
        let page = readme::page(
            text,
            title,
            self.package.description.as_deref(),
            &place,
            caution,
        );
        let mut changes = vec![create("docs/introduction.md", page.text)];
        for (from, to) in page.images {
            let path = format!("docs/{to}");
            // An image that is there already under this name is the owner's.
            if self.folder.join(&path).exists() {
                continue;
            }
            let bytes = std::fs::read(ground.root.join(from)).ok()?;
            changes.push(FileChange::Create { path, bytes });
        }
        Some(changes)
    }
}

/// Where the repository begins, and where things lie in it.
struct Ground {
    root: PathBuf,
    readme_folder: String,
    readme_name: String,
    docs: String,
}

impl Ground {
    /// The folder above that holds `.git`; without one, the one that holds both the site and the README.
    fn of(folder: &Path, readme: &Path) -> Self {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        // The file's own place counts, not that of what it may be a link to.
        let readme_folder = readme.parent().unwrap_or(&folder);
        let readme_folder = readme_folder
            .canonicalize()
            .unwrap_or_else(|_| folder.clone());
        let root = folder
            .ancestors()
            .find(|above| above.join(".git").exists())
            .filter(|root| readme_folder.starts_with(root))
            .or_else(|| {
                folder
                    .ancestors()
                    .find(|above| readme_folder.starts_with(above))
            })
            .unwrap_or(&folder)
            .to_owned();
        let inside = |path: &Path| {
            let path = path.strip_prefix(&root).unwrap_or(path);
            path.to_string_lossy().replace('\\', "/")
        };
        let docs = crate::site::pages::join(&inside(&folder), "docs");
        Self {
            readme_folder: inside(&readme_folder),
            readme_name: readme
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            docs,
            root,
        }
    }
}

fn create(path: &str, text: String) -> FileChange {
    FileChange::Create {
        path: path.to_owned(),
        bytes: text.into_bytes(),
    }
}

fn holds_docs(folder: &Path) -> bool {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .any(|entry| entry.path().extension().is_some_and(|e| e == "md"))
}
