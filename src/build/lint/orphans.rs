//! Published files that nothing names.
//!
//! A file counts as named when its name stands in any page, sidebar, template, setting, style sheet or script of the
//! site, whatever leads to it there. That passes over a few files that nothing shows, and accuses none that something
//! does, unless a program puts their names together.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use rayon::prelude::*;

use crate::build::Indexed;
use crate::build::files::{File, FileProvider, Files};
use crate::build::wiring::statics;
use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;

/// Finds them.
pub fn find(
    files: &Files,
    sources: &SourceMap,
    indexed: &Indexed,
    provider: &dyn FileProvider,
) -> Vec<Diagnostic> {
    let statics = statics(files, &indexed.config, &mut Vec::new());
    let published = statics.values().map(|(path, _)| path);
    let candidates: Vec<&String> = published.chain(indexed.assets.keys()).collect();
    let texts = files.all.values().chain(files.shown.values());
    let mut names: HashSet<String> = HashSet::new();
    let mut whole: Vec<&str> = Vec::new();
    for file in texts {
        if let File::Text(id) = file {
            whole.push(&sources.get(*id).text);
        }
    }
    whole.extend(indexed.config_source.map(|id| &*sources.get(id).text));
    for text in &whole {
        names_in(text, &mut names);
    }
    let read: Vec<HashSet<String>> = candidates
        .par_iter()
        .filter(|path| may_name_files(path))
        .filter_map(|path| {
            let bytes = provider.read(path).ok()?;
            let mut names = HashSet::new();
            names_in(&String::from_utf8_lossy(&bytes), &mut names);
            // Its own name in a comment at its top makes nobody load it.
            names.remove(name_of(path));
            Some(names)
        })
        .collect();
    names.extend(read.into_iter().flatten());
    candidates
        .into_iter()
        .filter(|path| !is_asked_for(path))
        .filter(|path| {
            let name = name_of(path);
            let odd = !name.chars().all(is_part_of_name);
            !(names.contains(name) || odd && whole.iter().any(|text| text.contains(name)))
        })
        .map(|path| {
            Diagnostic::warning("orphan-file", "nothing on the site names this file")
                .in_file(path.as_str())
                .hint("link to it, or delete it: it is published all the same")
        })
        .collect()
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || "-_.~%@+".contains(c)
}

/// Every word of a text that may be the name of a file.
fn names_in(text: &str, names: &mut HashSet<String>) {
    for word in text.split(|c| !is_part_of_name(c)) {
        let word = word.trim_end_matches('.');
        if !word.contains('.') {
            continue;
        }
        if word.contains('%') {
            names.extend(
                percent_decode_str(word)
                    .decode_utf8()
                    .ok()
                    .map(String::from),
            );
        }
        if !names.contains(word) {
            names.insert(word.to_owned());
        }
    }
}

/// A published file that may name others.
fn may_name_files(path: &str) -> bool {
    let ending = path
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    matches!(
        ending.as_str(),
        "css" | "js" | "mjs" | "html" | "htm" | "svg" | "json" | "xml" | "txt" | "webmanifest"
    )
}

/// Files that browsers, hosts and search engines ask for by themselves.
fn is_asked_for(path: &str) -> bool {
    let name = name_of(path).to_ascii_lowercase();
    let known = [
        "404.html",
        "ads.txt",
        "bingsiteauth.xml",
        "browserconfig.xml",
        "cname",
        "favicon.ico",
        "humans.txt",
        "index.html",
        "llms.txt",
        "robots.txt",
        "security.txt",
        "sitemap.xml",
        "_headers",
        "_redirects",
    ];
    known.contains(&name.as_str())
        || name.starts_with("apple-touch-icon")
        || name.starts_with("google") && name.ends_with(".html")
        || name.starts_with('.')
        || path.contains("/.well-known/")
}
