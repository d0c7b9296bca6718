//! Modules, and models: modules with the layout of their parameters.

use crate::bound::Bound;
use crate::layout::Layout;
use wengert_ad::{Element, Tensor};

/// A differentiable function of parameters and of a batch of inputs with one example per row.
///
/// A module is plain data: it stores the positions of its parameters, not their values. [`Bound::training`]
/// says whether a pass is a training pass or an evaluation.
///
/// The outputs for one row must not depend on the other rows, because batches are split, unless a layer
/// declares in its layout that it [mixes rows](crate::Layout::mix_rows). They must be the same in each pass
/// over the same rows; random numbers come from the [`TrainingPass`](crate::TrainingPass).
pub trait Module<T: Element = f32>: Send + Sync {
    /// The outputs for the inputs `x`, recorded on the tape of `p` and `x`.
    // Not tracked here, as every implementation would be: an operation in a module of the user is recorded,
    // and panics, with its own line. The layers of this library are tracked, and have the line that calls
    // them.
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T>;

    /// [`forward`](Self::forward), for a module behind `dyn Module`: the operations of a layer of this
    /// library have the line of this call also there. Implementations leave it as it is.
    #[track_caller]
    fn forward_tracked<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        self.forward(p, x)
    }

    /// The required number of columns of the inputs; `None` if any number is accepted, or if it is not known.
    fn input_width(&self) -> Option<usize> {
        None
    }

    /// The number of columns of the outputs for inputs with `input` columns; `None` if it is not known.
    /// [`Sequential`](crate::Sequential) and [`Residual`](crate::Residual) compare the widths that are known.
    fn output_width(&self, _input: Option<usize>) -> Option<usize> {
        None
    }
}

macro_rules! module_behind {
    ($($pointer:ty),*) => {$(
        impl<T: Element, M: Module<T> + ?Sized> Module<T> for $pointer {
            #[track_caller]
            fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
                (**self).forward_tracked(p, x)
            }
            fn input_width(&self) -> Option<usize> {
                (**self).input_width()
            }
            fn output_width(&self, input: Option<usize>) -> Option<usize> {
                (**self).output_width(input)
            }
        }
    )*};
}

module_behind!(Box<M>, &M);

/// A module and the layout of its parameters.
#[derive(Clone, Debug)]
pub struct Model<M> {
    layout: Layout,
    module: M,
}

impl<M> Model<M> {
    /// Builds a model: `build` creates the module, and its layers declare their parameters in the layout.
    pub fn new(build: impl FnOnce(&mut Layout) -> M) -> Self {
        let mut layout = Layout::new();
        let module = build(&mut layout);
        Self { layout, module }
    }

    /// The model with another module on the same parameters: `change` makes it out of the module. For a
    /// module that uses a network in its formula, such as the residual of a differential equation.
    ///
    /// ```
    /// use wengert_nn::{Architecture, InputDerivatives, Mlp};
    ///
    /// let model = Mlp::new([2, 8, 1]).into_model().map(InputDerivatives::new);
    /// assert_eq!(model.layout().len(), 2 * 8 + 8 + 8 + 1);
    /// ```
    pub fn map<N>(self, change: impl FnOnce(M) -> N) -> Model<N> {
        Model { layout: self.layout, module: change(self.module) }
    }

    pub(crate) fn from_parts(layout: Layout, module: M) -> Self {
        Self { layout, module }
    }

    /// The layout of its parameters.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The module: the function that the model computes.
    pub fn module(&self) -> &M {
        &self.module
    }

    /// Freezes the parameters whose names match the pattern: see [`Layout::freeze`].
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

/// A description that a model can be built from, such as [`Mlp`](crate::Mlp), or a [`Model`] itself.
pub trait Architecture {
    /// The module that it describes.
    type Module;
    /// Builds the module and the layout of its parameters.
    fn into_model(self) -> Model<Self::Module>;
}

impl<M> Architecture for Model<M> {
    type Module = M;
    fn into_model(self) -> Self {
        self
    }
}
