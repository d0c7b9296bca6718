//! The part of an elementwise optimizer that differs from one to another.

use super::segment::Segment;
use crate::float::Float;
use crate::weight_decay::WeightDecay;

/// The mathematics of an optimizer that treats each parameter by itself.
///
/// A rule is the settings of a method and its formula. [`Elementwise`](crate::Elementwise) makes an
/// [`Optimizer`](crate::Optimizer) of it, and takes care of lengths, memory, weight decay, parameter
/// groups, saving, vector units and threads. All optimizers of this crate are such rules, and yours can be
/// one too:
///
/// ```
/// use wengert_optim::{Elementwise, Float, Optimizer, Rule, Segment, WeightDecay};
///
/// /// `w <- w - eta g^3`, with the last gradient in a buffer.
/// #[derive(Clone, Debug)]
/// struct Cubic;
///
/// impl Rule for Cubic {
///     const TITLE: &'static str = "Cubic";
///
///     fn name(&self, _: WeightDecay) -> &'static str {
///         "cubic"
///     }
///
///     fn buffers(&self) -> &'static [&'static str] {
///         &["last"]
///     }
///
///     fn update<F: Float>(&mut self, _: u64, rate: f64, segment: Segment<'_, F>) {
///         let eta = F::from(rate).unwrap();
///         segment.each(|g, [_last]| (eta * g * g * g, [g]));
///     }
/// }
///
/// let mut w = [1.0];
/// let mut cubic = Elementwise::from_rule(Cubic, 0.5);
/// cubic.step(&mut w, &[-1.0]);
/// assert_eq!((w, cubic.buffer("last")), ([1.5], Some(&[-1.0][..])));
/// ```
pub trait Rule: Send {
    /// The name of the method in messages: `"Adam"`.
    const TITLE: &'static str;

    /// The kind of weight decay that a group gets if the optimizer has none.
    const DECAY: WeightDecay = WeightDecay::L2(0.0);

    /// Whether [`update_compiled`](Rule::update_compiled) was compiled where the rule is defined.
    #[doc(hidden)]
    const IS_COMPILED: bool = false;

    /// The usual name of the method in lower case. It may depend on the kind of weight decay: `"adamw"`.
    fn name(&self, decay: WeightDecay) -> &'static str;

    /// The names of the buffers: each holds one number per parameter, 0 before the parameter's first step.
    fn buffers(&self) -> &'static [&'static str];

    /// The settings by name, for a saved state, except for learning rate and weight decay.
    fn settings(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// Moves parameters that take their step number `t`, counted from 1, at the learning rate `rate`:
    /// computes what they have in common, and passes the formula to [`Segment::each`].
    ///
    /// The rule is borrowed mutably only so that it can cache what is expensive to compute. What it caches
    /// must follow from `t` and the settings alone, since it is not saved.
    fn update<F: Float>(&mut self, t: u64, rate: f64, segment: Segment<'_, F>);

    /// Whether the result of the method is an average of its points: see
    /// [`Optimizer::has_average`](crate::Optimizer::has_average).
    const HAS_AVERAGE: bool = false;

    /// Writes the average of `parameters` that have taken steps. They begin at `start` in the buffers.
    fn average<F: Float>(&self, parameters: &[F], buffers: &[Vec<F>], start: usize, average: &mut [F]) {
        let _ = (buffers, start);
        average.copy_from_slice(parameters);
    }

    /// [`update`](Rule::update), in versions for `f32` and `f64` that were compiled with the rule if it
    /// asks for that.
    #[doc(hidden)]
    fn update_compiled<F: Float>(&mut self, t: u64, rate: f64, segment: Segment<'_, F>) {
        self.update(t, rate, segment);
    }
}

/// Inside the implementation of [`Rule`]: compiles its update in this crate, so that steps are fast even in
/// a development build of the user's crate.
macro_rules! compiled_update {
    ($rule:ident) => {
        const IS_COMPILED: bool = true;

        fn update_compiled<F: $crate::Float>(&mut self, t: u64, rate: f64, segment: $crate::Segment<'_, F>) {
            $crate::float::compiled_here!(
                F: $rule::update(rule: &mut $rule, t: u64, rate: f64, segment: $crate::Segment<'_, F>)
            )(self, t, rate, segment)
        }
    };
}
pub(crate) use compiled_update;
