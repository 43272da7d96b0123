//! A supervisor: a small run of docproof that starts one job after the other, so that no child belongs to docproof.
//!
//! In: jobs, as frames on standard input. Out: answers, as frames on standard output. Its input ends when docproof is
//! gone, however it went; then the job's end comes too. It must not print.

use std::io;

use super::scratch::Scratch;
use super::watch;
use super::wire::{Answer, Job};

/// Serves until standard input ends. Says whether that was in order.
pub fn serve() -> bool {
    // Orphans of a job come to this process, not to the system's first, so that they can be found.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    watch::no_core_files();
    let mut scratch = Scratch::default();
    loop {
        let Ok(Some(frame)) = next() else {
            return true;
        };
        let Ok(job) = Job::read(&frame) else {
            return false;
        };
        let answer = match watch::carry_out(&job, &mut scratch, say) {
            Ok(Some(answer)) => answer,
            // Docproof is gone.
            Ok(None) => return true,
            Err(error) => Answer::Refused {
                missing: error.kind() == io::ErrorKind::NotFound,
                words: crate::disk::words(&error),
            },
        };
        if !say(&answer) {
            return true;
        }
    }
}

/// The next frame; none at the end.
fn next() -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if !fill(&mut length)? {
        return Ok(None);
    }
    let mut frame = vec![0; u32::from_le_bytes(length) as usize];
    Ok(fill(&mut frame)?.then_some(frame))
}

/// Fills all of it; false when the input ends. Not buffered: what is not asked for stays in the pipe.
fn fill(mut rest: &mut [u8]) -> io::Result<bool> {
    while !rest.is_empty() {
        match rustix::io::read(io::stdin(), &mut *rest) {
            Ok(0) => return Ok(false),
            Ok(read) => rest = &mut rest[read..],
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

/// Whether docproof is still there to hear it.
fn say(answer: &Answer) -> bool {
    let frame = answer.frame();
    let mut rest = frame.as_slice();
    while !rest.is_empty() {
        match rustix::io::write(io::stdout(), rest) {
            Ok(written) => rest = &rest[written..],
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
    true
}
