//! Modules one after another.

use crate::bound::Bound;
use crate::model::Module;
use wengert_ad::{Element, Tensor};

/// Modules one after another.
#[derive(Default)]
pub struct Sequential<T: Element = f32> {
    modules: Vec<Box<dyn Module<T>>>,
}

impl<T: Element> Sequential<T> {
    /// No modules: the identity.
    pub fn new() -> Self {
        Self { modules: Vec::new() }
    }

    /// Then this one.
    ///
    /// # Panics
    /// If it is known to take rows of another width than what comes before gives.
    #[must_use]
    #[track_caller]
    pub fn then(mut self, module: impl Module<T> + 'static) -> Self {
        let given = self.output_width(self.input_width());
        if let (Some(given), Some(taken)) = (given, module.input_width()) {
            let i = self.modules.len();
            assert!(
                given == taken,
                "sequential: module {i} takes rows of width {taken}, but those before it give {given}; they must be equal"
            );
        }
        self.modules.push(Box::new(module));
        self
    }

    /// The number of modules.
    pub fn len(&self) -> usize {
        self.modules.len()
    }

    /// Whether there are none: the identity.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }

    /// The first `count` modules: without the last, what comes before the head. The parameters of the others stay in the
    /// layout, where they do nothing.
    ///
    /// # Panics
    /// If there are fewer.
    #[must_use]
    #[track_caller]
    pub fn first(mut self, count: usize) -> Self {
        let have = self.modules.len();
        assert!(count <= have, "sequential: the first {count} modules were asked for, there are {have}");
        self.modules.truncate(count);
        self
    }
}

impl<T: Element> Module<T> for Sequential<T> {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        x.fold_layers(&self.modules, |x, module| module.forward(p, x))
    }
    fn input_width(&self) -> Option<usize> {
        // A module that takes any width passes the question on, if it keeps the width.
        let keeps = |module: &dyn Module<T>| {
            let keeps = |width| module.output_width(Some(width)) == Some(width);
            module.input_width().is_none() && keeps(1) && keeps(2)
        };
        self.modules.iter().find(|module| !keeps(&***module)).and_then(|module| module.input_width())
    }
    fn output_width(&self, input: Option<usize>) -> Option<usize> {
        self.modules.iter().fold(input, |width, module| module.output_width(width))
    }
}
