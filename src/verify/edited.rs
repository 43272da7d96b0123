//! A block's program as text, there and back: what somebody edits and tries without writing it into the docs.
//!
//! In: a fence, or a text in place of its code. Out: the text as it would stand in the fence, with `# ` before hidden lines; or the sample with
//! that text in it.

use super::plan::hide;
use super::sample::{CodeLine, Fence, Sample};

/// A block's program as it would stand in a fence: hidden lines begin with `# `.
pub fn written(fence: &Fence) -> String {
    let lines = fence.lines.iter().map(|line| {
        let text = line.text.as_str();
        let trimmed = text.trim_start();
        if line.hidden {
            return format!("# {text}").trim_end().to_owned();
        }
        // What would be taken for a hidden line has a `#` more.
        let looks_hidden = trimmed == "#" || trimmed.starts_with("# ") || trimmed.starts_with("##");
        match looks_hidden {
            true => format!("{}#{trimmed}", &text[..text.len() - trimmed.len()]),
            false => text.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Puts a text in place of the code of one part. Parts behind it make room, as they would in the file.
pub fn replace(sample: &mut Sample, part: usize, text: &str) {
    let fence = &mut sample.parts[part];
    // Hidden lines begin further right, so the fence tells.
    let column = fence.place.column - 1;
    let first = fence.open_line + 1;
    fence.lines = text
        .lines()
        .enumerate()
        .map(|(n, text)| line(first + n, column, text))
        .collect();
    let close = first + fence.lines.len();
    let more = close.saturating_sub(fence.close_line);
    fence.close_line += more;
    for later in &mut sample.parts[part + 1..] {
        later.open_line += more;
        later.close_line += more;
        later.lines.iter_mut().for_each(|line| line.line += more);
    }
}

fn line(number: usize, column: usize, text: &str) -> CodeLine {
    let mut line = CodeLine {
        line: number,
        text: text.to_owned(),
        column,
        ..CodeLine::default()
    };
    hide(&mut line);
    line.trim_hidden();
    line
}

#[cfg(test)]
mod tests {
    use super::super::fixture::planned;
    use super::*;

    const CODE: &str =
        "# use std::fs;\n#\n#[derive(Debug)]\nstruct A;\n    ## not hidden\nlet a = 1;";

    #[test]
    fn a_program_is_written_as_it_stands_in_its_fence() {
        let mut sample = planned("```rust\n# 1;\n```\n").samples[0].clone();
        assert_eq!(written(&sample.parts[0]), "# 1;");
        replace(&mut sample, 0, CODE);
        assert_eq!(
            sample.text(),
            "use std::fs;\n\n#[derive(Debug)]\nstruct A;\n    # not hidden\nlet a = 1;\n"
        );
        assert_eq!(written(&sample.parts[0]), CODE);
        assert_eq!(sample.parts[0].close_line, 8);
    }

    #[test]
    fn what_is_put_into_a_sample_is_what_its_fence_would_hold() {
        let code = "# use std::fs;\nlet a = 1;";
        let indented = |code: &str| {
            let lines: String = code.lines().map(|line| format!("  {line}\n")).collect();
            planned(&format!("- a\n\n  ```rust\n{lines}  ```\n"))
        };
        let mut sample = indented("# 1;").samples[0].clone();
        replace(&mut sample, 0, code);
        assert_eq!(
            sample.parts[0].lines,
            indented(code).samples[0].parts[0].lines
        );
    }

    #[test]
    fn the_other_parts_of_a_group_make_room() {
        let text = "```rust,group=a\nlet a = 1;\n```\n\n```rust,group=a\nlet b = a;\n```\n";
        let mut sample = planned(text).samples[0].clone();
        replace(&mut sample, 0, "let a = 1;\nlet c = 2;\nlet d = 3;");
        assert_eq!(sample.parts[0].close_line, 5);
        assert_eq!(sample.parts[1].open_line, 7);
        assert_eq!(sample.parts[1].lines[0].line, 8);
        assert_eq!(
            sample.text(),
            "let a = 1;\nlet c = 2;\nlet d = 3;\nlet b = a;\n"
        );
    }
}
