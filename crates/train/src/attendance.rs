//! Threads that stay awake between the short steps of training.
//!
//! A rayon thread that finds no work falls asleep after some microseconds, and waking it takes longer than a small step. So
//! while short steps follow each other, the other threads of the pool attend: they look for work without pause. Some
//! milliseconds after the last step they leave, and sleep as usual.

use rayon::Yield;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a thread attends without a new step.
const PATIENCE: Duration = Duration::from_millis(50);
/// Steps that begin this far apart, or further, are not attended: next to them, waking a thread is nothing.
const SHORT: Duration = Duration::from_millis(20);
/// How often a thread looks for work before it looks at the time, and lets others of the system run.
const ROUNDS: usize = 64;
/// How often a thread pauses before it looks again: a core that it shares with the thread that works should not be kept busy.
const PAUSES: usize = 8;

/// The threads of a pool that attend the steps of one training.
#[derive(Debug, Default)]
pub(crate) struct Attendance {
    last: Option<Instant>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// How many steps have begun.
    steps: AtomicU64,
    /// How many threads attend, or have been asked to.
    threads: AtomicUsize,
}

impl Attendance {
    /// A step begins that can use several threads: asks those of the pool to attend, if they do not and steps follow quickly.
    pub(crate) fn begin_step(&mut self) {
        let (Some(caller), others) = (rayon::current_thread_index(), rayon::current_num_threads() - 1) else {
            return;
        };
        self.shared.steps.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        let follows = self.last.replace(now).is_some_and(|last| now - last < SHORT);
        if follows && others > 0 && self.shared.threads.load(Ordering::Relaxed) == 0 {
            self.shared.threads.store(others, Ordering::Relaxed);
            let shared = Arc::clone(&self.shared);
            rayon::spawn_broadcast(move |context| {
                if context.index() != caller {
                    shared.attend();
                }
            });
        }
    }
}

impl Shared {
    fn attend(&self) {
        let (mut seen, mut since) = (self.steps.load(Ordering::Relaxed), Instant::now());
        while since.elapsed() < PATIENCE {
            for _ in 0..ROUNDS {
                if rayon::yield_now() != Some(Yield::Executed) {
                    (0..PAUSES).for_each(|_| std::hint::spin_loop());
                }
            }
            std::thread::yield_now();
            let steps = self.steps.load(Ordering::Relaxed);
            if steps != seen {
                (seen, since) = (steps, Instant::now());
            }
        }
        self.threads.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(threads: usize) -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
    }

    #[test]
    fn threads_attend_short_steps_and_leave_after_the_last() {
        pool(3).install(|| {
            let mut attendance = Attendance::default();
            for _ in 0..3 {
                attendance.begin_step();
            }
            assert_eq!(attendance.shared.threads.load(Ordering::Relaxed), 2);
            let begin = Instant::now();
            while attendance.shared.threads.load(Ordering::Relaxed) > 0 {
                assert!(begin.elapsed() < Duration::from_secs(60), "they are still attending");
                std::thread::sleep(PATIENCE);
            }
        });
    }

    #[test]
    fn nobody_attends_a_single_thread_a_first_step_or_rare_ones() {
        let asked = |threads, steps, pause| {
            pool(threads).install(|| {
                let mut attendance = Attendance::default();
                for _ in 0..steps {
                    attendance.begin_step();
                    std::thread::sleep(pause);
                }
                attendance.shared.threads.load(Ordering::Relaxed)
            })
        };
        assert_eq!(asked(1, 3, Duration::ZERO), 0);
        assert_eq!(asked(2, 1, Duration::ZERO), 0);
        assert_eq!(asked(2, 3, 2 * SHORT), 0);
        let outside = std::thread::spawn(|| {
            let mut attendance = Attendance::default();
            (0..3).for_each(|_| attendance.begin_step());
            attendance.shared.threads.load(Ordering::Relaxed)
        });
        assert_eq!(outside.join().unwrap(), 0);
    }
}
