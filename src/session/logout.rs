//! A logout by the provider, carried out once.

use std::time::Duration;

use ring::rand::SystemRandom;

use super::Sessions;
use super::error::StoreError;
use super::index::SessionsOf;
use super::seal::hashed;
use crate::clock::Timestamp;
use crate::oidc::authorization::random_text;

/// How long the mark of a logout stays that was begun and not finished: then the provider may try again.
const UNFINISHED_LIFETIME: Duration = Duration::from_secs(10);
/// How much longer a logout is remembered than its token would be accepted: the clocks of replicas differ.
const MARGIN: Duration = Duration::from_mins(1);

/// A logout that the provider asks for.
#[derive(Clone, Copy, Debug)]
pub struct Logout<'a> {
    /// Whose sessions end.
    pub of: SessionsOf<'a>,
    /// Who asks: `iss`.
    pub issuer: &'a str,
    /// What names it there: `jti`.
    pub id: &'a str,
    /// When it was issued, by the provider's clock.
    pub issued_at: Timestamp,
    /// Until when it would be accepted again.
    pub accepted_until: Timestamp,
}

impl Sessions {
    /// Carries out a logout, in this order: the mark of its `jti`, tombstone, index, records. Returns how many sessions
    /// ended; `None` if any replica has received it before.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: some sessions may go on. The mark is taken back, so the provider can try again.
    pub async fn log_out(&self, logout: &Logout<'_>) -> Result<Option<usize>, StoreError> {
        let key = format!("{}jti:{}", self.key_prefix, hashed("jti", &format!("{}\0{}", logout.issuer, logout.id)));
        let mark = random_text(&SystemRandom::new())?;
        let outcome = async {
            if !self.backend.insert(&key, mark.as_bytes(), UNFINISHED_LIFETIME).await? {
                return Ok(None);
            }
            let closed = self.close_of(logout.of, Some(logout.issued_at)).await?;
            let remembered = logout.accepted_until.since(self.clock.now()) + MARGIN;
            self.backend.replace(&key, mark.as_bytes(), mark.as_bytes(), remembered).await?;
            Ok(Some(closed))
        };
        let outcome = outcome.await;
        if outcome.is_err() {
            // Only our own mark. If this fails too, it expires.
            let _ = self.backend.remove(&key, mark.as_bytes()).await;
        }
        outcome
    }
}
