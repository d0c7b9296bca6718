//! The determinant by recursive Laplace expansion along the first row: about `e n!` multiplications.
//!
//! The expansion ends at minors of order six, which are small and numerous. Eight of them, in
//! lanes, are recorded on a tape that stays in the cache, and one reverse sweep computes their
//! gradients. On the tape of the whole determinant, each of them is a single statement
//! (preaccumulation: Griewank and Walther 2008, "Evaluating Derivatives", section 10.2). The full
//! tape of a determinant of order 11 would take gigabytes.

use crate::protocol::{EvalError, Prepared, check_length, prepared, read};
use serde::Deserialize;
use serde_json::Value;
use wengert_ad::{Lanes, Number, Tape, value_and_grad_into};

/// Minors per group of lanes.
const SIDE_BY_SIDE: usize = 8;
/// The largest order of the minors at which the expansion ends.
const LARGEST_PIECE: usize = 6;

type Wide = Lanes<SIDE_BY_SIDE>;

#[derive(Deserialize)]
struct Input {
    #[serde(rename = "A")]
    a: Vec<f64>,
    ell: usize,
}

/// The columns of a minor as a circular linked list. Node `c + 1` is column `c`; node 0 is before
/// the first column and after the last.
struct Columns {
    next: Vec<usize>,
}

impl Columns {
    fn all(n: usize) -> Self {
        Self { next: (0..=n).map(|place| (place + 1) % (n + 1)).collect() }
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(self.next[0]), |&place| Some(self.next[place]))
            .take_while(|&place| place != 0)
            .map(|place| place - 1)
    }

    /// Calls `visit` for each column in order, with the list of the other columns and with the column.
    fn each_without(&mut self, mut visit: impl FnMut(&mut Self, usize)) {
        let mut before = 0;
        while self.next[before] != 0 {
            let place = self.next[before];
            self.next[before] = self.next[place];
            visit(self, place - 1);
            self.next[before] = place;
            before = place;
        }
    }
}

/// The minor of the rows from `row` on and these columns. `piece` computes the minors of the rows
/// from `last` on.
fn minor<T: Number>(
    a: &[T],
    (row, last): (usize, usize),
    columns: &mut Columns,
    piece: &mut impl FnMut(&Columns) -> T,
) -> T {
    if row == last {
        return piece(columns);
    }
    let n = columns.next.len() - 1;
    let (mut sum, mut positive) = (None, true);
    columns.each_without(|columns, column| {
        // Without a call for a piece, which would copy a large number.
        let cofactor =
            if row + 1 == last { piece(columns) } else { minor(a, (row + 1, last), columns, piece) };
        let term = a[row * n + column] * cofactor;
        sum = Some(match sum {
            None => term,
            Some(sum) if positive => sum + term,
            Some(sum) => sum - term,
        });
        positive = !positive;
    });
    sum.expect("a minor has as many columns as rows, and there are rows before the last")
}

/// The determinant of a matrix of order `n`, fully expanded.
fn determinant<T: Number>(a: &[T], n: usize) -> T {
    let last = n - 1;
    let entry = |columns: &Columns| a[last * n + columns.next[0] - 1];
    minor(a, (0, last), &mut Columns::all(n), &mut { entry })
}

/// A matrix of order `n`, and the order of the minors, called pieces, at which its expansion ends.
struct Expansion {
    a: Vec<f64>,
    n: usize,
    order: usize,
}

impl Expansion {
    fn new(a: Vec<f64>, n: usize) -> Self {
        Self { a, n, order: (n - 1).clamp(1, LARGEST_PIECE) }
    }

    /// The first row of the pieces.
    fn last(&self) -> usize {
        self.n - self.order
    }

    /// The columns of each piece, in the order of the expansion.
    fn pieces(&self) -> Vec<usize> {
        fn visit(pieces: &mut Vec<usize>, rows: usize, columns: &mut Columns) {
            if rows == 0 {
                pieces.extend(columns.iter());
                return;
            }
            columns.each_without(|columns, _| visit(pieces, rows - 1, columns));
        }
        let mut pieces = Vec::new();
        visit(&mut pieces, self.last(), &mut Columns::all(self.n));
        pieces
    }

    /// Calls `batch` with the entries of eight pieces in lanes, and with the number of lanes in use.
    fn each_batch(&self, pieces: &[usize], mut batch: impl FnMut(&[Wide], usize)) {
        let mut entries = vec![Lanes([0.0; SIDE_BY_SIDE]); self.order * self.order];
        for pieces in pieces.chunks(SIDE_BY_SIDE * self.order) {
            let count = pieces.len() / self.order;
            for (k, entry) in entries.iter_mut().enumerate() {
                let (row, column) = (self.last() + k / self.order, k % self.order);
                // The last piece fills the lanes that are not in use.
                let piece = |lane: usize| lane.min(count - 1) * self.order;
                *entry = Lanes::from_fn(|lane| self.a[row * self.n + pieces[piece(lane) + column]]);
            }
            batch(&entries, count);
        }
    }

    fn primal(&self) -> f64 {
        let mut values = Vec::new();
        self.each_batch(&self.pieces(), |entries, count| {
            values.extend_from_slice(&determinant(entries, self.order).0[..count]);
        });
        let mut values = values.into_iter();
        let mut piece = |_: &Columns| values.next().expect("there is one value per piece");
        minor(&self.a, (0, self.last()), &mut Columns::all(self.n), &mut piece)
    }

    fn gradient(&self, tape: &mut Tape<f64>, small: &mut Tape<Wide>) -> Vec<f64> {
        let columns = self.pieces();
        let entries = self.order * self.order;
        let (mut values, mut partials) = (Vec::new(), Vec::new());
        let mut wide = vec![Lanes([0.0; SIDE_BY_SIDE]); entries];
        self.each_batch(&columns, |inputs, count| {
            let value = value_and_grad_into(small, |a| determinant(a, self.order), inputs, &mut wide);
            values.extend_from_slice(&value.0[..count]);
            for lane in 0..count {
                partials.extend(wide.iter().map(|partial| partial.0[lane]));
            }
        });
        tape.clear();
        let tape = &*tape;
        let a = tape.inputs(&self.a);
        let mut pieces = values.iter().zip(columns.chunks(self.order)).zip(partials.chunks(entries));
        let mut operands = Vec::with_capacity(entries);
        let mut piece = |_: &Columns| {
            let ((&value, columns), partials) = pieces.next().expect("there is one value per piece");
            operands.clear();
            for (row, partials) in (self.last()..).zip(partials.chunks(self.order)) {
                operands.extend(
                    columns.iter().zip(partials).map(|(&c, &partial)| (a[row * self.n + c], partial)),
                );
            }
            tape.record(value, &operands)
        };
        let y = minor(&a, (0, self.last()), &mut Columns::all(self.n), &mut piece);
        let gradient = y.gradient();
        a.iter().map(|&a| gradient.or_zero(a)).collect()
    }
}

/// `primal`: the determinant. `gradient`: its derivatives with respect to the entries.
pub(crate) fn evaluate(function: &str, input: &Value) -> Result<Prepared, EvalError> {
    let Input { a, ell } = read(input)?;
    if ell == 0 {
        return Err(EvalError::Domain { field: "ell", needed: "at least 1" });
    }
    check_length("A", a.len(), ell * ell)?;
    let expansion = Expansion::new(a, ell);
    match function {
        "primal" => Ok(prepared(move || expansion.primal())),
        "gradient" => {
            let (mut tape, mut small) = (Tape::new(), Tape::new());
            Ok(prepared(move || expansion.gradient(&mut tape, &mut small)))
        }
        _ => Err(EvalError::unknown(function, &["primal", "gradient"])),
    }
}

#[cfg(test)]
mod tests {
    use super::{Expansion, Tape};

    #[test]
    fn a_matrix_times_its_cofactors_is_its_determinant_times_the_identity() {
        // From order 8 on, there are several batches of pieces; at order 9, the last one is not full.
        for n in [1, 2, 7, 8, 9] {
            let a: Vec<f64> = (0..n * n).map(|i| (1.7 * (i * i) as f64 + 1.0).sin()).collect();
            let expansion = Expansion::new(a.clone(), n);
            let determinant = expansion.primal();
            assert!(determinant != 0.0);
            let cofactors = expansion.gradient(&mut Tape::new(), &mut Tape::new());
            for (i, k) in (0..n).flat_map(|i| (0..n).map(move |k| (i, k))) {
                let sum: f64 = (0..n).map(|j| a[i * n + j] * cofactors[k * n + j]).sum();
                let expected = if i == k { determinant } else { 0.0 };
                assert!(
                    (sum - expected).abs() < 1e-12,
                    "order {n}, rows {i} and {k}: {sum}, expected {expected}"
                );
            }
        }
    }
}
