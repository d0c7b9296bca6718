//! Files of charts.

use std::fs;
use wengert_figures::{Chart, LearningCurves};

fn chart() -> LearningCurves {
    LearningCurves::new("loss (nats)").series("training", &[0.9_f32, 0.5, 0.25])
}

#[test]
fn a_chart_is_saved_as_the_text_that_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("curves.SVG");
    chart().save(&path).unwrap();
    assert_eq!(fs::read_to_string(path).unwrap(), chart().svg());
}

#[test]
fn a_path_with_another_extension_is_refused_with_the_possible_ones() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["curves.pdf", "curves", "curves.svg.gz"] {
        let message = chart().save(folder.path().join(name)).unwrap_err().to_string();
        assert!(message.contains(name) && message.contains(".svg") && message.contains("png"), "{message}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_that_does_not_exist_is_named() {
    let message = chart().save("no/such/folder/curves.svg").unwrap_err().to_string();
    assert!(message.contains("no/such/folder"), "{message}");
}
