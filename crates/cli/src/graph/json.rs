//! The graph as one JSON object.
//!
//! JSON has no word for the numbers that aren't finite: they are written as the strings `"NaN"`, `"inf"`, `"-inf"`.

use super::Swept;
use serde::ser::{Serialize, Serializer};
use wengert::ad::trace::{Node, OperationCount, Source};

/// The object, on several lines.
pub(super) fn report(swept: &Swept) -> String {
    serde_json::to_string_pretty(&Report::of(swept)).expect("strings, numbers and names are always JSON")
}

#[derive(serde::Serialize)]
struct Report<'a> {
    value: Number,
    /// By the reverse sweep.
    gradient: ByName<'a, Number>,
    forward_gradient: ByName<'a, Number>,
    nodes: Vec<NodeReport<'a>>,
    operations: OperationsReport<'a>,
}

#[derive(serde::Serialize)]
struct NodeReport<'a> {
    name: &'a str,
    operator: &'a str,
    formula: &'a str,
    value: Number,
    operands: Vec<OperandReport<'a>>,
    tangents: ByName<'a, Number>,
    adjoint: Number,
}

/// An operand is a node, which has a name, or a constant.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum OperandReport<'a> {
    Node { name: &'a str, partial: Number },
    Constant { constant: Number, partial: Number },
}

#[derive(serde::Serialize)]
struct OperationsReport<'a> {
    forward: ByName<'a, Cost>,
    reverse: Cost,
}

#[derive(serde::Serialize)]
struct Cost {
    multiplications: usize,
    additions: usize,
}

impl<'a> Report<'a> {
    fn of(swept: &'a Swept) -> Self {
        let Swept { graph, variables, forward, reverse } = swept;
        let nodes = graph.nodes().iter().enumerate();
        Self {
            value: Number(graph.value()),
            gradient: by_name(variables, swept.gradient().iter().copied().map(Number)),
            forward_gradient: by_name(variables, swept.forward_gradient().into_iter().map(Number)),
            nodes: nodes.map(|(i, node)| NodeReport::of(swept, i, node)).collect(),
            operations: OperationsReport {
                forward: by_name(variables, forward.iter().map(|sweep| Cost::of(sweep.operations))),
                reverse: Cost::of(reverse.operations),
            },
        }
    }
}

impl<'a> NodeReport<'a> {
    fn of(swept: &'a Swept, i: usize, node: &'a Node) -> Self {
        let operand = |&(source, partial): &(Source, f64)| match source {
            Source::Node(id) => {
                OperandReport::Node { name: &swept.graph.node(id).name, partial: Number(partial) }
            }
            Source::Constant(c) => OperandReport::Constant { constant: Number(c), partial: Number(partial) },
        };
        let tangents = swept.forward.iter().map(|sweep| Number(sweep.derivatives[i]));
        Self {
            name: &node.name,
            operator: node.operator,
            formula: &node.formula,
            value: Number(node.value),
            operands: node.operands.iter().map(operand).collect(),
            tangents: by_name(&swept.variables, tangents),
            adjoint: Number(swept.reverse.derivatives[i]),
        }
    }
}

impl Cost {
    fn of(OperationCount { multiplications, additions }: OperationCount) -> Self {
        Self { multiplications, additions }
    }
}

/// A number that is a string where JSON has no number.
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() {
            serializer.serialize_f64(self.0)
        } else {
            serializer.serialize_str(&self.0.to_string())
        }
    }
}

/// An object with a field a variable, in the order of the variables.
struct ByName<'a, V>(Vec<(&'a str, V)>);

fn by_name<V>(variables: &[String], values: impl Iterator<Item = V>) -> ByName<'_, V> {
    ByName(variables.iter().map(String::as_str).zip(values).collect())
}

impl<V: Serialize> Serialize for ByName<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
