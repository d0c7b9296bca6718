//! Files that are larger than the memory as data to train on, compared with the same files in memory.

use crate::files::{Given, given};
use wengert_data::{
    Dataset, Examples, Missing, PreprocessingOptions, Scaling, ScalingMethod, Shares, ShuffledTable,
    TableOptions, TableParts, Targets, Task, read_table,
};

const ROWS: usize = 900;

/// A file of several pieces: its comments are long. A category, a class and missing values are in few rows.
fn file() -> Given {
    let comment = format!("# {}\n", "x".repeat(6000));
    let row = |i: usize| {
        let word = if i == 611 { "rare" } else { ["red", "blue", "green"][i % 3] };
        let height = if i % 100 == 77 { String::new() } else { format!("{}.5", i * i % 53) };
        let class = if i > 100 && i % 100 == 1 { "seldom" } else { ["no", "yes"][i % 2] };
        format!("{word},{height},{},{class}\n{comment}", 1_700_000_000 + i % 60)
    };
    given("flowers.csv", format!("colour,height,time,class\n{}", (0..ROWS).map(row).collect::<String>()))
}

fn options(missing: Missing) -> PreprocessingOptions {
    PreprocessingOptions { missing, ..PreprocessingOptions::default() }
}

fn prepared(
    Given { path, .. }: &Given,
    options: &PreprocessingOptions,
    shares: Shares,
    scaling: [ScalingMethod; 2],
) -> Result<TableParts, wengert_data::DataError> {
    let table = ShuffledTable::open(path, &TableOptions::default(), 7)?;
    assert!(table.epoch(0).count() > 1 || table.rows() != ROWS, "several pieces");
    table.prepare(options, &shares, scaling[0], scaling[1])
}

#[track_caller]
fn assert_close(found: &Dataset, wanted: &Dataset<f64>) {
    assert_eq!((found.examples(), found.width()), (wanted.examples(), wanted.width()));
    for (i, (x, y)) in found.features().iter().zip(wanted.features()).enumerate() {
        assert!((f64::from(*x) - y).abs() < 1e-6 * (1.0 + y.abs()), "feature {i}: {x} instead of {y}");
    }
}

#[test]
fn a_file_in_pieces_is_encoded_and_scaled_as_a_table_in_memory() {
    let (file, scalings) = (file(), [ScalingMethod::Standardise, ScalingMethod::MinMax]);
    let table = read_table(&file.path, &TableOptions::default()).unwrap();
    for (missing, scaling) in
        [Missing::Mean, Missing::Indicator, Missing::Drop].iter().zip(scalings.iter().cycle())
    {
        let options = options(*missing);
        let parts = prepared(&file, &options, Shares::default(), [*scaling; 2]).unwrap();
        let whole = table.prepare(&options, &Shares::default()).unwrap();
        let (found, wanted) = (&parts.preprocessing, &whole.preprocessing);
        assert_eq!(found.feature_names(), wanted.feature_names());
        assert_eq!(found.class_names(), wanted.class_names());
        assert_eq!((found.task_reason(), &parts.notes), (wanted.task_reason(), &whole.notes));
        for (found, wanted) in found.inputs().iter().zip(wanted.inputs()) {
            let (x, y) = (found.fill.unwrap_or(0.0), wanted.fill.unwrap_or(0.0));
            assert!((x - y).abs() <= 1e-12 * y.abs() && found.fill.is_some() == wanted.fill.is_some());
            assert_eq!(found.indicator, wanted.indicator);
        }
        // In the order of the file, with which the table was not split.
        let data = wanted.dataset(&table).unwrap();
        let map = scaling.fit(data.features(), data.width());
        let data = data.scaled_as(&Scaling { inputs: map, targets: None }).into_owned();
        let in_memory = parts.train.in_memory().unwrap();
        assert_close(&in_memory, &data);
        let (Targets::Classes { labels, .. }, Targets::Classes { labels: wanted, .. }) =
            (in_memory.targets(), data.targets())
        else {
            panic!("classes")
        };
        assert_eq!((labels, parts.train.examples()), (wanted, data.examples()));
    }
}

#[test]
fn targets_of_regressions_are_scaled_and_digits_kept_without_scaling() {
    let regression = PreprocessingOptions {
        targets: vec!["height".into()],
        drop: vec!["class".into(), "colour".into()],
        missing: Missing::Drop,
        ..PreprocessingOptions::default()
    };
    let (file, [standardise, none]) = (file(), [ScalingMethod::Standardise, ScalingMethod::None]);
    let parts = prepared(&file, &regression, Shares::default(), [standardise; 2]).unwrap();
    let Targets::Values { values, width: 1 } = parts.train.in_memory().unwrap().targets().clone() else {
        panic!("values")
    };
    let mean = values.iter().map(|&x| f64::from(x)).sum::<f64>() / values.len() as f64;
    let square = values.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / values.len() as f64;
    assert!(mean.abs() < 1e-6 && (square - 1.0).abs() < 1e-6 && values.len() == ROWS - 9);
    assert_eq!(parts.notes.last().unwrap(), "9 of 900 rows have missing values and are left out");
    // Single precision has no seconds of 2023, so that they are stored by their differences.
    let parts = prepared(&file, &regression, Shares::default(), [none; 2]).unwrap();
    let times = parts.train.in_memory().unwrap().unscaled();
    assert!((0..50).all(|i| times.row(i)[0] == 1_700_000_000.0 + i as f64));
    assert_eq!(parts.train.sample().scaling(), parts.train.in_memory().unwrap().scaling());
}

#[test]
fn each_row_is_in_one_part_that_the_seed_decides() {
    let file = file();
    let parts = |seed| {
        let shares = Shares { validation: 0.2, test: 0.1, seed };
        let parts = prepared(&file, &options(Missing::Drop), shares, [ScalingMethod::None; 2]).unwrap();
        let rows = |part: &wengert_data::TablePart| {
            let data = part.in_memory().unwrap();
            assert_eq!(data.examples(), part.examples());
            (0..data.examples()).map(|i| format!("{:?}", data.row(i))).collect::<Vec<_>>()
        };
        [rows(&parts.train), rows(&parts.validation), rows(&parts.test)]
    };
    let (first, other) = (parts(1), parts(2));
    assert!(first == parts(1) && first != other);
    for parts in [&first, &other] {
        // Five standard deviations.
        assert!(parts[1].len().abs_diff(180) < 60 && parts[2].len().abs_diff(90) < 45);
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), ROWS - 9);
    }
    let sorted = |parts: [Vec<String>; 3]| {
        let mut all = parts.concat();
        all.sort();
        all
    };
    assert!(sorted(first) == sorted(other));
}

#[test]
fn what_a_file_in_pieces_cannot_have_is_refused_and_says_what_to_do() {
    let (file, none) = (file(), ScalingMethod::None);
    let refused = |options: &PreprocessingOptions, shares, scaling| {
        prepared(&file, options, shares, [scaling, none]).err().expect("refused").to_string()
    };
    let shares = Shares::default();
    let message = refused(&options(Missing::Median), shares, none);
    assert!(message.contains("the median of a column needs all of its values in memory; say --missing mean"));
    let message = refused(&options(Missing::Mean), shares, ScalingMethod::Robust);
    assert!(message.contains("robust scaling needs all values of a column in memory"), "{message}");
    // As in memory, with the line and the column.
    let message = refused(&options(Missing::Refuse), shares, none);
    assert!(message.contains("line 156, column 2 (\"height\"): the value is missing"), "{message}");
    let regression = PreprocessingOptions { task: Some(Task::Regression), ..options(Missing::Mean) };
    let message = refused(&regression, shares, none);
    assert!(message.contains("column 4 (\"class\"): ") && message.contains("is not a number"), "{message}");
    let few = PreprocessingOptions { most_categories: 3, ..options(Missing::Mean) };
    assert!(refused(&few, shares, none).contains("4 different texts, more than the limit of 3"));
    let tiny = Shares { validation: 1e-9, ..shares };
    assert!(refused(&options(Missing::Mean), tiny, none).contains("the validation part"));
    let gone = prepared(&file, &options(Missing::Mean), shares, [none; 2]).unwrap();
    std::fs::write(&file.path, "colour,height,time,class\nred,1,2,no\n").unwrap();
    let message = gone.train.in_memory().unwrap_err().to_string();
    assert!(message.contains("the file changed while it was read"), "{message}");
}
