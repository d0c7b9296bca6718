//! Logistic regression.

use super::scores::ScoreObjective;
use super::{Examples, LinearClassifier, LinearError};
use ndarray::Array2;
use wengert_minimize::Stopping;
use wengert_nn::{CrossEntropy, Logistic};

/// Logistic regression of two or more classes: the `W` and `b` that minimise the cross-entropy of the classes with the
/// softmax of `W x + b`, **summed** over the examples, plus `l2 |W|^2`, without 1/2. Intercepts are not penalised.
///
/// Of two classes there is one score `s`, and the loss of an example is `ln(1 + e^(-t s))`, `t` being +1 for class 1 and -1
/// for class 0. Of more there is a score for each class, whose coefficients sum to 0 over the classes.
///
/// Minimised from 0 by L-BFGS on gradients from the differentiation engine; the value in the
/// [report](super::FitReport::minimisation), and the gradient that its tolerance is about, are those of the objective
/// over the number of examples. It takes fewest steps on standardised features.
///
/// | here | scikit-learn's `LogisticRegression` |
/// |---|---|
/// | [`l2(lambda)`](Self::l2), 0 if not given | `C = 1 / (2 lambda)`, 1 if not given |
/// | [`without_intercept`](Self::without_intercept) | `fit_intercept=False` |
/// | [`stopping`](Self::stopping) | `tol` (`gtol` of L-BFGS-B), `max_iter` |
///
/// Without a penalty, separable data have no minimum: the loss falls to 0 as the coefficients grow for ever. Data that are
/// separated but for points on the hyperplane have none either, and are not recognised.
///
/// ```
/// use wengert_data::iris;
/// use wengert_linear::LogisticRegression;
///
/// let flowers = iris().cast::<f64>();
/// let classifier = LogisticRegression::new().l2(0.5).fit(&flowers)?;
/// assert!(classifier.converged() && classifier.score(&flowers)? > 0.95);
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
    /// Without a penalty, with intercepts.
    #[must_use]
    pub fn new() -> Self {
        Self { l2: 0.0, intercept: true, stopping: Stopping::new() }
    }

    /// The strength of the penalty.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn l2(self, lambda: f64) -> Self {
        let fits = lambda >= 0.0 && lambda.is_finite();
        assert!(fits, "logistic regression: l2 is {lambda}, must be in [0, inf)");
        Self { l2: lambda, ..self }
    }

    /// Through the origin: `b = 0`.
    #[must_use]
    pub fn without_intercept(self) -> Self {
        Self { intercept: false, ..self }
    }

    /// When to stop.
    #[must_use]
    pub fn stopping(self, stopping: Stopping) -> Self {
        Self { stopping, ..self }
    }

    /// Fits the examples. Look at [`converged`](LinearClassifier::converged).
    ///
    /// # Errors
    /// If the examples are empty, mismatched, not finite, values, or all of one class; if there is no penalty and a
    /// hyperplane separates the classes.
    pub fn fit<'a>(&self, examples: impl Into<Examples<'a>>) -> Result<LinearClassifier, LinearError> {
        let examples = examples.into().classification()?;
        examples.expect_two_classes()?;
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

/// Whether each label's score is larger than all others: then scores twice as large have a smaller loss.
fn separates(scores: &Array2<f64>, labels: &[u32]) -> bool {
    scores.rows().into_iter().zip(labels).all(|(row, &label)| match row.as_slice() {
        Some(&[score]) => score != 0.0 && (score > 0.0) == (label == 1),
        _ => row.iter().enumerate().all(|(class, &s)| class == label as usize || s < row[label as usize]),
    })
}
