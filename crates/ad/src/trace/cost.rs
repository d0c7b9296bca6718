//! The cost of a gradient in each mode: operations counted, time measured.

use super::graph::Graph;
use super::node::Source;
use super::record::Traced;
use crate::function::Function;
use crate::tape::Tape;
use crate::transform::{jvp, value_and_grad_into};
use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Operations and time of one computation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Elementary operations: rules applied, operations that compute partials, multiplications and
    /// additions of the sweeps.
    pub operations: usize,
    /// Wall-clock time in seconds, the best of several runs.
    pub seconds: f64,
}

/// The cost of a function, and of its whole gradient in both modes.
///
/// Forward mode evaluates the function once for each input, with its partials; reverse mode
/// evaluates it once.
///
/// ```
/// use wengert_ad::{Function, Number, trace::CostReport};
///
/// struct SumOfSquares;
///
/// impl Function for SumOfSquares {
///     fn eval<T: Number>(&self, v: &[T]) -> T {
///         v.iter().map(|&x| x * x).sum()
///     }
/// }
/// let report = CostReport::of(&SumOfSquares, &[1.0; 50]);
/// assert!(report.operations_ratio(report.reverse) < 5.0);
/// assert!(report.operations_ratio(report.forward) > 100.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CostReport {
    /// The number of inputs, which is the number of forward sweeps for a gradient.
    pub inputs: usize,
    /// The cost of the value alone, on plain numbers.
    pub value: Cost,
    /// The cost of value and gradient by forward sweeps. The time is that of one sweep times the
    /// number of inputs.
    pub forward: Cost,
    /// The cost of value and gradient by one recording and one reverse sweep.
    pub reverse: Cost,
    /// The operations that compute the partials of one recording; included in `reverse` once and in
    /// `forward` once per input.
    pub partials: usize,
    /// The number of nodes on the tape of reverse mode.
    pub tape_nodes: usize,
    /// The memory of these nodes in bytes.
    pub tape_bytes: usize,
}

impl CostReport {
    /// Counts and times `f` at `x`.
    pub fn of(f: &impl Function, x: &[f64]) -> Self {
        let names: Vec<String> = (0..x.len()).map(|i| format!("x{i}")).collect();
        let inputs: Vec<(&str, f64)> = names.iter().map(String::as_str).zip(x.iter().copied()).collect();
        let graph = Graph::of(&inputs, |v: &[Traced<'_>]| f.eval(v));
        let value = graph.nodes().len() - x.len();
        let partials = graph.nodes().iter().map(|node| graph.partial_operations(node)).sum();
        // All forward sweeps take the same number of operations.
        let sweep = if x.is_empty() { 0 } else { graph.forward(0).operations.total() };
        let forward = x.len() * (value + partials + sweep);
        let reverse = value + partials + graph.reverse().operations.total();

        let mut tape = Tape::new();
        let mut gradient = vec![0.0; x.len()];
        let mut direction = vec![0.0; x.len()];
        if let (Some(first), Source::Node(_)) = (direction.first_mut(), graph.output()) {
            *first = 1.0;
        }
        let seconds_of_value = seconds(|| {
            black_box(f.eval(black_box(x)));
        });
        let seconds_forward = seconds(|| {
            black_box(jvp(|v| f.eval(v), black_box(x), &direction));
        });
        let seconds_reverse = seconds(|| {
            black_box(value_and_grad_into(&mut tape, |v| f.eval(v), black_box(x), &mut gradient));
        });
        Self {
            inputs: x.len(),
            value: Cost { operations: value, seconds: seconds_of_value },
            forward: Cost { operations: forward, seconds: seconds_forward * x.len() as f64 },
            reverse: Cost { operations: reverse, seconds: seconds_reverse },
            partials,
            tape_nodes: tape.len(),
            tape_bytes: tape.bytes(),
        }
    }

    /// The operations of `cost` in units of evaluations of the function.
    pub fn operations_ratio(&self, cost: Cost) -> f64 {
        cost.operations as f64 / self.value.operations as f64
    }

    /// The time of `cost` in units of evaluations of the function.
    pub fn time_ratio(&self, cost: Cost) -> f64 {
        cost.seconds / self.value.seconds
    }
}

impl fmt::Display for CostReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sweeps = |n: usize| if n == 1 { "1 sweep".to_owned() } else { format!("{n} sweeps") };
        writeln!(f, "{:<32}{:>12}{:>9}{:>12}{:>9}", "", "operations", "ratio", "time", "ratio")?;
        for (label, cost) in [
            ("value".to_owned(), self.value),
            (format!("with gradient, forward: {}", sweeps(self.inputs)), self.forward),
            ("with gradient, reverse: 1 sweep".to_owned(), self.reverse),
        ] {
            let (operations, ratio) = (cost.operations, self.operations_ratio(cost));
            let (time, time_ratio) = (duration(cost.seconds), self.time_ratio(cost));
            writeln!(f, "{label:<32}{operations:>12}{ratio:>9.2}{time:>12}{time_ratio:>9.2}")?;
        }
        write!(
            f,
            "tape: {} nodes, {} bytes; partials: {} operations",
            self.tape_nodes, self.tape_bytes, self.partials
        )
    }
}

/// The time of one call: the minimum over several batches, each long compared with the resolution
/// of the clock.
fn seconds(mut work: impl FnMut()) -> f64 {
    const BATCH: Duration = Duration::from_micros(500);
    let mut time = |calls: u32| {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed()
    };
    let mut calls = 1;
    while time(calls) < BATCH && calls < 1 << 20 {
        calls *= 2;
    }
    let best = (0..5).map(|_| time(calls)).min().expect("five batches have a minimum");
    best.as_secs_f64() / f64::from(calls)
}

/// Seconds in a unit that suits their size, such as `1.5 ms`.
fn duration(seconds: f64) -> String {
    let (unit, factor) = match seconds {
        s if s < 1e-6 => ("ns", 1e9),
        s if s < 1e-3 => ("us", 1e6),
        s if s < 1.0 => ("ms", 1e3),
        _ => ("s", 1.0),
    };
    format!("{:.1} {unit}", seconds * factor)
}
