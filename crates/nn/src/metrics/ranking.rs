//! Metrics of the order in which scores rank the examples.

use super::class_predictions::ClassPredictions;
use super::probabilities::log_probabilities;

/// An example of a ranking: its score, its weight, and whether it belongs to the class.
type Ranked = (f64, f64, bool);

impl ClassPredictions<'_> {
    /// The area under the ROC curve: the probability that an example of the class gets a higher score than
    /// one of another class, where equal scores count half (Hanley and McNeil 1982). For two classes, the
    /// score is the probability of class 1; for more, the area is the mean over the classes, each against
    /// all others, without those that have no examples or all. `roc_auc_score` of scikit-learn with
    /// `multi_class="ovr"`.
    ///
    /// `None` if only one class has examples, or if an example has no class probabilities.
    pub fn roc_auc(&self) -> Option<f64> {
        if self.classes() == 2 {
            return self.class_roc_auc(1);
        }
        let areas: Vec<f64> = (0..self.classes()).filter_map(|class| self.class_roc_auc(class)).collect();
        (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64)
    }

    /// The area under the ROC curve of one class against all others, by the probability of the class. `None`
    /// if the class has no examples or all, or if an example has no class probabilities.
    ///
    /// # Panics
    /// If `class` is not below the number of classes.
    #[track_caller]
    pub fn class_roc_auc(&self, class: usize) -> Option<f64> {
        let classes = self.classes();
        assert!(class < classes, "roc auc: the class is {class}, must be below {classes}");
        // The logarithm distinguishes probabilities that round to 1.
        let ranked = |(row, label, weight)| (log_probabilities(&row)[class], weight, label == class);
        area_under_curve(self.examples().map(ranked).collect())
    }
}

/// The weighted share of pairs of a positive and a negative example in which the positive one has the higher
/// score; equal scores count half. `None` without such pairs, or if a score is NaN.
fn area_under_curve(mut ranked: Vec<Ranked>) -> Option<f64> {
    if ranked.iter().any(|(score, ..)| score.is_nan()) {
        return None;
    }
    ranked.sort_by(|(a, ..), (b, ..)| a.partial_cmp(b).expect("no score is NaN"));
    let (mut negatives, mut positives, mut pairs) = (0.0, 0.0, 0.0);
    for equal in ranked.chunk_by(|(a, ..), (b, ..)| a == b) {
        let weight = |of: bool| -> f64 {
            equal.iter().filter(|(.., positive)| *positive == of).map(|(_, weight, _)| weight).sum()
        };
        let (negative, positive) = (weight(false), weight(true));
        pairs += positive * (negatives + 0.5 * negative);
        negatives += negative;
        positives += positive;
    }
    let all = positives * negatives;
    (all > 0.0).then(|| pairs / all)
}
