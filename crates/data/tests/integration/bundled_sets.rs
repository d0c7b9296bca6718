//! Bundled data sets.

use crate::support::{counts, labels_of};
use wengert_data::{Targets, breast_cancer, diabetes, digits, iris, wine};

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
fn wine_has_the_published_shape_and_counts() {
    let data = wine();
    assert_eq!((data.examples(), data.width(), counts(&data)), (178, 13, vec![59, 71, 48]));
    assert_eq!((data.row(0)[0], data.row(0)[12]), (14.23, 1065.0));
    assert_eq!(data.class_names().unwrap(), ["class_0", "class_1", "class_2"]);
    assert_eq!(data.feature_names().unwrap()[12], "proline");
}

#[test]
fn breast_cancer_has_the_published_shape_and_counts() {
    let data = breast_cancer();
    assert_eq!((data.examples(), data.width(), counts(&data)), (569, 30, vec![212, 357]));
    assert_eq!((data.row(0)[0], data.row(0)[29]), (17.99, 0.1189));
    assert_eq!(data.class_names().unwrap(), ["malignant", "benign"]);
    let names = data.feature_names().unwrap();
    assert_eq!([&names[0], &names[13], &names[29]], ["mean radius", "area error", "worst fractal dimension"]);
}

#[test]
fn diabetes_have_the_published_shape_and_ranges() {
    let data = diabetes();
    let Targets::Values { values, width: 1 } = data.targets() else { panic!("one value") };
    assert_eq!((data.examples(), data.width(), values.len()), (442, 10, 442));
    assert_eq!(data.row(0), [59.0, 2.0, 32.1, 101.0, 157.0, 93.2, 38.0, 4.0, 4.8598, 87.0]);
    assert_eq!((values[0], values[441]), (151.0, 57.0));
    let ends = values.iter().fold([f32::MAX, f32::MIN], |[low, high], &y| [low.min(y), high.max(y)]);
    assert_eq!(ends, [25.0, 346.0]);
}
