//! A character model of LSTM cells with diagonal weights: reverse mode in lanes, with checkpoints.
//!
//! The units of a layer are independent up to the loss, so that one recording serves several of
//! them, in lanes. The reverse sweep goes through the sequence in segments, from the last to the
//! first. Each segment is recorded again from its initial state, so that the tape stays in the
//! cache.

use crate::protocol::{EvalError, Prepared, check_length, prepared, read};
use serde::Deserialize;
use serde_json::Value;
use wengert_ad::kernels::vectorised;
use wengert_ad::{Elementary, Lanes, Number, Numeric, Tape, Var, jvp};

/// Units per group of lanes.
const N: usize = 8;
type Units = Lanes<N>;

#[derive(Deserialize)]
struct Input {
    main_params: Vec<Vec<f64>>,
    extra_params: Vec<Vec<f64>>,
    state: Vec<Vec<f64>>,
    sequence: Vec<Vec<f64>>,
}

/// The output of one unit, or of `N` units, with `8 layers + 3` parameters and a state of `2 layers` numbers.
///
/// Each layer has four weights and then four biases, for the forget gate, the input gate, the
/// output gate and the change. After the layers follow the factor of the input, the factor of the
/// output and the bias of the output.
#[inline(always)]
fn predict<T: Number>(parameters: &[T], state: &mut [T], input: T) -> T {
    let (layers, rest) = parameters.split_at(parameters.len() - 3);
    let mut signal = input * rest[0];
    for (p, state) in layers.chunks_exact(8).zip(state.chunks_exact_mut(2)) {
        let (hidden, cell) = (state[0], state[1]);
        let forget = (signal * p[0] + p[4]).sigmoid();
        let ingate = (hidden * p[1] + p[5]).sigmoid();
        let outgate = (signal * p[2] + p[6]).sigmoid();
        let change = (hidden * p[3] + p[7]).tanh();
        state[1] = cell * forget + ingate * change;
        state[0] = outgate * state[1].tanh();
        signal = state[0];
    }
    signal * rest[1] + rest[2]
}

/// `ln(2 + sum_j e^(y_j))`, given the sum.
#[inline(always)]
fn log_normaliser<T: Number>(sum: T) -> T {
    (sum + 2.0).ln()
}

/// The model and its text, stored group by group, with the units of a group in lanes.
struct Model {
    layers: usize,
    units: usize,
    groups: usize,
    parameters: Vec<Units>,
    state: Vec<Units>,
    /// Character after character.
    sequence: Vec<Units>,
    /// 1 for a unit, 0 for the padding of the last group.
    present: Vec<Units>,
}

impl Model {
    fn new(input: &Input) -> Result<Self, EvalError> {
        let Input { main_params, extra_params, state, sequence } = input;
        let (layers, units) = (state.len() / 2, extra_params.first().map_or(0, Vec::len));
        if layers == 0 || units == 0 || sequence.len() < 2 {
            let needed = "at least two characters of at least one bit, with at least one layer";
            return Err(EvalError::Domain { field: "sequence", needed });
        }
        check_length("state", state.len(), 2 * layers)?;
        check_length("main_params", main_params.len(), 2 * layers)?;
        check_length("extra_params", extra_params.len(), 3)?;
        for (field, rows, length) in [
            ("a row of main_params", main_params, 4 * units),
            ("a row of extra_params", extra_params, units),
            ("a row of state", state, units),
            ("a character", sequence, units),
        ] {
            rows.iter().try_for_each(|row| check_length(field, row.len(), length))?;
        }
        let groups = units.div_ceil(N);
        let group =
            |row: &[f64], g: usize| Lanes::from_fn(|lane| row.get(g * N + lane).copied().unwrap_or(0.0));
        let blocks = || main_params.iter().chain(extra_params).flat_map(|row| row.chunks_exact(units));
        let by_group = |g: usize| blocks().map(move |block| group(block, g));
        let present = vec![1.0; units];
        Ok(Self {
            layers,
            units,
            groups,
            parameters: (0..groups).flat_map(by_group).collect(),
            state: (0..groups).flat_map(|g| state.iter().map(move |row| group(row, g))).collect(),
            sequence: sequence.iter().flat_map(|row| (0..groups).map(|g| group(row, g))).collect(),
            present: (0..groups).map(|g| group(&present, g)).collect(),
        })
    }

    /// The number of parameters per unit.
    fn width(&self) -> usize {
        8 * self.layers + 3
    }

    /// The number of predictions.
    fn steps(&self) -> usize {
        self.sequence.len() / self.groups - 1
    }

    /// Character `t`.
    #[inline(always)]
    fn character(&self, t: usize) -> &[Units] {
        &self.sequence[t * self.groups..][..self.groups]
    }

    /// The factor between the log-likelihood and the loss.
    fn factor(&self) -> f64 {
        -1.0 / (self.steps() * self.units) as f64
    }

    /// Advances all units by character `t`, and returns the log-likelihood of character `t + 1`.
    #[inline(always)]
    fn advance(&self, state: &mut [Units], t: usize) -> f64 {
        let (mut sum, mut linear, mut bits) = (0.0, 0.0, 0.0);
        let groups = self.parameters.chunks_exact(self.width()).zip(state.chunks_exact_mut(2 * self.layers));
        for (g, (parameters, state)) in groups.enumerate() {
            let y = predict(parameters, state, self.character(t)[g]);
            let next = self.character(t + 1)[g];
            sum += (y.exp() * self.present[g]).total();
            linear += (y * next).total();
            bits += next.total();
        }
        linear - bits * log_normaliser(sum)
    }

    /// The mean negative log-likelihood of the text.
    #[inline(always)]
    fn loss(&self) -> f64 {
        let mut state = self.state.clone();
        let mut log_likelihood = 0.0;
        for t in 0..self.steps() {
            log_likelihood += self.advance(&mut state, t);
        }
        log_likelihood * self.factor()
    }

    /// The number of steps per segment: their recording fits into the second-level cache.
    fn segment(&self) -> usize {
        (1500 / (self.groups * (17 * self.layers + 6))).max(4)
    }

    /// The gradient of the loss with respect to the parameters, in the order of the input.
    #[inline(always)]
    fn gradient(&self, tape: &mut Tape<Units>) -> Vec<f64> {
        let starts: Vec<usize> = (0..self.steps()).step_by(self.segment()).collect();
        let mut states = vec![self.state.clone()];
        for ends in &starts[1..] {
            let mut state = states[states.len() - 1].clone();
            for t in ends - self.segment()..*ends {
                self.advance(&mut state, t);
            }
            states.push(state);
        }
        let mut derivatives =
            Derivatives { parameters: zeros(self.parameters.len()), state: zeros(self.state.len()) };
        for (&start, state) in starts.iter().zip(&states).rev() {
            tape.clear();
            self.sweep(tape, start, state, &mut derivatives);
        }
        self.in_order(&derivatives.parameters)
    }

    /// Records the segment from `start` on and sweeps it. The derivatives with respect to the state
    /// after the segment become those with respect to the state before it; derivatives with respect
    /// to the parameters are added.
    #[inline(always)]
    fn sweep(&self, tape: &Tape<Units>, start: usize, state: &[Units], derivatives: &mut Derivatives) {
        let (parameters, before) = (tape.inputs(&self.parameters), tape.inputs(state));
        let mut after = before.clone();
        let steps = start..(start + self.segment()).min(self.steps());
        let mut predictions = Vec::with_capacity(steps.len() * self.groups);
        let groups = parameters.chunks_exact(self.width()).zip(after.chunks_exact_mut(2 * self.layers));
        for (g, (parameters, state)) in groups.enumerate() {
            for t in steps.clone() {
                let y = predict(parameters, state, Var::passive(self.character(t)[g]));
                predictions.push((y, y.exp()));
            }
        }
        let seeds = self.seeds(start, &predictions);
        let after = after.into_iter().zip(derivatives.state.iter().copied());
        let gradient = tape.pull_back(seeds.into_iter().chain(after));
        let derivative = |x: &Var<'_, Units>| gradient.or_zero(*x);
        derivatives.state = before.iter().map(derivative).collect();
        for (sum, x) in derivatives.parameters.iter_mut().zip(&parameters) {
            *sum += derivative(x);
        }
    }

    /// The predictions `y` and their exponentials, each with the derivative of the loss with
    /// respect to it. The loss is linear in the predictions and a function of the sum of the
    /// exponentials over all units.
    fn seeds<'t>(
        &self,
        start: usize,
        predictions: &[(Var<'t, Units>, Var<'t, Units>)],
    ) -> Vec<(Var<'t, Units>, Units)> {
        let (steps, factor) = (predictions.len() / self.groups, self.factor());
        let mut seeds = Vec::with_capacity(2 * predictions.len());
        for t in 0..steps {
            let next = self.character(start + t + 1);
            let at = |g: usize| predictions[g * steps + t];
            let each = || (0..self.groups).map(at).zip(next.iter().zip(&self.present));
            let sum: f64 = each().map(|((_, e), (_, &present))| (e.primal() * present).total()).sum();
            let bits: f64 = next.iter().map(|next| next.total()).sum();
            let (_, wrt_sum) = jvp(|v| log_normaliser(v[0]) * (-bits * factor), &[sum], &[1.0]);
            seeds.extend(
                each().flat_map(|((y, e), (&next, &present))| [(y, next * factor), (e, present * wrt_sum)]),
            );
        }
        seeds
    }

    /// Reorders numbers from `(group, parameter, lane)` to `(parameter, unit)`.
    fn in_order(&self, by_group: &[Units]) -> Vec<f64> {
        let lanes = |p: usize| (0..self.groups).flat_map(move |g| by_group[g * self.width() + p].0);
        (0..self.width()).flat_map(|p| lanes(p).take(self.units)).collect()
    }
}

/// The derivatives of the loss, accumulated by the sweep so far.
struct Derivatives {
    parameters: Vec<Units>,
    state: Vec<Units>,
}

fn zeros(count: usize) -> Vec<Units> {
    vec![Units::constant(0.0); count]
}

/// `objective`: the loss. `jacobian`: its gradient with respect to the parameters.
pub(crate) fn evaluate(function: &str, input: &Value) -> Result<Prepared, EvalError> {
    let model = Model::new(&read(input)?)?;
    match function {
        "objective" => Ok(prepared(move || {
            vectorised(
                #[inline(always)]
                || model.loss(),
            )
        })),
        "jacobian" => {
            let mut tape = Tape::new();
            Ok(prepared(move || {
                vectorised(
                    #[inline(always)]
                    || model.gradient(&mut tape),
                )
            }))
        }
        _ => Err(EvalError::unknown(function, &["objective", "jacobian"])),
    }
}
