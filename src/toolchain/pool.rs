//! Supervisors, started when they are needed and kept for the next job.
//!
//! In: jobs. Out: what came of them. Every call may come from any thread; each has a supervisor to itself while its
//! job runs. A supervisor that a job took down is replaced, and what the job left is ended from here.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal};

use super::sweep::{self, Folder};
use super::wire::{Answer, Done, Ending, Job};
use crate::verify::machine::{End, PANIC_FILE, Printed, RunJob, RunOutcome};

/// How large a file a sample may write.
const FILE_SIZE: u64 = 256 << 20;
/// How much a sample may write into its folder.
const DISK: u64 = 1 << 30;
/// How long a supervisor may take, beyond its job's time, to clear up.
const GRACE: Duration = Duration::from_secs(60);
/// How long docproof waits for an answer before it looks whether the supervisor was stopped: a second.
const NAP: Duration = Duration::from_secs(1);
/// Marks the environment of a job, to find those that left its group when its supervisor is lost.
const JOB: &str = "DOCPROOF_JOB";

/// The supervisors of a machine.
pub struct Pool {
    program: PathBuf,
    temp: PathBuf,
    idle: Mutex<Vec<Supervisor>>,
    scratch: Mutex<Option<Folder>>,
    busy: Mutex<Busy>,
}

/// The end of a supervisor's input: when it goes, so does the supervisor with its job.
type Input = Arc<Mutex<Option<ChildStdin>>>;

/// What runs.
#[derive(Default)]
struct Busy {
    /// Nothing is to run any more.
    stopped: bool,
    /// The inputs of supervisors that have a job, by process id.
    inputs: HashMap<u32, Input>,
}

/// Why there is no outcome.
#[derive(Debug)]
pub enum Failure {
    /// There is no such program.
    Missing,
    /// In words.
    Other(String),
}

struct Supervisor {
    child: Child,
    input: Input,
    output: ChildStdout,
}

impl Pool {
    /// No supervisor is started yet.
    pub fn new(program: &Path, temp: &Path) -> Self {
        Self {
            program: program.to_owned(),
            temp: temp.to_owned(),
            idle: Mutex::new(Vec::new()),
            scratch: Mutex::new(None),
            busy: Mutex::default(),
        }
    }

    /// Ends every job, with all that belongs to it, and refuses those that come.
    pub fn stop(&self) {
        let mut busy = lock(&self.busy);
        busy.stopped = true;
        for input in busy.inputs.values() {
            *lock(input) = None;
        }
    }

    /// Notes that a supervisor has a job. False when nothing is to run any more.
    fn begin(&self, supervisor: &Supervisor) -> bool {
        let mut busy = lock(&self.busy);
        if !busy.stopped {
            let id = supervisor.child.id();
            busy.inputs.insert(id, supervisor.input.clone());
        }
        !busy.stopped
    }

    /// Runs a sample.
    pub fn run_sample(&self, run: &RunJob<'_>) -> RunOutcome {
        let outcome = self
            .sample_job(run)
            .map_err(Failure::Other)
            .and_then(|job| self.carry_out_heard(&job, run.printed.unwrap_or(&|_, _| {})));
        match outcome {
            Ok(done) => RunOutcome {
                end: end(done.ending, &done.stderr, run.memory),
                stdout: done.stdout,
                stderr: done.stderr,
                cut: done.cut,
                panicked: done.marked,
                time: done.time,
            },
            Err(failure) => lost(match failure {
                Failure::Missing => format!("`{}` is not there any more", run.program.display()),
                Failure::Other(words) => words,
            }),
        }
    }

    fn sample_job(&self, run: &RunJob<'_>) -> Result<Job, String> {
        let scratch = self.scratch()?;
        let mark = scratch.with_extension("panicked");
        let mut env: Vec<(OsString, OsString)> = run
            .env
            .iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        env.push((PANIC_FILE.into(), mark.clone().into()));
        let folder = run.folder.map_or_else(|| scratch.clone(), Path::to_owned);
        if run.folder.is_none() {
            // What it puts beside its folder is measured and removed, too.
            env.push(("TMPDIR".into(), folder.clone().into()));
        }
        Ok(Job {
            program: run.program.into(),
            env,
            folder,
            fresh: run.folder.is_none(),
            mark,
            timeout: run.timeout,
            memory: run.memory,
            file_size: FILE_SIZE,
            disk: DISK,
            output: run.output as u64,
            told: run.printed.is_some(),
            ..Job::default()
        })
    }

    /// A path for a fresh folder among the system's temporary files.
    fn scratch(&self) -> Result<PathBuf, String> {
        let mut scratch = lock(&self.scratch);
        if scratch.is_none() {
            let made = Folder::make(&self.temp, "docproof-");
            let words = |error| {
                format!(
                    "cannot make a folder in `{}`: {}",
                    self.temp.display(),
                    crate::disk::words(&error)
                )
            };
            *scratch = Some(made.map_err(words)?);
        }
        Ok(scratch.as_ref().expect("invariant: made above").fresh())
    }

    /// Has a supervisor carry out a job.
    ///
    /// # Errors
    /// When it cannot be started, or takes its supervisor down.
    pub fn carry_out(&self, job: &Job) -> Result<Done, Failure> {
        self.carry_out_heard(job, &|_, _| {})
    }

    fn carry_out_heard(&self, job: &Job, printed: Printed<'_>) -> Result<Done, Failure> {
        let mut supervisor = self.take()?;
        let mut job = job.clone();
        let name = format!("{}-{}", std::process::id(), supervisor.child.id());
        job.env.push((JOB.into(), name.clone().into()));
        if !self.begin(&supervisor) {
            lock(&self.idle).push(supervisor);
            return Err(Failure::Other("it was stopped".into()));
        }
        let answer = supervisor.carry_out(&job, printed);
        let stopped = {
            let mut busy = lock(&self.busy);
            busy.inputs.remove(&supervisor.child.id());
            busy.stopped
        };
        match answer {
            Ok(answer) => {
                lock(&self.idle).push(supervisor);
                match answer {
                    Answer::Done(done) => Ok(done),
                    Answer::Refused { missing: true, .. } => Err(Failure::Missing),
                    Answer::Refused { words, .. } => Err(Failure::Other(format!(
                        "cannot start `{}`: {words}",
                        job.program.display()
                    ))),
                    Answer::Started(_) | Answer::Printed { .. } => {
                        unreachable!("invariant: waited for what follows it")
                    }
                }
            }
            Err(loss) => {
                supervisor.end(loss.group, &name);
                if job.fresh {
                    sweep::remove(&job.folder);
                }
                let words = if stopped {
                    "it was stopped"
                } else {
                    loss.words
                };
                Err(Failure::Other(words.into()))
            }
        }
    }

    /// An idle supervisor, or a new one.
    fn take(&self) -> Result<Supervisor, Failure> {
        if let Some(supervisor) = lock(&self.idle).pop() {
            return Ok(supervisor);
        }
        Supervisor::start(&self.program).map_err(|error| {
            let words = crate::disk::words(&error);
            Failure::Other(format!(
                "cannot start `{}`: {words}",
                self.program.display()
            ))
        })
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let supervisors = std::mem::take(&mut *lock(&self.idle));
        for supervisor in &supervisors {
            *lock(&supervisor.input) = None;
        }
        for mut supervisor in supervisors {
            let _ = supervisor.child.wait();
        }
    }
}

/// A supervisor did not answer.
struct Loss {
    /// The job's process group, if it had been started.
    group: Option<Pid>,
    words: &'static str,
}

impl Supervisor {
    /// In a process group of its own, so that Ctrl-C reaches docproof alone, and it can clear up.
    fn start(program: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg(super::SUPERVISE).process_group(0);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = Arc::new(Mutex::new(child.stdin.take()));
        let output = child.stdout.take().expect("invariant: asked for");
        Ok(Self {
            child,
            input,
            output,
        })
    }

    /// The last answer to a job.
    fn carry_out(&mut self, job: &Job, printed: Printed<'_>) -> Result<Answer, Loss> {
        let deadline = Instant::now() + job.timeout + GRACE;
        let mut group = None;
        // Where it is gone, or was stopped, no answer comes either.
        let _ = self.send(&job.frame());
        loop {
            match self.answer(deadline) {
                Ok(Answer::Started(pid)) => group = Pid::from_raw(pid),
                Ok(Answer::Printed { error, bytes }) => printed(error, &bytes),
                Ok(answer) => return Ok(answer),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                    return Err(Loss {
                        group,
                        words: "it stopped the process that watches over it",
                    });
                }
                Err(_) => break,
            }
        }
        Err(Loss {
            group,
            words: "it killed the process that watches over it",
        })
    }

    fn send(&self, frame: &[u8]) -> io::Result<()> {
        match &mut *lock(&self.input) {
            Some(input) => input.write_all(frame),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn answer(&mut self, deadline: Instant) -> io::Result<Answer> {
        let mut length = [0; 4];
        self.fill(&mut length, deadline)?;
        let mut frame = vec![0; u32::from_le_bytes(length) as usize];
        self.fill(&mut frame, deadline)?;
        Answer::read(&frame)
    }

    fn fill(&mut self, mut rest: &mut [u8], deadline: Instant) -> io::Result<()> {
        while !rest.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            let nap = left.min(NAP);
            let wait = Timespec {
                tv_sec: i64::from(nap == NAP),
                tv_nsec: if nap == NAP {
                    0
                } else {
                    i64::from(nap.subsec_nanos())
                },
            };
            let mut fds = [PollFd::new(&self.output, PollFlags::IN)];
            match poll(&mut fds, Some(&wait)) {
                Ok(0) if left.is_zero() => return Err(io::ErrorKind::TimedOut.into()),
                Ok(0) => {
                    // A job may have stopped the one that watches over it. To one that runs this is nothing.
                    let pid = Pid::from_child(&self.child);
                    let _ = rustix::process::kill_process(pid, Signal::CONT);
                    continue;
                }
                Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
            match rustix::io::read(&self.output, &mut *rest) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => rest = &mut rest[read..],
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Ends it, and all that is left of its job.
    fn end(mut self, group: Option<Pid>, job: &str) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(group) = group {
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
        }
        // A process that has left the group still has the environment that it was started with.
        for _ in 0..100 {
            let left = with_environment(&format!("{JOB}={job}"));
            if left.is_empty() {
                return;
            }
            for pid in left {
                let _ = rustix::process::kill_process(pid, Signal::KILL);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Processes that were started with this variable, where the system tells.
fn with_environment(variable: &str) -> Vec<Pid> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let has = |pid: &i32| {
        let all = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        all.split(|byte| *byte == 0)
            .any(|one| one == variable.as_bytes())
    };
    numbers.filter(has).filter_map(Pid::from_raw).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lost(words: String) -> RunOutcome {
    RunOutcome {
        end: End::Lost(words),
        stdout: Vec::new(),
        stderr: Vec::new(),
        cut: false,
        panicked: false,
        time: Duration::ZERO,
    }
}

fn end(ending: Ending, stderr: &[u8], memory: u64) -> End {
    match ending {
        Ending::Code(code) => End::Code(code),
        Ending::Signal(signal) => End::Signal(signal, why(signal, stderr, memory)),
        Ending::Time => End::Time,
        Ending::Disk => End::Disk,
    }
}

/// What a signal means, as far as that is known.
fn why(signal: i32, stderr: &[u8], memory: u64) -> Option<String> {
    let says = |words: &str| {
        stderr
            .windows(words.len())
            .any(|window| window == words.as_bytes())
    };
    let is = |named: Signal| signal == named.as_raw();
    if is(Signal::XFSZ) {
        return Some(format!("wrote a file over {}", size(FILE_SIZE)));
    }
    if is(Signal::ABORT) && says("memory allocation of ") {
        return Some(format!("took more than {} of memory", size(memory)));
    }
    if (is(Signal::ABORT) || is(Signal::SEGV)) && says("has overflowed its stack") {
        return Some("its stack overflowed".into());
    }
    None
}

fn size(bytes: u64) -> String {
    let mib = bytes >> 20;
    if mib >= 1024 && mib.is_multiple_of(1024) {
        format!("{} GiB", mib >> 10)
    } else {
        format!("{mib} MiB")
    }
}
