//! Data sets as tables.

use crate::dataset::Dataset;
use crate::error::DataError;
use crate::table::{Column, ColumnValues, Table};
use crate::targets::Targets;

impl Dataset {
    /// The data set as a table in the user's units, whose last columns are the targets. Columns without names
    /// are `x1`, `x2`, ..., `class`, and `y1`, `y2`, ...
    ///
    /// Numbers are those that their shortest decimals stand for, as if they were read from a file with these
    /// decimals.
    ///
    /// ```
    /// let table = wengert_data::data_set("moons", 7)?.to_table()?;
    /// let names: Vec<&str> = table.columns().iter().map(|column| &*column.name).collect();
    /// assert_eq!(names, ["x1", "x2", "class"]);
    /// # Ok::<(), wengert_data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// If two columns have the same name.
    pub fn to_table(&self) -> Result<Table, DataError> {
        let (values, width) = (self.unscaled(), self.width());
        let numbered =
            |kind: &str, count: usize| (1..=count).map(|i| format!("{kind}{i}")).collect::<Vec<_>>();
        let names = |given: Option<&[String]>, kind, count| {
            given.map_or_else(|| numbered(kind, count), <[String]>::to_vec)
        };
        let column = |values: &[f64], width: usize, j: usize| {
            ColumnValues::Numbers(values.iter().skip(j).step_by(width).map(|&x| decimal(x)).collect())
        };
        let features = names(self.feature_names(), "x", width).into_iter().enumerate();
        let mut columns: Vec<Column> =
            features.map(|(j, name)| Column { name, values: column(values.features(), width, j) }).collect();
        match values.targets() {
            Targets::Classes { labels, .. } => {
                let name = names(self.target_names(), "class", 1).swap_remove(0);
                let name = if self.target_names().is_none() { "class".to_owned() } else { name };
                columns.push(Column { name, values: classes(labels, self.class_names()) });
            }
            Targets::Values { values, width } => {
                let names = names(self.target_names(), "y", *width).into_iter().enumerate();
                columns.extend(names.map(|(j, name)| Column { name, values: column(values, *width, j) }));
            }
        }
        Table::new(self.name(), columns)
    }
}

/// The number that the shortest decimal of a number in single precision stands for, as if it were read from a
/// file: 5.1, not 5.099999904632568.
fn decimal(x: f64) -> f64 {
    let single = x as f32;
    if f64::from(single) == x { single.to_string().parse().unwrap_or(x) } else { x }
}

/// Classes by name; numbers if they have none, or if all names are numbers.
fn classes(labels: &[u32], names: Option<&[String]>) -> ColumnValues {
    let number = |label: u32| match names {
        Some(names) => names[label as usize].parse().ok(),
        None => Some(f64::from(label)),
    };
    let numbers: Option<Vec<f64>> = labels.iter().map(|&label| number(label)).collect();
    match (numbers, names) {
        (None, Some(names)) => ColumnValues::Texts { codes: labels.to_vec(), words: names.to_vec() },
        (numbers, _) => ColumnValues::Numbers(numbers.unwrap_or_default()),
    }
}
