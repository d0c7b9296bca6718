//! The encodings of columns, which a model keeps.

use serde::{Deserialize, Serialize};

/// How a column of texts, numbers or dates becomes features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnEncoding {
    /// One feature: the number.
    Number,
    /// One feature: the seconds since the beginning of 1970.
    Date,
    /// A feature for each category: 1 for that of the row, 0 for the others.
    OneHot {
        /// The texts that occur in the training table, sorted.
        categories: Vec<String>,
    },
}

/// A column that a model takes as an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputColumn {
    /// Its name.
    pub name: String,
    /// How it becomes features.
    pub encoding: ColumnEncoding,
    /// What replaces a missing value: a number, or the index of a category. A missing value in a column
    /// without one is an error, unless there is an indicator.
    pub fill: Option<f64>,
    /// Whether a last feature says that the value is missing.
    pub indicator: bool,
}

impl InputColumn {
    /// The number of features.
    #[must_use]
    pub fn width(&self) -> usize {
        let values = match &self.encoding {
            ColumnEncoding::Number | ColumnEncoding::Date => 1,
            ColumnEncoding::OneHot { categories } => categories.len(),
        };
        values + usize::from(self.indicator)
    }

    /// The names of the features: that of the column, `column=category`, and `column is missing`.
    pub(crate) fn feature_names(&self) -> impl Iterator<Item = String> {
        let values = match &self.encoding {
            ColumnEncoding::Number | ColumnEncoding::Date => vec![self.name.clone()],
            ColumnEncoding::OneHot { categories } => {
                categories.iter().map(|category| format!("{}={category}", self.name)).collect()
            }
        };
        values.into_iter().chain(self.indicator.then(|| format!("{} is missing", self.name)))
    }
}

/// How the targets are made of columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetEncoding {
    /// Classification.
    Classes {
        /// The name of the column.
        column: String,
        /// The names of the classes, in the order of their labels: numbers ascending, texts in alphabetical
        /// order.
        names: Vec<String>,
    },
    /// Regression.
    Values {
        /// The names of the columns.
        columns: Vec<String>,
    },
}

impl TargetEncoding {
    /// The names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        match self {
            Self::Classes { column, .. } => std::slice::from_ref(column),
            Self::Values { columns } => columns,
        }
    }
}
