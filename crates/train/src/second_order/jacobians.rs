//! Jacobians of the outputs of a model.

use crate::batch::{gather, inputs};
use ndarray::Array3;
use std::sync::Arc;
use wengert_ad::{ArrayTape, Real, Tensor};
use wengert_data::Batch;
use wengert_nn::{Model, Module, Params};

/// The Jacobian of the outputs with respect to the parameters, in an evaluation pass; shape
/// `(examples, outputs, parameters)`. Derivatives with respect to frozen parameters are 0.
///
/// # Panics
/// If the shapes of model and data do not match, or if the model does not return a matrix with one row per
/// example.
///
/// # Cost
/// A pass, and a reverse sweep per example and output.
#[track_caller]
pub fn jacobian<T: Real>(
    model: &Model<impl Module<T>>,
    params: &Params<T>,
    batch: &Batch<'_, T>,
) -> Array3<T> {
    let tape = ArrayTape::new();
    let bound = params.bind_for_evaluation(&tape);
    let outputs = model.module().forward(&bound, inputs(&tape, *batch, gather));
    let [rows, width] = extents("jacobian", outputs, batch.indices.len());
    let mut jacobian = Array3::from_elem((rows, width, params.len()), T::literal(0.0));
    let mut cotangent = vec![T::literal(0.0); rows * width];
    for ((row, output), mut derivatives) in
        ndarray::indices((rows, width)).into_iter().zip(jacobian.lanes_mut(ndarray::Axis(2)))
    {
        let (i, flat) = (row * width + output, derivatives.as_slice_mut().expect("the last axis"));
        cotangent[i] = T::literal(1.0);
        outputs.vjp_into(&cotangent, flat);
        cotangent[i] = T::literal(0.0);
    }
    jacobian
}

/// The Jacobian of the outputs of each example with respect to its inputs, in an evaluation pass; shape
/// `(examples, outputs, inputs)`.
///
/// # Panics
/// As [`jacobian`]; or if the model [mixes rows](wengert_nn::RowMixing) in evaluation.
///
/// # Cost
/// A pass, and a reverse sweep per output, each over all examples.
#[track_caller]
pub fn input_jacobian<T: Real>(
    model: &Model<impl Module<T>>,
    params: &Params<T>,
    batch: &Batch<'_, T>,
) -> Array3<T> {
    let mixed = params.layout().row_mixing().applies(false);
    assert!(!mixed, "input_jacobian: the outputs of an example depend on the inputs of other examples");
    let (tape, count, inputs) = (ArrayTape::new(), batch.indices.len(), batch.data.width());
    let mut features = vec![T::literal(0.0); count * inputs];
    gather(&mut features, inputs, batch.indices, batch.data.features());
    let x = tape.shared_var(&Arc::new(features), 0..count * inputs, &[count, inputs], true);
    let outputs = model.module().forward(&params.bind_constant(&tape), x);
    let [rows, width] = extents("input_jacobian", outputs, count);
    let mut jacobian = Array3::from_elem((rows, width, inputs), T::literal(0.0));
    let mut of_one_output = vec![T::literal(0.0); rows * inputs];
    for output in 0..width {
        let cotangent: Vec<T> =
            (0..rows * width).map(|i| T::literal(if i % width == output { 1.0 } else { 0.0 })).collect();
        outputs.vjp_into(&cotangent, &mut of_one_output);
        for (i, &derivative) in of_one_output.iter().enumerate() {
            jacobian[[i / inputs, output, i % inputs]] = derivative;
        }
    }
    jacobian
}

/// The shape of the outputs.
#[track_caller]
fn extents<T: Real>(method: &str, outputs: Tensor<'_, T>, examples: usize) -> [usize; 2] {
    let shape = outputs.shape();
    let [rows, width] = shape[..] else {
        panic!("{method}: the outputs have shape {shape:?}, must be a matrix with one row per example")
    };
    assert!(rows == examples, "{method}: there are {examples} examples, but {rows} rows of outputs");
    [rows, width]
}
