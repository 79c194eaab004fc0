//! Microsoft Entra's error codes, explained.

/// The explanation of an error code to the user who sees it.
#[derive(Debug, PartialEq, Eq)]
pub struct Explanation {
    codes: &'static [u32],
    /// The page's heading.
    pub heading: &'static str,
    /// What happened.
    pub explanation: &'static str,
    /// What the reader, or the administrator, can do.
    pub actions: &'static [&'static str],
    /// What the administrator needs to copy.
    pub shows: Shows,
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

/// An error of Entra's: the parts of an `error_description` that its support needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntraError {
    /// `AADSTS…` or `AADB2C…`.
    pub code: String,
    /// `Trace ID`, if present.
    pub trace_id: Option<String>,
    /// `Correlation ID`, if present.
    pub correlation_id: Option<String>,
    /// `Timestamp`, if present.
    pub timestamp: Option<String>,
    /// Its explanation, if there is one.
    pub explanation: Option<&'static Explanation>,
}

const FRESH: &str = "Sign in again.";
const TELL: &str = "Give the ids below to this application’s administrator.";

/// The codes that have an explanation (Microsoft's error code reference).
const EXPLANATIONS: [Explanation; 20] = [
    Explanation {
        codes: &[50011],
        heading: "This application’s address is not registered",
        explanation: "Microsoft Entra does not know the redirect URI that this application sent.",
        actions: &[
            TELL,
            "Administrator: under Authentication, Web, add the redirect URI exactly as shown on the home page.",
        ],
        shows: Shows::RedirectUri,
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
    },
    Explanation {
        codes: &[90002],
        heading: "This organisation was not found",
        explanation: "There is no tenant with the name or id in this application’s settings.",
        actions: &[TELL, "Administrator: compare client.authority with the directory (tenant) id of the registration."],
        shows: Shows::Client,
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
    },
    Explanation {
        codes: &[65004],
        heading: "You declined",
        explanation: "You declined the request for consent, so you were not signed in.",
        actions: &["To sign in, start again and accept."],
        shows: Shows::Nothing,
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
    },
    Explanation {
        codes: &[50020, 90072],
        heading: "This account belongs to another organisation",
        explanation: "The account you chose is not a member of this application’s organisation.",
        actions: &["Sign in with another account.", "Administrator: invite the user as a guest."],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[50034, 50126],
        heading: "Wrong account or password",
        explanation: "Microsoft Entra did not accept the account name and password.",
        actions: &["Start again, and check the spelling of the account name."],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[50053, 50057],
        heading: "This account is locked or disabled",
        explanation: "It can’t be used to sign in at the moment.",
        actions: &["Ask your organisation’s administrator."],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[50055, 50072, 50074, 50076, 50079, 50158],
        heading: "More verification is needed",
        explanation: "Microsoft Entra asks for a new password, or for another proof of identity.",
        actions: &["Sign in again, and follow the instructions."],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[53000, 53001, 53003, 530_003],
        heading: "Your organisation’s rules do not allow this",
        explanation: "Conditional access blocks this sign-in, perhaps because of this device or network.",
        actions: &["Try from a device that your organisation manages.", "Ask your organisation’s administrator."],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[50173, 54005, 70000, 70008, 700_082],
        heading: "This sign-in is no longer valid",
        explanation: "Its code was already used or has expired, or your access was revoked.",
        actions: &[FRESH],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[50058],
        heading: "You are not signed in at Microsoft",
        explanation: "A silent sign-in was tried, but no account was signed in.",
        actions: &[FRESH],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[500_112],
        heading: "This application’s addresses do not match",
        explanation: "The redirect URI of the sign-in differs from that of the token request.",
        actions: &[TELL, "Developer: server.public_url and the address that a proxy serves must be the same."],
        shows: Shows::RedirectUri,
    },
    Explanation {
        codes: &[50147],
        heading: "The sign-in could not be verified",
        explanation: "The code verifier does not match the sign-in (PKCE).",
        actions: &[FRESH],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[90014, 900_144],
        heading: "The request is incomplete",
        explanation: "A parameter that Microsoft Entra requires is missing.",
        actions: &[TELL, "Developer: look up the correlation id in the log to see which one."],
        shows: Shows::Nothing,
    },
];

impl EntraError {
    /// Parses an `error_description`. Returns `None` unless it starts with `AADSTS` or `AADB2C` and a code.
    pub fn parse(description: &str) -> Option<Self> {
        let prefix = ["AADSTS", "AADB2C"].into_iter().find(|prefix| description.starts_with(prefix))?;
        let digits: String = description[prefix.len()..].chars().take_while(char::is_ascii_digit).take(12).collect();
        let code: u64 = digits.parse().ok()?;
        let is_of_entra = |explanation: &&Explanation| explanation.codes.iter().any(|one| u64::from(*one) == code);
        Some(Self {
            explanation: EXPLANATIONS.iter().filter(|_| prefix == "AADSTS").find(is_of_entra),
            code: format!("{prefix}{digits}"),
            trace_id: labelled(description, "Trace ID:", is_of_guid),
            correlation_id: labelled(description, "Correlation ID:", is_of_guid),
            timestamp: labelled(description, "Timestamp:", |c| c.is_ascii_digit() || "-: ZT.".contains(c)),
        })
    }
}

fn is_of_guid(c: char) -> bool {
    c.is_ascii_hexdigit() || c == '-'
}

/// Returns what follows a label, up to the first character that does not belong to the value.
fn labelled(text: &str, label: &str, is_of_value: impl Fn(char) -> bool) -> Option<String> {
    let (_, rest) = text.split_once(label)?;
    let value: String = rest.trim_start().chars().take_while(|c| is_of_value(*c)).take(40).collect();
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_is_worth_a_page_has_one() {
        for code in [
            50011, 700_016, 90002, 7_000_215, 7_000_222, 700_027, 700_024, 70021, 700_211, 700_212, 700_213, 65001,
            90094, 65004, 50105, 50020, 90072, 50034, 50126, 50053, 50057, 50055, 50072, 50074, 50076, 50079, 50158,
            53000, 53001, 53003, 530_003, 54005, 70008, 70000, 50058, 500_112, 50147, 90014, 900_144,
        ] {
            let error = EntraError::parse(&format!("AADSTS{code}: What Entra says.")).unwrap();
            assert_eq!(error.code, format!("AADSTS{code}"));
            let explanation = error.explanation.unwrap_or_else(|| panic!("{code} is not explained"));
            assert!(!explanation.actions.is_empty(), "{code}: what can be done");
        }
    }

    #[test]
    fn what_support_asks_for_is_found() {
        let text = "AADSTS700082: The refresh token has expired. Trace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333 \
                    Correlation ID: aaaa0000-bb11-2222-33cc-444444dddddd Timestamp: 2026-01-02 03:04:05Z";
        let found = EntraError::parse(text).unwrap();
        assert_eq!(found.trace_id.as_deref(), Some("0000aaaa-11bb-cccc-dd22-eeeeee333333"));
        assert_eq!(found.correlation_id.as_deref(), Some("aaaa0000-bb11-2222-33cc-444444dddddd"));
        assert_eq!(found.timestamp.as_deref(), Some("2026-01-02 03:04:05Z"));
        let unknown = EntraError::parse("AADSTS1: x Trace ID: <script>").unwrap();
        assert_eq!((unknown.explanation, unknown.trace_id), (None, None));
        assert_eq!(
            EntraError::parse("AADB2C90118: The user has forgotten their password.").unwrap().code,
            "AADB2C90118"
        );
        assert_eq!(EntraError::parse("AADB2C50011: x").unwrap().explanation, None, "another list of codes");
    }

    #[test]
    fn other_texts_are_not_of_entra() {
        for text in ["", "AADSTS", "AADSTSx", "aadsts50011", "x AADSTS50011"] {
            assert_eq!(EntraError::parse(text), None, "{text}");
        }
    }

    #[test]
    fn no_code_is_explained_twice() {
        let mut codes: Vec<_> = EXPLANATIONS.iter().flat_map(|explanation| explanation.codes).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
