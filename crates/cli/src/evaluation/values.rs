//! Predictions of values beside the targets.

use super::{comparison, json_metrics};
use crate::output::number;
use ndarray::{Array2, Axis};
use serde_json::{Value, json};
use wengert::nn::metrics::{Metric, ValuePredictions, metrics};

/// Predictions of values beside the targets, in the user's units.
pub(crate) struct ValueEvaluation {
    pub(crate) outputs: Array2<f64>,
    pub(crate) targets: Array2<f64>,
    pub(crate) names: Vec<String>,
}

impl ValueEvaluation {
    pub(super) fn new(outputs: Array2<f64>, targets: Array2<f64>, names: Vec<String>) -> Self {
        let width = targets.ncols();
        let numbered = || match width {
            1 => vec!["value".to_owned()],
            _ => (1..=width).map(|i| format!("value {i}")).collect(),
        };
        let names = if names.len() == width { names } else { numbered() };
        Self { outputs, targets, names }
    }

    /// The metrics of all values together, or of one column.
    fn predictions(&self, column: Option<usize>) -> ValuePredictions<'static> {
        match column {
            None => ValuePredictions::new(&self.outputs, &self.targets),
            Some(j) => {
                let (outputs, targets) =
                    (self.outputs.index_axis(Axis(1), j), self.targets.index_axis(Axis(1), j));
                ValuePredictions::new(&outputs, &targets)
            }
        }
    }

    pub(crate) fn metric(&self, name: &str) -> Option<f64> {
        own_metrics().find(|metric| metric.name() == name)?.of_values(&self.predictions(None))
    }

    /// The columns to be reported: all together, and each of several.
    fn columns(&self) -> impl Iterator<Item = (Option<usize>, String)> {
        let all = if self.names.len() == 1 { self.names[0].clone() } else { "all targets".to_owned() };
        let each = self.names.iter().enumerate().filter(|_| self.names.len() > 1);
        std::iter::once((None, all)).chain(each.map(|(j, name)| (Some(j), name.clone())))
    }

    pub(super) fn text(&self) -> String {
        let parts = self.columns().map(|(column, name)| {
            let predictions = self.predictions(column);
            let baseline = predictions.mean_baseline();
            let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), number);
            let row = |(metric, label): (&str, &str)| {
                let metric = own_metrics().find(|known| known.name() == metric).expect("it is in the list");
                let values =
                    [&predictions, &baseline].map(|predictions| shown(metric.of_values(predictions)));
                let [model, mean] = values;
                [label.to_owned(), model, mean]
            };
            let rows = [
                ("root_mean_squared_error", "root mean squared error"),
                ("mean_absolute_error", "mean absolute error"),
                ("median_absolute_error", "median absolute error"),
                ("r_squared", "R^2"),
            ];
            format!("{name}\n{}", comparison(rows.map(row).into(), "always the mean"))
        });
        parts.collect::<Vec<_>>().join("\n\n")
    }

    pub(super) fn json(&self) -> Value {
        let of = |column| {
            let predictions = self.predictions(column);
            let baseline = predictions.mean_baseline();
            let values = |predictions: &ValuePredictions<'_>| {
                json_metrics(own_metrics().map(|metric| (metric.name(), metric.of_values(predictions))))
            };
            (values(&predictions), values(&baseline))
        };
        let targets = self.names.iter().enumerate().map(|(j, name)| {
            let (metrics, baseline) = of(Some(j));
            json!({ "name": name, "metrics": metrics, "baseline": baseline })
        });
        let (all, baseline) = of(None);
        json!({
            "task": "regression",
            "examples": self.targets.nrows(),
            "metrics": all,
            "baseline": baseline,
            "targets": targets.collect::<Vec<_>>(),
        })
    }
}

fn own_metrics() -> impl Iterator<Item = &'static Metric> {
    metrics().iter().filter(|metric| !metric.is_of_classes())
}
