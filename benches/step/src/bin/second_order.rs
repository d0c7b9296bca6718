//! The workloads of `benches/peers/second_order.py`: second derivatives of networks, timed in blocks.
//!
//! `second_order S3` computes the workload once, prints numbers that other libraries should find too, and
//! then answers lines `product 2 10` or `gradient 2 10` on standard input, of warm-up and timed computations,
//! with the seconds that the timed ones took.

use std::f64::consts::PI;
use std::io::{BufRead, stdin};
use std::time::Instant;
use wengert::ad::rules::Tanh;
use wengert::ad::{ArrayTape, Element, Elementary, Real, Tensor};
use wengert::data::{Dataset, Targets};
use wengert::nn::{
    Architecture, Bound, CrossEntropy, InputDerivatives, MeanSquared, Mlp, MlpModule, Model, Module, Params,
};
use wengert::train::Backprop;
use wengert::train::second_order::SecondOrder;

/// A network with tanh, and its parameters: `sin(i)` over the square root of the fan-in, biases included.
fn network<T: Real>(widths: &[usize]) -> (Model<MlpModule<Tanh>>, Params<T>) {
    let model = Mlp::new(widths).activation(Tanh).into_model();
    let mut params = model.layout().initialise::<T>(0);
    let (mut start, values) = (0, params.values_mut());
    for pair in widths.windows(2) {
        let end = start + (pair[0] + 1) * pair[1];
        for (i, value) in values[start..end].iter_mut().enumerate() {
            *value = T::literal(((start + i) as f64).sin() / (pair[0] as f64).sqrt());
        }
        start = end;
    }
    (model, params)
}

/// Answers requests for blocks; `compute` gets whether the gradient is wanted instead of the product.
fn serve(mut compute: impl FnMut(bool)) {
    for line in stdin().lock().lines().map_while(Result::ok) {
        let mut words = line.split_whitespace();
        let gradient = words.next() == Some("gradient");
        let mut count = || words.next().and_then(|word| word.parse::<usize>().ok()).expect("a count");
        (0..count()).for_each(|_| compute(gradient));
        let (steps, start) = (count(), Instant::now());
        (0..steps).for_each(|_| compute(gradient));
        println!("{}", start.elapsed().as_secs_f64());
    }
}

fn norm<T: Real>(x: &[T]) -> f64 {
    x.iter().map(|x| x.widened().powi(2)).sum::<f64>().sqrt()
}

/// The residual of `u'' + pi^2 sin(pi x) = 0`.
struct Poisson(InputDerivatives<MlpModule<Tanh>>);

impl<T: Element> Module<T> for Poisson {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let [_, _, second] = self.0.along(p, x, &[1.0]);
        second + (x * PI).sin() * (PI * PI)
    }
}

/// The mean squared residual at `n` points of a network `1-width-width-1`, with its gradient.
fn physics_informed(width: usize, n: usize) {
    let (model, params) = network::<f64>(&[1, width, width, 1]);
    let poisson = Poisson(InputDerivatives::new(model.module().clone()));
    let points: Vec<f64> = (0..n).map(|i| i as f64 / (n - 1) as f64).collect();
    let targets = Targets::Values { values: vec![0.0; n], width: 1 };
    let data = Dataset::new("points", points, 1, targets).expect("the shapes fit");
    let indices = Vec::from_iter(0..n);
    // In parts whose arrays of numbers with their derivatives stay in the second-level cache.
    let mut backprop = Backprop::for_evaluation().part_rows(256);
    let value = backprop.value_and_grad(&poisson, &MeanSquared, &params, data.batch(&indices));
    println!("check {value} {}", norm(backprop.gradient()));
    let mut compute = || backprop.value_and_grad(&poisson, &MeanSquared, &params, data.batch(&indices));
    serve(|_| {
        compute();
    });
}

/// A batch of 64 for a classifier with 10 classes.
fn batch<T: Real>(inputs: usize) -> Dataset<T> {
    let features = (0..64 * inputs).map(|i| ((i / inputs * 7 + i % inputs * 3) % 11) as f64 / 11.0);
    let labels = (0..64).map(|i| i % 10).collect();
    let targets = Targets::Classes { labels, classes: 10 };
    Dataset::new("remainders", features.map(T::literal).collect(), inputs, targets).expect("the shapes fit")
}

/// A Hessian-vector product of the mean cross-entropy, or its gradient.
fn hessian_product(inputs: usize) {
    let (model, params) = network::<f32>(&[inputs, 128, 64, 10]);
    let (data, indices) = (batch::<f32>(inputs), Vec::from_iter(0..64));
    let (data, direction) = (data.batch(&indices), vec![0.01; params.len()]);
    let mut second = SecondOrder::new(&model, &CrossEntropy);
    let (mut product, mut gradient) = (vec![0.0; params.len()], vec![0.0; params.len()]);
    let value = second.hvp(&params, &data, &direction, &mut product);
    println!("check {value} {}", norm(&product));
    let (mut tape, rows) = (ArrayTape::<f32>::new(), data.data.features());
    let Targets::Classes { labels, .. } = data.data.targets() else { unreachable!("they are classes") };
    serve(|only_gradient| {
        if only_gradient {
            let x = tape.constant_from(&[64, inputs], |buffer| buffer.extend_from_slice(rows));
            let outputs = model.module().forward(&params.bind_for_evaluation(&tape), x);
            let total = outputs.total_cross_entropy(labels).node();
            tape.gradient_into_and_clear(total, 1.0 / 64.0, &mut gradient);
        } else {
            second.hvp(&params, &data, &direction, &mut product);
        }
    });
}

/// The gradient of the cross-entropy of each of 64 examples.
fn per_example() {
    let (model, params) = network::<f64>(&[64, 128, 64, 10]);
    let (data, indices) = (batch::<f64>(64), Vec::from_iter(0..64));
    let (data, mut rows) = (data.batch(&indices), vec![0.0; 64 * params.len()]);
    let mut second = SecondOrder::new(&model, &CrossEntropy);
    let mut compute = || second.gradients(&params, &data, &mut rows);
    compute();
    let mut norms = [0.0; 64];
    SecondOrder::new(&model, &CrossEntropy).gradient_norms(&params, &data, &mut norms);
    println!("check {} {}", norm(&norms), norms[0]);
    serve(|_| second.gradients(&params, &data, &mut rows));
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("S1") => physics_informed(20, 33),
        Some("S2") => physics_informed(64, 1024),
        Some("S3") => hessian_product(64),
        Some("S4") => hessian_product(784),
        Some("S5") => per_example(),
        _ => {
            eprintln!("second_order: the workloads are S1, S2, S3, S4 and S5");
            std::process::exit(2);
        }
    }
}
