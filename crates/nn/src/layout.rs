//! Which parameters a model has, and where each stands in the flat buffer.

use crate::init::Init;
use crate::params::Params;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::ops::Range;
use std::sync::Arc;
use wengert_ad::Real;

/// One parameter array: its name, its shape, and where its numbers stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The name, with its layer's in front: `hidden.0.weight`.
    pub name: String,
    /// The extent along each axis.
    pub shape: Vec<usize>,
    /// Its numbers in the flat buffer, row-major.
    pub range: Range<usize>,
    /// How it starts.
    pub init: Init,
}

impl Parameter {
    /// `(fan-in, fan-out)`: of a weight `(f_in, f_out)` its extents; a vector has as many outputs, and one input.
    fn fans(&self) -> (usize, usize) {
        match self.shape[..] {
            [fan_in, fan_out] => (fan_in, fan_out),
            _ => (1, self.range.len()),
        }
    }
}

/// The place of a parameter in its layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(pub(crate) usize);

/// All parameters of a model, in the order they were declared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    parameters: Vec<Parameter>,
}

impl Layout {
    /// An empty layout.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a parameter.
    ///
    /// # Panics
    /// If the name is taken, or an extent is 0.
    #[track_caller]
    pub fn parameter(&mut self, name: &str, shape: &[usize], init: Init) -> Slot {
        assert!(self.find(name).is_none(), "layout: two parameters are called {name:?}");
        let elements: usize = shape.iter().product();
        assert!(elements > 0, "layout: parameter {name:?} of shape {shape:?} holds nothing");
        let start = self.len();
        let range = start..start + elements;
        self.parameters.push(Parameter { name: name.to_owned(), shape: shape.to_vec(), range, init });
        Slot(self.parameters.len() - 1)
    }

    /// The parameters, in order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameter of this name.
    pub fn find(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The length of the flat buffer: the number of trainable numbers.
    pub fn len(&self) -> usize {
        self.parameters.last().map_or(0, |last| last.range.end)
    }

    /// Whether there are no parameters.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// The parameters, each started by its initialiser. The numbers are drawn in `f64`, so that `f32` and `f64` start
    /// at the same point; each parameter has a stream of its own, so that it does not depend on the others' sizes.
    pub fn initialise<T: Real>(&self, seed: u64) -> Params<T> {
        let mut values = Vec::with_capacity(self.len());
        for (stream, parameter) in self.parameters.iter().enumerate() {
            let mut random =
                StdRng::seed_from_u64(seed ^ (stream as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let fans = parameter.fans();
            values
                .extend(parameter.range.clone().map(|_| T::literal(parameter.init.draw(fans, &mut random))));
        }
        Params::new(Arc::new(self.clone()), values)
    }
}
