//! From single runs to a report: medians, multiples of the floor, growth, and what was to be reached.
//!
//! In: samples. Out: Markdown or JSON. Touches nothing.

use crate::cost::Cost;
use crate::measure::{Sample, Work};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Everything that was run the same way.
#[derive(Clone, Debug)]
pub struct Row {
    pages: usize,
    work: Work,
    runs: usize,
    /// The median of each figure on its own.
    median: Cost,
    fastest: f64,
    slowest: f64,
    /// Multiples of the floor's wall and processor time for as many pages.
    over_floor: Option<(f64, f64)>,
    /// Wall time per page as a multiple of that of the next smaller site: 1 is linear.
    growth: Option<f64>,
}

/// A figure that the project wants to reach.
struct Goal {
    what: String,
    limit: f64,
    reached: f64,
    unit: &'static str,
}

const MEGABYTE: f64 = 1024.0 * 1024.0;

/// Puts the samples together, in the order in which each work was first run.
pub fn rows(samples: &[Sample]) -> Vec<Row> {
    let mut kinds: Vec<(usize, &Work)> = Vec::new();
    for sample in samples {
        if !kinds.contains(&(sample.pages, &sample.work)) {
            kinds.push((sample.pages, &sample.work));
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    for (pages, work) in kinds {
        let costs: Vec<Cost> = samples
            .iter()
            .filter(|one| one.pages == pages && one.work == *work)
            .map(|one| one.cost)
            .collect();
        let row = row(pages, work, &costs, &rows);
        rows.push(row);
    }
    rows
}

fn row(pages: usize, work: &Work, costs: &[Cost], before: &[Row]) -> Row {
    let by = |figure: fn(&Cost) -> f64| sorted(costs.iter().map(figure).collect());
    let (walls, cpus, memories) = (
        by(|one| one.wall),
        by(|one| one.cpu),
        by(|one| one.memory as f64),
    );
    let median = Cost {
        wall: middle(&walls),
        cpu: middle(&cpus),
        memory: middle(&memories) as u64,
    };
    let floor = before
        .iter()
        .find(|one| one.pages == pages && one.work == Work::Floor);
    let smaller = before
        .iter()
        .filter(|one| one.pages < pages && one.work == *work)
        .max_by_key(|one| one.pages);
    let per_page = |wall: f64, pages: usize| wall / pages as f64;
    Row {
        pages,
        work: work.clone(),
        runs: costs.len(),
        median,
        fastest: walls[0],
        slowest: walls[walls.len() - 1],
        over_floor: floor.map(|floor| {
            (
                median.wall / floor.median.wall,
                median.cpu / floor.median.cpu,
            )
        }),
        growth: smaller
            .map(|one| per_page(median.wall, pages) / per_page(one.median.wall, one.pages)),
    }
}

fn sorted(mut figures: Vec<f64>) -> Vec<f64> {
    figures.sort_by(f64::total_cmp);
    figures
}

/// The median of sorted figures; of an even number of them, the mean of the middle two.
fn middle(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[half]
    } else {
        (sorted[half - 1] + sorted[half]) / 2.0
    }
}

/// What the specification asks for, as far as these rows can tell.
fn goals(rows: &[Row]) -> Vec<Goal> {
    let find = |pages, work: Work| {
        rows.iter()
            .find(|row| row.pages == pages && row.work == work)
    };
    let mut goals = Vec::new();
    for (pages, limit) in [(1_000, 1.0), (10_000, 10.0)] {
        if let Some(row) = find(pages, Work::Cold) {
            goals.push(Goal {
                what: format!("{pages} pages, cold"),
                limit,
                reached: row.median.wall,
                unit: "s",
            });
        }
        if let Some((wall, _)) = find(pages, Work::ColdPlain).and_then(|row| row.over_floor) {
            let what = format!("{pages} pages, cold, nothing to highlight, against the floor");
            goals.push(Goal {
                what,
                limit: 2.5,
                reached: wall,
                unit: "×",
            });
        }
    }
    if let Some(row) = find(10_000, Work::Cold) {
        let reached = row.median.memory as f64 / MEGABYTE;
        goals.push(Goal {
            what: "10000 pages, cold, peak memory".to_owned(),
            limit: 600.0,
            reached,
            unit: "MB",
        });
        if let Some(reached) = row.growth {
            let what = "10000 pages, cold, time per page against the smaller site".to_owned();
            goals.push(Goal {
                what,
                limit: 1.2,
                reached,
                unit: "×",
            });
        }
    }
    goals
}

/// The report as Markdown.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| pages | work | runs | wall s (min–max) | CPU s | peak MB | wall ÷ floor | CPU ÷ floor | growth per page |\n\
         | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let ratio =
        |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
    for row in rows {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {:.3} ({:.3}–{:.3}) | {:.3} | {:.0} | {} | {} | {} |",
            row.pages,
            row.work.label(),
            row.runs,
            row.median.wall,
            row.fastest,
            row.slowest,
            row.median.cpu,
            row.median.memory as f64 / MEGABYTE,
            ratio(row.over_floor.map(|both| both.0)),
            ratio(row.over_floor.map(|both| both.1)),
            ratio(row.growth),
        );
    }
    let goals = goals(rows);
    if !goals.is_empty() {
        text.push_str("\n| to reach | under | measured | |\n| --- | ---: | ---: | --- |\n");
    }
    for goal in goals {
        let verdict = if goal.reached < goal.limit {
            "reached"
        } else {
            "**not reached**"
        };
        let _ = writeln!(
            text,
            "| {} | {} {unit} | {:.2} {unit} | {verdict} |",
            goal.what,
            goal.limit,
            goal.reached,
            unit = goal.unit
        );
    }
    text
}

/// The report as JSON: the rows, and every single run.
pub fn json(rows: &[Row], samples: &[Sample]) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "pages": row.pages, "work": row.work.label(), "runs": row.runs, "median": row.median.to_json(),
                "wall_over_floor": row.over_floor.map(|both| both.0),
                "cpu_over_floor": row.over_floor.map(|both| both.1), "growth_per_page": row.growth,
            })
        })
        .collect();
    let samples: Vec<Value> = samples
        .iter()
        .map(|one| json!({ "pages": one.pages, "work": one.work.label(), "cost": one.cost.to_json() }))
        .collect();
    json!({ "rows": rows, "samples": samples })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(pages: usize, work: Work, wall: f64) -> Sample {
        Sample {
            pages,
            work,
            cost: Cost {
                wall,
                cpu: wall * 2.0,
                memory: 700 * 1024 * 1024,
            },
        }
    }

    fn report() -> Vec<Row> {
        let walls = [
            (1_000, Work::Floor, 0.1),
            (1_000, Work::Cold, 0.9),
            (1_000, Work::Cold, 0.5),
        ];
        let more = [(10_000, Work::Floor, 1.0), (10_000, Work::Cold, 14.0)];
        let samples: Vec<Sample> = walls
            .into_iter()
            .chain(more)
            .map(|(pages, work, wall)| sample(pages, work, wall))
            .collect();
        rows(&samples)
    }

    #[test]
    fn the_median_of_an_even_number_is_between_the_middle_two() {
        assert_eq!(middle(&[1.0, 2.0, 3.0]), 2.0);
        assert_eq!(middle(&[1.0, 2.0, 4.0, 9.0]), 3.0);
    }

    #[test]
    fn ratios_are_against_the_floor_of_the_same_size_and_the_smaller_site() {
        let rows = report();
        let cold = &rows[1];
        assert_eq!((cold.pages, cold.runs, cold.growth), (1_000, 2, None));
        assert!((cold.over_floor.expect("a floor was run").0 - 7.0).abs() < 1e-9);
        let large = &rows[3];
        assert!((large.over_floor.expect("a floor was run").0 - 14.0).abs() < 1e-9);
        assert!((large.growth.expect("a smaller site was run") - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_goal_that_is_missed_is_said_to_be() {
        let text = markdown(&report());
        assert!(
            text.contains("| 1000 pages, cold | 1 s | 0.70 s | reached |"),
            "{text}"
        );
        assert!(
            text.contains("| 10000 pages, cold | 10 s | 14.00 s | **not reached** |"),
            "{text}"
        );
        assert!(
            text.contains("| 600 MB | 700.00 MB | **not reached** |"),
            "{text}"
        );
    }
}
