//! Rearrangements: the same numbers in another shape or order.

use super::{Adjoint, Primitive, Recorded, Requirement, Shape, View};
use crate::kernels::Element;

/// The same elements in storage order, under another shape of as many elements.
#[derive(Clone, Debug)]
pub struct Reshape(pub Shape);

impl<T: Element> Primitive<T> for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let (have, want): (usize, usize) = (operands[0].iter().product(), self.0.iter().product());
        if have == want { Ok(self.0.clone()) } else { Err("a new shape with as many elements") }
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        y.copy_from_slice(xs[0].data);
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        x_bar.add(at.y_bar.iter().copied());
    }
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
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let columns = transposed(xs[0].data, xs[0].shape[0], xs[0].shape[1]);
        crate::kernels::fill(y, columns);
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        x_bar.add(transposed(at.y_bar, at.y.shape[0], at.y.shape[1]));
    }
}

/// The elements of a row-major `rows x columns` matrix, column by column.
fn transposed<T: Copy>(x: &[T], rows: usize, columns: usize) -> impl Iterator<Item = T> {
    (0..columns).flat_map(move |j| (0..rows).map(move |i| x[i * columns + j]))
}

/// Repetition along axes: the operand's axes are aligned with the last ones of the target, and each either agrees or
/// has extent 1 and is repeated (NumPy's rule, applied where it is asked for and nowhere else).
///
/// Pullback: sums over the repetitions.
#[derive(Clone, Debug)]
pub struct Broadcast(pub Shape);

impl Broadcast {
    /// For each element of the target in storage order, the index of the element it repeats.
    fn sources(&self, operand: &[usize]) -> impl Iterator<Item = usize> {
        let missing = self.0.len() - operand.len();
        let mut strides = Shape::from_elem(0, self.0.len());
        let mut stride = 1;
        for (axis, &extent) in operand.iter().enumerate().rev() {
            if extent != 1 {
                strides[missing + axis] = stride;
            }
            stride *= extent;
        }
        let (mut position, mut source) = (Shape::from_elem(0, self.0.len()), 0);
        let shape = self.0.clone();
        (0..shape.iter().product()).map(move |_| {
            let here = source;
            for axis in (0..shape.len()).rev() {
                position[axis] += 1;
                source += strides[axis];
                if position[axis] < shape[axis] {
                    break;
                }
                source -= strides[axis] * shape[axis];
                position[axis] = 0;
            }
            here
        })
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
            Err("a target whose last axes agree with the operand's, where those are not 1")
        }
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        for (y, source) in y.iter_mut().zip(self.sources(xs[0].shape)) {
            *y = xs[0].data[source];
        }
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let x_bar = x_bar.slot();
        for (source, &y_bar) in self.sources(at.xs[0].shape).zip(at.y_bar) {
            x_bar[source] = x_bar[source] + y_bar;
        }
    }
}
