//! Penalties on the size of parameters.

use crate::bound::Bound;
use crate::layout::{Layout, ParameterSlot};
use crate::pattern::matches;
use wengert_ad::{Element, Elementary, Tensor};

/// A penalty that is added to the mean loss: `l1 sum |w| + l2 sum w^2` over the parameters it is for.
///
/// There is no 1/2: the gradient of the second part is `2 l2 w`. PyTorch's `weight_decay` adds `weight_decay w` to the
/// gradient, so it is `2 l2`. With adaptive optimizers, a penalty differs from decoupled weight decay.
#[derive(Clone, Debug, PartialEq)]
pub struct Regulariser {
    l1: f64,
    l2: f64,
    pattern: String,
    biases: bool,
}

impl Regulariser {
    /// `strength sum |w|`, as in the lasso; the derivative at 0 is 0.
    ///
    /// # Panics
    /// If `strength` is negative, infinite or NaN.
    #[track_caller]
    pub fn l1(strength: f64) -> Self {
        Self::elastic(strength, 0.0)
    }

    /// `strength sum w^2`, as in ridge regression.
    ///
    /// # Panics
    /// If `strength` is negative, infinite or NaN.
    #[track_caller]
    pub fn l2(strength: f64) -> Self {
        Self::elastic(0.0, strength)
    }

    /// Both, as in the elastic net (Zou and Hastie 2005).
    ///
    /// # Panics
    /// If a strength is negative, infinite or NaN.
    #[track_caller]
    pub fn elastic(l1: f64, l2: f64) -> Self {
        for (name, strength) in [("l1", l1), ("l2", l2)] {
            let fits = strength >= 0.0 && strength.is_finite();
            assert!(fits, "regulariser: the strength of {name} is {strength}, must be in [0, inf)");
        }
        Self { l1, l2, pattern: "*".to_owned(), biases: true }
    }

    /// For the parameters alone whose names match the [pattern](matches()).
    #[must_use]
    pub fn only(self, pattern: &str) -> Self {
        Self { pattern: pattern.to_owned(), ..self }
    }

    /// Not for biases: parameters whose names end in `bias`.
    #[must_use]
    pub fn without_biases(self) -> Self {
        Self { biases: false, ..self }
    }

    /// The penalty on the parameters of a layout.
    ///
    /// # Panics
    /// If it is for none of them.
    #[track_caller]
    pub fn on(&self, layout: &Layout) -> Penalty {
        let wanted = |name: &str| {
            matches(&self.pattern, name) && (self.biases || !(name == "bias" || name.ends_with(".bias")))
        };
        let found = layout.parameters().iter().enumerate().filter(|(_, entry)| wanted(&entry.name));
        let slots: Vec<ParameterSlot> = found.map(|(i, _)| ParameterSlot(i)).collect();
        let (pattern, names) = (&self.pattern, layout.names());
        assert!(!slots.is_empty(), "regulariser: it is for no parameter: {pattern:?} of {names}");
        Penalty { l1: self.l1, l2: self.l2, slots }
    }
}

/// A [`Regulariser`] on the parameters of one layout.
#[derive(Clone, Debug, PartialEq)]
pub struct Penalty {
    l1: f64,
    l2: f64,
    slots: Vec<ParameterSlot>,
}

impl Penalty {
    /// `l1 sum |w| + l2 sum w^2`, recorded on the tape of the parameters.
    pub fn value<'t, T: Element>(&self, p: &Bound<'t, T>) -> Tensor<'t, T> {
        let zero = p.tape().constant_from(&[], |buffer| buffer.push(T::constant(0.0)));
        let parameters = self.slots.iter().map(|&slot| p.get(slot));
        parameters.fold(zero, |mut sum, w| {
            if self.l1 > 0.0 {
                sum += w.norm_l1() * self.l1;
            }
            if self.l2 > 0.0 {
                sum += w.square().sum() * self.l2;
            }
            sum
        })
    }
}
