//! The graph as a table in Markdown, formulas as mathematics.

use super::digits::short;
use super::formula::Notation;
use super::graph::{Graph, Node};
use std::fmt::Write;

impl Graph {
    /// A Markdown table of the nodes: formula, value, partials as formulas and numbers, adjoint.
    ///
    /// ```
    /// use wengert_ad::{Elementary, trace::Graph};
    ///
    /// let graph = Graph::of(&[("x", 3.0)], |v| v[0].square());
    /// assert!(graph.markdown().contains(r"| $v_{1}$ | $x^{2}$ | 9 | by $x$: $2 \, x$ = 6 | 1 |"));
    /// ```
    pub fn markdown(&self) -> String {
        let mut text = "| node | formula | value | partials | adjoint |\n|---|---|--:|---|--:|\n".to_owned();
        let adjoints = self.reverse().derivatives;
        for (node, adjoint) in self.nodes().iter().zip(adjoints) {
            let name = math(&Notation::Latex.name(&node.name).text);
            let formula = match node.rule {
                Some(_) => math(&self.formula(node, Notation::Latex)),
                None => node.operator.to_owned(),
            };
            let (value, adjoint) = (short(node.value), short(adjoint));
            let partials = self.partials_in_markdown(node);
            let row = writeln!(text, "| {name} | {formula} | {value} | {partials} | {adjoint} |");
            row.expect("writing to a string cannot fail");
        }
        text
    }

    fn partials_in_markdown(&self, node: &Node) -> String {
        let formulas = self.partial_formulas(node, Notation::Latex);
        let partials = node.operands.iter().zip(formulas).filter_map(|(&(source, partial), formula)| {
            let super::Source::Node(operand) = source else { return None };
            let by = math(&Notation::Latex.name(&self.nodes()[operand].name).text);
            let number = short(partial);
            let formula =
                if formula.text == number { String::new() } else { format!("{} = ", math(&formula.text)) };
            Some(format!("by {by}: {formula}{number}"))
        });
        partials.collect::<Vec<_>>().join(", ")
    }
}

/// Inline mathematics; a bar would end the cell of the table.
fn math(formula: &str) -> String {
    format!("${}$", formula.replace(r"\left|", r"\left\vert ").replace(r"\right|", r"\right\vert "))
}
