//! The graph in the language of Graphviz.

use super::digits::short;
use super::formula::Notation;
use super::graph::{Graph, Source};
use std::fmt::Write;

impl Graph {
    /// The graph for Graphviz: boxes with formula, value and adjoint, edges with partials.
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
        for (i, (node, adjoint)) in self.nodes().iter().zip(adjoints).enumerate() {
            let formula = match node.rule {
                Some(_) => format!("{} = {}", node.name, self.formula(node, Notation::Short)),
                None => node.name.clone(),
            };
            let (formula, value, adjoint) = (quoted(&formula), short(node.value), short(adjoint));
            let fill = match (node.rule.is_none(), self.output() == Source::Node(i)) {
                (_, true) => ", fillcolor=\"#e3f4e1\"",
                (true, _) => ", fillcolor=\"#e4eefb\"",
                _ => "",
            };
            lines.push(format!("  n{i} [label=\"{formula}\\nvalue {value}\\nadjoint {adjoint}\"{fill}];"));
            for (source, partial) in node.active_operands() {
                lines.push(format!("  n{source} -> n{i} [label=\"{}\"];", short(partial)));
            }
        }
        let mut text = lines.join("\n");
        writeln!(text, "\n}}").expect("writing to a string cannot fail");
        text
    }
}

/// What stands between quotation marks in DOT.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
