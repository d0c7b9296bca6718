//! The lists of what can be chosen.

use crate::valid::Valid;

/// What can be chosen, of one kind: all optimizers, say.
#[derive(Debug, PartialEq)]
pub struct Registry {
    /// The kind in messages: `"optimizer"`.
    pub kind: &'static str,
    /// The settings that all entries have, after their own.
    pub common: &'static [Setting],
    /// The entries, each with a name of its own.
    pub entries: &'static [Entry],
}

/// Something that can be chosen by its name.
#[derive(Debug, PartialEq)]
pub struct Entry {
    /// The name, in lower case with underscores: `"smooth_l1"`.
    pub name: &'static str,
    /// What it is, in a few words, for a list.
    pub about: &'static str,
    /// Its settings.
    pub settings: &'static [Setting],
}

/// A setting of an [`Entry`].
#[derive(Debug, PartialEq)]
pub struct Setting {
    /// The name, in lower case with underscores.
    pub name: &'static str,
    /// What it sets, in a few words, for a list.
    pub about: &'static str,
    /// The valid values.
    pub valid: Valid,
    /// The value if it is not given; 0 for a flag. A setting whose value depends on others has NaN.
    pub default: f64,
}

/// Lower case with underscores.
pub(crate) fn normalised(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace('-', "_")
}

impl Registry {
    /// The names of all entries.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.entries.iter().map(|entry| entry.name)
    }

    /// The known name that `name` may be a misspelling of: at most two edits, and fewer than half of its
    /// letters.
    pub(crate) fn nearest(&self, name: &str) -> Option<&'static str> {
        // No name is so long, and the distance takes time in proportion to both lengths.
        let distances = self.names().filter(|_| name.len() < 60);
        distances
            .map(|known| (strsim::levenshtein(name, known), known))
            .filter(|&(edits, known)| edits <= 2 && 2 * edits < known.len())
            .min()
            .map(|(_, known)| known)
    }
}
