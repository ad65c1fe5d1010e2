//! YubiKeys, profiles of custom tokens, and which kinds of factor are used.

use std::collections::BTreeSet;

use denizen_domain::factor::hotp::{HotpProfile, HotpSettings};
use denizen_domain::factor::yubikey::{Yubikey, YubikeyHolder, YubikeyStatus};
use denizen_domain::factor::yubikey_filter::{YubikeyMoment, YubikeySort};
use denizen_domain::factor::yubikey_otp::{PublicId, Uses};
use denizen_domain::factor::{FactorId, FactorKind};
use denizen_domain::id::{HotpProfileId, YubikeyId};
use denizen_domain::ports::{
    Changes, Position, StoreError, StructureWrite, UniqueField, Write, YubikeySelection, YubikeyWrite,
};
use denizen_domain::sealed::Sealed;
use denizen_domain::search::Operator;
use denizen_domain::user::User;
use serde_json::json;

use super::sample::{Sample, dawn};

pub(super) async fn run(sample: &Sample) {
    switches_and_profiles(sample).await;
    a_key_is_written_over_the_version_read(sample).await;
    names_of_live_keys_are_unique(sample).await;
    keys_outlive_their_holders(sample).await;
    lists_are_complete_in_every_order(sample).await;
}

async fn switches_and_profiles(sample: &Sample) {
    let before = sample.store.structure().await.expect("reads");
    assert_eq!(before.hotp_profiles, []);
    let profile = |number: u64, name: &str| HotpProfile {
        id: HotpProfileId::generate(dawn(), number),
        name: name.to_owned(),
        is_default: number == 1,
        settings: HotpSettings::default(),
    };
    let (first, second) = (profile(1, "First"), profile(2, "Second"));
    let renamed = HotpProfile {
        name: "Renamed".to_owned(),
        is_default: false,
        ..first.clone()
    };
    let writes = [
        StructureWrite::SwitchFactor {
            kind: FactorKind::Sms,
            is_on: true,
        },
        StructureWrite::SwitchFactor {
            kind: FactorKind::Sms,
            is_on: false,
        },
        StructureWrite::InsertHotpProfile(Box::new(first)),
        StructureWrite::InsertHotpProfile(Box::new(second.clone())),
        StructureWrite::UpdateHotpProfile(Box::new(renamed.clone())),
    ];
    let mut changes = vec![Write::AdvanceStructure(before.version)];
    changes.extend(writes.into_iter().map(Write::Structure));
    sample.write(changes).await;
    let after = sample.store.structure().await.expect("reads");
    assert_eq!(after.hotp_profiles, [renamed, second]);
    let none = BTreeSet::new();
    let is_on = |kind| after.factor_switches.is_on(kind, &none);
    assert!(!is_on(FactorKind::Sms) && is_on(FactorKind::Call));
}

/// A YubiKey of a name, not yet stored.
fn key(sample: &Sample, name: &str) -> Yubikey {
    let number = sample.number();
    let at = dawn().plus_minutes(i64::try_from(number).unwrap_or_default());
    let public_id = PublicId::parse(name).expect("the suite's names are names");
    Yubikey::upload(
        YubikeyId::generate(at, number),
        public_id,
        public_id.serial(),
        Sealed::from_bytes(vec![0, 255]),
        at,
    )
}

fn insert(one: &Yubikey) -> Write {
    Write::Yubikey(YubikeyWrite::Insert(Box::new(one.clone())))
}

fn update(from: &Yubikey, to: &Yubikey) -> Write {
    let (from, to) = (Box::new(from.clone()), Box::new(to.clone()));
    Write::Yubikey(YubikeyWrite::Update { from, to })
}

fn delete(one: &Yubikey) -> Write {
    Write::Yubikey(YubikeyWrite::Delete(Box::new(one.clone())))
}

async fn read(sample: &Sample, one: &Yubikey) -> Option<Yubikey> {
    sample.store.yubikey(&one.id).await.expect("reads")
}

async fn refused(sample: &Sample, write: Write) -> StoreError {
    let changes = Changes {
        writes: vec![write],
        ..Changes::default()
    };
    sample.store.commit(changes).await.expect_err("it is refused")
}

/// A YubiKey in somebody's hands.
fn taken(one: &Yubikey, user: &User, counter: u16) -> Yubikey {
    let holder = YubikeyHolder {
        user_id: user.id.clone(),
        factor_id: FactorId::generate(FactorKind::Yubikey, dawn(), 1),
    };
    let uses = Uses { counter, session: 255 };
    one.enrolled(holder, uses, dawn().plus_minutes(9)).expect("it is free")
}

/// O3: of two who use one password, one is told that the key has changed.
async fn a_key_is_written_over_the_version_read(sample: &Sample) {
    let user = sample.stored("yubikey.holder@example.com", &json!({})).await;
    let fresh = key(sample, "cccccccccccb");
    sample.write(vec![insert(&fresh)]).await;
    assert_eq!(read(sample, &fresh).await, Some(fresh.clone()));
    // The seed may be sealed anew with another key.
    let in_use = Yubikey {
        sealed: Sealed::from_bytes(vec![9; 70]),
        ..taken(&fresh, &user, 32767)
    };
    sample.write(vec![update(&fresh, &in_use)]).await;
    let now = read(sample, &fresh).await.expect("it is there");
    assert_eq!(
        now,
        Yubikey {
            version: 2,
            ..in_use.clone()
        }
    );
    let by_name = sample.store.live_yubikey(&fresh.public_id).await.expect("reads");
    assert_eq!(by_name, Some(now.clone()));
    assert!(matches!(
        refused(sample, update(&fresh, &in_use)).await,
        StoreError::Stale
    ));
    assert!(matches!(refused(sample, delete(&fresh)).await, StoreError::Stale));
    assert!(matches!(refused(sample, insert(&now)).await, StoreError::Duplicate(_)));
    let nobody = sample.user("yubikey.nobody@example.com", &json!({}));
    let stolen = Yubikey {
        holder: taken(&fresh, &nobody, 1).holder,
        ..now.clone()
    };
    assert!(matches!(
        refused(sample, update(&now, &stolen)).await,
        StoreError::Stale
    ));
    sample.write(vec![delete(&now)]).await;
    assert_eq!(read(sample, &fresh).await, None);
}

async fn names_of_live_keys_are_unique(sample: &Sample) {
    let (first, second) = (key(sample, "cccccccccccd"), key(sample, "cccccccccccd"));
    sample.write(vec![insert(&first)]).await;
    let error = refused(sample, insert(&second)).await;
    assert!(
        matches!(error, StoreError::Duplicate(UniqueField::Yubikey)),
        "{error:?}"
    );
    sample.write(vec![update(&first, &first.revoked(dawn()))]).await;
    assert_eq!(sample.store.live_yubikey(&first.public_id).await.expect("reads"), None);
    sample.write(vec![insert(&second)]).await;
    let live = sample.store.live_yubikey(&first.public_id).await.expect("reads");
    assert_eq!(live, Some(second.clone()));
    let revoked = read(sample, &first).await.expect("it is there");
    sample.write(vec![delete(&revoked), delete(&second)]).await;
}

async fn keys_outlive_their_holders(sample: &Sample) {
    let user = sample.stored("yubikey.leaver@example.com", &json!({})).await;
    let fresh = key(sample, "ccccccccccce");
    sample
        .write(vec![insert(&fresh), update(&fresh, &taken(&fresh, &user, 1))])
        .await;
    let leave = || Write::DeleteUser(Box::new(user.clone()));
    assert!(matches!(refused(sample, leave()).await, StoreError::Stale));
    let at = dawn().plus_minutes(77);
    let user_id = user.id.clone();
    let revoke = Write::Yubikey(YubikeyWrite::RevokeAllOf { user_id, at });
    sample.write(vec![revoke, leave()]).await;
    let left = read(sample, &fresh).await.expect("it is there");
    assert_eq!((left.status, left.version), (YubikeyStatus::Revoked, 3));
    assert_eq!((left.holder.clone(), left.last_updated), (None, at.whole_seconds()));
    sample.write(vec![delete(&left)]).await;
}

/// Every page of a list, with pages of two.
async fn listed(sample: &Sample, mut selection: YubikeySelection) -> Vec<YubikeyId> {
    selection.limit = 2;
    let mut ids = Vec::new();
    loop {
        let page = sample.store.list_yubikeys(&selection).await.expect("reads");
        assert!(page.items.len() <= 2);
        ids.extend(page.items.into_iter().map(|one| one.id));
        match page.next {
            None => return ids,
            next => selection.after = next,
        }
    }
}

async fn lists_are_complete_in_every_order(sample: &Sample) {
    let user = sample.stored("yubikey.list@example.com", &json!({})).await;
    let names = [
        "ccccccccccch",
        "ccccccccccci",
        "ccccccccccck",
        "cccccccccccl",
        "cccccccccccf",
    ];
    let mut keys = Vec::new();
    for name in names {
        let one = key(sample, name);
        sample.write(vec![insert(&one)]).await;
        keys.push(one);
    }
    for place in [1, 3] {
        let in_use = taken(&keys[place], &user, 1);
        sample.write(vec![update(&keys[place], &in_use)]).await;
    }
    let ids = |order: [usize; 5]| order.map(|place| keys[place].id.clone()).to_vec();
    for (sort, order) in [
        (YubikeySort::Created, [0, 1, 2, 3, 4]),
        (YubikeySort::Serial, [4, 0, 1, 2, 3]),
        (YubikeySort::Status, [1, 3, 0, 2, 4]),
        (YubikeySort::Activated, [0, 2, 4, 1, 3]),
        (YubikeySort::LastVerified, [0, 2, 4, 1, 3]),
    ] {
        let mut selection = YubikeySelection {
            sort,
            ..YubikeySelection::default()
        };
        assert_eq!(listed(sample, selection.clone()).await, ids(order), "{sort:?}");
        selection.descending = true;
        let mut backwards = ids(order);
        backwards.reverse();
        assert_eq!(listed(sample, selection).await, backwards, "{sort:?}");
    }
    lists_are_narrowed(sample, &user, &keys).await;
    let bad = YubikeySelection {
        after: Some(Position("nowhere".to_owned())),
        ..YubikeySelection::default()
    };
    let error = sample.store.list_yubikeys(&bad).await.expect_err("it is no place");
    assert!(matches!(error, StoreError::InvalidPosition), "{error:?}");
    let at = dawn();
    let user_id = user.id.clone();
    sample
        .write(vec![Write::Yubikey(YubikeyWrite::RevokeAllOf { user_id, at })])
        .await;
}

async fn lists_are_narrowed(sample: &Sample, user: &User, keys: &[Yubikey]) {
    let ids = |places: &[usize]| places.iter().map(|place| keys[*place].id.clone()).collect::<Vec<_>>();
    let all = YubikeySelection::default();
    let serial = YubikeySelection {
        serial: Some(keys[2].serial.clone()),
        ..all.clone()
    };
    assert_eq!(listed(sample, serial).await, ids(&[2]));
    let active = YubikeySelection {
        status: Some(YubikeyStatus::Active),
        ..all.clone()
    };
    assert_eq!(listed(sample, active.clone()).await, ids(&[1, 3]));
    let held = YubikeySelection {
        holders: Some(vec![user.id.clone()]),
        ..active
    };
    assert_eq!(listed(sample, held).await, ids(&[1, 3]));
    let nobodys = YubikeySelection {
        holders: Some(Vec::new()),
        ..all.clone()
    };
    assert_eq!(listed(sample, nobodys).await, []);
    let activated = dawn().plus_minutes(9);
    for (moment, operator, bound, places) in [
        (
            YubikeyMoment::Activated,
            Operator::Lt,
            activated.plus_minutes(1),
            &[1, 3][..],
        ),
        (YubikeyMoment::LastVerified, Operator::Eq, activated, &[1, 3]),
        (YubikeyMoment::Activated, Operator::Gt, activated, &[]),
        (YubikeyMoment::Created, Operator::Ge, keys[3].created, &[3, 4]),
        (YubikeyMoment::Created, Operator::Le, keys[1].created, &[0, 1]),
    ] {
        let selection = YubikeySelection {
            moments: vec![(moment, operator, bound)],
            ..all.clone()
        };
        assert_eq!(listed(sample, selection).await, ids(places), "{moment:?} {operator:?}");
    }
}
