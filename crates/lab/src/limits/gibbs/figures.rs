//! The figures of the Gibbs distribution.

use super::wells::{Comparison, PAIRS};
use crate::noisy_descent::NoisyDescent;
use crate::number::digits;
use crate::potential::{Potential, Wells};
use wengert_figures::LineChart;

/// Points that are drawn of a curve.
const POINTS: usize = 121;
/// The range of the axis.
const RANGE: (f64, f64) = (-2.2, 2.0);

fn places(count: usize) -> Vec<f64> {
    let (low, high) = RANGE;
    (0..count).map(|i| low + (high - low) * i as f64 / (count - 1) as f64).collect()
}

/// The density in bins around the places.
fn histogram(points: &[f64], places: &[f64]) -> Vec<f64> {
    let width = places[1] - places[0];
    let mut counts = vec![0.0; places.len()];
    for x in points {
        let bin = ((x - places[0]) / width + 0.5).floor();
        if bin >= 0.0 && bin < places.len() as f64 {
            counts[bin as usize] += 1.0;
        }
    }
    counts.iter().map(|count| count / (points.len() as f64 * width)).collect()
}

pub(super) fn density(descent: NoisyDescent, comparison: &Comparison) -> LineChart {
    let xs = places(POINTS);
    let density = descent.potential.gibbs_density(descent.inverse_temperature());
    let exact: Vec<f64> = xs.iter().map(|&x| descent.stationary_density(&comparison.on_nodes, x)).collect();
    let (fine, coarse) = (places(43), places(22));
    LineChart::new("x", "probability density")
        .title("One long run and many runs show the same density")
        .line("exp(-beta loss) / Z", &xs, &xs.iter().map(|&x| density(x)).collect::<Vec<_>>())
        .line("exact for this rate", &xs, &exact)
        .points("one long run", &fine, &histogram(&comparison.run, &fine))
        .points("ends of many runs", &coarse, &histogram(&comparison.ends, &coarse))
}

pub(super) fn temperatures(potential: Potential) -> LineChart {
    let xs = places(POINTS);
    let chart = LineChart::new("x", "probability density");
    let chart = chart.title("The colder, the more of the mass is in the lower well");
    [1.0, 5.0, 10.0, 20.0].into_iter().fold(chart, |chart, beta| {
        let density = potential.gibbs_density(beta);
        chart.line(&format!("beta = {beta}"), &xs, &xs.iter().map(|&x| density(x)).collect::<Vec<_>>())
    })
}

pub(super) fn scaling(descent: NoisyDescent, wells: Wells) -> LineChart {
    let chart = LineChart::new("x", "probability density");
    let xs = places(POINTS);
    let chart = chart.title("Doubling rate and batch together changes little");
    PAIRS.into_iter().fold(chart, |chart, (rate, batch)| {
        let descent = NoisyDescent { rate: rate * descent.rate, batch: batch * descent.batch, ..descent };
        let on_nodes = descent.on_nodes(wells.top);
        let ys: Vec<f64> = xs.iter().map(|&x| descent.stationary_density(&on_nodes, x)).collect();
        chart.line(&format!("eta = {}, B = {}", digits(descent.rate), digits(descent.batch)), &xs, &ys)
    })
}
