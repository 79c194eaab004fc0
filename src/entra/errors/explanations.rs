//! The explanations, by code.

/// The explanation of an error code to the user who sees it.
#[derive(Debug, PartialEq, Eq)]
pub struct Explanation {
    pub(super) codes: &'static [u32],
    /// The page's heading.
    pub heading: &'static str,
    /// What happened.
    pub explanation: &'static str,
    /// What the reader, or the administrator, can do.
    pub actions: &'static [&'static str],
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

const FRESH: &str = "Sign in again.";
const TELL: &str = "Give the details below to this application’s administrator.";

/// The codes that have an explanation (Microsoft's error code reference).
pub(super) const EXPLANATIONS: [Explanation; 20] = [
    Explanation {
        codes: &[50011],
        heading: "This application’s address is not registered",
        explanation: "Microsoft Entra does not know the redirect URI that this application sent.",
        actions: &[
            TELL,
            "Administrator: under Authentication, Web, add the redirect URI exactly as shown on the home page.",
        ],
        shows: Shows::RedirectUri,
        remedy: Remedy::Administrator,
    },
    Explanation {
        codes: &[700_016],
        heading: "This application is not registered here",
        explanation: "There is no application with this client id in the organisation’s directory.",
        actions: &[
            TELL,
            "Administrator: compare client.client_id and client.authority with the registration’s overview.",
        ],
        shows: Shows::Client,
        remedy: Remedy::Administrator,
    },
    Explanation {
        codes: &[90002],
        heading: "This organisation was not found",
        explanation: "There is no tenant with the name or id in this application’s settings.",
        actions: &[TELL, "Administrator: compare client.authority with the directory (tenant) id of the registration."],
        shows: Shows::Client,
        remedy: Remedy::Administrator,
    },
    Explanation {
        codes: &[7_000_215, 7_000_222],
        heading: "This application’s secret is wrong or has expired",
        explanation: "Microsoft Entra did not accept the client secret.",
        actions: &[
            TELL,
            "Administrator: create a new client secret, and set client.client_credential to its value (not its id).",
        ],
        shows: Shows::Nothing,
        remedy: Remedy::Administrator,
    },
    Explanation {
        codes: &[700_027],
        heading: "This application’s certificate is not registered",
        explanation: "Microsoft Entra could not verify this application’s signature.",
        actions: &[
            TELL,
            "Administrator: under Certificates & secrets, upload the certificate if it is missing or has expired. `identity-web check` shows its thumbprint.",
        ],
        shows: Shows::Nothing,
        remedy: Remedy::Administrator,
    },
    Explanation {
        codes: &[700_024],
        heading: "This application’s credential is not valid now",
        explanation: "The assertion or token that authenticates this application has expired or is not valid yet.",
        actions: &[
            TELL,
            "Administrator: compare the clocks. If the credential is a federated token, find out why its file is not renewed: run `identity-web check`.",
        ],
        shows: Shows::Nothing,
        remedy: Remedy::Administrator,
    },
    Explanation {
        codes: &[70021, 700_211, 700_212, 700_213],
        heading: "This application’s token is not trusted",
        explanation: "The token that authenticates this application does not match any of its federated credentials.",
        actions: &[
            TELL,
            "Administrator: under Certificates & secrets, Federated credentials, add one with exactly the issuer, subject and audience that `identity-web check` shows.",
        ],
        shows: Shows::Nothing,
        remedy: Remedy::Administrator,
    },
    Explanation {
        codes: &[65001, 90094],
        heading: "Consent is missing",
        explanation: "This application needs your consent, or an administrator’s, to read your profile.",
        actions: &[
            "Sign in again, and accept the request for consent.",
            "If you are not asked, an administrator must grant consent under API permissions.",
        ],
        shows: Shows::Consent,
        remedy: Remedy::SignIn,
    },
    Explanation {
        codes: &[65004],
        heading: "You declined",
        explanation: "You declined the request for consent, so you were not signed in.",
        actions: &["To sign in, start again and accept."],
        shows: Shows::Nothing,
        remedy: Remedy::SignIn,
    },
    Explanation {
        codes: &[50105],
        heading: "You have not been given access",
        explanation: "Only users who are assigned to this application can sign in. You are not assigned.",
        actions: &[
            TELL,
            "Administrator: under Enterprise applications, Users and groups, assign the user or one of their groups.",
        ],
        shows: Shows::Nothing,
        remedy: Remedy::OtherAccount,
    },
    Explanation {
        codes: &[50020, 90072],
        heading: "This account belongs to another organisation",
        explanation: "The account you chose is not a member of this application’s organisation.",
        actions: &["Sign in with another account.", "Administrator: invite the user as a guest."],
        shows: Shows::Nothing,
        remedy: Remedy::OtherAccount,
    },
    Explanation {
        codes: &[50034, 50126],
        heading: "Wrong account or password",
        explanation: "Microsoft Entra did not accept the account name and password.",
        actions: &["Start again, and check the spelling of the account name."],
        shows: Shows::Nothing,
        remedy: Remedy::SignIn,
    },
    Explanation {
        codes: &[50053, 50057],
        heading: "This account is locked or disabled",
        explanation: "It can’t be used to sign in at the moment.",
        actions: &["Ask your organisation’s administrator."],
        shows: Shows::Nothing,
        remedy: Remedy::OtherAccount,
    },
    Explanation {
        codes: &[50055, 50072, 50074, 50076, 50079, 50158],
        heading: "More verification is needed",
        explanation: "Microsoft Entra asks for a new password, or for another proof of identity.",
        actions: &["Sign in again, and follow the instructions."],
        shows: Shows::Nothing,
        remedy: Remedy::SignIn,
    },
    Explanation {
        codes: &[53000, 53001, 53003, 530_003],
        heading: "Your organisation’s rules do not allow this",
        explanation: "Conditional access blocks this sign-in, perhaps because of this device or network.",
        actions: &["Try from a device that your organisation manages.", "Ask your organisation’s administrator."],
        shows: Shows::Nothing,
        remedy: Remedy::SignIn,
    },
    Explanation {
        codes: &[50173, 54005, 70000, 70008, 700_082],
        heading: "This sign-in is no longer valid",
        explanation: "Its code was already used or has expired, or your access was revoked.",
        actions: &[FRESH],
        shows: Shows::Nothing,
        remedy: Remedy::SignIn,
    },
    Explanation {
        codes: &[50058],
        heading: "You are not signed in at Microsoft",
        explanation: "A silent sign-in was tried, but no account was signed in.",
        actions: &[FRESH],
        shows: Shows::Nothing,
        remedy: Remedy::SignIn,
    },
    Explanation {
        codes: &[500_112],
        heading: "This application’s addresses do not match",
        explanation: "The redirect URI of the sign-in differs from that of the token request.",
        actions: &[TELL, "Developer: server.public_url and the address that a proxy serves must be the same."],
        shows: Shows::RedirectUri,
        remedy: Remedy::Administrator,
    },
    Explanation {
        codes: &[50147],
        heading: "The sign-in could not be verified",
        explanation: "The code verifier does not match the sign-in (PKCE).",
        actions: &[FRESH],
        shows: Shows::Nothing,
        remedy: Remedy::SignIn,
    },
    Explanation {
        codes: &[90014, 900_144],
        heading: "The request is incomplete",
        explanation: "A parameter that Microsoft Entra requires is missing.",
        actions: &[TELL, "Developer: look up the correlation ID in the log to see which one."],
        shows: Shows::Nothing,
        remedy: Remedy::Administrator,
    },
];
