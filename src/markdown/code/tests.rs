//! Code blocks and what is marked in them.

use super::super::info::parse_info;
use super::*;

/// Builds a block; marked lines with `>`, hidden with `.`, phrases in `[]`, then messages.
fn check(info: &str, code: &str, want: &str) {
    let mut raw = RawCode::default();
    raw.push(code, 0);
    let info = parse_info(info, 0, Dialect::Docproof).0;
    let block = CodeBlock {
        info,
        range: 0..code.len(),
        ..CodeBlock::default()
    };
    let (block, problems) = build(&raw, block, Dialect::Docproof);
    let mut shown = block.text.clone();
    for phrase in block.phrases.iter().rev() {
        shown.insert(phrase.end, ']');
        shown.insert(phrase.start, '[');
    }
    assert_eq!(block.lines.len(), shown.split('\n').count());
    let mut got = String::new();
    for (line, mark) in shown.split('\n').zip(&block.lines) {
        for (on, sign) in [
            (mark.highlight, '>'),
            (mark.ins, '+'),
            (mark.del, '-'),
            (mark.hidden, '.'),
        ] {
            got.extend(on.then_some(sign));
        }
        got.push('|');
        got.push_str(line);
        got.push('\n');
    }
    for problem in problems {
        got.push_str(&format!(
            "!{} {}\n",
            &code[problem.range.start.min(code.len())..problem.range.end.min(code.len())],
            problem.message
        ));
    }
    assert_eq!(got, want);
}

#[test]
fn one_space_belongs_to_the_marker() {
    check("js", "__HIGHLIGHT__ x __END_HIGHLIGHT__\n", ">|x\n");
    check(
        "js",
        "a\n__HIGHLIGHT__    x\n    y\n}, __END_HIGHLIGHT__\nb\n",
        "|a\n>|    x\n>|    y\n>|},\n|b\n",
    );
    check(
        "js",
        "f(__HIGHLIGHT_PHRASE__ x __END_HIGHLIGHT_PHRASE__)\n",
        "|f([x])\n",
    );
    check(
        "js",
        "f(__HIGHLIGHT_PHRASE__x__END_HIGHLIGHT_PHRASE__)\n",
        "|f([x])\n",
    );
}

#[test]
fn markers_alone_on_their_lines_leave_none() {
    check(
        "js",
        "a\n__HIGHLIGHT__\nb\n\nc\n__END_HIGHLIGHT__\nd\n",
        "|a\n>|b\n>|\n>|c\n|d\n",
    );
    check("js", "__HIGHLIGHT__\nb\n__END_HIGHLIGHT__\n", ">|b\n");
    check("js", "\n__HIGHLIGHT__\nb\n__END_HIGHLIGHT__\n", "|\n>|b\n");
    check(
        "js",
        "a\n__HIGHLIGHT_PHRASE__   __END_HIGHLIGHT_PHRASE__\n",
        "|a\n",
    );
}

#[test]
fn comments_mark_lines() {
    check(
        "py",
        "# highlight-next-line\na\nb\n# highlight-start\nc\nd\n# highlight-end\ne\n",
        ">|a\n|b\n>|c\n>|d\n|e\n",
    );
    check("html", "<!-- highlight-next-line -->\na\n", ">|a\n");
    check(
        "js",
        "// highlight-end\na\n",
        "|a\n!// highlight-end `highlight-end` without a start\n",
    );
}

#[test]
fn the_fence_marks() {
    check(
        "js {2} ins={1} del={3-4} /b/",
        "ab\nb\nc\nd\n",
        "+|a[b]\n>|[b]\n-|c\n-|d\n",
    );
    check(
        "js {5}",
        "a\n",
        "|a\n!a\n line 5 is marked, but the code has 1 line\n",
    );
    check(
        "js /zz/",
        "a\n",
        "|a\n!a\n the phrase `zz` does not occur in the code\n",
    );
}

#[test]
fn hidden_rust_lines() {
    check(
        "rust",
        "# use a;\n#\n    # let b;\n## c\n#[d]\n#\tx\n",
        ".|use a;\n.|\n.|    let b;\n|# c\n|#[d]\n|#\tx\n",
    );
    check(
        "rust",
        "# f(__HIGHLIGHT_PHRASE__x__END_HIGHLIGHT_PHRASE__)\n",
        ".|f([x])\n",
    );
    check("py", "# a comment\n", "|# a comment\n");
    check(
        "rust",
        "## é__HIGHLIGHT__éé\n# é\n# é __END_HIGHLIGHT__é\n",
        ">|# ééé\n>.|é\n>.|éé\n",
    );
}

#[test]
fn unbalanced_markers_are_errors() {
    check(
        "js",
        "__HIGHLIGHT__ a\n",
        "|a\n!__HIGHLIGHT__ `__HIGHLIGHT__` is never closed\n",
    );
    check(
        "js",
        "a __END_HIGHLIGHT__\n",
        "|a\n!__END_HIGHLIGHT__ `__END_HIGHLIGHT__` without a start\n",
    );
    check(
        "js",
        "__HIGHLIGHT__ a __HIGHLIGHT__ b __END_HIGHLIGHT__\n",
        ">|a b\n!__HIGHLIGHT__ `__HIGHLIGHT__` inside another one\n",
    );
    check(
        "js",
        "__HIGHLIGHT_PHRASE__ a\nb __END_HIGHLIGHT_PHRASE__\n",
        "|a\n|b\n!__HIGHLIGHT_PHRASE__ a marked phrase runs over several lines\n",
    );
}

#[test]
fn markers_cannot_be_made_of_markers() {
    check(
        "js",
        "a __HIGH__HIGHLIGHT____END_HIGHLIGHT__LIGHT__ b\n",
        "|a  b\n!a __HIGH__HIGHLIGHT____END_HIGHLIGHT__LIGHT__ b a highlight marker inside another one\n",
    );
}

#[test]
fn a_space_between_two_markers_goes_once() {
    check(
        "js",
        "  __HIGHLIGHT_PHRASE__ __END_HIGHLIGHT__é\n__END_HIGHLIGHT_PHRASE__\n",
        "|  é\n!__END_HIGHLIGHT__ `__END_HIGHLIGHT__` without a start\n\
         !__HIGHLIGHT_PHRASE__ a marked phrase runs over several lines\n",
    );
}

#[test]
fn verbatim_shows_the_markers() {
    check(
        "js verbatim",
        "__HIGHLIGHT__ a\n// highlight-end\n",
        "|__HIGHLIGHT__ a\n|// highlight-end\n",
    );
}

#[test]
fn empty_and_blank_blocks() {
    check("js", "", "|\n");
    check("js", "\n\n", "|\n|\n");
}
