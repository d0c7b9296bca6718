//! The results of a training run, as a table and as JSON.

use super::data::Data;
use crate::evaluation::Evaluation;
use crate::output::{json_document, number, table};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wengert::data::Dataset;
use wengert::nn::{AnyActivation, MlpModule};
use wengert::train::{Epoch, Metrics, TrainingReport};

/// The report on a network that was chosen at run time.
pub(super) type Report = TrainingReport<MlpModule<AnyActivation>>;

/// What a training run was on, and what came out.
pub(super) struct Results<'a> {
    pub(super) data: &'a Data,
    pub(super) report: &'a Report,
    /// The evaluations of the training, the validation and the test part; `None` for parts without examples,
    /// and for the training part of classes.
    pub(super) evaluations: [Option<Evaluation>; 3],
}

/// A part of the data with its metrics.
pub(super) struct Part<'a> {
    pub(super) name: &'static str,
    pub(super) data: &'a Dataset,
    pub(super) metrics: Metrics,
    pub(super) evaluation: Option<&'a Evaluation>,
}

/// The news of an epoch.
pub(super) fn summary(epoch: &Epoch) -> String {
    let validation = epoch.validation.map_or_else(String::new, |found| {
        let accuracy =
            found.accuracy.map_or_else(String::new, |share| format!(", accuracy {}", percent(share)));
        format!(", validation loss {:.4}{accuracy}", found.loss)
    });
    format!("train loss {:.4}{validation}", epoch.train.loss)
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

impl Results<'_> {
    /// The parts that have examples.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        let (split, report) = (&self.data.split, self.report);
        let metrics = [Some(report.train), report.validation, report.test];
        let parts = [("train", &split.train), ("validation", &split.validation), ("test", &split.test)];
        let parts = parts.into_iter().zip(metrics).zip(&self.evaluations);
        parts
            .filter_map(|(((name, data), metrics), evaluation)| {
                Some(Part { name, data, metrics: metrics?, evaluation: evaluation.as_ref() })
            })
            .collect()
    }

    /// The evaluation that says most about new data: of the test part, or else of the validation part, or
    /// else of the training part; and the name of the part.
    pub(super) fn best_evidence(&self) -> Option<(&'static str, &Evaluation)> {
        let parts = self.parts().into_iter().rev();
        parts.filter_map(|part| Some((part.name, part.evaluation?))).next()
    }

    /// The header and the rows of the table of the parts.
    pub(super) fn rows(&self) -> (Vec<&'static str>, Vec<Vec<String>>) {
        let are_classes = self.report.train.accuracy.is_some();
        let header = match are_classes {
            true => vec!["", "examples", "loss", "accuracy"],
            false => vec!["", "examples", "loss", "RMSE", "R^2"],
        };
        let row = |part: Part<'_>| {
            let mut row = vec![
                part.name.to_owned(),
                part.data.examples().to_string(),
                format!("{:.4}", part.metrics.loss),
            ];
            match part.metrics.accuracy {
                Some(accuracy) => row.push(percent(accuracy)),
                None => {
                    let metric = |name| match part.evaluation {
                        Some(Evaluation::Values(values)) => values.metric(name),
                        _ => None,
                    };
                    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), number);
                    row.push(shown(metric("root_mean_squared_error")));
                    row.push(metric("r_squared").map_or_else(|| "-".to_owned(), |x| format!("{x:.4}")));
                }
            }
            row
        };
        (header, self.parts().into_iter().map(row).collect())
    }

    /// The metrics of each part that has examples, and the size of the run.
    pub(super) fn table(&self) -> String {
        let (header, rows) = self.rows();
        let mut shown = table(header.into_iter().map(str::to_owned).collect(), &[0]);
        for row in rows {
            shown.add_row(row);
        }
        format!("{shown}\n{}{}", self.baseline(), self.size())
    }

    /// What the accuracy of the part that says most has to be compared with.
    fn baseline(&self) -> String {
        match self.best_evidence() {
            Some((part, Evaluation::Classes(classes))) => {
                let (class, share) = classes.majority();
                format!("always \"{class}\" would have an accuracy of {} ({part})\n", percent(share))
            }
            _ => String::new(),
        }
    }

    /// The numbers of parameters and epochs, and the time.
    pub(super) fn size(&self) -> String {
        let (parameters, epochs) = (self.report.model.params.len(), self.report.history.len());
        let best = self.report.best_epoch;
        let kept = if best == epochs { String::new() } else { format!(" (the best is {best})") };
        let plural = if epochs == 1 { "" } else { "s" };
        format!("{parameters} parameters, {epochs} epoch{plural}{kept} in {:.2} s", self.report.seconds)
    }

    pub(super) fn json(&self) -> String {
        let report = self.report;
        let bytes = report.model.params.values().iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let examples: usize = self.parts().iter().map(|part| part.data.examples()).sum();
        let mut object = json!({
            "data": self.data.split.train.name(),
            "task": self.data.split.train.task().to_string(),
            "notes": self.data.notes,
            "examples": examples,
            "epochs": report.history.len(),
            "best_epoch": report.best_epoch,
            "seconds": report.seconds,
            "parameters": report.model.params.len(),
            "params_sha256": hash,
            "settings": report.model.metadata.provenance.settings,
        });
        for name in ["train", "validation", "test"] {
            let part = self.parts().into_iter().find(|part| part.name == name);
            let mut set = |key: &str, value: Value| object[format!("{name}_{key}")] = value;
            set("examples", part.as_ref().map_or(0, |part| part.data.examples()).into());
            set("loss", part.as_ref().map(|part| part.metrics.loss).into());
            set("accuracy", part.as_ref().and_then(|part| part.metrics.accuracy).into());
            let values = |metric: &str| match part.as_ref().and_then(|part| part.evaluation) {
                Some(Evaluation::Values(values)) => values.metric(metric),
                _ => None,
            };
            set("r_squared", values("r_squared").into());
            set("root_mean_squared_error", values("root_mean_squared_error").into());
        }
        object["evaluation"] = self.best_evidence().map_or(Value::Null, |(part, evaluation)| {
            let mut evaluation = evaluation.json();
            evaluation["part"] = part.into();
            evaluation
        });
        json_document(object)
    }
}
