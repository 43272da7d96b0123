//! Copies in Markdown, by example.

use super::{Original, write};
use crate::config::Dialect;
use crate::markdown::parse;

/// Every link leads to its address with `/to/` in front.
fn copy_as(text: &str, dialect: Dialect, title: Option<&str>) -> String {
    let parsed = parse(text, dialect);
    let hrefs: Vec<Option<String>> = parsed
        .links
        .iter()
        .map(|link| (!link.dest.starts_with('#')).then(|| format!("/to/{}", link.dest)))
        .collect();
    let original = Original {
        text,
        parsed: &parsed,
        dialect,
        title,
    };
    write(original, &hrefs)
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(copy_as(text, Dialect::Docproof, None), expected);
}

#[test]
fn a_title_comes_first() {
    let copy = |text, title| copy_as(text, Dialect::Docproof, title);
    assert_eq!(
        copy("\n\nText.\n\n\n", Some("The title")),
        "# The title\n\nText.\n"
    );
    assert_eq!(copy("", Some("Only\n a title")), "# Only a title\n");
    assert_eq!(copy("# Own\n\nText.", None), "# Own\n\nText.\n");
}

#[test]
fn text_that_needs_no_change_stays() {
    let text = "A *b*  \nc\n\n1. x\n   - y\n\n> [!NOTE]\n> z\n\n:::tip Title\nText.\n:::\n\n| a | b |\n|---|---|\n| c | `d|e` |\n\n[^1]\n\n[^1]: Note.\n";
    check(text, text);
}

#[test]
fn code_is_what_the_page_shows() {
    check(
        "```rust,no_run title=\"src/main.rs\" {2} /x/ numbers\n# hidden();\n__HIGHLIGHT__ shown(); __END_HIGHLIGHT__\n\n## kept\n```\n",
        "```rust title=\"src/main.rs\"\nshown();\n\n# kept\n```\n",
    );
    check(
        "```js del={1} ins={2}\nold();\nnew();\n\nrest();\n```\n",
        "```diff\n- old();\n+ new();\n\n  rest();\n```\n",
    );
    check(
        "- a\n\n  ~~~~js wrap\n  __HIGHLIGHT_PHRASE__x__END_HIGHLIGHT_PHRASE__\n\n  ~~~\n  ~~~~\n- b\n",
        "- a\n\n  ~~~~js\n  x\n\n  ~~~\n  ~~~~\n- b\n",
    );
    check(
        "> ```js {1}\n> a\n>\n> b\n> ```\n> text\n",
        "> ```js\n> a\n>\n> b\n> ```\n> text\n",
    );
    check("1. ```js {1}\n   a\n   ```\n", "1. ```js\n   a\n   ```\n");
    check(
        "text\n\n    a\n\n    b\n\nmore\n",
        "text\n\n    a\n\n    b\n\nmore\n",
    );
    check("```js {1}\nnever closed\n", "```js\nnever closed\n```\n");
    check("```js wrap\n```\n", "```js\n\n```\n");
}

#[test]
fn tabs_are_labels() {
    check(
        "Before.\n\n:::tabs\n== Rust\nOne.\n\n== Go lang\n\nTwo.\n:::\n\nAfter.\n",
        "Before.\n\n**Rust**\n\nOne.\n\n**Go lang**\n\nTwo.\n\nAfter.\n",
    );
    check(
        "- Item\n\n  <!--DOCUSAURUS_CODE_TABS-->\n  <!--Rust-->\n  ```rust\n  a\n  ```\n  <!--END_DOCUSAURUS_CODE_TABS-->\n\nAfter.\n",
        "- Item\n\n  **Rust**\n\n  ```rust\n  a\n  ```\n\nAfter.\n",
    );
    check(
        "```sh tab=\"Linux\"\na\n```\n```sh tab=\"Mac\"\nb\n```\n",
        "**Linux**\n\n```sh\na\n```\n**Mac**\n\n```sh\nb\n```\n",
    );
    let v1 = "Text\n<!--DOCUSAURUS_CODE_TABS-->\n<!--JS-->\n```js\nx\n```\n<!--END_DOCUSAURUS_CODE_TABS-->\nAfter.\n";
    assert_eq!(
        copy_as(v1, Dialect::DocusaurusV1, Some("T")),
        "# T\n\nText\n\n**JS**\n\n```js\nx\n```\n\nAfter.\n"
    );
}

#[test]
fn links_lead_where_they_should() {
    check(
        "[a](b.md#c \"title\") ![x](<i j.png>) [d](e(1).md) [here](#h) [out](https://x.example/)\n\n## H\n",
        "[a](/to/b.md#c \"title\") ![x](</to/i j.png>) [d](</to/e(1).md>) [here](#h) [out](https://x.example/)\n\n## H\n",
    );
    check(
        "[![alt](i.png)](b.md) and [ref][r], [r][], [r] [o] too\n\n[r]: c.md\n[o]: https://o.example/\n",
        "[![alt](/to/i.png)](/to/b.md) and [ref](/to/c.md), [r](/to/c.md), [r](/to/c.md) [o] too\n\n\n[o]: https://o.example/\n",
    );
    check(
        "<a href=\"b.md\">x</a> <img src=i.png>\n",
        "<a href=\"/to/b.md\">x</a> <img src=/to/i.png>\n",
    );
    check(
        "`[a](b.md)`\n\n```md wrap\n[a](b.md)\n```\n",
        "`[a](b.md)`\n\n```md\n[a](b.md)\n```\n",
    );
}

#[test]
fn ids_of_headings_go() {
    check(
        "## Two words {#two}\n\n### `{#code}`\n\n# A {#x} b\n",
        "## Two words\n\n### `{#code}`\n\n# A {#x} b\n",
    );
}
