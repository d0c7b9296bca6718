//! LAMB: Adam whose steps follow the length of each array.

use std::ops::Range;

use wengert_kernels::validate::assert_non_negative;

use super::adam::Adam;
use crate::array_shape::ArrayShape;
use crate::clip::gradient_norm;
use crate::float::{Float, compiled_here, rounded};
use crate::group::{Group, assert_groups, pieces};
use crate::optimizer::Optimizer;
use crate::state::{OptimizerState, StateError, check_settings};
use crate::validate::assert_lengths;

/// LAMB: the direction of AdamW, stretched for each array so that the step is proportional to the array.
///
/// ```text
/// u  = m_hat / (sqrt(s_hat) + epsilon) + lambda w           m_hat, s_hat as in Adam
/// w <- w - eta r u      with r = |w| / |u| for each array; r = 1 where one of them is 0
/// ```
///
/// Source: You et al. 2020, algorithm 2, with the identity for `phi`. It is for large batches and large
/// learning rates, which it keeps from tearing arrays with small weights apart. Scaling all gradients by one
/// factor changes the steps only through `epsilon`.
///
/// Training tells the [shapes](Optimizer::set_shapes); without shapes, and for an array that a group divides,
/// `r = 1`, which is AdamW.
///
/// | here | the paper | default |
/// |---|---|---|
/// | `new(eta)` | `eta` | |
/// | [`betas(beta1, beta2)`](Lamb::betas) | `beta1`, `beta2` | 0.9, 0.999 |
/// | [`epsilon(e)`](Lamb::epsilon) | `epsilon` | 1e-6 |
/// | [`decoupled_weight_decay(lambda)`](Lamb::decoupled_weight_decay) | `lambda` | 0 |
#[derive(Clone, Debug)]
pub struct Lamb<F = f32> {
    /// Its rate is 1.
    adam: Adam<F>,
    learning_rate: f64,
    decay: f64,
    arrays: Vec<Range<usize>>,
    length: Option<usize>,
    /// The memory of a step: the direction with the opposite sign, and the groups that are frozen.
    direction: Vec<F>,
    frozen: Vec<Group>,
}

impl<F: Float> Lamb<F> {
    /// LAMB with learning rate `eta`, the length of a step relative to that of an array.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        assert_non_negative("LAMB: learning rate", learning_rate);
        Self {
            adam: Adam::new(1.0).epsilon(1e-6),
            learning_rate,
            decay: 0.0,
            arrays: Vec::new(),
            length: None,
            direction: Vec::new(),
            frozen: Vec::new(),
        }
    }

    /// Sets the decay rates of the running mean and of the running mean square.
    ///
    /// # Panics
    /// If one is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.adam = self.adam.betas(beta1, beta2);
        self
    }

    /// Sets the term that is added to the root.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.adam = self.adam.epsilon(epsilon);
        self
    }

    /// Adds `lambda w` to the direction.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn decoupled_weight_decay(mut self, lambda: f64) -> Self {
        assert_non_negative("LAMB: weight decay", lambda);
        self.decay = lambda;
        self
    }

    fn settings(&self) -> Vec<(String, f64)> {
        let mut settings = self.adam.state().settings;
        settings.retain(|(name, _)| ["beta1", "beta2", "epsilon"].contains(&&**name));
        settings.push(("decoupled_weight_decay".to_owned(), self.decay));
        settings
    }
}

/// Moves an array, or a part of one whose length is not followed.
fn move_array<F: Float>(w: &mut [F], opposite: &mut [F], rate: f64, lambda: f64, is_whole: bool) {
    let decay = rounded::<F>(lambda);
    for (u, &w) in opposite.iter_mut().zip(&*w) {
        *u = decay * w - *u;
    }
    let ratio = if is_whole { gradient_norm(w) / gradient_norm(opposite) } else { 1.0 };
    let stretch = if ratio > 0.0 && ratio.is_finite() { ratio } else { 1.0 };
    let rate = rounded::<F>(rate * stretch);
    for (w, &u) in w.iter_mut().zip(&*opposite) {
        *w = *w - rate * u;
    }
}

impl<F: Float> Optimizer<F> for Lamb<F> {
    #[track_caller]
    fn step_groups(&mut self, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
        assert_lengths("LAMB", self.length, parameters.len(), gradient.len());
        assert_groups(groups, parameters.len());
        let (end, length) = (self.arrays.last().map_or(0, |range| range.end), parameters.len());
        assert!(end <= length, "LAMB: there is an array up to {end} in the shapes, but {length} parameters");
        self.length = Some(length);
        self.direction.clear();
        self.direction.resize(length, F::zero());
        self.frozen.clear();
        self.frozen.extend(groups.iter().filter(|group| group.learning_rate_factor().is_none()).cloned());
        self.adam.step_groups(&mut self.direction, gradient, &self.frozen);
        for piece in pieces(groups, length) {
            let Some(factor) = piece.learning_rate_factor() else { continue };
            let (rate, lambda) =
                (factor * self.learning_rate, piece.own_weight_decay().unwrap_or(self.decay));
            let Range { mut start, end } = piece.range();
            while start < end {
                // The array that begins here, or what is left of one, or of all.
                let next = self.arrays.partition_point(|array| array.end <= start);
                let array = self.arrays.get(next).cloned().unwrap_or(start..end);
                let stop = if array.start > start { array.start.min(end) } else { array.end.min(end) };
                let is_whole = next < self.arrays.len() && array == (start..stop);
                let (w, u) = (&mut parameters[start..stop], &mut self.direction[start..stop]);
                compiled_here!(F: move_array(
                    w: &mut [F], opposite: &mut [F], rate: f64, lambda: f64, is_whole: bool
                ))(w, u, rate, lambda, is_whole);
                start = stop;
            }
        }
    }

    fn set_shapes(&mut self, shapes: &[ArrayShape]) {
        let range = |array: &ArrayShape| array.start..array.start + array.shape.iter().product::<usize>();
        self.arrays = shapes.iter().map(range).collect();
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64) {
        assert_non_negative("LAMB: learning rate", rate);
        self.learning_rate = rate;
    }

    fn name(&self) -> &'static str {
        "lamb"
    }

    fn state(&self) -> OptimizerState<F> {
        let (method, learning_rate) = (self.name().to_owned(), self.learning_rate);
        OptimizerState { method, learning_rate, settings: self.settings(), ..self.adam.state() }
    }

    fn restore(&mut self, state: OptimizerState<F>) -> Result<(), StateError> {
        if state.method != self.name() {
            return Err(StateError::Method { saved: state.method, expected: self.name().to_owned() });
        }
        let own = self.settings();
        let own: Vec<(&'static str, f64)> =
            NAMES.into_iter().zip(own).map(|(name, (_, x))| (name, x)).collect();
        check_settings(&state.settings, &own)?;
        let rate = state.learning_rate;
        if !(rate >= 0.0 && rate.is_finite()) {
            return Err(StateError::LearningRate { rate });
        }
        let length = state.steps.last().map(|&(end, _)| end);
        let OptimizerState { method, settings, learning_rate, .. } = self.adam.state();
        self.adam.restore(OptimizerState { method, settings, learning_rate, ..state })?;
        (self.learning_rate, self.length) = (rate, length);
        Ok(())
    }
}

/// The names of the settings.
const NAMES: [&str; 4] = ["beta1", "beta2", "epsilon", "decoupled_weight_decay"];
