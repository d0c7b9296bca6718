//! The reader of golden files: cases of keys and values.

use std::collections::HashMap;
use wengert_ad::{ArrayTape, Tensor};
use wengert_nn::TargetBatch;

/// One case of a golden file.
#[derive(Debug, Default)]
pub(crate) struct Case {
    /// The rest of its first line.
    pub(crate) name: String,
    entries: HashMap<String, String>,
}

/// The cases of a file; each begins with a line whose first word is `begin`.
pub(crate) fn cases(text: &str, begin: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for line in text.lines() {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        if key == begin {
            cases.push(Case { name: value.to_owned(), ..Case::default() });
        } else {
            cases.last_mut().unwrap().entries.insert(key.to_owned(), value.to_owned());
        }
    }
    assert!(!cases.is_empty());
    cases
}

impl Case {
    pub(crate) fn text(&self, key: &str) -> &str {
        self.entries.get(key).unwrap_or_else(|| panic!("case {}: no {key:?}", self.name))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    pub(crate) fn numbers(&self, key: &str) -> Vec<f64> {
        self.text(key).split_whitespace().map(|number| number.parse().unwrap()).collect()
    }

    pub(crate) fn number(&self, key: &str) -> f64 {
        let numbers = self.numbers(key);
        assert_eq!(numbers.len(), 1, "case {}: {key:?} is one number", self.name);
        numbers[0]
    }

    /// The numbers of a key as a matrix with the case's number of rows, on a tape.
    pub(crate) fn matrix<'t>(&self, key: &str, tape: &'t ArrayTape<f64>, active: bool) -> Tensor<'t, f64> {
        let (rows, numbers) = (self.number("rows") as usize, self.numbers(key));
        let shape = (rows, numbers.len() / rows);
        let matrix = ndarray::Array2::from_shape_vec(shape, numbers).unwrap();
        if active { tape.var(&matrix) } else { tape.constant(&matrix) }
    }

    /// The labels if the targets are classes; otherwise none.
    pub(crate) fn labels(&self) -> Vec<u32> {
        if self.has("labels") {
            self.numbers("labels").iter().map(|&label| label as u32).collect()
        } else {
            vec![]
        }
    }

    pub(crate) fn targets<'a, 't>(
        &self,
        labels: &'a [u32],
        tape: &'t ArrayTape<f64>,
    ) -> TargetBatch<'a, 't, f64> {
        if labels.is_empty() {
            TargetBatch::Values(self.matrix("targets", tape, false))
        } else {
            TargetBatch::Classes(labels)
        }
    }
}
