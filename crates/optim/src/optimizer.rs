//! The interface every optimizer has.

use crate::{Float, Group, State, StateError};

/// A rule that moves parameters against their gradient and remembers what it needs from step to step.
///
/// Settings are `f64` whatever the precision of the parameters, and are rounded to it in each step. State
/// (velocities, moments) is in the precision of the parameters; it starts at zero and is allocated by the
/// first step, so later steps allocate nothing. A step is one pass over the slices, element by element, shared
/// among the threads of the current rayon pool when it is long. The same calls give the same bits, whatever the
/// processor and the number of threads.
pub trait Optimizer<F: Float>: Send {
    /// Moves `parameters` one step, given the `gradient` of the loss at them, but treats the parameters of
    /// `groups` as these say.
    ///
    /// Each parameter counts its own steps. One that is unfrozen late starts with its own first step, with
    /// corrections for bias as at the beginning.
    ///
    /// # Panics
    /// If the slices differ in length, if their length is not that of the first step, or if the groups overlap,
    /// are not in order, or go beyond the parameters.
    #[track_caller]
    fn step_groups(&mut self, parameters: &mut [F], gradient: &[F], groups: &[Group]);

    /// Moves all `parameters` one step, given the `gradient` of the loss at them.
    ///
    /// # Panics
    /// If the slices differ in length, or if their length is not that of the first step.
    #[track_caller]
    fn step(&mut self, parameters: &mut [F], gradient: &[F]) {
        self.step_groups(parameters, gradient, &[]);
    }

    /// The learning rate that the next step uses.
    fn learning_rate(&self) -> f64;

    /// Changes the learning rate from the next step on; the state stays as it is.
    ///
    /// # Panics
    /// If `rate` is negative, infinite or NaN.
    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64);

    /// The method's usual name in lower case, for reports: `"sgd"`, `"adam"`, `"adamw"`.
    fn name(&self) -> &'static str;

    /// What has been remembered so far, to be saved.
    fn state(&self) -> State<F>;

    /// Goes on from a saved state: later steps give the same bits as those of the optimizer that was saved.
    ///
    /// # Errors
    /// If the state is of another method, or one with other settings, or does not fit together; the optimizer
    /// is then as before.
    fn restore(&mut self, state: State<F>) -> Result<(), StateError>;
}

impl<F: Float, O: Optimizer<F> + ?Sized> Optimizer<F> for Box<O> {
    #[track_caller]
    fn step_groups(&mut self, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
        (**self).step_groups(parameters, gradient, groups);
    }

    #[track_caller]
    fn step(&mut self, parameters: &mut [F], gradient: &[F]) {
        (**self).step(parameters, gradient);
    }

    fn learning_rate(&self) -> f64 {
        (**self).learning_rate()
    }

    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64) {
        (**self).set_learning_rate(rate);
    }

    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn state(&self) -> State<F> {
        (**self).state()
    }

    fn restore(&mut self, state: State<F>) -> Result<(), StateError> {
        (**self).restore(state)
    }
}
