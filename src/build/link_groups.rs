//! Broken links, told together where there are many.
//!
//! In: all that is wrong with a site. Out: the same, with one diagnostic for each cause in place of the links: how many
//! there are, which targets are named most, and the first places. A site with a handful of them hears of each at its
//! place; one that was moved here with a thousand can be read all the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Cause, Diagnostic, Severity, count};
use crate::source::SourceMap;

/// As many broken links are told one by one.
pub const MOST_APART: usize = 20;
/// Targets that are told of each cause.
const TARGETS: usize = 10;
/// Places that are told of each target.
const PLACES: usize = 3;
/// Versions that are named of each target.
const VERSIONS: usize = 3;

/// What is wrong in groups, if there are more broken links than [`MOST_APART`]; `apart` says which are told one by one all
/// the same. Diagnostics must be sorted; groups come last.
pub fn fold(
    diagnostics: Vec<Diagnostic>,
    sources: &SourceMap,
    apart: &dyn Fn(&Diagnostic) -> bool,
    hint: &str,
) -> Vec<Diagnostic> {
    let links = diagnostics.iter().filter(|d| d.link.is_some()).count();
    if links <= MOST_APART {
        return diagnostics;
    }
    let mut groups: BTreeMap<(Severity, &'static str), Group> = BTreeMap::new();
    let mut rest = Vec::new();
    for diagnostic in diagnostics {
        let Some(link) = diagnostic.link.as_ref().filter(|_| !apart(&diagnostic)) else {
            rest.push(diagnostic);
            continue;
        };
        let group = groups.entry((diagnostic.severity, link.cause.name));
        group
            .or_insert_with(|| Group::of(link.cause, diagnostic.code))
            .add(&diagnostic, sources);
    }
    let last = groups.len().saturating_sub(1);
    for (n, ((severity, _), group)) in groups.into_iter().enumerate() {
        let mut told = group.told(severity);
        if n == last {
            told.hints.push(hint.to_owned());
        }
        rest.push(told);
    }
    rest
}

/// The links of one cause.
struct Group {
    cause: &'static Cause,
    code: &'static str,
    links: usize,
    pages: BTreeSet<String>,
    targets: BTreeMap<String, Target>,
}

/// The links to one target.
#[derive(Default)]
struct Target {
    written: BTreeSet<String>,
    links: usize,
    places: Vec<String>,
    versions: Vec<String>,
    hint: Option<String>,
}

impl Group {
    fn of(cause: &'static Cause, code: &'static str) -> Self {
        Self {
            cause,
            code,
            links: 0,
            pages: BTreeSet::new(),
            targets: BTreeMap::new(),
        }
    }

    fn add(&mut self, diagnostic: &Diagnostic, sources: &SourceMap) {
        let Some(link) = &diagnostic.link else { return };
        self.links += 1;
        self.pages.insert(link.page.clone());
        let target = self.targets.entry(link.target.clone()).or_default();
        target.links += 1;
        target.written.insert(link.written.clone());
        if target.places.len() < PLACES
            && let Some(span) = &diagnostic.place
        {
            target.places.push(sources.written(span));
        }
        let new = link
            .versions
            .iter()
            .filter(|v| !target.versions.contains(v));
        let new: Vec<String> = new.cloned().collect();
        target.versions.extend(new);
        let meant = diagnostic.hints.iter().find(|h| h.contains("did you mean"));
        target.hint = target.hint.take().or_else(|| meant.cloned());
    }

    fn told(self, severity: Severity) -> Diagnostic {
        let (links, pages) = (
            count(self.links, "broken link"),
            count(self.pages.len(), "page"),
        );
        let message = format!("{links} on {pages}: {}", self.cause.words);
        let mut told = Diagnostic::error(self.code, message);
        told.severity = severity;
        told.group = Some(self.cause);
        let mut targets: Vec<(String, Target)> = self.targets.into_iter().collect();
        targets.sort_by(|(a, x), (b, y)| y.links.cmp(&x.links).then(a.cmp(b)));
        let rest = targets.split_off(TARGETS.min(targets.len()));
        let width = targets
            .first()
            .map_or(1, |(_, t)| t.links.to_string().len());
        for (name, target) in targets {
            target.lines(&name, width, &mut told.lines);
        }
        if !rest.is_empty() {
            let links: usize = rest.iter().map(|(_, target)| target.links).sum();
            let others = count(rest.len(), "other target");
            told.lines
                .push(format!("and {} to {others}", count(links, "link")));
        }
        told
    }
}

impl Target {
    fn lines(self, name: &str, width: usize, lines: &mut Vec<String>) {
        let versions = match self.versions.as_slice() {
            [] => String::new(),
            all => format!(" ({})", some(all, VERSIONS, "version")),
        };
        let meant = self
            .hint
            .as_deref()
            .and_then(|hint| hint.split("; ").last());
        let meant = meant.map_or_else(String::new, |hint| format!("; {hint}"));
        let mut written = self.written.into_iter();
        let as_written = match (written.next(), written.next()) {
            (Some(one), None) if one != name => format!(", written `{one}`"),
            _ => String::new(),
        };
        lines.push(format!(
            "{:>width$} to `{name}`{as_written}{versions}{meant}",
            self.links
        ));
        let more = self.links - self.places.len().min(self.links);
        let more = if more > 0 {
            format!(", and {more} more")
        } else {
            String::new()
        };
        if !self.places.is_empty() {
            lines.push(format!("{:width$} {}{more}", "", self.places.join(", ")));
        }
    }
}

/// `1.0.X, 1.1.X and 4 more versions`.
fn some(names: &[String], most: usize, word: &str) -> String {
    let shown = names[..most.min(names.len())].join(", ");
    match names.len() - most.min(names.len()) {
        0 => shown,
        more => format!("{shown} and {}", count(more, &format!("more {word}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{BrokenLink, render_human};
    use crate::source::Span;

    const CAUSE: &Cause = &Cause {
        name: "no-doc",
        words: "there is no such doc",
    };

    fn links(count: usize, sources: &mut SourceMap) -> Vec<Diagnostic> {
        let source = sources.set("docs/a.md", &"[x](y.md)\n".repeat(count));
        (0..count)
            .map(|n| {
                let range = n * 10..n * 10 + 9;
                let mut diagnostic =
                    Diagnostic::warning("broken-link", "the link `y.md` leads nowhere")
                        .at(Span { source, range }, "");
                let target = if n % 5 == 4 {
                    format!("docs/z{n}.md")
                } else {
                    "docs/y.md".to_owned()
                };
                diagnostic.link = Some(Box::new(BrokenLink {
                    page: "docs/a.md".into(),
                    written: "y.md".into(),
                    cause: CAUSE,
                    target,
                    versions: vec![],
                }));
                diagnostic
            })
            .collect()
    }

    fn told(all: &[Diagnostic], sources: &SourceMap) -> String {
        let texts: Vec<String> = all
            .iter()
            .map(|d| render_human(d, sources, false))
            .collect();
        texts.join("\n")
    }

    #[test]
    fn a_few_are_told_one_by_one() {
        let mut sources = SourceMap::default();
        let all = links(MOST_APART, &mut sources);
        assert_eq!(fold(all.clone(), &sources, &|_| false, "h"), all);
    }

    #[test]
    fn many_are_told_by_cause_with_the_first_places() {
        let mut sources = SourceMap::default();
        let mut all = links(25, &mut sources);
        all.insert(0, Diagnostic::error("other", "something else"));
        let folded = fold(all, &sources, &|_| false, "`--verbose` shows each");
        let want = "\
error[other]: something else
warning[broken-link]: 25 broken links on 1 page: there is no such doc
  20 to `docs/y.md`, written `y.md`
     docs/a.md:1:1, docs/a.md:2:1, docs/a.md:3:1, and 17 more
   1 to `docs/z14.md`, written `y.md`
     docs/a.md:15:1
   1 to `docs/z19.md`, written `y.md`
     docs/a.md:20:1
   1 to `docs/z24.md`, written `y.md`
     docs/a.md:25:1
   1 to `docs/z4.md`, written `y.md`
     docs/a.md:5:1
   1 to `docs/z9.md`, written `y.md`
     docs/a.md:10:1
help: `--verbose` shows each";
        assert_eq!(told(&folded, &sources), want);
    }

    #[test]
    fn what_is_asked_for_stays_apart() {
        let mut sources = SourceMap::default();
        let all = links(30, &mut sources);
        let folded = fold(
            all,
            &sources,
            &|d| d.place.as_ref().is_some_and(|p| p.range.start < 20),
            "h",
        );
        assert_eq!(folded.len(), 3);
        assert_eq!(
            folded[2].message,
            "28 broken links on 1 page: there is no such doc"
        );
    }

    #[test]
    fn long_lists_of_targets_and_versions_are_cut() {
        let mut sources = SourceMap::default();
        let mut all = links(60, &mut sources);
        for (n, diagnostic) in all.iter_mut().enumerate() {
            let link = diagnostic.link.as_mut().expect("a link");
            link.target = format!("docs/t{}.md", n / 2);
            link.versions = (0..5).map(|v| format!("{v}.0")).collect();
        }
        let text = told(&fold(all, &sources, &|_| false, "h"), &sources);
        assert!(
            text.contains("2 to `docs/t0.md`, written `y.md` (0.0, 1.0, 2.0 and 2 more versions)"),
            "{text}"
        );
        assert!(
            text.contains("\n  and 40 links to 20 other targets\n"),
            "{text}"
        );
    }
}
