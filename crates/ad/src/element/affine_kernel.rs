//! Affine maps that are followed by an elementwise rule, and their pullbacks.

use crate::number::{Float, Scalar, Unary};
use std::fmt::Debug;
use wengert_kernels::{Matrix, MatrixProduct, add_column_sums, vectorised_wide};

/// How affine maps of numbers of type `T` are computed, `Y = f(X W + 1 b')` with an elementwise rule `f`
/// whose derivative is a function of its output, and pulled back: `X_bar = Z_bar W'`, `W_bar = X' Z_bar` and
/// the column sums of `Z_bar`, where `Z_bar = f'(Y) Y_bar`.
pub trait AffineKernel<T>: Clone + Debug + Default + Send + 'static {
    /// Writes `X W + 1 b'` to `y`. May keep what the pullback needs.
    fn affine(&mut self, factors: [Matrix<'_, T>; 2], b: &[T], y: &mut [T]);
    /// Writes `f(X W + 1 b')` to `y`. May keep what the pullback needs.
    fn affine_map(&mut self, factors: [Matrix<'_, T>; 2], b: &[T], rule: impl Unary, y: &mut [T]);
    /// Called before the pullbacks to the operands of [`affine`](Self::affine).
    fn start_pullback(&self, y_bar: &[T]);
    /// Called before the pullbacks to the operands of [`affine_map`](Self::affine_map): replaces the
    /// cotangent by `f'(y) y_bar`, or keeps that.
    fn start_pullback_of_map(&self, rule: impl Unary, y: &[T], y_bar: &mut [T]);
    /// Writes `X_bar` or `W_bar`, the product of the matrices, or adds it.
    fn pull_back(&self, to: Factor, factors: [Matrix<'_, T>; 2], x_bar: Output<'_, T>);
    /// Adds the column sums of the cotangent to `b_bar`, of which only the derivatives of the highest order
    /// may be needed.
    fn pull_back_to_bias(&self, y_bar: &[T], b_bar: &mut [T], only_highest: bool);
}

/// A factor of the product in an affine map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// The inputs `X`, to which `Y_bar W'` is pulled back.
    Inputs,
    /// The weights `W`, to which `X' Y_bar` is pulled back.
    Weights,
}

/// Where a product is written.
#[derive(Debug)]
pub struct Output<'a, T> {
    /// The elements.
    pub elements: &'a mut [T],
    /// Whether they are overwritten; otherwise the product is added.
    pub overwrite: bool,
    /// Whether only the derivatives of the highest order that the numbers carry are needed.
    pub only_highest: bool,
}

impl<T: MatrixProduct> Output<'_, T> {
    /// Writes the product, or adds it.
    #[inline(always)]
    pub fn add_product(self, [a, b]: [Matrix<'_, T>; 2]) {
        if self.only_highest {
            T::gemm_of_highest(a, b, self.elements, self.overwrite);
        } else {
            T::gemm(a, b, self.elements, self.overwrite);
        }
    }
}

/// For numbers with their own products of matrices.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainAffine;

impl<T: Scalar + MatrixProduct> AffineKernel<T> for PlainAffine {
    #[inline(always)]
    fn affine(&mut self, [x, w]: [Matrix<'_, T>; 2], b: &[T], y: &mut [T]) {
        T::affine(x, w, b, y);
    }
    #[inline(always)]
    fn affine_map(&mut self, [x, w]: [Matrix<'_, T>; 2], b: &[T], rule: impl Unary, y: &mut [T]) {
        T::affine(x, w, b, y);
        vectorised_wide(
            #[inline(always)]
            || {
                for y in y {
                    *y = y.unary(rule);
                }
            },
        );
    }
    #[inline(always)]
    fn start_pullback(&self, _: &[T]) {}
    #[inline(always)]
    fn start_pullback_of_map(&self, rule: impl Unary, y: &[T], y_bar: &mut [T]) {
        vectorised_wide(
            #[inline(always)]
            || {
                for (y_bar, &y) in y_bar.iter_mut().zip(y) {
                    *y_bar = rule.partial_from_output(y).chain(*y_bar);
                }
            },
        );
    }
    #[inline(always)]
    fn pull_back(&self, _: Factor, factors: [Matrix<'_, T>; 2], x_bar: Output<'_, T>) {
        x_bar.add_product(factors);
    }
    #[inline(always)]
    fn pull_back_to_bias(&self, y_bar: &[T], b_bar: &mut [T], _: bool) {
        add_column_sums(y_bar, b_bar);
    }
}

/// A rule whose derivatives of all orders are computed from its output, as its pullback is. If the value is
/// `KNOWN`, that of the operand is the output already, and only its derivatives change.
///
/// For `tanh`, the derivatives take a few products then, where `1 / cosh^2 x` takes another exponential.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FromOutput<R, const KNOWN: bool>(pub(crate) R);

impl<R: Unary, const KNOWN: bool> Unary for FromOutput<R, KNOWN> {
    const NAME: &'static str = R::NAME;
    const FROM_OUTPUT: bool = true;
    const LINEAR: bool = R::LINEAR;
    const LONG: bool = R::LONG && !KNOWN;

    #[inline(always)]
    fn primal<F: Float>(self, x: F) -> F {
        if KNOWN { x } else { self.0.primal(x) }
    }
    #[inline(always)]
    fn partial<T: Scalar>(self, _: T, y: T) -> T {
        self.0.partial_from_output(y)
    }
    #[inline(always)]
    fn lifted<T: Scalar>(self, x: T, y: T) -> T {
        if KNOWN { y } else { self.0.lifted(x, y) }
    }
    fn parameters(self) -> Vec<f64> {
        self.0.parameters()
    }
    fn with_parameters(parameters: &[f64]) -> Option<Self> {
        R::with_parameters(parameters).map(Self)
    }
}
