//! Networks in training.

use crate::support::{answer, assert_refused, created};
use serde_json::{Value, json};
use wengert_data::{PreprocessingOptions, Shares, Split, Task, data_set};
use wengert_nn::{ActivationChoice, LossChoice, Mlp};
use wengert_optim::{OptimizerChoice, Run, ScheduleChoice};
use wengert_playground::Session;
use wengert_train::{Trainer, TrainingReport};

fn settings() -> Value {
    json!({
        "data": { "kind": "named", "name": "spiral" }, "hidden": [16, 16], "activation": "tanh",
        "optimizer": "adam", "rate": 0.01, "schedule": "cosine", "batch": 32, "epochs": 6, "seed": 7,
    })
}

/// The data and the trainer of `wengert train` with these settings.
fn trained(
    optimizer: &str,
    early_stopping: Option<usize>,
) -> TrainingReport<wengert_nn::MlpModule<wengert_nn::AnyActivation>> {
    let table = data_set("spiral", 7).unwrap().to_table().unwrap();
    let options =
        PreprocessingOptions { task: Some(Task::Classification), ..PreprocessingOptions::default() };
    let shares = Shares { validation: 0.1, test: 0.0, seed: 7 };
    let data: Split = table.prepare(&options, &shares).unwrap().split.standardised().cast();
    let activation: ActivationChoice = "tanh".parse().unwrap();
    let network = Mlp::new([2, 16, 16, 3]).activation(activation.build()).init(activation.typical_init());
    let steps_per_epoch = data.train.examples().div_ceil(32) as u64;
    let run = Run { steps: 6 * steps_per_epoch, steps_per_epoch };
    let schedule = "cosine".parse::<ScheduleChoice>().unwrap().build(0.01, run).unwrap();
    let optimizer: OptimizerChoice = optimizer.parse().unwrap();
    let loss: LossChoice = "cross_entropy".parse().unwrap();
    let mut trainer = Trainer::new(network, loss.build(), optimizer.build(0.01))
        .batch_size(32)
        .epochs(6)
        .schedule(schedule)
        .seed(7);
    if let Some(patience) = early_stopping {
        trainer = trainer.early_stopping(patience);
    }
    trainer.fit(&data).unwrap()
}

fn advance(session: &mut Session, steps: usize) -> Value {
    answer(session, &json!({ "do": "advance", "slot": 0, "steps": steps })).header().clone()
}

fn picture(session: &mut Session) -> wengert_playground::Reply {
    let view = json!({ "side": 12, "window": [-2, 2, -2, 2], "units": 4 });
    answer(session, &json!({ "do": "picture", "slot": 0, "view": view }))
}

fn bits(session: &mut Session) -> Vec<u32> {
    picture(session).numbers("parameters").unwrap().iter().map(|x| x.to_bits()).collect()
}

#[test]
fn training_gives_the_bits_of_the_trainer() {
    for (optimizer, patience) in
        [("adam", None), ("adam", Some(3)), ("schedule_free_adamw", None), ("asgd", Some(3))]
    {
        let report = trained(optimizer, patience);
        let mut settings = settings();
        (settings["optimizer"], settings["patience"]) = (json!(optimizer), json!(patience));
        let mut session = created(&settings);
        let progress = advance(&mut session, 10_000);
        assert!(!progress["stopped"].is_null(), "{progress}");
        let expected: Vec<u32> = report.model.params.values().iter().map(|x| x.to_bits()).collect();
        assert!(bits(&mut session) == expected, "{optimizer} {patience:?}");
        let picture = picture(&mut session);
        let loss = |part: &str| picture.header()[part]["loss"].as_f64().unwrap();
        assert_eq!(loss("train").to_bits(), report.train.loss.to_bits());
        assert_eq!(loss("validation").to_bits(), report.validation.unwrap().loss.to_bits());
        assert_eq!(picture.header()["train"]["accuracy"].as_f64(), report.train.accuracy);
    }
}

#[test]
fn going_back_gives_the_same_bits_at_every_step() {
    let mut session = created(&settings());
    let mut seen = vec![bits(&mut session)];
    for _ in 0..12 {
        advance(&mut session, 11);
        seen.push(bits(&mut session));
    }
    for k in [12, 7, 3, 0] {
        let reply = answer(&mut session, &json!({ "do": "rewind", "slot": 0, "step": 11 * k }));
        assert_eq!(reply.header()["step"], 11 * k);
        assert!(bits(&mut session) == seen[k], "step {}", 11 * k);
    }
    advance(&mut session, 132);
    assert!(bits(&mut session) == seen[12]);
    assert_refused(
        &mut session,
        &json!({ "do": "rewind", "slot": 0, "step": 1000 }),
        &["no step 1000", "132"],
    );
}

#[test]
fn early_stopping_ends_at_the_best_epoch() {
    let mut settings = settings();
    (settings["patience"], settings["epochs"], settings["rate"]) = (json!(2), json!(200), json!(0.3));
    let mut session = created(&settings);
    let mut progress = advance(&mut session, 1);
    let mut losses = Vec::new();
    while progress["stopped"].is_null() {
        progress = advance(&mut session, 26);
        losses
            .extend(progress["epochs"].as_array().unwrap().iter().map(|e| e["validation"].as_f64().unwrap()));
    }
    assert_eq!(progress["stopped"], "early_stopping");
    let best = progress["best_epoch"].as_u64().unwrap() as usize;
    let smallest = losses.iter().copied().reduce(f64::min).unwrap();
    assert_eq!((losses[best - 1], losses.len()), (smallest, best + 2));
    assert_eq!(picture(&mut session).header()["validation"]["loss"], smallest);
}

#[test]
fn a_picture_shows_outputs_units_and_gradients() {
    let mut session = created(&settings());
    advance(&mut session, 200);
    let picture = picture(&mut session);
    assert_eq!(picture.numbers("classes").unwrap().len(), 144);
    assert!(picture.numbers("confidence").unwrap().iter().all(|p| (0.33..=1.0).contains(p)));
    for layer in ["units.0", "units.1"] {
        let units = picture.numbers(layer).unwrap();
        assert_eq!(units.len(), 16 * 16);
        assert!(units.iter().all(|y| y.abs() <= 1.0) && units.iter().any(|y| *y != units[0]), "{layer}");
    }
    let norms = picture.header()["norms"].as_array().unwrap();
    assert_eq!(norms.len(), 6);
    assert!(norms.iter().all(|norm| norm["gradient"].as_f64().unwrap() > 0.0), "{norms:?}");
    // The grid is that of `predict`.
    let reply = answer(&mut session, &json!({ "do": "predict", "slot": 0, "rows": [-2.0, -2.0, 2.0, 2.0] }));
    let probabilities = reply.numbers("probabilities").unwrap();
    let largest = |p: &[f32]| p.iter().copied().fold(0.0, f32::max);
    let confidence = picture.numbers("confidence").unwrap();
    assert_eq!(
        [confidence[0], confidence[143]],
        [largest(&probabilities[..3]), largest(&probabilities[3..])]
    );
}

#[test]
fn curves_of_a_regression_are_in_the_units_of_the_user() {
    let mut settings = settings();
    settings["data"] = json!({ "kind": "named", "name": "sine" });
    (settings["activation"], settings["epochs"]) = (json!("relu"), json!(80));
    let mut session = created(&settings);
    advance(&mut session, 10_000);
    let view = json!({ "side": 101, "window": [-5.0, 5.0, -1.0, 1.0], "units": 8 });
    let picture = answer(&mut session, &json!({ "do": "picture", "slot": 0, "view": view }));
    let curve = picture.numbers("values").unwrap();
    let error = |(i, y): (usize, &f32)| (f64::from(*y) - (-5.0 + 0.1 * i as f64).sin()).abs();
    assert!(curve.iter().enumerate().map(error).fold(0.0, f64::max) < 0.4, "{curve:?}");
    assert_eq!(picture.header()["dead"].as_array().unwrap().len(), 2);
    assert_eq!(picture.numbers("units.1").unwrap().len(), 16 * 8);
}

#[test]
fn a_table_and_drawn_points_can_be_learnt() {
    let rows: String =
        (0..60).map(|i| format!("{},{},{}\n", i % 7, i % 5, ["rose", "tulip"][i % 2])).collect();
    let mut settings = settings();
    settings["data"] = json!({ "kind": "csv", "text": format!("a,b,flower\n{rows}") });
    let mut session = Session::new();
    let request = json!({ "do": "create", "slot": 3, "settings": settings });
    let reply = answer(&mut session, &request);
    assert_eq!(reply.header()["class_names"], json!(["rose", "tulip"]));
    assert_eq!(reply.header()["feature_names"], json!(["a", "b"]));
    let points: Vec<[f64; 3]> = (0..40).map(|i| [f64::from(i), f64::from(i % 3), f64::from(i % 2)]).collect();
    settings["data"] = json!({ "kind": "points", "points": points, "regression": false });
    settings["loss"] = json!("hinge");
    let reply = answer(&mut session, &json!({ "do": "create", "slot": 0, "settings": settings }));
    assert_eq!(reply.header()["widths"], json!([2, 16, 16, 1]));
    advance(&mut session, 5);
    let csv = answer(&mut session, &json!({ "do": "export", "slot": 0, "format": "csv" }));
    assert!(csv.body().starts_with(b"x1,x2,class\n0,0,0\n1,1,1\n"), "{:?}", &csv.body()[..30]);
}

#[test]
fn a_diverging_run_stops_with_its_last_finite_parameters() {
    let mut settings = settings();
    (settings["optimizer"], settings["rate"]) = (json!("sgd"), json!(1e4));
    (settings["activation"], settings["epochs"]) = (json!("square"), json!(100));
    let mut session = created(&settings);
    let progress = advance(&mut session, 1000);
    assert_eq!(progress["stopped"], "diverged");
    assert!(progress["step"].as_u64().unwrap() < 20, "{progress}");
    advance(&mut session, 10);
    answer(&mut session, &json!({ "do": "rewind", "slot": 0, "step": 0 }));
    picture(&mut session);
}

#[test]
fn exports_are_files_that_the_library_reads() {
    let mut session = created(&settings());
    advance(&mut session, 50);
    let mut file = |format: &str| {
        let reply = answer(&mut session, &json!({ "do": "export", "slot": 0, "format": format }));
        reply.body().to_vec()
    };
    let saved = wengert_train::SavedMlp::from_bytes("model.safetensors", &file("safetensors")).unwrap();
    assert_eq!(saved.mlp.widths(), [2, 16, 16, 3]);
    let onnx =
        wengert_formats::onnx_from_bytes("model.onnx".as_ref(), &file("onnx"), &Default::default()).unwrap();
    assert_eq!(onnx.params.values(), saved.params.values());
    let command = String::from_utf8(file("command")).unwrap();
    assert_eq!(
        command,
        "wengert train spiral --hidden 16,16 --activation tanh --loss cross_entropy --optimizer adam \
         --lr 0.01 --schedule cosine --batch-size 32 --epochs 6 --dropout 0 --validation 0.1 --seed 7\n"
    );
    let program = String::from_utf8(file("rust")).unwrap();
    assert_eq!(program, include_str!("../../../../examples/playground_spiral.rs"));
}

#[test]
fn what_does_not_fit_is_refused_before_memory_is_taken() {
    let session = &mut Session::new();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut settings = settings();
        change(&mut settings);
        json!({ "do": "create", "slot": 0, "settings": settings })
    };
    let one_class = json!({ "kind": "points", "points": [[0, 1, 0], [1, 1, 0]], "regression": false });
    for (request, words) in [
        (with(&|s| s["hidden"] = json!([1_000_000_000])), ["units of a layer", "128"]),
        (with(&|s| s["hidden"] = json!(vec![128; 8])), ["number of parameters", "50000"]),
        (with(&|s| s["loss"] = json!("mean_squared")), ["mean_squared", "values"]),
        (with(&|s| s["loss"] = json!("hinge")), ["hinge", "two classes"]),
        (with(&|s| s["rate"] = json!(-1.0)), ["learning rate", "-1"]),
        (with(&|s| s["data"]["name"] = json!("sprial")), ["sprial", "spiral"]),
        (with(&|s| s["data"]["noise"] = json!(1e9)), ["noise", "2"]),
        (with(&|s| s["data"] = one_class.clone()), ["one class", "class"]),
        (with(&|s| s["colour"] = json!("red")), ["unknown field", "colour"]),
        (
            with(&|s| (s["patience"], s["validation"]) = (json!(3), json!(0.0))),
            ["early stopping", "hold out"],
        ),
        (json!({ "do": "advance", "slot": 1, "steps": 1 }), ["slot 1", "create"]),
        (json!({ "do": "advance", "slot": 9, "steps": 1 }), ["slot", "3"]),
        (json!({ "do": "dance" }), ["dance", "advance"]),
    ] {
        assert_refused(session, &request, &words);
    }
    answer(session, &with(&|_| ()));
    assert_refused(session, &json!({ "do": "advance", "slot": 0, "steps": 1_000_000_000 }), &["steps"]);
    assert_refused(session, &json!({ "do": "predict", "slot": 0, "rows": [1.0] }), &["rows of 2"]);
    let view = json!({ "side": 10, "window": [0, 1, 0, 1], "axes": [0, 5] });
    assert_refused(session, &json!({ "do": "picture", "slot": 0, "view": view }), &["feature", "5"]);
}

#[test]
fn a_bundled_set_is_the_same_from_the_content_of_its_file() {
    let file = include_str!("../../../data/data/iris.csv");
    let mut named = settings();
    named["data"] = json!({ "kind": "named", "name": "iris" });
    let mut read = named.clone();
    read["data"]["file"] = json!(file);
    let [named, read] = [named, read].map(|settings| advance(&mut created(&settings), 20));
    assert_eq!(named, read);
    let mut wrong = settings();
    wrong["data"] = json!({ "kind": "named", "name": "iris", "file": "1,2,3" });
    let request = json!({ "do": "create", "slot": 0, "settings": wrong });
    assert_refused(&mut Session::new(), &request, &["iris", "not the file"]);
}
