//! Splits: every example is in one part, and the statistics are those of the training part.

use wengert_data::{
    DataProblem, Dataset, Scaling, ScalingMethod, Split, SplitProblem, Standardiser, Targets, digits,
};

/// Example `i` has features `i` and 5, and label `i % 3`.
fn numbered(n: usize) -> Dataset {
    let features = (0..n).flat_map(|i| [i as f32, 5.0]).collect();
    let labels = (0..n).map(|i| (i % 3) as u32).collect();
    Dataset::new("numbered", features, 2, Targets::Classes { labels, classes: 3 }).expect("valid")
}

fn sizes(split: &Split) -> [usize; 3] {
    [split.train.examples(), split.validation.examples(), split.test.examples()]
}

#[test]
fn every_example_is_in_exactly_one_part_with_its_label() {
    let split = numbered(101).split(0.7, 0.2, 0.1, 7).unwrap();
    let mut seen = Vec::new();
    for part in [&split.train, &split.validation, &split.test] {
        let Targets::Classes { labels, classes: 3 } = part.targets() else { panic!("three classes") };
        for (i, &label) in labels.iter().enumerate() {
            assert_eq!(part.row(i)[0] as u32 % 3, label);
            seen.push(part.row(i)[0] as usize);
        }
    }
    assert!(!seen.is_sorted(), "the examples should be shuffled");
    seen.sort_unstable();
    assert_eq!(seen, (0..101).collect::<Vec<_>>());
}

#[test]
fn regression_targets_stay_with_their_features() {
    let values = (0..20).flat_map(|i| [i as f32, -(i as f32)]).collect();
    let features = (0..20).map(|i| i as f32).collect();
    let data = Dataset::new("line", features, 1, Targets::Values { values, width: 2 }).unwrap();
    let split = data.split(0.5, 0.25, 0.25, 7).unwrap();
    let Targets::Values { values, width: 2 } = split.test.targets() else { panic!("rows of two values") };
    for (i, row) in values.chunks(2).enumerate() {
        assert_eq!(row, [split.test.row(i)[0], -split.test.row(i)[0]]);
    }
}

#[test]
fn parts_have_the_sizes_of_their_fractions() {
    assert_eq!(sizes(&digits().split(0.8, 0.1, 0.1, 7).unwrap()), [1438, 179, 180]);
    assert_eq!(sizes(&numbered(150).split(0.8, 0.1, 0.1, 7).unwrap()), [120, 15, 15]);
}

#[test]
fn a_fraction_of_zero_makes_an_empty_part() {
    for (fractions, expected) in [
        ([0.8, 0.2, 0.0], [8, 2, 0]),
        ([0.8, 0.0, 0.2], [8, 0, 2]),
        ([1.0, 0.0, 0.0], [10, 0, 0]),
        ([0.9, 0.1, 0.0], [9, 1, 0]),
    ] {
        let [train, validation, test] = fractions;
        let split = numbered(10).split(train, validation, test, 7).unwrap();
        assert_eq!(sizes(&split.standardised()), expected);
    }
}

#[test]
fn the_seed_decides_the_split() {
    let [a, b, c] = [7, 7, 8].map(|seed| numbered(100).split(0.8, 0.1, 0.1, seed).unwrap());
    assert!(a == b && a != c);
}

#[test]
fn fractions_that_do_not_add_up_to_one_are_refused_with_their_values() {
    for [train, validation, test] in [
        [0.8, 0.1, 0.2],
        [0.5, 0.1, 0.1],
        [1.2, -0.1, -0.1],
        [0.0, 0.5, 0.5],
        [f64::NAN, 0.1, 0.1],
        [f64::INFINITY, 0.1, 0.1],
    ] {
        let error = numbered(10).split(train, validation, test, 7).unwrap_err();
        assert!(matches!(error.problem, DataProblem::Split(SplitProblem::Fractions { .. })));
        assert!(error.to_string().contains(&format!("{train} / {validation} / {test}")), "{error}");
    }
}

#[test]
fn a_part_with_a_positive_fraction_and_no_examples_is_refused() {
    let error = numbered(4).split(0.8, 0.1, 0.1, 7).unwrap_err();
    assert!(error.to_string().contains("0.1 of 4 examples, would be empty"), "{error}");
}

#[test]
fn the_training_part_gets_mean_zero_and_variance_one() {
    let split = digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised();
    let n = split.train.examples() as f64;
    for feature in 0..split.train.width() {
        let column: Vec<f64> =
            (0..split.train.examples()).map(|i| f64::from(split.train.row(i)[feature])).collect();
        let mean = column.iter().sum::<f64>() / n;
        let variance = column.iter().map(|x| x * x).sum::<f64>() / n;
        // The rounding errors of f32 are about 1e-7.
        assert!(mean.abs() < 1e-5, "feature {feature}: mean {mean}");
        let constant = column.iter().all(|&x| x == 0.0);
        assert!(constant || (variance - 1.0).abs() < 1e-5, "feature {feature}: variance {variance}");
    }
}

#[test]
fn statistics_depend_only_on_the_training_part() {
    let raw = numbered(50).split(0.6, 0.2, 0.2, 7).unwrap();
    let split = raw.clone().standardised();
    let standardiser = split.train.scaling().inputs.as_ref().unwrap();
    let train = raw.train.features();
    let mean = train.iter().step_by(2).map(|&x| f64::from(x)).sum::<f64>() / 30.0;
    assert!((standardiser.mean()[0] - mean).abs() < 1e-13, "{mean}");
    assert_eq!((standardiser.mean()[1], standardiser.deviation()[1]), (5.0, 1.0));
    for (before, after) in [(&raw.validation, &split.validation), (&raw.test, &split.test)] {
        let mut expected = before.features().to_vec();
        standardiser.apply(&mut expected);
        assert_eq!(after.features(), expected);
        assert_ne!(after.features(), before.features());
    }
}

#[test]
fn standardising_twice_is_the_same_as_once() {
    let once = numbered(50).split(0.6, 0.2, 0.2, 7).unwrap().standardised();
    assert_eq!(once.clone().standardised(), once);
}

/// Example `i` has the feature `i` and the targets `1000 + 3 i` and 7.
fn prices(n: usize) -> Dataset {
    let values = (0..n).flat_map(|i| [1000.0 + 3.0 * i as f32, 7.0]).collect();
    let features = (0..n).map(|i| i as f32).collect();
    Dataset::new("prices", features, 1, Targets::Values { values, width: 2 }).unwrap()
}

fn values_of(data: &Dataset) -> Vec<[f32; 2]> {
    let Targets::Values { values, width: 2 } = data.targets() else { panic!("rows of two values") };
    values.chunks(2).map(|row| [row[0], row[1]]).collect()
}

#[test]
fn targets_are_standardised_with_the_statistics_of_the_training_part_if_asked_for() {
    let raw = prices(40).split(0.5, 0.25, 0.25, 7).unwrap();
    assert_eq!(values_of(&raw.clone().standardised().train), values_of(&raw.train));
    let split = raw.clone().standardised_targets();
    assert_eq!(split.train.features(), raw.train.features());
    let rows = values_of(&split.train);
    let mean = rows.iter().map(|row| f64::from(row[0])).sum::<f64>() / 20.0;
    let variance = rows.iter().map(|row| f64::from(row[0]).powi(2)).sum::<f64>() / 20.0;
    assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-6, "{mean} {variance}");
    assert!(rows.iter().all(|row| row[1] == 0.0), "a constant target becomes 0");
    for (part, before) in [(&split.validation, &raw.validation), (&split.test, &raw.test)] {
        assert_eq!(part.scaling(), split.train.scaling());
        let raw = part.unscaled();
        let Targets::Values { values, .. } = raw.targets() else { panic!("values") };
        let pairs = values.chunks(2).zip(values_of(before));
        // The deviation is 35, so that a stored number has a rounding error of 1e-7 of that.
        assert!(pairs.into_iter().all(|(x, y)| (x[0] - f64::from(y[0])).abs() < 1e-5 && x[1] == 7.0));
    }
    assert_eq!(split.clone().standardised_targets(), split);
    let both = raw.standardised().standardised_targets();
    assert!(both.train.scaling().inputs.is_some() && both.train.scaling().targets.is_some());
}

#[test]
#[should_panic(expected = "standardised_targets: the targets are classes, must be values")]
fn standardising_classes_is_refused() {
    let _ = numbered(10).split(1.0, 0.0, 0.0, 7).unwrap().standardised_targets();
}

#[test]
fn data_are_stored_with_the_maps_of_other_data() {
    let raw = prices(40).split(0.5, 0.25, 0.25, 7).unwrap();
    let standard = raw.clone().standardised().standardised_targets();
    let scaling = standard.train.scaling();
    assert_eq!(raw.scaled_as(scaling), raw.scaled_as(scaling).scaled_as(scaling));
    for (part, expected) in [(&raw.train, &standard.train), (&raw.test, &standard.test)] {
        let scaled = part.scaled_as(scaling);
        assert_eq!((scaled.features(), scaled.targets()), (expected.features(), expected.targets()));
        let back = scaled.scaled_as(part.scaling());
        let pairs = back.features().iter().zip(part.features());
        assert!(pairs.into_iter().all(|(x, y)| (x - y).abs() < 1e-5), "{back:?}");
        assert_eq!(back.scaling(), part.scaling());
    }
}

#[test]
fn parts_that_are_stored_with_different_maps_are_standardised_alike() {
    let raw = prices(40).split(0.5, 0.25, 0.25, 7).unwrap();
    let other = raw.clone().standardised().test;
    let mixed = Split { test: other, ..raw.clone() }.standardised();
    assert_eq!(mixed.test.scaling(), mixed.train.scaling());
    let expected = raw.standardised().test;
    let pairs = mixed.test.features().iter().zip(expected.features());
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-6));
}

#[test]
#[should_panic(expected = "scaled_as: the map has 2 columns, but the table 1")]
fn a_map_of_another_width_is_refused() {
    let map = Standardiser::new(vec![0.0; 2], vec![1.0; 2]).unwrap();
    let _ = prices(4).scaled_as(&Scaling { inputs: Some(map), targets: None });
}

#[test]
fn one_example_can_be_the_training_part_and_becomes_zero() {
    let split = numbered(1).split(1.0, 0.0, 0.0, 7).unwrap().standardised();
    assert_eq!(split.train.features(), [0.0, 0.0]);
    let error = numbered(1).split(0.8, 0.1, 0.1, 7).unwrap_err();
    assert!(error.to_string().contains("the validation part, 0.1 of 1 examples, would be empty"), "{error}");
}

#[test]
fn scaling_and_casting_in_one_call_gives_the_numbers_of_the_single_calls() {
    // Seconds since 1970 need differences in single precision, unless they are standardised.
    let row = |i: usize| [1.7e9 + i as f64, (i * i % 101) as f64 * 0.1, 5.5];
    let features: Vec<f64> = (0..3000).flat_map(row).collect();
    let classes = Targets::Classes { labels: (0..3000).map(|i| i % 3).collect(), classes: 3 };
    let values = Targets::Values { values: (0..3000).map(|i| f64::from(i % 97) * 1e5).collect(), width: 1 };
    for targets in [classes, values] {
        let are_values = matches!(targets, Targets::Values { .. });
        let data = Dataset::new("rows", features.clone(), 3, targets).expect("valid data");
        let split = data.split(0.7, 0.2, 0.1, 5).expect("a split");
        for &method in ScalingMethod::ALL {
            let scaled = split.clone().scaled(method);
            assert_eq!(split.scaled_cast::<f32>(method, None), scaled.cast(), "{method:?}");
            assert_eq!(scaled.scaled_cast::<f32>(method, None), scaled.cast(), "{method:?}, scaled already");
            if are_values {
                let targets = Some(ScalingMethod::Standardise);
                let both = scaled.standardised_targets();
                assert_eq!(split.scaled_cast::<f32>(method, targets), both.cast(), "{method:?}");
            }
        }
    }
}
