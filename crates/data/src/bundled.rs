//! Real data sets that are part of the crate. Their sources and licences are in `data/README.md`.

use crate::dataset::{Dataset, Targets};

/// Handwritten digits: 1,797 images of 8 by 8 pixels from 0 to 16, row-major; the label is the digit.
///
/// Source: Alpaydin and Kaynak 1998, *Optical Recognition of Handwritten Digits*, UCI Machine Learning
/// Repository, the test part; CC BY 4.0.
#[must_use]
pub fn digits() -> Dataset {
    classification("digits", include_str!("../data/digits.csv"), 10)
}

/// Iris flowers: 150 examples with length and width of the sepal and length and width of the petal, in cm;
/// the classes are setosa, versicolor and virginica.
///
/// Source: Fisher 1936, *Iris*, UCI Machine Learning Repository, with two rows corrected to the values of the
/// paper; CC BY 4.0.
#[must_use]
pub fn iris() -> Dataset {
    let file = include_str!("../data/iris.csv");
    let (_counts_and_classes, table) = file.split_once('\n').expect("the bundled file has a first line");
    classification("iris", table, 3)
}

/// The data set of a bundled table: features, then the label, without header and quotes.
fn classification(name: &str, table: &str, classes: usize) -> Dataset {
    let (mut features, mut labels, mut width) = (Vec::with_capacity(table.len() / 2), Vec::new(), 0);
    for row in table.lines() {
        let (cells, label) = row.rsplit_once(',').expect("a bundled row has several cells");
        let before = features.len();
        features
            .extend(cells.split(',').map(|cell| cell.parse::<f32>().expect("a bundled cell is a number")));
        labels.push(label.parse().expect("a bundled label is a whole number"));
        width = features.len() - before;
    }
    Dataset::new(name, features, width, Targets::Classes { labels, classes }).expect("a bundled set is valid")
}
