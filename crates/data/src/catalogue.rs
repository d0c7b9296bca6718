//! The data sets that have a name.

use crate::{DataError, Dataset, blobs, circles, digits, iris, moons, spiral, xor};

/// A data set made from a seed; the bundled ones need none.
type Maker = fn(u64) -> Dataset;

const CATALOGUE: [(&str, Maker); 7] = [
    ("digits", |_| digits()),
    ("iris", |_| iris()),
    ("spiral", |seed| spiral(3, 300, 0.1, seed)),
    ("moons", |seed| moons(1000, 0.1, seed)),
    ("circles", |seed| circles(1000, 0.05, 0.5, seed)),
    ("xor", |seed| xor(1000, 0.05, seed)),
    ("blobs", |seed| blobs(3, 1000, 1.0, seed)),
];

/// The names that [`data_set`] knows.
pub fn data_set_names() -> impl Iterator<Item = &'static str> {
    CATALOGUE.iter().map(|&(name, _)| name)
}

/// A bundled data set, or a toy problem of about a thousand points with a little noise drawn from `seed`.
///
/// # Errors
/// If no data set has this name; the message lists those there are, and the nearest.
///
/// ```
/// let moons = wengert_data::data_set("moons", 7)?;
/// assert_eq!((moons.examples(), moons.width()), (1000, 2));
///
/// let error = wengert_data::data_set("mons", 7).unwrap_err();
/// assert!(error.to_string().contains("did you mean \"moons\"?"));
/// # Ok::<(), wengert_data::DataError>(())
/// ```
pub fn data_set(name: &str, seed: u64) -> Result<Dataset, DataError> {
    match CATALOGUE.iter().find(|(known, _)| *known == name) {
        Some((_, make)) => Ok(make(seed)),
        None => Err(DataError::UnknownName { name: name.to_owned(), nearest: nearest(name) }),
    }
}

/// The known name that a slip of the fingers may have turned into this one: at most two edits, and fewer than
/// half.
fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    data_set_names()
        .map(|known| (edits(&name, known), known))
        .filter(|&(edits, known)| edits <= 2 && 2 * edits < known.len())
        .min()
        .map(|(_, known)| known)
}

/// Levenshtein distance: insertions, deletions and substitutions that turn `a` into `b`.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    // `row[j]` is the distance between the part of `a` seen so far and the first `j` characters of `b`.
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_the_edits() {
        for (a, b, distance) in
            [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("same", "same", 0), ("ab", "ba", 2)]
        {
            assert_eq!(edits(a, b), distance, "{a} {b}");
        }
    }

    #[test]
    fn a_near_miss_finds_the_name_meant() {
        for (typed, meant) in [
            ("digit", "digits"),
            ("Iris", "iris"),
            ("sprial", "spiral"),
            ("cirles", "circles"),
            ("xr", "xor"),
        ] {
            assert_eq!(nearest(typed), Some(meant));
        }
        for far in ["", "mnist", "x", "a-long-name"] {
            assert_eq!(nearest(far), None, "{far}");
        }
    }
}
