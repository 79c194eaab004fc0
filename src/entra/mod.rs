//! What is specific to Microsoft Entra.

#[cfg(feature = "program")]
pub mod account;
pub mod b2c;
pub mod errors;
pub mod graph;
pub mod groups;
#[cfg(feature = "program")]
pub mod registration;
