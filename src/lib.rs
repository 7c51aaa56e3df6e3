//! `crosspostd` keeps a Mastodon account and an X account in step.

pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod core;
pub mod engine;
pub mod journal;
pub mod network;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod secret;
pub mod terminal;
