//! From single runs to ratios and goals.
//!
//! In: what was timed. Out: Markdown or JSON. Touches nothing.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Timed, Work};
use crate::cost::Cost;

/// A goal, and how far it is.
#[derive(Clone, Debug)]
pub struct Row {
    what: &'static str,
    /// What was measured, and what it is compared with, if anything.
    ours: Cost,
    theirs: Option<Cost>,
    goal: Goal,
}

#[derive(Clone, Copy, Debug)]
enum Goal {
    /// So many times faster than the other.
    Faster(f64),
    /// At most so many times the cost of the other.
    Within(f64),
    /// At most so many seconds of processor time.
    Seconds(f64),
}

impl Row {
    /// The figure that the goal is about: a ratio of processor times, or seconds of it.
    fn figure(&self) -> f64 {
        let theirs = self.theirs.map_or(1.0, |cost| cost.cpu);
        match self.goal {
            Goal::Faster(_) => theirs / self.ours.cpu,
            Goal::Within(_) | Goal::Seconds(_) => self.ours.cpu / theirs,
        }
    }

    /// Whether the goal is reached.
    pub fn reached(&self) -> bool {
        match self.goal {
            Goal::Faster(least) => self.figure() >= least,
            Goal::Within(most) | Goal::Seconds(most) => self.figure() <= most,
        }
    }
}

/// The rows for which there are figures.
pub fn rows(timed: &[Timed]) -> Vec<Row> {
    let of = |work| median(timed, work);
    let alone = of(Work::Alone)
        .zip(of(Work::CargoFresh))
        .map(|(rustc, cargo)| Cost {
            wall: rustc.wall + cargo.wall,
            cpu: rustc.cpu + cargo.cpu,
            memory: rustc.memory.max(cargo.memory),
        });
    let kinds = [
        (
            "cold, beside rustdoc merged",
            of(Work::Cold),
            Some(of(Work::ColdRustdoc)),
            Goal::Faster(1.5),
        ),
        (
            "cold, beside one rustc and the processes",
            of(Work::Cold),
            Some(of(Work::ColdSingle)),
            Goal::Within(1.3),
        ),
        (
            "cold, one does not compile, beside rustdoc",
            of(Work::Broken),
            Some(of(Work::BrokenRustdoc)),
            Goal::Faster(20.0),
        ),
        (
            "large, nothing changed",
            of(Work::Warm),
            None,
            Goal::Seconds(0.15),
        ),
        (
            "large, one edited, beside rustc alone and Cargo",
            of(Work::Edited),
            Some(alone),
            Goal::Within(1.5),
        ),
    ];
    kinds
        .into_iter()
        .filter_map(|(what, ours, theirs, goal)| {
            let theirs = match theirs {
                Some(theirs) => Some(theirs?),
                None => None,
            };
            Some(Row {
                what,
                ours: ours?,
                theirs,
                goal,
            })
        })
        .collect()
}

/// The median of each figure on its own.
fn median(timed: &[Timed], work: Work) -> Option<Cost> {
    let costs: Vec<Cost> = timed
        .iter()
        .filter(|one| one.work == work)
        .map(|one| one.cost)
        .collect();
    let middle = |figure: fn(&Cost) -> f64| {
        let mut figures: Vec<f64> = costs.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        let half = figures.len() / 2;
        match figures.len() {
            0 => None,
            n if n % 2 == 1 => Some(figures[half]),
            _ => Some((figures[half - 1] + figures[half]) / 2.0),
        }
    };
    Some(Cost {
        wall: middle(|cost| cost.wall)?,
        cpu: middle(|cost| cost.cpu)?,
        memory: middle(|cost| cost.memory as f64)? as u64,
    })
}

/// The goals, then all medians.
pub fn markdown(timed: &[Timed], rows: &[Row]) -> String {
    let mut out = String::from(
        "| work | docproof CPU s | beside CPU s | figure | goal | |\n|---|--:|--:|--:|--:|---|\n",
    );
    for row in rows {
        let theirs = row
            .theirs
            .map_or("-".to_owned(), |cost| format!("{:.3}", cost.cpu));
        let (figure, goal) = match row.goal {
            Goal::Faster(least) => (
                format!("{:.2} x faster", row.figure()),
                format!("at least {least}"),
            ),
            Goal::Within(most) => (format!("{:.2} x", row.figure()), format!("at most {most}")),
            Goal::Seconds(most) => (
                format!("{:.0} ms", row.figure() * 1e3),
                format!("at most {:.0} ms", most * 1e3),
            ),
        };
        let reached = if row.reached() { "reached" } else { "missed" };
        let _ = writeln!(
            out,
            "| {} | {:.3} | {theirs} | {figure} | {goal} | {reached} |",
            row.what, row.ours.cpu
        );
    }
    out.push_str("\n| run | CPU s | wall s | peak MB | runs |\n|---|--:|--:|--:|--:|\n");
    for (work, cost, runs) in medians(timed) {
        let _ = writeln!(
            out,
            "| {work:?} | {:.3} | {:.3} | {:.0} | {runs} |",
            cost.cpu,
            cost.wall,
            cost.memory as f64 / 1e6,
        );
    }
    out
}

fn medians(timed: &[Timed]) -> Vec<(Work, Cost, usize)> {
    let mut works: Vec<Work> = timed.iter().map(|one| one.work).collect();
    works.sort();
    let runs = |work| works.iter().filter(|one| **one == work).count();
    let mut distinct = works.clone();
    distinct.dedup();
    let one = |work| Some((work, median(timed, work)?, runs(work)));
    distinct.into_iter().filter_map(one).collect()
}

/// The same as JSON, with every run.
pub fn json(timed: &[Timed], rows: &[Row]) -> Value {
    let goals: Vec<Value> = rows
        .iter()
        .map(|row| json!({ "work": row.what, "figure": row.figure(), "reached": row.reached() }))
        .collect();
    let runs: Vec<Value> = timed
        .iter()
        .map(|one| json!({ "work": format!("{:?}", one.work), "cost": one.cost.to_json() }))
        .collect();
    json!({ "goals": goals, "runs": runs })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed(work: Work, cpu: f64) -> Timed {
        let cost = Cost {
            wall: 1.0,
            cpu,
            memory: 1,
        };
        Timed { work, cost }
    }

    #[test]
    fn ratios_of_medians_and_their_goals() {
        let all = [
            timed(Work::Cold, 1.0),
            timed(Work::Cold, 9.0),
            timed(Work::Cold, 2.0),
            timed(Work::ColdRustdoc, 4.0),
            timed(Work::ColdSingle, 1.0),
            timed(Work::Warm, 0.1),
            timed(Work::Edited, 0.3),
            timed(Work::Alone, 0.15),
            timed(Work::CargoFresh, 0.05),
        ];
        let rows = rows(&all);
        let found: Vec<(f64, bool)> = rows
            .iter()
            .map(|row| (row.figure(), row.reached()))
            .collect();
        assert_eq!(found.len(), 4);
        assert_eq!(found[0], (2.0, true));
        assert_eq!(found[1], (2.0, false));
        assert_eq!(found[2], (0.1, true));
        assert!((found[3].0 - 1.5).abs() < 1e-9);
        let text = markdown(&all, &rows);
        assert!(text.contains("| cold, beside rustdoc merged | 2.000 | 4.000 | 2.00 x faster | at least 1.5 | reached |"), "{text}");
        assert!(text.contains("| Cold | 2.000 | 1.000 | 0 | 3 |"), "{text}");
    }
}
