//! Optimizers that treat each parameter alone: one driver for all their rules.

mod ages;
mod rule;
mod stretch;

pub use rule::Rule;
pub use stretch::Stretch;

use crate::decay::Decay;
use crate::expect::expect_lengths;
use crate::float::rounded;
use crate::group::{Group, expect_groups, pieces};
use crate::state::{State, StateError, fit_buffers, fit_settings};
use crate::{Float, Optimizer};
use ages::Ages;
use stretch::Coefficients;
use wengert_kernels::validate::assert_non_negative;

/// The optimizer that follows the rule `R` for each parameter alone.
///
/// Use it by the names of its rules: [`Sgd`](crate::Sgd), [`Adam`](crate::Adam), and so on; a page each has
/// formula and settings. What is here, they have in common.
#[derive(Clone, Debug)]
pub struct Elementwise<R, F = f32> {
    pub(crate) rule: R,
    learning_rate: f64,
    decay: Decay,
    ages: Ages,
    kept: Vec<Vec<F>>,
}

impl<R: Rule, F: Float> Elementwise<R, F> {
    /// An optimizer that has not taken a step.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn from_rule(rule: R, learning_rate: f64) -> Self {
        assert_non_negative(&format!("{}: learning rate", R::TITLE), learning_rate);
        Self { rule, learning_rate, decay: R::DECAY, ages: Ages::default(), kept: Vec::new() }
    }

    /// Adds `lambda w` to the gradient, the gradient of `lambda |w|^2 / 2`, in front of everything else.
    ///
    /// This is L2 regularisation: the term goes through momentum and scaling. PyTorch's `weight_decay`, but for
    /// `AdamW`.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN, or if decoupled decay was asked for already.
    #[must_use]
    #[track_caller]
    pub fn weight_decay(mut self, lambda: f64) -> Self {
        self.decay.ask(R::TITLE, Decay::L2(lambda));
        self
    }

    /// Shrinks the parameters by `1 - eta lambda` in each step, beside momentum and scaling.
    ///
    /// The decay of Loshchilov and Hutter 2019 in PyTorch's form, where the learning rate multiplies it:
    /// `weight_decay` of `AdamW`, or with `decoupled_weight_decay=True`.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN, or if L2 regularisation was asked for already.
    #[must_use]
    #[track_caller]
    pub fn decoupled_weight_decay(mut self, lambda: f64) -> Self {
        self.decay.ask(R::TITLE, Decay::Decoupled(lambda));
        self
    }

    /// The numbers kept under a name, one for each parameter: `"velocity"` of momentum, `"mean"` of Adam.
    ///
    /// `None` before the first step, and for a name that the rule does not have.
    #[must_use]
    pub fn kept(&self, name: &str) -> Option<&[F]> {
        let position = self.rule.kept().iter().position(|own| *own == name)?;
        self.kept.get(position).map(Vec::as_slice)
    }

    /// The rule and its settings.
    #[must_use]
    pub fn rule(&self) -> &R {
        &self.rule
    }

    /// What a state is compared by, beside the names of its parts.
    fn settings(&self) -> Vec<(&'static str, f64)> {
        let mut settings = self.rule.settings();
        settings.push((self.decay.name(), self.decay.lambda()));
        settings
    }

    /// Allocates what is kept, before the first step.
    fn begin(&mut self, length: usize) {
        self.ages = Ages::newborn(length);
        self.kept = self.rule.kept().iter().map(|_| vec![F::zero(); length]).collect();
    }
}

impl<R: Rule, F: Float> Optimizer<F> for Elementwise<R, F> {
    #[track_caller]
    fn step_groups(&mut self, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
        expect_lengths(R::TITLE, self.ages.length(), parameters.len(), gradient.len());
        expect_groups(groups, parameters.len());
        if self.ages.length().is_none() {
            self.begin(parameters.len());
        }
        let Self { rule, learning_rate, decay, ages, kept } = self;
        for group in pieces(groups, parameters.len()) {
            let Some(factor) = group.factor() else { continue };
            let rate = *learning_rate * factor;
            let (l2, keep) = decay.with(group.decay().unwrap_or(decay.lambda())).coefficients(rate);
            let decay = Coefficients { l2: rounded(l2), keep: rounded(keep) };
            ages.step(group.range(), |run, t| {
                let start = run.start;
                let (parameters, gradient) = (&mut parameters[run.clone()], &gradient[run]);
                rule.sweep(t, rate, Stretch { parameters, gradient, kept, start, decay });
            });
        }
        ages.join();
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

    fn state(&self) -> State<F> {
        let owned = |name: &str| name.to_owned();
        let begun = self.ages.length().is_some();
        let buffers = self.rule.kept().iter().enumerate();
        State {
            method: owned(self.name()),
            learning_rate: self.learning_rate,
            settings: self.settings().into_iter().map(|(name, value)| (owned(name), value)).collect(),
            steps: self.ages.runs().to_vec(),
            buffers: buffers
                .map(|(k, name)| (owned(name), if begun { self.kept[k].clone() } else { Vec::new() }))
                .collect(),
        }
    }

    fn restore(&mut self, state: State<F>) -> Result<(), StateError> {
        if state.method != self.name() {
            return Err(StateError::Method { saved: state.method, here: self.name().to_owned() });
        }
        fit_settings(&state.settings, &self.settings())?;
        if !(state.learning_rate >= 0.0 && state.learning_rate.is_finite()) {
            return Err(StateError::LearningRate(state.learning_rate));
        }
        let ages = Ages::restored(state.steps).map_err(StateError::Steps)?;
        let length = ages.length().unwrap_or(0);
        match self.ages.length() {
            Some(expected) if expected != length => {
                return Err(StateError::Length { buffer: "steps".to_owned(), saved: length, expected });
            }
            _ => fit_buffers(&state.buffers, self.rule.kept(), length)?,
        }
        self.learning_rate = state.learning_rate;
        self.ages = ages;
        // Nothing is kept before the first step, which allocates.
        let buffers = if self.ages.length().is_some() { state.buffers } else { Vec::new() };
        self.kept = buffers.into_iter().map(|(_, numbers)| numbers).collect();
        Ok(())
    }
}
