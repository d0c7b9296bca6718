//! Saving and loading models.

use ndarray::array;
use std::fs;
use std::path::Path;
use wengert_ad::rules::LeakyRelu;
use wengert_data::{Scaling, Standardiser, digits};
use wengert_nn::{
    ActivationRule, Architecture, Bias, Embedding, Init, LayerNorm, Mlp, Model, Normalisation, layers,
};
use wengert_train::{Outputs, SavedMlp, SavedModelError, TrainedModel, load_params, save_params};

fn saved(mlp: Mlp<impl ActivationRule>, scaling: Scaling, outputs: Outputs) -> SavedMlp {
    let model = mlp.into_model();
    let params = model.layout().initialise(3);
    TrainedModel { scaling, ..TrainedModel::new(model, params, outputs) }.to_saved().unwrap()
}

fn model() -> SavedMlp {
    let split = digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised();
    saved(Mlp::new([64, 16, 10]), split.train.scaling().clone(), Outputs::Logits)
}

#[test]
fn a_loaded_model_equals_the_saved_one_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let saved = model();
    saved.save(&path).unwrap();
    let loaded = SavedMlp::load(&path).unwrap();
    assert_eq!((loaded.mlp, loaded.params), (saved.mlp, saved.params));
    assert_eq!((loaded.scaling, loaded.outputs), (saved.scaling, saved.outputs));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file should remain");
}

#[test]
fn the_parameters_and_statistics_of_every_layer_are_the_same_after_saving_and_loading() {
    let folder = tempfile::tempdir().unwrap();
    for (i, sample) in layers::<f64>().into_iter().enumerate() {
        let model = sample.model(4);
        let mut params = model.layout().initialise::<f32>(7);
        params.statistics_mut().iter_mut().enumerate().for_each(|(j, s)| *s = 0.25 + j as f32);
        let path = folder.path().join(format!("{i}.safetensors"));
        save_params(&params, &path).unwrap();
        assert_eq!(load_params(&path, model.layout()).unwrap(), params, "{}", sample.name);
    }
}

#[test]
fn a_failed_save_leaves_the_existing_file_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taken");
    fs::create_dir(&path).unwrap();
    let error = model().save(&path).unwrap_err();
    assert!(matches!(error, SavedModelError::Unwritable(_)), "{error}");
    assert!(path.is_dir());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the temporary file should be removed");
}

#[test]
fn saving_a_model_twice_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = || {
        let path = folder.path().join("model.safetensors");
        model().save(&path).unwrap();
        fs::read(path).unwrap()
    };
    let first = bytes();
    // Eight metadata in the order of a hash map would agree once in 5040 times.
    assert!((0..3).all(|_| bytes() == first));
    let header = usize::from_le_bytes(first[..8].try_into().unwrap());
    assert_eq!(header % 8, 0, "the elements should be aligned");
}

#[test]
fn a_file_that_is_not_a_model_is_rejected_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.safetensors");
    assert!(matches!(SavedMlp::load(&path), Err(SavedModelError::Io { .. })));
    fs::write(&path, "not a tensor in sight").unwrap();
    assert!(matches!(SavedMlp::load(&path), Err(SavedModelError::Format { .. })));
    fs::write(&path, safetensors::serialize(Vec::<(String, View)>::new(), None).unwrap()).unwrap();
    let error = SavedMlp::load(&path).unwrap_err();
    assert!(matches!(error, SavedModelError::NotAModel { .. }));
    let text = error.to_string();
    assert!(text.contains("other.safetensors") && text.contains("format"), "{text}");
}

#[test]
fn a_damaged_file_is_rejected_without_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    model().save(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    for length in [0, 4, 8, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(SavedMlp::load(&path).is_err(), "{length} bytes of {}", whole.len());
    }
    let mut poisoned = whole.clone();
    poisoned[whole.len() - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&path, poisoned).unwrap();
    let text = SavedMlp::load(&path).unwrap_err().to_string();
    assert!(text.contains("NaN"), "{text}");
}

#[test]
fn normalisation_dropout_biases_statistics_and_activations_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let scaling = model().scaling;
    for (norm, bias) in [
        (Normalisation::Batch, Bias::None),
        (Normalisation::Layer, Bias::Input),
        (Normalisation::None, Bias::Zero),
    ] {
        let mlp =
            Mlp::new([64, 16, 10]).activation(LeakyRelu(0.2)).normalisation(norm).bias(bias).dropout(0.25);
        let mut saved = saved(mlp, scaling.clone(), Outputs::Scores);
        saved.params.statistics_mut().iter_mut().zip(1u8..).for_each(|(x, i)| *x = f32::from(i) / 7.0);
        saved.save(&path).unwrap();
        let loaded = SavedMlp::load(&path).unwrap();
        assert_eq!((loaded.mlp, loaded.params), (saved.mlp, saved.params));
    }
}

#[test]
fn loaded_parameters_of_a_custom_model_equal_the_saved_ones_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parameters.safetensors");
    let layout = |width: usize| {
        let build = |layout: &mut wengert_nn::Layout| {
            Embedding::new(layout, "table", 5, width, Init::Normal(1.0));
            LayerNorm::new(layout, "norm", width);
            wengert_nn::BatchNorm::new(layout, "batch", width);
        };
        Model::new(build).layout().clone()
    };
    let mut params = layout(3).initialise::<f32>(9);
    params.statistics_mut().fill(0.3);
    save_params(&params, &path).unwrap();
    assert_eq!(load_params(&path, &layout(3)).unwrap(), params);
    let error = load_params(&path, &layout(4)).unwrap_err().to_string();
    assert!(
        error.contains("\"table.weight\" is F32 of shape [5, 3], must be F32 of shape [5, 4]"),
        "{error}"
    );
    assert!(SavedMlp::load(&path).is_err());
}

#[test]
fn the_scaling_of_inputs_and_targets_is_saved_in_double_precision() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let inputs = Standardiser::new(vec![1_700_000_000.123, -1e300], vec![1e-5, 1e299]).ok();
    let targets = Standardiser::new(vec![0.1], vec![3.0]).ok();
    for scaling in [
        Scaling { inputs: inputs.clone(), targets: targets.clone() },
        Scaling { inputs, targets: None },
        Scaling { inputs: None, targets },
        Scaling::default(),
    ] {
        let saved = saved(Mlp::new([2, 1]), scaling, Outputs::Values);
        saved.save(&path).unwrap();
        let loaded = SavedMlp::load(&path).unwrap();
        assert_eq!((&loaded.scaling, loaded.outputs), (&saved.scaling, Outputs::Values));
        assert_eq!(loaded.to_trained().scaling, saved.scaling);
    }
}

/// Writes a file of the first format, with a network of two inputs and two outputs and with these deviations
/// of the inputs.
fn write_format_1(path: &Path, deviations: [f32; 2]) {
    let bytes = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let tensors = [
        ("standardiser.mean", vec![2], bytes(&[1.0, -2.0])),
        ("standardiser.deviation", vec![2], bytes(&deviations)),
        ("out.weight", vec![2, 2], bytes(&[1.0, 0.0, 0.0, 1.0])),
        ("out.bias", vec![2], bytes(&[0.0, 0.0])),
    ];
    let views: Vec<(&str, View<'_>)> = tensors
        .iter()
        .map(|(name, shape, bytes)| {
            (*name, View::new(safetensors::tensor::Dtype::F32, shape.clone(), bytes).unwrap())
        })
        .collect();
    let metadata = [("format", "wengert-mlp-1"), ("widths", "2,2"), ("activation", "relu")];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
    fs::write(path, safetensors::serialize(views, Some(metadata.into())).unwrap()).unwrap();
}

#[test]
fn a_file_of_the_first_format_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    write_format_1(&path, [0.5, 4.0]);
    let loaded = SavedMlp::load(&path).unwrap();
    assert_eq!(loaded.outputs, Outputs::Logits);
    assert_eq!(loaded.to_trained().predict(&array![[2.0, 6.0]]), array![[2.0, 2.0]]);
}

#[test]
fn a_deviation_that_is_not_positive_is_refused_by_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    for wrong in [0.0, -1.0] {
        write_format_1(&path, [1.0, wrong]);
        let error = SavedMlp::load(&path).unwrap_err().to_string();
        let expected = format!(
            "the scaling of the features: the deviation of column 2 is {wrong}, must be positive and finite"
        );
        assert!(error.contains(&expected) && error.contains("model.safetensors"), "{error}");
    }
    // In the current format, any pattern of bits.
    let valid = Standardiser::new(vec![0.0; 2], vec![1.0, 1.25]).unwrap();
    let scaling = Scaling { inputs: Some(valid), targets: None };
    saved(Mlp::new([2, 1]), scaling, Outputs::Values).save(&path).unwrap();
    let file = fs::read(&path).unwrap();
    let place = file.windows(8).position(|bytes| bytes == 1.25_f64.to_le_bytes()).unwrap();
    for wrong in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut changed = file.clone();
        changed[place..place + 8].copy_from_slice(&f64::to_le_bytes(wrong));
        fs::write(&path, changed).unwrap();
        let error = SavedMlp::load(&path).unwrap_err().to_string();
        assert!(
            error.contains(&format!("the deviation of column 2 is {wrong}, must be positive")),
            "{error}"
        );
    }
}

type View<'a> = safetensors::tensor::TensorView<'a>;
