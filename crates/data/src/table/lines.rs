//! The lines of the rows of a text file.

/// The line of each row, as the rows at which the lines do not simply go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowLines {
    /// Rows and their lines, both ascending; the row after a pair is on the next line.
    jumps: Vec<(usize, usize)>,
}

impl RowLines {
    /// The line of a row; `None` if the rows do not come from a text.
    pub(crate) fn line(&self, row: usize) -> Option<usize> {
        let after = self.jumps.partition_point(|&(start, _)| start <= row);
        let (start, line) = self.jumps[..after].last()?;
        Some(line + row - start)
    }

    /// Adds the line of the next row.
    pub(crate) fn push(&mut self, row: usize, line: usize) {
        if self.line(row) != Some(line) {
            self.jumps.push((row, line));
        }
    }

    /// Adds the lines of rows that follow the rows up to `row`.
    pub(crate) fn extend(&mut self, row: usize, others: &Self) {
        for &(start, line) in &others.jumps {
            self.push(row + start, line);
        }
    }

    /// The lines of some rows.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        let mut selected = Self::default();
        for (i, line) in rows.iter().enumerate().filter_map(|(i, &row)| Some((i, self.line(row)?))) {
            selected.push(i, line);
        }
        selected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_across_blank_lines_and_blocks() {
        let mut lines = RowLines::default();
        assert_eq!(lines.line(0), None);
        for (row, line) in [(0, 2), (1, 3), (2, 6), (3, 7)] {
            lines.push(row, line);
        }
        assert_eq!(lines.jumps, [(0, 2), (2, 6)]);
        let mut block = RowLines::default();
        block.push(0, 8);
        block.push(1, 11);
        lines.extend(4, &block);
        assert_eq!((0..6).map(|row| lines.line(row).unwrap()).collect::<Vec<_>>(), [2, 3, 6, 7, 8, 11]);
        assert_eq!(lines.jumps.len(), 3, "a block that goes on needs no entry");
        let some = lines.select(&[5, 0, 1]);
        assert_eq!([some.line(0), some.line(1), some.line(2)], [Some(11), Some(2), Some(3)]);
    }
}
