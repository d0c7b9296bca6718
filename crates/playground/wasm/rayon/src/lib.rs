//! What Wengert uses of rayon, on the thread that calls it.
//!
//! In WebAssembly there is no other thread. Rayon itself would do everything on this one too, but its pool,
//! its queues and its division of work would be a part of the program.

use std::convert::Infallible;
use std::fmt;

pub mod prelude;

/// Calls both closures, and returns what they return.
pub fn join<A, B>(a: impl FnOnce() -> A, b: impl FnOnce() -> B) -> (A, B) {
    (a(), b())
}

/// The number of threads: 1.
pub fn current_num_threads() -> usize {
    1
}

/// The thread that calls this is not one of a pool.
pub fn current_thread_index() -> Option<usize> {
    None
}

/// What a thread of a pool did instead of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yield {
    /// It did some work.
    Executed,
    /// There was no work.
    Idle,
}

/// The thread that calls this is not one of a pool.
pub fn yield_now() -> Option<Yield> {
    None
}

/// A thread that runs a closure of [`spawn_broadcast`].
#[derive(Debug)]
pub struct BroadcastContext(Infallible);

impl BroadcastContext {
    /// The number of the thread.
    pub fn index(&self) -> usize {
        match self.0 {}
    }
}

/// Runs the closure on all threads of the pool, of which there are none.
pub fn spawn_broadcast(_: impl Fn(&BroadcastContext)) {}

/// The settings of a pool.
#[derive(Debug, Default)]
pub struct ThreadPoolBuilder;

impl ThreadPoolBuilder {
    /// The default settings.
    pub fn new() -> Self {
        Self
    }

    /// The number of threads, which is 1 whatever is asked for.
    pub fn num_threads(self, _: usize) -> Self {
        self
    }

    /// The pool.
    pub fn build(self) -> Result<ThreadPool, ThreadPoolBuildError> {
        Ok(ThreadPool)
    }
}

/// The thread that calls its methods.
#[derive(Debug)]
pub struct ThreadPool;

impl ThreadPool {
    /// Calls the closure.
    pub fn install<R>(&self, work: impl FnOnce() -> R) -> R {
        work()
    }
}

/// The reason why there is no pool; there is none.
#[derive(Debug)]
pub struct ThreadPoolBuildError(Infallible);

impl fmt::Display for ThreadPoolBuildError {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

impl std::error::Error for ThreadPoolBuildError {}
