//! Pictures, videos and sound arrive: complete, described, in order, or a link stands for them; whatever happens on the
//! way.
#![cfg(all(unix, feature = "sandbox", feature = "image"))]
#![allow(clippy::unwrap_used, clippy::panic, dead_code, missing_docs, reason = "a test")]

#[path = "../support/bench.rs"]
mod bench;
mod carried;
mod hostile;
mod kills;
#[path = "../support/pictures.rs"]
mod pictures;
mod refused;
mod table;
