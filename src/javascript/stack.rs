//! Room and time for a parser that has no limits of its own.
//!
//! The parser goes one call deeper for each bracket: 100 kB of `[` would end the program. And it tries some readings
//! one after the other, inside each other: `({a=({a=` and so on takes for ever. So it runs on a thread of its own, whose
//! stack is as large as the text could make it need (which costs address space, and memory only where it is used), and
//! which is left alone when it takes too long.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The longest text that is parsed, in bytes. Settings and samples are far shorter.
pub const LONGEST: usize = 128 << 10;

/// What one byte of text may take on the stack: measured in debug builds, texts of nothing but `[`, `(`, `{`, `!`,
/// `a=>` and their like take up to 3 kB. A release build takes a fraction of it.
const PER_BYTE: usize = 6 << 10;

/// What the rest takes.
const BASE: usize = 4 << 20;

/// How long one text may take. A real one takes a millisecond at most.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether brackets stand open that nobody would write. Brackets in texts count, too, hence the high limit; and what a
/// bracket in a text hides from this is left to the room and the time.
pub fn too_deep(text: &str) -> bool {
    const MOST: usize = 300;
    let mut open = 0_usize;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' | b'(' => open += 1,
            b']' | b'}' | b')' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MOST
    })
}

/// Runs `work`, which parses texts of at most `longest` bytes. None if it takes too long, or the system has no room.
pub fn bounded<T: Send + 'static>(
    longest: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (give, take) = mpsc::channel();
    let size = BASE + longest.min(LONGEST) * PER_BYTE;
    thread::Builder::new()
        .stack_size(size)
        .spawn(move || {
            // Nobody waits any more if it took too long.
            let _ = give.send(work());
        })
        .ok()?;
    take.recv_timeout(PATIENCE).ok()
}

/// Runs `work`, which parses texts that are known to parse in time, with room for texts of [`LONGEST`] bytes. None if
/// the system has none.
pub fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(BASE + LONGEST * PER_BYTE);
        let running = builder.spawn_scoped(scope, work).ok()?;
        match running.join() {
            Ok(made) => Some(made),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
