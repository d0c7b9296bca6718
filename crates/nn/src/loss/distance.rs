//! Losses for regression: functions of the differences `d_j = y_j - t_j` between outputs and targets.

use super::checks::values;
use super::interface::{Loss, TargetBatch, TargetKind};
use wengert_ad::{Element, Elementary, Tensor};
use wengert_kernels::validate::assert_positive;

macro_rules! distances {
    ($( $(#[$doc:meta])* $Loss:ident $title:literal |$d:ident, $width:ident| $total:expr; )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $Loss;
        impl<T: Element> Loss<T> for $Loss {
            fn kind(&self) -> TargetKind {
                TargetKind::Values
            }
            #[track_caller]
            #[allow(unused_variables, reason = "sums do not depend on the number of outputs")]
            fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
                let (values, $width) = values($title, outputs, targets);
                let $d = outputs - values;
                $total
            }
        }
    )*};
}

distances! {
    /// Squared loss, sum form: `sum_j d_j^2` for each example, with `j` over the outputs.
    SumSquared "sum of squares" |d, width| d.square().sum();
    /// Squared loss, mean form: `1/k sum_j d_j^2` for each example, with `j` over the `k` outputs. PyTorch's
    /// `MSELoss`.
    MeanSquared "mean of squares" |d, width| d.square().sum() / width as f64;
    /// Squared loss, half form: `1/2 sum_j d_j^2` for each example. Its gradient is the difference `d`.
    HalfSquared "half of squares" |d, width| d.square().sum() * 0.5;
    /// L1 loss, sum form: `sum_j |d_j|` for each example; the derivative at `d_j = 0` is 0.
    SumAbsolute "sum of absolute differences" |d, width| d.norm_l1();
    /// L1 loss, mean form: `1/k sum_j |d_j|` for each example, with `j` over the `k` outputs. PyTorch's
    /// `L1Loss`.
    MeanAbsolute "mean of absolute differences" |d, width| d.norm_l1() / width as f64;
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

/// The sum of Huber's function over all outputs: `c (d - c / 2)`, where `c` is the difference clamped to
/// `[-delta, delta]`. Where nothing is clamped, that is `d^2 / 2`.
fn huber<'t, T: Element>(d: Tensor<'t, T>, delta: f64) -> Tensor<'t, T> {
    let clamped = d.clamp(-delta, delta);
    clamped.dot(d - clamped * 0.5)
}

impl<T: Element> Loss<T> for Huber {
    fn kind(&self) -> TargetKind {
        TargetKind::Values
    }
    #[track_caller]
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        let (values, width) = values("huber", outputs, targets);
        huber(outputs - values, self.delta) / width as f64
    }
}

impl<T: Element> Loss<T> for SmoothL1 {
    fn kind(&self) -> TargetKind {
        TargetKind::Values
    }
    #[track_caller]
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        let (values, width) = values("smooth l1", outputs, targets);
        huber(outputs - values, self.beta) / (width as f64 * self.beta)
    }
}
