//! ONNX models: what is written can be read, and other programs' perceptrons too.

use crate::models::{mlp, model, of_every_activation, of_every_architecture};
use ndarray::Array2;
use std::path::Path;
use wengert_ad::rules::Erf;
use wengert_formats::{FormatError, ImportOptions, load_onnx, onnx_bytes, onnx_from_bytes, save_onnx};
use wengert_nn::{AnyActivation, Mlp, Outputs};

#[test]
fn a_model_comes_back_as_it_was_with_its_names_and_scaling() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.onnx");
    for sample in of_every_activation().into_iter().chain(of_every_architecture()) {
        save_onnx(&sample.model, &path).unwrap();
        let back = load_onnx(&path, &ImportOptions::default())
            .unwrap_or_else(|error| panic!("{}: {error}", sample.name));
        let (saved, name) = (&sample.model, &sample.name);
        assert_eq!((&back.scaling, &back.metadata), (&saved.scaling, &saved.metadata), "{name}");
        assert_eq!((back.outputs, back.mlp.widths()), (saved.outputs, saved.mlp.widths()), "{name}");
        for row in sample.rows.iter().filter_map(|row| sample.features(row)) {
            let row = Array2::from_shape_vec((1, row.len()), row).unwrap();
            let [found, expected] = [&back, saved].map(|model| model.to_trained().predict(&row));
            assert_eq!(found.mapv(f64::to_bits), expected.mapv(f64::to_bits), "{name}");
        }
    }
}

#[test]
fn the_same_model_has_the_same_bytes() {
    let saved = model(&mlp(&[2, 3, 2], "gelu"), Outputs::Logits, 1);
    assert_eq!(onnx_bytes(&saved).unwrap(), onnx_bytes(&saved).unwrap());
}

#[test]
fn an_activation_without_operators_is_refused_by_name() {
    let erf = AnyActivation::from_rule(Erf).unwrap();
    let saved = model(&Mlp::new([2, 2, 1]).activation(erf), Outputs::Values, 1);
    let text = onnx_bytes(&saved).unwrap_err().to_string();
    assert!(text.starts_with("ONNX cannot express the activation erf; it has abs, atan, "), "{text}");
}

/// The fields of a message: numbers of fields with their contents.
struct Message(Vec<u8>);

impl Message {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn varint(mut self, mut x: u64) -> Self {
        while x > 127 {
            self.0.push(x as u8 | 128);
            x >>= 7;
        }
        self.0.push(x as u8);
        self
    }

    fn integer(self, field: u64, x: u64) -> Self {
        self.varint(field << 3).varint(x)
    }

    fn bytes(self, field: u64, bytes: impl AsRef<[u8]>) -> Self {
        let mut message = self.varint(field << 3 | 2).varint(bytes.as_ref().len() as u64);
        message.0.extend(bytes.as_ref());
        message
    }
}

fn node(operator: &str, inputs: &[&str], output: &str, attribute: Option<(&str, u64)>) -> Vec<u8> {
    let node = inputs.iter().fold(Message::new(), |node, input| node.bytes(1, input));
    let node = node.bytes(2, output).bytes(4, operator);
    match attribute {
        Some((name, x)) => node.bytes(5, Message::new().bytes(1, name).integer(3, x).integer(20, 2).0).0,
        None => node.0,
    }
}

fn array(name: &str, dims: &[u64], numbers: &[f32]) -> Vec<u8> {
    let array = dims.iter().fold(Message::new(), |array, &extent| array.integer(1, extent));
    let raw: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    array.integer(2, 1).bytes(8, name).bytes(9, raw).0
}

fn file(nodes: &[Vec<u8>], arrays: &[Vec<u8>], output: &str) -> Vec<u8> {
    let graph = nodes.iter().fold(Message::new(), |graph, node| graph.bytes(1, node));
    let graph = arrays.iter().fold(graph, |graph, array| graph.bytes(5, array));
    let value = |name: &str| Message::new().bytes(1, name).0;
    let graph = graph.bytes(11, value("x")).bytes(12, value(output));
    Message::new().integer(1, 8).bytes(7, graph.0).0
}

fn read(content: &[u8], outputs: Option<Outputs>) -> Result<Array2<f64>, FormatError> {
    let saved =
        onnx_from_bytes(Path::new("net.onnx"), content, &ImportOptions { activation: None, outputs })?;
    Ok(saved.to_trained().predict(&ndarray::array![[2.0_f64, -1.0]]))
}

/// A network as PyTorch writes it: weights of shape (out, in), and transposed products.
fn of_pytorch() -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let nodes = vec![
        node("Gemm", &["x", "w0", "b0"], "a", Some(("transB", 1))),
        node("Relu", &["a"], "r", None),
        node("Gemm", &["r", "w2", "b2"], "y", Some(("transB", 1))),
    ];
    let arrays = vec![
        array("w0", &[3, 2], &[1.0, 2.0, 3.0, 4.0, -5.0, 1.0]),
        array("b0", &[3], &[0.5, 0.0, 1.0]),
        array("w2", &[1, 3], &[1.0, 10.0, 100.0]),
        array("b2", &[1], &[-1.0]),
    ];
    (nodes, arrays)
}

#[test]
fn a_network_of_pytorch_is_read_with_its_transposed_weights() {
    let (nodes, arrays) = of_pytorch();
    let content = file(&nodes, &arrays, "y");
    // Hidden units 0.5, 2 and relu(-10).
    assert_eq!(read(&content, Some(Outputs::Values)).unwrap(), ndarray::array![[0.5 + 20.0 - 1.0]]);
    let text = read(&content, None).unwrap_err().to_string();
    assert!(text.contains("the file does not say what the outputs mean"), "{text}");
}

#[test]
fn products_sums_and_ends_of_other_programs_are_read() {
    let (_, arrays) = of_pytorch();
    let mut arrays = arrays;
    arrays[0] = array("w0", &[2, 3], &[1.0, 3.0, -5.0, 2.0, 4.0, 1.0]);
    arrays[2] = array("w2", &[3, 1], &[1.0, 10.0, 100.0]);
    let nodes = [
        node("Cast", &["x"], "c", Some(("to", 1))),
        node("MatMul", &["c", "w0"], "p", None),
        node("Add", &["b0", "p"], "a", None),
        node("Relu", &["a"], "r", None),
        node("Dropout", &["r"], "d", None),
        node("MatMul", &["d", "w2"], "q", None),
        node("Add", &["q", "b2"], "z", None),
        node("Sigmoid", &["z"], "y", None),
    ];
    // The sigmoid says that the outputs are logits.
    assert_eq!(read(&file(&nodes, &arrays, "y"), None).unwrap(), ndarray::array![[19.5]]);
}

#[test]
fn what_is_no_perceptron_is_refused_with_the_operator() {
    let (nodes, arrays) = of_pytorch();
    let refused = |replaced: usize, with: Vec<u8>, expected: &str| {
        let mut nodes = nodes.clone();
        nodes[replaced] = with;
        let text = read(&file(&nodes, &arrays, "y"), Some(Outputs::Values)).unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    };
    refused(1, node("Sqrt", &["a"], "r", None), "there is Sqrt(x); a perceptron has an activation of x here");
    refused(1, node("Add", &["a", "x"], "r", None), "Add, which joins the outputs of two layers");
    refused(0, node("Gemm", &["x", "w0", "b0"], "a", Some(("transA", 1))), "a transposed input");
    refused(2, node("Gemm", &["r", "w2", "b2"], "y", None), "b2");
    refused(2, node("Conv", &["r", "w2"], "y", None), "Conv(Relu(x), an array) at the end");
    refused(2, node("Gemm", &["x", "w2", "b2"], "y", Some(("transB", 1))), "not that of the last layer");
    let text = read(&file(&nodes, &arrays[1..], "y"), Some(Outputs::Values)).unwrap_err().to_string();
    assert!(text.contains("Gemm(x, an array, an array)"), "{text}");
    let text = read(b"not a model", None).unwrap_err().to_string();
    assert!(text.contains("not a file of the format ONNX"), "{text}");
}
