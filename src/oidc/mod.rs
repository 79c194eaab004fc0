//! The protocol, without Actix, Redis and settings files.
//!
//! | Specification | Modules |
//! |---|---|
//! | OpenID Connect Discovery 1.0 section 4 | [`provider`], [`authority`] |
//! | RFC 7517, JSON Web Key Sets | [`keys`] |
//! | OpenID Connect Core 1.0 section 3.1.2, RFC 7636, RFC 9207 | [`authorization`], [`callback`] |
//! | OpenID Connect Core 1.0 sections 3.1.3 and 9, RFC 7523 | [`token`], [`client_authentication`], [`credential`] |
//! | RFC 6749 sections 3.3 and 5.1, scopes | [`token_set`] |
//! | RFC 7515, JSON Web Signature | [`jws`] |
//! | RFC 7519 section 4.1, RFC 8725 | [`json`], [`jws`], [`id_token`] |
//! | OpenID Connect Core 1.0 section 3.1.3.7 | [`id_token`], [`step_up`] |
//! | OpenID Connect Core 1.0 section 5.3 | [`userinfo`] |
//! | RFC 9068, JWT access tokens; RFC 6750 section 3, RFC 9728 | [`access_token`], [`challenge`] |
//! | RFC 7662, token introspection | [`introspection`] |
//! | RFC 8693, token exchange; Entra's on-behalf-of flow | [`exchange`] |
//! | OpenID Connect RP-Initiated Logout 1.0 | [`logout`] |
//!
//! Building a request is separate from validating the response, so every validation is tested without a network.

pub mod access_token;
pub mod authority;
pub mod authorization;
mod cache;
pub mod callback;
pub mod certificate;
pub mod challenge;
pub mod claims;
pub mod client_authentication;
pub mod credential;
mod endpoint;
pub mod excerpt;
pub mod exchange;
pub mod federated_token;
mod form_request;
pub mod http;
pub mod id_token;
pub mod introspection;
pub mod issuer;
pub mod json;
pub mod jws;
pub mod keys;
pub mod logout;
pub mod logout_token;
pub mod provider;
mod public_key;
mod renewed_id_token;
pub mod revocation;
mod scope;
pub mod secret;
pub mod step_up;
pub mod token;
mod token_response;
pub mod token_set;
pub mod trace;
pub mod userinfo;
mod validity;
