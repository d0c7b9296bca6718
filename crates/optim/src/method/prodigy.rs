//! Prodigy: Adam that finds its own learning rate.

use std::ops::Range;

use wengert_kernels::flush_subnormal;
use wengert_kernels::validate::{assert_below_one, assert_non_negative};

use crate::elementwise::StepCounts;
use crate::float::{Float, average_weights, compiled_here, rounded};
use crate::group::{Group, assert_groups, pieces};
use crate::optimizer::Optimizer;
use crate::state::{OptimizerState, StateError, check_buffers, check_settings, checked_numbers};
use crate::validate::{assert_epsilon, assert_lengths};
use crate::weight_decay::WeightDecay;

/// Prodigy: Adam whose step length `d` grows to the distance of a good point from the start.
///
/// ```text
/// r <- beta3 r + (d / d0) d eta <g, w0 - w>           over all parameters; w0 is the start
/// q <- beta3 q + (d / d0) d eta g
/// m <- beta1 m + (1 - beta1) d g
/// s <- beta2 s + (1 - beta2) d^2 g^2
/// e  = d;  d <- max(d, r / |q|_1)
/// w <- (1 - e eta lambda) w - e eta m / (sqrt(s) + d epsilon)
/// ```
///
/// Source: Mishchenko and Defazio 2023, algorithm 4 (Prodigy with Adam), in the form of their package
/// `prodigyopt`, with `beta3 = sqrt(beta2)`, and without bias correction. Leave the rate at 1: it is a factor
/// of the length that is found, for a schedule. `d` begins at `d0 = 1e-6`, and never falls. Frozen parameters
/// are left out of both sums. In single precision, a first step of `d0 eta` must not vanish beside the
/// parameters: begin with a larger `d0` if these are much larger than 1. Scaling all gradients by one factor
/// changes the steps only through `epsilon`.
///
/// | here | the authors' `Prodigy` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`betas(beta1, beta2)`](Prodigy::betas) | `betas` | 0.9, 0.999 |
/// | [`epsilon(e)`](Prodigy::epsilon) | `eps` | 1e-8 |
/// | [`first_length(d0)`](Prodigy::first_length) | `d0` | 1e-6 |
/// | [`weight_decay(lambda)`](Prodigy::weight_decay) | `weight_decay`, `decouple=False` | 0 |
/// | [`decoupled_weight_decay(lambda)`](Prodigy::decoupled_weight_decay) | `weight_decay` | 0 |
///
/// `d_coef=1`, `growth_rate=inf`, `safeguard_warmup=False` and `slice_p=1` are fixed.
#[derive(Clone, Debug)]
pub struct Prodigy<F = f32> {
    learning_rate: f64,
    betas: (f64, f64),
    epsilon: f64,
    first: f64,
    decay: WeightDecay,
    /// The length of steps, and the sum `r`.
    length: f64,
    sum: f64,
    counts: StepCounts,
    buffers: [Vec<F>; 4],
}

const BUFFERS: [&str; 4] = ["start", "progress", "mean", "square"];
const NUMBERS: [&str; 2] = ["length", "sum"];

impl<F: Float> Prodigy<F> {
    /// Prodigy with the factor `eta` of its own rate; 1 is usual.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        assert_non_negative("Prodigy: learning rate", learning_rate);
        Self {
            learning_rate,
            betas: (0.9, 0.999),
            epsilon: 1e-8,
            first: 1e-6,
            decay: WeightDecay::L2(0.0),
            length: 1e-6,
            sum: 0.0,
            counts: StepCounts::default(),
            buffers: Default::default(),
        }
    }

    /// Sets the decay rates of the running mean and of the running mean square.
    ///
    /// # Panics
    /// If one is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        assert_below_one("Prodigy: beta1", beta1);
        assert_below_one("Prodigy: beta2", beta2);
        self.betas = (beta1, beta2);
        self
    }

    /// Sets the term that is added to the root, times the length of steps.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        assert_epsilon::<F>("Prodigy: epsilon", epsilon);
        self.epsilon = epsilon;
        self
    }

    /// Sets the length that the steps begin with, which should be too small.
    ///
    /// # Panics
    /// If it is not in `[1e-15, 1e15]`.
    #[must_use]
    #[track_caller]
    pub fn first_length(mut self, d0: f64) -> Self {
        assert!((1e-15..=1e15).contains(&d0), "Prodigy: first length is {d0}, must be in [1e-15, 1e15]");
        (self.first, self.length) = (d0, d0);
        self
    }

    /// Adds `lambda w` to the gradient before anything else.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN, or if decoupled weight decay is set as well.
    #[must_use]
    #[track_caller]
    pub fn weight_decay(mut self, lambda: f64) -> Self {
        self.decay.set("Prodigy", WeightDecay::L2(lambda));
        self
    }

    /// Multiplies the parameters by `1 - d eta lambda` in each step.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN, or if L2 regularisation is set as well.
    #[must_use]
    #[track_caller]
    pub fn decoupled_weight_decay(mut self, lambda: f64) -> Self {
        self.decay.set("Prodigy", WeightDecay::Decoupled(lambda));
        self
    }

    /// The length of the steps so far, `d`.
    #[must_use]
    pub fn length(&self) -> f64 {
        self.length
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        let Self { betas: (beta1, beta2), epsilon, first, decay, .. } = self;
        vec![
            ("beta1", *beta1),
            ("beta2", *beta2),
            ("epsilon", *epsilon),
            ("first_length", *first),
            (decay.name(), decay.lambda()),
        ]
    }

    /// The rate and the weight decay of a piece; `None` if it is frozen.
    fn rate_and_decay(&self, piece: &Group) -> Option<(f64, WeightDecay)> {
        let factor = piece.learning_rate_factor()?;
        let lambda = piece.own_weight_decay().unwrap_or(self.decay.lambda());
        Some((factor * self.learning_rate, self.decay.with_lambda(lambda)))
    }
}

/// The factors of the first half of a step, rounded.
struct Gathering<F> {
    l2: F,
    beta3: F,
    /// `(d / d0) d eta`.
    weight: F,
    mean: (F, F),
    square: (F, F),
}

/// Updates the buffers; returns `<g, w0 - w>` and the sum of the absolute values of `q`.
fn gather<F: Float>(w: &[F], g: &[F], buffers: [&mut [F]; 4], factors: &Gathering<F>) -> (f64, f64) {
    let Gathering { l2, beta3, weight, mean: (beta1, fresh1), square: (beta2, fresh2) } = *factors;
    let [start, progress, mean, square] = buffers;
    let (mut product, mut total) = (0.0, 0.0);
    for i in 0..w.len() {
        let g = g[i] + l2 * w[i];
        product += g.widened() * (start[i] - w[i]).widened();
        progress[i] = flush_subnormal(beta3 * progress[i] + weight * g);
        total += progress[i].widened().abs();
        mean[i] = flush_subnormal(beta1 * mean[i] + fresh1 * g);
        square[i] = flush_subnormal(beta2 * square[i] + fresh2 * (g * g));
    }
    (product, total)
}

/// `w <- keep w - rate m / (sqrt(s) + epsilon)`.
fn advance<F: Float>(w: &mut [F], mean: &[F], square: &[F], [keep, rate, epsilon]: [F; 3]) {
    for ((w, &m), &s) in w.iter_mut().zip(mean).zip(square) {
        *w = keep * *w - rate * (m / (s.sqrt() + epsilon));
    }
}

impl<F: Float> Prodigy<F> {
    /// The first half of a step: the buffers, `r`, and the sum of the absolute values of `q`.
    fn gather(&mut self, w: &[F], g: &[F], groups: &[Group]) -> f64 {
        let (d, (beta1, beta2)) = (self.length, self.betas);
        let beta3 = beta2.sqrt();
        let (mut products, mut total) = (0.0, 0.0);
        for piece in pieces(groups, w.len()) {
            let Some((rate, decay)) = self.rate_and_decay(&piece) else { continue };
            let (l2, _) = decay.coefficients(rate);
            let ((old1, fresh1), (old2, fresh2)) = (average_weights::<F>(beta1), (beta2, 1.0 - beta2));
            let factors = Gathering {
                l2: rounded(l2),
                beta3: rounded(beta3),
                weight: rounded(d / self.first * (d * rate)),
                mean: (old1, fresh1 * rounded(d)),
                square: (rounded(old2), rounded(d * d * fresh2)),
            };
            let buffers = &mut self.buffers;
            self.counts.step(piece.range(), |run: Range<usize>, t| {
                if t == 1 {
                    buffers[0][run.clone()].copy_from_slice(&w[run.clone()]);
                }
                let own = buffers.each_mut().map(|buffer| &mut buffer[run.clone()]);
                let gathering = compiled_here!(F: gather(
                    w: &[F], g: &[F], buffers: [&mut [F]; 4], factors: &Gathering<F>
                ) -> (f64, f64));
                let (product, part) = gathering(&w[run.clone()], &g[run], own, &factors);
                products += rate * product;
                total += part;
            });
        }
        self.counts.join();
        self.sum = beta3 * self.sum + d / self.first * d * products;
        total
    }
}

impl<F: Float> Optimizer<F> for Prodigy<F> {
    #[track_caller]
    fn step_groups(&mut self, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
        assert_lengths("Prodigy", self.counts.length(), parameters.len(), gradient.len());
        assert_groups(groups, parameters.len());
        if self.counts.length().is_none() {
            self.counts = StepCounts::zero(parameters.len());
            self.buffers = [(); 4].map(|()| vec![F::zero(); parameters.len()]);
        }
        let (before, total) = (self.length, self.gather(parameters, gradient, groups));
        // 0 / 0, which says nothing, as long as all gradients are zero.
        let found = self.sum / total;
        if found.is_finite() {
            self.length = self.length.max(found);
        }
        for piece in pieces(groups, parameters.len()) {
            let Some((rate, decay)) = self.rate_and_decay(&piece) else { continue };
            let (_, keep) = decay.coefficients(before * rate);
            let factors = [keep, before * rate, self.length * self.epsilon].map(rounded::<F>);
            let range = piece.range();
            let (mean, square) = (&self.buffers[2][range.clone()], &self.buffers[3][range.clone()]);
            compiled_here!(F: advance(w: &mut [F], mean: &[F], square: &[F], factors: [F; 3]))(
                &mut parameters[range],
                mean,
                square,
                factors,
            );
        }
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64) {
        assert_non_negative("Prodigy: learning rate", rate);
        self.learning_rate = rate;
    }

    fn name(&self) -> &'static str {
        "prodigy"
    }

    fn state(&self) -> OptimizerState<F> {
        let owned = |(name, value): (&str, f64)| (name.to_owned(), value);
        let buffers = BUFFERS.iter().zip(&self.buffers);
        OptimizerState {
            method: self.name().to_owned(),
            learning_rate: self.learning_rate,
            settings: self.settings().into_iter().map(owned).collect(),
            steps: self.counts.runs().to_vec(),
            numbers: NUMBERS.into_iter().zip([self.length, self.sum]).map(owned).collect(),
            buffers: buffers.map(|(name, numbers)| ((*name).to_owned(), numbers.clone())).collect(),
        }
    }

    fn restore(&mut self, state: OptimizerState<F>) -> Result<(), StateError> {
        if state.method != self.name() {
            return Err(StateError::Method { saved: state.method, expected: self.name().to_owned() });
        }
        check_settings(&state.settings, &self.settings())?;
        let rate = state.learning_rate;
        if !(rate >= 0.0 && rate.is_finite()) {
            return Err(StateError::LearningRate { rate });
        }
        let [length, sum] = checked_numbers(&state.numbers, NUMBERS)?;
        let counts = StepCounts::from_runs(state.steps).map_err(|runs| StateError::Steps { runs })?;
        let count = counts.length().unwrap_or(0);
        match self.counts.length() {
            Some(expected) if expected != count => {
                return Err(StateError::Length { buffer: "steps".to_owned(), saved: count, expected });
            }
            _ => check_buffers(&state.buffers, &BUFFERS, count)?,
        }
        (self.learning_rate, self.length, self.sum, self.counts) = (rate, length, sum, counts);
        for (own, (_, saved)) in self.buffers.iter_mut().zip(state.buffers) {
            *own = saved;
        }
        Ok(())
    }
}
