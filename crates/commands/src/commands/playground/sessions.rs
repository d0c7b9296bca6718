//! The sessions of open pages.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use wengert_playground::Session;

/// The largest number of sessions; a new one takes the place of the one that was idle for longest.
const SESSIONS: usize = 8;
/// The largest length of a name.
const NAME: usize = 64;

/// Sessions by the names that pages give them, the least recently used one first.
#[derive(Default)]
pub(super) struct Sessions(Mutex<Vec<Named>>);

type Named = (String, Arc<Mutex<Session>>);

impl Sessions {
    /// The reply of the session with a name; `None` if the name is not one, or if the session failed, which
    /// ends it.
    pub(super) fn handle(&self, name: &str, request: &[u8]) -> Option<Vec<u8>> {
        let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_word || !(1..=NAME).contains(&name.len()) {
            return None;
        }
        let session = self.named(name);
        let mut locked = session.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = catch_unwind(AssertUnwindSafe(|| locked.handle(request)));
        match reply {
            Ok(reply) => Some(reply.to_bytes()),
            Err(_) => {
                *locked = Session::new();
                None
            }
        }
    }

    fn named(&self, name: &str) -> Arc<Mutex<Session>> {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = sessions.iter().position(|(known, _)| known == name);
        let entry = match found {
            Some(i) => sessions.remove(i),
            None => (name.to_owned(), Arc::default()),
        };
        if sessions.len() == SESSIONS {
            sessions.remove(0);
        }
        let session = Arc::clone(&entry.1);
        sessions.push(entry);
        session
    }
}
