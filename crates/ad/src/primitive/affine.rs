//! Affine maps, as in fully connected layers.

use super::adjoint::Adjoint;
use super::definition::{Primitive, Requirement};
use super::pullback_start::PullbackStart;
use super::view::{Recorded, Shape, View};
use crate::element::{AffineKernel, Element, Factor};
use crate::number::Unary;
use crate::rules::Tanh;
use smallvec::smallvec;
use wengert_kernels::Matrix;

/// `Y = X W + 1 b'`: an affine map of each row of `X`; shapes `(m, k) (k, n) (n) -> (m, n)`.
///
/// Pullback: `X_bar += Y_bar W'`, `W_bar += X' Y_bar`, `b_bar += ` the column sums of `Y_bar`.
#[derive(Clone, Debug)]
pub struct Affine<T: Element> {
    kernel: T::Affine,
}

impl<T: Element> Default for Affine<T> {
    fn default() -> Self {
        Self { kernel: T::Affine::default() }
    }
}

impl<T: Element> Affine<T> {
    #[inline(always)]
    fn pull_back(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        if wrt == 2 {
            let only_highest = x_bar.is_of_highest();
            return self.kernel.pull_back_to_bias(at.y_bar, x_bar.slot(), only_highest);
        }
        let [x, w] = factors(at.xs);
        let y_bar = Matrix::new(at.y_bar, x.shape()[0], w.shape()[1]);
        if wrt == 0 {
            self.kernel.pull_back(Factor::Inputs, [y_bar, w.transposed()], x_bar.into_output());
        } else {
            self.kernel.pull_back(Factor::Weights, [x.transposed(), y_bar], x_bar.into_output());
        }
    }
}

#[inline(always)]
fn shape_of_affine(operands: &[&[usize]]) -> Result<Shape, Requirement> {
    match (operands[0], operands[1], operands[2]) {
        (&[m, k], &[l, n], &[p]) if k == l && n == p => Ok(smallvec![m, n]),
        _ => Err("an input (m, k), a weight (k, n) and a bias (n)"),
    }
}

/// `X` and `W`.
#[inline(always)]
fn factors<'a, T: Element>(xs: &[View<'a, T>]) -> [Matrix<'a, T>; 2] {
    [matrix(xs[0]), matrix(xs[1])]
}

#[inline(always)]
fn matrix<T: Element>(x: View<'_, T>) -> Matrix<'_, T> {
    x.matrix(x.shape[0], x.shape[1])
}

impl<T: Element> Primitive<T> for Affine<T> {
    fn name(&self) -> &'static str {
        "affine"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        shape_of_affine(operands)
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        self.kernel.affine(factors(xs), xs[2].data, y);
    }
    #[inline(never)]
    fn start_pullback(&self, start: &mut PullbackStart<'_, T>) {
        self.kernel.start_pullback(start.recorded().y_bar);
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        self.pull_back(wrt, at, x_bar);
    }
}

/// `Y = f(X W + 1 b')`, where `f` is an elementwise rule whose derivative is a function of its output; shapes
/// `(m, k) (k, n) (n) -> (m, n)`.
///
/// It is an [`Affine`] and a [`Map`](super::Map) in one buffer. Pullback: that of [`Affine`] for
/// the cotangent `f'(y) Y_bar`, which is computed once, in place. For `tanh`, `f'` is `1 - y^2`, accurate to
/// within `eps` in absolute terms: only the output is kept
/// ([`partial_from_output`](Unary::partial_from_output)). The derivatives that numbers carry are computed by
/// the same formula.
#[derive(Clone, Debug)]
pub struct AffineMap<R, T: Element> {
    rule: R,
    affine: Affine<T>,
}

impl<T: Element> AffineMap<Tanh, T> {
    /// A sample for the tests.
    pub(super) fn sample() -> Self {
        Self::new(Tanh)
    }
}

impl<R: Unary, T: Element> AffineMap<R, T> {
    /// The map with this rule, whose derivative is [a function of its output](Unary::FROM_OUTPUT).
    pub(crate) fn new(rule: R) -> Self {
        assert!(R::FROM_OUTPUT, "the derivative of the rule depends on its operand");
        Self { rule, affine: Affine::default() }
    }

    /// Replaces the rule.
    pub(crate) fn set_rule(&mut self, rule: R) {
        self.rule = rule;
    }
}

impl<T: Element, R: Unary> Primitive<T> for AffineMap<R, T> {
    fn name(&self) -> &'static str {
        "affine_map"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        shape_of_affine(operands)
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        self.affine.kernel.affine_map(factors(xs), xs[2].data, self.rule, y);
    }
    #[inline(never)]
    fn start_pullback(&self, start: &mut PullbackStart<'_, T>) {
        start.replace_cotangent(|y, y_bar| {
            self.affine.kernel.start_pullback_of_map(self.rule, y.data, y_bar);
        });
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        self.affine.pull_back(wrt, at, x_bar);
    }
}
