//! The derivatives computed by a reverse sweep over an array tape.

use super::adjoints::Adjoints;
use super::sweep::{consuming_sweep, sweep};
use super::tape::ArrayTape;
use super::tensor::Tensor;
use crate::element::Element;
use crate::node_id::NodeId;
use ndarray::{ArrayD, IxDyn};
use smallvec::SmallVec;

impl<'t, T: Element> Tensor<'t, T> {
    /// The derivatives of this single number with respect to everything that it was computed from,
    /// by one reverse sweep.
    ///
    /// # Panics
    /// If it is not a single number. Use [`vjp`](Self::vjp) with a cotangent for arrays.
    #[track_caller]
    pub fn gradient(self) -> ArrayGradient<'t, T> {
        self.assert_single_number("gradient");
        self.vjp(&[T::constant(1.0)])
    }

    /// Vector-Jacobian product: the derivatives of `<cotangent, self>`, with the cotangent in
    /// row-major order.
    ///
    /// # Panics
    /// If the cotangent has another number of elements than this array.
    #[track_caller]
    pub fn vjp(self, cotangent: &[T]) -> ArrayGradient<'t, T> {
        self.assert_cotangent("vjp", cotangent.len());
        let adjoints = sweep(self.tape, self.node, cotangent, None, false);
        ArrayGradient { tape: self.tape, adjoints, output: self.node }
    }

    /// [`vjp`](Self::vjp) into a flat gradient: writes the derivatives of `<cotangent, self>` with respect to
    /// [shared](ArrayTape::shared_var) variables to their ranges of `flat`, and 0 everywhere else, as
    /// [`gradient_into`](Self::gradient_into) does for a single number.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wengert_ad::{ArrayTape, Elementary};
    ///
    /// let (tape, flat) = (ArrayTape::<f64>::new(), Arc::new(vec![1.0, 2.0, 3.0]));
    /// let y = tape.shared_var(&flat, 0..3, &[3], true).square();
    /// let mut row = [0.0; 3];
    /// y.vjp_into(&[0.0, 1.0, 0.0], &mut row);
    /// assert_eq!(row, [0.0, 4.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the cotangent has another number of elements than this array; and as `gradient_into`.
    #[track_caller]
    pub fn vjp_into(self, cotangent: &[T], flat: &mut [T]) {
        self.assert_cotangent("vjp_into", cotangent.len());
        let mut gradients = self.tape.gradients_of_one("vjp_into", flat);
        let adjoints = sweep(self.tape, self.node, cotangent, Some(&mut gradients), false);
        self.tape.adjoints.replace(adjoints);
    }

    /// Same as [`vjp_into`](Self::vjp_into) for numbers of forward mode, where only the derivatives of the
    /// highest order that the numbers of the gradient carry are needed: their other components become
    /// arbitrary.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wengert_ad::{ArrayTape, Elementary, Jet};
    ///
    /// // The second derivative of 4 x^3, which is the pullback of the cotangent 1 of x^4, along a line.
    /// let (tape, x) = (ArrayTape::new(), Arc::new(vec![Jet::<3>::variable(2.0)]));
    /// let y = tape.shared_var(&x, 0..1, &[1], true).powi(4);
    /// let mut gradient = [Jet::variable(0.0)];
    /// y.highest_derivatives_into(&[Jet::new([1.0, 0.0, 0.0])], &mut gradient);
    /// assert_eq!(gradient[0].derivatives()[2], 48.0);
    /// ```
    ///
    /// # Cost
    /// In products of matrices, the other components are left out.
    ///
    /// # Panics
    /// As `vjp_into`.
    #[track_caller]
    pub fn highest_derivatives_into(self, cotangent: &[T], flat: &mut [T]) {
        self.assert_cotangent("highest_derivatives_into", cotangent.len());
        let mut gradients = self.tape.gradients_of_one("highest_derivatives_into", flat);
        let adjoints = sweep(self.tape, self.node, cotangent, Some(&mut gradients), true);
        self.tape.adjoints.replace(adjoints);
    }

    /// The reverse sweep of `factor * self`. Writes the derivatives with respect to
    /// [shared](ArrayTape::shared_var) variables to their ranges of `flat`, and 0 everywhere else: where
    /// no path leads from a variable to `self`, where the variable is frozen, and where nothing is shared.
    ///
    /// Variables of a second buffer need [`gradients_into`](Self::gradients_into); a buffer without
    /// active variables does not count.
    ///
    /// # Panics
    /// If `self` is not a single number; if the variables come from more than one buffer, or from none
    /// unless `flat` is empty; or if `flat` does not have the length of the buffer.
    #[track_caller]
    pub fn gradient_into(self, factor: T, flat: &mut [T]) {
        self.assert_single_number("gradient_into");
        let mut gradients = self.tape.gradients_of_one("gradient_into", flat);
        let adjoints = sweep(self.tape, self.node, &[factor], Some(&mut gradients), false);
        self.tape.adjoints.replace(adjoints);
    }

    /// [`gradient_into`](Self::gradient_into) for variables of several buffers, such as the parameters of
    /// two models: one gradient per buffer, in the order in which the buffers were first
    /// [shared](ArrayTape::shared_var).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wengert_ad::ArrayTape;
    ///
    /// let (actor, critic) = (Arc::new(vec![2.0, 3.0]), Arc::new(vec![5.0, 7.0, 11.0]));
    /// let tape = ArrayTape::<f64>::new();
    /// let a = tape.shared_var(&actor, 0..2, &[2], true);
    /// let c = tape.shared_var(&critic, 1..3, &[2], true);
    /// let (mut of_actor, mut of_critic) = ([0.0; 2], [0.0; 3]);
    /// a.dot(c).gradients_into(1.0, &mut [&mut of_actor, &mut of_critic]);
    /// assert_eq!((of_actor, of_critic), ([7.0, 11.0], [0.0, 2.0, 3.0]));
    /// ```
    ///
    /// # Panics
    /// If `self` is not a single number, or the number of gradients, or the length of one, differs from
    /// the buffers.
    #[track_caller]
    pub fn gradients_into(self, factor: T, flat: &mut [&mut [T]]) {
        self.assert_single_number("gradients_into");
        self.tape.assert_gradients("gradients_into", flat);
        let adjoints = sweep(self.tape, self.node, &[factor], Some(flat), false);
        self.tape.adjoints.replace(adjoints);
    }

    #[track_caller]
    fn assert_cotangent(self, method: &str, have: usize) {
        let want = self.elements().len();
        assert!(
            have == want,
            "{method}: the output of shape {:?} needs {want} cotangents, {have} were given",
            self.shape()
        );
    }

    #[track_caller]
    fn assert_single_number(self, method: &str) {
        let single = self.elements().len() == 1;
        assert!(
            single,
            "{method}: the output has shape {:?}, but only a single number has a gradient",
            self.shape().as_slice()
        );
    }
}

/// One gradient per shared buffer; up to two without an allocation.
type Gradients<'g, T> = SmallVec<[&'g mut [T]; 2]>;

impl<T: Element> ArrayTape<T> {
    /// `flat` as the gradient of the only buffer with active variables, and empty gradients of the others.
    /// Sets what the sweep does not write to 0.
    #[track_caller]
    fn gradients_of_one<'g>(&self, method: &str, flat: &'g mut [T]) -> Gradients<'g, T> {
        let list = self.list.borrow();
        let shared = list.shared();
        let mut gradients: Gradients<'g, T> = shared.iter().map(|_| &mut [][..]).collect();
        let active = || (0..shared.len()).filter(|&buffer| shared[buffer].is_active());
        let only = active().next().or_else(|| (shared.len() == 1).then_some(0));
        assert!(
            active().count() < 2,
            "{method}: the variables come from {} shared buffers, such as the parameters of several models; \
             use gradients_into with one gradient for each, or bind the models that are not trained as \
             constants",
            active().count()
        );
        let have = flat.len();
        match only {
            Some(buffer) => {
                shared[buffer].prepare(method, flat);
                gradients[buffer] = flat;
            }
            None => assert!(
                have == 0,
                "{method}: the gradient has {have} elements, but this tape has no shared variables; bind or \
                 share the parameters as variables, or use gradient"
            ),
        }
        gradients
    }

    /// Panics unless there is one gradient per buffer, of its length. Sets what the sweep does not write
    /// to 0.
    #[track_caller]
    fn assert_gradients(&self, method: &str, flat: &mut [&mut [T]]) {
        let list = self.list.borrow();
        let (have, want) = (flat.len(), list.shared().len());
        assert!(
            have == want,
            "{method}: the variables come from {want} shared buffers, but {have} gradients were given"
        );
        list.shared().iter().zip(flat).for_each(|(shared, gradient)| shared.prepare(method, gradient));
    }

    /// [`gradient_into`](Tensor::gradient_into) from the node `output`, followed by [`clear`](Self::clear).
    ///
    /// It takes less memory than the two calls: the adjoints use the memory of values that are not
    /// needed any more.
    ///
    /// ```
    /// use ndarray::array;
    /// use std::sync::Arc;
    /// use wengert_ad::ArrayTape;
    ///
    /// let (mut tape, weights) = (ArrayTape::<f64>::new(), Arc::new(vec![0.5, 0.25]));
    /// let weight = tape.shared_var(&weights, 0..2, &[2, 1], true);
    /// let total = tape.constant(&array![[1.0, 2.0], [3.0, 4.0]]).matmul(weight).sum().node();
    /// let mut gradient = [0.0; 2];
    /// tape.gradient_into_and_clear(total, 1.0, &mut gradient);
    /// assert_eq!(gradient, [4.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// Under the conditions of [`node`](Self::node) and [`gradient_into`](Tensor::gradient_into).
    #[track_caller]
    pub fn gradient_into_and_clear(&mut self, output: NodeId, factor: T, flat: &mut [T]) {
        self.sweep_and_clear("gradient_into_and_clear", output, factor, flat, false);
    }

    /// Same as [`gradient_into_and_clear`](Self::gradient_into_and_clear) for numbers of forward mode, where
    /// only the derivatives of the highest order that the numbers of the gradient carry are needed: their
    /// other components become arbitrary. A Hessian-vector product is the tangents of the gradient with
    /// respect to variables whose tangents are the vector.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wengert_ad::{ArrayTape, Dual, Elementary};
    ///
    /// // f(x) = x_0^3 + x_1^3 at (1, 2), along (1, 1).
    /// let x = Arc::new(vec![Dual::new(1.0, 1.0), Dual::new(2.0, 1.0)]);
    /// let mut tape = ArrayTape::<Dual<f64>>::new();
    /// let total = tape.shared_var(&x, 0..2, &[2], true).powi(3).sum().node();
    /// let mut gradient = [Dual::new(0.0, 0.0); 2];
    /// tape.highest_derivatives_into_and_clear(total, Dual::new(1.0, 0.0), &mut gradient);
    /// assert_eq!(gradient.map(|g| g.tangent), [6.0, 12.0]);
    /// ```
    ///
    /// # Cost
    /// In products of matrices, the other components are left out.
    ///
    /// # Panics
    /// As `gradient_into_and_clear`.
    #[track_caller]
    pub fn highest_derivatives_into_and_clear(&mut self, output: NodeId, factor: T, flat: &mut [T]) {
        self.sweep_and_clear("highest_derivatives_into_and_clear", output, factor, flat, true);
    }

    #[track_caller]
    fn sweep_and_clear(
        &mut self,
        method: &str,
        output: NodeId,
        factor: T,
        flat: &mut [T],
        derivatives: bool,
    ) {
        let tensor = self.node(output);
        tensor.assert_single_number(method);
        if self.observer.borrow().is_some() {
            tensor.gradient_into(factor, flat);
        } else {
            let mut gradients = self.gradients_of_one(method, flat);
            let adjoints = consuming_sweep(self, output, &[factor], &mut gradients, derivatives);
            self.adjoints.replace(adjoints);
        }
        self.clear();
    }
}

/// The derivatives of one output with respect to every array recorded before it.
#[derive(Debug)]
pub struct ArrayGradient<'t, T: Element = f32> {
    tape: &'t ArrayTape<T>,
    adjoints: Adjoints<T>,
    output: NodeId,
}

impl<T: Element> ArrayGradient<'_, T> {
    /// The derivative with respect to `x`, in the shape of `x`; `None` if no path leads from `x` to
    /// the output, or `x` is a constant.
    pub fn get(&self, x: Tensor<'_, T>) -> Option<ArrayD<T>> {
        let is_own = std::ptr::eq(self.tape, x.tape);
        if !is_own || x.node > self.output || !self.adjoints.arrived[x.node.index()] {
            return None;
        }
        let elements = self.adjoints.adjoint(x.node).to_vec();
        Some(ArrayD::from_shape_vec(IxDyn(&x.shape()), elements).expect("an adjoint has its node's shape"))
    }

    /// The derivative with respect to `x`, in the shape of `x`.
    ///
    /// # Panics
    /// If no path leads from `x` to the output, or `x` is a constant. Use [`get`](Self::get) where
    /// that may happen.
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
        self.tape.adjoints.replace(std::mem::take(&mut self.adjoints));
    }
}
