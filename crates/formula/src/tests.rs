use crate::parser::DEPTH;
use crate::{Binding, Expression, ParseError, PointError};
use wengert_ad::rules::{BinaryVisitor, Interval, UnaryVisitor, each_binary, each_unary};
use wengert_ad::trace::Graph;
use wengert_ad::{Binary, Dual, Tape, Unary};

fn parse(text: &str) -> Expression {
    Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn value(text: &str) -> f64 {
    parse(text).evaluate(&[])
}

fn error(text: &str) -> ParseError {
    Expression::parse(text).expect_err(text)
}

/// The formulas of the recorded operations, with the variables at 2, 3, ...
fn formulas(text: &str) -> Vec<String> {
    let expression = parse(text);
    let inputs: Vec<(&str, f64)> =
        expression.variables().iter().map(String::as_str).zip([2.0, 3.0, 4.0]).collect();
    let graph = Graph::of(&inputs, |values| expression.evaluate(values));
    graph.nodes()[inputs.len()..].iter().map(|node| node.formula.clone()).collect()
}

#[test]
fn numbers_parse_in_every_notation() {
    for (text, number) in [
        ("1", 1.0),
        ("2.5", 2.5),
        ("1e-3", 1e-3),
        ("1E+3", 1e3),
        (".5", 0.5),
        ("7.", 7.0),
        ("2.5e2", 250.0),
        (" 4 ", 4.0),
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
    ] {
        assert_eq!(value(text), number, "{text}");
    }
}

#[test]
fn operators_bind_and_group_as_in_mathematics() {
    for (text, number) in [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("24 / 4 / 3", 2.0),
        ("24 / 4 * 3", 18.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("(2 ^ 3) ^ 2", 64.0),
        ("-2 ^ 2", -4.0),
        ("(-2) ^ 2", 4.0),
        ("2 ^ -1", 0.5),
        ("2 ^ -1 ^ 2", 0.5),
        ("2 * -3", -6.0),
        ("1 - -2", 3.0),
        ("--2", 2.0),
        ("-2 * 3 + 10", 4.0),
        ("2 * 3 ^ 2", 18.0),
    ] {
        assert_eq!(value(text), number, "{text}");
    }
}

#[test]
fn the_exponent_chooses_the_rule_of_a_power() {
    let rule = |text: &str| format!("{:?}", parse(text).steps.last().expect("a power has steps"));
    assert_eq!(rule("x^3"), r#"Unary { rule: "powi", parameters: [3.0] }"#);
    assert_eq!(rule("x^-2"), r#"Unary { rule: "powi", parameters: [-2.0] }"#);
    assert_eq!(rule("x^(1/2)"), r#"Unary { rule: "powf", parameters: [0.5] }"#);
    assert_eq!(rule("x^3e9"), r#"Unary { rule: "powf", parameters: [3000000000.0] }"#);
    assert_eq!(rule("x^y"), r#"Binary { rule: "pow" }"#);
    assert_eq!(rule("2^x"), r#"Binary { rule: "pow" }"#);
    assert!(parse("x^(0/0)").evaluate(&[2.0_f64]).is_nan());
}

#[test]
fn variables_are_in_order_of_first_appearance() {
    assert_eq!(parse("z + _a1 * z - (1 + 1)").variables(), ["z", "_a1"]);
    assert_eq!(parse("y^x + y + pi * e").variables(), ["y", "x"]);
    assert!(parse("sin(1)").variables().is_empty());
    assert_eq!(parse("max * sin").variables(), ["max", "sin"]);
}

#[test]
fn one_formula_runs_in_every_mode() {
    let f = parse("x^3 * (x + 3*y)");
    assert_eq!(f.evaluate(&[2.0, 3.0]), 88.0);
    assert_eq!(f.evaluate(&[2.0_f32, 3.0]), 88.0);
    assert_eq!(f.evaluate(&[Dual::new(2.0, 1.0), Dual::new(3.0, 0.0)]), Dual::new(88.0, 140.0));
    let tape = Tape::new();
    let (x, y) = (tape.var(2.0), tape.var(3.0));
    let gradient = f.evaluate(&[x, y]).gradient();
    assert_eq!((gradient.wrt(x), gradient.wrt(y)), (140.0, 24.0));
    // Reverse over forward: the first column of the Hessian.
    let tape = Tape::new();
    let (x, y) = (tape.var(Dual::new(2.0, 1.0)), tape.var(Dual::new(3.0, 0.0)));
    let gradient = f.evaluate(&[x, y]).gradient();
    assert_eq!((gradient.wrt(x).tangent, gradient.wrt(y).tangent), (156.0, 36.0));
}

#[test]
fn the_graph_of_a_formula_reads_like_the_formula() {
    assert_eq!(formulas("x^3 * (x + 3*y)"), ["x^3", "3 * y", "x + v3", "v2 * v4"]);
    assert_eq!(formulas("-sin(x) / 2 - 1"), ["sin(x)", "-v1", "v2 / 2", "v3 - 1"]);
    assert_eq!(formulas("max(x, 2^0.5 * 0 + 1)^y"), ["max(x, 1)", "v2^y"]);
    assert_eq!(formulas("sin(pi / 2)"), [""; 0]);
}

/// Calls every rule by its name at a point of its domain, and compares the result with the rule itself.
struct CallsByName {
    rules: usize,
}

impl CallsByName {
    fn check(&mut self, text: &str, values: &[Dual], y: f64, y_dot: f64) {
        assert_eq!(parse(text).evaluate(values), Dual::new(y, y_dot), "{text}");
        self.rules += 1;
    }
}

impl UnaryVisitor for CallsByName {
    fn visit<R: Unary>(&mut self, rule: R, domain: &'static [Interval]) {
        let parameters: String = rule.parameters().iter().map(|c| format!(", {c}")).collect();
        let x = 0.3 * domain[0].0 + 0.7 * domain[0].1;
        let y = rule.primal(x);
        self.check(&format!("{}(x{parameters})", R::NAME), &[Dual::new(x, 1.0)], y, rule.partial(x, y));
    }
}

impl BinaryVisitor for CallsByName {
    fn visit<R: Binary>(&mut self, rule: R, [first, second]: [Interval; 2]) {
        let word = R::NAME.starts_with(char::is_alphabetic);
        let text = if word { format!("{}(a, b)", R::NAME) } else { format!("a {} b", R::NAME) };
        let (a, b) = (0.3 * first.0 + 0.7 * first.1, 0.4 * second.0 + 0.6 * second.1);
        let y = rule.primal(a, b);
        let with_respect_to_a = rule.partials(a, b, y).0;
        self.check(&text, &[Dual::new(a, 1.0), Dual::new(b, 0.0)], y, with_respect_to_a);
    }
}

#[test]
fn every_rule_of_the_table_can_be_called_by_its_name() {
    let mut calls = CallsByName { rules: 0 };
    each_unary(&mut calls);
    each_binary(&mut calls);
    assert!(calls.rules > 20, "only {} rules", calls.rules);
}

#[test]
fn an_error_names_its_column_and_problem() {
    for (text, column, problem) in [
        ("", 1, "expected an operand, found the end"),
        ("x +", 4, "expected an operand, found the end"),
        ("x + * y", 5, "expected an operand, found `*`"),
        ("+x", 1, "expected an operand, found `+`"),
        ("()", 2, "expected an operand, found `)`"),
        ("max(x,)", 7, "expected an operand, found `)`"),
        ("2x", 2, "expected an operator, found `x`"),
        ("2 3.50 ", 3, "expected an operator, found `3.50`"),
        ("(x, y)", 3, "expected an operator, found `,`"),
        ("2e", 2, "expected an operator, found `e`"),
        ("sin x", 5, "expected a parenthesis after `sin`"),
        ("(x + (y", 8, "missing `)`"),
        ("sin(x", 6, "missing `)`"),
        ("x))", 2, "unmatched `)`"),
        ("x + sine(y)", 5, "unknown function `sine`"),
        ("pi(x)", 1, "unknown function `pi`"),
        ("x*max(y)", 3, "`max` was called with 1 argument"),
        ("sin()", 1, "`sin` was called with no arguments"),
        ("sin(x, y)", 1, "`sin` was called with 2 arguments"),
        ("powi(x)", 1, "`powi` was called with 1 argument"),
        ("powi(x, 2.5)", 9, "`powi` does not accept the constants [2.5]"),
        ("powi(x, y)", 9, "this argument of `powi` is not a constant number"),
        ("powf(x, 0/0)", 9, "this argument of `powf` is not a constant number"),
        ("x $ y", 3, "unexpected character `$`"),
        (".", 1, "unexpected character `.`"),
        ("1e999", 1, "number too large: `1e999`"),
        ("é + ÿ ÿ", 7, "expected an operator, found `ÿ`"),
    ] {
        let error = error(text);
        assert_eq!((error.column, error.problem.to_string().as_str()), (column, problem), "{text}");
    }
}

#[test]
fn an_error_points_at_its_place_and_names_the_remedy() {
    assert_eq!(
        error("x + sine(y)").to_string(),
        "unknown function `sine` at column 5\n\n    x + sine(y)\n        ^\n\n\
         similar functions: sin, sinh, silu, asin"
    );
    for (text, remedy) in [
        ("log(x)", "similar functions: log2, ln, "),
        ("arctan(x)", "similar functions: atan, tan"),
        ("(x + (y)", "the `(` at column 1 needs a `)`"),
        ("max(x)", "it takes 2 arguments"),
        ("powi(x)", "it takes 2 arguments; the last 1 must be constant"),
        ("sin x", "a call is written sin(x)"),
        ("x**2", "a product is written x*y, a power x^2"),
    ] {
        let shown = error(text).to_string();
        assert!(shown.lines().last().is_some_and(|last| last.starts_with(remedy)), "{shown}");
    }
}

#[test]
fn an_unknown_function_without_similar_names_lists_all_functions() {
    let shown = error("fourier(x)").to_string();
    assert!(["sin", "tanh", "softplus", "max"].iter().all(|name| shown.contains(name)), "{shown}");
}

#[test]
fn an_error_in_a_long_text_shows_only_an_excerpt() {
    let shown = error(&format!("{}x y{}", "x + ".repeat(1000), " + x".repeat(1000))).to_string();
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[2].len() < 100 && lines[2].starts_with("    ...") && lines[2].ends_with("..."), "{shown}");
    assert_eq!(lines[3].find('^').map(|caret| &lines[2][caret..=caret]), Some("y"), "{shown}");
}

#[test]
fn nesting_beyond_the_limit_is_an_error_and_not_a_crash() {
    let many = 100_000;
    let texts = [
        format!("{}x{}", "(".repeat(many), ")".repeat(many)),
        format!("{}x{}", "sin(".repeat(many), ")".repeat(many)),
        format!("{}x", "-".repeat(many)),
        format!("{}x", "x^".repeat(many)),
        "(".repeat(many),
    ];
    for text in texts {
        assert_eq!(error(&text).problem.to_string(), format!("nested more than {DEPTH} levels deep"));
    }
}

#[test]
fn nesting_up_to_the_limit_parses() {
    let text = format!("{}2{}", "(".repeat(DEPTH - 1), ")".repeat(DEPTH - 1));
    assert_eq!(value(&text), 2.0);
    assert_eq!(error(&format!("({text})")).column, DEPTH + 1);
    let beside = "(((2))) + -2 ^ 2 + ".repeat(DEPTH);
    assert_eq!(value(&format!("{beside} 0")), -2.0 * DEPTH as f64);
}

#[test]
fn a_long_flat_formula_does_not_count_as_nested() {
    let terms = 100_000;
    assert_eq!(parse(&format!("x{}", " + x".repeat(terms - 1))).evaluate(&[1.0]), terms as f64);
}

#[test]
#[should_panic(expected = "evaluate: 1 values for the variables [\"x\", \"y\"]")]
fn a_missing_value_panics_with_the_names_of_the_variables() {
    parse("x + y").evaluate(&[1.0]);
}

#[test]
fn a_binding_is_a_name_and_a_number_or_a_constant_formula() {
    let read = |text: &str| text.parse::<Binding>().map(|binding| (binding.name, binding.value));
    assert_eq!(read("x=2"), Ok(("x".into(), 2.0)));
    assert_eq!(read(" rate = -1e-3 "), Ok(("rate".into(), -1e-3)));
    assert_eq!(read("x=pi/2"), Ok(("x".into(), std::f64::consts::FRAC_PI_2)));
    assert_eq!(read("x=inf"), Ok(("x".into(), f64::INFINITY)));
    for text in ["x", "=2", "2x=1", "x y=1", ""] {
        assert_eq!(read(text), Err(PointError::NotABinding { text: text.into() }));
    }
    for text in ["abc", "", "1+", "=2"] {
        assert_eq!(
            read(&format!("x={text}")),
            Err(PointError::NotANumber { name: "x".into(), text: text.into() })
        );
    }
}

#[test]
fn a_point_has_exactly_one_value_for_each_variable() {
    let point = |text: &str| {
        let bindings: Vec<Binding> = text.split_terminator(',').map(|one| one.parse().unwrap()).collect();
        parse("x * y").point(&bindings).map_err(|error| error.to_string())
    };
    assert_eq!(point("y=3,x=2"), Ok(vec![2.0, 3.0]));
    assert_eq!(point("x=2"), Err("no value for `y`: add y=... (given: `x`)".into()));
    assert_eq!(point(""), Err("no value for `x`, `y`: add x=...,y=...".into()));
    assert_eq!(point("x=2,x=2,y=3"), Err("`x` has two values; remove one".into()));
    assert_eq!(
        point("x=2,y=3,z=4"),
        Err("there is no variable `z`: the expression's variables are `x`, `y`".into())
    );
}
