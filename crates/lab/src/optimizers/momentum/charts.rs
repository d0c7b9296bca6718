//! The figures of momentum.

use super::best_rates::{best_factor, best_momentum, steps_to_target};
use super::noise::Cloud;
use super::recurrence::{Recurrence, gain};
use crate::number::digits;
use wengert_figures::{Histogram, LineChart};
use wengert_optim::{Optimizer, Sgd, trajectory};

/// The distances from the minimum of a bowl, for plain descent and momentum with their best settings.
pub(super) fn convergence(kappa: f64) -> LineChart {
    let steps = (1.4 * steps_to_target(best_factor(kappa))).clamp(10.0, 2000.0) as usize;
    let stride = steps.div_ceil(150);
    let start = [1.0, 1.0];
    let bowl = |w: &[f64], g: &mut [f64]| g.copy_from_slice(&[w[0], kappa * w[1]]);
    let distances = |optimizer: &mut dyn Optimizer<f64>| -> (Vec<f64>, Vec<f64>) {
        let points = trajectory(optimizer, bowl, &start, steps);
        let distance = |w: &Vec<f64>| w[0].hypot(w[1]) / 2.0_f64.sqrt();
        points.iter().enumerate().step_by(stride).map(|(t, w)| (t as f64, distance(w))).unzip()
    };
    let (times, plain) = distances(&mut Sgd::new(2.0 / (1.0 + kappa)));
    let (_, momentum) = distances(&mut best_momentum(kappa));
    LineChart::new("step", "distance from the minimum, as a share of the start")
        .log_y()
        .title(&format!("Condition number {}: momentum arrives long before plain descent", digits(kappa)))
        .line("plain, best rate", &times, &plain)
        .line("momentum, best rate", &times, &momentum)
}

/// The size of the larger factor over the rate times the curvature.
pub(super) fn factors() -> LineChart {
    let line = |name: &str, chart: LineChart, recurrence: &dyn Fn(f64) -> Recurrence| {
        let point = |i: i32| {
            let rate = f64::from(i) * 0.02;
            (rate, recurrence(rate).largest_factor())
        };
        let (rates, factors): (Vec<f64>, Vec<f64>) =
            (0..=200).map(point).take_while(|&(_, factor)| factor <= 1.1).unzip();
        chart.line(name, &rates, &factors)
    };
    let heavy = |rho: f64| move |rate: f64| Recurrence { trace: 1.0 + rho - rate, determinant: rho };
    let nesterov = |rate: f64| Recurrence { trace: 1.9 * (1.0 - rate), determinant: 0.9 * (1.0 - rate) };
    let chart = LineChart::new("rate times curvature", "larger factor per step")
        .title("Momentum widens the range of rates: it converges where the factor is below 1");
    let chart = line("plain", chart, &heavy(0.0));
    let chart = line("rho = 0.5", chart, &heavy(0.5));
    let chart = line("rho = 0.9", chart, &heavy(0.9));
    line("Nesterov, rho = 0.9", chart, &nesterov).at_y("limit", 1.0)
}

/// The measured gains of the low-pass form over the period of the gradients.
pub(super) fn gains() -> LineChart {
    let periods = [2_usize, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
    let x = periods.map(|period| period as f64);
    let chart =
        LineChart::new("period of the gradients (steps)", "gain: steps over gradients").log_x().log_y();
    let chart = chart.title("The low-pass form averages quick changes away and lets slow ones pass");
    [1.0, 0.3, 0.1, 0.03].into_iter().fold(chart, |chart, weight| {
        chart.line(&format!("b = {weight}"), &x, &periods.map(|period| gain(weight, period)))
    })
}

/// The histograms of the clouds.
pub(super) fn clouds(clouds: &[Cloud]) -> Histogram {
    let chart = Histogram::new("w").bins(40);
    let chart = chart.title("At one rate, the velocity form has the wide cloud, the low-pass form does not");
    clouds.iter().fold(chart, |chart, cloud| chart.series(cloud.name, &cloud.points))
}
