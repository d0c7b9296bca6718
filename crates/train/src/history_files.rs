//! Histories as text and in files.

use crate::epoch::Epoch;
use crate::history::History;
use serde_json::{Map, Value, json};
use std::path::Path;
use wengert_files::{Output, WriteError};

/// The columns before the metrics of the program's own.
const COLUMNS: [&str; 6] =
    ["epoch", "learning_rate", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy"];

/// The values of the columns after the first.
fn values(epoch: &Epoch) -> [Option<f64>; 5] {
    let (train, validation) = (epoch.train, epoch.validation);
    [
        Some(epoch.learning_rate),
        Some(train.loss),
        train.accuracy,
        validation.map(|found| found.loss),
        validation.and_then(|found| found.accuracy),
    ]
}

/// Histories as tables and as lines of JSON.
///
/// ```
/// use wengert_data::moons;
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::Trainer;
///
/// let data = moons(200, 0.1, 7).split(0.8, 0.2, 0.0, 7)?.standardised();
/// let report = Trainer::new(Mlp::new([2, 8, 2]), CrossEntropy, Adam::new(1e-2)).epochs(3).fit(&data)?;
/// let table = report.history.csv();
/// let header = "epoch,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy";
/// assert!(table.starts_with(header) && table.lines().count() == 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl History {
    /// A table: a header, and a row per epoch. Numbers have all their digits; what an epoch does not have is
    /// an empty cell.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut table = csv::Writer::from_writer(Vec::new());
        let header = COLUMNS.into_iter().chain(self.own_names().iter().map(String::as_str));
        let number = |x: Option<f64>| x.map_or_else(String::new, |x| x.to_string());
        let row = |epoch: &Epoch| -> Vec<String> {
            let own = epoch.own.iter().map(|&x| Some(x)).chain(std::iter::repeat(None));
            let own = own.take(self.own_names().len());
            let cells = values(epoch).into_iter().chain(own).map(number);
            std::iter::once(epoch.number.to_string()).chain(cells).collect()
        };
        let written = table.write_record(header).and_then(|()| {
            self.iter().try_for_each(|epoch| table.write_record(row(epoch)))?;
            table.flush().map_err(csv::Error::from)
        });
        written.expect("a vector can be written to, and all rows have one width");
        let bytes = table.into_inner().expect("the table was flushed");
        String::from_utf8(bytes).expect("the cells are texts")
    }

    /// An object per epoch and line, with the names of the columns of [`csv`](Self::csv) as keys. What an
    /// epoch does not have is left out; an infinite number or NaN is `null`.
    #[must_use]
    pub fn json_lines(&self) -> String {
        let line = |epoch: &Epoch| {
            let mut object = Map::from_iter([(COLUMNS[0].to_owned(), json!(epoch.number))]);
            let named = COLUMNS[1..].iter().map(|name| (*name).to_owned()).zip(values(epoch));
            let own = self.own_names().iter().cloned().zip(epoch.own.iter().map(|&x| Some(x)));
            object.extend(named.chain(own).filter_map(|(name, x)| Some((name, json!(x?)))));
            format!("{}\n", Value::Object(object))
        };
        self.iter().map(line).collect()
    }

    /// Writes the [table](Self::csv) to a file, which is replaced as a whole.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<(), WriteError> {
        Output::new(path.as_ref())?.write(self.csv().as_bytes())
    }

    /// Writes the [lines of JSON](Self::json_lines) to a file, which is replaced as a whole.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_jsonl(&self, path: impl AsRef<Path>) -> Result<(), WriteError> {
        Output::new(path.as_ref())?.write(self.json_lines().as_bytes())
    }
}
