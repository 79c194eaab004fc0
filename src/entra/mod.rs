//! What is Microsoft Entra's alone.

pub mod errors;
