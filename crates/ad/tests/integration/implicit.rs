//! Derivatives of what equations define: one extra solve, against forward mode, differences and the
//! recorded iteration.

use crate::support::{DIFFERENCE, ROUNDING, assert_close, difference};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wengert_ad::{
    Convergence, Dual, Elementary, Number, Numeric, Tape, Var, fixed_point, gradcheck, implicit, jvp,
    value_and_grad,
};

/// The size of the linear system.
const N: usize = 4;

/// `A(p)`: diagonally dominant, not symmetric, every parameter in every row.
fn matrix<T: Number>(p: &[T]) -> Vec<Vec<T>> {
    let mean: T = p.iter().map(|p| p.sin()).sum::<T>() / p.len() as f64;
    let entry = |i: usize, j: usize| match i {
        i if i == j => p[i % p.len()].exp() + 5.0,
        _ => mean * (1.0 + i as f64 - 0.5 * j as f64) + p[(i + 2 * j) % p.len()] * 0.3,
    };
    (0..N).map(|i| (0..N).map(|j| entry(i, j)).collect()).collect()
}

fn right_hand_side() -> [f64; N] {
    [1.0, -2.0, 0.5, 3.0]
}

/// Gaussian elimination without pivots, which a dominant diagonal does not need; counts its calls.
#[derive(Clone, Default)]
struct Solver {
    calls: Arc<AtomicUsize>,
}

impl Solver {
    fn solve<T: Number>(&self, mut a: Vec<Vec<T>>, b: &[T]) -> Vec<T> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut x = b.to_vec();
        for k in 0..N {
            let pivot = a[k].clone();
            for (row, i) in a[k + 1..].iter_mut().zip(k + 1..) {
                let factor = row[k] / pivot[k];
                row.iter_mut().zip(&pivot).for_each(|(a, &p)| *a -= factor * p);
                x[i] = x[i] - factor * x[k];
            }
        }
        for k in (0..N).rev() {
            let known = (k + 1..N).fold(x[k], |rest, j| rest - a[k][j] * x[j]);
            x[k] = known / a[k][k];
        }
        x
    }

    fn count(&self) -> usize {
        self.calls.swap(0, Ordering::Relaxed)
    }
}

fn transposed(a: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..N).map(|i| (0..N).map(|j| a[j][i]).collect()).collect()
}

/// `g(u)`, one number.
fn objective<T: Number>(u: &[T]) -> T {
    u[0] * u[1] + u[2].square() - (u[3] * u[0]).tanh()
}

/// `g(u(p))` with `A(p) u = b`, differentiated by the adjoint method.
fn by_adjoint<'t>(p: &[Var<'t>], solver: &Solver) -> Var<'t> {
    let values: Vec<f64> = p.iter().map(|p| p.value()).collect();
    let u = solver.solve(matrix(&values), &right_hand_side());
    let again = solver.clone();
    let u = implicit(
        |u, p| {
            let row = |(row, b): (&Vec<_>, f64)| row.iter().zip(u).map(|(&a, &u)| a * u).sum::<Var<'_>>() - b;
            matrix(p).iter().zip(right_hand_side()).map(row).collect()
        },
        move |_, p, u_bar| again.solve(transposed(&matrix(p)), u_bar),
        &u,
        p,
    );
    objective(&u)
}

#[test]
fn the_adjoint_method_takes_one_extra_solve_whatever_the_number_of_parameters() {
    for parameters in [1, 3, 10, 40] {
        let p: Vec<f64> = (0..parameters).map(|i| (0.9 * i as f64).sin()).collect();
        let solver = Solver::default();
        let (value, gradient) = value_and_grad(|p| by_adjoint(p, &solver), &p);
        assert_eq!(solver.count(), 1 + 1, "{parameters} parameters");
        let g = |p: &[f64]| objective(&solver.solve(matrix(p), &right_hand_side()));
        assert_close("value", value, g(&p), ROUNDING);
        for (i, &derivative) in gradient.iter().enumerate() {
            assert_close(i, derivative, difference(g, &p, i), DIFFERENCE);
        }
        solver.count();
        // Forward mode: one solve for each parameter, with tangents through the elimination.
        for (i, &derivative) in gradient.iter().enumerate() {
            let direction: Vec<f64> = (0..parameters).map(|j| if i == j { 1.0 } else { 0.0 }).collect();
            let b = right_hand_side().map(Dual::constant);
            let forward = jvp(|p| objective(&solver.solve(matrix(p), &b)), &p, &direction);
            assert_close(i, derivative, forward.1, ROUNDING);
        }
        assert_eq!(solver.count(), parameters);
    }
}

#[test]
fn a_sweep_that_does_not_reach_the_solution_solves_nothing() {
    let solver = Solver::default();
    let tape = Tape::new();
    let p = tape.var(0.3);
    by_adjoint(&[p], &solver);
    assert_eq!((solver.count(), p.square().gradient().wrt(p), solver.count()), (1, 0.6, 0));
}

#[test]
fn an_adjoint_solution_of_the_wrong_length_is_named() {
    let message = crate::support::panic_of(|| {
        value_and_grad(|p| implicit(|u, _| u.to_vec(), |_, _, _| vec![], &[0.0], p)[0], &[1.0])
    });
    assert!(
        message.message.contains("the solution has 1 components, but the adjoint solution has 0"),
        "{message:?}"
    );
}

/// A contraction with two components, in which every parameter meets every component.
fn phi<T: Number>(x: &[T], p: &[T]) -> Vec<T> {
    let drive: T = p.iter().enumerate().map(|(i, p)| p.sin() * (1.0 / (i + 1) as f64)).sum();
    vec![
        (x[1] * 0.5 + p[0] * x[0] * 0.2).sin() + drive * 0.3,
        (x[0] - drive).tanh() * 0.4 + p[p.len() - 1] * 0.1,
    ]
}

const UNTIL: Convergence = Convergence { tolerance: 1e-15, steps: 300 };

#[test]
fn a_fixed_point_has_the_derivatives_of_its_recorded_iteration() {
    for parameters in [1, 2, 7] {
        let p: Vec<f64> = (0..parameters).map(|i| (1.7 * i as f64 + 0.4).cos()).collect();
        let (value, gradient) = value_and_grad(
            |p| {
                let x = fixed_point(|x, p| phi(x, p), &[0.0, 0.0], p, UNTIL).unwrap();
                x[0] * x[1] + x[0].exp() + p[0]
            },
            &p,
        );
        let (unrolled, by_iterations) = value_and_grad(
            |p| {
                let start = vec![Numeric::constant(0.0); 2];
                let x = (0..120).fold(start, |x, _| phi(&x, p));
                x[0] * x[1] + x[0].exp() + p[0]
            },
            &p,
        );
        assert_close("value", value, unrolled, ROUNDING);
        for i in 0..parameters {
            assert_close(i, gradient[i], by_iterations[i], ROUNDING);
        }
        let report =
            gradcheck(|p| fixed_point(|x, p| phi(x, p), &[0.0, 0.0], p, UNTIL).unwrap()[1].exp(), &p);
        assert!(report.passed(), "{report}");
    }
}

#[test]
fn the_adjoint_iteration_records_the_map_once_whatever_the_parameters_and_iterations() {
    for parameters in [1, 9] {
        let evaluations = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&evaluations);
        let tape = Tape::new();
        let p: Vec<_> = (0..parameters).map(|i| tape.var(0.1 * (i + 1) as f64)).collect();
        let x = fixed_point(
            move |x, p| {
                counted.fetch_add(1, Ordering::Relaxed);
                phi(x, p)
            },
            &[0.0, 0.0],
            &p,
            UNTIL,
        );
        let x = x.unwrap();
        let iterations = evaluations.swap(0, Ordering::Relaxed);
        assert!(iterations > 10 && tape.len() == parameters + 2, "{iterations}, {}", tape.len());
        assert!(x[0].gradient().wrt(p[0]).is_finite());
        assert_eq!(evaluations.load(Ordering::Relaxed), 1);
    }
}

#[test]
fn an_iteration_that_does_not_converge_is_an_answer() {
    let doubling = fixed_point(
        |x: &[Var<'_>], _| vec![x[0] * 2.0],
        &[1.0],
        &[],
        Convergence { tolerance: 1e-9, steps: 7 },
    );
    let error = doubling.unwrap_err();
    assert_eq!((error.steps, error.change), (7, 0.5));
    assert!(error.to_string().contains("after 7 steps"), "{error}");
    let to_nan = fixed_point(|x: &[Var<'_>], _| vec![(x[0] - 1.0).ln(), x[1]], &[0.5, 0.0], &[], UNTIL);
    assert!(to_nan.unwrap_err().change.is_nan());
    let constant = fixed_point(|x: &[Var<'_>], _| vec![x[0].cos()], &[1.0], &[], UNTIL).unwrap();
    assert_close("cos", constant[0].value(), 0.739_085_133_215_160_6, ROUNDING);
}
