//! Rearrangements: the same elements in another shape or order.

use super::adjoint::Adjoint;
use super::definition::{Primitive, Requirement};
use super::strided::Strided;
use super::view::{Recorded, Shape, View};
use crate::element::Element;

/// The same elements in row-major order under another shape. Pullback: the cotangent under the
/// shape of the operand.
#[derive(Clone, Debug)]
pub struct Reshape(pub Shape);

impl<T: Element> Primitive<T> for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let (have, want): (usize, usize) = (operands[0].iter().product(), self.0.iter().product());
        if have == want { Ok(self.0.clone()) } else { Err("a new shape with the same number of elements") }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        y.copy_from_slice(xs[0].data);
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        x_bar.add(at.y_bar.iter().copied());
    }
}

/// The distance in memory between neighbours along each axis.
fn strides(shape: &[usize]) -> Shape {
    let mut strides = Shape::from_elem(1, shape.len());
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// The transpose of a matrix; shapes `(m, n) -> (n, m)`. Pullback: the transpose of the cotangent.
#[derive(Clone, Copy, Debug)]
pub struct Transpose;

impl<T: Element> Primitive<T> for Transpose {
    fn name(&self) -> &'static str {
        "transpose"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let &[m, n] = operands[0] else { return Err("a matrix (m, n)") };
        Ok(Shape::from_slice(&[n, m]))
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let (m, n) = (xs[0].shape[0], xs[0].shape[1]);
        Strided::new([(n, 1), (m, n)]).read(xs[0].data, y);
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (n, m) = (at.y.shape[0], at.y.shape[1]);
        x_bar.add_rows(n, |i| at.y_bar[i..].iter().step_by(m).copied());
    }
}

/// The axes in another order: axis `i` of the output is axis `axes[i]` of the operand.
///
/// Pullback: the cotangent with its axes in the order of the operand.
#[derive(Clone, Debug)]
pub struct Permute(pub Shape);

impl Permute {
    fn positions(&self, operand: &[usize]) -> Strided {
        let strides = strides(operand);
        Strided::new(self.0.iter().map(|&axis| (operand[axis], strides[axis])))
    }
}

impl<T: Element> Primitive<T> for Permute {
    fn name(&self) -> &'static str {
        "permute_axes"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let rank = operands[0].len();
        if self.0.len() == rank && (0..rank).all(|axis| self.0.contains(&axis)) {
            Ok(self.0.iter().map(|&axis| operands[0][axis]).collect())
        } else {
            Err("each axis of the operand once")
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        self.positions(xs[0].shape).read(xs[0].data, y);
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        self.positions(at.xs[0].shape).add(at.y_bar, x_bar.slot());
    }
}

/// Repetition along axes: the operand's axes are aligned with the last axes of the target, and each
/// extent either agrees or is 1 and is repeated (the broadcasting rule of NumPy, applied only on
/// request).
///
/// Pullback: sums over the repetitions.
#[derive(Clone, Debug)]
pub struct Broadcast(pub Shape);

impl Broadcast {
    /// For each element of the target, the position of the operand's element that it repeats.
    fn sources(&self, operand: &[usize]) -> Strided {
        let missing = self.0.len() - operand.len();
        let strides = strides(operand);
        Strided::new(self.0.iter().enumerate().map(|(axis, &extent)| {
            let repeated = axis < missing || operand[axis - missing] == 1;
            (extent, if repeated { 0 } else { strides[axis - missing] })
        }))
    }
}

impl<T: Element> Primitive<T> for Broadcast {
    fn name(&self) -> &'static str {
        "broadcast_to"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let fits = |(have, want): (&usize, &usize)| have == want || *have == 1;
        let aligned = operands[0].iter().rev().zip(self.0.iter().rev());
        if operands[0].len() <= self.0.len() && aligned.into_iter().all(fits) {
            Ok(self.0.clone())
        } else {
            Err("a target shape whose last extents equal those of the operand, except where those are 1")
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        self.sources(xs[0].shape).read(xs[0].data, y);
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        self.sources(at.xs[0].shape).add(at.y_bar, x_bar.slot());
    }
}

/// The elements `x_ii` of square matrices; shapes `(.., n, n) -> (.., n)`. Pullback: the cotangent
/// on the diagonal.
#[derive(Clone, Copy, Debug)]
pub struct Diagonal;

impl Diagonal {
    fn positions(operand: &[usize]) -> Strided {
        let n = operand[operand.len() - 1];
        let matrices = operand[..operand.len() - 2].iter().product();
        Strided::new([(matrices, n * n), (n, n + 1)])
    }
}

impl<T: Element> Primitive<T> for Diagonal {
    fn name(&self) -> &'static str {
        "diagonal"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        match *operands[0] {
            [.., m, n] if m == n => Ok(operands[0][..operands[0].len() - 1].into()),
            _ => Err("square matrices (.., n, n)"),
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        Self::positions(xs[0].shape).read(xs[0].data, y);
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        Self::positions(at.xs[0].shape).add(at.y_bar, x_bar.slot());
    }
}
