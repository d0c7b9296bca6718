//! Central differences with steps of every decade, and the choice of one of them.

use super::estimate::Difference;
use super::precision::Precision;

/// The central difference with one step.
#[derive(Clone, Copy, Debug)]
struct Rung {
    step: f64,
    slope: f64,
    /// The error of the slope if the values are rounded correctly.
    rounding: f64,
    /// The difference between the slopes on both sides: of order `h` where the function is smooth, the
    /// same for every step on a kink.
    bend: f64,
    /// Whether the values are the same on both sides and at the point.
    flat: bool,
    /// Whether the values on both sides differ by no more than rounding.
    still: bool,
}

impl Rung {
    /// Whether the slopes on both sides differ by more than those of a smooth function, of which the bend
    /// falls with the step. `scatter` is that of the slopes at other steps.
    fn is_bent(&self, longer: &Rung, scatter: f64) -> bool {
        let unclear = 4.0 * (self.rounding + scatter) + super::TOLERANCE * self.slope.abs();
        self.bend > 0.5 * longer.bend && self.bend > unclear
    }
}

/// A central difference with the estimate of its error.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    difference: Difference,
    /// Whether the slopes on both sides differ by more than those of a smooth function.
    on_kink: bool,
}

/// The number of neighbouring steps that must agree before shorter ones are left out.
const RUN: usize = 6;

/// The largest relative change of the slope from step to step in such a run.
const STEADY: f64 = 1e-9;

/// The largest uncertainty of a converged difference, relative to its value.
const CONVERGED: f64 = 0.05;

/// The largest scatter of shorter steps beside a converged difference, in units of the rounding of values:
/// that of a function of a hundred operations.
const NOISE: f64 = 100.0;

/// The differences of one function at one point.
#[derive(Debug)]
pub(super) struct Ladder {
    x: f64,
    centre: f64,
    precision: Precision,
    /// From the longest step to the shortest.
    rungs: Vec<Rung>,
}

impl Ladder {
    /// No differences yet of a function that has the value `centre` at `x`.
    pub(super) fn new(x: f64, centre: f64, precision: Precision) -> Self {
        Self { x, centre, precision, rungs: Vec::new() }
    }

    /// Adds the difference of the values at two points. A step is longer or shorter than all others.
    pub(super) fn add(&mut self, step: f64, [low, high]: [f64; 2], [y_low, y_high]: [f64; 2]) {
        let Self { x, centre, precision, .. } = *self;
        let slope = (y_high - y_low) / (high - low);
        let bend = ((y_high - centre) / (high - x) - (centre - y_low) / (x - low)).abs();
        let size = y_low.abs().max(y_high.abs()).max(centre.abs());
        let unit = (precision.epsilon * size).max(precision.smallest);
        if slope.is_finite() && bend.is_finite() {
            let flat = y_low == centre && centre == y_high;
            let still = (y_high - y_low).abs() <= 4.0 * unit;
            let rounding = unit / step;
            let is_longest = self.rungs.first().is_some_and(|first| step > first.step);
            let position = if is_longest { 0 } else { self.rungs.len() };
            self.rungs.insert(position, Rung { step, slope, rounding, bend, flat, still });
        }
    }

    /// Whether shorter steps cannot add anything: the function does not change any more, or the slope
    /// has converged.
    pub(super) fn is_complete(&self) -> bool {
        let Some(first) = self.rungs.len().checked_sub(RUN) else { return false };
        let run = &self.rungs[first..];
        let has_converged = |pair: &[Rung]| {
            let is_steady = (pair[0].slope - pair[1].slope).abs() <= STEADY * pair[1].slope.abs();
            is_steady && !pair[1].is_bent(&pair[0], 0.0)
        };
        // Beyond its own size, an operand has neighbours at which the function may be another one.
        let near = 1e-3 * if self.x == 0.0 { 1.0 } else { self.x.abs() };
        let is_near = run[RUN - 1].step <= near;
        run.iter().all(|rung| rung.flat) || is_near && run.windows(2).all(has_converged)
    }

    /// Whether the function changes at the longest step by so little that rounding hides it.
    pub(super) fn needs_longer_steps(&self) -> bool {
        let Some(longest) = self.rungs.first() else { return false };
        longest.slope != 0.0 && longest.rounding > 1e-3 * longest.slope.abs()
    }

    /// The difference with the smallest error.
    pub(super) fn best(&self) -> Difference {
        let best = self.candidate();
        let is_shorter = |rung: &&Rung| rung.step < best.step;
        let agrees =
            |rung: &Rung| (rung.slope - best.value).abs() <= best.uncertainty + NOISE * rung.rounding;
        let converged = best.uncertainty.is_finite() && self.rungs.iter().filter(is_shorter).all(agrees);
        // A derivative below the smallest number is rounded, too.
        Difference { uncertainty: best.uncertainty + 8.0 * self.precision.smallest, converged, ..best }
    }

    /// The difference with the smallest error, among those with a relative one if there is any.
    fn candidate(&self) -> Difference {
        let candidates = self.candidates();
        let smooth = || candidates.iter().filter(|candidate| !candidate.on_kink);
        let converged = || {
            smooth()
                .map(|candidate| candidate.difference)
                .filter(|difference| difference.value != 0.0)
                .filter(|difference| difference.uncertainty <= CONVERGED * difference.value.abs())
        };
        match smallest_uncertainty(converged()) {
            Some(best) => {
                let apart = |other: Difference| (other.value - best.value).abs();
                let differ = |other: Difference| apart(other) > 4.0 * (other.uncertainty + best.uncertainty);
                let uncertainty = if converged().any(differ) { f64::INFINITY } else { best.uncertainty };
                Difference { uncertainty, ..best }
            }
            None => {
                let zeros = smooth().filter(|candidate| self.is_zero(candidate));
                let best = smallest_uncertainty(zeros.map(|candidate| candidate.difference));
                best.unwrap_or(Difference::UNKNOWN)
            }
        }
    }

    /// Whether the slope is not distinguishable from 0 at this step, and at no shorter one: the function
    /// is still, or its slopes fall towards 0.
    fn is_zero(&self, candidate: &Candidate) -> bool {
        let vanishes = |pair: &[Rung]| pair[1].still || pair[1].slope.abs() < 0.5 * pair[0].slope.abs();
        let shorter = |pair: &&[Rung]| pair[1].step <= candidate.difference.step;
        self.rungs.windows(2).filter(shorter).all(vanishes)
    }

    /// Each difference but the shortest ones, which have too few neighbours to estimate the error.
    fn candidates(&self) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        // The largest error in a value that the steps shorter than the present ones show.
        let mut noise: f64 = 0.0;
        for (i, pair) in self.rungs.windows(2).enumerate().rev() {
            let [longer, shorter] = [pair[0], pair[1]];
            let change = (longer.slope - shorter.slope).abs();
            let scatter = noise / shorter.step;
            noise = noise.max(change * longer.step);
            let on_kink = shorter.is_bent(&longer, scatter);
            if i + 3 < self.rungs.len() {
                let uncertainty = change + 2.0 * shorter.rounding + scatter;
                let (value, step) = (shorter.slope, shorter.step);
                let difference = Difference { value, step, uncertainty, converged: false };
                candidates.push(Candidate { difference, on_kink });
            }
        }
        candidates
    }
}

fn smallest_uncertainty(differences: impl Iterator<Item = Difference>) -> Option<Difference> {
    differences.min_by(|a, b| a.uncertainty.total_cmp(&b.uncertainty))
}
