//! The contract of metrics, checked for every metric of the list.

use crate::support::{assert_close, assert_refused, labels, normal_matrix};
use ndarray::{Array2, array};
use wengert_nn::metrics::{
    Better, ClassPredictions, ConfusionMatrix, Metric, ValuePredictions, balanced_class_weights,
    metric_by_name, metrics,
};

const ROWS: usize = 40;

/// Outputs and answers on which every metric is defined.
struct Sample {
    outputs: Array2<f64>,
    labels: Vec<u32>,
    targets: Array2<f64>,
}

fn sample(seed: u64) -> Sample {
    let (outputs, targets) = (normal_matrix(ROWS, 3, seed), normal_matrix(ROWS, 3, seed + 1000));
    let mut labels = labels(ROWS, 3, seed);
    labels[..3].copy_from_slice(&[0, 1, 2]);
    Sample { outputs, labels, targets }
}

impl Sample {
    fn value(&self, metric: &Metric) -> Option<f64> {
        let classes = metric.of_classes(&ClassPredictions::new(&self.outputs, &self.labels));
        classes.or(metric.of_values(&ValuePredictions::new(&self.outputs, &self.targets)))
    }

    fn weighted(&self, metric: &Metric, weights: &[f64]) -> Option<f64> {
        let classes = ClassPredictions::new(&self.outputs, &self.labels);
        let values = ValuePredictions::new(&self.outputs, &self.targets);
        metric.of_classes(&classes.weighted(weights)).or(metric.of_values(&values.weighted(weights)))
    }

    /// The examples with these numbers.
    fn select(&self, indices: &[usize]) -> Self {
        let axis = ndarray::Axis(0);
        Self {
            outputs: self.outputs.select(axis, indices),
            labels: indices.iter().map(|&i| self.labels[i]).collect(),
            targets: self.targets.select(axis, indices),
        }
    }

    /// The outputs that are right: the targets themselves, and logits that are sure of the label.
    fn right(&self, metric: &Metric) -> Self {
        let sure = |(i, class)| if self.labels[i] as usize == class { 1000.0 } else { -1000.0 };
        let logits = Array2::from_shape_fn((ROWS, 3), sure);
        let outputs = if metric.is_of_classes() { logits } else { self.targets.clone() };
        Self { outputs, labels: self.labels.clone(), targets: self.targets.clone() }
    }
}

fn best(metric: &Metric) -> f64 {
    match metric.better() {
        Better::Higher => *metric.range().end(),
        Better::Lower => *metric.range().start(),
    }
}

#[test]
fn metrics_have_distinct_names_and_descriptions_of_one_line() {
    let mut names = Vec::new();
    for metric in metrics() {
        let (name, description) = (metric.name(), metric.description());
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit()), "{name}");
        assert!(description.len() > 10 && description.len() < 100 && !description.contains('\n'), "{name}");
        assert!(std::ptr::eq(metric_by_name(name).unwrap(), metric), "{name}");
        assert!(!names.contains(&name), "{name} occurs twice");
        names.push(name);
    }
    assert!(metric_by_name("acuracy").is_none());
}

#[test]
fn every_metric_is_in_its_range_and_best_for_right_predictions() {
    for metric in metrics() {
        for seed in 0..20 {
            let sample = sample(seed);
            let value = sample.value(metric).unwrap();
            assert!(metric.range().contains(&value), "{}: {value}", metric.name());
            let right = sample.right(metric).value(metric).unwrap();
            assert!((right - best(metric)).abs() < 1e-12, "{}: {right}", metric.name());
            assert!((value - right).abs() > 1e-3, "{}: {value} for random predictions", metric.name());
        }
    }
}

#[test]
fn every_metric_is_of_classes_or_of_values() {
    let sample = sample(1);
    let classes = ClassPredictions::new(&sample.outputs, &sample.labels);
    let values = ValuePredictions::new(&sample.outputs, &sample.targets);
    for metric in metrics() {
        let found = (metric.of_classes(&classes).is_some(), metric.of_values(&values).is_some());
        assert_eq!(found, (metric.is_of_classes(), !metric.is_of_classes()), "{}", metric.name());
    }
}

#[test]
fn only_metrics_of_probabilities_change_with_the_scale_of_the_logits() {
    let sample = sample(6);
    let scaled = Sample {
        outputs: &sample.outputs * 3.0,
        labels: sample.labels.clone(),
        targets: sample.targets.clone(),
    };
    for metric in metrics().iter().filter(|metric| metric.is_of_classes()) {
        let changed = sample.value(metric) != scaled.value(metric);
        assert_eq!(changed, metric.needs_probabilities(), "{}", metric.name());
    }
    assert!(metrics().iter().all(|metric| metric.is_of_classes() || !metric.needs_probabilities()));
}

#[test]
fn no_metric_depends_on_the_order_of_the_examples() {
    let sample = sample(2);
    let reversed: Vec<usize> = (0..ROWS).rev().collect();
    for metric in metrics() {
        let values = [sample.value(metric), sample.select(&reversed).value(metric)].map(Option::unwrap);
        assert_close(metric.name(), &values[..1], &values[1..], 1e-14);
    }
}

#[test]
fn a_whole_weight_counts_like_copies_and_a_weight_of_zero_like_absence() {
    let sample = sample(3);
    let weights: Vec<f64> = (0..ROWS).map(|i| (i % 4) as f64).collect();
    let copies: Vec<usize> = (0..ROWS).flat_map(|i| std::iter::repeat_n(i, i % 4)).collect();
    for metric in metrics() {
        let found = sample.weighted(metric, &weights).unwrap();
        let expected = sample.select(&copies).value(metric).unwrap();
        assert_close(metric.name(), &[found], &[expected], 1e-13);
        assert!((found - sample.value(metric).unwrap()).abs() > 1e-6, "{} ignores weights", metric.name());
        let ones = sample.weighted(metric, &[1.0; ROWS]);
        assert_eq!(ones, sample.value(metric), "{}", metric.name());
    }
}

#[test]
fn an_example_with_weight_zero_may_have_any_outputs() {
    for metric in metrics() {
        let mut sample = sample(4);
        let mut weights = [1.0; ROWS];
        weights[7] = 0.0;
        let expected = sample.weighted(metric, &weights);
        for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            sample.outputs.row_mut(7).fill(wrong);
            assert_eq!(sample.weighted(metric, &weights), expected, "{} at {wrong}", metric.name());
        }
    }
}

#[test]
fn a_nan_never_makes_a_metric_better() {
    for metric in metrics() {
        for seed in 0..5 {
            let mut sample = sample(seed);
            let without = sample.value(metric).unwrap();
            for row in 0..ROWS {
                let kept = sample.outputs.row(row).to_owned();
                sample.outputs[[row, 1]] = f64::NAN;
                // A probability or an error that is NaN makes the metric undefined; counts take the example
                // for a miss.
                if let Some(value) = sample.value(metric) {
                    assert!(metric.is_of_classes(), "{}: {value} of a NaN", metric.name());
                    let alone = sample.select(&[row]).value(metric).unwrap_or(0.0);
                    assert_eq!(alone, 0.0, "{}: {alone} of a NaN alone", metric.name());
                    let others: Vec<usize> = (0..ROWS).filter(|&i| i != row).collect();
                    let others = sample.select(&others).value(metric).unwrap();
                    // Precision judges only predictions, so that a miss may raise it.
                    let is_raised = value > others.max(without) + 1e-12;
                    assert!(!is_raised || metric.name().ends_with("precision"), "{}: {value}", metric.name());
                }
                sample.outputs.row_mut(row).assign(&kept);
            }
            sample.outputs.fill(f64::NAN);
            let all = sample.value(metric);
            assert!(all.is_none_or(|value| value == 0.0 && metric.better() == Better::Higher), "{all:?}");
        }
    }
}

#[test]
fn single_precision_outputs_are_taken_as_they_are() {
    let Sample { outputs, labels, targets } = sample(5);
    let (narrow, narrow_targets) = (outputs.mapv(|x| x as f32), targets.mapv(|x| x as f32));
    let wide = Sample {
        outputs: narrow.mapv(f64::from),
        labels: labels.clone(),
        targets: narrow_targets.mapv(f64::from),
    };
    for metric in metrics() {
        let found = metric.of_classes(&ClassPredictions::new(&narrow, &labels));
        let found = found.or(metric.of_values(&ValuePredictions::new(&narrow, &narrow_targets)));
        assert_eq!(found, wide.value(metric), "{}", metric.name());
    }
}

#[test]
fn predictions_refuse_empty_input_and_answers_or_weights_that_do_not_fit() {
    let (two, labels) = (array![[1.0, 2.0], [0.0, 1.0]], [0, 1]);
    let none = Array2::<f64>::zeros((0, 2));
    assert_refused("have no examples", || _ = ClassPredictions::new(&none, &[]));
    assert_refused("there are 2 examples, but 1 labels", || _ = ClassPredictions::new(&two, &[0]));
    assert_refused("the label of example 1 is 2", || _ = ClassPredictions::new(&two, &[0, 2]));
    assert_refused("are empty", || _ = ValuePredictions::new(&none, &none));
    assert_refused("but the targets [0, 2]", || _ = ValuePredictions::new(&two, &none));
    let classes = || ClassPredictions::new(&two, &labels);
    let values = || ValuePredictions::new(&two, &two);
    for (weights, expected) in [
        (&[1.0][..], "there are 2 examples, but 1 weights"),
        (&[1.0, -1.0], "the weight of example 1 is -1, must be in [0, inf)"),
        (&[f64::NAN, 1.0], "the weight of example 0 is NaN"),
        (&[0.0, 0.0], "the weights add up to 0, must be in (0, inf)"),
    ] {
        assert_refused(expected, || _ = classes().weighted(weights));
        assert_refused(expected, || _ = values().weighted(weights));
    }
    assert_refused("the number of bins is 0", || _ = classes().reliability(0));
    assert_refused("roc auc: the class is 2, must be below 2", || _ = classes().class_roc_auc(2));
    assert_refused("the label of example 1 is 3, must be below 3", || _ = balanced_class_weights(&[0, 3], 3));
    assert!(balanced_class_weights(&[], 2) == [0.0, 0.0]);
}

#[test]
fn the_area_under_the_roc_curve_counts_pairs_and_equal_scores_half() {
    let logits = array![[0.0], [1.0], [1.0], [3.0]];
    // Pairs of a positive and a negative example: 1 above 0, 1 equal to 1, 3 above both.
    let area = |labels: &[u32]| ClassPredictions::new(&logits, labels).roc_auc();
    assert_eq!(area(&[0, 1, 0, 1]), Some(3.5 / 4.0));
    assert_eq!(area(&[1, 1, 1, 1]), None, "one class");
    let constant = array![[2.0], [2.0], [2.0], [2.0]];
    assert_eq!(ClassPredictions::new(&constant, &[0, 1, 0, 1]).roc_auc(), Some(0.5));
    // Probabilities of both round to 1.
    let sure = array![[0.0, 40.0], [0.0, 50.0]];
    assert_eq!(ClassPredictions::new(&sure, &[0, 1]).roc_auc(), Some(1.0));
    // Of three classes, one has no examples; a zero weight removes another.
    let three = array![[2.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 3.0], [0.0, 2.0, 1.0]];
    let predictions = ClassPredictions::new(&three, &[0, 1, 0, 1]);
    assert_eq!((predictions.class_roc_auc(2), predictions.class_roc_auc(1)), (None, Some(1.0)));
    assert!(predictions.roc_auc().is_some());
    assert_eq!(predictions.weighted(&[1.0, 0.0, 1.0, 0.0]).roc_auc(), None);
}

#[test]
fn log_loss_distinguishes_probabilities_that_round_to_one() {
    let loss = |logit: f64| ClassPredictions::new(&array![[logit]], &[1]).log_loss();
    assert!((loss(50.0) / (-50.0_f64).exp() - 1.0).abs() < 1e-14, "{}", loss(50.0));
    assert_eq!((loss(-1000.0), loss(f64::NEG_INFINITY), loss(f64::INFINITY)), (1000.0, f64::INFINITY, 0.0));
    let pair = |a: f64, b: f64| ClassPredictions::new(&array![[a, b]], &[0]).log_loss();
    assert!((pair(50.0, 0.0) / (-50.0_f64).exp() - 1.0).abs() < 1e-14);
    assert!(pair(f64::NAN, 0.0).is_nan() && pair(f64::INFINITY, f64::INFINITY).is_nan());
}

#[test]
fn reliability_bins_divide_confidences_and_have_the_gap_of_each_bin() {
    // Confidences 1/2, 3/4, 3/4 and 9/10; the second is wrong.
    let logits = array![[0.0], [3.0_f64.ln()], [-(3.0_f64.ln())], [9.0_f64.ln()]];
    let reliability = ClassPredictions::new(&logits, &[0, 0, 0, 1]).reliability(2).unwrap();
    let [low, high] = reliability.bins() else { panic!("two bins") };
    assert_eq!((low.lower, low.upper, low.count, low.accuracy), (0.0, 0.5, 1, Some(1.0)));
    assert_eq!((high.count, high.weight, high.accuracy), (3, 3.0, Some(2.0 / 3.0)));
    assert!((high.confidence.unwrap() - 0.8).abs() < 1e-15);
    let expected = 0.25 * 0.5 + 0.75 * (0.8 - 2.0 / 3.0);
    assert!((reliability.expected_calibration_error() - expected).abs() < 1e-15);
    assert!((reliability.maximum_calibration_error() - 0.5).abs() < 1e-15);
    let nan = array![[0.0], [f64::NAN]];
    assert_eq!(ClassPredictions::new(&nan, &[0, 0]).reliability(2), None);
}

#[test]
fn the_median_of_absolute_errors_is_in_the_middle_of_the_weights() {
    let predictions = ValuePredictions::new(&array![1.0, -3.0, 2.0, 8.0], &array![0.0, 0.0, 0.0, 0.0]);
    assert_eq!(predictions.median_absolute_error(), 2.5);
    assert_eq!(predictions.clone().weighted(&[1.0, 1.0, 1.0, 0.0]).median_absolute_error(), 2.0);
    assert_eq!(predictions.clone().weighted(&[0.1, 0.1, 0.1, 5.0]).median_absolute_error(), 8.0);
    let nan = ValuePredictions::new(&array![1.0, f64::NAN], &array![0.0, 0.0]);
    assert!(nan.median_absolute_error().is_nan());
}

#[test]
fn the_baseline_of_the_mean_has_the_mean_of_each_column_and_explains_nothing() {
    let targets = array![[1.0, 100.0], [3.0, 300.0]];
    let baseline = ValuePredictions::new(&Array2::zeros((2, 2)), &targets).mean_baseline();
    assert_eq!(baseline.mean_absolute_error(), (1.0 + 100.0 + 1.0 + 100.0) / 4.0);
    let column = targets.column(1).to_owned();
    let single = ValuePredictions::new(&column, &column).mean_baseline();
    assert_eq!((single.r_squared(), single.root_mean_squared_error()), (Some(0.0), 100.0));
}

#[test]
fn a_matrix_of_weights_is_shown_like_one_of_counts() {
    let logits = array![[2.0, 1.0], [f64::NAN, 1.0], [0.0, 1.0]];
    let predictions = ClassPredictions::new(&logits, &[0, 0, 1]);
    let counts = ConfusionMatrix::of(&logits, &[0, 0, 1]);
    assert_eq!(predictions.confusion_matrix().to_string(), counts.to_string());
    let shown = predictions.weighted(&[2.5, 1.0, 10.0]).confusion_matrix().to_string();
    let expected = [
        "label \\ predicted    0    1  none",
        "                0  2.5    0     1",
        "                1    0   10     0",
    ];
    assert_eq!(shown, expected.join("\n"));
}
