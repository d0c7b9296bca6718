//! The normalisation of the hidden layers of a perceptron.

use crate::bound::Bound;
#[cfg(not(wengert_engine = "playground"))]
use crate::layers::{BatchNorm, LayerNorm};
use crate::layout::Layout;
#[cfg(not(wengert_engine = "playground"))]
use crate::model::Module;
#[cfg(wengert_engine = "playground")]
use absent::{Absent as BatchNorm, Absent as LayerNorm};
use wengert_ad::{Element, Tensor};

/// The normalisation after each hidden linear layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalisation {
    /// No normalisation.
    #[default]
    None,
    /// [`BatchNorm`](crate::BatchNorm). It subtracts the mean, so the bias of the linear layer has no effect
    /// and gradient 0; [`Bias::None`](crate::Bias::None) omits it.
    Batch,
    /// [`LayerNorm`](crate::LayerNorm).
    Layer,
}

/// The layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum NormalisationLayer {
    None,
    Batch(BatchNorm),
    Layer(LayerNorm),
}

impl NormalisationLayer {
    /// The layer after the linear layer `name`, which has `width` outputs.
    #[cfg_attr(wengert_engine = "playground", allow(unreachable_code, reason = "there is no such layer"))]
    #[track_caller]
    pub(crate) fn new(kind: Normalisation, layout: &mut Layout, name: &str, width: usize) -> Self {
        let name = format!("{name}.norm");
        match kind {
            Normalisation::None => Self::None,
            Normalisation::Batch => Self::Batch(BatchNorm::new(layout, &name, width)),
            Normalisation::Layer => Self::Layer(LayerNorm::new(layout, &name, width)),
        }
    }

    #[track_caller]
    pub(crate) fn forward<'t, T: Element>(self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        match self {
            Self::None => x,
            Self::Batch(norm) => norm.forward(p, x),
            Self::Layer(norm) => norm.forward(p, x),
        }
    }
}

/// The engine of the playground, whose networks have no normalisation.
#[cfg(wengert_engine = "playground")]
mod absent {
    use super::{Bound, Element, Layout, Tensor};

    /// A layer that this build does not have.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(crate) enum Absent {}

    impl Absent {
        #[track_caller]
        pub(super) fn new(_: &mut Layout, name: &str, _: usize) -> Self {
            panic!("{name}: this program is compiled without normalisation (wengert_engine = \"playground\")")
        }

        pub(super) fn forward<'t, T: Element>(self, _: &Bound<'t, T>, _: Tensor<'t, T>) -> Tensor<'t, T> {
            match self {}
        }
    }
}
