//! The results of a training run, as a table and as JSON.

use super::data::Data;
use crate::evaluation::Evaluation;
use crate::output::{json_document, number, percent, score, table};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wengert::nn::metrics::RunningErrors;
use wengert::nn::{AnyActivation, MlpModule};
use wengert::train::{Epoch, Metrics, TrainingReport};

/// The report on a network that was chosen at run time.
pub(in crate::commands) type Report = TrainingReport<MlpModule<AnyActivation>>;

/// What a training run was on, and what came out.
pub(super) struct Results<'a> {
    pub(super) data: &'a Data,
    pub(super) report: &'a Report,
    /// The evaluations of the training, the validation and the test part; `None` for parts without examples,
    /// and for the training part of classes.
    pub(super) evaluations: [Option<Evaluation>; 3],
    /// The errors on the training part of a regression that is not in memory.
    pub(super) train_errors: Option<RunningErrors>,
}

/// A part of the data with its metrics.
pub(super) struct Part<'a> {
    pub(super) name: &'static str,
    pub(super) examples: usize,
    pub(super) metrics: Metrics,
    pub(super) evaluation: Option<&'a Evaluation>,
    errors: Option<RunningErrors>,
}

impl Part<'_> {
    /// The root mean squared error of a regression.
    fn root_mean_squared_error(&self) -> Option<f64> {
        let errors = self.errors.map(|errors| errors.root_mean_squared_error());
        errors.or_else(|| self.metric("root_mean_squared_error"))
    }

    fn r_squared(&self) -> Option<f64> {
        self.errors.map_or_else(|| self.metric("r_squared"), |errors| errors.r_squared())
    }

    fn metric(&self, name: &str) -> Option<f64> {
        let Some(Evaluation::Values(values)) = self.evaluation else { return None };
        values.metric(name)
    }
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

impl Results<'_> {
    /// The parts that have examples.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        let report = self.report;
        let metrics = [Some(report.train), report.validation, report.test];
        let names = ["train", "validation", "test"];
        let parts = names.into_iter().zip(&self.data.examples).zip(metrics).zip(&self.evaluations);
        parts
            .filter_map(|(((name, examples), metrics), evaluation)| {
                let (examples, evaluation) = (examples.examples(), evaluation.as_ref());
                let errors = self.train_errors.filter(|_| name == "train");
                Some(Part { name, examples, metrics: metrics?, evaluation, errors })
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
            let mut row =
                vec![part.name.to_owned(), part.examples.to_string(), format!("{:.4}", part.metrics.loss)];
            match part.metrics.accuracy {
                Some(accuracy) => row.push(percent(accuracy)),
                None => {
                    row.push(part.root_mean_squared_error().map_or_else(|| "-".to_owned(), number));
                    row.push(part.r_squared().map_or_else(|| "-".to_owned(), score));
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
        let examples: usize = self.parts().iter().map(|part| part.examples).sum();
        let mut object = json!({
            "data": self.data.train().name(),
            "task": self.data.train().task().to_string(),
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
            set("examples", part.as_ref().map_or(0, |part| part.examples).into());
            set("loss", part.as_ref().map(|part| part.metrics.loss).into());
            set("accuracy", part.as_ref().and_then(|part| part.metrics.accuracy).into());
            set("r_squared", part.as_ref().and_then(Part::r_squared).into());
            let error = part.as_ref().and_then(Part::root_mean_squared_error);
            set("root_mean_squared_error", error.into());
        }
        object["evaluation"] = self.best_evidence().map_or(Value::Null, |(part, evaluation)| {
            let mut evaluation = evaluation.json();
            evaluation["part"] = part.into();
            evaluation
        });
        json_document(object)
    }
}
