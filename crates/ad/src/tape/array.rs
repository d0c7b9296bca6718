//! Array reverse mode: a list of primitives on arrays, with every buffer reused.

use super::observer::Observer;
use super::sweep::Sweep;
use super::tensor::Tensor;
use crate::kernels::Element;
use crate::primitive::{Primitive, Shape, View};
use ndarray::{ArrayBase, Data, Dimension};
use smallvec::SmallVec;
use std::any::Any;
use std::cell::{Ref, RefCell};
use std::ops::Range;
use std::panic::Location;
use std::sync::Arc;

/// A list of array operations, each with its primitive, its parents and its value.
///
/// [`clear`](Self::clear) forgets the operations and keeps their buffers, so that the same sequence of operations,
/// recorded again, allocates nothing.
///
/// ```
/// use ndarray::array;
/// use wengert_ad::{ArrayTape, Elementary};
///
/// let tape = ArrayTape::<f64>::new();
/// let (x, w) = (tape.constant(&array![[1.0, 2.0]]), tape.var(&array![[0.5], [0.25]]));
/// let y = x.matmul(w).square().sum();
/// assert_eq!(y.gradient().wrt(w), array![[2.0], [4.0]].into_dyn());
/// ```
#[derive(Debug)]
pub struct ArrayTape<T = f32> {
    pub(super) list: RefCell<List<T>>,
    pub(super) sweeps: RefCell<Sweep<T>>,
    /// Sees every operation, if there is one.
    pub(super) observer: RefCell<Option<Box<dyn Observer<T>>>>,
    pub(super) made_at: &'static Location<'static>,
}

/// The nodes; those from `used` on are left from before the tape was cleared, for their buffers.
#[derive(Debug)]
pub(super) struct List<T> {
    nodes: Vec<Node<T>>,
    used: usize,
    /// The buffer that the tape shares with whoever holds the parameters, if it does.
    flat: Option<Arc<Vec<T>>>,
    /// The end of the shared ranges so far.
    shared_end: usize,
    /// Whether the tape is one of inference, where no derivative will be asked for.
    infers: bool,
    /// Of nodes that were forgotten: their buffers.
    spare: Vec<Vec<T>>,
}

/// Nodes that are recorded.
#[derive(Debug)]
pub(super) struct Nodes<'l, T> {
    nodes: &'l [Node<T>],
    flat: &'l [T],
}

impl<T> Clone for Nodes<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Nodes<'_, T> {}

impl<'l, T> Nodes<'l, T> {
    /// All of them, in the order of recording.
    pub(super) fn all(self) -> &'l [Node<T>] {
        self.nodes
    }

    #[inline]
    pub(super) fn node(self, node: u32) -> &'l Node<T> {
        &self.nodes[node as usize]
    }

    // Inlined, a view is made where it is used: one that is written in words and read back in pairs of them stalls the processor.
    #[inline(always)]
    pub(super) fn view(self, index: u32) -> View<'l, T> {
        let node = self.node(index);
        let data = match &node.place {
            Place::Own => &node.buffer[..],
            Place::Flat(range) => &self.flat[range.clone()],
            Place::Table(table, range) => &table[range.clone()],
            Place::Forgotten => forgotten(index),
        };
        View { shape: &node.shape, data }
    }
}

/// Where the value of a node stands.
#[derive(Debug)]
enum Place<T> {
    /// In its own buffer.
    Own,
    /// In the flat buffer, which has its like in the flat gradient.
    Flat(Range<usize>),
    /// In a table that is shared besides.
    Table(Arc<Vec<T>>, Range<usize>),
    /// Nowhere any more.
    Forgotten,
}

#[derive(Debug)]
pub(super) struct Node<T> {
    pub(super) primitive: Option<Box<dyn AnyPrimitive<T>>>,
    pub(super) parents: SmallVec<[u32; FEW]>,
    shape: Shape,
    buffer: Vec<T>,
    place: Place<T>,
    /// Whether a derivative by this node may be asked for.
    pub(super) active: bool,
    /// The line of code that recorded it.
    pub(super) site: &'static Location<'static>,
}

/// A primitive that can be told apart at run time, so that a cleared node's own primitive is used again.
pub(super) trait AnyPrimitive<T: Element>: Primitive<T> {
    fn as_any(&mut self) -> &mut dyn Any;
}

impl<T: Element, P: Primitive<T>> AnyPrimitive<T> for P {
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self {
            primitive: None,
            parents: SmallVec::new(),
            shape: Shape::new(),
            buffer: Vec::new(),
            place: Place::Own,
            active: false,
            site: Location::caller(),
        }
    }
}

impl<T> Node<T> {
    /// Where the derivative by this node stands in the flat gradient, if it does.
    pub(super) fn gradient_range(&self) -> Option<&Range<usize>> {
        if let Place::Flat(range) = &self.place { Some(range) } else { None }
    }
}

impl<T: Element> List<T> {
    pub(super) fn view(&self, node: u32) -> View<'_, T> {
        self.active().view(node)
    }

    /// Where the value of node `i` stands, if in a buffer of its own.
    pub(super) fn buffer_mut(&mut self, i: usize) -> Option<&mut Vec<T>> {
        let node = &mut self.nodes[i];
        matches!(node.place, Place::Own).then_some(&mut node.buffer)
    }

    pub(super) fn infers(&self) -> bool {
        self.infers
    }

    pub(super) fn active(&self) -> Nodes<'_, T> {
        Nodes { nodes: &self.nodes[..self.used], flat: flat(&self.flat) }
    }

    /// Shares `buffer`, of which nothing of `range` is shared yet, and no other. Ranges in ascending order are checked without a
    /// search.
    #[track_caller]
    fn share(&mut self, buffer: &Arc<Vec<T>>, range: &Range<usize>) {
        if range.start < self.shared_end {
            for other in self.active().all().iter().filter_map(Node::gradient_range) {
                let apart = range.end <= other.start || other.end <= range.start;
                assert!(apart, "shared: {range:?} overlaps {other:?}, which this tape shares already");
            }
        }
        let flat = self.flat.get_or_insert_with(|| Arc::clone(buffer));
        assert!(Arc::ptr_eq(flat, buffer), "shared: this tape shares another buffer already");
        self.shared_end = self.shared_end.max(range.end);
    }

    /// A buffer for the next node, if it has none from before.
    fn take_spare(&mut self) -> Option<Vec<T>> {
        let has_one = self.nodes.get(self.used).is_some_and(|node| node.buffer.capacity() > 0);
        if has_one { None } else { self.spare.pop() }
    }

    /// The nodes recorded so far, and the next one with its index; it may hold buffers from before.
    #[inline(always)]
    fn next(&mut self) -> (Nodes<'_, T>, u32, &mut Node<T>) {
        let index = u32::try_from(self.used).expect("an array tape of 2^32 nodes does not fit in memory");
        if self.used == self.nodes.len() {
            self.nodes.push(Node::default());
        }
        let (before, after) = self.nodes.split_at_mut(self.used);
        self.used += 1;
        (Nodes { nodes: before, flat: flat(&self.flat) }, index, &mut after[0])
    }
}

fn flat<T>(shared: &Option<Arc<Vec<T>>>) -> &[T] {
    shared.as_ref().map_or(&[], |shared| &shared[..])
}

impl<T: Element> Default for ArrayTape<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Element> ArrayTape<T> {
    /// An empty tape.
    #[track_caller]
    pub fn new() -> Self {
        Self::of(false)
    }

    /// An empty tape for inference, where no derivative will be asked for: what [`Tensor::through`] is done with is forgotten, and its
    /// memory used again.
    ///
    /// Asking for one panics.
    #[track_caller]
    pub fn for_inference() -> Self {
        Self::of(true)
    }

    #[track_caller]
    fn of(infers: bool) -> Self {
        let (nodes, spare) = (Vec::new(), Vec::new());
        let list = List { nodes, used: 0, flat: None, shared_end: 0, infers, spare };
        let list = RefCell::new(list);
        Self { list, sweeps: RefCell::default(), observer: RefCell::new(None), made_at: Location::caller() }
    }

    /// A new independent variable with a copy of `value`.
    #[track_caller]
    pub fn var<S: Data<Elem = T>, D: Dimension>(&self, value: &ArrayBase<S, D>) -> Tensor<'_, T> {
        self.leaf(value, true)
    }

    /// A copy of `value` by which no derivative will be asked for; none is computed.
    #[track_caller]
    pub fn constant<S: Data<Elem = T>, D: Dimension>(&self, value: &ArrayBase<S, D>) -> Tensor<'_, T> {
        self.leaf(value, false)
    }

    #[track_caller]
    fn leaf<S: Data<Elem = T>, D: Dimension>(&self, value: &ArrayBase<S, D>, active: bool) -> Tensor<'_, T> {
        self.filled(value.shape(), active, |buffer| match value.as_slice() {
            Some(elements) => buffer.extend_from_slice(elements),
            None => buffer.extend(value.iter().copied()),
        })
    }

    /// A constant whose elements `write` appends, row-major, to an empty buffer: a mini-batch, gathered in place.
    ///
    /// # Panics
    /// If `write` leaves another number of elements than `shape` holds.
    #[track_caller]
    pub fn constant_from(&self, shape: &[usize], write: impl FnOnce(&mut Vec<T>)) -> Tensor<'_, T> {
        self.filled(shape, false, write)
    }

    /// A constant whose elements, row-major, `write` sets, all of them: what it finds there is of no meaning.
    #[track_caller]
    pub fn constant_over(&self, shape: &[usize], write: impl FnOnce(&mut [T])) -> Tensor<'_, T> {
        let elements = shape.iter().product();
        self.placed(shape, false, |buffer| {
            buffer.resize(elements, T::constant(0.0));
            write(buffer);
        })
    }

    #[track_caller]
    fn filled(&self, shape: &[usize], active: bool, write: impl FnOnce(&mut Vec<T>)) -> Tensor<'_, T> {
        self.placed(shape, active, |buffer| {
            buffer.clear();
            write(buffer);
        })
    }

    /// A leaf whose buffer, which may hold anything, `write` fills.
    #[track_caller]
    fn placed(&self, shape: &[usize], active: bool, write: impl FnOnce(&mut Vec<T>)) -> Tensor<'_, T> {
        let mut list = self.list.borrow_mut();
        let (index, node) = new_leaf(&mut list, shape, active);
        write(&mut node.buffer);
        let (want, have) = (shape.iter().product::<usize>(), node.buffer.len());
        assert!(have == want, "constant: shape {shape:?} holds {want} elements, but {have} were written");
        self.show_placed(&list, index)
    }

    /// A variable whose value stands in `range` of a shared flat buffer and is not copied.
    ///
    /// A sweep [into a flat gradient](Tensor::gradient_into) writes its derivative to the same range there. Clearing
    /// the tape gives the share back.
    ///
    /// # Panics
    /// If `range` does not hold the elements of `shape` or does not lie in `flat`; if another buffer, or a part of the
    /// range, is shared on this tape already, since two derivatives would meet in one place.
    #[track_caller]
    pub fn shared(
        &self,
        flat: &Arc<Vec<T>>,
        range: Range<usize>,
        shape: &[usize],
        active: bool,
    ) -> Tensor<'_, T> {
        expect_fitting("shared", shape, range.clone(), flat.len());
        let mut list = self.list.borrow_mut();
        list.share(flat, &range);
        let (index, node) = new_leaf(&mut list, shape, active);
        node.place = Place::Flat(range);
        self.show_placed(&list, index)
    }

    /// A constant whose value stands in `range` of a shared buffer and is not copied: a large table, rows of a data set.
    ///
    /// Clearing the tape gives the share back.
    ///
    /// # Panics
    /// If `range` does not hold the elements of `shape` or does not lie in `buffer`.
    #[track_caller]
    pub fn shared_constant(
        &self,
        buffer: &Arc<Vec<T>>,
        range: Range<usize>,
        shape: &[usize],
    ) -> Tensor<'_, T> {
        expect_fitting("shared_constant", shape, range.clone(), buffer.len());
        let mut list = self.list.borrow_mut();
        let (index, node) = new_leaf(&mut list, shape, false);
        node.place = Place::Table(Arc::clone(buffer), range);
        self.show_placed(&list, index)
    }

    /// The node recorded as number `index`, counted from 0.
    ///
    /// # Panics
    /// If fewer are recorded.
    #[track_caller]
    pub fn nth(&self, index: usize) -> Tensor<'_, T> {
        let recorded = self.len();
        assert!(index < recorded, "nth: node {index} of a tape with {recorded}");
        Tensor::new(self, index as u32)
    }

    /// Forgets all operations and keeps their buffers.
    pub fn clear(&mut self) {
        let list = self.list.get_mut();
        for node in &mut list.nodes[..list.used] {
            node.place = Place::Own;
        }
        (list.used, list.flat, list.shared_end) = (0, None, 0);
    }

    /// The number of recorded nodes.
    pub fn len(&self) -> usize {
        self.list.borrow().used
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of nodes so far, of a tape for inference.
    pub(super) fn end_of_inference(&self) -> Option<usize> {
        let list = self.list.borrow();
        list.infers.then_some(list.used)
    }

    /// Forgets the nodes from `first` on, but for `kept`.
    pub(super) fn forget(&self, first: usize, kept: u32) {
        let mut list = self.list.borrow_mut();
        let List { nodes, used, spare, .. } = &mut *list;
        let nodes = nodes[..*used].iter_mut().enumerate().skip(first);
        for (_, node) in nodes.filter(|(i, node)| *i != kept as usize && matches!(node.place, Place::Own)) {
            node.place = Place::Forgotten;
            spare.push(std::mem::take(&mut node.buffer));
        }
    }

    /// Records a primitive: one left here by an earlier recording or a `new` one, made ready by `configure`.
    #[inline(always)]
    #[track_caller]
    pub(super) fn apply<P: Primitive<T>>(
        &self,
        parents: impl ExactSizeIterator<Item = u32>,
        new: impl FnOnce() -> P,
        configure: impl FnOnce(&mut P),
    ) -> Tensor<'_, T> {
        let mut list = self.list.borrow_mut();
        let spare = list.infers.then(|| list.take_spare()).flatten();
        let (before, index, node) = list.next();
        if let Some(buffer) = spare {
            node.buffer = buffer;
        }
        let (mut few, mut many) = ([0; FEW], Vec::new());
        replace(&mut node.parents, listed(&mut few, &mut many, parents));
        let (mut few, mut many) = ([View { shape: &[], data: &[] }; FEW], Vec::new());
        let xs = listed(&mut few, &mut many, node.parents.iter().map(|&p| before.view(p)));
        node.active = node.parents.iter().any(|&p| before.node(p).active);
        node.place = Place::Own;
        let kept = node.primitive.as_mut().is_some_and(|kept| (**kept).as_any().is::<P>());
        if !kept {
            node.primitive = Some(Box::new(new()));
        }
        let primitive = node.primitive.as_mut().expect("set above");
        let primitive = (**primitive).as_any().downcast_mut::<P>().expect("its type was compared above");
        configure(primitive);
        let (mut few, mut many) = ([&[][..]; FEW], Vec::new());
        let shapes = listed(&mut few, &mut many, xs.iter().map(|x| x.shape));
        node.shape = match primitive.shape(shapes) {
            Ok(shape) => shape,
            Err(needed) => wrong_shapes(&*primitive, shapes, needed),
        };
        node.buffer.resize(node.shape.iter().product(), T::constant(0.0));
        primitive.primal(xs, &mut node.buffer);
        node.site = Location::caller();
        let y = View { shape: &node.shape, data: &node.buffer };
        self.observe(|observer| observer.recorded(primitive, xs, y, node.site));
        Tensor::new(self, index)
    }

    /// The handle on a new leaf, which the observer has been shown.
    fn show_placed(&self, list: &List<T>, index: u32) -> Tensor<'_, T> {
        self.observe(|observer| observer.placed(list.view(index), list.active().node(index).site));
        Tensor::new(self, index)
    }

    /// Shows something to the observer, if there is one.
    pub(super) fn observe(&self, show: impl FnOnce(&mut dyn Observer<T>)) {
        if let Some(observer) = &mut *self.observer.borrow_mut() {
            show(&mut **observer);
        }
    }
}

/// Operations rarely have more operands than this, and arrays more axes.
pub(super) const FEW: usize = 4;

/// The items as a slice: in `few`, if there are not more, else in `many`.
#[inline(always)]
pub(super) fn listed<'l, X: Copy>(
    few: &'l mut [X; FEW],
    many: &'l mut Vec<X>,
    items: impl ExactSizeIterator<Item = X>,
) -> &'l [X] {
    let count = items.len();
    if count <= FEW {
        few.iter_mut().zip(items).for_each(|(slot, item)| *slot = item);
        &few[..count]
    } else {
        many.extend(items);
        many
    }
}

/// Sets the list to these items. A few are moved as one; many are written to the memory of those before.
#[inline(always)]
fn replace<X: Copy>(list: &mut SmallVec<[X; FEW]>, items: &[X]) {
    if items.len() <= FEW && !list.spilled() {
        *list = SmallVec::from_slice(items);
    } else {
        list.clear();
        list.extend_from_slice(items);
    }
}

#[track_caller]
fn new_leaf<'l, T: Element>(list: &'l mut List<T>, shape: &[usize], active: bool) -> (u32, &'l mut Node<T>) {
    let (_, index, node) = list.next();
    node.primitive = None;
    replace(&mut node.parents, &[]);
    replace(&mut node.shape, shape);
    node.place = Place::Own;
    node.active = active;
    node.site = Location::caller();
    (index, node)
}

#[track_caller]
fn expect_fitting(method: &str, shape: &[usize], range: Range<usize>, all: usize) {
    let elements: usize = shape.iter().product();
    let fits = elements == range.len() && range.start <= range.end && range.end <= all;
    assert!(fits, "{method}: shape {shape:?} does not fit the range {range:?} of {all} elements");
}

#[cold]
fn forgotten(node: u32) -> ! {
    panic!("node {node} was forgotten: on a tape for inference, what is computed on the way is not kept")
}

#[cold]
#[track_caller]
fn wrong_shapes<T: Element>(primitive: &impl Primitive<T>, operands: &[&[usize]], needed: &str) -> ! {
    let shapes: Vec<String> = operands.iter().map(|shape| format!("{shape:?}")).collect();
    let (name, shapes) = (primitive.name(), shapes.join(", "));
    panic!("{name}: the operands have the shapes {shapes}, but it needs {needed} ({primitive:?})");
}

/// A borrowed look at the elements of a recorded array.
pub(super) fn elements<T: Element>(tape: &ArrayTape<T>, node: u32) -> Ref<'_, [T]> {
    Ref::map(tape.list.borrow(), |list| list.view(node).data)
}
