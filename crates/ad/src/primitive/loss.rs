//! Cross-entropies on logits: log-softmax and negative log-likelihood in one pass.

use super::adjoint::Adjoint;
use super::axis::AxisExtents;
use super::definition::{Primitive, Requirement};
use super::softmax::{Exponentials, log_sum_exp};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::rules::{Elementary, zero};
use smallvec::smallvec;
use wengert_kernels::{product, sum, unrolled};

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
    /// For a total: the loss of each row without the logarithm.
    losses: Vec<T>,
}

impl<T> Default for ClassCrossEntropy<T> {
    fn default() -> Self {
        Self {
            labels: Vec::new(),
            total: false,
            exponentials: Exponentials::default(),
            slopes: Vec::new(),
            losses: Vec::new(),
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
            [_, n] if self.labels.iter().any(|&label| label as usize >= n) => {
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
        self.exponentials.compute(AxisExtents::new(xs[0].shape, 1), x, &mut self.slopes);
        let Self { labels, total, exponentials, slopes, losses } = self;
        finish_slopes(slopes, columns, exponentials.totals(), labels);
        let rows = x.chunks_exact(columns).zip(&*labels).zip(exponentials.shifts_and_totals());
        if *total {
            losses.clear();
            losses.extend(rows.map(|((x, &label), (shift, _))| shift - x[label as usize]));
            y[0] = sum_of_logarithms(exponentials.totals(), columns) + sum(losses);
        } else {
            for (y, ((x, &label), (shift, total))) in y.iter_mut().zip(rows) {
                *y = total.ln() + (shift - x[label as usize]);
            }
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let slopes = &self.slopes;
        if self.total {
            return x_bar.add(slopes.iter().map(|&slope| slope * at.y_bar[0]));
        }
        let columns = at.xs[0].shape[1];
        x_bar.add_rows(columns, |i| slopes[i * columns..].iter().map(move |&slope| slope * at.y_bar[i]));
    }
}

/// Turns the exponentials into `softmax(x_i)_j - [j = label(i)]`.
fn finish_slopes<T: Element>(slopes: &mut [T], columns: usize, totals: &[T], labels: &[u32]) {
    unrolled(
        columns,
        #[inline(always)]
        |columns| {
            for ((row, &total), &label) in slopes.chunks_exact_mut(columns).zip(totals).zip(labels) {
                let normaliser = total.recip();
                row.iter_mut().for_each(|slope| *slope = *slope * normaliser);
                row[label as usize] = row[label as usize].shift(-1.0);
            }
        },
    );
}

/// `sum_i ln x_i` for numbers from 1 to `largest`: the sum of the logarithms of partial products
/// that do not overflow.
fn sum_of_logarithms<T: Element>(x: &[T], largest: usize) -> T {
    // The largest `f32` is greater than e^88.
    let factors = (80.0 / (largest as f64).ln()).clamp(1.0, 1e6) as usize;
    x.chunks(factors).map(|x| product(x).ln()).fold(zero(), |sum, part| sum + part)
}

/// Cross-entropy of the softmax of each row of logits against a row of probabilities:
/// `y_i = ln sum_j e^(x_ij) sum_j q_ij - sum_j q_ij x_ij`; shapes `(m, n) (m, n) -> (m)`.
///
/// Pullback: `x_bar_ij += y_bar_i (softmax(x_i)_j sum_k q_ik - q_ij)`,
/// `q_bar_ij += -y_bar_i ln softmax(x_i)_j`.
#[derive(Clone, Copy, Debug)]
pub struct SoftmaxCrossEntropy;

impl SoftmaxCrossEntropy {
    /// The logits, the probabilities and `ln sum_j e^(x_j)` of each row.
    fn rows<'a, T: Element>(xs: &[View<'a, T>]) -> impl Iterator<Item = (&'a [T], &'a [T], T)> {
        let (rows, columns) = (xs[0].shape[0], xs[0].shape[1]);
        let [x, q] = [xs[0].data, xs[1].data];
        (0..rows).map(move |i| {
            let row = i * columns..(i + 1) * columns;
            (&x[row.clone()], &q[row.clone()], log_sum_exp(&x[row]))
        })
    }
}

impl<T: Element> Primitive<T> for SoftmaxCrossEntropy {
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
        for (y, (x, q, total)) in y.iter_mut().zip(Self::rows(xs)) {
            *y = x.iter().zip(q).fold(T::constant(0.0), |sum, (&x, &q)| sum + q * (total - x));
        }
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let rows = Self::rows(at.xs).zip(at.y_bar);
        x_bar.add(rows.flat_map(|((x, q, total), &y_bar)| {
            let mass = q.iter().fold(T::constant(0.0), |sum, &q| sum + q);
            x.iter().zip(q).map(move |(&x, &q)| {
                let partial = if wrt == 0 { (x - total).exp() * mass - q } else { total - x };
                partial * y_bar
            })
        }));
    }
}
