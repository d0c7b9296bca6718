//! Calibration: whether predictions are right as often as their probabilities say.

use super::class_predictions::ClassPredictions;
use super::classification::predicted_class;
use super::probabilities::log_probabilities;

/// Examples by confidence, the probability of their predicted class, in bins of equal width: see
/// [`ClassPredictions::reliability`].
#[derive(Clone, Debug, PartialEq)]
pub struct Reliability {
    bins: Vec<ReliabilityBin>,
}

/// The examples whose confidence is above `lower` and at most `upper`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityBin {
    /// The lower end; the first bin begins with 0, included.
    pub lower: f64,
    /// The upper end, included.
    pub upper: f64,
    /// The number of examples.
    pub count: usize,
    /// The sum of the weights of the examples; without weights, their number.
    pub weight: f64,
    /// The mean confidence; `None` without examples.
    pub confidence: Option<f64>,
    /// The share of correct predictions; `None` without examples.
    pub accuracy: Option<f64>,
}

impl Reliability {
    /// The bins from confidence 0 to 1.
    pub fn bins(&self) -> &[ReliabilityBin] {
        &self.bins
    }

    /// The expected calibration error, `sum_b w_b |accuracy_b - confidence_b| / sum_b w_b` over the bins with
    /// weights `w_b` (Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017, equation 3).
    pub fn expected_calibration_error(&self) -> f64 {
        let gap = |bin: &ReliabilityBin| match (bin.accuracy, bin.confidence) {
            (Some(accuracy), Some(confidence)) => bin.weight * (accuracy - confidence).abs(),
            _ => 0.0,
        };
        let weight: f64 = self.bins.iter().map(|bin| bin.weight).sum();
        self.bins.iter().map(gap).sum::<f64>() / weight
    }

    /// The maximum calibration error, the largest `|accuracy_b - confidence_b|` of a bin with examples (Guo
    /// et al. 2017, equation 5).
    pub fn maximum_calibration_error(&self) -> f64 {
        let gap = |bin: &ReliabilityBin| Some((bin.accuracy? - bin.confidence?).abs());
        self.bins.iter().filter_map(gap).fold(0.0, f64::max)
    }
}

impl ClassPredictions<'_> {
    /// The examples in bins of equal width by confidence, for a reliability diagram. `None` if an example has
    /// no class probabilities.
    ///
    /// # Panics
    /// If the number of bins is 0.
    #[track_caller]
    pub fn reliability(&self, bins: usize) -> Option<Reliability> {
        assert!(bins > 0, "reliability: the number of bins is 0, must be at least 1");
        let edge = |bin: usize| bin as f64 / bins as f64;
        // Per bin: the number of examples, and the sums of weights, of confidences and of correct examples.
        let mut sums = vec![(0, [0.0; 3]); bins];
        for (row, label, weight) in self.examples() {
            let class = predicted_class(&row.to_vec())?;
            let confidence = log_probabilities(&row)[class].exp();
            let bin = (0..bins - 1).find(|&bin| confidence <= edge(bin + 1)).unwrap_or(bins - 1);
            let (count, [weights, confidences, correct]) = &mut sums[bin];
            *count += 1;
            *weights += weight;
            *confidences += weight * confidence;
            *correct += if class == label { weight } else { 0.0 };
        }
        let bin = |(bin, (count, [weight, confidence, correct])): (usize, (usize, [f64; 3]))| {
            let mean = |sum: f64| (count > 0).then(|| sum / weight);
            let (lower, upper) = (edge(bin), edge(bin + 1));
            ReliabilityBin {
                lower,
                upper,
                count,
                weight,
                confidence: mean(confidence),
                accuracy: mean(correct),
            }
        };
        Some(Reliability { bins: sums.into_iter().enumerate().map(bin).collect() })
    }
}
