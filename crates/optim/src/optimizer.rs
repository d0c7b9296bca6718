//! The interface every optimizer has.

use crate::Float;

/// A rule that moves parameters against their gradient and remembers what it needs from step to step.
///
/// Settings are `f64` whatever the precision of the parameters, and are rounded to it in each step. State
/// (velocities, moments) is in the precision of the parameters; it starts at zero and is allocated by the
/// first step, so later steps allocate nothing. A step is one serial pass over the slices, element by
/// element: its result does not depend on how the gradient was computed, and the same calls give the same
/// bits.
pub trait Optimizer<F: Float>: Send {
    /// Moves `parameters` one step, given the `gradient` of the loss at them.
    ///
    /// # Panics
    /// If the slices differ in length, or if their length is not that of the first step.
    #[track_caller]
    fn step(&mut self, parameters: &mut [F], gradient: &[F]);

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
}
