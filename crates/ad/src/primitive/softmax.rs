//! Log-sum-exp, softmax and log-softmax, without overflow.

use super::adjoint::Adjoint;
use super::axis::{Axis, AxisExtents, axis_extents, reduced_not_empty, same_shape_along};
use super::definition::{Primitive, Requirement};
use super::exponentials::{CotangentSums, Exponentials, share};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::rules::{Elementary, zero};
use std::cell::RefCell;
use wengert_kernels::{sum_in_blocks, sum_of_pairs};

/// `ln sum_i e^(x_i)`, shifted by the largest element, so that it is finite for all finite `x`.
///
/// Pullback: `x_bar_i += y_bar e^(x_i - y)`, from the exponentials that the primal keeps, so that
/// none is computed twice.
#[derive(Clone, Debug)]
pub struct LogSumExp<T> {
    /// The axis that is reduced.
    pub axis: Axis,
    exponentials: Exponentials<T>,
    weights: Vec<T>,
}

impl<T> Default for LogSumExp<T> {
    fn default() -> Self {
        Self { axis: None, exponentials: Exponentials::default(), weights: Vec::new() }
    }
}

impl<T: Element> Primitive<T> for LogSumExp<T> {
    fn name(&self) -> &'static str {
        "log_sum_exp"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        reduced_not_empty(self.axis, operands[0])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        self.weights.resize(xs[0].data.len(), zero());
        self.exponentials.compute(axis_extents(self.axis, xs[0].shape), xs[0].data, &mut self.weights);
        for (y, (shift, excess)) in y.iter_mut().zip(self.exponentials.shifts_and_excesses()) {
            *y = excess.ln_1p() + shift;
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let extents = axis_extents(self.axis, at.xs[0].shape);
        pull_back_rows(extents, x_bar, |i, fibre| {
            share(self.weights[i], self.exponentials.normaliser(fibre)).chain(at.y_bar[fibre])
        });
    }
}

/// `y_i = e^(x_i) / sum_j e^(x_j)` along an axis; same shape. Finite for all finite `x`.
///
/// If all elements are minus infinity, or several plus infinity, there is no limit: NaN.
///
/// Pullback: `x_bar_i += y_i (y_bar_i - sum_j y_bar_j y_j)`. An output that is 0 contributes nothing, even
/// if its cotangent is infinite.
#[derive(Clone, Debug)]
pub struct Softmax<T> {
    /// The axis along which the outputs add up to 1.
    pub axis: usize,
    exponentials: Exponentials<T>,
    inner_products: RefCell<Vec<T>>,
}

impl<T> Default for Softmax<T> {
    fn default() -> Self {
        Self { axis: 0, exponentials: Exponentials::default(), inner_products: RefCell::default() }
    }
}

/// `y y_bar`, but 0 where either is 0.
#[inline(always)]
fn product<T: Element>(y: T, y_bar: T) -> T {
    y.select(y_bar, |y, y_bar| y == 0.0 && !y_bar.is_finite(), zero(), y.chain(y_bar))
}

impl<T: Element> Primitive<T> for Softmax<T> {
    fn name(&self) -> &'static str {
        "softmax"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        same_shape_along(self.axis, operands[0])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let at = AxisExtents::new(xs[0].shape, self.axis);
        self.exponentials.compute(at, xs[0].data, y);
        let length = if at.inner == 1 { at.axis } else { at.inner };
        for (i, row) in y.chunks_exact_mut(length.max(1)).enumerate() {
            if at.inner == 1 {
                let factor = self.exponentials.normaliser(i);
                row.iter_mut().for_each(|w| *w = *w * factor);
            } else {
                let fibres = at.first_fibre(i)..;
                let each = row.iter_mut().zip(fibres);
                each.for_each(|(w, fibre)| *w = *w * self.exponentials.normaliser(fibre));
            }
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, y) = (AxisExtents::new(at.xs[0].shape, self.axis), at.y.data);
        let mut sums = self.inner_products.borrow_mut();
        sums.clear();
        if extents.inner == 1 {
            let rows = y.chunks_exact(extents.axis.max(1)).zip(at.y_bar.chunks_exact(extents.axis.max(1)));
            sums.extend(rows.map(|(y, y_bar)| sum_of_pairs(y, y_bar, product)));
        } else {
            let inner = |j| sum_in_blocks(extents.fibre(j).map(|i| product(y[i], at.y_bar[i])));
            sums.extend((0..extents.fibres()).map(inner));
        }
        pull_back_rows(extents, x_bar, |i, fibre| product(y[i], at.y_bar[i] - sums[fibre]));
    }
}

/// Adds `contribution(i, fibre)` for each element `i` and its fibre.
fn pull_back_rows<T: Element>(
    at: AxisExtents,
    x_bar: Adjoint<'_, T>,
    contribution: impl Fn(usize, usize) -> T + Copy,
) {
    if at.inner == 1 {
        x_bar.add_rows(at.axis, |i| (i * at.axis..).map(move |element| contribution(element, i)));
    } else {
        x_bar.add_rows(at.inner, |i| {
            let elements = (i * at.inner..).zip(at.first_fibre(i)..);
            elements.map(move |(element, fibre)| contribution(element, fibre))
        });
    }
}

/// `y_i = x_i - ln sum_j e^(x_j)` along an axis; same shape. Finite for all finite `x`.
///
/// If all elements are minus infinity, or several plus infinity, there is no limit: NaN.
///
/// Pullback: `x_bar_i += y_bar_i - softmax(x)_i sum_j y_bar_j`, without cancellation where one output
/// dominates.
#[derive(Clone, Debug)]
pub struct LogSoftmax<T> {
    /// The axis along which the exponentials of the outputs add up to 1.
    pub axis: usize,
    exponentials: Exponentials<T>,
    weights: Vec<T>,
    sums: RefCell<Vec<CotangentSums<T>>>,
}

impl<T> Default for LogSoftmax<T> {
    fn default() -> Self {
        let (exponentials, sums) = (Exponentials::default(), RefCell::default());
        Self { axis: 0, exponentials, weights: Vec::new(), sums }
    }
}

impl<T: Element> Primitive<T> for LogSoftmax<T> {
    fn name(&self) -> &'static str {
        "log_softmax"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        same_shape_along(self.axis, operands[0])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let (at, x) = (AxisExtents::new(xs[0].shape, self.axis), xs[0].data);
        self.weights.resize(x.len(), zero());
        self.exponentials.compute_with_logarithms(at, x, &mut self.weights);
        pull_back_rows(at, Adjoint::new(y, true), |i, fibre| self.exponentials.log_share(fibre, x[i]));
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let extents = AxisExtents::new(at.xs[0].shape, self.axis);
        let mut sums = self.sums.borrow_mut();
        sums.clear();
        let sums_of = |j| CotangentSums::of(extents.fibre(j).map(|i| (self.weights[i], at.y_bar[i])));
        sums.extend((0..extents.fibres()).map(sums_of));
        pull_back_rows(extents, x_bar, |i, fibre| {
            self.exponentials.pull_back_log_share(fibre, self.weights[i], at.y_bar[i], sums[fibre])
        });
    }
}
