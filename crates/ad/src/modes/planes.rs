//! Matrix products of numbers that carry derivatives: products of the planes of their components, in the
//! kernels of these.

use crate::element::{Chunks, Element};
use crate::number::Scalar;
use smallvec::SmallVec;
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use wengert_kernels::{Matrix, MatrixProduct, Numeric, portable_product, repeat, vectorised_wide};

/// A number that consists of components, of which each component of a product is a sum of products.
pub trait Planes: Element {
    /// The type of a component.
    type Component: Element;
    /// The number of components.
    const PLANES: usize;
    /// The first of the components of the highest order: derivatives on which no other component of a product
    /// depends.
    const HIGHEST: usize;
    /// Component `i`.
    fn component(self, i: usize) -> Self::Component;
    /// The number with these components.
    fn from_components(component: impl Fn(usize) -> Self::Component) -> Self;
    /// Component `i` of a chunk, which is [`scaled`](Self::scaled).
    fn plane(chunk: &Self::Chunk, i: usize) -> &<Self::Component as Chunks>::Chunk;
    /// The same, to write.
    fn plane_mut(chunk: &mut Self::Chunk, i: usize) -> &mut <Self::Component as Chunks>::Chunk;
    /// Component `i`, given that in a chunk.
    #[inline(always)]
    fn unscaled(_i: usize, component: Self::Component) -> Self::Component {
        component
    }
    /// Component `i` in a chunk.
    #[inline(always)]
    fn scaled(_i: usize, component: Self::Component) -> Self::Component {
        component
    }
    /// The components of two factors whose products are the terms of component `i` of their product.
    fn terms(i: usize) -> impl Iterator<Item = [usize; 2]>;
}

/// The number of multiply-adds below which the components are not worth being taken apart.
const SMALLEST: usize = 1 << 9;

/// `C = A B` if `overwrite`, else `C += A B`: see [`MatrixProduct::gemm`].
///
/// Planes that are zero, such as the tangents of a constant matrix, are left out. If a component is infinite
/// or NaN, the product is computed element by element, since zero times infinity is zero in the chain rule.
///
/// # Cost
/// For first derivatives along one direction, three products of components; the memory of the planes is kept
/// from one product to the next.
pub(super) fn planar_product<P>(a: Matrix<'_, P>, b: Matrix<'_, P>, c: &mut [P], overwrite: bool)
where
    P: Planes,
{
    if !are_worth_it(a, b) || !in_planes(a, b, None, c, 0, overwrite) {
        portable_product(a, b, c, overwrite);
    }
}

/// Same as [`planar_product`], except that the components of `c` before the [highest](Planes::HIGHEST) become
/// arbitrary.
pub(super) fn planar_highest<P>(a: Matrix<'_, P>, b: Matrix<'_, P>, c: &mut [P], overwrite: bool)
where
    P: Planes,
{
    if !are_worth_it(a, b) || !in_planes(a, b, None, c, P::HIGHEST, overwrite) {
        portable_product(a, b, c, overwrite);
    }
}

/// `Y = X W + 1 b'`: see [`MatrixProduct::affine`].
pub(super) fn planar_affine<P>(x: Matrix<'_, P>, w: Matrix<'_, P>, b: &[P], y: &mut [P])
where
    P: Planes,
{
    if !are_worth_it(x, w) || !in_planes(x, w, Some(b), y, 0, true) {
        repeat(b, y);
        portable_product(x, w, y, false);
    }
}

pub(super) fn are_worth_it<P>(a: Matrix<'_, P>, b: Matrix<'_, P>) -> bool {
    let ([m, k], [_, n]) = (a.shape(), b.shape());
    m * k * n >= SMALLEST
}

/// The components from `first` on of the product, each row of which begins as `row`, if that is given,
/// unless a component is not finite. Returns whether it was computed.
fn in_planes<P: Planes>(
    a: Matrix<'_, P>,
    b: Matrix<'_, P>,
    row: Option<&[P]>,
    c: &mut [P],
    first: usize,
    overwrite: bool,
) -> bool {
    with_spare(|spare: &mut Vec<P::Component>| {
        let row = row.unwrap_or(&[]);
        let sizes = [a.elements().len(), b.elements().len(), row.len(), c.len()];
        let planes = first_numbers(spare, P::PLANES * sizes.iter().sum::<usize>());
        let (a_planes, rest) = planes.split_at_mut(P::PLANES * sizes[0]);
        let (b_planes, rest) = rest.split_at_mut(P::PLANES * sizes[1]);
        let (row_planes, outputs) = rest.split_at_mut(P::PLANES * sizes[2]);
        let Some(a_used) = separate(a_planes, a.elements()) else { return false };
        let Some(b_used) = separate(b_planes, b.elements()) else { return false };
        if separate(row_planes, row).is_none() {
            return false;
        }
        let a = PlanarMatrix { matrix: a, planes: a_planes, used: &a_used };
        let b = PlanarMatrix { matrix: b, planes: b_planes, used: &b_used };
        multiply(a, b, row_planes, outputs, first);
        join(outputs, c, overwrite);
        true
    })
}

/// A matrix in planes.
#[derive(Clone, Copy)]
pub(super) struct PlanarMatrix<'a, P: Planes> {
    /// Its shape and the order of its elements.
    pub(super) matrix: Matrix<'a, P>,
    /// The planes, one after the other.
    pub(super) planes: &'a [P::Component],
    /// Which of them are not zero.
    pub(super) used: &'a [bool],
}

impl<'a, P: Planes> PlanarMatrix<'a, P> {
    fn plane(self, i: usize) -> Matrix<'a, P::Component> {
        let size = self.matrix.elements().len();
        self.matrix.with_elements(&self.planes[i * size..(i + 1) * size])
    }
}

/// Writes the planes of the product from `first` on, each row of which begins as `row`, unless that is empty.
pub(super) fn multiply<P: Planes>(
    a: PlanarMatrix<'_, P>,
    b: PlanarMatrix<'_, P>,
    row: &[P::Component],
    outputs: &mut [P::Component],
    first: usize,
) {
    let (size, width) = (outputs.len() / P::PLANES, row.len() / P::PLANES);
    for (i, output) in outputs.chunks_exact_mut(size.max(1)).enumerate().skip(first) {
        let row = &row[i * width..(i + 1) * width];
        let mut count = 0;
        for [p, q] in P::terms(i).filter(|&[p, q]| a.used[p] && b.used[q]) {
            if count == 0 && !row.is_empty() {
                P::Component::affine(a.plane(p), b.plane(q), row, output);
            } else {
                P::Component::gemm(a.plane(p), b.plane(q), output, count == 0);
            }
            count += 1;
        }
        match count {
            0 if row.is_empty() => output.fill(P::Component::constant(0.0)),
            0 => repeat(row, output),
            _ => {}
        }
    }
}

/// The first `count` numbers of a list, with arbitrary values.
pub(super) fn first_numbers<T: Numeric>(list: &mut Vec<T>, count: usize) -> &mut [T] {
    if list.len() < count {
        // A new allocation instead of a resize: the contents need not be copied.
        *list = vec![T::constant(0.0); count];
    }
    &mut list[..count]
}

/// Writes the planes of `x`, one after the other. Returns which of them are not zero; `None` if a component
/// is not finite.
pub(super) fn separate<P: Planes>(planes: &mut [P::Component], x: &[P]) -> Option<SmallVec<[bool; 8]>> {
    // The numbers of planes that occur most in one pass, for loops that are vectorised.
    match P::PLANES {
        2 => separate_two(planes, x),
        3 => separate_three(planes, x),
        _ => separate_one_by_one(planes, x),
    }
}

/// What the components of the planes had in common.
#[derive(Clone, Copy)]
struct Seen<const N: usize> {
    finite: bool,
    zeros: [bool; N],
}

impl<const N: usize> Default for Seen<N> {
    fn default() -> Self {
        Self { finite: true, zeros: [true; N] }
    }
}

impl<const N: usize> Seen<N> {
    /// The component, after it has been seen.
    #[inline(always)]
    fn see<C: Scalar>(&mut self, plane: usize, component: C) -> C {
        self.finite &= component.is_finite();
        self.zeros[plane] &= component.is_zero();
        component
    }

    /// Which planes are not zero; `None` if a component is not finite.
    fn used(self) -> Option<SmallVec<[bool; 8]>> {
        self.finite.then(|| self.zeros.map(|zero| !zero).into_iter().collect())
    }
}

/// [`separate`] for two planes.
fn separate_two<P: Planes>(planes: &mut [P::Component], x: &[P]) -> Option<SmallVec<[bool; 8]>> {
    let (first, second) = planes.split_at_mut(x.len());
    let seen = vectorised_wide(
        #[inline(always)]
        || {
            let mut seen = Seen::<2>::default();
            for ((first, second), x) in first.iter_mut().zip(second).zip(x) {
                *first = seen.see(0, x.component(0));
                *second = seen.see(1, x.component(1));
            }
            seen
        },
    );
    seen.used()
}

/// [`separate`] for three planes.
fn separate_three<P: Planes>(planes: &mut [P::Component], x: &[P]) -> Option<SmallVec<[bool; 8]>> {
    let (first, rest) = planes.split_at_mut(x.len());
    let (second, third) = rest.split_at_mut(x.len());
    let seen = vectorised_wide(
        #[inline(always)]
        || {
            let mut seen = Seen::<3>::default();
            for (((first, second), third), x) in first.iter_mut().zip(second).zip(third).zip(x) {
                *first = seen.see(0, x.component(0));
                *second = seen.see(1, x.component(1));
                *third = seen.see(2, x.component(2));
            }
            seen
        },
    );
    seen.used()
}

/// [`separate`] for any number of planes.
fn separate_one_by_one<P: Planes>(planes: &mut [P::Component], x: &[P]) -> Option<SmallVec<[bool; 8]>> {
    let mut used = SmallVec::from_elem(false, P::PLANES);
    for (i, plane) in planes.chunks_exact_mut(x.len().max(1)).enumerate() {
        let seen = vectorised_wide(
            #[inline(always)]
            move || {
                let mut seen = Seen::<1>::default();
                for (slot, x) in plane.iter_mut().zip(x) {
                    *slot = seen.see(0, x.component(i));
                }
                seen
            },
        );
        used[i] = seen.used()?[0];
    }
    Some(used)
}

/// Puts numbers together from their planes and writes them to `y`, or adds them if not `overwrite`.
pub(super) fn join<P: Planes>(planes: &[P::Component], y: &mut [P], overwrite: bool) {
    if overwrite {
        put(planes, y, |_, product| product);
    } else {
        put(planes, y, |y, product| y + product);
    }
}

/// Puts numbers together from their planes, and into `y` by `put`, which gets the old element and the number.
fn put<P: Planes>(planes: &[P::Component], y: &mut [P], put: impl Fn(P, P) -> P) {
    let size = y.len();
    let plane = |i: usize| &planes[i * size..(i + 1) * size];
    vectorised_wide(
        #[inline(always)]
        || match P::PLANES {
            2 => {
                for ((y, &a), &b) in y.iter_mut().zip(plane(0)).zip(plane(1)) {
                    *y = put(*y, P::from_components(|i| if i == 0 { a } else { b }));
                }
            }
            3 => {
                for (((y, &a), &b), &c) in y.iter_mut().zip(plane(0)).zip(plane(1)).zip(plane(2)) {
                    *y = put(*y, P::from_components(|i| [a, b, c][i]));
                }
            }
            _ => {
                for (j, y) in y.iter_mut().enumerate() {
                    *y = put(*y, P::from_components(|i| planes[i * size + j]));
                }
            }
        },
    );
}

/// Copies a range of planes of `size` numbers to the beginning of a chunk.
// A loop with a constant number of planes, which the compiler unrolls.
#[inline(always)]
pub(super) fn load<P: Planes>(
    planes: &[P::Component],
    size: usize,
    range: Range<usize>,
    chunk: &mut P::Chunk,
) {
    for i in 0..P::PLANES {
        P::Component::separate(
            &planes[i * size..][range.clone()],
            #[inline(always)]
            |x| P::scaled(i, x),
            P::plane_mut(chunk, i),
        );
    }
}

/// Copies the beginning of a chunk to a range of planes of `size` numbers. Notes which of them are not zero,
/// and returns whether all components are finite.
#[inline(always)]
pub(super) fn store<P: Planes>(
    chunk: &P::Chunk,
    planes: &mut [P::Component],
    size: usize,
    range: Range<usize>,
    used: &mut [bool],
) -> bool {
    let mut finite = true;
    for i in 0..P::PLANES {
        let slots = &mut planes[i * size..][range.clone()];
        P::Component::join(
            P::plane(chunk, i),
            slots,
            #[inline(always)]
            |_, x| P::unscaled(i, x),
        );
        // Mostly, the first one is not zero.
        used[i] = used[i] || !slots.iter().all(|x| x.is_zero());
        // A loop of its own, which the compiler vectorises.
        finite &= slots.iter().fold(true, |finite, x| finite & x.is_finite());
    }
    finite
}

thread_local! {
    /// A list of each type, kept for its memory.
    static SPARE: RefCell<HashMap<TypeId, Box<dyn Any>>> = RefCell::default();
}

/// Calls `work` with a list that keeps its memory on this thread.
pub(super) fn with_spare<C: 'static, Y>(work: impl FnOnce(&mut Vec<C>) -> Y) -> Y {
    let kind = TypeId::of::<Vec<C>>();
    // Removed from the map while it is in use: components may have planes themselves, and a thread that waits
    // for another may begin a second product.
    let kept = SPARE.with_borrow_mut(|spare| spare.remove(&kind));
    let mut kept = kept.unwrap_or_else(|| Box::new(Vec::<C>::new()));
    let result = work(kept.downcast_mut().expect("a list is kept under its own type"));
    SPARE.with_borrow_mut(|spare| spare.insert(kind, kept));
    result
}
