//! Data sets: their construction, and the bundled and generated ones.

use wengert_data::{
    DataError, DataProblem, Dataset, Role, Targets, blobs, circles, digits, iris, moons, spiral, xor,
};

fn labels_of(data: &Dataset) -> &[u32] {
    match data.targets() {
        Targets::Classes { labels, .. } => labels,
        Targets::Values { .. } => panic!("{} has no labels", data.name()),
    }
}

fn counts(data: &Dataset) -> Vec<usize> {
    let Targets::Classes { labels, classes } = data.targets() else {
        panic!("{} has no labels", data.name())
    };
    (0..*classes).map(|class| labels.iter().filter(|&&label| label as usize == class).count()).collect()
}

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

#[test]
fn generators_make_the_least_number_of_points_and_refuse_fewer() {
    type Generator = fn(usize) -> Dataset;
    let generators: [(&str, usize, Generator); 6] = [
        ("spiral", 1, |n| spiral(1, n, 0.1, 1)),
        ("moons", 2, |n| moons(n, 0.1, 1)),
        ("circles", 2, |n| circles(n, 0.1, 0.5, 1)),
        ("xor", 2, |n| xor(n, 0.1, 1)),
        ("blobs", 1, |n| blobs(1, n, 0.1, 1)),
        ("blobs", 3, |n| blobs(3, n, 0.1, 1)),
    ];
    for (name, least, make) in generators {
        for n in least..least + 5 {
            let data = make(n);
            assert_eq!((data.examples(), data.width()), (n, 2), "{name}");
        }
        for n in 0..least {
            let panic = std::panic::catch_unwind(|| make(n)).expect_err(name);
            let message = panic.downcast::<String>().expect("a message");
            assert!(message.contains(&format!("is {n}, must be at least {least}")), "{message}");
        }
    }
    assert!(std::panic::catch_unwind(|| spiral(0, 5, 0.1, 1)).is_err());
    assert!(std::panic::catch_unwind(|| blobs(0, 5, 0.1, 1)).is_err());
}

#[test]
fn digits_have_the_published_shape_and_counts() {
    let data = digits();
    assert_eq!((data.examples(), data.width()), (1797, 64));
    assert_eq!(counts(&data), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    assert!(data.features().iter().all(|x| x.fract() == 0.0 && (0.0..=16.0).contains(x)));
    assert_eq!((data.row(0)[2], labels_of(&data)[..3].to_vec()), (5.0, vec![0, 1, 2]));
}

#[test]
fn iris_has_the_published_shape_and_counts() {
    let data = iris();
    assert_eq!((data.examples(), data.width(), counts(&data)), (150, 4, vec![50, 50, 50]));
    assert_eq!(data.row(0), [5.1, 3.5, 1.4, 0.2]);
}

#[test]
fn moons_are_two_half_circles() {
    let data = moons(7, 0.0, 1);
    assert_eq!(labels_of(&data), [0, 0, 0, 1, 1, 1, 1]);
    let places = [(0, [1.0, 0.0]), (1, [0.0, 1.0]), (2, [-1.0, 0.0]), (3, [0.0, 0.5]), (6, [2.0, 0.5])];
    for (i, [x, y]) in places {
        assert!(
            (data.row(i)[0] - x).abs() < 1e-6 && (data.row(i)[1] - y).abs() < 1e-6,
            "{i}: {:?}",
            data.row(i)
        );
    }
}

#[test]
fn circles_have_radius_one_and_factor() {
    let data = circles(9, 0.0, 0.5, 1);
    assert_eq!(counts(&data), [4, 5]);
    for (i, &label) in labels_of(&data).iter().enumerate() {
        let radius = data.row(i)[0].hypot(data.row(i)[1]);
        assert!((radius - if label == 0 { 1.0 } else { 0.5 }).abs() < 1e-6, "{i}: {radius}");
    }
    assert_eq!(data.row(0), [1.0, 0.0]);
}

#[test]
fn the_arms_of_a_spiral_are_rotated_copies_of_each_other() {
    let data = spiral(2, 50, 0.0, 1);
    assert_eq!(counts(&data), [50, 50]);
    for i in 0..50 {
        let (a, b) = (data.row(i), data.row(i + 50));
        assert!((a[0] + b[0]).abs() < 1e-5 && (a[1] + b[1]).abs() < 1e-5, "{a:?} {b:?}");
        assert!((a[0].hypot(a[1]) - (i + 1) as f32 / 10.0).abs() < 1e-5);
    }
    // Half way, at radius 2.5, the arm is 7/8 turns from the upward axis.
    let middle = data.row(24);
    assert!(middle.iter().zip([-1.767767, 1.767767]).all(|(x, y)| (x - y).abs() < 1e-5), "{middle:?}");
}

#[test]
fn the_labels_of_xor_follow_the_signs_with_a_margin() {
    let data = xor(102, 0.0, 1);
    assert_eq!(counts(&data), [51, 51]);
    for (i, &label) in labels_of(&data).iter().enumerate() {
        let [x, y] = [data.row(i)[0], data.row(i)[1]];
        assert_eq!(label == 1, x * y < 0.0);
        assert!([x, y].iter().all(|c| (0.1..=1.0).contains(&c.abs())), "{x} {y}");
    }
}

#[test]
fn blobs_have_the_given_spread_around_their_centres() {
    let (data, centres) = (blobs(3, 3001, 0.5, 1), blobs(3, 3001, 0.0, 1));
    assert_eq!(counts(&data), [1001, 1000, 1000]);
    let squares: f32 = data.features().iter().zip(centres.features()).map(|(x, c)| (x - c).powi(2)).sum();
    // 6002 draws: the estimate has a relative standard deviation of 0.9 %.
    assert!(((squares / 6002.0).sqrt() - 0.5).abs() < 0.025, "{squares}");
    assert!(centres.features().iter().all(|c| c.abs() <= 10.0));
}

#[test]
fn noise_has_the_given_deviation() {
    let (noisy, clean) = (moons(5000, 0.2, 3), moons(5000, 0.0, 3));
    let squares: f32 = noisy.features().iter().zip(clean.features()).map(|(x, c)| (x - c).powi(2)).sum();
    assert!(((squares / 10_000.0).sqrt() - 0.2).abs() < 0.008, "{squares}");
}

#[test]
#[should_panic(expected = "moons: noise is -0.1, must be in [0, inf)")]
fn negative_noise_is_refused() {
    let _ = moons(10, -0.1, 1);
}

#[test]
#[should_panic(expected = "circles: factor is 1, must be in [0, 1)")]
fn a_factor_of_one_is_refused() {
    let _ = circles(10, 0.1, 1.0, 1);
}

#[test]
#[should_panic(expected = "blobs: n is 2, must be at least 3")]
fn fewer_points_than_classes_are_refused() {
    let _ = blobs(3, 2, 1.0, 1);
}
