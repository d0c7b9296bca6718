//! The session of a page as WebAssembly: a request is written to the address that [`request`] returns,
//! [`handle`] answers it, and the reply is at [`reply`].
//!
//! The functions are called from the page, by its one thread: hence thread-local variables. A panic ends the
//! instance; its message is left as the reply, in a build that has messages of panics.

use std::cell::RefCell;
use std::panic;
use wengert_playground::Session;

thread_local! {
    static SESSION: RefCell<Session> = RefCell::new(Session::new());
    static REQUEST: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static REPLY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for a request of `length` bytes, and returns its address.
#[unsafe(no_mangle)]
pub extern "C" fn request(length: usize) -> *mut u8 {
    REQUEST.with_borrow_mut(|request| {
        request.resize(length, 0);
        request.as_mut_ptr()
    })
}

/// Answers the request, and returns the length of the reply.
#[unsafe(no_mangle)]
pub extern "C" fn handle() -> usize {
    panic::set_hook(Box::new(|panic| REPLY.set(panic.to_string().into_bytes())));
    let reply = REQUEST.with_borrow(|request| SESSION.with_borrow_mut(|session| session.handle(request)));
    REPLY.set(reply.to_bytes());
    reply_length()
}

/// The address of the reply, or of the message of a panic.
#[unsafe(no_mangle)]
pub extern "C" fn reply() -> *const u8 {
    REPLY.with_borrow(|reply| reply.as_ptr())
}

/// The length of the reply, or of the message of a panic.
#[unsafe(no_mangle)]
pub extern "C" fn reply_length() -> usize {
    REPLY.with_borrow(Vec::len)
}
