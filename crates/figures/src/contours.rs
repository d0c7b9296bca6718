//! Contour lines by marching squares.

/// The segments of the line on which a function has the value `level`. `values` are those at the points of a
/// grid, in rows of `columns`; the results are in columns and rows. Squares with a NaN at a corner have no
/// line.
///
/// The function is taken as linear on the edges of each square. If two opposite corners are above the level
/// and the other two below, the mean of the four decides which corners are connected (Lorensen and Cline
/// 1987, in two dimensions).
pub(crate) fn contours(columns: usize, values: &[f64], level: f64) -> Vec<[(f64, f64); 2]> {
    let rows = values.len() / columns.max(1);
    let mut segments = Vec::new();
    for (row, column) in (1..rows).flat_map(|row| (1..columns).map(move |column| (row - 1, column - 1))) {
        // The corners in a circle.
        let corners = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)];
        let corners =
            corners.map(|(column, row)| (column as f64, row as f64, values[row * columns + column] - level));
        if corners.iter().any(|(.., height)| height.is_nan()) {
            continue;
        }
        let crossing = |i: usize| {
            let ((x0, y0, a), (x1, y1, b)) = (corners[i], corners[(i + 1) % 4]);
            let part = a / (a - b);
            ((a < 0.0) != (b < 0.0)).then_some((x0 + part * (x1 - x0), y0 + part * (y1 - y0)))
        };
        let crossings: Vec<(f64, f64)> = (0..4).filter_map(crossing).collect();
        match *crossings {
            [a, b] => segments.push([a, b]),
            [a, b, c, d] => {
                let mean: f64 = corners.iter().map(|(.., height)| height).sum();
                // The corner between the last and the first edge is cut off if the middle is on the other
                // side.
                let cut = (mean < 0.0) != (corners[0].2 < 0.0);
                segments.extend(if cut { [[d, a], [b, c]] } else { [[a, b], [c, d]] });
            }
            _ => {}
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contours_of_a_cone_are_circles() {
        let distance = |i: usize| f64::hypot((i % 41) as f64 - 20.0, (i / 41) as f64 - 20.0);
        let values: Vec<f64> = (0..41 * 41).map(distance).collect();
        let segments = contours(41, &values, 12.3);
        let length: f64 = segments.iter().map(|[a, b]| (a.0 - b.0).hypot(a.1 - b.1)).sum();
        assert!((length / (2.0 * std::f64::consts::PI * 12.3) - 1.0).abs() < 0.01, "{length}");
        for &(x, y) in segments.iter().flatten() {
            assert!(((x - 20.0).hypot(y - 20.0) - 12.3).abs() < 0.02, "{x} {y}");
        }
    }

    #[test]
    fn a_saddle_connects_the_corners_on_the_side_of_its_middle() {
        for (low, expected) in [(-1.0, 2), (-9.0, 2)] {
            let segments = contours(2, &[2.0, low, low, 2.0], 0.0);
            assert_eq!(segments.len(), expected);
            // Each segment separates one corner from the middle: the low ones if the middle is above the
            // level.
            let cuts_high = low < -2.0;
            for [a, b] in segments {
                let middle = (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
                assert_eq!((middle.0 - middle.1).abs() < 0.2, cuts_high, "{low}: {middle:?}");
            }
        }
        assert!(contours(2, &[1.0, -1.0, f64::NAN, 1.0], 0.0).is_empty());
    }
}
