//! Expected panics: their messages, and the source lines they point to.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// The message of a panic and the source line it points to.
#[derive(Debug, Default)]
pub(crate) struct Panicked {
    pub(crate) message: String,
    pub(crate) file: String,
    pub(crate) line: u32,
}

thread_local! {
    static EXPECTED: RefCell<Option<Panicked>> = const { RefCell::new(None) };
}

/// Installs a panic hook for all threads of the test program; it is silent on threads that expect a panic.
fn install_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            let expected = EXPECTED.with_borrow_mut(|slot| {
                let panicked = slot.as_mut()?;
                let location = info.location().expect("the standard library always gives one");
                let payload = info.payload();
                let literal = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
                let message = literal.or_else(|| payload.downcast_ref::<String>().cloned());
                panicked.message = message.unwrap_or_default();
                (panicked.file, panicked.line) = (location.file().to_owned(), location.line());
                Some(())
            });
            if expected.is_none() {
                usual(info);
            }
        }));
    });
}

/// The panic of `f`, which must panic.
#[allow(dead_code, reason = "some of the test programs that share this file ask for the line only")]
#[track_caller]
pub(crate) fn panic_of<Y>(f: impl FnOnce() -> Y) -> Panicked {
    let mut f = Some(f);
    // Type-erased: this is called in about a hundred places.
    expect_panic(&mut || drop(f.take().map(|f| f())))
}

#[track_caller]
fn expect_panic(f: &mut dyn FnMut()) -> Panicked {
    caught(f).expect("a panic was expected, but there was none")
}

/// The panic of `f`, if it panics.
#[allow(dead_code, reason = "some of the test programs that share this file expect every panic")]
pub(crate) fn panic_if_any<Y>(f: impl FnOnce() -> Y) -> Option<Panicked> {
    let mut f = Some(f);
    caught(&mut || drop(f.take().map(|f| f())))
}

fn caught(f: &mut dyn FnMut()) -> Option<Panicked> {
    install_hook();
    EXPECTED.set(Some(Panicked::default()));
    let outcome = catch_unwind(AssertUnwindSafe(f));
    let panicked = EXPECTED.take().expect("set above");
    outcome.is_err().then_some(panicked)
}

/// Panics unless `f` does, with a message that contains each of the `expected` parts and points to the
/// line that calls this function.
#[track_caller]
pub(crate) fn blames_this_line<Y>(expected: &[&str], f: impl FnOnce() -> Y) {
    assert_blame(&panic_of(f), Location::caller(), expected);
}

fn assert_blame(panicked: &Panicked, here: &Location<'_>, expected: &[&str]) {
    assert_eq!((panicked.file.as_str(), panicked.line), (here.file(), here.line()), "{}", panicked.message);
    for part in expected {
        assert!(panicked.message.contains(part), "{part:?} is missing in: {}", panicked.message);
    }
}
