//! `docproof lint`: what is wrong with the docs and stops no build.

mod junit;

use std::collections::BTreeMap;
use std::io::Write as _;

use super::open::{self, count};
use super::{Common, FINE, Format, PROBLEMS, USAGE, report};
use crate::build::lint::{RULES, findings};
use crate::config::lint::unknown_rule;
use crate::diagnostic::{Diagnostic, Severity};

/// Options of `lint`.
#[derive(clap::Args, Debug)]
pub struct LintArgs {
    /// Only this rule; may be repeated
    #[arg(long, value_name = "NAME")]
    rule: Vec<String>,
    /// Not this rule; may be repeated
    #[arg(long, value_name = "NAME")]
    allow: Vec<String>,
}

/// Runs `lint`.
pub fn run(common: &Common, args: &LintArgs) -> u8 {
    for name in args.rule.iter().chain(&args.allow) {
        if !RULES.contains(&name.as_str()) {
            let (message, hint) = unknown_rule(name);
            report::failure(common, &message, Some(&hint));
            return USAGE;
        }
    }
    let site = match open::site(common) {
        Ok(site) => site,
        Err(code) => return code,
    };
    let rules: Vec<&str> = RULES
        .into_iter()
        .filter(|rule| {
            let named = |names: &[String]| names.iter().any(|name| name == rule);
            let allowed = site
                .indexed
                .config
                .lint_allow
                .iter()
                .any(|name| name.text == *rule);
            // A rule that is asked for by name is on, whatever the configuration allows.
            let on = if args.rule.is_empty() {
                !allowed
            } else {
                named(&args.rule)
            };
            on && !named(&args.allow)
        })
        .collect();
    // What cannot be read is not looked at: the findings would be incomplete without a word.
    let said = &site.diagnostics;
    let errors = said.iter().filter(|d| d.severity == Severity::Error);
    let mut all: Vec<Diagnostic> = errors.cloned().collect();
    let broken = !all.is_empty();
    let found = findings(&site.build, &site.indexed, &site.files, said, &rules);
    if common.format == Format::Junit {
        report::diagnostics(common, &all, &site.build.sources);
        let xml = junit::render(&found, &rules, &site.build.sources);
        // A closed pipe is no reason to fail.
        let _ = std::io::stdout().lock().write_all(xml.as_bytes());
    } else {
        all.extend(found.iter().cloned());
        report::diagnostics(common, &all, &site.build.sources);
    }
    if broken {
        report::line("there may be more findings: what is wrong with the site itself comes first");
    }
    report::line(&summary(&found));
    if found.is_empty() && !broken {
        FINE
    } else {
        PROBLEMS
    }
}

/// `3 findings: 1 fence-language, 2 unused-page`.
fn summary(found: &[Diagnostic]) -> String {
    if found.is_empty() {
        return "no findings".into();
    }
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in found {
        *by_rule.entry(finding.code).or_default() += 1;
    }
    let parts: Vec<String> = by_rule
        .iter()
        .map(|(rule, n)| format!("{n} {rule}"))
        .collect();
    format!("{}: {}", count(found.len(), "finding"), parts.join(", "))
}
