//! How diagnostics, failures and progress are printed.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use super::{Colour, Common, Format};
use crate::build::{alike, link_groups};
use crate::diagnostic::{Diagnostic, Severity, render_human, render_json};
use crate::source::SourceMap;

/// Whether standard error gets colours.
pub fn styled(common: &Common) -> bool {
    match common.color {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            std::io::stderr().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
        }
    }
}

/// Prints diagnostics: for people on standard error, as JSON on standard output.
pub fn diagnostics(common: &Common, diagnostics: &[Diagnostic], sources: &SourceMap) {
    let styled = styled(common);
    let prefix = match common.format {
        Format::Github => common
            .site
            .canonicalize()
            .map(|root| repository_prefix(&root)),
        Format::Human | Format::Json | Format::Junit => Ok(String::new()),
    };
    let prefix = prefix
        .unwrap_or_default()
        .replace('%', "%25")
        .replace(',', "%2C");
    let mut text = String::new();
    for diagnostic in diagnostics {
        match common.format {
            Format::Human | Format::Junit => {
                text.push_str(&render_human(diagnostic, sources, styled));
                text.push_str("\n\n");
            }
            Format::Github => text.push_str(&annotation(diagnostic, sources, &prefix)),
            Format::Json => {
                text.push_str(&render_json(diagnostic, sources));
                text.push('\n');
            }
        }
    }
    // A closed pipe is no reason to fail.
    let _ = match common.format {
        Format::Human | Format::Junit => std::io::stderr().lock().write_all(text.as_bytes()),
        Format::Json | Format::Github => std::io::stdout().lock().write_all(text.as_bytes()),
    };
}

/// Prints all that is wrong with a site. Where many links are broken, or many warnings have the same words, people are told of them
/// together, unless `each`.
pub fn site(common: &Common, all: &[Diagnostic], sources: &SourceMap, each: bool) {
    if each || common.format == Format::Json {
        return diagnostics(common, all, sources);
    }
    let hint = "`--verbose` shows each of them at its place; with `--links-baseline FILE` only new ones fail a build";
    let all = alike::fold(all.to_vec(), sources, &|_| false, "`--verbose` shows each");
    let folded = link_groups::fold(all, sources, &|_| false, hint);
    diagnostics(common, &folded, sources);
}

/// A diagnostic as an annotation of GitHub Actions, whose paths start with `prefix`.
fn annotation(diagnostic: &Diagnostic, sources: &SourceMap, prefix: &str) -> String {
    let escape = |text: &str| {
        text.replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
    };
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = diagnostic.place.as_ref().map(|span| {
        let (line, column) = sources.place(span);
        let path = escape(&sources.get(span.source).path).replace(',', "%2C");
        format!(" file={prefix}{path},line={line},col={column}")
    });
    let file = || {
        let path = diagnostic.path.as_ref()?;
        let path = escape(path).replace(',', "%2C");
        Some(format!(" file={prefix}{path}"))
    };
    let place = place.or_else(file).unwrap_or_default();
    let text = std::iter::once(&diagnostic.message)
        .chain(&diagnostic.lines)
        .chain(&diagnostic.hints);
    let text: Vec<&str> = text.map(String::as_str).collect();
    format!("::{level}{place}::{}\n", escape(&text.join("\n")))
}

/// The way from the repository's root to the site's folder, with a slash at its end: GitHub wants paths from the root.
pub fn repository_prefix(root: &Path) -> String {
    let Some(repository) = root.ancestors().find(|folder| folder.join(".git").exists()) else {
        return String::new();
    };
    let inside = root.strip_prefix(repository).unwrap_or(Path::new(""));
    let path = inside.to_string_lossy().replace('\\', "/");
    if path.is_empty() {
        path
    } else {
        format!("{path}/")
    }
}

/// Prints a failure that is not about the content.
pub fn failure(common: &Common, message: &str, hint: Option<&str>) {
    let mut diagnostic = Diagnostic::error("failure", message);
    diagnostic.hints.extend(hint.map(str::to_owned));
    diagnostics(common, &[diagnostic], &SourceMap::default());
}

/// Prints a line for people; with `--format json` it goes to standard error as well, beside the JSON.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// `3 errors and 1 warning`, or nothing.
pub fn counts(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors = diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .count();
    let warnings = diagnostics.len() - errors;
    let some = |n: usize, word: &str| {
        (n > 0).then(|| format!("{n} {word}{}", if n == 1 { "" } else { "s" }))
    };
    let parts: Vec<String> = [some(errors, "error"), some(warnings, "warning")]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// A size for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
