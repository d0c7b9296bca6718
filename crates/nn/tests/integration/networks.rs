//! Networks composed of layers.

use ndarray::{Array2, array};
use wengert_ad::rules::{Relu, Tanh};
use wengert_ad::{ArrayTape, Elementary};
use wengert_nn::{Activation, Architecture, Init, Layout, Linear, Mlp, Model, Module, Sequential};

#[test]
fn every_rule_of_the_table_is_an_activation() {
    let run = |model: &Model<Sequential<f64>>| {
        let tape = ArrayTape::new();
        let params = model.layout().initialise::<f64>(1);
        model
            .module()
            .forward(&params.bind_for_evaluation(&tape), tape.constant(&array![[-0.5, 2.0]]))
            .value()
    };
    let tanh = run(&Model::new(|_| Sequential::new().then(Activation(Tanh)).then(Activation(Relu))));
    assert_eq!(tanh, array![[0.0, Elementary::tanh(2.0f64)]].into_dyn());
    let mlp = Mlp::new([2, 3, 1]).activation(Tanh).init(Init::Constant(1.0)).into_model();
    let tape = ArrayTape::<f64>::new();
    let params = mlp.layout().initialise::<f64>(1);
    let y = mlp
        .module()
        .forward(&params.bind_for_evaluation(&tape), tape.constant(&Array2::from_elem((1, 2), 0.25)))
        .item();
    assert!((y - 3.0 * 0.5f64.tanh()).abs() < 1e-15);
}

#[test]
#[should_panic(expected = "two parameters are called \"layer.weight\"")]
fn two_layers_of_one_name_are_refused() {
    let mut layout = Layout::new();
    Linear::new(&mut layout, "layer", 2, 3, Init::HeNormal);
    Linear::new(&mut layout, "layer", 3, 1, Init::HeNormal);
}

#[test]
#[should_panic(
    expected = "parameter \"hidden.0.weight\" has shape [4294967296, 4294967296]; so many elements"
)]
fn a_layer_with_more_elements_than_indices_is_refused() {
    Mlp::new([1 << 32, 1 << 32, 1]).into_model();
}

#[test]
fn the_time_to_declare_layers_grows_with_their_number_only() {
    // Compared with all earlier names, a new name would take minutes.
    let model = Mlp::new(vec![1; 100_001]).into_model();
    assert_eq!(model.layout().parameters().len(), 200_000);
}
