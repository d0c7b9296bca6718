//! `wengert predict`: predictions of a saved model.

use crate::error::CliError;
use crate::output::print_line;
use clap::Args;
use ndarray::{Array2, ArrayView1, ArrayView2};
use serde_json::json;
use std::path::PathBuf;
use wengert::data::{FeatureRows, TargetColumns, Targets, read_features_csv};
use wengert::nn::metrics::{class_probabilities, predicted_class};
use wengert::train::{Outputs, SavedMlp};

/// Predict the class, or the values of a regression, for the rows of a CSV file with a model that
/// `train --save` or the library wrote.
#[derive(Args)]
#[command(after_help = "Example:
  wengert train iris --save iris.safetensors
  echo 5.1,3.5,1.4,0.2 > flowers.csv
  wengert predict iris.safetensors flowers.csv")]
pub(crate) struct Arguments {
    /// Model that `train --save` wrote.
    #[arg(value_name = "MODEL.safetensors")]
    model: PathBuf,
    /// CSV file with the features of one example per row, in the units of the training data; with or
    /// without the class (or the values) in the last column.
    #[arg(value_name = "DATA.csv")]
    data: PathBuf,
    /// Print one JSON object instead of CSV.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let saved = SavedMlp::load(&arguments.model)?;
    let [width, .., values] = *saved.mlp.widths() else { unreachable!("a network has two widths at least") };
    let columns = match saved.outputs {
        Outputs::Values => TargetColumns::Values(values),
        Outputs::Logits | Outputs::Scores => TargetColumns::Label,
    };
    let FeatureRows { features, targets, .. } = read_features_csv(&arguments.data, width, columns)?;
    let shape = (features.len() / width, width);
    let x = ArrayView2::from_shape(shape, &features).expect("every row has `width` features");
    let outputs = saved.to_trained().predict(&x);
    if let Some(row) = outputs.rows().into_iter().position(|row| !row.iter().all(|x| x.is_finite())) {
        let (data, outputs) = (arguments.data.clone(), outputs.row(row).to_vec());
        return Err(CliError::NoPrediction { data, row: row + 1, outputs });
    }
    let found: Box<dyn Answer> = match (saved.outputs, targets) {
        (Outputs::Values, Some(Targets::Values { values, .. })) => {
            Box::new(Values::new(outputs, Some(values)))
        }
        (Outputs::Values, _) => Box::new(Values::new(outputs, None)),
        (kind, Some(Targets::Classes { labels, .. })) => {
            Box::new(Classes::new(&outputs, kind, Some(&labels)))
        }
        (kind, _) => Box::new(Classes::new(&outputs, kind, None)),
    };
    print_line(if arguments.json { found.json() } else { found.csv() })?;
    if let (Some(quality), false) = (found.quality(), arguments.json) {
        eprintln!("{quality}");
    }
    Ok(())
}

/// Predictions in the forms that are printed.
trait Answer {
    fn csv(&self) -> String;
    fn json(&self) -> String;
    /// The agreement with the targets of the file, if it has them.
    fn quality(&self) -> Option<String>;
}

/// Predicted classes.
struct Classes {
    classes: Vec<usize>,
    /// The probability of each predicted class; `None` if the outputs are not logits.
    probabilities: Option<Vec<f64>>,
    against: Option<Agreement>,
}

/// The agreement of predicted classes with labels.
struct Agreement {
    correct: usize,
    /// The number of labels that the model does not know, and the row, from 1, and the label of the first.
    unknown: usize,
    first_unknown: Option<(usize, u32)>,
}

impl Classes {
    fn new(outputs: &Array2<f64>, kind: Outputs, labels: Option<&[u32]>) -> Self {
        let rows = outputs.rows().into_iter();
        let class = |row: ArrayView1<'_, f64>| predicted_class(&row.to_vec()).expect("outputs are finite");
        let classes: Vec<usize> = rows.map(class).collect();
        let of_class = class_probabilities(outputs);
        let probabilities = (kind == Outputs::Logits)
            .then(|| classes.iter().enumerate().map(|(row, &class)| of_class[[row, class]]).collect());
        let known = outputs.ncols().max(2);
        let against = labels.map(|labels| {
            let is_unknown = |label: u32| label as usize >= known;
            let correct = classes.iter().zip(labels).filter(|(class, label)| **class == **label as usize);
            let first = labels.iter().position(|&label| is_unknown(label));
            Agreement {
                correct: correct.count(),
                unknown: labels.iter().filter(|&&label| is_unknown(label)).count(),
                first_unknown: first.map(|row| (row + 1, labels[row])),
            }
        });
        Self { classes, probabilities, against }
    }

    fn accuracy(&self) -> Option<f64> {
        self.against.as_ref().map(|against| against.correct as f64 / self.classes.len() as f64)
    }
}

impl Answer for Classes {
    fn csv(&self) -> String {
        let Some(probabilities) = &self.probabilities else {
            let rows = self.classes.iter().map(|class| format!("\n{class}"));
            return std::iter::once("class".to_owned()).chain(rows).collect();
        };
        let rows = self.classes.iter().zip(probabilities);
        let rows = rows.map(|(class, probability)| format!("\n{class},{probability:.6}"));
        std::iter::once("class,probability".to_owned()).chain(rows).collect()
    }

    fn json(&self) -> String {
        json!({
            "classes": self.classes,
            "probabilities": self.probabilities,
            "accuracy": self.accuracy(),
            "unknown_labels": self.against.as_ref().map(|against| against.unknown),
        })
        .to_string()
    }

    fn quality(&self) -> Option<String> {
        let (against, accuracy) = (self.against.as_ref()?, 100.0 * self.accuracy()?);
        let unknown = against.first_unknown.map_or_else(String::new, |(row, label)| {
            let count = against.unknown;
            format!(
                "; {count} of them, the first in row {row}, have a class (such as {label}) that the model \
                 does not know, and count as misses"
            )
        });
        Some(format!("accuracy {accuracy:.2} % on {} rows{unknown}", self.classes.len()))
    }
}

/// Predicted values of a regression, in the units of the training data.
struct Values {
    values: Array2<f64>,
    /// The root mean squared error of each output.
    errors: Option<Vec<f64>>,
}

impl Values {
    fn new(values: Array2<f64>, targets: Option<Vec<f64>>) -> Self {
        let errors = targets.map(|targets| {
            let targets = Array2::from_shape_vec(values.dim(), targets).expect("one value per output");
            let squares = (&values - &targets).mapv(|error| error * error);
            squares.columns().into_iter().map(|column| column.mean().unwrap_or(f64::NAN).sqrt()).collect()
        });
        Self { values, errors }
    }
}

impl Answer for Values {
    fn csv(&self) -> String {
        let header = match self.values.ncols() {
            1 => "value".to_owned(),
            columns => (1..=columns).map(|i| format!("value {i}")).collect::<Vec<_>>().join(","),
        };
        let line = |row: ArrayView1<'_, f64>| row.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        let rows = self.values.rows().into_iter().map(|row| format!("\n{}", line(row)));
        std::iter::once(header).chain(rows).collect()
    }

    fn json(&self) -> String {
        let rows: Vec<Vec<f64>> = self.values.rows().into_iter().map(|row| row.to_vec()).collect();
        json!({ "values": rows, "root_mean_squared_errors": self.errors }).to_string()
    }

    fn quality(&self) -> Option<String> {
        let errors: Vec<String> = self.errors.as_ref()?.iter().map(|error| format!("{error:.6}")).collect();
        Some(format!("root mean squared error {} on {} rows", errors.join(", "), self.values.nrows()))
    }
}
