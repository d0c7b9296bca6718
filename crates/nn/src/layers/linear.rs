//! The fully connected layer.

use crate::activation_rule::ActivationRule;
use crate::bound::Bound;
use crate::init::Init;
use crate::layout::{Layout, ParameterSlot};
use crate::model::Module;
use wengert_ad::{Element, Tensor};

/// The bias of a layer: how it is initialised, or whether there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Bias {
    /// No bias.
    None,
    /// Initially 0.
    #[default]
    Zero,
    /// Initially the given number: with ReLU often 0.01, so that few units are inactive at first.
    Constant(f64),
    /// Initially random: `N(0, s^2)` for the given standard deviation `s`.
    Random(f64),
    /// The weight of an additional input that is always 1: the last row of a weight of shape
    /// `(f_in + 1, f_out)`, initialised like the other rows, with fan-in `f_in + 1`.
    Input,
}

impl Bias {
    /// The constant 0.01.
    pub const SMALL: Self = Self::Constant(0.01);
}

/// A fully connected layer: `y = x W + b`; shapes `(m, f_in) -> (m, f_out)`.
///
/// The weight has shape `(f_in, f_out)`: it is the transpose of the weight of `torch.nn.Linear`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Linear {
    weight: ParameterSlot,
    offset: Offset,
    fan_in: usize,
    fan_out: usize,
}

/// The position of the bias.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Offset {
    None,
    Added(ParameterSlot),
    LastRow,
}

impl Linear {
    /// Declares `NAME.weight` of shape `(fan_in, fan_out)`, initialised by `init`, and `NAME.bias` of shape
    /// `[fan_out]`, initially 0.
    ///
    /// # Panics
    /// If the name is taken, or a fan is 0.
    #[track_caller]
    pub fn new(layout: &mut Layout, name: &str, fan_in: usize, fan_out: usize, init: Init) -> Self {
        Self::with_bias(layout, name, [fan_in, fan_out], init, Bias::Zero)
    }

    /// The same as [`new`](Self::new) with a choice of the bias.
    ///
    /// # Panics
    /// As [`new`](Self::new); or if a number of the bias is out of its range.
    #[track_caller]
    pub fn with_bias(
        layout: &mut Layout,
        name: &str,
        [fan_in, fan_out]: [usize; 2],
        init: Init,
        bias: Bias,
    ) -> Self {
        assert!(
            fan_in > 0 && fan_out > 0,
            "linear: {name:?} has fan-in {fan_in} and fan-out {fan_out}, must both be at least 1"
        );
        let rows = if bias == Bias::Input { fan_in + 1 } else { fan_in };
        let weight = layout.parameter(&format!("{name}.weight"), &[rows, fan_out], init);
        let mut added = |init| Offset::Added(layout.parameter(&format!("{name}.bias"), &[fan_out], init));
        let offset = match bias {
            Bias::None => Offset::None,
            Bias::Zero => added(Init::Zero),
            Bias::Constant(c) => added(Init::Constant(c)),
            Bias::Random(deviation) => added(Init::Normal(deviation)),
            Bias::Input => Offset::LastRow,
        };
        Self { weight, offset, fan_in, fan_out }
    }

    /// `activation(x W + b)`: the layer followed by an elementwise rule, fused into one operation where that
    /// is possible.
    #[track_caller]
    pub fn activated<'t, T: Element>(
        &self,
        p: &Bound<'t, T>,
        x: Tensor<'t, T>,
        activation: impl ActivationRule,
    ) -> Tensor<'t, T> {
        match self.offset {
            Offset::Added(bias) => activation.apply_to_affine(x, p.get(self.weight), p.get(bias)),
            _ => activation.apply(self.forward(p, x)),
        }
    }

    /// The slot of the first parameter that the layer declares.
    pub(crate) fn first_slot(&self) -> ParameterSlot {
        self.weight
    }
}

impl<T: Element> Module<T> for Linear {
    #[track_caller]
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let weight = p.get(self.weight);
        match self.offset {
            Offset::None => x.matmul(weight),
            Offset::Added(bias) => x.affine(weight, p.get(bias)),
            Offset::LastRow => {
                let last = weight.slice(0, self.fan_in..self.fan_in + 1).reshape(&[self.fan_out]);
                x.affine(weight.slice(0, 0..self.fan_in), last)
            }
        }
    }
    fn input_width(&self) -> Option<usize> {
        Some(self.fan_in)
    }
    fn output_width(&self, _: Option<usize>) -> Option<usize> {
        Some(self.fan_out)
    }
}
