//! Operations recorded with their derivatives: a statement with partials, or outputs with a pullback.

use super::node::NONE;
use super::segments::{Arrival, Segment};
use super::tape::Tape;
use super::var::Var;
use crate::number::Scalar;
use crate::tape::mixed::mixed_tapes;

impl<T: Scalar> Tape<T> {
    /// Records `value` as computed from the operands in one statement, given its derivative by each.
    ///
    /// How it was computed is not recorded: a function whose derivatives are known by other means, or a part of a program
    /// whose derivatives were accumulated before. Constant operands are passed over.
    ///
    /// # Panics
    /// If an operand lives on another tape.
    ///
    /// # Cost
    /// One node for each operand.
    #[track_caller]
    pub fn statement<'t>(&'t self, value: T, operands: &[(Var<'t, T>, T)]) -> Var<'t, T> {
        let mut y = Var::passive(value);
        for &(operand, partial) in operands {
            if let Some(tape) = operand.tape.filter(|tape| !std::ptr::eq(*tape, self)) {
                mixed_tapes("statement", self.made_at, tape.made_at);
            }
            y = match (operand.tape, y.tape) {
                (None, _) => y,
                (_, None) => self.record(value, [operand.node(), NONE], [partial, T::constant(0.0)]),
                _ => self.record(value, [y.node(), operand.node()], [T::constant(1.0), partial]),
            };
        }
        y
    }

    /// Records outputs that were computed elsewhere, with a pullback of their own.
    ///
    /// In a reverse sweep, `pullback` is called once with the cotangents of all outputs; it has to add `J' y_bar`, `J` the
    /// Jacobian of the outputs by the operands, to the slice it is given, which holds the sums so far. What takes several
    /// outputs or a solve to differentiate belongs here; where the partials are known numbers, see
    /// [`statement`](Self::statement); a function of one number that should work in all modes is a rule,
    /// [`Unary`](crate::Unary). [`gradcheck`](crate::gradcheck) of a function that uses it checks the pullback.
    ///
    /// ```
    /// use wengert_ad::{Tape, Var, gradcheck};
    ///
    /// /// Polar coordinates to Cartesian ones.
    /// fn polar<'t>(tape: &'t Tape, [r, angle]: [Var<'t>; 2]) -> Vec<Var<'t>> {
    ///     let (sin, cos) = angle.primal().sin_cos();
    ///     tape.custom(&[r, angle], &[r.primal() * cos, r.primal() * sin], |at, x_bar| {
    ///         let (sin, cos) = at.x[1].sin_cos();
    ///         x_bar[0] += cos * at.y_bar[0] + sin * at.y_bar[1];
    ///         x_bar[1] += at.y[0] * at.y_bar[1] - at.y[1] * at.y_bar[0];
    ///     })
    /// }
    ///
    /// let report = gradcheck(|v| {
    ///     let p = polar(v[0].tape().expect("a variable"), [v[0], v[1]]);
    ///     p[0] * p[0] * p[1]
    /// }, &[2.0, 0.7]);
    /// assert!(report.passed(), "{report}");
    /// ```
    ///
    /// # Panics
    /// If an operand lives on another tape.
    ///
    /// # Cost
    /// One node for each output, and a copy of the operands and the outputs.
    #[track_caller]
    pub fn custom<'t>(
        &'t self,
        operands: &[Var<'t, T>],
        outputs: &[T],
        pullback: impl Fn(Arrival<'_, T>, &mut [T]) + Send + 'static,
    ) -> Vec<Var<'t, T>> {
        if let Some(other) = operands.iter().filter_map(|x| x.tape).find(|tape| !std::ptr::eq(*tape, self)) {
            mixed_tapes("custom", self.made_at, other.made_at);
        }
        if operands.iter().all(|x| x.tape.is_none()) {
            return outputs.iter().map(|&y| Var::passive(y)).collect();
        }
        let segment = Segment {
            inputs: operands.iter().map(Var::node).collect(),
            x: operands.iter().map(|x| x.primal()).collect(),
            first: self.len(),
            y: outputs.to_vec(),
            pullback: Box::new(pullback),
        };
        self.segments.push(segment);
        outputs.iter().map(|&y| self.var(y)).collect()
    }
}
