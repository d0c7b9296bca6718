//! What is said about the columns of a table before a model is trained on it.

use crate::task::Task;
use serde::{Deserialize, Serialize};

/// What happens to missing values of the inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    /// They are an error, with line and column.
    #[default]
    Refuse,
    /// A missing number is the mean of its column in the training rows, a missing text the most frequent one.
    Mean,
    /// A missing number is the median of its column in the training rows, a missing text the most frequent
    /// one.
    Median,
    /// Rows with missing values are left out of data sets. In predictions, they are an error.
    Drop,
    /// As `Mean` for numbers. A column with missing values in the training rows gets a feature that is 1
    /// where the value is missing, and 0 elsewhere; a missing text is no category.
    Indicator,
}

/// What happens to a text that did not occur in training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownCategory {
    /// It is an error, with line and column.
    #[default]
    Refuse,
    /// It is no category: all features of its column are 0.
    Zeros,
}

/// Implements the names of the values of an option.
macro_rules! names {
    ($type:ty: $($name:literal $value:ident),+) => {
        impl $type {
            /// All values.
            pub const ALL: &[Self] = &[$(Self::$value),+];

            /// The name on the command line.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $name),+
                }
            }

            /// The value with this name.
            #[must_use]
            pub fn by_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }
    };
}

names!(Missing: "refuse" Refuse, "mean" Mean, "median" Median, "drop" Drop, "indicator" Indicator);
names!(UnknownCategory: "refuse" Refuse, "zeros" Zeros);

/// What is said about the columns of a table. The default infers the task from the last column, takes all
/// others as inputs, and refuses missing values and unknown texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreprocessingOptions {
    /// The columns of the targets, by name or by number from 1. None means the last column.
    pub targets: Vec<String>,
    /// Columns to leave out, by name or by number from 1.
    pub drop: Vec<String>,
    /// The column with the weights of the examples, by name or by number from 1: see
    /// [`Dataset::weights`](crate::Dataset::weights). By default, all count once.
    pub weight: Option<String>,
    /// Classification or regression; by default inferred from the target, with a
    /// [reason](crate::Preprocessing::task_reason).
    pub task: Option<Task>,
    /// What happens to missing values.
    pub missing: Missing,
    /// What happens to texts that did not occur in training.
    pub unknown: UnknownCategory,
    /// The largest number of different texts in a column of inputs: each becomes a feature. More are an
    /// error.
    pub most_categories: usize,
}

impl Default for PreprocessingOptions {
    fn default() -> Self {
        Self {
            targets: Vec::new(),
            drop: Vec::new(),
            weight: None,
            task: None,
            missing: Missing::default(),
            unknown: UnknownCategory::default(),
            most_categories: 100,
        }
    }
}
