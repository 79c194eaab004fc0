//! Not part of the API, and without its promises: what the program, the tests and the benchmarks of this package use.

/// Opens private modules of the crate, with everything that is `pub` in them.
macro_rules! open {
    ($($module:ident),* $(,)?) => {
        $(pub mod $module {
            pub use crate::$module::*;
        })*
    };
}

open!(clock, correlation, metrics, spans, oidc, entra, session, flows, web, settings, tls, startup);
#[cfg(feature = "demo")]
open!(demo);
#[cfg(feature = "program")]
open!(telemetry, check, register, sessions_command);
