//! What is remembered: blocks in one run, blocks as bytes, lines.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::cache::{self, BlockMemo};
use super::super::{Highlighted, Highlighter, Language, PlainReason};
use super::super::{cache_bytes, tokens};
use super::samples::SAMPLES;
use super::shown;

const YAML: &str = "a: [1, true]\n";

fn language(name: &str) -> Language {
    Highlighter::language(name).expect("invariant: tests name known languages")
}

fn exported() -> Vec<u8> {
    let highlighter = Highlighter::new();
    highlighter.highlight(language("yaml"), YAML);
    highlighter.highlight(language("toml"), "a = 1\n");
    highlighter
        .export()
        .expect("invariant: there are new entries")
}

#[test]
fn a_block_is_highlighted_once() {
    let highlighter = Highlighter::new();
    let first = highlighter.highlight(language("yaml"), YAML);
    let again = highlighter.highlight(language("yml"), YAML);
    assert!(Arc::ptr_eq(&first, &again));
    let other = highlighter.highlight(language("toml"), YAML);
    assert!(!Arc::ptr_eq(&first, &other));
}

#[test]
fn threads_that_ask_at_once_share_one_run() {
    let memo = BlockMemo::default();
    let key = cache::key(language("yaml"), YAML);
    let runs = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                memo.get(key, YAML, || {
                    runs.fetch_add(1, Ordering::SeqCst);
                    std::thread::sleep(std::time::Duration::from_millis(20));
                    Highlighted {
                        tokens: tokens::plain_tokens(YAML),
                        plain: None,
                    }
                });
            });
        }
    });
    assert_eq!(runs.into_inner(), 1);
}

#[test]
fn an_import_gives_the_same_results() {
    let bytes = exported();
    let highlighter = Highlighter::new();
    highlighter.import(&bytes);
    let known = highlighter.highlight(language("yaml"), YAML);
    assert_eq!(known, Highlighter::new().highlight(language("yaml"), YAML));
    assert!(
        highlighter.engine.get().is_none(),
        "the engine ran for a known block"
    );
    highlighter.highlight(language("toml"), "a = 1\n");
    assert_eq!(highlighter.export(), None, "nothing has changed");
}

#[test]
fn entries_that_were_not_used_are_dropped() {
    let highlighter = Highlighter::new();
    highlighter.import(&exported());
    highlighter.highlight(language("yaml"), YAML);
    let fewer = highlighter
        .export()
        .expect("invariant: an entry was dropped");
    assert!(fewer.len() < exported().len());
}

#[test]
fn the_order_of_work_does_not_show_in_the_bytes() {
    let highlighter = Highlighter::new();
    highlighter.highlight(language("toml"), "a = 1\n");
    highlighter.highlight(language("yaml"), YAML);
    highlighter.highlight(Language::Rust, "fn main() {}");
    assert_eq!(highlighter.export(), Some(exported()));
    assert_eq!(Highlighter::new().export(), None);
}

#[test]
fn damaged_bytes_are_ignored() {
    let bytes = exported();
    let expected = Highlighter::new().highlight(language("yaml"), YAML);
    let mut damaged: Vec<Vec<u8>> = (0..bytes.len()).map(|len| bytes[..len].to_vec()).collect();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            damaged.push(flipped);
        }
    }
    damaged.push([bytes.as_slice(), &[0]].concat());
    assert!(
        damaged
            .iter()
            .all(|bytes| cache_bytes::read(bytes).is_none())
    );
    let highlighter = Highlighter::new();
    damaged.iter().for_each(|bytes| highlighter.import(bytes));
    assert_eq!(highlighter.highlight(language("yaml"), YAML), expected);
}

/// Bytes with a sound checksum but bodies that make no sense, or belong to other code.
#[test]
fn entries_that_do_not_fit_are_made_anew() {
    let key = cache::key(language("yaml"), YAML);
    let wrong = Highlighted {
        tokens: tokens::plain_tokens("too short"),
        plain: None,
    };
    let mut bytes = cache_bytes::write(&[(key, Arc::new(wrong))]);
    let highlighter = Highlighter::new();
    highlighter.import(&bytes);
    let made = highlighter.highlight(language("yaml"), YAML);
    assert_eq!(made, Highlighter::new().highlight(language("yaml"), YAML));

    bytes.truncate(bytes.len() - cache_bytes::CHECKSUM_LEN);
    for body in [
        &[][..],
        &[9],
        &[0, 0xff],
        &[0, 0x1f],
        &[0, 0x80, 0x80],
        &[2, 0x10],
    ] {
        let header = bytes[..24].to_vec();
        let mut file = [header.as_slice(), &key, &[body.len() as u8], body].concat();
        let checksum = *blake3::hash(&file).as_bytes();
        file.extend_from_slice(&checksum[..16]);
        let (_, entries) = cache_bytes::read(&file).expect("invariant: the file is sound");
        assert!(entries[0].1.decode().is_none(), "{body:?}");
    }
}

#[test]
fn slow_blocks_are_not_exported() {
    let memo = BlockMemo::default();
    let slow = || Highlighted {
        tokens: tokens::plain_tokens(YAML),
        plain: Some(PlainReason::TooSlow),
    };
    memo.get(cache::key(language("yaml"), YAML), YAML, slow);
    assert_eq!(memo.export(), None);
}

/// Lines that are known from another block must give what a fresh highlighter gives.
#[test]
fn remembered_lines_change_nothing() {
    let blocks = [
        ("go", "a := `x\nb\n`\n/* c\na := `x\n*/\nvar d = 1\n"),
        ("go", "/* c\na := `x\nb\n`\n*/\nvar d = 1\n"),
        ("sh", "cat <<A\n$x\nA\necho 'y\nA\n'\n"),
        ("sh", "cat <<B\n$x\nA\nB\necho 'y\n"),
        ("python", "x = '''\ndef f(): pass\n'''\ndef f(): pass\n"),
    ];
    let text = |(name, code): (&str, &'static str)| {
        shown(code, &Highlighter::new().highlight(language(name), code))
    };
    let fresh = |block| {
        let alone = std::thread::spawn(move || text(block));
        alone
            .join()
            .expect("invariant: highlighting does not panic")
    };
    for block in blocks.iter().chain(blocks.iter().rev()) {
        assert_eq!(text(*block), fresh(*block));
    }
}

/// Many threads, many languages, one highlighter: the same as one thread alone.
#[test]
fn threads_change_nothing() {
    let shared = Highlighter::new();
    let alone = Highlighter::new();
    std::thread::scope(|scope| {
        for start in 0..4 {
            let shared = &shared;
            scope.spawn(move || {
                for (name, code, _) in SAMPLES.iter().cycle().skip(start * 7).take(SAMPLES.len()) {
                    shared.highlight(language(name), code);
                }
            });
        }
    });
    for (name, code, _) in SAMPLES {
        assert_eq!(
            shared.highlight(language(name), code),
            alone.highlight(language(name), code)
        );
    }
    assert_eq!(shared.export(), alone.export());
}

/// The cache must not outlive the grammars that it was made with.
#[test]
fn the_engine_versions_are_those_of_the_lock_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock");
    let lock =
        std::fs::read_to_string(path).expect("invariant: the lock file is part of the sources");
    for (name, version) in cache_bytes::ENGINE {
        let package = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(
            lock.contains(&package),
            "cache_bytes::ENGINE is out of date: {name} {version}"
        );
    }
}
