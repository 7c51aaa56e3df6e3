//! The binary: reads the arguments, starts the log, does what was asked, ends with the right code.

use std::process::ExitCode;

use crosspostd::cli::{self, Exit};
use crosspostd::{commands, logging};

fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err((error, exit)) => {
            // Nothing can be done when even that cannot be written.
            let _ = error.print();
            return exit.into();
        }
    };
    logging::start(&cli);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!("the system does not let us run: {error}");
            return Exit::Config.into();
        }
    };
    runtime.block_on(commands::execute(&cli)).into()
}
