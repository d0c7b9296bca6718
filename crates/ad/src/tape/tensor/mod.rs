//! The handle on a recorded array, and the operations it offers: by topic, in the files of this folder.

mod algebra;
mod arrange;
mod reduce;
mod select;

use super::array::{ArrayTape, elements};
use super::mixed_tapes;
use super::sweep::ArrayGradient;
use crate::kernels::Element;
use crate::number::{Binary, Operand, Unary};
use crate::primitive::{CrossEntropy, IndexedCrossEntropy, Map, Primitive, Shape, Zip};
use crate::rules::{Elementary, infix_operators};
use ndarray::{ArrayD, IxDyn};
use std::cell::Ref;

/// An array recorded on a tape: a `Copy` handle.
///
/// It offers the operators, every function of [`Elementary`](crate::Elementary) and
/// [`Arithmetic`](crate::Arithmetic), elementwise, and the array operations below. Operands of different shapes are an
/// error: broadcasting is asked for with [`broadcast_to`](Self::broadcast_to).
pub struct Tensor<'t, T = f32> {
    pub(in crate::tape) tape: &'t ArrayTape<T>,
    pub(in crate::tape) node: u32,
}

impl<T> Clone for Tensor<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Tensor<'_, T> {}

impl<T: Element> std::fmt::Debug for Tensor<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tensor {{ node: {}, shape: {:?} }}", self.node, self.shape().as_slice())
    }
}

impl<'t, T: Element> Tensor<'t, T> {
    pub(in crate::tape) fn new(tape: &'t ArrayTape<T>, node: u32) -> Self {
        Self { tape, node }
    }

    /// The tape it is recorded on.
    pub fn tape(self) -> &'t ArrayTape<T> {
        self.tape
    }

    /// How many nodes were recorded before it: [`ArrayTape::nth`] finds it by that.
    pub fn number(self) -> usize {
        self.node as usize
    }

    /// The extent along each axis.
    pub fn shape(self) -> Shape {
        self.tape.list.borrow().view(self.node).shape.into()
    }

    /// A copy of the value.
    pub fn value(self) -> ArrayD<T> {
        let elements = elements(self.tape, self.node).to_vec();
        ArrayD::from_shape_vec(IxDyn(&self.shape()), elements).expect("a node's buffer has its shape")
    }

    /// The elements, row-major, without a copy. Nothing can be recorded while they are borrowed.
    pub fn elements(self) -> Ref<'t, [T]> {
        elements(self.tape, self.node)
    }

    /// The value of an array with one element.
    ///
    /// # Panics
    /// If it has another number of elements.
    #[track_caller]
    pub fn item(self) -> T {
        let elements = self.elements();
        assert!(
            elements.len() == 1,
            "item: an array of shape {:?} is not one number",
            self.shape().as_slice()
        );
        elements[0]
    }

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

    /// The array after all steps: `step` for each of `layers` in turn, as [`fold`](Iterator::fold). What is computed on the way must
    /// not be used outside: a tape [for inference](ArrayTape::for_inference) forgets it, each step's when the next is done, so that
    /// no more than two outputs are held at a time.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::{ArrayTape, Elementary};
    ///
    /// let tape = ArrayTape::<f64>::for_inference();
    /// let weights = [array![[1.0, -2.0], [0.5, 1.0]], array![[2.0, 0.0], [1.0, 1.0]]].map(|w| tape.constant(&w));
    /// let y = tape.constant(&array![[1.0, 3.0]]).through(weights, |x, weight| x.matmul(weight).relu());
    /// assert_eq!(y.value(), array![[6.0, 1.0]].into_dyn());
    /// ```
    #[must_use]
    pub fn through<L>(
        self,
        layers: impl IntoIterator<Item = L>,
        mut step: impl FnMut(Self, L) -> Self,
    ) -> Self {
        let Some(first) = self.tape.end_of_inference() else { return layers.into_iter().fold(self, step) };
        layers.into_iter().fold(self, |x, layer| {
            let y = step(x, layer);
            self.tape.forget(first, y.node);
            y
        })
    }

    /// Records any primitive, one of the user's own too, with this array as first operand and `others` after it.
    ///
    /// # Panics
    /// If the shapes are not what the primitive needs, or the operands live on different tapes.
    #[track_caller]
    pub fn apply(self, others: &[Self], primitive: impl Primitive<T> + Clone) -> Self {
        let again = primitive.clone();
        self.apply_with(others, || primitive, |kept| *kept = again)
    }

    /// As [`apply`](Self::apply), for a primitive that owns buffers: `new` makes one where none is left from an
    /// earlier recording on this tape; `configure` readies it, either way.
    #[track_caller]
    pub fn apply_with<P: Primitive<T>>(
        self,
        others: &[Self],
        new: impl FnOnce() -> P,
        configure: impl FnOnce(&mut P),
    ) -> Self {
        if let Some(other) = others.iter().find(|other| !std::ptr::eq(self.tape, other.tape)) {
            mixed_tapes(new().name(), self.tape.made_at, other.tape.made_at);
        }
        let parents = (0..others.len() + 1).map(|i| if i == 0 { self.node } else { others[i - 1].node });
        self.tape.apply(parents, new, configure)
    }
}

/// Losses on logits.
impl<T: Element> Tensor<'_, T> {
    /// Cross-entropy of each row of logits against its class; shapes `(m, n) -> (m)`, one label a row.
    #[track_caller]
    pub fn cross_entropy(self, labels: &[u32]) -> Self {
        self.indexed_cross_entropy(labels, false)
    }

    /// The sum of the rows' [cross-entropies](Self::cross_entropy), in one operation; shapes `(m, n) -> ()`.
    #[track_caller]
    pub fn total_cross_entropy(self, labels: &[u32]) -> Self {
        self.indexed_cross_entropy(labels, true)
    }

    #[track_caller]
    fn indexed_cross_entropy(self, labels: &[u32], total: bool) -> Self {
        self.apply_with(&[], IndexedCrossEntropy::default, |loss| {
            loss.labels.clear();
            loss.labels.extend_from_slice(labels);
            loss.total = total;
        })
    }

    /// Cross-entropy of each row of logits against a row of probabilities; shapes `(m, n) (m, n) -> (m)`.
    #[track_caller]
    pub fn cross_entropy_with(self, probabilities: Self) -> Self {
        self.apply(&[probabilities], CrossEntropy)
    }
}

impl<T: Element> Operand for Tensor<'_, T> {
    #[track_caller]
    fn unary<R: Unary>(self, rule: R) -> Self {
        self.apply(&[], Map(rule))
    }
    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        self.apply(&[rhs], Zip(rule))
    }
}

infix_operators!(['t, T: Element] Tensor<'t, T>);
