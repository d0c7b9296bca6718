//! Keeping the threads of a pool awake between short steps.
//!
//! A rayon thread that finds no work falls asleep after a few microseconds, and waking it takes
//! longer than a small step. While short steps follow each other closely, the other threads of the
//! pool therefore poll for work without sleeping. They stop some milliseconds after the last step,
//! and sleep as usual.

use rayon::Yield;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a thread polls without a new step.
const PATIENCE: Duration = Duration::from_millis(50);
/// Steps that begin this far apart, or further, leave the threads asleep: compared with them,
/// waking a thread costs nothing.
const SHORT: Duration = Duration::from_millis(20);
/// How many times a thread polls before it reads the clock and yields to other processes.
const ROUNDS: usize = 64;
/// The number of pauses between two polls: a core shared with the working thread should not be kept busy.
const PAUSES: usize = 8;

/// Keeps the other threads of the pool awake while the steps of one training run follow each other closely.
#[derive(Debug, Default)]
pub(crate) struct KeepAwake {
    last: Option<Instant>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The number of steps so far.
    steps: AtomicU64,
    /// The number of threads that poll, or have been asked to.
    threads: AtomicUsize,
}

impl KeepAwake {
    /// Called at the beginning of a step that can use several threads. If this step follows the
    /// previous one closely, and the other threads of the pool are not polling, asks them to poll.
    pub(crate) fn begin_step(&mut self) {
        let (Some(caller), others) = (rayon::current_thread_index(), rayon::current_num_threads() - 1) else {
            return;
        };
        if others == 0 {
            return;
        }
        self.shared.steps.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        let follows = self.last.replace(now).is_some_and(|last| now - last < SHORT);
        if follows && self.shared.threads.load(Ordering::Relaxed) == 0 {
            self.shared.threads.store(others, Ordering::Relaxed);
            let shared = Arc::clone(&self.shared);
            rayon::spawn_broadcast(move |context| {
                if context.index() != caller {
                    shared.poll();
                }
            });
        }
    }
}

impl Shared {
    /// Polls for work until no step has begun for a while.
    fn poll(&self) {
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
    fn threads_stay_awake_during_short_steps_and_sleep_after_the_last() {
        pool(3).install(|| {
            let mut keep_awake = KeepAwake::default();
            for _ in 0..3 {
                keep_awake.begin_step();
            }
            assert_eq!(keep_awake.shared.threads.load(Ordering::Relaxed), 2);
            let begin = Instant::now();
            while keep_awake.shared.threads.load(Ordering::Relaxed) > 0 {
                assert!(begin.elapsed() < Duration::from_secs(60), "the threads are still polling");
                std::thread::sleep(PATIENCE);
            }
        });
    }

    #[test]
    fn no_thread_is_kept_awake_for_a_single_thread_a_first_step_or_steps_far_apart() {
        let polling = |threads, steps, pause| {
            pool(threads).install(|| {
                let mut keep_awake = KeepAwake::default();
                for _ in 0..steps {
                    keep_awake.begin_step();
                    std::thread::sleep(pause);
                }
                keep_awake.shared.threads.load(Ordering::Relaxed)
            })
        };
        assert_eq!(polling(1, 3, Duration::ZERO), 0);
        assert_eq!(polling(2, 1, Duration::ZERO), 0);
        assert_eq!(polling(2, 3, 2 * SHORT), 0);
        let outside = std::thread::spawn(|| {
            let mut keep_awake = KeepAwake::default();
            (0..3).for_each(|_| keep_awake.begin_step());
            keep_awake.shared.threads.load(Ordering::Relaxed)
        });
        assert_eq!(outside.join().unwrap(), 0);
    }
}
