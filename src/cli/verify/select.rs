//! Which samples a call is about.
//!
//! In: a plan and the options. Out: numbers of samples, or what is wrong with the options.

use std::path::{Component, Path};

use super::VerifyArgs;
use crate::diagnostic::did_you_mean;
use crate::verify::plan::{Plan, share};
use crate::verify::sample::{Sample, Shown};

/// What is wrong with the options: a message and a hint.
pub type Wrong = (String, String);

/// The samples that the options name, in the order of the plan. `site` is the site's folder as the user wrote it.
pub fn select(plan: &Plan, args: &VerifyArgs, site: &Path) -> Result<Vec<usize>, Wrong> {
    let names = known_names(plan);
    for version in &args.docs_version {
        unknown("version", version, &names.versions)?;
    }
    for docset in &args.docset {
        unknown("docset", docset, &names.docsets)?;
    }
    let wanted = args
        .paths
        .iter()
        .map(|path| Wanted::read(path, site))
        .collect::<Result<Vec<_>, _>>()?;
    for one in &wanted {
        one.must_exist(plan)?;
    }
    let shown = |shown: &Shown| {
        let version = shown.version.as_deref().unwrap_or("next");
        (args.docs_version.is_empty() || args.docs_version.iter().any(|v| v == version))
            && (args.docset.is_empty() || args.docset.iter().any(|d| **d == *shown.docset))
    };
    let numbers = plan.samples.iter().enumerate().filter(|(_, sample)| {
        sample.shown.iter().any(shown)
            && (wanted.is_empty() || wanted.iter().any(|one| one.matches(sample)))
            && args.partition.is_none_or(|(n, of)| share(sample, of) == n)
    });
    Ok(numbers.map(|(n, _)| n).collect())
}

/// Leaves only those blocks in the list of what is not verified that the options name. Of a partition the first share
/// lists them.
pub fn retain_left_out(plan: &mut Plan, args: &VerifyArgs, site: &Path) {
    let wanted: Vec<Wanted> = args
        .paths
        .iter()
        .filter_map(|path| Wanted::read(path, site).ok())
        .collect();
    plan.left_out.retain(|left_out| {
        let fence = &left_out.fence;
        let version = fence.version.as_deref().unwrap_or("next");
        (args.docs_version.is_empty() || args.docs_version.iter().any(|v| v == version))
            && (args.docset.is_empty() || args.docset.iter().any(|d| **d == *fence.docset))
            && (wanted.is_empty()
                || wanted.iter().any(|one| {
                    one.covers(&fence.page)
                        && one
                            .line
                            .is_none_or(|l| (fence.open_line..=fence.close_line).contains(&l))
                }))
            && args.partition.is_none_or(|(n, _)| n == 1)
    });
}

/// Whether the options leave anything out.
pub fn is_partial(args: &VerifyArgs) -> bool {
    !args.paths.is_empty() || !args.docs_version.is_empty() || !args.docset.is_empty()
}

struct Names {
    versions: Vec<String>,
    docsets: Vec<String>,
}

fn known_names(plan: &Plan) -> Names {
    let samples = plan.samples.iter().flat_map(|s| s.shown.iter().cloned());
    let others = plan.left_out.iter().map(|l| Shown {
        docset: l.fence.docset.clone(),
        version: l.fence.version.clone(),
        page: l.fence.page.clone(),
    });
    let mut names = Names {
        versions: Vec::new(),
        docsets: Vec::new(),
    };
    for shown in samples.chain(others) {
        names
            .versions
            .push(shown.version.as_deref().unwrap_or("next").to_owned());
        names.docsets.push(shown.docset.to_string());
    }
    for list in [&mut names.versions, &mut names.docsets] {
        list.sort();
        list.dedup();
    }
    names
}

fn unknown(what: &str, name: &str, known: &[String]) -> Result<(), Wrong> {
    if known.iter().any(|k| k == name) {
        return Ok(());
    }
    let hint = did_you_mean(name, known.iter().map(String::as_str)).unwrap_or_else(|| {
        if known.is_empty() {
            "this site has no code blocks".into()
        } else {
            format!("there are: {}", known.join(", "))
        }
    });
    Err((format!("no {what} `{name}` has code blocks"), hint))
}

/// A path on the command line, from the site's folder, and a line.
struct Wanted {
    path: String,
    line: Option<usize>,
}

impl Wanted {
    fn read(text: &str, site: &Path) -> Result<Self, Wrong> {
        let (path, line) = match text.rsplit_once(':') {
            Some((path, line)) if !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()) => {
                let line = line.parse().map_err(|_| {
                    let hint = "lines count from 1".to_owned();
                    (format!("`{line}` is not a line"), hint)
                })?;
                (path, Some(line))
            }
            _ => (text, None),
        };
        Ok(Self {
            path: from_site(Path::new(path), site),
            line,
        })
    }

    fn covers(&self, path: &str) -> bool {
        self.path.is_empty()
            || path == self.path
            || path
                .strip_prefix(self.path.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
    }

    fn matches(&self, sample: &Sample) -> bool {
        let Some(line) = self.line else {
            return sample.parts.iter().any(|p| self.covers(&p.path))
                || sample.shown.iter().any(|s| self.covers(&s.page))
                || self.covers(&sample.place().path);
        };
        sample.parts.iter().any(|part| {
            *part.path == *self.path && (part.open_line..=part.close_line).contains(&line)
                || *part.place.path == *self.path && part.place.line == line
        })
    }

    /// A path that names nothing is a mistake, not an empty choice.
    fn must_exist(&self, plan: &Plan) -> Result<(), Wrong> {
        if plan.samples.iter().any(|sample| self.matches(sample)) {
            return Ok(());
        }
        let shown = if self.path.is_empty() {
            "."
        } else {
            &self.path
        };
        let Some(line) = self.line else {
            let hint = "`docproof verify --list` shows every code block".to_owned();
            return Err((format!("there is no sample in `{shown}`"), hint));
        };
        let parts = plan.samples.iter().flat_map(|s| &s.parts);
        let mut lines: Vec<usize> = parts
            .filter(|part| *part.path == *self.path)
            .map(|part| part.open_line)
            .collect();
        lines.sort_by_key(|at| at.abs_diff(line));
        let hint = lines.first().map_or_else(
            || "`docproof verify --list` shows every code block".to_owned(),
            |nearest| format!("the nearest one begins at line {nearest}"),
        );
        Err((format!("there is no sample at `{shown}:{line}`"), hint))
    }
}

/// A path from the site's folder: paths may be written from there, or from where the program was called.
fn from_site(path: &Path, site: &Path) -> String {
    let inside = path.strip_prefix(site).unwrap_or(path);
    let parts: Vec<&str> = inside
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_from_the_site() {
        for (path, site, want) in [
            ("docs/a.md", ".", "docs/a.md"),
            ("./docs/", ".", "docs"),
            ("x/docs/a.md", "x", "docs/a.md"),
            ("docs/a.md", "x", "docs/a.md"),
            (".", ".", ""),
        ] {
            assert_eq!(from_site(Path::new(path), Path::new(site)), want, "{path}");
        }
    }
}
