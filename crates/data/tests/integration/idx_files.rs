//! IDX files: what is read, and how invalid files are refused.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use wengert_data::{
    DataError, DataProblem, Dataset, Examples, ImagePart, Pass, Split, SplitProblem, Targets, read_idx,
    read_idx_folder,
};

/// An IDX file of unsigned bytes.
fn idx(extents: &[u32], elements: &[u8]) -> Vec<u8> {
    let extents_written = extents.iter().flat_map(|extent| extent.to_be_bytes());
    [0, 0, 8, extents.len() as u8]
        .into_iter()
        .chain(extents_written)
        .chain(elements.iter().copied())
        .collect()
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Three images of 2 by 2 pixels, and their labels.
fn images() -> Vec<u8> {
    idx(&[3, 2, 2], &[0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8])
}

fn labels() -> Vec<u8> {
    idx(&[3], &[2, 0, 1])
}

/// Reads files of this content, called `images` and `labels`.
fn read(images: &[u8], labels: &[u8]) -> Result<Dataset, DataError> {
    let folder = tempfile::tempdir().unwrap();
    let paths = [("images", images), ("labels", labels)].map(|(name, content)| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    });
    read_idx(&paths[0], &paths[1])
}

/// Asserts that the error has this file and this text.
fn assert_refused<T: std::fmt::Debug>(result: Result<T, DataError>, file: &str, said: &str) {
    let message = result.expect_err("should be refused").to_string();
    let (path, problem) = message.split_once(": ").unwrap();
    assert!(path.ends_with(file) && problem.contains(said), "{file} and {said:?} are not in {message}");
}

/// A folder in the form of MNIST: three classes, six training images, two test images.
fn mnist() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).unwrap();
    write("train-images-idx3-ubyte", &idx(&[6, 1, 2], &[0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]));
    write("train-labels-idx1-ubyte.gz", &compressed(&idx(&[6], &[0, 1, 0, 1, 0, 1])));
    write("t10k-images-idx3-ubyte.gz", &compressed(&idx(&[2, 1, 2], &[255, 0, 0, 255])));
    write("t10k-labels-idx1-ubyte", &idx(&[2], &[1, 2]));
    folder
}

fn sizes(split: &Split) -> [usize; 3] {
    [split.train.examples(), split.validation.examples(), split.test.examples()]
}

#[test]
fn pixels_become_features_from_zero_to_one() {
    let data = read(&images(), &labels()).unwrap();
    assert_eq!((data.name(), data.examples(), data.width()), ("images", 3, 4));
    assert_eq!(data.row(0), [0.0, 0.2, 0.4, 1.0]);
    assert_eq!(data.row(2), [5.0, 6.0, 7.0, 8.0].map(|pixel: f32| pixel / 255.0));
    assert_eq!(data.targets(), &Targets::Classes { labels: vec![2, 0, 1], classes: 3 });
}

#[test]
fn images_have_any_number_of_dimensions_from_two_on() {
    let elements: Vec<u8> = (0..24).collect();
    for extents in [&[3, 8][..], &[3, 2, 4], &[3, 2, 2, 2]] {
        assert_eq!(read(&idx(extents, &elements), &labels()).unwrap().width(), 8, "{extents:?}");
    }
}

#[test]
fn files_larger_than_a_chunk_are_read_completely_and_in_order() {
    let elements: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
    let file = idx(&[3, 100, 1000], &elements);
    let expected: Vec<f32> = elements.iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
    for content in [compressed(&file), file] {
        assert!(read(&content, &labels()).unwrap().features() == expected);
    }
}

#[test]
fn compression_is_recognised_by_content_and_not_by_name() {
    let plain = read(&images(), &labels()).unwrap();
    assert_eq!(read(&compressed(&images()), &compressed(&labels())).unwrap(), plain);
    let folder = tempfile::tempdir().unwrap();
    let paths = ["images.gz", "labels.gz"].map(|name| folder.path().join(name));
    fs::write(&paths[0], images()).unwrap();
    fs::write(&paths[1], labels()).unwrap();
    assert_eq!(read_idx(&paths[0], &paths[1]).unwrap(), plain, "the name has no ending either");
}

#[test]
fn a_file_that_is_absent_or_a_folder_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let absent = read_idx(folder.path().join("absent"), folder.path().join("labels")).unwrap_err();
    assert!(absent.to_string().contains("absent: cannot be read: No such file"), "{absent}");
    assert!(std::error::Error::source(&absent).is_some());
    let problem = read_idx(folder.path(), folder.path()).unwrap_err();
    assert!(matches!(problem.problem, DataProblem::Unreadable(_)), "{problem}");
}

#[test]
fn damaged_compression_is_reported() {
    let whole = compressed(&images());
    let (mut sum, mut block) = (whole.clone(), whole.clone());
    let end = whole.len() - 8; // the checksum and the length are at the end
    sum[end] ^= 1;
    block[10] |= 0b110; // a kind of block that does not exist
    for damaged in [&whole[..5], &whole[..20], &whole[..end + 3], &sum, &block] {
        assert_refused(read(damaged, &labels()), "images", "the gzip data are damaged");
    }
}

#[test]
fn a_file_of_another_format_is_refused_with_its_first_bytes() {
    assert_refused(read(b"P5 28 28 255\n", &labels()), "images", "the bytes [50, 35, 20, 32]; an IDX file");
    assert_refused(read(&images(), b"0,1,2\n"), "labels", "begins with the bytes [30, 2c, 31, 2c]");
    assert_refused(read(&[0, 0, 0, 0], &labels()), "images", "begins with the bytes [00, 00, 00, 00]");
    let mut floats = images();
    floats[2] = 0x0d;
    assert_refused(
        read(&floats, &labels()),
        "images",
        "the bytes [00, 00, 0d, 03]; an IDX file of unsigned bytes begins with [00, 00, 08]",
    );
}

#[test]
fn a_file_that_ends_in_its_header_is_refused() {
    for length in [0, 1, 3, 4, 7, 15] {
        assert_refused(read(&images()[..length], &labels()), "images", "ends within its header");
    }
    assert_refused(read(&compressed(&images()[..7]), &labels()), "images", "ends within its header");
}

#[test]
fn swapped_files_are_refused_with_their_dimensions() {
    assert_refused(
        read(&labels(), &images()),
        "images",
        "images have at least 2 dimensions, not 1; are images",
    );
    assert_refused(
        read(&images(), &images()),
        "labels",
        "labels have 1 dimension, not 3; are images and labels",
    );
    assert_refused(read(&idx(&[], &[7]), &labels()), "images", "images have at least 2 dimensions, not 0");
}

#[test]
fn a_file_that_is_shorter_or_longer_than_its_dimensions_is_refused() {
    for length in [16, 17, 27] {
        let said = format!("ends after {} of 3 x 2 x 2 elements", length - 16);
        assert_refused(read(&images()[..length], &labels()), "images", &said);
        assert_refused(read(&compressed(&images()[..length]), &labels()), "images", &said);
    }
    assert_refused(read(&images(), &labels()[..10]), "labels", "ends after 2 of 3 elements");
    let longer = [images(), vec![0]].concat();
    assert_refused(read(&longer, &labels()), "images", "the file has more than 3 x 2 x 2 elements");
    assert_refused(read(&compressed(&longer), &labels()), "images", "the file has more than");
}

#[test]
fn dimensions_without_elements_or_beyond_memory_are_refused() {
    for extents in [&[0, 2, 2][..], &[3, 0, 2], &[u32::MAX; 3]] {
        assert_refused(
            read(&idx(extents, &[]), &labels()),
            "images",
            "must be positive, and their product must fit in memory",
        );
    }
    // No memory is taken for elements that the header claims and the file does not have.
    let claimed = idx(&[3, u32::MAX, u32::MAX / 4], &[1, 2, 3]);
    assert_refused(read(&claimed, &labels()), "images", "ends after 3 of ");
}

#[test]
fn a_missing_label_is_refused_with_both_counts() {
    assert_refused(read(&images(), &idx(&[2], &[0, 1])), "labels", "there are 2 labels for 3 images");
}

#[test]
fn a_folder_is_read_as_it_is_split() {
    let folder = mnist();
    let split = read_idx_folder(folder.path()).unwrap();
    assert_eq!(sizes(&split), [6, 0, 2]);
    assert_eq!(split.train.row(5), [100.0 / 255.0, 110.0 / 255.0]);
    assert_eq!(split.test.features(), [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(split.test.targets(), &Targets::Classes { labels: vec![1, 2], classes: 3 });
    let Targets::Classes { classes, .. } = split.train.targets() else { panic!("classes") };
    assert_eq!(*classes, 3, "a class that only the test part has is a class");
    let name = folder.path().file_name().unwrap().to_string_lossy();
    assert_eq!((split.train.name(), split.test.name()), (&*name, &*name));
    let scaling = split.train.scaling();
    let pixels = scaling.inputs.as_ref().expect("pixels are divided by 255");
    assert_eq!((pixels.mean(), pixels.deviation()), (&[0.0, 0.0][..], &[255.0, 255.0][..]));
    assert_eq!((split.validation.scaling(), split.test.scaling()), (scaling, scaling));
    let raw = split.train.unscaled();
    assert!(raw.row(5).iter().zip([100.0, 110.0]).all(|(x, pixel)| (x - pixel).abs() < 1e-5), "{raw:?}");
}

#[test]
fn a_fraction_of_the_training_part_moves_to_the_validation_part() {
    let given = read_idx_folder(mnist().path()).unwrap();
    assert_eq!(given.clone().with_validation(0.0, 7).unwrap(), given);
    let split = given.clone().with_validation(0.5, 7).unwrap();
    assert_eq!(sizes(&split), [3, 3, 2]);
    assert_eq!(split.test, given.test);
    let mut seen: Vec<&[f32]> = (0..3).flat_map(|i| [split.train.row(i), split.validation.row(i)]).collect();
    seen.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]));
    assert_eq!(seen, (0..6).map(|i| given.train.row(i)).collect::<Vec<_>>());
    for fraction in [-0.1, 1.0, 1.5, f64::NAN] {
        let error = given.clone().with_validation(fraction, 7).unwrap_err();
        assert!(
            matches!(error.problem, DataProblem::Split(SplitProblem::Fractions { .. })),
            "{fraction}: {error}"
        );
    }
    let none = given.with_validation(0.01, 7).unwrap_err();
    assert!(none.to_string().contains("the validation part, 0.01 of 6 examples, would be empty"), "{none}");
}

#[test]
#[should_panic(expected = "the split already has 3 validation examples")]
fn a_second_validation_part_is_refused() {
    let split = read_idx_folder(mnist().path()).unwrap().with_validation(0.5, 7).unwrap();
    let _ = split.with_validation(0.5, 7);
}

#[test]
#[should_panic(expected = "the split is standardised; standardise it afterwards")]
fn a_validation_part_from_standardised_examples_is_refused() {
    let _ = read_idx_folder(mnist().path()).unwrap().standardised().with_validation(0.5, 7);
}

#[test]
fn a_folder_that_lacks_a_file_or_does_not_exist_is_refused() {
    let folder = mnist();
    let name = folder.path().file_name().unwrap().to_str().unwrap();
    for file in ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
        let (path, aside) = (folder.path().join(file), folder.path().join("aside"));
        fs::rename(&path, &aside).unwrap();
        assert_refused(read_idx_folder(folder.path()), name, &format!("there is no {file} or {file}.gz"));
        fs::rename(&aside, &path).unwrap();
    }
    assert_refused(read_idx_folder(folder.path().join("absent")), "absent", "cannot be read: No such file");
}

#[test]
fn test_images_of_another_size_are_refused() {
    let folder = mnist();
    let wide = idx(&[2, 1, 3], &[0; 6]);
    fs::write(folder.path().join("t10k-images-idx3-ubyte.gz"), compressed(&wide)).unwrap();
    let said = "the images have 3 pixels, must have 2 like the training images";
    assert_refused(read_idx_folder(folder.path()), "t10k-images-idx3-ubyte.gz", said);
}

/// The folder of MNIST: beside the checkout, or the one in the environment variable `WENGERT_MNIST_DIR`.
fn real_mnist() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mnist");
    let folder = std::env::var_os("WENGERT_MNIST_DIR").map_or_else(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

#[test]
fn mnist_has_its_published_counts_mean_and_deviation() {
    let Some(folder) = real_mnist() else {
        eprintln!("skipped: there is no MNIST; set WENGERT_MNIST_DIR to its folder");
        return;
    };
    let split = read_idx_folder(folder).unwrap();
    assert_eq!((sizes(&split), split.train.width()), ([60_000, 0, 10_000], 784));
    let Targets::Classes { labels, classes: 10 } = split.train.targets() else { panic!("ten classes") };
    assert_eq!(labels[..5], [5, 0, 4, 1, 9]);
    let count = |class| labels.iter().filter(|&&label| label == class).count();
    let counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
    assert_eq!((0..10).map(count).collect::<Vec<_>>(), counts);
    // Mean 0.1307 and deviation 0.3081 are the constants of every tutorial.
    let n = split.train.features().len() as f64;
    let mean = split.train.features().iter().map(|&x| f64::from(x)).sum::<f64>() / n;
    let square = split.train.features().iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / n;
    let deviation = (square - mean * mean).sqrt();
    assert!((mean - 0.1307).abs() < 5e-5 && (deviation - 0.3081).abs() < 5e-5, "{mean} {deviation}");
}

/// The rows and the labels of a pass, in its order.
fn rows(part: &ImagePart, pass: Pass) -> Vec<(Vec<f32>, u32)> {
    let mut rows = Vec::new();
    for block in part.blocks(pass) {
        let block = block.unwrap();
        assert_eq!((block.width(), block.scaling()), (part.sample().width(), part.sample().scaling()));
        let Targets::Classes { labels, .. } = block.targets() else { panic!("labels") };
        rows.extend((0..block.examples()).map(|i| (block.row(i).to_vec(), labels[i])));
    }
    rows
}

#[test]
fn images_in_pieces_are_those_in_memory_once_per_epoch_and_in_another_order() {
    let folder = tempfile::tempdir().unwrap();
    let (images, labels) = (folder.path().join("images"), folder.path().join("labels"));
    // 600 images of 64 x 64 pixels are 10 pieces of a quarter of a megabyte.
    let pixels: Vec<u8> = (0..600_u32 * 4096).map(|i| (i / 4096 * 7 + i % 251) as u8).collect();
    fs::write(&images, idx(&[600, 64, 64], &pixels)).unwrap();
    fs::write(&labels, idx(&[600], &(0..600).map(|i| (i % 10) as u8).collect::<Vec<u8>>())).unwrap();
    let (whole, part) = (read_idx(&images, &labels).unwrap(), ImagePart::open(&images, &labels, 7).unwrap());
    let sorted = |mut rows: Vec<(Vec<f32>, u32)>| {
        rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
        rows
    };
    let all: Vec<(Vec<f32>, u32)> = (0..600).map(|i| (whole.row(i).to_vec(), i as u32 % 10)).collect();
    assert_eq!(rows(&part, Pass::Evaluation), all);
    let [first, second] = [1, 2].map(|epoch| rows(&part, Pass::Epoch(epoch)));
    assert!(first != all && second != all && first != second);
    assert!(first == rows(&part, Pass::Epoch(1)), "an epoch has one order");
    let all = sorted(all);
    assert!(sorted(first) == all && sorted(second) == all);
    let parts = part.parts(0.2, 0.1).unwrap();
    assert_eq!(parts.each_ref().map(Examples::examples), [420, 120, 60]);
    assert!(sorted(parts.iter().flat_map(|part| rows(part, Pass::Epoch(3))).collect()) == all);
    assert_eq!(part.parts(0.0, 0.0).unwrap().map(|part| part.examples()), [600, 0, 0]);
    // The file changes between the passes.
    fs::write(&images, idx(&[600, 64, 64], &pixels[..4096 * 599])).unwrap();
    let last = part.blocks(Pass::Evaluation).last().unwrap();
    assert!(matches!(last.unwrap_err().problem, DataProblem::Changed));
}

#[test]
fn images_that_cannot_be_read_in_pieces_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [file, of_labels] = ["images", "labels"].map(|name| folder.path().join(name));
    fs::write(&of_labels, labels()).unwrap();
    for (content, problem) in [
        (compressed(&images()), "decompress it with gunzip first"),
        (images()[..20].to_vec(), "ends after 4"),
        ([images(), vec![0]].concat(), "more"),
        (idx(&[2, 2, 2], &[0; 8]), "3 labels for 2 images"),
    ] {
        fs::write(&file, content).unwrap();
        let message = ImagePart::open(&file, &of_labels, 7).unwrap_err().to_string();
        assert!(message.contains(problem), "{message}");
    }
    fs::write(&file, images()).unwrap();
    let part = ImagePart::open(&file, &of_labels, 7).unwrap();
    let message = part.parts(0.01, 0.0).unwrap_err().to_string();
    assert!(message.contains("images") && message.contains("validation"), "{message}");
}
