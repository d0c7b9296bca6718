//! The examples of a part of a file that is larger than the memory.

use crate::dataset::Dataset;
use crate::error::DataError;
use crate::examples::{Blocks, Examples, Pass};
use crate::fitting::Shares;
use crate::preprocessing::{Missing, Preprocessing};
use crate::scaling::Scaling;
use crate::stream::assignment::Part;
use crate::table::{ShuffledTable, Table};
use std::borrow::Cow;
use std::sync::Arc;
use wengert_kernels::Float;

/// A file, and how its rows become examples.
pub(super) struct Source {
    pub(super) table: ShuffledTable,
    pub(super) preprocessing: Preprocessing,
    pub(super) scaling: Scaling,
    pub(super) shares: Shares,
}

impl Source {
    /// The rows of a table that are in a part, as a data set in the user's units; `None` if there are none.
    pub(super) fn examples(&self, table: &Table, part: Part) -> Result<Option<Dataset<f64>>, DataError> {
        let of_part = table.select(&part.rows(table, &self.shares));
        let is_empty = of_part.rows() == 0
            || self.preprocessing.missing() == Missing::Drop
                && self.preprocessing.complete_rows(&of_part)?.is_empty();
        if is_empty { Ok(None) } else { self.preprocessing.dataset(&of_part).map(Some) }
    }
}

/// The examples of a part of a file that is larger than the memory, read and encoded in each pass, in an
/// order that depends only on the file, the seed and the number of the epoch. See
/// [`ShuffledTable::prepare`].
#[derive(Clone)]
pub struct TablePart<F: Float = f32> {
    pub(super) source: Arc<Source>,
    pub(super) part: Part,
    pub(super) examples: usize,
    pub(super) sample: Dataset<F>,
}

impl<F: Float> TablePart<F> {
    /// All examples as one data set, for a part that fits in memory.
    ///
    /// # Errors
    /// If the file cannot be read any more, or changed.
    pub fn in_memory(&self) -> Result<Dataset<F>, DataError> {
        let mut all = self.sample.select(&[]);
        for block in self.blocks(Pass::Evaluation) {
            all = all.followed_by(&*block?);
        }
        Ok(all)
    }
}

impl<F: Float> Examples<F> for TablePart<F> {
    fn examples(&self) -> usize {
        self.examples
    }

    fn sample(&self) -> &Dataset<F> {
        &self.sample
    }

    fn blocks(&self, pass: Pass) -> Blocks<'_, F> {
        type Pieces<'a> = Box<dyn Iterator<Item = Result<Table, DataError>> + 'a>;
        let pieces: Pieces<'_> = match pass {
            _ if self.examples == 0 => Box::new(std::iter::empty()),
            Pass::Epoch(epoch) => Box::new(self.source.table.pieces_of_epoch(epoch)),
            Pass::Evaluation => Box::new(self.source.table.in_order()),
        };
        let block = |piece: Result<Table, DataError>| {
            let data = self.source.examples(&piece?, self.part)?;
            Ok(data.map(|data| Cow::Owned(data.cast_as(&self.source.scaling))))
        };
        Box::new(pieces.map(block).filter_map(Result::transpose))
    }
}
