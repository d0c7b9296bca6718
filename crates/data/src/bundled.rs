//! Real data sets that are part of the crate. Their sources and licences are in `data/README.md`.

use crate::dataset::Dataset;
use crate::targets::Targets;

/// Handwritten digits: 1,797 images of 8 by 8 pixels from 0 to 16, row-major; the label is the digit.
///
/// Source: Alpaydin and Kaynak 1998, *Optical Recognition of Handwritten Digits*, UCI Machine Learning
/// Repository, the test part; CC BY 4.0.
#[must_use]
pub fn digits() -> Dataset {
    let file = include_str!("../data/digits.csv");
    let pixels = (0..64).map(|pixel| format!("pixel_{}_{}", pixel / 8, pixel % 8));
    classification("digits", file, pixels, "digit", (0..10).map(|digit| digit.to_string()).collect())
}

/// Iris flowers: 150 examples with length and width of the sepal and length and width of the petal, in cm;
/// the classes are setosa, versicolor and virginica.
///
/// Source: Fisher 1936, *Iris*, UCI Machine Learning Repository, with two rows corrected to the values of the
/// paper; CC BY 4.0.
#[must_use]
pub fn iris() -> Dataset {
    let file = include_str!("../data/iris.csv");
    let features = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"];
    with_class_line("iris", file, features, "species")
}

/// Wines: 178 examples with 13 results of a chemical analysis; the classes are three cultivars of one region.
///
/// Source: Aeberhard and Forina 1992, *Wine*, UCI Machine Learning Repository; CC BY 4.0.
#[must_use]
pub fn wine() -> Dataset {
    let features = [
        "alcohol",
        "malic acid",
        "ash",
        "alcalinity of ash",
        "magnesium",
        "total phenols",
        "flavanoids",
        "nonflavanoid phenols",
        "proanthocyanins",
        "color intensity",
        "hue",
        "od280/od315 of diluted wines",
        "proline",
    ];
    with_class_line("wine", include_str!("../data/wine.csv"), features, "cultivar")
}

/// The ten properties of cell nuclei that [`breast_cancer`] has three statistics of.
const NUCLEUS: [&str; 10] = [
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
];

/// Breast tumours: 569 examples with ten properties of the cell nuclei in an image, each as mean, standard
/// error and worst (the mean of the three largest); the classes are malignant and benign.
///
/// Source: Wolberg, Mangasarian, Street and Street 1993, *Breast Cancer Wisconsin (Diagnostic)*, UCI Machine
/// Learning Repository; CC BY 4.0.
#[must_use]
pub fn breast_cancer() -> Dataset {
    let mean = NUCLEUS.iter().map(|property| format!("mean {property}"));
    let error = NUCLEUS.iter().map(|property| format!("{property} error"));
    let worst = NUCLEUS.iter().map(|property| format!("worst {property}"));
    let features = mean.chain(error).chain(worst);
    with_class_line("breast_cancer", include_str!("../data/breast_cancer.csv"), features, "diagnosis")
}

/// Diabetes: 442 patients with age, sex, body mass index, mean blood pressure and six blood serum
/// measurements, unscaled; the target is a measure of the progression of the disease one year later, from 25
/// to 346. Least squares on all examples explain 51.8 % of its variance.
///
/// Source: Efron, Hastie, Johnstone and Tibshirani 2004, *Least Angle Regression*, Annals of Statistics 32,
/// table 1.
#[must_use]
pub fn diabetes() -> Dataset {
    let names = ["age", "sex", "bmi", "bp", "tc", "ldl", "hdl", "tch", "ltg", "glu"];
    let (features, values) = cells(include_str!("../data/diabetes.csv"));
    let targets = Targets::Values { values, width: 1 };
    let data = Dataset::new("diabetes", features, names.len(), targets).expect("a bundled set is valid");
    named(data, names, "progression")
}

/// The classification in a file whose first line is the number of rows, the number of features and the names
/// of the classes.
fn with_class_line(
    name: &str,
    file: &str,
    features: impl IntoIterator<Item = impl Into<String>>,
    target: &str,
) -> Dataset {
    let (line, table) = file.split_once('\n').expect("the bundled file has a first line");
    let classes = line.split(',').skip(2).map(str::to_owned).collect();
    classification(name, table, features, target, classes)
}

/// The classification of a bundled table: features, then the label, without header and quotes.
fn classification(
    name: &str,
    table: &str,
    features: impl IntoIterator<Item = impl Into<String>>,
    target: &str,
    classes: Vec<String>,
) -> Dataset {
    let (cells, labels) = cells(table);
    let (width, labels) = (cells.len() / labels.len(), labels.iter().map(|&label| label as u32).collect());
    let targets = Targets::Classes { labels, classes: classes.len() };
    let data = Dataset::new(name, cells, width, targets).expect("a bundled set is valid");
    named(data, features, target).with_class_names(classes).expect("there is one name per class")
}

/// The features of all rows, and the last column.
fn cells(table: &str) -> (Vec<f32>, Vec<f32>) {
    let (mut features, mut targets) = (Vec::with_capacity(table.len() / 2), Vec::new());
    let number = |cell: &str| cell.parse::<f32>().expect("a bundled cell is a number");
    for row in table.lines() {
        let (cells, target) = row.rsplit_once(',').expect("a bundled row has several cells");
        features.extend(cells.split(',').map(number));
        targets.push(number(target));
    }
    (features, targets)
}

fn named(data: Dataset, features: impl IntoIterator<Item = impl Into<String>>, target: &str) -> Dataset {
    let data = data.with_feature_names(features).expect("there is one name per feature");
    data.with_target_names([target]).expect("there is one target")
}
