//! The interface of all optimizers.

use crate::array_shape::ArrayShape;
use crate::float::Float;
use crate::group::Group;
use crate::state::{OptimizerState, StateError};
use std::ops::Range;

/// A method that moves parameters against their gradient, with a state from step to step.
///
/// Settings are `f64` for every precision of the parameters, and are rounded to that precision in each
/// step. The state (velocities, moments) has the precision of the parameters; it starts at zero and is
/// allocated by the first step, so that later steps allocate nothing. A step is one pass over the slices,
/// which is divided among the threads of the current rayon pool if they are long. The same calls give the
/// same bits for any processor and any number of threads.
pub trait Optimizer<F: Float>: Send {
    /// Moves `parameters` by one step, given the `gradient` of the loss at them, with the settings of
    /// `groups` for the parameters in them.
    ///
    /// Each parameter has its own step count. One that is unfrozen later starts with its own first step,
    /// with the bias correction of a first step.
    ///
    /// # Panics
    /// If the slices differ in length, if their length is not that of the first step, or if the groups
    /// overlap, are not in order, or go beyond the parameters.
    #[track_caller]
    fn step_groups(&mut self, parameters: &mut [F], gradient: &[F], groups: &[Group]);

    /// Moves all `parameters` by one step, given the `gradient` of the loss at them.
    ///
    /// # Panics
    /// If the slices differ in length, or if their length is not that of the first step.
    #[track_caller]
    fn step(&mut self, parameters: &mut [F], gradient: &[F]) {
        self.step_groups(parameters, gradient, &[]);
    }

    /// The buffers of the state, each with one number per parameter, if each parameter moves by itself: then
    /// several processes can [divide a step](Self::step_share). `None` if parameters depend on each other.
    fn buffers_mut(&mut self) -> Option<Vec<&mut [F]>> {
        None
    }

    /// Moves the parameters of `share` as [`step_groups`](Self::step_groups) does. The others keep their
    /// values, and so do their [buffers](Self::buffers_mut): another process computes these. The step counts
    /// as one of all parameters.
    ///
    /// # Panics
    /// As `step_groups`; if `share` goes beyond the parameters; and if it is not all of them and the method
    /// has no [buffers](Self::buffers_mut) that can be divided.
    #[track_caller]
    fn step_share(&mut self, share: Range<usize>, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
        assert!(
            share == (0..parameters.len()),
            "{}: parameters depend on those of other shares",
            self.name()
        );
        self.step_groups(parameters, gradient, groups);
    }

    /// Tells the arrays in the slices, in order, before the first step; the training of a model does it.
    /// Methods that treat each parameter by itself do not need it, and ignore it.
    fn set_shapes(&mut self, shapes: &[ArrayShape]) {
        let _ = shapes;
    }

    /// Whether the result of the method is an average of the points that it visits, instead of the last one.
    /// Gradients are then those at the parameters, and a model is evaluated and saved with the
    /// [average](Self::write_average); the training of a model does it.
    fn has_average(&self) -> bool {
        false
    }

    /// Writes the average that belongs to these `parameters`, those after the last step; the parameters
    /// themselves if the method has [none](Self::has_average), or before the first step.
    ///
    /// # Panics
    /// If the slices differ in length, or if their length is not that of the first step.
    #[track_caller]
    fn write_average(&self, parameters: &[F], average: &mut [F]) {
        average.copy_from_slice(parameters);
    }

    /// The learning rate that the next step uses.
    fn learning_rate(&self) -> f64;

    /// Changes the learning rate from the next step on; the state does not change.
    ///
    /// # Panics
    /// If `rate` is negative, infinite or NaN.
    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64);

    /// The usual name of the method in lower case, for reports: `"sgd"`, `"adam"`, `"adamw"`.
    fn name(&self) -> &'static str;

    /// The state so far, to be saved.
    fn state(&self) -> OptimizerState<F>;

    /// Continues from a saved state: later steps give the same bits as those of the optimizer that was
    /// saved.
    ///
    /// # Errors
    /// If the state is that of another method or of other settings, or if its parts contradict each other.
    /// The optimizer is then not changed.
    fn restore(&mut self, state: OptimizerState<F>) -> Result<(), StateError>;
}

macro_rules! optimizer_behind {
    ($($pointer:ty),*) => {$(
        impl<F: Float, O: Optimizer<F> + ?Sized> Optimizer<F> for $pointer {
            #[track_caller]
            fn step_groups(&mut self, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
                (**self).step_groups(parameters, gradient, groups);
            }

            #[track_caller]
            fn step(&mut self, parameters: &mut [F], gradient: &[F]) {
                (**self).step(parameters, gradient);
            }

            fn buffers_mut(&mut self) -> Option<Vec<&mut [F]>> {
                (**self).buffers_mut()
            }

            #[track_caller]
            fn step_share(
                &mut self,
                share: Range<usize>,
                parameters: &mut [F],
                gradient: &[F],
                groups: &[Group],
            ) {
                (**self).step_share(share, parameters, gradient, groups);
            }

            fn set_shapes(&mut self, shapes: &[ArrayShape]) {
                (**self).set_shapes(shapes);
            }

            fn has_average(&self) -> bool {
                (**self).has_average()
            }

            #[track_caller]
            fn write_average(&self, parameters: &[F], average: &mut [F]) {
                (**self).write_average(parameters, average);
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

            fn state(&self) -> OptimizerState<F> {
                (**self).state()
            }

            fn restore(&mut self, state: OptimizerState<F>) -> Result<(), StateError> {
                (**self).restore(state)
            }
        }
    )*};
}

optimizer_behind!(Box<O>, &mut O);
