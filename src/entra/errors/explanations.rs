//! The explanations, by code.

/// The explanation of an error code to the user who sees it.
#[derive(Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The message of the page, in `locales`.
    pub text: &'static str,
    /// What the administrator needs to copy.
    pub shows: Shows,
    /// What can help.
    pub remedy: Remedy,
}

/// What can help a user whose sign-in failed: the button of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing that the user can do here. Another sign-in would fail too.
    Administrator,
    /// Another sign-in.
    SignIn,
    /// A sign-in with another account.
    OtherAccount,
}

/// The settings that a page shows, for an administrator to copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shows {
    /// Nothing.
    #[default]
    Nothing,
    /// The redirect URI.
    RedirectUri,
    /// The permissions that are requested, and the page where an administrator grants them for everyone.
    Consent,
    /// The client id and the authority.
    Client,
}

/// The codes that have an explanation (Microsoft's error code reference).
pub(super) const EXPLANATIONS: [(&[u32], Explanation); 20] = [
    (&[50011], Explanation { text: "entra-redirect-uri", shows: Shows::RedirectUri, remedy: Remedy::Administrator }),
    (&[700_016], Explanation { text: "entra-client", shows: Shows::Client, remedy: Remedy::Administrator }),
    (&[90002], Explanation { text: "entra-tenant", shows: Shows::Client, remedy: Remedy::Administrator }),
    (
        &[7_000_215, 7_000_222],
        Explanation { text: "entra-secret", shows: Shows::Nothing, remedy: Remedy::Administrator },
    ),
    (&[700_027], Explanation { text: "entra-certificate", shows: Shows::Nothing, remedy: Remedy::Administrator }),
    (&[700_024], Explanation { text: "entra-assertion", shows: Shows::Nothing, remedy: Remedy::Administrator }),
    (
        &[70021, 700_211, 700_212, 700_213],
        Explanation { text: "entra-federation", shows: Shows::Nothing, remedy: Remedy::Administrator },
    ),
    (&[65001, 90094], Explanation { text: "entra-consent", shows: Shows::Consent, remedy: Remedy::SignIn }),
    (&[65004], Explanation { text: "entra-declined", shows: Shows::Nothing, remedy: Remedy::SignIn }),
    (&[50105], Explanation { text: "entra-not-assigned", shows: Shows::Nothing, remedy: Remedy::OtherAccount }),
    (
        &[50020, 90072],
        Explanation { text: "entra-other-organisation", shows: Shows::Nothing, remedy: Remedy::OtherAccount },
    ),
    (&[50034, 50126], Explanation { text: "entra-password", shows: Shows::Nothing, remedy: Remedy::SignIn }),
    (&[50053, 50057], Explanation { text: "entra-locked", shows: Shows::Nothing, remedy: Remedy::OtherAccount }),
    (
        &[50055, 50072, 50074, 50076, 50079, 50158],
        Explanation { text: "entra-verification", shows: Shows::Nothing, remedy: Remedy::SignIn },
    ),
    (
        &[53000, 53001, 53003, 530_003],
        Explanation { text: "entra-conditional-access", shows: Shows::Nothing, remedy: Remedy::SignIn },
    ),
    (
        &[50173, 54005, 70000, 70008, 700_082],
        Explanation { text: "entra-expired", shows: Shows::Nothing, remedy: Remedy::SignIn },
    ),
    (&[50058], Explanation { text: "entra-not-signed-in", shows: Shows::Nothing, remedy: Remedy::SignIn }),
    (
        &[500_112],
        Explanation { text: "entra-addresses-differ", shows: Shows::RedirectUri, remedy: Remedy::Administrator },
    ),
    (&[50147], Explanation { text: "entra-code-verifier", shows: Shows::Nothing, remedy: Remedy::SignIn }),
    (&[90014, 900_144], Explanation { text: "entra-incomplete", shows: Shows::Nothing, remedy: Remedy::Administrator }),
];
