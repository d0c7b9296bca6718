use super::{Arguments, report};
use clap::Parser;
use serde_json::{Value, json};
use wengert::ad::rules::{BinaryVisitor, Interval, UnaryVisitor, each_binary, each_unary};
use wengert::ad::trace::Graph;
use wengert::ad::{Binary, Operand, Unary};
use wengert_formula::Expression;

#[derive(clap::Parser)]
struct Command {
    #[command(flatten)]
    arguments: Arguments,
}

/// The report, or the text of the error, from parsing the arguments or later.
fn graph(arguments: &[&str]) -> Result<String, String> {
    let command =
        Command::try_parse_from([&["graph"], arguments].concat()).map_err(|error| error.to_string())?;
    report(&command.arguments).map_err(|error| error.to_string())
}

fn json_of(arguments: &[&str]) -> Value {
    let text = graph(&[arguments, &["--json"]].concat()).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_tables_show_every_node_both_sweeps_and_their_cost() {
    let text = graph(&["x^3 * (x + 3*y)", "--at", "x=2,y=3"]).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split(['│', '┆']).map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    for row in [
        vec!["node", "formula", "value", "partials", "d/dx", "d/dy", "adjoint"],
        vec!["x", "input", "2", "1", "0", "140"],
        vec!["y", "input", "3", "0", "1", "24"],
        vec!["v2", "x^3", "8", "∂/∂x = 12", "12", "0", "11"],
        vec!["v3", "3 * y", "9", "∂/∂y = 3", "0", "3", "8"],
        vec!["v4", "x + v3", "11", "∂/∂x = 1, ∂/∂v3 = 1", "1", "3", "8"],
        vec!["v5", "v2 * v4", "88", "∂/∂v2 = 11, ∂/∂v4 = 8", "140", "24", "1"],
        vec!["value 88"],
        vec!["forward sweeps", "140", "24"],
        vec!["reverse sweep", "140", "24"],
        vec!["forward sweep of x", "6", "2"],
        vec!["forward sweep of y", "6", "2"],
        vec!["forward sweeps, total", "12", "4"],
        vec!["reverse sweep", "6", "1"],
    ] {
        assert!(rows.contains(&row), "no row {row:?} in\n{text}");
    }
}

#[test]
fn the_json_object_contains_the_numbers_of_the_tables() {
    let object = json_of(&["x^3 * (x + 3*y)", "--at", "x=2,y=3"]);
    assert_eq!(object["value"], json!(88.0));
    assert_eq!(object["gradient"], json!({"x": 140.0, "y": 24.0}));
    assert_eq!(object["forward_gradient"], object["gradient"]);
    assert_eq!(
        object["nodes"][3],
        json!({
            "name": "v3", "operator": "*", "formula": "3 * y", "value": 9.0,
            "operands": [{"constant": 3.0, "partial": 3.0}, {"name": "y", "partial": 3.0}],
            "tangents": {"x": 0.0, "y": 3.0}, "adjoint": 8.0,
        })
    );
    assert_eq!(
        object["operations"],
        json!({
            "forward": {
                "x": {"multiplications": 6, "additions": 2},
                "y": {"multiplications": 6, "additions": 2},
            },
            "reverse": {"multiplications": 6, "additions": 1},
        })
    );
}

#[test]
fn every_format_shows_the_lecture_example() {
    for (format, part) in [
        ("table", "forward sweep of x"),
        ("json", "\"forward_gradient\""),
        ("dot", "n0 -> n2 [label=\"12\"];"),
        ("svg", ">adjoint 140</text>"),
        ("markdown", "| $x$ | input | 2 |  | 140 |"),
        ("latex", r"\frac{d v_{5}}{d x} &= "),
        ("trace", "dv5/dx = dv5/dv2 * ∂v2/∂x + dv5/dv4 * ∂v4/∂x = 11 * 12 + 8 * 1 = 140"),
        ("cost", "with gradient, reverse: 1 sweep"),
    ] {
        let text = graph(&["x^3 * (x + 3*y)", "--at", "x=2,y=3", "--format", format]).unwrap();
        assert!(text.contains(part), "{format}: no {part:?} in\n{text}");
    }
}

/// Evaluates the formula of every partial in a trace.
struct PartialsReadBack {
    formulas: usize,
}

impl PartialsReadBack {
    /// Parses the formula of each partial, and compares its value with the number next to it.
    fn check(&mut self, graph: &Graph) {
        let value = |name: &str| graph.nodes().iter().find(|node| node.name == name).unwrap().value;
        let steps = graph.steps();
        for line in steps.lines().filter(|line| line.starts_with("  ∂")) {
            let sides: Vec<&str> = line.split(" = ").collect();
            let [_, formula, number] = sides[..] else { continue };
            let formula = Expression::parse(formula).unwrap_or_else(|error| panic!("{line}: {error}"));
            let values: Vec<f64> = formula.variables().iter().map(|name| value(name)).collect();
            let (got, want): (f64, f64) = (formula.evaluate(&values), number.parse().unwrap());
            // Both have six digits.
            assert!((got - want).abs() <= 1e-4 * want.abs().max(1.0), "{line}: {got}");
            self.formulas += 1;
        }
    }
}

impl UnaryVisitor for PartialsReadBack {
    fn visit<R: Unary>(&mut self, rule: R, domain: &'static [Interval]) {
        let (low, high) = domain[domain.len() - 1];
        self.check(&Graph::of(&[("x", 0.4 * low + 0.6 * high)], |v| v[0].unary(rule)));
    }
}

impl BinaryVisitor for PartialsReadBack {
    fn visit<R: Binary>(&mut self, rule: R, [a, b]: [Interval; 2]) {
        let inputs = [("a", 0.3 * a.0 + 0.7 * a.1), ("b", 0.4 * b.0 + 0.6 * b.1)];
        self.check(&Graph::of(&inputs, |v| v[0].binary(v[1], rule)));
    }
}

#[test]
fn the_formula_of_every_partial_in_a_trace_parses_and_has_its_value() {
    let mut partials = PartialsReadBack { formulas: 0 };
    each_unary(&mut partials);
    each_binary(&mut partials);
    assert!(partials.formulas > 15, "only {} formulas", partials.formulas);
}

#[test]
fn variables_keep_their_order_in_json() {
    let text = graph(&["y * x", "--at", "x=2,y=3", "--json"]).unwrap();
    let place = |name: &str| text.find(name).unwrap();
    assert!(place("\"y\"") < place("\"x\""), "{text}");
}

#[test]
fn numbers_that_json_does_not_have_are_strings() {
    assert_eq!(json_of(&["x / 0", "--at", "x=-1"])["value"], json!("-inf"));
    assert_eq!(json_of(&["sqrt(x)", "--at", "x=0"])["gradient"]["x"], json!("inf"));
    assert_eq!(json_of(&["sqrt(x)", "--at", "x=-1"])["value"], json!("NaN"));
}

#[test]
fn a_formula_without_variables_has_a_value_and_no_nodes() {
    assert_eq!(graph(&["2 * 3"]).unwrap(), "value 6: the expression is constant");
    assert_eq!(json_of(&["2 * 3"])["nodes"], json!([]));
}

#[test]
fn a_formula_and_a_value_may_start_with_a_minus() {
    assert_eq!(json_of(&["-x^2", "--at", "x=-3"])["value"], json!(-9.0));
    assert_eq!(json_of(&["--at", "x=-3", "-(x)"])["value"], json!(3.0));
}

#[test]
fn invalid_arguments_are_reported_with_a_remedy() {
    for (arguments, message) in [
        (vec!["x + sine(y)"], "unknown function `sine` at column 5"),
        (vec!["x * y", "--at", "x=1"], "no value for `y`: add y=..."),
        (vec!["x", "--at", "x=1,z=2"], "there is no variable `z`: the expression's variables are `x`"),
        (vec!["x", "--at", "x=1", "--at", "x=2"], "`x` has two values; remove one"),
        (vec!["x", "--at", "x=abc"], "`abc` is not a number, such as x=2"),
        (vec!["2 * 3", "--format", "svg"], "the expression is constant, 6: it has no graph"),
        (vec!["x", "--at", "x=1", "--format", "png"], "[possible values: table, dot, svg,"),
        (vec!["x", "--at", "x=1", "--format", "svg", "--json"], "cannot be used with"),
        (vec!["x", "--at", "2"], "`2` is not a variable with a value, such as x=2"),
    ] {
        let error = graph(&arguments).unwrap_err();
        assert!(error.contains(message), "{arguments:?}: {error}");
    }
}
