//! Predictions as they are written: CSV, or one JSON object.

use crate::error::CliError;
use crate::model::LoadedModel;
use crate::output::{JSON_VERSION, csv_text};
use ndarray::{Array2, ArrayView2, Axis};
use serde_json::json;
use std::fmt::Write as _;
use std::io::Write;
use wengert::nn::Outputs;
use wengert::nn::metrics::{class_probabilities, predicted_class};

/// The number of rows whose texts are in memory at once.
const CHUNK: usize = 4096;

/// How predictions are written.
pub(super) struct Rows<'a> {
    classes: Option<&'a [String]>,
    /// The names of the classes as fields of CSV.
    fields: Vec<String>,
    targets: &'a [String],
    has_probabilities: bool,
    json: bool,
}

/// Predictions that are being written.
pub(super) struct Begun<'a> {
    rows: &'a Rows<'a>,
    written: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn new(model: &'a LoadedModel, json: bool) -> Self {
        let classes = model.class_names();
        Self {
            classes,
            fields: classes.unwrap_or_default().iter().map(|name| csv_field(name)).collect(),
            targets: model.preprocessing.target_names(),
            has_probabilities: model.saved.outputs == Outputs::Logits,
            json,
        }
    }

    /// Predictions of which none is written yet.
    pub(super) fn begin(&self) -> Begun<'_> {
        Begun { rows: self, written: 0 }
    }

    /// What is before the first row.
    fn start(&self) -> String {
        if self.json { self.json_start() } else { csv_text(std::iter::once(self.header())) }
    }

    /// The names of the columns: the class, and the probability of each class; or the values.
    fn header(&self) -> Vec<String> {
        match self.classes {
            None => self.targets.to_vec(),
            Some(classes) => {
                let probabilities =
                    classes.iter().filter(|_| self.has_probabilities).map(|name| format!("p({name})"));
                std::iter::once("class".to_owned()).chain(probabilities).collect()
            }
        }
    }

    fn json_start(&self) -> String {
        let names = match self.classes {
            Some(classes) => ("classes", classes),
            None => ("targets", self.targets),
        };
        format!("{{\"version\": {JSON_VERSION}, \"{}\": {}, \"rows\": [", names.0, json!(names.1))
    }

    /// The predictions as lines of CSV. They may be millions: each is added to the text directly.
    fn write_lines(&self, outputs: &ArrayView2<'_, f64>, text: &mut String) {
        let probabilities = self.has_probabilities.then(|| class_probabilities(outputs));
        for (i, row) in rows(outputs).enumerate() {
            if self.classes.is_none() {
                write_numbers(row, text);
            } else {
                text.push_str(&self.fields[class_of(row)]);
                if let Some(probabilities) = &probabilities {
                    text.push(',');
                    write_numbers(probabilities.row(i).as_slice().expect(CONTIGUOUS), text);
                }
            }
            text.push('\n');
        }
    }
}

const CONTIGUOUS: &str = "predictions are contiguous";

/// The outputs of each example.
fn rows<'a>(outputs: &'a ArrayView2<'_, f64>) -> std::slice::ChunksExact<'a, f64> {
    outputs.as_slice().expect(CONTIGUOUS).chunks_exact(outputs.ncols().max(1))
}

/// A text as a field of CSV, in quotes where it needs them.
fn csv_field(text: &str) -> String {
    let mut line = csv_text(std::iter::once(vec![text.to_owned()]));
    line.truncate(line.trim_end_matches('\n').len());
    line
}

/// The predicted class of an example.
fn class_of(row: &[f64]) -> usize {
    predicted_class(row).expect("outputs are finite")
}

/// Adds numbers with commas between them.
fn write_numbers(numbers: &[f64], text: &mut String) {
    for (i, &x) in numbers.iter().enumerate() {
        let separator = if i == 0 { "" } else { "," };
        let written = if x != 0.0 && x.abs() < 1e-4 {
            write!(text, "{separator}{x:e}")
        } else {
            write!(text, "{separator}{x}")
        };
        written.expect("a string takes all text");
    }
}

impl Begun<'_> {
    /// Writes the predictions of some rows, and before the first ones the names of the columns: input that is
    /// wrong from its start leaves no output.
    pub(super) fn write(&mut self, outputs: &Array2<f64>, writer: &mut dyn Write) -> Result<(), CliError> {
        outputs.axis_chunks_iter(Axis(0), CHUNK).try_for_each(|outputs| self.write_chunk(&outputs, writer))
    }

    fn write_chunk(&mut self, outputs: &ArrayView2<'_, f64>, writer: &mut dyn Write) -> Result<(), CliError> {
        let mut text = if self.written == 0 { self.rows.start() } else { String::new() };
        if self.rows.json {
            let probabilities = self.rows.has_probabilities.then(|| class_probabilities(outputs));
            for (i, row) in rows(outputs).enumerate() {
                let probabilities = probabilities.as_ref().map(|all| all.row(i).to_vec());
                text += &self.json_row(self.written + i, row, probabilities);
            }
        } else {
            self.rows.write_lines(outputs, &mut text);
        }
        self.written += outputs.nrows();
        writer.write_all(text.as_bytes()).map_err(CliError::Output)
    }

    fn json_row(&self, number: usize, row: &[f64], probabilities: Option<Vec<f64>>) -> String {
        let separator = if number == 0 { "\n" } else { ",\n" };
        let object = match (self.rows.classes, probabilities) {
            (None, _) => json!({ "values": row }),
            (Some(classes), Some(probabilities)) => {
                json!({ "class": classes[class_of(row)], "probabilities": probabilities })
            }
            (Some(classes), None) => json!({ "class": classes[class_of(row)] }),
        };
        format!("{separator}{object}")
    }

    /// Writes what is after the last row.
    pub(super) fn end(self, writer: &mut dyn Write) -> Result<(), CliError> {
        let end = if self.rows.json { "\n]}\n" } else { "" };
        writer.write_all(end.as_bytes()).and_then(|()| writer.flush()).map_err(CliError::Output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_class_is_one_field_of_csv_with_all_its_characters() {
        for name in ["setosa", "yes ", "a, b", "\"quoted\"", "two\nlines\n", " ", "1e5"] {
            let line = format!("{},0.5\n", csv_field(name));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let record = reader.records().next().expect("a row").expect("valid CSV");
            assert_eq!(record.iter().collect::<Vec<_>>(), [name, "0.5"]);
        }
    }
}
