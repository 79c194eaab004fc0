//! Its error codes, explained.

/// What an error code of Entra's means to the person who sees it.
#[derive(Debug, PartialEq, Eq)]
pub struct Explanation {
    codes: &'static [u32],
    /// A few words.
    pub heading: &'static str,
    /// What happened.
    pub explanation: &'static str,
    /// What the reader, or the administrator, can do.
    pub actions: &'static [&'static str],
    /// What the administrator needs to copy.
    pub shows: Shows,
}

/// What of the settings a page shows, for an administrator to copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shows {
    /// Nothing.
    #[default]
    Nothing,
    /// The redirect URI.
    RedirectUri,
    /// The permissions that are asked for, and the page where an administrator grants them for everybody.
    Consent,
    /// The client id and the authority.
    Client,
}

/// What Entra said: of an `error_description` the parts that its support asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// `AADSTS…` or `AADB2C…`.
    pub code: String,
    /// `Trace ID`, where it is there.
    pub trace_id: Option<String>,
    /// `Correlation ID`, where it is there.
    pub correlation_id: Option<String>,
    /// `Timestamp`, where it is there.
    pub timestamp: Option<String>,
    /// What it means, where that is known.
    pub explanation: Option<&'static Explanation>,
}

const FRESH: &str = "Start a fresh sign-in.";
const TELL: &str = "You: give the ids below to this application’s administrator.";

/// The codes that have an explanation of their own (Microsoft's error code reference).
const EXPLANATIONS: [Explanation; 20] = [
    Explanation {
        codes: &[50011],
        heading: "This application’s address is not registered",
        explanation: "Microsoft Entra does not know the redirect URI that this application sent.",
        actions: &[
            TELL,
            "Administrator: add the redirect URI that the home page shows, exactly as it stands there, under Authentication, Web.",
        ],
        shows: Shows::RedirectUri,
    },
    Explanation {
        codes: &[700_016],
        heading: "This application is not known here",
        explanation: "There is no application with this client id in the organisation’s directory.",
        actions: &[
            TELL,
            "Administrator: compare client.client_id and client.authority with the registration’s overview.",
        ],
        shows: Shows::Client,
    },
    Explanation {
        codes: &[90002],
        heading: "This organisation is not known",
        explanation: "There is no tenant of the name or id that this application is set to.",
        actions: &[TELL, "Administrator: compare client.authority with the directory (tenant) id of the registration."],
        shows: Shows::Client,
    },
    Explanation {
        codes: &[7_000_215, 7_000_222],
        heading: "This application’s secret is wrong or has expired",
        explanation: "Microsoft Entra did not accept the client secret.",
        actions: &[
            TELL,
            "Administrator: make a new client secret, and put its value (not its id) into client.client_credential.",
        ],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[700_027],
        heading: "This application’s certificate is not known",
        explanation: "Microsoft Entra could not verify the signature that this application proves itself with.",
        actions: &[
            TELL,
            "Administrator: upload the certificate under Certificates & secrets, if it is not there or has expired; `identity-web check` shows its thumbprint.",
        ],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[700_024],
        heading: "This application’s proof of itself is out of time",
        explanation: "The assertion or token that this application proves itself with is not valid now.",
        actions: &[
            TELL,
            "Administrator: compare the clocks. If the proof is a federated token, see why its file is not renewed; `identity-web check` tells.",
        ],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[70021, 700_211, 700_212, 700_213],
        heading: "This application’s token is not trusted",
        explanation: "No federated credential of this application fits the token that it proves itself with.",
        actions: &[
            TELL,
            "Administrator: under Certificates & secrets, Federated credentials, add one with exactly the issuer, the subject and the audience that `identity-web check` shows.",
        ],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[65001, 90094],
        heading: "Consent is missing",
        explanation: "This application may not read your profile before you, or an administrator, have agreed to it.",
        actions: &[
            "Start a fresh sign-in, and accept what it asks.",
            "If you are not asked: an administrator must grant consent under API permissions.",
        ],
        shows: Shows::Consent,
    },
    Explanation {
        codes: &[65004],
        heading: "You declined",
        explanation: "You did not agree to what this application asks for, so you were not signed in.",
        actions: &["Start again, and accept, if you want to sign in."],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[50105],
        heading: "You have not been given access",
        explanation: "Only people who are assigned to this application may sign in, and you are not.",
        actions: &[
            TELL,
            "Administrator: assign the person or one of their groups under Enterprise applications, Users and groups.",
        ],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[50020, 90072],
        heading: "This account is of another organisation",
        explanation: "The account you chose is not known in the organisation that this application is for.",
        actions: &["Sign in with another account.", "Administrator: invite the person as a guest."],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[50034, 50126],
        heading: "No such account, or a wrong password",
        explanation: "Microsoft Entra did not recognise the account and its password.",
        actions: &["Start again, and check the spelling of the account’s name."],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[50053, 50057],
        heading: "This account is locked or disabled",
        explanation: "Microsoft Entra lets nobody sign in with it for now.",
        actions: &["Ask your organisation’s administrator."],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[50055, 50072, 50074, 50076, 50079, 50158],
        heading: "Microsoft Entra wants more of you",
        explanation: "A new password, or a further proof that it is you, is needed.",
        actions: &["Start a fresh sign-in, and follow what it asks."],
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
        heading: "This sign-in is no longer good",
        explanation: "Its code was used before, or has expired; or what was granted was taken back.",
        actions: &[FRESH],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[50058],
        heading: "You are not signed in at Microsoft",
        explanation: "A silent sign-in was tried, and there was nobody to sign in.",
        actions: &[FRESH],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[500_112],
        heading: "This application’s addresses do not agree",
        explanation: "The redirect URI of the sign-in differs from that of the token request.",
        actions: &[TELL, "Developer: server.public_url and the address that a proxy serves must be the same."],
        shows: Shows::RedirectUri,
    },
    Explanation {
        codes: &[50147],
        heading: "The sign-in’s proof was refused",
        explanation: "The code verifier does not belong to the sign-in (PKCE).",
        actions: &[FRESH],
        shows: Shows::Nothing,
    },
    Explanation {
        codes: &[90014, 900_144],
        heading: "The request lacks something",
        explanation: "A parameter that Microsoft Entra needs is missing.",
        actions: &[TELL, "Developer: see the log for which, by the correlation id."],
        shows: Shows::Nothing,
    },
];

/// Reads an `error_description` of Entra's. It begins with `AADSTS` or `AADB2C` and the code; `None` for any other text.
pub fn said(description: &str) -> Option<Said> {
    let prefix = ["AADSTS", "AADB2C"].into_iter().find(|prefix| description.starts_with(prefix))?;
    let digits: String = description[prefix.len()..].chars().take_while(char::is_ascii_digit).take(12).collect();
    let code: u64 = digits.parse().ok()?;
    let is_of_entra = |explanation: &&Explanation| explanation.codes.iter().any(|one| u64::from(*one) == code);
    Some(Said {
        explanation: EXPLANATIONS.iter().filter(|_| prefix == "AADSTS").find(is_of_entra),
        code: format!("{prefix}{digits}"),
        trace_id: labelled(description, "Trace ID:", is_of_guid),
        correlation_id: labelled(description, "Correlation ID:", is_of_guid),
        timestamp: labelled(description, "Timestamp:", |c| c.is_ascii_digit() || "-: ZT.".contains(c)),
    })
}

fn is_of_guid(c: char) -> bool {
    c.is_ascii_hexdigit() || c == '-'
}

/// What follows a label, as far as it is made of such characters.
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
            let said = said(&format!("AADSTS{code}: What Entra says.")).unwrap();
            assert_eq!(said.code, format!("AADSTS{code}"));
            let explanation = said.explanation.unwrap_or_else(|| panic!("{code} is not explained"));
            assert!(!explanation.actions.is_empty(), "{code}: what can be done");
        }
    }

    #[test]
    fn what_support_asks_for_is_found() {
        let text = "AADSTS700082: The refresh token has expired. Trace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333 \
                    Correlation ID: aaaa0000-bb11-2222-33cc-444444dddddd Timestamp: 2026-01-02 03:04:05Z";
        let found = said(text).unwrap();
        assert_eq!(found.trace_id.as_deref(), Some("0000aaaa-11bb-cccc-dd22-eeeeee333333"));
        assert_eq!(found.correlation_id.as_deref(), Some("aaaa0000-bb11-2222-33cc-444444dddddd"));
        assert_eq!(found.timestamp.as_deref(), Some("2026-01-02 03:04:05Z"));
        let unknown = said("AADSTS1: x Trace ID: <script>").unwrap();
        assert_eq!((unknown.explanation, unknown.trace_id), (None, None));
        assert_eq!(said("AADB2C90118: The user has forgotten their password.").unwrap().code, "AADB2C90118");
        assert_eq!(said("AADB2C50011: x").unwrap().explanation, None, "another list of codes");
    }

    #[test]
    fn other_texts_are_not_of_entra() {
        for text in ["", "AADSTS", "AADSTSx", "aadsts50011", "x AADSTS50011"] {
            assert_eq!(said(text), None, "{text}");
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
