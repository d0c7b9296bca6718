//! Operations whose derivatives are given: values with their partials, and outputs with a custom pullback.

use super::segments::{PullbackInputs, Segment};
use super::tape::Tape;
use super::var::Var;
use crate::node_id::NodeId;
use crate::number::Scalar;
use crate::tape::mixed::mixed_tapes;

impl<T: Scalar> Tape<T> {
    /// Records a value together with its partial derivative with respect to each operand.
    ///
    /// How the value was computed is not recorded. Use this for a function whose partials are known
    /// from elsewhere, or for a part of a program whose derivatives were accumulated before.
    /// Constant operands are ignored; if all are constant, so is the result.
    ///
    /// ```
    /// let tape = wengert_ad::Tape::new();
    /// let (a, b) = (tape.var(6.0), tape.var(2.0));
    /// let quotient = tape.record(3.0, &[(a, 0.5), (b, -1.5)]);
    /// assert_eq!(quotient.gradient().wrt(b), -1.5);
    /// ```
    ///
    /// # Panics
    /// If an operand is recorded on another tape.
    ///
    /// # Cost
    /// One node per operand.
    #[track_caller]
    pub fn record<'t>(&'t self, value: T, operands: &[(Var<'t, T>, T)]) -> Var<'t, T> {
        let (mut last, mut fuses) = (None, false);
        for &(operand, partial) in operands {
            let Some(tape) = operand.tape else { continue };
            if !std::ptr::eq(tape, self) {
                mixed_tapes("record", self.made_at, tape.made_at);
            }
            fuses |= operand.fuses();
            let partial = operand.to_node(partial);
            last = Some(match last {
                None => self.push([operand.node(), NodeId::NONE], [partial, T::constant(0.0)]),
                Some(sum) => self.push([sum, operand.node()], [T::constant(1.0), partial]),
            });
        }
        let Some(node) = last else { return Var::passive(value) };
        let y = Var::on_tape(self, value, node);
        if fuses { y.fusing() } else { y }
    }

    /// Records outputs that were computed elsewhere, together with a custom pullback.
    ///
    /// A reverse sweep calls `pullback` once, with the cotangents of all outputs. It must add
    /// `J' y_bar`, where `J` is the Jacobian of the outputs with respect to the operands, to the
    /// slice that it receives, which holds the sums so far.
    ///
    /// Use it for several outputs that share work, or for a pullback that solves a system. If the
    /// partials are known numbers, use [`record`](Self::record); if the function has one argument
    /// and should run in all modes, write a rule with [`unary_rule!`](crate::unary_rule).
    /// [`gradcheck`](crate::gradcheck) of a function that uses the operation checks the pullback.
    ///
    /// ```
    /// use wengert_ad::{Tape, Var, gradcheck};
    ///
    /// /// Polar to Cartesian coordinates.
    /// fn polar<'t>(tape: &'t Tape, [r, angle]: [Var<'t>; 2]) -> Vec<Var<'t>> {
    ///     let (sin, cos) = angle.value().sin_cos();
    ///     tape.custom(&[r, angle], &[r.value() * cos, r.value() * sin], |at, x_bar| {
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
    /// If an operand is recorded on another tape.
    ///
    /// # Cost
    /// One node per output, and a copy of the operands and the outputs.
    #[track_caller]
    pub fn custom<'t>(
        &'t self,
        operands: &[Var<'t, T>],
        outputs: &[T],
        pullback: impl Fn(PullbackInputs<'_, T>, &mut [T]) + Send + 'static,
    ) -> Vec<Var<'t, T>> {
        if let Some(other) = operands.iter().filter_map(|x| x.tape).find(|tape| !std::ptr::eq(*tape, self)) {
            mixed_tapes("custom", self.made_at, other.made_at);
        }
        if operands.iter().all(|x| x.tape.is_none()) {
            return outputs.iter().map(|&y| Var::passive(y)).collect();
        }
        self.segments.push(Segment {
            inputs: operands.iter().map(|x| x.recorded().node()).collect(),
            x: operands.iter().map(|x| x.primal()).collect(),
            first: self.len(),
            y: outputs.to_vec(),
            pullback: Box::new(pullback),
        });
        let fuses = operands.iter().any(|x| x.fuses());
        outputs.iter().map(|&y| if fuses { self.var(y).fusing() } else { self.var(y) }).collect()
    }
}
