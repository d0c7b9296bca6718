//! A particle in the field of two charges, one of which is placed so that the particle lands as
//! close to `x = 0` as possible.
//!
//! The force is the gradient of a potential; the charge is placed with the gradient of the whole flight.

use crate::descent::{Forward, Function, Mode, Reverse, argmin};
use crate::protocol::{EvalError, Prepared, prepared, read};
use serde::Deserialize;
use serde_json::Value;
use wengert_ad::{Elementary, Number};

#[derive(Deserialize)]
struct Input {
    w: f64,
}

const TIME_STEP: f64 = 0.1;

/// The potential of unit charges at `(10, 0)` and at `(10, 10 - w)`, with `w` fixed, as a function
/// of the position.
struct Potential;

impl Function<1, 2> for Potential {
    fn at<T: Number>(&self, [w]: [T; 1], [x, y]: [T; 2]) -> T {
        let across = (x - 10.0).square();
        let to_first = (across + y.square()).sqrt();
        let to_second = (across + (y + (w - 10.0)).square()).sqrt();
        to_first.recip() + to_second.recip()
    }
}

/// The square of the `x` at which the particle lands, as a function of `w`.
struct Landing<M> {
    force: M,
}

impl<M: Mode> Function<0, 1> for Landing<M> {
    fn at<T: Number>(&self, _: [T; 0], w: [T; 1]) -> T {
        let mut memory = Default::default();
        let (mut position, mut velocity) = ([0.0, 8.0].map(T::constant), [0.75, 0.0].map(T::constant));
        loop {
            let slope = self.force.gradient(&mut memory, &Potential, w, position);
            let next = std::array::from_fn(|i| position[i] + velocity[i] * TIME_STEP);
            if next[1].value() <= 0.0 {
                let rest = -next[1] / velocity[1];
                return (next[0] + rest * velocity[0]).square();
            }
            position = next;
            velocity = std::array::from_fn(|i| velocity[i] - slope[i] * TIME_STEP);
        }
    }
}

fn place(outer: impl Mode, force: impl Mode, start: f64) -> f64 {
    argmin(outer, &Landing { force }, [], [start])[0]
}

/// The optimal `w`. The first letter is the mode of the gradient with respect to `w`, forward (`f`)
/// or reverse (`r`), the second that of the force.
pub(crate) fn evaluate(function: &str, input: &Value) -> Result<Prepared, EvalError> {
    let Input { w } = read(input)?;
    match function {
        "ff" => Ok(prepared(move || place(Forward, Forward, w))),
        "fr" => Ok(prepared(move || place(Forward, Reverse, w))),
        "rf" => Ok(prepared(move || place(Reverse, Forward, w))),
        "rr" => Ok(prepared(move || place(Reverse, Reverse, w))),
        _ => Err(EvalError::unknown(function, &["ff", "fr", "rf", "rr"])),
    }
}
