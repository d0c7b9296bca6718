//! Every array primitive with operands to test it on: the samples in the list of primitives, and further
//! shapes.

mod algebra;
mod arrangements;
mod elements;
mod reductions;
mod samples;

use super::rules::{Apply, EveryMode};
use super::{draw, rng};
use ndarray::{ArrayD, IxDyn};
use rand::rngs::StdRng;
use wengert_ad::primitive::each_primitive;
use wengert_ad::{Element, Tensor};

/// A function of tensors.
pub(crate) type Function<T> = Box<dyn for<'t> Fn(&[Tensor<'t, T>]) -> Tensor<'t, T>>;

/// One primitive, applied to operands of certain shapes.
pub(crate) struct Case<T> {
    /// The type that implements the primitive.
    pub(crate) primitive: &'static str,
    /// A description for messages.
    pub(crate) label: String,
    pub(crate) inputs: Vec<ArrayD<f64>>,
    pub(crate) apply: Function<T>,
}

struct Cases<T> {
    list: Vec<Case<T>>,
    rng: StdRng,
}

/// All cases: the same ones, with the same numbers, for every element type.
pub(crate) fn cases<T: Element>() -> Vec<Case<T>>
where
    dyn EveryMode: for<'t> Apply<Tensor<'t, T>>,
{
    let mut cases = every_primitive();
    cases.rules();
    cases.list
}

/// The cases without those of each rule of the table.
pub(crate) fn cases_of_primitives<T: Element>() -> Vec<Case<T>> {
    every_primitive().list
}

fn every_primitive<T: Element>() -> Cases<T> {
    let mut cases = Cases { list: Vec::new(), rng: rng(3) };
    each_primitive(&mut cases);
    cases.products();
    cases.systems();
    cases.square_matrices();
    cases.reductions();
    cases.rearrangements();
    cases.selections();
    cases.combinations();
    cases.formulas();
    cases.losses();
    cases
}

/// Random numbers of order one in the given shape.
pub(crate) fn random(rng: &mut StdRng, shape: &[usize]) -> ArrayD<f64> {
    ArrayD::from_shape_simple_fn(IxDyn(shape), || draw(rng, (-2.0, 2.0)))
}

/// Shapes of rank 1 to 4, some with extents of 1, none empty.
const SHAPES: [&[usize]; 7] = [&[5], &[1], &[2, 3], &[3, 1], &[2, 3, 4], &[1, 2, 3], &[2, 1, 3, 2]];

impl<T: Element> Cases<T> {
    /// A case on random operands of these shapes.
    fn add(
        &mut self,
        primitive: &'static str,
        shapes: &[&[usize]],
        apply: impl for<'t> Fn(&[Tensor<'t, T>]) -> Tensor<'t, T> + 'static,
    ) {
        self.push_random(primitive, shapes, Box::new(apply));
    }

    /// A case on these operands.
    fn add_with(
        &mut self,
        primitive: &'static str,
        inputs: Vec<ArrayD<f64>>,
        apply: impl for<'t> Fn(&[Tensor<'t, T>]) -> Tensor<'t, T> + 'static,
    ) {
        self.push_numbered(primitive, inputs, Box::new(apply));
    }

    fn push_random(&mut self, primitive: &'static str, shapes: &[&[usize]], apply: Function<T>) {
        let inputs = shapes.iter().map(|shape| random(&mut self.rng, shape)).collect();
        self.push_numbered(primitive, inputs, apply);
    }

    fn push_numbered(&mut self, primitive: &'static str, inputs: Vec<ArrayD<f64>>, apply: Function<T>) {
        let shapes: Vec<_> = inputs.iter().map(ArrayD::shape).collect();
        let label = format!("{primitive}, case {} on {shapes:?}", self.list.len());
        self.push(primitive, label, inputs, apply);
    }

    fn push(&mut self, primitive: &'static str, label: String, inputs: Vec<ArrayD<f64>>, apply: Function<T>) {
        self.list.push(Case { primitive, label, inputs, apply });
    }
}
