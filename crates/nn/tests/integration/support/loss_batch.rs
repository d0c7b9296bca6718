//! Batches of outputs with targets that are valid for a loss, in either precision.

use super::{labels, normal_matrix};
use ndarray::{Array2, ArrayView2, Axis, s};
use std::ops::Range;
use wengert_ad::{ArrayTape, Real};
use wengert_nn::{Loss, LossDefinition, LossSample, TargetBatch};

/// The number of outputs of each example, for which the samples have class weights.
pub(crate) const OUTPUTS: usize = 3;

/// A precision in which samples of losses are computed.
pub(crate) trait Precision: Real {
    fn loss(sample: &LossSample) -> &dyn Loss<Self>;
}

impl Precision for f64 {
    fn loss(sample: &LossSample) -> &dyn Loss<f64> {
        &*sample.loss
    }
}

impl Precision for f32 {
    fn loss(sample: &LossSample) -> &dyn Loss<f32> {
        &*sample.single
    }
}

/// The targets of a batch.
#[derive(Clone)]
pub(crate) enum Answers<F> {
    Classes(Vec<u32>),
    Values(Array2<F>),
}

/// Outputs, and targets that are valid for a loss.
#[derive(Clone)]
pub(crate) struct Batch<F> {
    pub(crate) outputs: Array2<F>,
    pub(crate) answers: Answers<F>,
}

impl Batch<f64> {
    /// Outputs of the given size, and targets with some exact zeros and ones where these are valid.
    pub(crate) fn drawn(sample: &LossSample, rows: usize, size: f64, seed: u64) -> Self {
        let outputs = normal_matrix(rows, OUTPUTS, seed) * size;
        let draws = normal_matrix(rows, OUTPUTS, seed + 5000);
        let within_unit = |x: f64| match x {
            _ if x > 1.0 => 0.0,
            _ if x < -1.0 => 1.0,
            _ => 1.0 / (1.0 + x.exp()),
        };
        let answers = match sample.definition {
            LossDefinition::Class(_) => Answers::Classes(labels(rows, OUTPUTS as u32, seed)),
            LossDefinition::Reals(_) => Answers::Values(draws),
            LossDefinition::Signs(_) => Answers::Values(draws.mapv(f64::signum)),
            LossDefinition::UnitInterval(_) => Answers::Values(draws.mapv(within_unit)),
            LossDefinition::Probabilities(_) => Answers::Values(probabilities(&draws.mapv(within_unit))),
        };
        Self { outputs, answers }
    }

    /// The batch with the targets that its outputs predict: the more so, the larger the outputs are.
    pub(crate) fn answered_right(mut self) -> Self {
        let outputs = &self.outputs;
        let largest = |row: usize| {
            let x = outputs.row(row);
            (1..x.len()).fold(0, |best, class| if x[class] > x[best] { class } else { best })
        };
        match &mut self.answers {
            Answers::Classes(labels) => {
                labels.iter_mut().enumerate().for_each(|(row, label)| *label = largest(row) as u32);
            }
            Answers::Values(values) => {
                let totals = values.sum_axis(Axis(1));
                let are_probabilities = totals.iter().all(|total| (total - 1.0).abs() < 1e-9);
                let are_signs = values.iter().all(|t| t.abs() == 1.0);
                values.indexed_iter_mut().for_each(|((row, column), t)| {
                    let is_upper =
                        if are_probabilities { largest(row) == column } else { outputs[[row, column]] > 0.0 };
                    *t = if is_upper {
                        1.0
                    } else if are_signs {
                        -1.0
                    } else {
                        0.0
                    };
                });
            }
        }
        self
    }

    /// The batch rounded to another precision.
    pub(crate) fn rounded<F: Real>(&self) -> Batch<F> {
        let round = |x: &Array2<f64>| x.mapv(F::literal);
        let answers = match &self.answers {
            Answers::Classes(labels) => Answers::Classes(labels.clone()),
            Answers::Values(values) => Answers::Values(round(values)),
        };
        Batch { outputs: round(&self.outputs), answers }
    }
}

/// Rows that add up to 1, with the first probability 0.
fn probabilities(draws: &Array2<f64>) -> Array2<f64> {
    let mut positive = draws + 1e-3;
    positive.column_mut(0).fill(0.0);
    let totals = positive.sum_axis(Axis(1)).insert_axis(Axis(1));
    positive / totals
}

impl<F: Precision> Batch<F> {
    pub(crate) fn rows(&self, rows: Range<usize>) -> Self {
        let part = |x: &Array2<F>| x.slice(s![rows.clone(), ..]).to_owned();
        let answers = match &self.answers {
            Answers::Classes(labels) => Answers::Classes(labels[rows.clone()].to_vec()),
            Answers::Values(values) => Answers::Values(part(values)),
        };
        Self { outputs: part(&self.outputs), answers }
    }

    /// The batch in double precision, exactly.
    pub(crate) fn widened(&self) -> Batch<f64> {
        let widen = |x: &Array2<F>| x.mapv(|x| x.value());
        let answers = match &self.answers {
            Answers::Classes(labels) => Answers::Classes(labels.clone()),
            Answers::Values(values) => Answers::Values(widen(values)),
        };
        Batch { outputs: widen(&self.outputs), answers }
    }

    pub(crate) fn targets<'t>(&self, tape: &'t ArrayTape<F>) -> TargetBatch<'_, 't, F> {
        match &self.answers {
            Answers::Classes(labels) => TargetBatch::Classes(labels),
            Answers::Values(values) => TargetBatch::Values(tape.constant(values)),
        }
    }

    /// `factor` times the total, and its gradient with respect to the outputs.
    pub(crate) fn total_and_gradient(&self, sample: &LossSample, factor: f64) -> (f64, Vec<f64>) {
        let tape = ArrayTape::new();
        let outputs = tape.var(&self.outputs);
        let total = F::loss(sample).total(outputs, self.targets(&tape)) * factor;
        let gradient = total.gradient().wrt(outputs);
        (total.item().value(), gradient.iter().map(|g| g.value()).collect())
    }

    pub(crate) fn total(&self, sample: &LossSample) -> f64 {
        self.total_and_gradient(sample, 1.0).0
    }

    /// The loss of each example.
    pub(crate) fn per_example(&self, sample: &LossSample) -> Vec<f64> {
        let tape = ArrayTape::new();
        let losses = F::loss(sample).per_example(tape.var(&self.outputs), self.targets(&tape));
        assert_eq!(losses.shape()[..], [self.outputs.nrows()], "{}", sample.name);
        losses.elements().iter().map(|loss| loss.value()).collect()
    }

    /// The definition of each example, in double precision.
    pub(crate) fn defined(&self, sample: &LossSample) -> Vec<f64> {
        let wide = self.widened();
        let rows =
            |x: ArrayView2<'_, f64>| -> Vec<Vec<f64>> { x.rows().into_iter().map(|x| x.to_vec()).collect() };
        let outputs = rows(wide.outputs.view()).into_iter();
        match (sample.definition, &wide.answers) {
            (LossDefinition::Class(f), Answers::Classes(labels)) => {
                outputs.zip(labels).map(|(x, &label)| f(&x, label as usize)).collect()
            }
            (
                LossDefinition::Reals(f)
                | LossDefinition::Probabilities(f)
                | LossDefinition::UnitInterval(f)
                | LossDefinition::Signs(f),
                Answers::Values(values),
            ) => outputs.zip(rows(values.view())).map(|(x, t)| f(&x, &t)).collect(),
            _ => unreachable!("targets are drawn for the definition"),
        }
    }
}
