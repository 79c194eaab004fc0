//! What each claim means (OpenID Connect Core sections 2 and 5.1; Microsoft's ID token claims reference).

const MEANINGS: [(&str, &str); 45] = [
    ("acct", "Whether the account is a member (0) or a guest (1) of the organisation."),
    ("acr", "How strongly you proved who you are."),
    ("address", "Your postal address."),
    ("amr", "By which methods you proved who you are."),
    ("aud", "For whom the token was issued: this application’s client id."),
    ("auth_time", "When you last proved who you are to the identity provider."),
    ("azp", "The application the token was issued to."),
    ("birthdate", "Your date of birth."),
    ("email", "An e-mail address of yours. It can change, and may not be verified: never a key."),
    ("email_verified", "Whether the identity provider has verified the e-mail address."),
    ("emails", "Your e-mail addresses. They can change: never a key."),
    ("exp", "When the token expires."),
    ("family_name", "Your family name."),
    ("gender", "Your gender."),
    ("given_name", "Your given name."),
    ("groups", "The groups you are a member of."),
    ("iat", "When the token was issued."),
    ("idp", "Who vouched for you: your own organisation where you are a guest, or the account you chose."),
    ("iss", "Who issued the token: the identity provider."),
    ("jti", "The token’s own id."),
    ("locale", "Your language and region."),
    ("login_hint", "What to tell the identity provider so that it need not ask who you are."),
    ("middle_name", "Your middle name."),
    ("name", "Your name, to greet you by. It can change: never a key."),
    ("nbf", "When the token becomes valid."),
    ("nickname", "What you like to be called."),
    ("oid", "You, in your organisation: the same in all its applications."),
    ("phone_number", "Your phone number."),
    ("phone_number_verified", "Whether the identity provider has verified the phone number."),
    ("picture", "Where your picture is."),
    ("preferred_username", "The name you sign in with. It can change: never a key."),
    ("profile", "Where your profile page is."),
    ("roles", "What you may do in this application: the app roles assigned to you."),
    ("scp", "What this application may do on your behalf."),
    ("sid", "Your session at the identity provider."),
    ("sub", "You, at this issuer: with iss, the one stable key of a user."),
    ("tid", "Your organisation: the id of its tenant."),
    ("tfp", "The user flow (B2C policy) that you signed in by."),
    ("upn", "Your user principal name. It can change: never a key."),
    ("updated_at", "When what the identity provider knows of you last changed."),
    ("ver", "The version of the token’s format."),
    ("website", "Your website."),
    ("wids", "Your roles in the organisation’s directory."),
    ("xms_cc", "What this application can do with a claims challenge."),
    ("zoneinfo", "Your time zone."),
];

/// Claims of the protocol that say nothing about the user: they aren't shown.
const OF_THE_PROTOCOL: [&str; 7] = ["nonce", "at_hash", "c_hash", "s_hash", "aio", "rh", "uti"];
const TIMES: [&str; 5] = ["auth_time", "exp", "iat", "nbf", "updated_at"];

/// Returns what a claim means; empty if unknown.
pub(super) fn meaning(name: &str) -> &'static str {
    MEANINGS.iter().find(|(known, _)| *known == name).map_or("", |(_, meaning)| meaning)
}

pub(super) fn is_of_the_protocol(name: &str) -> bool {
    OF_THE_PROTOCOL.contains(&name)
}

pub(super) fn is_time(name: &str) -> bool {
    TIMES.contains(&name)
}
