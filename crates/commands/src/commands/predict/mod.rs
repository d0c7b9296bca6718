//! `wengert predict`: predictions of a saved model.

mod rows;

use crate::error::CliError;
use crate::model::LoadedModel;
use crate::output::{checked_file, is_closed};
use crate::source::{ReadingOptions, Source, is_named, open};
use crate::unfit_data::UnfitData;
use clap::Args;
use ndarray::Array2;
use rows::Rows;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use wengert::data::{Table, TableBlocks};

/// Predict the classes with their probabilities, or the values of a regression, for the rows of a table.
///
/// Columns are matched by name. The column of the target may be there, and is ignored.
#[derive(Args)]
#[command(after_help = "Example:
  wengert train iris --save iris.safetensors
  wengert data write iris --output flowers.csv
  wengert predict iris.safetensors flowers.csv")]
pub(crate) struct Arguments {
    /// Model that `train --save` or the library wrote.
    #[arg(value_name = "MODEL.safetensors")]
    model: PathBuf,
    /// Named data set, file, folder of images (the test images), or - for standard input.
    data: String,
    #[command(flatten)]
    reading: ReadingOptions,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write one JSON object instead of CSV.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let inputs = [&*arguments.model, Path::new(&arguments.data)];
    let output = checked_file(arguments.output.as_ref(), &inputs)?;
    let model = LoadedModel::load(&arguments.model)?;
    let rows = Rows::new(&model, arguments.json);
    let Some(output) = output else {
        let mut stdout = BufWriter::new(io::stdout().lock());
        return match arguments.predict(&model, &rows, &mut stdout) {
            // `head` closes the pipe after ten lines.
            Err(CliError::Output(error)) if is_closed(&error) => Ok(()),
            result => result,
        };
    };
    let mut problem = None;
    let written = output.write_with(&mut |writer| {
        arguments.predict(&model, &rows, writer).map_err(|error| match error {
            CliError::Output(error) => error,
            error => {
                problem = Some(error);
                io::Error::other("there are no predictions")
            }
        })
    });
    match problem {
        Some(problem) => Err(problem),
        None => Ok(written?),
    }
}

impl Arguments {
    /// Writes the predictions for all rows, block by block.
    fn predict(&self, model: &LoadedModel, rows: &Rows<'_>, writer: &mut dyn Write) -> Result<(), CliError> {
        let mut rows = rows.begin();
        let mut first = 0;
        let options = self.reading.or(model.table_options());
        let mut predict = |features: Array2<f64>, table: Option<&Table>, writer: &mut dyn Write| {
            let outputs = model.trained.predict(&features);
            self.check(&outputs, first, table)?;
            first += outputs.nrows();
            rows.write(&outputs, writer)
        };
        if is_named(&self.data) || Path::new(&self.data).is_dir() {
            let features = match open(&self.data, 0, &options)? {
                Source::Table(table) => model.features(&table)?,
                Source::Images(images) => model.image_features(&images.test, &self.data)?,
            };
            predict(features, None, writer)?;
        } else {
            for block in TableBlocks::open(&self.data, &options)? {
                let table = block?;
                predict(model.features(&table)?, Some(&table), writer)?;
            }
        }
        rows.end(writer)
    }

    /// Checks that there is a prediction for each row.
    fn check(&self, outputs: &Array2<f64>, first: usize, table: Option<&Table>) -> Result<(), CliError> {
        let is_finite = |row: &ndarray::ArrayView1<'_, f64>| row.iter().all(|x| x.is_finite());
        let Some(row) = outputs.rows().into_iter().position(|row| !is_finite(&row)) else { return Ok(()) };
        let line = table.and_then(|table| table.line(row));
        let place = line.map_or_else(|| format!("row {}", first + row + 1), |line| format!("line {line}"));
        Err(UnfitData::NoPrediction { data: self.data.clone(), place, outputs: outputs.row(row).to_vec() }
            .into())
    }
}
