//! One job, from its start until nothing is left of it.
//!
//! In: a job. Out: how it ended and what it printed. Runs in a supervisor, which has one thread and one job at a time,
//! so that every child of this process belongs to the job.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Resource, Rlimit, Signal, WaitOptions};

use super::scratch::Scratch;
use super::sweep;
use super::wire::{Answer, Done, Ending, Job};

/// How often the folder of a job is measured, at first.
const MEASURE: Duration = Duration::from_millis(250);

/// How long the outputs may stay open once nothing that we know of holds them.
const DRAIN: Duration = Duration::from_millis(300);

/// How long orphans may take to die.
const DIE: Duration = Duration::from_secs(5);

/// How often a child is asked whether it has ended, where the system cannot tell by itself.
const ASK: Duration = Duration::from_millis(2);

/// No core files from this process and its children.
pub fn no_core_files() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = rustix::process::setrlimit(Resource::Core, none);
}

/// Runs a job. `say` hears its process id, and what it prints if that is to be told, and says whether docproof is still there.
/// No answer: docproof is gone; the job is then gone, too.
pub fn carry_out(
    job: &Job,
    scratch: &mut Scratch,
    say: impl Fn(&Answer) -> bool,
) -> io::Result<Option<Answer>> {
    if job.fresh {
        scratch.make(&job.folder)?;
    }
    let answer = start(job).map(|running| running.watch(job, &say));
    if job.fresh {
        scratch.clear(&job.folder);
    }
    answer
}

struct Running {
    child: Child,
    pid: Pid,
    /// Becomes readable at its end.
    end: Option<OwnedFd>,
    start: Instant,
    stdout: Output,
    stderr: Output,
}

/// What stopped the watching.
enum Stop {
    Ended,
    Time,
    Disk,
    DocproofIsGone,
}

fn start(job: &Job) -> io::Result<Running> {
    let mut command = Command::new(&job.program);
    command
        .args(&job.args)
        .current_dir(&job.folder)
        .process_group(0);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for name in &job.unset {
        command.env_remove(name);
    }
    command.envs(job.env.iter().map(|(key, value)| (key, value)));
    let start = Instant::now();
    let mut child = command.spawn()?;
    let pid = Pid::from_child(&child);
    limit(pid, job);
    let stdout = Output::new(child.stdout.take().map(OwnedFd::from), job.output)?;
    let stderr = Output::new(child.stderr.take().map(OwnedFd::from), job.output)?;
    Ok(Running {
        child,
        pid,
        end: end_of(pid),
        start,
        stdout,
        stderr,
    })
}

/// Limits of memory and file size. The few instructions before they hold cannot do harm.
#[cfg(target_os = "linux")]
fn limit(pid: Pid, job: &Job) {
    for (resource, most) in [
        (Resource::Data, job.memory),
        (Resource::Fsize, job.file_size),
    ] {
        if most > 0 {
            let limit = Rlimit {
                current: Some(most),
                maximum: Some(most),
            };
            // A program of another user cannot be limited; it has its time limit all the same.
            let _ = rustix::process::prlimit(Some(pid), resource, limit);
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn limit(_: Pid, _: &Job) {}

#[cfg(target_os = "linux")]
fn end_of(pid: Pid) -> Option<OwnedFd> {
    use rustix::process::{PidfdFlags, pidfd_open};
    pidfd_open(pid, PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn end_of(_: Pid) -> Option<OwnedFd> {
    None
}

impl Running {
    fn watch(mut self, job: &Job, say: &dyn Fn(&Answer) -> bool) -> Option<Answer> {
        let stop = if say(&Answer::Started(self.pid.as_raw_pid())) {
            self.until_it_stops(job, say)
        } else {
            Stop::DocproofIsGone
        };
        let time = self.start.elapsed();
        // While it is not waited for, its number cannot be given to another group.
        let _ = rustix::process::kill_process_group(self.pid, Signal::KILL);
        let status = self.child.wait();
        end_orphans();
        if matches!(stop, Stop::DocproofIsGone) {
            return None;
        }
        self.drain();
        if job.told && !self.tell(say) {
            return None;
        }
        let marked = !job.mark.as_os_str().is_empty() && std::fs::remove_file(&job.mark).is_ok();
        let ending = match stop {
            Stop::Time => Ending::Time,
            Stop::Disk => Ending::Disk,
            Stop::Ended | Stop::DocproofIsGone => ending(status.ok()),
        };
        Some(Answer::Done(Done {
            ending,
            cut: self.stdout.cut || self.stderr.cut,
            stdout: self.stdout.kept,
            stderr: self.stderr.kept,
            marked,
            time,
        }))
    }

    fn until_it_stops(&mut self, job: &Job, say: &dyn Fn(&Answer) -> bool) -> Stop {
        let deadline = self.start + job.timeout;
        let mut measure = Measure::new(job);
        loop {
            let now = Instant::now();
            if now >= deadline {
                return Stop::Time;
            }
            let next = measure.at.map_or(deadline, |at| at.min(deadline));
            let mut wait = next.saturating_duration_since(now);
            if self.end.is_none() {
                wait = wait.min(ASK);
            }
            let seen = self.look(wait);
            if seen.docproof_is_gone {
                return Stop::DocproofIsGone;
            }
            self.stdout.read();
            self.stderr.read();
            if job.told && !self.tell(say) {
                return Stop::DocproofIsGone;
            }
            if seen.ended || (self.end.is_none() && matches!(self.child.try_wait(), Ok(Some(_)))) {
                return Stop::Ended;
            }
            if measure.is_full(job) {
                return Stop::Disk;
            }
        }
    }

    /// Tells what was printed since the last time. False when docproof is gone.
    fn tell(&mut self, say: &dyn Fn(&Answer) -> bool) -> bool {
        let outputs = [(false, &mut self.stdout), (true, &mut self.stderr)];
        outputs.into_iter().all(|(error, output)| {
            let bytes = output.kept[output.told..].to_vec();
            output.told = output.kept.len();
            bytes.is_empty() || say(&Answer::Printed { error, bytes })
        })
    }

    /// Waits until there is something to read, the job ends, or docproof does.
    fn look(&self, wait: Duration) -> Seen {
        let input = io::stdin();
        // No event is asked for: the end of the other side is always told.
        let mut fds = vec![PollFd::from_borrowed_fd(input.as_fd(), PollFlags::empty())];
        if let Some(end) = &self.end {
            fds.push(PollFd::new(end, PollFlags::IN));
        }
        let known = fds.len();
        for output in [&self.stdout, &self.stderr] {
            if let Some(pipe) = &output.pipe {
                fds.push(PollFd::new(pipe, PollFlags::IN));
            }
        }
        let _ = poll(&mut fds, Some(&timespec(wait)));
        Seen {
            docproof_is_gone: fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR),
            ended: known > 1 && !fds[1].revents().is_empty(),
        }
    }

    /// Reads what is left. Something that escaped us may hold the pipes open, so not for long.
    fn drain(&mut self) {
        let end = Instant::now() + DRAIN;
        loop {
            self.stdout.read();
            self.stderr.read();
            let open: Vec<_> = [&self.stdout, &self.stderr]
                .into_iter()
                .filter_map(|o| o.pipe.as_ref())
                .collect();
            let left = end.saturating_duration_since(Instant::now());
            if open.is_empty() || left.is_zero() {
                return;
            }
            let mut fds: Vec<_> = open
                .iter()
                .map(|pipe| PollFd::new(pipe, PollFlags::IN))
                .collect();
            let _ = poll(&mut fds, Some(&timespec(left)));
        }
    }
}

struct Seen {
    docproof_is_gone: bool,
    ended: bool,
}

fn ending(status: Option<ExitStatus>) -> Ending {
    let Some(status) = status else {
        return Ending::Signal(0);
    };
    match status.signal() {
        Some(signal) => Ending::Signal(signal),
        None => Ending::Code(status.code().unwrap_or_default()),
    }
}

fn timespec(time: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(time.subsec_nanos()),
    }
}

/// Looks now and then how much a job has written into its folder.
struct Measure {
    /// When next; never for folders that are not its own.
    at: Option<Instant>,
}

impl Measure {
    fn new(job: &Job) -> Self {
        let watched = job.fresh && job.disk > 0;
        Self {
            at: watched.then(|| Instant::now() + MEASURE),
        }
    }

    fn is_full(&mut self, job: &Job) -> bool {
        let now = Instant::now();
        if self.at.is_none_or(|at| now < at) {
            return false;
        }
        let full = sweep::size(&job.folder, job.disk) > job.disk;
        // A folder with very many files takes a while to measure: at most a tenth of the time goes into it.
        self.at = Some(Instant::now() + MEASURE.max(now.elapsed() * 10));
        full
    }
}

/// One output of a job: its beginning is kept, the rest is read and thrown away.
struct Output {
    pipe: Option<OwnedFd>,
    kept: Vec<u8>,
    /// How much of that was told.
    told: usize,
    most: usize,
    cut: bool,
}

impl Output {
    fn new(pipe: Option<OwnedFd>, most: u64) -> io::Result<Self> {
        if let Some(pipe) = &pipe {
            rustix::io::ioctl_fionbio(pipe, true)?;
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(Self {
            pipe,
            kept: Vec::new(),
            told: 0,
            most,
            cut: false,
        })
    }

    /// Reads what is there, but not for ever: a job that prints without end must not keep us from its time limit.
    fn read(&mut self) {
        let mut buffer = [0; 1 << 16];
        for _ in 0..16 {
            let Some(pipe) = &self.pipe else {
                return;
            };
            match rustix::io::read(pipe, &mut buffer) {
                Ok(0) => self.pipe = None,
                Ok(read) => self.keep(&buffer[..read]),
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return,
                Err(_) => self.pipe = None,
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = self.most - self.kept.len();
        self.cut |= bytes.len() > room;
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// Ends everything that the job has left behind, sessions of their own included: all of it became ours.
fn end_orphans() {
    let until = Instant::now() + DIE;
    let mut seen = std::collections::HashSet::new();
    loop {
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some(_)) => {}
            Ok(None) => {
                let mut any = false;
                for pid in children() {
                    any |= seen.insert(pid)
                        && rustix::process::kill_process(pid, Signal::KILL).is_ok();
                }
                if Instant::now() > until {
                    return;
                }
                // Something that starts itself anew all the time has to be outrun.
                if !any {
                    std::thread::sleep(Duration::from_micros(200));
                }
            }
            // No child is left.
            Err(_) => return,
        }
    }
}

#[cfg(target_os = "linux")]
fn children() -> Vec<Pid> {
    let own = rustix::process::getpid().as_raw_pid();
    // One thread, so one list.
    let list = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children"));
    let numbers: Vec<i32> = match list {
        Ok(list) => list
            .split_whitespace()
            .filter_map(|pid| pid.parse().ok())
            .collect(),
        // Kernels without that file.
        Err(_) => all_processes()
            .filter(|pid| parent(*pid) == Some(own))
            .collect(),
    };
    numbers.into_iter().filter_map(Pid::from_raw).collect()
}

#[cfg(target_os = "linux")]
fn all_processes() -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

#[cfg(target_os = "linux")]
fn parent(pid: i32) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in brackets, may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn children() -> Vec<Pid> {
    Vec::new()
}
