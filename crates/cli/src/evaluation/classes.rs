//! Predictions of classes beside the labels.

use super::{comparison, json_metrics};
use crate::output::{number, table};
use ndarray::Array2;
use serde_json::{Value, json};
use wengert::nn::Outputs;
use wengert::nn::metrics::{ClassPredictions, ConfusionMatrix, Metric, metrics};

/// Matrices of more classes are not printed.
const MOST_CLASSES: usize = 20;
/// The number of bins of the calibration error.
pub(crate) const BINS: usize = 10;

/// Predictions of classes beside the labels.
pub(crate) struct ClassEvaluation {
    pub(crate) outputs: Array2<f64>,
    pub(crate) labels: Vec<u32>,
    pub(crate) names: Vec<String>,
    kind: Outputs,
}

impl ClassEvaluation {
    pub(super) fn new(outputs: Array2<f64>, labels: Vec<u32>, names: Vec<String>, kind: Outputs) -> Self {
        Self { outputs, labels, names, kind }
    }

    pub(crate) fn predictions(&self) -> ClassPredictions<'_> {
        ClassPredictions::new(&self.outputs, &self.labels)
    }

    /// Whether the outputs are logits, and probabilities can be computed from them.
    pub(crate) fn has_probabilities(&self) -> bool {
        self.kind == Outputs::Logits
    }

    /// The metrics that are defined for these outputs.
    fn metrics(&self) -> impl Iterator<Item = &'static Metric> + use<> {
        let of_probabilities = ["log_loss", "brier_score", "expected_calibration_error", "roc_auc"];
        let has_probabilities = self.has_probabilities();
        metrics().iter().filter(move |metric| {
            metric.is_of_classes() && (has_probabilities || !of_probabilities.contains(&metric.name()))
        })
    }

    pub(crate) fn metric(&self, name: &str) -> Option<f64> {
        let metric = self.metrics().find(|metric| metric.name() == name)?;
        metric.of_classes(&self.predictions())
    }

    /// The most frequent class, and the share of its examples.
    pub(crate) fn majority(&self) -> (&str, f64) {
        let predictions = self.predictions();
        let totals = predictions.class_totals();
        let largest = (0..totals.len()).rev().max_by(|&a, &b| totals[a].total_cmp(&totals[b]));
        (&self.names[largest.unwrap_or(0)], predictions.majority_baseline())
    }

    pub(super) fn text(&self) -> String {
        let predictions = self.predictions();
        let (class, share) = self.majority();
        let percent = |share: f64| format!("{:.2} %", 100.0 * share);
        let dash = || "-".to_owned();
        let mut rows = vec![["accuracy".to_owned(), percent(predictions.accuracy()), percent(share)]];
        for (name, shown) in [
            ("balanced_accuracy", "balanced accuracy"),
            ("macro_f1", "F1, mean of the classes"),
            ("roc_auc", "area under the ROC curve"),
            ("log_loss", "cross-entropy (nats)"),
            ("expected_calibration_error", "calibration error"),
        ] {
            if let Some(value) = self.metric(name) {
                let value = if name == "balanced_accuracy" { percent(value) } else { number(value) };
                rows.push([shown.to_owned(), value, dash()]);
            }
        }
        let matrix = predictions.confusion_matrix();
        let mut text = comparison(rows, &format!("always {class}"));
        text += &format!("\n\n{}", self.per_class(&matrix));
        if self.names.len() <= MOST_CLASSES {
            text +=
                &format!("\n\nRows are true classes, columns predicted ones.\n{}", self.confusions(&matrix));
        }
        let unpredicted: f64 = matrix.unpredicted().iter().sum();
        if unpredicted > 0.0 {
            text +=
                &format!("\n{unpredicted} examples have no prediction, since the outputs are not finite.");
        }
        text
    }

    fn per_class(&self, matrix: &ConfusionMatrix<f64>) -> String {
        let header = ["class", "examples", "precision", "recall", "F1"].map(str::to_owned);
        let mut shown = table(header.into(), &[0]);
        let share = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), |share| format!("{share:.4}"));
        for (class, name) in self.names.iter().enumerate() {
            shown.add_row([
                name.clone(),
                matrix.examples_of(class).to_string(),
                share(matrix.precision(class)),
                share(matrix.recall(class)),
                share(matrix.f1(class)),
            ]);
        }
        shown.to_string()
    }

    fn confusions(&self, matrix: &ConfusionMatrix<f64>) -> String {
        let mut shown = table([&[String::new()], &self.names[..]].concat(), &[0]);
        for (name, row) in self.names.iter().zip(matrix.counts().rows()) {
            shown.add_row([vec![name.clone()], row.iter().map(f64::to_string).collect()].concat());
        }
        shown.to_string()
    }

    /// The counts of the confusion matrix, row by row.
    pub(crate) fn counts(&self) -> Vec<u64> {
        self.predictions().confusion_matrix().counts().iter().map(|&count| count as u64).collect()
    }

    pub(super) fn json(&self) -> Value {
        let predictions = self.predictions();
        let matrix = predictions.confusion_matrix();
        let (class, share) = self.majority();
        let classes = self.names.iter().enumerate().map(|(class, name)| {
            json!({
                "name": name, "examples": matrix.examples_of(class), "precision": matrix.precision(class),
                "recall": matrix.recall(class), "f1": matrix.f1(class),
            })
        });
        let metrics = self.metrics().map(|metric| (metric.name(), metric.of_classes(&predictions)));
        let rows: Vec<Vec<f64>> = matrix.counts().rows().into_iter().map(|row| row.to_vec()).collect();
        json!({
            "task": "classification",
            "examples": self.labels.len(),
            "metrics": json_metrics(metrics),
            "baseline": { "class": class, "accuracy": share },
            "classes": classes.collect::<Vec<_>>(),
            "confusion_matrix": rows,
            "without_prediction": matrix.unpredicted().iter().sum::<f64>(),
        })
    }
}
