//! Schedules from your own functions.

use std::fmt;

use super::schedule::{Schedule, Shape};

impl Schedule {
    /// Your function of the step number.
    ///
    /// It should return rates in `[0, inf)`; optimizers refuse others.
    #[must_use]
    pub fn custom(rate: impl Fn(u64) -> f64 + Send + Sync + 'static) -> Self {
        Self::of(Custom(rate))
    }
}

struct Custom<F>(F);

impl<F: Fn(u64) -> f64 + Send + Sync> Shape for Custom<F> {
    fn rate(&self, t: u64) -> f64 {
        (self.0)(t)
    }
}

impl<F> fmt::Debug for Custom<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Custom(a function)")
    }
}
