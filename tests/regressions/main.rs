//! What a review once found wrong, and what may never be wrong again: each test is a promise that was broken.
//!
//! The real engine on the real journal in the simulation's world, with one thing going wrong at a time, on purpose.
//! Many things at once and at random are `tests/simulation`'s.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod bench;
mod changes;
mod clocks;
mod config;
mod disk;
mod doubts;
#[path = "../support/part.rs"]
mod part;
#[path = "../simulation/random.rs"]
#[expect(dead_code, reason = "the simulation uses more of it")]
mod random;
mod threads;
#[path = "../simulation/world.rs"]
#[expect(dead_code, reason = "the simulation uses more of it")]
mod world;
