//! Whether a person is in a group: by the ID token, or where it has not room for all, by asking Microsoft Graph for those
//! groups alone. What Graph said stays with the session until the ID token is renewed.

use url::Url;

use super::renewal::TokenRequest;
use super::{Error, IdentityWeb};
use crate::entra::graph::{Graph, GraphError};
use crate::entra::groups::{Groups, groups};
use crate::session::current::{Current, Loaded, StoreError};
use crate::session::record::{AskedGroup, SignedIn};

impl IdentityWeb {
    /// Whether the person of this session is in any of these groups (object ids).
    ///
    /// # Errors
    /// It cannot be told, because the directory or the store does not answer, or does not allow the question
    /// ([`Error::Graph`]): that is never taken for "yes", nor for "no".
    pub async fn is_in_any(&self, current: &Current, asked: &[String]) -> Result<bool, Error> {
        let held = current.held()?.ok_or(StoreError::Ended)?;
        if let Some(answer) = known(&held, asked) {
            return Ok(answer);
        }
        // Before the lease is taken, which the token's renewal takes too.
        let access_token = self.graph_token(current).await?;
        let session_key = current.session_key().ok_or(StoreError::Ended)?;
        let ask = async |_: &Loaded, _| {
            let member_of = self.ask_graph(&access_token, asked).await?;
            let answers = asked.iter().map(|id| AskedGroup { id: id.clone(), is_member: member_of.contains(id) });
            let answers: Vec<_> = answers.collect();
            let change = |mut latest: SignedIn| {
                latest.asked_groups.retain(|held| !asked.contains(&held.id));
                latest.asked_groups.extend(answers.iter().cloned());
                latest
            };
            Ok(self.store().change_sign_in(&session_key, |_| false, change).await?)
        };
        let held = self.with_lease(&session_key, |held| known(held, asked).is_some(), ask).await?;
        let answer = known(&held, asked).ok_or(StoreError::Contended)?;
        current.update(Some(held));
        Ok(answer)
    }

    async fn graph_token(&self, current: &Current) -> Result<String, Error> {
        self.graph_base().await?;
        let wanted = TokenRequest { scopes: vec!["User.Read".to_owned()], refused: None };
        self.access_token(current, &wanted).await
    }

    async fn graph_base(&self) -> Result<Url, Error> {
        Ok(self.services().provider.metadata().await?.graph().ok_or(GraphError::NotOffered)?)
    }

    async fn ask_graph(&self, access_token: &str, asked: &[String]) -> Result<Vec<String>, Error> {
        let provider = &self.services().provider;
        let base = self.graph_base().await?;
        let graph = Graph { base: &base, http: provider.http(), access_token };
        Ok(graph.member_groups(asked).await?)
    }
}

/// What is known without asking; `None` where the directory must be asked.
fn known(held: &Loaded, asked: &[String]) -> Option<bool> {
    let signed_in = held.record.signed_in.as_ref()?;
    match groups(&signed_in.claims) {
        Groups::All(all) => Some(asked.iter().any(|id| all.contains(&id.as_str()))),
        Groups::Overage => {
            let answers = || asked.iter().map(|id| signed_in.asked_groups.iter().find(|held| held.id == *id));
            let is_member = answers().flatten().any(|answer| answer.is_member);
            (is_member || answers().all(|answer| answer.is_some())).then_some(is_member)
        }
    }
}
