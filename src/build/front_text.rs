//! Front matter as text: that of a doc in a version, and values that read back as they are.
//!
//! In: a doc's text. Out: text. The author's other lines stay as they are written.

use serde_json::Value;

use crate::config::Dialect;
use crate::front_matter;
use crate::yaml;

/// The front matter of a doc in a version: `id` first, the author's other lines as they are, `original_id` last.
pub fn front(
    text: &str,
    parsed: &front_matter::Parsed,
    dialect: Dialect,
    id: &str,
    version: &str,
) -> String {
    let full = scalar(&format!("version-{version}-{id}"));
    let mut out = format!("---\nid: {full}\n");
    if parsed.present {
        let block = &text[..parsed.body_start];
        let mut lines: Vec<&str> = block.split_inclusive('\n').collect();
        lines.pop();
        out.push_str(&kept_lines(&lines[1..].concat(), dialect));
    }
    out.push_str(&format!("original_id: {}\n---\n", scalar(id)));
    out
}

/// The lines of front matter without the fields `id` and `original_id`.
fn kept_lines(inner: &str, dialect: Dialect) -> String {
    if dialect == Dialect::Docproof && inner.trim_start().starts_with('{') {
        // One line for all fields: written out, as nothing can be taken out of the middle line by line.
        if let Ok(serde_yaml::Value::Mapping(mut map)) = yaml::parse(inner) {
            map.shift_remove("id");
            map.shift_remove("original_id");
            return serde_yaml::to_string(&map).unwrap_or_default();
        }
    }
    let mut out = String::new();
    let mut dropping = false;
    for line in inner.split_inclusive('\n') {
        let continued = line.starts_with([' ', '\t']) && dialect == Dialect::Docproof;
        if !continued {
            let key = line.split(':').next().unwrap_or_default();
            let key = key.trim().trim_matches(['"', '\'']);
            dropping = line.contains(':') && matches!(key, "id" | "original_id");
        }
        if !dropping {
            out.push_str(line);
        }
    }
    out
}

/// A text as a YAML value: plain where that reads back as the same text, else in quotes.
pub fn scalar(text: &str) -> String {
    let plain = yaml::parse(&format!("a: {text}\n"))
        .ok()
        .and_then(|v| v.get("a").and_then(|a| a.as_str().map(str::to_owned)));
    // In the v1 reading a value is JSON when it parses as JSON.
    let json = serde_json::from_str::<Value>(text).is_ok();
    if plain.as_deref() == Some(text) && !json && !text.contains('\n') {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_keeps_the_authors_lines() {
        let check = |text: &str, want: &str| {
            let parsed = front_matter::parse(text, Dialect::Docproof);
            assert_eq!(front(text, &parsed, Dialect::Docproof, "a", "1.0.X"), want);
        };
        check("text", "---\nid: version-1.0.X-a\noriginal_id: a\n---\n");
        check(
            "---\n# why\ntitle: \"A: b\"\nid: a\nkeywords:\n  - x\n---\nB\n",
            "---\nid: version-1.0.X-a\n# why\ntitle: \"A: b\"\nkeywords:\n  - x\noriginal_id: a\n---\n",
        );
        check(
            "---\n{ id: a, title: T }\n---\nB\n",
            "---\nid: version-1.0.X-a\ntitle: T\noriginal_id: a\n---\n",
        );
    }

    #[test]
    fn scalars_read_back_as_they_are() {
        assert_eq!(scalar("a-b"), "a-b");
        assert_eq!(scalar("1"), "\"1\"");
        assert_eq!(scalar("true"), "\"true\"");
        assert_eq!(scalar("a: b"), "\"a: b\"");
        assert_eq!(scalar("a # b"), "\"a # b\"");
    }
}
