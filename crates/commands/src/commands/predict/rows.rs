//! Predictions as they are written: CSV, or one JSON object.

use crate::error::CliError;
use crate::model::LoadedModel;
use crate::output::{JSON_VERSION, csv_text};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use serde_json::{Value, json};
use std::io::Write;
use wengert::nn::Outputs;
use wengert::nn::metrics::{class_probabilities, predicted_class};

/// The number of rows whose texts are in memory at once.
const CHUNK: usize = 4096;

/// How predictions are written.
pub(super) struct Rows<'a> {
    classes: Option<&'a [String]>,
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
        Self {
            classes: model.class_names(),
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

    fn cells(&self, outputs: &ArrayView2<'_, f64>) -> Vec<Vec<Cell>> {
        let Some(classes) = self.classes else {
            return outputs
                .rows()
                .into_iter()
                .map(|row| row.iter().map(|&x| Cell::Number(x)).collect())
                .collect();
        };
        let probabilities = self.has_probabilities.then(|| class_probabilities(outputs));
        let of_row = |(i, row): (usize, ArrayView1<'_, f64>)| {
            let class = predicted_class(&row.to_vec()).expect("outputs are finite");
            let probabilities = probabilities.iter().flat_map(|all| all.row(i).to_vec());
            std::iter::once(Cell::Class(classes[class].clone()))
                .chain(probabilities.map(Cell::Number))
                .collect()
        };
        outputs.rows().into_iter().enumerate().map(of_row).collect()
    }
}

/// A part of a prediction.
enum Cell {
    Class(String),
    Number(f64),
}

impl Cell {
    fn text(self) -> String {
        match self {
            Self::Class(name) => name,
            Self::Number(x) if x != 0.0 && x.abs() < 1e-4 => format!("{x:e}"),
            Self::Number(x) => x.to_string(),
        }
    }
}

impl Begun<'_> {
    /// Writes the predictions of some rows, and before the first ones the names of the columns: input that is
    /// wrong from its start leaves no output.
    pub(super) fn write(&mut self, outputs: &Array2<f64>, writer: &mut dyn Write) -> Result<(), CliError> {
        outputs.axis_chunks_iter(Axis(0), CHUNK).try_for_each(|outputs| self.write_chunk(&outputs, writer))
    }

    fn write_chunk(&mut self, outputs: &ArrayView2<'_, f64>, writer: &mut dyn Write) -> Result<(), CliError> {
        let cells = self.rows.cells(outputs);
        let count = cells.len();
        let mut text = if self.written == 0 { self.rows.start() } else { String::new() };
        if self.rows.json {
            text.extend(cells.into_iter().enumerate().map(|(i, row)| self.json_row(self.written + i, row)));
        } else {
            text += &csv_text(cells.into_iter().map(|row| row.into_iter().map(Cell::text).collect()));
        }
        self.written += count;
        writer.write_all(text.as_bytes()).map_err(CliError::Output)
    }

    fn json_row(&self, number: usize, row: Vec<Cell>) -> String {
        let separator = if number == 0 { "\n" } else { ",\n" };
        let mut class = Value::Null;
        let mut numbers = Vec::new();
        for cell in row {
            match cell {
                Cell::Class(name) => class = name.into(),
                Cell::Number(x) => numbers.push(x),
            }
        }
        let object = match (class, self.rows.has_probabilities) {
            (Value::Null, _) => json!({ "values": numbers }),
            (class, true) => json!({ "class": class, "probabilities": numbers }),
            (class, false) => json!({ "class": class }),
        };
        format!("{separator}{object}")
    }

    /// Writes what is after the last row.
    pub(super) fn end(self, writer: &mut dyn Write) -> Result<(), CliError> {
        let end = if self.rows.json { "\n]}\n" } else { "" };
        writer.write_all(end.as_bytes()).and_then(|()| writer.flush()).map_err(CliError::Output)
    }
}
