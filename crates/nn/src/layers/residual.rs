//! Residual connections.

use super::rows::assert_width;
use crate::bound::Bound;
use crate::model::Module;
use wengert_ad::{Element, Tensor};

/// A residual connection around a module `f`: `y = x + f(x)`; shapes `(m, n) -> (m, n)` (He et al. 2016).
pub struct Residual<T: Element = f32> {
    module: Box<dyn Module<T>>,
}

impl<T: Element> Residual<T> {
    /// The residual connection around `module`.
    ///
    /// # Panics
    /// If the module is known to change the number of columns.
    #[track_caller]
    pub fn new(module: impl Module<T> + 'static) -> Self {
        let inputs = module.input_width();
        if let (Some(inputs), Some(outputs)) = (inputs, module.output_width(inputs)) {
            assert!(
                inputs == outputs,
                "residual: inputs have width {inputs} and outputs have width {outputs}; they must be equal"
            );
        }
        Self { module: Box::new(module) }
    }
}

impl<T: Element> Module<T> for Residual<T> {
    #[track_caller]
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        assert_width(&"residual: the module", self.module.input_width(), x);
        x + self.module.forward_tracked(p, x)
    }
    fn input_width(&self) -> Option<usize> {
        self.module.input_width()
    }
    fn output_width(&self, input: Option<usize>) -> Option<usize> {
        input.or_else(|| self.input_width())
    }
}
