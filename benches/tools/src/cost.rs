//! What a run of a program costs: wall time, processor time and peak memory.
//!
//! In: a command. Out: a [`Cost`]. The system keeps one sum for all ended children of a process, so
//! [`of_child`] must be called at most once in a process: `measure` starts this tool anew, as
//! `docproof-bench child`, for every single run.

use nix::errno::Errno;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use serde_json::{Value, json};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};
use std::{io, thread};

/// How often a running child is looked at; also the error of a wall time.
const LOOK_EVERY: Duration = Duration::from_micros(500);

/// How long processes that a command left running may take to end.
const ORPHANS: Duration = Duration::from_secs(10);

/// The cost of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Seconds by the clock.
    pub wall: f64,
    /// Seconds of processor time, of all threads, in the program and in the kernel for it.
    pub cpu: f64,
    /// The most memory that was resident, in bytes.
    pub memory: u64,
}

impl Cost {
    /// The cost as a JSON object.
    pub fn to_json(self) -> Value {
        json!({ "wall_s": self.wall, "cpu_s": self.cpu, "peak_rss_bytes": self.memory })
    }

    /// Reads what [`Cost::to_json`] wrote.
    pub fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            wall: value.get("wall_s")?.as_f64()?,
            cpu: value.get("cpu_s")?.as_f64()?,
            memory: value.get("peak_rss_bytes")?.as_u64()?,
        })
    }
}

/// What this program has cost so far.
///
/// # Errors
/// When the system does not tell.
pub fn own(wall: Duration) -> io::Result<Cost> {
    usage(UsageWho::RUSAGE_SELF, wall)
}

/// Runs a command to its end and gives its status and cost, all processes that it started included, also those that it did
/// not wait for: where the system allows it, they become children of this process, and are waited for as well. The wall
/// time is that of the command itself. A command that takes longer than `limit` is killed, which is an error.
///
/// # Errors
/// When the command cannot be started, or took too long.
pub fn of_child(command: &mut Command, limit: Duration) -> io::Result<(ExitStatus, Cost)> {
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_child_subreaper(true)?;
    let start = Instant::now();
    let mut child = command.spawn()?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            let message = format!("took longer than {} s and was stopped", limit.as_secs());
            return Err(io::Error::new(io::ErrorKind::TimedOut, message));
        }
        thread::sleep(LOOK_EVERY);
    };
    let wall = start.elapsed();
    wait_for_orphans()?;
    Ok((status, usage(UsageWho::RUSAGE_CHILDREN, wall)?))
}

/// Waits for what the command left running: it costs as well.
fn wait_for_orphans() -> io::Result<()> {
    let start = Instant::now();
    while start.elapsed() < ORPHANS {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => thread::sleep(LOOK_EVERY),
            Ok(_) => {}
            Err(Errno::ECHILD) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    Err(io::Error::other("it left a process that does not end"))
}

fn usage(who: UsageWho, wall: Duration) -> io::Result<Cost> {
    let usage = getrusage(who)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    // Linux counts kilobytes, macOS bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    Ok(Cost {
        wall: wall.as_secs_f64(),
        cpu: micros as f64 / 1e6,
        memory: u64::try_from(usage.max_rss()).unwrap_or(0) * unit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_survives_json() {
        let cost = Cost {
            wall: 1.5,
            cpu: 2.25,
            memory: 4096,
        };
        assert_eq!(Cost::from_json(&cost.to_json()), Some(cost));
        assert_eq!(Cost::from_json(&json!({ "wall_s": 1.5 })), None);
    }

    #[test]
    fn a_child_that_takes_too_long_is_stopped() {
        let start = Instant::now();
        let error = of_child(Command::new("sleep").arg("20"), Duration::from_millis(50))
            .expect_err("too long");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}
