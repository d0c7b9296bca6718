//! Rectangles of the plane, and grids of points on them.

use crate::bounds;
use crate::error::RequestError;

/// A grid of `side` by `side` points over a rectangle, the corners included: the rows from the bottom to the
/// top, each from left to right.
pub(crate) struct Grid {
    pub(crate) side: usize,
    window: [f64; 4],
}

impl Grid {
    pub(crate) fn new(side: usize, window: [f64; 4]) -> Result<Self, RequestError> {
        bounds::count("the number of points along a side", side, 2..=bounds::SIDE)?;
        for end in window {
            bounds::number("an end of the window", end, -1e6..=1e6)?;
        }
        Ok(Self { side, window })
    }

    /// The point of the grid in a column on the horizontal axis.
    pub(crate) fn x(&self, column: usize) -> f64 {
        self.between(self.window[0], self.window[1], column)
    }

    fn between(&self, low: f64, high: f64, i: usize) -> f64 {
        low + (high - low) * i as f64 / (self.side - 1) as f64
    }

    pub(crate) fn points(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        let [_, _, bottom, top] = self.window;
        (0..self.side * self.side)
            .map(move |i| [self.x(i % self.side), self.between(bottom, top, i / self.side)])
    }
}
