//! Links that open a file in an editor.

use crate::site::urls::encode;

/// How links to places in files are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Editor {
    /// With `{path}`, `{line}` and `{column}`.
    pattern: String,
    /// The site's folder, absolute.
    root: String,
}

/// An editor that has no known links.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownEditor(pub String);

impl std::fmt::Display for UnknownEditor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is not an editor whose links are known", self.0)
    }
}

impl std::error::Error for UnknownEditor {}

/// Programs and their links. `{path}` begins with a slash.
const KNOWN: &[(&[&str], &str)] = &[
    (&["vscode", "code"], "vscode://file{path}:{line}:{column}"),
    (
        &["vscode-insiders", "code-insiders"],
        "vscode-insiders://file{path}:{line}:{column}",
    ),
    (
        &["vscodium", "codium"],
        "vscodium://file{path}:{line}:{column}",
    ),
    (&["cursor"], "cursor://file{path}:{line}:{column}"),
    (&["windsurf"], "windsurf://file{path}:{line}:{column}"),
    (&["zed", "zeditor"], "zed://file{path}:{line}:{column}"),
    (
        &["sublime", "subl", "sublime_text"],
        "subl://open?url=file://{path}&line={line}&column={column}",
    ),
    (
        &["textmate", "mate"],
        "txmt://open?url=file://{path}&line={line}&column={column}",
    ),
    (
        &["idea", "rustrover", "clion", "webstorm"],
        "{name}://open?file={path}&line={line}&column={column}",
    ),
    (
        &["macvim", "mvim"],
        "mvim://open?url=file://{path}&line={line}&column={column}",
    ),
];

impl Editor {
    /// The names that [`Editor::new`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().map(|(names, _)| names[0])
    }

    /// An editor by name, by the path of its program with arguments (as in `EDITOR`), or by a pattern of links with `{path}`.
    ///
    /// # Errors
    /// When nothing is known of it.
    pub fn new(text: &str, root: &str) -> Result<Self, UnknownEditor> {
        let root = root.trim_end_matches('/').to_owned();
        if text.contains("{path}") {
            return Ok(Self {
                pattern: text.to_owned(),
                root,
            });
        }
        let program = text.split_whitespace().next().unwrap_or_default();
        let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
        let name = name.trim_end_matches(".exe").to_lowercase();
        let known = KNOWN
            .iter()
            .find(|(names, _)| names.contains(&name.as_str()));
        let (_, pattern) = known.ok_or_else(|| UnknownEditor(text.to_owned()))?;
        Ok(Self {
            pattern: pattern.replace("{name}", &name),
            root,
        })
    }

    /// The link to a place (line and column from 1) in a file of the site.
    pub fn link(&self, path: &str, (line, column): (usize, usize)) -> String {
        self.pattern
            .replace("{path}", &encode(&format!("{}/{path}", self.root)))
            .replace("{line}", &line.to_string())
            .replace("{column}", &column.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_editors() {
        let link = |text: &str| {
            Editor::new(text, "/home/me/my site/").map(|e| e.link("docs/a.md", (3, 7)))
        };
        assert_eq!(
            link("code").as_deref(),
            Ok("vscode://file/home/me/my%20site/docs/a.md:3:7")
        );
        assert_eq!(
            link("/usr/bin/subl -w").as_deref(),
            Ok("subl://open?url=file:///home/me/my%20site/docs/a.md&line=3&column=7")
        );
        assert_eq!(
            link("rustrover").as_deref(),
            Ok("rustrover://open?file=/home/me/my%20site/docs/a.md&line=3&column=7")
        );
        assert_eq!(
            link("x://{path}#{line}").as_deref(),
            Ok("x:///home/me/my%20site/docs/a.md#3")
        );
        assert_eq!(link("ed"), Err(UnknownEditor("ed".into())));
    }
}
