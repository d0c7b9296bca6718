//! Files of PyTorch: names, layout, and the way back.

use crate::models::{mlp, model, of_every_activation, of_every_architecture};
use ndarray::Array2;
use safetensors::SafeTensors;
use std::path::Path;
use wengert_formats::{
    FileProblem, FormatError, ImportOptions, Inexpressible, load_torch, save_torch, torch_bytes,
    torch_from_bytes,
};
use wengert_nn::{AnyActivation, Normalisation, Outputs};
use wengert_train::SavedMlp;

const PATH: &str = "net.safetensors";

fn read(content: &[u8], options: &ImportOptions) -> Result<SavedMlp, FormatError> {
    torch_from_bytes(Path::new(PATH), content, options)
}

#[test]
fn names_and_shapes_are_those_of_a_sequence_of_modules() {
    let mlp = mlp(&[4, 8, 3], "relu").normalisation(Normalisation::Batch).dropout(0.5);
    let saved = model(&mlp, Outputs::Logits, 3);
    let bytes = torch_bytes(&saved).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut shapes: Vec<(String, Vec<usize>)> =
        file.iter().map(|(name, view)| (name.to_owned(), view.shape().to_vec())).collect();
    shapes.sort();
    let expected = [
        ("0.bias", vec![8]),
        ("0.weight", vec![8, 4]),
        ("1.bias", vec![8]),
        ("1.running_mean", vec![8]),
        ("1.running_var", vec![8]),
        ("1.weight", vec![8]),
        ("4.bias", vec![3]),
        ("4.weight", vec![3, 8]),
    ];
    assert_eq!(shapes, expected.map(|(name, shape)| (name.to_owned(), shape)));
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let metadata = header.metadata().as_ref().unwrap();
    assert_eq!(
        metadata["modules"],
        "nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3))"
    );
    assert_eq!(metadata["weights"], "out,in");
    // Element (1, 2) of our weight is element (2, 1) of theirs.
    let view = file.tensor("0.weight").unwrap();
    let at = |i: usize| f32::from_le_bytes(view.data()[4 * i..4 * i + 4].try_into().unwrap());
    assert_eq!(at(2 * 4 + 1), saved.params.get("hidden.0.weight").unwrap()[[1, 2]]);
}

#[test]
fn a_model_comes_back_as_it_was_with_its_names_and_scaling() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(PATH);
    let mut count = 0;
    for sample in of_every_activation().into_iter().chain(of_every_architecture()) {
        match save_torch(&sample.model, &path) {
            Err(FormatError::Inexpressible {
                problem: Inexpressible::Activation { name, known }, ..
            }) => {
                assert!(!known.contains(&&*name), "{name}");
                continue;
            }
            result => result.unwrap(),
        }
        count += 1;
        let back = load_torch(&path, &ImportOptions::default()).unwrap();
        let (saved, name) = (&sample.model, &sample.name);
        assert_eq!((&back.scaling, &back.metadata), (&saved.scaling, &saved.metadata), "{name}");
        assert_eq!(back.mlp.dropout_rate(), saved.mlp.dropout_rate(), "{name}");
        for row in sample.rows.iter().filter_map(|row| sample.features(row)) {
            let row = Array2::from_shape_vec((1, row.len()), row).unwrap();
            let [found, expected] = [&back, saved].map(|model| model.to_trained().predict(&row));
            assert_eq!(found.mapv(f64::to_bits), expected.mapv(f64::to_bits), "{name}");
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn neither_program_takes_the_square_layers_of_the_other_as_its_own() {
    let saved = model(&mlp(&[4, 4, 4], "tanh"), Outputs::Logits, 3);
    let error = read(&saved.to_bytes(), &ImportOptions::default()).unwrap_err();
    let FormatError::Unreadable { problem: FileProblem::Layout { found, .. }, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(found, "wengert-mlp-3");
    let error = SavedMlp::from_bytes(PATH, &torch_bytes(&saved).unwrap()).unwrap_err();
    assert!(error.to_string().contains(r#"format is "wengert-torch-1""#), "{error}");
    // Also without the name of the format, the order of the dimensions is stated.
    let ours = String::from_utf8_lossy(&saved.to_bytes()[8..600]).into_owned();
    assert!(ours.contains(r#""weights":"in,out""#), "{ours}");
    let turned = replaced(&saved.to_bytes(), r#""weights":"in,out""#, r#""weights":"out,in""#);
    let error = SavedMlp::from_bytes(PATH, &turned).unwrap_err();
    assert!(error.to_string().contains(r#"weights is "out,in""#), "{error}");
}

/// The content with a text of the same length instead of another.
fn replaced(content: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = content.windows(from.len()).position(|part| part == from.as_bytes()).unwrap();
    let mut content = content.to_vec();
    content[at..at + to.len()].copy_from_slice(to.as_bytes());
    content
}

/// The name, the shape and the elements of a tensor.
type Tensor<'a> = (&'a str, &'a [usize], &'a [f32]);

/// A file as PyTorch writes it: tensors without metadata.
fn plain(tensors: &[Tensor<'_>]) -> Vec<u8> {
    let tensors: Vec<_> = tensors
        .iter()
        .map(|(name, shape, numbers)| {
            let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
            (name.to_string(), (shape.to_vec(), bytes))
        })
        .collect();
    let views = tensors.iter().map(|(name, (shape, bytes))| {
        let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes);
        (name.clone(), view.unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

#[test]
fn a_file_of_pytorch_needs_the_activation_and_the_meaning_of_the_outputs() {
    let file = plain(&[
        ("net.0.weight", &[2, 1], &[1.0, -2.0]),
        ("net.0.bias", &[2], &[0.5, 0.25]),
        ("net.2.weight", &[1, 2], &[3.0, 4.0]),
    ]);
    let text = read(&file, &ImportOptions::default()).unwrap_err().to_string();
    assert!(text.contains("which activation is between the layers; give its name"), "{text}");
    let activation = AnyActivation::named("relu", &[]);
    let text = read(&file, &ImportOptions { activation, outputs: None }).unwrap_err().to_string();
    assert!(text.contains("what the outputs mean"), "{text}");
    let options = ImportOptions { activation, outputs: Some(Outputs::Values) };
    let saved = read(&file, &options).unwrap();
    // relu(2 + 0.5) * 3 + relu(-4 + 0.25) * 4, and a bias of 0 that the file does not have.
    let found = saved.to_trained().predict(&ndarray::array![[2.0_f64], [-1.0]]);
    assert_eq!(found, ndarray::array![[7.5], [9.0]]);
}

#[test]
fn what_is_not_a_sequence_of_layers_is_refused_with_the_tensor() {
    let options =
        ImportOptions { activation: AnyActivation::named("relu", &[]), outputs: Some(Outputs::Values) };
    let one: &[f32] = &[1.0];
    let cases: [(&[Tensor<'_>], &str); 8] = [
        (&[], "there is no layer"),
        (&[("fc.weight", &[1, 1], one)], r#"there is a tensor "fc.weight""#),
        (&[("0.weight", &[1, 1], one), ("a.2.weight", &[1, 1], one)], r#"there is a tensor "a.2.weight""#),
        (&[("0.bias", &[1], one)], r#"there is no tensor "0.weight""#),
        (&[("0.weight", &[1], one), ("0.bias", &[1], one)], "0.weight first"),
        (&[("0.weight", &[1, 1], one), ("2.weight", &[1, 2], &[1.0, 2.0])], "is for 2 inputs, must be for 1"),
        (
            &[("0.weight", &[1, 1], one), ("0.bias", &[2], &[1.0, 2.0])],
            "F32 of shape [2], must be F32 of \
         shape [1]",
        ),
        (
            &[("0.weight", &[1, 1], one), ("1.weight", &[1], one), ("1.bias", &[1], one)],
            "layer normalisation; a perceptron has the outputs here",
        ),
    ];
    for (tensors, expected) in cases {
        let text = read(&plain(tensors), &options).unwrap_err().to_string();
        assert!(text.contains(expected) && text.starts_with(PATH), "{text}");
    }
    let text = read(&plain(&[("0.weight", &[1, 1], &[f32::NAN])]), &options).unwrap_err().to_string();
    assert!(text.contains("is NaN, must be finite"), "{text}");
    let text = read(b"not a file", &options).unwrap_err().to_string();
    assert!(text.contains("not a file of the format safetensors"), "{text}");
}
