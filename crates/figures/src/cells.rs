//! Regions of a grid as few rectangles.

use std::collections::BTreeMap;

/// Opposite corners of a rectangle of cells: column and row; the second corner is outside.
type Corners = [(usize, usize); 2];

/// The cells of a grid of rows of `columns` cells, those of equal kind merged into rectangles: runs in a row,
/// and equal runs in adjacent rows.
pub(crate) fn merged<K: Copy + Ord>(columns: usize, cells: &[Option<K>]) -> BTreeMap<K, Vec<Corners>> {
    let mut merged: BTreeMap<K, Vec<Corners>> = BTreeMap::new();
    // The rectangles that end at the row before: the columns of each, and its index.
    let mut open: BTreeMap<(usize, usize, K), usize> = BTreeMap::new();
    for (row, cells) in cells.chunks(columns.max(1)).enumerate() {
        let mut still_open = BTreeMap::new();
        let mut column = 0;
        for run in cells.chunk_by(|a, b| a == b) {
            let (from, to) = (column, column + run.len());
            column = to;
            let Some(kind) = run[0] else { continue };
            let boxes = merged.entry(kind).or_default();
            let index = open.get(&(from, to, kind)).copied().unwrap_or_else(|| {
                boxes.push([(from, row), (to, row)]);
                boxes.len() - 1
            });
            boxes[index][1].1 = row + 1;
            still_open.insert((from, to, kind), index);
        }
        open = still_open;
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rectangles_cover_each_cell_of_their_kind_once() {
        let (columns, rows) = (17, 11);
        let kind = |i: usize| match i * i % 5 {
            0 => None,
            kind => Some(kind / 2),
        };
        let cells: Vec<Option<usize>> = (0..columns * rows).map(|i| kind(i / 3)).collect();
        let mut covered = vec![None; cells.len()];
        for (kind, boxes) in merged(columns, &cells) {
            for [from, to] in boxes {
                for (column, row) in
                    (from.1..to.1).flat_map(|row| (from.0..to.0).map(move |column| (column, row)))
                {
                    assert_eq!(covered[row * columns + column].replace(kind), None);
                }
            }
        }
        assert_eq!(covered, cells);
        assert_eq!(merged(3, &[Some(1); 12])[&1], [[(0, 0), (3, 4)]]);
    }
}
