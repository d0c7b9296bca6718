//! ReLU networks: the corners of their units, the functions they represent, and their gradients.

use crate::support::{assert_close, drawn_params, normal_matrix};
use ndarray::{Array1, Array2, Axis, array};
use wengert_ad::{ArrayTape, Elementary, Tape};
use wengert_lab::{SingularValues, piecewise_linear_network, relu_corners};
use wengert_nn::diagnostics::stacked_gradients;
use wengert_nn::{
    Architecture, Init, Layout, Linear, Loss, Mlp, MlpModule, Model, Module, Params, Sequential, SumSquared,
    TargetBatch,
};

fn outputs(module: &impl Module<f64>, params: &Params<f64>, x: &Array2<f64>) -> Array2<f64> {
    let tape = ArrayTape::new();
    let y = module.forward(&params.bind_constant(&tape), tape.constant(x)).value();
    y.into_dimensionality().unwrap()
}

fn column(x: &[f64]) -> Array2<f64> {
    Array2::from_shape_vec((x.len(), 1), x.to_vec()).unwrap()
}

#[test]
fn a_unit_has_its_corner_at_minus_b_over_w_with_derivative_zero() {
    let derivatives = |x: f64, w: f64, b: f64| {
        let tape = Tape::new();
        let [x, w, b] = [x, w, b].map(|value| tape.var(value));
        let g = (w * x + b).relu().gradient();
        [g.wrt(x), g.wrt(w), g.wrt(b)]
    };
    let (w, b) = (2.0, -3.0);
    let corner = -b / w;
    assert_eq!(derivatives(corner + 0.5, w, b), [w, corner + 0.5, 1.0], "on the active side");
    assert_eq!(derivatives(corner - 0.5, w, b), [0.0; 3], "on the other side");
    assert_eq!(derivatives(corner, w, b), [0.0; 3], "at the corner itself");
}

#[test]
fn relu_corners_lists_positions_and_slopes() {
    let mut layout = Layout::new();
    Linear::new(&mut layout, "hidden", 1, 3, Init::Zero);
    let mut params = layout.initialise::<f64>(0);
    params.values_mut().copy_from_slice(&[2.0, -0.5, 0.0, -3.0, 1.0, 4.0]);
    let found = relu_corners(&params, "hidden");
    assert_eq!(found.iter().map(|corner| corner.position).collect::<Vec<_>>(), [Some(1.5), Some(2.0), None]);
    assert_eq!(found.iter().map(|corner| corner.slope).collect::<Vec<_>>(), [2.0, -0.5, 0.0]);
}

#[test]
fn a_piecewise_linear_function_is_a_constant_plus_a_sum_of_corners() {
    let points = [(-2.0, 1.0), (-1.5, 3.0), (0.0, -1.0), (0.25, -1.0), (1.0, 2.5)];
    let (model, params) = piecewise_linear_network(&points);
    let at = |x: f64| {
        let Some(next) = points.iter().position(|point| point.0 >= x) else { return points[4].1 };
        if next == 0 {
            return points[0].1;
        }
        let ((x0, y0), (x1, y1)) = (points[next - 1], points[next]);
        y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    };
    let grid: Vec<f64> = (-300..=300).map(|i| f64::from(i) / 100.0).collect();
    let expected: Vec<f64> = grid.iter().map(|&x| at(x)).collect();
    let y = outputs(model.module(), &params, &column(&grid));
    // The rounding of five terms of size up to 10.
    assert_close("function", y.as_slice().unwrap(), &expected, 1e-14);
    let found: Vec<f64> =
        relu_corners(&params, "hidden.0").iter().map(|corner| corner.position.unwrap()).collect();
    assert_eq!(found, points.map(|point| point.0));
}

#[test]
fn without_activations_a_deep_network_is_an_affine_map() {
    let model = Model::new(|layout| {
        let widths = [3, 5, 4, 2];
        let layers = widths.windows(2).enumerate();
        layers.fold(Sequential::new(), |all, (i, fans)| {
            all.then(Linear::new(layout, &format!("layer.{i}"), fans[0], fans[1], Init::GlorotNormal))
        })
    });
    let params = drawn_params(model.layout(), 5);
    let matrix =
        |name: &str| params.get(name).unwrap().to_owned().into_dimensionality::<ndarray::Ix2>().unwrap();
    let row = |name: &str| {
        params
            .get(name)
            .unwrap()
            .to_owned()
            .insert_axis(Axis(0))
            .into_dimensionality::<ndarray::Ix2>()
            .unwrap()
    };
    let weight = matrix("layer.0.weight").dot(&matrix("layer.1.weight")).dot(&matrix("layer.2.weight"));
    let offset = (row("layer.0.bias").dot(&matrix("layer.1.weight")) + row("layer.1.bias"))
        .dot(&matrix("layer.2.weight"))
        + row("layer.2.bias");
    let x = array![[0.3, -1.2, 2.0], [1.0, 0.0, -0.5]];
    let expected = x.dot(&weight) + offset;
    let y = outputs(model.module(), &params, &x);
    // The rounding of products of three matrices of elements below 2, associated differently.
    assert!((y - expected).iter().all(|error| error.abs() < 1e-13));
}

/// A network with one input, `width` ReLU units and one output, with random parameters.
fn one_dimensional(width: usize, seed: u64) -> (Model<MlpModule>, Params<f64>) {
    let model = Mlp::new([1, width, 1]).into_model();
    let params = drawn_params(model.layout(), seed);
    (model, params)
}

#[test]
fn rescaling_a_unit_does_not_change_the_function() {
    let (model, params) = one_dimensional(4, 3);
    let mut rescaled = params.clone();
    let c = [0.125, 0.5, 2.0, 64.0];
    for unit in 0..4 {
        let values = rescaled.values_mut();
        values[unit] *= c[unit];
        values[4 + unit] *= c[unit];
        values[8 + unit] /= c[unit];
    }
    let x = normal_matrix(50, 1, 1);
    // Powers of two scale without rounding, so the outputs are equal bit for bit.
    assert_eq!(outputs(model.module(), &params, &x), outputs(model.module(), &rescaled, &x));
}

#[test]
fn the_gradients_of_a_unit_balance_because_of_the_rescaling_symmetry() {
    let (model, params) = one_dimensional(6, 4);
    let (x, t) = (normal_matrix(30, 1, 2), normal_matrix(30, 1, 3));
    let tape = ArrayTape::new();
    let y = model.module().forward(&params.bind_for_evaluation(&tape), tape.constant(&x));
    let mut gradient = vec![0.0; params.len()];
    SumSquared.total(y, TargetBatch::Values(tape.constant(&t))).gradient_into(1.0, &mut gradient);
    let product = |i: usize| params.values()[i] * gradient[i];
    for unit in 0..6 {
        let (inner, outer) = (product(unit) + product(6 + unit), product(12 + unit));
        // The rounding of sums of 30 terms of size 10.
        assert!((inner - outer).abs() < 1e-12 * (1.0 + outer.abs()), "unit {unit}: {inner} and {outer}");
    }
}

#[test]
fn the_gradient_of_the_output_consists_of_corners_steps_ramps_and_a_constant() {
    let width = 5;
    let (model, params) = one_dimensional(width, 6);
    let grid: Vec<f64> = (-40..=40).map(|i| f64::from(i) / 10.0).collect();
    let features = stacked_gradients(model.module(), &params, &column(&grid));
    let p = params.values();
    for (row, &x) in features.rows().into_iter().zip(&grid) {
        for unit in 0..width {
            let (w, b, v) = (p[unit], p[width + unit], p[2 * width + unit]);
            let z = w * x + b;
            let on = if z > 0.0 { 1.0 } else { 0.0 };
            let found = [row[unit], row[width + unit], row[2 * width + unit]];
            let expected = [v * x * on, v * on, z.max(0.0)];
            assert_close("a ramp, a step of height v, a corner", &found, &expected, 1e-15);
        }
        assert_eq!(row[3 * width], 1.0, "the constant");
    }
}

#[test]
fn the_gradient_with_respect_to_the_last_layer_is_the_penultimate_output() {
    let model = Mlp::new([3, 7, 5, 1]).into_model();
    let params = drawn_params(model.layout(), 8);
    let x = normal_matrix(20, 3, 9);
    let features = model.features();
    let penultimate = outputs(features.module(), &params.pick(features.layout()).unwrap(), &x);
    let stacked = stacked_gradients(model.module(), &params, &x);
    let range = model.layout().find("out.weight").unwrap().range.clone();
    // Sums of 7 products in another order: one example at a time, or all at once.
    let difference = &stacked.slice(ndarray::s![.., range]) - &penultimate;
    assert!(difference.iter().all(|d| d.abs() < 1e-13), "{difference}");
}

/// The left singular vectors and the singular values of a matrix, in decreasing order.
fn svd(matrix: &Array2<f64>) -> Vec<(Array1<f64>, f64)> {
    let (rows, columns) = matrix.dim();
    let decomposed =
        nalgebra::DMatrix::from_row_iterator(rows, columns, matrix.iter().copied()).svd(true, false);
    let u = decomposed.u.unwrap();
    let values = decomposed.singular_values.iter().enumerate();
    let mut pairs: Vec<(Array1<f64>, f64)> =
        values.map(|(i, &value)| (u.column(i).iter().copied().collect(), value)).collect();
    pairs.sort_by(|a, b| b.1.total_cmp(&a.1));
    pairs
}

/// `f(x)` after `steps` steps of gradient descent on `|t - f(x)|^2`.
fn descend(
    model: &Model<MlpModule>,
    mut params: Params<f64>,
    x: &Array2<f64>,
    t: &Array2<f64>,
    rate: f64,
    steps: usize,
) -> Array2<f64> {
    let mut tape = ArrayTape::new();
    let mut gradient = vec![0.0; params.len()];
    for _ in 0..steps {
        let y = model.module().forward(&params.bind_for_evaluation(&tape), tape.constant(x));
        SumSquared.total(y, TargetBatch::Values(tape.constant(t))).gradient_into(1.0, &mut gradient);
        tape.clear();
        params.values_mut().iter_mut().zip(&gradient).for_each(|(p, g)| *p -= rate * g);
    }
    outputs(model.module(), &params, x)
}

#[test]
fn a_small_step_fits_each_singular_vector_in_proportion_to_its_squared_singular_value() {
    let (model, params) = one_dimensional(20, 10);
    let (x, t) = (normal_matrix(12, 1, 11), normal_matrix(12, 1, 12));
    let modes = svd(&stacked_gradients(model.module(), &params, &x));
    let rate = 1e-7;
    let before = &t - &outputs(model.module(), &params, &x);
    let after = &t - &descend(&model, params, &x, &t, rate, 1);
    for (u, sigma) in &modes {
        let along = |residual: &Array2<f64>| u.dot(&residual.column(0));
        let fitted = (along(&before) - along(&after)) / rate;
        let expected = 2.0 * sigma.powi(2) * along(&before);
        // The second-order term of a step of 1e-7 is 1e-7 of the first, times curvatures of 100;
        // rounding is 1e-15 / 1e-7.
        assert!(
            (fitted - expected).abs() < 1e-3 * (1.0 + modes[0].1.powi(2)),
            "{sigma}: {fitted}, {expected}"
        );
    }
    assert!(modes[0].1 > 10.0 * modes[6].1, "the singular values differ");
}

#[test]
fn with_a_frozen_hidden_layer_each_mode_decays_by_its_own_factor() {
    let (model, mut params) = one_dimensional(10, 13);
    params.freeze("hidden.*");
    let (x, t) = (normal_matrix(8, 1, 14), normal_matrix(8, 1, 15));
    let stacked = stacked_gradients(model.module(), &params, &x);
    assert!(
        stacked.slice(ndarray::s![.., ..20]).iter().all(|&g| g == 0.0),
        "frozen parameters have gradient 0"
    );
    let modes = svd(&stacked);
    let (rate, steps) = (0.2 / modes[0].1.powi(2), 40);
    let before = &t - &outputs(model.module(), &params, &x);
    let after = &t - &descend(&model, params, &x, &t, rate, steps);
    let mut left = Vec::new();
    for (u, sigma) in &modes {
        let along = |residual: &Array2<f64>| u.dot(&residual.column(0));
        let factor = (1.0 - 2.0 * rate * sigma.powi(2)).powi(steps as i32);
        let (found, expected) = (along(&after), factor * along(&before));
        // 40 steps with 11 roundings each, on residuals of size 10.
        assert!((found - expected).abs() < 1e-12, "{sigma}: {found}, {expected}");
        left.push(factor);
    }
    assert!(
        left.windows(2).all(|pair| pair[0] <= pair[1]),
        "modes of larger singular values should decay faster"
    );
}

#[test]
fn the_singular_value_decomposition_agrees_with_another_one_and_multiplies_to_the_matrix() {
    // Tall, wide, and of rank 3.
    let low_rank = normal_matrix(9, 3, 22).dot(&normal_matrix(3, 7, 23));
    for (matrix, rank) in [(normal_matrix(11, 6, 20), 6), (normal_matrix(5, 8, 21), 5), (low_rank, 3)] {
        let found = SingularValues::of(&matrix);
        let others: Vec<f64> = svd(&matrix).iter().map(|(_, value)| *value).collect();
        assert_close("singular values", &found.values, &others, 1e-13);
        assert_eq!(found.rank(1e-10), rank);
        let scaled = &found.left * &Array1::from(found.values.clone());
        let product = scaled.dot(&found.right.t());
        assert_close("product", product.as_slice().unwrap(), matrix.as_slice().unwrap(), 1e-13);
        let gram = found.right.t().dot(&found.right);
        let identity = Array2::eye(found.values.len());
        // Of the wide matrix, only the left vectors of zero singular values would be missing.
        assert_close("right vectors", gram.as_slice().unwrap(), identity.as_slice().unwrap(), 1e-13);
    }
}
