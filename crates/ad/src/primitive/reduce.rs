//! Reductions: over all elements, or along one axis, which disappears.

use super::{Adjoint, Around, Primitive, Recorded, Requirement, Shape, View};
use crate::kernels::Element;
use crate::rules::Elementary;

/// The axis that a reduction removes; `None` reduces everything to a scalar, shape `()`.
pub type Axis = Option<usize>;

fn reduced(axis: Axis, operand: &[usize]) -> Result<Shape, Requirement> {
    let Some(axis) = axis else { return Ok(Shape::new()) };
    if axis >= operand.len() {
        return Err("an axis smaller than the rank of the operand");
    }
    let kept = operand.iter().enumerate().filter(|&(i, _)| i != axis);
    Ok(kept.map(|(_, &extent)| extent).collect())
}

/// As [`reduced`], for reductions that have no value on nothing.
fn reduced_not_empty(axis: Axis, operand: &[usize]) -> Result<Shape, Requirement> {
    let shape = reduced(axis, operand)?;
    let reduced_extent = axis.map_or(operand.iter().product(), |axis| operand[axis]);
    if reduced_extent == 0 { Err("at least one element to reduce") } else { Ok(shape) }
}

fn around(axis: Axis, shape: &[usize]) -> Around {
    match axis {
        Some(axis) => Around::new(shape, axis),
        None => Around { outer: 1, axis: shape.iter().product(), inner: 1 },
    }
}

impl Around {
    /// Calls `f` with the index of each reduced element and that of the output it goes to, in storage order.
    fn each(self, mut f: impl FnMut(usize, usize)) {
        for outer in 0..self.outer {
            for k in 0..self.axis {
                for inner in 0..self.inner {
                    f((outer * self.axis + k) * self.inner + inner, outer * self.inner + inner);
                }
            }
        }
    }

    /// For each element in storage order, the value at the output it was reduced to.
    fn spread<T: Copy>(self, reduced: &[T]) -> impl Iterator<Item = T> {
        let rows = move |outer| std::iter::repeat_n(&reduced[outer * self.inner..][..self.inner], self.axis);
        (0..self.outer).flat_map(rows).flatten().copied()
    }
}

/// Sums of `x`, each in storage order.
fn sum_into<T: Element>(at: Around, x: &[T], y: &mut [T]) {
    y.fill(T::constant(0.0));
    if at.inner == 1 {
        for (row, y) in x.chunks_exact(at.axis.max(1)).zip(y) {
            *y = row.iter().fold(T::constant(0.0), |sum, &x| sum + x);
        }
    } else {
        at.each(|i, j| y[j] = y[j] + x[i]);
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
        match self.0 {
            None => x_bar.add(std::iter::repeat(at.y_bar[0])),
            axis => x_bar.add(around(axis, at.xs[0].shape).spread(at.y_bar)),
        }
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
        let at = around(self.0, xs[0].shape);
        sum_into(at, xs[0].data, y);
        for y in y {
            *y = y.divide(at.axis as f64);
        }
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let around = around(self.0, at.xs[0].shape);
        x_bar.add(around.spread(at.y_bar).map(|y_bar| y_bar.divide(around.axis as f64)));
    }
}

/// Largest element; the whole cotangent goes to the first of the largest. A NaN wins over every number.
#[derive(Clone, Debug)]
pub struct Max {
    axis: Axis,
    winners: Vec<usize>,
}

impl Max {
    /// The largest element along `axis`.
    pub fn new(axis: Axis) -> Self {
        Self { axis, winners: Vec::new() }
    }

    /// Reduces along another axis from now on; keeps its buffers.
    pub fn set_axis(&mut self, axis: Axis) {
        self.axis = axis;
    }
}

impl<T: Element> Primitive<T> for Max {
    fn name(&self) -> &'static str {
        "max"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        reduced_not_empty(self.axis, operands[0])
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let x = xs[0].data;
        self.winners.clear();
        self.winners.resize(y.len(), usize::MAX);
        around(self.axis, xs[0].shape).each(|i, j| {
            let winner = &mut self.winners[j];
            if *winner == usize::MAX || x[i].value() > x[*winner].value() || is_first_nan(x, i, *winner) {
                *winner = i;
            }
        });
        for (y, &winner) in y.iter_mut().zip(&self.winners) {
            *y = x[winner];
        }
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let x_bar = x_bar.slot();
        for (&winner, &y_bar) in self.winners.iter().zip(at.y_bar) {
            x_bar[winner] = x_bar[winner] + y_bar;
        }
    }
}

fn is_first_nan<T: Element>(x: &[T], i: usize, winner: usize) -> bool {
    x[i].value().is_nan() && !x[winner].value().is_nan()
}

/// `ln sum_i e^(x_i)`, shifted by the largest element, so finite for all finite `x`.
///
/// Pullback: `x_bar_i += y_bar e^(x_i - y)`.
#[derive(Clone, Copy, Debug)]
pub struct LogSumExp(pub Axis);

impl<T: Element> Primitive<T> for LogSumExp {
    fn name(&self) -> &'static str {
        "log_sum_exp"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        reduced_not_empty(self.0, operands[0])
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let at = around(self.0, xs[0].shape);
        for (j, y) in y.iter_mut().enumerate() {
            let start = j / at.inner * at.axis * at.inner + j % at.inner;
            *y = log_sum_exp(xs[0].data[start..].iter().step_by(at.inner).take(at.axis).copied());
        }
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let around = around(self.0, at.xs[0].shape);
        let outputs = around.spread(at.y.data).zip(around.spread(at.y_bar));
        x_bar.add(at.xs[0].data.iter().zip(outputs).map(|(&x, (y, y_bar))| {
            // `e^(x - y)` is NaN where both are the same infinity; nothing flows from an exponential that is zero.
            if x.value() == f64::NEG_INFINITY { T::constant(0.0) } else { (x - y).exp() * y_bar }
        }));
    }
}

/// `ln sum e^x` of the terms, shifted by the largest.
pub(super) fn log_sum_exp<T: Element>(terms: impl Iterator<Item = T> + Clone) -> T {
    let largest = terms.clone().map(T::value).fold(f64::NEG_INFINITY, f64::max);
    // An infinite shift would make `inf - inf`; without it the sum is the right infinity by itself.
    let shift = if largest.is_finite() { largest } else { 0.0 };
    terms.fold(T::constant(0.0), |sum, x| sum + x.shift(-shift).exp()).ln().shift(shift)
}
