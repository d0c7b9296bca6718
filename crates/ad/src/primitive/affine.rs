//! Affine maps, as in fully connected layers.

use super::adjoint::Adjoint;
use super::blocks::{Value, update};
use super::definition::{Primitive, Requirement};
use super::pointwise::Pointwise;
use super::pullback_start::PullbackStart;
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::number::{Scalar, Unary};
use crate::rules::Tanh;
use smallvec::smallvec;
use wengert_kernels::{Matrix, add_column_sums, vectorised_wide};

/// `Y = X W + 1 b'`: an affine map of each row of `X`; shapes `(m, k) (k, n) (n) -> (m, n)`.
///
/// Pullback: `X_bar += Y_bar W'`, `W_bar += X' Y_bar`, `b_bar += ` the column sums of `Y_bar`.
#[derive(Clone, Copy, Debug)]
pub struct Affine;

impl<T: Element> Primitive<T> for Affine {
    fn name(&self) -> &'static str {
        "affine"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        match (operands[0], operands[1], operands[2]) {
            (&[m, k], &[l, n], &[p]) if k == l && n == p => Ok(smallvec![m, n]),
            _ => Err("an input (m, k), a weight (k, n) and a bias (n)"),
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        T::affine(matrix(xs[0]), matrix(xs[1]), xs[2].data, y);
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        if wrt < 2 {
            return pull_back_product(wrt, at, x_bar);
        }
        add_column_sums(at.y_bar, x_bar.slot());
    }
}

fn pull_back_product<T: Element>(wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
    let (a, b) = (matrix(at.xs[0]), matrix(at.xs[1]));
    let y_bar = Matrix::new(at.y_bar, a.shape()[0], b.shape()[1]);
    if wrt == 0 {
        x_bar.add_product(y_bar, b.transposed());
    } else {
        x_bar.add_product(a.transposed(), y_bar);
    }
}

fn matrix<T: Element>(x: View<'_, T>) -> Matrix<'_, T> {
    x.matrix(x.shape[0], x.shape[1])
}

/// `Y = f(X W + 1 b')`, where `f` is an elementwise rule whose derivative is a function of its output; shapes
/// `(m, k) (k, n) (n) -> (m, n)`.
///
/// It is an [`Affine`] and a [`Map`](super::Map) in one buffer. Pullback: that of [`Affine`] for
/// the cotangent `f'(y) Y_bar`, which is computed once, in place. For `tanh`, `f'` is `1 - y^2`, accurate to
/// within `eps` in absolute terms: only the output is kept
/// ([`partial_from_output`](Unary::partial_from_output)).
#[derive(Clone, Copy, Debug)]
pub struct AffineMap<R> {
    rule: R,
}

impl AffineMap<Tanh> {
    /// A sample for the tests.
    pub(super) fn sample() -> Self {
        Self::new(Tanh)
    }
}

impl<R: Unary> AffineMap<R> {
    /// The map with this rule, whose derivative is [a function of its output](Unary::FROM_OUTPUT).
    pub(crate) fn new(rule: R) -> Self {
        assert!(R::FROM_OUTPUT, "the derivative of the rule depends on its operand");
        Self { rule }
    }
}

impl<T: Element, R: Unary> Primitive<T> for AffineMap<R> {
    fn name(&self) -> &'static str {
        "affine_map"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        Primitive::<T>::shape(&Affine, operands)
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        Affine.primal(xs, y);
        if T::SEPARATE {
            return update(y, &[], Value(self.rule));
        }
        vectorised_wide(
            #[inline(always)]
            || {
                for y in y {
                    *y = y.unary(self.rule);
                }
            },
        );
    }
    #[inline(never)]
    fn start_pullback(&self, start: &mut PullbackStart<'_, T>) {
        start.replace_cotangent(|y, y_bar| {
            if T::SEPARATE {
                return update(y_bar, &[y.data], PullbackFromOutput(self.rule));
            }
            vectorised_wide(
                #[inline(always)]
                || {
                    for (y_bar, &y) in y_bar.iter_mut().zip(y.data) {
                        *y_bar = self.rule.partial_from_output(y).chain(*y_bar);
                    }
                },
            );
        });
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        Affine.vjp(wrt, at, x_bar);
    }
}

/// The pullback of a rule whose partial is a function of the output: a formula of the cotangent and the
/// output.
#[derive(Clone, Copy, Debug)]
struct PullbackFromOutput<R>(R);

impl<R: Unary> Pointwise<2> for PullbackFromOutput<R> {
    #[inline(always)]
    fn at<T: Scalar>(self, [y_bar, y]: [T; 2]) -> T {
        self.0.partial_from_output(y).chain(y_bar)
    }
}
