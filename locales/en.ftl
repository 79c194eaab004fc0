# The texts of the pages, in English: https://projectfluent.org/fluent/guide/
# Every other language of this folder has the same messages, attributes and variables; tests compare them.
# Names of claims, scopes, settings and protocol parameters, and Microsoft's error codes, stay as they are.

# The language's own name for itself, in the list of languages.
language-name = English

## Every page

# $site is the site's name.
page-description = Sign in to { $site }, and see your account, your claims and your sessions.
skip-to-content = Skip to the content
demo-label = Demo.
demo-notice = You sign in with the built-in demo identity provider. Nothing here is real.
# The name of the navigation, for screen readers.
navigation-main = Main
navigation-legal = Legal and support
# The link to the home page.
home = Home
claims = Claims
sessions = Sessions
your-claims = Your claims
your-sessions = Your sessions
# Before the user's name, for screen readers.
account-of = Account of
sign-in = Sign in
sign-in-again = Sign in again
sign-out = Sign out
terms = Terms
privacy = Privacy
support = Support
theme = Theme
theme-system = System
theme-light = Light
theme-dark = Dark
language = Language

## The script

copy = Copy
# The name of a button, for screen readers. $name is the name of a claim or the label of a value.
copy-named = Copy { $name }
copied = Copied
copy-failed = Can’t copy

## Times

time-just-now = just now
time-minutes-ago =
    { $count ->
        [one] { $count } minute ago
       *[other] { $count } minutes ago
    }
time-hours-ago =
    { $count ->
        [one] { $count } hour ago
       *[other] { $count } hours ago
    }
time-days-ago =
    { $count ->
        [one] { $count } day ago
       *[other] { $count } days ago
    }
time-in-under-a-minute = in less than a minute
time-in-minutes =
    { $count ->
        [one] in { $count } minute
       *[other] in { $count } minutes
    }
time-in-hours =
    { $count ->
        [one] in { $count } hour
       *[other] in { $count } hours
    }
time-in-days =
    { $count ->
        [one] in { $count } day
       *[other] in { $count } days
    }
# Lengths of time, as home-session-hint has them: “It ends after 1 hour …”.
duration-seconds =
    { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
duration-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
duration-hours =
    { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
# The script counts down with these, each second. Units are abbreviated, because the numbers change.
countdown-hours = in { $hours } h { $minutes } min
countdown-minutes = in { $minutes } min { $seconds } s
countdown-seconds = in { $seconds } s
countdown-over = It has ended, unless it was used in another tab

## Home

home-signed-in = You’re signed in as { $name }
home-see-claims = See your claims
home-account = Account
home-user-name = User name
home-tenant = Tenant
home-issuer = Issuer
home-session = Session
home-signed-in-at = Signed in
home-ends = Ends
# $idle and $absolute are lengths of time: 1 hour, 8 hours.
home-session-hint = It ends after { $idle } without activity, and at the latest { $absolute } after you signed in.
home-access = Access
home-roles = App roles
home-groups = Groups
home-scopes = Scopes
home-none = None
home-groups-overage = Too many for the ID token
home-groups-none = None in the ID token
home-scopes-unknown = Not stated by the provider
home-look-around = Look around
home-claims-about = What your identity provider says about you, and what each claim means.
home-sessions-about = Where you’re signed in. End one session, or all of them.
home-graph = Your profile in Microsoft Graph
home-graph-about = Calls an API with your access token.
home-edit-profile = Edit your profile
home-edit-profile-about = Opens the profile page of your identity provider.
home-trace-about = What was sent, received and checked, step by step. For developers.
# A link to a page for users with the app role Admin, and that page's heading.
admin-title = For administrators
home-admin-about = A page that requires the app role Admin.
home-admin-granted = You have it.
home-admin-denied = You don’t have it, so access is denied.
home-session-over = Your session has ended. Sign in again to continue.
home-signed-out = You’re signed out
home-signed-out-about = Sign in, and see what your identity provider tells this application about you.
home-setup = Setting this up?
home-register-many = For sign-in to work, register these redirect URIs, each with its identity provider:
home-register-one = For sign-in to work, register this redirect URI with your identity provider:
home-redirect-uri-of = redirect URI of { $provider }
home-registered = It’s registered at the demo identity provider already.
home-portal = Open the app registration in the Microsoft Entra admin center
home-tile-claims = What your identity provider says about you, in groups, with what each claim means.
home-tile-sessions = Where you’re signed in, with a button to end each session.
home-tile-access = Your app roles and groups, and pages that require them.
home-tile-apis = APIs
home-tile-apis-about = Your profile from Microsoft Graph, with an access token of yours.

## For administrators

# $role is the name of the role: Admin.
admin-about = You see this page because your ID token has the app role { $role }. Users without it see that they don’t have access.

## The profile in Microsoft Graph

graph-title = Your profile
graph-about = What Microsoft Graph tells this application about you.
graph-photo = Your photo
graph-empty = Your profile is empty.
graph-display-name = Name
graph-job-title = Job title
graph-mail = E-mail
graph-user-principal-name = User name
graph-mobile-phone = Mobile phone
graph-business-phones = Business phones
graph-office-location = Office
graph-preferred-language = Language

## The choice of a provider

choose-title = How do you want to sign in?
choose-address = Your e-mail address
choose-address-unknown = This address doesn’t belong to an organisation that we know. Choose how to sign in below.
continue = Continue
# Between two ways to sign in.
choose-or = or
# $provider is the name of an identity provider.
choose-continue-with = Continue with { $provider }

## Sign-out

sign-out-title = Sign out?
# $name is the user's name.
sign-out-about = You’re signed in as { $name }. Signing out ends your session here, and at your identity provider if it allows that.
sign-out-stay = Stay signed in
sign-out-nobody = You’re not signed in
sign-out-nobody-about = There is no session here to sign out of.
signed-out = Signed out
signed-out-still = You’re still signed in here, or have signed in again.
signed-out-both = Your session here has ended, and your identity provider was asked to end its own.
signed-out-here = Your session here has ended.
signed-out-here-hint = Your identity provider was not asked to sign you out, so it may still remember you. On a shared computer, sign out there too, then close the browser.
signed-out-unknown = There is no session in this browser.
signed-out-unknown-hint = Your identity provider may still remember you. On a shared computer, sign out there too, then close the browser.

## Sessions

# $site is the site's name.
sessions-about = Where you’re signed in to { $site }. If you don’t recognise a session, sign it out, then change your password at your identity provider.
sessions-this = This session
sessions-signed-in = Signed in
sessions-used = Last used
sessions-ends = Ends
# $time is a time to come: in 2 hours.
sessions-ends-at-the-latest = { $time } at the latest
sessions-ends-unless-used = { $time }, unless it’s used
# The names of buttons, for screen readers. They begin with sign-out, which is what the button shows.
sessions-sign-out-this = Sign out of this session
# $device is a browser and a system: Firefox on Linux; $time is when the session began: 2 hours ago.
sessions-sign-out-other = Sign out { $device }, signed in { $time }
sessions-hidden =
    { $count ->
        [one] You have { $count } more session, used less recently.
       *[other] You have { $count } more sessions, used less recently.
    }
sessions-sign-out-others = Sign out all other sessions
sessions-sign-out-all = Sign out everywhere
sessions-hint = Signing out here ends these sessions at once. Another browser may still be signed in at your identity provider, and can then sign in here again without a password.
sessions-only-one = You’re not signed in anywhere else.
sessions-outcome-ended = The session has ended
sessions-outcome-gone = That session had already ended
sessions-outcome-others-ended = All other sessions have ended
# $browser is Firefox or Unknown browser; $system is Linux or Windows.
sessions-device = { $browser } on { $system }
sessions-unknown-browser = Unknown browser

## Claims

claims-about = What your identity provider says about you: the claims of your verified ID token and, where this application uses it, of the provider’s userinfo endpoint. The token itself is never shown.
claims-search = Search the claims
# The script puts in the number of claims that a search finds.
claims-found = Found: { $count }
claims-claim = Claim
claims-value = Value
claims-meaning = Meaning
claims-empty-value = (empty)
claims-not-standard = Not a standard claim: shown as it was sent.
claims-none = There are no claims to show: your identity provider sent nothing about you but that you signed in.
claims-group-you = Who you are
claims-group-sign-in = This sign-in
claims-group-life = The token’s life
claims-group-permissions = Permissions
claims-group-microsoft = Microsoft’s own
claims-group-other = Other claims
# What each claim means.
claim-address = Your postal address.
claim-birthdate = Your date of birth.
# “Never a key”: an application must not tell users apart by it.
claim-email = Your e-mail address. It can change and may not be verified: never a key.
claim-email_verified = Whether the identity provider has verified the e-mail address.
claim-emails = Your e-mail addresses. They can change: never a key.
claim-family_name = Your family name.
claim-gender = Your gender.
claim-given_name = Your given name.
claim-locale = Your language and region.
claim-middle_name = Your middle name.
claim-name = Your name, to greet you by. It can change: never a key.
claim-nickname = Your nickname.
claim-phone_number = Your phone number.
claim-phone_number_verified = Whether the identity provider has verified the phone number.
claim-picture = The URL of your picture.
claim-preferred_username = The name you sign in with. It can change: never a key.
claim-profile = The URL of your profile page.
claim-sub = You, at this issuer: with iss, the one stable key of a user.
claim-updated_at = When the identity provider last changed your data.
claim-upn = Your user principal name. It can change: never a key.
claim-website = Your website.
claim-zoneinfo = Your time zone.
claim-acr = How strongly you authenticated (authentication context class).
claim-amr = The methods you authenticated with.
claim-aud = Who the token was issued for: this application’s client ID.
claim-auth_time = When you last authenticated at the identity provider.
claim-azp = The application that the token was issued to.
claim-idp = The identity provider that authenticated you: your own organisation’s if you are a guest.
claim-iss = The issuer of the token: the identity provider.
claim-login_hint = Sent with a sign-out or the next sign-in, so that you needn’t choose an account.
claim-sid = Your session at the identity provider.
claim-exp = When the token expires.
claim-iat = When the token was issued.
claim-jti = The token’s own ID.
claim-nbf = When the token becomes valid.
claim-ver = The version of the token’s format.
claim-groups = The groups you are a member of, by object ID.
claim-hasgroups = True if your groups don’t fit in the token: Microsoft Graph has them.
claim-roles = The app roles assigned to you in this application.
claim-scp = What this application may do on your behalf.
claim-wids = Your roles in the organisation’s directory.
claim-_claim_names = Claims that aren’t in the token, each with its source. Groups: there are too many of them.
claim-_claim_sources = Where the claims of _claim_names are. This application asks Microsoft Graph instead.
claim-acct = Whether your account is a member (0) or a guest (1) of the organisation.
claim-email_domain = The domain of your e-mail address.
claim-ipaddr = The address that you signed in from.
claim-oid = You, in your organisation: the same in all its applications.
claim-onprem_sid = Your security identifier in the organisation’s own directory.
claim-pwd_exp = When your password expires.
claim-tenant_region_scope = The region of your organisation’s directory.
claim-tfp = The user flow (B2C policy) that you signed in with.
claim-tid = Your organisation: the ID of its tenant.
claim-unique_name = A name of yours, for display only. It can change: never a key.
claim-xms_cc = Which claims challenges this application can answer.
claim-xms_edov = Whether the owner of the e-mail address’s domain is verified.

## Errors: the page

# $status is the HTTP status: 403.
error-status = Error { $status }
# Before a list of permissions.
error-requires = This page requires
error-what-you-can-do = What you can do
error-provider-sign-out = Sign out at your identity provider
error-other-account = Use another account
error-details = Details for support
error-provider-code = Provider’s code
error-correlation-id = Correlation ID
error-time = Time
error-send-details = Send these details when you ask for support.
error-ask-for-support = Ask for support
error-copy-all = Copy all
# The script puts in a date and time.
error-session-was-valid = When you opened the last page here, it was valid until { $time }.
# The labels of values to copy.
error-for-microsoft = For Microsoft’s support
error-required = Required
error-redirect-uri = Redirect URI
error-client-id = Client ID
error-authority = Authority
error-permissions = Permissions
error-consent-page = Consent for all users

## Errors: what several of them advise

action-start-again = Start a fresh sign-in.
action-sign-in-again = Sign in again.
action-wait = Wait a moment, then try again.
action-wait-and-load = Wait a moment, then load this page again.
action-tell-administrator = Give the details below to this application’s administrator.
action-if-it-fails-again = If it fails again, give the correlation ID to your administrator.

## Errors: each with what happened, why, and what to do

error-not-signed-in = Please sign in
    .explanation = You need to be signed in to see this page.
error-session-over = Your session has ended
    .explanation = It expired, or was ended from another page or by your identity provider.
    .action-1 = Sign in again. You return to this page.
error-session-ended-meanwhile = Your session has ended
    .explanation = It was ended while this page was loading.
    .action-1 = { action-start-again }
error-session-unavailable = Your session isn’t available right now
    .explanation = You have not been signed out: the session store isn’t responding.
    .action-1 = { action-wait-and-load }
error-session-too-large = Your session is too large
    .explanation = It holds more data than this site allows.
    .action-1 = Give the correlation ID to your administrator.
error-session-not-renewed = Your session has ended
    .explanation = The identity provider didn’t renew it. It may have been ended there, or your account has changed.
    .action-1 = { action-start-again }
error-forbidden = You don’t have access
    .explanation = You’re signed in, but your account doesn’t have access to this page.
    .action-1 = Ask an administrator of this site for access.
    .action-2 = If you have another account, use that one.
error-cross-site = This request was blocked
    .explanation = It didn’t come from a page of this site.
    .action-1 = Go to the home page and use the button there.
error-bad-request = This request isn’t valid
error-too-large = This request is too large
    .explanation = It exceeds what this site accepts.
error-compressed = Compressed requests aren’t supported
    .explanation = This site accepts request bodies only without a Content-Encoding.
    .action-1 = Send the request uncompressed.
error-incomplete = This request is incomplete
    .explanation = The connection closed before all of it arrived.
    .action-1 = Try again.
error-too-slow = This request took too long
    .explanation = All of it must arrive within a few seconds.
    .action-1 = Check your connection, then try again.
error-too-many-requests = Too many requests
    .explanation = Too many sign-in requests came from your network address.
    .action-1 = Wait a minute, then try again.
error-not-found = Page not found
    .explanation = The address may be mistyped, or the page has moved.
error-method-not-allowed = Method not allowed
    .explanation = This page doesn’t support this kind of request.
error-request-failed = This request failed
    .explanation = This site can’t respond to this request as it was sent.
error-api-refused = This API refused the request
    .explanation = The response says which access token it needs.
error-internal = Something went wrong
    .explanation = We couldn’t show this page. The error was logged.
error-consent = Your consent is needed
    .explanation = This page needs a permission that you haven’t granted yet. The identity provider will ask for it.
error-verification = More verification is needed
    .explanation = Your organisation requires more verification for this page. The identity provider will ask for it.
error-confirm = Please confirm that it’s you
    .explanation = This page needs a more recent or a stronger sign-in than yours. The identity provider will ask for it.
    .action-1 = If you sent a form, fill it in again afterwards.
error-still-not-confirmed = More verification is needed
    .explanation = You have just signed in again, but this page still needs a more recent or a stronger sign-in.
    .action-1 = Wait a minute, then load this page again.
    .action-2 = If it fails again, ask an administrator of this site.
error-stale-sign-in = Your sign-in isn’t recent enough
    .explanation = This site asked the identity provider to have you sign in again, but you signed in there earlier. Nothing has changed on this site.
    .action-1 = Go back to the page that you wanted, and try again.
error-weak-sign-in = More verification is needed
    .explanation = This site asked for a stronger sign-in than the identity provider confirmed. Nothing has changed on this site.
    .action-1 = Go back to the page that you wanted, and complete the verification.
    .action-2 = If your account offers none, ask your administrator.
error-unknown-sign-in-time = The time of your sign-in is unknown
    .explanation = This site asked when you signed in at the identity provider, which didn’t say (auth_time). Nothing has changed on this site.
    .action-1 = Administrator: have the identity provider send auth_time; at Microsoft Entra it is an optional claim.
error-provider-unavailable = Signing in is not possible right now
    .explanation = The identity provider isn’t responding.
    .action-1 = { action-wait }
error-provider-failed = Signing in is not possible right now
    .explanation = The identity provider reported an error.
    .action-1 = { action-wait }
error-account-lookup = Signing in is not possible right now
    .explanation = This site couldn’t look up your account.
    .action-1 = { action-wait }
error-already-complete = This sign-in is already complete
    .explanation = Each sign-in can be completed only once.
    .action-1 = { action-start-again }
# Its explanation is mostly the application's own sentence.
error-not-admitted = You can’t sign in here
    .explanation = This site doesn’t admit your account.
error-other-user = A different account signed in
    .explanation = You asked for this as one user, and another user answered at the identity provider. Nothing has changed: you are still signed in as before.
    .action-1 = Try again, and choose the account you are signed in with.
    .action-2 = To switch accounts, sign out first.
error-foreign-response = The sign-in’s response was rejected
    .explanation = The identity provider’s response doesn’t belong to this sign-in.
    .action-1 = { action-start-again }
error-no-tokens = The identity provider refused the sign-in
    .explanation = It didn’t issue tokens to this application.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-tenant-not-allowed = Your organisation may not sign in here
    .explanation = Your account belongs to an organisation that this application doesn’t allow.
    .action-1 = Use another account.
    .action-2 = Ask the application’s administrator to allow your organisation.
error-clocks-differ = The sign-in’s response is out of time
    .explanation = The clocks of the identity provider and this application differ too much.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-not-verified = The sign-in could not be verified
    .explanation = The identity provider’s response failed verification, so you weren’t signed in.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-logout-token = This sign-out is not valid
    .explanation = The identity provider’s request to sign a user out failed verification.
error-foreign-issuer = This sign-in can’t start here
    .explanation = It names an identity provider that this application doesn’t use.
error-provider-removed = Please sign in again
    .explanation = This site no longer uses the identity provider that you signed in with.
error-replaced = Newer sign-ins replaced this one
    .explanation = You began several sign-ins in this browser, perhaps in several tabs. Only the latest ones can be completed.
    .action-1 = Close this tab and continue in another one, or start a fresh sign-in.
error-sign-in-expired = This sign-in took too long
    .explanation = A sign-in must be completed within ten minutes.
    .action-1 = { action-start-again }
error-sign-in-unknown = This sign-in cannot be continued
    .explanation = It was started in another browser or at another address of this site, or it is already complete.
    .action-1 = { action-start-again }
error-declined = The sign-in was declined
    .explanation = It was declined at the identity provider, by you or by your organisation’s policy.
    .action-1 = Start again and accept.
    .action-2 = If you didn’t decline, ask your administrator.
error-input-needed = The identity provider needs your input
    .explanation = It can’t sign you in without asking you.
    .action-1 = Start a fresh sign-in and follow its instructions.
error-refused = The identity provider refused the sign-in
    .explanation = It didn’t accept this application’s request.
    .action-1 = { action-if-it-fails-again }
error-graph-denied = Microsoft Graph denied access
    .explanation = This application or your account lacks a permission that this page needs.
    .action-1 = Administrator: add the permission under API permissions (User.Read for profiles and groups), and grant consent.
error-groups-unknown = Your groups can’t be checked
    .explanation = This page is for members of certain groups. The identity provider left your groups out because there are too many (group overage), and offers no way to look them up.
    .action-1 = Administrator: use a role or another claim for this page, or have the identity provider send fewer groups.
error-graph-unauthorized = Microsoft Graph rejected your access token
    .explanation = The access that you granted to this application is no longer valid.
    .action-1 = { action-start-again }
error-graph-unavailable = Microsoft Graph does not answer
    .explanation = This page needs your organisation’s directory, which is unavailable right now.
    .action-1 = { action-wait-and-load }

## Errors: why a request isn't valid, the explanation of error-bad-request

request-malformed = It is malformed.
request-no-form = The request’s body must be a form.
request-form-not-utf-8 = The form isn’t UTF-8.
request-not-utf-8 = A parameter isn’t UTF-8.
request-parameter-twice = A parameter occurs twice.
request-unknown-prompt = The parameter prompt has an unknown value.
request-max-age = The parameter max_age must be a number of seconds.
request-parameter-too-long = A parameter of the sign-in is too long, or contains control characters.
request-link-expired = This link is more than ten minutes old. Go back to the page that needs it, and load it again.
request-unknown-provider = The parameter provider names no identity provider of this site.
request-logout-token = The form must have one logout_token.
request-logout-session = The request must name one issuer and one session.
request-unauthenticated = The parameter unauthenticated must be 401 or redirect, and may be set only once.
request-rule-claim = A rule can’t use a claim that users can change, such as an e-mail address.
request-rule = A rule needs a claim and a value.
request-language = The parameter language names no language of this site.

## Errors: Microsoft Entra's, by its codes (AADSTS)

entra-redirect-uri = This application’s address is not registered
    .explanation = Microsoft Entra does not know the redirect URI that this application sent.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: under Authentication, Web, add the redirect URI exactly as shown on the home page.
entra-client = This application is not registered here
    .explanation = There is no application with this client id in the organisation’s directory.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: compare client.client_id and client.authority with the registration’s overview.
entra-tenant = This organisation was not found
    .explanation = There is no tenant with the name or id in this application’s settings.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: compare client.authority with the directory (tenant) id of the registration.
entra-secret = This application’s secret is wrong or has expired
    .explanation = Microsoft Entra did not accept the client secret.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: create a new client secret, and set client.client_credential to its value (not its id).
entra-certificate = This application’s certificate is not registered
    .explanation = Microsoft Entra could not verify this application’s signature.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: under Certificates & secrets, upload the certificate if it is missing or has expired. `identity-web check` shows its thumbprint.
entra-assertion = This application’s credential is not valid now
    .explanation = The assertion or token that authenticates this application has expired or is not valid yet.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: compare the clocks. If the credential is a federated token, find out why its file is not renewed: run `identity-web check`.
entra-federation = This application’s token is not trusted
    .explanation = The token that authenticates this application does not match any of its federated credentials.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: under Certificates & secrets, Federated credentials, add one with exactly the issuer, subject and audience that `identity-web check` shows.
entra-consent = Consent is missing
    .explanation = This application needs your consent, or an administrator’s, to read your profile.
    .action-1 = Sign in again, and accept the request for consent.
    .action-2 = If you are not asked, an administrator must grant consent under API permissions.
entra-declined = You declined
    .explanation = You declined the request for consent, so you were not signed in.
    .action-1 = To sign in, start again and accept.
entra-not-assigned = You have not been given access
    .explanation = Only users who are assigned to this application can sign in. You are not assigned.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: under Enterprise applications, Users and groups, assign the user or one of their groups.
entra-other-organisation = This account belongs to another organisation
    .explanation = The account you chose is not a member of this application’s organisation.
    .action-1 = Sign in with another account.
    .action-2 = Administrator: invite the user as a guest.
entra-password = Wrong account or password
    .explanation = Microsoft Entra did not accept the account name and password.
    .action-1 = Start again, and check the spelling of the account name.
entra-locked = This account is locked or disabled
    .explanation = It can’t be used to sign in at the moment.
    .action-1 = Ask your organisation’s administrator.
entra-verification = More verification is needed
    .explanation = Microsoft Entra asks for a new password, or for another proof of identity.
    .action-1 = Sign in again, and follow the instructions.
entra-conditional-access = Your organisation’s rules do not allow this
    .explanation = Conditional access blocks this sign-in, perhaps because of this device or network.
    .action-1 = Try from a device that your organisation manages.
    .action-2 = Ask your organisation’s administrator.
entra-expired = This sign-in is no longer valid
    .explanation = Its code was already used or has expired, or your access was revoked.
    .action-1 = { action-sign-in-again }
entra-not-signed-in = You are not signed in at Microsoft
    .explanation = A silent sign-in was tried, but no account was signed in.
    .action-1 = { action-sign-in-again }
entra-addresses-differ = This application’s addresses do not match
    .explanation = The redirect URI of the sign-in differs from that of the token request.
    .action-1 = { action-tell-administrator }
    .action-2 = Developer: server.public_url and the address that a proxy serves must be the same.
entra-code-verifier = The sign-in could not be verified
    .explanation = The code verifier does not match the sign-in (PKCE).
    .action-1 = { action-sign-in-again }
entra-incomplete = The request is incomplete
    .explanation = A parameter that Microsoft Entra requires is missing.
    .action-1 = { action-tell-administrator }
    .action-2 = Developer: look up the correlation ID in the log to see which one.

## Errors: Azure AD B2C's, by its codes (AADB2C)

b2c-no-password-reset = Your password cannot be reset from here
    .explanation = You asked to reset your password, but this application has no page for it.
    .action-1 = Sign in, if you remember it.
    .action-2 = Administrator: set b2c.password to the user flow that resets passwords, or turn on self-service password reset in the sign-in user flow.
b2c-cancelled = You cancelled
    .explanation = You left the identity provider’s page, so you were not signed in.
    .action-1 = To sign in, start again.
b2c-not-signed-in = You are not signed in at the identity provider
    .explanation = A silent sign-in was tried, but no account was signed in.
    .action-1 = { action-sign-in-again }
b2c-expired = This sign-in is no longer valid
    .explanation = Its code has expired, was already used, or belongs to another sign-in.
    .action-1 = { action-sign-in-again }
b2c-secret = This application’s secret is wrong or has expired
    .explanation = Azure AD B2C did not accept the client secret.
    .action-1 = Administrator: create a new client secret in the B2C tenant, and set client.client_credential to its value (not its id).
b2c-redirect-uri = This application’s address is not registered
    .explanation = Azure AD B2C does not know the redirect URI that this application sent.
    .action-1 = Administrator: in the B2C tenant’s registration, add the redirect URI exactly as shown on the home page.
b2c-client = This application is not registered here
    .explanation = There is no application with this client id in the B2C tenant.
    .action-1 = Administrator: compare client.client_id and client.authority with the registration in the B2C tenant.
b2c-scope = This application requests an unknown permission
    .explanation = Azure AD B2C does not know one of the requested scopes, or not together with the others.
    .action-1 = Administrator: compare auth_request.scopes with the API permissions of the registration.
b2c-other-provider = The other identity provider did not sign you in
    .explanation = You chose to sign in with another account, but its provider returned no valid response. Perhaps you cancelled there.
    .action-1 = Start again, and choose how to sign in.

## The last sign-in, for developers

trace-title = Your last sign-in
trace-about = What was sent, received and checked when this session began, step by step. Secrets, such as codes and tokens, are never stored here.
trace-summary = Summary
trace-began = Began
trace-took = Took
trace-passed = Checks passed
trace-milliseconds = { $count } ms
# $claims is a link to the page your-claims.
trace-note = What the ID token says about you is on the page { $claims }. A sign-in that failed isn’t shown here: its error page explains it.
trace-times = After { $after } ms, took { $took } ms
# The steps: their names, then what happens in them.
trace-step-authorization_request = Authorization request
trace-step-callback = Callback
trace-step-token_request = Token request
trace-step-keys = Keys
trace-step-newer_keys = Newer keys
trace-step-id_token = ID token
trace-step-userinfo = Userinfo
trace-about-authorization_request = This application sent the browser to the provider with these parameters.
trace-about-callback = The provider returned the browser. The time before this step was spent at the provider.
trace-about-token_request = This application exchanged the code for tokens, without the browser.
trace-about-keys = The keys that verify the provider’s signatures.
trace-about-newer_keys = The provider may have changed its keys, so they were fetched again.
trace-about-id_token = What was received is the token’s header. Its claims count only after these checks.
trace-about-userinfo = This application fetched more claims with the access token.
# What each check requires.
trace-check-state = The browser must have the sealed cookie of this state, which shows that it began the sign-in.
trace-check-redirect_uri = The response must come to the redirect URI of the request.
trace-check-iss = The issuer must be the configured provider.
trace-check-code = The code must never have been used before, on any replica.
trace-check-code_verifier = The provider must accept it (PKCE), and issue tokens.
trace-check-alg = The signature must use the only algorithm that is accepted.
trace-check-typ = The token must be an ID token. An access token isn’t accepted.
trace-check-signature = One of the provider’s keys must verify the signature: this one did.
trace-check-key_issuer = The key must be published for this issuer.
trace-check-tid = The tenant must be allowed. Without a list, every tenant is.
trace-check-policy = The token must be issued by the policy of the request.
trace-check-aud = The token must be for this application, and for no other.
trace-check-azp = The token must be issued to this application.
trace-check-exp = The token must not have expired. Clocks may differ by a minute.
trace-check-iat = The token must not be issued in the future.
trace-check-nbf = The token must be valid already.
trace-check-nonce = The nonce must be the one of the request, so that no token can be replayed.
trace-check-sub-userinfo = The claims must be about the user of the ID token.
trace-check-sub = The token must name the user.
trace-check-at_hash = The access token must belong to this ID token.
trace-check-auth_time = The user must have authenticated recently enough: at most this many seconds before the request.
trace-check-acr = The user must have authenticated in one of the requested ways.
# What each parameter is for.
trace-parameter-endpoint = Where the message was sent.
trace-parameter-client_id = The ID of this application at the provider.
trace-parameter-response_type = What the provider returns to the browser: code means an authorization code, and no token.
trace-parameter-response_mode = How the response travels: query in the URL, form_post in a form.
trace-parameter-redirect_uri = Where the provider returns the browser. It must be registered there.
trace-parameter-scope = What the application asks for, or what it was granted. The scope openid makes it a sign-in.
trace-parameter-state = Ties the response to this browser. Shortened here.
trace-parameter-nonce = Ties the ID token to this sign-in. Shortened here.
trace-parameter-code_challenge = The hash of a secret that only this application knows (PKCE).
trace-parameter-code_challenge_method = How the hash was made.
trace-parameter-code_verifier = The secret behind code_challenge. The provider compares its hash, so a stolen code is useless.
trace-parameter-prompt = Whether the provider must ask the user, or must not.
trace-parameter-login_hint = The user name to suggest.
trace-parameter-domain_hint = The organisation whose sign-in page to show.
trace-parameter-ui_locales = The languages of the user, the preferred one first.
trace-parameter-max_age = How many seconds ago the user may have authenticated.
trace-parameter-acr_values = How strongly the user must authenticate.
trace-parameter-claims = The claims that are asked for, or were received.
trace-parameter-code = The authorization code. It is exchanged for tokens, once.
trace-parameter-iss = Who sent the response. It protects against mixing up providers (RFC 9207).
trace-parameter-session_state = Identifies the session at the provider. This application doesn’t use it.
trace-parameter-grant_type = What is exchanged for tokens: here the authorization code.
trace-parameter-authorization = The header that carries the credential: the client secret, or at userinfo the access token.
trace-parameter-client_secret = The credential of this application.
trace-parameter-client_assertion = A signed token in place of a client secret.
trace-parameter-client_assertion_type = The type of that token.
trace-parameter-token_type = How the access token is used: Bearer means that whoever has it may use it.
trace-parameter-expires_in = How many seconds the access token is valid.
trace-parameter-access_token = Gives access to APIs.
trace-parameter-id_token = Says who signed in. The next steps verify it.
trace-parameter-refresh_token = Gets new tokens without the user.
trace-parameter-source = Where the keys came from: cache means that they were fetched earlier.
trace-parameter-jwks_uri = Where the provider publishes its keys.
trace-parameter-keys = How many usable keys the provider publishes.
trace-parameter-alg = The algorithm of the signature. Only the configured one is accepted.
trace-parameter-kid = Which of the provider’s keys signed the token.
trace-parameter-typ = What kind of token it is.
trace-parameter-x5t = The thumbprint of the key’s certificate. It isn’t used.
trace-parameter-content_type = Whether the claims came as plain JSON or as a signed token.
trace-checks = Checks
trace-passed-one = Passed
trace-failed = Failed, and repeated with newer keys
trace-absent = Not sent, and not required
trace-compared = Compared with { $value }
trace-sent = Sent ({ $count })
trace-received = Received ({ $count })
trace-hidden = Hidden: a secret
trace-none = This sign-in wasn’t recorded. Sign in again to see how it goes.
