//! What several test files share: the rule table as rules of either arity with points to try, one comparison, one
//! difference quotient, and a look at where a panic points.

pub(crate) mod cases;
pub(crate) mod modes;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, set_hook, take_hook};
use std::sync::Once;
use wengert_ad::rules::{BinaryVisitor, Interval, UnaryVisitor, each_binary, each_unary};
use wengert_ad::{Binary, Operand, Scalar, Unary};

/// The same derivative by another order of operations: a hundred terms of size ten leave a few thousand `eps`.
pub(crate) const ROUNDING: f64 = 1e-12;

/// A derivative against [`difference`]: with `h = eps^(1/3)` both the truncation `h^2 f''' / 6` and the rounding
/// `eps f / h` are about 1e-11 of `f'''` and `f`; on the table's intervals `f'''` is below a hundred `max(1, f')`.
pub(crate) const DIFFERENCE: f64 = 1e-8;

/// `f32` against `f64`: a rule takes at most some ten roundings of half an `eps` each, of its constants too.
pub(crate) const SINGLE: f64 = 16.0 * f32::EPSILON as f64;

/// Panics unless `|a - b| <= tolerance max(1, |a|, |b|)`, or the two are the same infinity, or both NaN.
#[track_caller]
pub(crate) fn assert_close(what: impl std::fmt::Debug, a: f64, b: f64, tolerance: f64) {
    let scale = a.abs().max(b.abs()).max(1.0);
    let same = a == b || (a.is_nan() && b.is_nan());
    assert!(same || (a - b).abs() <= tolerance * scale, "{what:?}: {a:e} against {b:e}, off by {:e}", a - b);
}

/// The central difference of `f` by input `i` at `x`, whose components are of order one.
pub(crate) fn difference(f: impl Fn(&[f64]) -> f64, x: &[f64], i: usize) -> f64 {
    let h = f64::EPSILON.cbrt();
    let at = |xi: f64| {
        let mut moved = x.to_vec();
        moved[i] = xi;
        f(&moved)
    };
    let (low, high) = (x[i] - h, x[i] + h);
    (at(high) - at(low)) / (high - low)
}

/// Numbers that are the same in every run.
pub(crate) fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// A number from the interval that `f32` holds too.
pub(crate) fn draw(rng: &mut StdRng, (low, high): Interval) -> f64 {
    f64::from(rng.random_range(low..high) as f32)
}

/// A rule of either arity, applied to a list of operands.
pub(crate) trait Rule: Copy + std::fmt::Debug + 'static {
    const NAME: &'static str;
    fn apply<X: Operand>(self, xs: &[X]) -> X;
    /// The partial by each operand, as the table gives it.
    fn partials<T: Scalar>(self, xs: &[T]) -> Vec<T>;
}

/// A unary rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct One<R>(pub(crate) R);

/// A binary rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Two<R>(pub(crate) R);

impl<R: Unary> Rule for One<R> {
    const NAME: &'static str = R::NAME;
    fn apply<X: Operand>(self, xs: &[X]) -> X {
        xs[0].unary(self.0)
    }
    fn partials<T: Scalar>(self, xs: &[T]) -> Vec<T> {
        vec![self.0.partial(xs[0], self.apply(xs))]
    }
}

impl<R: Binary> Rule for Two<R> {
    const NAME: &'static str = R::NAME;
    fn apply<X: Operand>(self, xs: &[X]) -> X {
        xs[0].binary(xs[1], self.0)
    }
    fn partials<T: Scalar>(self, xs: &[T]) -> Vec<T> {
        let (da, db) = self.0.partials(xs[0], xs[1], self.apply(xs));
        vec![da, db]
    }
}

/// What should hold of every rule.
pub(crate) trait Property {
    /// Checks `rule` at each of the `points`, lists of operands from its domain.
    fn check<R: Rule>(&mut self, rule: R, points: &[Vec<f64>]);
}

/// Checks a property of every rule in the table and returns the rules' names.
///
/// # Panics
/// If nothing was visited, or a name twice: then the walk does not see the whole table.
pub(crate) fn each_rule(property: &mut impl Property) -> Vec<&'static str> {
    let mut walk = Walk { property, rng: rng(7), names: Vec::new() };
    each_unary(&mut walk);
    let unary = walk.names.len();
    each_binary(&mut walk);
    let names = walk.names;
    assert!(unary > 0 && names.len() > unary, "the walk found {unary} unary rules of {} in all", names.len());
    for (i, name) in names.iter().enumerate() {
        assert!(!names[..i].contains(name), "two rules are called {name}");
    }
    names
}

struct Walk<'p, P> {
    property: &'p mut P,
    rng: StdRng,
    names: Vec<&'static str>,
}

impl<P: Property> UnaryVisitor for Walk<'_, P> {
    fn visit<R: Unary>(&mut self, rule: R, domain: &'static [Interval]) {
        let points = domain.iter().flat_map(|&interval| {
            let inside = (0..14).map(|_| draw(&mut self.rng, interval)).collect::<Vec<_>>();
            inside.into_iter().chain([interval.0, interval.1]).map(|x| vec![x])
        });
        let points: Vec<_> = points.collect();
        assert!(!points.is_empty(), "{}: no interval to draw from", R::NAME);
        self.names.push(R::NAME);
        self.property.check(One(rule), &points);
    }
}

impl<P: Property> BinaryVisitor for Walk<'_, P> {
    fn visit<R: Binary>(&mut self, rule: R, [a, b]: [Interval; 2]) {
        let corners = [vec![a.0, b.0], vec![a.0, b.1], vec![a.1, b.0], vec![a.1, b.1]];
        let inside = (0..28).map(|_| vec![draw(&mut self.rng, a), draw(&mut self.rng, b)]);
        let points: Vec<_> = inside.chain(corners).collect();
        self.names.push(R::NAME);
        self.property.check(Two(rule), &points);
    }
}

/// What a panic said, and the place in the source that it points to.
#[derive(Debug, Default)]
pub(crate) struct Panicked {
    pub(crate) message: String,
    pub(crate) file: String,
    pub(crate) line: u32,
}

thread_local! {
    static EXPECTED: RefCell<Option<Panicked>> = const { RefCell::new(None) };
}

/// The panic of `f`, which has to panic.
#[track_caller]
pub(crate) fn panic_of<Y>(f: impl FnOnce() -> Y) -> Panicked {
    static HOOK: Once = Once::new();
    // The hook serves all threads of the test binary; only a thread that expects a panic keeps it quiet.
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            let expected = EXPECTED.with_borrow_mut(|slot| {
                let panicked = slot.as_mut()?;
                let location = info.location().expect("the standard library always gives one");
                panicked.message = info.payload_as_str().unwrap_or_default().to_owned();
                (panicked.file, panicked.line) = (location.file().to_owned(), location.line());
                Some(())
            });
            if expected.is_none() {
                usual(info);
            }
        }));
    });
    EXPECTED.set(Some(Panicked::default()));
    let outcome = catch_unwind(AssertUnwindSafe(f));
    let panicked = EXPECTED.take().expect("set above");
    assert!(outcome.is_err(), "a panic was expected, but there was none");
    panicked
}

/// Panics unless `f` does, pointing at the line that calls this function and saying all that is to be `said`.
#[track_caller]
pub(crate) fn blames_this_line<Y>(said: &[&str], f: impl FnOnce() -> Y) {
    let (panicked, here) = (panic_of(f), Location::caller());
    assert_eq!((panicked.file.as_str(), panicked.line), (here.file(), here.line()), "{}", panicked.message);
    for said in said {
        assert!(panicked.message.contains(said), "{said:?} is not said in: {}", panicked.message);
    }
}
