# Los textos de las páginas en español: https://projectfluent.org/fluent/guide/
# Tono neutro, con «usted». Términos de las interfaces en español de Microsoft: iniciar sesión, inquilino, consentimiento.

language-name = Español

page-description = Inicie sesión en { $site } y consulte su cuenta, sus notificaciones y sus sesiones.
skip-to-content = Saltar al contenido
demo-label = Demostración.
demo-notice = Inicia sesión con el proveedor de identidades de demostración integrado. Nada de esto es real.
navigation-main = Navegación principal
navigation-legal = Información legal y soporte técnico
home = Inicio
claims = Notificaciones
sessions = Sesiones
your-claims = Sus notificaciones
your-sessions = Sus sesiones
account-of = Cuenta de
sign-in = Iniciar sesión
sign-in-again = Volver a iniciar sesión
sign-out = Cerrar sesión
terms = Términos
privacy = Privacidad
support = Soporte técnico
theme = Tema
theme-system = Sistema
theme-light = Claro
theme-dark = Oscuro
language = Idioma

copy = Copiar
copy-named = Copiar { $name }
copied = Copiado
copy-failed = No se puede copiar

time-just-now = ahora mismo
time-minutes-ago =
    { $count ->
        [one] hace { $count } minuto
       *[other] hace { $count } minutos
    }
time-hours-ago =
    { $count ->
        [one] hace { $count } hora
       *[other] hace { $count } horas
    }
time-days-ago =
    { $count ->
        [one] hace { $count } día
       *[other] hace { $count } días
    }
time-in-under-a-minute = en menos de un minuto
time-in-minutes =
    { $count ->
        [one] en { $count } minuto
       *[other] en { $count } minutos
    }
time-in-hours =
    { $count ->
        [one] en { $count } hora
       *[other] en { $count } horas
    }
time-in-days =
    { $count ->
        [one] en { $count } día
       *[other] en { $count } días
    }
duration-seconds =
    { $count ->
        [one] { $count } segundo
       *[other] { $count } segundos
    }
duration-minutes =
    { $count ->
        [one] { $count } minuto
       *[other] { $count } minutos
    }
duration-hours =
    { $count ->
        [one] { $count } hora
       *[other] { $count } horas
    }
countdown-hours = en { $hours } h { $minutes } min
countdown-minutes = en { $minutes } min { $seconds } s
countdown-seconds = en { $seconds } s
countdown-over = Ha terminado, a menos que se haya usado en otra pestaña

home-signed-in = Ha iniciado sesión como { $name }
home-see-claims = Ver sus notificaciones
home-account = Cuenta
home-user-name = Nombre de usuario
home-tenant = Inquilino
home-issuer = Emisor
home-session = Sesión
home-signed-in-at = Iniciada
home-ends = Termina
home-session-hint = Termina tras { $idle } sin actividad y, como máximo, { $absolute } después del inicio de sesión.
home-access = Acceso
home-roles = Roles de aplicación
home-groups = Grupos
home-scopes = Ámbitos
home-none = Ninguno
home-groups-overage = Demasiados para el token de identificador
home-groups-none = Ninguno en el token de identificador
home-scopes-unknown = El proveedor no los indica
home-look-around = Explorar
home-claims-about = Lo que su proveedor de identidades dice de usted y qué significa cada notificación.
home-sessions-about = Dónde tiene la sesión iniciada. Cierre una sesión o todas.
home-graph = Su perfil en Microsoft Graph
home-graph-about = Llama a una API con su token de acceso.
home-edit-profile = Editar su perfil
home-edit-profile-about = Abre la página de perfil de su proveedor de identidades.
home-trace-about = Lo que se envió, se recibió y se comprobó, paso a paso. Para desarrolladores.
admin-title = Para administradores
home-admin-about = Una página que requiere el rol de aplicación Admin.
home-admin-granted = Usted lo tiene.
home-admin-denied = Usted no lo tiene, por lo que se deniega el acceso.
home-session-over = Su sesión ha terminado. Vuelva a iniciar sesión para continuar.
home-signed-out = No ha iniciado sesión
home-signed-out-about = Inicie sesión y vea lo que su proveedor de identidades comunica de usted a esta aplicación.
home-setup = ¿Está configurando esta aplicación?
home-register-many = Para que el inicio de sesión funcione, registre estos URI de redirección, cada uno en su proveedor de identidades:
home-register-one = Para que el inicio de sesión funcione, registre este URI de redirección en su proveedor de identidades:
home-redirect-uri-of = URI de redirección de { $provider }
home-registered = Ya está registrado en el proveedor de identidades de demostración.
home-portal = Abrir el registro de la aplicación en el Centro de administración de Microsoft Entra
home-tile-claims = Lo que su proveedor de identidades dice de usted, por grupos, y qué significa cada notificación.
home-tile-sessions = Dónde tiene la sesión iniciada, con un botón para cerrar cada sesión.
home-tile-access = Sus roles de aplicación y grupos, y las páginas que los requieren.
home-tile-apis = API
home-tile-apis-about = Su perfil de Microsoft Graph, obtenido con su token de acceso.

admin-about = Ve esta página porque su token de identificador contiene el rol de aplicación { $role }. Los usuarios que no lo tienen ven que no tienen acceso.

graph-title = Su perfil
graph-about = Lo que Microsoft Graph comunica de usted a esta aplicación.
graph-photo = Su foto
graph-empty = Su perfil está vacío.
graph-display-name = Nombre
graph-job-title = Puesto
graph-mail = Correo electrónico
graph-user-principal-name = Nombre de usuario
graph-mobile-phone = Teléfono móvil
graph-business-phones = Teléfonos del trabajo
graph-office-location = Oficina
graph-preferred-language = Idioma

choose-title = ¿Cómo desea iniciar sesión?
choose-address = Su dirección de correo electrónico
choose-address-unknown = Esta dirección no pertenece a ninguna organización que conozcamos. Elija a continuación cómo iniciar sesión.
continue = Continuar
choose-or = o bien
choose-continue-with = Continuar con { $provider }

sign-out-title = ¿Cerrar sesión?
sign-out-about = Ha iniciado sesión como { $name }. Al cerrarla, su sesión termina aquí y también en su proveedor de identidades, si este lo permite.
sign-out-stay = Mantener la sesión iniciada
sign-out-nobody = No ha iniciado sesión
sign-out-nobody-about = Aquí no hay ninguna sesión que cerrar.
signed-out = Sesión cerrada
signed-out-still = Sigue con la sesión iniciada aquí o ha vuelto a iniciarla.
signed-out-both = Su sesión aquí ha terminado y se ha pedido a su proveedor de identidades que termine la suya.
signed-out-here = Su sesión aquí ha terminado.
signed-out-here-hint = No se ha pedido a su proveedor de identidades que cierre su sesión, por lo que es posible que aún le recuerde. En un equipo compartido, ciérrela también allí y, a continuación, cierre el explorador.
signed-out-unknown = No hay ninguna sesión en este explorador.
signed-out-unknown-hint = Es posible que su proveedor de identidades aún le recuerde. En un equipo compartido, cierre la sesión también allí y, a continuación, cierre el explorador.

sessions-about = Dónde tiene la sesión iniciada en { $site }. Si no reconoce una sesión, ciérrela y, a continuación, cambie la contraseña en su proveedor de identidades.
sessions-this = Esta sesión
sessions-signed-in = Iniciada
sessions-used = Último uso
sessions-ends = Termina
sessions-ends-at-the-latest = { $time } como máximo
sessions-ends-unless-used = { $time }, a menos que se use
sessions-sign-out-this = Cerrar sesión: esta
sessions-sign-out-other = Cerrar sesión: { $device }, iniciada { $time }
sessions-hidden =
    { $count ->
        [one] Tiene { $count } sesión más, usada menos recientemente.
       *[other] Tiene { $count } sesiones más, usadas menos recientemente.
    }
sessions-sign-out-others = Cerrar todas las demás sesiones
sessions-sign-out-all = Cerrar sesión en todas partes
sessions-hint = Al cerrarlas aquí, estas sesiones terminan de inmediato. Otro explorador puede seguir con la sesión iniciada en su proveedor de identidades y volver a iniciarla aquí sin contraseña.
sessions-only-one = No tiene la sesión iniciada en ningún otro lugar.
sessions-outcome-ended = La sesión ha terminado
sessions-outcome-gone = Esa sesión ya había terminado
sessions-outcome-others-ended = Todas las demás sesiones han terminado
sessions-device = { $browser } en { $system }
sessions-unknown-browser = Explorador desconocido

claims-about = Lo que su proveedor de identidades dice de usted: las notificaciones de su token de identificador comprobado y, si esta aplicación lo usa, del punto de conexión userinfo del proveedor. El token en sí nunca se muestra.
claims-search = Buscar en las notificaciones
claims-found = Resultados: { $count }
claims-claim = Notificación
claims-value = Valor
claims-meaning = Significado
claims-empty-value = (vacío)
claims-not-standard = No es una notificación estándar: se muestra tal como se envió.
claims-none = No hay notificaciones que mostrar: su proveedor de identidades solo ha comunicado que usted ha iniciado sesión.
claims-group-you = Quién es usted
claims-group-sign-in = Este inicio de sesión
claims-group-life = La validez del token
claims-group-permissions = Permisos
claims-group-microsoft = Propias de Microsoft
claims-group-other = Otras notificaciones
claim-address = Su dirección postal.
claim-birthdate = Su fecha de nacimiento.
claim-email = Su dirección de correo electrónico. Puede cambiar y no estar comprobada: nunca es una clave.
claim-email_verified = Si el proveedor de identidades ha comprobado la dirección de correo electrónico.
claim-emails = Sus direcciones de correo electrónico. Pueden cambiar: nunca son una clave.
claim-family_name = Sus apellidos.
claim-gender = Su género.
claim-given_name = Su nombre de pila.
claim-locale = Su idioma y región.
claim-middle_name = Su segundo nombre.
claim-name = Su nombre, para saludarle. Puede cambiar: nunca es una clave.
claim-nickname = Su apodo.
claim-phone_number = Su número de teléfono.
claim-phone_number_verified = Si el proveedor de identidades ha comprobado el número de teléfono.
claim-picture = La dirección URL de su imagen.
claim-preferred_username = El nombre con el que inicia sesión. Puede cambiar: nunca es una clave.
claim-profile = La dirección URL de su página de perfil.
claim-sub = Usted, en este emisor: junto con iss, la única clave estable de un usuario.
claim-updated_at = Cuándo modificó el proveedor de identidades sus datos por última vez.
claim-upn = Su nombre principal de usuario. Puede cambiar: nunca es una clave.
claim-website = Su sitio web.
claim-zoneinfo = Su zona horaria.
claim-acr = Con qué nivel de seguridad se autenticó (authentication context class).
claim-amr = Los métodos con los que se autenticó.
claim-aud = Para quién se emitió el token: el identificador de cliente de esta aplicación.
claim-auth_time = Cuándo se autenticó por última vez en el proveedor de identidades.
claim-azp = La aplicación para la que se emitió el token.
claim-idp = El proveedor de identidades que le autenticó: el de su propia organización si es un invitado.
claim-iss = El emisor del token: el proveedor de identidades.
claim-login_hint = Se envía al cerrar sesión o en el siguiente inicio de sesión, para que no tenga que elegir una cuenta.
claim-sid = Su sesión en el proveedor de identidades.
claim-exp = Cuándo expira el token.
claim-iat = Cuándo se emitió el token.
claim-jti = El identificador del propio token.
claim-nbf = Desde cuándo es válido el token.
claim-ver = La versión del formato del token.
claim-groups = Los grupos de los que es miembro, por identificador de objeto.
claim-hasgroups = Verdadero si sus grupos no caben en el token: los tiene Microsoft Graph.
claim-roles = Los roles de aplicación que tiene asignados en esta aplicación.
claim-scp = Lo que esta aplicación puede hacer en su nombre.
claim-wids = Sus roles en el directorio de la organización.
claim-_claim_names = Notificaciones que no están en el token, cada una con su origen. En el caso de los grupos: hay demasiados.
claim-_claim_sources = Dónde están las notificaciones de _claim_names. Esta aplicación consulta Microsoft Graph en su lugar.
claim-acct = Si su cuenta es miembro (0) o invitada (1) de la organización.
claim-email_domain = El dominio de su dirección de correo electrónico.
claim-ipaddr = La dirección desde la que inició sesión.
claim-oid = Usted, en su organización: el mismo valor en todas sus aplicaciones.
claim-onprem_sid = Su identificador de seguridad en el directorio local de la organización.
claim-pwd_exp = Cuándo expira su contraseña.
claim-tenant_region_scope = La región del directorio de su organización.
claim-tfp = El flujo de usuario (directiva de B2C) con el que inició sesión.
claim-tid = Su organización: el identificador de su inquilino.
claim-unique_name = Un nombre suyo, solo para mostrarlo. Puede cambiar: nunca es una clave.
claim-xms_cc = Qué desafíos de notificaciones (claims challenges) puede responder esta aplicación.
claim-xms_edov = Si está comprobado el propietario del dominio de la dirección de correo electrónico.

error-status = Error { $status }
error-requires = Esta página requiere
error-what-you-can-do = Qué puede hacer
error-provider-sign-out = Cerrar sesión en su proveedor de identidades
error-other-account = Usar otra cuenta
error-details = Detalles para el soporte técnico
error-provider-code = Código del proveedor
error-correlation-id = Identificador de correlación
error-time = Hora
error-send-details = Envíe estos detalles cuando solicite soporte técnico.
error-ask-for-support = Solicitar soporte técnico
error-copy-all = Copiar todo
error-session-was-valid = Cuando abrió aquí la última página, era válida hasta: { $time }.
error-for-microsoft = Para el soporte técnico de Microsoft
error-required = Necesario
error-redirect-uri = URI de redirección
error-client-id = Identificador de cliente
error-authority = Autoridad
error-permissions = Permisos
error-consent-page = Consentimiento para todos los usuarios

action-start-again = Inicie sesión de nuevo desde el principio.
action-sign-in-again = Vuelva a iniciar sesión.
action-wait = Espere un momento e inténtelo de nuevo.
action-wait-and-load = Espere un momento y vuelva a cargar esta página.
action-tell-administrator = Facilite los detalles siguientes al administrador de esta aplicación.
action-if-it-fails-again = Si vuelve a fallar, facilite el identificador de correlación a su administrador.

error-not-signed-in = Inicie sesión
    .explanation = Debe haber iniciado sesión para ver esta página.
error-session-over = Su sesión ha terminado
    .explanation = Ha expirado, o se ha cerrado desde otra página o por su proveedor de identidades.
    .action-1 = Vuelva a iniciar sesión. Regresará a esta página.
error-session-ended-meanwhile = Su sesión ha terminado
    .explanation = Se ha cerrado mientras se cargaba esta página.
    .action-1 = { action-start-again }
error-session-unavailable = Su sesión no está disponible en este momento
    .explanation = No se ha cerrado su sesión: el almacén de sesiones no responde.
    .action-1 = { action-wait-and-load }
error-session-too-large = Su sesión es demasiado grande
    .explanation = Contiene más datos de los que permite este sitio.
    .action-1 = Facilite el identificador de correlación a su administrador.
error-session-not-renewed = Su sesión ha terminado
    .explanation = El proveedor de identidades no la ha renovado. Es posible que se haya cerrado allí o que su cuenta haya cambiado.
    .action-1 = { action-start-again }
error-forbidden = No tiene acceso
    .explanation = Ha iniciado sesión, pero su cuenta no tiene acceso a esta página.
    .action-1 = Solicite acceso a un administrador de este sitio.
    .action-2 = Si tiene otra cuenta, use esa.
error-cross-site = Esta solicitud se ha bloqueado
    .explanation = No procede de una página de este sitio.
    .action-1 = Vaya a la página de inicio y use el botón que hay allí.
error-bad-request = Esta solicitud no es válida
error-too-large = Esta solicitud es demasiado grande
    .explanation = Supera lo que acepta este sitio.
error-compressed = No se admiten solicitudes comprimidas
    .explanation = Este sitio acepta el cuerpo de las solicitudes solo sin Content-Encoding.
    .action-1 = Envíe la solicitud sin comprimir.
error-incomplete = Esta solicitud está incompleta
    .explanation = La conexión se cerró antes de que llegara por completo.
    .action-1 = Inténtelo de nuevo.
error-too-slow = Esta solicitud ha tardado demasiado
    .explanation = Debe llegar por completo en unos segundos.
    .action-1 = Compruebe su conexión e inténtelo de nuevo.
error-too-many-requests = Demasiadas solicitudes
    .explanation = Han llegado demasiadas solicitudes de inicio de sesión desde su dirección de red.
    .action-1 = Espere un minuto e inténtelo de nuevo.
error-not-found = Página no encontrada
    .explanation = Es posible que la dirección esté mal escrita o que la página se haya movido.
error-method-not-allowed = Método no permitido
    .explanation = Esta página no admite este tipo de solicitud.
error-request-failed = Esta solicitud ha fallado
    .explanation = Este sitio no puede responder a esta solicitud tal como se envió.
error-api-refused = Esta API ha rechazado la solicitud
    .explanation = La respuesta indica qué token de acceso necesita.
error-internal = Se ha producido un error
    .explanation = No hemos podido mostrar esta página. El error se ha registrado.
error-consent = Se necesita su consentimiento
    .explanation = Esta página necesita un permiso que aún no ha concedido. El proveedor de identidades se lo solicitará.
error-verification = Se necesita una comprobación adicional
    .explanation = Su organización exige una comprobación adicional para esta página. El proveedor de identidades se la solicitará.
error-confirm = Confirme que es usted
    .explanation = Esta página necesita un inicio de sesión más reciente o más seguro que el suyo. El proveedor de identidades se lo solicitará.
    .action-1 = Si ha enviado un formulario, rellénelo de nuevo después.
error-still-not-confirmed = Se necesita una comprobación adicional
    .explanation = Acaba de volver a iniciar sesión, pero esta página sigue necesitando un inicio de sesión más reciente o más seguro.
    .action-1 = Espere un minuto y vuelva a cargar esta página.
    .action-2 = Si vuelve a fallar, consulte a un administrador de este sitio.
error-stale-sign-in = Su inicio de sesión no es lo bastante reciente
    .explanation = Este sitio pidió al proveedor de identidades que volviera a iniciar su sesión, pero usted la había iniciado allí antes. En este sitio no ha cambiado nada.
    .action-1 = Vuelva a la página que quería e inténtelo de nuevo.
error-weak-sign-in = Se necesita una comprobación adicional
    .explanation = Este sitio pidió un inicio de sesión más seguro que el que confirmó el proveedor de identidades. En este sitio no ha cambiado nada.
    .action-1 = Vuelva a la página que quería y complete la comprobación.
    .action-2 = Si su cuenta no ofrece ninguna, consulte a su administrador.
error-unknown-sign-in-time = Se desconoce la hora de su inicio de sesión
    .explanation = Este sitio preguntó cuándo inició sesión en el proveedor de identidades, que no lo indicó (auth_time). En este sitio no ha cambiado nada.
    .action-1 = Administrador: haga que el proveedor de identidades envíe auth_time; en Microsoft Entra es una notificación opcional.
error-provider-unavailable = No se puede iniciar sesión en este momento
    .explanation = El proveedor de identidades no responde.
    .action-1 = { action-wait }
error-provider-failed = No se puede iniciar sesión en este momento
    .explanation = El proveedor de identidades ha comunicado un error.
    .action-1 = { action-wait }
error-account-lookup = No se puede iniciar sesión en este momento
    .explanation = Este sitio no ha podido consultar su cuenta.
    .action-1 = { action-wait }
error-already-complete = Este inicio de sesión ya se ha completado
    .explanation = Cada inicio de sesión puede completarse una sola vez.
    .action-1 = { action-start-again }
error-not-admitted = No puede iniciar sesión aquí
    .explanation = Este sitio no admite su cuenta.
error-other-user = Ha iniciado sesión otra cuenta
    .explanation = Usted lo pidió como un usuario, y otro usuario respondió en el proveedor de identidades. No ha cambiado nada: su sesión sigue iniciada como antes.
    .action-1 = Inténtelo de nuevo y elija la cuenta con la que ha iniciado sesión.
    .action-2 = Para cambiar de cuenta, cierre primero la sesión.
error-foreign-response = Se ha rechazado la respuesta del inicio de sesión
    .explanation = La respuesta del proveedor de identidades no corresponde a este inicio de sesión.
    .action-1 = { action-start-again }
error-no-tokens = El proveedor de identidades ha rechazado el inicio de sesión
    .explanation = No ha emitido tokens para esta aplicación.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-tenant-not-allowed = Su organización no puede iniciar sesión aquí
    .explanation = Su cuenta pertenece a una organización que esta aplicación no permite.
    .action-1 = Use otra cuenta.
    .action-2 = Pida al administrador de la aplicación que permita su organización.
error-clocks-differ = La respuesta del inicio de sesión está fuera de plazo
    .explanation = Los relojes del proveedor de identidades y de esta aplicación difieren demasiado.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-not-verified = No se ha podido comprobar el inicio de sesión
    .explanation = La respuesta del proveedor de identidades no ha superado la comprobación, por lo que no se ha iniciado su sesión.
    .action-1 = { action-start-again }
    .action-2 = { action-if-it-fails-again }
error-logout-token = Este cierre de sesión no es válido
    .explanation = La solicitud del proveedor de identidades para cerrar la sesión de un usuario no ha superado la comprobación.
error-foreign-issuer = Este inicio de sesión no puede empezar aquí
    .explanation = Indica un proveedor de identidades que esta aplicación no usa.
error-provider-removed = Vuelva a iniciar sesión
    .explanation = Este sitio ya no usa el proveedor de identidades con el que inició sesión.
error-replaced = Otros inicios de sesión más recientes han reemplazado a este
    .explanation = Ha empezado varios inicios de sesión en este explorador, quizá en varias pestañas. Solo pueden completarse los más recientes.
    .action-1 = Cierre esta pestaña y continúe en otra, o inicie sesión de nuevo desde el principio.
error-sign-in-expired = Este inicio de sesión ha tardado demasiado
    .explanation = Un inicio de sesión debe completarse en diez minutos.
    .action-1 = { action-start-again }
error-sign-in-unknown = Este inicio de sesión no puede continuar
    .explanation = Se empezó en otro explorador o en otra dirección de este sitio, o ya se ha completado.
    .action-1 = { action-start-again }
error-declined = El inicio de sesión se ha rechazado
    .explanation = Se ha rechazado en el proveedor de identidades, por usted o por la directiva de su organización.
    .action-1 = Empiece de nuevo y acepte.
    .action-2 = Si usted no lo ha rechazado, consulte a su administrador.
error-input-needed = El proveedor de identidades necesita su intervención
    .explanation = No puede iniciar su sesión sin preguntarle.
    .action-1 = Inicie sesión de nuevo desde el principio y siga las instrucciones.
error-refused = El proveedor de identidades ha rechazado el inicio de sesión
    .explanation = No ha aceptado la solicitud de esta aplicación.
    .action-1 = { action-if-it-fails-again }
error-graph-denied = Microsoft Graph ha denegado el acceso
    .explanation = A esta aplicación o a su cuenta le falta un permiso que necesita esta página.
    .action-1 = Administrador: agregue el permiso en «Permisos de API» (User.Read para perfiles y grupos) y conceda el consentimiento.
error-groups-unknown = No se pueden comprobar sus grupos
    .explanation = Esta página es para los miembros de determinados grupos. El proveedor de identidades ha omitido sus grupos porque son demasiados (group overage) y no ofrece ninguna forma de consultarlos.
    .action-1 = Administrador: use un rol u otra notificación para esta página, o haga que el proveedor de identidades envíe menos grupos.
error-graph-unauthorized = Microsoft Graph ha rechazado su token de acceso
    .explanation = El acceso que concedió a esta aplicación ya no es válido.
    .action-1 = { action-start-again }
error-graph-unavailable = Microsoft Graph no responde
    .explanation = Esta página necesita el directorio de su organización, que no está disponible en este momento.
    .action-1 = { action-wait-and-load }

request-malformed = Tiene un formato incorrecto.
request-no-form = El cuerpo de la solicitud debe ser un formulario.
request-form-not-utf-8 = El formulario no está en UTF-8.
request-not-utf-8 = Un parámetro no está en UTF-8.
request-parameter-twice = Un parámetro aparece dos veces.
request-unknown-prompt = El parámetro prompt tiene un valor desconocido.
request-max-age = El parámetro max_age debe ser un número de segundos.
request-parameter-too-long = Un parámetro del inicio de sesión es demasiado largo o contiene caracteres de control.
request-link-expired = Este vínculo tiene más de diez minutos. Vuelva a la página que lo necesita y cárguela de nuevo.
request-unknown-provider = El parámetro provider no indica ningún proveedor de identidades de este sitio.
request-logout-token = El formulario debe tener un único logout_token.
request-logout-session = La solicitud debe indicar un emisor y una sesión.
request-unauthenticated = El parámetro unauthenticated debe ser 401 o redirect y solo puede establecerse una vez.
request-rule-claim = Una regla no puede usar una notificación que los usuarios puedan cambiar, como una dirección de correo electrónico.
request-rule = Una regla necesita una notificación y un valor.
request-language = El parámetro language no indica ningún idioma de este sitio.

entra-redirect-uri = La dirección de esta aplicación no está registrada
    .explanation = Microsoft Entra no conoce el URI de redirección que ha enviado esta aplicación.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrador: en «Autenticación», «Web», agregue el URI de redirección exactamente como se muestra en la página de inicio.
entra-client = Esta aplicación no está registrada aquí
    .explanation = No hay ninguna aplicación con este identificador de cliente en el directorio de la organización.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrador: compare client.client_id y client.authority con la información general del registro.
entra-tenant = No se ha encontrado esta organización
    .explanation = No hay ningún inquilino con el nombre o el identificador de la configuración de esta aplicación.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrador: compare client.authority con el identificador de directorio (inquilino) del registro.
entra-secret = El secreto de esta aplicación es incorrecto o ha expirado
    .explanation = Microsoft Entra no ha aceptado el secreto de cliente.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrador: cree un nuevo secreto de cliente y establezca client.client_credential en su valor (no en su identificador).
entra-certificate = El certificado de esta aplicación no está registrado
    .explanation = Microsoft Entra no ha podido comprobar la firma de esta aplicación.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrador: en «Certificados y secretos», cargue el certificado si falta o ha expirado. `identity-web check` muestra su huella digital.
entra-assertion = La credencial de esta aplicación no es válida en este momento
    .explanation = La aserción o el token que autentica esta aplicación ha expirado o aún no es válido.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrador: compare los relojes. Si la credencial es un token federado, averigüe por qué no se renueva su archivo: ejecute `identity-web check`.
entra-federation = El token de esta aplicación no es de confianza
    .explanation = El token que autentica esta aplicación no coincide con ninguna de sus credenciales federadas.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrador: en «Certificados y secretos», «Credenciales federadas», agregue una con exactamente el emisor, el sujeto y la audiencia que muestra `identity-web check`.
entra-consent = Falta el consentimiento
    .explanation = Esta aplicación necesita su consentimiento, o el de un administrador, para leer su perfil.
    .action-1 = Vuelva a iniciar sesión y acepte la solicitud de consentimiento.
    .action-2 = Si no se le pide, un administrador debe conceder el consentimiento en «Permisos de API».
entra-declined = Ha rechazado la solicitud
    .explanation = Ha rechazado la solicitud de consentimiento, por lo que no se ha iniciado su sesión.
    .action-1 = Para iniciar sesión, empiece de nuevo y acepte.
entra-not-assigned = No se le ha concedido acceso
    .explanation = Solo pueden iniciar sesión los usuarios asignados a esta aplicación. Usted no está asignado.
    .action-1 = { action-tell-administrator }
    .action-2 = Administrador: en «Aplicaciones empresariales», «Usuarios y grupos», asigne el usuario o uno de sus grupos.
entra-other-organisation = Esta cuenta pertenece a otra organización
    .explanation = La cuenta que ha elegido no es miembro de la organización de esta aplicación.
    .action-1 = Inicie sesión con otra cuenta.
    .action-2 = Administrador: invite al usuario.
entra-password = Cuenta o contraseña incorrecta
    .explanation = Microsoft Entra no ha aceptado el nombre de la cuenta y la contraseña.
    .action-1 = Empiece de nuevo y compruebe la ortografía del nombre de la cuenta.
entra-locked = Esta cuenta está bloqueada o deshabilitada
    .explanation = No se puede usar para iniciar sesión en este momento.
    .action-1 = Consulte al administrador de su organización.
entra-verification = Se necesita una comprobación adicional
    .explanation = Microsoft Entra pide una contraseña nueva u otra prueba de identidad.
    .action-1 = Vuelva a iniciar sesión y siga las instrucciones.
entra-conditional-access = Las reglas de su organización no lo permiten
    .explanation = El acceso condicional bloquea este inicio de sesión, quizá debido a este dispositivo o a esta red.
    .action-1 = Inténtelo desde un dispositivo administrado por su organización.
    .action-2 = Consulte al administrador de su organización.
entra-expired = Este inicio de sesión ya no es válido
    .explanation = Su código ya se ha usado o ha expirado, o se ha revocado su acceso.
    .action-1 = { action-sign-in-again }
entra-not-signed-in = No ha iniciado sesión en Microsoft
    .explanation = Se ha intentado un inicio de sesión silencioso, pero no había ninguna cuenta con la sesión iniciada.
    .action-1 = { action-sign-in-again }
entra-addresses-differ = Las direcciones de esta aplicación no coinciden
    .explanation = El URI de redirección del inicio de sesión es distinto del de la solicitud de token.
    .action-1 = { action-tell-administrator }
    .action-2 = Desarrollador: server.public_url y la dirección que sirve un proxy deben ser iguales.
entra-code-verifier = No se ha podido comprobar el inicio de sesión
    .explanation = El comprobador de código no corresponde al inicio de sesión (PKCE).
    .action-1 = { action-sign-in-again }
entra-incomplete = La solicitud está incompleta
    .explanation = Falta un parámetro que Microsoft Entra requiere.
    .action-1 = { action-tell-administrator }
    .action-2 = Desarrollador: busque el identificador de correlación en el registro para saber cuál.

b2c-no-password-reset = Su contraseña no se puede restablecer desde aquí
    .explanation = Ha pedido restablecer la contraseña, pero esta aplicación no tiene ninguna página para ello.
    .action-1 = Inicie sesión, si la recuerda.
    .action-2 = Administrador: establezca b2c.password en el flujo de usuario que restablece contraseñas, o active el autoservicio de restablecimiento de contraseña en el flujo de usuario de inicio de sesión.
b2c-cancelled = Ha cancelado
    .explanation = Ha salido de la página del proveedor de identidades, por lo que no se ha iniciado su sesión.
    .action-1 = Para iniciar sesión, empiece de nuevo.
b2c-not-signed-in = No ha iniciado sesión en el proveedor de identidades
    .explanation = Se ha intentado un inicio de sesión silencioso, pero no había ninguna cuenta con la sesión iniciada.
    .action-1 = { action-sign-in-again }
b2c-expired = Este inicio de sesión ya no es válido
    .explanation = Su código ha expirado, ya se ha usado o pertenece a otro inicio de sesión.
    .action-1 = { action-sign-in-again }
b2c-secret = El secreto de esta aplicación es incorrecto o ha expirado
    .explanation = Azure AD B2C no ha aceptado el secreto de cliente.
    .action-1 = Administrador: cree un nuevo secreto de cliente en el inquilino de B2C y establezca client.client_credential en su valor (no en su identificador).
b2c-redirect-uri = La dirección de esta aplicación no está registrada
    .explanation = Azure AD B2C no conoce el URI de redirección que ha enviado esta aplicación.
    .action-1 = Administrador: en el registro del inquilino de B2C, agregue el URI de redirección exactamente como se muestra en la página de inicio.
b2c-client = Esta aplicación no está registrada aquí
    .explanation = No hay ninguna aplicación con este identificador de cliente en el inquilino de B2C.
    .action-1 = Administrador: compare client.client_id y client.authority con el registro del inquilino de B2C.
b2c-scope = Esta aplicación solicita un permiso desconocido
    .explanation = Azure AD B2C no conoce uno de los ámbitos solicitados, o no en combinación con los demás.
    .action-1 = Administrador: compare auth_request.scopes con los permisos de API del registro.
b2c-other-provider = El otro proveedor de identidades no ha iniciado su sesión
    .explanation = Ha elegido iniciar sesión con otra cuenta, pero su proveedor no ha devuelto ninguna respuesta válida. Quizá canceló allí.
    .action-1 = Empiece de nuevo y elija cómo iniciar sesión.

trace-title = Su último inicio de sesión
