//! Texts of the v1 dialect where code tabs, places and ids come in. That the rest is as remarkable has it is shown by
//! `tests/remarkable.rs`.

use crate::config::Dialect;
use crate::markdown::{ParsedDoc, Piece, parse};
use crate::source::line_column;

/// Parses a text and writes it down in short: HTML without line ends, `[tabs]`, `[panel]`, `[code]`, headings by their ids, links
/// and images by their addresses, messages with their places.
fn shown(text: &str) -> String {
    let doc: ParsedDoc = parse(text, Dialect::DocusaurusV1);
    let mut out = String::new();
    for piece in &doc.pieces {
        match *piece {
            Piece::Html { start, end } => out.push_str(&doc.html[start as usize..end as usize]),
            Piece::Href(n) | Piece::Image(n) => out.push_str(&doc.links[n as usize].dest),
            Piece::HeadingOpen(n) => out.push_str(&format!("[#{}]", doc.headings[n as usize].id)),
            Piece::Code(n) => out.push_str(&format!("[code {}]", doc.codes[n as usize].text)),
            Piece::TabsOpen(_) => out.push_str("[tabs]"),
            Piece::PanelOpen(..) => out.push_str("[panel]"),
            Piece::TabsClose => out.push_str("[/tabs]"),
            Piece::HeadingClose(_) | Piece::PanelClose => {}
        }
    }
    let mut out = out.replace('\n', "");
    for problem in &doc.problems {
        let (line, column) = line_column(text, problem.range.start);
        out.push_str(&format!("!{line}:{column} {}", problem.message));
    }
    out
}

fn check(text: &str, want: &str) {
    assert_eq!(shown(text), want, "{text}");
}

const OPEN: &str = "<!--DOCUSAURUS_CODE_TABS-->";
const END: &str = "<!--END_DOCUSAURUS_CODE_TABS-->";

#[test]
fn tabs_follow_text_and_what_follows_them_is_raw() {
    check(
        &format!("text\n{OPEN}\n<!--A-->\n*a*\n<!--B-->\n- b\n{END}\n*raw* <b>x</b>\n\n*em*\n"),
        "<p>text</p>[tabs][panel]<p><em>a</em></p>[panel]<ul><li>b</li></ul>[/tabs]*raw* <b>x</b><p><em>em</em></p>",
    );
}

#[test]
fn html_in_a_panel_ends_with_the_panel() {
    check(
        &format!("{OPEN}\n<!--A-->\n<div>*a*</div>\n<!--B-->\n<!-- c --> x\n*raw*\n{END}\n\nEnd\n"),
        "[tabs][panel]<div>*a*</div>[panel][panel]<p><em>raw</em></p>[/tabs]<p>End</p>\
         !5:1 a tab label must stand on a line of its own",
    );
}

#[test]
fn tabs_in_a_list_stay_there() {
    check(
        &format!("1. a\n   {OPEN}\n   <!--A-->\n   ```js\n   x\n     y\n   ```\n   {END}\n2. b\n"),
        "<ol><li>a[tabs][panel][code x\n  y][/tabs]</li><li>b</li></ol>"
            .replace('\n', "")
            .as_str(),
    );
}

#[test]
fn ids_are_made_of_the_markdown() {
    check(
        "# The `f` of [API](../x/y)\n\n## C# ##\n\n##\n\n## ???\n\n`a`b\n===\n\n## x {#y}\n",
        "[#the-f-of-api-x-y]The <code>f</code> of <a href=\"../x/y\">API</a>[#c]C#[#][#]???[#a-b]<code>a</code>b[#x-y]x {#y}",
    );
    check(
        &format!("# a\n\n{OPEN}\n<!--A-->\n## a\n## b\n<!--B-->\n## b\n{END}\n\n# a\n"),
        "[#a]a[tabs][panel][#a-2]a[#b]b[panel][#b-1]b[/tabs][#a-1]a",
    );
}

#[test]
fn messages_name_places_in_spite_of_tabs() {
    check(
        "a\tb\n\n-\t```js {9}\n\tx\n\t```\n\n\t__HIGHLIGHT__\n",
        "<p>a   b</p><ul><li>[code x]<p><strong>HIGHLIGHT</strong></p></li></ul>\
         !3:3 line 9 is marked, but the code has 1 line!7:2 `__HIGHLIGHT__` outside code",
    );
}

/// Each of these takes remarkable, or a careless reading of its rules, a time that grows with the square of the length or worse.
#[test]
fn no_text_takes_long() {
    let texts = [
        "[",
        "![",
        "*a ",
        "**a _b ",
        "_a *b** ",
        "`a``",
        "<a b=\"",
        "<",
        "~~a ",
        "[a](",
        "[a][",
        "> ",
        "- ",
        "a@",
        "www.",
        "&",
        "<!--",
        "a:",
        "x",
        "- a\n\n",
        "|",
        "[^",
        "a*b_c`d[e](f",
        "\\",
        "http://",
        "1. ",
        "\t-",
    ];
    for text in texts {
        let start = std::time::Instant::now();
        let long = text.repeat(30_000 / text.len());
        shown(&format!("www {long}"));
        shown(&format!("{long}\n\n[a]: b\n"));
        let took = start.elapsed();
        assert!(took.as_secs() < 20, "{text:?} took {took:?}");
    }
}
