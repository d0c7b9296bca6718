//! Reports of numbers that are infinite, NaN or very large.

use crate::data::{digits_split, moons_net, moons_split};
use wengert_nn::{Architecture, CrossEntropy, Mlp};
use wengert_optim::Sgd;
use wengert_train::{IssueKind, StopReason, Trainer};

#[test]
fn a_learning_rate_that_is_far_too_large_stops_training_at_a_known_step() {
    let trainer = Trainer::new(Mlp::new([64, 32, 10]), CrossEntropy, Sgd::new(1e30));
    let report = trainer.epochs(3).fit(&digits_split()).unwrap();
    let StopReason::NotFinite { epoch: 1, step } = report.stop else { panic!("{:?}", report.stop) };
    assert!((2..=5).contains(&step), "step {step}");
}

#[test]
fn the_first_non_finite_number_is_reported_with_its_operation() {
    let trainer = Trainer::new(moons_net(), CrossEntropy, Sgd::new(1e30)).epochs(3);
    let report = trainer.fit(&moons_split()).unwrap();
    let StopReason::NotFinite { epoch, step } = report.stop else { panic!("{:?}", report.stop) };
    let issue = report.issues.last().unwrap();
    assert_eq!((issue.epoch, issue.step), (epoch, Some(step)));
    assert!(
        matches!(issue.kind, IssueKind::NonFiniteOperation(_) | IssueKind::NonFiniteUpdate { .. }),
        "{issue}"
    );
    let text = issue.to_string();
    assert!(text.starts_with(&format!("epoch {epoch}, step {step}: ")), "{text}");
    let is_layer = |name: &str| text.contains(&format!("` ({name}.weight, {name}.bias), in a layer of "));
    assert!(is_layer("hidden.0") || is_layer("out") || text.contains(".weight["), "{text}");
}

#[test]
fn the_layer_of_an_overflow_is_named() {
    let mut start = moons_net().into_model().layout().initialise::<f32>(1);
    let range = start.layout().find("out.weight").unwrap().range.clone();
    start.values_mut()[range].fill(1e38);
    let report =
        Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).fit_from(start, &moons_split()).unwrap();
    let text = report.issues[0].to_string();
    assert!(
        text.contains("is the value of `affine` (out.weight, out.bias), in a layer of this library: "),
        "{text}"
    );
}

#[test]
fn a_non_finite_parameter_is_reported_by_name() {
    let mut start = moons_net().into_model().layout().initialise::<f32>(1);
    start.values_mut()[5] = f32::NAN;
    let report =
        Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).fit_from(start, &moons_split()).unwrap();
    assert_eq!(report.stop, StopReason::NotFinite { epoch: 1, step: 1 });
    assert_eq!(report.issues[0].to_string(), "epoch 1, step 1: hidden.0.weight[5] is NaN");
}

#[test]
fn the_first_parameter_beyond_the_limit_is_reported_with_its_name_and_epoch() {
    let mut start = moons_net().into_model().layout().initialise::<f32>(1);
    start.values_mut()[40] = -1e4;
    let trainer = Trainer::new(moons_net(), CrossEntropy, Sgd::new(1e-4)).epochs(2).parameter_limit(1e3);
    let report = trainer.fit_from(start, &moons_split()).unwrap();
    assert_eq!(report.stop, StopReason::Finished);
    let [issue] = &report.issues[..] else { panic!("{:?}", report.issues) };
    assert_eq!((issue.epoch, issue.step), (1, None));
    assert!(issue.to_string().contains("hidden.0.bias[8] is -"), "{issue}");
}
