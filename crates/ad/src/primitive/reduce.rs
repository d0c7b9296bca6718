//! Sums, means, variances and products: over all elements, or along one axis, which is removed.

use super::adjoint::Adjoint;
use super::axis::{Axis, AxisExtents, axis_extents, reduced, reduced_not_empty};
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::{Element, rounding};
use crate::rules::{Elementary, one, zero};
use wengert_kernels::{
    Columns, add_column_sums, add_column_sums_of, row_sums, sum_in_blocks, sum_of, vectorised,
};

/// Sums of `x` along the axis.
fn sum_into<T: Element>(at: AxisExtents, x: &[T], y: &mut [T]) {
    if at.inner == 1 {
        return row_sums(x, at.axis, y);
    }
    y.fill(zero());
    let blocks = x.chunks_exact((at.axis * at.inner).max(1));
    for (block, sums) in blocks.zip(y.chunks_exact_mut(at.inner.max(1))) {
        add_column_sums(block, sums);
    }
}

/// Adds `f(y_bar)` to the adjoint of each element, where `y_bar` is the cotangent of the element's fibre.
fn spread<T: Element>(at: AxisExtents, y_bar: &[T], x_bar: Adjoint<'_, T>, f: impl Fn(T) -> T) {
    if at.inner == 1 {
        x_bar.add_rows(at.axis, |i| std::iter::repeat(f(y_bar[i])));
    } else {
        x_bar.add_rows(at.inner, |i| y_bar[at.first_fibre(i)..].iter().map(|&y_bar| f(y_bar)));
    }
}

/// Sum. Pullback: `x_bar += y_bar`, repeated along the axis.
#[derive(Clone, Copy, Debug)]
pub struct Sum(pub Axis);

impl<T: Element> Primitive<T> for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        reduced(self.0, operands[0])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        sum_into(axis_extents(self.0, xs[0].shape), xs[0].data, y);
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        spread(axis_extents(self.0, at.xs[0].shape), at.y_bar, x_bar, |y_bar| y_bar);
    }
}

/// Arithmetic mean of `n` elements. Pullback: `x_bar += y_bar / n`, repeated along the axis.
#[derive(Clone, Copy, Debug)]
pub struct Mean(pub Axis);

impl<T: Element> Primitive<T> for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        reduced_not_empty(self.0, operands[0])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        mean_into(axis_extents(self.0, xs[0].shape), xs[0].data, y);
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let extents = axis_extents(self.0, at.xs[0].shape);
        spread(extents, at.y_bar, x_bar, |y_bar| y_bar.divide(extents.axis as f64));
    }
}

fn mean_into<T: Element>(at: AxisExtents, x: &[T], y: &mut [T]) {
    sum_into(at, x, y);
    for (j, y) in y.iter_mut().enumerate() {
        *y = y.divide(at.axis as f64);
        if !y.is_finite() {
            *y = scaled_mean(at.fibre(j).map(|i| x[i]), at.axis, *y);
        }
    }
}

/// The mean of numbers whose sum overflows: that of the numbers divided by the largest one. If that one is
/// not finite, the mean without scaling.
fn scaled_mean<T: Element>(x: impl Iterator<Item = T> + Clone, count: usize, unscaled: T) -> T {
    let scale = largest_magnitude(x.clone());
    let mean = sum_in_blocks(x.map(|x| x / scale)).divide(count as f64);
    scale.select(zero(), |scale, _| scale > 0.0 && scale < f64::INFINITY, mean * scale, unscaled)
}

/// The largest absolute value, as a constant; NaN if one is NaN.
pub(super) fn largest_magnitude<T: Element>(x: impl Iterator<Item = T>) -> T {
    let larger = |a: T, b: T| a.select(b, |a, b| a >= b || a.is_nan(), a, b);
    x.fold(zero(), |largest, x| larger(x.abs(), largest)).stop_gradient()
}

/// Whether a variance overflowed, or may be the square of the rounding error of the mean.
fn is_doubtful<T: Element>(mean: T, variance: T) -> bool {
    let noise = mean.scale(100.0 * rounding::<T>()).square();
    let safe: fn(f64, f64) -> bool = |v, noise| v >= noise && v < f64::INFINITY;
    !variance.select(noise, safe, zero::<T>(), one()).is_constant(0.0)
}

/// The mean with its rounding error removed, and the variance from deviations divided by the largest one.
/// That of equal numbers is 0.
fn careful_variance<T: Element>(
    x: impl Iterator<Item = T> + Clone,
    count: usize,
    mean: T,
    unscaled: T,
) -> (T, T) {
    let mean = mean + sum_in_blocks(x.clone().map(|x| x - mean)).divide(count as f64);
    let deviations = x.map(|x| x - mean);
    let scale = largest_magnitude(deviations.clone());
    let usable: fn(f64, f64) -> bool = |scale, _| scale > 0.0 && scale < f64::INFINITY;
    let divisor = scale.select(scale, usable, scale, one());
    let squares = sum_in_blocks(deviations.map(|d| (d / divisor).square()));
    let variance = squares.divide(count as f64) * divisor * divisor;
    (mean, scale.select(scale, |scale, _| scale < f64::INFINITY, variance, unscaled))
}

/// Adds `sum_i (x_i - m)^2` to the output of each fibre with mean `m`.
pub(super) fn sum_squared_deviations<T: Element>(at: AxisExtents, x: &[T], means: &[T], y: &mut [T]) {
    if at.inner == 1 {
        let rows = x.chunks_exact(at.axis.max(1)).zip(means).zip(y);
        return rows.for_each(|((row, &mean), y)| {
            *y = *y
                + vectorised(
                    #[inline(always)]
                    || sum_of(row, |x| (x - mean).square()),
                );
        });
    }
    let blocks = x.chunks_exact((at.axis * at.inner).max(1));
    let fibres = means.chunks_exact(at.inner.max(1)).zip(y.chunks_exact_mut(at.inner.max(1)));
    for (block, (means, y)) in blocks.zip(fibres) {
        let (x, means) = (Columns::new(block, at.inner), Columns::new(means, 0));
        add_column_sums_of(at.axis, x, means, y, |x, mean| (x - mean).square());
    }
}

/// Population variance `sum_i (x_i - m)^2 / n`, where `m` is the mean: the divisor is `n`, not `n - 1`.
///
/// Pullback: `x_bar_i += y_bar 2 (x_i - m) / n`. Computed in two passes, so that no digits cancel
/// if the mean is large (Chan, Golub and LeVeque 1983).
#[derive(Clone, Debug)]
pub struct Variance<T> {
    /// The axis that is reduced.
    pub axis: Axis,
    means: Vec<T>,
}

impl<T> Default for Variance<T> {
    fn default() -> Self {
        Self { axis: None, means: Vec::new() }
    }
}

impl<T: Element> Primitive<T> for Variance<T> {
    fn name(&self) -> &'static str {
        "variance"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        reduced_not_empty(self.axis, operands[0])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let (at, x) = (axis_extents(self.axis, xs[0].shape), xs[0].data);
        self.means.resize(y.len(), zero());
        mean_into(at, x, &mut self.means);
        y.fill(zero());
        sum_squared_deviations(at, x, &self.means, y);
        for (j, (y, mean)) in y.iter_mut().zip(&mut self.means).enumerate() {
            *y = y.divide(at.axis as f64);
            if is_doubtful(*mean, *y) {
                (*mean, *y) = careful_variance(at.fibre(j).map(|i| x[i]), at.axis, *mean, *y);
            }
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, x) = (axis_extents(self.axis, at.xs[0].shape), at.xs[0].data);
        let scale = 2.0 / extents.axis as f64;
        let pull = move |((&x, &mean), &y_bar): ((&T, &T), &T)| (x - mean).scale(scale).chain(y_bar);
        if extents.inner == 1 {
            x_bar.add_rows(extents.axis, |i| {
                let row = &x[i * extents.axis..][..extents.axis];
                row.iter().map(move |x| pull(((x, &self.means[i]), &at.y_bar[i])))
            });
        } else {
            x_bar.add_rows(extents.inner, |i| {
                let (row, fibre) = (&x[i * extents.inner..][..extents.inner], extents.first_fibre(i));
                row.iter().zip(&self.means[fibre..]).zip(&at.y_bar[fibre..]).map(pull)
            });
        }
    }
}

/// Product `x_1 x_2 ... x_n`; 1 for empty input.
///
/// Pullback: `x_bar_i += y_bar` times the product of all other elements. It is computed from the
/// products before and after `x_i`, without division, so that it is right if elements are zero.
/// Cost: `3n` multiplications.
#[derive(Clone, Debug)]
pub struct Product<T> {
    /// The axis that is reduced.
    pub axis: Axis,
    /// For each element, the product of the elements before it.
    before: Vec<T>,
}

impl<T> Default for Product<T> {
    fn default() -> Self {
        Self { axis: None, before: Vec::new() }
    }
}

impl<T: Element> Primitive<T> for Product<T> {
    fn name(&self) -> &'static str {
        "product"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        reduced(self.axis, operands[0])
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let (at, x) = (axis_extents(self.axis, xs[0].shape), xs[0].data);
        self.before.resize(x.len(), zero());
        for (j, y) in y.iter_mut().enumerate() {
            *y = one();
            for i in at.fibre(j) {
                self.before[i] = *y;
                *y = *y * x[i];
            }
        }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, x, x_bar) = (axis_extents(self.axis, at.xs[0].shape), at.xs[0].data, x_bar.slot());
        for (j, &y_bar) in at.y_bar.iter().enumerate() {
            let mut after = y_bar;
            for i in extents.fibre(j).rev() {
                x_bar[i] = x_bar[i] + self.before[i].chain(after);
                after = x[i].chain(after);
            }
        }
    }
}
