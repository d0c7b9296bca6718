//! Elementwise rules and infix operators of tensors.

use crate::element::Element;
use crate::number::{Binary, Operand, Unary};
use crate::primitive::{Fused, Map, Pointwise, WindowSum, Zip};
use crate::rules::{Elementary, left_operators, operators};
use crate::tape::array::tensor::Tensor;

impl<T: Element> Operand for Tensor<'_, T> {
    type Base = T::Base;

    #[track_caller]
    fn unary<R: Unary>(self, rule: R) -> Self {
        self.apply(&[], Map(rule))
    }
    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        self.apply(&[rhs], Zip(rule))
    }
}

operators!(['t, T: Element] Tensor<'t, T>);
left_operators!(['t, T: Element] Tensor<'t, T>, f32 where [T: Operand<Base = f32>]);
left_operators!(['t, T: Element] Tensor<'t, T>, f64 where [T: Operand<Base = f64>]);

impl<'t, T: Element> Tensor<'t, T> {
    /// The formula `f` applied to the elements of arrays of one shape, as one operation and in one
    /// pass over memory.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::primitive::Pointwise;
    /// use wengert_ad::{ArrayTape, Elementary, Scalar, Tensor};
    ///
    /// /// One term of Rosenbrock's function.
    /// #[derive(Clone, Copy, Debug)]
    /// struct Term;
    ///
    /// impl Pointwise<2> for Term {
    ///     #[inline(always)]
    ///     fn at<T: Scalar>(self, [x, next]: [T; 2]) -> T {
    ///         (next - x.square()).square().scale(100.0) + x.shift(-1.0).square()
    ///     }
    /// }
    ///
    /// let tape = ArrayTape::<f64>::new();
    /// let x = tape.var(&array![1.0, 2.0, 3.0]);
    /// let y = Tensor::pointwise([x.slice(0, 0..2), x.slice(0, 1..3)], Term).sum();
    /// assert_eq!(y.item(), 100.0 + 101.0);
    /// assert_eq!(y.gradient().wrt(x), array![-400.0, 1002.0, -200.0].into_dyn());
    /// // The sum over all pairs of neighbours.
    /// assert_eq!(x.window_sum(Term).gradient().wrt(x), y.gradient().wrt(x));
    /// ```
    ///
    /// # Panics
    /// If the shapes differ, or there is no operand.
    #[track_caller]
    pub fn pointwise<const K: usize>(operands: [Self; K], f: impl Pointwise<K>) -> Self {
        let [first, others @ ..] = &operands[..] else {
            panic!("pointwise: there must be at least one operand")
        };
        first.apply(others, Fused(f))
    }

    /// The sum of the formula `f` over all windows of `K` neighbours of a vector; shapes
    /// `(n) -> ()`. Only the sum is written to memory.
    ///
    /// # Panics
    /// If this array is not a vector, or shorter than a window.
    #[track_caller]
    pub fn window_sum<const K: usize>(self, f: impl Pointwise<K>) -> Self {
        self.apply(&[], WindowSum(f))
    }
}
