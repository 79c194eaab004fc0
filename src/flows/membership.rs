//! Whether a user is a member of a group: by the ID token or, if that can't list all of the user's groups, by asking
//! Microsoft Graph about those groups only. Its answer stays in the session until the ID token is renewed.

use std::sync::Arc;

use url::Url;

use super::renew::TokenRequest;
use super::{Error, IdentityWeb};
use crate::entra::graph::{Graph, GraphError};
use crate::entra::groups::{Groups, groups};
use crate::oidc::http::Http;
use crate::session::Loaded;
use crate::session::error::StoreError;
use crate::session::record::{AskedGroup, SignedIn};

impl IdentityWeb {
    /// Returns whether the user of this session is a member of any of these groups (object ids), and the session if it was
    /// changed for the answer.
    ///
    /// # Errors
    /// It can't be determined, because the directory or the store is unavailable or refuses ([`Error::Graph`]): that
    /// never counts as yes, nor as no.
    pub(crate) async fn is_in_any(
        &self,
        session: &Arc<Loaded>,
        ids: &[String],
    ) -> Result<(bool, Option<Arc<Loaded>>), Error> {
        if let Some(answer) = known(session, ids) {
            return Ok((answer, None));
        }
        let session = self.with_answers(session, ids).await?;
        let answer = known(&session, ids).ok_or(StoreError::Contended)?;
        Ok((answer, Some(session)))
    }

    /// Returns for each of these groups (object ids) whether the user of this session is a member, and the session if it
    /// was changed for the answer.
    ///
    /// # Errors
    /// As [`IdentityWeb::is_in_any`].
    pub(crate) async fn memberships(
        &self,
        session: &Arc<Loaded>,
        ids: &[String],
    ) -> Result<(Vec<bool>, Option<Arc<Loaded>>), Error> {
        let answers = |session: &Loaded| {
            let signed_in = session.record.signed_in.as_ref()?;
            ids.iter().map(|id| is_member(signed_in, id)).collect::<Option<Vec<_>>>()
        };
        if let Some(answers) = answers(session) {
            return Ok((answers, None));
        }
        let session = self.with_answers(session, ids).await?;
        let answers = answers(&session).ok_or(StoreError::Contended)?;
        Ok((answers, Some(session)))
    }

    /// Asks the directory about these groups, and returns the session with its answers.
    async fn with_answers(&self, session: &Arc<Loaded>, ids: &[String]) -> Result<Arc<Loaded>, Error> {
        self.graph_base(session).await?;
        // Before the lease is taken, which the token's renewal takes too.
        let request = TokenRequest { scopes: vec!["User.Read".to_owned()], refused: None };
        let (access_token, _) = self.access_token(session, &request).await?;
        let sessions = &self.services().sessions;
        let ask = async |session: &Loaded| {
            let member_of = self.ask_graph(session, &access_token, ids).await?;
            let answers = ids.iter().map(|id| AskedGroup { id: id.clone(), is_member: member_of.contains(id) });
            let answers: Vec<_> = answers.collect();
            let change = |latest: &SignedIn| {
                let mut latest = latest.clone();
                latest.asked_groups.retain(|known| !ids.contains(&known.id));
                latest.asked_groups.extend(answers.iter().cloned());
                Some(latest)
            };
            Ok(sessions.change_sign_in(session.key(), change).await?)
        };
        let is_done = |session: &Loaded| {
            let signed_in = session.record.signed_in.as_ref();
            signed_in.is_some_and(|signed_in| ids.iter().all(|id| is_member(signed_in, id).is_some()))
        };
        self.with_lease(session.key(), is_done, ask).await
    }

    /// The directory of the provider that the user signed in at.
    async fn graph_base(&self, session: &Loaded) -> Result<(Url, &Http), Error> {
        let provider = &self.provider_of(session.signed_in()?)?.provider;
        if !provider.settings().is_entra() {
            return Err(GraphError::NotOffered.into());
        }
        Ok((provider.metadata().await?.graph().ok_or(GraphError::NotOffered)?, provider.http()))
    }

    async fn ask_graph(&self, session: &Loaded, access_token: &str, ids: &[String]) -> Result<Vec<String>, Error> {
        let (base, http) = self.graph_base(session).await?;
        let graph = Graph { base: &base, http, access_token };
        Ok(graph.member_groups(ids).await?)
    }
}

/// Whether the user is a member of this group; `None` if the directory must be asked.
pub fn is_member(signed_in: &SignedIn, id: &str) -> Option<bool> {
    match groups(&signed_in.claims) {
        Groups::All(all) => Some(all.contains(&id)),
        Groups::Overage => signed_in.asked_groups.iter().find(|known| known.id == id).map(|known| known.is_member),
    }
}

/// Whether the user is a member of any of these groups; `None` if the directory must be asked.
fn known(session: &Loaded, ids: &[String]) -> Option<bool> {
    let signed_in = session.record.signed_in.as_ref()?;
    let answers: Vec<_> = ids.iter().map(|id| is_member(signed_in, id)).collect();
    let is_in_any = answers.contains(&Some(true));
    (is_in_any || answers.iter().all(Option::is_some)).then_some(is_in_any)
}
