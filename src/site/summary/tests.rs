//! Lists of chapters, good and bad.

use super::*;

/// One line for each entry, indented by depth; then the messages with what they mark.
fn check(text: &str, want: &[&str]) {
    fn walk(items: &[Item], depth: usize, out: &mut Vec<String>) {
        for item in items {
            let indent = "  ".repeat(depth);
            match item {
                Item::Separator => out.push(format!("{indent}---")),
                Item::Chapter(c) => {
                    let file = c.file.as_deref().unwrap_or("(draft)");
                    let number = if c.number.is_empty() { "-" } else { &c.number };
                    out.push(format!("{indent}{number} {} {file}", c.name));
                    walk(&c.items, depth + 1, out);
                }
            }
        }
    }
    let (summary, problems) = parse(text);
    let mut got = Vec::new();
    walk(&summary.prefix, 0, &mut got);
    for part in &summary.parts {
        if let Some(title) = &part.title {
            got.push(format!("# {title}"));
        }
        walk(&part.items, 0, &mut got);
    }
    walk(&summary.suffix, 0, &mut got);
    got.extend(problems.iter().map(|p| {
        let marked = text[p.range.clone()].lines().next().unwrap_or_default();
        format!("! {}: {}", p.message, marked)
    }));
    assert_eq!(got, want);
}

#[test]
fn a_whole_list() {
    check(
        "# Summary\n\n[Preface](preface.md)\n[About `it`](about.md)\n\n---\n\n- [One](one/README.md)\n  - [Inside](./one/in%20side.md)\n    - [Deep](one/deep.md)\n  - [Not yet]()\n- [Two](two.md)\n\n# The *second* part\n\n1. [Three](three.md)\n\n---\n\n* [Four](x/../four.md)\n\n[Thanks](thanks.md)\n\n---\n[End](end.md)\n",
        &[
            "- Preface preface.md",
            "- About it about.md",
            "---",
            "1. One one/README.md",
            "  1.1. Inside one/in side.md",
            "    1.1.1. Deep one/deep.md",
            "  1.2. Not yet (draft)",
            "2. Two two.md",
            "# The second part",
            "3. Three three.md",
            "---",
            "4. Four four.md",
            "- Thanks thanks.md",
            "---",
            "- End end.md",
        ],
    );
}

#[test]
fn a_list_without_a_title() {
    check(
        "- [A](a%20b.md)\n- [B](<b.md>)\n",
        &["1. A a b.md", "2. B b.md"],
    );
    check("<!-- note -->\n# Part?\n- [A](a.md)\n", &["1. A a.md"]);
    check(
        "[P](p.md)\n\n# Part\n\n- [A](a.md)\n",
        &["- P p.md", "# Part", "1. A a.md"],
    );
    check("", &[]);
}

#[test]
fn all_the_mistakes_at_once() {
    check(
        "- [A](a.md)\n- words\n- [A again](./a.md)\n- [Up](../up.md)\n- [Text](t.txt)\n-\n\n[Z](z.md)\n\n- [Late](late.md)\n\n# Part\n",
        &[
            "1. A a.md",
            "2. A again (draft)",
            "3. Up (draft)",
            "4. Text (draft)",
            "- Z z.md",
            "5. Late late.md",
            "! an item that is not a link: words",
            "! the chapter `a.md` is listed twice: [A again](./a.md)",
            "! `../up.md` is outside of the book's folder: [Up](../up.md)",
            "! the chapter `t.txt` is not a `.md` file: [Text](t.txt)",
            "! an empty item: -",
            "! a list behind the chapters at the end: - [Late](late.md)",
            "! a part behind the chapters at the end: # Part",
        ],
    );
    check(
        "# S\n\n# Part\n\n[Lost](lost.md)\n\n- [A](a.md)\n",
        &[
            "# Part",
            "1. A a.md",
            "! a chapter that is not built: [Lost](lost.md)",
        ],
    );
}
