//! Requests and responses of HTTP/1.1, as far as a page on the same computer needs them.
//!
//! The crate httparse parses the head of a request. Bodies have a length (`Content-Length`); chunks are
//! refused.

use std::io::{self, Read, Write};

/// The largest size of the head of a request, and the largest number of its fields.
const HEAD: usize = 16_384;
const FIELDS: usize = 64;

/// The head of a request.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) host: Option<String>,
    pub(super) origin: Option<String>,
    /// The length of the body.
    pub(super) length: usize,
}

/// The status of a response that refuses a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    BadRequest,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    TooLarge,
    Failed,
}

impl Refusal {
    fn status(self) -> &'static str {
        match self {
            Self::BadRequest => "400 Bad Request",
            Self::Forbidden => "403 Forbidden",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
            Self::TooLarge => "413 Content Too Large",
            Self::Failed => "500 Internal Server Error",
        }
    }
}

/// A connection, with the bytes that were read and not yet used.
pub(super) struct Connection<S> {
    stream: S,
    buffer: Vec<u8>,
}

impl<S: Read + Write> Connection<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    /// The head of the next request; `None` if the connection was closed.
    pub(super) fn head(&mut self) -> io::Result<Option<Result<Head, Refusal>>> {
        loop {
            match parsed(&self.buffer) {
                Ok(Some((head, used))) => {
                    self.buffer.drain(..used);
                    return Ok(Some(Ok(head)));
                }
                Err(refusal) => return Ok(Some(Err(refusal))),
                Ok(None) if self.buffer.len() >= HEAD => return Ok(Some(Err(Refusal::TooLarge))),
                Ok(None) if !self.fill()? => return Ok(None),
                Ok(None) => {}
            }
        }
    }

    /// A body of a length; `None` if the connection was closed.
    pub(super) fn body(&mut self, length: usize) -> io::Result<Option<Vec<u8>>> {
        while self.buffer.len() < length {
            if !self.fill()? {
                return Ok(None);
            }
        }
        Ok(Some(self.buffer.drain(..length).collect()))
    }

    fn fill(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 8192];
        let count = self.stream.read(&mut chunk)?;
        self.buffer.extend_from_slice(&chunk[..count]);
        Ok(count > 0)
    }

    /// A response with a body of a media type.
    pub(super) fn respond(&mut self, kind: &str, body: &[u8]) -> io::Result<()> {
        self.write("200 OK", kind, "keep-alive", body)
    }

    /// Refuses a request, and ends the connection, since its body is not read.
    pub(super) fn refuse(&mut self, refusal: Refusal) -> io::Result<()> {
        let status = refusal.status();
        self.write(status, "text/plain", "close", status.as_bytes())
    }

    fn write(&mut self, status: &str, kind: &str, connection: &str, body: &[u8]) -> io::Result<()> {
        // Nothing but this page: no other host, no frame around it, no copy that outlives the server.
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: {connection}\r\n\
             Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\
             Cross-Origin-Resource-Policy: same-origin\r\nX-Frame-Options: DENY\r\n\
             Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
             worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\r\n",
            body.len()
        );
        self.stream.write_all(&[head.as_bytes(), body].concat())?;
        self.stream.flush()
    }
}

/// The head at the start of the bytes, and its length; `None` if it is not complete.
fn parsed(bytes: &[u8]) -> Result<Option<(Head, usize)>, Refusal> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let used = match request.parse(bytes).map_err(|_| Refusal::BadRequest)? {
        httparse::Status::Complete(used) => used,
        httparse::Status::Partial => return Ok(None),
    };
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).map_err(|_| Refusal::BadRequest);
    let mut head = Head {
        method: request.method.unwrap_or_default().to_owned(),
        path: request.path.unwrap_or_default().to_owned(),
        ..Head::default()
    };
    let mut lengths = 0;
    for field in request.headers.iter() {
        match &*field.name.to_ascii_lowercase() {
            // Two of them would leave open which one counts.
            "host" if head.host.is_none() => head.host = Some(text(field.value)?),
            "origin" if head.origin.is_none() => head.origin = Some(text(field.value)?),
            "content-length" if lengths == 0 => {
                let digits = text(field.value)?;
                let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                head.length = digits.parse().ok().filter(|_| is_number).ok_or(Refusal::BadRequest)?;
                lengths += 1;
            }
            "host" | "origin" | "content-length" | "transfer-encoding" => return Err(Refusal::BadRequest),
            _ => {}
        }
    }
    Ok(Some((head, used)))
}
