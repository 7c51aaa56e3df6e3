//! A [`Service`] on a loopback socket: plain HTTP/1.1, a recorder, faults and gates.
//!
//! One thread of its own with a current-thread runtime, so that tests may block. What requests mean is the service's
//! business; what goes wrong on the way is `faults`.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{CONNECTION, CONTENT_LENGTH, DATE, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::sync::{mpsc, oneshot};

use super::faults::{Fault, Faults, Faulty, Hold, When, lock};
use super::{Call, Reply, SandboxClock, Service};
use crate::core::post::Timestamp;

/// The largest request that is read.
const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;
/// How many exchanges are remembered.
const MAX_EXCHANGES: usize = 10_000;

/// A request and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The request.
    pub call: Call,
    /// What was answered, or would have been, had the fault not swallowed it; `None` where there was no answer to give.
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

/// Why a connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
struct Closed;

async fn answer<S: Service>(shared: Arc<Shared<S>>, request: Request<Incoming>) -> Result<Response<Feed>, Closed> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, MAX_REQUEST_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            let too_large = Reply { status: 413, headers: Vec::new(), body: Vec::new() };
            let mut response = shared.respond(&too_large);
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            return Ok(response);
        }
        Err(_) => return Err(Closed),
    };
    let call = Call {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: body.to_vec(),
        base: shared.base.clone(),
    };
    // A task of its own: a request that a gate lets through is carried out, whether or not its client is still there.
    let (fault, cleared, before) = {
        let mut faults = lock(&shared.faults);
        (faults.strike(&call), faults.next_clearing(), faults.gate(&call, When::BeforeDeed))
    };
    if let Some(before) = before {
        let work = tokio::spawn(async move {
            before.pass().await;
            shared.carry_out(call, fault, cleared).await
        });
        return work.await.unwrap_or(Err(Closed));
    }
    shared.carry_out(call, fault, cleared).await
}

impl<S: Service> Shared<S> {
    async fn carry_out(
        &self,
        call: Call,
        fault: Option<Fault>,
        cleared: impl Future<Output = ()>,
    ) -> Result<Response<Feed>, Closed> {
        let mut cleared = std::pin::pin!(cleared);
        if let Some(stand_in) = fault.as_ref().and_then(Fault::stand_in) {
            let response = self.respond(&stand_in);
            self.record(call, Some(stand_in), fault);
            return Ok(response);
        }
        match &fault {
            Some(Fault::DropBefore) => {
                self.record(call, None, fault);
                return Err(Closed);
            }
            Some(Fault::HangBefore) => cleared.as_mut().await,
            _ => {}
        }
        let reply = lock(&self.service).handle(&call, self.clock.now());
        let gate = lock(&self.faults).gate(&call, When::AfterDeed);
        self.record(call, Some(reply.clone()), fault.clone());
        if let Some(gate) = gate {
            gate.pass().await;
        }
        let mut response = self.respond(&reply);
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

    fn record(&self, call: Call, reply: Option<Reply>, fault: Option<Fault>) {
        let mut exchanges = lock(&self.exchanges);
        if exchanges.len() == MAX_EXCHANGES {
            exchanges.pop_front();
        }
        exchanges.push_back(Exchange { call, reply, fault, at: self.clock.now() });
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

/// An answer's body, as it is fed to the connection.
enum Feed {
    /// In one piece.
    Whole(Option<Bytes>),
    /// As it comes.
    Pieces(mpsc::Receiver<Result<Bytes, Closed>>),
}

impl Feed {
    fn whole(body: Vec<u8>) -> Self {
        Self::Whole(Some(Bytes::from(body)))
    }

    /// The first half, and then the end of the connection.
    fn cut(mut body: Vec<u8>) -> Self {
        body.truncate(body.len() / 2);
        let (feed, pieces) = mpsc::channel(1);
        tokio::spawn(async move {
            let _ = feed.send(Ok(Bytes::from(body))).await;
            // The half must be on its way before the connection is given up: room for one more says that it was taken.
            let room = feed.reserve().await;
            tokio::task::yield_now().await;
            if let Ok(room) = room {
                room.send(Err(Closed));
            }
        });
        Self::Pieces(pieces)
    }

    fn slow(body: Vec<u8>, pause: Duration) -> Self {
        let (feed, pieces) = mpsc::channel(1);
        tokio::spawn(async move {
            for byte in body {
                tokio::time::sleep(pause).await;
                if feed.send(Ok(Bytes::from(vec![byte]))).await.is_err() {
                    return;
                }
            }
        });
        Self::Pieces(pieces)
    }
}

impl Body for Feed {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        match self.get_mut() {
            Self::Whole(body) => {
                Poll::Ready(body.take().filter(|body| !body.is_empty()).map(|body| Ok(Frame::data(body))))
            }
            Self::Pieces(pieces) => pieces.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(body) if body.as_ref().is_none_or(Bytes::is_empty))
    }
}
