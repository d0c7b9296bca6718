//! A column that grows by blocks of rows.

use super::columns::{ColumnKind, ColumnValues, MISSING};
use std::collections::HashMap;

/// A column that grows by blocks of rows, each with its own list of words.
pub(super) struct Growing {
    values: ColumnValues,
    index: HashMap<String, u32>,
}

impl Growing {
    pub(super) fn new(kind: ColumnKind) -> Self {
        let values = match kind {
            ColumnKind::Numbers => ColumnValues::Numbers(Vec::new()),
            ColumnKind::Dates => ColumnValues::Dates(Vec::new()),
            ColumnKind::Texts => ColumnValues::Texts { codes: Vec::new(), words: Vec::new() },
        };
        Self { values, index: HashMap::new() }
    }

    /// Appends values of the same kind.
    pub(super) fn append(&mut self, block: ColumnValues) {
        match (&mut self.values, block) {
            (ColumnValues::Numbers(all), ColumnValues::Numbers(more))
            | (ColumnValues::Dates(all), ColumnValues::Dates(more)) => all.extend_from_slice(&more),
            (ColumnValues::Texts { codes: all, words }, ColumnValues::Texts { codes, words: new_words }) => {
                let index = &mut self.index;
                let mut code_of = |word: String| {
                    *index.entry(word).or_insert_with_key(|word| {
                        words.push(word.clone());
                        (words.len() - 1) as u32
                    })
                };
                let map: Vec<u32> = new_words.into_iter().map(&mut code_of).collect();
                all.extend(codes.iter().map(|&code| map.get(code as usize).copied().unwrap_or(MISSING)));
            }
            _ => unreachable!("blocks of a column have its kind"),
        }
    }

    pub(super) fn finished(self) -> ColumnValues {
        let mut values = self.values;
        match &mut values {
            ColumnValues::Numbers(all) | ColumnValues::Dates(all) => all.shrink_to_fit(),
            ColumnValues::Texts { codes, .. } => codes.shrink_to_fit(),
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_blocks_are_joined() {
        let texts = |codes: &[u32], words: &[&str]| ColumnValues::Texts {
            codes: codes.to_vec(),
            words: words.iter().map(|&word| word.to_owned()).collect(),
        };
        let mut column = Growing::new(ColumnKind::Texts);
        column.append(texts(&[0, 1, MISSING], &["a", "b"]));
        column.append(texts(&[0, MISSING, 1, 2], &["b", "c", "a"]));
        assert_eq!(column.finished(), texts(&[0, 1, MISSING, 1, MISSING, 2, 0], &["a", "b", "c"]));
    }
}
