//! Where Microsoft's users manage their account.

/// Returns the page where users of an authority change their password, if it is known. National clouds and External ID have
/// others.
pub fn change_password_page(authority: &str) -> Option<&'static str> {
    match authority.strip_prefix("https://login.microsoftonline.com/")?.trim_end_matches("/v2.0") {
        "consumers" => Some("https://account.live.com/password/change"),
        _ => Some("https://mysignins.microsoft.com/security-info/password/change"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_clouds_page_is_known() {
        let work = Some("https://mysignins.microsoft.com/security-info/password/change");
        for (authority, expected) in [
            ("https://login.microsoftonline.com/contoso.onmicrosoft.com", work),
            ("https://login.microsoftonline.com/organizations/v2.0", work),
            ("https://login.microsoftonline.com/consumers", Some("https://account.live.com/password/change")),
            ("https://login.microsoftonline.us/contoso.onmicrosoft.us", None),
            ("https://contoso.ciamlogin.com/contoso.onmicrosoft.com", None),
            ("http://127.0.0.1:5001/demo", None),
        ] {
            assert_eq!(change_password_page(authority), expected, "{authority}");
        }
    }
}
