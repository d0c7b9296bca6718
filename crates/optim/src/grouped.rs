//! An optimizer that carries its parameter groups along.

use crate::group::{expect_groups, meet};
use crate::{Float, Group, Optimizer, State, StateError};

/// An optimizer whose every step treats some parameters in their own way.
///
/// ```
/// use wengert_optim::{Adam, Group, Grouped, Optimizer};
///
/// // Weights 0..64 decay, the biases behind them do not.
/// let adam = Adam::new(1e-3).decoupled_weight_decay(0.01);
/// let mut optimizer = Grouped::new(adam, [Group::new(64..72).weight_decay(0.0)]);
/// optimizer.step(&mut [1.0_f32; 72], &[0.0; 72]);
/// ```
///
/// Groups given to [`step_groups`](Optimizer::step_groups) act on top of these: factors multiply, what is frozen
/// in one of them is frozen, and the given weight decay goes before the carried one. The groups are not part of
/// the [`State`].
#[derive(Clone, Debug)]
pub struct Grouped<O> {
    optimizer: O,
    groups: Vec<Group>,
    meeting: Vec<Group>,
}

impl<O> Grouped<O> {
    /// `optimizer`, treating the parameters of `groups` as these say.
    ///
    /// # Panics
    /// If the groups overlap or are not in order.
    #[must_use]
    #[track_caller]
    pub fn new(optimizer: O, groups: impl Into<Vec<Group>>) -> Self {
        let groups = groups.into();
        expect_groups(&groups, usize::MAX);
        Self { optimizer, groups, meeting: Vec::new() }
    }
}

impl<F: Float, O: Optimizer<F>> Optimizer<F> for Grouped<O> {
    #[track_caller]
    fn step_groups(&mut self, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
        expect_groups(&self.groups, parameters.len());
        expect_groups(groups, parameters.len());
        meet(&self.groups, groups, parameters.len(), &mut self.meeting);
        self.optimizer.step_groups(parameters, gradient, &self.meeting);
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

    fn state(&self) -> State<F> {
        self.optimizer.state()
    }

    fn restore(&mut self, state: State<F>) -> Result<(), StateError> {
        self.optimizer.restore(state)
    }
}
