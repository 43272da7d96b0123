//! Input that is very large or very deep. Run through the program, so that a stack overflow is an exit code
//! of its own and not the end of the test run.

use super::disk::Disk;

#[test]
fn fifty_megabytes_of_markdown() {
    let line = "A line of plain words with a [link](https://e.example) and `code` in it, and no end in sight.\n";
    let disk = Disk::new(&[("docs/small.md", "x\n")]);
    disk.write("docs/big.md", line.repeat((50 << 20) / line.len()));
    disk.good(&[]);
    assert!(disk.tree("site/build")["docs/big.html"].len() > 50 << 20);
}

#[test]
fn a_text_over_the_limit_is_refused() {
    let disk = Disk::new(&[("docs/small.md", "x\n")]);
    disk.write("docs/big.md", vec![b'x'; 65 << 20]);
    let ran = disk.build(&[]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.err.contains(
            "error[file]: the file is too large: 65 MiB, and texts may have 64\n--> docs/big.md"
        ),
        "{}",
        ran.err
    );
}

#[test]
fn ten_thousand_headings_in_one_page() {
    let equal = "## Same\n\n".repeat(10_000);
    let other: String = (0..10_000)
        .map(|n| format!("### Heading number {n}\n\n"))
        .collect();
    let disk = Disk::new(&[("docs/equal.md", &equal), ("docs/other.md", &other)]);
    disk.good(&[]);
    let tree = disk.tree("site/build");
    let html = String::from_utf8_lossy(&tree["docs/equal.html"]);
    assert!(html.contains("<h2 id=\"same-9999\">"));
    assert!(
        String::from_utf8_lossy(&tree["docs/other.html"])
            .contains("<h3 id=\"heading-number-9999\">")
    );
}

#[test]
fn ten_thousand_levels_of_nesting() {
    let deep = 10_000;
    for (name, text) in [
        ("lists", format!("{}x\n", "- ".repeat(deep))),
        ("quotes", format!("{}x\n", "> ".repeat(deep))),
        ("mixed", format!("{}x\n", "> - 1. ".repeat(deep / 3))),
        (
            "emphasis",
            format!("{}x{}\n", "*".repeat(deep), "*".repeat(deep)),
        ),
        (
            "links",
            format!("{}x{}\n", "[".repeat(deep), "](y)".repeat(deep)),
        ),
        (
            "images",
            format!(
                "{}x{}\n",
                "![".repeat(deep),
                "](https://e.example)".repeat(deep)
            ),
        ),
        (
            "callouts",
            format!("{}x\n{}", ":::note\n".repeat(deep), ":::\n".repeat(deep)),
        ),
        ("html", format!("{}x\n", "<div>".repeat(deep))),
        (
            "staircase",
            (0..300)
                .map(|n| format!("{}- x\n", "  ".repeat(n)))
                .collect(),
        ),
    ] {
        let disk = Disk::new(&[("docproof.yaml", "links: warn\n"), ("docs/a.md", &text)]);
        let ran = disk.build(&[]);
        assert!(
            matches!(ran.code, Some(0 | 1)),
            "{name}: {:?} {}",
            ran.code,
            &ran.err[..ran.err.len().min(2_000)]
        );
    }
}

#[test]
fn very_long_lines_have_short_messages() {
    let disk = Disk::new(&[(
        "docs/a.md",
        &format!(
            "{} [x](gone.md) {}\n",
            "word ".repeat(200_000),
            "word ".repeat(200_000)
        ),
    )]);
    let ran = disk.build(&[]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.err.contains("docs/a.md:1:1000002"),
        "{}",
        &ran.err[..ran.err.len().min(2_000)]
    );
    assert!(
        ran.err.len() < 4_000,
        "the message is {} bytes long",
        ran.err.len()
    );
}

#[test]
fn a_long_line_of_code_is_shown_plain() {
    let disk = Disk::new(&[(
        "docs/a.md",
        &format!("```python\nx = \"{}\"\n```\n", "y".repeat(3_000_000)),
    )]);
    let ran = disk.good(&[]);
    assert!(ran.err.contains("shown without colours"), "{}", ran.err);
}
