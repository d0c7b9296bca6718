//! Log-sum-exp, softmax and log-softmax, without overflow.

use super::adjoint::Adjoint;
use super::axis::{Axis, AxisExtents, axis_extents, reduced_not_empty, same_shape_along};
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::number::Scalar;
use crate::rules::{Elementary, zero};
use std::cell::RefCell;
use wengert_kernels::{
    add_column_sums, dot, fill, largest, row_maxima, row_sums, subtract_from_rows, sum_of, vectorised,
    vectorised_wide,
};

/// `w_i = e^(x_i - m)`, where `m` is the largest `x` of the fibre, with `m` and `sum_i w_i` for
/// each fibre. None of the exponentials overflows, and one of them is 1.
#[derive(Clone, Debug)]
pub(super) struct Exponentials<T> {
    shifts: Vec<T>,
    totals: Vec<T>,
}

impl<T> Default for Exponentials<T> {
    fn default() -> Self {
        Self { shifts: Vec::new(), totals: Vec::new() }
    }
}

impl<T: Element> Exponentials<T> {
    /// Writes the exponentials of `x` into `w`.
    pub(super) fn compute(&mut self, at: AxisExtents, x: &[T], w: &mut [T]) {
        self.shifts.resize(at.fibres(), zero());
        self.totals.resize(at.fibres(), zero());
        if at.inner == 1 {
            return self.compute_rows(at.axis, x, w);
        }
        let size = (at.axis * at.inner).max(1);
        self.totals.fill(zero());
        for (block, (x, w)) in x.chunks_exact(size).zip(w.chunks_exact_mut(size)).enumerate() {
            let fibres = block * at.inner..(block + 1) * at.inner;
            largest_of_rows(x, &mut self.shifts[fibres.clone()]);
            for (row, w) in x.chunks_exact(at.inner).zip(w.chunks_exact_mut(at.inner)) {
                let shifts = &self.shifts[fibres.clone()];
                fill(
                    w,
                    row.iter().zip(shifts).map(
                        #[inline(always)]
                        |(&x, &shift)| (x - shift).exp(),
                    ),
                );
            }
            add_column_sums(w, &mut self.totals[fibres]);
        }
    }

    fn compute_rows(&mut self, length: usize, x: &[T], w: &mut [T]) {
        row_maxima(x, length, &mut self.shifts);
        self.shifts.iter_mut().for_each(|shift| *shift = finite(*shift));
        subtract_from_rows(x, length, &self.shifts, w);
        // A row is often too short to fill the vector registers; all rows together are not.
        vectorised_wide(
            #[inline(always)]
            || {
                w.iter_mut().for_each(
                    #[inline(always)]
                    |w| *w = w.exp(),
                );
            },
        );
        row_sums(w, length, &mut self.totals);
    }

    /// `m` and `sum_i w_i` of each fibre.
    pub(super) fn shifts_and_totals(&self) -> impl Iterator<Item = (T, T)> {
        self.shifts.iter().copied().zip(self.totals.iter().copied())
    }

    /// `sum_i w_i` of each fibre.
    pub(super) fn totals(&self) -> &[T] {
        &self.totals
    }

    /// `1 / sum_i w_i` of a fibre.
    pub(super) fn normaliser(&self, fibre: usize) -> T {
        self.totals[fibre].recip()
    }
}

/// `ln sum_i e^(x_i)`; minus infinity for empty input.
pub(super) fn log_sum_exp<T: Element>(x: &[T]) -> T {
    let shift = finite(vectorised(
        #[inline(always)]
        || largest(x),
    ));
    vectorised(
        #[inline(always)]
        || {
            sum_of(
                x,
                #[inline(always)]
                |x| (x - shift).exp(),
            )
        },
    )
    .ln()
        + shift
}

/// The largest element of each column; NaN if one is NaN.
fn largest_of_rows<T: Element>(x: &[T], y: &mut [T]) {
    y.fill(T::constant(f64::NEG_INFINITY));
    for row in x.chunks_exact(y.len().max(1)) {
        y.iter_mut().zip(row).for_each(|(y, &x)| *y = x.select(*y, |x, y| x >= y || x.is_nan(), x, *y));
    }
    y.iter_mut().for_each(|y| *y = finite(*y));
}

/// The shift, or 0 if it is not finite: a shift by infinity would give `inf - inf`, and the sum
/// without a shift is right.
fn finite<T: Scalar>(shift: T) -> T {
    shift.select(zero(), |shift, _| shift.is_finite(), shift, zero())
}

/// Replaces each element by `f(element, factor)`, with the factor of its fibre.
fn each_scaled<T: Element>(at: AxisExtents, w: &mut [T], factor: impl Fn(usize) -> T, f: impl Fn(T, T) -> T) {
    let length = if at.inner == 1 { at.axis } else { at.inner };
    for (i, row) in w.chunks_exact_mut(length.max(1)).enumerate() {
        if at.inner == 1 {
            let factor = factor(i);
            row.iter_mut().for_each(|w| *w = f(*w, factor));
        } else {
            row.iter_mut().enumerate().for_each(|(j, w)| *w = f(*w, factor(at.first_fibre(i) + j)));
        }
    }
}

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
        for (y, (shift, total)) in y.iter_mut().zip(self.exponentials.shifts_and_totals()) {
            *y = total.ln() + shift;
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let extents = axis_extents(self.axis, at.xs[0].shape);
        let scale = |fibre: usize| self.exponentials.normaliser(fibre) * at.y_bar[fibre];
        // If all terms are minus infinity, the normaliser is infinite; an exponential that is zero
        // contributes nothing.
        let pull = |w: T, scale: T| w.select(zero(), |w, zero| w == zero, zero(), w * scale);
        if extents.inner == 1 {
            x_bar.add_rows(extents.axis, |i| {
                let scale = scale(i);
                self.weights[i * extents.axis..].iter().map(move |&w| pull(w, scale))
            });
        } else {
            x_bar.add_rows(extents.inner, |i| {
                let row = self.weights[i * extents.inner..].iter().zip(extents.first_fibre(i)..);
                row.map(move |(&w, fibre)| pull(w, scale(fibre)))
            });
        }
    }
}

/// `y_i = e^(x_i) / sum_j e^(x_j)` along an axis; same shape. Finite for all finite `x`.
///
/// Pullback: `x_bar_i += y_i (y_bar_i - sum_j y_bar_j y_j)`.
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
        each_scaled(at, y, |fibre| self.exponentials.normaliser(fibre), |w, factor| w * factor);
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, y) = (AxisExtents::new(at.xs[0].shape, self.axis), at.y.data);
        let mut sums = self.inner_products.borrow_mut();
        sums.clear();
        if extents.inner == 1 {
            let rows = y.chunks_exact(extents.axis.max(1)).zip(at.y_bar.chunks_exact(extents.axis.max(1)));
            sums.extend(rows.map(|(y, y_bar)| dot(y, y_bar)));
        } else {
            let product = |j| extents.fibre(j).fold(zero(), |sum: T, i| sum + y[i] * at.y_bar[i]);
            sums.extend((0..extents.fibres()).map(product));
        }
        pull_back_rows(extents, x_bar, |i, fibre| y[i] * (at.y_bar[i] - sums[fibre]));
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
/// Pullback: `x_bar_i += y_bar_i - softmax(x)_i sum_j y_bar_j`.
#[derive(Clone, Debug)]
pub struct LogSoftmax<T> {
    /// The axis along which the exponentials of the outputs add up to 1.
    pub axis: usize,
    exponentials: Exponentials<T>,
    softmax: Vec<T>,
    sums: RefCell<Vec<T>>,
}

impl<T> Default for LogSoftmax<T> {
    fn default() -> Self {
        let (exponentials, sums) = (Exponentials::default(), RefCell::default());
        Self { axis: 0, exponentials, softmax: Vec::new(), sums }
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
        self.softmax.resize(x.len(), zero());
        self.exponentials.compute(at, x, &mut self.softmax);
        each_scaled(at, &mut self.softmax, |j| self.exponentials.normaliser(j), |w, factor| w * factor);
        // Subtract the shift first: for logits of 1e4, `x - (1e4 + ln total)` would lose the digits
        // of the logarithm.
        let Exponentials { shifts, totals } = &mut self.exponentials;
        totals.iter_mut().for_each(|total| *total = total.ln());
        y.copy_from_slice(x);
        each_scaled(at, y, |j| shifts[j], |x, shift| x - shift);
        each_scaled(at, y, |j| totals[j], |x, log_total| x - log_total);
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let extents = AxisExtents::new(at.xs[0].shape, self.axis);
        let mut sums = self.sums.borrow_mut();
        sums.clear();
        let sum = |j| extents.fibre(j).fold(zero(), |sum: T, i| sum + at.y_bar[i]);
        sums.extend((0..extents.fibres()).map(sum));
        pull_back_rows(extents, x_bar, |i, fibre| at.y_bar[i] - self.softmax[i] * sums[fibre]);
    }
}
