//! `y_0' = x_0`, `y_i' = x_i y_(i-1)`, from rest at time 0 to time 2, with the classic fourth-order
//! Runge-Kutta method.
//!
//! An element cannot move before its predecessor does, so each stage of the method sets one more
//! element in motion. The loops run over the moving elements; the others are the constant 0, with
//! no derivatives and nothing to record.

use crate::protocol::{EvalError, Prepared, prepared, read};
use serde::Deserialize;
use serde_json::Value;
use wengert_ad::{Number, Tape, value_and_grad_into};

#[derive(Deserialize)]
struct Input {
    x: Vec<f64>,
    s: usize,
}

/// A state of the system. `elements[..moving]` are in motion; the others are 0.
struct State<T> {
    elements: Vec<T>,
    moving: usize,
}

impl<T: Number> State<T> {
    fn at_rest(n: usize) -> Self {
        Self { elements: vec![T::constant(0.0); n], moving: 0 }
    }

    /// `self = start + rate h`.
    fn step(&mut self, start: &Self, rate: &Self, h: f64) {
        self.moving = rate.moving;
        for i in 0..rate.moving {
            self.elements[i] = start.elements[i] + rate.elements[i] * h;
        }
    }

    /// `self = y'` at `y`.
    fn rate(&mut self, x: &[T], y: &Self) {
        self.moving = x.len().min(y.moving + 1);
        self.elements[0] = x[0];
        for ((rate, &x), &before) in self.elements[1..self.moving].iter_mut().zip(&x[1..]).zip(&y.elements) {
            *rate = x * before;
        }
    }
}

/// `y(2)` after `steps` steps.
fn solve<T: Number>(x: &[T], steps: usize) -> Vec<T> {
    let n = x.len();
    let h = 2.0 / steps as f64;
    let (mut y, mut stage) = (State::at_rest(n), State::at_rest(n));
    let mut rates: [State<T>; 4] = std::array::from_fn(|_| State::at_rest(n));
    for _ in 0..steps {
        rates[0].rate(x, &y);
        for (i, ahead) in [(1, 0.5), (2, 0.5), (3, 1.0)] {
            stage.step(&y, &rates[i - 1], ahead * h);
            rates[i].rate(x, &stage);
        }
        let [k1, k2, k3, k4] = &rates;
        y.moving = k4.moving;
        for i in 0..k4.moving {
            let middle = (k2.elements[i] + k3.elements[i]) * 2.0;
            y.elements[i] += (k1.elements[i] + middle + k4.elements[i]) * (h / 6.0);
        }
    }
    y.elements
}

/// `primal`: `y(2)`. `gradient`: the gradient of its last element with respect to `x`.
pub(crate) fn evaluate(function: &str, input: &Value) -> Result<Prepared, EvalError> {
    let Input { x, s } = read(input)?;
    if x.is_empty() {
        return Err(EvalError::Domain { field: "x", needed: "a list that is not empty" });
    }
    if s == 0 {
        return Err(EvalError::Domain { field: "s", needed: "at least 1" });
    }
    match function {
        "primal" => Ok(prepared(move || solve(&x, s))),
        "gradient" => {
            let mut tape = Tape::new();
            Ok(prepared(move || {
                let mut gradient = vec![0.0; x.len()];
                value_and_grad_into(&mut tape, |x| solve(x, s)[x.len() - 1], &x, &mut gradient);
                gradient
            }))
        }
        _ => Err(EvalError::unknown(function, &["primal", "gradient"])),
    }
}

#[cfg(test)]
mod tests {
    use super::solve;

    #[test]
    fn a_step_sets_four_elements_in_motion() {
        let y = solve(&[1.5; 9], 1);
        assert!(y[..4].iter().all(|&y| y > 0.0) && y[4..].iter().all(|&y| y == 0.0), "{y:?}");
        let y = solve(&[1.5; 9], 2);
        assert!(y[..8].iter().all(|&y| y > 0.0) && y[8] == 0.0, "{y:?}");
    }

    #[test]
    fn many_steps_reach_the_exact_solution() {
        // y_i(t) = (x_0 ... x_i) t^(i+1) / (i+1)!
        let x = [0.7, 1.3, 0.4, 1.1, 0.9, 1.6];
        let mut exact = 1.0;
        for (i, (y, x)) in solve(&x, 400).into_iter().zip(x).enumerate() {
            exact *= x * 2.0 / (i + 1) as f64;
            assert!((y - exact).abs() < 1e-8, "element {i}: {y}, exactly {exact}");
        }
    }
}
