//! The server: connections from this computer, and what they may ask for.

use super::http::{Connection, Head, Refusal};
use super::sessions::Sessions;
use crate::error::CliError;
use crate::playground_error::PlaygroundError;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use wengert_playground::{LONGEST_REQUEST, PAGE};

/// The largest number of connections at the same time.
const CONNECTIONS: usize = 32;
/// How long a connection may be silent.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long to wait before the next connection, if the system refuses one.
const PAUSE: Duration = Duration::from_millis(100);

/// A server that listens on 127.0.0.1.
pub(super) struct Server {
    listener: TcpListener,
    address: String,
    access: Arc<Access>,
}

/// What a connection needs.
struct Access {
    /// The path that all addresses begin with: a slash, and a random token.
    root: String,
    /// The hosts that requests may name: other names can point to this computer too.
    hosts: [String; 2],
    sessions: Sessions,
    connections: AtomicUsize,
}

impl Server {
    /// A server on a port, or on one that is free if it is 0.
    pub(super) fn bind(port: u16) -> Result<Self, CliError> {
        let failed = |error| CliError::Playground(PlaygroundError::Port { port, error });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let mut token = [0; 16];
        getrandom::fill(&mut token).map_err(|error| failed(io::Error::other(error.to_string())))?;
        let root = format!("/{:032x}", u128::from_le_bytes(token));
        let hosts = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{port}"));
        let address = format!("http://{}{root}/", hosts[0]);
        let access = Access { root, hosts, sessions: Sessions::default(), connections: AtomicUsize::new(0) };
        Ok(Self { listener, address, access: Arc::new(access) })
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Answers requests until the program ends.
    pub(super) fn run(self) -> Result<(), CliError> {
        loop {
            // The system may be out of descriptors for a while.
            let Ok((stream, _)) = self.listener.accept() else {
                thread::sleep(PAUSE);
                continue;
            };
            let access = Arc::clone(&self.access);
            if access.connections.fetch_add(1, Ordering::Relaxed) >= CONNECTIONS {
                access.connections.fetch_sub(1, Ordering::Relaxed);
                continue;
            }
            thread::spawn(move || {
                // A page that is closed in the middle of a response is no error.
                let _ = access.serve(stream);
                access.connections.fetch_sub(1, Ordering::Relaxed);
            });
        }
    }
}

impl Access {
    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let mut connection = Connection::new(stream);
        while let Some(head) = connection.head()? {
            match head.and_then(|head| self.check(&head).map(|target| (head.length, target))) {
                Ok((_, Target::File { kind, content })) => {
                    connection.respond(kind, content)?;
                }
                Ok((length, Target::Session(name))) => {
                    let Some(body) = connection.body(length)? else { return Ok(()) };
                    match self.sessions.handle(&name, &body) {
                        Some(reply) => {
                            connection.respond("application/octet-stream", &reply)?;
                        }
                        None => return connection.refuse(Refusal::Failed),
                    }
                }
                Err(refusal) => return connection.refuse(refusal),
            }
        }
        Ok(())
    }

    /// What a request asks for, if it comes from the page.
    fn check(&self, head: &Head) -> Result<Target, Refusal> {
        let is_known = |host: &str| self.hosts.iter().any(|known| known == host);
        if !head.host.as_deref().is_some_and(is_known) {
            return Err(Refusal::Forbidden);
        }
        let from = |origin: &str| origin.strip_prefix("http://").is_some_and(is_known);
        if !head.origin.as_deref().is_none_or(from) {
            return Err(Refusal::Forbidden);
        }
        let path = head.path.strip_prefix(&self.root).and_then(|path| path.strip_prefix('/'));
        let path = path.ok_or(Refusal::NotFound)?;
        if let Some(name) = path.strip_prefix("session/") {
            return match &*head.method {
                "POST" if head.length > LONGEST_REQUEST => Err(Refusal::TooLarge),
                "POST" => Ok(Target::Session(name.to_owned())),
                _ => Err(Refusal::MethodNotAllowed),
            };
        }
        let path = path.split('?').next().filter(|path| !path.is_empty()).unwrap_or("index.html");
        let file = PAGE.iter().find(|file| file.name == path).ok_or(Refusal::NotFound)?;
        match (&*head.method, head.length) {
            ("GET", 0) => Ok(Target::File { kind: file.kind, content: file.content }),
            _ => Err(Refusal::MethodNotAllowed),
        }
    }
}

/// What a request asks for.
enum Target {
    /// A file of the page.
    File { kind: &'static str, content: &'static [u8] },
    /// A reply of the session with this name.
    Session(String),
}
