//! Forward mode and reverse mode on a small example that shows the difference.
//!
//! Forward mode propagates tangents from one input through every node: one sweep per input. Reverse
//! mode propagates adjoints from the output back through every node: one sweep for the whole gradient.
//!
//! ```text
//! cargo run --example forward_vs_reverse
//! ```

use wengert::ad::trace::{Graph, OperationCount, Source, Sweep};
use wengert::prelude::*;

/// `F = x^3 (x + 3y)`, generic over the number type, which determines what is computed.
fn f<T: Number>(v: &[T]) -> T {
    let (x, y) = (v[0], v[1]);
    let c = x.powi(3);
    let s = x + y * 3.0;
    c * s
}

/// The same function with 2 instead of 3.
fn variant<T: Number>(v: &[T]) -> T {
    let (x, y) = (v[0], v[1]);
    x.powi(3) * (x + y * 2.0)
}

fn main() {
    // 1. Evaluating F records a list of elementary operations, each with its partial derivatives.
    let graph = Graph::of(&[("x", 2.0), ("y", 3.0)], |v| f(v));
    println!("F = x^3 (x + 3y) at x = 2, y = 3\n");
    for node in graph.nodes() {
        println!(
            "  {:<3} = {:<8} = {:>3}   {}",
            node.name,
            node.formula,
            node.value,
            partials(&graph, &node.operands)
        );
    }

    // 2. Forward: start with 1 at one input and 0 at the others, and traverse the list from the start.
    //    Each operand contributes its tangent times the partial. Two inputs take two sweeps.
    let (x_sweep, y_sweep) = (graph.forward(0), graph.forward(1));
    show("forward sweep of x: tangents dv/dx", &graph, &x_sweep, 0..graph.nodes().len());
    show("forward sweep of y: tangents dv/dy", &graph, &y_sweep, 0..graph.nodes().len());

    // 3. Reverse: start with 1 at the output and traverse the list from the end. Each operand receives
    //    the adjoint times the partial. x is used twice and receives two contributions. One sweep gives
    //    both derivatives.
    let reverse = graph.reverse();
    show("reverse sweep: adjoints dF/dv", &graph, &reverse, (0..graph.nodes().len()).rev());

    // 4. The cost. For n inputs, forward mode takes n sweeps and reverse mode takes one.
    println!("\noperations    multiplications  additions");
    for (name, sweep) in [("forward, x", &x_sweep), ("forward, y", &y_sweep), ("reverse", &reverse)] {
        let OperationCount { multiplications, additions } = sweep.operations;
        println!("  {name:<11} {multiplications:>15}  {additions:>9}");
    }

    // 5. The same numbers from the transforms, which do not build a graph for display.
    let point = [2.0, 3.0];
    assert_eq!(graph.value(), 88.0);
    assert_eq!([graph.forward_derivative(0), graph.forward_derivative(1)], [140.0, 24.0]);
    assert_eq!(reverse.derivatives[..2], [140.0, 24.0]);
    assert_eq!(jvp(f, &point, &[1.0, 0.0]), (88.0, 140.0));
    assert_eq!(jvp(f, &point, &[0.0, 1.0]), (88.0, 24.0));
    assert_eq!(value_and_grad(|v| f(v), &point), (88.0, vec![140.0, 24.0]));

    // 6. Both modes combined give Hessian-vector products, here the two columns of the Hessian.
    assert_eq!(hvp(|v| f(v), &point, &[1.0, 0.0]), [156.0, 36.0]);
    assert_eq!(hvp(|v| f(v), &point, &[0.0, 1.0]), [36.0, 0.0]);

    // 7. The derivatives of the variant.
    assert_eq!(value_and_grad(|v| variant(v), &point), (64.0, vec![104.0, 16.0]));

    println!("\nF = 88, gradient (140, 24), Hessian [[156, 36], [36, 0]]");
    println!("x^3 (x + 2y) = 64, gradient (104, 16)");
}

/// The partial derivatives of a node with respect to its operands, for display.
fn partials(graph: &Graph, operands: &[(Source, f64)]) -> String {
    if operands.is_empty() {
        return "input".to_owned();
    }
    let terms = operands.iter().map(|&(source, partial)| match source {
        Source::Node(operand) => format!("d/d{}: {partial}", graph.node(operand).name),
        Source::Constant(c) => format!("constant {c}: {partial}"),
    });
    terms.collect::<Vec<_>>().join(", ")
}

/// Prints the derivatives of a sweep in the order in which it visits the nodes.
fn show(title: &str, graph: &Graph, sweep: &Sweep, order: impl Iterator<Item = usize>) {
    println!("\n{title}");
    for node in order {
        println!("  {:<3} {:>4}", graph.nodes()[node].name, sweep.derivatives[node]);
    }
}
