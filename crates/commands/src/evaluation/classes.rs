//! Predictions of classes beside the labels.

use crate::output::{MetricRow, Tabular, json_metrics, number, percent, score};
use ndarray::{Array2, Axis, concatenate};
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

    /// The predictions of all blocks; `None` if there are none.
    pub(super) fn joined(blocks: Vec<Self>) -> Option<Self> {
        let views: Vec<_> = blocks.iter().map(|block| block.outputs.view()).collect();
        let outputs =
            (!views.is_empty()).then(|| concatenate(Axis(0), &views).expect("rows of one width"))?;
        let (names, kind) = (blocks[0].names.clone(), blocks[0].kind);
        let labels = blocks.into_iter().flat_map(|block| block.labels).collect();
        Some(Self { outputs, labels, names, kind })
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
        let has_probabilities = self.has_probabilities();
        let fits = move |metric: &&Metric| has_probabilities || !metric.needs_probabilities();
        metrics().iter().filter(|metric| metric.is_of_classes()).filter(fits)
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

    pub(super) fn tables(&self) -> Vec<Tabular> {
        let matrix = self.predictions().confusion_matrix();
        let mut tables = vec![self.metrics_table(), self.per_class(&matrix)];
        if self.names.len() <= MOST_CLASSES {
            tables.push(self.confusions(&matrix));
        }
        tables
    }

    /// What should be known about the numbers.
    pub(super) fn note(&self) -> Option<String> {
        let unpredicted: f64 = self.predictions().confusion_matrix().unpredicted().iter().sum();
        let note = || format!("{unpredicted} examples have no prediction, since the outputs are not finite.");
        (unpredicted > 0.0).then(note)
    }

    /// Metrics beside those of the most frequent class.
    fn metrics_table(&self) -> Tabular {
        let (class, share) = self.majority();
        let mut table = Tabular::new("", &["", "model", &format!("always {class}")]);
        table.push(["accuracy".to_owned(), percent(self.predictions().accuracy()), percent(share)]);
        let rows: [MetricRow; 5] = [
            ("balanced_accuracy", "balanced accuracy", percent),
            ("macro_f1", "F1, mean of the classes", score),
            ("roc_auc", "area under the ROC curve", score),
            ("log_loss", "cross-entropy (nats)", number),
            ("expected_calibration_error", "calibration error", number),
        ];
        for (name, label, shown) in rows {
            if let Some(value) = self.metric(name) {
                table.push([label.to_owned(), shown(value), "-".to_owned()]);
            }
        }
        table
    }

    fn per_class(&self, matrix: &ConfusionMatrix<f64>) -> Tabular {
        let mut table = Tabular::new("", &["class", "examples", "precision", "recall", "F1"]);
        let share = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), score);
        for (class, name) in self.names.iter().enumerate() {
            table.push([
                name.clone(),
                matrix.examples_of(class).to_string(),
                share(matrix.precision(class)),
                share(matrix.recall(class)),
                share(matrix.f1(class)),
            ]);
        }
        table
    }

    fn confusions(&self, matrix: &ConfusionMatrix<f64>) -> Tabular {
        let names: Vec<&str> = std::iter::once("").chain(self.names.iter().map(String::as_str)).collect();
        let mut table = Tabular::new("Rows are true classes, columns predicted ones.", &names);
        for (name, row) in self.names.iter().zip(matrix.counts().rows()) {
            table.push(std::iter::once(name.clone()).chain(row.iter().map(f64::to_string)));
        }
        table
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
