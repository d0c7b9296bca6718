//! What distinguishes one elementwise optimizer from another.

use crate::{Decay, Float, Stretch};

/// The mathematics of an optimizer that treats each parameter alone.
///
/// A rule is the settings of a method and its formula; [`Elementwise`](crate::Elementwise) makes an
/// [`Optimizer`](crate::Optimizer) of it, and takes care of lengths, memory, weight decay, groups, saving, vector
/// units and threads. Every optimizer of this crate is such a rule, and so can be yours:
///
/// ```
/// use wengert_optim::{Elementwise, Float, Optimizer, Rule, Stretch};
///
/// /// `w <- w - eta g^3`, and the last gradient is kept to look at.
/// #[derive(Clone, Debug)]
/// struct Cubic;
///
/// impl Rule for Cubic {
///     const TITLE: &'static str = "Cubic";
///
///     fn name(&self, _: wengert_optim::Decay) -> &'static str {
///         "cubic"
///     }
///
///     fn kept(&self) -> &'static [&'static str] {
///         &["last"]
///     }
///
///     fn sweep<F: Float>(&mut self, _: u64, rate: f64, stretch: Stretch<'_, F>) {
///         let eta = F::from(rate).unwrap();
///         stretch.each(|g, [_last]| (eta * g * g * g, [g]));
///     }
/// }
///
/// let mut w = [1.0];
/// let mut cubic = Elementwise::from_rule(Cubic, 0.5);
/// cubic.step(&mut w, &[-1.0]);
/// assert_eq!((w, cubic.kept("last")), ([1.5], Some(&[-1.0][..])));
/// ```
pub trait Rule: Send {
    /// How messages call the method: `"Adam"`.
    const TITLE: &'static str;

    /// The kind of weight decay that a group asks for if the optimizer has none.
    const DECAY: Decay = Decay::L2(0.0);

    /// The method's usual name in lower case; it may depend on the kind of weight decay, as in `"adamw"`.
    fn name(&self, decay: Decay) -> &'static str;

    /// The names of the numbers kept for each parameter, all 0 before its first step.
    fn kept(&self) -> &'static [&'static str];

    /// The settings by name, for a saved state, without learning rate and weight decay.
    fn settings(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// Moves parameters that take their step number `t`, counted from 1, at the learning rate `eta`: computes what
    /// they have in common and hands the formula to [`Stretch::each`].
    ///
    /// The rule is borrowed mutably only so that it can keep what is costly to compute again. What it keeps must
    /// follow from `t` and the settings alone, since it is not saved.
    fn sweep<F: Float>(&mut self, t: u64, eta: f64, stretch: Stretch<'_, F>);
}
