//! Sessions: what a page has asked for so far.

use crate::bounds;
use crate::confusion::confusion;
use crate::descent::{descend, surface};
use crate::error::RequestError;
use crate::graph::graph;
use crate::lists::lists;
use crate::network::Network;
use crate::reply::Reply;
use crate::request::Request;

/// The networks of one page. See the [documentation of the crate](crate) for requests and replies.
#[derive(Default)]
pub struct Session {
    networks: [Option<Box<Network>>; bounds::SLOTS],
}

impl Session {
    /// A session without networks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers a request, whatever it is.
    pub fn handle(&mut self, request: &[u8]) -> Reply {
        self.answer(request).unwrap_or_else(|error| Reply::of_error(&error))
    }

    fn answer(&mut self, request: &[u8]) -> Result<Reply, RequestError> {
        if request.len() > bounds::REQUEST {
            return Err(RequestError::TooLong { bytes: request.len(), limit: bounds::REQUEST });
        }
        match Request::of_json(request)? {
            Request::Lists => Ok(lists()),
            Request::Graph(request) => graph(&request),
            Request::Surface(request) => surface(&request),
            Request::Descend(request) => descend(&request),
            Request::Confusion(request) => confusion(&request),
            Request::Create { slot, settings } => {
                bounds::count("the slot", slot, 0..=bounds::SLOTS - 1)?;
                // The earlier network of the slot goes first, so that there are never two.
                self.networks[slot] = None;
                let network = Network::new(*settings)?;
                Ok(self.networks[slot].insert(Box::new(network)).description())
            }
            Request::Advance { slot, steps } => self.network(slot)?.advance(steps),
            Request::Rewind { slot, step } => self.network(slot)?.rewind(step),
            Request::Picture { slot, view } => self.network(slot)?.picture(&view),
            Request::Predict { slot, rows } => self.network(slot)?.predict(&rows),
            Request::Export { slot, format } => self.network(slot)?.export(&format),
        }
    }

    fn network(&mut self, slot: usize) -> Result<&mut Network, RequestError> {
        bounds::count("the slot", slot, 0..=bounds::SLOTS - 1)?;
        self.networks[slot].as_deref_mut().ok_or(RequestError::NoNetwork { slot })
    }
}
