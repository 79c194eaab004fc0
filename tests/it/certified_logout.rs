//! A sign-out at the certified OpenID Provider `oidc-provider`, in a real browser, ends the session at every replica.

use identity_web::internals::tls;
use serde_json::{Value, json};

use crate::certified_provider::{Client, certified_provider, load_balancer, replica, sign_in};
use crate::helpers::chromium::{Chromium, DESKTOP};
use crate::helpers::redis::Redis;
use crate::helpers::{eventually, free_port, log};

/// `registered` is what of this application's URL the provider knows.
async fn signed_out_at_the_provider(channel: &str, registered: impl Fn(&str) -> Value) {
    log::start();
    tls::install_crypto();
    let redis = Redis::start();
    let port = free_port();
    let url = format!("https://127.0.0.1:{port}");
    let mut client = Client::with_secret("client_secret_basic");
    client.registered.as_object_mut().unwrap().extend(registered(&url).as_object().unwrap().clone());
    let (_provider, issuer) = certified_provider(&url, &client);
    let replicas = [(); 2].map(|()| replica(&url, &issuer, &redis, "query", &client));
    let (_balancer, _folder) = load_balancer(port, replicas);
    eventually("HAProxy", async || std::net::TcpStream::connect(("127.0.0.1", port)).ok()).await;

    let chromium = Chromium::start(DESKTOP).await;
    chromium.goto(&format!("{url}/token_details")).await;
    chromium.sees("Please sign in").await;
    sign_in(&chromium).await;
    assert!(redis.keys("").iter().any(|key| key.contains(":session:")));

    chromium.goto(&format!("{issuer}/session/end?client_id=identity-web")).await;
    chromium.click("button[name=logout], button[value=yes]").await;
    eventually("the end of the session", async || {
        redis.keys("").iter().all(|key| !key.contains(":session:")).then_some(())
    })
    .await;
    chromium.screenshot(&format!("certified-{channel}-channel-logout")).await;
    for _ in 0..2 {
        chromium.goto(&format!("{url}/token_details")).await;
        chromium.sees("Your session has ended").await;
    }
    chromium.close().await;
}

#[actix_web::test]
async fn a_back_channel_logout_by_a_certified_provider() {
    let registered = |url: &str| {
        let uri = format!("{url}/auth/back_channel_logout");
        json!({"backchannel_logout_uri": uri, "backchannel_logout_session_required": true})
    };
    signed_out_at_the_provider("back", registered).await;
}

#[actix_web::test]
async fn a_front_channel_logout_by_a_certified_provider() {
    let registered = |url: &str| {
        let uri = format!("{url}/auth/front_channel_logout");
        // The library issues `sid` to a client with a back-channel URI only, which here leads nowhere.
        json!({
            "front_channel_logout_uri": uri, "backchannel_logout_uri": format!("{url}/nowhere"),
            "backchannel_logout_session_required": true,
        })
    };
    signed_out_at_the_provider("front", registered).await;
}
