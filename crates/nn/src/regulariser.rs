//! Regularisation: penalties on the size of parameters.

use crate::bound::Bound;
use crate::layout::{Layout, ParameterSlot};
use crate::pattern::NamePattern;
use wengert_ad::{Element, Elementary, Tensor};
use wengert_kernels::validate::assert_non_negative;

/// A penalty that is added to the mean loss: `l1 sum |w| + l2 sum w^2` over the selected parameters, by
/// default all.
///
/// There is no factor 1/2: the gradient of the second term is `2 l2 w`. PyTorch's `weight_decay` adds
/// `weight_decay w` to the gradient, so `weight_decay = 2 l2`. With adaptive optimizers, a penalty differs
/// from decoupled weight decay. Training refuses a parameter that both a penalty with `l2` and the weight
/// decay of the optimizer would shrink.
#[derive(Clone, Debug, PartialEq)]
pub struct Regulariser {
    l1: f64,
    l2: f64,
    pattern: String,
    biases: bool,
}

impl Regulariser {
    /// The penalty `strength sum |w|` of the lasso; its derivative at 0 is 0.
    ///
    /// # Panics
    /// If `strength` is negative, infinite or NaN.
    #[track_caller]
    pub fn l1(strength: f64) -> Self {
        Self::elastic(strength, 0.0)
    }

    /// The penalty `strength sum w^2` of ridge regression.
    ///
    /// # Panics
    /// If `strength` is negative, infinite or NaN.
    #[track_caller]
    pub fn l2(strength: f64) -> Self {
        Self::elastic(0.0, strength)
    }

    /// The penalty `l1 sum |w| + l2 sum w^2` of the elastic net (Zou and Hastie 2005).
    ///
    /// # Panics
    /// If a strength is negative, infinite or NaN.
    #[track_caller]
    pub fn elastic(l1: f64, l2: f64) -> Self {
        assert_non_negative("regulariser: the strength of l1", l1);
        assert_non_negative("regulariser: the strength of l2", l2);
        Self { l1, l2, pattern: "*".to_owned(), biases: true }
    }

    /// Selects the parameters whose names match the [pattern](NamePattern).
    #[must_use]
    pub fn only(self, pattern: &str) -> Self {
        Self { pattern: pattern.to_owned(), ..self }
    }

    /// Excludes biases: parameters whose names end in `bias`.
    #[must_use]
    pub fn without_biases(self) -> Self {
        Self { biases: false, ..self }
    }

    /// The strength of the squares, `l2`.
    pub fn l2_strength(&self) -> f64 {
        self.l2
    }

    /// The penalty on the selected parameters of a layout.
    ///
    /// # Panics
    /// If no parameter is selected.
    #[track_caller]
    pub fn on(&self, layout: &Layout) -> Penalty {
        let pattern = NamePattern::new(&self.pattern);
        let selected = |name: &str| {
            pattern.matches(name) && (self.biases || !(name == "bias" || name.ends_with(".bias")))
        };
        let found = layout.parameters().iter().enumerate().filter(|(_, entry)| selected(&entry.name));
        let slots: Vec<ParameterSlot> = found.map(|(i, _)| ParameterSlot(i)).collect();
        let (pattern, names) = (&self.pattern, layout.name_list());
        assert!(!slots.is_empty(), "regulariser: no parameter matches {pattern:?}; the names are {names}");
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
    /// The factor of `sum w^2` for the parameter with this index in the [layout](Layout::parameters); 0 if
    /// the parameter is not selected.
    pub fn l2_of(&self, parameter: usize) -> f64 {
        if self.slots.iter().any(|slot| slot.0 == parameter) { self.l2 } else { 0.0 }
    }

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
