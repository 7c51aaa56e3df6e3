//! `crosspostd` keeps a Mastodon account and an X account in step: what their owner posts on one appears on the other,
//! once, faithfully, within seconds.
//!
//! # The way of a post
//!
//! ```text
//! poll ──► read ──► decide ──► plan ──► journal(intent) ──► deliver ──► journal(done)
//! (I/O)   (pure)    (pure)    (pure)       (I/O)             (I/O)         (I/O)
//! ```
//!
//! # Which question is answered where
//!
//! * Why was this not posted? [`core::select`]
//! * Why does it read like this on the other side? [`core::render`]
//! * What can happen to a post? [`core::record`]
//! * What is sent next, and what becomes of a doubt? [`core::plan`]
//! * Is that entry the post that we tried to send? [`core::matching`]
//! * When is it tried again? [`core::backoff`]
//! * What does it cost? [`core::money`]
//! * What does an answer of a network mean? [`network::twitter::errors`], `network::mastodon::errors`
//! * What is on disk? [`journal`]
//! * What happens in which order? [`engine`]; and when? [`daemon`]
//!
//! # Invariants
//!
//! 1. Nothing in [`core`] does anything: no async, clock, files, sockets or randomness (`tests/tidy.rs`).
//! 2. Only [`disk`], [`journal::file`] and [`media`] (in a folder of its own) write files; only [`network`] and
//!    [`media`] open connections; only [`clock`] asks for the time.
//! 3. Nothing is sent whose intent is not on disk; a cursor moves only in the same write as what it passes.
//! 4. While an outcome is unknown, nothing else is sent to that network; only the network's own timeline, or an answer
//!    without a doubt, ends it.
//! 5. A post that is mirrored, skipped or failed stays so.
//! 6. No secret can be printed ([`secret`]).
//!
//! `tests/simulation` proves 3 to 5 by thousands of runs in a world that fails.

pub mod core;

pub mod engine;

pub mod daemon;

pub mod journal;

pub mod disk;

pub mod media;
pub mod network;

pub mod config;

pub mod secret;

pub mod clock;

pub mod cli;

pub mod commands;

pub mod logging;

pub mod terminal;

#[cfg(feature = "sandbox")]
pub mod sandbox;
