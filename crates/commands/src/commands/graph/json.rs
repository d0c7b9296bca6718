//! The graph as one JSON object.

use super::sweeps::Sweeps;
use crate::output::{JSON_VERSION, json_number};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use wengert::ad::trace::{Node, OperationCount, Source};

/// The object, indented.
pub(super) fn report(sweeps: &Sweeps) -> String {
    serde_json::to_string_pretty(&Report::of(sweeps)).expect("strings and numbers are valid JSON")
}

#[derive(serde::Serialize)]
struct Report<'a> {
    version: u32,
    value: Value,
    /// From the reverse sweep.
    gradient: ByName<'a, Value>,
    forward_gradient: Option<ByName<'a, Value>>,
    nodes: Vec<NodeReport<'a>>,
    operations: OperationsReport<'a>,
}

#[derive(serde::Serialize)]
struct NodeReport<'a> {
    name: &'a str,
    operator: &'a str,
    formula: &'a str,
    value: Value,
    operands: Vec<OperandReport<'a>>,
    tangents: Option<ByName<'a, Value>>,
    adjoint: Value,
}

/// An operand is a node with a name, or a constant.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum OperandReport<'a> {
    Node { name: &'a str, partial: Value },
    Constant { constant: Value, partial: Value },
}

#[derive(serde::Serialize)]
struct OperationsReport<'a> {
    forward: Option<ByName<'a, Cost>>,
    reverse: Cost,
}

#[derive(serde::Serialize)]
struct Cost {
    multiplications: usize,
    additions: usize,
}

impl<'a> Report<'a> {
    fn of(sweeps: &'a Sweeps) -> Self {
        let Sweeps { graph, variables, forward, reverse } = sweeps;
        let nodes = graph.nodes().iter().enumerate();
        Self {
            version: JSON_VERSION,
            value: json_number(graph.value()),
            gradient: by_name(variables, sweeps.gradient().iter().copied().map(json_number)),
            forward_gradient: sweeps
                .forward_gradient()
                .map(|gradient| by_name(variables, gradient.into_iter().map(json_number))),
            nodes: nodes.map(|(i, node)| NodeReport::of(sweeps, i, node)).collect(),
            operations: OperationsReport {
                forward: forward
                    .as_ref()
                    .map(|sweeps| by_name(variables, sweeps.iter().map(|sweep| Cost::of(sweep.operations)))),
                reverse: Cost::of(reverse.operations),
            },
        }
    }
}

impl<'a> NodeReport<'a> {
    fn of(sweeps: &'a Sweeps, i: usize, node: &'a Node) -> Self {
        let operand = |&(source, partial): &(Source, f64)| match source {
            Source::Node(id) => {
                OperandReport::Node { name: &sweeps.graph.node(id).name, partial: json_number(partial) }
            }
            Source::Constant(c) => {
                OperandReport::Constant { constant: json_number(c), partial: json_number(partial) }
            }
        };
        let tangents = sweeps.forward.as_ref().map(|sweeps_of| {
            by_name(&sweeps.variables, sweeps_of.iter().map(|sweep| json_number(sweep.derivatives[i])))
        });
        Self {
            name: &node.name,
            operator: node.operator,
            formula: &node.formula,
            value: json_number(node.value),
            operands: node.operands.iter().map(operand).collect(),
            tangents,
            adjoint: json_number(sweeps.reverse.derivatives[i]),
        }
    }
}

impl Cost {
    fn of(OperationCount { multiplications, additions }: OperationCount) -> Self {
        Self { multiplications, additions }
    }
}

/// An object with one field per variable, in the order of the variables.
struct ByName<'a, V>(Vec<(&'a str, V)>);

fn by_name<V>(variables: &[String], values: impl Iterator<Item = V>) -> ByName<'_, V> {
    ByName(variables.iter().map(String::as_str).zip(values).collect())
}

impl<V: Serialize> Serialize for ByName<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
