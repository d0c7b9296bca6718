//! Names of columns and classes, and weights of examples.

use wengert_data::{DataError, Dataset, Targets, Task};

fn four() -> Dataset {
    let targets = Targets::Classes { labels: vec![0, 1, 1, 0], classes: 2 };
    Dataset::new("four", vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 2, targets).unwrap()
}

fn values() -> Dataset {
    let targets = Targets::Values { values: vec![1.0; 12], width: 3 };
    Dataset::new("values", vec![1.0; 4], 1, targets).unwrap()
}

fn named() -> Dataset {
    let named = four().with_feature_names(["length", "width"]).unwrap();
    named.with_target_names(["species"]).unwrap().with_class_names(["a", "b"]).unwrap()
}

#[test]
fn a_data_set_has_no_names_and_no_weights_unless_it_is_given_some() {
    let data = four();
    assert_eq!((data.feature_names(), data.target_names(), data.class_names()), (None, None, None));
    assert_eq!((data.weights(), data.task()), (None, Task::Classification));
    assert_eq!(values().task(), Task::Regression);
    let words = Task::ALL.map(|task| task.to_string());
    assert_eq!(words, ["classification", "regression"]);
}

#[test]
fn names_stay_through_splits_casts_and_changes_of_scale() {
    let split = named().split(0.5, 0.25, 0.25, 1).unwrap().standardised();
    for part in [&split.train, &split.validation, &split.test] {
        assert_eq!(part.feature_names().unwrap(), ["length", "width"]);
        assert_eq!(
            (part.target_names().unwrap(), part.class_names().unwrap()),
            (&["species".into()][..], &["a".into(), "b".into()][..])
        );
    }
    let wide = split.train.cast::<f64>().unscaled();
    assert_eq!(wide.class_names().unwrap(), ["a", "b"]);
    assert_eq!(split.without_test().test.feature_names().unwrap(), ["length", "width"]);
}

#[test]
fn weights_stay_with_their_examples() {
    // The first feature of example `i` is `2 i + 1`, and its weight `i + 1`.
    let data = four().with_weights([1.0, 2.0, 3.0, 4.0]).unwrap();
    let split = data.split(0.5, 0.25, 0.25, 3).unwrap();
    for part in [&split.train, &split.validation, &split.test] {
        let weights = part.weights().unwrap();
        assert_eq!(weights.len(), part.examples());
        for (i, weight) in weights.iter().enumerate() {
            assert_eq!(*weight, f64::from(part.row(i)[0] + 1.0) / 2.0);
        }
    }
    assert_eq!(data.cast::<f64>().weights(), data.weights());
    assert_eq!(data.batch(&[3, 0, 3]).weight(), 9.0);
    assert_eq!(four().batch(&[3, 0, 3]).weight(), 3.0);
}

#[test]
fn names_of_another_number_are_refused() {
    let refusals: [(Result<Dataset, DataError>, &str); 5] = [
        (four().with_feature_names(["x"]), "four: there are 1 names for 2 features; one per item is needed"),
        (four().with_target_names(["y", "z"]), "there are 2 names for 1 columns of targets"),
        (four().with_class_names(["a", "b", "c"]), "there are 3 names for 2 classes"),
        (values().with_class_names(["a"]), "there are 1 names for 0 classes"),
        (values().with_target_names(["y"]), "there are 1 names for 3 columns of targets"),
    ];
    for (result, expected) in refusals {
        let message = result.unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    assert!(values().with_target_names(["x", "y", "z"]).is_ok());
}

#[test]
fn weights_that_define_no_mean_are_refused_with_their_row() {
    let refusals: [(&[f64], &str); 7] = [
        (&[1.0; 3], "four: there are 3 weights for 4 examples; one per example is needed"),
        (&[1.0, -0.5, 1.0, 1.0], "four, row 2: the weight -0.5 must be 0 or from 1e-300 to 1e300"),
        (&[1.0, 1.0, f64::NAN, 1.0], "four, row 3: the weight NaN must be 0 or"),
        (&[1.0, 1.0, 1.0, f64::INFINITY], "four, row 4: the weight inf must be 0 or"),
        (&[0.0; 4], "four: the weights add up to 0; their sum must be positive and finite"),
        (&[1.0, 1e-310, 1.0, 1.0], "four, row 2: the weight 1e-310 must be 0 or from 1e-300 to 1e300"),
        (&[f64::MAX; 4], "four, row 1: the weight 1.7976931348623157e308 must be"),
    ];
    for (weights, expected) in refusals {
        let message = four().with_weights(weights).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    assert!(four().with_weights([0.0, 0.0, 1e-300, 0.0]).is_ok());
}
