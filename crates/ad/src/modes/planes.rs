//! Matrix products of numbers that carry derivatives: products of the planes of their components, in the
//! kernels of these.

use crate::element::Element;
use crate::number::Scalar;
use smallvec::SmallVec;
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use wengert_kernels::{Matrix, MatrixProduct, Numeric, portable_product, repeat, vectorised_wide};

/// A number that consists of components, of which each component of a product is a sum of products.
pub(super) trait Planes: Scalar {
    /// The type of a component.
    type Component: Scalar;
    /// The number of components.
    const PLANES: usize;
    /// Component `i`.
    fn component(self, i: usize) -> Self::Component;
    /// The number with these components.
    fn from_components(component: impl Fn(usize) -> Self::Component) -> Self;
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
    P: Planes<Component: Element>,
{
    if !are_worth_it(a, b) || !in_planes(a, b, None, c, 0, overwrite) {
        portable_product(a, b, c, overwrite);
    }
}

/// Same as [`planar_product`], except that component 0 of `c`, the value, becomes arbitrary.
pub(super) fn planar_derivatives<P>(a: Matrix<'_, P>, b: Matrix<'_, P>, c: &mut [P], overwrite: bool)
where
    P: Planes<Component: Element>,
{
    if !are_worth_it(a, b) || !in_planes(a, b, None, c, 1, overwrite) {
        portable_product(a, b, c, overwrite);
    }
}

/// `Y = X W + 1 b'`: see [`MatrixProduct::affine`].
pub(super) fn planar_affine<P>(x: Matrix<'_, P>, w: Matrix<'_, P>, b: &[P], y: &mut [P])
where
    P: Planes<Component: Element>,
{
    if !are_worth_it(x, w) || !in_planes(x, w, Some(b), y, 0, true) {
        repeat(b, y);
        portable_product(x, w, y, false);
    }
}

fn are_worth_it<P>(a: Matrix<'_, P>, b: Matrix<'_, P>) -> bool {
    let ([m, k], [_, n]) = (a.shape(), b.shape());
    m.min(k).min(n) >= 2 && m * k * n >= SMALLEST
}

/// The components from `first` on of the product, each row of which begins as `row`, if that is given,
/// unless a component is not finite. Returns whether it was computed.
fn in_planes<P: Planes<Component: Element>>(
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
        for (i, output) in outputs.chunks_exact_mut(sizes[3].max(1)).enumerate().skip(first) {
            let row = &row_planes[i * sizes[2]..(i + 1) * sizes[2]];
            let terms = P::terms(i).filter(|&[p, q]| a_used[p] && b_used[q]);
            let mut count = 0;
            for [p, q] in terms {
                let a = a.with_elements(&a_planes[p * sizes[0]..(p + 1) * sizes[0]]);
                let b = b.with_elements(&b_planes[q * sizes[1]..(q + 1) * sizes[1]]);
                if count == 0 && !row.is_empty() {
                    P::Component::affine(a, b, row, output);
                } else {
                    P::Component::gemm(a, b, output, count == 0);
                }
                count += 1;
            }
            match count {
                0 if row.is_empty() => output.fill(P::Component::constant(0.0)),
                0 => repeat(row, output),
                _ => {}
            }
        }
        if overwrite {
            join(outputs, c, |_, product| product);
        } else {
            join(outputs, c, |c, product| c + product);
        }
        true
    })
}

/// The first `count` numbers of a list, with arbitrary values.
fn first_numbers<T: Numeric>(list: &mut Vec<T>, count: usize) -> &mut [T] {
    if list.len() < count {
        // A new allocation instead of a resize: the contents need not be copied.
        *list = vec![T::constant(0.0); count];
    }
    &mut list[..count]
}

/// Writes the planes of `x`, one after the other. Returns which of them are not zero; `None` if a component
/// is not finite.
fn separate<P: Planes>(planes: &mut [P::Component], x: &[P]) -> Option<SmallVec<[bool; 8]>> {
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

/// Puts numbers together from their planes, and into `y` by `put`, which gets the old element and the number.
fn join<P: Planes>(planes: &[P::Component], y: &mut [P], put: impl Fn(P, P) -> P) {
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

thread_local! {
    /// A list of each type, kept for its memory.
    static SPARE: RefCell<HashMap<TypeId, Box<dyn Any>>> = RefCell::default();
}

/// Calls `work` with a list that keeps its memory on this thread.
fn with_spare<C: 'static, Y>(work: impl FnOnce(&mut Vec<C>) -> Y) -> Y {
    let kind = TypeId::of::<Vec<C>>();
    // Removed from the map while it is in use: components may have planes themselves, and a thread that waits
    // for another may begin a second product.
    let kept = SPARE.with_borrow_mut(|spare| spare.remove(&kind));
    let mut kept = kept.unwrap_or_else(|| Box::new(Vec::<C>::new()));
    let result = work(kept.downcast_mut().expect("a list is kept under its own type"));
    SPARE.with_borrow_mut(|spare| spare.insert(kind, kept));
    result
}
