//! One file a subcommand.

pub mod advice;
pub mod check;
pub mod setup;
