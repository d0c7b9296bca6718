//! The graph in DOT, the language of Graphviz.

use super::digits::short;
use super::formula::Notation;
use super::graph::Graph;
use super::node::{Node, Source};
use std::fmt::Write;

impl Graph {
    /// The graph for Graphviz: nodes labelled with formula, value and adjoint, edges with partials.
    ///
    /// ```
    /// use wengert_ad::{Elementary, trace::Graph};
    ///
    /// let graph = Graph::of(&[("x", 3.0)], |v| v[0].square());
    /// assert!(graph.dot().contains(r#"n0 -> n1 [label="6"];"#));
    /// ```
    pub fn dot(&self) -> String {
        let mut lines = vec![
            "digraph graph_of_operations {".to_owned(),
            "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"monospace\"];".into(),
            "  edge [fontname=\"monospace\"];".into(),
        ];
        let adjoints = self.reverse().derivatives;
        for (node, adjoint) in self.nodes().iter().zip(adjoints) {
            let (id, fill) = (node.id, self.fill(node));
            let (formula, value) = (quoted(&self.equation(node, Notation::Short)), short(node.value));
            let adjoint = short(adjoint);
            lines.push(format!("  n{id} [label=\"{formula}\\nvalue {value}\\nadjoint {adjoint}\"{fill}];"));
            for (operand, partial) in node.active_operands() {
                lines.push(format!("  n{operand} -> n{id} [label=\"{}\"];", short(partial)));
            }
        }
        let mut text = lines.join("\n");
        writeln!(text, "\n}}").expect("writing to a string cannot fail");
        text
    }

    fn fill(&self, node: &Node) -> &'static str {
        match (node.is_input(), self.output() == Source::Node(node.id)) {
            (_, true) => ", fillcolor=\"#e3f4e1\"",
            (true, _) => ", fillcolor=\"#e4eefb\"",
            _ => "",
        }
    }
}

/// The text escaped for a quoted string.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
