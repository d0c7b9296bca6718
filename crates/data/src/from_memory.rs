//! Data sets from arrays and from rows that are in memory.

use crate::dataset::Dataset;
use crate::error::{DataError, DataProblem};
use crate::targets::Targets;
use ndarray::ArrayView2;
use wengert_kernels::Float;

impl<F: Float> Dataset<F> {
    /// A data set of features of shape `(examples, width)`, in any memory layout, and one target per example.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_data::{Dataset, Targets};
    ///
    /// let x = array![[0.0, 1.0], [1.0, 1.0], [2.0, 0.0]];
    /// let data = Dataset::from_array("points", &x, Targets::classes([0, 1, 1]))?;
    /// assert_eq!((data.examples(), data.width(), data.row(2)), (3, 2, [2.0, 0.0].as_slice()));
    /// # Ok::<(), wengert_data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// See [`new`](Self::new).
    pub fn from_array<'a>(
        name: impl Into<String>,
        features: impl Into<ArrayView2<'a, F>>,
        targets: Targets<F>,
    ) -> Result<Self, DataError>
    where
        F: 'a,
    {
        let features = features.into();
        Self::new(name, features.iter().copied().collect(), features.ncols(), targets)
    }

    /// A data set of rows, all of the length of the first one, and one target per example.
    ///
    /// ```
    /// use wengert_data::{Dataset, Targets};
    ///
    /// let sizes = [[30.0, 1.0], [70.0, 3.0]];
    /// let data = Dataset::from_rows("flats", sizes, Targets::values([400.0, 900.0]))?;
    /// assert_eq!(data.features(), [30.0, 1.0, 70.0, 3.0]);
    /// # Ok::<(), wengert_data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// If the length of a row differs from that of the first row, and for the reasons of [`new`](Self::new).
    pub fn from_rows(
        name: impl Into<String>,
        rows: impl IntoIterator<Item = impl AsRef<[F]>>,
        targets: Targets<F>,
    ) -> Result<Self, DataError> {
        let (mut features, mut first) = (Vec::new(), None);
        for (i, row) in rows.into_iter().enumerate() {
            let row = row.as_ref();
            let width = *first.get_or_insert(row.len());
            if row.len() != width {
                let mut error = DataProblem::RowLength { values: row.len(), width }.of(name);
                error.place.row = Some(i + 1);
                return Err(error);
            }
            features.extend_from_slice(row);
        }
        let Some(width) = first else { return Err(DataProblem::NoExamples.of(name)) };
        Self::new(name, features, width, targets)
    }
}
