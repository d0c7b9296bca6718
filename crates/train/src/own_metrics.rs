//! Metrics that a program defines itself.

use crate::trained::predict;
use ndarray::{Array2, ArrayView2};
use wengert_ad::Real;
use wengert_data::{Examples, Scaling, Targets};
use wengert_nn::{Module, Params};

/// A function of outputs and targets, in the user's units and double precision.
type Measure = Box<dyn Fn(ArrayView2<'_, f64>, &Targets<f64>) -> f64 + Send + Sync>;

/// The metrics of a program's own, by name.
#[derive(Default)]
pub(crate) struct OwnMetrics(Vec<(String, Measure)>);

impl OwnMetrics {
    pub(crate) fn add(&mut self, name: String, measure: Measure) {
        assert!(self.names().all(|known| known != name), "trainer: there are two metrics {name:?}");
        self.0.push((name, measure));
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The values for a part of the data; empty if there are no metrics, or if the part is empty.
    pub(crate) fn values<T: Real>(
        &self,
        module: &dyn Module<T>,
        params: &Params<T>,
        scaling: &Scaling,
        part: &MeasuredPart,
    ) -> Vec<f64> {
        let Some((x, targets)) = &part.0 else { return Vec::new() };
        let outputs = predict(module, params, scaling, x);
        self.0.iter().map(|(_, measure)| measure(outputs.view(), targets)).collect()
    }
}

/// A part of the data in the user's units, for the metrics; `None` if there is nothing to measure.
pub(crate) struct MeasuredPart(Option<(Array2<f64>, Targets<f64>)>);

impl MeasuredPart {
    /// The part, which is in memory if there are metrics.
    pub(crate) fn new<T: Real>(metrics: &OwnMetrics, part: Option<&dyn Examples<T>>) -> Self {
        let data = part.and_then(Examples::whole).filter(|data| data.examples() > 0);
        let Some(data) = data.filter(|_| !metrics.0.is_empty()) else { return Self(None) };
        let data = data.unscaled();
        let shape = (data.examples(), data.width());
        let x = Array2::from_shape_vec(shape, data.features().to_vec()).expect("a table has full rows");
        Self(Some((x, data.targets().clone())))
    }
}
