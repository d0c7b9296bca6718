//! Several models on one tape, and the same parameters in several passes.

use crate::panics::blames_this_line;
use crate::support::{drawn_params, normal_matrix};
use ndarray::{Array2, ArrayD};
use wengert_ad::{ArrayTape, Elementary, Tensor};
use wengert_nn::{Architecture, Bound, Mlp, MlpModule, Model, Module, Params};

/// A generator from 2 to 3 numbers, and a discriminator from 3 numbers to 1.
struct Pair {
    models: [Model<MlpModule>; 2],
    params: [Params<f64>; 2],
    noise: Array2<f64>,
}

impl Pair {
    fn new() -> Self {
        let models = [[2, 4, 3], [3, 5, 1]].map(|widths| Mlp::new(widths).into_model());
        let params = [drawn_params(models[0].layout(), 1), drawn_params(models[1].layout(), 2)];
        Self { models, params, noise: normal_matrix(6, 2, 3) }
    }

    /// What the discriminator says of generated data.
    fn loss<'t>(&self, [g, d]: [&Bound<'t, f64>; 2]) -> Tensor<'t, f64> {
        let x = g.tape().constant(&self.noise);
        let made = self.models[0].module().forward(g, x);
        self.models[1].module().forward(d, made).softplus().sum()
    }

    /// The gradients with respect to all parameters, which are copied to variables of their own.
    fn expected(&self) -> [Vec<f64>; 2] {
        let tape = ArrayTape::new();
        let copies = |i: usize| -> Vec<Tensor<'_, f64>> {
            self.params[i].iter().map(|(_, values)| tape.var(&values)).collect()
        };
        let copies = [copies(0), copies(1)];
        let bound = [0, 1].map(|i| Bound::recorded(&tape, self.models[i].layout(), &copies[i], &[]));
        let gradient = self.loss([&bound[0], &bound[1]]).gradient();
        copies.map(|copies| copies.into_iter().flat_map(|x| ArrayD::into_iter(gradient.wrt(x))).collect())
    }
}

#[test]
fn a_generator_is_trained_against_a_discriminator_bound_as_constants() {
    let pair = Pair::new();
    let mut tape = ArrayTape::new();
    // In either order of binding, and on a tape that is used again.
    for constant_first in [false, true, false] {
        tape.clear();
        let d = constant_first.then(|| pair.params[1].bind_constant(&tape));
        let g = pair.params[0].bind_for_evaluation(&tape);
        let d = d.unwrap_or_else(|| pair.params[1].bind_constant(&tape));
        let mut gradient = vec![f64::NAN; pair.params[0].len()];
        pair.loss([&g, &d]).gradient_into(1.0, &mut gradient);
        assert_eq!(gradient, pair.expected()[0]);
    }
}

#[test]
fn two_models_that_are_trained_together_get_a_gradient_each() {
    let pair = Pair::new();
    let tape = ArrayTape::new();
    let (g, d) = (pair.params[0].bind_for_evaluation(&tape), pair.params[1].bind_for_evaluation(&tape));
    let [mut of_g, mut of_d] = [0, 1].map(|i| vec![f64::NAN; pair.params[i].len()]);
    pair.loss([&g, &d]).gradients_into(1.0, &mut [&mut of_g, &mut of_d]);
    assert_eq!([of_g, of_d], pair.expected());
}

#[test]
fn a_model_meets_a_copy_of_itself_as_constants() {
    let pair = Pair::new();
    let (model, params) = (&pair.models[0], &pair.params[0]);
    // A target network right after it was copied: both share one buffer.
    let target = params.clone();
    let tape = ArrayTape::new();
    let x = tape.constant(&pair.noise);
    let moving = model.module().forward(&params.bind_for_evaluation(&tape), x);
    let fixed = model.module().forward(&target.bind_constant(&tape), x);
    let mut gradient = vec![f64::NAN; params.len()];
    let loss = (moving * fixed).sum();
    loss.gradient_into(1.0, &mut gradient);
    // d(y c) at c = y is half of d(y^2).
    let mut whole = vec![f64::NAN; params.len()];
    moving.square().sum().gradient_into(0.5, &mut whole);
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-13 * (1.0 + b.abs());
    assert!(gradient.iter().zip(&whole).all(close), "{gradient:?} {whole:?}");
    blames_this_line(&["overlaps", "once"], || target.bind_for_evaluation(&tape));
}

#[test]
fn the_same_bound_parameters_serve_two_passes() {
    let pair = Pair::new();
    let (model, params) = (&pair.models[0], &pair.params[0]);
    let gradient_of = |inputs: &[&Array2<f64>]| {
        let tape = ArrayTape::new();
        let p = params.bind_for_evaluation(&tape);
        let pass = |x: &&Array2<f64>| model.module().forward(&p, tape.constant(*x)).square().sum();
        let total: Tensor<'_, f64> = inputs.iter().map(pass).reduce(|a, b| a + b).unwrap();
        let mut gradient = vec![f64::NAN; params.len()];
        total.gradient_into(1.0, &mut gradient);
        gradient
    };
    let (left, right) = (normal_matrix(4, 2, 5), normal_matrix(3, 2, 6));
    let (both, alone) = (gradient_of(&[&left, &right]), [gradient_of(&[&left]), gradient_of(&[&right])]);
    for (i, sum) in both.into_iter().enumerate() {
        assert!((sum - alone[0][i] - alone[1][i]).abs() < 1e-12 * (1.0 + sum.abs()));
    }
}

#[test]
fn the_parameters_of_another_model_are_refused_and_not_read_from_the_next_nodes() {
    let pair = Pair::new();
    let deep = Mlp::new([2, 4, 4, 3]).into_model();
    let tape = ArrayTape::new();
    let (p, x) = (pair.params[0].bind_for_evaluation(&tape), tape.constant(&pair.noise));
    blames_this_line(&["4 parameters", "number 4", "own model"], || deep.module().forward(&p, x));
}
