//! Two builds of the same input are the same, whatever the machine does around them.

#[path = "common/disk.rs"]
mod disk;

use std::collections::BTreeMap;
use std::time::SystemTime;

use disk::Disk;

/// A site with something of everything, as paths and texts.
fn files() -> Vec<(String, String)> {
    let mut files = vec![
        (
            "docproof.yaml".to_owned(),
            "title: T\nurl: https://e.example\nredirects: { /old: /docs/next/p1 }\n".to_owned(),
        ),
        ("versions.json".to_owned(), "[\"1.1\", \"1.0\"]".to_owned()),
        ("static/a.txt".to_owned(), "a".to_owned()),
        (
            "docs/assets/i.svg".to_owned(),
            "<svg width=\"2\" height=\"1\">".to_owned(),
        ),
    ];
    for n in 0..40 {
        let next = (n + 1) % 40;
        files.push((
            format!("docs/p{n}.md"),
            format!("---\ntitle: Page {n}\n---\n[next](p{next}.md) ![i](assets/i.svg)\n\n## Part\n\n```rust\nfn f() -> u32 {{ {n} }}\n```\n\n```js\nlet x = {n};\n```\n"),
        ));
        let version = if n % 2 == 0 { "1.1" } else { "1.0" };
        files.push((
            format!("versioned_docs/version-{version}/sub/p{n}.md"),
            format!("---\noriginal_id: p{n}\n---\n```nolang{n}\nx\n```\n"),
        ));
    }
    files
}

fn disk(files: &[(String, String)]) -> Disk {
    let texts: Vec<(&str, &str)> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    Disk::new(&texts)
}

/// A built site without the list of times.
fn built(disk: &Disk) -> BTreeMap<String, Vec<u8>> {
    let mut tree = disk.tree("site/build");
    tree.remove(".docproof-manifest");
    tree
}

#[test]
fn threads_folders_file_order_and_time_zone_do_not_matter() {
    let mut files = files();
    let first = disk(&files);
    let ran = first.good(&["--threads", "1", "--no-cache"]);
    assert_eq!(ran.out, "", "messages go to standard error");
    let said = ran.err;
    let want = built(&first);
    assert!(want.len() > 100, "{} files", want.len());
    let messages = |err: &str| {
        err.lines()
            .filter(|l| !l.starts_with("built "))
            .collect::<Vec<_>>()
            .join("\n")
    };

    let again = first.good(&["--threads", "2", "--no-cache"]);
    assert_eq!(messages(&again.err), messages(&said));
    assert!(built(&first) == want, "two threads");

    files.reverse();
    let second = disk(&files);
    let output = second
        .command(&[])
        .env("TZ", "Pacific/Kiritimati")
        .env("LANG", "tr_TR.UTF-8")
        .output()
        .expect("it runs");
    let ran = disk::ran(&output);
    assert_eq!(
        messages(&ran.err),
        messages(&said),
        "messages name paths from the site's folder"
    );
    assert!(
        built(&second) == want,
        "another folder, order and time zone"
    );

    // From the cache, from inside the folder, and by another way to name it.
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_docproof"));
    let inside = command
        .arg("build")
        .current_dir(second.site())
        .output()
        .expect("it runs");
    assert_eq!(messages(&disk::ran(&inside).err), messages(&said));
    assert!(built(&second) == want, "from inside");
}

/// When each built file was last written.
fn times(disk: &Disk) -> BTreeMap<String, SystemTime> {
    let modified = |name: &String| {
        let meta = std::fs::metadata(disk.site().join("build").join(name)).expect("a file");
        meta.modified().expect("a time")
    };
    built(disk)
        .keys()
        .map(|name| (name.clone(), modified(name)))
        .collect()
}

#[test]
fn files_that_did_not_change_keep_their_time() {
    let disk = disk(&files());
    disk.good(&[]);
    let before = times(&disk);
    disk.good(&[]);
    assert_eq!(times(&disk), before, "nothing changed");
    // A change of one body: its page is new, and no other.
    std::thread::sleep(std::time::Duration::from_millis(20));
    disk.write(
        "docs/p3.md",
        "---\ntitle: Page 3\n---\nNew words.\n\n## Part\n",
    );
    disk.good(&[]);
    let after = times(&disk);
    let changed: Vec<&String> = after
        .iter()
        .filter(|(name, time)| before.get(*name) != Some(*time))
        .map(|(name, _)| name)
        .collect();
    let (search, pages): (Vec<&String>, Vec<&String>) = changed
        .into_iter()
        .partition(|name| name.starts_with("search/"));
    // The list of a version's pages says how each begins.
    let expected = ["docs/next/llms.txt", "docs/next/p3.html", "docs/next/p3.md"];
    assert_eq!(
        pages,
        expected.map(str::to_owned).iter().collect::<Vec<_>>()
    );
    // Its words are in the index of its version, and in no other.
    let own = |name: &&String| name.starts_with("search/docs/next/");
    assert!(!search.is_empty() && search.iter().all(own), "{search:?}");
    // A page that goes is gone.
    std::fs::remove_file(disk.site().join("docs/p3.md")).expect("it was there");
    disk.write("docs/p2.md", "x\n");
    disk.good(&[]);
    assert!(!built(&disk).contains_key("docs/next/p3.html"));
}

#[test]
fn a_file_that_was_tampered_with_is_written_again() {
    let disk = disk(&files());
    disk.good(&[]);
    let want = built(&disk);
    let path = disk.site().join("build/docs/next/p1.html");
    std::fs::write(&path, "changed by hand").expect("it can be written");
    std::fs::write(disk.site().join("build/stray.html"), "x").expect("it can be written");
    disk.good(&[]);
    assert!(built(&disk) == want);
}
