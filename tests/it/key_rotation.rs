//! The key ring is rotated in its file, without a restart, while replicas that were started at different steps serve.

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::join_all;
use identity_web::internals::session::key_ring::new_ring_key;
use ring::rand::SystemRandom;

use crate::helpers::{Browser, Folder, TestApp};

/// Longer than the two seconds in which replicas read their files again.
const STEP: Duration = Duration::from_millis(2500);

#[actix_web::test]
async fn nobody_is_signed_out_while_the_keys_are_rotated_under_load() {
    let random = SystemRandom::new();
    let (old, new) = (new_ring_key(&random).unwrap(), new_ring_key(&random).unwrap());
    let folder = Folder::new("keys");
    let file = folder.path().join("keys");
    let write = |ring: &[&str]| {
        let fresh = folder.path().join("fresh");
        std::fs::write(&fresh, ring.join(",")).unwrap();
        std::fs::rename(&fresh, &file).unwrap();
    };
    write(&[&old]);
    let first = TestApp::spawn_with(&[("session.keys", ""), ("session.keys_file", file.to_str().unwrap())]).await;
    let browsers: Vec<_> = (0..6).map(|n| if n % 2 == 0 { Browser::new() } else { Browser::http2() }).collect();
    for browser in &browsers {
        browser.add_other_cookie("theme=dark");
        browser.sign_in(&first, "ada").await;
    }

    let (done, visits) = (Cell::new(false), Cell::new(0));
    let replicas = std::cell::RefCell::new(vec![first.url.clone()]);
    let load = browsers.iter().enumerate().map(|(n, browser)| {
        let (done, visits, replicas) = (&done, &visits, &replicas);
        async move {
            let mut turn = n;
            while !done.get() {
                let url = {
                    let replicas = replicas.borrow();
                    replicas[turn % replicas.len()].clone()
                };
                let answer = browser.get(&format!("{url}/token_details")).await;
                assert_eq!(answer.status, 200, "visit {turn} of browser {n} at {url}");
                visits.set(visits.get() + 1);
                turn += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    });
    let rotation = async {
        tokio::time::sleep(STEP).await;
        for ring in [vec![&*old, &*new], vec![&*new, &*old]] {
            write(&ring);
            tokio::time::sleep(STEP).await;
            let replica = first.replica();
            replicas.borrow_mut().push(replica.url.clone());
            tokio::time::sleep(STEP).await;
        }
        write(&[&*new]);
        tokio::time::sleep(STEP).await;
        done.set(true);
    };
    tokio::join!(join_all(load), rotation);
    assert!(visits.get() > 300, "{}", visits.get());

    // The old key is of no use any more, and a user signs in with the new one alone.
    let late = Browser::new();
    late.sign_in(&first, "alan").await;
    let fresh = first.replica();
    assert!(late.is_signed_in(&fresh).await && browsers[0].is_signed_in(&fresh).await);
}
