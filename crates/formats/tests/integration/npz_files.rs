//! Archives of NumPy arrays.

use crate::models::{mlp, model};
use std::io::{Cursor, Write};
use std::path::Path;
use wengert_formats::{load_npz, npz_bytes, npz_from_bytes, save_npz};
use wengert_nn::{Architecture, Layout, Normalisation, Outputs, layers};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

#[test]
fn the_parameters_of_every_layer_are_the_same_after_saving_and_loading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("params.npz");
    for sample in layers::<f64>() {
        let model = sample.model(4);
        let mut params = model.layout().initialise::<f32>(7);
        params.statistics_mut().iter_mut().enumerate().for_each(|(j, s)| *s = 0.25 + j as f32);
        save_npz(&params, &path).unwrap();
        assert_eq!(load_npz(&path, model.layout()).unwrap(), params, "{}", sample.name);
        assert_eq!(npz_bytes(&params), npz_bytes(&params));
    }
}

#[test]
fn headers_are_aligned_and_name_the_shape() {
    let saved = model(&mlp(&[4, 8, 3], "relu").normalisation(Normalisation::Batch), Outputs::Logits, 3);
    let content = npz_bytes(&saved.params);
    let mut archive = ZipArchive::new(Cursor::new(&content)).unwrap();
    let mut entry = archive.by_name("hidden.0.weight.npy").unwrap();
    let mut array = Vec::new();
    std::io::Read::read_to_end(&mut entry, &mut array).unwrap();
    let length = usize::from(u16::from_le_bytes([array[8], array[9]]));
    assert_eq!((10 + length) % 64, 0);
    assert_eq!(array.len(), 10 + length + 4 * 32);
    let header = std::str::from_utf8(&array[10..10 + length]).unwrap();
    assert!(header.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 8), }"), "{header}");
}

/// An archive of arrays with these headers, compressed as by `numpy.savez_compressed`.
fn archive(arrays: &[(&str, &str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, header, elements) in arrays {
        archive.start_file(format!("{name}.npy"), options).unwrap();
        archive.write_all(b"\x93NUMPY\x01\x00").unwrap();
        archive.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
        archive.write_all(header.as_bytes()).unwrap();
        archive.write_all(elements).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn square() -> Layout {
    mlp(&[2, 2], "relu").into_model().layout().clone()
}

#[test]
fn an_archive_that_does_not_state_the_order_of_its_weights_is_refused() {
    let layout = square();
    let floats = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let stated = ("weights", "{'descr': '<U6', 'fortran_order': False, 'shape': (), }", {
        "in,out".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()
    });
    let weight = |shape: &str, numbers: &[f32]| {
        let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
        ("out.weight", Box::leak(header.into_boxed_str()) as &str, floats(numbers))
    };
    let bias = ("out.bias", "{'descr':'<f4','fortran_order':False,'shape':(2,)}\n", floats(&[5.0, 6.0]));
    let read =
        |arrays: &[(&str, &str, Vec<u8>)]| npz_from_bytes(Path::new("p.npz"), &archive(arrays), &layout);
    let good = weight("(2, 2)", &[1.0, 2.0, 3.0, 4.0]);
    let params = read(&[stated.clone(), good.clone(), bias.clone()]).unwrap();
    assert_eq!(params.values(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let turned: Vec<u8> = "out,in".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    for (arrays, expected) in [
        (vec![good.clone(), bias.clone()], "does not say that its weights are [in, out]"),
        (vec![("weights", stated.1, turned), good.clone(), bias.clone()], "does not say"),
        (vec![stated.clone(), good.clone()], r#"there is no tensor "out.bias""#),
        (vec![stated.clone(), weight("(4,)", &[0.0; 4]), bias.clone()], "must be float32 of shape [2, 2]"),
        (vec![stated.clone(), weight("(2, 2)", &[0.0; 3]), bias.clone()], "must be float32 of shape [2, 2]"),
        (vec![stated.clone(), weight("(2, 2)", &[f32::NAN; 4]), bias.clone()], "must be finite"),
    ] {
        let text = read(&arrays).unwrap_err().to_string();
        assert!(text.contains(expected) && text.starts_with("p.npz"), "{text}");
    }
    let text = npz_from_bytes(Path::new("p.npz"), b"PK", &layout).unwrap_err().to_string();
    assert!(text.contains("not a file of the format NPZ"), "{text}");
}
