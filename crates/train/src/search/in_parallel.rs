//! Jobs beside each other.

use super::error::SearchError;
use crate::threads::number_of;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Does all jobs, up to `threads` of them at a time; the number of rayon if it is 0. After a failure, no more
/// are begun; of several failures, that of the first job is the result.
///
/// These are threads of their own: a thread of rayon that waits for the training of a trial, which has
/// threads of its own, would begin another trial in the meantime.
pub(super) fn in_parallel(
    threads: usize,
    jobs: &[usize],
    work: &(dyn Fn(usize) -> Result<(), SearchError> + Sync),
) -> Result<(), SearchError> {
    let threads = number_of(threads).min(jobs.len());
    let (next, failure) = (AtomicUsize::new(0), Mutex::new(None::<(usize, SearchError)>));
    let failed = || failure.lock().unwrap_or_else(PoisonError::into_inner);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while failed().is_none() {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&job) = jobs.get(at) else { break };
                    if let Err(error) = work(job) {
                        let mut failed = failed();
                        if failed.as_ref().is_none_or(|(first, _)| at < *first) {
                            *failed = Some((at, error));
                        }
                    }
                }
            });
        }
    });
    let failure = failed().take();
    failure.map_or(Ok(()), |(_, error)| Err(error))
}
