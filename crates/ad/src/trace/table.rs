//! The graph as a table in plain text.

use super::digits::short;
use super::graph::Graph;
use super::node::Node;
use std::fmt;

const COLUMNS: [&str; 5] = ["node", "formula", "value", "partials", "adjoint"];

impl Graph {
    /// The partials of a node, such as `∂/∂x = 12, ∂/∂v3 = 1`; constant operands are left out.
    pub fn partials(&self, node: &Node) -> String {
        let partial = |(operand, partial)| format!("∂/∂{} = {}", self.node(operand).name, short(partial));
        node.active_operands().map(partial).collect::<Vec<_>>().join(", ")
    }

    fn row(&self, node: &Node, adjoint: f64) -> [String; 5] {
        let formula = if node.is_input() { node.operator.into() } else { node.formula.clone() };
        [node.name.clone(), formula, short(node.value), self.partials(node), short(adjoint)]
    }
}

impl fmt::Display for Graph {
    /// An aligned table with one row per node: name, formula, value, partials with respect to its
    /// operands, and adjoint.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![COLUMNS.map(str::to_owned)];
        let adjoints = self.reverse().derivatives;
        rows.extend(self.nodes().iter().zip(adjoints).map(|(node, adjoint)| self.row(node, adjoint)));
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
