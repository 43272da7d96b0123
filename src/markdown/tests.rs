//! Markdown texts and the pieces they give.

use std::fmt::Write as _;

use super::*;
use crate::config::{BookMarkdown, Dialect};
use crate::source::line_column;

/// Parses a text and writes the pieces one after the other, holes in `«»`, then messages with their places.
fn shown(text: &str, dialect: Dialect) -> String {
    let doc = parse(text, dialect);
    let mut out = String::new();
    for piece in &doc.pieces {
        match *piece {
            Piece::Html { start, end } => out.push_str(&doc.html[start as usize..end as usize]),
            Piece::Href(n) => write!(out, "«{}»", doc.links[n as usize].dest).expect("a string"),
            Piece::Image(n) => write!(
                out,
                "«img {} {}»",
                doc.links[n as usize].dest, doc.links[n as usize].alt
            )
            .expect("a string"),
            Piece::HeadingOpen(n) => write!(
                out,
                "«h{} {}»",
                doc.headings[n as usize].level, doc.headings[n as usize].id
            )
            .expect("a string"),
            Piece::HeadingClose(_) => out.push_str("«/h»\n"),
            Piece::Code(n) => writeln!(
                out,
                "«code {}: {}»",
                doc.codes[n as usize].info.language, doc.codes[n as usize].text
            )
            .expect("a string"),
            Piece::TabsOpen(n) => {
                writeln!(out, "«tabs {}»", doc.tabs[n as usize].join("|")).expect("a string")
            }
            Piece::PanelOpen(_, n) => writeln!(out, "«panel {n}»").expect("a string"),
            Piece::PanelClose => out.push_str("«/panel»\n"),
            Piece::TabsClose => out.push_str("«/tabs»\n"),
        }
    }
    for problem in &doc.problems {
        let (line, column) = line_column(text, problem.range.start);
        writeln!(out, "!{line}:{column} {}", problem.message).expect("a string");
    }
    out
}

fn check(text: &str, want: &str) {
    assert_eq!(shown(text, Dialect::Docproof), want);
}

#[test]
fn text_links_and_images() {
    check(
        "A *b* **c** ~~d~~ `e<` [f](./g.md \"t\") <https://h.example>\n![i *j*](k.png)\n",
        "<p>A <em>b</em> <strong>c</strong> <del>d</del> <code>e&lt;</code> <a href=\"«./g.md»\" title=\"t\">f</a> \
         <a href=\"https://h.example\">https://h.example</a>\n«img k.png i j»</p>\n",
    );
}

#[test]
fn headings_get_ids() {
    check(
        "# Hello `x`\n\n## Own {#mine}\n\n## Hello x\n\n## Own {#mine}\n",
        "«h1 hello-x»Hello <code>x</code>«/h»\n«h2 mine»Own«/h»\n«h2 hello-x-1»Hello x«/h»\n«h2 mine»Own«/h»\n\
         !7:1 the heading id `mine` is taken on this page\n",
    );
    assert!(
        shown("Call `f`: [API](../x)\n---\n", Dialect::DocusaurusV1).contains("«h2 call-f-api-x»")
    );
}

#[test]
fn a_first_heading_is_noticed() {
    let first = |text: &str| parse(text, Dialect::Docproof).starts_with_h1;
    assert!(first("# A\n") && first("<!-- c -->\n\n# A\n"));
    assert!(!first("text\n\n# A\n") && !first("<div>x</div>\n\n# A\n") && !first("## A\n"));
}

#[test]
fn tabs_hold_any_markdown() {
    check(
        "Text\n<!--DOCUSAURUS_CODE_TABS-->\n<!-- One -->\n```js\nx\n```\n<!--Two-->\n- a\n- b\n<!--END_DOCUSAURUS_CODE_TABS-->\nAfter\n",
        "<p>Text</p>\n«tabs One|Two»\n«panel 0»\n«code js: x»\n«/panel»\n«panel 1»\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n«/panel»\n«/tabs»\n<p>After</p>\n",
    );
}

#[test]
fn tabs_in_a_list_item_stay_there() {
    check(
        "1. Step\n   <!--DOCUSAURUS_CODE_TABS-->\n   <!--A-->\n   ```js\n   x\n   ```\n   <!--END_DOCUSAURUS_CODE_TABS-->\n2. Next\n",
        "<ol>\n<li>Step«tabs A»\n«panel 0»\n«code js: x»\n«/panel»\n«/tabs»\n</li>\n<li>Next</li>\n</ol>\n",
    );
}

#[test]
fn fences_side_by_side_become_tabs() {
    check(
        "```js tab=\"A\"\nx\n```\n\n```py tab=\"B\"\ny\n```\n\nText\n\n```js tab=A\nz\n```\n",
        "«tabs A|B»\n«panel 0»\n«code js: x»\n«/panel»\n«panel 1»\n«code py: y»\n«/panel»\n«/tabs»\n<p>Text</p>\n«tabs A»\n«panel 0»\n«code js: z»\n«/panel»\n«/tabs»\n",
    );
}

#[test]
fn callouts_of_both_forms() {
    check(
        "> [!WARNING]\n> Mind.\n\n:::tip Do & see\nText [a](b.md)\n:::\n",
        "<aside class=\"callout warning\"><p class=\"callout-title\">Warning</p>\n<p>Mind.</p>\n</aside>\n\
         <aside class=\"callout tip\"><p class=\"callout-title\">Do &amp; see</p>\n<p>Text <a href=\"«b.md»\">a</a></p>\n</aside>\n",
    );
}

#[test]
fn raw_html_keeps_its_form_and_its_links_are_holes() {
    check(
        "<div class=\"x\" id=\"here\"><a href=\"../y\">z</a></div>\n\na <img src=k.png> b\n",
        "<div class=\"x\" id=\"here\"><a href=\"«../y»\">z</a></div>\n<p>a <img src=\"«k.png»\"> b</p>\n",
    );
    assert_eq!(
        *parse("<a name=\"old\"></a>\n\n# A\n", Dialect::Docproof).anchors,
        ["a", "old"]
    );
}

#[test]
fn tables_tasks_and_footnotes() {
    check(
        "|a|b|\n|-|-:|\n|1|2|\n\n- [x] done\n- [ ] open\n\nNote[^n] again[^n].\n\n[^n]: The *note*.\n\n[^u]: unused\n",
        "<div class=\"table-scroll\"><table>\n<thead><tr><th scope=\"col\">a</th><th scope=\"col\" class=\"right\">b</th></tr></thead><tbody>\n\
         <tr><td>1</td><td class=\"right\">2</td></tr>\n</tbody></table></div>\n\
         <ul>\n<li class=\"task\"><input type=\"checkbox\" aria-label=\"Done\" disabled checked> done</li>\n<li class=\"task\"><input type=\"checkbox\" aria-label=\"To do\" disabled> open</li>\n</ul>\n\
         <p>Note<sup class=\"footnote-ref\"><a href=\"#fn.1\" id=\"fnref.1\" aria-label=\"Footnote 1\">1</a></sup> \
         again<sup class=\"footnote-ref\"><a href=\"#fn.1\" id=\"fnref.1.2\" aria-label=\"Footnote 1\">1</a></sup>.</p>\n\
         <section class=\"footnotes\" aria-label=\"Footnotes\"><ol>\n<li id=\"fn.1\"><p>The <em>note</em>.</p>\n\
         <a class=\"footnote-back\" href=\"#fnref.1\" aria-label=\"Back to reference 1\">↩</a></li>\n</ol></section>\n\
         !12:1 the footnote `u` is never referred to\n",
    );
}

#[test]
fn an_empty_cell_of_a_head_is_no_header() {
    check(
        "| |`a`|![](k.png)|\n|-|-|-|\n| |1|2|\n",
        "<div class=\"table-scroll\"><table>\n<thead><tr><td></td><th scope=\"col\"><code>a</code></th>\
         <th scope=\"col\">«img k.png »</th></tr></thead><tbody>\n\
         <tr><td></td><td>1</td><td>2</td></tr>\n</tbody></table></div>\n",
    );
}

#[test]
fn a_book_is_read_as_mdbook_reads_it() {
    let book = |text: &str| parse(text, Dialect::Mdbook(BookMarkdown::default()));
    let doc = book(
        "# A -- \"b\" `c` ![pic](p.png)\n\n## A -- \"b\"\n\n### !!!\n\n#### X {#own .c}\n\nTerm\n: what\n\nTerm\n: [l](x.md)\n",
    );
    let ids: Vec<&str> = doc.headings.iter().map(|h| h.id.as_str()).collect();
    assert_eq!(ids, ["a--b-c", "a--b", "section", "own"]);
    assert!(
        doc.html
            .contains("<dt>Term<span id=\"term-1\"></span></dt>\n<dd>")
    );
    assert!(doc.anchors.contains(&"term".to_owned()));
    assert_eq!(doc.problems, []);
    // Neither markers, nor tabs, nor callouts, nor bare addresses, nor words of a fence that nobody knows.
    let text = ":::note\n\nhttps://e.example __HIGHLIGHT__\n\n```rust,editable,odd\nlet __HIGHLIGHT__ x\n```\n\n<!--DOCUSAURUS_CODE_TABS-->\n";
    let doc = book(text);
    assert_eq!(
        (doc.problems, doc.codes[0].text.as_str()),
        (vec![], "let __HIGHLIGHT__ x")
    );
    let want = "<p>:::note</p>\n<p>https://e.example <strong>HIGHLIGHT</strong></p>";
    assert!(doc.html.contains(want), "{}", doc.html);
    assert!(doc.tabs.is_empty());
}

#[test]
fn hidden_lines_of_other_languages_are_a_books() {
    let text = "```python,hidelines=~\n~a\n  ~ b\nc ~\n```\n\n```rust,hidelines=~\n~a\n# b\n```\n";
    let lines = |dialect| {
        let doc = parse(text, dialect);
        let each = doc.codes.into_iter().map(|code| {
            let hidden: Vec<bool> = code.lines.iter().map(|line| line.hidden).collect();
            (code.text, hidden)
        });
        each.collect::<Vec<_>>()
    };
    assert_eq!(
        lines(Dialect::Mdbook(BookMarkdown::default())),
        [
            ("a\n   b\nc ~".to_owned(), vec![true, true, false]),
            ("~a\nb".to_owned(), vec![false, true]),
        ]
    );
    assert_eq!(lines(Dialect::Docproof)[0].1, [false; 3]);
}

#[test]
fn markers_outside_code_are_errors() {
    check(
        "Use `__HIGHLIGHT__` so.\n\n__HIGHLIGHT__ x __END_HIGHLIGHT__\n",
        "<p>Use <code>__HIGHLIGHT__</code> so.</p>\n<p><strong>HIGHLIGHT</strong> x <strong>END_HIGHLIGHT</strong></p>\n\
         !3:1 `__HIGHLIGHT__` outside code\n!3:17 `__END_HIGHLIGHT__` outside code\n",
    );
}

#[test]
fn messages_name_places_in_the_text_that_was_given() {
    let text = "<!--DOCUSAURUS_CODE_TABS-->\n<!--A-->\n<p>x</p>\n<!--B-->\n- item\n\n  ```js {9}\n  __HIGHLIGHT__ é\n  ```\n<!--END_DOCUSAURUS_CODE_TABS-->\n";
    let all = shown(text, Dialect::Docproof);
    let said: Vec<&str> = all.lines().filter(|l| l.starts_with('!')).collect();
    assert_eq!(
        said,
        [
            "!8:3 `__HIGHLIGHT__` is never closed",
            "!7:3 line 9 is marked, but the code has 1 line"
        ]
    );
}

#[test]
fn places_in_quoted_code_are_those_of_their_line() {
    let text = "> - ```js\n>   é\n>   ééé\n>   x __HIGHLIGHT__ y\n>   ```\n";
    let problems = parse(text, Dialect::Docproof).problems;
    let places: Vec<&str> = problems.iter().map(|p| &text[p.range.clone()]).collect();
    assert_eq!(places, ["__HIGHLIGHT__"]);
    // The `:::` line is a directive while the comment lasts, and code once the comment is gone.
    let text = "<!-- DOCUSAURUS_CODE_TABS x\n```\n:::é\n__HIGHLIGHT__ é\n";
    let doc = parse(text, Dialect::Docproof);
    let marker = doc.problems.iter().find(|p| p.code == "highlight");
    let range = marker.expect("there is one").range.clone();
    assert_eq!(&text[range], "__HIGHLIGHT__");
    let text = "- \t\t__HIGH__HIGHLIGHT____END_HIGHLIGHT__LIGHT__é\n";
    let problems = parse(text, Dialect::Docproof).problems;
    let places: Vec<&str> = problems.iter().map(|p| &text[p.range.clone()]).collect();
    assert_eq!(
        places,
        [text.trim_start_matches(['-', ' ', '\t']).trim_end()]
    );
    // The first tab is partly the item's: the code begins with spaces that nobody wrote.
    let text = "- \t\té __HIGHLIGHT__\n";
    let problems = parse(text, Dialect::Docproof).problems;
    let places: Vec<&str> = problems.iter().map(|p| &text[p.range.clone()]).collect();
    assert_eq!(places, ["__HIGHLIGHT__"]);
}

#[test]
fn a_directive_that_is_lost_in_text_is_an_error() {
    let said = |text: &str| {
        let problems = parse(text, Dialect::Docproof).problems;
        let places = problems.iter().map(|p| line_column(text, p.range.start).0);
        places.collect::<Vec<_>>()
    };
    // A list that begins with 0 cannot follow a text line.
    assert_eq!(said("t\n0. :::tabs\n== A\n:::\n"), [2]);
    // The fence that ends the item begins another one.
    assert_eq!(
        said(":::tip\n0. a\n   ```\n ```\n   :::tip\n   :::\n:::\n"),
        [5, 6, 7]
    );
    // Another quote at the same depth.
    assert_eq!(said("> :::tip\n\na\n\n> :::\n"), [5]);
    assert!(said("> :::tip\n>\n> a\n> :::\n").is_empty());
    assert_eq!(said("<div>\n  :::tip\n  :::\n"), [2, 3]);
}

#[test]
fn an_info_string_with_escapes_has_the_place_of_its_line() {
    let text = "> ```js \\{ é &nGt; x\n> ```\n";
    let doc = parse(text, Dialect::Docproof);
    let line = "```js \\{ é &nGt; x";
    assert!(!doc.problems.is_empty());
    for problem in &doc.problems {
        assert_eq!(&text[problem.range.clone()], line);
    }
    assert_eq!(&text[doc.codes[0].language_range.clone()], line);
    let text = "``` (éé) no_run\n```\n";
    let doc = parse(text, Dialect::Docproof);
    assert_eq!(&text[doc.codes[0].language_range.clone()], "(éé) no_run");
}

#[test]
fn an_unused_footnote_has_the_place_of_its_label() {
    let text = "x\n\n[^ü\t\t\t\tü]: ö\n";
    let problems = parse(text, Dialect::Docproof).problems;
    let places: Vec<&str> = problems.iter().map(|p| &text[p.range.clone()]).collect();
    assert_eq!(places, ["[^ü\t\t\t\tü]:"]);
}

#[test]
fn a_bare_url_is_a_link_outside_links() {
    check(
        "See https://a.example/b_c_d. [https://x.example](y.md)\n",
        "<p>See <a href=\"https://a.example/b_c_d\">https://a.example/b_c_d</a>. <a href=\"«y.md»\">https://x.example</a></p>\n",
    );
}
