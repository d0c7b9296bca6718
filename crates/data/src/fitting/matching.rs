//! The columns of a table that a model takes, found by name.

use crate::encoding_problem::EncodingProblem;
use crate::error::DataError;
use crate::preprocessing::Preprocessing;
use crate::table::Table;

/// Where a table has the columns of a model.
pub(super) struct Matched {
    /// The indices of the inputs.
    pub(super) inputs: Vec<usize>,
    /// The indices of the targets, if the table has all of them.
    pub(super) targets: Option<Vec<usize>>,
}

impl Preprocessing {
    /// Finds the columns of the model in a table: by name, or by order if the table or the model has no
    /// names.
    pub(super) fn matched(&self, table: &Table) -> Result<Matched, DataError> {
        if !self.stored.has_header || !table.has_header() {
            return self.matched_by_order(table);
        }
        let find = |name: &str| table.column_named(name);
        let missing: Vec<String> = self
            .inputs()
            .iter()
            .filter(|input| find(&input.name).is_none())
            .map(|input| input.name.clone())
            .collect();
        if !missing.is_empty() {
            return Err(table.error(EncodingProblem::MissingColumns { names: missing }));
        }
        let is_known = |name: &String| self.stored.columns.contains(name);
        let is_index = |column: usize| {
            column == 0 && (table.unnamed().contains(&0) || table.columns()[0].name == "Unnamed: 0")
        };
        let extra =
            table.columns().iter().enumerate().filter(|&(i, column)| !is_known(&column.name) && !is_index(i));
        let names: Vec<String> = extra.map(|(_, column)| column.name.clone()).collect();
        if !names.is_empty() {
            let known = self.stored.columns.clone();
            return Err(table.error(EncodingProblem::ExtraColumns { names, known }));
        }
        Ok(Matched {
            inputs: self.inputs().iter().filter_map(|input| find(&input.name)).collect(),
            targets: self.target_names().iter().map(|name| find(name)).collect(),
        })
    }

    /// The columns by their order: those of the training table, those without its targets, or the inputs.
    fn matched_by_order(&self, table: &Table) -> Result<Matched, DataError> {
        let all = &self.stored.columns;
        let is_target = |name: &String| self.target_names().contains(name);
        let without_targets: Vec<&String> = all.iter().filter(|name| !is_target(name)).collect();
        let inputs: Vec<&String> = self.inputs().iter().map(|input| &input.name).collect();
        let found = table.columns().len();
        let given: Vec<&String> = match found {
            found if found == all.len() => all.iter().collect(),
            found if found == without_targets.len() => without_targets,
            found if found == inputs.len() => inputs,
            _ => {
                let (inputs, all) = (self.inputs().len(), all.len());
                return Err(table.error(EncodingProblem::ColumnCount { found, inputs, all }));
            }
        };
        let find = |name: &String| given.iter().position(|given| *given == name);
        Ok(Matched {
            inputs: self.inputs().iter().filter_map(|input| find(&input.name)).collect(),
            targets: self.target_names().iter().map(find).collect(),
        })
    }
}
