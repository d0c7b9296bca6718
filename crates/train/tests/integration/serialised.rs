//! Parameters, states of optimizers and reports with serde.

use serde_json::{Value, from_str, from_value, json, to_string, to_value};
use wengert_ad::Real;
use wengert_data::moons;
use wengert_nn::{Architecture, CrossEntropy, Mlp, Normalisation, Params, layers};
use wengert_optim::{Adam, OptimizerState};
use wengert_train::{History, Trainer};

#[test]
fn the_parameters_of_every_layer_come_back_in_both_precisions() {
    fn check<T: Real + serde::Serialize + for<'a> serde::Deserialize<'a>>() {
        for sample in layers::<f64>() {
            let model = sample.model(4);
            let mut layout = model.layout().clone();
            if let Some(last) = layout.parameters().last() {
                let name = last.name.clone();
                layout.freeze(&name);
            }
            let mut params = layout.initialise::<T>(7);
            params.statistics_mut().iter_mut().for_each(|x| *x = T::literal(1.0 / 3.0));
            let back: Params<T> = from_str(&to_string(&params).unwrap()).unwrap();
            assert_eq!(back, params, "{}", sample.name);
        }
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let mlp = Mlp::new([2, 3, 2]).normalisation(Normalisation::Batch);
    let params = mlp.into_model().layout().initialise::<f32>(1);
    let good = to_value(&params).unwrap();
    let refused = |change: &dyn Fn(&mut Value), expected: &str| {
        let mut stored = good.clone();
        change(&mut stored);
        let text = from_value::<Params>(stored).unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    };
    refused(&|stored| drop(stored["values"].as_array_mut().unwrap().pop()), "there are 22 values, but");
    refused(&|stored| stored["statistics"] = json!([]), "there are 0 statistics, but the layout has 6");
    let array = |stored: &mut Value, key: &str, value: Value| stored["layout"]["parameters"][0][key] = value;
    refused(&|stored| array(stored, "name", json!("out.bias")), "two arrays have the name");
    refused(&|stored| array(stored, "shape", json!([0, 3])), "it needs elements");
    refused(&|stored| array(stored, "shape", json!([1_u64 << 40, 1_u64 << 40])), "it needs elements");
    refused(
        &|stored| array(stored, "init", json!({"normal": -1.0})),
        "the standard deviation of Normal is -1",
    );
}

#[test]
fn a_run_is_serialised_and_its_optimizer_goes_on_from_there() {
    let data = moons(100, 0.1, 7).split(0.8, 0.2, 0.0, 7).unwrap().standardised();
    let trainer = || Trainer::new(Mlp::new([2, 8, 2]), CrossEntropy, Adam::new(1e-2)).seed(7);
    let report = trainer().epochs(2).fit(&data).unwrap();
    let stored = to_value(&report).unwrap();
    assert_eq!(stored["stop"], "finished");
    assert_eq!(stored["train"]["loss"], report.train.loss);
    assert_eq!(stored["divergence"], Value::Null);
    let history: History = from_value(stored["history"].clone()).unwrap();
    assert_eq!(history, report.history);
    let mut state = report.state.unwrap();
    let optimizer: OptimizerState<f32> = from_str(&to_string(&state.optimizer).unwrap()).unwrap();
    assert_eq!(optimizer, state.optimizer);
    state.optimizer = optimizer;
    state.params = from_str(&to_string(&state.params).unwrap()).unwrap();
    let resumed = trainer().epochs(4).resume(state, &data).unwrap();
    assert_eq!(resumed.model.params, trainer().epochs(4).fit(&data).unwrap().model.params);
}
