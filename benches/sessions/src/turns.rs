//! Candidates that take turns, and the table row that comes out.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// How many rounds; the median counts.
pub const ROUNDS: usize = 5;

/// Runs each candidate once per round; each gives its rate, in operations per second.
pub fn medians(candidates: &mut [&mut dyn FnMut() -> f64]) -> Vec<f64> {
    let mut rates = vec![Vec::new(); candidates.len()];
    for round in 0..=ROUNDS {
        for (candidate, rates) in candidates.iter_mut().zip(&mut rates) {
            let rate = candidate();
            // The first round warms up.
            if round > 0 {
                rates.push(rate);
            }
        }
    }
    rates
        .into_iter()
        .map(|mut rates| {
            rates.sort_by(f64::total_cmp);
            rates[ROUNDS / 2]
        })
        .collect()
}

/// One row: our rate, a peer's, their ratio, and what the specification asks for.
pub fn row(operation: &str, ours: f64, peer: &str, theirs: f64, at_least: &str) {
    println!(
        "| {operation} | {}/s | {peer}: {}/s | {:.2} | {at_least} |",
        thousands(ours),
        thousands(theirs),
        ours / theirs
    );
}

fn thousands(rate: f64) -> String {
    match rate {
        0.0..1_000.0 => format!("{rate:.0}"),
        1_000.0..100_000.0 => format!("{:.1} k", rate / 1_000.0),
        _ => format!("{:.0} k", rate / 1_000.0),
    }
}

/// Calls again and again for a while on this thread.
pub fn rate_of(mut call: impl FnMut()) -> f64 {
    const FOR: Duration = Duration::from_millis(400);
    let start = Instant::now();
    let mut calls = 0_u32;
    loop {
        for _ in 0..64 {
            call();
        }
        calls += 64;
        let elapsed = start.elapsed();
        if elapsed >= FOR {
            return f64::from(calls) / elapsed.as_secs_f64();
        }
    }
}

/// So many tasks call again and again for a while; each gets its number.
pub fn rate_of_tasks<F, Fut>(runtime: &Runtime, tasks: usize, time: Duration, call: F) -> f64
where
    F: Fn(usize) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send,
{
    let calls = Arc::new(AtomicU64::new(0));
    let call = Arc::new(call);
    let start = Instant::now();
    runtime.block_on(async {
        let running: Vec<_> = (0..tasks)
            .map(|task| {
                let (call, calls) = (Arc::clone(&call), Arc::clone(&calls));
                tokio::spawn(async move {
                    while start.elapsed() < time {
                        call(task).await;
                        calls.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for task in running {
            task.await.expect("a task that measures does not fail");
        }
    });
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 calls")]
    let calls = calls.load(Ordering::Relaxed) as f64;
    calls / start.elapsed().as_secs_f64()
}
