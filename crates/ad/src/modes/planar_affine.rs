//! Affine maps of numbers that carry derivatives, in planes from the product to the elementwise rule.

use super::planes::{
    PlanarMatrix, Planes, are_worth_it, first_numbers, join as join_planes, load, multiply,
    separate as separate_planes, store, with_spare,
};
use crate::element::{
    AffineKernel, CHUNK, Chunks, Element, Factor, FromOutput, Output, compute, join, separate, update_each,
    vectorised_for,
};
use crate::number::{Numeric, Operand, Unary, value_of};
use smallvec::SmallVec;
use std::array::from_mut;
use std::cell::RefCell;
use std::ops::Range;
use wengert_kernels::{Matrix, add_column_sums, portable_product, repeat};

/// An affine map of numbers with components of type `C`.
///
/// The factors and the cotangent are taken apart once: their planes are kept for the products of the
/// pullback. If a component is infinite or NaN, or the matrices are small, the product is computed element by
/// element: see [`planar_product`](super::planes::planar_product).
#[derive(Clone, Debug)]
pub struct PlanarAffine<C> {
    inputs: Separated<C>,
    weights: Separated<C>,
    cotangent: RefCell<Separated<C>>,
}

impl<C> Default for PlanarAffine<C> {
    fn default() -> Self {
        let [inputs, weights, cotangent] = [(); 3].map(|()| Separated::default());
        Self { inputs, weights, cotangent: RefCell::new(cotangent) }
    }
}

/// The planes of the components of numbers.
#[derive(Clone, Debug)]
struct Separated<C> {
    planes: Vec<C>,
    /// Which planes are not zero.
    used: SmallVec<[bool; 8]>,
    /// Whether there are planes: if all components are finite.
    exists: bool,
}

impl<C> Default for Separated<C> {
    fn default() -> Self {
        Self { planes: Vec::new(), used: SmallVec::new(), exists: false }
    }
}

impl<C: Element> Separated<C> {
    /// Takes these numbers apart.
    fn set<P: Planes<Component = C>>(&mut self, x: &[P]) {
        let used = separate_planes(first_numbers(&mut self.planes, P::PLANES * x.len()), x);
        self.exists = used.is_some();
        self.used = used.unwrap_or_default();
    }

    /// Takes the numbers `f'(y) y_bar` apart.
    fn set_cotangent<P: Planes<Component = C>>(&mut self, rule: impl Unary, y: &[P], y_bar: &[P]) {
        let size = y.len();
        let Self { planes, used, exists } = self;
        let planes = first_numbers(planes, P::PLANES * size);
        used.clear();
        used.resize(P::PLANES, false);
        *exists = vectorised_for::<P, _>(
            #[inline(always)]
            || {
                let (mut chunks, mut finite) = ([P::zeros(); 2], true);
                for start in (0..size).step_by(CHUNK) {
                    let range = start..size.min(start + CHUNK);
                    separate(&y_bar[range.clone()], &mut chunks[0]);
                    separate(&y[range.clone()], &mut chunks[1]);
                    compute(
                        &mut chunks,
                        range.len(),
                        #[inline(always)]
                        |[y_bar, y]: [P; 2]| rule.partial_from_output(y).chain(y_bar),
                    );
                    finite &= store::<P>(&chunks[0], planes, size, range, used);
                }
                finite
            },
        );
    }

    /// The matrix, whose planes these are.
    fn of<'a, P: Planes<Component = C>>(&'a self, matrix: Matrix<'a, P>) -> PlanarMatrix<'a, P> {
        let planes = &self.planes[..P::PLANES * matrix.elements().len()];
        PlanarMatrix { matrix, planes, used: &self.used }
    }
}

/// A function of the results of an affine map. If the components are machine numbers, its value is computed
/// in a loop of its own: the derivatives wait for it, and a processor looks ahead to the next elements in a
/// short loop only.
trait Activation<P: Planes>: Copy {
    /// The value, given that of the operand. The same, if the components carry derivatives.
    fn value(self, x: P::Component) -> P::Component;
    /// The number, given the operand with the value replaced.
    fn continued(self, x: P) -> P;
}

/// No function.
#[derive(Clone, Copy)]
struct Identity;

impl<P: Planes> Activation<P> for Identity {
    #[inline(always)]
    fn value(self, x: P::Component) -> P::Component {
        x
    }
    #[inline(always)]
    fn continued(self, x: P) -> P {
        x
    }
}

/// An elementwise rule.
#[derive(Clone, Copy)]
struct Elementwise<R>(R);

impl<P: Planes, R: Unary> Activation<P> for Elementwise<R> {
    #[inline(always)]
    fn value(self, x: P::Component) -> P::Component {
        if P::Component::SEPARATE {
            return x;
        }
        let y = x.unary(self.0);
        // Second derivatives begin with order 2.
        if P::HIGHEST > 1 { self.0.lifted(x, y) } else { y }
    }
    #[inline(always)]
    fn continued(self, x: P) -> P {
        if P::Component::SEPARATE {
            value_of(FromOutput::<R, false>(self.0), x)
        } else {
            x.unary(FromOutput::<R, true>(self.0))
        }
    }
}

/// Replaces the first `count` numbers of a chunk by `f` of them.
#[inline(always)]
fn activate<P: Planes>(chunk: &mut P::Chunk, count: usize, f: impl Activation<P>) {
    compute(
        from_mut(P::plane_mut(chunk, 0)),
        count,
        #[inline(always)]
        |[x]: [P::Component; 1]| f.value(x),
    );
    compute(
        from_mut(chunk),
        count,
        #[inline(always)]
        |[x]: [P; 1]| f.continued(x),
    );
}

impl<C: Element> PlanarAffine<C> {
    /// Writes `f(X W + 1 b')` to `y`.
    fn write<P: Planes<Component = C>>(
        &mut self,
        [x, w]: [Matrix<'_, P>; 2],
        b: &[P],
        y: &mut [P],
        f: impl Activation<P>,
    ) {
        self.inputs.exists = false;
        if are_worth_it(x, w) {
            self.inputs.set(x.elements());
            self.weights.set(w.elements());
            self.inputs.exists &= self.weights.exists;
        }
        self.inputs.exists = self.inputs.exists && self.write_in_planes([x, w], b, y, f);
        if !self.inputs.exists {
            repeat(b, y);
            portable_product(x, w, y, false);
            in_chunks::<P>(
                y.len(),
                #[inline(always)]
                |range, chunk| {
                    separate(&y[range.clone()], chunk);
                    activate(chunk, range.len(), f);
                    join(chunk, &mut y[range], true);
                },
            );
        }
    }

    /// The same in planes, unless a component of `b` is not finite. Returns whether it was computed.
    fn write_in_planes<P: Planes<Component = C>>(
        &self,
        [x, w]: [Matrix<'_, P>; 2],
        b: &[P],
        y: &mut [P],
        f: impl Activation<P>,
    ) -> bool {
        with_spare(|spare: &mut Vec<C>| {
            let planes = first_numbers(spare, P::PLANES * (b.len() + y.len()));
            let (row, outputs) = planes.split_at_mut(P::PLANES * b.len());
            if separate_planes(row, b).is_none() {
                return false;
            }
            multiply(self.inputs.of(x), self.weights.of(w), row, outputs, 0);
            let size = y.len();
            in_chunks::<P>(
                size,
                #[inline(always)]
                |range, chunk| {
                    load::<P>(outputs, size, range.clone(), chunk);
                    activate(chunk, range.len(), f);
                    join(chunk, &mut y[range], true);
                },
            );
            true
        })
    }
}

/// Calls `work` with the range of each chunk of a list, and memory for a chunk. `work` must be marked
/// `#[inline(always)]`.
fn in_chunks<P: Planes>(size: usize, mut work: impl FnMut(Range<usize>, &mut P::Chunk)) {
    vectorised_for::<P, _>(
        #[inline(always)]
        || {
            let mut chunk = P::zeros();
            for start in (0..size).step_by(CHUNK) {
                work(start..size.min(start + CHUNK), &mut chunk);
            }
        },
    );
}

impl<P: Planes> AffineKernel<P> for PlanarAffine<P::Component> {
    fn affine(&mut self, factors: [Matrix<'_, P>; 2], b: &[P], y: &mut [P]) {
        self.write(factors, b, y, Identity);
    }
    fn affine_map(&mut self, factors: [Matrix<'_, P>; 2], b: &[P], rule: impl Unary, y: &mut [P]) {
        self.write(factors, b, y, Elementwise(rule));
    }
    fn start_pullback(&self, y_bar: &[P]) {
        if self.inputs.exists {
            self.cotangent.borrow_mut().set(y_bar);
        }
    }
    fn start_pullback_of_map(&self, rule: impl Unary, y: &[P], y_bar: &mut [P]) {
        let mut cotangent = self.cotangent.borrow_mut();
        if self.inputs.exists {
            cotangent.set_cotangent(rule, y, y_bar);
        }
        if !(self.inputs.exists && cotangent.exists) {
            update_each(
                y_bar,
                &[y],
                #[inline(always)]
                |[y_bar, y]: [P; 2]| rule.partial_from_output(y).chain(y_bar),
            );
        }
    }
    fn pull_back(&self, to: Factor, [a, b]: [Matrix<'_, P>; 2], x_bar: Output<'_, P>) {
        let cotangent = self.cotangent.borrow();
        if !(self.inputs.exists && cotangent.exists) {
            return x_bar.add_product([a, b]);
        }
        let [a, b] = match to {
            Factor::Inputs => [cotangent.of(a), self.weights.of(b)],
            Factor::Weights => [self.inputs.of(a), cotangent.of(b)],
        };
        let Output { elements, overwrite, only_highest } = x_bar;
        with_spare(|spare| {
            let outputs = first_numbers(spare, P::PLANES * elements.len());
            multiply(a, b, &[], outputs, if only_highest { P::HIGHEST } else { 0 });
            join_planes(outputs, elements, overwrite);
        });
    }
    fn pull_back_to_bias(&self, y_bar: &[P], b_bar: &mut [P], only_highest: bool) {
        let cotangent = self.cotangent.borrow();
        if !(self.inputs.exists && cotangent.exists) {
            return add_column_sums(y_bar, b_bar);
        }
        with_spare(|spare: &mut Vec<P::Component>| {
            let (size, width) = (y_bar.len(), b_bar.len());
            let sums = first_numbers(spare, P::PLANES * width);
            sums.fill(P::Component::constant(0.0));
            let planes = cotangent.planes[..P::PLANES * size].chunks_exact(size.max(1));
            let sums_of_planes = planes.zip(sums.chunks_exact_mut(width.max(1)));
            for (plane, sums) in sums_of_planes.skip(if only_highest { P::HIGHEST } else { 0 }) {
                add_column_sums(plane, sums);
            }
            join_planes(sums, b_bar, false);
        });
    }
}
