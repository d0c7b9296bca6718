//! Muon: steps of orthogonal matrices for hidden layers.

use wengert_kernels::validate::{assert_below_one, assert_non_negative, assert_positive};
use wengert_kernels::{Matrix, MatrixProduct, flush_subnormal};

use std::mem::swap;
use std::ops::Range;

use super::adam::Adam;
use crate::array_shape::ArrayShape;
use crate::clip::gradient_norm;
use crate::float::{Float, average_weights, compiled_here, rounded};
use crate::group::{Group, assert_groups, combine, pieces};
use crate::optimizer::Optimizer;
use crate::state::{OptimizerState, StateError, check_buffers, check_settings};
use crate::validate::assert_lengths;

/// Muon: the running mean of the gradient of a hidden matrix, replaced by the nearest orthogonal matrix;
/// AdamW for all other parameters.
///
/// ```text
/// V <- mu V + (1 - mu) G                                    V = 0 before the first step
/// U  = mu V + (1 - mu) G         with Nesterov's momentum, otherwise V
/// W <- (1 - eta lambda) W - eta sqrt(max(1, n/m)) O(U)      W is m x n: m inputs, n outputs
///
/// O(U): X <- U / |U|, then five times X <- a X + (b A + c A^2) X with A = X X'
///       a = 3.4445, b = -4.7750, c = 2.0315
/// ```
///
/// Source: Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks". The iteration of
/// Newton and Schulz brings all singular values near 1, into about `[0.7, 1.2]`, so that rare directions of
/// the gradient count as much as common ones. Scaling all gradients by one factor changes the steps only
/// through AdamW's `epsilon`.
///
/// A hidden matrix is an array with two axes, except for the first and the last of the model, as the authors
/// advise. Training tells their [shapes](Optimizer::set_shapes); without shapes, and for a matrix that a
/// group divides, all is AdamW.
///
/// | here | PyTorch's `Muon` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`momentum(mu)`](Muon::momentum) | `momentum` | 0.95 |
/// | [`without_nesterov()`](Muon::without_nesterov) | `nesterov=False` | |
/// | [`decoupled_weight_decay(lambda)`](Muon::decoupled_weight_decay) | `weight_decay` | 0 |
/// | [`adam_factor(f)`](Muon::adam_factor): the rate of AdamW is `f eta` | a second optimizer | 0.15 |
#[derive(Clone, Debug)]
pub struct Muon<F = f32> {
    adam: Adam<F>,
    learning_rate: f64,
    momentum: f64,
    is_nesterov: bool,
    adam_factor: f64,
    decay: f64,
    matrices: Vec<HiddenMatrix>,
    velocity: Vec<F>,
    /// The number of parameters; `None` before the first step.
    length: Option<usize>,
    /// The matrices that move in a step, each with the factor of its rate and its weight decay; as groups
    /// that AdamW does not move; and these with the groups of the step. The memory is reused.
    moving: Vec<(HiddenMatrix, f64, f64)>,
    withheld: Vec<Group>,
    combined: Vec<Group>,
    scratch: Scratch<F>,
}

/// A matrix that is not the first or the last of the model, from `start` on.
#[derive(Clone, Copy, Debug)]
struct HiddenMatrix {
    start: usize,
    rows: usize,
    columns: usize,
}

impl HiddenMatrix {
    fn range(self) -> Range<usize> {
        self.start..self.start + self.rows * self.columns
    }
}

/// The matrices of the iteration of Newton and Schulz.
#[derive(Clone, Debug)]
struct Scratch<F> {
    x: Vec<F>,
    next: Vec<F>,
    gram: Vec<F>,
    square: Vec<F>,
}

const BUFFERS: [&str; 3] = ["mean", "square", "velocity"];

impl<F: Float> Muon<F> {
    /// Muon with learning rate `eta` (0.02 in the authors' code), the length of a step in each direction.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        assert_non_negative("Muon: learning rate", learning_rate);
        let adam_factor = 0.15;
        Self {
            adam: Adam::new(adam_factor * learning_rate).decoupled_weight_decay(0.0),
            learning_rate,
            momentum: 0.95,
            is_nesterov: true,
            adam_factor,
            decay: 0.0,
            matrices: Vec::new(),
            velocity: Vec::new(),
            length: None,
            moving: Vec::new(),
            withheld: Vec::new(),
            combined: Vec::new(),
            scratch: Scratch { x: Vec::new(), next: Vec::new(), gram: Vec::new(), square: Vec::new() },
        }
    }

    /// Sets the decay rate of the running mean.
    ///
    /// # Panics
    /// If it is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn momentum(mut self, momentum: f64) -> Self {
        assert_below_one("Muon: momentum", momentum);
        self.momentum = momentum;
        self
    }

    /// Uses the running mean itself, without the newest gradient once more.
    #[must_use]
    pub fn without_nesterov(mut self) -> Self {
        self.is_nesterov = false;
        self
    }

    /// Sets the learning rate of AdamW, relative to that of the matrices.
    ///
    /// # Panics
    /// If it is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn adam_factor(mut self, factor: f64) -> Self {
        assert_positive("Muon: the factor of the rate of AdamW", factor);
        self.adam_factor = factor;
        self.adam.set_learning_rate(factor * self.learning_rate);
        self
    }

    /// Multiplies the matrices by `1 - eta lambda` in each step, and the other parameters by
    /// `1 - f eta lambda` with the factor `f` of their rate.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn decoupled_weight_decay(mut self, lambda: f64) -> Self {
        assert_non_negative("Muon: weight decay", lambda);
        self.decay = lambda;
        self.adam = self.adam.decoupled_weight_decay(lambda);
        self
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("momentum", self.momentum),
            ("nesterov", f64::from(u8::from(self.is_nesterov))),
            ("adam_factor", self.adam_factor),
            ("decoupled_weight_decay", self.decay),
        ]
    }

    /// Finds the matrices that move in a step: those that no group divides or freezes.
    fn find_moving(&mut self, groups: &[Group], length: usize) {
        self.moving.clear();
        self.withheld.clear();
        for &matrix in &self.matrices {
            let range = matrix.range();
            let holds = |piece: &Group| piece.range().start <= range.start && range.end <= piece.range().end;
            let Some(piece) = pieces(groups, length).find(holds) else { continue };
            let Some(factor) = piece.learning_rate_factor() else { continue };
            self.moving.push((matrix, factor, piece.own_weight_decay().unwrap_or(self.decay)));
            self.withheld.push(Group::frozen(range));
        }
    }
}

/// How a matrix moves.
struct Step {
    matrix: HiddenMatrix,
    momentum: f64,
    is_nesterov: bool,
    rate: f64,
    lambda: f64,
}

fn move_matrix<F: Float + MatrixProduct>(
    step: &Step,
    w: &mut [F],
    g: &[F],
    velocity: &mut [F],
    scratch: &mut Scratch<F>,
) {
    let HiddenMatrix { rows, columns, .. } = step.matrix;
    let (old, fresh) = average_weights::<F>(step.momentum);
    let x = &mut scratch.x;
    x.clear();
    for (v, &g) in velocity.iter_mut().zip(g) {
        *v = flush_subnormal(old * *v + fresh * g);
        x.push(if step.is_nesterov { old * *v + fresh * g } else { *v });
    }
    orthogonalise(rows, columns, scratch);
    let stretch = (columns as f64 / rows as f64).max(1.0).sqrt();
    let (rate, shrink) = (rounded::<F>(step.rate * stretch), rounded::<F>(1.0 - step.rate * step.lambda));
    for (w, &x) in w.iter_mut().zip(&scratch.x) {
        *w = shrink * *w - rate * x;
    }
}

/// Brings the singular values of `x` near 1, by five iterations of Newton and Schulz.
fn orthogonalise<F: Float + MatrixProduct>(rows: usize, columns: usize, scratch: &mut Scratch<F>) {
    let (a, b, c) = (rounded::<F>(3.4445), rounded::<F>(-4.775), rounded::<F>(2.0315));
    let Scratch { x, next, gram, square } = scratch;
    // A matrix of zeros stays one.
    let length = rounded::<F>(1.0 / gradient_norm(x).max(1e-7));
    x.iter_mut().for_each(|x| *x = *x * length);
    let (is_wide, small) = (rows <= columns, rows.min(columns));
    next.resize(x.len(), F::zero());
    gram.resize(small * small, F::zero());
    square.resize(small * small, F::zero());
    for _ in 0..5 {
        let whole = Matrix::new(x, rows, columns);
        // The smaller of `X X'` and `X' X`.
        let (left, right) = if is_wide { (whole, whole.transposed()) } else { (whole.transposed(), whole) };
        F::gemm(left, right, gram, true);
        F::gemm(Matrix::new(gram, small, small), Matrix::new(gram, small, small), square, true);
        for (square, &gram) in square.iter_mut().zip(&*gram) {
            *square = b * gram + c * *square;
        }
        for (next, &x) in next.iter_mut().zip(&*x) {
            *next = a * x;
        }
        let factor = Matrix::new(square, small, small);
        if is_wide {
            F::gemm(factor, whole, next, false);
        } else {
            F::gemm(whole, factor, next, false);
        }
        swap(x, next);
    }
}

impl<F: Float> Optimizer<F> for Muon<F> {
    #[track_caller]
    fn step_groups(&mut self, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
        assert_lengths("Muon", self.length, parameters.len(), gradient.len());
        assert_groups(groups, parameters.len());
        let end = self.matrices.last().map_or(0, |matrix| matrix.range().end);
        let length = parameters.len();
        assert!(end <= length, "Muon: there is a matrix up to {end} in the shapes, but {length} parameters");
        if self.length.is_none() {
            (self.length, self.velocity) = (Some(length), vec![F::zero(); length]);
        }
        self.find_moving(groups, length);
        combine(&self.withheld, groups, length, &mut self.combined);
        self.adam.step_groups(parameters, gradient, &self.combined);
        for &(matrix, factor, lambda) in &self.moving {
            let (range, rate) = (matrix.range(), factor * self.learning_rate);
            let step = Step { matrix, momentum: self.momentum, is_nesterov: self.is_nesterov, rate, lambda };
            let (w, g) = (&mut parameters[range.clone()], &gradient[range.clone()]);
            compiled_here!(F: move_matrix(
                step: &Step, w: &mut [F], g: &[F], velocity: &mut [F], scratch: &mut Scratch<F>
            ))(&step, w, g, &mut self.velocity[range], &mut self.scratch);
        }
    }

    fn set_shapes(&mut self, shapes: &[ArrayShape]) {
        let matrices = shapes.iter().filter_map(|array| match array.shape[..] {
            [rows, columns] => Some(HiddenMatrix { start: array.start, rows, columns }),
            _ => None,
        });
        let mut matrices: Vec<HiddenMatrix> = matrices.collect();
        // Without the first and the last.
        matrices.pop();
        self.matrices = matrices.into_iter().skip(1).collect();
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64) {
        assert_non_negative("Muon: learning rate", rate);
        self.learning_rate = rate;
        self.adam.set_learning_rate(self.adam_factor * rate);
    }

    fn name(&self) -> &'static str {
        "muon"
    }

    fn state(&self) -> OptimizerState<F> {
        let mut state = self.adam.state();
        state.method = self.name().to_owned();
        state.learning_rate = self.learning_rate;
        let settings = self.settings().into_iter();
        state.settings = settings.map(|(name, value)| (name.to_owned(), value)).collect();
        state.buffers.push(("velocity".to_owned(), self.velocity.clone()));
        state
    }

    fn restore(&mut self, mut state: OptimizerState<F>) -> Result<(), StateError> {
        if state.method != self.name() {
            return Err(StateError::Method { saved: state.method, expected: self.name().to_owned() });
        }
        check_settings(&state.settings, &self.settings())?;
        let rate = state.learning_rate;
        if !(rate >= 0.0 && rate.is_finite()) {
            return Err(StateError::LearningRate { rate });
        }
        let length = state.steps.last().map(|&(end, _)| end);
        check_buffers(&state.buffers, &BUFFERS, length.unwrap_or(0))?;
        let velocity = state.buffers.pop().map_or_else(Vec::new, |(_, numbers)| numbers);
        let OptimizerState { method, settings, .. } = self.adam.state();
        let learning_rate = self.adam_factor * rate;
        self.adam.restore(OptimizerState { method, settings, learning_rate, ..state })?;
        (self.learning_rate, self.length, self.velocity) = (rate, length, velocity);
        Ok(())
    }
}
