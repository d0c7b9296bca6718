//! The contour figures of the race.

use crate::landscape::{Landscape, OptimizerPath};
use crate::number::digits;
use std::ops::Range;
use wengert_figures::HeatMap;

/// The names in the legends, in the order of the comparison.
const NAMES: [&str; 6] = ["SGD", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam"];

fn map(landscape: Landscape, ranges: [Range<f64>; 2], title: &str) -> HeatMap {
    HeatMap::new(["x", "y"], ranges, "loss", |x, y| landscape.value([x, y])).title(title).contours(5)
}

fn with_paths(chart: HeatMap, paths: &[OptimizerPath]) -> HeatMap {
    paths.iter().zip(NAMES).fold(chart, |chart, (path, name)| chart.path(name, &path.points))
}

pub(super) fn bowl(condition: f64, paths: &[OptimizerPath]) -> HeatMap {
    let title = format!(
        "Condition number {}: SGD falls and creeps, momentum overshoots, RMSProp and Adam go straight",
        digits(condition)
    );
    with_paths(map(Landscape::Bowl { condition }, [-0.7..1.2, -1.1..1.2], &title), paths)
}

pub(super) fn saddle(paths: &[OptimizerPath]) -> HeatMap {
    let title = "At the saddle SGD lingers; momentum and the adaptive methods leave it early";
    with_paths(map(Landscape::Saddle, [-0.8..1.2, -0.4..1.45], title).contours(3), paths)
}

/// The two wells up to a loss of 0.5, since the walls would hide them.
pub(super) fn wells(paths: &[OptimizerPath]) -> HeatMap {
    let loss = |x, y| Landscape::TwoWells.value([x, y]).min(0.5);
    let chart = HeatMap::new(["x", "y"], [-1.7..2.1, -0.6..0.7], "loss, up to 0.5", loss).contours(3);
    with_paths(chart.title("Momentum rolls through the upper well into the lower one"), paths)
}

/// The noisy bowl with three of the paths: more would cover each other.
pub(super) fn noisy_bowl(condition: f64, paths: &[OptimizerPath]) -> HeatMap {
    let title = "With noise, the same rate gives momentum the wider cloud";
    let chart = map(Landscape::Bowl { condition }, [-1.0..1.3, -0.9..1.2], title);
    [1, 0, 5].into_iter().fold(chart, |chart, number| {
        let points: &[[f64; 2]] = &paths[number].points;
        chart.path(NAMES[number], points)
    })
}
