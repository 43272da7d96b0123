//! Programs that misbehave: each has to end with a verdict of its own, leave nothing running, and leave the next alone.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use docproof::verify::library::Dependencies;
use docproof::verify::machine::{Emit, End, Machine, RunJob, RunOutcome};

use crate::place::{Place, job, text};

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(400);

/// Process ids of all that was started with this text among its arguments or in its environment.
fn alive(mark: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let path = entry.path();
        let own = path.ends_with(std::process::id().to_string());
        let has = |name: &str| {
            let bytes = fs::read(path.join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).contains(mark)
        };
        if !own && (has("cmdline") || has("environ")) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[track_caller]
fn nothing_is_left(mark: &str) {
    let left = alive(mark);
    assert!(left.is_empty(), "{left:?}");
}

impl Place {
    /// A text that is in the environment of every program that this place runs.
    fn mark(&self) -> String {
        self.folder.path().join("temp").display().to_string()
    }

    /// Runs lines, and sees that nothing is left of them and that the next program is not harmed.
    #[track_caller]
    fn ends(&self, lines: &str, timeout: Duration) -> RunOutcome {
        let outcome = self.run_for(&self.script(lines), timeout);
        nothing_is_left(&self.mark());
        let temp = fs::read_dir(self.folder.path().join("temp"))
            .unwrap()
            .flatten();
        let folders: Vec<_> = temp
            .flat_map(|one| fs::read_dir(one.path()).unwrap().flatten())
            .collect();
        let (spare, rest): (Vec<_>, Vec<_>) = folders.iter().partition(|one| {
            // The next program's, if there is one.
            fs::read_dir(one.path()).is_ok_and(|mut inside| inside.next().is_none())
        });
        assert!(spare.len() <= 1, "{spare:?}");
        assert_eq!(rest.len(), 1, "only the lock: {rest:?}");
        let next = self.run("echo fine");
        assert_eq!((next.end, text(&next.stdout)), (End::Code(0), "fine\n"));
        outcome
    }
}

#[test]
fn a_program_runs_in_a_fresh_folder_without_input() {
    let place = Place::new();
    let outcome = place.run("pwd; ls -A | wc -l; cat; echo error >&2; touch x; exit 7");
    assert_eq!(outcome.end, End::Code(7));
    let (folder, rest) = text(&outcome.stdout).split_once('\n').unwrap();
    assert_eq!(rest.trim(), "0");
    assert_eq!(text(&outcome.stderr), "error\n");
    assert!(!Path::new(folder).exists());
    assert!(!outcome.cut && !outcome.panicked);
    let second = place.run("pwd; echo > $DOCPROOF_PANIC_FILE");
    assert_ne!(text(&second.stdout).trim(), folder);
    assert!(second.panicked);
    assert!(!place.run("true").panicked);
}

#[test]
fn what_a_small_run_costs() {
    let place = Place::new();
    let program = Path::new("/bin/true");
    place.run_for(program, Duration::from_secs(1));
    let start = Instant::now();
    for _ in 0..200 {
        assert_eq!(
            place.run_for(program, Duration::from_secs(1)).end,
            End::Code(0)
        );
    }
    let each = start.elapsed() / 200;
    println!("each: {each:?}");
    assert!(each < Duration::from_millis(50), "{each:?}");
}

#[test]
fn exit_codes_and_signals_are_told() {
    let place = Place::new();
    assert_eq!(place.ends("exit 101", LONG).end, End::Code(101));
    assert_eq!(place.ends("kill -ABRT $$", LONG).end, End::Signal(6, None));
    assert_eq!(place.ends("kill -9 $$", LONG).end, End::Signal(9, None));
    assert_eq!(
        place.ends("kill -9 0; sleep 1000", LONG).end,
        End::Signal(9, None)
    );
    assert_eq!(
        place.ends("kill -9 -$$; sleep 1000", LONG).end,
        End::Signal(9, None)
    );
}

#[test]
fn a_loop_ends_with_its_time() {
    let place = Place::new();
    for lines in [
        "while :; do :; done",
        "trap '' TERM INT HUP; while :; do sleep 0.01; done",
        "kill -STOP $$",
        "exec yes",
        "exec yes >&2",
    ] {
        let start = Instant::now();
        let outcome = place.ends(lines, SHORT);
        assert_eq!(outcome.end, End::Time, "{lines}");
        assert!(
            start.elapsed() < SHORT * 10,
            "{lines}: {:?}",
            start.elapsed()
        );
        assert_eq!(outcome.cut, lines.contains("yes"), "{lines}");
        assert_eq!(
            outcome.stdout.len(),
            if lines == "exec yes" { 1 << 16 } else { 0 }
        );
    }
}

#[test]
fn what_outlives_a_program_is_ended() {
    let place = Place::new();
    for lines in [
        "sleep 1000 & exit 0",
        "(sleep 1000 & sleep 1000 &) & exit 0",
        "setsid sleep 1000 & sleep 0.1; exit 0",
        "setsid bash -c '(setsid sleep 1000 & setsid sleep 1000 &) & exec sleep 1000' & sleep 0.1; exit 0",
        "trap '' TERM HUP; (trap '' TERM HUP; sleep 1000) & exit 0",
        "nohup sleep 1000 >/dev/null 2>&1 & disown; exit 0",
    ] {
        let start = Instant::now();
        assert_eq!(place.ends(lines, LONG).end, End::Code(0), "{lines}");
        assert!(start.elapsed() < LONG / 2, "{lines}");
    }
}

#[test]
fn what_starts_itself_anew_is_outrun() {
    let place = Place::new();
    let outcome = place.ends(
        "echo x >> count; (sleep 0.005; setsid \"$0\") & exit 0",
        LONG,
    );
    assert_eq!(outcome.end, End::Code(0));
    let many = "for i in {1..50}; do (setsid sleep 1000 &) ; done; sleep 1000";
    assert_eq!(place.ends(many, Duration::from_secs(1)).end, End::Time);
}

#[test]
fn closed_outputs_do_not_confuse() {
    let place = Place::new();
    let outcome = place.ends("echo a; exec >&- 2>&-; sleep 0.1; exit 3", LONG);
    assert_eq!((outcome.end, text(&outcome.stdout)), (End::Code(3), "a\n"));
}

#[test]
fn a_program_that_takes_its_supervisor_down_is_lost_alone() {
    let place = Place::new();
    let lost = End::Lost("it killed the process that watches over it".into());
    for lines in [
        "kill -9 $PPID; sleep 1000",
        "setsid sleep 1000 & sleep 0.1; kill -9 $PPID; sleep 1000",
        "kill -TERM $PPID; sleep 1000",
    ] {
        assert_eq!(place.ends(lines, LONG).end, lost, "{lines}");
    }
    // One that is only stopped is woken up again.
    assert_eq!(
        place.ends("kill -STOP $PPID; exit 4", LONG).end,
        End::Code(4)
    );
}

#[test]
fn a_full_disk_is_not_reached() {
    let place = Place::new();
    let outcome = place.ends("exec head -c 300M /dev/zero > file", LONG);
    assert_eq!(
        outcome.end,
        End::Signal(25, Some("wrote a file over 256 MiB".into()))
    );
    let many = "for i in {1..9}; do fallocate -l 200M $i; done; sleep 1000";
    assert_eq!(place.ends(many, LONG).end, End::Disk);
    let elsewhere = "cd \"$TMPDIR\"; for i in {1..9}; do fallocate -l 200M $i; done; sleep 1000";
    assert_eq!(place.ends(elsewhere, LONG).end, End::Disk);
}

#[test]
fn folders_without_rights_are_removed() {
    let place = Place::new();
    place.ends("mkdir -p a/b/c; touch a/b/c/d; chmod 0 a/b/c a/b a .", LONG);
}

#[test]
fn memory_and_stack_are_named() {
    let place = Place::new();
    let linkage = place.prepare(Dependencies::None);
    let code = "fn main() { let mut all = Vec::new(); loop { all.push(vec![1_u8; 1 << 20]); } }";
    let program = place
        .compile(code, Emit::Program, &linkage)
        .program
        .unwrap();
    let limited = RunJob {
        memory: 128 << 20,
        ..job(&program, LONG)
    };
    let why = Some("took more than 128 MiB of memory".to_owned());
    assert_eq!(place.machine.run(&limited).end, End::Signal(6, why));
    let code = "fn deep(n: u64) -> u64 { if std::hint::black_box(n) == 0 { 0 } else { deep(n + 1) + 1 } } fn main() { println!(\"{}\", deep(1)); }";
    let program = place
        .compile(code, Emit::Program, &linkage)
        .program
        .unwrap();
    assert_eq!(
        place.run_for(&program, LONG).end,
        End::Signal(6, Some("its stack overflowed".into()))
    );
}

#[test]
fn a_program_that_is_gone_is_told() {
    let place = Place::new();
    let End::Lost(words) = place.run_for(Path::new("/nowhere/program"), LONG).end else {
        panic!("it ran");
    };
    assert_eq!(words, "`/nowhere/program` is not there any more");
}

#[test]
fn two_machines_and_many_threads_do_not_meet() {
    let (one, two) = (Place::new(), Place::new());
    std::thread::scope(|scope| {
        for place in [&one, &two] {
            for thread in 0..4 {
                let program = place.script(&format!(
                    "ls -A; touch {thread}; ls; [ {thread} = 1 ] && kill -9 $PPID; exit {thread}"
                ));
                scope.spawn(move || {
                    for _ in 0..10 {
                        let outcome = place.run_for(&program, LONG);
                        if thread == 1 {
                            assert!(matches!(outcome.end, End::Lost(_)));
                            continue;
                        }
                        assert_eq!(
                            (outcome.end, text(&outcome.stdout)),
                            (End::Code(thread), &*format!("{thread}\n"))
                        );
                    }
                });
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    });
    for place in [&one, &two] {
        nothing_is_left(&place.mark());
    }
}

/// The variable with the folder that the victim below works in.
const VICTIM: &str = "DOCPROOF_TEST_VICTIM";

/// No test by itself: what the next one kills.
#[test]
fn victim() {
    let Some(folder) = std::env::var_os(VICTIM) else {
        return;
    };
    let place = Place::at(Path::new(&folder));
    std::thread::scope(|scope| {
        for lines in [
            "while :; do sleep 0.1; done",
            "setsid sleep 1000 & sleep 1000",
            "trap '' TERM; sleep 1000 | cat",
        ] {
            let program = place.script(lines);
            let place = &place;
            scope.spawn(move || place.run_for(&program, Duration::from_secs(60)));
            std::thread::sleep(Duration::from_millis(5));
        }
    });
}

#[test]
fn a_killed_docproof_leaves_nothing() {
    for signal in ["KILL", "INT", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().display().to_string();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "children::victim", "--nocapture"])
            .env(VICTIM, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let start = Instant::now();
        // The victim, three supervisors, three shells, four of what they start.
        while alive(&mark).len() < 11 {
            assert!(start.elapsed() < LONG, "{:?}", alive(&mark));
            std::thread::sleep(Duration::from_millis(10));
        }
        let killed = Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status();
        assert!(killed.unwrap().success());
        child.wait().unwrap();
        let start = Instant::now();
        while !alive(&mark).is_empty() && start.elapsed() < Duration::from_secs(1) {
            std::thread::sleep(Duration::from_millis(5));
        }
        nothing_is_left(&mark);
        println!("{signal}: all gone after {:?}", start.elapsed());
    }
}
