//! Least-squares fit of a polynomial to the sign function.
//!
//! The value is computed for several observations at once, in lanes, with powers by a running
//! product. The gradient uses reverse mode on arrays of lanes, one block of observations at a time,
//! so that the tape stays in the cache. The powers do not depend on the parameters and are
//! constants on the tape.

use crate::protocol::{EvalError, Prepared, prepared, read};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use wengert_ad::kernels::vectorised;
use wengert_ad::{ArrayTape, Elementary, Lanes, Numeric, Tensor};

/// Observations per group of lanes in the value: enough to hide the latency of the running product.
type Wide = Lanes<16>;
/// Observations per array element.
type Group = Lanes<8>;
/// The maximum number of groups per block: with 128 parameters, their powers fill 128 KiB.
const BLOCK: usize = 16;

#[derive(Deserialize)]
struct Input {
    x: Vec<f64>,
    n: usize,
}

/// The position of observation `i` of `n`, its sign, and its weight, which is 0 beyond the last observation.
#[inline(always)]
fn observation(i: usize, n: usize) -> (f64, f64, f64) {
    let t = -1.0 + 2.0 * i as f64 / (n - 1) as f64;
    let sign = if t == 0.0 { 0.0 } else { t.signum() };
    if i < n { (t, sign, 1.0) } else { (0.0, 0.0, 0.0) }
}

/// Positions, signs and weights of `N` observations, starting with number `first`.
#[inline(always)]
fn observations<const N: usize>(first: usize, n: usize) -> [Lanes<N>; 3] {
    let all: [_; N] = std::array::from_fn(|lane| observation(first + lane, n));
    [Lanes(all.map(|o| o.0)), Lanes(all.map(|o| o.1)), Lanes(all.map(|o| o.2))]
}

/// `F = 1/2 sum_i (s_i - sum_j x_j t_i^j)^2`.
#[inline(always)]
fn half_squared_error(x: &[f64], n: usize) -> f64 {
    let mut sum = Wide::constant(0.0);
    for first in (0..n).step_by(16) {
        let [t, sign, weight] = observations(first, n);
        let (mut power, mut polynomial) = (Wide::constant(1.0), Wide::constant(0.0));
        for &x in x {
            polynomial += power * x;
            power *= t;
        }
        sum += ((sign - polynomial) * weight).square();
    }
    0.5 * sum.total()
}

/// Writes the powers of the positions of the observations from number `first` on, one row per parameter, and
/// their signs. Beyond the last observation, powers and signs are 0.
#[inline(always)]
fn fill(first: usize, n: usize, powers: &mut [Group], signs: &mut [Group]) {
    let groups = signs.len();
    let mut positions = [Group::constant(0.0); BLOCK];
    let mut power = [Group::constant(1.0); BLOCK];
    let (positions, power) = (&mut positions[..groups], &mut power[..groups]);
    for (group, sign) in signs.iter_mut().enumerate() {
        [positions[group], *sign, power[group]] = observations(first + group * 8, n);
    }
    for row in powers.chunks_exact_mut(groups) {
        row.copy_from_slice(power);
        for (power, &t) in power.iter_mut().zip(&*positions) {
            *power *= t;
        }
    }
}

/// `1/2 sum (s - x' T)^2` over `groups` groups of observations from number `first` on, where `T` are the
/// powers of their positions, which are written straight to the tape.
fn half_squared_error_of_block<'t>(
    x: Tensor<'t, Group>,
    first: usize,
    groups: usize,
    n: usize,
) -> Tensor<'t, Group> {
    let (tape, parameters) = (x.tape(), x.shape()[1]);
    let mut signs = [Group::constant(0.0); BLOCK];
    let signs = &mut signs[..groups];
    let powers = tape.constant_filled_by(&[parameters, groups], |powers| {
        vectorised(
            #[inline(always)]
            || fill(first, n, powers, signs),
        );
    });
    let signs = tape.constant_filled_by(&[1, groups], |buffer| buffer.copy_from_slice(signs));
    (signs - x.matmul(powers)).square().sum() * 0.5
}

/// `dF/dx`. Each lane sums over its own observations; the lanes are added at the end.
fn gradient(x: &Arc<Vec<Group>>, n: usize, tape: &mut ArrayTape<Group>) -> Vec<f64> {
    let (m, groups) = (x.len(), n.div_ceil(8).min(BLOCK));
    let mut share = vec![Group::constant(0.0); m];
    let mut sum = share.clone();
    for first in (0..n).step_by(8 * groups) {
        tape.clear();
        let x = tape.shared_var(x, 0..m, &[1, m], true);
        half_squared_error_of_block(x, first, groups, n).gradient_into(Group::constant(1.0), &mut share);
        sum.iter_mut().zip(&share).for_each(|(sum, &share)| *sum += share);
    }
    sum.into_iter().map(Group::total).collect()
}

/// `primal`: the value. `gradient`: its gradient with respect to `x`.
pub(crate) fn evaluate(function: &str, input: &Value) -> Result<Prepared, EvalError> {
    let Input { x, n } = read(input)?;
    if n < 2 || x.is_empty() {
        return Err(EvalError::Domain { field: "n", needed: "at least 2, and x not empty" });
    }
    match function {
        "primal" => Ok(prepared(move || {
            vectorised(
                #[inline(always)]
                || half_squared_error(&x, n),
            )
        })),
        "gradient" => {
            let x: Arc<Vec<Group>> = Arc::new(x.into_iter().map(Group::constant).collect());
            let mut tape = ArrayTape::new();
            Ok(prepared(move || gradient(&x, n, &mut tape)))
        }
        _ => Err(EvalError::unknown(function, &["primal", "gradient"])),
    }
}
