//! Experiments on graphs with other settings than the defaults.

use wengert_lab::{LabError, Report, experiment};

fn run(name: &str, arguments: &[&str]) -> Result<Report, LabError> {
    experiment(name).unwrap().run_with(arguments.iter().copied())
}

#[track_caller]
fn assert_right(name: &str, arguments: &[&str]) -> Report {
    let report = run(name, arguments).unwrap_or_else(|error| panic!("{name} {arguments:?}: {error}"));
    let wrong: Vec<_> = report.wrong().collect();
    assert!(wrong.is_empty(), "{name} {arguments:?}: {wrong:#?}");
    report
}

#[test]
fn both_sweeps_agree_for_any_formula_also_where_it_is_not_finite() {
    let shown = |function: &str, at: &str| {
        let report = assert_right("forward-vs-reverse", &["--function", function, "--at", at]);
        report.value("dF/dx").unwrap()
    };
    assert_eq!(shown("x^2*y + y", "x=3,y=2"), 12.0);
    assert_eq!(shown("x", "x=2"), 1.0);
    assert_eq!(shown("sqrt(x)", "x=0"), f64::INFINITY);
    assert!(shown("sqrt(x)", "x=-1").is_nan());
    shown("tan(x)*ln(y)/cos(x) + hypot(x, y)^z - sin(1e9*x)", "x=0.5,y=2,z=1.5");
    shown("x*a*b*c*d*f*g", "x=1e300,a=1e300,b=-inf,c=0,d=2,f=4,g=5");
}

#[test]
fn the_graph_of_a_long_formula_is_not_drawn() {
    let report = assert_right("forward-vs-reverse", &["--at", "x=2", "--function", "x+x+x"]);
    assert_eq!(report.pictures.len(), 1);
    let long = vec!["x"; 100].join("+");
    let report = assert_right("forward-vs-reverse", &["--at", "x=2", "--function", &long]);
    assert_eq!((report.pictures.len(), report.value("dF/dx")), (0, Some(100.0)));
}

#[test]
fn numbers_at_the_ends_of_the_ranges_are_right() {
    let report = assert_right("forward-vs-reverse", &["--diamonds", "1000"]);
    assert_eq!(report.value("paths through 1000 diamonds: the derivative"), Some(2_f64.powi(1000)));
    assert_right("cheap-gradient", &["--largest", "30"]);
    assert_right("matrix-chain", &["--m", "1", "--n", "1", "--p", "1"]);
    assert_right("matrix-chain", &["--m", "1000000", "--n", "1000000", "--p", "1000000", "--q", "1000000"]);
    assert_right("adjoint", &["--points", "1", "--probe", "0.999", "--spread", "0"]);
    assert_right("adjoint", &["--points", "60", "--probe", "0.001", "--spread", "0.999999"]);
    for (function, at) in
        [("x^2", "x=1"), ("x", "x=1e300"), ("abs(x)", "x=0"), ("exp(x)", "x=709"), ("0*x", "x=1")]
    {
        assert_right("numeric-gradient", &["--function", function, "--at", at]);
    }
}

#[test]
fn what_cannot_be_shown_is_refused_with_a_remedy() {
    let long = vec!["x"; 251].join("+");
    for (name, arguments, message) in [
        ("forward-vs-reverse", &["--function", "2*3"][..], "write one, as in x^2"),
        ("forward-vs-reverse", &["--function", "sine(x)"], "similar functions: sin"),
        ("forward-vs-reverse", &["--function", "x*z"], "--at: there is no variable `y`"),
        ("forward-vs-reverse", &["--function", "x*y*z"], "--at: no value for `z`: add z=..."),
        ("forward-vs-reverse", &["--function", &long], "at most 500"),
        ("forward-vs-reverse", &["--function", "a+b+c+d+f+g+h+i+j"], "at most 8"),
        ("numeric-gradient", &["--function", "ln(x)", "--at", "x=0"], "choose another point"),
        ("matrix-chain", &["--times", "--m", "10000", "--n", "10000"], "choose smaller extents"),
    ] {
        let error = run(name, arguments).unwrap_err().to_string();
        assert!(error.contains(message), "{name} {arguments:?}: {error}");
    }
}
