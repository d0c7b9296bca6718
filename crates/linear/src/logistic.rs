//! Logistic regression.

use crate::classifier::LinearClassifier;
use crate::error::LinearError;
use crate::examples::Examples;
use crate::score_objective::ScoreObjective;
use ndarray::Array2;
use wengert_kernels::validate::assert_non_negative;
use wengert_minimize::Stopping;
use wengert_nn::{CrossEntropy, Logistic};

/// Logistic regression for two or more classes: the `W` and `b` that minimise the cross-entropy
/// between the classes and the softmax of `W x + b`, **summed** over the examples, plus `l2 |W|^2`,
/// without 1/2. Intercepts are not penalised.
///
/// For two classes there is a single score `s`, and the loss of an example is `ln(1 + e^(-t s))`
/// with `t = 1` for class 1 and `t = -1` for class 0. For more classes there is one score per
/// class, and the coefficients sum to 0 over the classes.
///
/// Minimised by L-BFGS, starting from 0, with gradients from the differentiation engine. The value
/// in the [report](crate::FitReport::minimisation) and the gradient to which the tolerance applies
/// are those of the objective divided by the number of examples. Standardised features need the
/// fewest steps.
///
/// | here | scikit-learn's `LogisticRegression` |
/// |---|---|
/// | [`l2(lambda)`](Self::l2), 0 by default | `C = 1 / (2 lambda)`, 1 by default |
/// | [`without_intercept`](Self::without_intercept) | `fit_intercept=False` |
/// | [`stopping`](Self::stopping) | `tol` (`gtol` of L-BFGS-B), `max_iter` |
///
/// Without a penalty, separable data have no minimum: the loss tends to 0 as the coefficients grow
/// without bound. Data with points on the separating hyperplane have no minimum either, but this
/// case is not detected.
///
/// ```
/// use wengert_data::iris;
/// use wengert_linear::LogisticRegression;
///
/// let flowers = iris().cast::<f64>();
/// let classifier = LogisticRegression::new().l2(0.5).fit(&flowers)?;
/// assert!(classifier.converged() && classifier.accuracy(&flowers)? > 0.95);
/// # Ok::<(), wengert_linear::LinearError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LogisticRegression {
    l2: f64,
    intercept: bool,
    stopping: Stopping,
}

impl Default for LogisticRegression {
    fn default() -> Self {
        Self::new()
    }
}

impl LogisticRegression {
    /// Creates logistic regression without a penalty and with intercepts.
    #[must_use]
    pub fn new() -> Self {
        Self { l2: 0.0, intercept: true, stopping: Stopping::new() }
    }

    /// Sets the strength of the L2 penalty; 0 by default.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn l2(self, lambda: f64) -> Self {
        assert_non_negative("logistic regression: l2", lambda);
        Self { l2: lambda, ..self }
    }

    /// Fits without intercepts: `b = 0`.
    #[must_use]
    pub fn without_intercept(self) -> Self {
        Self { intercept: false, ..self }
    }

    /// Sets the stopping criteria of the minimisation.
    #[must_use]
    pub fn stopping(self, stopping: Stopping) -> Self {
        Self { stopping, ..self }
    }

    /// Fits the examples. [`converged`](LinearClassifier::converged) says whether the minimum was found.
    ///
    /// # Errors
    /// If the examples are empty, mismatched or not finite; if their targets are values or a single
    /// class; if there are more than 256 classes and more than examples; if squares of the features
    /// overflow; if there is no penalty and a hyperplane separates the classes.
    pub fn fit<'a>(&self, examples: impl Into<Examples<'a>>) -> Result<LinearClassifier, LinearError> {
        let examples = examples.into().classification()?;
        examples.check_fit()?;
        let (x, labels, classes) = (examples.features, examples.labels, examples.classes);
        let (l2, intercept, stopping) = (self.l2, self.intercept, &self.stopping);
        let (coefficients, intercepts, report) = if classes == 2 {
            ScoreObjective::new(Logistic, (x, labels), 1, l2, intercept).fit(stopping)
        } else {
            ScoreObjective::new(CrossEntropy, (x, labels), classes, l2, intercept).fit(stopping)
        };
        let fitted = LinearClassifier { coefficients, intercepts, classes, reports: vec![report] };
        if l2 == 0.0 && separates(&fitted.scores(&x), labels) {
            return Err(LinearError::Separable);
        }
        Ok(fitted)
    }
}

/// Whether the score of each label is larger than all other scores; then scaling up the
/// coefficients reduces the loss.
fn separates(scores: &Array2<f64>, labels: &[u32]) -> bool {
    scores.rows().into_iter().zip(labels).all(|(row, &label)| match row.as_slice() {
        Some(&[score]) => score != 0.0 && (score > 0.0) == (label == 1),
        _ => row.iter().enumerate().all(|(class, &s)| class == label as usize || s < row[label as usize]),
    })
}
