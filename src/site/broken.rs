//! Why a link leads nowhere, and what was probably meant.
//!
//! In: a link that [`super::links`] found no target for. Out: a message, a hint, and the cause by which many such links
//! can be told together. Old sites have a thousand of them, so what is looked for in all names is looked for once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::links::{Here, Resolver};
use super::urls::{folder_of, join_relative};
use super::{PageId, Version};
use crate::diagnostic::{Cause, nearest};
use crate::markdown::{Link, LinkKind};

/// The doc is there, but the version of the page does not have it.
pub const NOT_IN_VERSION: &Cause = &Cause {
    name: "not-in-version",
    words: "the version that is read does not have this doc",
};
/// There is no such doc in any version.
pub const NO_DOC: &Cause = &Cause {
    name: "no-doc",
    words: "there is no such doc",
};
/// The doc is a draft.
pub const DRAFT: &Cause = &Cause {
    name: "draft",
    words: "the doc is a draft",
};
/// The page is there, the heading is not.
pub const NO_ANCHOR: &Cause = &Cause {
    name: "no-anchor",
    words: "the page has no such heading",
};
/// Nothing is published at the address.
pub const NO_PAGE: &Cause = &Cause {
    name: "no-page",
    words: "nothing is published at this address",
};
/// The text is a copy, and neither the page nor the source leads anywhere.
pub const COPIED: &Cause = &Cause {
    name: "copied",
    words: "in copied text, which leads nowhere from its page nor from its source",
};
/// There is no such image or file.
pub const NO_IMAGE: &Cause = &Cause {
    name: "no-image",
    words: "there is no such image",
};
/// Something of this name is there, in other letters.
pub const CASE: &Cause = &Cause {
    name: "case",
    words: "small and capital letters differ",
};
/// A link of the configuration that is no path from the site's root.
pub const FORM: &Cause = &Cause {
    name: "form",
    words: "neither a URL nor a path that starts with `/`",
};

/// What is wrong with a link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// A short stable name.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hints: Vec<String>,
    /// Why.
    pub cause: &'static Cause,
    /// What the link would lead to: a file, a route or an anchor.
    pub target: String,
    /// The version that does not have it, where that is the cause.
    pub version: Option<String>,
}

/// What is kept of links that lead nowhere, so that a link on a thousand pages is thought about once.
#[derive(Debug, Default)]
pub struct Nearby {
    known: Mutex<HashMap<Key, Why>>,
    docs: OnceLock<Names>,
    routes: OnceLock<Names>,
}

/// All docs, or all routes.
#[derive(Debug)]
struct Names {
    /// In small letters.
    small: HashSet<String>,
    /// By the last part of a path, the first such path.
    by_last_part: BTreeMap<String, String>,
    /// What was found to be like a last part, in whatever folder and version it was looked for.
    near: Mutex<HashMap<String, Vec<String>>>,
}

impl Names {
    fn new<'a>(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut names = Self {
            small: HashSet::new(),
            by_last_part: BTreeMap::new(),
            near: Mutex::default(),
        };
        for path in paths {
            names.small.insert(path.to_lowercase());
            let last = last_part(path).to_owned();
            let first = names.by_last_part.entry(last);
            let first = first.or_insert_with(|| path.to_owned());
            if path < first.as_str() {
                path.clone_into(first);
            }
        }
        names
    }

    /// The paths, two at most, whose last part is like that of `path`.
    fn near(&self, path: &str) -> Vec<String> {
        let last = last_part(path);
        let known = || self.near.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(last) {
            return found.clone();
        }
        let near = nearest(last, self.by_last_part.keys().map(String::as_str), 2);
        let paths = near.into_iter().map(|name| self.by_last_part[name].clone());
        let paths: Vec<String> = paths.collect();
        known().insert(last.to_owned(), paths.clone());
        paths
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Where was looked, and for what.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Key {
    docset: usize,
    version: usize,
    kind: Kind,
    wanted: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Kind {
    Doc,
    Route,
    Image,
}

/// The cause, and names that may have been meant.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Why {
    cause: &'static Cause,
    hint: Option<String>,
    /// Nearest first.
    near: Vec<String>,
}

impl Why {
    fn of(cause: &'static Cause, hint: String) -> Self {
        Self {
            cause,
            hint: Some(hint),
            near: Vec::new(),
        }
    }

    fn near(cause: &'static Cause, near: Vec<String>) -> Self {
        Self {
            cause,
            hint: None,
            near,
        }
    }
}

/// The names, or others if there are none.
fn or_else(names: Vec<&str>, others: impl FnOnce() -> Vec<String>) -> Vec<String> {
    if names.is_empty() {
        return others();
    }
    names.into_iter().map(str::to_owned).collect()
}

impl Nearby {
    fn get(&self, key: Key, find: impl FnOnce() -> Why) -> Why {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = known().get(&key) {
            return why.clone();
        }
        // Not under the lock: two threads may find the same, which is the same answer.
        let why = find();
        known().insert(key, why.clone());
        why
    }
}

impl Resolver<'_> {
    /// A heading that a page does not have.
    pub(super) fn no_anchor(&self, page: PageId, anchor: &str, decoded: &str) -> Broken {
        let doc = self.site.doc(page);
        let near = nearest(decoded, doc.anchors.iter().map(String::as_str), 1);
        let hint = match near.first() {
            Some(near) => format!("did you mean `#{near}`?"),
            None if doc.anchors.is_empty() => format!("`{}` has no headings", doc.path),
            None => {
                let all = doc.anchors.iter().take(12).map(|a| format!("#{a}"));
                let all: Vec<String> = all.collect();
                format!("anchors of `{}`: {}", doc.path, all.join(", "))
            }
        };
        Broken {
            code: "broken-anchor",
            message: format!("`{}` has no anchor `#{anchor}`", doc.path),
            hints: vec![hint],
            cause: NO_ANCHOR,
            target: format!("{}#{anchor}", doc.path),
            version: None,
        }
    }

    /// A link or an image that nothing stands at.
    pub(super) fn broken(&self, here: Here<'_>, link: &Link, path: &str) -> Broken {
        let (kind, wanted) = self.wanted(here, link, path);
        let page = self.site.page(here.page);
        let version = self.site.version(here.page);
        let key = Key {
            docset: page.docset,
            version: page.version,
            kind,
            wanted,
        };
        let wanted = key.wanted.clone();
        let why = self.nearby.get(key, || match kind {
            Kind::Image => self.why_no_image(&wanted),
            Kind::Doc => self.why_no_doc(page.docset, version, &wanted),
            Kind::Route => self.why_no_page(version, &wanted),
        });
        let is_copied = here.file != here.origin && [NO_DOC, NO_PAGE].contains(&why.cause);
        let cause = if is_copied { COPIED } else { why.cause };
        let hint = why
            .hint
            .clone()
            .unwrap_or_else(|| hint(here, kind, &wanted, &why));
        let of_version = why.cause == NOT_IN_VERSION;
        let broken = Broken {
            code: "broken-link",
            message: format!("the link `{}` leads nowhere", link.dest),
            hints: vec![hint],
            cause,
            target: wanted,
            version: of_version.then(|| version.name.clone()),
        };
        match kind {
            Kind::Doc | Kind::Route => broken,
            Kind::Image => Broken {
                code: "broken-image",
                message: format!("there is no image `{}`", link.dest),
                ..broken
            },
        }
    }

    /// What a link asks for: a file from the site's folder, a route, or the name of an image.
    fn wanted(&self, here: Here<'_>, link: &Link, path: &str) -> (Kind, String) {
        if matches!(link.kind, LinkKind::Image | LinkKind::RawSrc) {
            return (Kind::Image, path.to_owned());
        }
        if path.ends_with(".md")
            && let Some(full) = join_relative(folder_of(here.origin), path)
        {
            return (Kind::Doc, full);
        }
        let full = match path.strip_prefix('/') {
            Some(rooted) => rooted.trim_start_matches('/').to_owned(),
            None => {
                join_relative(folder_of(&self.site.page(here.page).route), path).unwrap_or_default()
            }
        };
        (Kind::Route, full)
    }

    fn why_no_image(&self, path: &str) -> Why {
        let last = |path: &'_ str| -> usize { path.rfind('/').map_or(0, |at| at + 1) };
        let name = &path[last(path)..];
        let names: std::collections::BTreeSet<&str> =
            self.assets.keys().map(|k| &k[last(k)..]).collect();
        let same = |known: &&&str| known.eq_ignore_ascii_case(name) && **known != name;
        let cause = if names.iter().any(|known| same(&known)) {
            CASE
        } else {
            NO_IMAGE
        };
        Why::near(cause, or_else(nearest(name, names, 1), Vec::new))
    }

    fn why_no_page(&self, version: &Version, full: &str) -> Why {
        // Those that the reader of the page sees come first; other versions have the same names.
        let own = version
            .pages
            .iter()
            .map(|p| self.site.page(*p).route.as_str());
        let routes = || Names::new(self.site.routes.keys().map(String::as_str));
        let all = self.nearby.routes.get_or_init(routes);
        let cause = match all.small.contains(&full.to_lowercase()) {
            true => CASE,
            false => NO_PAGE,
        };
        Why::near(cause, or_else(nearest(full, own, 1), || all.near(full)))
    }

    fn why_no_doc(&self, docset: usize, version: &Version, full: &str) -> Why {
        if self.site.drafts.iter().any(|d| **d == *full) {
            return Why::of(DRAFT, format!("`{full}` is a draft"));
        }
        if let Some(path) = self.in_other_version(docset, version, full) {
            let name = &version.name;
            let hint = format!("`{path}` exists, but version `{name}` does not have it");
            return Why::of(NOT_IN_VERSION, hint);
        }
        let own = self.site.docs.iter().filter(|d| d.docset == docset);
        let docs = || Names::new(self.site.docs.iter().map(|d| d.path.as_ref()));
        let all = self.nearby.docs.get_or_init(docs);
        let cause = match all.small.contains(&full.to_lowercase()) {
            true => CASE,
            false => NO_DOC,
        };
        // One more than is told: nobody means the page that the link stands in.
        let near = nearest(full, own.map(|d| d.path.as_ref()), 2);
        Why::near(cause, or_else(near, || all.near(full)))
    }

    /// The file that another version has for this one.
    fn in_other_version(&self, docset: usize, version: &Version, full: &str) -> Option<&str> {
        if version.name.is_empty() {
            return None;
        }
        if let Some(doc) = self.site.docs.iter().find(|d| *d.path == *full) {
            return Some(&doc.path);
        }
        // The same place in the docs folder of another version.
        let relative = self
            .docs_folder_of(full)
            .and_then(|folder| full.strip_prefix(folder))
            .map(|rest| rest.trim_start_matches('/').trim_end_matches(".md"))?;
        let docs = self.site.docs.iter();
        docs.filter(|d| d.docset == docset)
            .find(|d| d.relative == relative)
            .map(|d| d.path.as_ref())
    }
}

/// What to do, where names that are near are all that is known.
fn hint(here: Here<'_>, kind: Kind, wanted: &str, why: &Why) -> String {
    let near = why.near.iter().find(|near| **near != here.origin);
    match (kind, near) {
        (Kind::Route, Some(near)) => {
            format!("nothing is published at `/{wanted}`; did you mean `/{near}`?")
        }
        (_, Some(near)) => format!("did you mean `{near}`?"),
        (Kind::Doc, None) => format!("there is no file `{wanted}`"),
        (Kind::Route, None) => {
            format!(
                "nothing is published at `/{wanted}`; link to a doc by its file, as in `./other.md`"
            )
        }
        (Kind::Image, None) => {
            "images stand in an `assets` folder beside the docs, or in the site's `static` folder"
                .to_owned()
        }
    }
}
