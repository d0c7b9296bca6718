//! Cross-entropies on logits, in one pass and accurate for confident predictions.

use super::adjoint::Adjoint;
use super::axis::AxisExtents;
use super::definition::{Primitive, Requirement};
use super::exponentials::{CotangentSums, Exponentials, if_several_infinite, unless_several_infinite};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::number::Scalar;
use crate::rules::{Elementary, one, positive, zero};
use smallvec::smallvec;
use wengert_kernels::{row_sum, shifted, sum, sum_in_blocks, sum_of_pairs, unrolled};

/// Cross-entropy of the softmax of each row of logits against a class index:
/// `y_i = ln sum_j e^(x_ij) - x_i,label(i)`; shapes `(m, n) -> (m)`, or for the total
/// `(m, n) -> ()`. Finite for all finite logits.
///
/// Pullback: `x_bar_ij += y_bar_i (softmax(x_i)_j - [j = label(i)])`.
#[derive(Clone, Debug)]
pub struct ClassCrossEntropy<T> {
    /// The class index of each row, less than the number of columns.
    pub labels: Vec<u32>,
    /// Whether the output is the sum over the rows.
    pub total: bool,
    exponentials: Exponentials<T>,
    /// `softmax(x_i)_j - [j = label(i)]`.
    slopes: Vec<T>,
    /// For each row the sum of the exponentials, less 1.
    excesses: Vec<T>,
    /// For each row the loss without the logarithm of the sum.
    gaps: Vec<T>,
}

impl<T> Default for ClassCrossEntropy<T> {
    fn default() -> Self {
        Self {
            labels: Vec::new(),
            total: false,
            exponentials: Exponentials::default(),
            slopes: Vec::new(),
            excesses: Vec::new(),
            gaps: Vec::new(),
        }
    }
}

impl<T> ClassCrossEntropy<T> {
    /// The cross-entropy of each row against its label.
    pub fn with_labels(labels: &[u32]) -> Self {
        Self { labels: labels.to_vec(), ..Self::default() }
    }
}

impl<T: Element> Primitive<T> for ClassCrossEntropy<T> {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        match *operands[0] {
            [m, _] if m != self.labels.len() => Err("one label per row of the logits"),
            // The largest label, in a loop without branches.
            [m, n] if m > 0 && self.labels.iter().copied().fold(0, u32::max) as usize >= n => {
                Err("labels smaller than the number of columns of the logits")
            }
            [_, _] if self.total => Ok(Shape::new()),
            [m, _] => Ok(smallvec![m]),
            _ => Err("logits (m, n)"),
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let (x, columns) = (xs[0].data, xs[0].shape[1].max(1));
        self.slopes.resize(x.len(), zero());
        self.exponentials.write(AxisExtents::new(xs[0].shape, 1), x, &mut self.slopes);
        let Self { labels, total, exponentials, slopes, excesses, gaps } = self;
        let shifts = exponentials.shifts();
        excesses.resize(labels.len(), zero());
        gaps.resize(labels.len(), zero());
        let rows = Rows { x, slopes, labels, shifts, excesses, gaps };
        if shifts.iter().fold(true, |all, shift| all & shift.is_finite()) {
            rows.finish(columns, |_, _, total| total, |shift, _, label| shift - label);
        } else {
            rows.finish(columns, unless_several_infinite, |shift, excess, label| {
                if_several_infinite(shift, excess, shift - label, -shifted(label, shift))
            });
        }
        if *total {
            y[0] = sum_of_logarithms(excesses, columns) + sum(gaps);
        } else {
            let rows = y.iter_mut().zip(&*gaps).zip(&*excesses);
            rows.for_each(|((y, &gap), excess)| *y = excess.ln_1p() + gap);
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let slopes = &self.slopes;
        if self.total {
            return x_bar.add(slopes.iter().map(|&slope| slope.chain(at.y_bar[0])));
        }
        let columns = at.xs[0].shape[1];
        x_bar.add_rows(columns, |i| slopes[i * columns..].iter().map(move |&slope| slope.chain(at.y_bar[i])));
    }
}

/// The rows of a cross-entropy.
struct Rows<'a, T> {
    /// The logits.
    x: &'a [T],
    /// The exponentials; then `softmax(x_i)_j - [j = label(i)]`.
    slopes: &'a mut [T],
    labels: &'a [u32],
    shifts: &'a [T],
    excesses: &'a mut [T],
    gaps: &'a mut [T],
}

impl<T: Element> Rows<'_, T> {
    /// Turns the exponentials of each row into slopes and the parts of the loss. `total_of` returns the sum
    /// of the exponentials to divide by, given the shift, the excess and the sum; `gap_of` returns by how
    /// much the label's logit is below the shift, given the shift, the excess and the logit.
    #[inline(always)]
    fn finish(self, columns: usize, total_of: impl Fn(T, T, T) -> T, gap_of: impl Fn(T, T, T) -> T) {
        let Self { x, slopes, labels, shifts, excesses, gaps } = self;
        let outputs = excesses.iter_mut().zip(gaps);
        unrolled(
            columns,
            #[inline(always)]
            |columns| {
                let rows = slopes.chunks_exact_mut(columns).zip(x.chunks_exact(columns));
                for (((slopes, x), (&label, &shift)), (excess, gap)) in
                    rows.zip(labels.iter().zip(shifts)).zip(outputs)
                {
                    let label = label as usize;
                    let own = slopes[label];
                    let others = sum_of_others(slopes, label);
                    // Without rounding where the label has the largest logit.
                    *excess = others + (own - one());
                    let normaliser = total_of(shift, *excess, own + others).recip();
                    slopes.iter_mut().for_each(|slope| *slope = *slope * normaliser);
                    slopes[label] = -(others * normaliser);
                    *gap = gap_of(shift, *excess, x[label]);
                }
            },
        );
    }
}

/// The sum of the elements of a row except one. In a long row, that element is set to 0.
///
/// A short row is copied first: a processor waits if it loads several elements at once just after one of them
/// was written.
#[inline(always)]
fn sum_of_others<T: Element>(row: &mut [T], own: usize) -> T {
    const SHORT: usize = 16;
    let mut copy = [zero(); SHORT];
    let others = if row.len() > SHORT {
        row
    } else {
        copy[..row.len()].copy_from_slice(row);
        &mut copy[..row.len()]
    };
    others[own] = zero();
    row_sum(others)
}

/// `sum_i ln(1 + x_i)` for numbers from 0 to `largest - 1`: the sum of the logarithms of partial products
/// that do not overflow. A product is represented by what exceeds 1, so that it keeps its digits next to 1.
fn sum_of_logarithms<T: Element>(x: &[T], largest: usize) -> T {
    // The largest `f32` is greater than e^88.
    let factors = (80.0 / (largest as f64).ln()).clamp(1.0, 1e6) as usize;
    // Four products, each of every fourth factor: a multiplication waits for the one before it.
    let times = |product: T, x: T| product + x * product.shift(1.0);
    let product = |x: &[T]| {
        let (fours, rest) = x.as_chunks::<4>();
        let mut products = [zero(); 4];
        for four in fours {
            products.iter_mut().zip(four).for_each(|(product, &x)| *product = times(*product, x));
        }
        let [a, b, c, d] = products;
        rest.iter().fold(times(times(a, b), times(c, d)), |product, &x| times(product, x))
    };
    sum_in_blocks(x.chunks(factors).map(|x| product(x).ln_1p()))
}

/// `loss * weight`, but nothing where the weight is 0, even if the loss is infinite.
#[inline(always)]
fn weighted<T: Scalar>(loss: T, weight: T) -> T {
    weight.select(zero(), |weight, zero| weight == zero, loss.chain(weight), loss * weight)
}

/// Cross-entropy of the softmax of each row of logits against a row of weights, such as probabilities:
/// `y_i = sum_j q_ij (ln sum_k e^(x_ik) - x_ij)`; shapes `(m, n) (m, n) -> (m)`. The weights need not add up
/// to 1; one that is 0 contributes nothing, also at a logit of minus infinity.
///
/// Pullback: `x_bar_ij += y_bar_i (softmax(x_i)_j sum_k q_ik - q_ij)`, without cancellation for a confident
/// prediction, and `q_bar_ij += -y_bar_i ln softmax(x_i)_j`.
#[derive(Clone, Debug)]
pub struct SoftmaxCrossEntropy<T> {
    exponentials: Exponentials<T>,
    weights: Vec<T>,
}

impl<T> Default for SoftmaxCrossEntropy<T> {
    fn default() -> Self {
        Self { exponentials: Exponentials::default(), weights: Vec::new() }
    }
}

impl<T: Element> Primitive<T> for SoftmaxCrossEntropy<T> {
    fn name(&self) -> &'static str {
        "cross_entropy_with_probabilities"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        match (operands[0], operands[1]) {
            (&[m, n], &[p, q]) if m == p && n == q => Ok(smallvec![m]),
            _ => Err("logits (m, n) and probabilities (m, n)"),
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let ([x, q], columns) = ([xs[0].data, xs[1].data], xs[0].shape[1]);
        self.weights.resize(x.len(), zero());
        self.exponentials.compute_with_logarithms(AxisExtents::new(xs[0].shape, 1), x, &mut self.weights);
        for (i, y) in y.iter_mut().enumerate() {
            let row = i * columns..(i + 1) * columns;
            let loss = |x: T, q: T| weighted(-self.exponentials.log_share(i, x), q);
            *y = sum_of_pairs(&x[row.clone()], &q[row], loss);
        }
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let ([x, q], columns) = ([at.xs[0].data, at.xs[1].data], at.xs[0].shape[1]);
        let row = |i: usize| i * columns..(i + 1) * columns;
        if wrt == 1 {
            return x_bar.add_rows(columns, |i| {
                let losses = x[row(i)].iter().map(move |&x| -self.exponentials.log_share(i, x));
                losses.map(move |loss| loss.chain(at.y_bar[i]))
            });
        }
        x_bar.add_rows(columns, |i| {
            let pairs = self.weights[row(i)].iter().copied().zip(q[row(i)].iter().copied());
            let sums = CotangentSums::of(pairs.clone());
            pairs
                .map(move |(w, q)| (-self.exponentials.pull_back_log_share(i, w, q, sums)).chain(at.y_bar[i]))
        });
    }
}

/// Binary cross-entropy of logits against targets from 0 to 1, elementwise:
/// `y = -w t ln p - (1 - t) ln(1 - p)` with `p = sigmoid x` and the weight `w` of positive targets; both
/// operands have one shape. Finite for all finite logits.
///
/// It is computed as `w t softplus(-x) + (1 - t) softplus(x)`, whose terms are not negative, so that nothing
/// cancels. A term with the weight 0 contributes nothing, also at an infinite logit.
///
/// Pullback: `x_bar += y_bar ((1 - t) sigmoid(x) - w t sigmoid(-x))`,
/// `t_bar += y_bar (w softplus(-x) - softplus(x))`.
#[derive(Clone, Copy, Debug)]
pub struct BinaryCrossEntropy {
    /// The weight of positive targets.
    pub positive_weight: f64,
}

impl BinaryCrossEntropy {
    /// The weights `w t` and `1 - t` of the two classes.
    #[inline(always)]
    fn weights<T: Scalar>(self, t: T) -> [T; 2] {
        [t.scale(self.positive_weight), one::<T>() - t]
    }
}

/// `-ln p` and `-ln(1 - p)`, that is `softplus(-x)` and `softplus(x)`.
#[inline(always)]
fn losses<T: Scalar>(x: T) -> [T; 2] {
    let (below, above) = sides(x);
    let small = below.softplus();
    let large = small + above;
    [positive(x, small, large), positive(x, large, small)]
}

/// `1 - p` and `p`, that is `sigmoid(-x)` and `sigmoid(x)`.
#[inline(always)]
fn probabilities<T: Scalar>(x: T) -> [T; 2] {
    let small = sides(x).0.sigmoid();
    let large = one::<T>() - small;
    [positive(x, small, large), positive(x, large, small)]
}

/// `-|x|` and `|x|`, with the derivatives of `x` and `-x` at 0: what is computed from both sides is smooth.
#[inline(always)]
fn sides<T: Scalar>(x: T) -> (T, T) {
    (positive(x, -x, x), positive(x, x, -x))
}

impl<T: Element> Primitive<T> for BinaryCrossEntropy {
    fn name(&self) -> &'static str {
        "binary_cross_entropy"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        if operands[0] == operands[1] {
            Ok(operands[0].into())
        } else {
            Err("two operands of the same shape")
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let pairs = xs[0].data.iter().zip(xs[1].data);
        y.iter_mut().zip(pairs).for_each(|(y, (&x, &t))| {
            let ([upper, lower], [of_upper, of_lower]) = (self.weights(t), losses(x));
            *y = weighted(of_upper, upper) + weighted(of_lower, lower);
        });
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let recorded = at.xs[0].data.iter().zip(at.xs[1].data).zip(at.y_bar);
        if wrt == 1 {
            // The difference is `-x` for `w = 1`, also at an infinite logit.
            let w = self.positive_weight;
            let slope = |x: T| if w == 1.0 { -x } else { losses(x)[0].scale(w - 1.0) - x };
            return x_bar.add(recorded.map(|((&x, _), &y_bar)| slope(x).chain(y_bar)));
        }
        x_bar.add(recorded.map(
            #[inline(always)]
            |((&x, &t), &y_bar)| {
                let ([upper, lower], [below, above]) = (self.weights(t), probabilities(x));
                (lower * above - upper * below).chain(y_bar)
            },
        ));
    }
}
