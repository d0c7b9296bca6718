//! Batch normalisation.

use super::rows::{assert_rows, scale_and_shift};
use crate::bound::Bound;
use crate::init::Init;
use crate::layout::{Layout, ParameterSlot, StatisticSlot};
use crate::model::Module;
use crate::row_mixing::RowMixing;
use wengert_ad::{Element, Elementary, Tensor};
use wengert_kernels::validate::assert_positive;

/// Batch normalisation of features: `y = w (x - m) / sqrt(v + epsilon) + b`; shapes `(m, n) -> (m, n)` (Ioffe
/// and Szegedy 2015).
///
/// In a training pass, `m` and `v` are the mean and the population variance of each column over the batch,
/// and the running statistics are updated: `r <- (1 - momentum) r + momentum s`, where `s` is the mean or the
/// unbiased variance, `v rows / (rows - 1)`. In an evaluation pass, `m` and `v` are the running statistics.
/// These are the conventions of `torch.nn.BatchNorm1d`, with the same defaults: momentum 0.1 and epsilon
/// 1e-5.
///
/// The statistics are those of the whole batch: a training step of a model with this layer does not split the
/// batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNorm {
    weight: ParameterSlot,
    bias: ParameterSlot,
    mean: StatisticSlot,
    variance: StatisticSlot,
    width: usize,
    momentum: f64,
    epsilon: f64,
}

impl BatchNorm {
    /// Declares `NAME.weight` (initially 1), `NAME.bias` (0), `NAME.running_mean` (0) and
    /// `NAME.running_variance` (1), each of shape `[width]`.
    ///
    /// # Panics
    /// If the name is taken, or the width is 0.
    #[track_caller]
    pub fn new(layout: &mut Layout, name: &str, width: usize) -> Self {
        layout.mix_rows(RowMixing::InTraining);
        Self {
            weight: layout.parameter(&format!("{name}.weight"), &[width], Init::Constant(1.0)),
            bias: layout.parameter(&format!("{name}.bias"), &[width], Init::Zero),
            mean: layout.statistic(&format!("{name}.running_mean"), &[width], Init::Zero),
            variance: layout.statistic(&format!("{name}.running_variance"), &[width], Init::Constant(1.0)),
            width,
            momentum: 0.1,
            epsilon: 1e-5,
        }
    }

    /// Sets the weight of one batch in the running statistics; 0.1 by default.
    ///
    /// # Panics
    /// If `momentum` is not in `(0, 1]`.
    #[must_use]
    #[track_caller]
    pub fn momentum(self, momentum: f64) -> Self {
        assert!(momentum > 0.0 && momentum <= 1.0, "batch norm: momentum is {momentum}, must be in (0, 1]");
        Self { momentum, ..self }
    }

    /// Sets the number that is added to the variance; 1e-5 by default.
    ///
    /// # Panics
    /// If `epsilon` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn epsilon(self, epsilon: f64) -> Self {
        assert_positive("batch norm: epsilon", epsilon);
        Self { epsilon, ..self }
    }

    /// Whether this pass normalises with the statistics of its batch.
    #[track_caller]
    fn uses_batch_statistics<T: Element>(&self, p: &Bound<'_, T>, rows: usize) -> bool {
        let Some(training) = p.training() else { return false };
        if p.is_frozen(self.mean) && p.is_frozen(self.variance) {
            return false;
        }
        let whole = training.sees_whole_batch();
        assert!(whole, "batch norm: a training pass needs the whole batch, but this pass sees a part of it");
        assert!(rows > 1, "batch norm: a batch of 1 row has no variance; training needs at least 2 rows");
        true
    }

    #[track_caller]
    fn update_statistics<'t, T: Element>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>, rows: f64) {
        let unbiased = rows / (rows - 1.0);
        let pairs = [(self.mean, x.mean_axis(0), 1.0), (self.variance, x.variance_axis(0), unbiased)];
        for (slot, batch, factor) in pairs.into_iter().filter(|&(slot, ..)| !p.is_frozen(slot)) {
            let coefficients = [1.0 - self.momentum, self.momentum * factor];
            p.update(slot, p.statistic(slot).linear_combination(&[batch], &coefficients));
        }
    }
}

impl<T: Element> Module<T> for BatchNorm {
    #[track_caller]
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        assert_rows("batch norm", self.width, x);
        let (weight, bias, rows) = (p.get(self.weight), p.get(self.bias), x.shape()[0]);
        if self.uses_batch_statistics(p, rows) {
            self.update_statistics(p, x, rows as f64);
            return scale_and_shift(x.normalise(0, self.epsilon), weight, bias);
        }
        let (mean, variance) = (p.statistic(self.mean), p.statistic(self.variance));
        let scale = weight * variance.shift(self.epsilon).sqrt().recip();
        scale_and_shift(x, scale, bias - mean * scale)
    }
    fn input_width(&self) -> Option<usize> {
        Some(self.width)
    }
    fn output_width(&self, _: Option<usize>) -> Option<usize> {
        Some(self.width)
    }
}
