//! The numbers of a model: one flat buffer, seen through a layout.

use crate::layout::{Layout, Parameter, Slot};
use ndarray::{ArrayViewD, IxDyn};
use std::sync::Arc;
use wengert_ad::{ArrayTape, Element, Tensor};

/// The parameters of a model: one flat buffer with named, shaped views.
///
/// Cloning shares the buffer until one of the clones is written to.
#[derive(Clone, Debug, PartialEq)]
pub struct Params<T = f32> {
    layout: Arc<Layout>,
    values: Arc<Vec<T>>,
}

impl<T: Element> Params<T> {
    /// The numbers `values`, laid out as `layout` says.
    ///
    /// # Panics
    /// If there are more or fewer than the layout holds.
    #[track_caller]
    pub fn new(layout: Arc<Layout>, values: Vec<T>) -> Self {
        let (want, have) = (layout.len(), values.len());
        assert!(want == have, "params: the layout holds {want} numbers, {have} were given");
        Self { layout, values: Arc::new(values) }
    }

    /// Which number stands where.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// All numbers.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// All numbers, to be changed. Copies them if a clone or a tape still shares them.
    pub fn values_mut(&mut self) -> &mut [T] {
        Arc::<Vec<T>>::make_mut(&mut self.values)
    }

    /// The number of numbers.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The parameter of this name, in its shape.
    pub fn get(&self, name: &str) -> Option<ArrayViewD<'_, T>> {
        self.layout.find(name).map(|parameter| self.view(parameter))
    }

    /// All parameters, by name, in their shapes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, ArrayViewD<'_, T>)> {
        self.layout.parameters().iter().map(|parameter| (parameter.name.as_str(), self.view(parameter)))
    }

    fn view(&self, parameter: &Parameter) -> ArrayViewD<'_, T> {
        let elements = &self.values[parameter.range.clone()];
        ArrayViewD::from_shape(IxDyn(&parameter.shape), elements).expect("a range is as long as its shape")
    }

    /// Puts the parameters on a tape as variables, without copying them. A sweep
    /// [into a flat gradient](Tensor::gradient_into) uses the same layout.
    pub fn bind<'t>(&self, tape: &'t ArrayTape<T>) -> Bound<'t, T> {
        self.bind_as(tape, true)
    }

    /// Puts the parameters on a tape as constants: for evaluation, where no derivative is wanted.
    pub fn bind_constant<'t>(&self, tape: &'t ArrayTape<T>) -> Bound<'t, T> {
        self.bind_as(tape, false)
    }

    fn bind_as<'t>(&self, tape: &'t ArrayTape<T>, active: bool) -> Bound<'t, T> {
        let first = tape.len();
        for parameter in self.layout.parameters() {
            tape.shared(&self.values, parameter.range.clone(), &parameter.shape, active);
        }
        Bound { tape, first }
    }
}

/// The parameters of a model on a tape.
#[derive(Clone, Copy, Debug)]
pub struct Bound<'t, T = f32> {
    tape: &'t ArrayTape<T>,
    first: usize,
}

impl<'t, T: Element> Bound<'t, T> {
    /// The parameter that was declared as `slot`.
    pub fn get(&self, slot: Slot) -> Tensor<'t, T> {
        self.tape.nth(self.first + slot.0)
    }
}
