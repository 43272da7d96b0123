//! Pages as Markdown beside the pages, and the lists of them.

use super::common::{Site, site};

fn two_versions(yaml: &str) -> Site {
    site(&[
        ("docproof.yaml", yaml),
        ("versions.json", "[\"2\", \"1\"]"),
        ("sidebars.json", "{\"s\": {\"C\": [\"sub/b\", \"a\"]}}"),
        (
            "docs/a.md",
            "---\ntitle: The [a]\ndescription: What it is.\n---\nTo [b](sub/b.md#h), ![i](assets/i.png), [out](https://o.example/).\n",
        ),
        (
            "docs/sub/b.md",
            "---\nid: b\n---\n<!-- COPY DOCS -->\n<!-- ./src/text.md -->\n",
        ),
        ("docs/c.md", "# C\n\nIn no sidebar.\n"),
        ("docs/assets/i.png", "x"),
        (
            "src/text.md",
            "# B\n\n## H {#h}\n\nThe text of b, up [there](../a.md).\n\n```js file=src/x.js\n```\n",
        ),
        ("src/x.js", "one();\n"),
        (
            "versioned_docs/version-2/a.md",
            "---\nid: version-2-a\noriginal_id: a\ntitle: A of 2\n---\nText.\n",
        ),
        (
            "versioned_docs/version-1/a.md",
            "---\nid: version-1-a\noriginal_id: a\ntitle: A of 1\n---\nText.\n",
        ),
        (
            "versioned_docs/version-1/sub/b.md",
            "---\nid: version-1-b\noriginal_id: b\ntitle: B of 1\n---\nText.\n",
        ),
    ])
}

#[test]
fn a_copy_stands_beside_its_page() {
    let built = two_versions("url: https://e.example\nbase_url: /kit/\n").clean();
    let image = built
        .tree
        .keys()
        .find(|path| path.starts_with("assets/i."))
        .expect("the image");
    assert_eq!(
        built.text("docs/next/a.md"),
        format!(
            "# The [a]\n\nTo [b](https://e.example/kit/docs/next/sub/b#h), ![i](https://e.example/kit/{image}), [out](https://o.example/).\n"
        )
    );
    assert_eq!(
        built.text("docs/next/sub/b.md"),
        "# B\n\n## H\n\nThe text of b, up [there](https://e.example/kit/docs/next/a).\n\n```js\none();\n```\n"
    );
    assert_eq!(built.text("docs/a.md"), "# A of 2\n\nText.\n");
    let html = built.text("docs/next/a.html");
    let link = "<link rel=\"alternate\" type=\"text/markdown\" href=\"/kit/docs/next/a.md\">";
    assert!(html.contains(link), "{html}");
    assert!(!built.text("index.html").contains("text/markdown"));
}

#[test]
fn without_an_address_links_are_relative() {
    for (urls, end) in [("clean", ""), ("html", ".html")] {
        let built = two_versions(&format!("urls: {urls}\n")).clean();
        let copy = built.text("docs/next/sub/b.md");
        assert!(
            copy.contains(&format!("[there](../../../docs/next/a{end})")),
            "{copy}"
        );
    }
}

#[test]
fn the_list_has_the_latest_version_and_names_the_others() {
    let built = two_versions("title: Kit\ntagline: Sessions\nurl: https://e.example\n").clean();
    assert_eq!(
        built.text("llms.txt"),
        "# Kit\n\n> Sessions\n\n## Docs\n\n- [A of 2](https://e.example/docs/a.md): Text.\n- [B of 1](https://e.example/docs/sub/b.md): Text.\n\n## Optional\n\n- [Docs next](https://e.example/docs/next/llms.txt)\n- [Docs 1](https://e.example/docs/1/llms.txt)\n"
    );
    assert_eq!(
        built.text("docs/next/llms.txt"),
        "# Docs next\n\n## Pages\n\n- [B](https://e.example/docs/next/sub/b.md): The text of b, up there.\n- [The \\[a\\]](https://e.example/docs/next/a.md): What it is.\n- [C](https://e.example/docs/next/c.md): In no sidebar.\n"
    );
    let relative = two_versions("urls: html\n").clean();
    let list = relative.text("docs/1/llms.txt");
    assert!(list.contains("(../../docs/1/a.md)"), "{list}");
    assert!(relative.text("llms.txt").contains("(./docs/a.md)"));
}

#[test]
fn files_of_the_site_and_its_wish_come_first() {
    let built = two_versions("title: Kit\n")
        .file("static/llms.txt", "ours")
        .file("static/docs/a.md", "ours, too")
        .clean();
    assert_eq!(built.text("llms.txt"), "copy of static/llms.txt");
    assert_eq!(built.text("docs/a.md"), "copy of static/docs/a.md");
    assert!(!built.text("docs/a.html").contains("text/markdown"));
    let without = two_versions("markdown_copies: false\n").clean();
    let made = |path: &&String| path.ends_with(".md") || path.ends_with("llms.txt");
    assert_eq!(without.tree.keys().find(made), None);
    assert!(!without.text("docs/a.html").contains("text/markdown"));
}
