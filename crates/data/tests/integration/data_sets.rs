//! Data sets: their construction.

use ndarray::array;
use wengert_data::{DataError, DataProblem, Dataset, Role, Targets};

fn two_points(features: Vec<f32>, targets: Targets) -> Result<Dataset, DataError> {
    Dataset::new("pair", features, 2, targets)
}

fn classes(labels: &[u32]) -> Targets {
    Targets::Classes { labels: labels.to_vec(), classes: 2 }
}

fn values(values: &[f32], width: usize) -> Targets {
    Targets::Values { values: values.to_vec(), width }
}

#[test]
fn rows_are_the_features_of_an_example() {
    let data = two_points(vec![1.0, 2.0, 3.0, 4.0], classes(&[0, 1])).unwrap();
    assert_eq!((data.examples(), data.width(), data.row(1)), (2, 2, &[3.0, 4.0][..]));
}

#[test]
fn arrays_of_any_layout_and_rows_of_any_type_give_the_same_data_set() {
    let x = array![[1.0_f32, 3.0], [2.0, 4.0], [5.0, 6.0]];
    let y = array![[0.1_f32, 0.2, 0.3], [0.4, 0.5, 0.6]];
    let expected = Dataset::new(
        "three",
        vec![1.0, 3.0, 2.0, 4.0, 5.0, 6.0],
        2,
        values(&[0.1, 0.4, 0.2, 0.5, 0.3, 0.6], 2),
    );
    let expected = expected.unwrap();
    let columns = x.t().as_standard_layout().to_owned();
    for features in [x.view(), columns.t()] {
        let targets = Targets::value_rows(y.t());
        assert_eq!(Dataset::from_array("three", features, targets).unwrap(), expected);
    }
    let rows: Vec<Vec<f32>> = x.rows().into_iter().map(|row| row.to_vec()).collect();
    assert_eq!(Dataset::from_rows("three", &rows, Targets::value_rows(y.t())).unwrap(), expected);
    let ages = Dataset::from_rows("three", &rows, Targets::values([1.0, 2.0, 3.0])).unwrap();
    assert_eq!(ages.targets(), &values(&[1.0, 2.0, 3.0], 1));
}

#[test]
fn rows_of_different_lengths_are_refused_with_the_row() {
    let rows = [vec![1.0_f32, 2.0], vec![3.0, 4.0], vec![5.0]];
    let error = Dataset::from_rows("ragged", rows, Targets::classes([0, 1, 1])).unwrap_err();
    assert!(
        error.to_string().contains("ragged, row 3: there are 1 values, must be 2 as in the rows before"),
        "{error}"
    );
    let error = Dataset::from_rows("empty", [[1.0_f32; 2]; 0], Targets::classes([0])).unwrap_err();
    assert!(matches!(error.problem, DataProblem::NoExamples), "{error}");
}

#[test]
fn a_set_without_examples_is_refused() {
    let error = two_points(vec![], classes(&[])).unwrap_err();
    assert!(matches!(error.problem, DataProblem::NoExamples), "{error}");
}

#[test]
fn features_that_do_not_fill_rows_are_refused() {
    let error = two_points(vec![1.0; 3], classes(&[0, 1])).unwrap_err();
    assert!(error.to_string().contains("3 features do not fill rows of width 2"), "{error}");
    let error = Dataset::new("pair", vec![1.0_f32], 0, classes(&[0])).unwrap_err();
    assert!(error.to_string().contains("rows of width 0"), "{error}");
}

#[test]
fn there_is_one_target_per_example() {
    for (targets, found) in [(classes(&[0]), 1), (values(&[1.0; 3], 2), 3), (values(&[], 0), 0)] {
        let error = two_points(vec![1.0; 4], targets).unwrap_err();
        assert!(error.to_string().contains(&format!("{found} targets do not fill 2 rows")), "{error}");
    }
    assert!(two_points(vec![1.0; 4], values(&[1.0; 6], 3)).is_ok());
}

#[test]
fn a_label_beyond_the_classes_is_refused_with_its_row() {
    let error = two_points(vec![1.0; 4], classes(&[0, 2])).unwrap_err();
    assert!(
        error.to_string().contains("pair, row 2: the label 2 must be below the number of classes, 2"),
        "{error}"
    );
}

#[test]
fn a_value_that_is_not_finite_is_refused_with_its_place() {
    let error = two_points(vec![1.0, 2.0, 3.0, f32::NAN], classes(&[0, 1])).unwrap_err();
    assert!(
        error.to_string().contains("pair, row 2, column 2: NaN in the features must be finite"),
        "{error}"
    );
    let error = two_points(vec![1.0; 4], values(&[1.0, f32::NEG_INFINITY], 1)).unwrap_err();
    assert!(matches!(error.problem, DataProblem::NotFinite { table: Role::Targets, .. }), "{error}");
    assert!(error.to_string().contains("row 2, column 1: -inf in the targets"), "{error}");
}

#[test]
fn casting_keeps_the_values() {
    let data = two_points(vec![0.5, 2.0, 3.0, 4.0], values(&[1.0, 2.5], 1)).unwrap();
    let wide = data.cast::<f64>();
    assert_eq!(
        (wide.row(0), wide.targets()),
        (&[0.5, 2.0][..], &Targets::Values { values: vec![1.0, 2.5], width: 1 })
    );
    assert_eq!(wide.cast::<f32>(), data);
}

#[test]
fn casting_to_single_precision_keeps_large_values_and_small_differences() {
    let rows = vec![1e300, 1.7e9, -1e300, 1.7e9 + 1.0];
    let targets = Targets::Values { values: vec![2e9, 2e9 + 4.0], width: 1 };
    let wide = Dataset::new("pair", rows, 2, targets).unwrap();
    let narrow = wide.cast::<f32>();
    assert_eq!(narrow.features(), [1.0, -0.5, -1.0, 0.5]);
    assert_eq!(narrow.targets(), &Targets::Values { values: vec![-2.0, 2.0], width: 1 });
    assert_eq!(narrow.unscaled(), wide);
    // A second time, nothing needs another map.
    assert_eq!(narrow.cast::<f64>().cast::<f32>(), narrow);
}

#[test]
fn examples_without_features_are_refused_as_such() {
    for targets in [classes(&[0, 1]), values(&[1.0, 2.0], 1)] {
        let error = Dataset::<f32>::new("pair", vec![], 0, targets).unwrap_err();
        assert!(error.to_string().contains("the examples have no features"), "{error}");
    }
    let error = Dataset::<f32>::new("pair", vec![], 0, classes(&[])).unwrap_err();
    assert!(matches!(error.problem, DataProblem::NoExamples), "{error}");
}
