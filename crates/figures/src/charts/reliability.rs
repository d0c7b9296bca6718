//! Reliability diagrams.

use crate::chart::Chart;
use crate::example_numbers::spread;
use crate::figure::{Axis, Figure, Key, Panel, Shape, Symbol};
use crate::left_out::LeftOut;
use crate::mark::Mark;
use crate::numbers::numbers;
use crate::scale::Scale;
use crate::theme::Ink;

/// Whether predicted probabilities are as frequent as they say: the share of right predictions against their
/// probability, in bins of equal width, with the number of examples per bin (DeGroot and Fienberg 1983).
/// Perfectly calibrated predictions are on the diagonal; bars below it are overconfident.
///
/// ```
/// use wengert_figures::{Chart, Reliability};
///
/// let chart = Reliability::new(&[0.6, 0.95, 0.8], &[true, true, false]);
/// assert!(chart.svg().contains("share of right predictions"));
/// ```
#[derive(Clone, Debug)]
pub struct Reliability {
    pub(super) title: String,
    confidences: Vec<f64>,
    right: Vec<bool>,
    bins: usize,
}

impl Reliability {
    /// The probability of each prediction, from 0 to 1, and whether it is right; 10 bins.
    ///
    /// # Panics
    /// If their numbers differ.
    #[track_caller]
    #[must_use]
    pub fn new<T: Copy + Into<f64>>(confidences: &[T], right: &[bool]) -> Self {
        assert!(
            confidences.len() == right.len(),
            "{} probabilities with {} outcomes",
            confidences.len(),
            right.len()
        );
        let title = "Reliability of the probabilities".to_owned();
        Self { title, confidences: numbers(confidences), right: right.to_vec(), bins: 10 }
    }

    /// The number of bins, from 1 to 100.
    ///
    /// # Panics
    /// If it is not in this range.
    #[track_caller]
    #[must_use]
    pub fn bins(self, bins: usize) -> Self {
        assert!((1..=100).contains(&bins), "{bins} bins; 1 to 100 are possible");
        Self { bins, ..self }
    }

    /// Of each bin the number of examples, the number of right ones, and the sum of the probabilities; and
    /// the number of values that are not probabilities.
    fn counts(&self) -> (Vec<(usize, usize, f64)>, usize) {
        let mut counts = vec![(0, 0, 0.0); self.bins];
        let mut invalid = 0;
        for (&confidence, &right) in self.confidences.iter().zip(&self.right) {
            if !(0.0..=1.0).contains(&confidence) {
                invalid += 1;
                continue;
            }
            // Bins contain their upper end, as in the expected calibration error of Guo et al. (2017).
            let bin = ((confidence * self.bins as f64).ceil() as usize).clamp(1, self.bins) - 1;
            counts[bin].0 += 1;
            counts[bin].1 += usize::from(right);
            counts[bin].2 += confidence;
        }
        (counts, invalid)
    }
}

impl Chart for Reliability {
    fn figure(&self) -> Figure {
        let (counts, invalid) = self.counts();
        let width = 1.0 / self.bins as f64;
        let bars = |height: &dyn Fn((usize, usize, f64)) -> f64| -> Vec<[(f64, f64); 2]> {
            let bins = counts.iter().enumerate().filter(|(_, bin)| bin.0 > 0);
            let gap = width * 0.06;
            bins.map(|(i, &bin)| [(width * i as f64 + gap, 0.0), (width * (i + 1) as f64 - gap, height(bin))])
                .collect()
        };
        let shares = bars(&|(count, right, _)| right as f64 / count as f64);
        let means = counts.iter().filter(|bin| bin.0 > 0);
        let means =
            means.map(|&(count, right, sum)| (sum / count as f64, right as f64 / count as f64)).collect();
        let numbers = bars(&|(count, ..)| count as f64);
        let unit = || Scale::Linear(0.0, 1.0);
        let top = vec![
            Mark::Boxes { boxes: shares, ink: Ink::Series(0), opacity: 0.55 },
            Mark::Line { points: vec![(0.0, 0.0), (1.0, 1.0)], ink: Ink::Muted, width: 1.5 },
            Mark::Dots { points: means, ink: Ink::Series(1), diameter: 7.0, square: false },
        ];
        let most = counts.iter().map(|bin| bin.0 as f64);
        let bottom = vec![Mark::Boxes { boxes: numbers.clone(), ink: Ink::Series(0), opacity: 0.55 }];
        let panels = vec![
            Panel::new(Axis::new("", unit()), Axis::new("share of right predictions", unit()), top),
            Panel::new(
                Axis::new("probability of the predicted class", unit()),
                Axis::new("number of examples", Scale::from_zero(most).whole()),
                bottom,
            )
            .shaped(Shape::Height(80.0)),
        ];
        let legend = vec![
            Key::new("share in the bin", Ink::Series(0), Symbol::Box),
            Key::new("at the mean of the bin", Ink::Series(1), Symbol::Dot),
            Key::new("calibrated", Ink::Muted, Symbol::Line),
        ];
        let total: usize = counts.iter().map(|bin| bin.0).sum();
        let error: f64 = counts.iter().map(|&(_, right, sum)| (right as f64 - sum).abs()).sum();
        let mut notes = match total {
            0 => LeftOut::default().notes(),
            _ => vec![format!(
                "Expected calibration error: {:.3}, from {total} examples.",
                error / total as f64
            )],
        };
        if invalid > 0 {
            let of = self.confidences.len();
            let are = if invalid == 1 { "is no probability" } else { "are not probabilities" };
            notes.push(format!("{invalid} of {of} values {are} from 0 to 1 and left out."));
        }
        Figure { title: self.title.clone(), panels, legend, notes }
    }
}

/// Predictions that are overconfident.
pub(super) fn example() -> Reliability {
    let confidences: Vec<f64> = spread(600, 0.1).map(|x| 1.0 - 0.65 * x * x).collect();
    let chance = spread(600, 0.77).map(|x| (x * 7.3).fract());
    let right: Vec<bool> =
        confidences.iter().zip(chance).map(|(p, chance)| chance < p - 0.5 * (1.0 - p) * p).collect();
    Reliability::new(&confidences, &right)
}

pub(super) fn of_any(numbers: &[f64], _: &str) -> Reliability {
    let right: Vec<bool> = numbers.iter().map(|&number| number > 0.3).collect();
    Reliability::new(numbers, &right)
}
