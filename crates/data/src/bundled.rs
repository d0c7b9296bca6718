//! Real data sets that are part of the crate. Their sources and licences are in `data/README.md`.
//!
//! A build with `--cfg wengert_data="separate"` does not contain their files, `data/NAME.csv` in the package:
//! a page in a browser loads them when it needs them, and [reads](crate::NamedDataSet::read) them.

use crate::dataset::Dataset;
use crate::error::{DataError, DataProblem};
use crate::targets::Targets;

/// A bundled data set: its file, and what the file does not say.
#[derive(Debug)]
pub(crate) struct Bundled {
    name: &'static str,
    file: Option<&'static str>,
    features: fn() -> Vec<String>,
    target: &'static str,
    targets: BundledTargets,
}

/// The last column of a bundled file.
#[derive(Debug)]
enum BundledTargets {
    /// Values.
    Values,
    /// The labels of classes that are named by their numbers.
    Numbered { classes: u32 },
    /// The labels of classes whose names are in the first line, after the number of rows and of features.
    Named,
}

/// The content of a bundled file, where it is part of the build.
macro_rules! file {
    ($name:literal) => {{
        #[cfg(not(wengert_data = "separate"))]
        let file = Some(include_str!(concat!("../data/", $name)));
        #[cfg(wengert_data = "separate")]
        let file = None;
        file
    }};
}

pub(crate) const DIGITS: Bundled = Bundled {
    name: "digits",
    file: file!("digits.csv"),
    features: || (0..64).map(|pixel| format!("pixel_{}_{}", pixel / 8, pixel % 8)).collect(),
    target: "digit",
    targets: BundledTargets::Numbered { classes: 10 },
};

pub(crate) const IRIS: Bundled = Bundled {
    name: "iris",
    file: file!("iris.csv"),
    features: || texts(&["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]),
    target: "species",
    targets: BundledTargets::Named,
};

pub(crate) const WINE: Bundled = Bundled {
    name: "wine",
    file: file!("wine.csv"),
    features: || texts(&WINE_ANALYSES),
    target: "cultivar",
    targets: BundledTargets::Named,
};

pub(crate) const BREAST_CANCER: Bundled = Bundled {
    name: "breast_cancer",
    file: file!("breast_cancer.csv"),
    features: || {
        let mean = NUCLEUS.iter().map(|property| format!("mean {property}"));
        let error = NUCLEUS.iter().map(|property| format!("{property} error"));
        let worst = NUCLEUS.iter().map(|property| format!("worst {property}"));
        mean.chain(error).chain(worst).collect()
    },
    target: "diagnosis",
    targets: BundledTargets::Named,
};

pub(crate) const DIABETES: Bundled = Bundled {
    name: "diabetes",
    file: file!("diabetes.csv"),
    features: || texts(&["age", "sex", "bmi", "bp", "tc", "ldl", "hdl", "tch", "ltg", "glu"]),
    target: "progression",
    targets: BundledTargets::Values,
};

/// The results of the analyses of [`wine`].
const WINE_ANALYSES: [&str; 13] = [
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

/// Handwritten digits: 1,797 images of 8 by 8 pixels from 0 to 16, row-major; the label is the digit.
///
/// Source: Alpaydin and Kaynak 1998, *Optical Recognition of Handwritten Digits*, UCI Machine Learning
/// Repository, the test part; CC BY 4.0.
#[must_use]
pub fn digits() -> Dataset {
    DIGITS.included()
}

/// Iris flowers: 150 examples with length and width of the sepal and length and width of the petal, in cm;
/// the classes are setosa, versicolor and virginica.
///
/// Source: Fisher 1936, *Iris*, UCI Machine Learning Repository, with two rows corrected to the values of the
/// paper; CC BY 4.0.
#[must_use]
pub fn iris() -> Dataset {
    IRIS.included()
}

/// Wines: 178 examples with 13 results of a chemical analysis; the classes are three cultivars of one region.
///
/// Source: Aeberhard and Forina 1992, *Wine*, UCI Machine Learning Repository; CC BY 4.0.
#[must_use]
pub fn wine() -> Dataset {
    WINE.included()
}

/// Breast tumours: 569 examples with ten properties of the cell nuclei in an image, each as mean, standard
/// error and worst (the mean of the three largest); the classes are malignant and benign.
///
/// Source: Wolberg, Mangasarian, Street and Street 1993, *Breast Cancer Wisconsin (Diagnostic)*, UCI Machine
/// Learning Repository; CC BY 4.0.
#[must_use]
pub fn breast_cancer() -> Dataset {
    BREAST_CANCER.included()
}

/// Diabetes: 442 patients with age, sex, body mass index, mean blood pressure and six blood serum
/// measurements, unscaled; the target is a measure of the progression of the disease one year later, from 25
/// to 346. Least squares on all examples explain 51.8 % of its variance.
///
/// Source: Efron, Hastie, Johnstone and Tibshirani 2004, *Least Angle Regression*, Annals of Statistics 32,
/// table 1.
#[must_use]
pub fn diabetes() -> Dataset {
    DIABETES.included()
}

impl Bundled {
    /// The data in the file that is part of the build.
    #[track_caller]
    pub(crate) fn included(&self) -> Dataset {
        let data =
            self.file.ok_or_else(|| DataProblem::NotIncluded.of(self.name)).and_then(|file| self.read(file));
        data.expect("a bundled set is valid")
    }

    /// Whether the file is part of the build.
    pub(crate) fn is_included(&self) -> bool {
        self.file.is_some()
    }

    /// The data in the content of the file.
    pub(crate) fn read(&self, file: &str) -> Result<Dataset, DataError> {
        let not_its_file = || DataProblem::NotItsFile.of(self.name);
        let (table, classes) = match self.targets {
            BundledTargets::Values => (file, None),
            BundledTargets::Numbered { classes } => {
                (file, Some((0..classes).map(|i| i.to_string()).collect()))
            }
            BundledTargets::Named => {
                let (line, table) = file.split_once('\n').ok_or_else(not_its_file)?;
                (table, Some(line.split(',').skip(2).map(str::to_owned).collect::<Vec<_>>()))
            }
        };
        let (features, values) = cells(table).ok_or_else(not_its_file)?;
        let names = (self.features)();
        let targets = match &classes {
            None => Targets::Values { values, width: 1 },
            Some(classes) => {
                let labels = values.iter().map(|&label| label as u32).collect();
                Targets::Classes { labels, classes: classes.len() }
            }
        };
        let data = Dataset::new(self.name, features, names.len(), targets)?;
        let data = data.with_feature_names(names)?.with_target_names([self.target])?;
        match classes {
            Some(classes) => data.with_class_names(classes),
            None => Ok(data),
        }
    }
}

/// The features of all rows, and the last column; `None` if a cell is not a number.
fn cells(table: &str) -> Option<(Vec<f32>, Vec<f32>)> {
    let (mut features, mut targets) = (Vec::with_capacity(table.len() / 2), Vec::new());
    for row in table.lines() {
        let (cells, target) = row.rsplit_once(',')?;
        for cell in cells.split(',') {
            features.push(cell.parse().ok()?);
        }
        targets.push(target.parse().ok()?);
    }
    Some((features, targets))
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
