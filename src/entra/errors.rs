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
}

const FRESH: &str = "Start a fresh sign-in.";

/// The codes that have an explanation of their own (Microsoft's error code reference).
const EXPLANATIONS: [Explanation; 18] = [
    Explanation {
        codes: &[50011],
        heading: "This application’s address is not registered",
        explanation: "Microsoft Entra does not know the redirect URI that this application sent.",
        actions: &[
            "Administrator: add the redirect URI that the home page shows, exactly as it stands there, under Authentication, Web.",
        ],
    },
    Explanation {
        codes: &[700_016],
        heading: "This application is not known here",
        explanation: "There is no application with this client id in the organisation’s directory.",
        actions: &["Administrator: compare client.client_id and client.authority with the registration’s overview."],
    },
    Explanation {
        codes: &[90002],
        heading: "This organisation is not known",
        explanation: "There is no tenant of the name or id that this application is set to.",
        actions: &["Administrator: compare client.authority with the directory (tenant) id of the registration."],
    },
    Explanation {
        codes: &[7_000_215, 7_000_222],
        heading: "This application’s secret is wrong or has expired",
        explanation: "Microsoft Entra did not accept the client secret.",
        actions: &[
            "Administrator: make a new client secret, and put its value (not its id) into client.client_credential.",
        ],
    },
    Explanation {
        codes: &[700_027],
        heading: "This application’s certificate is not known",
        explanation: "Microsoft Entra could not verify the signature that this application proves itself with.",
        actions: &["Administrator: upload the certificate under Certificates & secrets."],
    },
    Explanation {
        codes: &[65001, 90094],
        heading: "Consent is missing",
        explanation: "This application may not read your profile before you, or an administrator, have agreed to it.",
        actions: &[
            "Start a fresh sign-in, and accept what it asks.",
            "If you are not asked: an administrator must grant consent under API permissions.",
        ],
    },
    Explanation {
        codes: &[65004],
        heading: "You declined",
        explanation: "You did not agree to what this application asks for, so you were not signed in.",
        actions: &["Start again, and accept, if you want to sign in."],
    },
    Explanation {
        codes: &[50105],
        heading: "You have not been given access",
        explanation: "Only people who are assigned to this application may sign in, and you are not.",
        actions: &[
            "Administrator: assign the person or one of their groups under Enterprise applications, Users and groups.",
        ],
    },
    Explanation {
        codes: &[50020, 90072],
        heading: "This account is of another organisation",
        explanation: "The account you chose is not known in the organisation that this application is for.",
        actions: &["Sign in with another account.", "Administrator: invite the person as a guest."],
    },
    Explanation {
        codes: &[50034, 50126],
        heading: "No such account, or a wrong password",
        explanation: "Microsoft Entra did not recognise the account and its password.",
        actions: &["Start again, and check the spelling of the account’s name."],
    },
    Explanation {
        codes: &[50053, 50057],
        heading: "This account is locked or disabled",
        explanation: "Microsoft Entra lets nobody sign in with it for now.",
        actions: &["Ask your organisation’s administrator."],
    },
    Explanation {
        codes: &[50055, 50072, 50074, 50076, 50079, 50158],
        heading: "Microsoft Entra wants more of you",
        explanation: "A new password, or a further proof that it is you, is needed.",
        actions: &["Start a fresh sign-in, and follow what it asks."],
    },
    Explanation {
        codes: &[53000, 53001, 53003, 530_003],
        heading: "Your organisation’s rules do not allow this",
        explanation: "Conditional access blocks this sign-in, perhaps because of this device or network.",
        actions: &["Try from a device that your organisation manages.", "Ask your organisation’s administrator."],
    },
    Explanation {
        codes: &[54005, 70000, 70008],
        heading: "This sign-in is no longer good",
        explanation: "Its code was used before, or has expired.",
        actions: &[FRESH],
    },
    Explanation {
        codes: &[50058],
        heading: "You are not signed in at Microsoft",
        explanation: "A silent sign-in was tried, and there was nobody to sign in.",
        actions: &[FRESH],
    },
    Explanation {
        codes: &[500_112],
        heading: "This application’s addresses do not agree",
        explanation: "The redirect URI of the sign-in differs from that of the token request.",
        actions: &["Developer: server.public_url and the address that a proxy serves must be the same."],
    },
    Explanation {
        codes: &[50147],
        heading: "The sign-in’s proof was refused",
        explanation: "The code verifier does not belong to the sign-in (PKCE).",
        actions: &[FRESH],
    },
    Explanation {
        codes: &[90014, 900_144],
        heading: "The request lacks something",
        explanation: "A parameter that Microsoft Entra needs is missing.",
        actions: &["Developer: see the log for which, by the correlation id."],
    },
];

/// Explains an `error_description` of Entra's: the code as it is written there, and what it means.
///
/// It begins with `AADSTS` and the code; `None` for any other text and for codes without an explanation.
pub fn explain(description: &str) -> Option<(String, &'static Explanation)> {
    let digits: String = description.strip_prefix("AADSTS")?.chars().take_while(char::is_ascii_digit).collect();
    let code: u32 = digits.parse().ok()?;
    let explanation = EXPLANATIONS.iter().find(|explanation| explanation.codes.contains(&code))?;
    Some((format!("AADSTS{digits}"), explanation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_is_worth_a_page_has_one() {
        for code in [
            50011, 700_016, 90002, 7_000_215, 7_000_222, 700_027, 65001, 90094, 65004, 50105, 50020, 90072, 50034,
            50126, 50053, 50057, 50055, 50072, 50074, 50076, 50079, 50158, 53000, 53001, 53003, 530_003, 54005, 70008,
            70000, 50058, 500_112, 50147, 90014, 900_144,
        ] {
            let description = format!("AADSTS{code}: What Entra says. Trace ID: x Correlation ID: y");
            let (shown, explanation) = explain(&description).unwrap_or_else(|| panic!("{code} is not explained"));
            assert_eq!(shown, format!("AADSTS{code}"));
            assert!(!explanation.actions.is_empty(), "{code}: what can be done");
        }
    }

    #[test]
    fn other_texts_are_not_explained() {
        for text in ["", "AADSTS", "AADSTS1: x", "aadsts50011", "x AADSTS50011", "AADSTS99999999999999999999: x"] {
            assert_eq!(explain(text), None, "{text}");
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
