//! The text of `versions.json` (or `versions.yaml`): a version put first, or taken out.
//!
//! In: the text and a name. Out: the new text, with everything else as its author wrote it. Taking out what
//! was put in gives the text from before, byte for byte.

use crate::yaml;

/// The text of a new list with one version. A list that still has exactly this text is removed with its one
/// version, because it was made with it.
pub fn fresh(name: &str) -> String {
    format!("[\n  {}\n]\n", quoted(name))
}

/// Puts a version first. `None` when the text is not a list that can be edited line by line.
pub fn put_first(text: &str, name: &str) -> Option<String> {
    let at = first_place(text)?;
    let (before, after) = text.split_at(at);
    let quoted = quoted(name);
    if !before.ends_with('[') {
        let indent = &after[..after.find('-')?];
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        return Some(format!("{before}{indent}- {quoted}{end}{after}"));
    }
    let items = after.trim_start();
    if items.starts_with(']') {
        return Some(format!("{before}{quoted}{after}"));
    }
    let space = &after[..after.len() - items.len()];
    let between = match space {
        "" => " ",
        space if space.contains('\n') => space,
        _ => " ",
    };
    Some(format!("{before}{space}{quoted},{between}{items}"))
}

/// Takes a version out: the new text, or `Some(None)` when the whole file goes. `None` when the name is not
/// found in a list that can be edited.
pub fn take_out(text: &str, name: &str) -> Option<Option<String>> {
    if text.replace("\r\n", "\n") == fresh(name) {
        return Some(None);
    }
    let names = yaml::parse(text).ok()?;
    let names = names.as_sequence()?;
    let at = names.iter().position(|n| n.as_str() == Some(name))?;
    let range = yaml::locate(text, &[yaml::Step::Item(at)], yaml::Part::Value);
    let start = range.start;
    // The place may or may not include the quotes.
    let start = if text[..start].ends_with(['"', '\'']) {
        start - 1
    } else {
        start
    };
    let spelled = [quoted(name), format!("'{name}'"), name.to_owned()];
    let len = spelled
        .iter()
        .find(|s| text[start..].starts_with(s.as_str()))?
        .len();
    let end = start + len;
    let line_start = text[..start].rfind('\n').map_or(0, |n| n + 1);
    if text[line_start..start].trim() == "-" {
        let line_end = text[end..].find('\n').map_or(text.len(), |n| end + n + 1);
        return Some(Some(format!(
            "{}{}",
            &text[..line_start],
            &text[line_end..]
        )));
    }
    let after = text[end..].trim_start();
    if let Some(rest) = after.strip_prefix(',') {
        // The next item moves to the place of this one.
        return Some(Some(format!("{}{}", &text[..start], rest.trim_start())));
    }
    let before = text[..start].trim_end();
    Some(Some(match before.strip_suffix(',') {
        Some(before) => format!("{before}{}", &text[end..]),
        None => format!("{}{}", &text[..start], &text[end..]),
    }))
}

/// Where the first item of the list goes: after the bracket, or at the line of the first `- `.
fn first_place(text: &str) -> Option<usize> {
    yaml::parse(text).ok()?;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_start();
        if words.starts_with('[') {
            return Some(at + line.len() - words.len() + 1);
        }
        if words.starts_with("- ") {
            return Some(at);
        }
        at += line.len();
    }
    None
}

fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str) {
        assert_eq!(
            put_first(before, "2.0").as_deref(),
            Some(after),
            "{before:?}"
        );
        assert_eq!(
            take_out(after, "2.0"),
            Some(Some(before.to_owned())),
            "{after:?}"
        );
    }

    #[test]
    fn the_style_of_the_list_stays() {
        check("[\"1.0\"]\n", "[\"2.0\", \"1.0\"]\n");
        check("[ \"1.0\", \"0.9\" ]", "[ \"2.0\", \"1.0\", \"0.9\" ]");
        check(
            "[\n  \"1.0\",\n  \"0.9\"\n]\n",
            "[\n  \"2.0\",\n  \"1.0\",\n  \"0.9\"\n]\n",
        );
        check(
            "[\r\n\t\"1.0\"\r\n]\r\n",
            "[\r\n\t\"2.0\",\r\n\t\"1.0\"\r\n]\r\n",
        );
        check("[]\n", "[\"2.0\"]\n");
        check("[\n]\n", "[\"2.0\"\n]\n");
        check(
            "# newest first\n- \"1.0\"\n",
            "# newest first\n- \"2.0\"\n- \"1.0\"\n",
        );
        check("  - '1.0'\n  - a\n", "  - \"2.0\"\n  - '1.0'\n  - a\n");
    }

    #[test]
    fn versions_leave_from_anywhere() {
        for (name, left) in [
            ("a", "[\n  \"b\",\n  \"c\"\n]\n"),
            ("b", "[\n  \"a\",\n  \"c\"\n]\n"),
            ("c", "[\n  \"a\",\n  \"b\"\n]\n"),
        ] {
            let text = "[\n  \"a\",\n  \"b\",\n  \"c\"\n]\n";
            assert_eq!(take_out(text, name), Some(Some(left.to_owned())));
        }
        assert_eq!(take_out("- a\n- b\n", "b"), Some(Some("- a\n".into())));
        assert_eq!(take_out(&fresh("a"), "a"), Some(None));
        assert_eq!(take_out("[\"a\"]", "b"), None);
        assert_eq!(put_first("{}", "b"), None);
    }
}
