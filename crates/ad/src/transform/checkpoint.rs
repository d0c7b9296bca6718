//! Checkpointing: less memory at the cost of recomputing part of a function in the reverse sweep.

use super::constants;
use crate::number::Scalar;
use crate::tape::{PullbackInputs, Tape, Var};

/// `f(inputs)`, of which the tape records only the inputs and the outputs; the reverse sweep
/// evaluates `f` again.
///
/// The gradient has the same bits as without a checkpoint, and so have Hessian-vector products,
/// unless `f` returns one output twice, or an input is a function of one node that is not recorded (see
/// [`Tape::inputs`]): it becomes a node. A chain of `n` steps with `sqrt(n)` checkpoints needs
/// memory for about `2 sqrt(n)` steps instead of `n`; nested checkpoints reduce it to `log n`
/// (Griewank 1992). All variables that `f` depends on must be among `inputs`: a variable that `f`
/// captures gets no gradient.
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
/// If the inputs are on different tapes. In the reverse sweep, if `f` returns fewer outputs than
/// before.
///
/// # Cost
/// `f` is evaluated once more. A forward sweep over the tape, as in [`jacobian`](super::jacobian),
/// is not possible.
#[track_caller]
pub fn checkpoint<'t, T: Scalar>(
    inputs: &[Var<'t, T>],
    f: impl for<'s> Fn(&[Var<'s, T>]) -> Vec<Var<'s, T>> + Send + 'static,
) -> Vec<Var<'t, T>> {
    let Some(tape) = inputs.iter().find_map(|x| x.tape()) else { return f(inputs) };
    let inputs: Vec<_> = inputs.iter().map(|x| x.recorded()).collect();
    let arguments: Vec<_> = inputs.iter().enumerate().map(|(i, x)| Var::argument(x.primal(), i)).collect();
    let outputs = f(&arguments);
    // An output that is an unchanged input stays the same variable; only the others are recomputed.
    let computed: Vec<_> = (0..outputs.len()).filter(|&k| outputs[k].argument_position().is_none()).collect();
    let values: Vec<T> = computed.iter().map(|&k| outputs[k].primal()).collect();
    // An input that appears twice must be one variable in the new recording too.
    let same = |x: Var<'t, T>| inputs.iter().position(|&other| other.is_same_node(x));
    let first_uses = inputs.iter().map(|&x| Some((same(x)?, x.fuses()))).collect();
    let segment = Segment { f, first_uses, computed };
    let mut recorded = tape.custom(&inputs, &values, move |at, x_bar| segment.sweep(at, x_bar)).into_iter();
    let mut output = |y: Var<'_, T>| match y.argument_position() {
        Some(i) => inputs[i],
        None => recorded.next().expect("there is one recorded output per computed output"),
    };
    outputs.into_iter().map(&mut output).collect()
}

/// The part of the function between the inputs and the outputs of a checkpoint.
struct Segment<F> {
    f: F,
    /// For each input, the position at which the same variable appears first, and whether functions of it
    /// alone are not recorded; `None` for a constant.
    first_uses: Vec<Option<(usize, bool)>>,
    /// The positions of the outputs that are not inputs.
    computed: Vec<usize>,
}

impl<F> Segment<F> {
    /// Records the function on a separate tape and continues the sweep through it.
    fn sweep<T: Scalar>(&self, at: PullbackInputs<'_, T>, x_bar: &mut [T])
    where
        F: for<'s> Fn(&[Var<'s, T>]) -> Vec<Var<'s, T>>,
    {
        let tape = Tape::new();
        let mut inputs = constants(at.x);
        let uses = self.first_uses.iter().enumerate();
        for (i, (first, fuses)) in uses.filter_map(|(i, use_of)| Some((i, (*use_of)?))) {
            inputs[i] = match first == i {
                true if fuses => tape.input(at.x[i]),
                true => tape.var(at.x[i]),
                false => inputs[first],
            };
        }
        let outputs = (self.f)(&inputs);
        let cotangents = self.computed.iter().zip(at.y_bar).map(|(&k, &y_bar)| {
            let Some(&y) = outputs.get(k) else {
                panic!(
                    "checkpoint: the function did not return output {k} again, it now has {} outputs",
                    outputs.len()
                )
            };
            (y, y_bar)
        });
        // The sweep starts from the present adjoints of the inputs, so that the order of additions,
        // and therefore every bit of the result, is that of a sweep without checkpoints.
        let first: Vec<usize> =
            (0..inputs.len()).filter(|&i| self.first_uses[i].is_some_and(|(first, _)| first == i)).collect();
        let sums: Vec<_> = first.iter().map(|&i| (inputs[i], x_bar[i])).collect();
        let adjoints = tape.pull_back(cotangents.chain(sums));
        for i in first {
            x_bar[i] = adjoints.or_zero(inputs[i]);
        }
    }
}
