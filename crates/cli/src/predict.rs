//! `wengert predict`.

use crate::output::print_line;
use clap::Args;
use ndarray::ArrayView2;
use serde_json::json;
use std::fmt;
use std::path::PathBuf;
use wengert::data::{DataError, read_features_csv};
use wengert::prelude::Relu;
use wengert::train::{SavedMlp, SavedModelError};

#[derive(Args)]
pub(crate) struct Arguments {
    /// A model that `train --save` wrote.
    model: PathBuf,
    /// A CSV file: the features of an example a row, with or without the class as last column.
    data: PathBuf,
    /// Prints one JSON object instead of a CSV table.
    #[arg(long)]
    json: bool,
}

/// Why there are no predictions.
#[derive(Debug)]
pub(crate) enum PredictError {
    Model(SavedModelError),
    Data(DataError),
    Output(std::io::Error),
}

impl fmt::Display for PredictError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model(error) => error.fmt(f),
            Self::Data(error) => error.fmt(f),
            Self::Output(error) => write!(f, "standard output: {error}"),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), PredictError> {
    let saved = SavedMlp::<Relu>::load(&arguments.model).map_err(PredictError::Model)?;
    let width = saved.standardiser.mean.len();
    let mut rows = read_features_csv(&arguments.data, width).map_err(PredictError::Data)?;
    saved.standardiser.apply(&mut rows.features);
    let x = ArrayView2::from_shape((rows.features.len() / width, width), &rows.features).expect("whole rows");
    let logits = saved.to_trained().predict(&x);
    let predictions: Vec<(usize, f64)> =
        logits.rows().into_iter().map(|row| most_probable(&row.to_vec())).collect();
    let hits = rows.labels.as_ref().map(|labels| {
        predictions.iter().zip(labels).filter(|((class, _), label)| *class == **label as usize).count()
    });
    let accuracy = hits.map(|hits| hits as f64 / predictions.len() as f64);
    print_line(if arguments.json { as_json(&predictions, accuracy) } else { as_csv(&predictions) })
        .map_err(PredictError::Output)?;
    if let (Some(accuracy), false) = (accuracy, arguments.json) {
        eprintln!("accuracy {:.2} % on {} rows", 100.0 * accuracy, predictions.len());
    }
    Ok(())
}

/// The class with the largest logit, and its probability by softmax.
fn most_probable(logits: &[f32]) -> (usize, f64) {
    let (class, largest) = logits.iter().enumerate().fold((0, f32::NEG_INFINITY), |best, (class, &logit)| {
        if logit > best.1 { (class, logit) } else { best }
    });
    let total: f64 = logits.iter().map(|&logit| f64::from(logit - largest).exp()).sum();
    (class, 1.0 / total)
}

fn as_csv(predictions: &[(usize, f64)]) -> String {
    let rows = predictions.iter().map(|(class, probability)| format!("\n{class},{probability:.6}"));
    std::iter::once("class,probability".to_owned()).chain(rows).collect()
}

fn as_json(predictions: &[(usize, f64)], accuracy: Option<f64>) -> String {
    let (classes, probabilities): (Vec<usize>, Vec<f64>) = predictions.iter().copied().unzip();
    json!({ "classes": classes, "probabilities": probabilities, "accuracy": accuracy }).to_string()
}
