//! Adafactor: a mean square for each row and each column instead of each parameter.

use std::ops::Range;

use wengert_kernels::flush_subnormal;
use wengert_kernels::validate::assert_non_negative;

use crate::array_shape::ArrayShape;
use crate::clip::gradient_norm;
use crate::elementwise::StepCounts;
use crate::float::{Float, compiled_here, rounded};
use crate::group::{Group, assert_groups, pieces};
use crate::optimizer::Optimizer;
use crate::state::{OptimizerState, StateError, check_buffers, check_settings};
use crate::validate::{assert_epsilon, assert_lengths};

/// Adafactor: the gradient over a root mean square that is a product of rows and columns, with steps that
/// follow the size of each array.
///
/// ```text
/// matrices:  R <- (1 - b_t) R + b_t mean of g^2 over each row          b_t = t^-decay
///            C <- (1 - b_t) C + b_t mean of g^2 over each column
///            V = R C' / mean(R)
/// others:    V <- (1 - b_t) V + b_t g^2
/// u  = g / sqrt(max(V, e1^2))
/// w <- (1 - eta lambda) w - alpha u / max(1, rms(u) / threshold)
/// alpha = max(e2, rms(w)) min(eta, 1 / sqrt(t))
/// ```
///
/// Source: Shazeer and Stern 2018, algorithms 4 and 5, in the form of PyTorch. `rms` is the root mean square
/// of an array, and `e1` the rounding unit of the precision. A matrix of `m` rows and `n` columns has `m + n`
/// numbers of state instead of `m n`; saved states have as many as parameters, the rest of which are 0.
/// Scaling all gradients by one factor does not change the steps.
///
/// Training tells the [shapes](Optimizer::set_shapes). Without shapes, all parameters, or those of a group,
/// are one vector.
///
/// | here | PyTorch's `Adafactor` | default |
/// |---|---|---|
/// | `new(eta)` | `lr` | |
/// | [`decay(d)`](Adafactor::decay) | `beta2_decay`, which is `-d` | 0.8 |
/// | [`smallest(e2)`](Adafactor::smallest) | `eps[1]` | 1e-3 |
/// | [`threshold(d)`](Adafactor::threshold) | `d` | 1 |
/// | [`decoupled_weight_decay(lambda)`](Adafactor::decoupled_weight_decay) | `weight_decay` | 0 |
#[derive(Clone, Debug)]
pub struct Adafactor<F = f32> {
    learning_rate: f64,
    power: f64,
    smallest: f64,
    threshold: f64,
    weight_decay: f64,
    /// Those of the shapes.
    arrays: Vec<Array>,
    /// Those of all parameters; empty before the first step.
    layout: Vec<Array>,
    counts: StepCounts,
    /// The state of all arrays, one after the other.
    squares: Vec<F>,
    /// The memory of a step.
    direction: Vec<F>,
}

/// An array of parameters, and where its state is.
#[derive(Clone, Debug, PartialEq)]
struct Array {
    range: Range<usize>,
    /// Rows and columns of a matrix; `None` if each parameter has a mean square.
    matrix: Option<(usize, usize)>,
    /// Where its state begins.
    state: usize,
}

impl Array {
    /// Where the state of a part of it is; a matrix has no parts.
    fn state_of(&self, part: &Range<usize>) -> Range<usize> {
        match self.matrix {
            Some(_) => self.state..self.state + self.size(),
            None => {
                let start = self.state + part.start - self.range.start;
                start..start + part.len()
            }
        }
    }

    /// The number of numbers in its state.
    fn size(&self) -> usize {
        self.matrix.map_or(self.range.len(), |(rows, columns)| rows + columns)
    }
}

/// What the parts of a step have in common.
#[derive(Clone, Copy)]
struct Step {
    t: u64,
    rate: f64,
    lambda: f64,
    power: f64,
    smallest: f64,
    threshold: f64,
}

const BUFFERS: [&str; 1] = ["square"];

impl<F: Float> Adafactor<F> {
    /// Adafactor with learning rate `eta` (0.01 in PyTorch), the largest step relative to the size of an
    /// array.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn new(learning_rate: f64) -> Self {
        assert_non_negative("Adafactor: learning rate", learning_rate);
        Self {
            learning_rate,
            power: 0.8,
            smallest: 1e-3,
            threshold: 1.0,
            weight_decay: 0.0,
            arrays: Vec::new(),
            layout: Vec::new(),
            counts: StepCounts::default(),
            squares: Vec::new(),
            direction: Vec::new(),
        }
    }

    /// Sets the power `decay`: the newest gradient has the weight `t^-decay` in the mean squares.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn decay(mut self, decay: f64) -> Self {
        assert_non_negative("Adafactor: decay", decay);
        self.power = decay;
        self
    }

    /// Sets the root mean square that arrays count as having at least.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn smallest(mut self, smallest: f64) -> Self {
        assert_epsilon::<F>("Adafactor: smallest size", smallest);
        self.smallest = smallest;
        self
    }

    /// Sets the root mean square of a direction from which on it is shortened.
    ///
    /// # Panics
    /// If it is not positive and finite in the precision of the parameters.
    #[must_use]
    #[track_caller]
    pub fn threshold(mut self, threshold: f64) -> Self {
        assert_epsilon::<F>("Adafactor: threshold", threshold);
        self.threshold = threshold;
        self
    }

    /// Multiplies the parameters by `1 - eta lambda` in each step.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn decoupled_weight_decay(mut self, lambda: f64) -> Self {
        assert_non_negative("Adafactor: weight decay", lambda);
        self.weight_decay = lambda;
        self
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("decay", self.power),
            ("smallest", self.smallest),
            ("threshold", self.threshold),
            ("decoupled_weight_decay", self.weight_decay),
        ]
    }

    /// The arrays of this many parameters: those of the shapes, and between and after them vectors.
    fn laid_out(&self, length: usize) -> Vec<Array> {
        let (mut all, mut at, mut state) = (Vec::new(), 0, 0);
        let gap = |range: Range<usize>| Array { range, matrix: None, state: 0 };
        for array in self.arrays.iter().cloned().chain([gap(length..length)]) {
            let (start, end) = (array.range.start, array.range.end);
            for mut array in [gap(at..start), array] {
                array.state = state;
                state += array.size();
                all.push(array);
            }
            at = end;
        }
        all.retain(|array| !array.range.is_empty());
        all
    }
}

/// `average <- (1 - fresh) average + fresh x`.
fn blend<F: Float>(average: &mut F, x: F, fresh: F) {
    *average = flush_subnormal(*average + fresh * (x - *average));
}

/// Writes the mean squares of a matrix into `v`.
fn factored<F: Float>(g: &[F], state: &mut [F], (rows, columns): (usize, usize), fresh: F, v: &mut [F]) {
    let smallest = F::epsilon();
    let (of_rows, of_columns) = state.split_at_mut(rows);
    let (per_row, per_column) = (rounded::<F>(1.0 / columns as f64), rounded::<F>(1.0 / rows as f64));
    // The first row of `v` holds the sums of the columns for a while.
    v.fill(F::zero());
    for (g, average) in g.chunks_exact(columns).zip(&mut *of_rows) {
        let mut sum = F::zero();
        for (&g, total) in g.iter().zip(&mut v[..columns]) {
            sum = sum + g * g;
            *total = *total + g * g;
        }
        blend(average, sum * per_row, fresh);
    }
    for (average, &sum) in of_columns.iter_mut().zip(&v[..columns]) {
        blend(average, sum * per_column, fresh);
    }
    let mean = of_rows.iter().fold(F::zero(), |sum, &x| sum + x) * per_column;
    let divisor = if mean < smallest { smallest } else { mean };
    for (v, &row) in v.chunks_exact_mut(columns).zip(&*of_rows) {
        for (v, &column) in v.iter_mut().zip(&*of_columns) {
            *v = row * column / divisor;
        }
    }
}

/// Moves an array.
fn move_array<F: Float>(
    step: &Step,
    matrix: Option<(usize, usize)>,
    w: &mut [F],
    g: &[F],
    state: &mut [F],
    direction: &mut [F],
) {
    let fresh = rounded::<F>((step.t as f64).powf(-step.power));
    match matrix {
        Some(shape) => factored(g, state, shape, fresh, direction),
        None => {
            for ((v, average), &g) in direction.iter_mut().zip(&mut *state).zip(g) {
                blend(average, g * g, fresh);
                *v = *average;
            }
        }
    }
    let least = F::epsilon() * F::epsilon();
    for (u, &g) in direction.iter_mut().zip(g) {
        *u = g / (if *u < least { least } else { *u }).sqrt();
    }
    let root = (w.len() as f64).sqrt();
    let size = (gradient_norm(w) / root).max(step.smallest);
    let shorten = (gradient_norm(direction) / (root * step.threshold)).max(1.0);
    let rate = size * step.rate.min(1.0 / (step.t as f64).sqrt()) / shorten;
    let (rate, keep) = (rounded::<F>(rate), rounded::<F>(1.0 - step.rate * step.lambda));
    for (w, &u) in w.iter_mut().zip(&*direction) {
        *w = keep * *w - rate * u;
    }
}

impl<F: Float> Optimizer<F> for Adafactor<F> {
    #[track_caller]
    fn step_groups(&mut self, parameters: &mut [F], gradient: &[F], groups: &[Group]) {
        let length = parameters.len();
        assert_lengths("Adafactor", self.counts.length(), length, gradient.len());
        assert_groups(groups, length);
        let end = self.arrays.last().map_or(0, |array| array.range.end);
        assert!(
            end <= length,
            "Adafactor: there is an array up to {end} in the shapes, but {length} parameters"
        );
        if self.counts.length().is_none() {
            (self.counts, self.layout) = (StepCounts::zero(length), self.laid_out(length));
            let size = self.layout.last().map_or(0, |array| array.state + array.size());
            self.squares = vec![F::zero(); size];
        }
        self.direction.resize(length, F::zero());
        let Self { power, smallest, threshold, layout, counts, squares, direction, .. } = self;
        for piece in pieces(groups, length) {
            let Some(factor) = piece.learning_rate_factor() else { continue };
            let (rate, lambda) =
                (factor * self.learning_rate, piece.own_weight_decay().unwrap_or(self.weight_decay));
            let (power, smallest, threshold) = (*power, *smallest, *threshold);
            let (all, step) = (piece.range(), Step { t: 0, rate, lambda, power, smallest, threshold });
            for array in &*layout {
                let part = array.range.start.max(all.start)..array.range.end.min(all.end);
                if part.is_empty() {
                    continue;
                }
                counts.step(part, |run, t| {
                    let is_whole = run == array.range;
                    assert!(
                        is_whole || array.matrix.is_none(),
                        "Adafactor: a group divides the matrix {:?}; groups have whole matrices",
                        array.range
                    );
                    let state = array.state_of(&run);
                    let step = Step { t, ..step };
                    compiled_here!(F: move_array(
                        step: &Step,
                        matrix: Option<(usize, usize)>,
                        w: &mut [F],
                        g: &[F],
                        state: &mut [F],
                        direction: &mut [F]
                    ))(
                        &step,
                        array.matrix,
                        &mut parameters[run.clone()],
                        &gradient[run.clone()],
                        &mut squares[state],
                        &mut direction[run],
                    );
                });
            }
        }
        counts.join();
    }

    fn set_shapes(&mut self, shapes: &[ArrayShape]) {
        let array = |shape: &ArrayShape| {
            let end = shape.start + shape.shape.iter().product::<usize>();
            let matrix = match shape.shape[..] {
                // With one row or column, the product of both is the mean square of each parameter.
                [rows, columns] if rows > 1 && columns > 1 => Some((rows, columns)),
                _ => None,
            };
            Array { range: shape.start..end, matrix, state: 0 }
        };
        self.arrays = shapes.iter().map(array).collect();
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    #[track_caller]
    fn set_learning_rate(&mut self, rate: f64) {
        assert_non_negative("Adafactor: learning rate", rate);
        self.learning_rate = rate;
    }

    fn name(&self) -> &'static str {
        "adafactor"
    }

    fn state(&self) -> OptimizerState<F> {
        let length = self.counts.length().unwrap_or(0);
        let mut square = vec![F::zero(); length];
        for array in &self.layout {
            let (to, from) = (array.range.start, array.state);
            square[to..to + array.size()].copy_from_slice(&self.squares[from..from + array.size()]);
        }
        let owned = |(name, value): (&str, f64)| (name.to_owned(), value);
        OptimizerState {
            method: self.name().to_owned(),
            learning_rate: self.learning_rate,
            settings: self.settings().into_iter().map(owned).collect(),
            steps: self.counts.runs().to_vec(),
            numbers: Vec::new(),
            buffers: vec![(BUFFERS[0].to_owned(), square)],
        }
    }

    fn restore(&mut self, state: OptimizerState<F>) -> Result<(), StateError> {
        if state.method != self.name() {
            return Err(StateError::Method { saved: state.method, expected: self.name().to_owned() });
        }
        check_settings(&state.settings, &self.settings())?;
        let rate = state.learning_rate;
        if !(rate >= 0.0 && rate.is_finite()) {
            return Err(StateError::LearningRate { rate });
        }
        let counts = StepCounts::from_runs(state.steps).map_err(|runs| StateError::Steps { runs })?;
        let length = counts.length().unwrap_or(0);
        let end = self.arrays.last().map_or(0, |array| array.range.end);
        let expected = self.counts.length().unwrap_or(if length > 0 { length.max(end) } else { 0 });
        if self.counts.length().is_some() && expected != length || expected > length {
            return Err(StateError::Length { buffer: "steps".to_owned(), saved: length, expected });
        }
        check_buffers(&state.buffers, &BUFFERS, length)?;
        let square = &state.buffers[0].1;
        self.layout = if counts.length().is_some() { self.laid_out(length) } else { Vec::new() };
        self.squares.clear();
        for array in &self.layout {
            let start = array.range.start;
            self.squares.extend_from_slice(&square[start..start + array.size()]);
        }
        (self.learning_rate, self.counts) = (rate, counts);
        Ok(())
    }
}
