//! Losses of regression: functions of the differences `d_j = y_j - t_j` of outputs and targets.

use super::{Loss, TargetBatch, TargetKind, values};
use wengert_ad::{Element, Elementary, Tensor};

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
    /// Squared loss, sum form: `sum_j d_j^2` for each example, `j` over the outputs.
    SumSquared "sum of squares" |d, width| d.square().sum();
    /// Squared loss, mean form: `1/k sum_j d_j^2` for each example, `j` over the `k` outputs. PyTorch's `MSELoss`.
    MeanSquared "mean of squares" |d, width| d.square().sum() / width as f64;
    /// Squared loss, half form: `1/2 sum_j d_j^2` for each example, whose gradient is the difference itself.
    HalfSquared "half of squares" |d, width| d.square().sum() * 0.5;
    /// L1 loss, sum form: `sum_j |d_j|` for each example; the derivative at `d_j = 0` is 0.
    SumAbsolute "sum of absolute differences" |d, width| d.norm_l1();
    /// L1 loss, mean form: `1/k sum_j |d_j|` for each example, `j` over the `k` outputs. PyTorch's `L1Loss`.
    MeanAbsolute "mean of absolute differences" |d, width| d.norm_l1() / width as f64;
}

/// Huber's loss, mean form: `1/k sum_j h(d_j)` for each example, `h(d) = d^2 / 2` up to `|d| = delta` and
/// `delta (|d| - delta / 2)` beyond (Huber 1964). PyTorch's `HuberLoss`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    delta: f64,
}

impl Huber {
    /// Quadratic up to `delta`.
    ///
    /// # Panics
    /// If `delta` is not positive and finite.
    #[track_caller]
    pub fn new(delta: f64) -> Self {
        assert_positive("huber: delta", delta);
        Self { delta }
    }
}

/// Smooth L1 loss, mean form: [`Huber`]'s loss with `delta = beta`, divided by `beta`: `d^2 / (2 beta)` up to `|d| = beta`,
/// `|d| - beta / 2` beyond (Girshick 2015). PyTorch's `SmoothL1Loss`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothL1 {
    beta: f64,
}

impl SmoothL1 {
    /// Quadratic up to `beta`.
    ///
    /// # Panics
    /// If `beta` is not positive and finite: with `beta` 0 it would be [`MeanAbsolute`].
    #[track_caller]
    pub fn new(beta: f64) -> Self {
        assert_positive("smooth l1: beta", beta);
        Self { beta }
    }
}

#[track_caller]
fn assert_positive(setting: &str, value: f64) {
    assert!(value > 0.0 && value.is_finite(), "{setting} is {value}, must be in (0, inf)");
}

/// The sum over all outputs of Huber's function: `c (d - c / 2)` with `c` the difference clamped to `delta`, which is
/// `d^2 / 2` where nothing is clamped.
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
