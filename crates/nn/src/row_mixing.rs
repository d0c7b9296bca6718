//! The declaration that the rows of a batch are not independent.

/// When the outputs of a module for one row of a batch depend on the other rows.
///
/// Rows are independent unless a layer says otherwise: training then splits a batch into shards, and
/// evaluation and inference split their examples into blocks. A layer that mixes rows declares it with
/// [`Layout::mix_rows`](crate::Layout::mix_rows), a loss with [`Loss::mixes_rows`](crate::Loss::mixes_rows).
/// [`observed_row_mixing`](crate::diagnostics::observed_row_mixing) tests a module for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum RowMixing {
    /// In no pass. A batch may be split.
    #[default]
    Never,
    /// In training passes only, as in batch normalisation. A training step needs the whole batch.
    InTraining,
    /// In every pass. Evaluation and inference, too, need all examples at once, and what a row gives depends
    /// on the rows that are given with it.
    Always,
}

impl RowMixing {
    /// Whether a pass of this mode mixes rows.
    pub fn applies(self, training: bool) -> bool {
        self >= if training { Self::InTraining } else { Self::Always }
    }
}
