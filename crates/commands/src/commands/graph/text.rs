//! The graph as tables for a terminal.

use super::sweeps::Sweeps;
use crate::output::table;
use comfy_table::Table;
use wengert::ad::trace::digits::{full as number, short};
use wengert::ad::trace::{OperationCount, Sweep};

/// The table of nodes, the gradients of both modes, and the cost of each sweep.
pub(super) fn report(sweeps: &Sweeps) -> String {
    let value = number(sweeps.graph.value());
    if sweeps.graph.nodes().is_empty() {
        return format!("value {value}: the expression is constant");
    }
    let nodes = nodes(sweeps);
    let Some((forward, forward_gradient)) = sweeps.forward.as_ref().zip(sweeps.forward_gradient()) else {
        let (gradient, variables) = (tall_gradient(sweeps), sweeps.variables.len());
        return format!(
            "{nodes}\n\nvalue {value}\n\n{gradient}\n\n{}\n\nthe forward sweeps, one for each of the \
             {variables} variables, are left out",
            costs(sweeps, &[])
        );
    };
    let (gradient, costs) = (gradient(sweeps, &forward_gradient), costs(sweeps, forward));
    format!("{nodes}\n\nvalue {value}\n\n{gradient}\n\n{costs}")
}

fn nodes(sweeps: &Sweeps) -> Table {
    let mut header = vec!["node".into(), "formula".into(), "value".into(), "partials".into()];
    let forward = sweeps.forward.as_deref().unwrap_or_default();
    header.extend(derivative_names(sweeps).take(forward.len()));
    header.push("adjoint".into());
    let mut table = table(header, &[0, 1, 3]);
    for (i, node) in sweeps.graph.nodes().iter().enumerate() {
        let formula = if node.is_input() { node.operator.into() } else { node.formula.clone() };
        let mut row = vec![node.name.clone(), formula, short(node.value), sweeps.graph.partials(node)];
        row.extend(forward.iter().map(|sweep| short(sweep.derivatives[i])));
        row.push(short(sweeps.reverse.derivatives[i]));
        table.add_row(row);
    }
    table
}

fn gradient(sweeps: &Sweeps, forward: &[f64]) -> Table {
    let mut header = vec!["gradient".into()];
    header.extend(derivative_names(sweeps));
    let mut table = table(header, &[0]);
    for (mode, derivatives) in [("forward sweeps", forward), ("reverse sweep", sweeps.gradient())] {
        let mut row = vec![mode.to_owned()];
        row.extend(derivatives.iter().copied().map(number));
        table.add_row(row);
    }
    table
}

/// The gradient of many variables: a row for each.
fn tall_gradient(sweeps: &Sweeps) -> Table {
    let mut table = table(["gradient", "reverse sweep"].map(String::from).into(), &[0]);
    for (name, &derivative) in derivative_names(sweeps).zip(sweeps.gradient()) {
        table.add_row([name, number(derivative)]);
    }
    table
}

fn costs(sweeps: &Sweeps, forward: &[Sweep]) -> Table {
    let mut table = table(["operations", "multiplications", "additions"].map(String::from).into(), &[0]);
    let mut add = |sweep: String, OperationCount { multiplications, additions }: OperationCount| {
        table.add_row([sweep, multiplications.to_string(), additions.to_string()]);
    };
    let mut total = OperationCount { multiplications: 0, additions: 0 };
    for (name, sweep) in sweeps.variables.iter().zip(forward) {
        add(format!("forward sweep of {name}"), sweep.operations);
        total.multiplications += sweep.operations.multiplications;
        total.additions += sweep.operations.additions;
    }
    if !forward.is_empty() {
        add("forward sweeps, total".into(), total);
    }
    add("reverse sweep".into(), sweeps.reverse.operations);
    table
}

fn derivative_names(sweeps: &Sweeps) -> impl Iterator<Item = String> {
    sweeps.variables.iter().map(|name| format!("d/d{name}"))
}
