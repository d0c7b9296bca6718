//! Timing of steady training steps.

use crate::allocations;
use std::time::{Duration, Instant};
use wengert::prelude::*;
use wengert_step_bench::training::{Setting, Training};

/// The total time of the timed steps, if their number is not given.
const DEFAULT_TIME: Duration = Duration::from_secs(1);
/// The smallest and the largest number of timed steps, if their number is not given.
const DEFAULT_COUNTS: [usize; 2] = [20, 100_000];
/// The number of times each phase is timed separately.
const PASSES: usize = 9;

#[derive(Debug)]
pub(crate) struct Measurement {
    /// The loss of each step, starting with the first step of the warm-up.
    pub(crate) losses: Vec<f64>,
    /// The time of each step after the warm-up, in milliseconds.
    pub(crate) steps: Vec<f64>,
    /// The median times of the forward pass, the backward pass and the update, in milliseconds.
    pub(crate) phases: [f64; 3],
    /// The number of allocations in all steps after the warm-up.
    pub(crate) allocations: usize,
    /// The heap memory of training, without the examples and their order. Measured after the last
    /// step, since training keeps all of its buffers.
    pub(crate) peak_bytes: usize,
}

/// The loss became infinite or NaN.
#[derive(Debug)]
pub(crate) struct NotFinite {
    /// Number of the step, counted from 1.
    pub(crate) step: usize,
}

/// Times `count` steps after `warm_up` others, in the thread pool of the caller.
///
/// Without a `count`, it times the number of steps that take about one second.
pub(crate) fn measure<T: Real>(
    setting: Setting<'_>,
    optimizer: impl FnOnce() -> Box<dyn Optimizer<T>>,
    warm_up: usize,
    count: Option<usize>,
) -> Result<Measurement, NotFinite> {
    let examples = setting.examples();
    let before = allocations::live_bytes();
    let mut training = Training::new(setting, optimizer(), &examples);
    let first = run(&mut training, warm_up, 0)?;
    let count = count.unwrap_or_else(|| default_count(&first));
    let allocated = allocations::count();
    let steady = run(&mut training, count, warm_up)?;
    // `run` itself allocates once, for its results.
    let allocations = allocations::count() - allocated - 1;
    let results = size_of_val(&first[..]) + size_of_val(&steady[..]);
    let peak_bytes = allocations::live_bytes() - before - results;
    let forward = forward_share(&training, setting.parameters());
    run(&mut training, PASSES, warm_up + count)?;
    let phases: Vec<_> = (0..PASSES).map(|_| training.timed_step().map(milliseconds)).collect();
    let [gradient, update] = [0, 1].map(|phase| median(phases.iter().map(|times| times[phase]).collect()));
    Ok(Measurement {
        losses: first.iter().chain(&steady).map(|step| step.loss).collect(),
        steps: steady.iter().map(|step| milliseconds(step.time)).collect(),
        phases: [gradient * forward, gradient * (1.0 - forward), update],
        allocations,
        peak_bytes,
    })
}

struct Step {
    loss: f64,
    time: Duration,
}

/// Takes `count` steps after the first `done` ones.
fn run<T: Real>(training: &mut Training<'_, T>, count: usize, done: usize) -> Result<Vec<Step>, NotFinite> {
    let mut steps = Vec::with_capacity(count);
    let mut before = Instant::now();
    for number in done + 1..=done + count {
        let loss = training.step();
        if !loss.is_finite() {
            return Err(NotFinite { step: number });
        }
        // The clock is read once per step; even that takes a hundredth of the shortest steps.
        let now = Instant::now();
        steps.push(Step { loss, time: now - before });
        before = now;
    }
    Ok(steps)
}

fn default_count(warm_up: &[Step]) -> usize {
    let step = median(warm_up.iter().map(|step| milliseconds(step.time)).collect());
    ((milliseconds(DEFAULT_TIME) / step) as usize).clamp(DEFAULT_COUNTS[0], DEFAULT_COUNTS[1])
}

/// The forward pass as a share of both passes, on one thread.
fn forward_share<T: Real>(training: &Training<'_, T>, parameters: usize) -> f64 {
    let (mut tape, mut gradient) = (ArrayTape::new(), vec![T::literal(0.0); parameters]);
    let share = |_| {
        let [forward, backward] = training.time_passes(&mut tape, &mut gradient).map(milliseconds);
        forward / (forward + backward)
    };
    median((0..PASSES).map(share).collect())
}

fn milliseconds(time: Duration) -> f64 {
    1e3 * time.as_secs_f64()
}

/// The median of a list that is not empty.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (lower, upper) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
    0.5 * (lower + upper)
}
