//! Several numbers side by side, which go through the same operations.

use crate::element::{BLOCK, Blocks};
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
        Self::from_fn(|i| self.0[i].chain(dot.0[i]))
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

impl<const N: usize, T: Blocks> Blocks for Lanes<N, T> {
    type Block = Lanes<N, T::Block>;
    const SEPARATE: bool = false;

    #[inline(always)]
    fn gathered(x: impl Fn(usize) -> Self) -> Self::Block {
        Lanes::from_fn(|lane| T::gathered(|j| x(j).0[lane]))
    }
    #[inline(always)]
    fn lane(block: &Self::Block, j: usize) -> Self {
        Self::from_fn(|lane| T::lane(&block.0[lane], j))
    }
}

macro_rules! blocks_of_lanes {
    ($($float:ty),*) => {$(
        impl Blocks for $float {
            type Block = Lanes<BLOCK, Self>;
            const SEPARATE: bool = false;

            #[inline(always)]
            fn gathered(x: impl Fn(usize) -> Self) -> Self::Block {
                Lanes::from_fn(x)
            }
            #[inline(always)]
            fn lane(block: &Self::Block, j: usize) -> Self {
                block.0[j]
            }
        }
    )*};
}
blocks_of_lanes!(f32, f64);
