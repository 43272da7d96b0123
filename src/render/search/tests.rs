//! Tests of the index: small pages, and what stands in the files.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::*;

fn page(title: &str, body: &str) -> (String, Vec<Section>) {
    let section = Section {
        text: body.to_owned(),
        ..Section::default()
    };
    (title.to_owned(), vec![section])
}

fn make(pages: &[(String, Vec<Section>)]) -> BTreeMap<String, Value> {
    let terms: Vec<PageTerms> = pages
        .iter()
        .map(|(title, sections)| page_terms(title, sections))
        .collect();
    let pages: Vec<Page<'_>> = pages
        .iter()
        .zip(&terms)
        .map(|((title, sections), terms)| Page {
            path: title.to_lowercase(),
            title,
            trail: vec!["Guide"],
            sections,
            terms,
        })
        .collect();
    let made = Mutex::new(BTreeMap::new());
    let take = |name: &str, text: String| {
        let json = text
            .strip_prefix("docproofSearch(")
            .and_then(|t| t.strip_suffix(");\n"));
        let value = serde_json::from_str(json.expect("a call")).expect("JSON");
        made.lock()
            .expect("no panic")
            .insert(name.to_owned(), value);
        Ok(())
    };
    files(&pages, &take).expect("all taken");
    made.into_inner().expect("no panic")
}

#[test]
fn a_small_index() {
    let files = make(&[
        page("Tokens", "an access token"),
        page("Data", "token </script> \u{2028}"),
    ]);
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        ["e0.js", "index.js", "p0.js", "t0.js"]
    );
    let index = &files["index.js"];
    assert_eq!(index["pages"], 2);
    assert_eq!(index["terms"], json!(["="]));
    assert_eq!(index["chunks"], json!([0]));
    let terms = files["t0.js"]["terms"].as_object().expect("terms");
    assert_eq!(
        terms.keys().collect::<Vec<_>>(),
        [
            "=data", "=tokens", "access", "an", "data", "script", "token", "tokens"
        ]
    );
    // Both pages, one after the other.
    assert_eq!(terms["token"].as_str().map(str::len), Some(4));
    assert_eq!(files["e0.js"]["words"], "token tokens access script");
    assert_eq!(
        files["p0.js"]["pages"][0],
        json!(["tokens", "Tokens", ["Guide"], [["", "", "an access token"]]])
    );
}

#[test]
fn no_pages_make_an_empty_index() {
    let files = make(&[]);
    assert_eq!(files.len(), 1);
    assert_eq!(files["index.js"]["terms"], json!([]));
}

#[test]
fn shards_are_small_and_their_first_terms_part_them() {
    let pages: Vec<_> = (0..400)
        .map(|n| {
            page(
                &format!("Page {n}"),
                &(0..40)
                    .map(|m| format!("word{}x{m} ", n * 7 % 400))
                    .collect::<String>(),
            )
        })
        .collect();
    let files = make(&pages);
    let firsts: Vec<String> =
        serde_json::from_value(files["index.js"]["terms"].clone()).expect("texts");
    assert!(firsts.len() > 5 && firsts.is_sorted());
    for (n, first) in firsts.iter().enumerate() {
        let shard = &files[&format!("t{n}.js")];
        assert_eq!(shard["shard"], n);
        for term in shard["terms"].as_object().expect("terms").keys() {
            assert!(
                term >= first && firsts.get(n + 1).is_none_or(|next| term < next),
                "{term} in {n}"
            );
        }
        assert!(shard.to_string().len() < SHARD * 2);
    }
    let chunks: Vec<usize> =
        serde_json::from_value(files["index.js"]["chunks"].clone()).expect("numbers");
    assert!(chunks.len() > 2 && chunks[0] == 0);
}

#[test]
fn the_same_pages_make_the_same_files() {
    let pages: Vec<_> = (0..50)
        .map(|n| page(&format!("P{n}"), "some words that repeat some words"))
        .collect();
    assert_eq!(make(&pages), make(&pages));
}

#[test]
fn a_long_section_is_cut_at_a_word() {
    let text = "word ".repeat(1000);
    assert!(cut(&text).len() <= EXCERPT && cut(&text).ends_with("word"));
    assert_eq!(cut("short"), "short");
    let wide = "é".repeat(5000);
    assert_eq!(cut(&wide).chars().count(), EXCERPT);
}
