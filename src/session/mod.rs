//! What is remembered between requests.
//!
//! A session is one sealed [`record`] in a [`backend`], under a hash of the session key; the key is only in the
//! browser's cookie. A sign-in under way is remembered in the browser alone ([`transaction`]).
//!
//! ```text
//! {prefix}session:{hash of the session key}  ->  [format][ring key id][nonce][sealed record]
//! {prefix}spent:{hash of a state}            ->  random bytes, for as long as that transaction could be replayed
//! ```

pub mod backend;
pub mod current;
pub mod lease;
pub mod memory;
pub mod record;
pub mod redis;
pub mod seal;
pub mod store;
pub mod tokens;
pub mod transaction;
