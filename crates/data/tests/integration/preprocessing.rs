//! The encoding of tables: roles of columns, tasks, missing values, categories, and tables for predictions.

use crate::files::given;
use wengert_data::{
    DataError, Dataset, Missing, Preprocessing, PreprocessingOptions, Shares, Table, TableOptions, Targets,
    Task, UnknownCategory, read_table,
};

fn read(content: &str) -> Table {
    read_table(given("points.csv", content).path, &TableOptions::default()).unwrap()
}

fn fit(content: &str, options: &PreprocessingOptions) -> Result<Preprocessing, DataError> {
    let table = read(content);
    Preprocessing::fit(&table, 0..table.rows(), options)
}

fn data(content: &str, options: &PreprocessingOptions) -> Result<Dataset<f64>, DataError> {
    fit(content, options)?.dataset(&read(content))
}

fn target(name: &str) -> PreprocessingOptions {
    PreprocessingOptions { targets: vec![name.to_owned()], ..PreprocessingOptions::default() }
}

fn missing(missing: Missing) -> PreprocessingOptions {
    PreprocessingOptions { missing, ..PreprocessingOptions::default() }
}

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T, DataError>) -> String {
    let message = result.expect_err("should be refused").to_string();
    assert!(message.contains("points.csv") && message.len() < 700, "{message}");
    message
}

/// Rows of a number and what `last` says.
fn rows(count: usize, last: impl Fn(usize) -> String) -> String {
    (0..count).map(|i| format!("{}.5,{}\n", i * 7 % 10, last(i))).collect()
}

#[test]
fn texts_and_few_whole_numbers_are_classes_and_other_numbers_are_values() {
    let task = |last: fn(usize) -> String| {
        let fitted = fit(&format!("x,y\n{}", rows(60, last)), &PreprocessingOptions::default()).unwrap();
        (fitted.class_names().map(<[String]>::to_vec), fitted.task_reason().to_owned())
    };
    let (names, why) = task(|i| ["b", "a", "c"][i % 3].to_owned());
    assert_eq!(names.unwrap(), ["a", "b", "c"]);
    assert_eq!(why, "classification of \"y\": the target has texts; 3 classes");
    let (names, why) = task(|i| ["1", "2.0", "5"][i % 3].to_owned());
    assert_eq!(names.unwrap(), ["1", "2", "5"], "the classes are those that occur, without gaps");
    assert!(
        why.starts_with("classification of \"y\": the target has 3 different whole numbers; --task"),
        "{why}"
    );
    assert!(task(|i| ["true", "false"][i % 2].to_owned()).0.unwrap() == ["false", "true"]);
    let (names, why) = task(|i| (i * i % 47).to_string());
    assert!(
        names.is_none() && why.starts_with("regression of \"y\": the target has many different whole"),
        "{why}"
    );
    let (names, why) = task(|i| (i as f64 / 2.0).to_string());
    assert!(names.is_none() && why == "regression of \"y\": the target has numbers with decimals", "{why}");
}

#[test]
fn labels_from_one_make_no_phantom_class() {
    let data = data(&format!("x,y\n{}", rows(30, |i| (1 + i % 3).to_string())), &target("y")).unwrap();
    let Targets::Classes { labels, classes } = data.targets() else { panic!("{data:?}") };
    assert_eq!((*classes, &labels[..4]), (3, &[0, 1, 2, 0][..]));
    assert_eq!(data.class_names().unwrap(), ["1", "2", "3"]);
    assert_eq!(
        (data.feature_names().unwrap(), data.target_names().unwrap()),
        (&["x".into()][..], &["y".into()][..])
    );
}

#[test]
fn implausible_targets_are_refused() {
    let one = message(fit("x,y\n1,a\n2,a\n3,a\n", &target("y")));
    assert!(one.contains("column 2 (\"y\"): the target has one class only, \"a\""), "{one}");
    let names = format!("x,y\n{}", rows(40, |i| format!("name {}", i / 2)));
    let many = message(fit(&names, &target("y")));
    assert!(many.contains("has 20 classes in 40 rows, about one for each; choose another column"), "{many}");
    let asked = PreprocessingOptions { task: Some(Task::Classification), ..target("y") };
    assert_eq!(fit(&names, &asked).unwrap().class_names().unwrap().len(), 20);
    let regression = PreprocessingOptions { task: Some(Task::Regression), ..target("y") };
    let text = message(fit("x,y\n1,2\n2,a\n3,4\n", &regression));
    assert!(
        text.contains("line 3, column 2 (\"y\"): \"a\" is not a number, which the target of a"),
        "{text}"
    );
    let dates = PreprocessingOptions { task: Some(Task::Classification), ..target("y") };
    assert!(message(fit("x,y\n1,2024-01-01\n2,2024-01-02\n", &dates)).contains("the target has dates"));
}

#[test]
fn the_target_is_named_numbered_or_the_last_column() {
    let content = "a,b,c\n0,1.5,2\n1,2.5,4\n0,1,6.5\n1,2,3\n0,1,3\n1,2,3\n";
    for (name, wanted) in [("b", "b"), ("2", "b"), ("a", "a")] {
        assert_eq!(fit(content, &target(name)).unwrap().target_names(), [wanted]);
    }
    assert_eq!(fit(content, &PreprocessingOptions::default()).unwrap().target_names(), ["c"]);
    for wrong in ["d", "0", "4", ""] {
        assert!(message(fit(content, &target(wrong))).contains("The names are a, b, c"));
    }
    assert!(message(fit("length,width\n1,2\n", &target("widht"))).contains("did you mean \"width\"?"));
    let both = PreprocessingOptions { drop: vec!["b".into()], ..target("b") };
    assert!(message(fit(content, &both)).contains("the column \"b\" has two roles"));
    let none = PreprocessingOptions { drop: vec!["a".into(), "b".into()], ..target("c") };
    assert!(message(fit(content, &none)).contains("no column is left as an input"));
    let several =
        PreprocessingOptions { targets: vec!["b".into(), "c".into()], ..PreprocessingOptions::default() };
    let data = data(content, &several).unwrap();
    assert!(matches!(data.targets(), Targets::Values { width: 2, values } if values[..2] == [1.5, 2.0]));
}

#[test]
fn a_column_that_looks_like_the_target_must_be_confirmed_or_denied() {
    let first =
        format!("label,x,z\n{}", (0..30).map(|i| format!("{},{}.5,{i}.25\n", i % 3, i)).collect::<String>());
    let ask = message(fit(&first, &PreprocessingOptions::default()));
    assert!(ask.contains("say --target \"label\" or --target \"z\""), "{ask}");
    let bare: String = (0..30).map(|i| format!("{},{}.5,{i}.25\n", 1 + i % 3, i)).collect();
    let ask = message(fit(&bare, &PreprocessingOptions::default()));
    assert!(ask.contains("say --target \"1\" or --target \"3\""), "{ask}");
    assert_eq!(fit(&bare, &target("1")).unwrap().class_names().unwrap(), ["1", "2", "3"]);
}

#[test]
fn an_index_of_pandas_is_left_out_and_reported() {
    for name in ["", "Unnamed: 0"] {
        let content = format!(
            "{name},x,y\n{}",
            (0..30).map(|i| format!("{i},{}.5,{}\n", i % 4, i % 2)).collect::<String>()
        );
        let fitted = fit(&content, &PreprocessingOptions::default()).unwrap();
        assert_eq!(fitted.feature_names(), ["x"]);
        assert_eq!(fitted.notes(), ["column 1 has no name and numbers the rows; it is left out"]);
        // With the index or without it, and with other numbers in it.
        assert_eq!(fitted.features(&read("x\n1\n")).unwrap(), [1.0]);
        assert_eq!(fitted.features(&read(&format!("{name},x\n9,1\n"))).unwrap(), [1.0]);
    }
    let id =
        format!("id,x,y\n{}", (1..31).map(|i| format!("{i},{}.5,{}\n", i % 4, i % 2)).collect::<String>());
    let fitted = fit(&id, &PreprocessingOptions::default()).unwrap();
    assert_eq!(
        fitted.notes(),
        ["\"id\" numbers the rows; leave it out with --drop \"id\" unless it is an input"]
    );
}

#[test]
fn texts_are_one_hot_up_to_a_limit() {
    let content = "colour,x,y\nred,1,0\nblue,2,1\nred,3,1\ngreen,4,0\n";
    let data = data(content, &target("y")).unwrap();
    assert_eq!(data.feature_names().unwrap(), ["colour=blue", "colour=green", "colour=red", "x"]);
    assert_eq!(data.row(0), [0.0, 0.0, 1.0, 1.0]);
    assert_eq!(data.row(1), [1.0, 0.0, 0.0, 2.0]);
    let two = PreprocessingOptions { most_categories: 2, ..target("y") };
    let many = message(fit(content, &two));
    let limit =
        "the column \"colour\" has 3 different texts, more than the limit of 2; leave it out with --drop";
    assert!(many.contains(limit), "{many}");
    let numbers: String = (0..200)
        .map(|i| format!("{},{}\n", if i == 100 { "x1.5".into() } else { i.to_string() }, i % 2))
        .collect();
    let cell = message(fit(&format!("a,y\n{numbers}"), &target("y")));
    assert!(
        cell.contains("line 102, column 1 (\"a\"): \"x1.5\" is not a number, unlike most cells"),
        "{cell}"
    );
}

#[test]
fn missing_values_are_refused_filled_left_out_or_indicated() {
    let content = "x,colour,y\n1,red,0\n,blue,1\n4,,1\n10,blue,0\n";
    let refused = message(data(content, &missing(Missing::Refuse)));
    assert!(
        refused.contains("line 3, column 1 (\"x\"): the value is missing; fill it in, or say"),
        "{refused}"
    );
    let row = |option, row| data(content, &missing(option)).unwrap().row(row).to_vec();
    // Columns: x, colour=blue, colour=red.
    assert_eq!((row(Missing::Mean, 1), row(Missing::Mean, 2)), (vec![5.0, 1.0, 0.0], vec![4.0, 1.0, 0.0]));
    assert_eq!(row(Missing::Median, 1), [4.0, 1.0, 0.0]);
    let dropped = data(content, &missing(Missing::Drop)).unwrap();
    assert_eq!((dropped.examples(), dropped.row(1)), (2, &[10.0, 1.0, 0.0][..]));
    // Columns: x, x is missing, colour=blue, colour=red, colour is missing.
    assert_eq!(row(Missing::Indicator, 0), [1.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(row(Missing::Indicator, 1), [5.0, 1.0, 1.0, 0.0, 0.0]);
    assert_eq!(row(Missing::Indicator, 2), [4.0, 0.0, 0.0, 0.0, 1.0]);
    let empty = message(fit("x,z,y\n1,,0\n2,,1\n3,,1\n", &missing(Missing::Mean)));
    assert!(
        empty.contains("the column \"z\" has no values in the training rows; leave it out with --drop"),
        "{empty}"
    );
    for option in [Missing::Refuse, Missing::Mean, Missing::Indicator] {
        let target = message(data("x,y\n1,0\n2,\n3,1\n4,1\n", &missing(option)));
        assert!(target.contains("line 3, column 2 (\"y\"): the value of the target is missing"), "{target}");
    }
    assert_eq!(data("x,y\n1,0\n2,\n3,1\n4,1\n", &missing(Missing::Drop)).unwrap().examples(), 3);
}

#[test]
fn what_replaces_missing_values_is_that_of_the_training_rows() {
    let table = read("x,y\n1,0\n,1\n3,1\n100,0\n");
    let fitted = Preprocessing::fit(&table, [0, 2], &missing(Missing::Mean)).unwrap();
    assert_eq!(fitted.features(&table).unwrap(), [1.0, 2.0, 3.0, 100.0]);
    let indicator = Preprocessing::fit(&table, [0, 2], &missing(Missing::Indicator)).unwrap();
    let refused = message(indicator.features(&table));
    assert!(
        refused.contains("line 3") && refused.contains("none was in this column when the model was"),
        "{refused}"
    );
}

#[test]
fn infinite_values_are_refused_with_their_place() {
    let refused = message(data("x,y\n1,0\n1e999,1\n2,1\n", &target("y")));
    assert!(refused.contains("line 3, column 1 (\"x\"): inf must be a finite number"), "{refused}");
    let refused = message(data("x,y\n1,0.5\n1,inf\n2,1\n", &target("y")));
    assert!(refused.contains("line 3, column 2 (\"y\"): inf must be a finite number"), "{refused}");
}

#[test]
fn columns_for_predictions_are_matched_by_name() {
    let fitted = fit("a,b,y\n1,10,u\n2,20,v\n3,30,u\n4,40,v\n", &target("y")).unwrap();
    for same in ["a,b\n1,10\n", "b,a\n10,1\n", "y,b,a\nu,10,1\n"] {
        assert_eq!(fitted.features(&read(same)).unwrap(), [1.0, 10.0], "{same:?}");
    }
    let lacks = message(fitted.features(&read("a,c\n1,2\n")));
    assert!(lacks.contains("the model needs the columns b, which the table lacks"), "{lacks}");
    let extra = message(fitted.features(&read("a,b,c\n1,2,3\n")));
    assert!(
        extra.contains("the model does not know the columns c; remove them. It knows a, b, y"),
        "{extra}"
    );
    // Without a header, by the order of the training table.
    assert_eq!(fitted.features(&read("1,10\n")).unwrap(), [1.0, 10.0]);
    assert_eq!(fitted.features(&read("1,10,u\n")).unwrap(), [1.0, 10.0]);
    assert!(
        fitted.targets(&read("1,10,u\n")).unwrap().is_some()
            && fitted.targets(&read("1,10\n")).unwrap().is_none()
    );
    let count = message(fitted.features(&read("1,20,3,4\n5,6,7,8\n")));
    assert!(
        count.contains("there are 4 columns; without a header, the model needs its 2 inputs, or all 3"),
        "{count}"
    );
    let kind = message(fitted.features(&read("a,b\n1,10\nx,20\n")));
    assert!(
        kind.contains("line 3, column 1 (\"a\"): \"x\" should be one of the numbers that this column"),
        "{kind}"
    );
}

#[test]
fn unknown_texts_and_classes_are_refused_or_no_category() {
    let content = "colour,y\nred,u\nblue,v\nred,v\nblue,u\n";
    let fitted = fit(content, &target("y")).unwrap();
    let unknown = message(fitted.features(&read("colour\nred\ngreen\n")));
    assert!(
        unknown.contains("line 3, column 1 (\"colour\"): \"green\" did not occur in this column"),
        "{unknown}"
    );
    let zeros = PreprocessingOptions { unknown: UnknownCategory::Zeros, ..target("y") };
    let zeros = fit(content, &zeros).unwrap();
    assert_eq!(zeros.features(&read("colour\nred\ngreen\n")).unwrap(), [0.0, 1.0, 0.0, 0.0]);
    let class = message(fitted.targets(&read("colour,y\nred,u\nred,w\n")));
    assert!(class.contains("line 3, column 2 (\"y\"): the class \"w\" is not one of the model"), "{class}");
}

#[test]
fn kinds_for_predictions_are_those_of_training() {
    // All colours and classes of the second table look like numbers. Categories: 02, 1, red.
    let fitted = fit("colour,x,y\n1,1,a\n02,2,1\nred,3,a\n1,4,1\n", &target("y")).unwrap();
    let options = fitted.table_options();
    let table = read_table(given("points.csv", "colour,x,y\n02,5,1\n1,6,1\n").path, &options).unwrap();
    assert_eq!(fitted.features(&table).unwrap(), [1.0, 0.0, 0.0, 5.0, 0.0, 1.0, 0.0, 6.0]);
}

#[test]
fn a_preprocessing_survives_json_and_hostile_json_is_refused() {
    let rows =
        ["2024-01-01,1,red,1,u", "2024-01-02,,blue,2,v", "2024-01-04,3,red,1,v", "2024-01-03,4,blue,1,u"];
    let content = &format!("d,x,colour,w,y\n{}\n", rows.join("\n"));
    let options =
        PreprocessingOptions { weight: Some("w".into()), missing: Missing::Indicator, ..target("y") };
    let fitted = fit(content, &options).unwrap();
    let json = serde_json::to_string(&fitted).unwrap();
    let back: Preprocessing = serde_json::from_str(&json).unwrap();
    assert_eq!(
        back.dataset(&read(content)).unwrap().features(),
        fitted.dataset(&read(content)).unwrap().features()
    );
    assert_eq!(serde_json::to_string(&back).unwrap(), json);
    assert_eq!(fitted.dataset(&read(content)).unwrap().weights().unwrap(), [1.0, 2.0, 1.0, 1.0]);
    for (part, instead) in [
        ("\"columns\":[\"d\"", "\"columns\":[\"x\""),
        ("\"names\":[\"u\",\"v\"]", "\"names\":[\"u\",\"u\"]"),
        ("\"names\":[\"u\",\"v\"]", "\"names\":[\"u\"]"),
        ("[\"blue\",\"red\"]", "[\"red\",\"red\"]"),
        ("[\"blue\",\"red\"]", "[]"),
        ("\"weight\":\"w\"", "\"weight\":\"x\""),
        ("\"missing\":\"indicator\"", "\"missing\":\"guess\""),
    ] {
        let hostile = json.replacen(part, instead, 1);
        assert_ne!(hostile, json, "{part}");
        assert!(serde_json::from_str::<Preprocessing>(&hostile).is_err(), "{instead}");
    }
}

#[test]
fn a_table_is_prepared_in_one_call() {
    let content = format!(
        "x,y\n{}",
        rows(200, |i| if i == 3 { "".into() } else { ["u", "v"][usize::from(i % 4 == 0)].into() })
    );
    let table = read(&content);
    let shares = Shares { validation: 0.2, test: 0.1, seed: 7 };
    let prepared = table.prepare(&missing(Missing::Drop), &shares).unwrap();
    let split = &prepared.split;
    assert_eq!([split.train.examples(), split.validation.examples(), split.test.examples()], [139, 40, 20]);
    assert_eq!(prepared.notes, ["1 of 200 rows have missing values and are left out"]);
    for (part, size) in [(&split.train, 35.0), (&split.validation, 10.0), (&split.test, 5.0)] {
        let Targets::Classes { labels, .. } = part.targets() else { panic!("{part:?}") };
        let found = labels.iter().filter(|&&label| label == 1).count() as f64;
        assert!((found - size).abs() < 2.0, "{found} of the smaller class");
        assert_eq!(part.preprocessing(), Some(&prepared.preprocessing));
    }
    assert_eq!(table.prepare(&missing(Missing::Drop), &shares).unwrap(), prepared);
    let whole = read(&format!("x,y\n{}", rows(20, |i| (i % 2).to_string()))).target("y").unwrap();
    assert_eq!((whole.examples(), whole.width()), (20, 1));
}

#[test]
fn times_in_seconds_are_standardised_before_they_are_rounded() {
    let content =
        format!("t,y\n{}", (0..60).map(|i| format!("17000000{i:02},{}\n", i / 30)).collect::<String>());
    let prepared = read(&content).prepare(&target("y"), &Shares::default()).unwrap();
    let split = prepared.split.standardised().cast::<f32>();
    let mut times: Vec<f32> = split.train.features().to_vec();
    times.sort_by(f32::total_cmp);
    // The deviation of 0, 1, ..., 59 is sqrt((60^2 - 1) / 12).
    let step = 1.0 / (3599.0_f64 / 12.0).sqrt();
    assert!(times.windows(2).all(|pair| (f64::from(pair[1] - pair[0]) - step).abs() < 1e-6), "{times:?}");
}
