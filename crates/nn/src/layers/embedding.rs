//! Rows of a table instead of numbers.

use crate::bound::Bound;
use crate::init::Init;
use crate::layout::{Layout, ParameterSlot};
use crate::model::Module;
use std::cell::RefCell;
use wengert_ad::{Element, Tensor};

thread_local! {
    /// The indices on their way from the tape to the primitive, which cannot be read and written at once.
    static INDICES: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// A row of a table for each input, which is a whole number from 0 to `rows - 1`; the rows of the `k` inputs of an example
/// stand one after another: shapes `(m, k) -> (m, k width)`. Without a derivative by the inputs.
///
/// In `f32`, numbers are whole up to 2^24.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Embedding {
    weight: ParameterSlot,
    rows: usize,
    width: usize,
}

impl Embedding {
    /// Declares `NAME.weight` of shape `(rows, width)`, started by `init`; `torch.nn.Embedding` starts with
    /// [`Init::Normal(1.0)`](Init::Normal).
    ///
    /// # Panics
    /// If the name is taken, or there are 0 rows or columns.
    #[track_caller]
    pub fn new(layout: &mut Layout, name: &str, rows: usize, width: usize, init: Init) -> Self {
        Self { weight: layout.parameter(&format!("{name}.weight"), &[rows, width], init), rows, width }
    }

    /// The row that an input names.
    fn row(&self, index: f64) -> usize {
        let row = index as usize;
        let known = row as f64 == index && row < self.rows;
        assert!(
            known,
            "embedding: the input {index} is none of the whole numbers from 0 to {}",
            self.rows - 1
        );
        row
    }
}

impl<T: Element> Module<T> for Embedding {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let shape = x.shape();
        let [examples, inputs] = shape[..] else {
            panic!("embedding: the inputs have shape {shape:?}, it needs (m, k)")
        };
        let rows = INDICES.with_borrow_mut(|indices| {
            indices.clear();
            indices.extend(x.elements().iter().map(|index| self.row(index.value())));
            p.get(self.weight).gather(indices)
        });
        rows.reshape(&[examples, inputs * self.width])
    }
    fn output_width(&self, input: Option<usize>) -> Option<usize> {
        input.map(|inputs| inputs * self.width)
    }
}
