//! Tables: what is read from text files, and how files that are ambiguous or damaged are refused.

use crate::files::{Given, compressed, given};
use wengert_data::{
    ColumnKind, ColumnValues, DataError, MISSING, ShuffledTable, Table, TableBlocks, TableOptions, read_table,
};

fn read(content: impl AsRef<[u8]>) -> Result<Table, DataError> {
    read_as(content, &TableOptions::default())
}

fn read_as(content: impl AsRef<[u8]>, options: &TableOptions) -> Result<Table, DataError> {
    read_table(given("points.csv", content).path, options)
}

#[track_caller]
fn message(result: Result<Table, DataError>) -> String {
    let message = result.expect_err("should be refused").to_string();
    assert!(message.contains("points.csv") && message.len() < 700, "{message}");
    message
}

fn names(table: &Table) -> Vec<&str> {
    table.columns().iter().map(|column| &*column.name).collect()
}

#[track_caller]
fn numbers(table: &Table, column: usize) -> &[f64] {
    let ColumnValues::Numbers(values) = &table.columns()[column].values else {
        panic!("column {column} should be one of numbers: {:?}", table.columns()[column].values)
    };
    values
}

#[track_caller]
fn texts(table: &Table, column: usize) -> Vec<&str> {
    let ColumnValues::Texts { codes, words } = &table.columns()[column].values else {
        panic!("column {column} should be one of texts: {:?}", table.columns()[column].values)
    };
    let text = |&code: &u32| if code == MISSING { "<missing>" } else { &*words[code as usize] };
    codes.iter().map(text).collect()
}

#[test]
fn columns_have_names_and_kinds() {
    let table = read("x,day,kind\n1.5,2024-01-31,a\n-2,2024-02-01,b\n,,\n").unwrap();
    assert_eq!((table.rows(), names(&table)), (3, vec!["x", "day", "kind"]));
    assert_eq!(numbers(&table, 0)[..2], [1.5, -2.0]);
    assert!(table.columns().iter().all(|column| column.values.is_missing(2)));
    assert_eq!(table.columns()[1].values.kind(), ColumnKind::Dates);
    assert_eq!(texts(&table, 2), ["a", "b", "<missing>"]);
    assert_eq!((0..3).map(|row| table.line(row).unwrap()).collect::<Vec<_>>(), [2, 3, 4]);
    assert!(table.has_header() && table.notes().is_empty(), "{:?}", table.notes());
}

#[test]
fn delimiters_decimal_commas_quotes_comments_and_line_ends_are_detected() {
    let plain = read("x,y,class\n1.5,2,0\n3,4,1\n").unwrap();
    for same in [
        "x;y;class\n1.5;2;0\n3;4;1\n",
        "x;y;class\n1,5;2;0\n3;4;1\n",
        "x\ty\tclass\n1.5\t2\t0\n3\t4\t1\n",
        "x|y|class\n1.5|2|0\n3|4|1\n",
        "# a comment; with \"marks\n\nx,y,class\n# another\n1.5,2,0\n\n3,4,1\n",
        "x,y,class\r\n1.5,2,0\r\n3,4,1\r\n",
        "x,y,class\r1.5,2,0\r3,4,1\r",
        "\u{feff}x,y,class\n1.5,2,0\n3,4,1",
        "\"x\",\"y\",class\n\"1.5\" , 2,\t0 \n+3,4,1\n",
    ] {
        let same = match read(same) {
            Ok(table) => table,
            Err(error) => panic!("{same:?}: {error}"),
        };
        assert_eq!(same.columns(), plain.columns());
    }
    let comma = read("x;y\n1,5;2\n").unwrap();
    assert_eq!(comma.notes(), ["numbers have a decimal comma, as in 1,5"]);
    let quoted = read("name,x\n\"a, \"\"b\"\"\nc\",1\nd,2\n").unwrap();
    assert_eq!(texts(&quoted, 0), ["a, \"b\"\nc", "d"]);
    assert_eq!([quoted.line(0), quoted.line(1)], [Some(2), Some(4)]);
}

#[test]
fn a_compressed_file_is_decompressed_whatever_its_name() {
    let content = "x,class\n1,a\n2,b\n";
    for name in ["points.csv.gz", "points"] {
        let table = read_table(given(name, compressed(content)).path, &TableOptions::default()).unwrap();
        assert_eq!((table.columns(), table.short_name()), (read(content).unwrap().columns(), "points"));
    }
}

#[test]
fn a_first_row_is_a_header_by_rule_and_otherwise_an_error_or_a_note() {
    let header = |content: &str| read(content).unwrap().has_header();
    assert!(header("x,y\n1,2\n") && header(",y\n0,2\n1,3\n") && header("NA,K\n1,2\n"));
    assert!(header("label,0,1,2\n3,0,0,255\n"), "the columns of an array, counted");
    for content in ["1.5,2\n3,4\n", "NA,NA\n1,2\n", "1,NA\n1,2\n", "2020,2021\n5,6\n"] {
        let table = read(content).unwrap();
        assert!(!table.has_header() && names(&table) == ["column 1", "column 2"], "{content:?}");
        assert!(table.notes()[0].ends_with("is taken for data, not for names; --header yes if it has names"));
        assert_eq!(table.rows(), 2, "{content:?}");
    }
    let counted = read("1990,2005,2020\na,1,2\nb,3,4\nc,5,6\n").unwrap();
    assert_eq!(names(&counted), ["1990", "2005", "2020"], "below a number there are texts only");
    assert!(counted.notes()[0].ends_with("is taken for names; --header no if it is data"));
    let mixed = read("7,1,2\na,1,2\n8,3,4\nb,5,6\n").unwrap();
    assert!(!mixed.has_header() && mixed.notes()[0].contains("--header yes"), "{:?}", mixed.notes());
    for content in ["0,1,2,3\n5,6,7,8\n", "150,4,setosa\n1,2,0\n", "1,x\nfoo,bar\n"] {
        let message = message(read(content));
        assert!(
            message.contains("may be names or data; say which with --header yes or --header no"),
            "{message}"
        );
    }
    let told =
        |header| read_as("0,1,2\n5,6,7\n", &TableOptions { header: Some(header), ..TableOptions::default() });
    assert_eq!((names(&told(true).unwrap()), told(true).unwrap().rows()), (vec!["0", "1", "2"], 1));
    assert_eq!(told(false).unwrap().rows(), 2);
    let texts = read("colour,size\nred,big\nblue,small\n").unwrap();
    assert!(texts.has_header() && texts.notes()[0].contains("is taken for names; --header no"));
    assert!(!read("red,big\nred,small\n").unwrap().has_header(), "names do not occur again");
}

#[test]
fn a_file_of_scikit_learn_names_its_classes() {
    let table = read("4,2,setosa,virginica\n1,2,0\n3,4,1\n5,6,1\n7,8,0\n").unwrap();
    assert_eq!(texts(&table, 2), ["setosa", "virginica", "virginica", "setosa"]);
    assert_eq!((table.rows(), table.line(0)), (4, Some(2)));
    // Whatever kind the last column has to have, and in blocks.
    let kinds =
        TableOptions { kinds: vec![("column 3".into(), ColumnKind::Texts)], ..TableOptions::default() };
    let content = "4,2,setosa,virginica\n1,2,0\n3,4,1\n5,6,1\n7,8,0\n";
    assert_eq!(texts(&read_as(content, &kinds).unwrap(), 2), texts(&table, 2));
    let Given { path, .. } = &given("points.csv", content);
    for options in [&TableOptions::default(), &kinds] {
        let blocks: Vec<_> = TableBlocks::open(path, options).unwrap().collect();
        assert_eq!(texts(blocks[0].as_ref().unwrap(), 2), texts(&table, 2));
    }
    let wrong = message(read("5,2,setosa,virginica\n1,2,0\n3,4,1\n5,6,1\n7,8,0\n"));
    assert!(
        wrong.contains("line 1: the first row promises 5 rows") && wrong.contains("there are 4 rows"),
        "{wrong}"
    );
}

#[test]
fn a_kind_that_changes_far_down_is_that_of_all_rows() {
    let start: String = (0..400_000).map(|i| format!("{i},{:02},1\n", i % 7)).collect();
    let content = format!("x,y,z\n{start}5,a,NA\n1,2,3.5\n");
    let table = read(&content).unwrap();
    assert_eq!(table.rows(), 400_002);
    assert_eq!(
        table.columns()[1].values.text(399_999).as_deref(),
        Some("05"),
        "texts are as they are written"
    );
    assert_eq!(table.columns()[1].values.text(400_000).as_deref(), Some("a"));
    assert_eq!(numbers(&table, 0)[400_000], 5.0);
    assert_eq!(table.line(400_001), Some(400_003));
    let given = given("points.csv", &content);
    let blocks: Result<Vec<Table>, DataError> =
        TableBlocks::open(&given.path, &TableOptions::default()).unwrap().collect();
    let error = blocks.unwrap_err().to_string();
    assert!(error.contains("line 400002, column 2 (\"y\"): \"a\" must be a finite number"), "{error}");
}

#[test]
fn blocks_of_rows_are_the_table() {
    let rows: String = (0..500_000).map(|i| format!("{i},{},w{}\n", i as f64 / 8.0, i % 3)).collect();
    let Given { path, .. } = &given("points.csv", format!("n,x,word\n{rows}"));
    let whole = read_table(path, &TableOptions::default()).unwrap();
    let (mut row, mut blocks) = (0, 0);
    for block in TableBlocks::open(path, &TableOptions::default()).unwrap() {
        let block = block.unwrap();
        for (found, all) in block.columns().iter().zip(whole.columns()) {
            for i in [0, block.rows() / 2, block.rows() - 1] {
                assert_eq!(found.values.text(i), all.values.text(row + i));
                assert_eq!(block.line(i), whole.line(row + i));
            }
        }
        row += block.rows();
        blocks += 1;
    }
    assert!(row == whole.rows() && blocks > 1, "{row} {blocks}");
}

#[test]
fn damaged_rows_are_refused_with_their_line() {
    let ragged = message(read("x,y\n1,2\n3,4,5\n"));
    assert!(ragged.contains("line 3: the row has 3 columns, must have 2 like the header"), "{ragged}");
    let open = message(read("x,y\n1,2\n3,\"4\n5,6\n"));
    assert!(open.contains("line 3: a quotation mark opens a cell that is not closed"), "{open}");
    let rows = "3,4,1\n".repeat(100_000);
    let open = message(read(format!("x,y,z\n1,2,0\n1,\"2,0\n{rows}")));
    assert!(open.contains("line 3: a quotation mark opens"), "{open}");
    let broken = message(read("x,y\n1,\"2\n3,4\n5,\"6\n"));
    assert!(broken.contains("line 2: the cell \"2\\n3,4\\n5,\" has several lines"), "{broken}");
    let marks = message(read("x,y\na,\"5\" pipe\"\nb,c\n"));
    assert!(marks.contains("line 2: the quoted cell \"5\" is followed by more text"), "{marks}");
    let latin = message(read(b"name,x\nM\xfcller,1\nMeier,2\n"));
    assert!(
        latin.contains("line 2, column 1 (\"name\")") && latin.contains("save the file in UTF-8"),
        "{latin}"
    );
    let long = message(read("1,".repeat(9_000_000)));
    assert!(long.contains("columns; at most 65536 can be read"), "{long}");
    let endless = message(read(format!("1,2\n3,{}", "x".repeat(18_000_000))));
    assert!(endless.contains("more than 16 MiB"), "{endless}");
    let twice = message(read("x,y,x\n1,2,3\n"));
    assert!(twice.contains("column 3 (\"x\"): two columns have the name \"x\""), "{twice}");
}

#[test]
fn a_file_without_rows_is_refused() {
    for content in ["", "\n\n", "x,y\n", "# nothing\n", "\u{feff}"] {
        let message = message(read(content));
        assert!(message.contains("there are no examples"), "{content:?}: {message}");
    }
    let absent = read_table("absent.csv", &TableOptions::default()).unwrap_err().to_string();
    assert!(absent.contains("absent.csv: cannot be read"), "{absent}");
}

#[test]
fn other_encodings_formats_and_separators_are_named() {
    let text = "x,y\n1,2\n";
    let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let little = [b"\xff\xfe", &*wide(u16::to_le_bytes)].concat();
    for content in [little, wide(u16::to_le_bytes), wide(u16::to_be_bytes)] {
        assert!(message(read(content)).ends_with("the text is encoded in UTF-16; save it in UTF-8"));
    }
    assert!(message(read(b"PAR1 etc")).contains("this is a Parquet file, not a table that can be read"));
    assert!(message(read("1 2 3\n4 5 6\n")).contains("the columns are separated by spaces"));
}

#[test]
fn commas_that_may_be_before_thousands_are_refused() {
    let thousands = message(read("x;y\n1,234;5\n2,500;6\n"));
    assert!(thousands.contains("the comma in \"1,234\" may be before thousands or decimals"), "{thousands}");
    let mixed = message(read("x;y\n1,5;2.5\n"));
    assert!(mixed.contains("\"1,5\" has a decimal comma, but \"2.5\" elsewhere a decimal point"), "{mixed}");
    let told = TableOptions { decimal: Some(b','), ..TableOptions::default() };
    assert_eq!(numbers(&read_as("x;y\n1,234;5\n", &told).unwrap(), 0), [1.234]);
    // What is no number in the notation that was asked for is a text.
    assert_eq!(texts(&read_as("x;y\n1,5;5\n2.5;6\n", &told).unwrap(), 0), ["1,5", "2.5"]);
}

#[test]
fn decimal_commas_within_quotation_marks_are_named() {
    let content = "name,x,y\na,\"5,1\",1\nb,7,2\n";
    for content in [content, "name,x,y\na,\"1,234\",1\n"] {
        let message = message(read(content));
        assert!(message.contains("the column \"x\" has numbers with a comma within quotation marks"));
        assert!(message.contains("--decimal comma") && message.contains("--decimal point"), "{message}");
    }
    let decimal = |byte| TableOptions { decimal: Some(byte), ..TableOptions::default() };
    assert_eq!(numbers(&read_as(content, &decimal(b',')).unwrap(), 1), [5.1, 7.0]);
    assert_eq!(texts(&read_as(content, &decimal(b'.')).unwrap(), 1), ["5,1", "7"]);
    let places = read("place,y\n\"5,1\",1\nhome,2\n").unwrap();
    assert_eq!(texts(&places, 0), ["5,1", "home"], "a column with other texts is one of texts");
    // Far down, after the kinds were settled.
    let rows = "3,4\n".repeat(400_000);
    assert!(message(read(format!("x,y\n{rows}\"5,1\",2\n"))).contains("\"5,1\""));
}

#[test]
fn a_comment_above_the_data_names_the_columns_if_it_fits() {
    // As numpy.savetxt writes it.
    let table = read("# made by a program\n# width,height\n1.0e+00,2.0e+00\n3.0e+00,4.0e+00\n").unwrap();
    assert!(names(&table) == ["width", "height"] && table.has_header() && table.rows() == 2);
    assert_eq!(table.notes(), ["the columns have the names in the comment above them: width, height"]);
    assert_eq!([table.line(0), table.line(1)], [Some(3), Some(4)]);
    for other in ["# width\n1,2\n", "# 5,6\n1,2\n", "# x,x\n1,2\n", "# a,b\nx,y\n1,2\n"] {
        let table = read(other).unwrap();
        assert!(!names(&table).contains(&"a") && !names(&table)[0].contains("width"), "{other:?}");
    }
    let told = TableOptions { header: Some(false), ..TableOptions::default() };
    assert!(!read_as("# x,y\n1,2\n", &told).unwrap().has_header());
}

#[test]
fn times_in_seconds_keep_their_digits() {
    let rows: String = (0..60).map(|i| format!("17000000{i:02}.25,{}\n", i % 2)).collect();
    let table = read(format!("t,class\n{rows}")).unwrap();
    assert!((0..60).all(|i| numbers(&table, 0)[i] == 1_700_000_000.25 + i as f64));
}

#[test]
fn options_decide_what_would_be_detected() {
    let semicolon = TableOptions { delimiter: Some(b';'), ..TableOptions::default() };
    assert_eq!(texts(&read_as("a;b,c\n1;2,3,4\n", &semicolon).unwrap(), 1), ["2,3,4"]);
    let missing = TableOptions { missing: vec!["-999".into()], ..TableOptions::default() };
    assert!(numbers(&read_as("x,y\n-999,1\n2,3\n", &missing).unwrap(), 0)[0].is_nan());
    let kinds = vec![("x".to_owned(), ColumnKind::Texts)];
    let kinds = TableOptions { kinds, ..TableOptions::default() };
    assert_eq!(texts(&read_as("x,y\n01,1\n1,3\n", &kinds).unwrap(), 0), ["01", "1"]);
    let kinds = vec![("x".to_owned(), ColumnKind::Numbers), ("day".to_owned(), ColumnKind::Dates)];
    let kinds = TableOptions { kinds, ..TableOptions::default() };
    let refused = message(read_as("x,day\n1,2024-01-01\nb,2024-01-01\n", &kinds));
    assert!(refused.contains("line 3, column 1 (\"x\"): \"b\" must be a finite number"), "{refused}");
    let refused = message(read_as("x,day\n1,2024-01-01\n2,tomorrow\n", &kinds));
    assert!(refused.contains("line 3, column 2 (\"day\"): \"tomorrow\" must be a date"), "{refused}");
    let names = TableOptions { names: vec!["0".into(), "1".into()], ..TableOptions::default() };
    assert!(read_as("0,1\n5,6\n", &names).unwrap().has_header());
}

#[test]
fn a_file_is_read_in_a_random_order_with_every_row_once_per_epoch() {
    // Six megabytes: two pieces.
    let rows: String = (0..420_000).map(|i| format!("{i},{},w{}\n", i % 1000, i % 3)).collect();
    let Given { path, .. } = &given("points.csv", format!("\u{feff}n,x,word\n{rows}"));
    let open = |seed| ShuffledTable::open(path, &TableOptions::default(), seed).unwrap();
    let table = open(7);
    assert_eq!((table.rows(), table.names()), (420_000, &["n".into(), "x".into(), "word".into()][..]));
    let epoch = |table: &ShuffledTable, epoch| {
        let mut order = Vec::new();
        for piece in table.epoch(epoch) {
            let piece = piece.unwrap();
            for i in [0, piece.rows() - 1] {
                let n = numbers(&piece, 0)[i];
                assert_eq!(piece.columns()[2].values.text(i), Some(format!("w{}", n % 3.0).into()));
                assert_eq!(piece.line(i), Some(n as usize + 2));
            }
            order.extend_from_slice(numbers(&piece, 0));
        }
        order
    };
    let first = epoch(&table, 0);
    let mut sorted = first.clone();
    sorted.sort_by(f64::total_cmp);
    assert!(sorted.iter().enumerate().all(|(i, &n)| n == i as f64) && sorted.len() == 420_000);
    assert!(first == epoch(&open(7), 0) && first != epoch(&table, 1) && first != epoch(&open(8), 0));
    // Neighbours are as far apart as those of a shuffle within a piece, whose rows are two thirds of all.
    let apart = first.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>() / 419_999.0;
    assert!(apart > 50_000.0, "{apart}");
    assert!(table.sample().unwrap().rows() > 100_000);
}

#[test]
fn blocks_of_a_table_are_small_even_if_its_rows_are_short() {
    // A row of six bytes becomes three numbers, which are copied on the way to a prediction.
    let Given { path, .. } = &given("zeros.csv", "0,0,0\n".repeat(500_000));
    let blocks = TableBlocks::open(path, &TableOptions::default()).unwrap();
    let rows: Vec<usize> = blocks.map(|block| block.unwrap().rows()).collect();
    assert!(rows.iter().all(|&rows| rows < 200_000), "{rows:?}");
    assert_eq!(rows.iter().sum::<usize>(), 500_000);
}

#[test]
fn what_cannot_be_read_in_any_order_is_refused() {
    let gzip = given("points.csv.gz", compressed("x,y\n1,2\n"));
    let refused = ShuffledTable::open(&gzip.path, &TableOptions::default(), 7).err().unwrap().to_string();
    assert!(refused.contains("points.csv.gz") && refused.contains("decompress it first"), "{refused}");
    let ragged = given("points.csv", "x,y\n1,2\n3\n");
    let refused = ShuffledTable::open(&ragged.path, &TableOptions::default(), 7).err().unwrap().to_string();
    assert!(refused.contains("line 3: the row has 1 columns, must have 2"), "{refused}");
    let empty = given("points.csv", "x,y\n");
    let refused = ShuffledTable::open(&empty.path, &TableOptions::default(), 7).err().unwrap().to_string();
    assert!(refused.contains("there are no examples"), "{refused}");
}
