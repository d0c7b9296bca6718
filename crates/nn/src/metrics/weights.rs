//! The weights of examples in metrics.

/// One weight per example, or none: then each counts 1.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ExampleWeights<'a>(Option<&'a [f64]>);

impl<'a> ExampleWeights<'a> {
    #[track_caller]
    pub(super) fn new(what: &str, weights: &'a [f64], examples: usize) -> Self {
        let found = weights.len();
        assert!(found == examples, "{what}: there are {examples} examples, but {found} weights");
        if let Some(i) = weights.iter().position(|weight| !(0.0..f64::INFINITY).contains(weight)) {
            panic!("{what}: the weight of example {i} is {}, must be in [0, inf)", weights[i]);
        }
        let sum: f64 = weights.iter().sum();
        assert!(sum > 0.0 && sum.is_finite(), "{what}: the weights add up to {sum}, must be in (0, inf)");
        Self(Some(weights))
    }

    /// The weight of an example.
    pub(super) fn of(self, example: usize) -> f64 {
        self.0.map_or(1.0, |weights| weights[example])
    }
}
