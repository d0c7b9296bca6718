//! The largest and the smallest element.

use super::reduce::{around, reduced_not_empty};
use super::{Adjoint, Around, Axis, Primitive, Recorded, Requirement, Shape, View};
use crate::element::Element;
use crate::number::Scalar;
use wengert_kernels::{largest, vectorised};

/// Which end of the order is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The largest element.
    Largest,
    /// The smallest element.
    Smallest,
}

/// The largest or the smallest element. A NaN wins over every number.
///
/// Pullback: the whole cotangent goes to the first of those that are equal. Elements are compared by
/// [`value`](Numeric::value), so lanes must agree on the winner's.
#[derive(Clone, Debug)]
pub struct Extremum {
    side: Side,
    axis: Axis,
    winners: Vec<usize>,
}

impl Extremum {
    /// The extremum along `axis`.
    pub fn new(side: Side, axis: Axis) -> Self {
        Self { side, axis, winners: Vec::new() }
    }

    /// Looks for another one from now on; keeps its buffers.
    pub fn set(&mut self, side: Side, axis: Axis) {
        (self.side, self.axis) = (side, axis);
    }

    /// The position of the winner along the axis (among all elements without one), for each fibre of an array.
    pub fn positions<T: Element>(mut self, x: View<'_, T>) -> Vec<usize> {
        let at = around(self.axis, x.shape);
        self.find(at, x.data);
        self.winners.iter().map(|winner| winner / at.inner % at.axis).collect()
    }

    /// Finds the index of the winner of each fibre.
    fn find<T: Element>(&mut self, at: Around, x: &[T]) {
        self.winners.clear();
        if at.inner == 1 {
            let rows = x.chunks_exact(at.axis).enumerate();
            self.winners.extend(rows.map(|(i, row)| i * at.axis + self.side.first_in(row)));
        } else {
            for block in 0..at.outer {
                let first = block * at.axis * at.inner;
                self.winners.extend(first..first + at.inner);
                let winners = &mut self.winners[block * at.inner..];
                for i in first + at.inner..first + at.axis * at.inner {
                    let winner = &mut winners[i % at.inner];
                    if self.side.wins(x[i].value(), x[*winner].value()) {
                        *winner = i;
                    }
                }
            }
        }
    }
}

impl Side {
    /// Whether `new`, which stands behind `old`, takes its place.
    #[inline(always)]
    fn wins(self, new: f64, old: f64) -> bool {
        let further = match self {
            Self::Largest => new > old,
            Self::Smallest => new < old,
        };
        further || (new.is_nan() && !old.is_nan())
    }

    /// The position of the first winner of a row.
    fn first_in<T: Scalar>(self, row: &[T]) -> usize {
        // Long rows: first the value, several elements at a time, then where it stands.
        if row.len() >= 32 && self == Self::Largest {
            let winner = vectorised(
                #[inline(always)]
                || largest(row),
            )
            .value();
            let is_winner = |x: &T| x.value() == winner || (winner.is_nan() && x.value().is_nan());
            return row.iter().position(is_winner).expect("the largest element is one of them");
        }
        let (mut winner, mut value) = (0, row[0].value());
        for (i, x) in row.iter().enumerate().skip(1) {
            if self.wins(x.value(), value) {
                (winner, value) = (i, x.value());
            }
        }
        winner
    }
}

impl<T: Element> Primitive<T> for Extremum {
    fn name(&self) -> &'static str {
        match self.side {
            Side::Largest => "max",
            Side::Smallest => "min",
        }
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        reduced_not_empty(self.axis, operands[0])
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let x = xs[0].data;
        self.find(around(self.axis, xs[0].shape), x);
        for (y, &winner) in y.iter_mut().zip(&self.winners) {
            *y = x[winner];
        }
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let x_bar = x_bar.slot();
        for (&winner, &y_bar) in self.winners.iter().zip(at.y_bar) {
            x_bar[winner] = x_bar[winner] + y_bar;
        }
    }
}
