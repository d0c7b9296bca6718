//! The graph of a formula at a point, with the sweeps of both modes.

use crate::bounds;
use crate::error::RequestError;
use crate::reply::{Reply, number, object};
use crate::request::GraphRequest;
use serde_json::Value;
use wengert_ad::trace::{Graph, Node, OperationCount, Source, Sweep};
use wengert_formula::Expression;

/// A formula that is not too long.
pub(crate) fn parsed(formula: &str) -> Result<Expression, RequestError> {
    bounds::count("the length of the formula", formula.len(), 0..=bounds::FORMULA)?;
    let expression = Expression::parse(formula)?;
    bounds::count("the number of variables", expression.variables().len(), 0..=bounds::VARIABLES)?;
    Ok(expression)
}

pub(crate) fn graph(request: &GraphRequest) -> Result<Reply, RequestError> {
    let expression = parsed(&request.formula)?;
    let mut inputs = Vec::new();
    for name in expression.variables() {
        let value = request.at.iter().find(|(given, _)| given == name).map(|(_, value)| *value);
        let value = value.ok_or_else(|| RequestError::NoValue { variable: name.clone() })?;
        inputs.push((&**name, value));
    }
    let graph = Graph::of(&inputs, |values| expression.evaluate(values));
    let forward: Vec<Sweep> = (0..inputs.len()).map(|input| graph.forward(input)).collect();
    let reverse = graph.reverse();
    let nodes: Vec<Value> = graph.nodes().iter().map(|node| shown(node, &forward, &reverse)).collect();
    let gradient: Vec<Value> = reverse.derivatives[..inputs.len()].iter().copied().map(number).collect();
    let output = match graph.output() {
        Source::Node(id) => id.index().into(),
        Source::Constant(_) => Value::Null,
    };
    let operations: Vec<Value> = forward.iter().map(|sweep| count(sweep.operations)).collect();
    Ok(Reply::new(object!({
        "value": number(graph.value()),
        "variables": expression.variables(),
        "gradient": gradient,
        "nodes": nodes,
        "output": output,
        "operations": object!({ "forward": operations, "reverse": count(reverse.operations) }),
    })))
}

fn shown(node: &Node, forward: &[Sweep], reverse: &Sweep) -> Value {
    let i = node.id.index();
    let operand = |&(source, partial): &(Source, f64)| match source {
        Source::Node(id) => object!({ "node": id.index(), "partial": number(partial) }),
        Source::Constant(c) => object!({ "constant": number(c) }),
    };
    object!({
        "name": &*node.name,
        "operator": node.operator,
        "formula": &*node.formula,
        "value": number(node.value),
        "operands": node.operands.iter().map(operand).collect::<Vec<_>>(),
        "tangents": forward.iter().map(|sweep| number(sweep.derivatives[i])).collect::<Vec<_>>(),
        "adjoint": number(reverse.derivatives[i]),
        "reached": reverse.reached[i],
    })
}

fn count(operations: OperationCount) -> Value {
    let OperationCount { multiplications, additions } = operations;
    object!({ "multiplications": multiplications, "additions": additions })
}
