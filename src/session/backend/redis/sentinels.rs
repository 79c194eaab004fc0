//! What the Sentinels say of a master.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use redis::{Client, ErrorKind, RedisError};
use tokio::time::timeout;

use super::RedisSettings;
use super::target::host_and_port;
use super::topology::connect;

/// The address that most Sentinels give: one that was cut off may give an old one. Some may be mute, so as soon as a
/// majority agrees, or when `patience` is over, the others don't count.
pub(super) async fn agreed(
    answers: impl Iterator<Item = impl Future<Output = Result<Option<String>, RedisError>>>,
    patience: Duration,
) -> Result<String, RedisError> {
    let mut answers: FuturesUnordered<_> = answers.collect();
    let majority = answers.len() / 2 + 1;
    let mut votes = HashMap::<String, usize>::new();
    let mut error = RedisError::from((ErrorKind::Client, "no Sentinel knows the master"));
    let counting = async {
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(Some(address)) => {
                    let count = votes.entry(address).or_default();
                    *count += 1;
                    if *count == majority {
                        return;
                    }
                }
                Ok(None) => {}
                Err(failure) => error = failure,
            }
        }
    };
    // What was counted by then decides.
    let _ = timeout(patience, counting).await;
    votes.into_iter().max_by_key(|(_, count)| *count).map(|(address, _)| address).ok_or(error)
}

/// Asks a Sentinel for the address of a master; `None` if it watches none of this name.
pub(super) async fn ask_sentinel(
    client: &Client,
    master: &str,
    settings: &RedisSettings,
) -> Result<Option<String>, RedisError> {
    let mut connection = connect(client, settings).await?;
    let mut command = redis::cmd("SENTINEL");
    command.arg("GET-MASTER-ADDR-BY-NAME").arg(master);
    let address: Option<(String, u16)> = command.query_async(&mut connection).await?;
    Ok(address.map(|(host, port)| host_and_port(&host, port)))
}

#[cfg(test)]
mod tests {
    use futures_util::future::BoxFuture;

    use super::*;

    type Answer = BoxFuture<'static, Result<Option<String>, RedisError>>;

    fn tells(address: &str) -> Answer {
        let address = address.to_owned();
        Box::pin(async { Ok(Some(address)) })
    }

    async fn outcome(answers: Vec<Answer>) -> Option<String> {
        agreed(answers.into_iter(), Duration::from_millis(100)).await.ok()
    }

    #[tokio::test]
    async fn most_sentinels_decide_and_mute_ones_hold_nobody_up() {
        let mute = || -> Answer { Box::pin(std::future::pending()) };
        let fails = || -> Answer { Box::pin(async { Err((ErrorKind::Io, "away").into()) }) };
        let knows_nothing = || -> Answer { Box::pin(async { Ok(None) }) };
        let new = Some("new:1".to_owned());
        assert_eq!(outcome(vec![tells("old:1"), tells("new:1"), tells("new:1")]).await, new, "one was cut off");
        assert_eq!(outcome(vec![mute(), mute(), tells("new:1")]).await, new);
        assert_eq!(outcome(vec![fails(), knows_nothing(), tells("new:1")]).await, new);
        assert_eq!(outcome(vec![knows_nothing(), fails(), mute()]).await, None);
    }
}
