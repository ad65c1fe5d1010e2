//! What every store must do, as checks that run against any of them.
//!
//! [`run`] founds an empty store and tries every promise of the ports. A store that passes can stand in for any other.

mod commits;
mod factors;
mod groups;
mod lists;
mod messaging;
mod oauth;
mod outbox;
mod pushes;
mod races;
mod roles;
mod sample;
mod sessions;
mod standings;
mod structure;
mod subscriptions;
mod yubikeys;

use std::sync::Arc;

use denizen_domain::ports::Store;

pub use self::sample::{Sample, user};

/// Runs the whole suite against an empty store. Panics at the first broken promise.
pub async fn run(store: Arc<dyn Store>) {
    let sample = Sample::found(Arc::clone(&store)).await;
    commits::run(&sample).await;
    outbox::run(&sample).await;
    races::run(&sample).await;
    lists::run(&sample).await;
    structure::run(&sample).await;
    groups::run(&sample).await;
    roles::run(&sample).await;
    subscriptions::run(&sample).await;
    standings::run(&sample).await;
    oauth::run(&sample).await;
    sessions::run(&sample).await;
    factors::run(&sample).await;
    messaging::run(&sample).await;
    pushes::run(&sample).await;
    yubikeys::run(&sample).await;
}
