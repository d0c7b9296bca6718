//! The graph as a table in plain text.

use super::digits::short;
use super::graph::Graph;
use std::fmt;

const COLUMNS: [&str; 5] = ["node", "formula", "value", "partials", "adjoint"];

impl Graph {
    /// A row a node: its name, operation, value, the partials by its operands, and the adjoint.
    pub(super) fn rows(&self) -> Vec<[String; 5]> {
        let adjoints = self.reverse().derivatives;
        let row = |(node, adjoint): (&super::Node, f64)| {
            let by = |(source, partial): (usize, f64)| {
                format!("by {}: {}", self.nodes()[source].name, short(partial))
            };
            let partials = node.active_operands().map(by).collect::<Vec<_>>().join(", ");
            let formula = if node.rule.is_none() { node.operator.into() } else { node.formula.clone() };
            [node.name.clone(), formula, short(node.value), partials, short(adjoint)]
        };
        self.nodes().iter().zip(adjoints).map(row).collect()
    }
}

impl fmt::Display for Graph {
    /// The nodes as an aligned table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![COLUMNS.map(str::to_owned)];
        rows.extend(self.rows());
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 5] = std::array::from_fn(width);
        for (i, row) in rows.iter().enumerate() {
            let cells: Vec<String> =
                row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            let end = if i + 1 < rows.len() { "\n" } else { "" };
            write!(f, "{}{end}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}
