//! Optimizers that treat each parameter by itself: one implementation for all their rules.

mod rule;
mod segment;
mod step_counts;

use std::ops::Range;
use wengert_kernels::validate::assert_non_negative;

use crate::float::{Float, rounded};
use crate::group::{Group, assert_groups, pieces};
use crate::optimizer::Optimizer;
use crate::state::{OptimizerState, StateError, check_buffers, check_settings};
use crate::validate::assert_lengths;
use crate::weight_decay::WeightDecay;
pub use rule::Rule;
pub(crate) use rule::compiled_update;
use segment::Coefficients;
pub use segment::Segment;
pub(crate) use step_counts::StepCounts;

/// The optimizer that follows the rule `R` for each parameter by itself.
///
/// Use it by the names of its rules, [`Sgd`](crate::Sgd), [`Adam`](crate::Adam) and so on, whose pages have
/// formula and settings. This page has what all of them share.
#[derive(Clone, Debug)]
pub struct Elementwise<R, F = f32> {
    pub(crate) rule: R,
    learning_rate: f64,
    decay: WeightDecay,
    counts: StepCounts,
    buffers: Vec<Vec<F>>,
}

impl<R: Rule, F: Float> Elementwise<R, F> {
    /// An optimizer that has not taken a step yet.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn from_rule(rule: R, learning_rate: f64) -> Self {
        assert_non_negative(&format!("{}: learning rate", R::TITLE), learning_rate);
        Self { rule, learning_rate, decay: R::DECAY, counts: StepCounts::default(), buffers: Vec::new() }
    }

    /// Adds `lambda w`, the gradient of `lambda |w|^2 / 2`, to the gradient before anything else.
    ///
    /// This is L2 regularisation: the term goes through momentum and scaling. It is PyTorch's
    /// `weight_decay`, except in `AdamW`.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN, or if decoupled weight decay is set as well.
    #[must_use]
    #[track_caller]
    pub fn weight_decay(mut self, lambda: f64) -> Self {
        self.decay.set(R::TITLE, WeightDecay::L2(lambda));
        self
    }

    /// Multiplies the parameters by `1 - eta lambda` in each step, independently of momentum and scaling.
    ///
    /// The decay of Loshchilov and Hutter 2019 in PyTorch's form, where it is multiplied by the learning
    /// rate: `weight_decay` of `AdamW`, or with `decoupled_weight_decay=True`.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN, or if L2 regularisation is set as well.
    #[must_use]
    #[track_caller]
    pub fn decoupled_weight_decay(mut self, lambda: f64) -> Self {
        self.decay.set(R::TITLE, WeightDecay::Decoupled(lambda));
        self
    }

    /// The buffer of this name, one number per parameter: `"velocity"` of momentum, `"mean"` of Adam.
    ///
    /// `None` before the first step, and for a name that the rule does not have.
    #[must_use]
    pub fn buffer(&self, name: &str) -> Option<&[F]> {
        let position = self.rule.buffers().iter().position(|own| *own == name)?;
        self.buffers.get(position).map(Vec::as_slice)
    }

    /// The rule with its settings.
    #[must_use]
    pub fn rule(&self) -> &R {
        &self.rule
    }

    /// The settings that a restored state must agree with.
    fn settings(&self) -> Vec<(&'static str, f64)> {
        settings_with(self.rule.settings(), self.decay)
    }

    /// Allocates the buffers, before the first step.
    fn allocate(&mut self, length: usize) {
        self.counts = StepCounts::zero(length);
        self.buffers = self.rule.buffers().iter().map(|_| vec![F::zero(); length]).collect();
    }
}

impl<R: Rule, F: Float> Optimizer<F> for Elementwise<R, F> {
    #[track_caller]
    fn step_groups(&mut self, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
        self.step_share(0..parameters.len(), parameters, gradient, groups);
    }

    fn buffers_mut(&mut self) -> Option<Vec<&mut [F]>> {
        Some(self.buffers.iter_mut().map(Vec::as_mut_slice).collect())
    }

    #[track_caller]
    fn step_share(&mut self, share: Range<usize>, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
        assert_lengths(R::TITLE, self.counts.length(), parameters.len(), gradient.len());
        assert_groups(groups, parameters.len());
        let length = parameters.len();
        assert!(share.end <= length, "{}: {share:?} goes beyond the {length} parameters", R::TITLE);
        if self.counts.length().is_none() {
            self.allocate(parameters.len());
        }
        let Self { rule, learning_rate, decay, counts, buffers } = self;
        step_pieces(
            (*learning_rate, *decay, counts),
            (parameters, gradient, buffers),
            (share, groups),
            &mut |t, rate, segment| rule.update_compiled(t, rate, segment),
        );
    }

    fn has_average(&self) -> bool {
        R::HAS_AVERAGE
    }

    #[track_caller]
    fn write_average(&self, parameters: &[F], average: &mut [F]) {
        assert_lengths(R::TITLE, self.counts.length(), parameters.len(), average.len());
        average.copy_from_slice(parameters);
        let mut start = 0;
        for &(end, steps) in self.counts.runs() {
            if R::HAS_AVERAGE && steps > 0 {
                self.rule.average(&parameters[start..end], &self.buffers, start, &mut average[start..end]);
            }
            start = end;
        }
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64) {
        assert_non_negative(&format!("{}: learning rate", R::TITLE), rate);
        self.learning_rate = rate;
    }

    fn name(&self) -> &'static str {
        self.rule.name(self.decay)
    }

    fn state(&self) -> OptimizerState<F> {
        let (counts, settings) = (&self.counts, self.settings());
        state(self.name(), self.learning_rate, settings, counts, (self.rule.buffers(), &self.buffers))
    }

    fn restore(&mut self, state: OptimizerState<F>) -> Result<(), StateError> {
        let length = self.counts.length();
        let counts = restored_counts(&state, self.name(), &self.settings(), length, self.rule.buffers())?;
        self.learning_rate = state.learning_rate;
        // There are no buffers before the first step, which allocates them.
        let buffers = if counts.length().is_some() { state.buffers } else { Vec::new() };
        self.buffers = buffers.into_iter().map(|(_, numbers)| numbers).collect();
        self.counts = counts;
        Ok(())
    }
}

/// A step of a segment by the rule, given its number and the learning rate.
type Update<'a, F> = &'a mut dyn FnMut(u64, f64, Segment<'_, F>);

/// A step of the parameters of `share`: `update` is called for each piece of the groups there. Compiled once,
/// not for every rule.
fn step_pieces<F: Float>(
    (learning_rate, decay, counts): (f64, WeightDecay, &mut StepCounts),
    (parameters, gradient, buffers): (&mut [F], &[F], &mut [Vec<F>]),
    (share, groups): (Range<usize>, &[Group]),
    update: Update<'_, F>,
) {
    for group in pieces(groups, parameters.len()) {
        let Some(factor) = group.learning_rate_factor() else { continue };
        let rate = learning_rate * factor;
        let lambda = group.own_weight_decay().unwrap_or(decay.lambda());
        let kind = decay.with_lambda(lambda);
        let (l2, shrink) = kind.coefficients(rate);
        let decoupled = if matches!(kind, WeightDecay::Decoupled(_)) { lambda } else { 0.0 };
        let decay = Coefficients { l2: rounded(l2), shrink: rounded(shrink), decoupled: rounded(decoupled) };
        counts.step(group.range(), |run, t| {
            let start = run.start.max(share.start);
            let run = start..run.end.min(share.end);
            if run.is_empty() {
                return;
            }
            let (parameters, gradient) = (&mut parameters[run.clone()], &gradient[run]);
            update(t, rate, Segment { parameters, gradient, buffers, start, decay });
        });
    }
    counts.join();
}

/// The settings of a rule, and its weight decay.
fn settings_with(mut settings: Vec<(&'static str, f64)>, decay: WeightDecay) -> Vec<(&'static str, f64)> {
    settings.push((decay.name(), decay.lambda()));
    settings
}

/// The state to save, with the names and the content of the buffers.
fn state<F: Float>(
    method: &str,
    learning_rate: f64,
    settings: Vec<(&'static str, f64)>,
    counts: &StepCounts,
    (names, buffers): (&[&str], &[Vec<F>]),
) -> OptimizerState<F> {
    let owned = |name: &str| name.to_owned();
    let begun = counts.length().is_some();
    let content = |k: usize| if begun { buffers[k].clone() } else { Vec::new() };
    OptimizerState {
        method: owned(method),
        learning_rate,
        settings: settings.into_iter().map(|(name, value)| (owned(name), value)).collect(),
        steps: counts.runs().to_vec(),
        numbers: Vec::new(),
        buffers: names.iter().enumerate().map(|(k, name)| (owned(name), content(k))).collect(),
    }
}

/// The numbers of steps in a state that fits an optimizer with this name, these settings, this number of
/// parameters, if it is known, and buffers of these names.
fn restored_counts<F: Float>(
    state: &OptimizerState<F>,
    name: &str,
    settings: &[(&'static str, f64)],
    length: Option<usize>,
    buffers: &'static [&'static str],
) -> Result<StepCounts, StateError> {
    if state.method != name {
        return Err(StateError::Method { saved: state.method.clone(), expected: name.to_owned() });
    }
    check_settings(&state.settings, settings)?;
    if !(state.learning_rate >= 0.0 && state.learning_rate.is_finite()) {
        return Err(StateError::LearningRate { rate: state.learning_rate });
    }
    let runs = state.steps.clone();
    let counts = StepCounts::from_runs(runs).map_err(|runs| StateError::Steps { runs })?;
    let saved = counts.length().unwrap_or(0);
    match length {
        Some(expected) if expected != saved => {
            Err(StateError::Length { buffer: "steps".to_owned(), saved, expected })
        }
        _ => check_buffers(&state.buffers, buffers, saved).map(|()| counts),
    }
}
