//! CSV files: what is read, and how invalid files are refused.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;
use wengert_data::{DataError, DataProblem, Dataset, FeatureRows, TargetColumns, Targets};
use wengert_data::{read_csv, read_features_csv};

/// A directory with one file in it.
struct Given {
    _directory: TempDir,
    path: PathBuf,
}

fn given(name: &str, content: impl AsRef<[u8]>) -> Given {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join(name);
    fs::write(&path, content).expect("a writable file");
    Given { _directory: directory, path }
}

fn read(content: &str) -> Result<Dataset, DataError> {
    read_csv(given("points.csv", content).path)
}

fn read_features(content: &str, width: usize) -> Result<FeatureRows, DataError> {
    read_features_csv(given("points.csv", content).path, width, TargetColumns::Label)
}

/// The message of an error, which contains the name of the file.
fn message<T: std::fmt::Debug>(result: Result<T, DataError>) -> String {
    let message = result.expect_err("should be refused").to_string();
    assert!(message.contains("points.csv"), "{message}");
    message
}

fn compressed(content: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content.as_bytes()).expect("memory takes bytes");
    encoder.finish().expect("memory takes bytes")
}

#[test]
fn the_last_column_is_the_label() {
    let data = read("1.5,-2,0\n3e1,4,2\n").unwrap();
    assert_eq!((data.name(), data.examples(), data.width()), ("points", 2, 2));
    assert_eq!(data.features(), [1.5, -2.0, 30.0, 4.0]);
    assert_eq!(data.targets(), &Targets::Classes { labels: vec![0, 2], classes: 3 });
}

#[test]
fn headers_spaces_quotes_empty_lines_and_other_line_ends_are_accepted() {
    let plain = read("1,2,0\n3,4,1\n").unwrap();
    for same in [
        "x,y,class\n1,2,0\n3,4,1\n",
        "\"x, in cm\",y,class\n1,2,0\n3,4,1",
        " 1 , 2 , 0 \n 3 ,\t4,1\n",
        "\n1,2,0\n\n\n3,4,1\n\n",
        "1,2,0\r\n3,4,1\r\n",
        "\u{feff}1,2,0\n3,4,1\n",
        "\"1\",\"2\",\"0\"\n3,4,1.0\n",
    ] {
        assert_eq!(read(same).unwrap(), plain, "{same:?}");
    }
}

#[test]
fn a_compressed_file_is_decompressed_whatever_its_name() {
    let plain = read("1,2,0\n3,4,1\n").unwrap();
    assert_eq!((plain.name(), plain.examples()), ("points", 2));
    let gzip = compressed("1,2,0\n3,4,1\n");
    for (name, content) in [
        ("points.csv.gz", &gzip[..]),
        ("points.csv", &gzip),
        ("points.csv.gz", b"1,2,0\n3,4,1\n"), // decompressed during the download, as browsers do
    ] {
        assert_eq!(read_csv(given(name, content).path).unwrap(), plain);
    }
}

#[test]
fn an_absent_or_damaged_file_is_unreadable() {
    let absent = read_csv(given("points.csv", "").path.with_file_name("absent.csv")).unwrap_err();
    assert!(absent.to_string().contains("absent.csv: cannot be read"), "{absent}");
    assert!(std::error::Error::source(&absent).is_some());

    let damage = &compressed("1,2,0\n3,4,1\n")[..20];
    let damaged = read_csv(given("points.csv.gz", damage).path).unwrap_err();
    assert!(matches!(damaged.problem, DataProblem::Unreadable(_)), "{damaged}");
    assert!(damaged.to_string().contains("the gzip data are damaged"), "{damaged}");
}

#[test]
fn a_file_without_rows_is_refused() {
    for empty in ["", "\n\n"] {
        assert!(message(read(empty)).contains("there are no examples"));
        assert!(message(read_features(empty, 2)).contains("there are no examples"));
    }
    assert!(message(read("x,y,class\n")).contains("there are no examples"));
    assert!(message(read_features("x,y\n", 2)).contains("there are no examples"));
}

#[test]
fn a_row_of_another_length_is_refused_with_its_line_and_both_lengths() {
    let message = message(read("x,y,class\n1,2,0\n3,4\n"));
    assert!(message.contains("line 3: the row has 2 columns, must have 3 like the first row"), "{message}");
}

#[test]
fn a_cell_that_is_not_a_number_is_refused_with_its_line_and_column() {
    let unknown = message(read("1,2,0\n3,?,1\n"));
    assert!(unknown.contains("line 2, column 2: \"?\" must be a finite number"), "{unknown}");
    let missing = message(read("1,2,0\n,4,1\n"));
    assert!(missing.contains("line 2, column 1: \"\" must be a finite number"), "{missing}");
    let half_a_header = message(read("150,4,setosa\n1,2,0\n"));
    assert!(half_a_header.contains("line 1, column 3: \"setosa\""), "{half_a_header}");
}

#[test]
fn lines_are_numbered_as_in_an_editor() {
    for content in ["1,2,0\n\n\n?,4,1\n", "1,2,0\r\n\r\n\r\n?,4,1\r\n", "x,y,\"cla\nss\"\n1,2,0\n\n?,4,1\n"] {
        let line = 1 + content[..content.find('?').unwrap()].matches('\n').count();
        let message = message(read(content));
        assert!(message.contains(&format!("line {line}, column 1")), "{content:?}: {message}");
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_not_a_number() {
    let latin = given("points.csv", b"1,2,0\n3,\xe9,1\n");
    assert!(message(read_csv(&latin.path)).contains("line 2, column 2"));
}

#[test]
fn an_infinite_feature_is_refused_with_its_line_and_column() {
    for cell in ["NaN", "inf", "-inf", "1e310"] {
        let message = message(read(&format!("1,2,0\n3,{cell},1\n")));
        assert!(message.contains(&format!("line 2, column 2: \"{cell}\" must be a finite")));
    }
}

#[test]
fn a_label_that_does_not_count_from_zero_is_refused() {
    for cell in ["-1", "0.5", "setosa", "NaN", "", "4294967296"] {
        let message = message(read(&format!("1,2,0\n3,4,{cell}\n")));
        assert!(message.contains(&format!("line 2, column 3: \"{cell}\" must be a label")));
    }
}

#[test]
fn a_first_row_of_missing_values_is_not_a_header() {
    for (row, cell) in [("NA,?,?", "NA"), ("?,?,?", "?"), ("null,n/a,class", "null"), (",,", "")] {
        let message = message(read(&format!("{row}\n1,2,0\n3,4,1\n")));
        assert!(message.contains(&format!("line 1, column 1: {cell:?} must be a finite")), "{message}");
    }
    assert_eq!(read(",y,class\n1,2,0\n").unwrap().examples(), 1, "row numbers may have no name");
}

#[test]
fn another_separator_is_named() {
    for (content, line, found) in [
        ("1;2;0\n3;4;1\n", 1, "semicolons"),
        ("x;y;class\n1;2;0\n", 2, "semicolons"),
        ("1.5;2;setosa\n", 1, "semicolons"),
        ("1\t2\t0\n", 1, "tabs"),
        ("x\ty\tclass\n1\t2\t0\n", 2, "tabs"),
        ("1|2|0\n", 1, "vertical bars"),
        ("1 2 0\n", 1, "spaces"),
    ] {
        let wanted = format!("line {line}: the columns are separated by {found}; separate them by commas");
        for message in [message(read(content)), message(read_features(content, 2))] {
            assert!(message.ends_with(&wanted), "{content:?}: {message}");
        }
    }
    for content in ["5,1;3,5;0\n4,9;3,0;1\n", "5,1\t3,5\t0\n", "x;y;class\n5,1;3,5;0\n"] {
        let message = message(read(content));
        assert!(message.contains("semicolons") || message.contains("tabs"), "{message}");
        assert!(message.ends_with("and write decimals with a point, as in 2.5"), "{content:?}: {message}");
    }
    let spaces_in_a_cell = message(read("1,2 3,0\n"));
    assert!(spaces_in_a_cell.contains("column 2: \"2 3\" must be a finite"), "{spaces_in_a_cell}");
}

#[test]
fn a_decimal_comma_is_named() {
    let message = message(read("\"5,1\",\"3,5\",0\n"));
    assert!(message.contains("line 1, column 1: \"5,1\" has a decimal comma; write \"5.1\""), "{message}");
}

#[test]
fn a_quotation_mark_that_is_not_closed_is_named_in_a_short_message() {
    let rows = "3,4,1\n".repeat(100_000);
    for (content, line) in [
        (format!("1,2,0\n1,\"2,0\n{rows}"), 2),
        (format!("\"1,2,0\n{rows}"), 1),
        (format!("x,\"y,class\n{rows}"), 1),
    ] {
        for message in [message(read(&content)), message(read_features(&content, 2))] {
            assert!(message.contains(&format!("line {line}: the cell ")), "{message}");
            assert!(message.contains("is a quotation mark missing after it"), "{message}");
            assert!(message.len() < 400, "{} bytes", message.len());
        }
    }
    let long = format!("1,2,0\n{},4,1\n", "x".repeat(100_000));
    assert!(message(read(&long)).len() < 400);
}

#[test]
fn a_row_without_an_end_is_refused() {
    let message = message(read(&"1,".repeat(9_000_000)));
    assert!(message.contains("a row has more than 16 MiB"), "{message}");
}

#[test]
fn another_encoding_is_named() {
    let text = "1,2,0\n3,4,1\n";
    let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
    let utf_32: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    for (content, encoding) in [
        ([b"\xff\xfe", &*little].concat(), "UTF-16"),
        ([b"\xfe\xff", &*big].concat(), "UTF-16"),
        (little, "UTF-16"),
        (big, "UTF-16"),
        ([b"\xff\xfe\0\0", &*utf_32].concat(), "UTF-32"),
    ] {
        let message = message(read_csv(given("points.csv", content).path));
        assert!(
            message.ends_with(&format!("the text is encoded in {encoding}; save it in UTF-8")),
            "{message}"
        );
    }
}

#[test]
fn the_number_of_classes_is_bounded_by_the_number_of_examples() {
    for label in [256, 200_000, 1_000_000_000, u32::MAX] {
        let message = message(read(&format!("1,2,0\n3,4,{label}\n5,6,1\n")));
        let classes = u64::from(label) + 1;
        let wanted = format!("row 2: the label {label} makes {classes} classes of 3 examples; number the");
        assert!(message.contains(&wanted), "{message}");
    }
    assert!(matches!(read("1,2,0\n3,4,255\n").unwrap().targets(), Targets::Classes { classes: 256, .. }));
    let rows: String = (0..1000).map(|i| format!("1,2,{i}\n")).collect();
    assert!(matches!(read(&rows).unwrap().targets(), Targets::Classes { classes: 1000, .. }));
}

#[test]
fn a_compressed_file_that_becomes_very_large_is_refused() {
    let bomb = compressed(&"0,".repeat(16_000_000));
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    let message = message(read_csv(given("points.csv.gz", bomb).path));
    assert!(message.contains("more than 64 times as large") && message.contains("gunzip"), "{message}");
    let zeros = compressed(&"0,0,0\n".repeat(1_000_000));
    assert_eq!(read_csv(given("points.csv.gz", zeros).path).unwrap().examples(), 1_000_000);
}

#[test]
fn a_single_column_is_refused() {
    assert!(
        message(read("0\n1\n"))
            .contains("line 1: the row has 1 columns, must have at least 2: the features, then")
    );
}

#[test]
fn features_are_read_with_and_without_labels() {
    let bare = read_features("x,y\n1,2\n3,4\n", 2).unwrap();
    assert_eq!(bare, FeatureRows { features: vec![1.0, 2.0, 3.0, 4.0], width: 2, targets: None });
    let labelled = read_features("1,2,1\n3,4,0\n", 2).unwrap();
    let targets = Some(Targets::Classes { labels: vec![1, 0], classes: 2 });
    assert_eq!(labelled, FeatureRows { targets, ..bare });
}

#[test]
fn features_are_read_with_and_without_values() {
    let read =
        |content| read_features_csv(given("points.csv", content).path, 1, TargetColumns::Values(2)).unwrap();
    let bare = read("1\n2\n");
    assert_eq!(bare, FeatureRows { features: vec![1.0, 2.0], width: 1, targets: None });
    let targets = Some(Targets::Values { values: vec![0.5, -1.0, 1e300, 3.0], width: 2 });
    assert_eq!(read("1,0.5,-1\n2,1e300,3\n"), FeatureRows { targets, ..bare });
}

#[test]
fn times_in_seconds_keep_their_digits() {
    let seconds: Vec<u64> = (0..120).map(|i| 1_700_000_000 + i % 60).collect();
    let rows: String = seconds.iter().map(|s| format!("{s},{}\n", u64::from(s % 60 >= 30))).collect();
    let data = read(&rows).unwrap();
    let distinct: BTreeSet<u32> = data.features().iter().map(|x| x.to_bits()).collect();
    assert_eq!(distinct.len(), 60);
    let wide = data.unscaled();
    assert!(wide.features().iter().zip(&seconds).all(|(&x, &s)| x == s as f64));
    let standard = data.split(0.5, 0.25, 0.25, 7).unwrap().standardised();
    let raw = standard.test.unscaled();
    assert!(raw.features().iter().all(|x| x.fract().abs() < 1e-3 || x.fract() > 0.999), "{raw:?}");
}

#[test]
fn values_beyond_single_precision_are_standardised() {
    for size in ["3e38", "1e300"] {
        let rows: String = (0..8).map(|i| format!("{}{size},{i}\n", ["", "-"][i % 2])).collect();
        let split = read(&rows).unwrap().split(1.0, 0.0, 0.0, 7).unwrap().standardised();
        assert!(split.train.features().iter().all(|x| x.abs() == 1.0), "{:?}", split.train);
    }
}

#[test]
fn rows_that_do_not_fit_the_model_are_refused_with_both_valid_lengths() {
    for content in ["1,2\n", "1,2,3,4,0\n"] {
        let message = message(read_features(content, 3));
        assert!(
            message.contains("line 1") && message.contains("3 (features) or 4 (features, then"),
            "{message}"
        );
    }
    assert!(
        message(read_features("1,2,3\n1,2,3,0\n", 3)).contains("line 2: the row has 4 columns, must have 3")
    );
}
