//! Predictions of values beside the targets.

use crate::output::{MetricRow, Tabular, json_metrics, number, score};
use ndarray::{Array2, Axis, concatenate};
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

    /// The predictions of all blocks; `None` if there are none.
    pub(super) fn joined(blocks: &[Self]) -> Option<Self> {
        let joined = |array: fn(&Self) -> &Array2<f64>| {
            let views: Vec<_> = blocks.iter().map(|block| array(block).view()).collect();
            concatenate(Axis(0), &views).expect("rows of one width")
        };
        let names = blocks.first()?.names.clone();
        Some(Self { outputs: joined(|block| &block.outputs), targets: joined(|block| &block.targets), names })
    }

    /// The metrics of all values together, or of one column.
    pub(super) fn predictions(&self, column: Option<usize>) -> ValuePredictions<'static> {
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

    /// A table for each column, with the metrics beside those of the mean.
    pub(super) fn tables(&self) -> Vec<Tabular> {
        let table = |(column, name): (Option<usize>, String)| {
            let predictions = self.predictions(column);
            let baseline = predictions.mean_baseline();
            let mut table = Tabular::new(&name, &["", "model", "always the mean"]);
            let rows: [MetricRow; 4] = [
                ("root_mean_squared_error", "root mean squared error", number),
                ("mean_absolute_error", "mean absolute error", number),
                ("median_absolute_error", "median absolute error", number),
                ("r_squared", "R^2", score),
            ];
            for (metric, label, text) in rows {
                let metric = own_metrics().find(|known| known.name() == metric).expect("it is in the list");
                let shown = |predictions| metric.of_values(predictions).map_or_else(|| "-".to_owned(), text);
                table.push([label.to_owned(), shown(&predictions), shown(&baseline)]);
            }
            table
        };
        self.columns().map(table).collect()
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
