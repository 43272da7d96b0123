//! A run as JUnit's XML, which most CI systems show: a suite for each docset and version, a case for each sample.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::super::sample::Treatment;
use super::super::verdict::{Outcome, Verdict};
use super::human::{name, without_colours};
use super::tally::keys;
use super::{Outcomes, Tried, plain, rows};

/// The XML of a run. A sample that several versions show is in the suite of each.
pub fn render(outcomes: &Outcomes) -> String {
    let mut report = Report::new("docproof verify");
    report.set_time(outcomes.elapsed);
    for row in rows(outcomes) {
        let title = match &row.version {
            Some(version) => format!("{} {version}", row.docset),
            None => row.docset.to_string(),
        };
        let mut suite = TestSuite::new(title);
        suite.set_time(Duration::from_millis(row.totals.run_ms));
        let key = (row.docset, row.version);
        for tried in outcomes.asked() {
            if keys(&tried.sample).contains(&key) {
                suite.add_test_case(case(outcomes, tried));
            }
        }
        for left_out in &outcomes.left_out {
            let fence = &left_out.fence;
            if let Treatment::Ignored(why) = &left_out.attributes.treatment
                && (&fence.docset, &fence.version) == (&key.0, &key.1)
            {
                let mut status = TestCaseStatus::skipped();
                status.set_message(why.as_str());
                let place = &fence.place;
                let title = format!("{}:{}", place.path, place.line);
                let mut case = TestCase::new(title, status);
                case.set_classname(&*fence.page);
                suite.add_test_case(case);
            }
        }
        if !suite.test_cases.is_empty() {
            report.add_test_suite(suite);
        }
    }
    // Texts are escaped and without control characters: nothing is left that XML cannot hold.
    report
        .to_string()
        .expect("invariant: a report of text is XML")
}

fn case(outcomes: &Outcomes, tried: &Tried) -> TestCase {
    let sample = &tried.sample;
    let status = match &tried.verdict {
        Some(verdict) if verdict.outcome.passed() => TestCaseStatus::success(),
        Some(verdict) => failed(outcomes, tried, verdict),
        None => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message("the run ended first");
            status
        }
    };
    let mut case = TestCase::new(name(sample), status);
    case.set_classname(&*sample.parts[0].page);
    if let Some(verdict) = &tried.verdict {
        case.set_time(Duration::from_millis(verdict.run_ms));
        if !verdict.outcome.passed() {
            case.set_system_out(plain(&verdict.stdout));
            case.set_system_err(plain(&verdict.stderr));
        }
    }
    case
}

fn failed(outcomes: &Outcomes, tried: &Tried, verdict: &Verdict) -> TestCaseStatus {
    let tried_at_all = !matches!(verdict.outcome, Outcome::NotVerified { .. });
    let kind = if tried_at_all {
        NonSuccessKind::Failure
    } else {
        NonSuccessKind::Error
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(verdict.outcome.words());
    let mut text = String::new();
    for message in &verdict.messages {
        text.push_str(&plain(&message.rendered));
    }
    if let Outcome::OutputDiffers { expected, found } = &verdict.outcome {
        text.push_str(&format!("expected:\n{expected}\nprinted:\n{found}\n"));
    }
    let library = outcomes.library_of(&tried.sample);
    if let Some(failure) = library.and_then(|l| l.failure.as_ref()) {
        text.push_str(&without_colours(&failure.details));
    }
    if !text.is_empty() {
        status.set_description(plain(&text));
    }
    status
}
