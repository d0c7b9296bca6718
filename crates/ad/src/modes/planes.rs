//! Matrix products of numbers that carry derivatives: products of the planes of their components, in the
//! kernels of these.

use crate::element::Element;
use crate::number::Scalar;
use smallvec::SmallVec;
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use wengert_kernels::{Matrix, MatrixProduct, Numeric, portable_product};

/// A number that consists of components, of which each component of a product is a sum of products.
pub(super) trait Planes: Scalar {
    /// The type of a component.
    type Component: Element;
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
pub(super) fn planar_product<P: Planes>(a: Matrix<'_, P>, b: Matrix<'_, P>, c: &mut [P], overwrite: bool) {
    let ([m, k], [_, n]) = (a.shape(), b.shape());
    if m.min(k).min(n) < 2 || m * k * n < SMALLEST || !in_planes(a, b, c, overwrite) {
        portable_product(a, b, c, overwrite);
    }
}

/// The product, unless a component is not finite. Returns whether it was computed.
fn in_planes<P: Planes>(a: Matrix<'_, P>, b: Matrix<'_, P>, c: &mut [P], overwrite: bool) -> bool {
    with_spare(|planes: &mut Vec<P::Component>| {
        planes.clear();
        let (Some(a_used), Some(b_used)) = (append(planes, a.elements()), append(planes, b.elements()))
        else {
            return false;
        };
        let inputs = planes.len();
        planes.resize(inputs + P::PLANES * c.len(), P::Component::constant(0.0));
        let (inputs, outputs) = planes.split_at_mut(inputs);
        let (a_planes, b_planes) = inputs.split_at(P::PLANES * a.elements().len());
        let (a_size, b_size, size) = (a.elements().len(), b.elements().len(), c.len());
        for i in 0..P::PLANES {
            let output = &mut outputs[i * size..(i + 1) * size];
            let terms = P::terms(i).filter(|&[p, q]| a_used[p] && b_used[q]);
            for (number, [p, q]) in terms.enumerate() {
                let a = a.with_elements(&a_planes[p * a_size..(p + 1) * a_size]);
                let b = b.with_elements(&b_planes[q * b_size..(q + 1) * b_size]);
                P::Component::gemm(a, b, output, number == 0);
            }
        }
        for (j, c) in c.iter_mut().enumerate() {
            let product = P::from_components(|i| outputs[i * size + j]);
            *c = if overwrite { product } else { *c + product };
        }
        true
    })
}

/// Appends the planes of `x`. Returns which of them are not zero; `None` if a component is not finite.
fn append<P: Planes>(planes: &mut Vec<P::Component>, x: &[P]) -> Option<SmallVec<[bool; 8]>> {
    let mut used = SmallVec::new();
    for i in 0..P::PLANES {
        let start = planes.len();
        planes.extend(x.iter().map(|x| x.component(i)));
        let plane = &planes[start..];
        if !plane.iter().fold(true, |all, x| all & x.is_finite()) {
            return None;
        }
        used.push(!plane.iter().fold(true, |all, x| all & x.is_zero()));
    }
    Some(used)
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
