//! Sums, means, variances and products: over all elements, or along one axis, which is removed.

use super::adjoint::Adjoint;
use super::axis::{Axis, AxisExtents, axis_extents, reduced, reduced_not_empty};
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::rules::{Elementary, one, zero};
use wengert_kernels::{add_column_sums, row_sums, sum_of, vectorised};

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
    for y in y {
        *y = y.divide(at.axis as f64);
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
        for (i, row) in x.chunks_exact(if at.inner == 1 { at.axis } else { at.inner }.max(1)).enumerate() {
            if at.inner == 1 {
                let mean = self.means[i];
                y[i] = vectorised(
                    #[inline(always)]
                    || sum_of(row, |x| (x - mean).square()),
                );
            } else {
                let squares =
                    row.iter().zip(&self.means[at.first_fibre(i)..]).map(|(&x, &m)| (x - m).square());
                wengert_kernels::accumulate(&mut y[at.first_fibre(i)..][..at.inner], squares);
            }
        }
        y.iter_mut().for_each(|y| *y = y.divide(at.axis as f64));
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, x) = (axis_extents(self.axis, at.xs[0].shape), at.xs[0].data);
        let scale = 2.0 / extents.axis as f64;
        let pull = move |((&x, &mean), &y_bar): ((&T, &T), &T)| (x - mean).scale(scale) * y_bar;
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
                x_bar[i] = x_bar[i] + self.before[i] * after;
                after = after * x[i];
            }
        }
    }
}
