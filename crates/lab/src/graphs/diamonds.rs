//! Diamonds: a value that is used twice, again and again.

use crate::number::Number;
use wengert_ad::trace::Graph;
use wengert_figures::LineChart;

/// The graph of `v <- v + v`, repeated `count` times, at 1.
fn chain(count: usize) -> Graph {
    Graph::of(&[("x", 1.0)], |v| (0..count).fold(v[0], |v, _| v + v))
}

/// A reverse sweep over a chain of diamonds: it visits each node once and sums the cotangents of its two
/// uses, while there are `2^count` paths.
pub(super) fn numbers(count: usize) -> Vec<Number> {
    let graph = chain(count);
    let sweep = graph.reverse();
    let visited = sweep.reached[1..].iter().filter(|&&reached| reached).count();
    let n = count as f64;
    vec![
        Number::new("1.6", format!("paths through {count} diamonds: the derivative"), sweep.derivatives[0])
            .exactly(n.exp2(), 0.0),
        Number::new("1.6", "nodes that the reverse sweep visits", visited as f64).exactly(n, 0.0),
        Number::new("1.6", "its multiplications", sweep.operations.multiplications as f64)
            .exactly(2.0 * n, 0.0),
        Number::new("1.6", "its additions of cotangents", sweep.operations.additions as f64).exactly(n, 0.0),
    ]
}

/// Paths and operations against the number of diamonds.
pub(super) fn figure(count: usize) -> LineChart {
    let step = count.div_ceil(16);
    let counts: Vec<usize> = (1..=count).step_by(step).collect();
    let places: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
    let paths: Vec<f64> = places.iter().map(|n| n.exp2()).collect();
    let operations = |&count: &usize| chain(count).reverse().operations.total() as f64;
    let operations: Vec<f64> = counts.iter().map(operations).collect();
    LineChart::new("diamonds in the chain", "number")
        .title("Paths double with each diamond; the sweep adds three operations")
        .log_y()
        .line("paths", &places, &paths)
        .line("operations of sweep", &places, &operations)
}
