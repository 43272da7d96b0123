//! Reads Rust text as far as the tidy checks need it: where words and paths stand, outside of
//! comments, strings and tests.
//!
//! In: the text of a file. Out: blanked text of the same length, offsets, names, paths. It knows no
//! rules and no more of the language than that; the checks that plant violations test it too.

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The identifier that a text starts with.
pub fn identifier(text: &str) -> &str {
    &text[..text.bytes().take_while(|byte| is_name(*byte)).count()]
}

/// `HttpServer` and `http_server` in lower-case words.
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter.is_uppercase() || letter == '_' {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter != '_') {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

/// Where a word stands, not as the end of a longer name.
pub fn finds<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    let whole = move |at: usize| !is_name(word.as_bytes()[0]) || at == 0 || !is_name(bytes[at - 1]);
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| whole(*at))
}

/// All paths that start with `root::`, groups unfolded: `root::{a::b, c}` gives `a::b` and `c`.
pub fn paths(code: &str, root: &str) -> Vec<(usize, String)> {
    finds(code, root)
        .filter(|at| !code[..*at].ends_with("::"))
        .filter_map(|at| Some((at, code[at + root.len()..].strip_prefix("::")?)))
        .flat_map(|(at, rest)| unfold(rest).into_iter().map(move |path| (at, path)))
        .collect()
}

/// The paths of one use tree, or the one path that a text starts with.
fn unfold(tree: &str) -> Vec<String> {
    let tree = tree.trim_start();
    if let Some(group) = tree.strip_prefix('{') {
        return members(group).into_iter().flat_map(unfold).collect();
    }
    if tree.starts_with('*') {
        return vec!["*".to_owned()];
    }
    let first = identifier(tree);
    if first.is_empty() {
        return Vec::new();
    }
    match tree[first.len()..].strip_prefix("::") {
        Some(rest) if !rest.starts_with('<') => unfold(rest)
            .into_iter()
            .map(|path| format!("{first}::{path}"))
            .collect(),
        _ => vec![first.to_owned()],
    }
}

/// The members of a group that has been opened, up to its closing brace.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut members) = (0, 0, Vec::new());
    for (at, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth > 0 => depth -= 1,
            b',' | b'}' if depth == 0 => {
                members.push(&group[start..at]);
                start = at + 1;
                if byte == b'}' {
                    break;
                }
            }
            _ => {}
        }
    }
    members
}

/// Paths that climb to the root of the crate by `super::`; modules inside the file count.
pub fn paths_over_the_root(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for at in finds(code, "super").filter(|at| !code[..*at].ends_with("::")) {
        let (mut rest, mut steps) = (&code[at..], 0);
        while let Some(next) = rest.strip_prefix("super::") {
            (rest, steps) = (next, steps + 1);
        }
        if steps > 0 && steps >= depth + inner_modules(code, at) {
            found.extend(unfold(rest).into_iter().map(|path| (at, path)));
        }
    }
    found
}

/// How many `mod x { ... }` of the same file are open at an offset.
fn inner_modules(code: &str, offset: usize) -> usize {
    finds(code, "mod ")
        .take_while(|at| *at < offset)
        .filter(|at| {
            let after = at + 4 + identifier(&code[at + 4..]).len();
            code[after..].starts_with(" {") && offset < closing(code, after + 1)
        })
        .count()
}

/// The offset behind the brace that closes the one at `open`.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// Spaces instead of everything but line breaks, byte for byte.
pub fn blank(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect()
}

/// Blanks every item under `#[cfg(test)]`: up to its closing brace, or its semicolon.
pub fn blank_test_items(code: &str) -> String {
    let mut program = code.to_owned();
    for at in finds(code, "#[cfg(test)]") {
        let end = match code[at..].find(['{', ';']) {
            Some(sign) if code.as_bytes()[at + sign] == b'{' => closing(code, at + sign),
            Some(sign) => at + sign + 1,
            None => code.len(),
        };
        program.replace_range(at..end, &blank(&code[at..end]));
    }
    program
}

/// Blanks comments, strings and characters.
pub fn blank_texts(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let in_name = code.as_bytes().last().is_some_and(|byte| is_name(*byte));
        let length = text_length(rest, in_name);
        if length > 0 || !first.is_ascii() {
            // A letter that is not ASCII is as good as blanks here, and offsets stay right.
            code.push_str(&blank(&rest[..length.max(first.len_utf8())]));
        } else {
            code.push(first);
        }
        rest = &rest[length.max(first.len_utf8())..];
    }
    code
}

/// The length of the comment, string or character that a text starts with; 0 if it is none.
fn text_length(rest: &str, in_name: bool) -> usize {
    match rest.as_bytes() {
        [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => block_comment_length(rest),
        [b'"', ..] => quoted_length(rest, '"'),
        [b'\'', ..] => character_length(rest),
        [b'b' | b'c', b'r', ..] if !in_name => raw_length(rest, 2),
        [b'r', ..] if !in_name => raw_length(rest, 1),
        _ => 0,
    }
}

/// A raw string, whose quote or first `#` stands after the prefix; 0 if it is none.
fn raw_length(rest: &str, prefix: usize) -> usize {
    let hashes = rest[prefix..]
        .bytes()
        .take_while(|byte| *byte == b'#')
        .count();
    let Some(body) = rest[prefix + hashes..].strip_prefix('"') else {
        return 0;
    };
    let end = format!("\"{}", "#".repeat(hashes));
    body.find(&end)
        .map_or(rest.len(), |at| rest.len() - body.len() + at + end.len())
}

fn block_comment_length(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        let (change, step) = match here {
            [b'/', b'*', ..] => (1, 2),
            [b'*', b'/', ..] => (-1, 2),
            _ => (0, 1),
        };
        (depth, at) = (depth + change, at + step);
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A character such as `'{'`; 0 for a lifetime.
fn character_length(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), _) => quoted_length(rest, '\''),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}
