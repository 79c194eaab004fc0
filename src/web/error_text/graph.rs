//! The texts for errors of Microsoft Graph.

use super::{ErrorText, text, text_try_again};
use crate::entra::graph::GraphError;

pub(super) fn text_of(error: &GraphError) -> ErrorText {
    match error {
        GraphError::Refused { status: 400..=499, code, request_id } => ErrorText {
            detail: Some(format!("{code} (request {request_id})")),
            ..text(
                "Microsoft Graph denied access",
                "This application or your account lacks a permission that this page needs.",
                &[
                    "Administrator: add the permission under API permissions (User.Read for profiles and groups), and grant \
                     consent.",
                ],
            )
        },
        GraphError::NotOffered => text(
            "Your groups can’t be checked",
            "This page is for members of certain groups. The identity provider left your groups out because there are \
             too many (group overage), and offers no way to look them up.",
            &[
                "Administrator: use a role or another claim for this page, or have the identity provider send fewer groups.",
            ],
        ),
        GraphError::Unauthorized { .. } => text_try_again(
            "Microsoft Graph rejected your access token",
            "The access that you granted to this application is no longer valid.",
            &["Start a fresh sign-in."],
        ),
        _ => text(
            "Microsoft Graph does not answer",
            "This page needs your organisation’s directory, which is unavailable right now.",
            &["Wait a moment, then load this page again."],
        ),
    }
}
