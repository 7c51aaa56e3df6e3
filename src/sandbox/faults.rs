//! What can go wrong between a client and a simulated network, and the gate that holds a request still.
//!
//! Faults strike by method and path, so many times, after so many requests; the network itself knows nothing of them.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::watch;

use super::{Call, Reply};

/// Something that goes wrong with a request. "The deed" is what the request asks the network to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This is answered instead of the deed.
    Answer(Reply),
    /// The connection is closed before the deed.
    DropBefore,
    /// The deed is done, and the connection is closed without an answer.
    LoseAnswer,
    /// Nothing happens until [`clear_faults`](super::Server::clear_faults); then the deed. A client that leaves
    /// before takes its request with it.
    HangBefore,
    /// The deed is done; its answer waits until [`clear_faults`](super::Server::clear_faults).
    HangAfter,
    /// The deed is done; headers with the full `Content-Length` come, half of the body, and the end.
    Truncate,
    /// The deed is done; its answer's body comes byte by byte.
    SlowBody {
        /// The time between two bytes.
        millis_per_byte: u64,
    },
    /// A proxy's page with this status instead of the deed.
    Html(u16),
    /// The connection is closed in the middle of the request, after so many bytes of its body or a few more.
    CutUpload {
        /// How many are read.
        after_bytes: u64,
    },
    /// So many bytes of the request's body are read, or a few more, and no further ones until
    /// [`clear_faults`](super::Server::clear_faults); then the connection is closed.
    HangWithin {
        /// How many are read.
        after_bytes: u64,
    },
}

impl Fault {
    /// Whether the network did what was asked all the same.
    #[must_use]
    pub fn deed_is_done(&self) -> bool {
        matches!(self, Self::LoseAnswer | Self::HangAfter | Self::Truncate | Self::SlowBody { .. })
    }

    /// What stands in for the network's answer, where something does.
    pub(super) fn stand_in(&self) -> Option<Reply> {
        match self {
            Self::Answer(reply) => Some(reply.clone()),
            Self::Html(status) => Some(Reply::html(
                *status,
                format!(
                    "<html>\n<head><title>{status}</title></head>\n<body><center><h1>{status}</h1></center></body>\n</html>\n"
                ),
            )),
            _ => None,
        }
    }
}

/// Which requests a [`Fault`] strikes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faulty {
    /// Only this method; `None`: any.
    pub method: Option<String>,
    /// Only paths that hold this.
    pub path_contains: String,
    /// How many requests it strikes.
    pub times: usize,
    /// How many matching requests it lets pass first.
    pub after: usize,
    /// What goes wrong.
    pub fault: Fault,
}

impl Faulty {
    /// A fault that strikes the next matching request and no further one.
    #[must_use]
    pub fn once(method: &str, path_contains: &str, fault: Fault) -> Self {
        Self { method: Some(method.to_owned()), path_contains: path_contains.to_owned(), times: 1, after: 0, fault }
    }

    fn matches(&self, call: &Call) -> bool {
        self.method.as_ref().is_none_or(|method| *method == call.method) && call.path.contains(&self.path_contains)
    }
}

/// When a [`Hold`] holds a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before the deed. Once released it is done, even if the client is gone by then: a request that comes through late.
    BeforeDeed,
    /// After the deed: only its answer waits.
    AfterDeed,
}

/// A gate that requests wait at until it is released or dropped.
#[derive(Debug)]
pub struct Hold {
    gate: Arc<Gate>,
}

#[derive(Debug)]
struct Gate {
    method: String,
    path_contains: String,
    when: When,
    arrived: Mutex<usize>,
    arrival: Condvar,
    open: watch::Sender<bool>,
}

impl Hold {
    /// Waits until a request stands at the gate, blocking the thread; `false` when none came in time.
    #[must_use]
    pub fn wait_arrived(&self, timeout: Duration) -> bool {
        let none_yet = |arrived: &mut usize| *arrived == 0;
        let arrived = lock(&self.gate.arrived);
        let waited = self.gate.arrival.wait_timeout_while(arrived, timeout, none_yet);
        *waited.unwrap_or_else(PoisonError::into_inner).0 > 0
    }

    /// How many requests have come to the gate.
    #[must_use]
    pub fn arrived(&self) -> usize {
        *lock(&self.gate.arrived)
    }

    /// Opens the gate for good.
    pub fn release(&self) {
        self.gate.open.send_replace(true);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.release();
    }
}

/// A request's place at a gate.
#[derive(Debug)]
pub(super) struct Waiting(Arc<Gate>);

impl Waiting {
    /// Says that the request is here, and waits until the gate is open.
    pub(super) async fn pass(self) {
        *lock(&self.0.arrived) += 1;
        self.0.arrival.notify_all();
        // An error means that the sender is gone, and it is not: this holds it.
        let _ = self.0.open.subscribe().wait_for(|open| *open).await;
    }
}

/// What is to go wrong on a server.
#[derive(Debug)]
pub(super) struct Faults {
    due: Vec<Faulty>,
    gates: Vec<Arc<Gate>>,
    hung: Vec<String>,
    /// How often the faults were cleared: hanging requests wait for the next time.
    cleared: watch::Sender<u64>,
}

impl Default for Faults {
    fn default() -> Self {
        Self { due: Vec::new(), gates: Vec::new(), hung: Vec::new(), cleared: watch::Sender::new(0) }
    }
}

impl Faults {
    pub(super) fn add(&mut self, faulty: Faulty) {
        self.due.push(faulty);
    }

    pub(super) fn clear(&mut self) {
        self.due.clear();
        for gate in self.gates.drain(..) {
            gate.open.send_replace(true);
        }
        self.cleared.send_modify(|times| *times += 1);
    }

    pub(super) fn hold(&mut self, method: &str, path_contains: &str, when: When) -> Hold {
        let gate = Arc::new(Gate {
            method: method.to_owned(),
            path_contains: path_contains.to_owned(),
            when,
            arrived: Mutex::new(0),
            arrival: Condvar::new(),
            open: watch::Sender::new(false),
        });
        self.gates.push(Arc::clone(&gate));
        Hold { gate }
    }

    /// The fault that strikes this request: the first in the order of their adding that is due.
    pub(super) fn strike(&mut self, call: &Call) -> Option<Fault> {
        let mut struck = None;
        for faulty in self.due.iter_mut().filter(|faulty| faulty.matches(call)) {
            if faulty.after > 0 {
                faulty.after -= 1;
            } else if struck.is_none() && faulty.times > 0 {
                faulty.times -= 1;
                struck = Some(faulty.fault.clone());
            }
        }
        self.due.retain(|faulty| faulty.times > 0);
        struck
    }

    /// Notes that a request hangs.
    pub(super) fn hangs(&mut self, call: &Call) {
        self.hung.push(format!("{} {}", call.method, call.path));
    }

    /// What came to hang, oldest first.
    pub(super) fn hung(&self) -> &[String] {
        &self.hung
    }

    /// The gate that this request must pass at this point.
    pub(super) fn gate(&mut self, call: &Call, when: When) -> Option<Waiting> {
        self.gates.retain(|gate| !*gate.open.borrow());
        let gate = self
            .gates
            .iter()
            .find(|gate| gate.when == when && gate.method == call.method && call.path.contains(&gate.path_contains))?;
        Some(Waiting(Arc::clone(gate)))
    }

    /// Becomes true when the faults are cleared the next time.
    pub(super) fn next_clearing(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut cleared = self.cleared.subscribe();
        async move {
            // An error means that the server is gone.
            let _ = cleared.changed().await;
        }
    }
}

/// Reads so many bytes of a body, or all of it; how many came.
pub(super) async fn skip(mut body: Incoming, most: u64) -> u64 {
    let mut came = 0;
    while came < most {
        let Some(Ok(frame)) = body.frame().await else { break };
        came += frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or_default());
    }
    came
}

/// A lock that a panicking test thread does not spoil for the others.
pub(super) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, path: &str) -> Call {
        Call {
            method: method.to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
            base: String::new(),
        }
    }

    #[test]
    fn a_fault_strikes_where_and_as_often_as_it_was_told() {
        let mut faults = Faults::default();
        faults.add(Faulty { times: 2, after: 1, ..Faulty::once("POST", "/tweets", Fault::DropBefore) });
        let struck: Vec<bool> =
            ["GET /2/tweets", "POST /2/me", "POST /2/tweets", "POST /2/tweets", "POST /2/tweets", "POST /2/tweets"]
                .into_iter()
                .filter_map(|line| line.split_once(' '))
                .map(|(method, path)| faults.strike(&call(method, path)).is_some())
                .collect();
        assert_eq!(struck, [false, false, false, true, true, false]);
        assert!(faults.due.is_empty());
    }

    #[test]
    fn a_gate_stands_until_it_is_dropped() {
        let mut faults = Faults::default();
        let hold = faults.hold("POST", "/2/tweets", When::AfterDeed);
        let request = call("POST", "/2/tweets");
        assert!(faults.gate(&request, When::BeforeDeed).is_none());
        assert!(faults.gate(&request, When::AfterDeed).is_some());
        assert!(!hold.wait_arrived(Duration::ZERO));
        drop(hold);
        assert!(faults.gate(&request, When::AfterDeed).is_none());
    }
}
