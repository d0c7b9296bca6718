//! Sample layers for tests that walk the list of all layers.

use crate::layout::Layout;
use crate::model::{Model, Module};
use wengert_ad::Element;

/// The inputs that a sample layer takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerInputs {
    /// Any numbers; the outputs are differentiable with respect to them.
    Numbers,
    /// Whole numbers below `count`, without a derivative.
    Indices {
        /// The number of indices.
        count: usize,
    },
}

/// A layer of this crate with settings for a test. Its parameters have names that begin with `layer.`.
#[derive(Clone, Copy, Debug)]
pub struct LayerSample<T: Element = f64> {
    /// The name of the type.
    pub name: &'static str,
    /// The inputs it takes.
    pub inputs: LayerInputs,
    pub(super) build: fn(&mut Layout, usize) -> Box<dyn Module<T>>,
}

impl<T: Element> LayerSample<T> {
    /// The layer for inputs with `width` columns; its parameters are declared in the layout.
    pub fn layer(&self, layout: &mut Layout, width: usize) -> Box<dyn Module<T>> {
        (self.build)(layout, width)
    }

    /// The layer for inputs with `width` columns, as a model.
    pub fn model(&self, width: usize) -> Model<Box<dyn Module<T>>> {
        Model::new(|layout| self.layer(layout, width))
    }
}
