//! Reductions: over all elements, or along one axis, which disappears.

use super::{AN_AXIS, Adjoint, Around, Primitive, Recorded, Requirement, Shape, View};
use crate::element::Element;
use crate::rules::{Elementary, one, zero};
use wengert_kernels::{add_column_sums, row_sums, sum_of, vectorised};

/// The axis that a reduction removes; `None` reduces everything to a scalar, shape `()`.
pub type Axis = Option<usize>;

pub(super) fn reduced(axis: Axis, operand: &[usize]) -> Result<Shape, Requirement> {
    let Some(axis) = axis else { return Ok(Shape::new()) };
    if axis >= operand.len() {
        return Err(AN_AXIS);
    }
    let kept = operand.iter().enumerate().filter(|&(i, _)| i != axis);
    Ok(kept.map(|(_, &extent)| extent).collect())
}

/// As [`reduced`], for reductions that have no value on nothing.
pub(super) fn reduced_not_empty(axis: Axis, operand: &[usize]) -> Result<Shape, Requirement> {
    let shape = reduced(axis, operand)?;
    let reduced_extent = axis.map_or(operand.iter().product(), |axis| operand[axis]);
    if reduced_extent == 0 { Err("at least one element to reduce") } else { Ok(shape) }
}

pub(super) fn around(axis: Axis, shape: &[usize]) -> Around {
    match axis {
        Some(axis) => Around::new(shape, axis),
        None => Around { outer: 1, axis: shape.iter().product(), inner: 1 },
    }
}

/// Sums of `x` along the axis.
fn sum_into<T: Element>(at: Around, x: &[T], y: &mut [T]) {
    if at.inner == 1 {
        return row_sums(x, at.axis, y);
    }
    y.fill(zero());
    let blocks = x.chunks_exact((at.axis * at.inner).max(1));
    for (block, sums) in blocks.zip(y.chunks_exact_mut(at.inner.max(1))) {
        add_column_sums(block, sums);
    }
}

/// Adds `f(y_bar)`, `y_bar` the cotangent of its sum, to the adjoint of each element.
fn spread<T: Element>(at: Around, y_bar: &[T], x_bar: Adjoint<'_, T>, f: impl Fn(T) -> T) {
    if at.inner == 1 {
        x_bar.add_rows(at.axis, |i| std::iter::repeat(f(y_bar[i])));
    } else {
        x_bar.add_rows(at.inner, |i| y_bar[at.first_fibre(i)..].iter().map(|&y_bar| f(y_bar)));
    }
}

/// Sum; pullback `x_bar += y_bar`, repeated.
#[derive(Clone, Copy, Debug)]
pub struct Sum(pub Axis);

impl<T: Element> Primitive<T> for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        reduced(self.0, operands[0])
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        sum_into(around(self.0, xs[0].shape), xs[0].data, y);
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        spread(around(self.0, at.xs[0].shape), at.y_bar, x_bar, |y_bar| y_bar);
    }
}

/// Arithmetic mean; pullback `x_bar += y_bar / n`, repeated.
#[derive(Clone, Copy, Debug)]
pub struct Mean(pub Axis);

impl<T: Element> Primitive<T> for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        reduced_not_empty(self.0, operands[0])
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        mean_into(around(self.0, xs[0].shape), xs[0].data, y);
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let around = around(self.0, at.xs[0].shape);
        spread(around, at.y_bar, x_bar, |y_bar| y_bar.divide(around.axis as f64));
    }
}

fn mean_into<T: Element>(at: Around, x: &[T], y: &mut [T]) {
    sum_into(at, x, y);
    for y in y {
        *y = y.divide(at.axis as f64);
    }
}

/// Population variance `sum_i (x_i - m)^2 / n`, `m` the mean: no division by `n - 1`.
///
/// Pullback: `x_bar_i += y_bar 2 (x_i - m) / n`. Computed in two passes, so that no digits cancel where the mean is
/// large (Chan, Golub and LeVeque 1983).
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
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let (at, x) = (around(self.axis, xs[0].shape), xs[0].data);
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
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (around, x) = (around(self.axis, at.xs[0].shape), at.xs[0].data);
        let scale = 2.0 / around.axis as f64;
        let pull = move |((&x, &mean), &y_bar): ((&T, &T), &T)| (x - mean).scale(scale) * y_bar;
        if around.inner == 1 {
            x_bar.add_rows(around.axis, |i| {
                let row = &x[i * around.axis..][..around.axis];
                row.iter().map(move |x| pull(((x, &self.means[i]), &at.y_bar[i])))
            });
        } else {
            x_bar.add_rows(around.inner, |i| {
                let (row, fibre) = (&x[i * around.inner..][..around.inner], around.first_fibre(i));
                row.iter().zip(&self.means[fibre..]).zip(&at.y_bar[fibre..]).map(pull)
            });
        }
    }
}

/// Product `x_1 x_2 ... x_n`; 1 of nothing.
///
/// Pullback: `x_bar_i += y_bar` times the product of all other elements, put together from both sides and never by a
/// division, so that it is right where elements are zero. Cost: `3n` multiplications.
#[derive(Clone, Debug)]
pub struct Product<T> {
    /// The axis that is reduced.
    pub axis: Axis,
    /// At each element, the product of those before it.
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
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let (at, x) = (around(self.axis, xs[0].shape), xs[0].data);
        self.before.resize(x.len(), zero());
        for (j, y) in y.iter_mut().enumerate() {
            *y = one();
            for i in at.fibre(j) {
                self.before[i] = *y;
                *y = *y * x[i];
            }
        }
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (around, x, x_bar) = (around(self.axis, at.xs[0].shape), at.xs[0].data, x_bar.slot());
        for (j, &y_bar) in at.y_bar.iter().enumerate() {
            let mut after = y_bar;
            for i in around.fibre(j).rev() {
                x_bar[i] = x_bar[i] + self.before[i] * after;
                after = after * x[i];
            }
        }
    }
}
