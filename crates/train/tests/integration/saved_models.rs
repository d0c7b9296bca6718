//! Saving and loading models.

use std::fs;
use wengert_ad::rules::{LeakyRelu, Relu};
use wengert_data::digits;
use wengert_nn::{Architecture, Bias, Embedding, Init, LayerNorm, Mlp, Model, Normalisation, layers};
use wengert_train::{SavedMlp, SavedModelError, load_params, save_params};

fn model() -> SavedMlp {
    let split = digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised();
    let mlp = Mlp::new([64, 16, 10]);
    let params = mlp.clone().into_model().layout().initialise(3);
    SavedMlp { mlp, params, standardiser: split.standardiser.unwrap() }
}

#[test]
fn a_loaded_model_equals_the_saved_one_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let saved = model();
    saved.save(&path).unwrap();
    let loaded = SavedMlp::<Relu>::load(&path).unwrap();
    assert_eq!((loaded.mlp, loaded.params), (saved.mlp, saved.params));
    assert_eq!(loaded.standardiser, saved.standardiser);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file should remain");
}

#[test]
fn the_parameters_and_statistics_of_every_layer_are_the_same_after_saving_and_loading() {
    let folder = tempfile::tempdir().unwrap();
    for (i, sample) in layers().into_iter().enumerate() {
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
    // Seven metadata in the order of a hash map would agree once in 5040 times.
    assert!((0..3).all(|_| bytes() == first));
    let header = usize::from_le_bytes(first[..8].try_into().unwrap());
    assert_eq!(header % 8, 0, "the elements should be aligned");
}

#[test]
fn a_file_that_is_not_a_model_is_rejected_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.safetensors");
    assert!(matches!(SavedMlp::<Relu>::load(&path), Err(SavedModelError::Io { .. })));
    fs::write(&path, "not a tensor in sight").unwrap();
    assert!(matches!(SavedMlp::<Relu>::load(&path), Err(SavedModelError::Format { .. })));
    fs::write(&path, safetensors::serialize(Vec::<(String, View)>::new(), None).unwrap()).unwrap();
    let error = SavedMlp::<Relu>::load(&path).unwrap_err();
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
        assert!(SavedMlp::<Relu>::load(&path).is_err(), "{length} bytes of {}", whole.len());
    }
    let mut poisoned = whole.clone();
    poisoned[whole.len() - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&path, poisoned).unwrap();
    let text = SavedMlp::<Relu>::load(&path).unwrap_err().to_string();
    assert!(text.contains("NaN"), "{text}");
}

#[test]
fn normalisation_dropout_biases_statistics_and_activations_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let standardiser = model().standardiser;
    for (norm, bias) in [
        (Normalisation::Batch, Bias::None),
        (Normalisation::Layer, Bias::Input),
        (Normalisation::None, Bias::Zero),
    ] {
        let mlp =
            Mlp::new([64, 16, 10]).activation(LeakyRelu(0.2)).normalisation(norm).bias(bias).dropout(0.25);
        let mut params = mlp.clone().into_model().layout().initialise(3);
        params.statistics_mut().iter_mut().zip(1u8..).for_each(|(x, i)| *x = f32::from(i) / 7.0);
        let saved = SavedMlp { mlp, params, standardiser: standardiser.clone() };
        saved.save(&path).unwrap();
        let loaded = SavedMlp::<LeakyRelu>::load(&path).unwrap();
        assert_eq!((loaded.mlp, loaded.params), (saved.mlp, saved.params));
        let other = SavedMlp::<Relu>::load(&path).unwrap_err().to_string();
        assert!(other.contains("activation is \"leaky_relu\", must be \"relu\""), "{other}");
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
    assert!(SavedMlp::<Relu>::load(&path).is_err());
}

type View<'a> = safetensors::tensor::TensorView<'a>;
