//! Inputs and targets of a wrong shape: the panic points to the line that calls the module or the loss, and
//! says what is required.

use crate::panics::blames_this_line;
use crate::support::drawn_params;
use ndarray::{ArrayD, IxDyn};
use std::collections::BTreeSet;
use wengert_ad::ArrayTape;
use wengert_ad::rules::Tanh;
use wengert_nn::{
    Activation, Architecture, BatchNorm, BinaryCrossEntropy, CrossEntropy, Embedding, Huber, Init, LayerNorm,
    Layout, Linear, Loss, MeanAbsolute, MeanSquared, Mlp, Model, Module, MultiClassHinge,
    ProbabilityCrossEntropy, Residual, Sequential, TargetBatch, TrainingPass, WeightedCrossEntropy, layers,
};

/// Layers that accept arrays of any shape.
const ANY_SHAPE: [&str; 2] = ["Activation", "Dropout"];

/// The parameters of a model bound to a tape, and inputs of zeros, or of another number, in a given shape.
macro_rules! bound {
    ($model:ident, $tape:ident, $p:ident, $x:ident, $shape:expr, $element:expr) => {
        let $tape = ArrayTape::<f64>::new();
        let params = drawn_params($model.layout(), 1);
        let $p = params.bind_for_evaluation(&$tape);
        let $x = $tape.constant(&ArrayD::from_elem(IxDyn(&$shape), $element));
    };
}

#[test]
fn every_layer_blames_the_line_that_calls_it_with_inputs_of_a_wrong_shape() {
    let linear = |layout: &mut Layout, name: &str, fan: [usize; 2]| {
        Linear::new(layout, name, fan[0], fan[1], Init::GlorotNormal)
    };
    let mut tried = BTreeSet::new();
    macro_rules! refused {
        ($layer:literal, $build:expr, $shape:expr, $element:expr, $expected:expr) => {
            let model = Model::new($build);
            bound!(model, tape, p, x, $shape, $element);
            blames_this_line(&$expected, || model.module().forward(&p, x));
            tried.insert($layer);
        };
    }
    refused!("Linear", |l| linear(l, "a", [3, 2]), [5, 4], 0.0, ["affine:", "[5, 4]", "[3, 2]"]);
    refused!("Linear", |l| linear(l, "a", [3, 2]), [3], 0.0, ["affine:", "[3]", "[3, 2]"]);
    refused!("LayerNorm", |l| LayerNorm::new(l, "a", 3), [5, 4], 0.0, ["layer norm:", "[5, 4]", "(m, 3)"]);
    refused!("BatchNorm", |l| BatchNorm::new(l, "a", 3), [5, 4], 0.0, ["batch norm:", "[5, 4]", "(m, 3)"]);
    let table = |l: &mut Layout| Embedding::new(l, "a", 4, 2, Init::Zero);
    refused!("Embedding", table, [5], 0.0, ["embedding:", "[5]", "(m, k)"]);
    refused!("Embedding", table, [5, 1], 4.0, ["embedding:", "4", "from 0 to 3"]);
    refused!("Embedding", table, [5, 1], f64::NAN, ["embedding:", "NaN", "from 0 to 3"]);
    let residual = |l: &mut Layout| Residual::<f64>::new(linear(l, "a", [3, 3]));
    refused!("Residual", residual, [5, 4], 0.0, ["residual:", "width 3", "[5, 4]"]);
    let two = |l: &mut Layout| {
        let (first, last) = (linear(l, "a", [3, 2]), linear(l, "b", [2, 2]));
        Sequential::<f64>::new().then(first).then(Activation(Tanh)).then(last)
    };
    refused!("Sequential", two, [5, 4], 0.0, ["sequential: module 0", "width 3", "[5, 4]"]);
    tried.extend(ANY_SHAPE);
    let listed: BTreeSet<&str> = layers::<f64>().iter().map(|layer| layer.name).collect();
    assert_eq!(tried, listed, "a layer without a call with a wrong shape");
}

#[test]
fn a_multi_layer_perceptron_blames_the_line_that_calls_it() {
    let model = Mlp::new([3, 4, 2]).into_model();
    bound!(model, tape, p, x, [5, 4], 0.0);
    blames_this_line(&["affine", "[5, 4]", "[3, 4]"], || model.module().forward(&p, x));
}

#[test]
fn a_batch_of_one_row_in_batch_normalisation_blames_the_line_that_calls_it() {
    let model = Model::new(|layout| BatchNorm::new(layout, "a", 3));
    bound!(model, tape, p, x, [1, 3], 0.0);
    let p = p.in_training(TrainingPass::new(1, 0));
    blames_this_line(&["batch norm:", "1 row", "at least 2"], || model.module().forward(&p, x));
}

#[test]
fn losses_blame_the_line_that_calls_them_with_targets_of_a_wrong_shape_or_kind() {
    let tape = ArrayTape::<f64>::new();
    let array = |shape: [usize; 2]| tape.constant(&ArrayD::zeros(IxDyn(&shape)));
    let (outputs, wrong) = (array([4, 3]), TargetBatch::Values(array([4, 2])));
    let (labels, few) = (TargetBatch::Classes(&[0, 3, 1, 2]), TargetBatch::Classes(&[0, 1]));
    blames_this_line(&["[4, 3]", "[4, 2]"], || MeanSquared.total(outputs, wrong));
    blames_this_line(&["[4, 3]", "[4, 2]"], || MeanSquared.per_example(outputs, wrong));
    blames_this_line(&["[4, 3]", "[4, 2]"], || MeanAbsolute.total(outputs, wrong));
    blames_this_line(&["[4, 3]", "[4, 2]"], || Huber::new(1.0).total(outputs, wrong));
    blames_this_line(&["[4, 3]", "[4, 2]"], || BinaryCrossEntropy::new().total(outputs, wrong));
    blames_this_line(&["[4, 3]", "[4, 2]"], || ProbabilityCrossEntropy::new().total(outputs, wrong));
    blames_this_line(&["cross"], || CrossEntropy.total(outputs, wrong));
    blames_this_line(&["4 examples", "2 labels"], || CrossEntropy.total(outputs, few));
    blames_this_line(&["3"], || CrossEntropy.total(outputs, labels));
    blames_this_line(&["3"], || WeightedCrossEntropy::default().total(outputs, labels));
    blames_this_line(&["3"], || MultiClassHinge::new().total(outputs, labels));
}
