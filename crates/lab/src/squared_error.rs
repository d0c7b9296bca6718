//! The squared error of a linear map and its gradients over all examples, over batches and per example.

use ndarray::{Array1, Array2, ArrayBase, Axis, Data, Ix1, Ix2, concatenate};
use std::sync::Arc;
use wengert_ad::{ArrayTape, Elementary, Number, Var, per_example_gradients};
use wengert_data::Batches;
use wengert_linear::{Examples, LinearError};
use wengert_minimize::Objective;
use wengert_optim::{Optimizer, Schedule, Sgd};

/// The loss `|y - X w|^2`, **summed** over the examples, without 1/2 and without an intercept, with
/// gradients from the differentiation engine. It is an [`Objective`] for the methods of
/// [`wengert_minimize`], and can be used with [`trajectory`](wengert_optim::trajectory()):
///
/// ```
/// use ndarray::array;
/// use wengert_lab::{SingularMode, SquaredError};
/// use wengert_optim::{Sgd, trajectory};
///
/// let mut loss = SquaredError::new((&array![[2.0]], &[6.0]))?;
/// let path = trajectory(&mut Sgd::new(0.1), |w, g| g.copy_from_slice(&loss.gradient(w)), &[0.0], 3);
/// assert!((path[3][0] - SingularMode { sigma: 2.0, target: 6.0 }.weight_after(0.1, 3)).abs() < 1e-14);
/// # Ok::<(), wengert_linear::LinearError>(())
/// ```
#[derive(Debug)]
pub struct SquaredError {
    features: Array2<f64>,
    targets: Array1<f64>,
    tape: ArrayTape<f64>,
}

impl SquaredError {
    /// Creates the loss over these examples.
    ///
    /// # Errors
    /// If the examples are empty, mismatched or not finite, or if their targets are classes.
    pub fn new<'a>(examples: impl Into<Examples<'a>>) -> Result<Self, LinearError> {
        let (x, y) = examples.into().regression()?;
        Ok(Self { features: x.to_owned(), targets: y.to_owned(), tape: ArrayTape::new() })
    }

    /// The number of examples.
    pub fn examples(&self) -> usize {
        self.features.nrows()
    }

    /// The number of features, which is the length of `w`.
    pub fn features(&self) -> usize {
        self.features.ncols()
    }

    /// The gradient with respect to `w`, over all examples: `2 X'(X w - y)`.
    ///
    /// # Panics
    /// If the length of `w` is not the number of features.
    #[track_caller]
    pub fn gradient(&mut self, w: &[f64]) -> Vec<f64> {
        let mut gradient = vec![0.0; w.len()];
        self.value_and_gradient(w, &mut gradient);
        gradient
    }

    /// The estimate of the gradient over all `n` examples from a batch of `B` examples: `n / B`
    /// times the gradient over the batch.
    ///
    /// # Panics
    /// If the batch is empty or contains an index out of range; if the length of `w` is not the
    /// number of features.
    #[track_caller]
    pub fn batch_gradient(&mut self, w: &[f64], batch: &[usize]) -> Vec<f64> {
        assert!(!batch.is_empty(), "batch gradient: the batch is empty; give at least one example");
        let mut gradient = vec![0.0; w.len()];
        self.assert_width(w);
        let (x, y) = (self.features.select(Axis(0), batch), self.targets.select(Axis(0), batch));
        let scale = self.examples() as f64 / batch.len() as f64;
        differentiate(&mut self.tape, (&x, &y), w, scale, &mut gradient);
        gradient
    }

    /// The gradient of each example, that is of `(y_i - x_i'w)^2`; shape `(examples, features)`.
    /// The rows sum to the [`gradient`](Self::gradient).
    ///
    /// # Panics
    /// If the length of `w` is not the number of features.
    #[track_caller]
    pub fn example_gradients(&self, w: &[f64]) -> Array2<f64> {
        self.assert_width(w);
        let targets = self.targets.view().insert_axis(Axis(1));
        let joined = concatenate(Axis(1), &[self.features.view(), targets]).expect("one target per example");
        per_example_gradients(|w, example| residual(w, example).square(), w, &joined)
    }

    #[track_caller]
    fn assert_width(&self, w: &[f64]) {
        let (length, features) = (w.len(), self.features());
        assert!(
            length == features,
            "squared error: w has length {length}, but the examples have {features} features"
        );
    }
}

/// The residual `x'w - y` of an example that consists of `x` followed by `y`.
fn residual<'t, T: Number>(w: &[Var<'t, T>], example: &[Var<'t, T>]) -> Var<'t, T> {
    let start = -example[w.len()];
    w.iter().zip(example).fold(start, |sum, (&w, &x)| sum + w * x)
}

/// Returns `|y - X w|^2`, and writes `scale` times its gradient with respect to `w`.
fn differentiate<S: Data<Elem = f64>>(
    tape: &mut ArrayTape<f64>,
    (x, y): (&ArrayBase<S, Ix2>, &ArrayBase<S, Ix1>),
    w: &[f64],
    scale: f64,
    gradient: &mut [f64],
) -> f64 {
    tape.clear();
    let weights = tape.shared_var(&Arc::new(w.to_vec()), 0..w.len(), &[w.len()], true);
    let loss = (tape.constant(x).matmul(weights) - tape.constant(y)).square().sum();
    loss.gradient_into(scale, gradient);
    loss.item()
}

impl Objective for SquaredError {
    #[track_caller]
    fn value_and_gradient(&mut self, w: &[f64], gradient: &mut [f64]) -> f64 {
        self.assert_width(w);
        differentiate(&mut self.tape, (&self.features, &self.targets), w, 1.0, gradient)
    }
}

/// Runs stochastic gradient descent on the squared error, `w <- w - eta_t g` with `g` from
/// [`batch_gradient`](SquaredError::batch_gradient). Returns the start and the point after each
/// epoch. The schedule counts steps.
///
/// # Panics
/// If the length of the start is not the number of features, or if the batches contain an index out of range.
#[track_caller]
pub fn stochastic_gradient_descent(
    loss: &mut SquaredError,
    start: &[f64],
    schedule: &Schedule,
    mut batches: Batches,
    epochs: u64,
) -> Vec<Vec<f64>> {
    let (mut w, mut step) = (start.to_vec(), 0);
    let mut sgd = Sgd::new(schedule.rate(0));
    let mut visited = vec![w.clone()];
    for epoch in 0..epochs {
        for batch in batches.epoch(epoch) {
            sgd.set_learning_rate(schedule.rate(step));
            let gradient = loss.batch_gradient(&w, batch);
            sgd.step(&mut w, &gradient);
            step += 1;
        }
        visited.push(w.clone());
    }
    visited
}
