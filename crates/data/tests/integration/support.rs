//! What several tests use.

use wengert_data::{Dataset, Targets};

pub(crate) fn labels_of(data: &Dataset) -> &[u32] {
    match data.targets() {
        Targets::Classes { labels, .. } => labels,
        Targets::Values { .. } => panic!("{} has no labels", data.name()),
    }
}

pub(crate) fn counts(data: &Dataset) -> Vec<usize> {
    let Targets::Classes { labels, classes } = data.targets() else {
        panic!("{} has no labels", data.name())
    };
    (0..*classes).map(|class| labels.iter().filter(|&&label| label as usize == class).count()).collect()
}
