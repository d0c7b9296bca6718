//! Callbacks, metrics of the program's own, and histories.

use crate::data::{moons_net, moons_split};
use ndarray::Array2;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use wengert_data::{Split, Targets, sine};
use wengert_nn::metrics::root_mean_squared_error;
use wengert_nn::{CrossEntropy, MeanSquared, Mlp};
use wengert_optim::{Adam, Schedule};
use wengert_train::{AfterEpoch, Callback, StopReason, Trainer};

/// Ends the run after an epoch, and records what it sees.
struct StopAfter {
    epoch: usize,
    seen: Arc<Mutex<Vec<(usize, u64, f32)>>>,
}

impl Callback for StopAfter {
    fn after_epoch(&mut self, run: &AfterEpoch<'_>) -> ControlFlow<()> {
        assert_eq!((run.history.len(), run.history.last()), (run.epoch.number, Some(run.epoch)));
        self.seen.lock().unwrap().push((run.epoch.number, run.steps, run.params.values()[0]));
        if run.epoch.number == self.epoch { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn a_callback_sees_every_epoch_and_the_parameters_and_may_end_the_run() {
    let (seen, last) = (Arc::default(), Arc::new(Mutex::new(0)));
    let (stop, count) = (StopAfter { epoch: 3, seen: Arc::clone(&seen) }, Arc::clone(&last));
    let data = moons_split();
    let trainer = || Trainer::new(moons_net(), CrossEntropy, Adam::new(1e-2)).batch_size(20);
    // The callback after the one that ends the run is called, too.
    let report = trainer().callback(stop).on_epoch(move |epoch| *count.lock().unwrap() = epoch.number);
    let report = report.epochs(10).fit(&data).unwrap();
    assert_eq!((report.stop, report.history.len(), report.best_epoch), (StopReason::Callback, 3, 3));
    assert_eq!(*last.lock().unwrap(), 3);
    let seen = seen.lock().unwrap();
    let per_epoch = data.train.examples().div_ceil(20) as u64;
    let numbers: Vec<(usize, u64)> = seen.iter().map(|&(epoch, steps, _)| (epoch, steps)).collect();
    assert_eq!(numbers, [(1, per_epoch), (2, 2 * per_epoch), (3, 3 * per_epoch)]);
    assert!(seen[2].2 == report.model.params.values()[0] && seen[0].2 != seen[2].2);
    // It is the run of three epochs, and continues to be.
    assert_eq!(report.model.params, trainer().epochs(3).fit(&data).unwrap().model.params);
    let resumed = trainer().epochs(5).resume(report.state.unwrap(), &data).unwrap();
    assert_eq!(resumed.model.params, trainer().epochs(5).fit(&data).unwrap().model.params);
}

fn sine_split() -> Split {
    sine(200, 0.1, 7).split(0.6, 0.2, 0.2, 7).unwrap().standardised().standardised_targets()
}

#[test]
fn an_own_metric_gets_outputs_and_targets_in_the_units_of_the_user() {
    let data = sine_split();
    let rmse = |outputs: ndarray::ArrayView2<'_, f64>, targets: &Targets<f64>| {
        let Targets::Values { values, width } = targets else { panic!("the targets are values") };
        let targets = Array2::from_shape_vec((outputs.nrows(), *width), values.clone()).unwrap();
        root_mean_squared_error(&outputs.to_owned(), &targets)
    };
    let report = Trainer::new(Mlp::new([1, 8, 1]), MeanSquared, Adam::new(1e-2))
        .metric("rmse", rmse)
        .metric("rows", |outputs, _| outputs.nrows() as f64)
        .epochs(4)
        .fit(&data)
        .unwrap();
    assert_eq!(report.history.own_names(), ["rmse", "rows"]);
    let deviation = data.train.scaling().targets.as_ref().unwrap().deviation()[0];
    for (part, metrics, own) in [
        (&data.train, Some(report.train), Some(report.own[0].train)),
        (&data.validation, report.validation, report.own[0].validation),
        (&data.test, report.test, report.own[0].test),
    ] {
        let (expected, found) = (metrics.unwrap().loss.sqrt() * deviation, own.unwrap());
        assert!((found - expected).abs() < 1e-5 * expected, "{}: {found}, not {expected}", part.name());
    }
    assert_eq!(report.own[1].test, Some(40.0));
    let last = &report.history[3];
    assert_eq!(last.own, [report.own[0].validation.unwrap(), 40.0]);
    assert!(report.history[0].own[0] > last.own[0]);
}

#[test]
#[should_panic(expected = "there are two metrics \"same\"")]
fn two_own_metrics_of_one_name_are_refused() {
    let trainer = Trainer::<_, _, _, f32>::new(moons_net(), CrossEntropy, Adam::<f32>::new(1e-2));
    let _ = trainer.metric("same", |_, _| 0.0).metric("same", |_, _| 1.0);
}

#[test]
fn a_history_is_a_table_and_lines_of_json_with_all_digits() {
    let folder = tempfile::tempdir().unwrap();
    let report = Trainer::new(Mlp::new([1, 4, 1]), MeanSquared, Adam::new(1e-2))
        .schedule(Schedule::constant(1e-2).in_units_of(1))
        .metric("own, \"quoted\"", |outputs, _| outputs[[0, 0]])
        .epochs(3)
        .fit(&sine_split())
        .unwrap();
    let (table, lines) = (folder.path().join("h.csv"), folder.path().join("h.jsonl"));
    report.history.write_csv(&table).unwrap();
    report.history.write_jsonl(&lines).unwrap();
    let table = std::fs::read_to_string(table).unwrap();
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().unwrap().clone();
    assert_eq!(&header[6], "own, \"quoted\"");
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let lines = std::fs::read_to_string(lines).unwrap();
    let objects: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows.len(), objects.len()), (3, 3));
    for ((row, object), epoch) in rows.iter().zip(&objects).zip(&report.history) {
        let validation = epoch.validation.unwrap().loss;
        let expected = [0.01, epoch.train.loss, validation, epoch.own[0]];
        for (column, expected) in [1, 2, 4, 6].into_iter().zip(expected) {
            assert_eq!(row[column].parse::<f64>().unwrap(), expected, "{}", &header[column]);
            assert_eq!(object[&header[column]].as_f64(), Some(expected), "{}", &header[column]);
        }
        assert_eq!((&row[0], &row[3]), (&*epoch.number.to_string(), ""));
        assert!(object["epoch"] == epoch.number && object.get("train_accuracy").is_none());
    }
}

#[test]
fn what_an_epoch_does_not_have_is_an_empty_cell() {
    let data = moons_split();
    let data = Split { validation: data.without_test().test, ..data };
    let trainer = Trainer::new(moons_net(), CrossEntropy, Adam::new(1e-2)).metric("m", |_, _| 1.0);
    let report = trainer.epochs(1).fit(&data).unwrap();
    let row = report.history.csv().lines().nth(1).unwrap().to_owned();
    let epoch = &report.history[0];
    let expected = format!("1,0.01,{},{},,,", epoch.train.loss, epoch.train.accuracy.unwrap());
    assert_eq!(row, expected);
}
