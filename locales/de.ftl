# Die Texte der Seiten auf Deutsch: https://projectfluent.org/fluent/guide/
# Anrede: Sie. Begriffe wie in den deutschen Oberflächen von Microsoft: anmelden, abmelden, Mandant, Berechtigung.

language-name = Deutsch

page-description = Melden Sie sich bei { $site } an, und sehen Sie Ihr Konto, Ihre Claims und Ihre Sitzungen.
skip-to-content = Zum Inhalt springen
demo-label = Demo.
demo-notice = Sie melden sich beim eingebauten Demo-Identitätsanbieter an. Nichts hier ist echt.
navigation-main = Hauptnavigation
navigation-legal = Rechtliches und Support
home = Startseite
claims = Claims
sessions = Sitzungen
your-claims = Ihre Claims
your-sessions = Ihre Sitzungen
account-of = Konto von
sign-in = Anmelden
sign-in-again = Erneut anmelden
sign-out = Abmelden
terms = Nutzungsbedingungen
privacy = Datenschutz
support = Support
theme = Farbschema
theme-system = System
theme-light = Hell
theme-dark = Dunkel
language = Sprache

copy = Kopieren
copy-named = { $name } kopieren
copied = Kopiert
copy-failed = Kopieren nicht möglich

time-just-now = gerade eben
time-minutes-ago =
    { $count ->
        [one] vor { $count } Minute
       *[other] vor { $count } Minuten
    }
time-hours-ago =
    { $count ->
        [one] vor { $count } Stunde
       *[other] vor { $count } Stunden
    }
time-days-ago =
    { $count ->
        [one] vor { $count } Tag
       *[other] vor { $count } Tagen
    }
time-in-under-a-minute = in weniger als einer Minute
time-in-minutes =
    { $count ->
        [one] in { $count } Minute
       *[other] in { $count } Minuten
    }
time-in-hours =
    { $count ->
        [one] in { $count } Stunde
       *[other] in { $count } Stunden
    }
time-in-days =
    { $count ->
        [one] in { $count } Tag
       *[other] in { $count } Tagen
    }
duration-seconds =
    { $count ->
        [one] { $count } Sekunde
       *[other] { $count } Sekunden
    }
duration-minutes =
    { $count ->
        [one] { $count } Minute
       *[other] { $count } Minuten
    }
duration-hours =
    { $count ->
        [one] { $count } Stunde
       *[other] { $count } Stunden
    }
countdown-hours = in { $hours } Std. { $minutes } Min.
countdown-minutes = in { $minutes } Min. { $seconds } Sek.
countdown-seconds = in { $seconds } Sek.
countdown-over = Sie ist beendet, sofern sie nicht in einem anderen Tab benutzt wurde

home-signed-in = Sie sind als { $name } angemeldet
home-see-claims = Claims anzeigen
home-account = Konto
home-user-name = Benutzername
home-tenant = Mandant
home-issuer = Aussteller
home-session = Sitzung
home-signed-in-at = Angemeldet
home-ends = Endet
home-session-hint = Sie endet nach { $idle } ohne Aktivität, spätestens { $absolute } nach der Anmeldung.
home-access = Zugriff
home-roles = App-Rollen
home-groups = Gruppen
home-scopes = Bereiche (Scopes)
home-none = Keine
home-groups-overage = Zu viele für das ID-Token
home-groups-none = Keine im ID-Token
home-scopes-unknown = Vom Anbieter nicht angegeben
home-look-around = Mehr entdecken
home-claims-about = Was Ihr Identitätsanbieter über Sie mitteilt und was jeder Claim bedeutet.
home-sessions-about = Wo Sie angemeldet sind. Beenden Sie einzelne Sitzungen oder alle.
home-graph = Ihr Profil in Microsoft Graph
home-graph-about = Ruft mit Ihrem Zugriffstoken eine API auf.
home-edit-profile = Profil bearbeiten
home-edit-profile-about = Öffnet die Profilseite Ihres Identitätsanbieters.
home-trace-about = Was gesendet, empfangen und geprüft wurde, Schritt für Schritt. Für Entwickler.
admin-title = Für Administratoren
home-admin-about = Eine Seite, die die App-Rolle Admin erfordert.
home-admin-granted = Sie haben diese Rolle.
home-admin-denied = Sie haben diese Rolle nicht, daher wird der Zugriff verweigert.
home-session-over = Ihre Sitzung ist beendet. Melden Sie sich erneut an, um fortzufahren.
home-signed-out = Sie sind abgemeldet
home-signed-out-about = Melden Sie sich an, und sehen Sie, was Ihr Identitätsanbieter dieser Anwendung über Sie mitteilt.
home-setup = Richten Sie diese Anwendung ein?
home-register-many = Damit die Anmeldung funktioniert, registrieren Sie diese Umleitungs-URIs, jede bei ihrem Identitätsanbieter:
home-register-one = Damit die Anmeldung funktioniert, registrieren Sie diese Umleitungs-URI bei Ihrem Identitätsanbieter:
home-redirect-uri-of = Umleitungs-URI von { $provider }
home-registered = Beim Demo-Identitätsanbieter ist sie bereits registriert.
home-portal = App-Registrierung im Microsoft Entra Admin Center öffnen
home-tile-claims = Was Ihr Identitätsanbieter über Sie mitteilt: in Gruppen und mit der Bedeutung jedes Claims.
home-tile-sessions = Wo Sie angemeldet sind, mit einer Schaltfläche zum Beenden jeder Sitzung.
home-tile-access = Ihre App-Rollen und Gruppen und die Seiten, die sie erfordern.
home-tile-apis = APIs
home-tile-apis-about = Ihr Profil aus Microsoft Graph, abgerufen mit Ihrem Zugriffstoken.

admin-about = Sie sehen diese Seite, weil Ihr ID-Token die App-Rolle { $role } enthält. Benutzer ohne diese Rolle erfahren, dass sie keinen Zugriff haben.

graph-title = Ihr Profil
graph-about = Was Microsoft Graph dieser Anwendung über Sie mitteilt.
graph-photo = Ihr Foto
graph-empty = Ihr Profil ist leer.
graph-display-name = Name
graph-job-title = Position
graph-mail = E-Mail
graph-user-principal-name = Benutzername
graph-mobile-phone = Mobiltelefon
graph-business-phones = Geschäftliche Telefonnummern
graph-office-location = Büro
graph-preferred-language = Sprache

choose-title = Wie möchten Sie sich anmelden?
choose-address = Ihre E-Mail-Adresse
choose-address-unknown = Diese Adresse gehört zu keiner Organisation, die wir kennen. Wählen Sie unten, wie Sie sich anmelden.
continue = Weiter
choose-or = oder
choose-continue-with = Weiter mit { $provider }

sign-out-title = Abmelden?
sign-out-about = Sie sind als { $name } angemeldet. Beim Abmelden endet Ihre Sitzung hier und, sofern er es zulässt, auch bei Ihrem Identitätsanbieter.
sign-out-stay = Angemeldet bleiben
sign-out-nobody = Sie sind nicht angemeldet
sign-out-nobody-about = Hier gibt es keine Sitzung, von der Sie sich abmelden könnten.
signed-out = Abgemeldet
signed-out-still = Sie sind hier noch angemeldet oder haben sich wieder angemeldet.
signed-out-both = Ihre Sitzung hier ist beendet, und Ihr Identitätsanbieter wurde gebeten, seine zu beenden.
signed-out-here = Ihre Sitzung hier ist beendet.
signed-out-here-hint = Ihr Identitätsanbieter wurde nicht gebeten, Sie abzumelden, und erkennt Sie daher möglicherweise noch. Melden Sie sich an einem gemeinsam genutzten Computer auch dort ab, und schließen Sie dann den Browser.
signed-out-unknown = In diesem Browser gibt es keine Sitzung.
signed-out-unknown-hint = Ihr Identitätsanbieter erkennt Sie möglicherweise noch. Melden Sie sich an einem gemeinsam genutzten Computer auch dort ab, und schließen Sie dann den Browser.

sessions-about = Wo Sie bei { $site } angemeldet sind. Wenn Sie eine Sitzung nicht erkennen, melden Sie sie ab, und ändern Sie dann Ihr Kennwort bei Ihrem Identitätsanbieter.
sessions-this = Diese Sitzung
sessions-signed-in = Angemeldet
sessions-used = Zuletzt benutzt
sessions-ends = Endet
sessions-ends-at-the-latest = spätestens { $time }
sessions-ends-unless-used = { $time }, sofern sie nicht benutzt wird
sessions-sign-out-this = Abmelden: diese Sitzung
sessions-sign-out-other = Abmelden: { $device }, angemeldet { $time }
sessions-hidden =
    { $count ->
        [one] Sie haben { $count } weitere Sitzung, deren letzte Benutzung länger zurückliegt.
       *[other] Sie haben { $count } weitere Sitzungen, deren letzte Benutzung länger zurückliegt.
    }
sessions-sign-out-others = Alle anderen Sitzungen abmelden
sessions-sign-out-all = Überall abmelden
sessions-hint = Wenn Sie diese Sitzungen hier abmelden, enden sie sofort. In einem anderen Browser sind Sie bei Ihrem Identitätsanbieter möglicherweise noch angemeldet und können sich dort ohne Kennwort wieder anmelden.
sessions-only-one = Sie sind nirgendwo sonst angemeldet.
sessions-outcome-ended = Die Sitzung ist beendet
sessions-outcome-gone = Diese Sitzung war bereits beendet
sessions-outcome-others-ended = Alle anderen Sitzungen sind beendet
sessions-device = { $browser } unter { $system }
sessions-unknown-browser = Unbekannter Browser

claims-about = Was Ihr Identitätsanbieter über Sie mitteilt: die Claims Ihres geprüften ID-Tokens und, wo diese Anwendung ihn nutzt, des userinfo-Endpunkts des Anbieters. Das Token selbst wird nie angezeigt.
claims-search = Claims durchsuchen
claims-found = Gefunden: { $count }
claims-claim = Claim
claims-value = Wert
claims-meaning = Bedeutung
claims-empty-value = (leer)
claims-not-standard = Kein Standard-Claim: angezeigt, wie er gesendet wurde.
claims-none = Es gibt keine Claims: Ihr Identitätsanbieter hat nur mitgeteilt, dass Sie sich angemeldet haben.
claims-group-you = Wer Sie sind
claims-group-sign-in = Diese Anmeldung
claims-group-life = Gültigkeit des Tokens
claims-group-permissions = Berechtigungen
claims-group-microsoft = Von Microsoft
claims-group-other = Andere Claims
claim-address = Ihre Postanschrift.
claim-birthdate = Ihr Geburtsdatum.
claim-email = Ihre E-Mail-Adresse. Sie kann sich ändern und ungeprüft sein: nie ein Schlüssel.
claim-email_verified = Ob der Identitätsanbieter die E-Mail-Adresse geprüft hat.
claim-emails = Ihre E-Mail-Adressen. Sie können sich ändern: nie ein Schlüssel.
claim-family_name = Ihr Nachname.
claim-gender = Ihr Geschlecht.
claim-given_name = Ihr Vorname.
claim-locale = Ihre Sprache und Region.
claim-middle_name = Ihr zweiter Vorname.
claim-name = Ihr Name, für die Anrede. Er kann sich ändern: nie ein Schlüssel.
claim-nickname = Ihr Spitzname.
claim-phone_number = Ihre Telefonnummer.
claim-phone_number_verified = Ob der Identitätsanbieter die Telefonnummer geprüft hat.
claim-picture = Die URL Ihres Bildes.
claim-preferred_username = Der Name, mit dem Sie sich anmelden. Er kann sich ändern: nie ein Schlüssel.
claim-profile = Die URL Ihrer Profilseite.
claim-sub = Sie, bei diesem Aussteller: zusammen mit iss der einzige beständige Schlüssel eines Benutzers.
claim-updated_at = Wann der Identitätsanbieter Ihre Daten zuletzt geändert hat.
claim-upn = Ihr Benutzerprinzipalname. Er kann sich ändern: nie ein Schlüssel.
claim-website = Ihre Website.
claim-zoneinfo = Ihre Zeitzone.
claim-acr = Wie stark Sie sich authentifiziert haben (Authentication Context Class).
claim-amr = Die Methoden, mit denen Sie sich authentifiziert haben.
claim-aud = Für wen das Token ausgestellt wurde: die Client-ID dieser Anwendung.
claim-auth_time = Wann Sie sich zuletzt beim Identitätsanbieter authentifiziert haben.
claim-azp = Die Anwendung, für die das Token ausgestellt wurde.
claim-idp = Der Identitätsanbieter, der Sie authentifiziert hat: bei Gästen der ihrer eigenen Organisation.
claim-iss = Der Aussteller des Tokens: der Identitätsanbieter.
claim-login_hint = Wird beim Abmelden oder bei der nächsten Anmeldung mitgesendet, damit Sie kein Konto auswählen müssen.
claim-sid = Ihre Sitzung beim Identitätsanbieter.
claim-exp = Wann das Token abläuft.
claim-iat = Wann das Token ausgestellt wurde.
claim-jti = Die ID des Tokens selbst.
claim-nbf = Ab wann das Token gültig ist.
claim-ver = Die Version des Tokenformats.
claim-groups = Die Gruppen, in denen Sie Mitglied sind, als Objekt-IDs.
claim-hasgroups = Wahr, wenn Ihre Gruppen nicht in das Token passen: Microsoft Graph hat sie.
claim-roles = Die App-Rollen, die Ihnen in dieser Anwendung zugewiesen sind.
claim-scp = Was diese Anwendung in Ihrem Namen tun darf.
claim-wids = Ihre Rollen im Verzeichnis der Organisation.
claim-_claim_names = Claims, die nicht im Token stehen, jeweils mit ihrer Quelle. Bei Gruppen: Es sind zu viele.
claim-_claim_sources = Wo die Claims aus _claim_names zu finden sind. Diese Anwendung fragt stattdessen Microsoft Graph.
claim-acct = Ob Ihr Konto Mitglied (0) oder Gast (1) der Organisation ist.
claim-email_domain = Die Domäne Ihrer E-Mail-Adresse.
claim-ipaddr = Die Adresse, von der aus Sie sich angemeldet haben.
claim-oid = Sie, in Ihrer Organisation: in allen ihren Anwendungen derselbe Wert.
claim-onprem_sid = Ihre Sicherheits-ID im lokalen Verzeichnis der Organisation.
claim-pwd_exp = Wann Ihr Kennwort abläuft.
claim-tenant_region_scope = Die Region des Verzeichnisses Ihrer Organisation.
claim-tfp = Der Benutzerflow (B2C-Richtlinie), mit dem Sie sich angemeldet haben.
claim-tid = Ihre Organisation: die ID ihres Mandanten.
claim-unique_name = Ein Name von Ihnen, nur zur Anzeige. Er kann sich ändern: nie ein Schlüssel.
claim-xms_cc = Welche Claims-Anforderungen (Claims Challenges) diese Anwendung beantworten kann.
claim-xms_edov = Ob der Besitz der Domäne der E-Mail-Adresse geprüft ist.

error-status = Fehler { $status }
error-requires = Diese Seite erfordert
error-what-you-can-do = Was Sie tun können
error-provider-sign-out = Bei Ihrem Identitätsanbieter abmelden
error-other-account = Anderes Konto verwenden
error-details = Angaben für den Support
error-provider-code = Code des Anbieters
error-correlation-id = Korrelations-ID
error-time = Zeitpunkt
error-send-details = Senden Sie diese Angaben mit, wenn Sie den Support um Hilfe bitten.
error-ask-for-support = Support kontaktieren
error-copy-all = Alles kopieren
error-session-was-valid = Als Sie hier die letzte Seite geöffnet haben, war sie bis { $time } gültig.
error-for-microsoft = Für den Microsoft-Support
error-required = Erforderlich
error-redirect-uri = Umleitungs-URI
error-client-id = Client-ID
error-authority = Autorität
error-permissions = Berechtigungen
error-consent-page = Zustimmung für alle Benutzer

action-start-again = Beginnen Sie eine neue Anmeldung.
action-sign-in-again = Melden Sie sich erneut an.
action-wait = Warten Sie einen Moment, und versuchen Sie es dann erneut.
action-wait-and-load = Warten Sie einen Moment, und laden Sie diese Seite dann erneut.
action-tell-administrator = Geben Sie die Angaben unten an den Administrator dieser Anwendung weiter.
action-if-it-fails-again = Wenn es erneut fehlschlägt, geben Sie die Korrelations-ID an Ihren Administrator weiter.

error-not-signed-in = Bitte melden Sie sich an
    .explanation = Um diese Seite zu sehen, müssen Sie angemeldet sein.
error-session-over = Ihre Sitzung ist beendet
    .explanation = Sie ist abgelaufen oder wurde von einer anderen Seite aus oder von Ihrem Identitätsanbieter beendet.
    .action-1 = Melden Sie sich erneut an. Sie kehren dann zu dieser Seite zurück.
error-session-ended-meanwhile = Ihre Sitzung ist beendet
    .explanation = Sie wurde beendet, während diese Seite geladen wurde.
    .action-1 = { action-start-again }
error-session-unavailable = Ihre Sitzung ist gerade nicht verfügbar
    .explanation = Sie wurden nicht abgemeldet: Der Sitzungsspeicher antwortet nicht.
    .action-1 = { action-wait-and-load }
error-session-too-large = Ihre Sitzung ist zu groß
    .explanation = Sie enthält mehr Daten, als diese Website zulässt.
    .action-1 = Geben Sie die Korrelations-ID an Ihren Administrator weiter.
error-session-not-renewed = Ihre Sitzung ist beendet
    .explanation = Der Identitätsanbieter hat sie nicht verlängert. Möglicherweise wurde sie dort beendet, oder Ihr Konto hat sich geändert.
    .action-1 = { action-start-again }
error-forbidden = Sie haben keinen Zugriff
    .explanation = Sie sind angemeldet, aber Ihr Konto hat keinen Zugriff auf diese Seite.
    .action-1 = Bitten Sie einen Administrator dieser Website um Zugriff.
    .action-2 = Wenn Sie ein anderes Konto haben, verwenden Sie dieses.
error-cross-site = Diese Anforderung wurde blockiert
    .explanation = Sie kam nicht von einer Seite dieser Website.
    .action-1 = Gehen Sie zur Startseite, und verwenden Sie die Schaltfläche dort.
error-bad-request = Diese Anforderung ist ungültig
error-too-large = Diese Anforderung ist zu groß
    .explanation = Sie überschreitet, was diese Website annimmt.
error-compressed = Komprimierte Anforderungen werden nicht unterstützt
    .explanation = Diese Website nimmt Anforderungstexte nur ohne Content-Encoding an.
    .action-1 = Senden Sie die Anforderung unkomprimiert.
error-incomplete = Diese Anforderung ist unvollständig
    .explanation = Die Verbindung wurde getrennt, bevor sie ganz angekommen war.
    .action-1 = Versuchen Sie es erneut.
error-too-slow = Diese Anforderung hat zu lange gedauert
    .explanation = Sie muss innerhalb weniger Sekunden ganz ankommen.
    .action-1 = Prüfen Sie Ihre Verbindung, und versuchen Sie es dann erneut.
error-too-many-requests = Zu viele Anforderungen
    .explanation = Von Ihrer Netzwerkadresse kamen zu viele Anmeldeanforderungen.
    .action-1 = Warten Sie eine Minute, und versuchen Sie es dann erneut.
error-not-found = Seite nicht gefunden
    .explanation = Die Adresse ist vielleicht falsch geschrieben, oder die Seite wurde verschoben.
error-method-not-allowed = Methode nicht zulässig
    .explanation = Diese Seite unterstützt diese Art von Anforderung nicht.
error-request-failed = Diese Anforderung ist fehlgeschlagen
    .explanation = Diese Website kann die Anforderung so, wie sie gesendet wurde, nicht beantworten.
error-api-refused = Diese API hat die Anforderung abgelehnt
    .explanation = Die Antwort gibt an, welches Zugriffstoken sie benötigt.
error-internal = Es ist ein Fehler aufgetreten
    .explanation = Wir konnten diese Seite nicht anzeigen. Der Fehler wurde protokolliert.
error-consent = Ihre Zustimmung ist erforderlich
    .explanation = Diese Seite benötigt eine Berechtigung, die Sie noch nicht erteilt haben. Der Identitätsanbieter wird Sie danach fragen.
error-verification = Eine weitere Überprüfung ist erforderlich
    .explanation = Ihre Organisation verlangt für diese Seite eine weitere Überprüfung. Der Identitätsanbieter wird Sie dazu auffordern.
error-confirm = Bitte bestätigen Sie, dass Sie es sind
    .explanation = Diese Seite benötigt eine neuere oder stärkere Anmeldung als Ihre. Der Identitätsanbieter wird Sie dazu auffordern.
    .action-1 = Wenn Sie ein Formular gesendet haben, füllen Sie es danach erneut aus.
error-still-not-confirmed = Eine weitere Überprüfung ist erforderlich
    .explanation = Sie haben sich gerade erneut angemeldet, aber diese Seite benötigt weiterhin eine neuere oder stärkere Anmeldung.
    .action-1 = Warten Sie eine Minute, und laden Sie diese Seite dann erneut.
    .action-2 = Wenn es erneut fehlschlägt, wenden Sie sich an einen Administrator dieser Website.
error-stale-sign-in = Ihre Anmeldung ist nicht aktuell genug
    .explanation = Diese Website hat den Identitätsanbieter gebeten, Sie erneut anzumelden, aber Sie haben sich dort schon früher angemeldet. Auf dieser Website hat sich nichts geändert.
    .action-1 = Gehen Sie zurück zu der gewünschten Seite, und versuchen Sie es erneut.
error-weak-sign-in = Eine weitere Überprüfung ist erforderlich
    .explanation = Diese Website hat eine stärkere Anmeldung verlangt, als der Identitätsanbieter bestätigt hat. Auf dieser Website hat sich nichts geändert.
    .action-1 = Gehen Sie zurück zu der gewünschten Seite, und schließen Sie die Überprüfung ab.
    .action-2 = Wenn Ihr Konto keine anbietet, wenden Sie sich an Ihren Administrator.
error-unknown-sign-in-time = Der Zeitpunkt Ihrer Anmeldung ist unbekannt
    .explanation = Diese Website hat gefragt, wann Sie sich beim Identitätsanbieter angemeldet haben; er hat es nicht angegeben (auth_time). Auf dieser Website hat sich nichts geändert.
    .action-1 = Administrator: Lassen Sie den Identitätsanbieter auth_time senden; bei Microsoft Entra ist das ein optionaler Claim.
error-provider-unavailable = Anmelden ist gerade nicht möglich
    .explanation = Der Identitätsanbieter antwortet nicht.
    .action-1 = { action-wait }
error-provider-failed = Anmelden ist gerade nicht möglich
    .explanation = Der Identitätsanbieter hat einen Fehler gemeldet.
    .action-1 = { action-wait }
error-account-lookup = Anmelden ist gerade nicht möglich
    .explanation = Diese Website konnte Ihr Konto nicht nachschlagen.
    .action-1 = { action-wait }
error-already-complete = Diese Anmeldung ist bereits abgeschlossen
    .explanation = Jede Anmeldung kann nur einmal abgeschlossen werden.
    .action-1 = { action-start-again }
error-not-admitted = Sie können sich hier nicht anmelden
    .explanation = Diese Website lässt Ihr Konto nicht zu.
error-other-user = Ein anderes Konto hat sich angemeldet
    .explanation = Sie haben dies als ein Benutzer angefordert, und ein anderer Benutzer hat beim Identitätsanbieter geantwortet. Nichts hat sich geändert: Sie sind weiterhin wie zuvor angemeldet.
    .action-1 = Versuchen Sie es erneut, und wählen Sie das Konto, mit dem Sie angemeldet sind.
    .action-2 = Um das Konto zu wechseln, melden Sie sich zuerst ab.
error-foreign-response = Die Antwort auf die Anmeldung wurde abgelehnt
    .explanation = Die Antwort des Identitätsanbieters gehört nicht zu dieser Anmeldung.
    .action-1 = { action-start-again }
error-no-tokens = Der Identitätsanbieter hat die Anmeldung abgelehnt
    .explanation = Er hat dieser Anwendung keine Token ausgestellt.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-tenant-not-allowed = Ihre Organisation darf sich hier nicht anmelden
    .explanation = Ihr Konto gehört zu einer Organisation, die diese Anwendung nicht zulässt.
    .action-1 = Verwenden Sie ein anderes Konto.
    .action-2 = Bitten Sie den Administrator der Anwendung, Ihre Organisation zuzulassen.
error-clocks-differ = Die Antwort auf die Anmeldung ist zeitlich ungültig
    .explanation = Die Uhren des Identitätsanbieters und dieser Anwendung weichen zu stark voneinander ab.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-not-verified = Die Anmeldung konnte nicht überprüft werden
    .explanation = Die Antwort des Identitätsanbieters hat die Überprüfung nicht bestanden, daher wurden Sie nicht angemeldet.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-logout-token = Diese Abmeldung ist ungültig
    .explanation = Die Aufforderung des Identitätsanbieters, einen Benutzer abzumelden, hat die Überprüfung nicht bestanden.
error-foreign-issuer = Diese Anmeldung kann hier nicht beginnen
    .explanation = Sie nennt einen Identitätsanbieter, den diese Anwendung nicht verwendet.
error-provider-removed = Bitte melden Sie sich erneut an
    .explanation = Diese Website verwendet den Identitätsanbieter nicht mehr, bei dem Sie sich angemeldet haben.
error-replaced = Neuere Anmeldungen haben diese ersetzt
    .explanation = Sie haben in diesem Browser mehrere Anmeldungen begonnen, vielleicht in mehreren Tabs. Nur die neuesten können abgeschlossen werden.
    .action-1 = Schließen Sie diesen Tab und fahren Sie in einem anderen fort, oder beginnen Sie eine neue Anmeldung.
error-sign-in-expired = Diese Anmeldung hat zu lange gedauert
    .explanation = Eine Anmeldung muss innerhalb von zehn Minuten abgeschlossen werden.
    .action-1 = { action-start-again }
error-sign-in-unknown = Diese Anmeldung kann nicht fortgesetzt werden
    .explanation = Sie wurde in einem anderen Browser oder unter einer anderen Adresse dieser Website begonnen, oder sie ist bereits abgeschlossen.
    .action-1 = { action-start-again }
error-declined = Die Anmeldung wurde abgelehnt
    .explanation = Sie wurde beim Identitätsanbieter abgelehnt, von Ihnen oder durch die Richtlinie Ihrer Organisation.
    .action-1 = Beginnen Sie erneut, und stimmen Sie zu.
    .action-2 = Wenn Sie nicht abgelehnt haben, wenden Sie sich an Ihren Administrator.
error-input-needed = Der Identitätsanbieter benötigt Ihre Eingabe
    .explanation = Er kann Sie nicht anmelden, ohne Sie zu fragen.
    .action-1 = Beginnen Sie eine neue Anmeldung, und folgen Sie den Anweisungen.
error-refused = Der Identitätsanbieter hat die Anmeldung abgelehnt
    .explanation = Er hat die Anforderung dieser Anwendung nicht angenommen.
    .action-1 = { action-if-it-fails-again }
error-graph-denied = Microsoft Graph hat den Zugriff verweigert
    .explanation = Dieser Anwendung oder Ihrem Konto fehlt eine Berechtigung, die diese Seite benötigt.
    .action-1 = Administrator: Fügen Sie die Berechtigung unter „API-Berechtigungen“ hinzu (User.Read für Profile und Gruppen), und erteilen Sie die Zustimmung.
error-groups-unknown = Ihre Gruppen können nicht geprüft werden
    .explanation = Diese Seite ist für Mitglieder bestimmter Gruppen. Der Identitätsanbieter hat Ihre Gruppen weggelassen, weil es zu viele sind (Group Overage), und bietet keine Möglichkeit, sie nachzuschlagen.
    .action-1 = Administrator: Verwenden Sie für diese Seite eine Rolle oder einen anderen Claim, oder lassen Sie den Identitätsanbieter weniger Gruppen senden.
error-graph-unauthorized = Microsoft Graph hat Ihr Zugriffstoken abgelehnt
    .explanation = Der Zugriff, den Sie dieser Anwendung gewährt haben, ist nicht mehr gültig.
    .action-1 = { action-start-again }
error-graph-unavailable = Microsoft Graph antwortet nicht
    .explanation = Diese Seite benötigt das Verzeichnis Ihrer Organisation, das gerade nicht verfügbar ist.
    .action-1 = { action-wait-and-load }

request-malformed = Sie ist fehlerhaft aufgebaut.
request-no-form = Der Text der Anforderung muss ein Formular sein.
request-form-not-utf-8 = Das Formular ist nicht in UTF-8 codiert.
request-not-utf-8 = Ein Parameter ist nicht in UTF-8 codiert.
request-parameter-twice = Ein Parameter kommt zweimal vor.
request-unknown-prompt = Der Parameter prompt hat einen unbekannten Wert.
request-max-age = Der Parameter max_age muss eine Anzahl von Sekunden sein.
request-parameter-too-long = Ein Parameter der Anmeldung ist zu lang oder enthält Steuerzeichen.
request-link-expired = Dieser Link ist älter als zehn Minuten. Gehen Sie zurück zu der Seite, die ihn benötigt, und laden Sie sie erneut.
request-unknown-provider = Der Parameter provider nennt keinen Identitätsanbieter dieser Website.
request-logout-token = Das Formular muss genau ein logout_token enthalten.
request-logout-session = Die Anforderung muss einen Aussteller und eine Sitzung nennen.
request-unauthenticated = Der Parameter unauthenticated muss 401 oder redirect sein und darf nur einmal vorkommen.
request-rule-claim = Eine Regel kann keinen Claim verwenden, den Benutzer ändern können, etwa eine E-Mail-Adresse.
request-rule = Eine Regel benötigt einen Claim und einen Wert.
request-language = Der Parameter language nennt keine Sprache dieser Website.

entra-redirect-uri = Die Adresse dieser Anwendung ist nicht registriert
    .explanation = Microsoft Entra kennt die Umleitungs-URI nicht, die diese Anwendung gesendet hat.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: Fügen Sie unter „Authentifizierung“, „Web“ die Umleitungs-URI genau so hinzu, wie sie auf der Startseite steht.
entra-client = Diese Anwendung ist hier nicht registriert
    .explanation = Im Verzeichnis der Organisation gibt es keine Anwendung mit dieser Client-ID.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: Vergleichen Sie client.client_id und client.authority mit der Übersicht der Registrierung.
entra-tenant = Diese Organisation wurde nicht gefunden
    .explanation = Es gibt keinen Mandanten mit dem Namen oder der ID aus den Einstellungen dieser Anwendung.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: Vergleichen Sie client.authority mit der Verzeichnis-ID (Mandanten-ID) der Registrierung.
entra-secret = Das Geheimnis dieser Anwendung ist falsch oder abgelaufen
    .explanation = Microsoft Entra hat den geheimen Clientschlüssel nicht akzeptiert.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: Erstellen Sie einen neuen geheimen Clientschlüssel, und setzen Sie client.client_credential auf seinen Wert (nicht auf seine ID).
entra-certificate = Das Zertifikat dieser Anwendung ist nicht registriert
    .explanation = Microsoft Entra konnte die Signatur dieser Anwendung nicht überprüfen.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: Laden Sie das Zertifikat unter „Zertifikate & Geheimnisse“ hoch, falls es fehlt oder abgelaufen ist. `identity-web check` zeigt seinen Fingerabdruck.
entra-assertion = Die Anmeldeinformation dieser Anwendung ist zurzeit ungültig
    .explanation = Die Assertion oder das Token, mit dem sich diese Anwendung authentifiziert, ist abgelaufen oder noch nicht gültig.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: Vergleichen Sie die Uhren. Wenn ein Verbundtoken verwendet wird, ermitteln Sie, warum seine Datei nicht erneuert wird: Führen Sie `identity-web check` aus.
entra-federation = Dem Token dieser Anwendung wird nicht vertraut
    .explanation = Das Token, mit dem sich diese Anwendung authentifiziert, entspricht keiner ihrer Verbundanmeldeinformationen.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: Fügen Sie unter „Zertifikate & Geheimnisse“, „Verbundanmeldeinformationen“ eine mit genau dem Aussteller, dem Antragsteller und der Zielgruppe hinzu, die `identity-web check` anzeigt.
entra-consent = Die Zustimmung fehlt
    .explanation = Diese Anwendung benötigt Ihre Zustimmung oder die eines Administrators, um Ihr Profil zu lesen.
    .action-1 = Melden Sie sich erneut an, und stimmen Sie der Anfrage zu.
    .action-2 = Wenn Sie nicht gefragt werden, muss ein Administrator die Zustimmung unter „API-Berechtigungen“ erteilen.
entra-declined = Sie haben abgelehnt
    .explanation = Sie haben die Bitte um Zustimmung abgelehnt und wurden daher nicht angemeldet.
    .action-1 = Um sich anzumelden, beginnen Sie erneut, und stimmen Sie zu.
entra-not-assigned = Ihnen wurde kein Zugriff erteilt
    .explanation = Nur Benutzer, die dieser Anwendung zugewiesen sind, können sich anmelden. Sie sind nicht zugewiesen.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrator: Weisen Sie den Benutzer oder eine seiner Gruppen unter „Unternehmensanwendungen“, „Benutzer und Gruppen“ zu.
entra-other-organisation = Dieses Konto gehört zu einer anderen Organisation
    .explanation = Das gewählte Konto ist kein Mitglied der Organisation dieser Anwendung.
    .action-1 = Melden Sie sich mit einem anderen Konto an.
    .action-2 = Administrator: Laden Sie den Benutzer als Gast ein.
entra-password = Falsches Konto oder Kennwort
    .explanation = Microsoft Entra hat Kontoname und Kennwort nicht akzeptiert.
    .action-1 = Beginnen Sie erneut, und prüfen Sie die Schreibweise des Kontonamens.
entra-locked = Dieses Konto ist gesperrt oder deaktiviert
    .explanation = Mit ihm ist derzeit keine Anmeldung möglich.
    .action-1 = Wenden Sie sich an den Administrator Ihrer Organisation.
entra-verification = Eine weitere Überprüfung ist erforderlich
    .explanation = Microsoft Entra verlangt ein neues Kennwort oder einen weiteren Identitätsnachweis.
    .action-1 = Melden Sie sich erneut an, und folgen Sie den Anweisungen.
entra-conditional-access = Die Regeln Ihrer Organisation lassen dies nicht zu
    .explanation = Der bedingte Zugriff blockiert diese Anmeldung, vielleicht wegen dieses Geräts oder Netzwerks.
    .action-1 = Versuchen Sie es von einem Gerät, das Ihre Organisation verwaltet.
    .action-2 = Wenden Sie sich an den Administrator Ihrer Organisation.
entra-expired = Diese Anmeldung ist nicht mehr gültig
    .explanation = Ihr Code wurde bereits verwendet oder ist abgelaufen, oder Ihr Zugriff wurde widerrufen.
    .action-1 = { action-sign-in-again }
entra-not-signed-in = Sie sind bei Microsoft nicht angemeldet
    .explanation = Es wurde eine stille Anmeldung versucht, aber kein Konto war angemeldet.
    .action-1 = { action-sign-in-again }
entra-addresses-differ = Die Adressen dieser Anwendung stimmen nicht überein
    .explanation = Die Umleitungs-URI der Anmeldung weicht von der der Tokenanforderung ab.
    .action-1 = { action-tell-administrator }
    .action-2 = Entwickler: server.public_url und die Adresse, die ein Proxy bedient, müssen übereinstimmen.
entra-code-verifier = Die Anmeldung konnte nicht überprüft werden
    .explanation = Der Code Verifier passt nicht zur Anmeldung (PKCE).
    .action-1 = { action-sign-in-again }
entra-incomplete = Die Anforderung ist unvollständig
    .explanation = Ein Parameter, den Microsoft Entra verlangt, fehlt.
    .action-1 = { action-tell-administrator }
    .action-2 = Entwickler: Suchen Sie die Korrelations-ID im Protokoll, um zu sehen, welcher.

b2c-no-password-reset = Ihr Kennwort kann von hier aus nicht zurückgesetzt werden
    .explanation = Sie wollten Ihr Kennwort zurücksetzen, aber diese Anwendung hat keine Seite dafür.
    .action-1 = Melden Sie sich an, falls Sie sich daran erinnern.
    .action-2 = Administrator: Setzen Sie b2c.password auf den Benutzerflow, der Kennwörter zurücksetzt, oder aktivieren Sie die Self-Service-Kennwortzurücksetzung im Benutzerflow für die Anmeldung.
b2c-cancelled = Sie haben abgebrochen
    .explanation = Sie haben die Seite des Identitätsanbieters verlassen und wurden daher nicht angemeldet.
    .action-1 = Um sich anzumelden, beginnen Sie erneut.
b2c-not-signed-in = Sie sind beim Identitätsanbieter nicht angemeldet
    .explanation = Es wurde eine stille Anmeldung versucht, aber kein Konto war angemeldet.
    .action-1 = { action-sign-in-again }
b2c-expired = Diese Anmeldung ist nicht mehr gültig
    .explanation = Ihr Code ist abgelaufen, wurde bereits verwendet oder gehört zu einer anderen Anmeldung.
    .action-1 = { action-sign-in-again }
b2c-secret = Das Geheimnis dieser Anwendung ist falsch oder abgelaufen
    .explanation = Azure AD B2C hat den geheimen Clientschlüssel nicht akzeptiert.
    .action-1 = Administrator: Erstellen Sie im B2C-Mandanten einen neuen geheimen Clientschlüssel, und setzen Sie client.client_credential auf seinen Wert (nicht auf seine ID).
b2c-redirect-uri = Die Adresse dieser Anwendung ist nicht registriert
    .explanation = Azure AD B2C kennt die Umleitungs-URI nicht, die diese Anwendung gesendet hat.
    .action-1 = Administrator: Fügen Sie in der Registrierung des B2C-Mandanten die Umleitungs-URI genau so hinzu, wie sie auf der Startseite steht.
b2c-client = Diese Anwendung ist hier nicht registriert
    .explanation = Im B2C-Mandanten gibt es keine Anwendung mit dieser Client-ID.
    .action-1 = Administrator: Vergleichen Sie client.client_id und client.authority mit der Registrierung im B2C-Mandanten.
b2c-scope = Diese Anwendung fordert eine unbekannte Berechtigung an
    .explanation = Azure AD B2C kennt einen der angeforderten Bereiche nicht oder nicht zusammen mit den anderen.
    .action-1 = Administrator: Vergleichen Sie auth_request.scopes mit den API-Berechtigungen der Registrierung.
b2c-other-provider = Der andere Identitätsanbieter hat Sie nicht angemeldet
    .explanation = Sie wollten sich mit einem anderen Konto anmelden, aber dessen Anbieter hat keine gültige Antwort zurückgegeben. Vielleicht haben Sie dort abgebrochen.
    .action-1 = Beginnen Sie erneut, und wählen Sie, wie Sie sich anmelden.

trace-title = Ihre letzte Anmeldung
