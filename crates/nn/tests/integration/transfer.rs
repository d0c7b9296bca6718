//! Freezing, feature extraction, transfer of parameters by name, and the summary.

use crate::support::{drawn_params, normal_matrix};
use ndarray::Array2;
use wengert_ad::ArrayTape;
use wengert_nn::{
    Architecture, Loss, Mlp, Module, Normalisation, Params, SumSquared, TargetBatch, TransferError,
};

fn gradient(model: &impl Module<f64>, params: &Params<f64>, x: &Array2<f64>) -> Vec<f64> {
    let tape = ArrayTape::new();
    let y = model.forward(&params.bind_for_evaluation(&tape), tape.constant(x));
    let t = tape.constant(&Array2::<f64>::ones((x.nrows(), y.shape()[1])));
    let mut gradient = vec![f64::NAN; params.len()];
    SumSquared.total(y, TargetBatch::Values(t)).gradient_into(1.0, &mut gradient);
    gradient
}

#[test]
fn frozen_parameters_get_gradient_zero_and_the_others_the_same_as_before() {
    let model = Mlp::new([3, 5, 4, 2]).into_model();
    let mut params = drawn_params(model.layout(), 1);
    let x = normal_matrix(6, 3, 2);
    let full = gradient(model.module(), &params, &x);
    assert_eq!(params.freeze("hidden.0.*"), 2);
    assert_eq!(params.freeze("*.1.bias"), 1);
    let partial = gradient(model.module(), &params, &x);
    for entry in params.layout().parameters() {
        let expected =
            if entry.trainable { full[entry.range.clone()].to_vec() } else { vec![0.0; entry.range.len()] };
        assert_eq!(partial[entry.range.clone()], expected, "{}", entry.name);
    }
    let frozen: Vec<&str> = params
        .layout()
        .parameters()
        .iter()
        .filter(|entry| !entry.trainable)
        .map(|entry| &entry.name[..])
        .collect();
    assert_eq!(frozen, ["hidden.0.weight", "hidden.0.bias", "hidden.1.bias"]);
    assert_eq!(params.layout().trainable_ranges(), [20..40, 44..54]);
    params.unfreeze("*");
    assert_eq!(params.layout().trainable_ranges(), vec![0..54; 1]);
    assert!(!params.layout().has_frozen());
}

#[test]
#[should_panic(
    expected = "freeze: no parameter matches \"hiden.*\"; the names are hidden.0.weight, hidden.0.bias, out"
)]
fn a_pattern_that_matches_nothing_is_refused_with_a_list_of_the_names() {
    let _ = Mlp::new([3, 5, 2]).into_model().freeze("hiden.*");
}

#[test]
fn the_outputs_are_a_linear_map_of_the_features() {
    let model = Mlp::new([3, 6, 4, 2]).normalisation(Normalisation::Batch).into_model();
    let params = drawn_params(model.layout(), 3);
    let x = normal_matrix(7, 3, 4);
    let features = model.features();
    let kept = params.pick(features.layout()).unwrap();
    assert_eq!(kept.len() + 4 * 2 + 2, params.len());
    assert_eq!(kept.statistics().len(), 20);
    let tape = ArrayTape::new();
    let penultimate = features.module().forward(&kept.bind_for_evaluation(&tape), tape.constant(&x));
    let weight = tape.constant(&params.get("out.weight").unwrap());
    let outputs = penultimate.affine(weight, tape.constant(&params.get("out.bias").unwrap())).value();
    let whole = ArrayTape::new();
    let expected = model.module().forward(&params.bind_for_evaluation(&whole), whole.constant(&x)).value();
    assert_eq!(outputs, expected);
}

#[test]
fn a_model_with_a_new_head_takes_the_hidden_layers_of_the_old_one() {
    let mlp = Mlp::new([3, 6, 4]).normalisation(Normalisation::Batch);
    let mut old = drawn_params(mlp.clone().into_model().layout(), 5);
    old.statistics_mut().fill(0.25);
    let new = mlp.outputs(2).into_model();
    let start = new.layout().initialise::<f64>(6);
    let mut params = start.clone();
    assert_eq!(params.copy_from(&old, "hidden.*"), Ok(6), "four parameters, two running statistics");
    for (name, values) in params.iter().chain(params.iter_statistics()) {
        let source = if name.starts_with("hidden") { &old } else { &start };
        assert_eq!(Some(values), source.get(name), "{name}");
    }
}

#[test]
fn parameters_that_cannot_be_copied_are_named_and_nothing_is_copied() {
    let old = Mlp::new([3, 6, 4]).into_model().layout().initialise::<f64>(1);
    let start = Mlp::new([3, 6, 5, 4]).into_model().layout().initialise::<f64>(2);
    let mut params = start.clone();
    let missing = TransferError::Missing { name: "hidden.1.weight".to_owned() };
    assert_eq!(params.copy_from(&old, "hidden.*"), Err(missing));
    let shape = params.copy_from(&old, "out.*").unwrap_err();
    let (name, source, target) = ("out.weight".to_owned(), vec![6, 4], vec![5, 4]);
    assert_eq!(shape, TransferError::Shape { name, source, target });
    assert!(shape.to_string().contains("[6, 4] in the source and [5, 4] in the target"), "{shape}");
    let nothing = params.copy_from(&old, "head.*").unwrap_err();
    assert!(nothing.to_string().contains("no parameter matches \"head.*\""), "{nothing}");
    assert_eq!(params, start);
}

#[test]
fn the_summary_lists_every_parameter_and_adds_them_up() {
    let model = Mlp::new([4, 3, 2]).normalisation(Normalisation::Batch).into_model().freeze("hidden.*");
    let expected = "\
name                           shape  numbers  initialiser
hidden.0.weight                4 x 3       12  LeCun, N(0, 1/f_in)  frozen
hidden.0.bias                  3            3  0                     frozen
hidden.0.norm.weight           3            3  1                     frozen
hidden.0.norm.bias             3            3  0                     frozen
out.weight                     3 x 2        6  He, N(0, 2/f_in)      trainable
out.bias                       2            2  0                     trainable
hidden.0.norm.running_mean     3            3  0                     frozen
hidden.0.norm.running_variance 3            3  1                     frozen
29 parameters: 8 trainable, 21 frozen; 6 running statistics";
    // The names are padded to the longest and two blanks.
    let blanks = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let summary = model.layout().summary();
    assert_eq!(blanks(&summary.to_string()), blanks(expected));
    assert_eq!((summary.trainable, summary.frozen, summary.statistics), (8, 21, 6));
    let lines: Vec<usize> =
        summary.to_string().lines().take(9).map(|line| line.find("  ").unwrap()).collect();
    assert_eq!(lines.iter().max(), Some(&30));
}
