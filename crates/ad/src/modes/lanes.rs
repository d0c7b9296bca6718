//! Several numbers side by side, which go through the same operations.

use crate::element::{CHUNK, Chunks, PlainAffine};
use crate::number::{Binary, Numeric, Operand, Scalar, Unary};
use crate::rules::{Elementary, infix_operators, scalar_sum};
use std::hint::black_box;
use wengert_kernels::MatrixProduct;

/// `N` numbers that go through the same operations together.
///
/// A function evaluated at `Lanes` is recorded once for `N` independent points: the overhead of the tape
/// is shared, and the arithmetic runs in vector registers. Suitable `N` are 4 and 8. Derivatives never
/// cross lanes. Code that branches must take the same branch in all lanes, or use
/// [`select`](Numeric::select).
///
/// ```
/// use wengert_ad::{Elementary, Lanes, value_and_grad};
///
/// let x = Lanes([0.0, 1.0, 2.0, 3.0]);
/// let (y, g) = value_and_grad(|v| v[0].square() * 3.0, &[x]);
/// assert_eq!(y, Lanes([0.0, 3.0, 12.0, 27.0]));
/// assert_eq!(g[0], Lanes([0.0, 6.0, 12.0, 18.0]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(32))]
pub struct Lanes<const N: usize, T = f64>(pub [T; N]);

impl<const N: usize, T: Scalar> Lanes<N, T> {
    /// The lanes `f(0), ..., f(N - 1)`.
    #[inline(always)]
    pub fn from_fn(mut f: impl FnMut(usize) -> T) -> Self {
        // A loop over a slice is vectorised; `std::array::from_fn` and `map` are not inlined if `f` is long.
        let mut lanes = [T::constant(0.0); N];
        for (i, lane) in lanes.iter_mut().enumerate() {
            *lane = f(i);
        }
        Self(lanes)
    }

    /// The sum over the lanes, in order.
    #[inline(always)]
    pub fn total(self) -> T {
        self.0.into_iter().fold(T::constant(0.0), |sum, x| sum + x)
    }
}

impl<const N: usize, T: Scalar> Operand for Lanes<N, T> {
    type Base = T::Base;

    #[inline(always)]
    fn unary<R: Unary>(self, rule: R) -> Self {
        if R::LONG && size_of::<T>() == size_of::<f32>() {
            let mut lanes = self;
            // A length that the compiler does not know.
            lanes.0[..black_box(N)].iter_mut().for_each(|lane| *lane = lane.unary(rule));
            return lanes;
        }
        Self::from_fn(|i| self.0[i].unary(rule))
    }
    #[inline(always)]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        Self::from_fn(|i| self.0[i].binary(rhs.0[i], rule))
    }
}

impl<const N: usize, T: Scalar> Numeric for Lanes<N, T> {
    #[inline(always)]
    fn constant(c: f64) -> Self {
        Self([T::constant(c); N])
    }
    #[track_caller]
    fn value(self) -> f64 {
        let first = self.0[0].value();
        let alike = self.0.iter().all(|x| x.value().to_bits() == first.to_bits());
        assert!(alike, "value: the lanes differ, {:?}: branch with `select`, lane by lane", self.0);
        first
    }
    #[inline(always)]
    fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        Self::from_fn(|i| self.0[i].select(rhs.0[i], test, yes.0[i], no.0[i]))
    }
}

impl<const N: usize, T: Scalar> Scalar for Lanes<N, T> {
    const RECORDS: bool = T::RECORDS;

    #[inline(always)]
    fn is_constant(self, c: f64) -> bool {
        self.0.iter().all(|x| x.is_constant(c))
    }
    #[inline(always)]
    fn is_finite(self) -> bool {
        self.0.iter().all(|x| x.is_finite())
    }
    #[inline(always)]
    fn is_differentiated(self) -> bool {
        self.0.iter().any(|x| x.is_differentiated())
    }
    #[inline(always)]
    fn is_ordinary(self) -> bool {
        // Not `all`, which would branch after every lane.
        self.0.iter().fold(true, |ordinary, x| ordinary & x.is_ordinary())
    }
    #[inline(always)]
    fn chain(self, dot: Self) -> Self {
        Self(T::chain_each(self.0, dot.0))
    }
    #[inline(always)]
    fn chain_constant(self, c: f64) -> Self {
        Self::from_fn(|i| self.0[i].chain_constant(c))
    }
    #[inline(always)]
    fn accumulate(self, term: Self) -> Self {
        Self::from_fn(|i| self.0[i].accumulate(term.0[i]))
    }
    fn stop_gradient(self) -> Self {
        Self::from_fn(|i| self.0[i].stop_gradient())
    }
}

infix_operators!([const N: usize, T: Scalar] Lanes<N, T>);
scalar_sum!([const N: usize, T: Scalar] Lanes<N, T>);
impl<const N: usize> MatrixProduct for Lanes<N> {}

impl<const N: usize> Chunks for Lanes<N> {
    type Chunk = [[f64; CHUNK]; N];
    type Affine = PlainAffine;
    const SEPARATE: bool = false;

    #[inline(always)]
    fn zeros() -> Self::Chunk {
        [f64::zeros(); N]
    }
    #[inline(always)]
    fn joined(chunk: &Self::Chunk, i: usize) -> Self {
        Self::from_fn(|lane| f64::joined(&chunk[lane], i))
    }
    #[inline(always)]
    fn set(self, chunk: &mut Self::Chunk, i: usize) {
        self.0.into_iter().zip(chunk).for_each(|(lane, chunk)| lane.set(chunk, i));
    }
}

macro_rules! chunks_of_machine_numbers {
    ($($float:ty),*) => {$(
        impl Chunks for $float {
            type Chunk = [Self; CHUNK];
            type Affine = PlainAffine;
            const SEPARATE: bool = false;

            #[inline(always)]
            fn zeros() -> Self::Chunk {
                [0.0; CHUNK]
            }
            #[inline(always)]
            fn separate(x: &[Self], of: impl Fn(Self) -> Self, chunk: &mut Self::Chunk) {
                chunk.iter_mut().zip(x).for_each(|(slot, &x)| *slot = of(x));
            }
            #[inline(always)]
            fn join(chunk: &Self::Chunk, y: &mut [Self], put: impl Fn(Self, Self) -> Self) {
                y.iter_mut().zip(chunk).for_each(|(y, &x)| *y = put(*y, x));
            }
            #[inline(always)]
            fn joined(chunk: &Self::Chunk, i: usize) -> Self {
                chunk[i]
            }
            #[inline(always)]
            fn set(self, chunk: &mut Self::Chunk, i: usize) {
                chunk[i] = self;
            }
        }
    )*};
}
chunks_of_machine_numbers!(f32, f64);
