//! The derivatives that a reverse sweep over an array tape leaves.

use super::adjoints::{Lent, Sweep};
use super::sweep::pull_back;
use super::tape::ArrayTape;
use super::tensor::Tensor;
use crate::kernels::Element;
use ndarray::{ArrayD, IxDyn};

impl<'t, T: Element> Tensor<'t, T> {
    /// The derivatives of this one number by everything it was computed from: one reverse sweep.
    ///
    /// # Panics
    /// If it is not a single number. Use [`vjp`](Self::vjp) with a cotangent for arrays.
    #[track_caller]
    pub fn gradient(self) -> ArrayGradient<'t, T> {
        self.expect_one_number("gradient");
        ArrayGradient::new(self.tape, self.tape.sweep(self.node, &[T::constant(1.0)], None), self.node)
    }

    /// Vector-Jacobian product: the derivatives of `<cotangent, self>`, the cotangent row-major.
    ///
    /// # Panics
    /// If the cotangent has another number of elements.
    #[track_caller]
    pub fn vjp(self, cotangent: &[T]) -> ArrayGradient<'t, T> {
        let (have, shape) = (cotangent.len(), self.shape());
        let want: usize = shape.iter().product();
        assert!(
            have == want,
            "vjp: the output of shape {shape:?} needs {want} cotangents, {have} were given"
        );
        ArrayGradient::new(self.tape, self.tape.sweep(self.node, cotangent, None), self.node)
    }

    /// The reverse sweep of `factor * self`, the derivatives by [shared](ArrayTape::shared) variables written straight
    /// to their ranges of `flat`; those without a path to `self` become 0.
    ///
    /// # Panics
    /// If `self` is not a single number, or a shared range lies outside `flat`.
    #[track_caller]
    pub fn gradient_into(self, factor: T, flat: &mut [T]) {
        self.expect_one_number("gradient_into");
        let sweep = self.tape.sweep(self.node, &[factor], Some(flat));
        self.tape.sweeps.replace(sweep);
    }

    #[track_caller]
    pub(in crate::tape) fn expect_one_number(self, asked: &str) {
        let one = self.elements().len() == 1;
        assert!(
            one,
            "{asked}: the output has shape {:?}, but only a single number has a gradient",
            self.shape().as_slice()
        );
    }
}

impl<T: Element> ArrayTape<T> {
    /// As [`gradient_into`](Tensor::gradient_into) of the node with this [number](Tensor::number), and then [`clear`](Self::clear). The
    /// values are not needed any more, so that adjoints may take their places: it takes less memory.
    ///
    /// ```
    /// use ndarray::array;
    /// use std::sync::Arc;
    /// use wengert_ad::ArrayTape;
    ///
    /// let (mut tape, weights) = (ArrayTape::<f64>::new(), Arc::new(vec![0.5, 0.25]));
    /// let weight = tape.shared(&weights, 0..2, &[2, 1], true);
    /// let total = tape.constant(&array![[1.0, 2.0], [3.0, 4.0]]).matmul(weight).sum().number();
    /// let mut gradient = [0.0; 2];
    /// tape.finish(total, 1.0, &mut gradient);
    /// assert_eq!(gradient, [4.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// As [`nth`](Self::nth) and [`gradient_into`](Tensor::gradient_into).
    #[track_caller]
    pub fn finish(&mut self, number: usize, factor: T, flat: &mut [T]) {
        let output = self.nth(number);
        output.expect_one_number("finish");
        if self.observer.borrow().is_some() {
            output.gradient_into(factor, flat);
        } else {
            let list = &mut *self.list.borrow_mut();
            let sweep = pull_back(Lent::ToUse(list), self, output.node, &[factor], Some(flat));
            self.sweeps.replace(sweep);
        }
        self.clear();
    }
}

/// The derivatives of one output by every array recorded before it.
#[derive(Debug)]
pub struct ArrayGradient<'t, T: Element = f32> {
    tape: &'t ArrayTape<T>,
    sweep: Sweep<T>,
    output: u32,
}

impl<'t, T: Element> ArrayGradient<'t, T> {
    pub(super) fn new(tape: &'t ArrayTape<T>, sweep: Sweep<T>, output: u32) -> Self {
        Self { tape, sweep, output }
    }

    /// The derivative by `x`, of the shape of `x`; `None` where no path leads from `x` to the output, or `x` is a
    /// constant.
    pub fn get(&self, x: Tensor<'_, T>) -> Option<ArrayD<T>> {
        let i = x.node as usize;
        if !std::ptr::eq(self.tape, x.tape) || x.node > self.output || !self.sweep.arrived[i] {
            return None;
        }
        let elements = self.sweep.adjoint(i).to_vec();
        Some(ArrayD::from_shape_vec(IxDyn(&x.shape()), elements).expect("an adjoint has its node's shape"))
    }

    /// The derivative by `x`, of the shape of `x`.
    ///
    /// # Panics
    /// If no path leads from `x` to the output, or `x` is a constant. Use [`get`](Self::get) where that may happen.
    #[track_caller]
    pub fn wrt(&self, x: Tensor<'_, T>) -> ArrayD<T> {
        let Some(derivative) = self.get(x) else {
            panic!("gradient: the output does not depend on this variable, {x:?}")
        };
        derivative
    }
}

impl<T: Element> Drop for ArrayGradient<'_, T> {
    fn drop(&mut self) {
        self.tape.sweeps.replace(std::mem::take(&mut self.sweep));
    }
}
