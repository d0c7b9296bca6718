//! The preprocessing of models whose features are columns of numbers as they are.

use super::encoding::{ColumnEncoding, InputColumn, TargetEncoding};
use super::options::{Missing, UnknownCategory};
use super::plan::{Kind, Preprocessing, Stored};

impl Preprocessing {
    /// The preprocessing of a model that was not trained on a table: each feature is a column of numbers, and
    /// the targets follow. With `has_header`, the columns of tables with a header are matched by these names;
    /// otherwise, columns are matched by their order.
    ///
    /// ```
    /// use wengert_data::{Column, ColumnValues, Preprocessing, Table, TargetEncoding};
    ///
    /// let target = TargetEncoding::Values { columns: vec!["price".into()] };
    /// let preprocessing = Preprocessing::of_numbers(vec!["size".into(), "age".into()], target, true)?;
    /// let column = |name: &str, x| Column { name: name.into(), values: ColumnValues::Numbers(vec![x]) };
    /// let table = Table::new("house", vec![column("age", 30.0), column("size", 120.0)])?;
    /// assert_eq!(preprocessing.features(&table)?, [120.0, 30.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If two names are equal, or if there is no feature, no target, or a single class.
    pub fn of_numbers(
        features: Vec<String>,
        target: TargetEncoding,
        has_header: bool,
    ) -> Result<Self, String> {
        let kind = match &target {
            TargetEncoding::Classes { names, .. }
                if names.iter().any(|name| name.parse::<f64>().is_err()) =>
            {
                Kind::Texts
            }
            _ => Kind::Numbers,
        };
        let columns = features.iter().chain(target.columns()).cloned().collect();
        let target_kinds = vec![kind; target.columns().len()];
        let input =
            |name| InputColumn { name, encoding: ColumnEncoding::Number, fill: None, indicator: false };
        let stored = Stored {
            columns,
            has_header,
            inputs: features.into_iter().map(input).collect(),
            target,
            dropped: Vec::new(),
            weight: None,
            missing: Missing::Refuse,
            unknown: UnknownCategory::Refuse,
            target_kinds,
        };
        Self::try_from(stored)
    }
}
