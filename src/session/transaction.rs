//! Sign-ins under way: each is a sealed cookie of its own, so that tabs don't meet and the server keeps nothing.

use std::time::Duration;

use actix_web::cookie::{Cookie, SameSite, time::Duration as CookieDuration};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SecureRandom;
use thiserror::Error;

use super::seal::{KeyRing, Purpose, hashed};
use crate::clock::Timestamp;
use crate::oidc::authorization::{NoRandomness, Transaction};

/// How long a sign-in may take.
pub const LIFETIME: Duration = Duration::from_mins(10);

/// How the cookies of transactions are made.
#[derive(Clone, Debug)]
pub struct TransactionSettings {
    /// Whether the site is https; over loopback http neither `Secure` nor the prefix `__Host-` can be.
    pub secure: bool,
    /// Whether the response comes as a cross-site POST (`response_mode=form_post`), to which no Lax cookie is sent.
    pub cross_site: bool,
    /// `limits.sign_ins_under_way`: the most a browser may have.
    pub most: usize,
}

/// Why a response has no transaction.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TransactionError {
    /// The browser has no cookie of this transaction: another browser began it, or it was brought to its end.
    #[error("this browser did not begin this sign-in, or has already ended it")]
    Unknown,
    /// It began more than ten minutes ago.
    #[error("this sign-in began more than ten minutes ago")]
    Expired,
}

impl TransactionSettings {
    fn prefix(&self) -> &'static str {
        if self.secure { "__Host-sign-in-" } else { "sign-in-" }
    }

    fn name(&self, state: &str) -> String {
        format!("{}{}", self.prefix(), &hashed("transaction", state)[..16])
    }

    fn cookie(&self, name: String, value: String, lifetime: Duration) -> Cookie<'static> {
        let same_site = if self.cross_site && self.secure { SameSite::None } else { SameSite::Lax };
        let seconds = i64::try_from(lifetime.as_secs()).unwrap_or(0);
        Cookie::build(name, value)
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(same_site)
            .max_age(CookieDuration::seconds(seconds))
            .finish()
    }

    /// The cookie that takes this one away.
    fn removal(&self, name: String) -> Cookie<'static> {
        self.cookie(name, String::new(), Duration::ZERO)
    }

    /// The cookie that takes the transaction of this state away.
    pub fn end(&self, state: &str) -> Cookie<'static> {
        self.removal(self.name(state))
    }

    /// The cookies that remember a transaction: its own, and those that make room for it by removing the oldest.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn remember(
        &self,
        ring: &KeyRing,
        random: &dyn SecureRandom,
        transaction: &Transaction,
        present: &[Cookie<'_>],
        now: Timestamp,
    ) -> Result<Vec<Cookie<'static>>, NoRandomness> {
        let name = self.name(&transaction.state);
        let plain = serde_json::to_vec(transaction).map_err(|_| NoRandomness)?;
        let sealed = ring.seal(random, Purpose::Transaction, b"", &name, &plain)?;
        let mut cookies = vec![self.cookie(name, URL_SAFE_NO_PAD.encode(sealed), LIFETIME)];

        let ours = present.iter().filter(|cookie| cookie.name().starts_with(self.prefix()));
        // Those that don't open, or are past their time, are the oldest of all.
        let mut others: Vec<_> = ours.map(|cookie| (started_at(ring, cookie, now), cookie.name().to_owned())).collect();
        others.sort();
        others.dedup_by(|a, b| a.1 == b.1);
        let surplus = (others.len() + 1).saturating_sub(self.most);
        let stale = others.iter().take_while(|(started_at, _)| started_at.is_none()).count();
        cookies.extend(others.into_iter().take(surplus.max(stale)).map(|(_, name)| self.removal(name)));
        Ok(cookies)
    }

    /// The transaction that this state names.
    ///
    /// # Errors
    /// Every [`TransactionError`].
    pub fn find(
        &self,
        ring: &KeyRing,
        state: &str,
        present: &[Cookie<'_>],
        now: Timestamp,
    ) -> Result<Transaction, TransactionError> {
        let name = self.name(state);
        let transaction = present
            .iter()
            .filter(|cookie| cookie.name() == name)
            .find_map(|cookie| open(ring, cookie))
            .filter(|transaction| transaction.state == state)
            .ok_or(TransactionError::Unknown)?;
        if is_over(&transaction, now) { Err(TransactionError::Expired) } else { Ok(transaction) }
    }
}

fn open(ring: &KeyRing, cookie: &Cookie<'_>) -> Option<Transaction> {
    let sealed = URL_SAFE_NO_PAD.decode(cookie.value()).ok()?;
    let plain = ring.open(Purpose::Transaction, b"", cookie.name(), &sealed).ok()?;
    serde_json::from_slice(&plain).ok()
}

fn is_over(transaction: &Transaction, now: Timestamp) -> bool {
    now.since(transaction.started_at) >= LIFETIME
}

fn started_at(ring: &KeyRing, cookie: &Cookie<'_>, now: Timestamp) -> Option<Timestamp> {
    open(ring, cookie).filter(|transaction| !is_over(transaction, now)).map(|transaction| transaction.started_at)
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;

    use super::*;
    use crate::oidc::secret::Secret;
    use crate::session::seal::new_ring_key;

    fn settings() -> TransactionSettings {
        TransactionSettings { secure: true, cross_site: false, most: 5 }
    }

    fn ring() -> KeyRing {
        KeyRing::new(Secret::new(&new_ring_key(&SystemRandom::new()).unwrap())).unwrap()
    }

    fn begin(ring: &KeyRing, present: &mut Vec<Cookie<'static>>, now: i64) -> Transaction {
        let random = SystemRandom::new();
        let transaction = Transaction::begin(&random, "https://app.example/cb", "/", Timestamp(now)).unwrap();
        for cookie in settings().remember(ring, &random, &transaction, present, Timestamp(now)).unwrap() {
            present.retain(|other| other.name() != cookie.name());
            if cookie.max_age() != Some(CookieDuration::ZERO) {
                present.push(cookie);
            }
        }
        transaction
    }

    #[test]
    fn of_six_sign_ins_the_oldest_is_dropped() {
        let (ring, mut jar) = (ring(), Vec::new());
        let all: Vec<_> = (0..6).map(|n| begin(&ring, &mut jar, n)).collect();
        assert_eq!(jar.len(), 5);
        let find = |n: usize| settings().find(&ring, &all[n].state, &jar, Timestamp(10)).map(|found| found.started_at);
        assert_eq!(find(0), Err(TransactionError::Unknown));
        assert_eq!(find(1), Ok(Timestamp(1)));
        assert_eq!(find(5), Ok(Timestamp(5)));
    }

    #[test]
    fn a_sign_in_is_over_after_ten_minutes() {
        let (ring, mut jar) = (ring(), Vec::new());
        let transaction = begin(&ring, &mut jar, 0);
        let find = |now| settings().find(&ring, &transaction.state, &jar, Timestamp(now)).err();
        assert_eq!(find(599), None);
        assert_eq!(find(600), Some(TransactionError::Expired));
    }

    #[test]
    fn cookies_of_a_turned_ring_are_cleared_away() {
        let mut jar = Vec::new();
        begin(&ring(), &mut jar, 0);
        begin(&ring(), &mut jar, 0);
        assert_eq!(jar.len(), 1);
    }

    #[test]
    fn a_cookie_serves_its_own_state_only() {
        let (ring, mut jar) = (ring(), Vec::new());
        let (a, b) = (begin(&ring, &mut jar, 0), begin(&ring, &mut jar, 0));
        let swapped: Vec<_> = [(0, 1), (1, 0)]
            .map(|(name, value)| Cookie::new(jar[name].name().to_owned(), jar[value].value().to_owned()))
            .into();
        for state in [&a.state, &b.state] {
            assert_eq!(settings().find(&ring, state, &swapped, Timestamp(1)).err(), Some(TransactionError::Unknown));
        }
        let doubled = vec![swapped[0].clone(), jar[0].clone()];
        assert!(
            settings().find(&ring, &a.state, &doubled, Timestamp(1)).is_ok(),
            "one that does not open is passed over"
        );
    }
}
