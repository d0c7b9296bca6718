//! Ordinary tables through `train`, `evaluate` and `predict`.

use crate::program::{assert_failed, assert_rejected, json_of, output_of, wengert, written};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Noise in [-0.5, 0.5) that is the same in every run.
fn noise(i: usize) -> f64 {
    ((i as f64 * 12.9898).sin() * 43758.5453).rem_euclid(1.0) - 0.5
}

/// A run of the program with text on standard input.
fn with_input(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    program.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    program.wait_with_output().unwrap()
}

/// A table of flowers whose columns are in the given order, with the class as a text.
fn flowers(order: [usize; 5]) -> String {
    let text = output_of(&["data", "write", "iris"]);
    let permuted = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        order.map(|i| cells[i]).join(",") + "\n"
    };
    text.lines().map(permuted).collect()
}

fn trained(folder: &Path, data: &str, options: &[&str]) -> (serde_json::Value, String) {
    let model = folder.join("model.safetensors").to_str().unwrap().to_owned();
    let arguments = [&["train", data, "--json", "--save", &model], options].concat();
    (json_of(&arguments), model)
}

#[test]
fn a_target_of_many_numbers_is_a_regression_and_the_program_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let row = |i: usize| format!("{},{},{}\n", i % 97, i % 11, 100 + 3 * (i % 97) + 7 * (i % 11));
    let text = format!("size,age,price\n{}", (0..800).map(row).collect::<String>());
    let data = written(folder.path(), "houses.csv", &text);
    let model = folder.path().join("houses.safetensors");
    let model = model.to_str().unwrap();
    let run = wengert(&["train", &data, "--epochs", "40", "--save", model]);
    let message = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.success() && message.contains("note: regression of \"price\": "), "{message}");
    let table = String::from_utf8(run.stdout).unwrap();
    assert!(table.contains("R^2") && table.contains("RMSE") && !table.contains("accuracy"), "{table}");
    let report = json_of(&["evaluate", model, &data, "--json"]);
    assert_eq!(report["task"], "regression");
    assert!(report["metrics"]["r_squared"].as_f64().unwrap() > 0.99, "{report}");
    assert!(report["baseline"]["r_squared"].as_f64().unwrap().abs() < 1e-9, "{report}");
    let predicted = output_of(&["predict", model, &data]);
    let lines: Vec<&str> = predicted.lines().collect();
    assert_eq!((lines[0], lines.len()), ("price", 801));
    // Row 1 has the price 110.
    assert!((lines[2].parse::<f64>().unwrap() - 110.0).abs() < 15.0, "{}", lines[2]);
}

#[test]
fn labels_that_count_from_one_make_no_class_zero() {
    let folder = tempfile::tempdir().unwrap();
    let row = |i: usize| format!("{:.3},{:.3},{}\n", (i % 3) as f64 + noise(i), noise(i + 7), 1 + i % 3);
    let data = written(
        folder.path(),
        "labels.csv",
        &format!("width,height,kind\n{}", (0..300).map(row).collect::<String>()),
    );
    let (report, model) = trained(folder.path(), &data, &["--epochs", "30"]);
    assert!(report["notes"][0].as_str().unwrap().contains("3 classes"), "{report}");
    let evaluated = json_of(&["evaluate", &model, &data, "--json"]);
    let names: Vec<&str> = evaluated["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|class| class["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["1", "2", "3"]);
    assert!(output_of(&["predict", &model, &data]).starts_with("class,p(1),p(2),p(3)\n"));
}

#[test]
fn a_label_in_the_first_column_is_asked_for_or_named_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let wine = output_of(&["data", "write", "wine"]);
    let first = |line: &str| {
        let (features, class) = line.rsplit_once(',').unwrap();
        format!("{class},{features}\n")
    };
    // As in the file of UCI: without a header, and with numbers for the classes.
    let rows: String = wine.lines().skip(1).map(first).collect();
    let classes: Vec<&str> = {
        let mut classes: Vec<&str> = rows.lines().map(|row| row.split(',').next().unwrap()).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    };
    let numbered: String = rows
        .lines()
        .map(|row| {
            let (class, rest) = row.split_once(',').unwrap();
            format!("{},{rest}\n", 1 + classes.iter().position(|known| *known == class).unwrap())
        })
        .collect();
    let data = written(folder.path(), "wine.csv", &numbered);
    assert_rejected(1, &["train", &data], &["which column is the target?", "--target \"1\""]);
    let (report, _) = trained(folder.path(), &data, &["--target", "1", "--test", "0.2"]);
    assert!(report["test_accuracy"].as_f64().unwrap() > 0.9, "{report}");
    assert_eq!(report["evaluation"]["classes"].as_array().unwrap().len(), 3);
}

#[test]
fn a_header_of_numbers_is_a_question_or_told_and_never_a_silent_row() {
    let folder = tempfile::tempdir().unwrap();
    let row = |i: usize| format!("{},{},{}\n", i % 7, i % 5, i % 2);
    let rows: String = (0..40).map(row).collect();
    let counted = written(folder.path(), "counted.csv", &format!("0,1,2\n{rows}"));
    assert_rejected(1, &["train", &counted], &["counted.csv", "--header yes", "--header no"]);
    let years = written(folder.path(), "years.csv", &format!("1990,2005,2020\n{rows}"));
    let run = wengert(&["train", &years, "--epochs", "1"]);
    let message = String::from_utf8(run.stderr).unwrap();
    let part = "the first row (1990, 2005, 2020) is taken for data, not for names; --header yes";
    assert!(message.contains(part), "{message}");
    let (report, model) = trained(folder.path(), &years, &["--header", "yes", "--epochs", "1"]);
    assert_eq!(report["examples"], 40);
    assert_eq!(json_of(&["inspect", &model, "--json"])["features"], serde_json::json!(["1990", "2005"]));
    // The model knows the names, so that the header is one in a prediction too.
    assert_eq!(output_of(&["predict", &model, &years]).lines().count(), 41);
}

#[test]
fn a_first_row_of_missing_values_is_not_swallowed() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..60).map(|i| format!("{},{},{}\n", i % 7, i % 5, i % 2)).collect();
    let data = written(folder.path(), "gaps.csv", &format!("NA,?,0\n{rows}"));
    assert_rejected(1, &["train", &data], &["gaps.csv", "line 1", "missing", "--missing"]);
    for (how, examples) in [("mean", 61), ("median", 61), ("indicator", 61), ("drop", 60)] {
        let (report, _) = trained(folder.path(), &data, &["--missing", how, "--epochs", "1"]);
        assert_eq!(report["examples"], examples, "{how}");
    }
    let run = wengert(&["evaluate", folder.path().join("model.safetensors").to_str().unwrap(), &data]);
    let message = String::from_utf8(run.stderr).unwrap();
    assert!(message.contains("note: 1 of 61 rows have missing values and are left out"), "{message}");
}

#[test]
fn times_in_seconds_are_learnt_to_their_last_digits() {
    let folder = tempfile::tempdir().unwrap();
    // The class changes every minute of an hour: half a minute at 1.7e9 is below the resolution of f32.
    let row = |i: u64| {
        let time = 1_700_000_000 + (i * 7919) % 3600;
        format!("{time},{}\n", u64::from(time % 3600 >= 1800))
    };
    let text = format!("time,late\n{}", (0..2000).map(row).collect::<String>());
    let data = written(folder.path(), "times.csv", &text);
    let (report, model) = trained(folder.path(), &data, &["--test", "0.2"]);
    assert!(report["test_accuracy"].as_f64().unwrap() > 0.98, "{report}");
    let evaluated = json_of(&["evaluate", &model, &data, "--json"]);
    assert!(evaluated["metrics"]["accuracy"].as_f64().unwrap() > 0.98, "{evaluated}");
}

#[test]
fn columns_are_matched_by_name_and_others_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ordered = written(folder.path(), "ordered.csv", &flowers([0, 1, 2, 3, 4]));
    let permuted = written(folder.path(), "permuted.csv", &flowers([3, 1, 4, 0, 2]));
    let (_, model) = trained(folder.path(), &ordered, &["--epochs", "30"]);
    assert_eq!(output_of(&["predict", &model, &ordered]), output_of(&["predict", &model, &permuted]));
    let accuracy = |data: &str| json_of(&["evaluate", &model, data, "--json"])["metrics"]["accuracy"].clone();
    assert_eq!(accuracy(&ordered), accuracy(&permuted));
    assert!(accuracy("iris").as_f64().unwrap() > 0.9);
    let text = fs::read_to_string(&ordered).unwrap();
    let narrow: String = text.lines().map(|line| line.split_once(',').unwrap().1.to_owned() + "\n").collect();
    let narrow = written(folder.path(), "narrow.csv", &narrow);
    let name = text.split(',').next().unwrap();
    for command in ["predict", "evaluate"] {
        assert_rejected(1, &[command, &model, &narrow], &["narrow.csv", name]);
    }
    let header = text.lines().next().unwrap();
    let wide: String = text
        .lines()
        .map(|line| format!("{},{line}\n", if line == header { "height" } else { "1" }))
        .collect();
    let wide = written(folder.path(), "wide.csv", &wide);
    assert_rejected(1, &["predict", &model, &wide], &["wide.csv", "height"]);
}

#[test]
fn the_index_that_pandas_writes_is_no_feature_and_the_program_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let text = flowers([0, 1, 2, 3, 4]);
    let indexed: String = text
        .lines()
        .enumerate()
        .map(|(i, line)| format!("{},{line}\n", if i == 0 { String::new() } else { (i - 1).to_string() }))
        .collect();
    let data = written(folder.path(), "indexed.csv", &indexed);
    let (report, model) = trained(folder.path(), &data, &["--epochs", "20"]);
    let notes = report["notes"].to_string();
    assert!(
        notes.contains("index") || notes.contains("row numbers") || notes.contains("left out"),
        "{notes}"
    );
    assert_eq!(json_of(&["inspect", &model, "--json"])["features"].as_array().unwrap().len(), 4);
    // A table without the index is one for the model too.
    let plain = written(folder.path(), "plain.csv", &text);
    assert_eq!(output_of(&["predict", &model, &plain]), output_of(&["predict", &model, &data]));
}

#[test]
fn the_spiral_is_learnt_with_the_defaults() {
    let report = json_of(&["train", "spiral", "--test", "0.2", "--json"]);
    assert!(report["test_accuracy"].as_f64().unwrap() >= 0.95, "{report}");
}

#[test]
fn a_table_of_texts_dates_and_gaps_becomes_features() {
    let folder = tempfile::tempdir().unwrap();
    let row = |i: usize| {
        let city = ["Bonn", "Köln", "Trier"][i % 3];
        let area =
            if i.is_multiple_of(10) { String::new() } else { format!("{:.1}", 50.0 + 10.0 * noise(i)) };
        let sold = ["no", "yes"][usize::from(i % 3 == 1)];
        format!("{city};{area};2024-0{}-1{};{sold}\n", 1 + i % 9, i % 10).replace('.', ",")
    };
    let text = format!("city;area;date;sold\n{}", (0..300).map(row).collect::<String>());
    let data = written(folder.path(), "sales.csv", &text);
    let (report, model) = trained(folder.path(), &data, &["--missing", "indicator", "--epochs", "20"]);
    assert!(report["validation_accuracy"].as_f64().unwrap() > 0.95, "{report}");
    let inspected = json_of(&["inspect", &model, "--json"]);
    let features = inspected["features"].to_string();
    for part in ["city=Köln", "\"area\"", "area is missing", "\"date\""] {
        assert!(features.contains(part), "no {part} in {features}");
    }
    assert_eq!(inspected["classes"], serde_json::json!(["no", "yes"]));
    let new =
        written(folder.path(), "new.csv", "city;area;date\nKöln;61,5;2024-03-05\nUlm;61,5;2024-03-05\n");
    assert_rejected(1, &["predict", &model, &new], &["new.csv", "line 3", "Ulm", "--unknown"]);
    let lenient = ["--missing", "indicator", "--unknown", "zeros", "--epochs", "20"];
    let (_, model) = trained(folder.path(), &data, &lenient);
    let predicted = output_of(&["predict", &model, &new]);
    let classes: Vec<&str> = predicted.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!((classes[0], classes[1], classes.len()), ("class", "yes", 3), "{predicted}");
}

#[test]
fn predictions_are_read_from_standard_input_and_written_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = flowers([0, 1, 2, 3, 4]);
    let data = written(folder.path(), "flowers.csv", &text);
    let (_, model) = trained(folder.path(), &data, &["--epochs", "20"]);
    let from_file = output_of(&["predict", &model, &data]);
    let run = with_input(&["predict", &model, "-"], &text);
    assert_eq!(String::from_utf8(run.stdout).unwrap(), from_file);
    let target = folder.path().join("predictions.csv");
    let target = target.to_str().unwrap();
    assert_eq!(output_of(&["predict", &model, &data, "--output", target]), "");
    assert_eq!(fs::read_to_string(target).unwrap(), from_file);
    assert_rejected(1, &["predict", &model, &data, "--output", &data], &["is the input"]);
    assert_rejected(1, &["predict", &model, &data, "--output", &model], &["is the input"]);
    // A mistake in the last row leaves an old file as it was.
    let wrong = written(folder.path(), "wrong.csv", &format!("{text}5.1,tall,1.4,0.2,setosa\n"));
    assert_rejected(1, &["predict", &model, &wrong, "--output", target], &["wrong.csv", "line 152", "tall"]);
    assert_eq!(fs::read_to_string(target).unwrap(), from_file);
    let trained_from_input = with_input(&["train", "-", "--epochs", "1", "--json"], &text);
    assert!(trained_from_input.status.success());
    let json = json_of(&["predict", &model, &data, "--json"]);
    assert_eq!((&json["version"], json["rows"].as_array().unwrap().len()), (&1.into(), 150));
    assert_eq!(json["rows"][0]["class"], "setosa");
    let sum: f64 =
        json["rows"][0]["probabilities"].as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-9);
}

#[test]
fn parts_come_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let text = flowers([0, 1, 2, 3, 4]);
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let part = |rest: usize| -> String {
        let rows = rows.iter().enumerate().filter(|(i, _)| i % 3 == rest).map(|(_, row)| format!("{row}\n"));
        format!("{header}\n{}", rows.collect::<String>())
    };
    let [train, validation, test] =
        [0, 1, 2].map(|rest| written(folder.path(), &format!("part{rest}.csv"), &part(rest)));
    let report =
        json_of(&["train", &train, "--validation", &validation, "--test", &test, "--epochs", "30", "--json"]);
    for part in ["train", "validation", "test"] {
        assert_eq!(report[format!("{part}_examples")], 50, "{report}");
        assert!(report[format!("{part}_accuracy")].as_f64().unwrap() > 0.85, "{report}");
    }
    assert_rejected(1, &["train", &train, "--test", "absent.csv"], &["absent.csv", "No such file"]);
    assert_rejected(1, &["train", "iris", "--test", "own"], &["no test part of their own", "--test 0.2"]);
}

#[test]
fn the_columns_of_a_table_are_described() {
    let folder = tempfile::tempdir().unwrap();
    let data = written(folder.path(), "mixed.csv", "a,b,c\n1,x,2024-01-02\n,y,2024-01-03\n3,x,2024-01-04\n");
    let report = json_of(&["data", "describe", &data, "--json"]);
    assert_eq!(report["rows"], 3);
    let columns = report["columns"].as_array().unwrap();
    let kinds: Vec<&str> = columns.iter().map(|column| column["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["numbers", "texts", "dates"]);
    assert_eq!((&columns[0]["missing"], &columns[0]["mean"]), (&1.into(), &2.0.into()));
    assert_eq!(columns[1]["most_frequent"][0], serde_json::json!({ "value": "x", "count": 2 }));
    let text = output_of(&["data", "describe", &data]);
    assert!(text.starts_with("3 rows, 3 columns\n") && text.contains("x (2), y (1)"), "{text}");
}

#[test]
fn a_named_set_and_its_file_give_the_same_model() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["iris", "moons", "diabetes"] {
        let path = folder.path().join(format!("{name}.csv"));
        let path = path.to_str().unwrap();
        output_of(&["data", "write", name, "--output", path]);
        let hash = |data: &str| json_of(&["train", data, "--epochs", "2", "--json"])["params_sha256"].clone();
        assert_eq!(hash(name), hash(path), "{name}");
    }
}

#[test]
fn mistakes_in_the_roles_of_columns_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = written(folder.path(), "flowers.csv", &flowers([0, 1, 2, 3, 4]));
    for (options, parts) in [
        (&["--target", "specis"][..], &["\"specis\"", "did you mean \"species\"?"][..]),
        (&["--target", "9"], &["\"9\""]),
        (&["--drop", "height"], &["\"height\"", "sepal"]),
        (&["--task", "regression"], &["line 2", "setosa", "--task classification"]),
        (&["--loss", "mean_squared"], &["classes"]),
    ] {
        assert_rejected(1, &[&["train", &data], options].concat(), parts);
    }
    let message = assert_failed(&wengert(&["train", &data, "--task", "clustering"]), 2);
    assert!(message.contains("classification") && message.contains("regression"), "{message}");
    for (option, value, part) in [
        ("--missing", "guess", "refuse, mean, median"),
        ("--scaling", "log", "standardise"),
        ("--delimiter", "ab", "semicolon"),
        ("--header", "maybe", "yes or no"),
        ("--optimizer", "adams", "did you mean \"adam\""),
        ("--optimizer", "sgd:momentum=2", "[0, 1)"),
        ("--activation", "rely", "relu"),
        ("--schedule", "cosin", "cosine"),
        ("--loss", "huber:delta=-1", "delta"),
        ("--init", "he", "he_normal"),
        ("--sampling", "twice", "replacement"),
        ("--class-weight", "1,x", "balanced"),
        ("--best-by", "luck", "accuracy"),
        ("--history", "run.txt", ".csv or .jsonl"),
    ] {
        assert_rejected(2, &["train", &data, option, value], &[option, part]);
    }
}
