//! Activations, initialisers and losses by name.

use crate::support::assert_close;
use crate::support::loss_batch::Batch;
use ndarray::{Array2, array};
use std::collections::BTreeSet;
use wengert_ad::rules::{Interval, UnaryVisitor, each_unary};
use wengert_ad::{ArrayTape, Dual, Element, Tensor, Unary};
use wengert_nn::{
    ActivationChoice, ActivationRule, AnyActivation, InitChoice, LossChoice, Outputs, TargetBatch,
    TargetKind, losses,
};
use wengert_settings::{Registry, Setting, Valid};

/// Each entry alone, and with each of its settings at its valid values next to the ends of the range.
fn texts(registry: &'static Registry) -> Vec<String> {
    let mut texts = Vec::new();
    for name in registry.names() {
        texts.push(name.to_owned());
        for setting in registry.choose(name).unwrap().settings() {
            texts.extend(valid(setting).into_iter().map(|value| format!("{name}:{}{value}", setting.name)));
        }
    }
    texts
}

fn valid(setting: &Setting) -> Vec<String> {
    let range = match setting.valid {
        Valid::Flag => return vec![String::new()],
        Valid::Whole(range) | Valid::Number(range) | Valid::Numbers(range) => range,
    };
    let candidates = [range.low, range.low.next_up(), range.high, range.high.next_down(), 0.3];
    let within = candidates.into_iter().filter(|&x| range.contains(x) && x.is_finite());
    within.map(|x| format!("={x}")).collect()
}

/// The values of an activation at some numbers, alone and after an affine map, and their gradient.
fn values<T: Element>(rule: impl ActivationRule) -> [Vec<T>; 3] {
    let tape = ArrayTape::<T>::new();
    let constants = |shape: &[usize], count: usize| {
        tape.constant_from(shape, |buffer| {
            buffer.extend((0..count).map(|i| T::constant(0.37 * i as f64 - 1.6)));
        })
    };
    let (x, weight, bias) = (constants(&[3, 3], 9), constants(&[3, 3], 9), constants(&[3], 3));
    let x = tape.var(&x.value());
    let y = rule.apply(x);
    let fused = rule.apply_to_affine(x, weight, bias);
    let all = |tensor: Tensor<'_, T>| tensor.elements().to_vec();
    let gradient = (y.sum() + fused.sum()).gradient().wrt(x);
    [all(y), all(fused), gradient.iter().copied().collect()]
}

struct Compare(usize);

impl UnaryVisitor for Compare {
    fn visit<R: Unary>(&mut self, rule: R, _: &'static [Interval]) {
        let any = AnyActivation::from_rule(rule).unwrap();
        let bits =
            |values: [Vec<f32>; 3]| values.map(|x| x.into_iter().map(f32::to_bits).collect::<Vec<_>>());
        assert_eq!(bits(values(any)), bits(values(rule)), "{}", R::NAME);
        let bits =
            |values: [Vec<f64>; 3]| values.map(|x| x.into_iter().map(f64::to_bits).collect::<Vec<_>>());
        assert_eq!(bits(values(any)), bits(values(rule)), "{}", R::NAME);
        let text = |values: [Vec<Dual<f64>>; 3]| format!("{values:?}");
        assert_eq!(text(values(any)), text(values(rule)), "{}", R::NAME);
        self.0 += 1;
    }
}

#[test]
fn an_activation_chosen_at_run_time_computes_the_same_bits_as_its_type() {
    let mut compare = Compare(0);
    each_unary(&mut compare);
    assert!(compare.0 > 40, "{}", compare.0);
}

#[test]
fn every_activation_by_name_is_the_rule_of_this_name_and_finite() {
    for text in texts(ActivationChoice::registry()) {
        let chosen: ActivationChoice = text.parse().unwrap();
        let rule = chosen.build();
        assert_eq!(rule.name(), chosen.choice().name());
        if !text.contains('=') {
            let all = values::<f64>(rule).concat();
            assert!(all.iter().all(|x| x.is_finite()), "{text}: {all:?}");
        }
    }
    assert_eq!("leaky_relu:alpha=0.2".parse::<ActivationChoice>().unwrap().build().constants(), [0.2]);
}

#[test]
fn the_typical_initialiser_keeps_the_size_of_the_outputs_through_ten_layers() {
    for name in ActivationChoice::registry().names().filter(|&name| name != "square") {
        let chosen: ActivationChoice = name.parse().unwrap();
        let tape = ArrayTape::<f64>::new();
        let mut x =
            tape.constant(&Array2::from_shape_fn((20, 64), |(i, j)| ((i * 64 + j) as f64).sin() * 1.4));
        for layer in 0..10 {
            let weight = chosen.typical_init().draw(&[64, 64], layer);
            let weight = tape.constant(&Array2::from_shape_vec((64, 64), weight).unwrap());
            x = chosen.build().apply(x.matmul(weight));
        }
        let size = (x.elements().iter().map(|x| x * x).sum::<f64>() / 1280.0).sqrt();
        assert!((1e-3..1e3).contains(&size), "{name}: {size}");
    }
}

#[test]
fn every_initialiser_by_name_draws_finite_numbers() {
    for text in texts(InitChoice::registry()) {
        let drawn = text.parse::<InitChoice>().unwrap().build().draw(&[4, 5], 1);
        assert!(drawn.len() == 20 && drawn.iter().all(|x| x.is_finite()), "{text}: {drawn:?}");
    }
}

/// `SumSquared` as `sum_squared`.
fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for (i, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && i > 0 {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[test]
fn every_loss_has_a_name_and_the_name_builds_that_loss() {
    let names: BTreeSet<&str> = LossChoice::registry().names().collect();
    for sample in losses() {
        let name = snake_case(sample.name);
        if name == "weighted_cross_entropy" {
            continue;
        }
        assert!(names.contains(&*name), "{name}");
        let batch = Batch::drawn(&sample, 5, 1.5, 3);
        let loss = name.parse::<LossChoice>().unwrap().build::<f64>();
        let tape = ArrayTape::new();
        let total = loss.total(tape.constant(&batch.outputs), batch.targets(&tape)).item();
        assert!(total.is_finite() && loss.kind() == sample.loss.kind(), "{name}");
        assert_eq!(loss.outputs(), sample.loss.outputs());
    }
}

#[test]
fn the_settings_of_losses_are_those_of_their_constructors() {
    let tape = ArrayTape::<f64>::new();
    let value = |text: &str, x: f64, t: f64| {
        let loss = text.parse::<LossChoice>().unwrap().build::<f64>();
        let targets = TargetBatch::Values(tape.constant(&array![[t]]));
        loss.total(tape.constant(&array![[x]]), targets).item()
    };
    let class = |text: &str, x: [f64; 2]| {
        let loss = text.parse::<LossChoice>().unwrap().build::<f64>();
        loss.total(tape.constant(&array![x]), TargetBatch::Classes(&[0])).item()
    };
    let entropy = 1.0_f64.exp().ln_1p();
    assert_close("huber", &[value("huber:delta=0.5", 3.0, 0.0)], &[0.5 * 2.75], 1e-15);
    assert_close("smooth", &[value("smooth_l1:beta=0.5", 3.0, 0.0)], &[2.75], 1e-15);
    let weighted = value("binary_cross_entropy:positive_weight=3", -1.0, 1.0);
    assert_close("binary", &[weighted], &[3.0 * entropy], 1e-15);
    assert_close(
        "smoothed",
        &[class("cross_entropy:label_smoothing=0.5", [0.0, 1.0])],
        &[entropy - 0.25],
        1e-15,
    );
    assert_close("hinge", &[class("multi_class_hinge:margin=2,squared", [0.0, 1.0])], &[9.0], 1e-15);
}

#[test]
fn every_valid_value_of_a_setting_builds_a_loss() {
    for text in texts(LossChoice::registry()) {
        let loss = text.parse::<LossChoice>().unwrap().build::<f32>();
        let classes =
            matches!(loss.kind(), TargetKind::Classes | TargetKind::TwoClasses | TargetKind::Probabilities);
        assert_eq!(loss.outputs() != Outputs::Values, classes, "{text}");
    }
}
