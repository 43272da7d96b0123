//! How much time one block has left. In: a limit; out: whether it is used up. Counts the thread's
//! own CPU time where the system tells it, so that a busy machine does not change what is built.
//!
//! tidy: clock (bounding the time of a block is the one use of a clock below the doors)

use std::time::Duration;
#[cfg(not(unix))]
use std::time::Instant;

/// A limit on running time, counted from its making on the thread that made it.
pub(super) struct Budget {
    start: Clock,
    limit: Duration,
}

impl Budget {
    pub(super) fn new(limit: Duration) -> Self {
        Budget {
            start: Clock::now(),
            limit,
        }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.start.elapsed() >= self.limit
    }
}

/// The CPU time of this thread.
#[cfg(unix)]
struct Clock(Duration);

#[cfg(unix)]
impl Clock {
    fn now() -> Self {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        Clock(
            Duration::from_secs(seconds)
                + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or(0)),
        )
    }

    fn elapsed(&self) -> Duration {
        Clock::now().0.saturating_sub(self.0)
    }
}

/// The time on the wall, for systems where a thread's own time is not to be had cheaply.
#[cfg(not(unix))]
struct Clock(Instant);

#[cfg(not(unix))]
impl Clock {
    fn now() -> Self {
        Clock(Instant::now())
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
