//! The weight gate: what a reader's browser loads, compressed. A kilobyte is 1,000 bytes here, the stricter of both readings.

#![expect(clippy::unwrap_used, reason = "a test says enough with a panic")]

use std::fs;
use std::io::Write as _;
use std::path::Path;

use docproof::build::Build;
use docproof::build::files::{ChangeSet, MemoryFiles};
use docproof::build::output::{MemoryTree, Output};
use flate2::{Compression, write::GzEncoder};

fn gzip(bytes: &[u8]) -> usize {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap().len()
}

/// Asserts that these files of the theme weigh no more than that, each compressed by itself, as a server does it.
#[track_caller]
fn theme(files: &[&str], most: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
    let each = files
        .iter()
        .map(|file| (file, gzip(&fs::read(folder.join(file)).unwrap())));
    let each: Vec<_> = each.collect();
    let sum: usize = each.iter().map(|(_, bytes)| bytes).sum();
    println!("{sum} of {most}: {each:?}");
    assert!(sum <= most, "{sum} bytes, of {most}: {each:?}");
}

#[test]
fn scripts_before_the_search_opens() {
    theme(&["theme.js", "docproof.js"], 5_000);
}

#[test]
fn all_scripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    let scripts: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| name.ends_with(".js"))
        .collect();
    assert!(scripts.len() >= 3, "{scripts:?}");
    theme(&scripts, 12_000);
}

#[test]
fn the_style_sheet() {
    theme(&["docproof.css"], 12_000);
}

/// A site whose sidebar has so many entries, in categories. From 300 on a page holds
/// its branch only.
fn empty_pages(entries: usize) -> MemoryFiles {
    let words = [
        "session", "token", "refresh", "store", "cookie", "header", "claim", "user", "event",
        "error", "key",
    ];
    let ids: Vec<String> = (0..entries)
        .map(|n| format!("{}-{}-{n}", words[n * 7 % 11], words[n * 5 % 11]))
        .collect();
    let list = |ids: &[String]| {
        let quoted: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
        quoted.join(", ")
    };
    let categories: Vec<String> = ids
        .chunks(12)
        .enumerate()
        .map(|(n, part)| format!("\"Category {n}\": [{}]", list(part)))
        .collect();
    let mut files = vec![
        (
            "docproof.yaml".to_owned(),
            "title: The title of a site\nurl: https://docs.example.com\ntheme: { accent: \"#0b57c5\" }
header: { links: [{ page: versions, label: Versions }, { href: \"https://example.com/code\", label: Source }] }\n"
                .to_owned(),
        ),
        ("versions.json".to_owned(), "[\"3.0\", \"2.1\", \"2.0\", \"1.0\"]".to_owned()),
        ("sidebars.json".to_owned(), format!("{{ \"docs\": {{ {} }} }}", categories.join(", "))),
    ];
    files.extend(ids.iter().map(|id| {
        let title = id.replace('-', " of the ");
        (
            format!("docs/{id}.md"),
            format!("---\ntitle: {title}\n---\n"),
        )
    }));
    for version in ["3.0", "2.1", "2.0", "1.0"] {
        let id = &ids[0];
        let text =
            format!("---\nid: version-{version}-{id}\noriginal_id: {id}\ntitle: A page\n---\n");
        files.push((format!("versioned_docs/version-{version}/{id}.md"), text));
    }
    MemoryFiles::new(
        files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    )
}

#[test]
fn a_page_without_content() {
    for entries in [40, 270] {
        let sink = MemoryTree::default();
        let outcome = Build::new().run(&empty_pages(entries), &ChangeSet::All, &sink, &|_| {});
        assert!(outcome.built, "{:#?}", outcome.diagnostics);
        let pages = sink
            .finish()
            .into_iter()
            .filter_map(|(path, output)| match output {
                Output::Bytes(bytes) if path.ends_with(".html") => Some((gzip(&bytes), path)),
                _ => None,
            });
        let (bytes, page) = pages.max().unwrap();
        println!("{bytes} of 6000: {page}");
        assert!(
            !page.contains("all-pages"),
            "{entries} entries are shown in part"
        );
        assert!(bytes <= 6_000, "{page}: {bytes} bytes");
    }
}
