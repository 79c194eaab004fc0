//! What is Microsoft Entra's alone.

pub mod errors;
pub mod graph;
pub mod groups;
