//! The graph as a Markdown table with formulas in LaTeX.

use super::digits::short;
use super::formula::Notation;
use super::graph::Graph;
use super::node::{Node, Source};
use std::fmt::Write;

impl Graph {
    /// A Markdown table with one row per node: name, formula, value, partials as formulas and
    /// numbers, and adjoint.
    ///
    /// ```
    /// use wengert_ad::{Elementary, trace::Graph};
    ///
    /// let markdown = Graph::of(&[("x", 3.0)], |v| v[0].square()).markdown();
    /// assert!(markdown.contains(r"| $x^{2}$ | 9 | $\partial v_{1} / \partial x = 2 \, x$ = 6 | 1 |"));
    /// ```
    pub fn markdown(&self) -> String {
        let mut text = "| node | formula | value | partials | adjoint |\n|---|---|--:|---|--:|\n".to_owned();
        let adjoints = self.reverse().derivatives;
        for (node, adjoint) in self.nodes().iter().zip(adjoints) {
            let name = math(&Notation::Latex.name(&node.name).text);
            let formula = match node.is_input() {
                true => node.operator.to_owned(),
                false => math(&self.formula(node, Notation::Latex)),
            };
            let (value, adjoint) = (short(node.value), short(adjoint));
            let partials = self.partials_in_markdown(node);
            let row = writeln!(text, "| {name} | {formula} | {value} | {partials} | {adjoint} |");
            row.expect("writing to a string cannot fail");
        }
        text
    }

    fn partials_in_markdown(&self, node: &Node) -> String {
        let name = |node: &Node| Notation::Latex.name(&node.name).text;
        let formulas = self.partial_formulas(node, Notation::Latex);
        let partials = node.operands.iter().zip(formulas).filter_map(|(&(source, partial), formula)| {
            let Source::Node(operand) = source else { return None };
            let number = short(partial);
            let symbol = format!(r"\partial {} / \partial {}", name(node), name(self.node(operand)));
            let left = if formula.text == number { symbol } else { format!("{symbol} = {}", formula.text) };
            Some(format!("{} = {number}", math(&left)))
        });
        partials.collect::<Vec<_>>().join(", ")
    }
}

/// Inline mathematics, without the bars that would end a cell of the table.
fn math(formula: &str) -> String {
    format!("${}$", formula.replace(r"\left|", r"\left\vert ").replace(r"\right|", r"\right\vert "))
}
