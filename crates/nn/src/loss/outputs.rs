//! The meaning of the outputs of a model.

/// The meaning of the outputs of a model that was trained with a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// Logits of classes, from training with a cross-entropy or the logistic loss; a single output is the
    /// logit of class 1 of two.
    Logits,
    /// Scores of classes that are not logits, from training with a hinge loss; a single output is positive
    /// for class 1 of two.
    Scores,
    /// The values of a regression.
    Values,
}

impl Outputs {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Logits, Self::Scores, Self::Values];

    /// The name of the kind: `logits`, `scores` or `values`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Logits => "logits",
            Self::Scores => "scores",
            Self::Values => "values",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outputs| outputs.name() == name)
    }

    /// Whether the outputs stand for classes.
    #[must_use]
    pub fn are_classes(self) -> bool {
        self != Self::Values
    }
}
