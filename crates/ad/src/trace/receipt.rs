//! What each mode costs: operations counted, time measured.

use super::graph::{Graph, Source};
use super::record::Traced;
use crate::function::Function;
use crate::tape::Tape;
use crate::transform::{jvp, value_and_grad_into};
use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The work of one way to compute something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count {
    /// Elementary operations: rules applied, partials computed, multiplications and additions of the sweeps.
    pub operations: usize,
    /// Seconds of wall-clock time, the best of several runs.
    pub seconds: f64,
}

/// The cost of a function, and of its whole gradient in both modes.
///
/// Forward mode evaluates the function once for each input, with its partials; reverse mode evaluates it once.
///
/// ```
/// use wengert_ad::{Function, Number, trace::Receipt};
///
/// struct SumOfSquares;
///
/// impl Function for SumOfSquares {
///     fn eval<T: Number>(&self, v: &[T]) -> T {
///         v.iter().map(|&x| x * x).sum()
///     }
/// }
/// let receipt = Receipt::of(&SumOfSquares, &[1.0; 50]);
/// assert!(receipt.operations_ratio(receipt.reverse) < 5.0);
/// assert!(receipt.operations_ratio(receipt.forward) > 100.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// How many inputs there are: so many forward sweeps the gradient takes.
    pub inputs: usize,
    /// The function alone, on plain numbers.
    pub value: Count,
    /// Value and gradient by forward sweeps. The time is that of one sweep, times their number.
    pub forward: Count,
    /// Value and gradient by one recording and one reverse sweep.
    pub reverse: Count,
    /// How many operations of the above compute partials, once for all of them.
    pub partials: usize,
    /// The nodes on the tape of reverse mode.
    pub tape_nodes: usize,
    /// The memory that they take.
    pub tape_bytes: usize,
}

impl Receipt {
    /// Counts and times `f` at `x`.
    pub fn of(f: &impl Function, x: &[f64]) -> Self {
        let names: Vec<String> = (0..x.len()).map(|i| format!("x{i}")).collect();
        let inputs: Vec<(&str, f64)> = names.iter().map(String::as_str).zip(x.iter().copied()).collect();
        let graph = Graph::of(&inputs, |v: &[Traced<'_>]| f.eval(v));
        let value = graph.nodes().len() - x.len();
        let partials = graph.nodes().iter().map(|node| graph.partial_operations(node)).sum();
        // Every forward sweep takes as many operations as the first.
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
            value: Count { operations: value, seconds: seconds_of_value },
            forward: Count { operations: forward, seconds: seconds_forward * x.len() as f64 },
            reverse: Count { operations: reverse, seconds: seconds_reverse },
            partials,
            tape_nodes: tape.len(),
            tape_bytes: tape.bytes(),
        }
    }

    /// How many evaluations of the function the operations of `count` amount to.
    pub fn operations_ratio(&self, count: Count) -> f64 {
        count.operations as f64 / self.value.operations as f64
    }

    /// How many evaluations of the function the time of `count` amounts to.
    pub fn time_ratio(&self, count: Count) -> f64 {
        count.seconds / self.value.seconds
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sweeps = |n: usize| if n == 1 { "1 sweep".to_owned() } else { format!("{n} sweeps") };
        writeln!(f, "{:<32}{:>12}{:>9}{:>12}{:>9}", "", "operations", "ratio", "time", "ratio")?;
        for (what, count) in [
            ("value".to_owned(), self.value),
            (format!("with gradient, forward: {}", sweeps(self.inputs)), self.forward),
            ("with gradient, reverse: 1 sweep".to_owned(), self.reverse),
        ] {
            let (operations, ratio) = (count.operations, self.operations_ratio(count));
            let (time, time_ratio) = (readable(count.seconds), self.time_ratio(count));
            writeln!(f, "{what:<32}{operations:>12}{ratio:>9.2}{time:>12}{time_ratio:>9.2}")?;
        }
        write!(
            f,
            "tape: {} nodes, {} bytes; partials: {} operations",
            self.tape_nodes, self.tape_bytes, self.partials
        )
    }
}

/// The best time of one call: the shortest of several batches, each long against the clock's resolution.
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
    let best = (0..5).map(|_| time(calls)).min().expect("there are five batches");
    best.as_secs_f64() / f64::from(calls)
}

fn readable(seconds: f64) -> String {
    let (unit, factor) = match seconds {
        s if s < 1e-6 => ("ns", 1e9),
        s if s < 1e-3 => ("us", 1e6),
        s if s < 1.0 => ("ms", 1e3),
        _ => ("s", 1.0),
    };
    format!("{:.1} {unit}", seconds * factor)
}
