//! Writing grants and tokens of clients, and the directory's keys.

use denizen_domain::id::AppId;
use denizen_domain::oauth::{AccessToken, ScopeGrant, SigningKey};
use denizen_domain::ports::{OAuthWrite, StoreError, UniqueField};
use denizen_domain::secret::SecretDigest;
use denizen_domain::time::Timestamp;
use diesel::prelude::*;

use super::apply::{Expected, Statements};
use super::statements::{ResealKey, RetireKey};
use crate::schema::{access_tokens, oauth_clients, scope_grants, signing_keys, used_assertions};

/// Changes grants or tokens of a client, or a key.
pub(super) fn write_oauth(change: &OAuthWrite, to: &mut impl Statements) -> Result<(), StoreError> {
    match change {
        OAuthWrite::InsertGrant(grant) => insert_grant(grant, to),
        OAuthWrite::DeleteGrant(id) => {
            let known = scope_grants::table.filter(scope_grants::id.eq(id.as_str()));
            to.run(Expected::One, diesel::delete(known))
        }
        OAuthWrite::InsertToken(token) => insert_token(token, to),
        OAuthWrite::DeleteToken(digest) => {
            let known = access_tokens::table.filter(access_tokens::digest.eq(&digest.as_bytes()[..]));
            to.run(Expected::Any, diesel::delete(known))
        }
        OAuthWrite::DeleteTokensOfApp(id) => {
            let issued = access_tokens::table.filter(access_tokens::app_id.eq(id.as_str()));
            to.run(Expected::Any, diesel::delete(issued))
        }
        OAuthWrite::DeleteTokensOfUser(id) => {
            let issued = access_tokens::table.filter(access_tokens::user_id.eq(id.as_str()));
            to.run(Expected::Any, diesel::delete(issued))
        }
        OAuthWrite::UseAssertion { app_id, id, expires } => use_assertion(app_id, id, *expires, to),
        OAuthWrite::ForgetEnded(at) => {
            let ended = access_tokens::table.filter(access_tokens::expires.le(at.as_millis()));
            to.run(Expected::Any, diesel::delete(ended))?;
            let ended = used_assertions::table.filter(used_assertions::expires.le(at.as_millis()));
            to.run(Expected::Any, diesel::delete(ended))
        }
        OAuthWrite::InsertKey(key) => insert_key(key, to),
        OAuthWrite::ReplaceKey { from, to: key, at } => {
            let retire = RetireKey {
                kid: from,
                retired: at.as_millis(),
            };
            to.run(Expected::One, retire)?;
            insert_key(key, to)
        }
        OAuthWrite::ResealKey { kid, sealed } => to.run(Expected::Any, ResealKey { kid, sealed }),
        OAuthWrite::ForgetKeys(before) => {
            let old = signing_keys::table.filter(signing_keys::retired.lt(before.as_millis()));
            to.run(Expected::Any, diesel::delete(old))
        }
    }
}

/// Gives an app the name that it goes by as a client.
pub(super) fn insert_client(client_id: &str, app_id: &AppId, to: &mut impl Statements) -> Result<(), StoreError> {
    let row = (
        oauth_clients::client_id.eq(client_id),
        oauth_clients::app_id.eq(app_id.as_str()),
    );
    to.run(Expected::One, diesel::insert_into(oauth_clients::table).values(row))
}

fn insert_grant(grant: &ScopeGrant, to: &mut impl Statements) -> Result<(), StoreError> {
    let row = (
        scope_grants::id.eq(grant.id.as_str()),
        scope_grants::app_id.eq(grant.app_id.as_str()),
        scope_grants::scope.eq(grant.scope.as_str()),
        scope_grants::created_by.eq(grant.created_by.as_str()),
        scope_grants::created.eq(grant.created.as_millis()),
    );
    let granted = (scope_grants::app_id, scope_grants::scope);
    let insert = diesel::insert_into(scope_grants::table).values(row);
    to.run(
        Expected::Free(UniqueField::Scope),
        insert.on_conflict(granted).do_nothing(),
    )
}

fn insert_token(token: &AccessToken, to: &mut impl Statements) -> Result<(), StoreError> {
    let grants: Vec<&str> = token.grants.iter().map(|id| id.as_str()).collect();
    let grants = grants.join(" ");
    let row = (
        access_tokens::id.eq(token.id.as_str()),
        access_tokens::digest.eq(&token.digest.as_bytes()[..]),
        access_tokens::app_id.eq(token.app_id.as_str()),
        access_tokens::user_id.eq(token.user_id.as_ref().map(|id| id.as_str())),
        access_tokens::grants.eq(grants.as_str()),
        access_tokens::created.eq(token.created.as_millis()),
        access_tokens::expires.eq(token.expires.as_millis()),
    );
    to.run(Expected::One, diesel::insert_into(access_tokens::table).values(row))
}

fn use_assertion(
    app_id: &AppId,
    id: &SecretDigest,
    expires: Timestamp,
    to: &mut impl Statements,
) -> Result<(), StoreError> {
    let row = (
        used_assertions::app_id.eq(app_id.as_str()),
        used_assertions::id.eq(&id.as_bytes()[..]),
        used_assertions::expires.eq(expires.as_millis()),
    );
    let used = (used_assertions::app_id, used_assertions::id);
    let insert = diesel::insert_into(used_assertions::table).values(row);
    to.run(
        Expected::Free(UniqueField::Assertion),
        insert.on_conflict(used).do_nothing(),
    )
}

fn insert_key(key: &SigningKey, to: &mut impl Statements) -> Result<(), StoreError> {
    let row = (
        signing_keys::kid.eq(key.kid.as_str()),
        signing_keys::public.eq(key.public.as_str()),
        signing_keys::sealed.eq(key.sealed.as_slice()),
        signing_keys::created.eq(key.created.as_millis()),
        signing_keys::retired.eq(key.retired.map(Timestamp::as_millis)),
    );
    to.run(Expected::One, diesel::insert_into(signing_keys::table).values(row))
}
