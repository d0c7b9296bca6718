//! Rows of a batch that depend on each other, and the test for it.

use crate::support::{labels, normal_matrix};
use ndarray::Array2;
use std::sync::atomic::{AtomicU64, Ordering};
use wengert_ad::{ArrayTape, Element, Elementary, Tensor};
use wengert_nn::diagnostics::{loss_mixes_rows, observed_row_mixing, stacked_gradients};
use wengert_nn::{Bound, Init, Layout, Loss, MeanSquared, Model, Module, RowMixing, TargetBatch, TargetKind};

type Function = for<'t> fn(Tensor<'t, f64>) -> Tensor<'t, f64>;

/// A module without parameters.
struct Plain(Function);

impl Module<f64> for Plain {
    fn forward<'t>(&self, _: &Bound<'t, f64>, x: Tensor<'t, f64>) -> Tensor<'t, f64> {
        (self.0)(x)
    }
}

fn observed(function: Function, rows: usize) -> Option<RowMixing> {
    let model = Model::new(|_| Plain(function));
    observed_row_mixing(model.module(), &model.layout().initialise(0), &normal_matrix(rows, 3, 7))
}

/// The rows, each plus a multiple of the one `distance` before it.
fn with_earlier_row<'t>(x: Tensor<'t, f64>, distance: usize, factor: f64) -> Tensor<'t, f64> {
    let rows = x.shape()[0];
    let earlier: Vec<usize> = (0..rows).map(|row| (row + rows - distance % rows) % rows).collect();
    x + x.gather(&earlier) * factor
}

#[test]
fn modules_that_mix_rows_are_found_however_weakly_and_over_whatever_distance() {
    let mixing: [Function; 7] = [
        |x| x - x.mean_axis(0).broadcast_to(&x.shape()),
        |x| x / x.square().sum().sqrt().broadcast_to(&x.shape()),
        |x| with_earlier_row(x, 1, 1.0),
        |x| with_earlier_row(x, 2, 1.0),
        |x| with_earlier_row(x, 4, 1e-9),
        |x| with_earlier_row(x, 7, 1.0),
        |x| x / x.shape()[0] as f64,
    ];
    for (i, &function) in mixing.iter().enumerate() {
        assert_eq!(observed(function, 8), Some(RowMixing::Always), "function {i}");
    }
    let independent: [Function; 3] =
        [|x| x.tanh(), |x| x.log_softmax(1), |x| x.softmax(1).matmul(x.tape().constant(&Array2::eye(3)))];
    for (i, &function) in independent.iter().enumerate() {
        for rows in 1..10 {
            assert_eq!(observed(function, rows), Some(RowMixing::Never), "function {i}, {rows} rows");
        }
    }
}

/// Adds numbers that do not come from the pass.
struct Noisy(AtomicU64);

impl Module<f64> for Noisy {
    fn forward<'t>(&self, _: &Bound<'t, f64>, x: Tensor<'t, f64>) -> Tensor<'t, f64> {
        x + self.0.fetch_add(1, Ordering::Relaxed) as f64
    }
}

#[test]
fn nothing_can_be_said_of_the_rows_of_a_module_that_does_not_repeat_itself() {
    let model = Model::new(|_| Noisy(AtomicU64::new(0)));
    let params = model.layout().initialise(0);
    assert_eq!(observed_row_mixing(model.module(), &params, &normal_matrix(4, 3, 7)), None);
}

/// A loss that is a function of the outputs alone.
struct OfOutputs(Function);

impl Loss<f64> for OfOutputs {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    fn per_example<'t>(&self, outputs: Tensor<'t, f64>, _: TargetBatch<'_, 't, f64>) -> Tensor<'t, f64> {
        (self.0)(outputs)
    }
}

/// A loss whose total is the mean over the examples, against its contract.
struct MeanAsTotal;

impl Loss<f64> for MeanAsTotal {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    fn per_example<'t>(&self, outputs: Tensor<'t, f64>, _: TargetBatch<'_, 't, f64>) -> Tensor<'t, f64> {
        outputs.square().sum_axis(1)
    }
    fn total<'t>(&self, outputs: Tensor<'t, f64>, targets: TargetBatch<'_, 't, f64>) -> Tensor<'t, f64> {
        self.per_example(outputs, targets).mean()
    }
}

#[test]
fn losses_that_compare_examples_or_return_a_mean_are_found() {
    let labels = labels(8, 3, 1);
    let found =
        |loss: &dyn Loss<f64>| loss_mixes_rows(loss, &normal_matrix(8, 3, 7), TargetBatch::Classes(&labels));
    assert!(found(&OfOutputs(|x| x.matmul(x.transpose()).square().sum_axis(1))), "similarities of pairs");
    let relative = OfOutputs(|x| x.square().sum_axis(1) / x.square().sum().broadcast_to(&[x.shape()[0]]));
    assert!(found(&relative), "shares of the sum over all outputs");
    assert!(found(&MeanAsTotal));
    assert!(!found(&OfOutputs(|x| x.square().sum_axis(1))));
    let (tape, outputs) = (ArrayTape::new(), normal_matrix(8, 3, 7));
    let targets = TargetBatch::Values(tape.constant(&normal_matrix(8, 3, 8)));
    assert!(!loss_mixes_rows(&MeanSquared, &outputs, targets), "a mean over the outputs of an example");
}

#[test]
fn the_strongest_declaration_of_all_layers_counts_and_statistics_are_one() {
    let mut layout = Layout::new();
    assert_eq!(layout.row_mixing(), RowMixing::Never);
    let _ = layout.statistic("count", &[1], Init::Zero);
    assert_eq!(layout.row_mixing(), RowMixing::InTraining);
    layout.mix_rows(RowMixing::Always);
    layout.mix_rows(RowMixing::InTraining);
    assert_eq!(layout.row_mixing(), RowMixing::Always);
    assert!(RowMixing::InTraining.applies(true) && !RowMixing::InTraining.applies(false));
    assert!(RowMixing::Always.applies(false) && !RowMixing::Never.applies(true));
}

/// The mean of all elements.
struct Mean;

impl<T: Element> Module<T> for Mean {
    fn forward<'t>(&self, _: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        x.mean()
    }
}

#[test]
#[should_panic(expected = "the module mixes rows, so an example has no gradient of its own")]
fn gradients_of_single_examples_are_refused_for_a_module_that_mixes_rows() {
    let model = Model::new(|layout| {
        layout.mix_rows(RowMixing::Always);
        Mean
    });
    let _ = stacked_gradients(model.module(), &model.layout().initialise::<f64>(0), &normal_matrix(3, 2, 1));
}
