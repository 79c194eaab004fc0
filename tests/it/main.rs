//! One binary for all integration tests: helpers, then a file per behaviour.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as its assertions do")]
#![expect(unreachable_pub, reason = "helpers are public to the tests of this binary")]

mod application_tests;
mod authorities;
mod b2c;
mod base_path;
mod bearer;
mod bearer_refusals;
mod builder;
mod callback;
mod certified_api;
mod certified_logout;
mod certified_provider;
mod codes;
mod compose_faults;
mod compose_journey;
mod credentials;
mod demo_journey;
mod downstream;
mod edge;
mod entra;
mod examples;
mod faults;
mod forged;
mod forward_auth;
mod graph;
mod helpers;
mod hooks;
mod hostile;
mod house;
mod http2;
mod key_rotation;
mod operations;
mod own_pages;
mod own_sessions;
mod pages;
mod provider_answers;
mod provider_logout;
mod refusals;
mod registration;
mod renewal;
mod revocation;
mod rules;
mod session_cache;
mod session_core;
mod sessions;
mod sessions_command;
mod several_providers;
mod several_providers_refused;
mod side_by_side;
mod sign_out;
mod step_up;
mod three_lines;
mod topologies;
mod traces;
