//! Steady training steps, timed.

use super::allocations::{self, Peak};
use super::training::{Setting, Training};
use std::time::{Duration, Instant};
use wengert::prelude::*;

/// How long steps are timed if it is not said how many.
const ENOUGH: Duration = Duration::from_secs(1);
/// The fewest and the most steps that are then timed.
const COUNTS: [usize; 2] = [20, 100_000];
/// How many times the phases are timed by themselves.
const PASSES: usize = 9;

/// What was measured.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The loss of each step, from the first step of the warm-up on.
    pub(crate) losses: Vec<f64>,
    /// In milliseconds, of each step after the warm-up.
    pub(crate) steps: Vec<f64>,
    /// Medians in milliseconds: forward, backward, update.
    pub(crate) phases: [f64; 3],
    /// In all steps after the warm-up.
    pub(crate) allocations: usize,
    /// The most memory taken at one time for all but the examples and their order.
    pub(crate) peak_bytes: usize,
}

/// Why there is no measurement.
#[derive(Debug)]
pub(crate) struct NotFinite {
    /// Counted from 1.
    pub(crate) step: usize,
}

/// Times `count` steps after a warm-up; as many as fit into a second, if it is not said how many. Runs on the thread pool it is
/// called in.
pub(crate) fn measure<T: Real>(
    setting: Setting<'_>,
    optimizer: impl FnOnce() -> Box<dyn Optimizer<T>>,
    warm_up: usize,
    count: Option<usize>,
) -> Result<Measured, NotFinite> {
    let examples = setting.examples();
    let peak = Peak::begin();
    let mut training = Training::new(setting, optimizer(), &examples);
    let first = run(&mut training, warm_up, 0)?;
    let count = count.unwrap_or_else(|| enough(&first));
    let before = allocations::count();
    let steady = run(&mut training, count, warm_up)?;
    // Room for what was found of the steps is the only memory that a steady step does not take.
    let allocations = allocations::count() - before - 1;
    let peak_bytes = peak.bytes() - size_of_val(&first[..]) - size_of_val(&steady[..]);
    let forward = forward_share(&training, setting.parameters());
    run(&mut training, PASSES, warm_up + count)?;
    let phases: Vec<_> = (0..PASSES).map(|_| training.timed_step().map(milliseconds)).collect();
    let [gradient, update] = [0, 1].map(|phase| median(phases.iter().map(|times| times[phase]).collect()));
    Ok(Measured {
        losses: first.iter().chain(&steady).map(|step| step.loss).collect(),
        steps: steady.iter().map(|step| milliseconds(step.time)).collect(),
        phases: [gradient * forward, gradient * (1.0 - forward), update],
        allocations,
        peak_bytes,
    })
}

/// What a step found, and how long it took.
struct Step {
    loss: f64,
    time: Duration,
}

/// `count` steps, before which `done` others were. The time is looked at once a step: that takes a hundredth of the shortest ones.
fn run<T: Real>(training: &mut Training<'_, T>, count: usize, done: usize) -> Result<Vec<Step>, NotFinite> {
    let mut steps = Vec::with_capacity(count);
    let mut before = Instant::now();
    for number in done + 1..=done + count {
        let loss = training.step();
        if !loss.is_finite() {
            return Err(NotFinite { step: number });
        }
        let now = Instant::now();
        steps.push(Step { loss, time: now - before });
        before = now;
    }
    Ok(steps)
}

fn enough(warm_up: &[Step]) -> usize {
    let step = median(warm_up.iter().map(|step| milliseconds(step.time)).collect());
    ((milliseconds(ENOUGH) / step) as usize).clamp(COUNTS[0], COUNTS[1])
}

/// The share of the forward pass in the time for the gradient, as it is without parallel work.
fn forward_share<T: Real>(training: &Training<'_, T>, parameters: usize) -> f64 {
    let (mut tape, mut gradient) = (ArrayTape::new(), vec![T::literal(0.0); parameters]);
    let share = |_| {
        let [forward, backward] = training.passes(&mut tape, &mut gradient).map(milliseconds);
        forward / (forward + backward)
    };
    median((0..PASSES).map(share).collect())
}

fn milliseconds(time: Duration) -> f64 {
    1e3 * time.as_secs_f64()
}

/// The middle value.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (lower, upper) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
    0.5 * (lower + upper)
}
