//! Callbacks: code of the program that sees a training run, and may end it.

use crate::epoch::Epoch;
use std::ops::ControlFlow;
use wengert_ad::Real;
use wengert_nn::Params;

/// Code that is called after each epoch. Every closure with the same argument and result is one.
///
/// ```
/// use std::ops::ControlFlow;
/// use wengert_data::moons;
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::{AfterEpoch, StopReason, Trainer};
///
/// let data = moons(200, 0.1, 7).split(0.8, 0.2, 0.0, 7)?.standardised();
/// let report = Trainer::new(Mlp::new([2, 8, 2]), CrossEntropy, Adam::new(1e-2))
///     .epochs(1000)
///     .callback(|run: &AfterEpoch<'_>| {
///         let loss = run.epoch.validation.map_or(f64::NAN, |metrics| metrics.loss);
///         if loss < 0.3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
///     })
///     .fit(&data)?;
/// assert_eq!(report.stop, StopReason::Callback);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Callback<T: Real = f32>: Send {
    /// Called after each epoch; `Break` ends the training run after it.
    fn after_epoch(&mut self, run: &AfterEpoch<'_, T>) -> ControlFlow<()>;
}

/// What a [`Callback`] sees after an epoch.
#[derive(Clone, Copy, Debug)]
pub struct AfterEpoch<'a, T = f32> {
    /// The metrics of the epoch.
    pub epoch: &'a Epoch,
    /// The metrics of all epochs so far, in order.
    pub history: &'a [Epoch],
    /// The parameters and running statistics after the epoch: the [result](crate::Training::result) so far.
    pub params: &'a Params<T>,
    /// The number of steps so far.
    pub steps: u64,
}

impl<T: Real, F: FnMut(&AfterEpoch<'_, T>) -> ControlFlow<()> + Send> Callback<T> for F {
    fn after_epoch(&mut self, run: &AfterEpoch<'_, T>) -> ControlFlow<()> {
        self(run)
    }
}
