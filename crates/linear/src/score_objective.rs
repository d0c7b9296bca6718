//! Losses of linear scores as objectives for minimisation, with gradients from the differentiation engine.

use crate::fit_report::FitReport;
use ndarray::{Array1, Array2, ArrayView2};
use std::sync::Arc;
use wengert_ad::{ArrayTape, Elementary, Tensor};
use wengert_minimize::{Lbfgs, Minimizer, Objective, Stopping};
use wengert_nn::{Loss, TargetBatch};

/// The objective of a classifier with a smooth loss: the mean over `n` examples of the loss of the
/// scores `X W + b`, plus `l2 / n |W|^2`. Its variables are `W` in row-major order, shape
/// `(features, scores)`, followed by `b`.
pub(crate) struct ScoreObjective<'a, L> {
    loss: L,
    labels: &'a [u32],
    features: Arc<Vec<f64>>,
    width: usize,
    scores: usize,
    l2: f64,
    intercept: bool,
    tape: ArrayTape<f64>,
}

impl<'a, L: Loss<f64>> ScoreObjective<'a, L> {
    pub(crate) fn new(
        loss: L,
        (features, labels): (ArrayView2<'_, f64>, &'a [u32]),
        scores: usize,
        l2: f64,
        intercept: bool,
    ) -> Self {
        let (width, tape) = (features.ncols(), ArrayTape::new());
        let features = Arc::new(features.iter().copied().collect());
        Self { loss, labels, features, width, scores, l2, intercept, tape }
    }

    /// Minimises by L-BFGS, starting from 0. Returns the coefficients, one row per score, the
    /// intercepts, and the report.
    pub(crate) fn fit(mut self, stopping: &Stopping) -> (Array2<f64>, Array1<f64>, FitReport) {
        let start = vec![0.0; self.weights() + if self.intercept { self.scores } else { 0 }];
        let report = Minimizer::new(Lbfgs::new()).stopping(stopping.clone()).minimize(&mut self, &start);
        let (w, b) = report.x.split_at(self.weights());
        let w = ArrayView2::from_shape((self.width, self.scores), w).expect("the weights come first");
        let b = if self.intercept { b.to_vec() } else { vec![0.0; self.scores] };
        let objective = report.value * self.labels.len() as f64;
        let loss = objective - self.l2 * w.iter().map(|w| w * w).sum::<f64>();
        let w = w.t().to_owned();
        (w, b.into(), FitReport { loss, objective, minimisation: Some(report), duality_gap: None })
    }

    fn weights(&self) -> usize {
        self.width * self.scores
    }

    fn outputs<'t>(&self, tape: &'t ArrayTape<f64>, x: &Arc<Vec<f64>>) -> (Tensor<'t, f64>, Tensor<'t, f64>) {
        let (n, weights) = (self.labels.len(), self.weights());
        let rows = tape.shared_constant(&self.features, 0..self.features.len(), &[n, self.width]);
        let w = tape.shared_var(x, 0..weights, &[self.width, self.scores], true);
        if !self.intercept {
            return (rows.matmul(w), w);
        }
        let b = tape.shared_var(x, weights..weights + self.scores, &[self.scores], true);
        (rows.affine(w, b), w)
    }
}

impl<L: Loss<f64>> Objective for ScoreObjective<'_, L> {
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.tape.clear();
        let (outputs, w) = self.outputs(&self.tape, &Arc::new(x.to_vec()));
        let mut total = self.loss.total(outputs, TargetBatch::Classes(self.labels));
        if self.l2 > 0.0 {
            total += w.square().sum() * self.l2;
        }
        let share = 1.0 / self.labels.len() as f64;
        total.gradient_into(share, gradient);
        total.item() * share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use wengert_nn::{CrossEntropy, Logistic};

    /// The largest difference between the gradient and central differences.
    fn error<L: Loss<f64>>(mut objective: ScoreObjective<'_, L>, at: &[f64]) -> f64 {
        let mut gradient = vec![0.0; at.len()];
        objective.value_and_gradient(at, &mut gradient);
        let h = 1e-5;
        let mut value = |i: usize, step: f64| {
            let mut x = at.to_vec();
            x[i] += step;
            objective.value_and_gradient(&x, &mut vec![0.0; at.len()])
        };
        let difference = |i: usize| (value(i, h) - value(i, -h)) / (2.0 * h);
        (0..at.len()).map(difference).zip(&gradient).fold(0.0, |most, (d, g)| f64::max(most, (d - g).abs()))
    }

    #[test]
    fn the_gradient_matches_central_differences_in_every_coefficient_and_intercept() {
        let x = array![[0.3, -1.0], [1.2, 0.4], [-0.5, 0.9], [0.1, 0.2]];
        let at = [0.5, -0.2, 0.7, 0.1, -0.9, 0.4, 0.3, -0.6, 0.2];
        // Third derivatives below 10 times h^2, plus rounding divided by h.
        let two = ScoreObjective::new(Logistic, (x.view(), &[0, 1, 1, 0]), 1, 0.3, true);
        assert!(error(two, &at[..3]) < 1e-9);
        let three = ScoreObjective::new(CrossEntropy, (x.view(), &[0, 2, 1, 0]), 3, 0.3, true);
        assert!(error(three, &at) < 1e-9);
        let origin = ScoreObjective::new(CrossEntropy, (x.view(), &[0, 2, 1, 0]), 3, 0.0, false);
        assert!(error(origin, &at[..6]) < 1e-9);
    }
}
