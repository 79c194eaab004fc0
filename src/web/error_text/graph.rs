//! The texts for errors of Microsoft Graph.

use super::{ErrorText, text, text_try_again};
use crate::entra::graph::GraphError;

pub(super) fn text_of(error: &GraphError) -> ErrorText {
    match error {
        GraphError::Refused { status: 400..=499, code, request_id } => {
            ErrorText { detail: Some(format!("{code} (request {request_id})")), ..text("error-graph-denied") }
        }
        GraphError::NotOffered => text("error-groups-unknown"),
        GraphError::Unauthorized { .. } => text_try_again("error-graph-unauthorized"),
        _ => text("error-graph-unavailable"),
    }
}
