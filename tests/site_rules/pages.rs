//! What a page holds: the markup that is promised, titles, directives, code.

use super::common::{Built, site};

fn page(text: &str) -> Built {
    site(&[("docs/p.md", text)]).clean()
}

fn body(text: &str) -> String {
    page(text).part("docs/p.html", "<article>", "</article>")
}

#[test]
fn the_promised_markup() {
    let built = site(&[
        ("docproof.yaml", "docsets: [{ id: docs, edit_url: 'https://e.example/edit/{path}' }]\n"),
        ("docs/a.md", "---\ntitle: One & two\ndescription: Words\nkeywords: [k, l]\nimage: https://e.example/i.png\n---\n## First\n\n### Under\n\n## Second `x`\n"),
        ("docs/b.md", "x\n"),
        ("sidebars.json", "{\"docs\": {\"K\": [\"a\", \"b\"]}}"),
    ])
    .clean();
    let html = built.text("docs/a.html");
    assert_eq!(html.matches("<main").count(), 1);
    assert_eq!(html.matches("<article").count(), 1);
    assert!(
        html.find("<a ")
            .map(|at| html[at..].starts_with("<a class=\"skip\" href=\"#page.content\""))
            .unwrap_or(false)
    );
    let article = built.part("docs/a.html", "<article>", "</article>");
    assert!(
        article.trim_start().starts_with("<h1>One &amp; two</h1>"),
        "{article}"
    );
    assert!(article.contains("<h2 id=\"first\">First<a class=\"hash\" href=\"#first\" aria-label=\"Link to this section: First\"></a></h2>"), "{article}");
    for name in ["Docs", "Breadcrumb", "Pages", "On this page"] {
        assert_eq!(
            html.matches(&format!("aria-label=\"{name}\"")).count(),
            1,
            "{name}"
        );
    }
    let toc = built.part("docs/a.html", "aria-label=\"On this page\"", "</nav>");
    assert!(
        toc.contains("<a href=\"#first\">First</a>\n<ul>\n<li><a href=\"#under\">Under</a></li>"),
        "{toc}"
    );
    assert!(
        toc.contains("<a href=\"#second-x\">Second <code>x</code></a>"),
        "{toc}"
    );
    assert_eq!(html.matches("aria-current=\"page\"").count(), 1);
    assert!(html.contains("<title>One &amp; two · Documentation</title>"));
    assert!(html.contains("<meta name=\"description\" content=\"Words\">"));
    assert!(html.contains("<meta name=\"keywords\" content=\"k, l\">"));
    assert!(html.contains("<meta property=\"og:image\" content=\"https://e.example/i.png\">"));
    assert!(html.contains("<a href=\"https://e.example/edit/a.md\">Edit this page</a>"));
    for forbidden in ["<style", " style=\"", "onclick=", "<script>"] {
        assert!(
            !html.contains(forbidden),
            "`{forbidden}` breaks a strict content policy"
        );
    }
}

#[test]
fn titles_and_hidden_titles() {
    let own = page("---\ntitle: Title\nhide_title: true\n---\n# Own\n");
    assert!(own.text("docs/p.html").contains("<title>Title · "));
    assert_eq!(own.text("docs/p.html").matches("<h1").count(), 1);
    let first = page("# From *text*\n\nx\n");
    assert!(first.text("docs/p.html").contains("<title>From text · "));
    assert_eq!(first.text("docs/p.html").matches("<h1").count(), 1);
    let two = site(&[("docs/p.md", "---\ntitle: Title\n---\n# Own\n")]).build();
    assert_eq!(
        two.said,
        [
            "warning docs/p.md:2:1 this page has two titles: its own and the first heading of its text"
        ]
    );
}

#[test]
fn edit_links_can_be_replaced_and_dropped() {
    let config = "docsets: [{ id: docs, edit_url: 'https://e.example/{path}' }]\n";
    let with = |front: &str| {
        site(&[
            ("docproof.yaml", config),
            ("docs/p.md", &format!("---\n{front}\n---\nx\n")),
        ])
        .clean()
        .text("docs/p.html")
    };
    assert!(with("id: p").contains("href=\"https://e.example/p.md\""));
    assert!(
        with("custom_edit_url: https://o.example/x").contains("href=\"https://o.example/x\">Edit")
    );
    assert!(!with("custom_edit_url: null").contains("Edit this page"));
}

#[test]
fn front_matter_is_checked() {
    let said = |front: &str| site(&[("docs/p.md", front)]).said();
    assert_eq!(
        said("---\ntitle: [a]\nid: a/b\nhide_title: maybe\ntittle: x\n---\nx\n"),
        [
            "error docs/p.md:2:1 `title` must be text",
            "error docs/p.md:3:1 the id `a/b` holds a `/`",
            "error docs/p.md:4:1 `hide_title` must be `true` or `false`",
            "warning docs/p.md:5:1 unknown front matter field `tittle`",
        ]
    );
    assert_eq!(
        said("---\ntitle: x\n\ntext\n"),
        ["error docs/p.md:1:1 front matter that is never closed"]
    );
    let twice = site(&[
        ("docs/a.md", "---\ntitle: A\nid: same\n---\nx\n"),
        ("docs/b.md", "---\nid: same\n---\nx\n"),
    ])
    .build();
    assert_eq!(
        twice.said[0],
        "error docs/b.md:2:1 two docs have the id `same`"
    );
    assert!(
        said("---\ntitle: a: b\n---\nx\n")[0]
            .starts_with("error docs/p.md:2:9 front matter is not valid YAML"),
        "{:?}",
        said("---\ntitle: a: b\n---\nx\n")
    );
}

#[test]
fn byte_order_marks_and_windows_line_ends_are_fine() {
    let built = page("\u{feff}---\r\ntitle: T\r\n---\r\n## A\r\n\r\n```js {1}\r\nx\r\n```\r\n");
    assert_eq!(built.part("docs/p.html", "<h1>", "</h1>"), "T");
    assert!(!built.text("docs/p.html").contains('\r'));
    let empty = site(&[("docs/p.md", "")]).clean();
    assert_eq!(empty.part("docs/p.html", "<h1>", "</h1>"), "p");
}

#[test]
fn copied_docs() {
    let built = site(&[
        (
            "docs/page.md",
            "---\ntitle: Page\n---\nOwn.\n\n<!-- COPY DOCS -->\n<!-- ./parts/one.md -->\n",
        ),
        (
            "docs/stale.md",
            "<!-- COPY DOCS -->\n<!-- ./parts/one.md -->\n\nOld words.\n",
        ),
        (
            "parts/one.md",
            "---\nx: y\n---\nNot this.\n\n<!-- COPY DOCS -->\n<!-- parts/two.md -->\n",
        ),
        ("parts/two.md", "Deepest text.\n"),
    ])
    .build();
    assert_eq!(
        built.said,
        ["warning docs/stale.md:4:1 this text differs from its source `parts/two.md`"]
    );
    let page = built.part("docs/page.html", "<article>", "</article>");
    assert!(
        page.contains("<p>Own.</p>\n<p>Deepest text.</p>") && !page.contains("Not this"),
        "{page}"
    );
    let stale = built.part("docs/stale.html", "<article>", "</article>");
    assert!(
        stale.contains("Deepest text.") && !stale.contains("Old words"),
        "{stale}"
    );
}

#[test]
fn copy_errors() {
    let said = site(&[
        ("docproof.yaml", "copy_root: parts\n"),
        ("docs/cycle.md", "<!-- COPY DOCS -->\n<!-- loop.md -->\n"),
        (
            "docs/missing.md",
            "x\n\n<!-- COPY DOCS -->\n<!-- no.md -->\n",
        ),
        ("docs/out.md", "<!-- COPY DOCS -->\n<!-- ../docs/p.md -->\n"),
        (
            "docs/pathless.md",
            "<!-- COPY DOCS -->\n\n<!-- one.md -->\n",
        ),
        ("docs/raw.md", "<!-- COPY DOCS -->\n<!-- bytes.md -->\n"),
        (
            "docs/twice.md",
            "<!-- COPY DOCS -->\n<!-- one.md -->\n<!-- COPY DOCS -->\n<!-- one.md -->\n",
        ),
        ("parts/loop.md", "<!-- COPY DOCS -->\n<!-- loop2.md -->\n"),
        ("parts/loop2.md", "<!-- COPY DOCS -->\n<!-- loop.md -->\n"),
        ("parts/one.md", "x\n"),
    ])
    .file("parts/bytes.md", b"ok \xff")
    .said();
    assert_eq!(
        said,
        [
            "error docs/missing.md:4:1 the COPY DOCS source `parts/no.md` does not exist",
            "error docs/out.md:2:1 the COPY DOCS path `../docs/p.md` leaves parts",
            "error docs/pathless.md:1:1 a COPY DOCS marker without a path line",
            "error docs/raw.md:2:1 the COPY DOCS source `parts/bytes.md` cannot be used: the file is not UTF-8",
            "error docs/twice.md:3:1 a second COPY DOCS marker",
            "error parts/bytes.md:1:4 the file is not UTF-8",
            "error parts/loop2.md:2:1 a COPY DOCS cycle",
        ]
    );
}

#[test]
fn tabs_of_every_form() {
    let text = "1. Step\n\n   <!--DOCUSAURUS_CODE_TABS-->\n   <!--Node <JS>-->\n   ```js\n   x\n   ```\n   <!-- Rust -->\n   ## Inside\n   <!-- END_DOCUSAURUS_CODE_TABS -->\n2. Next\n\n## Inside\n\n:::tabs\n== One\n- a\n== Two\nb\n:::\n\n```sh tab=\"A\"\nls\n```\n```sh tab=\"B\"\ndir\n```\n";
    let html = body(text);
    assert_eq!(html.matches("role=\"tablist\"").count(), 3, "{html}");
    assert_eq!(html.matches("role=\"tabpanel\"").count(), 6, "{html}");
    assert!(html.contains("<div class=\"tabs\"><div role=\"tablist\"><button type=\"button\" role=\"tab\" id=\"tab.1.1\" aria-controls=\"panel.1.1\" aria-selected=\"true\">Node &lt;JS&gt;</button>"), "{html}");
    assert!(html.contains("id=\"tab.1.2\" aria-controls=\"panel.1.2\" aria-selected=\"false\" tabindex=\"-1\">Rust</button>"), "{html}");
    assert!(
        html.contains("<h2 id=\"inside\">") && html.contains("<h2 id=\"inside-1\">"),
        "ids stay unique: {html}"
    );
    assert_eq!(
        html.matches("<ol").count(),
        1,
        "the list goes on after the tabs: {html}"
    );
    assert!(
        !html.contains("DOCUSAURUS") && !html.contains(":::"),
        "{html}"
    );
}

#[test]
fn wrong_tabs_are_errors() {
    let said = |text: &str| site(&[("docs/p.md", text)]).said();
    assert_eq!(
        said("<!--DOCUSAURUS_CODE_TABS-->\nlost\n<!--A-->\nx\n<!--END_DOCUSAURUS_CODE_TABS-->\n"),
        ["error docs/p.md:2:1 text before the first tab label"]
    );
    assert_eq!(
        said("x\n\n<!--DOCUSAURUS_CODE_TABS-->\n<!--A-->\nx\n"),
        ["error docs/p.md:3:1 code tabs that are never closed"]
    );
    assert_eq!(
        said("x\n<!--END_DOCUSAURUS_CODE_TABS-->\n"),
        ["error docs/p.md:2:1 an end of code tabs without a start"]
    );
    assert_eq!(
        said(
            "<!--DOCUSAURUS_CODE_TABS-->\n<!--A-->\n<!--DOCUSAURUS_CODE_TABS-->\n<!--B-->\n<!--END_DOCUSAURUS_CODE_TABS-->\n"
        )[0],
        "error docs/p.md:3:1 code tabs inside code tabs"
    );
    assert_eq!(
        said(":::warnig\nx\n:::\n"),
        ["error docs/p.md:1:1 unknown block `:::warnig`"]
    );
}

#[test]
fn code_is_one_line_per_line_with_marks() {
    let html = body(
        "```js title=\"src/a.js\" {2} ins={3} del={4} /two/ numbers wrap\none();\ntwo();\nthree();\nfour();\n```\n",
    );
    assert!(html.contains("<figure class=\"code numbers wrap\" data-language=\"js\"><figcaption><span class=\"title\">src/a.js</span><span class=\"language\">JavaScript</span></figcaption><pre><code class=\"language-js\">"), "{html}");
    let code = &html[html.find("<code").unwrap_or(0)..];
    let lines: Vec<&str> = code.lines().take(4).collect();
    for (line, class) in lines.iter().zip([
        "\"line\"",
        "\"line highlight\"",
        "\"line ins\"",
        "\"line del\"",
    ]) {
        assert!(line.contains(class), "{line}");
    }
    assert!(lines[1].contains("<mark>"), "{}", lines[1]);
}

#[test]
fn highlight_markers_in_every_place() {
    let text = |html: &str| {
        let code = &html[html.find("<code").unwrap_or(0)..html.find("</code>").unwrap_or(0)];
        let mut out = String::new();
        let mut rest = code;
        while let Some(at) = rest.find('<') {
            out.push_str(&rest[..at]);
            let end = rest[at..].find('>').map_or(rest.len(), |n| at + n + 1);
            out.push_str(match &rest[at..end] {
                "<mark>" => "[",
                "</mark>" => "]",
                "<span class=\"line highlight\">" => ">",
                _ => "",
            });
            rest = &rest[end..];
        }
        out + rest
    };
    assert_eq!(
        text(&body(
            "```text\na\n__HIGHLIGHT__ b\n  c __END_HIGHLIGHT__\nd\n```\n"
        )),
        "a\n>b\n>  c\nd"
    );
    assert_eq!(
        text(&body(
            "```text\n__HIGHLIGHT__    b\n__END_HIGHLIGHT__\nd\n```\n"
        )),
        ">    b\nd"
    );
    assert_eq!(
        text(&body(
            "```text\nx __HIGHLIGHT_PHRASE__yes__END_HIGHLIGHT_PHRASE__ z\n```\n"
        )),
        "x [yes] z"
    );
    assert_eq!(
        text(&body(
            "```js\na;\n// highlight-next-line\nb;\n// highlight-start\nc;\nd;\n// highlight-end\ne;\n```\n"
        )),
        "a;\n>b;\n>c;\n>d;\ne;"
    );
    let said = |code: &str| site(&[("docs/p.md", &format!("```text\n{code}\n```\n"))]).said();
    assert_eq!(
        said("__HIGHLIGHT__ x"),
        ["error docs/p.md:2:1 `__HIGHLIGHT__` is never closed"]
    );
    assert_eq!(said("x __END_HIGHLIGHT__").len(), 1);
    assert_eq!(
        said("__HIGHLIGHT__ a __HIGHLIGHT__ b __END_HIGHLIGHT__").len(),
        1
    );
}

#[test]
fn callouts() {
    let html = body("> [!NOTE]\n> Text.\n\n:::danger Mind & beware\nText.\n:::\n");
    assert!(html.contains("<aside class=\"callout note\"><p class=\"callout-title\">Note</p>\n<p>Text.</p>\n</aside>"), "{html}");
    assert!(
        html.contains(
            "<aside class=\"callout danger\"><p class=\"callout-title\">Mind &amp; beware</p>"
        ),
        "{html}"
    );
}

#[test]
fn heading_ids_of_both_dialects() {
    let ids = |html: &str| -> Vec<String> {
        html.split("<h2 id=\"")
            .skip(1)
            .map(|rest| rest[..rest.find('"').unwrap_or(0)].to_owned())
            .collect()
    };
    let text = "## 1️⃣ npm install\n\n## Émile & café — dash\n\n## C++ / C#\n\n## a:b;c,d\n\n## `code` and [link](https://e.example)\n\n## Twice\n\n## Twice\n\n## 中文 标题\n";
    assert_eq!(
        ids(&body(&format!("{text}\n## Own {{#mine}}\n"))),
        [
            "1️⃣-npm-install",
            "émile--café--dash",
            "c--c",
            "abcd",
            "code-and-link",
            "twice",
            "twice-1",
            "中文-标题",
            "mine"
        ]
    );
    let v1 = site(&[
        (
            "docproof.yaml",
            "docsets: [{ id: d, dialect: docusaurus-v1 }]\n",
        ),
        (
            "docs/p.md",
            &format!("---\nid: p\n---\n{text}\n## <b>html</b> tag\n"),
        ),
    ])
    .clean();
    assert_eq!(
        ids(&v1.part("docs/p.html", "<article>", "</article>")),
        [
            "1-npm-install",
            "emile-cafe-dash",
            "c-c",
            "a-b-c-d",
            "code-and-link-https-eexample",
            "twice",
            "twice-1",
            "中文-标题",
            "b-html-b-tag"
        ]
    );
}

#[test]
fn unknown_languages_are_shown_plain_with_one_warning() {
    let built = site(&[
        ("docs/a.md", "```nolang\n<x>\n```\n\n```NoLang\ny\n```\n"),
        ("docs/b.md", "```nolang\nz\n```\n"),
    ])
    .build();
    assert_eq!(
        built.said,
        ["warning docs/a.md:1:4 unknown language `nolang`"]
    );
    assert!(
        built
            .text("docs/a.html")
            .contains("<span class=\"line\">&lt;x&gt;</span>")
    );
}
