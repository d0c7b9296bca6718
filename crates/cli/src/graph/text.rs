//! The graph as tables for a terminal.

use super::Swept;
use crate::output::table;
use comfy_table::Table;
use wengert::ad::trace::OperationCount;
use wengert::ad::trace::digits::{full as number, short};

/// The node table, the gradient of either mode, and what each sweep cost.
pub(super) fn report(swept: &Swept) -> String {
    let value = number(swept.graph.value());
    if swept.graph.nodes().is_empty() {
        return format!("value {value}: the expression is constant");
    }
    let (nodes, gradient, costs) = (nodes(swept), gradient(swept), costs(swept));
    format!("{nodes}\n\nvalue {value}\n\n{gradient}\n\n{costs}")
}

fn nodes(swept: &Swept) -> Table {
    let mut header = vec!["node".into(), "formula".into(), "value".into(), "partials".into()];
    header.extend(derivative_names(swept));
    header.push("adjoint".into());
    let mut table = table(header, &[0, 1, 3]);
    for (i, node) in swept.graph.nodes().iter().enumerate() {
        let formula = if node.is_input() { node.operator.into() } else { node.formula.clone() };
        let mut row = vec![node.name.clone(), formula, short(node.value), swept.graph.partials(node)];
        row.extend(swept.forward.iter().map(|sweep| short(sweep.derivatives[i])));
        row.push(short(swept.reverse.derivatives[i]));
        table.add_row(row);
    }
    table
}

fn gradient(swept: &Swept) -> Table {
    let mut header = vec!["gradient".into()];
    header.extend(derivative_names(swept));
    let mut table = table(header, &[0]);
    for (mode, derivatives) in
        [("forward sweeps", &*swept.forward_gradient()), ("reverse sweep", swept.gradient())]
    {
        let mut row = vec![mode.to_owned()];
        row.extend(derivatives.iter().copied().map(number));
        table.add_row(row);
    }
    table
}

fn costs(swept: &Swept) -> Table {
    let mut table = table(["operations", "multiplications", "additions"].map(String::from).into(), &[0]);
    let mut add = |sweep: String, OperationCount { multiplications, additions }: OperationCount| {
        table.add_row([sweep, multiplications.to_string(), additions.to_string()]);
    };
    let mut total = OperationCount { multiplications: 0, additions: 0 };
    for (name, sweep) in swept.variables.iter().zip(&swept.forward) {
        add(format!("forward sweep of {name}"), sweep.operations);
        total.multiplications += sweep.operations.multiplications;
        total.additions += sweep.operations.additions;
    }
    add("forward sweeps, total".into(), total);
    add("reverse sweep".into(), swept.reverse.operations);
    table
}

fn derivative_names(swept: &Swept) -> impl Iterator<Item = String> {
    swept.variables.iter().map(|name| format!("d/d{name}"))
}
