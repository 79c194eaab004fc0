//! Sign-ins under way: each is a sealed value in a cookie of its own, so that tabs don't collide and the server stores
//! nothing but a mark of each code that was spent.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use thiserror::Error;

use super::backend::{Backend, BackendError};
use super::error::StoreError;
use super::key_ring::KeyRing;
use super::seal::{Purpose, hashed};
use crate::clock::{Clock, Timestamp};
use crate::oidc::authorization::{NoRandomness, Transaction, random_text};

/// How long a sign-in may take.
pub const LIFETIME: Duration = Duration::from_mins(10);

/// The sign-ins under way. Clones share everything.
#[derive(Clone)]
pub struct Transactions {
    /// What every cookie's name begins with.
    pub name_prefix: String,
    /// `limits.sign_ins_under_way`: the most a browser may have.
    pub max: usize,
    /// The keys that seal them.
    pub ring: Arc<KeyRing>,
    /// Where the marks of spent codes are stored.
    pub backend: Arc<dyn Backend>,
    /// What every key in the backend begins with.
    pub key_prefix: String,
    /// The clock.
    pub clock: Clock,
}

/// What the browser must remember, or forget, of its sign-ins under way: a cookie without its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieChange {
    /// The cookie's name.
    pub name: String,
    /// Its value, for [`LIFETIME`]; `None` removes it.
    pub value: Option<String>,
}

/// Why a response has no transaction.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TransactionError {
    /// The browser has no cookie of this transaction: another browser began it, or it was completed.
    #[error("this browser didn't begin this sign-in, or has already completed it")]
    Unknown,
    /// The provider that it began at is no longer in the settings.
    #[error("the provider of this sign-in is no longer in the settings")]
    ProviderRemoved,
    /// The browser has no cookie of this transaction but as many others as there may be: newer ones have replaced it.
    #[error("newer sign-ins of this browser have replaced this one")]
    Dropped,
    /// It began more than ten minutes ago.
    #[error("this sign-in began more than ten minutes ago")]
    Expired,
}

impl Transactions {
    fn name(&self, state: &str) -> String {
        format!("{}{}", self.name_prefix, &hashed("transaction", state)[..16])
    }

    /// Forgets the transaction of this state.
    pub fn end(&self, state: &str) -> CookieChange {
        CookieChange { name: self.name(state), value: None }
    }

    /// Remembers a transaction. The oldest of the `present` cookies (name and value) are removed to make room for it.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn remember(
        &self,
        transaction: &Transaction,
        present: &[(String, String)],
    ) -> Result<Vec<CookieChange>, NoRandomness> {
        let name = self.name(&transaction.state);
        let plain = serde_json::to_vec(transaction).map_err(|_| NoRandomness)?;
        let sealed = self.ring.seal(&SystemRandom::new(), Purpose::Transaction, b"", &name, &plain)?;
        let mut changes = vec![CookieChange { name, value: Some(URL_SAFE_NO_PAD.encode(sealed)) }];

        let own = present.iter().filter(|(name, _)| name.starts_with(&self.name_prefix));
        // Those that can't be opened, or have expired, count as the oldest.
        let mut others: Vec<_> = own.map(|(name, value)| (self.started_at(name, value), name.clone())).collect();
        others.sort();
        others.dedup_by(|a, b| a.1 == b.1);
        let surplus = (others.len() + 1).saturating_sub(self.max);
        let stale = others.iter().take_while(|(started_at, _)| started_at.is_none()).count();
        let removed = others.into_iter().take(surplus.max(stale));
        changes.extend(removed.map(|(_, name)| CookieChange { name, value: None }));
        Ok(changes)
    }

    /// Finds the transaction of this state among the `present` cookies.
    ///
    /// # Errors
    /// Every [`TransactionError`].
    pub fn find(&self, state: &str, present: &[(String, String)]) -> Result<Transaction, TransactionError> {
        let name = self.name(state);
        let transaction = present
            .iter()
            .filter(|(other, _)| *other == name)
            .find_map(|(name, value)| self.open(name, value))
            .filter(|transaction| transaction.state == state)
            .ok_or_else(|| self.why_unknown(present))?;
        if self.has_expired(&transaction) { Err(TransactionError::Expired) } else { Ok(transaction) }
    }

    fn why_unknown(&self, present: &[(String, String)]) -> TransactionError {
        let under_way = present.iter().filter(|(name, value)| self.started_at(name, value).is_some()).count();
        if under_way >= self.max { TransactionError::Dropped } else { TransactionError::Unknown }
    }

    /// Marks the code of this state as spent, for as long as its cookie could bring it again. Returns false if it was
    /// spent before, by any replica.
    ///
    /// # Errors
    /// The backend is unavailable, or there are no random bytes.
    pub async fn spend(&self, state: &str) -> Result<bool, StoreError> {
        let mark = random_text(&SystemRandom::new())?;
        Ok(self.backend.insert(&self.spent_key(state), mark.as_bytes(), LIFETIME).await?)
    }

    /// Takes the mark back: the code never reached the provider.
    ///
    /// # Errors
    /// The backend is unavailable; the mark expires.
    pub async fn unspend(&self, state: &str) -> Result<(), BackendError> {
        self.backend.take(&self.spent_key(state), None).await.map(drop)
    }

    fn spent_key(&self, state: &str) -> String {
        format!("{}spent:{}", self.key_prefix, hashed("spent state", state))
    }

    fn open(&self, name: &str, value: &str) -> Option<Transaction> {
        let sealed = URL_SAFE_NO_PAD.decode(value).ok()?;
        let plain = self.ring.open(Purpose::Transaction, b"", name, &sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    fn has_expired(&self, transaction: &Transaction) -> bool {
        self.clock.now().since(transaction.started_at) >= LIFETIME
    }

    fn started_at(&self, name: &str, value: &str) -> Option<Timestamp> {
        self.open(name, value).filter(|transaction| !self.has_expired(transaction)).map(|it| it.started_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::secret::Secret;
    use crate::session::backend::memory::MemoryBackend;
    use crate::session::key_ring::new_ring_key;

    type Jar = Vec<(String, String)>;

    fn transactions() -> Transactions {
        let clock = Clock::system();
        let ring = KeyRing::new(Secret::new(&new_ring_key(&SystemRandom::new()).unwrap())).unwrap();
        Transactions {
            name_prefix: "__Host-sign-in-".to_owned(),
            max: 5,
            ring: Arc::new(ring),
            backend: Arc::new(MemoryBackend::new(clock.clone())),
            key_prefix: String::new(),
            clock,
        }
    }

    fn begin(transactions: &Transactions, jar: &mut Jar) -> Transaction {
        let now = transactions.clock.now();
        let transaction = Transaction::begin(&SystemRandom::new(), "https://app.example/cb", "/", now).unwrap();
        for CookieChange { name, value } in transactions.remember(&transaction, jar).unwrap() {
            jar.retain(|(other, _)| *other != name);
            jar.extend(value.map(|value| (name, value)));
        }
        transactions.clock.advance_seconds(1);
        transaction
    }

    #[test]
    fn of_six_sign_ins_the_oldest_is_dropped() {
        let (transactions, mut jar) = (transactions(), Jar::new());
        let all: Vec<_> = (0..6).map(|_| begin(&transactions, &mut jar)).collect();
        assert_eq!(jar.len(), 5);
        let find = |n: usize| transactions.find(&all[n].state, &jar).map(|found| found.started_at);
        assert_eq!(find(0), Err(TransactionError::Dropped));
        assert_eq!(find(1), Ok(all[1].started_at));
        assert_eq!(find(5), Ok(all[5].started_at));
    }

    #[test]
    fn a_sign_in_expires_after_ten_minutes() {
        let (transactions, mut jar) = (transactions(), Jar::new());
        let transaction = begin(&transactions, &mut jar);
        transactions.clock.advance_seconds(597);
        assert!(transactions.find(&transaction.state, &jar).is_ok());
        transactions.clock.advance_seconds(3);
        assert_eq!(transactions.find(&transaction.state, &jar).err(), Some(TransactionError::Expired));
    }

    #[test]
    fn cookies_of_a_dropped_key_are_removed() {
        let mut jar = Jar::new();
        begin(&transactions(), &mut jar);
        begin(&transactions(), &mut jar);
        assert_eq!(jar.len(), 1);
    }

    #[test]
    fn a_cookie_serves_only_its_own_state() {
        let (transactions, mut jar) = (transactions(), Jar::new());
        let (a, b) = (begin(&transactions, &mut jar), begin(&transactions, &mut jar));
        let swapped = vec![(jar[0].0.clone(), jar[1].1.clone()), (jar[1].0.clone(), jar[0].1.clone())];
        for state in [&a.state, &b.state] {
            assert_eq!(transactions.find(state, &swapped).err(), Some(TransactionError::Unknown));
        }
        let doubled = vec![swapped[0].clone(), jar[0].clone()];
        assert!(transactions.find(&a.state, &doubled).is_ok(), "one that can't be opened is skipped");
    }

    #[tokio::test]
    async fn a_code_is_spent_once() {
        let transactions = transactions();
        assert!(transactions.spend("state").await.unwrap());
        assert!(!transactions.spend("state").await.unwrap());
        transactions.unspend("state").await.unwrap();
        assert!(transactions.spend("state").await.unwrap());
    }
}
