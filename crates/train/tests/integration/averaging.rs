//! Optimizers whose result is an average: what is evaluated, chosen, saved and resumed.

use crate::data::{moons_net, moons_split};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use wengert_nn::{CrossEntropy, Mlp, MlpModule, Normalisation};
use wengert_optim::{Asgd, Optimizer, OptimizerChoice, ScheduleFreeAdamW, ScheduleFreeSgd};
use wengert_train::{AfterEpoch, BestBy, StopReason, TrainError, Trainer, Training, TrainingReport};

type AnyTrainer = Trainer<Mlp, CrossEntropy, Box<dyn Optimizer<f32>>>;

const AVERAGING: [&str; 3] = ["asgd", "schedule_free_sgd", "schedule_free_adamw"];

fn trainer(name: &str) -> AnyTrainer {
    let optimizer: Box<dyn Optimizer<f32>> = match name {
        "asgd" => Box::new(Asgd::new(0.5).start(10)),
        "schedule_free_sgd" => Box::new(ScheduleFreeSgd::new(1.0)),
        _ => Box::new(ScheduleFreeAdamW::new(0.02).warm_up(5)),
    };
    Trainer::new(moons_net(), CrossEntropy, optimizer).epochs(6).seed(3)
}

fn loss_of(report: &TrainingReport<MlpModule>) -> f64 {
    let data = moons_split();
    report.model.evaluate(&CrossEntropy, &data.validation).unwrap().loss
}

#[test]
fn metrics_and_models_are_those_of_the_average() {
    let data = moons_split();
    for name in AVERAGING {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let params = Arc::clone(&seen);
        let observed = trainer(name).callback(move |run: &AfterEpoch<'_>| {
            params.lock().unwrap().push(run.params.clone());
            ControlFlow::Continue(())
        });
        let report = observed.fit(&data).unwrap();
        let state = report.state.as_ref().unwrap();
        // The steps continue from other parameters than those of the model, which are the average of them.
        assert_ne!(state.params.values(), report.model.params.values(), "{name}");
        let mut optimizer = match name {
            "asgd" => Box::new(Asgd::new(0.5).start(10)) as Box<dyn Optimizer<f32>>,
            "schedule_free_sgd" => Box::new(ScheduleFreeSgd::new(1.0)),
            _ => Box::new(ScheduleFreeAdamW::new(0.02).warm_up(5)),
        };
        optimizer.restore(state.optimizer.clone()).unwrap();
        let mut average = vec![0.0; state.params.values().len()];
        optimizer.write_average(state.params.values(), &mut average);
        assert_eq!(average, report.model.params.values(), "{name}");
        // The same point in the history, the report, the model, and what callbacks see.
        let validation = report.validation.unwrap();
        assert_eq!(report.history.last().unwrap().validation, Some(validation), "{name}");
        assert_eq!(loss_of(&report), validation.loss, "{name}");
        assert_eq!(seen.lock().unwrap().last().unwrap(), &report.model.params, "{name}");
        assert!(validation.accuracy > Some(0.75), "{name}: {validation:?}");
    }
}

#[test]
fn the_best_epoch_is_one_of_the_average_and_runs_resume_with_the_same_bits() {
    let data = moons_split();
    for name in AVERAGING {
        let best = trainer(name).best_by(BestBy::Loss).fit(&data).unwrap();
        let least =
            best.history.iter().map(|epoch| epoch.validation.unwrap().loss).fold(f64::INFINITY, f64::min);
        assert_eq!((best.validation.unwrap().loss, loss_of(&best)), (least, least), "{name}");
        let whole = trainer(name).fit(&data).unwrap();
        let half = trainer(name).epochs(2).fit(&data).unwrap();
        let resumed = trainer(name).resume(half.state.unwrap(), &data).unwrap();
        assert_eq!(
            (&resumed.model.params, &resumed.history),
            (&whole.model.params, &whole.history),
            "{name}"
        );
        assert_eq!(resumed.state, whole.state, "{name}");
        // A run that has ended already continues with no step, and is evaluated at the same point.
        let again = trainer(name).resume(whole.state.clone().unwrap(), &data).unwrap();
        assert_eq!(
            (&again.model.params, again.validation),
            (&whole.model.params, whole.validation),
            "{name}"
        );
    }
}

#[test]
fn a_loop_of_the_users_own_evaluates_predicts_and_ends_with_the_average() {
    let data = moons_split();
    let mut training = Training::new(moons_net(), CrossEntropy, ScheduleFreeSgd::new(1.0)).seed(1);
    let rows: Vec<usize> = (0..data.train.examples()).collect();
    assert_eq!(training.result().values(), training.params().values());
    for _ in 0..20 {
        training.step(&data.train.batch(&rows));
    }
    assert_ne!(training.result().values(), training.params().values());
    let (result, found) = (training.result().into_owned(), training.evaluate(&data.validation));
    let model = training.into_trained();
    assert_eq!((&model.params, model.evaluate(&CrossEntropy, &data.validation)), (&result, found));
}

#[test]
fn running_statistics_are_refused_unless_they_are_frozen() {
    let data = moons_split();
    let net = || Mlp::new([2, 8, 2]).normalisation(Normalisation::Batch);
    let trainer = || Trainer::new(net(), CrossEntropy, ScheduleFreeAdamW::new(0.02)).epochs(1);
    let error = trainer().fit(&data).unwrap_err();
    assert!(matches!(error, TrainError::AveragedStatistics { optimizer: "schedule_free_adamw" }), "{error}");
    assert!(error.to_string().contains("batch normalisation"), "{error}");
    let report = trainer().freeze("*.running_*").fit(&data);
    assert_eq!(report.unwrap().stop, StopReason::Finished);
}

#[test]
fn every_optimizer_by_name_continues_from_a_checkpoint_with_the_same_bits() {
    let (data, folder) = (moons_split(), tempfile::tempdir().unwrap());
    for name in OptimizerChoice::registry().names() {
        let chosen: OptimizerChoice = name.parse().unwrap();
        let trainer = || -> AnyTrainer {
            let optimizer = chosen.build(0.1 * chosen.typical_rate());
            Trainer::new(moons_net(), CrossEntropy, optimizer).seed(3)
        };
        let whole = trainer().epochs(4).fit(&data).unwrap();
        let file = folder.path().join(name);
        trainer().epochs(2).checkpoint(&file, []).fit(&data).unwrap();
        let resumed = trainer().epochs(4).resume_from(&file, &data).unwrap();
        assert_eq!((&resumed.model.params, resumed.state), (&whole.model.params, whole.state), "{name}");
    }
}
