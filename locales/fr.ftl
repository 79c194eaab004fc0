# Les textes des pages en français : https://projectfluent.org/fluent/guide/
# Vouvoiement. Termes des interfaces françaises de Microsoft : se connecter, se déconnecter, locataire, consentement.
# Les espaces devant « : », « ? » et « ! » sont insécables.

language-name = Français

page-description = Connectez-vous à { $site } et consultez votre compte, vos revendications et vos sessions.
skip-to-content = Aller au contenu
demo-label = Démo.
demo-notice = Vous vous connectez avec le fournisseur d’identité de démonstration intégré. Rien n’est réel ici.
navigation-main = Navigation principale
navigation-legal = Mentions légales et assistance
home = Accueil
claims = Revendications
sessions = Sessions
your-claims = Vos revendications
your-sessions = Vos sessions
account-of = Compte de
sign-in = Se connecter
sign-in-again = Se reconnecter
sign-out = Se déconnecter
terms = Conditions
privacy = Confidentialité
support = Assistance
theme = Thème
theme-system = Système
theme-light = Clair
theme-dark = Sombre
language = Langue

copy = Copier
copy-named = Copier { $name }
copied = Copié
copy-failed = Copie impossible

time-just-now = à l’instant
time-minutes-ago =
    { $count ->
        [one] il y a { $count } minute
       *[other] il y a { $count } minutes
    }
time-hours-ago =
    { $count ->
        [one] il y a { $count } heure
       *[other] il y a { $count } heures
    }
time-days-ago =
    { $count ->
        [one] il y a { $count } jour
       *[other] il y a { $count } jours
    }
time-in-under-a-minute = dans moins d’une minute
time-in-minutes =
    { $count ->
        [one] dans { $count } minute
       *[other] dans { $count } minutes
    }
time-in-hours =
    { $count ->
        [one] dans { $count } heure
       *[other] dans { $count } heures
    }
time-in-days =
    { $count ->
        [one] dans { $count } jour
       *[other] dans { $count } jours
    }
duration-seconds =
    { $count ->
        [one] { $count } seconde
       *[other] { $count } secondes
    }
duration-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
duration-hours =
    { $count ->
        [one] { $count } heure
       *[other] { $count } heures
    }
countdown-hours = dans { $hours } h { $minutes } min
countdown-minutes = dans { $minutes } min { $seconds } s
countdown-seconds = dans { $seconds } s
countdown-over = Elle est terminée, sauf si elle a été utilisée dans un autre onglet

home-signed-in = Vous êtes connecté en tant que { $name }
home-see-claims = Voir vos revendications
home-account = Compte
home-user-name = Nom d’utilisateur
home-tenant = Locataire
home-issuer = Émetteur
home-session = Session
home-signed-in-at = Connexion
home-ends = Fin
home-session-hint = Elle se termine après { $idle } d’inactivité, et au plus tard { $absolute } après votre connexion.
home-access = Accès
home-roles = Rôles d’application
home-groups = Groupes
home-scopes = Étendues
home-none = Aucun
home-groups-overage = Trop nombreux pour le jeton d’ID
home-groups-none = Aucun dans le jeton d’ID
home-scopes-unknown = Non indiquées par le fournisseur
home-look-around = À découvrir
home-claims-about = Ce que votre fournisseur d’identité dit de vous, et ce que signifie chaque revendication.
home-sessions-about = Les endroits où vous êtes connecté. Mettez fin à une session ou à toutes.
home-graph = Votre profil dans Microsoft Graph
home-graph-about = Appelle une API avec votre jeton d’accès.
home-edit-profile = Modifier votre profil
home-edit-profile-about = Ouvre la page de profil de votre fournisseur d’identité.
home-trace-about = Ce qui a été envoyé, reçu et vérifié, étape par étape. Pour les développeurs.
admin-title = Pour les administrateurs
home-admin-about = Une page qui exige le rôle d’application Admin.
home-admin-granted = Vous l’avez.
home-admin-denied = Vous ne l’avez pas, l’accès est donc refusé.
home-session-over = Votre session est terminée. Reconnectez-vous pour continuer.
home-signed-out = Vous êtes déconnecté
home-signed-out-about = Connectez-vous et voyez ce que votre fournisseur d’identité dit de vous à cette application.
home-setup = Vous configurez cette application ?
home-register-many = Pour que la connexion fonctionne, inscrivez ces URI de redirection, chacun auprès de son fournisseur d’identité :
home-register-one = Pour que la connexion fonctionne, inscrivez cet URI de redirection auprès de votre fournisseur d’identité :
home-redirect-uri-of = l’URI de redirection de { $provider }
home-registered = Il est déjà inscrit auprès du fournisseur d’identité de démonstration.
home-portal = Ouvrir l’inscription de l’application dans le centre d’administration Microsoft Entra
home-tile-claims = Ce que votre fournisseur d’identité dit de vous, par groupes, avec la signification de chaque revendication.
home-tile-sessions = Les endroits où vous êtes connecté, avec un bouton pour mettre fin à chaque session.
home-tile-access = Vos rôles d’application et vos groupes, et les pages qui les exigent.
home-tile-apis = API
home-tile-apis-about = Votre profil provenant de Microsoft Graph, obtenu avec votre jeton d’accès.

admin-about = Vous voyez cette page parce que votre jeton d’ID contient le rôle d’application { $role }. Les utilisateurs qui ne l’ont pas apprennent qu’ils n’ont pas accès.

graph-title = Votre profil
graph-about = Ce que Microsoft Graph dit de vous à cette application.
graph-photo = Votre photo
graph-empty = Votre profil est vide.
graph-display-name = Nom
graph-job-title = Fonction
graph-mail = E-mail
graph-user-principal-name = Nom d’utilisateur
graph-mobile-phone = Téléphone mobile
graph-business-phones = Téléphones professionnels
graph-office-location = Bureau
graph-preferred-language = Langue

choose-title = Comment souhaitez-vous vous connecter ?
choose-address = Votre adresse e-mail
choose-address-unknown = Cette adresse n’appartient à aucune organisation que nous connaissons. Choisissez ci-dessous comment vous connecter.
continue = Continuer
choose-or = ou
choose-continue-with = Continuer avec { $provider }

sign-out-title = Se déconnecter ?
sign-out-about = Vous êtes connecté en tant que { $name }. La déconnexion met fin à votre session ici, ainsi qu’auprès de votre fournisseur d’identité s’il le permet.
sign-out-stay = Rester connecté
sign-out-nobody = Vous n’êtes pas connecté
sign-out-nobody-about = Il n’y a ici aucune session à fermer.
signed-out = Déconnecté
signed-out-still = Vous êtes toujours connecté ici, ou vous vous êtes reconnecté.
signed-out-both = Votre session ici est terminée, et il a été demandé à votre fournisseur d’identité de mettre fin à la sienne.
signed-out-here = Votre session ici est terminée.
signed-out-here-hint = Il n’a pas été demandé à votre fournisseur d’identité de vous déconnecter : il se peut qu’il vous reconnaisse encore. Sur un ordinateur partagé, déconnectez-vous aussi de ce côté, puis fermez le navigateur.
signed-out-unknown = Il n’y a aucune session dans ce navigateur.
signed-out-unknown-hint = Il se peut que votre fournisseur d’identité vous reconnaisse encore. Sur un ordinateur partagé, déconnectez-vous aussi de ce côté, puis fermez le navigateur.

sessions-about = Les endroits où vous êtes connecté à { $site }. Si vous ne reconnaissez pas une session, déconnectez-la, puis changez votre mot de passe auprès de votre fournisseur d’identité.
sessions-this = Cette session
sessions-signed-in = Connexion
sessions-used = Utilisée
sessions-ends = Fin
sessions-ends-at-the-latest = { $time } au plus tard
sessions-ends-unless-used = { $time }, sauf si elle est utilisée
sessions-sign-out-this = Se déconnecter de cette session
sessions-sign-out-other = Se déconnecter : { $device }, connexion { $time }
sessions-hidden =
    { $count ->
        [one] Vous avez { $count } autre session, utilisée moins récemment.
       *[other] Vous avez { $count } autres sessions, utilisées moins récemment.
    }
sessions-sign-out-others = Déconnecter toutes les autres sessions
sessions-sign-out-all = Se déconnecter partout
sessions-hint = La déconnexion met fin immédiatement à ces sessions. Un autre navigateur peut encore être connecté à votre fournisseur d’identité, et se reconnecter ici sans mot de passe.
sessions-only-one = Vous n’êtes connecté nulle part ailleurs.
sessions-outcome-ended = La session est terminée
sessions-outcome-gone = Cette session était déjà terminée
sessions-outcome-others-ended = Toutes les autres sessions sont terminées
sessions-device = { $browser } sur { $system }
sessions-unknown-browser = Navigateur inconnu

claims-about = Ce que votre fournisseur d’identité dit de vous : les revendications de votre jeton d’ID vérifié et, si cette application l’utilise, du point de terminaison userinfo du fournisseur. Le jeton lui-même n’est jamais affiché.
claims-search = Rechercher dans les revendications
claims-found = Résultats : { $count }
claims-claim = Revendication
claims-value = Valeur
claims-meaning = Signification
claims-empty-value = (vide)
claims-not-standard = Revendication non standard : affichée telle qu’elle a été envoyée.
claims-none = Aucune revendication à afficher : votre fournisseur d’identité n’a rien envoyé d’autre que le fait que vous vous êtes connecté.
claims-group-you = Qui vous êtes
claims-group-sign-in = Cette connexion
claims-group-life = La validité du jeton
claims-group-permissions = Autorisations
claims-group-microsoft = Propres à Microsoft
claims-group-other = Autres revendications
claim-address = Votre adresse postale.
claim-birthdate = Votre date de naissance.
claim-email = Votre adresse e-mail. Elle peut changer et ne pas être vérifiée : jamais une clé.
claim-email_verified = Indique si le fournisseur d’identité a vérifié l’adresse e-mail.
claim-emails = Vos adresses e-mail. Elles peuvent changer : jamais une clé.
claim-family_name = Votre nom de famille.
claim-gender = Votre genre.
claim-given_name = Votre prénom.
claim-locale = Votre langue et votre région.
claim-middle_name = Votre deuxième prénom.
claim-name = Votre nom, pour vous saluer. Il peut changer : jamais une clé.
claim-nickname = Votre surnom.
claim-phone_number = Votre numéro de téléphone.
claim-phone_number_verified = Indique si le fournisseur d’identité a vérifié le numéro de téléphone.
claim-picture = L’URL de votre image.
claim-preferred_username = Le nom avec lequel vous vous connectez. Il peut changer : jamais une clé.
claim-profile = L’URL de votre page de profil.
claim-sub = Vous, chez cet émetteur : avec iss, la seule clé stable d’un utilisateur.
claim-updated_at = La date à laquelle le fournisseur d’identité a modifié vos données pour la dernière fois.
claim-upn = Votre nom d’utilisateur principal. Il peut changer : jamais une clé.
claim-website = Votre site web.
claim-zoneinfo = Votre fuseau horaire.
claim-acr = La force de votre authentification (authentication context class).
claim-amr = Les méthodes avec lesquelles vous vous êtes authentifié.
claim-aud = Le destinataire du jeton : l’ID client de cette application.
claim-auth_time = La date de votre dernière authentification auprès du fournisseur d’identité.
claim-azp = L’application pour laquelle le jeton a été émis.
claim-idp = Le fournisseur d’identité qui vous a authentifié : celui de votre propre organisation si vous êtes invité.
claim-iss = L’émetteur du jeton : le fournisseur d’identité.
claim-login_hint = Envoyée lors d’une déconnexion ou de la prochaine connexion, pour que vous n’ayez pas à choisir un compte.
claim-sid = Votre session auprès du fournisseur d’identité.
claim-exp = La date d’expiration du jeton.
claim-iat = La date d’émission du jeton.
claim-jti = L’ID du jeton lui-même.
claim-nbf = La date à partir de laquelle le jeton est valide.
claim-ver = La version du format du jeton.
claim-groups = Les groupes dont vous êtes membre, par ID d’objet.
claim-hasgroups = Vrai si vos groupes ne tiennent pas dans le jeton : Microsoft Graph les connaît.
claim-roles = Les rôles d’application qui vous sont attribués dans cette application.
claim-scp = Ce que cette application peut faire en votre nom.
claim-wids = Vos rôles dans l’annuaire de l’organisation.
claim-_claim_names = Les revendications absentes du jeton, chacune avec sa source. Pour les groupes : ils sont trop nombreux.
claim-_claim_sources = L’endroit où se trouvent les revendications de _claim_names. Cette application interroge Microsoft Graph à la place.
claim-acct = Indique si votre compte est membre (0) ou invité (1) de l’organisation.
claim-email_domain = Le domaine de votre adresse e-mail.
claim-ipaddr = L’adresse à partir de laquelle vous vous êtes connecté.
claim-oid = Vous, dans votre organisation : la même valeur dans toutes ses applications.
claim-onprem_sid = Votre identificateur de sécurité dans l’annuaire local de l’organisation.
claim-pwd_exp = La date d’expiration de votre mot de passe.
claim-tenant_region_scope = La région de l’annuaire de votre organisation.
claim-tfp = Le flux utilisateur (stratégie B2C) avec lequel vous vous êtes connecté.
claim-tid = Votre organisation : l’ID de son locataire.
claim-unique_name = Un de vos noms, pour l’affichage seulement. Il peut changer : jamais une clé.
claim-xms_cc = Les demandes de revendications (claims challenges) auxquelles cette application sait répondre.
claim-xms_edov = Indique si le propriétaire du domaine de l’adresse e-mail est vérifié.

error-status = Erreur { $status }
error-requires = Cette page exige
error-what-you-can-do = Ce que vous pouvez faire
error-provider-sign-out = Se déconnecter du fournisseur d’identité
error-other-account = Utiliser un autre compte
error-details = Informations pour l’assistance
error-provider-code = Code du fournisseur
error-correlation-id = ID de corrélation
error-time = Heure
error-send-details = Envoyez ces informations lorsque vous demandez de l’aide.
error-ask-for-support = Contacter l’assistance
error-copy-all = Tout copier
error-session-was-valid = Lorsque vous avez ouvert la dernière page ici, elle était valide jusqu’à : { $time }.
error-for-microsoft = Pour l’assistance de Microsoft
error-required = Requis
error-redirect-uri = URI de redirection
error-client-id = ID client
error-authority = Autorité
error-permissions = Autorisations
error-consent-page = Consentement pour tous les utilisateurs

action-start-again = Recommencez la connexion.
action-sign-in-again = Reconnectez-vous.
action-wait = Attendez un instant, puis réessayez.
action-wait-and-load = Attendez un instant, puis rechargez cette page.
action-tell-administrator = Transmettez les informations ci-dessous à l’administrateur de cette application.
action-if-it-fails-again = En cas de nouvel échec, transmettez l’ID de corrélation à votre administrateur.

error-not-signed-in = Veuillez vous connecter
    .explanation = Vous devez être connecté pour voir cette page.
error-session-over = Votre session est terminée
    .explanation = Elle a expiré, ou il y a été mis fin depuis une autre page ou par votre fournisseur d’identité.
    .action-1 = Reconnectez-vous. Vous reviendrez à cette page.
error-session-ended-meanwhile = Votre session est terminée
    .explanation = Il y a été mis fin pendant le chargement de cette page.
    .action-1 = { action-start-again }
error-session-unavailable = Votre session n’est pas disponible pour le moment
    .explanation = Vous n’avez pas été déconnecté : le stockage des sessions ne répond pas.
    .action-1 = { action-wait-and-load }
error-session-too-large = Votre session est trop volumineuse
    .explanation = Elle contient plus de données que ce site n’en autorise.
    .action-1 = Transmettez l’ID de corrélation à votre administrateur.
error-session-not-renewed = Votre session est terminée
    .explanation = Le fournisseur d’identité ne l’a pas renouvelée. Il y a peut-être mis fin, ou votre compte a changé.
    .action-1 = { action-start-again }
error-forbidden = Vous n’avez pas accès
    .explanation = Vous êtes connecté, mais votre compte n’a pas accès à cette page.
    .action-1 = Demandez l’accès à un administrateur de ce site.
    .action-2 = Si vous avez un autre compte, utilisez-le.
error-cross-site = Cette demande a été bloquée
    .explanation = Elle ne provient pas d’une page de ce site.
    .action-1 = Allez à la page d’accueil et utilisez le bouton qui s’y trouve.
error-bad-request = Cette demande n’est pas valide
error-too-large = Cette demande est trop volumineuse
    .explanation = Elle dépasse ce que ce site accepte.
error-compressed = Les demandes compressées ne sont pas prises en charge
    .explanation = Ce site n’accepte le corps des demandes que sans Content-Encoding.
    .action-1 = Envoyez la demande sans la compresser.
error-incomplete = Cette demande est incomplète
    .explanation = La connexion a été coupée avant que tout soit arrivé.
    .action-1 = Réessayez.
error-too-slow = Cette demande a pris trop de temps
    .explanation = Elle doit arriver en entier en quelques secondes.
    .action-1 = Vérifiez votre connexion, puis réessayez.
error-too-many-requests = Trop de demandes
    .explanation = Trop de demandes de connexion proviennent de votre adresse réseau.
    .action-1 = Attendez une minute, puis réessayez.
error-not-found = Page introuvable
    .explanation = L’adresse est peut-être mal saisie, ou la page a été déplacée.
error-method-not-allowed = Méthode non autorisée
    .explanation = Cette page ne prend pas en charge ce type de demande.
error-request-failed = Cette demande a échoué
    .explanation = Ce site ne peut pas répondre à cette demande telle qu’elle a été envoyée.
error-api-refused = Cette API a refusé la demande
    .explanation = La réponse indique le jeton d’accès dont elle a besoin.
error-internal = Une erreur s’est produite
    .explanation = Nous n’avons pas pu afficher cette page. L’erreur a été journalisée.
error-consent = Votre consentement est nécessaire
    .explanation = Cette page a besoin d’une autorisation que vous n’avez pas encore accordée. Le fournisseur d’identité vous la demandera.
error-verification = Une vérification supplémentaire est nécessaire
    .explanation = Votre organisation exige une vérification supplémentaire pour cette page. Le fournisseur d’identité vous la demandera.
error-confirm = Veuillez confirmer que c’est bien vous
    .explanation = Cette page exige une connexion plus récente ou plus forte que la vôtre. Le fournisseur d’identité vous la demandera.
    .action-1 = Si vous avez envoyé un formulaire, remplissez-le de nouveau ensuite.
error-still-not-confirmed = Une vérification supplémentaire est nécessaire
    .explanation = Vous venez de vous reconnecter, mais cette page exige toujours une connexion plus récente ou plus forte.
    .action-1 = Attendez une minute, puis rechargez cette page.
    .action-2 = En cas de nouvel échec, adressez-vous à un administrateur de ce site.
error-stale-sign-in = Votre connexion n’est pas assez récente
    .explanation = Ce site a demandé au fournisseur d’identité de vous faire vous reconnecter, mais vous vous y étiez connecté auparavant. Rien n’a changé sur ce site.
    .action-1 = Revenez à la page que vous vouliez et réessayez.
error-weak-sign-in = Une vérification supplémentaire est nécessaire
    .explanation = Ce site a demandé une connexion plus forte que celle que le fournisseur d’identité a confirmée. Rien n’a changé sur ce site.
    .action-1 = Revenez à la page que vous vouliez et effectuez la vérification.
    .action-2 = Si votre compte n’en propose aucune, adressez-vous à votre administrateur.
error-unknown-sign-in-time = L’heure de votre connexion est inconnue
    .explanation = Ce site a demandé quand vous vous êtes connecté au fournisseur d’identité, qui ne l’a pas indiqué (auth_time). Rien n’a changé sur ce site.
    .action-1 = Administrateur : faites envoyer auth_time par le fournisseur d’identité ; chez Microsoft Entra, c’est une revendication facultative.
error-provider-unavailable = La connexion n’est pas possible pour le moment
    .explanation = Le fournisseur d’identité ne répond pas.
    .action-1 = { action-wait }
error-provider-failed = La connexion n’est pas possible pour le moment
    .explanation = Le fournisseur d’identité a signalé une erreur.
    .action-1 = { action-wait }
error-account-lookup = La connexion n’est pas possible pour le moment
    .explanation = Ce site n’a pas pu rechercher votre compte.
    .action-1 = { action-wait }
error-already-complete = Cette connexion est déjà terminée
    .explanation = Chaque connexion ne peut être terminée qu’une seule fois.
    .action-1 = { action-start-again }
error-not-admitted = Vous ne pouvez pas vous connecter ici
    .explanation = Ce site n’admet pas votre compte.
error-other-user = Un autre compte s’est connecté
    .explanation = Vous l’avez demandé en tant qu’un utilisateur, et un autre utilisateur a répondu auprès du fournisseur d’identité. Rien n’a changé : vous êtes toujours connecté comme avant.
    .action-1 = Réessayez et choisissez le compte avec lequel vous êtes connecté.
    .action-2 = Pour changer de compte, déconnectez-vous d’abord.
error-foreign-response = La réponse à la connexion a été rejetée
    .explanation = La réponse du fournisseur d’identité ne correspond pas à cette connexion.
    .action-1 = { action-start-again }
error-no-tokens = Le fournisseur d’identité a refusé la connexion
    .explanation = Il n’a pas émis de jetons pour cette application.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-tenant-not-allowed = Votre organisation ne peut pas se connecter ici
    .explanation = Votre compte appartient à une organisation que cette application n’autorise pas.
    .action-1 = Utilisez un autre compte.
    .action-2 = Demandez à l’administrateur de l’application d’autoriser votre organisation.
error-clocks-differ = La réponse à la connexion est hors délai
    .explanation = Les horloges du fournisseur d’identité et de cette application diffèrent trop.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-not-verified = La connexion n’a pas pu être vérifiée
    .explanation = La réponse du fournisseur d’identité n’a pas passé la vérification, vous n’avez donc pas été connecté.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-logout-token = Cette déconnexion n’est pas valide
    .explanation = La demande de déconnexion d’un utilisateur par le fournisseur d’identité n’a pas passé la vérification.
error-foreign-issuer = Cette connexion ne peut pas commencer ici
    .explanation = Elle désigne un fournisseur d’identité que cette application n’utilise pas.
error-provider-removed = Veuillez vous reconnecter
    .explanation = Ce site n’utilise plus le fournisseur d’identité avec lequel vous vous êtes connecté.
error-replaced = Des connexions plus récentes ont remplacé celle-ci
    .explanation = Vous avez commencé plusieurs connexions dans ce navigateur, peut-être dans plusieurs onglets. Seules les plus récentes peuvent être terminées.
    .action-1 = Fermez cet onglet et continuez dans un autre, ou recommencez la connexion.
error-sign-in-expired = Cette connexion a pris trop de temps
    .explanation = Une connexion doit être terminée en dix minutes.
    .action-1 = { action-start-again }
error-sign-in-unknown = Cette connexion ne peut pas se poursuivre
    .explanation = Elle a été commencée dans un autre navigateur ou à une autre adresse de ce site, ou elle est déjà terminée.
    .action-1 = { action-start-again }
error-declined = La connexion a été refusée
    .explanation = Elle a été refusée auprès du fournisseur d’identité, par vous ou par la stratégie de votre organisation.
    .action-1 = Recommencez et acceptez.
    .action-2 = Si vous n’avez pas refusé, adressez-vous à votre administrateur.
error-input-needed = Le fournisseur d’identité a besoin de votre intervention
    .explanation = Il ne peut pas vous connecter sans vous poser de question.
    .action-1 = Recommencez la connexion et suivez ses instructions.
error-refused = Le fournisseur d’identité a refusé la connexion
    .explanation = Il n’a pas accepté la demande de cette application.
    .action-1 = { action-if-it-fails-again }
error-graph-denied = Microsoft Graph a refusé l’accès
    .explanation = Il manque à cette application ou à votre compte une autorisation dont cette page a besoin.
    .action-1 = Administrateur : ajoutez l’autorisation sous « Autorisations de l’API » (User.Read pour les profils et les groupes) et accordez le consentement.
error-groups-unknown = Vos groupes ne peuvent pas être vérifiés
    .explanation = Cette page est réservée aux membres de certains groupes. Le fournisseur d’identité a omis vos groupes parce qu’ils sont trop nombreux (group overage), et n’offre aucun moyen de les rechercher.
    .action-1 = Administrateur : utilisez un rôle ou une autre revendication pour cette page, ou faites envoyer moins de groupes par le fournisseur d’identité.
error-graph-unauthorized = Microsoft Graph a rejeté votre jeton d’accès
    .explanation = L’accès que vous avez accordé à cette application n’est plus valide.
    .action-1 = { action-start-again }
error-graph-unavailable = Microsoft Graph ne répond pas
    .explanation = Cette page a besoin de l’annuaire de votre organisation, qui est indisponible pour le moment.
    .action-1 = { action-wait-and-load }

request-malformed = Elle est mal formée.
request-no-form = Le corps de la demande doit être un formulaire.
request-form-not-utf-8 = Le formulaire n’est pas en UTF-8.
request-not-utf-8 = Un paramètre n’est pas en UTF-8.
request-parameter-twice = Un paramètre figure deux fois.
request-unknown-prompt = Le paramètre prompt a une valeur inconnue.
request-max-age = Le paramètre max_age doit être un nombre de secondes.
request-parameter-too-long = Un paramètre de la connexion est trop long ou contient des caractères de contrôle.
request-link-expired = Ce lien date de plus de dix minutes. Revenez à la page qui en a besoin et rechargez-la.
request-unknown-provider = Le paramètre provider ne désigne aucun fournisseur d’identité de ce site.
request-logout-token = Le formulaire doit contenir un seul logout_token.
request-logout-session = La demande doit désigner un émetteur et une session.
request-unauthenticated = Le paramètre unauthenticated doit valoir 401 ou redirect et ne peut figurer qu’une fois.
request-rule-claim = Une règle ne peut pas utiliser une revendication que les utilisateurs peuvent modifier, comme une adresse e-mail.
request-rule = Une règle a besoin d’une revendication et d’une valeur.
request-language = Le paramètre language ne désigne aucune langue de ce site.

entra-redirect-uri = L’adresse de cette application n’est pas inscrite
    .explanation = Microsoft Entra ne connaît pas l’URI de redirection que cette application a envoyé.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrateur : sous « Authentification », « Web », ajoutez l’URI de redirection exactement comme il figure sur la page d’accueil.
entra-client = Cette application n’est pas inscrite ici
    .explanation = Il n’y a aucune application avec cet ID client dans l’annuaire de l’organisation.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrateur : comparez client.client_id et client.authority avec la vue d’ensemble de l’inscription.
entra-tenant = Cette organisation est introuvable
    .explanation = Il n’y a aucun locataire avec le nom ou l’ID des paramètres de cette application.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrateur : comparez client.authority avec l’ID d’annuaire (locataire) de l’inscription.
entra-secret = Le secret de cette application est incorrect ou a expiré
    .explanation = Microsoft Entra n’a pas accepté la clé secrète client.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrateur : créez une nouvelle clé secrète client et affectez sa valeur (pas son ID) à client.client_credential.
entra-certificate = Le certificat de cette application n’est pas inscrit
    .explanation = Microsoft Entra n’a pas pu vérifier la signature de cette application.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrateur : sous « Certificats et secrets », chargez le certificat s’il manque ou a expiré. `identity-web check` affiche son empreinte.
entra-assertion = Les informations d’identification de cette application ne sont pas valides actuellement
    .explanation = L’assertion ou le jeton qui authentifie cette application a expiré ou n’est pas encore valide.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrateur : comparez les horloges. S’il s’agit d’un jeton fédéré, cherchez pourquoi son fichier n’est pas renouvelé : exécutez `identity-web check`.
entra-federation = Le jeton de cette application n’est pas approuvé
    .explanation = Le jeton qui authentifie cette application ne correspond à aucune de ses informations d’identification fédérées.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrateur : sous « Certificats et secrets », « Informations d’identification fédérées », ajoutez-en une avec exactement l’émetteur, le sujet et l’audience qu’affiche `identity-web check`.
entra-consent = Le consentement manque
    .explanation = Cette application a besoin de votre consentement, ou de celui d’un administrateur, pour lire votre profil.
    .action-1 = Reconnectez-vous et acceptez la demande de consentement.
    .action-2 = Si aucune demande ne vous est présentée, un administrateur doit accorder le consentement sous « Autorisations de l’API ».
entra-declined = Vous avez refusé
    .explanation = Vous avez refusé la demande de consentement, vous n’avez donc pas été connecté.
    .action-1 = Pour vous connecter, recommencez et acceptez.
entra-not-assigned = L’accès ne vous a pas été accordé
    .explanation = Seuls les utilisateurs affectés à cette application peuvent se connecter. Vous n’y êtes pas affecté.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrateur : sous « Applications d’entreprise », « Utilisateurs et groupes », affectez l’utilisateur ou l’un de ses groupes.
entra-other-organisation = Ce compte appartient à une autre organisation
    .explanation = Le compte que vous avez choisi n’est pas membre de l’organisation de cette application.
    .action-1 = Connectez-vous avec un autre compte.
    .action-2 = Administrateur : invitez l’utilisateur.
entra-password = Compte ou mot de passe incorrect
    .explanation = Microsoft Entra n’a pas accepté le nom de compte et le mot de passe.
    .action-1 = Recommencez et vérifiez l’orthographe du nom de compte.
entra-locked = Ce compte est verrouillé ou désactivé
    .explanation = Il ne permet pas de se connecter pour le moment.
    .action-1 = Adressez-vous à l’administrateur de votre organisation.
entra-verification = Une vérification supplémentaire est nécessaire
    .explanation = Microsoft Entra demande un nouveau mot de passe ou une autre preuve d’identité.
    .action-1 = Reconnectez-vous et suivez les instructions.
entra-conditional-access = Les règles de votre organisation ne le permettent pas
    .explanation = L’accès conditionnel bloque cette connexion, peut-être à cause de cet appareil ou de ce réseau.
    .action-1 = Essayez à partir d’un appareil géré par votre organisation.
    .action-2 = Adressez-vous à l’administrateur de votre organisation.
entra-expired = Cette connexion n’est plus valide
    .explanation = Son code a déjà été utilisé ou a expiré, ou votre accès a été révoqué.
    .action-1 = { action-sign-in-again }
entra-not-signed-in = Vous n’êtes pas connecté chez Microsoft
    .explanation = Une connexion silencieuse a été tentée, mais aucun compte n’était connecté.
    .action-1 = { action-sign-in-again }
entra-addresses-differ = Les adresses de cette application ne correspondent pas
    .explanation = L’URI de redirection de la connexion diffère de celui de la demande de jeton.
    .action-1 = { action-tell-administrator }
    .action-2 = Développeur : server.public_url et l’adresse servie par un proxy doivent être identiques.
entra-code-verifier = La connexion n’a pas pu être vérifiée
    .explanation = Le vérificateur de code ne correspond pas à la connexion (PKCE).
    .action-1 = { action-sign-in-again }
entra-incomplete = La demande est incomplète
    .explanation = Il manque un paramètre que Microsoft Entra exige.
    .action-1 = { action-tell-administrator }
    .action-2 = Développeur : recherchez l’ID de corrélation dans le journal pour savoir lequel.

b2c-no-password-reset = Votre mot de passe ne peut pas être réinitialisé d’ici
    .explanation = Vous avez demandé à réinitialiser votre mot de passe, mais cette application n’a pas de page pour cela.
    .action-1 = Connectez-vous, si vous vous en souvenez.
    .action-2 = Administrateur : affectez à b2c.password le flux utilisateur qui réinitialise les mots de passe, ou activez la réinitialisation en libre-service dans le flux utilisateur de connexion.
b2c-cancelled = Vous avez annulé
    .explanation = Vous avez quitté la page du fournisseur d’identité, vous n’avez donc pas été connecté.
    .action-1 = Pour vous connecter, recommencez.
b2c-not-signed-in = Vous n’êtes pas connecté au fournisseur d’identité
    .explanation = Une connexion silencieuse a été tentée, mais aucun compte n’était connecté.
    .action-1 = { action-sign-in-again }
b2c-expired = Cette connexion n’est plus valide
    .explanation = Son code a expiré, a déjà été utilisé ou appartient à une autre connexion.
    .action-1 = { action-sign-in-again }
b2c-secret = Le secret de cette application est incorrect ou a expiré
    .explanation = Azure AD B2C n’a pas accepté la clé secrète client.
    .action-1 = Administrateur : créez une nouvelle clé secrète client dans le locataire B2C et affectez sa valeur (pas son ID) à client.client_credential.
b2c-redirect-uri = L’adresse de cette application n’est pas inscrite
    .explanation = Azure AD B2C ne connaît pas l’URI de redirection que cette application a envoyé.
    .action-1 = Administrateur : dans l’inscription du locataire B2C, ajoutez l’URI de redirection exactement comme il figure sur la page d’accueil.
b2c-client = Cette application n’est pas inscrite ici
    .explanation = Il n’y a aucune application avec cet ID client dans le locataire B2C.
    .action-1 = Administrateur : comparez client.client_id et client.authority avec l’inscription dans le locataire B2C.
b2c-scope = Cette application demande une autorisation inconnue
    .explanation = Azure AD B2C ne connaît pas l’une des étendues demandées, ou pas en combinaison avec les autres.
    .action-1 = Administrateur : comparez auth_request.scopes avec les autorisations de l’API de l’inscription.
b2c-other-provider = L’autre fournisseur d’identité ne vous a pas connecté
    .explanation = Vous avez choisi de vous connecter avec un autre compte, mais son fournisseur n’a renvoyé aucune réponse valide. Vous avez peut-être annulé là-bas.
    .action-1 = Recommencez et choisissez comment vous connecter.

trace-title = Votre dernière connexion
