//! Second derivatives and per-example gradients of models: against differences, the scalar tape and formulas.

use crate::data::{moons_net, moons_split};
use allocation_counter::measure;
use ndarray::{Array2, Array3};
use wengert_ad::rules::{Softplus, Tanh};
use wengert_ad::{Dual, Element, Elementary, Number, Tensor, hessian};
use wengert_data::{Batch, Dataset, Targets, digits};
use wengert_nn::{
    Architecture, Bound, CrossEntropy, HalfSquared, LayerInputs, Loss, LossDefinition, MeanSquared, Mlp,
    Model, Module, Normalisation, Params, TargetBatch, TargetKind, layers, losses, losses_of,
};
use wengert_train::Backprop;
use wengert_train::second_order::{self, SecondOrder};

/// Numbers of size 1 without a pattern.
fn numbers(count: usize, seed: f64) -> Vec<f64> {
    (0..count).map(|i| (seed + 1.7 * i as f64 + 0.3 * (i * i) as f64).sin()).collect()
}

fn moved(params: &Params<f64>, direction: &[f64], t: f64) -> Params<f64> {
    let mut params = params.clone();
    params.values_mut().iter_mut().zip(direction).for_each(|(x, v)| *x += t * v);
    params
}

/// The product of the Hessian with a direction by central differences of gradients.
fn difference(
    module: &impl Module<f64>,
    loss: &impl Loss<f64>,
    params: &Params<f64>,
    batch: &Batch<'_, f64>,
    direction: &[f64],
) -> Vec<f64> {
    let h = 1e-5;
    let gradient = |t: f64| {
        let mut backprop = Backprop::for_evaluation();
        backprop.value_and_grad(module, loss, &moved(params, direction, t), *batch);
        backprop.gradient().to_vec()
    };
    gradient(h).iter().zip(gradient(-h)).map(|(a, b)| (a - b) / (2.0 * h)).collect()
}

/// Asserts that two vectors agree to within `tolerance` times the largest number among them, or times 1.
#[track_caller]
fn assert_close(what: &str, a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len(), "{what}: lengths");
    let scale = a.iter().chain(b).fold(1.0f64, |scale, x| scale.max(x.abs()));
    for (i, (x, y)) in a.iter().zip(b).enumerate() {
        assert!((x - y).abs() <= tolerance * scale, "{what}, element {i}: {x} and {y}");
    }
}

/// Central differences with step 1e-5: rounding 1e-11, truncation 1e-10 times a third derivative.
const DIFFERENCE: f64 = 1e-7;

/// Five examples with three features; the targets are classes or three values.
fn data(targets: Targets<f64>) -> Dataset<f64> {
    Dataset::new("waves", numbers(15, 0.2), 3, targets).unwrap()
}

fn classes() -> Targets<f64> {
    Targets::Classes { labels: vec![2, 0, 1, 1, 0], classes: 3 }
}

/// Targets that are valid for a loss.
fn targets_for(definition: LossDefinition) -> Targets<f64> {
    let values = |of: fn(f64) -> f64| Targets::Values {
        values: numbers(15, 0.9).into_iter().map(of).collect(),
        width: 3,
    };
    match definition {
        LossDefinition::Class(_) => classes(),
        LossDefinition::Reals(_) => values(|x| 2.0 * x),
        LossDefinition::Signs(_) => values(f64::signum),
        LossDefinition::UnitInterval(_) => values(|x| 0.5 + 0.5 * x),
        LossDefinition::Probabilities(_) => {
            let rows = numbers(5, 0.9).into_iter().flat_map(|x| [0.25 * (1.0 + x), 0.0, 0.75 - 0.25 * x]);
            Targets::Values { values: rows.collect(), width: 3 }
        }
    }
}

const ALL: [usize; 6] = [0, 1, 2, 3, 4, 1];

#[test]
fn the_products_of_every_loss_agree_with_differences_with_and_without_weights() {
    let model = Mlp::new([3, 4, 3]).activation(Tanh).into_model();
    let params = model.layout().initialise::<f64>(3);
    let direction = numbers(params.len(), 0.5);
    for (sample, dual) in losses().iter().zip(losses_of::<Dual>()) {
        let plain = data(targets_for(sample.definition));
        let weighted = plain.clone().with_weights([1.0, 0.5, 0.0, 2.0, 3.0]).unwrap();
        for data in [plain, weighted] {
            let batch = data.batch(&ALL);
            let mut product = vec![f64::NAN; params.len()];
            let value = SecondOrder::new(&model, &dual).hvp(&params, &batch, &direction, &mut product);
            let expected = difference(model.module(), &sample.loss, &params, &batch, &direction);
            assert_close(sample.name, &product, &expected, DIFFERENCE);
            let mut backprop = Backprop::for_evaluation();
            let loss = backprop.value_and_grad(model.module(), &sample.loss, &params, batch);
            assert!((value - loss).abs() < 1e-14 * (1.0 + loss), "{}: {value} and {loss}", sample.name);
        }
    }
}

#[test]
fn products_whose_matrices_are_taken_apart_agree_with_differences() {
    // Wide enough for products of the values and of the tangents, each by itself.
    let model = Mlp::new([24, 16, 5]).activation(Tanh).into_model();
    let targets = Targets::Classes { labels: (0..16).map(|i| i % 5).collect(), classes: 5 };
    let data = Dataset::new("waves", numbers(16 * 24, 0.2), 24, targets).unwrap();
    let (params, all) = (model.layout().initialise::<f64>(3), Vec::from_iter(0..16));
    let (batch, v) = (data.batch(&all), numbers(params.len(), 0.4));
    let expected = difference(model.module(), &CrossEntropy, &params, &batch, &v);
    let found = second_order::hvp(&model, &CrossEntropy, &params, &batch, &v);
    assert_close("24-16-5", &found, &expected, DIFFERENCE);
}

#[test]
fn the_products_of_every_layer_agree_with_differences() {
    for (sample, dual) in layers::<f64>().into_iter().zip(layers::<Dual>()) {
        let (model, moving) = (sample.model(3), dual.model(3));
        let params = {
            let mut params = model.layout().initialise::<f64>(4);
            let drawn = numbers(params.len(), 0.1);
            params.values_mut().iter_mut().zip(drawn).for_each(|(x, drawn)| *x += 0.4 * drawn);
            params
        };
        let features = match sample.inputs {
            LayerInputs::Numbers => numbers(15, 0.2),
            LayerInputs::Indices { count } => (0..15).map(|i| (i * 7 % count) as f64).collect(),
        };
        let width = model.module().output_width(Some(3)).unwrap();
        let targets = Targets::Values { values: numbers(5 * width, 0.4), width };
        let data = Dataset::new("waves", features, 3, targets).unwrap();
        let (batch, direction) = (data.batch(&ALL), numbers(params.len(), 0.6));
        let product = second_order::hvp(&moving, &MeanSquared, &params, &batch, &direction);
        let expected = difference(model.module(), &MeanSquared, &params, &batch, &direction);
        assert_close(sample.name, &product, &expected, DIFFERENCE);
    }
}

/// The half squared error of a network 1-2-1 with the weights `w` at three examples, in scalar code.
fn scalar_loss<T: Number>(w: &[T], xs: &[f64], ts: &[f64]) -> T {
    let unit = |i: usize, x: f64| (w[i] * x + w[2 + i]).tanh() * w[4 + i];
    let error = |(&x, &t): (&f64, &f64)| (unit(0, x) + unit(1, x) + w[6] - t).square() * 0.5;
    xs.iter().zip(ts).map(error).sum::<T>() / xs.len() as f64
}

#[test]
fn products_with_unit_vectors_are_the_columns_of_the_hessian_of_the_scalar_tape() {
    let model = Mlp::new([1, 2, 1]).activation(Tanh).into_model();
    let params = model.layout().initialise::<f64>(5);
    let (xs, ts) = (vec![-0.5, 0.3, 1.2], vec![0.4, -0.2, 0.9]);
    let targets = Targets::Values { values: ts.clone(), width: 1 };
    let data = Dataset::new("three", xs.clone(), 1, targets).unwrap();
    let expected = hessian(|w| scalar_loss(w, &xs, &ts), params.values());
    let mut second = SecondOrder::new(&model, &HalfSquared);
    for j in 0..params.len() {
        let unit: Vec<f64> = (0..params.len()).map(|i| f64::from(i == j)).collect();
        let mut column = vec![f64::NAN; params.len()];
        second.hvp(&params, &data.batch(&[0, 1, 2]), &unit, &mut column);
        // The same formula in another order.
        assert_close(&format!("column {j}"), &column, &expected.column(j).to_vec(), 1e-14);
    }
}

/// `J' H_L J v` from the Jacobian of the outputs and the Hessian of the loss of each example.
fn by_definition(j: &Array3<f64>, hessians: &[Array2<f64>], weights: &[f64], v: &[f64]) -> Vec<f64> {
    let (v, total) = (ndarray::aview1(v), weights.iter().sum::<f64>());
    let mut product = ndarray::Array1::zeros(v.len());
    for ((j, h), w) in j.outer_iter().zip(hessians).zip(weights) {
        product = product + j.t().dot(&h.dot(&j.dot(&v))) * (w / total);
    }
    product.to_vec()
}

#[test]
fn gauss_newton_products_are_those_of_the_definition() {
    let model = Mlp::new([3, 4, 3]).activation(Softplus).into_model();
    let params = model.layout().initialise::<f64>(6);
    let (direction, weights) = (numbers(params.len(), 0.8), [1.0, 0.5, 0.0, 2.0, 3.0]);
    let data = data(classes()).with_weights(weights).unwrap();
    let batch = data.batch(&ALL);
    let jacobian = second_order::jacobian(&model, &params, &batch);
    let outputs = outputs_of(&model, &params, &batch);
    let softmax_hessian = |x: ndarray::ArrayView1<'_, f64>| {
        let e = x.mapv(f64::exp);
        let p = &e / e.sum();
        Array2::from_diag(&p)
            - p.view().insert_axis(ndarray::Axis(1)).dot(&p.view().insert_axis(ndarray::Axis(0)))
    };
    let hessians: Vec<_> = outputs.outer_iter().map(softmax_hessian).collect();
    let expected = by_definition(&jacobian, &hessians, &ALL.map(|i| weights[i]), &direction);
    let product = second_order::gauss_newton_product(&model, &CrossEntropy, &params, &batch, &direction);
    assert_close("G v", &product, &expected, 1e-13);
    // Convex in the outputs: positive semi-definite.
    assert!(product.iter().zip(&direction).map(|(g, v)| g * v).sum::<f64>() > 0.0);
}

/// The outputs of a model for a batch, in evaluation.
fn outputs_of(model: &Model<impl Module<f64>>, params: &Params<f64>, batch: &Batch<'_, f64>) -> Array2<f64> {
    let tape = wengert_ad::ArrayTape::new();
    let rows: Vec<f64> = batch.indices.iter().flat_map(|&i| batch.data.row(i).to_vec()).collect();
    let x = Array2::from_shape_vec((batch.indices.len(), batch.data.width()), rows).unwrap();
    let y = model.module().forward(&params.bind_constant(&tape), tape.constant(&x)).value();
    y.into_dimensionality().unwrap()
}

#[test]
fn jacobians_agree_with_differences() {
    let model = Mlp::new([3, 4, 2]).activation(Tanh).normalisation(Normalisation::Batch).into_model();
    let params = model.layout().initialise::<f64>(7);
    let data = data(Targets::Values { values: numbers(10, 0.3), width: 2 });
    let (batch, h) = (data.batch(&ALL), 1e-6);
    let jacobian = second_order::jacobian(&model, &params, &batch);
    let direction = numbers(params.len(), 0.2);
    let [after, before] = [h, -h].map(|t| outputs_of(&model, &moved(&params, &direction, t), &batch));
    let along = jacobian.map_axis(ndarray::Axis(2), |row| row.dot(&ndarray::aview1(&direction)));
    let differences = (after - before) / (2.0 * h);
    assert_close("J v", &Vec::from_iter(along), &Vec::from_iter(differences), DIFFERENCE);

    let of_inputs = second_order::input_jacobian(&model, &params, &batch);
    assert_eq!(of_inputs.dim(), (6, 2, 3));
    for input in 0..3 {
        let moved = |t: f64| {
            let mut features = data.features().to_vec();
            features.iter_mut().skip(input).step_by(3).for_each(|x| *x += t);
            let targets = Targets::Values { values: numbers(10, 0.3), width: 2 };
            outputs_of(&model, &params, &Dataset::new("moved", features, 3, targets).unwrap().batch(&ALL))
        };
        let differences = (moved(h) - moved(-h)) / (2.0 * h);
        let column = of_inputs.index_axis(ndarray::Axis(2), input);
        assert_close("input", &Vec::from_iter(column.to_owned()), &Vec::from_iter(differences), DIFFERENCE);
    }
}

#[test]
fn the_gradients_of_examples_are_those_of_batches_of_one_and_their_norms() {
    let data = moons_split().train;
    let model = moons_net().normalisation(Normalisation::Batch).into_model();
    let params = model.layout().initialise::<f32>(8);
    let (indices, mut backprop) = ([3, 1, 4, 1, 5, 9], Backprop::for_evaluation());
    let gradients = second_order::gradients(&model, &CrossEntropy, &params, &data.batch(&indices));
    let norms = second_order::gradient_norms(&model, &CrossEntropy, &params, &data.batch(&indices));
    for ((&i, row), norm) in indices.iter().zip(gradients.outer_iter()).zip(norms) {
        backprop.value_and_grad(model.module(), &CrossEntropy, &params, data.batch(&[i]));
        assert_eq!(row.to_vec(), backprop.gradient());
        let expected = row.iter().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
        assert!((norm - expected).abs() < 1e-14 * expected);
    }
    // Weights do not count.
    let weights: Vec<f64> = (0..data.examples()).map(|i| (i % 4) as f64).collect();
    let weighted = data.clone().with_weights(weights).unwrap();
    let again = second_order::gradients(&model, &CrossEntropy, &params, &weighted.batch(&indices));
    assert_eq!(gradients, again);
}

#[test]
fn frozen_parameters_are_constants_of_every_product() {
    let model = Mlp::new([3, 4, 3]).activation(Tanh).into_model();
    let params = model.layout().initialise::<f64>(9);
    let mut frozen = params.clone();
    frozen.freeze("hidden.*");
    let (data, direction) = (data(classes()), numbers(params.len(), 0.7));
    let batch = data.batch(&ALL);
    let trainable: Vec<bool> = {
        let ranges = frozen.layout().trainable_ranges();
        (0..params.len()).map(|i| ranges.iter().any(|range| range.contains(&i))).collect()
    };
    let within = |v: &[f64]| -> Vec<f64> {
        v.iter().zip(&trainable).map(|(&x, &trainable)| if trainable { x } else { 0.0 }).collect()
    };
    let products = |params: &Params<f64>, v: &[f64]| {
        [
            second_order::hvp(&model, &CrossEntropy, params, &batch, v),
            second_order::gauss_newton_product(&model, &CrossEntropy, params, &batch, v),
        ]
    };
    let expected = products(&params, &within(&direction)).map(|product| within(&product));
    for (have, want) in products(&frozen, &direction).iter().zip(&expected) {
        assert_close("frozen", have, want, 1e-14);
        assert!(have.iter().zip(&trainable).all(|(x, trainable)| *trainable || *x == 0.0));
    }
}

#[test]
fn a_steady_product_allocates_nothing() {
    let data = digits();
    let model = Mlp::new([64, 32, 16, 10]).activation(Tanh).into_model();
    let params = model.layout().initialise::<f32>(10);
    let indices: Vec<usize> = (0..40).collect();
    let batch = data.batch(&indices);
    let direction = vec![0.01_f32; params.len()];
    let mut second = SecondOrder::new(&model, &CrossEntropy);
    let (mut product, mut rows) = (vec![0.0; params.len()], vec![0.0; 40 * params.len()]);
    let mut norms = [0.0; 40];
    let mut all = || {
        let mut counts = [0; 4];
        let mut count = |i: usize, work: &mut dyn FnMut()| counts[i] = measure(work).count_total;
        count(0, &mut || _ = second.hvp(&params, &batch, &direction, &mut product));
        count(1, &mut || _ = second.gauss_newton_product(&params, &batch, &direction, &mut product));
        count(2, &mut || second.gradients(&params, &batch, &mut rows));
        count(3, &mut || second.gradient_norms(&params, &batch, &mut norms));
        counts
    };
    assert!(all().iter().any(|&count| count > 0), "the first products allocate their buffers");
    all();
    assert_eq!(all(), [0; 4]);
}

/// A loss that compares the examples with each other.
struct Contrast;

impl<T: Element> Loss<T> for Contrast {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    fn mixes_rows(&self) -> bool {
        true
    }
    fn per_example<'t>(&self, outputs: Tensor<'t, T>, _: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        let mean = outputs.mean_axis(0).broadcast_to(&outputs.shape());
        (outputs - mean).square().sum_axis(1)
    }
}

#[test]
fn products_of_losses_that_mix_rows_are_those_of_the_whole_batch() {
    let model = Mlp::new([3, 4, 2]).activation(Tanh).into_model();
    let params = model.layout().initialise::<f64>(11);
    let (data, direction) = (data(classes()), numbers(params.len(), 0.3));
    let batch = data.batch(&ALL);
    let product = second_order::hvp(&model, &Contrast, &params, &batch, &direction);
    let expected = difference(model.module(), &Contrast, &params, &batch, &direction);
    assert_close("contrast", &product, &expected, DIFFERENCE);
}

#[test]
#[should_panic(expected = "an example has no gradient of its own")]
fn the_gradients_of_examples_are_refused_if_the_loss_mixes_rows() {
    let model = Mlp::new([3, 2]).into_model();
    let params = model.layout().initialise::<f64>(12);
    second_order::gradients(&model, &Contrast, &params, &data(classes()).batch(&ALL));
}

#[test]
#[should_panic(expected = "hvp: there are 12 parameters, but the direction has 11 elements")]
fn a_direction_of_another_length_is_refused() {
    let model = Mlp::new([3, 3]).into_model();
    let params = model.layout().initialise::<f64>(13);
    second_order::hvp(&model, &CrossEntropy, &params, &data(classes()).batch(&ALL), &[0.0; 11]);
}

#[test]
#[should_panic(expected = "hvp: the batch is empty")]
fn an_empty_batch_has_no_second_derivatives() {
    let model = Mlp::new([3, 3]).into_model();
    let params = model.layout().initialise::<f64>(14);
    second_order::hvp(&model, &CrossEntropy, &params, &data(classes()).batch(&[]), &[0.0; 12]);
}

/// Outputs that do not depend on the parameters.
struct Constant;

impl<T: Element> Module<T> for Constant {
    fn forward<'t>(&self, _: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        x
    }
}

#[test]
fn a_model_whose_outputs_ignore_its_parameters_has_products_of_zeros() {
    let model = Model::new(|layout| {
        layout.parameter("unused", &[2], wengert_nn::Init::Zero);
        Constant
    });
    let params = model.layout().initialise::<f64>(15);
    let (data, v) = (data(classes()), [1.0, 2.0]);
    let batch = data.batch(&ALL);
    assert_eq!(second_order::hvp(&model, &CrossEntropy, &params, &batch, &v), [0.0; 2]);
    assert_eq!(second_order::gauss_newton_product(&model, &CrossEntropy, &params, &batch, &v), [0.0; 2]);
}
