//! Derivatives of modules with respect to their inputs, differentiated again with respect to parameters.

use crate::support::{assert_close, assert_refused, drawn_params, normal_matrix};
use ndarray::{Array2, ArrayD, IxDyn};
use wengert_ad::rules::{Softplus, Tanh};
use wengert_ad::{ArrayTape, Dual, Element, Elementary, Jet, Tensor, arrays};
use wengert_nn::{
    Architecture, Bound, Init, InputDerivatives, LayerInputs, Layout, Mlp, MlpModule, Model, Module,
    Normalisation, ParameterSlot, Params, TrainingPass, layers,
};

/// `sin(w x)`, elementwise, without a declared width.
#[derive(Clone, Debug)]
struct Wave(ParameterSlot);

impl<T: Element> Module<T> for Wave {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let w = p.get(self.0).reshape(&[1, 1]);
        (w.broadcast_to(&x.shape()) * x).sin()
    }
}

fn wave() -> Model<InputDerivatives<Wave>> {
    let wave = |layout: &mut Layout| Wave(layout.parameter("w", &[1], Init::Constant(1.5)));
    Model::new(|layout| InputDerivatives::new(wave(layout)))
}

/// A network with inputs in the plane, with its derivatives.
fn network(outputs: usize) -> Model<InputDerivatives<MlpModule<Tanh>>> {
    let mlp = Mlp::new([2, 5, 4, outputs]).activation(Tanh).normalisation(Normalisation::Layer);
    mlp.into_model().map(InputDerivatives::new)
}

fn column(xs: &[f64]) -> Array2<f64> {
    Array2::from_shape_vec((xs.len(), 1), xs.to_vec()).unwrap()
}

#[test]
fn derivatives_along_the_input_and_their_gradients_are_those_of_the_formula() {
    let (model, xs, w) = (wave(), [-0.7, 0.2, 1.1], 1.5_f64);
    let params = model.layout().initialise::<f64>(1);
    let tape = ArrayTape::new();
    let (x, p) = (tape.var(&column(&xs)), params.bind_for_evaluation(&tape));
    let all: [_; 4] = model.module().along(&p, x, &[1.0]);
    // The derivative of order k of sin(w x) is w^k sin(w x + k pi / 2).
    let formula =
        |order: i32, x: f64| w.powi(order) * (w * x + f64::from(order) * std::f64::consts::FRAC_PI_2).sin();
    for (order, derivative) in (0..).zip(all) {
        let expected = xs.map(|x| formula(order, x));
        assert_close(&format!("order {order}"), &derivative.elements(), &expected, 1e-14);
        // d/dx of it is the next order; d/dw is (k u^(k) + x u^(k+1)) / w.
        let gradient = derivative.sum().gradient();
        let by_x = gradient.wrt(x).into_raw_vec_and_offset().0;
        assert_close("with respect to x", &by_x, &xs.map(|x| formula(order + 1, x)), 1e-13);
        let by_w = gradient.wrt(p.get(model_slot(&model))).sum();
        let each = xs.map(|x| (f64::from(order) * formula(order, x) + x * formula(order + 1, x)) / w);
        assert_close("with respect to w", &[by_w], &[each.iter().sum()], 1e-13);
    }
}

fn model_slot(model: &Model<InputDerivatives<Wave>>) -> ParameterSlot {
    model.module().module().0
}

/// Compares the gradient of a function of the parameters and the inputs with differences.
fn check(
    what: &str,
    layout: &Layout,
    x: &Array2<f64>,
    training: Option<TrainingPass>,
    f: impl for<'t> Fn(&Bound<'t, f64>, Tensor<'t, f64>) -> Tensor<'t, f64>,
) {
    let params = drawn_params(layout, 3);
    let mut arrays: Vec<ArrayD<f64>> = params.iter().map(|(_, values)| values.to_owned()).collect();
    let count = arrays.len();
    arrays.push(x.clone().into_dyn());
    let statistics = vec![1.2; params.statistics().len()];
    let report = wengert_ad::check::gradcheck(
        |v| {
            let bound = Bound::recorded(v[0].tape(), layout, &v[..count], &statistics);
            let bound = match training {
                Some(training) => bound.in_training(training),
                None => bound,
            };
            f(&bound, v[count])
        },
        &arrays,
    );
    assert!(report.passed(), "{what}\n{report}");
}

/// A curved function of several arrays of one shape, different in each element.
fn mixed<'t, const N: usize>(arrays: [Tensor<'t, f64>; N]) -> Tensor<'t, f64> {
    let weights = |k: usize, shape: &[usize]| {
        ArrayD::from_shape_fn(IxDyn(shape), |i| 0.3 + 0.2 * (i[0] + 2 * i[1] + 3 * k) as f64)
    };
    let each = arrays.into_iter().enumerate();
    let each = each.map(|(k, x)| (x.sin() + x).dot(x.tape().constant(&weights(k, &x.shape()))));
    each.reduce(|sum, x| sum + x).unwrap()
}

#[test]
fn gradients_of_derivatives_of_every_layer_agree_with_differences() {
    let layers = layers::<Jet<3>>().into_iter().filter(|layer| layer.inputs == LayerInputs::Numbers);
    for sample in layers {
        for training in [None, Some(TrainingPass::new(5, 3))] {
            let model = Model::new(|layout| InputDerivatives::new(sample.layer(layout, 2)));
            let x = normal_matrix(4, 2, 7);
            check(sample.name, model.layout(), &x, training, |p, x| {
                mixed::<3>(model.module().along(p, x, &[0.8, -0.6]))
            });
        }
    }
}

#[test]
fn gradients_of_input_gradients_agree_with_differences() {
    let (model, x) = (network(2), normal_matrix(4, 2, 8));
    for training in [None, Some(TrainingPass::new(5, 3))] {
        check("gradient", model.layout(), &x, training, |p, x| mixed([model.module().gradient(p, x)]));
    }
}

#[test]
fn the_input_gradient_consists_of_the_first_derivatives_along_the_axes() {
    let (model, x) = (network(1), normal_matrix(5, 2, 9));
    let (params, tape) = (drawn_params(model.layout(), 4), ArrayTape::new());
    let (p, x) = (params.bind_for_evaluation(&tape), tape.constant(&x));
    let gradient = model.module().gradient(&p, x).value();
    for (axis, direction) in [[1.0, 0.0], [0.0, 1.0]].iter().enumerate() {
        let [value, slope]: [_; 2] = model.module().along(&p, x, direction);
        let axis: Vec<f64> = gradient.index_axis(ndarray::Axis(1), axis).iter().copied().collect();
        assert_close("slope", &slope.elements(), &axis, 1e-13);
        let expected = model.module().forward(&p, x);
        assert_close("value", &value.elements(), &expected.elements(), 1e-14);
    }
}

#[test]
fn mixed_derivatives_follow_from_those_along_sums_of_directions() {
    let (model, x) = (network(1), normal_matrix(3, 2, 10));
    let (params, tape) = (drawn_params(model.layout(), 5), ArrayTape::new());
    let (p, x) = (params.bind_constant(&tape), tape.constant(&x));
    let second = |v: &[f64]| {
        let [_, _, second] = model.module().along(&p, x, v);
        second
    };
    let mixed = (second(&[1.0, 1.0]) - second(&[1.0, 0.0]) - second(&[0.0, 1.0])) * 0.5;
    // The derivative along y of the first column of the gradient.
    let h = 1e-5;
    let [after, before] = [h, -h].map(|h| {
        let moved = x.value() + ndarray::array![[0.0, h]];
        model.module().gradient(&p, tape.constant(&moved)).slice(1, 0..1)
    });
    let differences = (after - before) * (0.5 / h);
    // Central differences: rounding 1e-16 / h, truncation h^2.
    assert_close("u_xy", &mixed.elements(), &differences.elements(), 1e-8);
}

#[test]
fn derivatives_are_differentiated_twice() {
    /// The residual of `u_xx + |grad u|^2 = 1`.
    fn residual<'t, T: Element>(
        net: &InputDerivatives<MlpModule<Tanh>>,
        p: &Bound<'t, T>,
        x: Tensor<'t, T>,
    ) -> Tensor<'t, T> {
        let [_, _, second] = net.along(p, x, &[1.0, 0.0]);
        let gradient = net.gradient(p, x);
        (second.reshape(&[x.shape()[0]]) + gradient.square().sum_axis(1) - 1.0).square().mean()
    }
    let (model, x) = (network(1), normal_matrix(6, 2, 11));
    let params = drawn_params(model.layout(), 6);
    let arrays: Vec<ArrayD<f64>> = params.iter().map(|(_, values)| values.to_owned()).collect();
    let directions: Vec<ArrayD<f64>> = arrays.iter().map(|x| x.mapv(|x| (3.0 * x).cos())).collect();
    let product = arrays::hvp(
        |w: &[Tensor<'_, Dual>]| {
            let p = Bound::recorded(w[0].tape(), model.layout(), w, &[]);
            residual(model.module(), &p, w[0].tape().constant(&x.mapv(|x| Dual::new(x, 0.0))))
        },
        &arrays,
        &directions,
    );
    let gradient_at = |h: f64| {
        let moved: Vec<_> = arrays.iter().zip(&directions).map(|(x, v)| x + &(v * h)).collect();
        let gradient = arrays::grad(
            |w: &[Tensor<'_, f64>]| {
                let p = Bound::recorded(w[0].tape(), model.layout(), w, &[]);
                residual(model.module(), &p, w[0].tape().constant(&x))
            },
            &moved,
        );
        gradient.into_iter().flatten().collect::<Vec<f64>>()
    };
    let (h, have) = (1e-5, product.into_iter().flatten().collect::<Vec<f64>>());
    let differences: Vec<f64> =
        gradient_at(h).iter().zip(gradient_at(-h)).map(|(a, b)| (a - b) / (2.0 * h)).collect();
    assert_close("H v", &have, &differences, 1e-7);
}

#[test]
fn frozen_parameters_and_constants_have_no_derivative_and_the_others_keep_theirs() {
    let (model, x) = (network(1), normal_matrix(4, 2, 12));
    let all = drawn_params(model.layout(), 7);
    let mut frozen = all.clone();
    frozen.freeze("hidden.0.*");
    let gradient = |params: &Params<f64>| {
        let tape = ArrayTape::new();
        let p = params.bind_for_evaluation(&tape);
        let [_, slope] = model.module().along(&p, tape.constant(&x), &[0.5, 2.0]);
        let mut gradient = vec![f64::NAN; params.len()];
        slope.square().sum().gradient_into(1.0, &mut gradient);
        gradient
    };
    let (of_all, of_frozen) = (gradient(&all), gradient(&frozen));
    for entry in frozen.layout().parameters() {
        for i in entry.range.clone() {
            assert_eq!(of_frozen[i], if entry.trainable { of_all[i] } else { 0.0 }, "{}", entry.name);
        }
    }
    let tape = ArrayTape::new();
    let p = all.bind_constant(&tape);
    let [_, slope] = model.module().along(&p, tape.constant(&x), &[0.5, 2.0]);
    assert!(!slope.is_active());
}

#[test]
fn a_training_pass_drops_the_same_units_in_the_derivatives() {
    let model = Mlp::new([2, 16, 1]).activation(Softplus).dropout(0.5).into_model();
    let net = InputDerivatives::new(model.module().clone());
    let (params, tape) = (drawn_params(model.layout(), 8), ArrayTape::new());
    let pass = TrainingPass::new(3, 5).part_from(4);
    let (p, x) = (params.bind_for_training(&tape, pass), tape.constant(&normal_matrix(6, 2, 13)));
    let [value, _] = net.along(&p, x, &[1.0, 0.0]);
    let (have, want) = (value.value(), net.forward(&p, x).value());
    assert_close("value", have.as_slice().unwrap(), want.as_slice().unwrap(), 1e-14);
    let other = net.forward(&params.bind_constant(&tape), x).value();
    assert!(have.iter().zip(&other).any(|(a, b)| (a - b).abs() > 1e-3), "units are dropped");
}

#[test]
fn a_direction_of_another_length_is_refused() {
    let (model, tape) = (network(1), ArrayTape::new());
    let params = drawn_params(model.layout(), 9);
    let (p, x) = (params.bind_for_evaluation(&tape), tape.constant(&normal_matrix(3, 2, 14)));
    assert_refused("the inputs have shape [3, 2], but the direction has 3 numbers", || {
        let [_, _] = model.module().along(&p, x, &[1.0, 0.0, 0.0]);
    });
}
