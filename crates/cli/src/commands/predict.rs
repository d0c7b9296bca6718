//! `wengert predict`: classification with a saved model.

use crate::error::CliError;
use crate::output::print_line;
use clap::Args;
use ndarray::ArrayView2;
use serde_json::json;
use std::path::PathBuf;
use wengert::data::read_features_csv;
use wengert::prelude::Relu;
use wengert::train::SavedMlp;

/// Classify the rows of a CSV file with a model that `train --save` wrote.
#[derive(Args)]
#[command(after_help = "Example:
  wengert train iris --save iris.safetensors
  echo 5.1,3.5,1.4,0.2 > flowers.csv
  wengert predict iris.safetensors flowers.csv")]
pub(crate) struct Arguments {
    /// Model that `train --save` wrote.
    #[arg(value_name = "MODEL.safetensors")]
    model: PathBuf,
    /// CSV file with the features of one example per row, with or without the class in the last column.
    #[arg(value_name = "DATA.csv")]
    data: PathBuf,
    /// Print one JSON object instead of CSV.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let saved = SavedMlp::<Relu>::load(&arguments.model)?;
    let width = saved.standardiser.mean.len();
    let mut rows = read_features_csv(&arguments.data, width)?;
    saved.standardiser.apply(&mut rows.features);
    let shape = (rows.features.len() / width, width);
    let x = ArrayView2::from_shape(shape, &rows.features).expect("every row has `width` features");
    let logits = saved.to_trained().predict(&x);
    let predictions: Vec<(usize, f64)> =
        logits.rows().into_iter().map(|row| most_probable(&row.to_vec())).collect();
    let correct = rows.labels.as_ref().map(|labels| {
        predictions.iter().zip(labels).filter(|((class, _), label)| *class == **label as usize).count()
    });
    let accuracy = correct.map(|correct| correct as f64 / predictions.len() as f64);
    print_line(if arguments.json { as_json(&predictions, accuracy) } else { as_csv(&predictions) })?;
    if let (Some(accuracy), false) = (accuracy, arguments.json) {
        eprintln!("accuracy {:.2} % on {} rows", 100.0 * accuracy, predictions.len());
    }
    Ok(())
}

/// The class with the largest logit, and its softmax probability.
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
