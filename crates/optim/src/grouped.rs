//! An optimizer with fixed parameter groups.

use crate::array_shape::ArrayShape;
use crate::float::Float;
use crate::group::{Group, assert_groups, combine};
use crate::optimizer::Optimizer;
use crate::state::{OptimizerState, StateError};
use std::ops::Range;

/// An optimizer that applies the same parameter groups in every step.
///
/// ```
/// use wengert_optim::{Adam, Group, Grouped, Optimizer};
///
/// // Weights 0..64 decay, the biases after them do not.
/// let adam = Adam::new(1e-3).decoupled_weight_decay(0.01);
/// let mut optimizer = Grouped::new(adam, [Group::new(64..72).weight_decay(0.0)]);
/// optimizer.step(&mut [1.0_f32; 72], &[0.0; 72]);
/// ```
///
/// Groups that are passed to [`step_groups`](Optimizer::step_groups) act in addition: factors multiply,
/// parameters that are frozen in either are frozen, and the weight decay that is passed has precedence. The
/// groups are not part of the [`OptimizerState`].
#[derive(Clone, Debug)]
pub struct Grouped<O> {
    optimizer: O,
    groups: Vec<Group>,
    /// The memory for the groups of a step.
    combined: Vec<Group>,
}

impl<O> Grouped<O> {
    /// `optimizer` with these groups in every step.
    ///
    /// # Panics
    /// If the groups overlap or are not in order.
    #[must_use]
    #[track_caller]
    pub fn new(optimizer: O, groups: impl Into<Vec<Group>>) -> Self {
        let groups = groups.into();
        assert_groups(&groups, usize::MAX);
        Self { optimizer, groups, combined: Vec::new() }
    }

    /// Combines the groups with those of a step.
    #[track_caller]
    fn combine(&mut self, groups: &[Group], length: usize) {
        assert_groups(&self.groups, length);
        assert_groups(groups, length);
        combine(&self.groups, groups, length, &mut self.combined);
    }
}

impl<F: Float, O: Optimizer<F>> Optimizer<F> for Grouped<O> {
    #[track_caller]
    fn step_groups(&mut self, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
        self.combine(groups, parameters.len());
        self.optimizer.step_groups(parameters, gradient, &self.combined);
    }

    fn buffers_mut(&mut self) -> Option<Vec<&mut [F]>> {
        self.optimizer.buffers_mut()
    }

    #[track_caller]
    fn step_share(&mut self, share: Range<usize>, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
        self.combine(groups, parameters.len());
        self.optimizer.step_share(share, parameters, gradient, &self.combined);
    }

    fn set_shapes(&mut self, shapes: &[ArrayShape]) {
        self.optimizer.set_shapes(shapes);
    }

    fn has_average(&self) -> bool {
        self.optimizer.has_average()
    }

    #[track_caller]
    fn write_average(&self, parameters: &[F], average: &mut [F]) {
        self.optimizer.write_average(parameters, average);
    }

    fn learning_rate(&self) -> f64 {
        self.optimizer.learning_rate()
    }

    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64) {
        self.optimizer.set_learning_rate(rate);
    }

    fn name(&self) -> &'static str {
        self.optimizer.name()
    }

    fn state(&self) -> OptimizerState<F> {
        self.optimizer.state()
    }

    fn restore(&mut self, state: OptimizerState<F>) -> Result<(), StateError> {
        self.optimizer.restore(state)
    }
}
