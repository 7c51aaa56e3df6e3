//! A [`Service`] on a loopback socket: plain HTTP/1.1, a recorder, faults and gates.
//!
//! One thread of its own with a current-thread runtime, so that tests may block. What requests mean is the service's
//! business; what goes wrong on the way is `faults`; answers that do not come whole are `stream`.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, DATE, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

use super::faults::{Fault, Faults, Faulty, Hold, When, lock, skip};
use super::form::{Form, Reader};
use super::stream::{Closed, Feed, Length};
use super::{Call, Reply, SandboxClock, Service};
use crate::core::post::Timestamp;

/// The largest request that is read whole. Forms with files are read piece by piece, and are as large as they are.
const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;
/// How many exchanges are remembered.
const MAX_EXCHANGES: usize = 10_000;
/// So much of the body of a form with files is remembered, in bytes.
const EXCERPT: usize = 1024;

/// A request and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The request; of the body of a form with files only the beginning.
    pub call: Call,
    /// How long its body was, in bytes: as far as it was read.
    pub body_length: u64,
    /// What was answered, or would have been, had the fault not swallowed it; without the body where that is made while
    /// it is sent; `None` where there was no answer to give.
    pub reply: Option<Reply>,
    /// What went wrong on purpose.
    pub fault: Option<Fault>,
    /// When, by the sandbox's clock.
    pub at: Timestamp,
}

/// A running network. Clones are the same one; it stops, and its connections are closed, when the last is dropped.
pub struct Server<S> {
    shared: Arc<Shared<S>>,
    running: Arc<Running>,
}

struct Shared<S> {
    base: String,
    clock: SandboxClock,
    service: Mutex<S>,
    faults: Mutex<Faults>,
    exchanges: Mutex<VecDeque<Exchange>>,
    says_date: AtomicBool,
}

struct Running {
    stop: Mutex<Option<oneshot::Sender<()>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(lock(&self.stop).take());
        if let Some(thread) = lock(&self.thread).take() {
            // It can only have panicked in a service, which the test that used it has noticed.
            let _ = thread.join();
        }
    }
}

impl<S> Clone for Server<S> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), running: Arc::clone(&self.running) }
    }
}

impl<S> fmt::Debug for Server<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("base", &self.shared.base).finish_non_exhaustive()
    }
}

impl<S: Service> Server<S> {
    /// Starts a server on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port, thread or runtime is to be had.
    pub fn start(service: S, clock: SandboxClock) -> io::Result<Self> {
        Self::start_at(service, clock, 0)
    }

    /// Starts a server on this port of 127.0.0.1 (0: a free one): for a network that comes back after an outage.
    ///
    /// # Errors
    /// When no port, thread or runtime is to be had.
    pub fn start_at(service: S, clock: SandboxClock, port: u16) -> io::Result<Self> {
        let socket = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        socket.set_nonblocking(true)?;
        let shared = Arc::new(Shared {
            base: format!("http://{}", socket.local_addr()?),
            clock,
            service: Mutex::new(service),
            faults: Mutex::default(),
            exchanges: Mutex::default(),
            says_date: AtomicBool::new(true),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(socket, for_thread) => {}
                    _ = stopped => {}
                }
            });
        })?;
        let running = Running { stop: Mutex::new(Some(stop)), thread: Mutex::new(Some(thread)) };
        Ok(Self { shared, running: Arc::new(running) })
    }

    /// Where it is reached: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base(&self) -> String {
        self.shared.base.clone()
    }

    /// Looks into the network, or changes it, between two requests.
    pub fn with<T>(&self, look: impl FnOnce(&mut S) -> T) -> T {
        look(&mut lock(&self.shared.service))
    }

    /// The last 10,000 exchanges, oldest first.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.shared.exchanges).iter().cloned().collect()
    }

    /// Forgets what was recorded so far.
    pub fn forget_exchanges(&self) {
        lock(&self.shared.exchanges).clear();
    }

    /// Lets something go wrong from now on.
    pub fn fail(&self, faulty: Faulty) {
        lock(&self.shared.faults).add(faulty);
    }

    /// Ends every fault, opens every gate and lets hanging requests go on.
    pub fn clear_faults(&self) {
        lock(&self.shared.faults).clear();
    }

    /// The requests that a fault has made hang, oldest first, each once it hangs: `POST /2/tweets`.
    #[must_use]
    pub fn hung(&self) -> Vec<String> {
        lock(&self.shared.faults).hung().to_vec()
    }

    /// Holds matching requests still until the [`Hold`] is released or dropped.
    #[must_use]
    pub fn hold(&self, method: &str, path_contains: &str, when: When) -> Hold {
        lock(&self.shared.faults).hold(method, path_contains, when)
    }

    /// Whether answers carry a `Date` (they do, unless told not to).
    pub fn say_date(&self, says: bool) {
        self.shared.says_date.store(says, Ordering::SeqCst);
    }
}

async fn accept<S: Service>(socket: std::net::TcpListener, shared: Arc<Shared<S>>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(socket) else { return };
    loop {
        // An error is one connection's own (it was reset before it was accepted).
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(Arc::clone(&shared), request));
            // An error is a client that left, or a fault that was ordered.
            let _ = hyper::server::conn::http1::Builder::new()
                .auto_date_header(false)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// What a request brings besides its head.
struct Brought {
    /// How much of it was read.
    length: u64,
    form: Option<Result<Form, &'static str>>,
}

async fn answer<S: Service>(shared: Arc<Shared<S>>, request: Request<Incoming>) -> Result<Response<Feed>, Closed> {
    let (parts, body) = request.into_parts();
    let mut call = Call {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: Vec::new(),
        base: shared.base.clone(),
    };
    let (fault, cleared) = {
        let mut faults = lock(&shared.faults);
        (faults.strike(&call), faults.next_clearing())
    };
    if let Some(Fault::CutUpload { after_bytes } | Fault::HangWithin { after_bytes }) = fault {
        let length = skip(body, after_bytes).await;
        if matches!(fault, Some(Fault::HangWithin { .. })) {
            lock(&shared.faults).hangs(&call);
            cleared.await;
        }
        shared.record(call, length, None, fault);
        return Err(Closed);
    }
    let brought = shared.read(&mut call, body).await?;

    let before = lock(&shared.faults).gate(&call, When::BeforeDeed);
    let Some(brought) = brought else {
        let too_large = lock(&shared.service).too_large(&call);
        shared.record(call, 0, Some(too_large.clone()), fault);
        let mut response = shared.respond(&too_large);
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return Ok(response);
    };
    // A task of its own: a request that a gate lets through is carried out, whether or not its client is still there.
    if let Some(before) = before {
        let work = tokio::spawn(async move {
            before.pass().await;
            shared.carry_out(call, brought, fault, cleared).await
        });
        return work.await.unwrap_or(Err(Closed));
    }
    shared.carry_out(call, brought, fault, cleared).await
}

impl<S: Service> Shared<S> {
    /// Reads a request's body; `None`: it is larger than the service takes. It is then read to its end all the same, so
    /// that clients hear of it.
    async fn read(&self, call: &mut Call, mut body: Incoming) -> Result<Option<Brought>, Closed> {
        let most = lock(&self.service).form_limit(call);
        let reader = call.header("content-type").and_then(Reader::of);
        if let (Some(most), Some(mut reader)) = (most, reader) {
            let (mut length, mut malformed) = (0_u64, None);
            while let Some(frame) = body.frame().await {
                let Ok(data) = frame.map_err(|_| Closed)?.into_data() else { continue };
                length += u64::try_from(data.len()).unwrap_or_default();
                let room = EXCERPT.saturating_sub(call.body.len());
                call.body.extend(data.iter().take(room));
                if malformed.is_none() && length <= most {
                    malformed = reader.feed(&data).err();
                }
            }
            if length > most {
                return Ok(None);
            }
            let form = malformed.map_or_else(|| reader.finish(), Err);
            return Ok(Some(Brought { length, form: Some(form) }));
        }
        match Limited::new(body, MAX_REQUEST_BYTES).collect().await {
            Ok(body) => {
                call.body = body.to_bytes().to_vec();
                let length = u64::try_from(call.body.len()).unwrap_or_default();
                Ok(Some(Brought { length, form: None }))
            }
            Err(error) if error.is::<LengthLimitError>() => Ok(None),
            Err(_) => Err(Closed),
        }
    }

    async fn carry_out(
        &self,
        call: Call,
        brought: Brought,
        fault: Option<Fault>,
        cleared: impl Future<Output = ()>,
    ) -> Result<Response<Feed>, Closed> {
        let Brought { length, form } = brought;
        let mut cleared = std::pin::pin!(cleared);
        if let Some(stand_in) = fault.as_ref().and_then(Fault::stand_in) {
            let response = self.respond(&stand_in);
            self.record(call, length, Some(stand_in), fault);
            return Ok(response);
        }
        match &fault {
            Some(Fault::DropBefore) => {
                self.record(call, length, None, fault);
                return Err(Closed);
            }
            Some(Fault::HangBefore) => {
                lock(&self.faults).hangs(&call);
                cleared.as_mut().await;
            }
            _ => {}
        }
        let (reply, stream) = self.ask(&call, form);
        if fault == Some(Fault::HangAfter) {
            lock(&self.faults).hangs(&call);
        }
        let gate = lock(&self.faults).gate(&call, When::AfterDeed);
        self.record(call, length, Some(reply.clone()), fault.clone());
        if let Some(gate) = gate {
            gate.pass().await;
        }
        let mut response = self.respond(&reply);
        if let Some((length, feed)) = stream {
            response.headers_mut().remove(CONTENT_LENGTH);
            if let Some(length) = length {
                response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
            }
            *response.body_mut() = feed;
        }
        match fault {
            Some(Fault::LoseAnswer) => return Err(Closed),
            Some(Fault::HangAfter) => cleared.await,
            Some(Fault::Truncate) => *response.body_mut() = Feed::cut(reply.body),
            Some(Fault::SlowBody { millis_per_byte }) => {
                *response.body_mut() = Feed::slow(reply.body, Duration::from_millis(millis_per_byte));
            }
            _ => {}
        }
        Ok(response)
    }

    /// Lets the service answer: the answer, and what is sent in the place of its body, with the length that is said.
    fn ask(&self, call: &Call, form: Option<Result<Form, &'static str>>) -> (Reply, Option<(Option<u64>, Feed)>) {
        let now = self.clock.now();
        let mut service = lock(&self.service);
        if let Some(form) = form {
            return (service.handle_form(call, form, now), None);
        }
        match service.stream(call, now) {
            None => (service.handle(call, now), None),
            Some(Err(reply)) => (reply, None),
            Some(Ok(stream)) => {
                let length = match stream.length {
                    Length::True => Some(stream.content.length()),
                    Length::Told(length) => Some(length),
                    Length::Untold => None,
                };
                let reply = Reply { status: stream.status, headers: stream.headers, body: Vec::new() };
                (reply, Some((length, Feed::made(stream.content, stream.pace))))
            }
        }
    }

    fn record(&self, call: Call, body_length: u64, reply: Option<Reply>, fault: Option<Fault>) {
        let mut exchanges = lock(&self.exchanges);
        if exchanges.len() == MAX_EXCHANGES {
            exchanges.pop_front();
        }
        exchanges.push_back(Exchange { call, body_length, reply, fault, at: self.clock.now() });
    }

    fn respond(&self, reply: &Reply) -> Response<Feed> {
        let mut response = Response::new(Feed::whole(reply.body.clone()));
        *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        for (name, value) in &reply.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
                headers.append(name, value);
            }
        }
        headers.insert(CONTENT_LENGTH, HeaderValue::from(reply.body.len()));
        if self.says_date.load(Ordering::SeqCst) && !headers.contains_key(DATE) {
            let since_1970 = Duration::from_secs(self.clock.now().secs().try_into().unwrap_or_default());
            let text = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + since_1970);
            if let Ok(date) = HeaderValue::from_str(&text) {
                headers.insert(DATE, date);
            }
        }
        response
    }
}
