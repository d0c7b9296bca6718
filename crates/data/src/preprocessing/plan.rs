//! [`Preprocessing`]: what a model needs to take raw tables.

use super::encoding::{InputColumn, TargetEncoding};
use super::options::{Missing, UnknownCategory};
use crate::table::{ColumnKind, TableOptions};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// How the columns of a table become the features and the targets of a data set: what a model needs to take
/// raw tables. It is made of a table by [`fit`](Self::fit), and is part of the model afterwards.
///
/// It is serialised, as JSON say, without loss; what is deserialised is checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Preprocessing {
    pub(crate) stored: Stored,
    pub(crate) task_reason: String,
    pub(crate) notes: Vec<String>,
}

/// What is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    /// The names of all columns of the table, in its order.
    pub(crate) columns: Vec<String>,
    /// Whether the names come from a header.
    pub(crate) has_header: bool,
    pub(crate) inputs: Vec<InputColumn>,
    pub(crate) target: TargetEncoding,
    pub(crate) dropped: Vec<String>,
    /// The column with the weights of the examples.
    pub(crate) weight: Option<String>,
    pub(crate) missing: Missing,
    pub(crate) unknown: UnknownCategory,
    /// The kinds of the targets, in their order.
    pub(crate) target_kinds: Vec<Kind>,
}

/// The kind of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Numbers,
    Texts,
    Dates,
}

impl From<Preprocessing> for Stored {
    fn from(preprocessing: Preprocessing) -> Self {
        preprocessing.stored
    }
}

impl TryFrom<Stored> for Preprocessing {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        stored.check()?;
        Ok(Self { stored, task_reason: String::new(), notes: Vec::new() })
    }
}

impl Stored {
    /// Checks what [`Preprocessing::fit`] guarantees.
    fn check(&self) -> Result<(), String> {
        use super::encoding::ColumnEncoding::OneHot;
        let columns: HashSet<&str> = self.columns.iter().map(String::as_str).collect();
        if columns.len() != self.columns.len() {
            return Err("two columns have the same name".into());
        }
        let inputs = self.inputs.iter().map(|input| &*input.name);
        let used: Vec<&str> = inputs
            .chain(self.target.columns().iter().map(String::as_str))
            .chain(self.dropped.iter().chain(&self.weight).map(String::as_str))
            .collect();
        if used.iter().copied().collect::<HashSet<_>>() != columns || used.len() != columns.len() {
            return Err("every column must be an input, a target, a weight, or dropped".into());
        }
        if self.inputs.is_empty() || self.target.columns().is_empty() {
            return Err("an input and a target are needed".into());
        }
        if self.target_kinds.len() != self.target.columns().len() {
            return Err("every target needs a kind".into());
        }
        if let TargetEncoding::Classes { names, .. } = &self.target
            && (names.len() < 2 || names.iter().collect::<HashSet<_>>().len() != names.len())
        {
            return Err("at least two classes are needed, with different names".into());
        }
        for input in &self.inputs {
            let fill_fits = |fill: f64| match &input.encoding {
                OneHot { categories } => {
                    fill.fract() == 0.0 && (0.0..categories.len() as f64).contains(&fill)
                }
                _ => fill.is_finite(),
            };
            if !input.fill.is_none_or(fill_fits) {
                return Err(format!("what replaces missing values of {:?} is not a value", input.name));
            }
            if let OneHot { categories } = &input.encoding
                && (categories.is_empty()
                    || categories.iter().collect::<HashSet<_>>().len() != categories.len())
            {
                return Err(format!("the categories of {:?} must be different", input.name));
            }
        }
        Ok(())
    }
}

impl Preprocessing {
    /// The columns that the model takes, in the order of the features.
    #[must_use]
    pub fn inputs(&self) -> &[InputColumn] {
        &self.stored.inputs
    }

    /// How the targets are made.
    #[must_use]
    pub fn target(&self) -> &TargetEncoding {
        &self.stored.target
    }

    /// The columns that are left out, by name.
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.stored.dropped
    }

    /// The column with the weights of the examples.
    #[must_use]
    pub fn weight(&self) -> Option<&str> {
        self.stored.weight.as_deref()
    }

    /// What happens to missing values.
    #[must_use]
    pub fn missing(&self) -> Missing {
        self.stored.missing
    }

    /// What happens to texts that did not occur in training.
    #[must_use]
    pub fn unknown(&self) -> UnknownCategory {
        self.stored.unknown
    }

    /// The number of features.
    #[must_use]
    pub fn width(&self) -> usize {
        self.inputs().iter().map(InputColumn::width).sum()
    }

    /// The names of the features: that of a column of numbers, `column=category` for each category of a
    /// column of texts, and `column is missing` for an indicator.
    #[must_use]
    pub fn feature_names(&self) -> Vec<String> {
        self.inputs().iter().flat_map(InputColumn::feature_names).collect()
    }

    /// The names of the classes in the order of their labels; `None` for a regression.
    #[must_use]
    pub fn class_names(&self) -> Option<&[String]> {
        match self.target() {
            TargetEncoding::Classes { names, .. } => Some(names),
            TargetEncoding::Values { .. } => None,
        }
    }

    /// The names of the columns with the targets.
    #[must_use]
    pub fn target_names(&self) -> &[String] {
        self.target().columns()
    }

    /// The task and why, a sentence to be printed: "classification of "species": the target has texts; 3
    /// classes". Empty for a preprocessing that was deserialised.
    #[must_use]
    pub fn task_reason(&self) -> &str {
        &self.task_reason
    }

    /// What was decided about columns without being asked, a sentence each, to be printed. Empty for a
    /// preprocessing that was deserialised.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How a table for the model is read: its columns have the kinds that they had in training, whatever its
    /// rows suggest, and a first row with the names of the inputs is a header.
    #[must_use]
    pub fn table_options(&self) -> TableOptions {
        use super::encoding::ColumnEncoding::{Date, Number, OneHot};
        let inputs = self.inputs().iter().map(|input| {
            let kind = match input.encoding {
                Number => ColumnKind::Numbers,
                Date => ColumnKind::Dates,
                OneHot { .. } => ColumnKind::Texts,
            };
            (input.name.clone(), kind)
        });
        let targets = self.target_names().iter().zip(&self.stored.target_kinds).map(|(name, kind)| {
            let kind = match kind {
                Kind::Numbers => ColumnKind::Numbers,
                Kind::Texts => ColumnKind::Texts,
                Kind::Dates => ColumnKind::Dates,
            };
            (name.clone(), kind)
        });
        let names = match self.stored.has_header {
            true => self.inputs().iter().map(|input| input.name.clone()).collect(),
            false => Vec::new(),
        };
        let weight = self.stored.weight.iter().map(|name| (name.clone(), ColumnKind::Numbers));
        TableOptions {
            kinds: inputs.chain(targets).chain(weight).collect(),
            names,
            ..TableOptions::default()
        }
    }
}
