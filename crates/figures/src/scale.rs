//! The axes of numbers and names, as coordinates of plotters, with their ticks.

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged};
use plotters::coord::types::RangedCoordf64;
use std::ops::Range;

/// Numbers beyond this are not drawn, so that widths of ranges are finite.
pub(crate) const LARGEST: f64 = 1e300;

/// Linear scales do not distinguish numbers that are closer than this.
const SMALLEST: f64 = 1e-290;

/// How values become positions on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scale {
    /// Equal steps for equal differences.
    Linear(f64, f64),
    /// Equal steps for equal differences, with ticks at whole numbers only.
    Whole(f64, f64),
    /// Equal steps for equal ratios, between positive numbers.
    Log(f64, f64),
    /// Equal steps for names: the first one is at 0, the second one at 1.
    Names(Vec<String>),
}

/// The least and the greatest value that can be drawn: finite, and positive on a logarithmic scale.
fn extent(values: impl IntoIterator<Item = f64>, log: bool) -> Option<(f64, f64)> {
    let drawn = values.into_iter().filter(|&value| is_drawn(value, log));
    drawn.fold(None, |extent, value| {
        let (low, high) = extent.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    })
}

/// Whether a value has a place on a scale.
pub(crate) fn is_drawn(value: f64, log: bool) -> bool {
    value.abs() <= LARGEST && (!log || value >= 1.0 / LARGEST)
}

impl Scale {
    /// A linear scale on which the values fill all but a small margin.
    pub(crate) fn linear(values: impl IntoIterator<Item = f64>) -> Self {
        Self::between(values, 0.04)
    }

    /// A linear scale that starts and ends with the values.
    pub(crate) fn tight(values: impl IntoIterator<Item = f64>) -> Self {
        Self::between(values, 0.0)
    }

    /// A linear scale that starts at 0, or ends there if the values are negative.
    pub(crate) fn from_zero(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = extent(values, false).unwrap_or((0.0, 1.0));
        match (low.min(0.0), high.max(0.0)) {
            (low, high) if high - low <= SMALLEST => Self::Linear(0.0, 1.0),
            (low, high) => Self::Linear(low * 1.06, high * 1.06),
        }
    }

    fn between(values: impl IntoIterator<Item = f64>, margin: f64) -> Self {
        let (low, high) = extent(values, false).unwrap_or((0.0, 1.0));
        let largest = low.abs().max(high.abs());
        // A narrower range has too few digits to be divided.
        if high - low <= (largest * 1e-9).max(SMALLEST) {
            let half = if largest <= SMALLEST { 1.0 } else { largest * 0.1 };
            return Self::Linear(low - half, high + half);
        }
        let margin = (high - low) * margin;
        Self::Linear(low - margin, high + margin)
    }

    /// The same scale with ticks at whole numbers only, if it is linear.
    pub(crate) fn whole(self) -> Self {
        match self {
            Self::Linear(from, to) => Self::Whole(from, to),
            other => other,
        }
    }

    /// A logarithmic scale on which the positive values fill all but a small margin.
    pub(crate) fn log(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = extent(values, true).unwrap_or((0.1, 1.0));
        let margin = ((high.log10() - low.log10()) * 0.04).max(0.02);
        let limit = |exponent: f64| 10f64.powf(exponent.clamp(-304.0, 304.0));
        Self::Log(limit(low.log10() - margin), limit(high.log10() + margin))
    }

    /// A linear or a logarithmic scale.
    pub(crate) fn of_kind(log: bool, values: impl IntoIterator<Item = f64>) -> Self {
        if log { Self::log(values) } else { Self::linear(values) }
    }

    /// The position of a value, from 0 to 1.
    pub(crate) fn position(&self, value: f64) -> f64 {
        let (value, Range { start, end }) = self.linearised(value);
        (value - start) / (end - start)
    }

    /// The value and the range on the linear scale that is drawn.
    fn linearised(&self, value: f64) -> (f64, Range<f64>) {
        match self {
            &Self::Linear(from, to) | &Self::Whole(from, to) => (value, from..to),
            &Self::Log(from, to) => (value.log10(), from.log10()..to.log10()),
            Self::Names(names) => (value, -0.5..names.len().max(1) as f64 - 0.5),
        }
    }

    /// At most `most` ticks, with their labels. Names are never left out here.
    pub(crate) fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        match self {
            &Self::Linear(from, to) => labelled(linear_ticks(from, to, most)),
            &Self::Whole(from, to) => {
                let ticks = linear_ticks(from, to, most).into_iter().filter(|tick| tick.fract() == 0.0);
                labelled(ticks.collect())
            }
            &Self::Log(from, to) => log_ticks(from, to, most),
            Self::Names(names) => {
                names.iter().enumerate().map(|(i, name)| (i as f64, name.clone())).collect()
            }
        }
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let (value, range) = self.linearised(*value);
        RangedCoordf64::from(range).map(&value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        self.ticks(hint.max_num_points()).into_iter().map(|(tick, _)| tick).collect()
    }

    fn range(&self) -> Range<f64> {
        match self {
            &Self::Linear(from, to) | &Self::Whole(from, to) | &Self::Log(from, to) => from..to,
            Self::Names(_) => self.linearised(0.0).1,
        }
    }
}

/// Multiples of 1, 2 or 5 times a power of ten between two limits. (Those of plotters never end for some
/// ranges, such as one between 1e-310 and 1e-308.)
fn linear_ticks(from: f64, to: f64, most: usize) -> Vec<f64> {
    let most = most.max(3) as f64;
    let exponent = ((to - from) / most).log10().floor() as i32;
    let steps =
        (exponent..=exponent + 2).flat_map(|exponent| [1.0, 2.0, 5.0].map(|factor| (factor, exponent)));
    // Negative powers of ten are not exact, but quotients of exact numbers are rounded once.
    let multiple = |count: f64, (factor, exponent): (f64, i32)| match exponent {
        0.. => count * factor * power_of_ten(exponent),
        _ => count * factor / power_of_ten(-exponent),
    };
    let counts = |step: (f64, i32)| {
        let step = multiple(1.0, step);
        ((from / step).ceil(), (to / step).floor())
    };
    let fits = |&step: &(f64, i32)| {
        let (first, last) = counts(step);
        last - first + 1.0 <= most
    };
    let Some(step) = steps.into_iter().find(fits) else { return Vec::new() };
    let (first, last) = counts(step);
    let ticks = (0..=(last - first).max(0.0) as usize).map(|i| multiple(first + i as f64, step));
    ticks.filter(|&tick| from <= tick && tick <= to).collect()
}

/// The ticks with as many digits as distinguish them.
fn labelled(ticks: Vec<f64>) -> Vec<(f64, String)> {
    let largest = ticks.iter().fold(0f64, |largest, tick| largest.max(tick.abs()));
    let step = match *ticks {
        [first, second, ..] => second - first,
        _ => largest,
    };
    let label = |tick: f64| {
        if tick == 0.0 || largest == 0.0 {
            return "0".to_owned();
        }
        // Steps are 1, 2 or 5 times a power of ten.
        let exponent = |value: f64| (value.log10() + 1e-9).floor() as i32;
        if (1e-3..1e6).contains(&largest) {
            let decimals = usize::try_from(-exponent(step)).unwrap_or(0).min(12);
            grouped(&format!("{tick:.decimals$}"))
        } else {
            let digits = usize::try_from(exponent(tick.abs()) - exponent(step)).unwrap_or(0).min(12);
            format!("{tick:.digits$e}").replace('-', "−")
        }
    };
    ticks.into_iter().map(|tick| (tick, label(tick))).collect()
}

/// A number with commas between thousands if it has at least five digits before the point, and with a minus
/// sign.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("−", digits));
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    if whole.len() < 5 {
        return format!("{sign}{digits}");
    }
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{rest}")
}

/// Powers of ten, and 2 and 5 times them on a short scale.
fn log_ticks(from: f64, to: f64, most: usize) -> Vec<(f64, String)> {
    let (low, high) = (from.log10().floor() as i32, to.log10().ceil() as i32);
    let in_range = |tick: &f64| from <= *tick && *tick <= to;
    let powers: Vec<f64> = (low..=high).map(power_of_ten).filter(in_range).collect();
    let finer = || (low..=high).flat_map(|exponent| [1.0, 2.0, 5.0].map(|m| m * power_of_ten(exponent)));
    let ticks: Vec<f64> = match powers.len() {
        0 | 1 if finer().filter(in_range).count() < 2 => return labelled(linear_ticks(from, to, most)),
        0..=2 if finer().filter(in_range).count() <= most => finer().filter(in_range).collect(),
        count => powers.into_iter().step_by(count.div_ceil(most.max(2))).collect(),
    };
    let label = |tick: f64| match tick {
        1e-3..1e6 => grouped(&format!("{}", (tick * 1e6).round() / 1e6)),
        _ => format!("{tick:.0e}").replace('-', "−"),
    };
    ticks.into_iter().map(|tick| (tick, label(tick))).collect()
}

fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> String {
        scale.ticks(6).into_iter().map(|(_, label)| label).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round_numbers_with_as_few_digits_as_distinguish_them() {
        for (scale, expected) in [
            (Scale::Linear(0.0, 1.0), "0 0.2 0.4 0.6 0.8 1.0"),
            (Scale::Linear(-1.3, 1.1), "−1.0 −0.5 0 0.5 1.0"),
            (Scale::Linear(1.0, 200.0), "50 100 150 200"),
            (Scale::Linear(0.0, 60_000.0), "0 20,000 40,000 60,000"),
            (Scale::Linear(1.7e9, 1.7004e9), "1.7000e9 1.7001e9 1.7002e9 1.7003e9 1.7004e9"),
            (Scale::Linear(-2e-20, 1e-20), "−2e−20 −1e−20 0 1e−20"),
            (Scale::Whole(0.5, 2.5), "1 2"),
            (Scale::Whole(1.0, 2000.0), "500 1000 1500 2000"),
            (Scale::Log(0.0005, 3.0), "0.001 0.01 0.1 1"),
            (Scale::Log(0.3, 4.0), "0.5 1 2"),
            (Scale::Log(1e-12, 1.0), "1e−12 1e−9 1e−6 0.001 1"),
        ] {
            assert_eq!(labels(&scale), expected, "{scale:?}");
        }
    }

    #[test]
    fn every_range_has_ticks_inside_it_with_different_labels() {
        let magnitudes = [5e-324, 1e-308, 1e-300, 1e-17, 1e-5, 0.1, 1.0, 37.0, 1e9, 1e16, 1e300];
        for a in magnitudes.into_iter().chain([0.0]) {
            for b in magnitudes.map(|b| -b).into_iter().chain(magnitudes) {
                let mut scales = vec![Scale::linear([a, b]), Scale::tight([a, b]), Scale::from_zero([a, b])];
                scales.extend((a > 0.0 && b > 0.0).then(|| Scale::log([a, b])));
                for scale in scales {
                    let ticks = scale.ticks(6);
                    assert!((1..=6).contains(&ticks.len()), "{scale:?}: {ticks:?}");
                    assert!(
                        ticks
                            .iter()
                            .all(|&(tick, _)| scale.range().contains(&tick) || tick == scale.range().end)
                    );
                    let labels: std::collections::BTreeSet<&str> =
                        ticks.iter().map(|(_, label)| &**label).collect();
                    assert_eq!(labels.len(), ticks.len(), "{scale:?}: {ticks:?}");
                }
            }
        }
    }
}
