//! Composition of modules.

use super::rows::assert_width;
use crate::bound::Bound;
use crate::model::Module;
use wengert_ad::{Element, Tensor};

/// A composition of modules: the outputs of each are the inputs of the next.
#[derive(Default)]
pub struct Sequential<T: Element = f32> {
    modules: Vec<Box<dyn Module<T>>>,
}

impl<T: Element> Sequential<T> {
    /// The composition of no modules: the identity.
    pub fn new() -> Self {
        Self { modules: Vec::new() }
    }

    /// Appends a module.
    ///
    /// # Panics
    /// If its input width and the output width of the modules before it are known and differ.
    #[must_use]
    #[track_caller]
    pub fn then(mut self, module: impl Module<T> + 'static) -> Self {
        let before = self.output_width(self.input_width());
        if let (Some(before), Some(inputs)) = (before, module.input_width()) {
            let i = self.modules.len();
            assert!(
                before == inputs,
                "sequential: module {i} has inputs of width {inputs}, but the outputs before have width \
                 {before}"
            );
        }
        self.modules.push(Box::new(module));
        self
    }

    /// The number of modules.
    pub fn len(&self) -> usize {
        self.modules.len()
    }

    /// Whether there are no modules: then it is the identity.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }

    /// Keeps the first `count` modules, for example all but the head. The parameters of the others stay in
    /// the layout, unused.
    ///
    /// # Panics
    /// If there are fewer than `count` modules.
    #[must_use]
    #[track_caller]
    pub fn first(mut self, count: usize) -> Self {
        let have = self.modules.len();
        assert!(count <= have, "sequential: there are {have} modules, fewer than the first {count}");
        self.modules.truncate(count);
        self
    }
}

impl<T: Element> Module<T> for Sequential<T> {
    #[track_caller]
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let first = x.tape().len();
        let mut x = x;
        // Not a closure: a panic points to the caller.
        for (i, module) in self.modules.iter().enumerate() {
            assert_width(&format_args!("sequential: module {i}"), module.input_width(), x);
            x = module.forward_tracked(p, x).dropping_since(first);
        }
        x
    }
    fn input_width(&self) -> Option<usize> {
        // The width is that of the first module that requires one, if all before it keep the number of
        // columns.
        let keeps_width = |module: &dyn Module<T>| {
            let keeps = |width| module.output_width(Some(width)) == Some(width);
            module.input_width().is_none() && keeps(1) && keeps(2)
        };
        let first = self.modules.iter().find(|module| !keeps_width(&***module))?;
        first.input_width()
    }
    fn output_width(&self, input: Option<usize>) -> Option<usize> {
        self.modules.iter().fold(input, |width, module| module.output_width(width))
    }
}
