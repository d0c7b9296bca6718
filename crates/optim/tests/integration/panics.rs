//! The message and the place of a panic.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// The file of the last panic of this thread.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The message that `work` panics with.
pub(crate) fn message_of<T>(work: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| drop(work()))).expect_err("should have panicked");
    let message = panic.downcast_ref::<String>().cloned();
    message.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap()
}

/// The file that the panic of `work` points at.
///
/// The hook that notes it serves all tests of the program: it notes per thread, and the usual hook follows.
pub(crate) fn place_of<T>(work: impl FnOnce() -> T) -> String {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            PLACE.set(info.location().map(|place| place.file().to_owned()));
            usual(info);
        }));
    });
    message_of(work);
    PLACE.take().expect("the hook has noted the place")
}
