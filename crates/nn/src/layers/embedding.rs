//! Embeddings of indices.

use crate::bound::Bound;
use crate::init::Init;
use crate::layout::{Layout, ParameterSlot};
use crate::model::Module;
use std::cell::RefCell;
use wengert_ad::{Element, Tensor};

thread_local! {
    /// The indices between the tape and the primitive: a tape cannot be read while something is recorded on
    /// it.
    static INDICES: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// An embedding: replaces each input, a whole number from 0 to `rows - 1`, by the row of a table with this
/// index. The rows of the `k` inputs of an example are concatenated: shapes `(m, k) -> (m, k width)`.
///
/// There is no derivative with respect to the inputs. In `f32`, indices are exact up to 2^24.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Embedding {
    weight: ParameterSlot,
    rows: usize,
    width: usize,
}

impl Embedding {
    /// Declares the table `NAME.weight` of shape `(rows, width)`, initialised by `init`; `torch.nn.Embedding`
    /// uses [`Init::Normal(1.0)`](Init::Normal).
    ///
    /// # Panics
    /// If the name is taken, or there are 0 rows or columns.
    #[track_caller]
    pub fn new(layout: &mut Layout, name: &str, rows: usize, width: usize, init: Init) -> Self {
        Self { weight: layout.parameter(&format!("{name}.weight"), &[rows, width], init), rows, width }
    }

    /// The row with the index that an input holds, if there is one.
    fn row(&self, index: f64) -> Option<usize> {
        let row = index as usize;
        (row as f64 == index && row < self.rows).then_some(row)
    }
}

impl<T: Element> Module<T> for Embedding {
    #[track_caller]
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let shape = x.shape();
        let [examples, inputs] = shape[..] else {
            panic!("embedding: the inputs have shape {shape:?}, must have (m, k)")
        };
        let weight = p.get(self.weight);
        // Taken, not borrowed in a closure: the operation and a panic have the line of the caller.
        let mut indices = INDICES.take();
        indices.clear();
        for index in x.elements().iter().map(|index| index.value()) {
            match self.row(index) {
                Some(row) => indices.push(row),
                None => {
                    panic!("embedding: the input {index} must be a whole number from 0 to {}", self.rows - 1)
                }
            }
        }
        let rows = weight.gather(&indices);
        INDICES.set(indices);
        rows.reshape(&[examples, inputs * self.width])
    }
    fn output_width(&self, input: Option<usize>) -> Option<usize> {
        input.map(|inputs| inputs * self.width)
    }
}
