//! L-BFGS on the standard test functions, compared with scipy's L-BFGS-B.

use std::sync::LazyLock;

use crate::problems::problem;
use wengert_minimize::{Lbfgs, MinimizeReport, Minimizer, Stopping, Termination};

/// The result of scipy on a problem, from `goldens/lbfgsb.py`.
struct Peer {
    name: &'static str,
    evaluations: usize,
    value: f64,
    gradient_max: f64,
}

/// scipy's run and ours on each problem.
static RUNS: LazyLock<Vec<(Peer, MinimizeReport)>> = LazyLock::new(|| {
    let lines = include_str!("goldens/lbfgsb.txt").lines().filter(|line| !line.starts_with('#'));
    let runs = lines.map(|line| {
        let columns: Vec<_> = line.split(' ').collect();
        let peer = Peer {
            name: columns[0],
            evaluations: columns[4].parse().unwrap(),
            value: columns[6].parse().unwrap(),
            gradient_max: columns[7].parse().unwrap(),
        };
        let report = minimized(peer.name);
        (peer, report)
    });
    runs.collect()
});

fn minimized(name: &str) -> MinimizeReport {
    let mut problem = problem(name);
    let start = problem.start.clone();
    Minimizer::new(Lbfgs::new()).minimize(&mut problem, &start)
}

#[test]
fn the_gradient_falls_to_1e_8_on_every_standard_function_with_fewer_evaluations_than_scipy() {
    let (mut ours, mut theirs, mut logarithms, mut table) = (0, 0, 0.0, String::new());
    assert!(RUNS.len() >= 20, "{}", RUNS.len());
    for (peer, report) in RUNS.iter() {
        let needed = report.evaluations.functions;
        let row = format!("{}: {needed} against {}, {report}\n", peer.name, peer.evaluations);
        assert!(report.termination == Termination::Gradient && report.gradient_max <= 1e-8, "{row}");
        ours += needed;
        theirs += peer.evaluations;
        logarithms += (needed as f64 / peer.evaluations as f64).ln();
        table += &row;
    }
    // The chain of a thousand variables is most of the total; the mean ratio weighs all functions alike.
    // Both memories hold 10 pairs. scipy does not reach 1e-8 on Brown-Dennis; its evaluations up to where
    // it stopped are counted.
    let ratio = (logarithms / RUNS.len() as f64).exp();
    assert!(ours <= theirs && ratio <= 1.0, "{table}{ours} against {theirs}, mean ratio {ratio:.3}");
}

#[test]
fn the_minimum_is_a_known_one_and_no_worse_than_that_of_scipy() {
    for (peer, report) in RUNS.iter() {
        let known = problem(peer.name).minima;
        // Where the Hessian is singular, a gradient of 1e-8 leaves a value of about 1e-12.
        let near = |other: f64| (report.value - other).abs() <= 1e-9 * other.abs().max(1e-2);
        assert!(known.iter().any(|&minimum| near(minimum)), "{}: {report}", peer.name);
        assert!(near(peer.value) || report.value < peer.value, "{}: {report}, {}", peer.name, peer.value);
    }
}

#[test]
fn a_value_far_from_zero_does_not_hide_the_minimum() {
    // Brown-Dennis: at the minimum, 8.6e4, values are rounded to 1e-11, which is a gradient of about 1e-5.
    // There scipy ends; judged by slopes, the search continues.
    let (peer, report) = RUNS.iter().find(|(peer, _)| peer.name == "brown_dennis").unwrap();
    assert!(peer.gradient_max > 1e-6 && report.gradient_max <= 1e-8, "{}, {report}", peer.gradient_max);
}

#[test]
fn the_search_ends_where_a_gradient_of_exactly_zero_is_asked_for() {
    let mut problem = problem("brown_dennis");
    let start = problem.start.clone();
    let report =
        Minimizer::new(Lbfgs::new()).stopping(Stopping::new().gradient(0.0)).minimize(&mut problem, &start);
    assert!(matches!(report.termination, Termination::NoDescent { .. }), "{report}");
    assert!(report.gradient_max < 1e-8 && report.evaluations.functions < 1000, "{report}");
}

#[test]
fn a_longer_memory_needs_fewer_evaluations_on_an_ill_conditioned_bowl() {
    let needed = [1, 5, 20, 100].map(|memory| {
        let mut bowl = problem("ill_conditioned_bowl");
        let start = bowl.start.clone();
        Minimizer::new(Lbfgs::new().memory(memory)).minimize(&mut bowl, &start).evaluations.functions
    });
    assert!(needed.is_sorted_by(|a, b| a > b), "{needed:?}");
}

#[test]
fn a_function_that_is_nan_beyond_a_boundary_is_minimised_within_it() {
    // 50 x - ln x, from 1: the first step, of length 1, ends at the boundary, and longer ones beyond it.
    let mut outside = 0;
    let mut barrier = |x: &[f64], g: &mut [f64]| {
        outside += usize::from(x[0] <= 0.0);
        g[0] = 50.0 - 1.0 / x[0];
        50.0 * x[0] - x[0].ln()
    };
    let report = Minimizer::new(Lbfgs::new()).minimize(&mut barrier, &[1.0]);
    assert!(report.termination == Termination::Gradient && (report.x[0] - 0.02).abs() < 1e-10, "{report}");
    assert!(outside > 0, "a step should have crossed the boundary");
}

#[test]
fn the_same_start_gives_the_same_bits() {
    let (_, first) = RUNS.iter().find(|(peer, _)| peer.name == "biggs_exp6").unwrap();
    assert_eq!(*first, minimized("biggs_exp6"));
}
