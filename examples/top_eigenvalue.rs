//! The largest eigenvalue of the Hessian of a loss during training, by power iteration with Hessian-vector
//! products. Gradient descent with the rate `r` is stable where it is below `2 / r`.

use wengert::prelude::*;
use wengert::train::second_order::SecondOrder;

const RATE: f64 = 1.0;

/// The eigenvalue of largest modulus of a symmetric matrix, and the number of products it took, where
/// `multiply` replaces its first argument by the product with the second.
fn largest_eigenvalue(v: &mut [f64], mut multiply: impl FnMut(&mut [f64], &[f64])) -> (f64, usize) {
    let (mut product, mut before) = (vec![0.0; v.len()], f64::NAN);
    for iteration in 1..=500 {
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        v.iter_mut().for_each(|x| *x /= norm);
        multiply(&mut product, v);
        let eigenvalue: f64 = v.iter().zip(&product).map(|(v, hv)| v * hv).sum();
        v.copy_from_slice(&product);
        if (eigenvalue - before).abs() < 1e-4 * eigenvalue.abs() {
            return (eigenvalue, iteration);
        }
        before = eigenvalue;
    }
    (before, 500)
}

fn main() {
    let data = moons(200, 0.1, 7).cast::<f64>();
    let all: Vec<usize> = (0..data.examples()).collect();
    let batch = data.batch(&all);
    let mlp = Mlp::new([2, 16, 16, 2]).activation(Tanh).init(GlorotNormal);
    let model = mlp.clone().into_model();
    let mut training = Training::new(mlp, CrossEntropy, Sgd::new(RATE)).seed(7);
    let mut second = SecondOrder::new(&model, &CrossEntropy);
    // The eigenvectors of one point are a good start for the next.
    let start = |i: usize| (i as f64).sin();
    let [mut v, mut u] = [(); 2].map(|()| (0..model.layout().len()).map(start).collect::<Vec<f64>>());
    println!("{:>5}  {:>10}  {:>10}  {:>12}  products", "step", "loss", "Hessian", "Gauss-Newton");
    for step in 0..=1000 {
        if step % 100 == 0 {
            let params = training.params().clone();
            let (sharpness, products) = largest_eigenvalue(&mut v, |product, v| {
                second.hvp(&params, &batch, v, product);
            });
            let (positive, _) = largest_eigenvalue(&mut u, |product, u| {
                second.gauss_newton_product(&params, &batch, u, product);
            });
            let loss = training.evaluate(&data).expect("the data are not empty").loss;
            println!("{step:>5}  {loss:>10.5}  {sharpness:>10.4}  {positive:>12.4}  {products:>8}");
            assert!(positive >= 0.0, "the Gauss-Newton matrix is positive semi-definite");
        }
        training.step(&batch);
    }
    println!("gradient descent with rate {RATE} is stable below {}", 2.0 / RATE);
}
