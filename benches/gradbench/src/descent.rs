//! Gradient descent with gradients in either mode, for the nested programs `particle` and `saddle`.
//!
//! A descent runs on numbers of any mode. If the function of one descent contains another, the
//! outer gradient differentiates through the inner descent: the numbers of the inner gradient
//! contain the numbers of the outer one.

use wengert_ad::{Directions, Number, Numeric, Tape, Var};

/// A smooth function of `N` numbers, with `FIXED` other numbers that stay fixed while it is
/// differentiated or minimised.
pub(crate) trait Function<const FIXED: usize, const N: usize> {
    /// The value at `x`.
    fn at<T: Number>(&self, fixed: [T; FIXED], x: [T; N]) -> T;
}

/// `-f`, whose minima are the maxima of `f`.
pub(crate) struct Negative<F>(pub(crate) F);

impl<const FIXED: usize, const N: usize, F: Function<FIXED, N>> Function<FIXED, N> for Negative<F> {
    fn at<T: Number>(&self, fixed: [T; FIXED], x: [T; N]) -> T {
        -self.0.at(fixed, x)
    }
}

/// A mode of differentiation.
pub(crate) trait Mode: Copy {
    /// Memory that is reused from one gradient to the next.
    type Memory<T: Number>: Default;

    /// The gradient of `f` at `x`.
    fn gradient<const FIXED: usize, const N: usize, T: Number>(
        self,
        memory: &mut Self::Memory<T>,
        f: &impl Function<FIXED, N>,
        fixed: [T; FIXED],
        x: [T; N],
    ) -> [T; N];
}

/// All directions in one forward sweep.
#[derive(Clone, Copy)]
pub(crate) struct Forward;

/// One recording and one reverse sweep.
#[derive(Clone, Copy)]
pub(crate) struct Reverse;

impl Mode for Forward {
    type Memory<T: Number> = ();

    fn gradient<const FIXED: usize, const N: usize, T: Number>(
        self,
        (): &mut (),
        f: &impl Function<FIXED, N>,
        fixed: [T; FIXED],
        x: [T; N],
    ) -> [T; N] {
        let zeros = [T::constant(0.0); N];
        let fixed = fixed.map(|p| Directions::new(p, zeros));
        f.at(fixed, std::array::from_fn(|i| Directions::unit(x[i], i, 0))).tangents
    }
}

impl Mode for Reverse {
    type Memory<T: Number> = Tape<T>;

    fn gradient<const FIXED: usize, const N: usize, T: Number>(
        self,
        tape: &mut Tape<T>,
        f: &impl Function<FIXED, N>,
        fixed: [T; FIXED],
        x: [T; N],
    ) -> [T; N] {
        tape.clear();
        let fixed = fixed.map(Var::passive);
        let x = x.map(|x| tape.input(x));
        let gradient = f.at(fixed, x).gradient();
        x.map(|x| gradient.or_zero(x))
    }
}

/// A minimum of `f`, found by gradient descent from `start`.
///
/// The learning rate starts at 1e-5. It is doubled after ten steps that decreased the value, and
/// halved, without a step, if the value would not decrease. The descent ends when the length of the
/// gradient or of a step is at most 1e-5. This is the minimiser of Siskind and Pearlmutter 2008,
/// "Using polyvariant union-free flow analysis to compile a higher-order functional-programming
/// language with a first-class derivative operator to efficient Fortran-like code".
pub(crate) fn argmin<const FIXED: usize, const N: usize, T: Number>(
    mode: impl Mode,
    f: &impl Function<FIXED, N>,
    fixed: [T; FIXED],
    start: [T; N],
) -> [T; N] {
    let mut memory = Default::default();
    // Values are only compared, and need no derivatives.
    let fixed_values = fixed.map(Numeric::value);
    let height = |x: [T; N]| f.at(fixed_values, x.map(Numeric::value));
    let (mut x, mut rate, mut steps_down) = (start, 1e-5, 0);
    let (mut lowest, mut gradient) = (height(x), mode.gradient(&mut memory, f, fixed, x));
    while length(gradient.map(Numeric::value)) > 1e-5 {
        if steps_down == 10 {
            (rate, steps_down) = (rate * 2.0, 0);
        }
        let next: [T; N] = std::array::from_fn(|i| x[i] - gradient[i] * rate);
        if length::<N>(std::array::from_fn(|i| x[i].value() - next[i].value())) <= 1e-5 {
            break;
        }
        let low = height(next);
        if low < lowest {
            (x, lowest, steps_down) = (next, low, steps_down + 1);
            gradient = mode.gradient(&mut memory, f, fixed, x);
        } else {
            (rate, steps_down) = (rate / 2.0, 0);
        }
    }
    x
}

/// The Euclidean norm.
fn length<const N: usize>(v: [f64; N]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}
