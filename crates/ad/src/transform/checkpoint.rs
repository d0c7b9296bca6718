//! Memory for time: a part of a function that is forgotten, and computed again when the reverse sweep needs it.

use super::constants;
use crate::number::Scalar;
use crate::tape::{PullbackInputs, Tape, Var};

/// `f(inputs)`, of which the tape keeps only the inputs and the outputs; the reverse sweep runs `f` again.
///
/// The gradient has the same bits as without, and so have products with the Hessian (unless one
/// output is returned twice, and two sums come in the place of one). A long chain of `n` steps, cut into `sqrt(n)` checkpoints, needs memory for
/// some `2 sqrt(n)` steps instead of `n`; checkpoints inside checkpoints bring it down to `log n` (Griewank 1992). `f`
/// must depend on nothing else that is variable: it is given its variables as arguments.
///
/// ```
/// use wengert_ad::{Elementary, Tape, checkpoint};
///
/// let tape = Tape::new();
/// let x = tape.var(0.5);
/// let mut y = vec![x];
/// for _ in 0..10 {
///     y = checkpoint(&y, |y| (0..100).fold(y.to_vec(), |y, _| vec![y[0].sin() * 2.0]));
/// }
/// assert!(tape.len() < 12);
/// assert!(y[0].gradient().get(x).is_some());
/// ```
///
/// # Panics
/// If the inputs live on different tapes. In the reverse sweep, if `f` returns fewer outputs than before.
///
/// # Cost
/// `f` is computed once more. A sweep forward over the list, as in a [`jacobian`](super::jacobian), cannot pass it.
#[track_caller]
pub fn checkpoint<'t, T: Scalar>(
    inputs: &[Var<'t, T>],
    f: impl for<'s> Fn(&[Var<'s, T>]) -> Vec<Var<'s, T>> + Send + 'static,
) -> Vec<Var<'t, T>> {
    let Some(tape) = inputs.iter().find_map(|x| x.tape()) else { return f(inputs) };
    let arguments: Vec<_> = inputs.iter().enumerate().map(|(i, x)| Var::argument(x.primal(), i)).collect();
    let outputs = f(&arguments);
    // An input that comes out unchanged stays the variable it was; only the others are computed again.
    let computed: Vec<_> = (0..outputs.len()).filter(|&k| outputs[k].argument_position().is_none()).collect();
    let values: Vec<T> = computed.iter().map(|&k| outputs[k].primal()).collect();
    // An input that is there twice is one variable for the recording to come, too.
    let same = |x: Var<'t, T>| inputs.iter().position(|&other| other.is_same_node(x));
    let segment = Segment { f, places: inputs.iter().map(|&x| same(x)).collect(), computed };
    let mut recorded = tape.custom(inputs, &values, move |at, x_bar| segment.sweep(at, x_bar)).into_iter();
    let mut output = |y: Var<'_, T>| match y.argument_position() {
        Some(i) => inputs[i],
        None => recorded.next().expect("one for each computed output"),
    };
    outputs.into_iter().map(&mut output).collect()
}

/// What is computed again.
struct Segment<F> {
    f: F,
    /// For each input, where it stands first, or nothing if it is a constant.
    places: Vec<Option<usize>>,
    /// The outputs that are not inputs.
    computed: Vec<usize>,
}

impl<F> Segment<F> {
    /// Records the function on a tape of its own and continues the sweep through it.
    fn sweep<T: Scalar>(&self, at: PullbackInputs<'_, T>, x_bar: &mut [T])
    where
        F: for<'s> Fn(&[Var<'s, T>]) -> Vec<Var<'s, T>>,
    {
        let tape = Tape::new();
        let mut inputs = constants(at.x);
        for (i, place) in self.places.iter().enumerate().filter_map(|(i, place)| Some((i, (*place)?))) {
            inputs[i] = if place == i { tape.var(at.x[i]) } else { inputs[place] };
        }
        let outputs = (self.f)(&inputs);
        let cotangents = self.computed.iter().zip(at.y_bar).map(|(&k, &y_bar)| {
            let Some(&y) = outputs.get(k) else {
                panic!(
                    "checkpoint: the function returned output {k} at first, and now only {}",
                    outputs.len()
                )
            };
            (y, y_bar)
        });
        // The adjoints of the inputs go on from what they are, so that the order of additions, and every bit, is that of
        // a sweep without checkpoints.
        let first: Vec<usize> = (0..inputs.len()).filter(|&i| self.places[i] == Some(i)).collect();
        let sums: Vec<_> = first.iter().map(|&i| (inputs[i], x_bar[i])).collect();
        let adjoints = tape.pull_back(cotangents.chain(sums));
        for i in first {
            x_bar[i] = adjoints.or_zero(inputs[i]);
        }
    }
}
