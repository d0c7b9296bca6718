//! Models on disk.
#![cfg(feature = "safetensors")]
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

use std::fs;
use wengert_data::digits;
use wengert_nn::{Architecture, Mlp};
use wengert_train::{SavedMlp, SavedModelError};

fn model() -> SavedMlp {
    let split = digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised();
    let mlp = Mlp::new([64, 16, 10]);
    let params = mlp.clone().into_model().layout().initialise(3);
    SavedMlp { mlp, params, standardiser: split.standardiser.unwrap() }
}

#[test]
fn a_saved_model_comes_back_bit_by_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let saved = model();
    saved.save(&path).unwrap();
    let loaded = SavedMlp::load(&path).unwrap();
    assert_eq!((loaded.mlp, loaded.params), (saved.mlp, saved.params));
    assert_eq!(loaded.standardiser, saved.standardiser);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only the model is left in the folder");
}

#[test]
fn a_failed_save_leaves_the_old_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taken");
    fs::create_dir(&path).unwrap();
    let error = model().save(&path).unwrap_err();
    assert!(matches!(error, SavedModelError::Io { .. }), "{error}");
    assert!(path.is_dir());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the half-written file is gone");
}

#[test]
fn a_file_that_is_no_model_is_refused_with_its_name() {
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
fn a_damaged_model_is_refused_without_a_panic() {
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

type View<'a> = safetensors::tensor::TensorView<'a>;
