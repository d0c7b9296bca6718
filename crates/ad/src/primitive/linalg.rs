//! Products of matrices and vectors.

use super::adjoint::{Adjoint, is_zero};
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use smallvec::smallvec;
use wengert_kernels::Matrix;

/// `Y = A B` for matrices, vectors and batches.
///
/// | shapes | product |
/// |---|---|
/// | `(m, k) (k, n) -> (m, n)` | of two matrices |
/// | `(m, k) (k) -> (m)`, `(k) (k, n) -> (n)` | of a matrix and a vector |
/// | `(.., m, k) (k, n) -> (.., m, n)`, `(.., m, k) (k) -> (.., m)` | of every matrix of a batch with one operand |
/// | `(.., m, k) (.., k, n) -> (.., m, n)` | of corresponding matrices of two batches |
///
/// Pullback: `A_bar += Y_bar B'`, `B_bar += A' Y_bar` (Giles 2008, section 2.2.2), summed over the
/// batch for an operand that it shares. A product pulls back as products, in which a zero of `Y_bar` times
/// an infinite or NaN element of an operand is NaN, as in the value; only a matrix of `Y_bar` that is zero
/// everywhere contributes nothing. Cost: `2mkn` flops per matrix; the pullback costs twice
/// that.
#[derive(Clone, Copy, Debug)]
pub struct MatMul;

/// The extents of each product of a batch, `(m, k) (k, n)`.
#[derive(Clone, Copy, Debug)]
struct Extents {
    m: usize,
    k: usize,
    n: usize,
}

impl Extents {
    /// The extents for operands of these shapes; `None` if the shapes do not fit. If the whole
    /// batch shares the right operand, the rows of all left operands form one matrix.
    fn of(a: &[usize], b: &[usize]) -> Option<Self> {
        let (&k, left) = a.split_last()?;
        let rows = left.iter().product();
        match *b {
            [l] if l == k && !left.is_empty() => Some(Self { m: rows, k, n: 1 }),
            [l, n] if l == k => Some(Self { m: rows, k, n }),
            [.., l, n] if l == k && b.len() == a.len() && b[..b.len() - 2] == a[..a.len() - 2] => {
                Some(Self { m: a[a.len() - 2], k, n })
            }
            _ => None,
        }
    }

    fn left<'a, T>(self, a: &View<'a, T>, i: usize) -> Matrix<'a, T> {
        Matrix::new(&a.data[i * self.m * self.k..][..self.m * self.k], self.m, self.k)
    }

    fn right<'a, T>(self, b: &View<'a, T>, i: usize) -> Matrix<'a, T> {
        Matrix::new(&b.data[i * self.k * self.n..][..self.k * self.n], self.k, self.n)
    }
}

const FITS: &str = "the extents were checked when the operation was recorded";

impl<T: Element> Primitive<T> for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        let (a, b) = (operands[0], operands[1]);
        if Extents::of(a, b).is_none() {
            return Err(
                "matrices (m, k) and (k, n), or a vector (k) for one of them, or batches of matrices \
                 (.., m, k) and (.., k, n)",
            );
        }
        let mut shape = Shape::from(&a[..a.len() - 1]);
        shape.extend((b.len() > 1).then(|| b[b.len() - 1]));
        Ok(shape)
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let extents = Extents::of(xs[0].shape, xs[1].shape).expect(FITS);
        let factors = |i| Some([extents.left(&xs[0], i), extents.right(&xs[1], i)]);
        Adjoint::new(y, true).add_products(extents.m * extents.n, factors);
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let extents = Extents::of(at.xs[0].shape, at.xs[1].shape).expect(FITS);
        let y_bar = |i| {
            let part = &at.y_bar[i * extents.m * extents.n..][..extents.m * extents.n];
            (!is_zero(part)).then(|| Matrix::new(part, extents.m, extents.n))
        };
        if wrt == 0 {
            x_bar.add_products(extents.m * extents.k, |i| {
                y_bar(i).map(|y_bar| [y_bar, extents.right(&at.xs[1], i).transposed()])
            });
        } else {
            x_bar.add_products(extents.k * extents.n, |i| {
                y_bar(i).map(|y_bar| [extents.left(&at.xs[0], i).transposed(), y_bar])
            });
        }
    }
}

/// Inner product `y = sum_i a_i b_i` of two arrays of one shape.
///
/// Pullback: `a_bar += y_bar b`, `b_bar += y_bar a`.
#[derive(Clone, Copy, Debug)]
pub struct Dot;

impl<T: Element> Primitive<T> for Dot {
    fn name(&self) -> &'static str {
        "dot"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        if operands[0] == operands[1] { Ok(Shape::new()) } else { Err("two operands of the same shape") }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let n = xs[0].data.len();
        T::gemm(xs[0].matrix(1, n), xs[1].matrix(n, 1), y, true);
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let y_bar = at.y_bar[0];
        x_bar.add(at.xs[1 - wrt].data.iter().map(|&x| x.chain(y_bar)));
    }
}

/// Outer product `Y = a b'`; shapes `(m) (n) -> (m, n)`.
///
/// Pullback: `a_bar += Y_bar b`, `b_bar += Y_bar' a`.
#[derive(Clone, Copy, Debug)]
pub struct Outer;

impl<T: Element> Primitive<T> for Outer {
    fn name(&self) -> &'static str {
        "outer"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        match (operands[0], operands[1]) {
            (&[m], &[n]) => Ok(smallvec![m, n]),
            _ => Err("two vectors (m) and (n)"),
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        T::gemm(xs[0].matrix(xs[0].data.len(), 1), xs[1].matrix(1, xs[1].data.len()), y, true);
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (m, n) = (at.xs[0].data.len(), at.xs[1].data.len());
        let y_bar = Matrix::new(at.y_bar, m, n);
        if wrt == 0 {
            x_bar.add_product(y_bar, at.xs[1].matrix(n, 1));
        } else {
            x_bar.add_product(y_bar.transposed(), at.xs[0].matrix(m, 1));
        }
    }
}
