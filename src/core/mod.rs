//! Everything that is decided, and nothing that is done.
//!
//! Invariant: no async, no clock, no files, no sockets, no randomness in this folder, and nothing in it fails at run
//! time; what it needs it takes as arguments (`tests/tidy.rs` checks the imports).

pub mod backoff;
pub mod deed;
pub mod filter;
pub mod matching;
pub mod media;
pub mod money;
pub mod parent;
pub mod plan;
pub mod post;
pub mod record;
pub mod render;
pub mod select;
pub mod state;
pub mod style;
pub mod tracking;
pub mod upkeep;
pub mod warning;
