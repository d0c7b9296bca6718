//! Functions whose derivatives are known by hand, in every mode, and what each sweep over their graph costs.

use crate::support::{ROUNDING, assert_close, panic_of};
use ndarray::arr0;
use wengert_ad::trace::{Graph, Node, OperationCount, Source, Traced};
use wengert_ad::{ArrayTape, Elementary, NodeId, Number, Tape, arrays, hvp, jvp, value_and_grad, vjp};

/// `F(x, y) = x^3 (x + m y)`.
fn f<T: Number>(v: &[T], m: f64) -> T {
    v[0].powi(3) * (v[0] + v[1] * m)
}

const AT: [f64; 2] = [2.0, 3.0];

#[test]
fn the_cubic_has_its_value_gradient_and_hessian_by_every_transform() {
    for (m, value, [dx, dy], [hx, hy]) in [
        (3.0, 88.0, [140.0, 24.0], [[156.0, 36.0], [36.0, 0.0]]),
        (2.0, 64.0, [104.0, 16.0], [[120.0, 24.0], [24.0, 0.0]]),
    ] {
        assert_eq!(value_and_grad(|v| f(v, m), &AT), (value, vec![dx, dy]));
        assert_eq!(jvp(|v| f(v, m), &AT, &[1.0, 0.0]), (value, dx));
        assert_eq!(jvp(|v| f(v, m), &AT, &[0.0, 1.0]), (value, dy));
        assert_eq!(vjp(|v| vec![f(v, m)], &AT, &[1.0]), (vec![value], vec![dx, dy]));
        assert_eq!(hvp(|v| f(v, m), &AT, &[1.0, 0.0]), hx);
        assert_eq!(hvp(|v| f(v, m), &AT, &[0.0, 1.0]), hy);
    }
}

#[test]
fn the_cubic_has_its_value_gradient_and_hessian_on_arrays() {
    let at = AT.map(|x| arr0(x).into_dyn());
    let [one, zero] = [1.0, 0.0].map(|x| arr0(x).into_dyn());
    let gradient = vec![arr0(140.0).into_dyn(), arr0(24.0).into_dyn()];
    assert_eq!(arrays::value_and_grad(|v| v[0].powi(3) * (v[0] + v[1] * 3.0), &at), (88.0, gradient));
    let directions = [one, zero.clone()];
    let (value, dx) = arrays::jvp(|v| v[0].powi(3) * (v[0] + v[1] * 3.0), &at, &directions);
    assert_eq!((value, dx), (arr0(88.0).into_dyn(), arr0(140.0).into_dyn()));
    let row = arrays::hvp(|v| v[0].powi(3) * (v[0] + v[1] * 3.0), &at, &directions);
    assert_eq!(row, [arr0(156.0).into_dyn(), arr0(36.0).into_dyn()]);
    let variant = arrays::value_and_grad(|v| v[0].powi(3) * (v[0] + v[1] * 2.0), &at);
    assert_eq!(variant, (64.0, vec![arr0(104.0).into_dyn(), arr0(16.0).into_dyn()]));
    assert_eq!(arrays::grad(|v| v[0], &at), [arr0(1.0).into_dyn(), zero], "an ignored input has gradient 0");
}

#[test]
fn the_cubic_splits_into_the_known_intermediate_derivatives() {
    let tape = Tape::new();
    let (x, y) = (tape.var(2.0), tape.var(3.0));
    let (c, s) = (x.powi(3), x + 3.0 * y);
    let (dc, ds, df) = (c.gradient(), s.gradient(), (c * s).gradient());
    assert_eq!((c.value(), s.value()), (8.0, 11.0));
    assert_eq!((dc.wrt(x), dc.get(y)), (12.0, None));
    assert_eq!((ds.wrt(x), ds.wrt(y)), (1.0, 3.0));
    assert_eq!((df.wrt(c), df.wrt(s)), (11.0, 8.0));
}

#[test]
fn the_graph_shows_both_sweeps_node_by_node_and_counts_their_operations() {
    let graph = Graph::of(&[("x", 2.0), ("y", 3.0)], |v| v[0].powi(3) * (v[0] + 3.0 * v[1]));
    let column = |of: fn(&Node) -> &str| graph.nodes().iter().map(of).collect::<Vec<_>>();
    assert_eq!(column(|node| &node.name), ["x", "y", "v2", "v3", "v4", "v5"]);
    assert_eq!(column(|node| &node.formula), ["x", "y", "x^3", "3 * y", "x + v3", "v2 * v4"]);
    assert_eq!(column(|node| node.operator), ["input", "input", "powi", "scale", "+", "*"]);
    let values: Vec<f64> = graph.nodes().iter().map(|node| node.value).collect();
    assert_eq!(values, [2.0, 3.0, 8.0, 9.0, 11.0, 88.0]);
    assert_eq!(
        graph.nodes()[5].operands,
        [(Source::Node(NodeId::new(2)), 11.0), (Source::Node(NodeId::new(4)), 8.0)]
    );
    assert_eq!(graph.inputs().iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(graph.value(), 88.0);

    let (by_x, by_y, reverse) = (graph.forward(0), graph.forward(1), graph.reverse());
    assert_eq!(by_x.derivatives, [1.0, 0.0, 12.0, 0.0, 1.0, 140.0]);
    assert_eq!(by_y.derivatives, [0.0, 1.0, 0.0, 3.0, 3.0, 24.0]);
    assert_eq!(reverse.derivatives, [140.0, 24.0, 11.0, 8.0, 8.0, 1.0]);
    // One multiplication an edge, of which there are six; forward adds at `+` and `*`, reverse where x is
    // used twice.
    let forward = OperationCount { multiplications: 6, additions: 2 };
    assert_eq!([by_x.operations, by_y.operations], [forward; 2]);
    assert_eq!(reverse.operations, OperationCount { multiplications: 6, additions: 1 });
    assert_eq!([0, 1].map(|input| graph.forward_derivative(input)), [140.0, 24.0]);
}

#[test]
fn the_chain_rule_multiplies_one_factor_per_level() {
    let x: f64 = 0.7;
    let graph = Graph::of(&[("x", x)], |v| v[0].square().sin().exp());
    let factors: Vec<f64> = graph.nodes()[1..].iter().map(|node| node.operands[0].1).collect();
    let expected = [2.0 * x, (x * x).cos(), (x * x).sin().exp()];
    for (factor, expected) in factors.iter().zip(expected) {
        assert_close("a factor", *factor, expected, ROUNDING);
    }
    assert_eq!(factors.len(), 3);
    assert_close("their product", graph.reverse().derivatives[0], expected.iter().product(), ROUNDING);
}

#[test]
fn every_rule_of_the_table_of_derivatives_is_readable_in_a_formula() {
    let formulas = |f: for<'g> fn(Traced<'g>) -> Traced<'g>| {
        let graph = Graph::of(&[("x", 0.5)], |v| f(v[0]));
        let formulas: Vec<String> = graph.nodes()[1..].iter().map(|node| node.formula.clone()).collect();
        (formulas.join("; "), graph.reverse().derivatives[0])
    };
    let x: f64 = 0.5;
    for ((formula, derivative), expected, by_hand) in [
        (formulas(|x| x.powi(4)), "x^4", 4.0 * x.powi(3)),
        (formulas(|x| 2.0 * x + 5.0), "2 * x; v1 + 5", 2.0),
        (formulas(|x| x * x.sin()), "sin(x); x * v1", x.sin() + x * x.cos()),
        (formulas(|x| x.exp() / x), "exp(x); v1 / x", x.exp() / x - x.exp() / (x * x)),
        (formulas(|x| x.cos()), "cos(x)", -x.sin()),
        (formulas(|x| x.tan()), "tan(x)", 1.0 / x.cos().powi(2)),
        (formulas(|x| x.cos().recip()), "cos(x); 1 / v1", x.tan() / x.cos()),
        (formulas(|x| x.ln()), "ln(x)", 2.0),
    ] {
        assert_eq!(formula, expected);
        assert_close(formula, derivative, by_hand, ROUNDING);
    }
}

#[test]
fn the_cotangents_of_a_diamond_add_up() {
    // u = x^2 is computed once and used twice: y = sin u + 3 u.
    let tape = Tape::new();
    let x = tape.var(1.5);
    let u = x * x;
    let gradient = (u.sin() + u * 3.0).gradient();
    assert_close("by u", gradient.wrt(u), 2.25_f64.cos() + 3.0, ROUNDING);
    assert_close("by x", gradient.wrt(x), 3.0 * (2.25_f64.cos() + 3.0), ROUNDING);

    let arrays = ArrayTape::new();
    let x = arrays.var(&arr0(1.5));
    let u = x * x;
    let gradient = (u.sin() + u * 3.0).gradient();
    assert_close("by x, on arrays", gradient.wrt(x)[[]], 3.0 * (2.25_f64.cos() + 3.0), ROUNDING);
}

#[test]
fn a_tower_of_diamonds_is_visited_once_a_node_and_not_once_a_path() {
    // 2^60 paths lead from x to the top.
    let graph = Graph::of(&[("x", 1.0)], |v| (0..60).fold(v[0], |x, _| x + x));
    assert_eq!(graph.reverse().derivatives[0], 2_f64.powi(60));
    assert_eq!(graph.reverse().operations, OperationCount { multiplications: 120, additions: 60 });
    assert_eq!(value_and_grad(|v| (0..60).fold(v[0], |x, _| x + x), &[1.0]).1, [2_f64.powi(60)]);
}

#[test]
fn numbers_of_two_graphs_do_not_mix() {
    let inner = |x: Traced<'_>| Graph::of(&[("y", 2.0)], |y| (y[0] * x, y[0]).1);
    let line = line!() - 1;
    let panicked = panic_of(|| Graph::of(&[("x", 1.0)], |x| (inner(x[0]), x[0]).1));
    assert!(panicked.message.contains("*: the operands belong to different graphs"), "{panicked:?}");
    assert_eq!((panicked.file.as_str(), panicked.line), (file!(), line));
}
