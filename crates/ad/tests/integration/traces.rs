//! The graph as people see it: formulas, the chain rule line by line, pictures, costs.

use crate::support::modes::graph;
use crate::support::rules::all_rules;
use wengert_ad::trace::{CostReport, Graph, OperationCount, Source, Traced};
use wengert_ad::{Arithmetic, Elementary, Function, Number};

fn cubic() -> Graph {
    Graph::of(&[("x", 2.0), ("y", 3.0)], |v| v[0].powi(3) * (v[0] + 3.0 * v[1]))
}

fn of_x(x: f64, f: for<'g> fn(Traced<'g>) -> Traced<'g>) -> Graph {
    Graph::of(&[("x", x)], |v| f(v[0]))
}

/// Asserts that a text has each of the lines, in this order.
#[track_caller]
fn assert_lines(text: &str, lines: &[&str]) {
    let mut rest = text.lines().map(str::trim);
    for line in lines {
        assert!(rest.any(|other| other == *line), "no line {line:?}, or not in this order, in\n{text}");
    }
}

#[test]
fn the_steps_show_values_partials_and_both_sweeps_of_the_lecture() {
    assert_lines(
        &cubic().steps(),
        &[
            "v2 = x^3 = 8",
            "v3 = 3 * y = 9",
            "v4 = x + v3 = 11",
            "v5 = v2 * v4 = 88",
            "∂v2/∂x = 3 * x^2 = 12",
            "∂v4/∂v3 = 1",
            "∂v5/∂v2 = v4 = 11",
            "∂v5/∂v4 = v2 = 8",
            "forward sweep of x, from the inputs down",
            "dv5/dx = ∂v5/∂v2 * dv2/dx + ∂v5/∂v4 * dv4/dx = 11 * 12 + 8 * 1 = 140",
            "forward sweep of y, from the inputs down",
            "dv5/dy = ∂v5/∂v4 * dv4/dy = 8 * 3 = 24",
            "reverse sweep of v5, from the output up",
            "dv5/dy = dv5/dv3 * ∂v3/∂y = 8 * 3 = 24",
            "dv5/dx = dv5/dv2 * ∂v2/∂x + dv5/dv4 * ∂v4/∂x = 11 * 12 + 8 * 1 = 140",
        ],
    );
}

#[test]
fn every_rule_of_the_lecture_is_visible_in_a_printed_trace() {
    for (graph, lines) in [
        (of_x(2.0, |x| x.powi(4)), vec!["v1 = x^4 = 16", "∂v1/∂x = 4 * x^3 = 32"]),
        (
            of_x(2.0, |x| 3.0 * x - 1.0),
            vec!["v1 = 3 * x = 6", "v2 = v1 - 1 = 5", "dv2/dx = dv2/dv1 * ∂v1/∂x = 1 * 3 = 3"],
        ),
        (
            of_x(2.0, |x| x.powi(2) * x.powi(3)),
            vec![
                "∂v3/∂v1 = v2 = 8",
                "∂v3/∂v2 = v1 = 4",
                "dv3/dx = dv3/dv1 * ∂v1/∂x + dv3/dv2 * ∂v2/∂x = 8 * 4 + 4 * 12 = 80",
            ],
        ),
        (
            of_x(2.0, |x| (x + 4.0) / x.powi(2)),
            vec!["v3 = v1 / v2 = 1.5", "∂v3/∂v1 = 1 / v2 = 0.25", "∂v3/∂v2 = -(v3 / v2) = -0.375"],
        ),
        (of_x(0.0, |x| x.sin()), vec!["v1 = sin(x) = 0", "∂v1/∂x = cos(x) = 1"]),
        (of_x(0.0, |x| x.cos()), vec!["v1 = cos(x) = 1", "∂v1/∂x = -sin(x) = 0"]),
        (of_x(0.0, |x| x.tan()), vec!["v1 = tan(x) = 0"]),
        (of_x(0.0, |x| x.exp()), vec!["v1 = exp(x) = 1", "∂v1/∂x = v1 = 1"]),
        (of_x(2.0, |x| x.ln()), vec!["∂v1/∂x = 1 / x = 0.5"]),
        (of_x(0.0, |x| x.cos().recip()), vec!["v1 = cos(x) = 1", "v2 = 1 / v1 = 1"]),
        (
            of_x(2.0, |x| x.square().ln().exp()),
            vec![
                "v3 = exp(v2) = 4",
                "dv3/dv1 = dv3/dv2 * ∂v2/∂v1 = 4 * 0.25 = 1",
                "dv3/dx = dv3/dv1 * ∂v1/∂x = 1 * 4 = 4",
            ],
        ),
    ] {
        assert_lines(&graph.steps(), &lines);
    }
}

#[test]
fn formulas_have_the_signs_and_parentheses_that_people_write() {
    let formula =
        |f: for<'g> fn(Traced<'g>) -> Traced<'g>| of_x(2.0, f).nodes().last().unwrap().formula.clone();
    assert_eq!(formula(|x| x - 1.0), "x - 1");
    assert_eq!(formula(|x| x + -1.5), "x - 1.5");
    assert_eq!(formula(|x| x - -1.0), "x + 1");
    assert_eq!(formula(|x| -1.0 - x), "-1 - x");
    assert_eq!(formula(|x| x * -2.0), "-2 * x");
    assert_eq!(formula(|x| x / -2.0), "x / (-2)");
    assert_eq!(formula(|x| x.powi(-2)), "x^-2");
    assert_eq!(formula(|x| 2.5e-7 * x), "2.5e-7 * x");
}

#[test]
fn a_forward_sweep_passes_by_what_its_input_does_not_reach_even_where_a_partial_is_infinite() {
    let graph = Graph::of(&[("x", 0.0), ("y", 1.0)], |v| v[0].sqrt() + v[1]);
    let sweep = graph.forward(1);
    assert_eq!((graph.forward_derivative(1), &sweep.reached[..]), (1.0, &[false, true, false, true][..]));
    assert_eq!(sweep.operations, OperationCount { multiplications: 3, additions: 1 });
    assert_eq!(graph.forward_derivative(0), f64::INFINITY);
    assert_eq!(graph.reverse().derivatives[..2], [f64::INFINITY, 1.0]);
}

#[test]
fn every_node_knows_the_line_that_made_it() {
    let line = line!() + 1;
    let graph = Graph::of(&[("x", 2.0)], |v| v[0].sin() * v[0].max(v[0] + 1.0));
    assert_eq!(graph.nodes().len(), 5);
    for node in graph.nodes() {
        assert_eq!((node.site.file(), node.site.line()), (file!(), line), "{}", node.formula);
    }
}

#[test]
fn markdown_latex_and_dot_say_what_the_table_says() {
    let graph = cubic();
    assert_lines(
        &graph.markdown(),
        &[
            "| node | formula | value | partials | adjoint |",
            "| $x$ | input | 2 |  | 140 |",
            r"| $v_{2}$ | $x^{3}$ | 8 | $\partial v_{2} / \partial x = 3 \, x^{2}$ = 12 | 11 |",
        ],
    );
    assert_lines(
        &graph.latex(),
        &[
            r"v_{2} &= x^{3} = 8 \\",
            r"\frac{\partial v_{2}}{\partial x} &= 3 \, x^{2} = 12 \\",
            concat!(
                r"\frac{d v_{5}}{d y} &= \frac{d v_{5}}{d v_{3}} \cdot \frac{\partial v_{3}}{\partial y} ",
                r"= 8 \cdot 3 = 24 \\"
            ),
        ],
    );
    assert_lines(
        &graph.dot(),
        &[
            r##"n0 [label="x\nvalue 2\nadjoint 140", fillcolor="#e4eefb"];"##,
            r#"n0 -> n2 [label="12"];"#,
            "}",
        ],
    );
    let table = graph.to_string();
    assert_eq!(table.lines().last(), Some("v5    v2 * v4  88     ∂/∂v2 = 11, ∂/∂v4 = 8  1"));
}

#[test]
fn latex_of_every_rule_has_balanced_braces_and_no_bare_underscore() {
    for rule in &all_rules() {
        let latex = graph(rule, &rule.points[0]).latex();
        let count = |part: &str| latex.matches(part).count();
        assert_eq!(count("{"), count("}"), "{latex}");
        assert_eq!(count(r"\left"), count(r"\right"), "{latex}");
        assert_eq!(count("_"), count("_{") + count(r"\_"), "{latex}");
    }
}

/// The attribute of an SVG element, as a number.
fn attribute(element: &str, name: &str) -> f64 {
    let (_, rest) = element.split_once(&format!(" {name}=\"")).expect("the attribute is there");
    rest.split('"').next().and_then(|value| value.parse().ok()).expect("the attribute is a number")
}

/// Left, right and top of each box.
fn boxes(svg: &str) -> Vec<[f64; 3]> {
    let rects = svg.split("<rect ").filter(|rect| rect.contains("rx="));
    let of = |rect: &str| {
        let rect = format!(" {rect}");
        let left = attribute(&rect, "x");
        [left, left + attribute(&rect, "width"), attribute(&rect, "y")]
    };
    rects.map(of).collect()
}

#[test]
fn in_a_picture_no_boxes_overlap_and_all_lie_inside() {
    // Thirty operations between which operands are chosen all over the place.
    let graph = Graph::of(&[("x", 0.3), ("y", 0.8), ("z", 1.1)], |v| {
        let mut nodes = v.to_vec();
        for i in 0..30_usize {
            let (a, b) = (nodes[(7 * i + 1) % nodes.len()], nodes[(i * i + 2) % nodes.len()]);
            nodes.push(if i % 3 == 0 { a.tanh() } else { a * b });
        }
        nodes.into_iter().sum()
    });
    let svg = graph.svg();
    let boxes = boxes(&svg);
    assert_eq!(boxes.len(), graph.nodes().len());
    let width = attribute(svg.lines().next().unwrap(), "width");
    for (i, a) in boxes.iter().enumerate() {
        assert!(a[0] >= 0.0 && a[1] <= width - 40.0, "{a:?} is outside of {width}");
        for b in boxes[i + 1..].iter().filter(|b| b[2] == a[2]) {
            assert!(a[1] + 10.0 < b[0] || b[1] + 10.0 < a[0], "{a:?} overlaps {b:?}");
        }
    }
    for (node, place) in graph.nodes().iter().zip(&boxes) {
        for (source, _) in &node.operands {
            if let Source::Node(operand) = source {
                assert!(boxes[operand.index()][2] < place[2], "an operand stands above its use");
            }
        }
    }
}

#[test]
fn a_picture_escapes_names_marks_what_has_no_path_and_draws_a_square_as_one_edge() {
    let graph = Graph::of(&[("a<b", 3.0), ("unused", 1.0)], |v| v[0] * v[0]);
    let svg = graph.svg();
    assert!(svg.contains("a&lt;b") && !svg.contains("a<b"), "{svg}");
    assert!(svg.contains("no path") && svg.contains("class=\"unreached\""), "{svg}");
    assert!(svg.contains(">3 + 3<"), "{svg}");
    assert_eq!(svg.matches("class=\"head\"").count(), 1);
}

/// Rosenbrock's valley in any number of dimensions.
struct Rosenbrock;

impl Function for Rosenbrock {
    fn eval<T: Number>(&self, v: &[T]) -> T {
        v.windows(2).map(|w| (w[1] - w[0].square()).square() * 100.0 + (-w[0] + 1.0).square()).sum()
    }
}

struct Cubic;

impl Function for Cubic {
    fn eval<T: Number>(&self, v: &[T]) -> T {
        v[0].powi(3) * (v[0] + v[1] * 3.0)
    }
}

#[test]
fn the_cost_report_counts_the_operations_of_the_lecture() {
    let report = CostReport::of(&Cubic, &[2.0, 3.0]);
    // Four operations; `3 x^2` takes two; each forward sweep eight, the reverse sweep seven.
    assert_eq!((report.value.operations, report.partials), (4, 2));
    assert_eq!(report.forward.operations, 2 * (4 + 2 + 8));
    assert_eq!(report.reverse.operations, 4 + 2 + 7);
    assert_eq!((report.tape_nodes, report.tape_bytes), (4, 2 * 24), "only the sum and the product");
    assert!(report.to_string().contains("with gradient, forward: 2 sweeps"), "{report}");
}

#[test]
fn a_gradient_costs_at_most_five_evaluations_whatever_the_number_of_inputs() {
    for n in [10, 1000] {
        let report = CostReport::of(&Rosenbrock, &vec![0.9; n]);
        assert!(report.operations_ratio(report.reverse) < 5.0, "{report}");
        assert!(report.operations_ratio(report.forward) > n as f64, "{report}");
        assert!(report.value.seconds > 0.0 && report.reverse.seconds > report.value.seconds, "{report}");
    }
}
