//! One binary for all integration tests: helpers, then a file per behaviour.

mod callback;
mod helpers;
mod refusals;
mod sessions;
