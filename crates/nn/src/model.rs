//! What is computed with parameters.

use crate::bound::Bound;
use crate::layout::Layout;
use wengert_ad::{Element, Tensor};

/// A differentiable function of parameters and a batch of inputs, one example a row.
///
/// A module is plain data: it says where its parameters stand, and holds none. Whether a pass is one of training or an
/// evaluation is told by [`Bound::training`].
pub trait Module<T: Element = f32>: Send + Sync {
    /// The outputs for the inputs `x`, recorded on the tape that both live on.
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T>;

    /// The width that rows of inputs must have; `None` if any will do, or it is not known.
    fn input_width(&self) -> Option<usize> {
        None
    }

    /// The width of the rows of outputs, given that of the inputs; `None` if it is not known. What puts modules together
    /// compares the widths of neighbours where both are known.
    fn output_width(&self, _input: Option<usize>) -> Option<usize> {
        None
    }
}

/// A module and the layout of its parameters.
#[derive(Clone, Debug)]
pub struct Model<M> {
    layout: Layout,
    module: M,
}

impl<M> Model<M> {
    /// Builds the module, whose layers declare their parameters in the layout.
    pub fn new(build: impl FnOnce(&mut Layout) -> M) -> Self {
        let mut layout = Layout::new();
        let module = build(&mut layout);
        Self { layout, module }
    }

    pub(crate) fn of(layout: Layout, module: M) -> Self {
        Self { layout, module }
    }

    /// The parameters it needs.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The function.
    pub fn module(&self) -> &M {
        &self.module
    }

    /// With the parameters frozen whose names match the pattern: see [`Layout::freeze`].
    ///
    /// # Panics
    /// If nothing matches.
    #[must_use]
    #[track_caller]
    pub fn freeze(mut self, pattern: &str) -> Self {
        self.layout.freeze(pattern);
        self
    }
}

/// What a model can be made of: a description such as [`Mlp`](crate::Mlp), or a [`Model`] itself.
pub trait Architecture {
    /// The function it describes.
    type Module;
    /// The function and its parameters.
    fn into_model(self) -> Model<Self::Module>;
}

impl<M> Architecture for Model<M> {
    type Module = M;
    fn into_model(self) -> Self {
        self
    }
}
