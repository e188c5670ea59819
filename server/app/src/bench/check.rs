//! Whether the server does what the load needs: tried once, before anything is measured.

use std::time::Duration;

use tokio::time::timeout;

use super::client::Client;
use super::failure::Failure;
use super::options::{Options, Scenario};
use super::packet::{Event, Packet, event};
use super::traffic::token;

/// How long a server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The acknowledgement id of what is asked.
const ID: u64 = 0;

/// Connects, and tries what the scenario needs.
///
/// # Errors
/// What is missing, and what to do about it.
pub(crate) async fn check(options: &Options) -> Result<(), Failure> {
    let mut client = Client::connect(&options.target, &options.namespace, options.auth.as_deref()).await?;
    match options.scenario {
        Scenario::Echo => echo(&mut client, "a").await?,
        Scenario::Idle if options.payload > 0 => echo(&mut client, "a").await?,
        Scenario::FanOut | Scenario::Rooms | Scenario::Jitter => say(&mut client).await?,
        Scenario::Idle | Scenario::Connect | Scenario::Avalanche => {}
    }
    client.close().await;
    Ok(())
}

/// Has one text echoed. Whether it is the same is looked at elsewhere.
pub(crate) async fn echo(client: &mut Client, text: &str) -> Result<(), Failure> {
    client.emit(Some(ID), format_args!("[\"echo\",\"{text}\"]"));
    let answered = until(client, |packet| matches!(packet, Packet::Ack(ID, _)));
    timeout(PATIENCE, answered)
        .await
        .unwrap_or_else(|_| Err(Failure::of_handler("does not acknowledge `echo`")))
}

/// Joins a room and says something in it.
async fn say(client: &mut Client) -> Result<(), Failure> {
    let room = format!("bench-{}", token()?);
    client.emit(Some(ID), format_args!("[\"join\",\"{room}\"]"));
    let answered = until(client, |packet| matches!(packet, Packet::Ack(ID, _)));
    let missing = |_| Err(Failure::of_handler("does not acknowledge `join`"));
    timeout(PATIENCE, answered).await.unwrap_or_else(missing)?;
    client.emit(None, format_args!("[\"say\",\"{room}\",\"a\"]"));
    let is_said = |packet: &Packet<'_>| match packet {
        Packet::Event(array) => matches!(event(array), Event::Said { .. }),
        _ => false,
    };
    let missing = |_| Err(Failure::of_handler("answers `say` without `said`"));
    timeout(PATIENCE, until(client, is_said)).await.unwrap_or_else(missing)
}

async fn until(client: &mut Client, wanted: impl Fn(&Packet<'_>) -> bool) -> Result<(), Failure> {
    let mut found = false;
    while !found {
        client.read(|packet| found |= wanted(&packet)).await?;
    }
    Ok(())
}
