//! Random orthogonal matrices.

/// A `rows x columns` matrix, row-major, whose shorter side is a set of orthogonal vectors of length `gain`: normal
/// draws, orthogonalised by Gram and Schmidt, which leaves them uniform (Mezzadri 2007).
pub(crate) fn orthogonal(
    rows: usize,
    columns: usize,
    gain: f64,
    mut normal: impl FnMut() -> f64,
) -> Vec<f64> {
    let (count, length) = (rows.min(columns), rows.max(columns));
    let mut vectors: Vec<Vec<f64>> = Vec::with_capacity(count);
    while vectors.len() < count {
        let mut next: Vec<f64> = (0..length).map(|_| normal()).collect();
        let before = norm(&next);
        // One pass leaves what rounding made of the components taken away; a second removes it ("twice is enough",
        // Parlett 1998, section 6.9).
        for _ in 0..2 {
            vectors.iter().for_each(|unit| remove(&mut next, unit));
        }
        let after = norm(&next);
        // A draw that all but lies in the span of the others, as in one dimension a draw of 0, is drawn again.
        if after > 1e-8 * before {
            next.iter_mut().for_each(|x| *x /= after);
            vectors.push(next);
        }
    }
    let element = |i: usize, j: usize| gain * if rows <= columns { vectors[i][j] } else { vectors[j][i] };
    (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).map(|(i, j)| element(i, j)).collect()
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Takes the component along a unit vector out of `x`.
fn remove(x: &mut [f64], unit: &[f64]) {
    let along: f64 = x.iter().zip(unit).map(|(x, u)| x * u).sum();
    x.iter_mut().zip(unit).for_each(|(x, u)| *x -= along * u);
}
