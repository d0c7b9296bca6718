//! Event files of TensorBoard.

use std::fs;
use std::path::Path;
use wengert_data::moons;
use wengert_formats::{EventFile, TensorBoard};
use wengert_nn::{CrossEntropy, Mlp, Normalisation};
use wengert_optim::Adam;
use wengert_train::Trainer;

/// The events of a file, whose records must be whole.
fn events(path: &Path) -> Vec<Vec<u8>> {
    let content = fs::read(path).unwrap();
    let (mut rest, mut events) = (&content[..], Vec::new());
    while !rest.is_empty() {
        let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
        events.push(rest[12..12 + length].to_vec());
        rest = &rest[12 + length + 4..];
    }
    events
}

fn contains(event: &[u8], text: &str) -> bool {
    event.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn training_writes_the_graph_and_the_metrics_and_parameters_of_each_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let data = moons(200, 0.1, 7).split(0.8, 0.2, 0.0, 7).unwrap().standardised();
    let mlp = Mlp::new([2, 8, 2]).normalisation(Normalisation::Batch);
    let board = TensorBoard::create(folder.path().join("runs/moons")).unwrap().graph(&mlp).unwrap();
    let problem = board.problem();
    let trainer = Trainer::new(mlp, CrossEntropy, Adam::new(1e-2)).epochs(3).seed(7);
    let report = trainer.callback(board).fit(&data).unwrap();
    assert!(problem.lock().unwrap().is_none());
    let files: Vec<_> = fs::read_dir(folder.path().join("runs/moons")).unwrap().collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    let path = file.as_ref().unwrap().path();
    assert!(path.file_name().unwrap().to_str().unwrap().starts_with("events.out.tfevents."), "{path:?}");
    let events = events(&path);
    assert_eq!(events.len(), 2 + 2 * 3);
    assert!(contains(&events[0], "brain.Event:2"));
    for name in ["hidden.0/weight", "hidden.0/norm/bias", "relu", "out/product"] {
        assert!(contains(&events[1], name), "{name}");
    }
    for (epoch, of_epoch) in report.history.iter().zip(events[2..].chunks(2)) {
        let loss = (epoch.validation.unwrap().loss as f32).to_le_bytes();
        let scalar = [b"\x0a\x0floss/validation\x15", &loss[..]].concat();
        assert!(of_epoch[0].windows(scalar.len()).any(|part| part == scalar), "{epoch}");
        assert!(contains(&of_epoch[0], "accuracy/train") && contains(&of_epoch[0], "learning_rate"));
        for name in ["parameters/out.bias", "parameters/hidden.0.norm.running_mean"] {
            assert!(contains(&of_epoch[1], name), "{name}");
        }
    }
}

#[test]
fn runs_in_one_folder_do_not_touch_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let [mut first, second] = [0, 1].map(|_| EventFile::new_in(&folder).unwrap());
    assert_ne!(first.path(), second.path());
    first.scalars(1, &[("loss".into(), 0.5)]).unwrap();
    assert_eq!((events(first.path()).len(), events(second.path()).len()), (2, 1));
    let file = folder.path().join("taken");
    fs::write(&file, "").unwrap();
    assert!(EventFile::new_in(&file).unwrap_err().to_string().contains("taken"));
}
