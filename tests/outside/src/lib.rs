//! Team Tasks: a board for the staff of one organisation and for its partners, with an API for other programs.

pub mod accounts;
mod api;
mod board;
pub mod pages;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use board::Board;
use identity_web::views::Views;
use identity_web::{
    DownstreamApi, Identity, IdentityWeb, IdentityWebBuilder, Provider, Require, RequireToken, SessionEnd, SignIn,
    SignInRefusal, SignOut, StartError, api_only, login_required, same_origin, sessions_page,
};

/// The name of this API in access tokens.
pub const AUDIENCE: &str = "api://team-tasks";

/// The application's own state, which all workers share.
#[derive(Clone)]
pub struct TeamTasks {
    /// Sign-in and sessions.
    pub identity: IdentityWeb,
    /// The accounts.
    pub accounts: Arc<Accounts>,
    board: Data<Board>,
}

impl TeamTasks {
    /// Creates the application. `builder` says where sessions are.
    ///
    /// # Errors
    /// The settings or the templates can't be used.
    pub async fn new(
        builder: IdentityWebBuilder,
        public_url: &str,
        staff: Provider,
        partners: Provider,
    ) -> Result<Self, StartError> {
        let accounts = Arc::new(Accounts::default());
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let views = Views::new()
            .with_name("Team Tasks")
            .with_support_url("mailto:help@tasks.example")
            .with_error_renderer(pages::error)
            .with_templates(templates)?;
        let [on_sign_in, on_sign_out, on_end, on_refusal] = [(); 4].map(|()| Arc::clone(&accounts));
        let identity = builder
            .public_url(public_url)
            .provider(staff.display_name("Staff"))
            .provider(partners.named("partners").display_name("Partner").domains(["partner.example"]))
            .api_audience([AUDIENCE])
            .idle_timeout(Duration::from_mins(30))
            .views(views)
            .on_sign_in(async move |sign_in: &SignIn| on_sign_in.admit(sign_in).await)
            .on_sign_out(async move |sign_out: &SignOut| on_sign_out.signed_out(sign_out).await)
            .on_session_end(async move |end: &SessionEnd| on_end.session_ended(end).await)
            .on_refusal(async move |refusal: &SignInRefusal| on_refusal.sign_in_refused(refusal).await)
            .build()
            .await?;
        Ok(Self { identity, accounts, board: Data::new(Board::default()) })
    }

    /// The application's routes, and the library's.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let (identity, board) = (self.identity.clone(), self.board.clone());
        move |service| {
            service.app_data(board).app_data(Data::new(DownstreamApi::new(&["api://calendar/Events.Read"])));
            service.configure(identity.routes()).configure(identity.api_routes()).configure(sessions_page);
            service.configure(for_browsers).configure(for_programs);
        }
    }
}

/// Editors of the staff: a partner's provider makes nobody an editor here.
fn editors() -> Require {
    Require::role("Editor").and(Require::when(|user: &Identity| user.provider().is_none()))
}

/// The last wrap of a scope is the outermost.
fn for_browsers(service: &mut ServiceConfig) {
    let members = web::scope("/board").wrap(from_fn(login_required));
    let admin = editors().and(Require::fresh(Duration::from_mins(5))).explained();
    service
        .route("/", web::get().to(pages::home))
        .route("/account", web::get().to(pages::account))
        .route("/calendar", web::get().to(pages::calendar))
        .route("/until-ended", web::get().to(pages::until_ended))
        .service(web::resource("/payroll").wrap(Require::acr(["phr"])).get(pages::account))
        .route("/delete-allowed", web::get().to(pages::may_delete))
        .service(members.route("", web::get().to(pages::board)))
        .service(web::resource("/archive").wrap(admin).get(pages::archive))
        .service(
            web::scope("/json")
                .wrap(Require::role("Editor").or(Require::when(|user| user.provider() == Some("partners"))))
                .wrap(from_fn(same_origin))
                .wrap(from_fn(api_only))
                .service(web::resource("/tasks").get(pages::tasks).post(pages::add))
                .service(web::resource("/draft").get(pages::draft).put(pages::set_draft)),
        );
}

fn for_programs(service: &mut ServiceConfig) {
    let writes = RequireToken::scope("tasks.write").or(RequireToken::role("Tasks.Write.All"));
    service
        .route("/whoami", web::get().to(api::whoami))
        .service(web::resource("/v1/tasks").get(api::tasks).wrap(RequireToken::scope("tasks.read")))
        .service(web::resource("/v1/tasks/new").wrap(writes).post(api::add))
        .service(web::resource("/v1/calendar").get(api::calendar));
}
