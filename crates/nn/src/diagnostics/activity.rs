//! The activity of ReLU units: dead and always active ones.

use super::observed;
use crate::model::Module;
use crate::params::Params;
use ndarray::Array2;
use std::fmt;
use std::panic::Location;
use wengert_ad::primitive::{Primitive, View};
use wengert_ad::tape::TapeObserver;
use wengert_ad::{Element, Real};

/// The activity of the units of one ReLU layer on a set of examples. A unit is on if its output is positive,
/// off if it is 0, and neither if it is NaN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerActivity {
    /// The index of the layer among the ReLU layers, from 0.
    pub layer: usize,
    /// The number of examples.
    pub examples: usize,
    /// For each unit, the number of examples for which it is on.
    pub on: Vec<usize>,
    /// For each unit, the number of examples for which its output is NaN.
    pub nan: Vec<usize>,
}

impl LayerActivity {
    /// The units that are off for every example. The gradient with respect to their weights and biases, and
    /// to the weights of their outputs, is exactly zero on these examples.
    ///
    /// A unit of the first hidden layer that is dead on all training examples remains so: its inputs are the
    /// data, so that only weight decay, or the momentum from before it died, still moves it. A dead unit of a
    /// later layer may come back to life, because the layers before it still change its inputs.
    pub fn dead(&self) -> Vec<usize> {
        self.units(|on, nan| on + nan == 0)
    }

    /// The units that are on for every example. On these examples they are linear functions of their inputs.
    pub fn always_on(&self) -> Vec<usize> {
        self.units(|on, _| on == self.examples)
    }

    fn units(&self, which: impl Fn(usize, usize) -> bool) -> Vec<usize> {
        (0..self.on.len()).filter(|&unit| which(self.on[unit], self.nan[unit])).collect()
    }

    /// The fraction of units that are dead.
    pub fn dead_share(&self) -> f64 {
        self.dead().len() as f64 / self.on.len() as f64
    }

    /// The fraction of units that are always on.
    pub fn always_on_share(&self) -> f64 {
        self.always_on().len() as f64 / self.on.len() as f64
    }
}

impl fmt::Display for LayerActivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layer, examples, on, nan } = self;
        let [dead, always_on] = [self.dead_share(), self.always_on_share()].map(|share| 100.0 * share);
        write!(
            f,
            "relu {layer}: {} units on {examples} examples, {dead:.1} % dead, {always_on:.1} % always on",
            on.len()
        )?;
        match nan.iter().filter(|&&examples| examples > 0).count() {
            0 => Ok(()),
            units => write!(f, ", {units} NaN on some"),
        }
    }
}

/// The activity of every ReLU layer of a module on the examples `x`, one per row, in the order of
/// computation.
///
/// # Panics
/// If there are no examples.
#[track_caller]
pub fn relu_activity<T: Real>(
    module: &impl Module<T>,
    params: &Params<T>,
    x: &Array2<T>,
) -> Vec<LayerActivity> {
    assert!(x.nrows() > 0, "relu activity: there are no examples; it needs at least one");
    observed(module, params, x, Activity::default()).layers
}

#[derive(Clone, Debug, Default)]
struct Activity {
    layers: Vec<LayerActivity>,
}

impl<T: Element> TapeObserver<T> for Activity {
    fn on_operation(
        &mut self,
        primitive: &mut dyn Primitive<T>,
        _: &[View<'_, T>],
        y: View<'_, T>,
        _: &'static Location<'static>,
    ) {
        let ("relu", &[examples, units]) = (primitive.name(), y.shape) else { return };
        let count = |is_counted: fn(f64) -> bool| {
            let mut counts = vec![0; units];
            for row in y.data.chunks_exact(units.max(1)) {
                counts
                    .iter_mut()
                    .zip(row)
                    .for_each(|(count, y)| *count += usize::from(is_counted(y.value())));
            }
            counts
        };
        let (on, nan) = (count(|y| y > 0.0), count(f64::is_nan));
        self.layers.push(LayerActivity { layer: self.layers.len(), examples, on, nan });
    }
}
