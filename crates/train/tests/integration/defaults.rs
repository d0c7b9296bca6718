//! Defaults for the size and the kind of the data.

use wengert_data::{Dataset, Targets, Task, data_sets, spiral};
use wengert_train::Defaults;

#[test]
fn every_named_data_set_is_learnt_with_the_defaults_for_one_epoch() {
    for set in data_sets() {
        let data = set.load(1);
        let mut defaults = Defaults::of(&data);
        assert!(defaults.epochs >= 10 && defaults.validation > 0.0, "{}: {defaults:?}", set.name());
        defaults.epochs = 1;
        let held_out = defaults.validation;
        let split = data.split(1.0 - held_out, held_out, 0.0, 1).unwrap().standardised();
        let is_regression = set.task() == Task::Regression;
        let split = if is_regression { split.standardised_targets() } else { split };
        let report = defaults.trainer(&split.train).unwrap().seed(1).fit(&split).unwrap();
        let history = &report.history[0];
        assert!(history.train.loss.is_finite() && report.divergence.is_none(), "{}", set.name());
        assert_eq!(history.train.accuracy.is_none(), is_regression);
        assert_eq!(report.model.model.module().description().widths().len(), defaults.hidden.len() + 2);
    }
}

#[test]
fn the_defaults_learn_the_spiral() {
    let data = spiral(3, 300, 0.1, 3).split(0.8, 0.0, 0.2, 3).unwrap().standardised();
    let report = Defaults::of(&data.train).trainer(&data.train).unwrap().seed(3).fit(&data).unwrap();
    let accuracy = report.test.and_then(|metrics| metrics.accuracy);
    assert!(accuracy > Some(0.95), "{accuracy:?}");
}

/// Data of any size; all features are 0.
fn of_size(examples: usize, width: usize) -> Dataset {
    let labels = (0..examples).map(|i| (i % 2) as u32).collect();
    Dataset::new("zeros", vec![0.0; examples * width], width, Targets::Classes { labels, classes: 2 })
        .unwrap()
}

#[test]
fn classes_with_many_features_get_few_epochs() {
    let epochs = |width| Defaults::of(&of_size(1000, width)).epochs;
    assert!(
        epochs(1) == epochs(2) && epochs(2) > 2 * epochs(10) && epochs(10) > epochs(40),
        "{}",
        epochs(10)
    );
    assert_eq!((epochs(100), epochs(100_000)), (20, 20));
}

#[test]
fn few_examples_get_small_batches_and_much_decay_and_many_get_few_epochs_and_small_rates() {
    let defaults = |examples, width| Defaults::of(&of_size(examples, width));
    let decay = |d: &Defaults| d.optimizer.choice().number("weight_decay");
    let (tiny, small, large, huge) =
        (defaults(10, 4), defaults(1000, 4), defaults(60_000, 4), defaults(2_000_000, 1));
    for pair in [[&tiny, &small], [&small, &large], [&large, &huge]] {
        assert!(pair[0].batch_size <= pair[1].batch_size && pair[0].epochs >= pair[1].epochs);
        assert!(decay(pair[0]) >= decay(pair[1]) && pair[0].rate >= pair[1].rate);
    }
    assert_eq!((tiny.batch_size, tiny.epochs, decay(&tiny)), (16, 300, 3.0));
    assert_eq!((large.batch_size, large.epochs, huge.epochs), (128, 10, 2));
    assert_eq!([3000, 4000, 60_000, 200_000].map(|n| defaults(n, 784).epochs), [20, 15, 10, 5]);
    assert_eq!((small.rate, large.rate, decay(&small)), (0.01, 0.0018, 0.2));
}
