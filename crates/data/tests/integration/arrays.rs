//! Arrays of NumPy as tables. The files in `goldens` were written by NumPy: `goldens/arrays.py`.

use crate::files::given;
use std::fs;
use std::path::PathBuf;
use wengert_data::{
    ColumnValues, DataError, PreprocessingOptions, Shares, Table, TableBlocks, TableOptions, read_table,
};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/integration/goldens").join(name)
}

fn read(name: &str) -> Result<Table, DataError> {
    read_table(golden(name), &TableOptions::default())
}

fn numbers(values: &ColumnValues) -> &[f64] {
    match values {
        ColumnValues::Numbers(values) => values,
        other => panic!("arrays have numbers: {other:?}"),
    }
}

fn columns(table: &Table) -> Vec<(&str, &[f64])> {
    table.columns().iter().map(|column| (&*column.name, numbers(&column.values))).collect()
}

#[test]
fn arrays_of_every_kind_of_number_are_read() {
    let kinds = [
        "little-f8",
        "big-f8",
        "little-f4",
        "i1",
        "u1",
        "little-i2",
        "big-u2",
        "little-i4",
        "little-u4",
        "big-i8",
        "little-u8",
        "fortran",
    ];
    for kind in kinds {
        let table = read(&format!("{kind}.npy")).unwrap();
        let wanted = [("column 1", &[0.0, 2.0, 4.0][..]), ("column 2", &[1.0, 3.0, 5.0])];
        assert_eq!((columns(&table), table.has_header()), (wanted.to_vec(), false), "{kind}");
    }
    assert_eq!(columns(&read("b1.npy").unwrap())[0].1, [1.0; 3]);
    let images = read("images.npy").unwrap();
    assert_eq!((images.rows(), images.columns().len(), columns(&images)[3].1), (3, 4, &[3.0, 7.0, 11.0][..]));
}

#[test]
fn an_archive_has_the_columns_of_its_arrays() {
    for name in ["plain.npz", "compressed.npz"] {
        let table = read(name).unwrap();
        let names: Vec<&str> = columns(&table).iter().map(|(name, _)| *name).collect();
        assert_eq!((names, table.rows()), (vec!["X 1", "X 2", "y"], 4), "{name}");
        let options =
            PreprocessingOptions { task: Some(wengert_data::Task::Classification), ..Default::default() };
        let prepared = table.prepare(&options, &Shares::default()).unwrap();
        assert_eq!(prepared.preprocessing.class_names().unwrap(), ["0", "1"]);
        let blocks: Vec<_> = TableBlocks::open(golden(name), &TableOptions::default()).unwrap().collect();
        assert_eq!(blocks[0].as_ref().unwrap(), &table);
    }
    let notes = read("compressed.npz").unwrap().notes().to_vec();
    assert_eq!(
        notes,
        ["the array \"names\" is left out: its elements are \"<U1\", must be real numbers or truth values"]
    );
}

#[test]
fn arrays_that_are_no_table_are_refused() {
    for (name, wanted) in [
        ("complex.npy", "its elements are \"<c16\", must be real numbers or truth values"),
        ("scalar.npy", "its shape is (); at least one row and one column are needed"),
        (
            "parts.npz",
            "the array \"x_test\" cannot be read: it has 1 rows, but \"x_train\" has 4; save them apart",
        ),
    ] {
        let message = read(name).unwrap_err().to_string();
        assert!(message.contains(wanted), "{message}");
    }
}

#[test]
fn damaged_arrays_are_refused_before_memory_is_taken() {
    let content = fs::read(golden("little-f8.npy")).unwrap();
    let text = String::from_utf8_lossy(&content[..128]).into_owned();
    assert!(text.contains("'shape': (3, 2), }"), "{text}");
    let changed = |from: &[u8], to: &[u8]| {
        let place = content.windows(from.len()).position(|window| window == from).unwrap();
        [&content[..place], to, &content[place + from.len()..]].concat()
    };
    for (damaged, wanted) in [
        (content[..content.len() - 1].to_vec(), "it ends before the elements of its shape (3, 2)"),
        (content[..100].to_vec(), "its header is cut off"),
        (content[..7].to_vec(), "its header is cut off"),
        (changed(b"(3, 2), }        ", b"(99999999999, 2)}"), "it ends before the elements of its shape"),
        (changed(b"(3, 2), }              ", b"(18446744073709551615)}"), "it ends before the elements"),
        (changed(b"(3, 2)", b"(3,-2)"), "the value for \"shape\" in its header is damaged"),
        (changed(b"'shape'", b"'shepe'"), "its header has no value for \"shape\""),
        (changed(b"False", b"Maybe"), "the value for \"fortran_order\" in its header is damaged"),
        (changed(b"'<f8'", b"'<f9'"), "its elements are \"<f9\""),
        (changed(b"\x93NUMPY\x01", b"\x93NUMPY\x09"), "of a version other than 1 to 3"),
    ] {
        let message =
            read_table(given("x.npy", damaged).path, &TableOptions::default()).unwrap_err().to_string();
        assert!(message.contains("the array cannot be read") && message.contains(wanted), "{message}");
    }
    let archive = fs::read(golden("plain.npz")).unwrap();
    for end in [10, 100, archive.len() - 30] {
        let cut = given("x.npz", &archive[..end]);
        let message = read_table(cut.path, &TableOptions::default()).unwrap_err().to_string();
        assert!(message.contains("the archive is damaged"), "{message}");
    }
}
