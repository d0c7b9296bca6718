//! Metrics against scikit-learn. `goldens/make_metrics.py` wrote the numbers.

use crate::support::assert_close;
use crate::support::golden::{Case, cases};
use ndarray::Array2;
use wengert_nn::metrics::{ClassPredictions, ValuePredictions, balanced_class_weights, metrics};

/// Both compute in double precision in different orders: some tens of rounding errors of 1e-16.
const TOLERANCE: f64 = 1e-12;

fn table(case: &Case, key: &str) -> Array2<f64> {
    let (rows, numbers) = (case.number("rows") as usize, case.numbers(key));
    Array2::from_shape_vec((rows, numbers.len() / rows), numbers).unwrap()
}

fn weights(case: &Case) -> Option<Vec<f64>> {
    case.has("weights").then(|| case.numbers("weights"))
}

fn of(kind: &str) -> Vec<Case> {
    let all = cases(include_str!("goldens/metrics.txt"), "case");
    all.into_iter().filter(|case| case.has(kind)).collect()
}

fn compare(case: &Case, key: &str, found: &[f64]) {
    assert_close(&format!("{}: {key}", case.name), found, &case.numbers(key), TOLERANCE);
}

fn with_class_predictions(check: impl Fn(&Case, &ClassPredictions<'_>)) {
    let all = of("labels");
    assert_eq!(all.len(), 8);
    for case in &all {
        let (labels, weights) = (case.labels(), weights(case));
        let predictions = ClassPredictions::new(&table(case, "outputs"), &labels);
        match &weights {
            Some(weights) => check(case, &predictions.weighted(weights)),
            None => check(case, &predictions),
        }
    }
}

fn with_value_predictions(check: impl Fn(&Case, &ValuePredictions<'_>)) {
    let all = of("targets");
    assert_eq!(all.len(), 6);
    for case in &all {
        let weights = weights(case);
        let predictions = ValuePredictions::new(&table(case, "outputs"), &table(case, "targets"));
        match &weights {
            Some(weights) => check(case, &predictions.weighted(weights)),
            None => check(case, &predictions),
        }
    }
}

#[test]
fn every_metric_of_the_list_agrees_with_scikit_learn() {
    with_class_predictions(|case, predictions| {
        for metric in metrics().iter().filter(|metric| metric.is_of_classes()) {
            compare(case, metric.name(), &[metric.of_classes(predictions).unwrap()]);
        }
    });
    with_value_predictions(|case, predictions| {
        for metric in metrics().iter().filter(|metric| !metric.is_of_classes()) {
            compare(case, metric.name(), &[metric.of_values(predictions).unwrap()]);
        }
    });
}

#[test]
fn the_scores_of_each_class_agree_with_scikit_learn() {
    with_class_predictions(|case, predictions| {
        let (matrix, classes) = (predictions.confusion_matrix(), predictions.classes());
        compare(case, "confusion", matrix.counts().as_slice().unwrap());
        let each = |score: &dyn Fn(usize) -> Option<f64>| -> Vec<f64> {
            (0..classes).map(|class| score(class).unwrap_or(0.0)).collect()
        };
        compare(case, "precision", &each(&|class| matrix.precision(class)));
        compare(case, "recall", &each(&|class| matrix.recall(class)));
        compare(case, "f1", &each(&|class| matrix.f1(class)));
        compare(case, "micro_f1", &[matrix.micro_f1()]);
        compare(case, "weighted_recall", &[matrix.accuracy()]);
        let areas: Vec<f64> = (0..classes).filter_map(|class| predictions.class_roc_auc(class)).collect();
        compare(case, "class_roc_auc", &areas);
    });
}

#[test]
fn reliability_bins_baselines_and_class_weights_agree_with_scikit_learn() {
    with_class_predictions(|case, predictions| {
        let reliability = predictions.reliability(10).unwrap();
        let bins = reliability.bins();
        compare(case, "bin_accuracy", &bins.iter().filter_map(|bin| bin.accuracy).collect::<Vec<_>>());
        compare(case, "bin_confidence", &bins.iter().filter_map(|bin| bin.confidence).collect::<Vec<_>>());
        compare(case, "majority_baseline", &[predictions.majority_baseline()]);
        let balanced = balanced_class_weights(&case.labels(), predictions.classes());
        compare(case, "balanced_class_weights", &balanced);
    });
    with_value_predictions(|case, predictions| {
        let baseline = predictions.mean_baseline();
        compare(case, "baseline_root_mean_squared_error", &[baseline.root_mean_squared_error()]);
        compare(case, "baseline_mean_absolute_error", &[baseline.mean_absolute_error()]);
    });
}
