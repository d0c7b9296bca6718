//! Names, provenance and activations in saved models.

use ndarray::{Array2, array};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use wengert_ad::rules::{Interval, UnaryVisitor, each_unary};
use wengert_ad::{Unary, unary_rule};
use wengert_nn::{ActivationRule, Architecture, Mlp, MlpModule};
use wengert_train::{ModelMetadata, Outputs, Provenance, SavedMlp, SavedModelError, TrainedModel};

fn untrained<R: ActivationRule>(mlp: Mlp<R>, outputs: Outputs) -> TrainedModel<MlpModule<R>> {
    let model = mlp.into_model();
    let params = model.layout().initialise(3);
    TrainedModel::new(model, params, outputs)
}

fn owned<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}

/// Saves a network with each rule, and compares the predictions of the loaded one.
struct Compare<'a> {
    folder: &'a Path,
    rules: usize,
}

impl UnaryVisitor for Compare<'_> {
    fn visit<R: Unary>(&mut self, rule: R, _: &'static [Interval]) {
        let path = self.folder.join("model.safetensors");
        let model = untrained(Mlp::new([2, 5, 4, 3]).activation(rule), Outputs::Scores);
        model.save(&path).unwrap();
        let loaded = SavedMlp::load(&path).unwrap();
        let activation = loaded.mlp.activation_rule();
        assert_eq!((activation.name(), activation.constants()), (R::NAME, rule.parameters()));
        let x = Array2::from_shape_fn((7, 2), |(i, j)| 0.3 * i as f32 - 0.5 * j as f32);
        let bits = |y: Array2<f32>| y.mapv(f32::to_bits);
        assert_eq!(bits(loaded.to_trained().predict(&x)), bits(model.predict(&x)), "{}", R::NAME);
        self.rules += 1;
    }
}

#[test]
fn a_network_with_any_activation_is_loaded_without_naming_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut compare = Compare { folder: folder.path(), rules: 0 };
    each_unary(&mut compare);
    assert!(compare.rules > 40, "{}", compare.rules);
}

unary_rule! {
    /// Twice the operand.
    Twice twice,
    primal |x| x + x,
    partial |_, _| T::constant(2.0)
}

#[test]
fn an_activation_of_a_program_s_own_cannot_be_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let error = untrained(Mlp::new([1, 2, 1]).activation(Twice), Outputs::Values).save(&path).unwrap_err();
    assert!(matches!(error, SavedModelError::CustomActivation { .. }), "{error}");
    assert!(error.to_string().contains("the activation twice is not in the table"), "{error}");
    assert!(!path.exists());
}

#[test]
fn names_preprocessing_and_provenance_are_the_same_after_saving_and_loading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let settings = [("optimizer", "sgd:momentum=0.9"), ("note", "\"quoted\"\n\u{1f600}")];
    let provenance = Provenance {
        version: "0.1.0".to_owned(),
        data: "houses, \"2024\"".to_owned(),
        seed: Some(u64::MAX),
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    };
    let classes = ModelMetadata {
        features: owned(["size of the house", "\u{e9}tage"]),
        targets: owned(["kind"]),
        classes: owned(["small", "", "large"]),
        preprocessing: None,
        provenance,
    };
    let values =
        ModelMetadata { targets: owned(["price", "rent", "tax"]), classes: Vec::new(), ..classes.clone() };
    let one = ModelMetadata { classes: owned(["no", "yes"]), ..classes.clone() };
    for (metadata, width, outputs) in [
        (classes, 3, Outputs::Logits),
        (values, 3, Outputs::Values),
        (one, 1, Outputs::Scores),
        (ModelMetadata::default(), 3, Outputs::Logits),
    ] {
        let model = untrained(Mlp::new([2, 4, width]), outputs);
        TrainedModel { metadata: metadata.clone(), ..model }.save(&path).unwrap();
        let loaded = SavedMlp::load(&path).unwrap();
        assert_eq!((&loaded.metadata, loaded.outputs), (&metadata, outputs));
        assert_eq!(loaded.to_trained().metadata, metadata);
    }
}

/// Writes a network of two inputs and two outputs whose metadata are those of a valid file, changed.
fn write_with(path: &Path, changes: &[(&str, &str)]) {
    let bytes = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let (weight, bias) = (bytes(&[1.0, 0.0, 0.0, 1.0]), bytes(&[0.0, 0.5]));
    type View<'a> = safetensors::tensor::TensorView<'a>;
    let single = safetensors::tensor::Dtype::F32;
    let tensors = [
        ("out.weight", View::new(single, vec![2, 2], &weight).unwrap()),
        ("out.bias", View::new(single, vec![2], &bias).unwrap()),
    ];
    let valid =
        [("format", "wengert-mlp-3"), ("widths", "2,2"), ("outputs", "logits"), ("activation", "relu")];
    let metadata: BTreeMap<&str, &str> = valid.iter().chain(changes).copied().collect();
    let metadata: HashMap<String, String> =
        metadata.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    fs::write(path, safetensors::serialize(tensors, Some(metadata)).unwrap()).unwrap();
}

#[test]
fn a_file_of_the_second_format_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    write_with(&path, &[("format", "wengert-mlp-2")]);
    let loaded = SavedMlp::load(&path).unwrap();
    assert_eq!((loaded.outputs, &loaded.metadata), (Outputs::Logits, &ModelMetadata::default()));
    assert_eq!(loaded.to_trained().predict(&array![[3.0, 4.0]]), array![[3.0, 4.5]]);
}

#[test]
fn metadata_that_are_not_valid_are_refused_by_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let nested = "[".repeat(1_000_000);
    for (key, value) in [
        ("features", "[\"a\"]"),
        ("features", "[\"a\", \"b\", \"c\"]"),
        ("features", "a,b"),
        ("features", "[1, 2]"),
        ("features", &nested),
        ("targets", "[\"a\", \"b\"]"),
        ("classes", "[\"a\", \"b\", \"c\"]"),
        ("classes", "{}"),
        ("seed", "-1"),
        ("seed", "1e30"),
        ("preprocessing", "{}"),
        ("preprocessing", &nested),
        ("settings", "[]"),
        ("settings", "{\"a\": 1}"),
        ("outputs", "classes"),
        ("activation", "rely"),
        ("activation", "leaky_relu"),
        ("activation", &nested),
        ("format", "wengert-mlp-4"),
        ("widths", "2,2,2"),
        ("widths", "1000000000000,1000000000000"),
    ] {
        write_with(&path, &[(key, value)]);
        let error = SavedMlp::load(&path).unwrap_err().to_string();
        let named = key == "widths" || error.contains(&format!("{key} is "));
        assert!(named && error.len() < 600, "{key} = {value:.40}: {error}");
    }
    write_with(&path, &[("features", "[\"a\", \"b\"]"), ("classes", "[\"x\", \"y\"]")]);
    assert_eq!(SavedMlp::load(&path).unwrap().metadata.classes, ["x", "y"]);
}

#[test]
fn a_model_takes_the_raw_tables_that_its_preprocessing_describes() {
    use wengert_data::{Preprocessing, PreprocessingOptions, TableOptions, read_table};
    let folder = tempfile::tempdir().unwrap();
    let (path, table) = (folder.path().join("model.safetensors"), folder.path().join("table.csv"));
    fs::write(&table, "size,colour,kind\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n5,red,a\n6,blue,b\n").unwrap();
    let table = read_table(&table, &TableOptions::default()).unwrap();
    let preprocessing = Preprocessing::fit(&table, 0..6, &PreprocessingOptions::default()).unwrap();
    let inputs = preprocessing.feature_names().len();
    let save = |inputs: usize| {
        let model = untrained(Mlp::new([inputs, 4, 2]), Outputs::Logits);
        let metadata = model.metadata.clone().with_preprocessing(&preprocessing);
        TrainedModel { metadata, ..model }.save(&path).unwrap();
        SavedMlp::load(&path)
    };
    let loaded = save(inputs).unwrap().metadata.preprocessing().unwrap().unwrap();
    assert_eq!(loaded.features(&table).unwrap(), preprocessing.features(&table).unwrap());
    let error = save(inputs + 1).unwrap_err().to_string();
    assert!(error.contains(&format!("not of {inputs}")), "{error}");
}
