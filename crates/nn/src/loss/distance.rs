//! Losses for regression: functions of the differences `d_j = y_j - t_j` between outputs and targets.

use super::checks::values;
use super::interface::TargetBatch;
use super::per_output::{PerOutput, losses_per_output};
use wengert_ad::{Element, Elementary, Tensor};
use wengert_kernels::validate::assert_positive;

macro_rules! distances {
    ($(
        $(#[$doc:meta])* $Loss:ident $title:literal |$d:ident| $reduce:ident($losses:expr, $divisor:expr);
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $Loss;
        impl $Loss {
            #[track_caller]
            fn per_output<'t, T: Element>(
                &self,
                outputs: Tensor<'t, T>,
                targets: TargetBatch<'_, 't, T>,
            ) -> PerOutput<'t, T> {
                let $d = outputs - values($title, outputs, targets);
                PerOutput::$reduce($losses, $divisor)
            }
        }
        losses_per_output!($Loss: Values -> Values);
    )*};
}

distances! {
    /// Squared loss, sum form: `sum_j d_j^2` for each example, with `j` over the outputs.
    SumSquared "sum of squares" |d| sum(d.square(), 1.0);
    /// Squared loss, mean form: `1/k sum_j d_j^2` for each example, with `j` over the `k` outputs. PyTorch's
    /// `MSELoss`.
    MeanSquared "mean of squares" |d| mean(d.square(), 1.0);
    /// Squared loss, half form: `1/2 sum_j d_j^2` for each example. Its gradient is the difference `d`.
    HalfSquared "half of squares" |d| sum(d.square(), 2.0);
    /// L1 loss, sum form: `sum_j |d_j|` for each example; the derivative at `d_j = 0` is 0.
    SumAbsolute "sum of absolute differences" |d| sum(d.abs(), 1.0);
    /// L1 loss, mean form: `1/k sum_j |d_j|` for each example, with `j` over the `k` outputs. PyTorch's
    /// `L1Loss`.
    MeanAbsolute "mean of absolute differences" |d| mean(d.abs(), 1.0);
}

/// Huber loss, mean form: `1/k sum_j h(d_j)` for each example, where `h(d)` is `d^2 / 2` for `|d| <= delta`
/// and `delta (|d| - delta / 2)` for larger `|d|` (Huber 1964). PyTorch's `HuberLoss`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    delta: f64,
}

impl Huber {
    /// The loss that is quadratic for differences up to `delta`.
    ///
    /// # Panics
    /// If `delta` is not positive and finite.
    #[track_caller]
    pub fn new(delta: f64) -> Self {
        assert_positive("huber: delta", delta);
        Self { delta }
    }
}

/// Smooth L1 loss, mean form: the [`Huber`] loss with `delta = beta`, divided by `beta`: `d^2 / (2 beta)` for
/// `|d| <= beta` and `|d| - beta / 2` for larger `|d|` (Girshick 2015). PyTorch's `SmoothL1Loss`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothL1 {
    beta: f64,
}

impl SmoothL1 {
    /// The loss that is quadratic for differences up to `beta`.
    ///
    /// # Panics
    /// If `beta` is not positive and finite: with `beta` 0 it would be [`MeanAbsolute`].
    #[track_caller]
    pub fn new(beta: f64) -> Self {
        assert_positive("smooth l1: beta", beta);
        Self { beta }
    }
}

/// Huber's function of each difference: `c^2 / 2 + delta max(0, |d| - delta)`, where `c` is the difference
/// clamped to `[-delta, delta]`. Of the two terms, one is constant, so that the slope is finite for infinite
/// differences too.
#[track_caller]
fn huber<'t, T: Element>(d: Tensor<'t, T>, delta: f64) -> Tensor<'t, T> {
    d.clamp(-delta, delta).square() * 0.5 + d.abs().shift(-delta).relu() * delta
}

impl Huber {
    #[track_caller]
    fn per_output<'t, T: Element>(
        &self,
        outputs: Tensor<'t, T>,
        targets: TargetBatch<'_, 't, T>,
    ) -> PerOutput<'t, T> {
        PerOutput::mean(huber(outputs - values("huber", outputs, targets), self.delta), 1.0)
    }
}

impl SmoothL1 {
    #[track_caller]
    fn per_output<'t, T: Element>(
        &self,
        outputs: Tensor<'t, T>,
        targets: TargetBatch<'_, 't, T>,
    ) -> PerOutput<'t, T> {
        PerOutput::mean(huber(outputs - values("smooth l1", outputs, targets), self.beta), self.beta)
    }
}

losses_per_output!(Huber: Values -> Values, SmoothL1: Values -> Values);
