//! A physics-informed network: the boundary value problem `u'' = -pi^2 sin(pi x)`, `u(0) = u(1) = 0`, solved
//! by training, and then by L-BFGS. The loss contains the second derivative of the network with respect to
//! its input, and is differentiated with respect to the parameters.

use std::f64::consts::PI;
use wengert::minimize::{Lbfgs, Minimizer, Stopping};
use wengert::nn::MlpModule;
use wengert::prelude::*;

/// `u(x) = x (1 - x) N(x)` with a network `N`: 0 at both ends.
struct Solution {
    network: MlpModule<Tanh>,
}

impl<T: Element> Module<T> for Solution {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        (x - x.square()) * self.network.forward(p, x)
    }
}

/// The residual `u'' + pi^2 sin(pi x)`, which training makes 0.
struct Residual {
    u: InputDerivatives<Solution>,
}

impl<T: Element> Module<T> for Residual {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let [_, _, second] = self.u.along(p, x, &[1.0]);
        second + (x * PI).sin() * (PI * PI)
    }
}

/// The largest difference from the solution `sin(pi x)` at 101 points.
fn error(model: &Model<Residual>, params: &Params<f64>) -> f64 {
    let tape = ArrayTape::for_inference();
    let x = tape.constant_from(&[101, 1], |buffer| buffer.extend((0..101).map(|i| f64::from(i) / 100.0)));
    let (u, x) = (model.module().u.forward(&params.bind_constant(&tape), x), x.value());
    u.value().iter().zip(&x).map(|(u, x)| (u - (PI * x).sin()).abs()).fold(0.0, f64::max)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let network = Mlp::new([1, 12, 12, 1]).activation(Tanh).init(GlorotNormal);
    let model =
        network.into_model().map(|network| Residual { u: InputDerivatives::new(Solution { network }) });
    // The points at which the equation must hold; the targets of the residual are 0.
    let points: Vec<f64> = (0..24).map(|i| (f64::from(i) + 0.5) / 24.0).collect();
    let targets = Targets::Values { values: vec![0.0; 24], width: 1 };
    let data = Dataset::new("points", points, 1, targets)?;
    let all: Vec<usize> = (0..24).collect();

    let mut training = Training::new(model, MeanSquared, Adam::new(5e-3)).seed(7);
    for step in 0..=600 {
        let loss = training.step(&data.batch(&all));
        if step % 200 == 0 {
            println!("step {step:4}  mean squared residual {loss:.2e}");
        }
    }
    let model = training.model();
    println!("after Adam     |u - sin(pi x)| <= {:.1e}", error(model, training.params()));

    // The same objective as a function of the flat parameters.
    let (mut params, mut backprop) = (training.params().clone(), Backprop::for_evaluation());
    let mut objective = |w: &[f64], gradient: &mut [f64]| {
        params.values_mut().copy_from_slice(w);
        let loss = backprop.value_and_grad(model.module(), &MeanSquared, &params, data.batch(&all));
        gradient.copy_from_slice(backprop.gradient());
        loss
    };
    let minimizer = Minimizer::new(Lbfgs::new()).stopping(Stopping::new().iterations(300));
    let report = minimizer.minimize(&mut objective, training.params().values());
    params.values_mut().copy_from_slice(&report.x);
    let error = error(model, &params);
    println!("after L-BFGS   |u - sin(pi x)| <= {error:.1e}  mean squared residual {:.1e}", report.value);
    assert!(error < 1e-4, "the network should have learnt the solution");
    Ok(())
}
