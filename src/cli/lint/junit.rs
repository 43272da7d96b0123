//! Findings as JUnit's XML: a suite for each rule, a failed case for each finding, one that passed for a rule without.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::diagnostic::{Diagnostic, render_human};
use crate::source::SourceMap;

/// The XML of the findings of some rules.
pub fn render(found: &[Diagnostic], rules: &[&str], sources: &SourceMap) -> String {
    let mut report = Report::new("docproof lint");
    for rule in rules {
        let mut suite = TestSuite::new(*rule);
        let own = found.iter().filter(|finding| finding.code == *rule);
        suite.add_test_cases(own.map(|finding| case(finding, sources)));
        if suite.test_cases.is_empty() {
            suite.add_test_case(TestCase::new(*rule, TestCaseStatus::success()));
        }
        report.add_test_suite(suite);
    }
    // Control characters are taken out: nothing is left that XML cannot hold.
    report
        .to_string()
        .expect("invariant: a report of text is XML")
}

fn case(finding: &Diagnostic, sources: &SourceMap) -> TestCase {
    let (file, name) = match &finding.place {
        Some(span) => {
            let (line, column) = sources.place(span);
            let path = sources.get(span.source).path.to_string();
            (path.clone(), format!("{path}:{line}:{column}"))
        }
        None => {
            let path = finding.path.clone().unwrap_or_default();
            (path.clone(), path)
        }
    };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(plain(&finding.message));
    status.set_type(finding.code);
    status.set_description(plain(&render_human(finding, sources, false)));
    let mut case = TestCase::new(plain(&name), status);
    case.set_classname(plain(&file));
    case
}

/// A text without what XML cannot hold.
fn plain(text: &str) -> String {
    let fits = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars()
        .filter(fits)
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect()
}
