//! Texts as YAML, for configurations that people go on with.

/// A text as a value: plain where that reads the same, else in double quotes.
pub fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " _./-–—…·©()!?'+".contains(c);
    let starts = text.starts_with(|c: char| c.is_alphabetic() || c == '/');
    let reads_as_text = !matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n" | "nan" | "inf"
    );
    if text == "." {
        return text.to_owned();
    }
    if starts && reads_as_text && !text.ends_with(' ') && text.chars().all(plain) {
        return text.to_owned();
    }
    quoted(text)
}

/// A text in double quotes. What JSON writes there, YAML reads, but for control characters that JSON leaves as they are.
fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).expect("invariant: a text is JSON");
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_control() || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}') {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// A text as a comment: on one line.
pub fn comment(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::scalar;
    use crate::yaml;

    #[test]
    fn every_text_is_read_back() {
        for text in [
            "",
            ".",
            "..",
            "Loom",
            "yes",
            "No",
            "~",
            "null",
            "1.0",
            "1e3",
            "0x1f",
            "a: b",
            "a #b",
            "#0b57c5",
            " x",
            "x ",
            "- a",
            "[a]",
            "{a}",
            "'a'",
            "\"a\"",
            "a\nb",
            "\\",
            "é—ü",
            "@x",
            "%x",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "a,b",
            "/docs/",
            "2024-01-01",
            ".5",
            "?",
            "? a",
            "it's",
            "<b>",
            "\u{2028}",
            "\u{7f}",
            "\u{85}",
            "\u{feff}",
            "\u{ffff}",
            "=",
            "<<",
        ] {
            let yaml = format!("- {0}\n- {{ a: {0} }}\n", scalar(text));
            let value = yaml::parse(&yaml).unwrap_or_else(|error| panic!("{yaml}: {error:?}"));
            assert_eq!(value[0].as_str(), Some(text), "{yaml}");
            assert_eq!(value[1]["a"].as_str(), Some(text), "{yaml}");
        }
    }
}
