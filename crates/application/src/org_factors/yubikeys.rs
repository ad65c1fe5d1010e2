//! YubiKeys of the organization (contract: factors §16.3).

use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::factor::yubikey::Yubikey;
use denizen_domain::factor::yubikey_filter::{YubikeyFilter, YubikeySort};
use denizen_domain::factor::yubikey_otp::{PublicId, Seed};
use denizen_domain::id::{UserId, YubikeyId};
use denizen_domain::ports::{Changes, StoreError, UniqueField, UserCriterion, UserSelection, Write};
use denizen_domain::ports::{YubikeySelection, YubikeyWrite};
use denizen_domain::sealed::Sealed;
use denizen_domain::search::UserQuery;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;
use denizen_domain::validation::{Validation, Violations};

use crate::account::Doer;
use crate::call::{Call, Listing};
use crate::directory::{Directory, MOST_ROUNDS, must_at_large};
use crate::error::{Error, ResourceKind};
use crate::paging::limit_within;

const DEFAULT: usize = 20;
const MOST: usize = 200;
const MOST_OF_A_DOWNLOAD: usize = 1000;
/// So many users with one address are looked at.
const MOST_HOLDERS: usize = 100;
/// A serial number is shown with so many digits.
const MOST_DIGITS: usize = 12;

/// A request for a list of YubiKeys, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct ListYubikeys {
    /// A filter expression.
    pub filter: Option<String>,
    /// What to sort by.
    pub sort_by: Option<String>,
    /// Which way.
    pub sort_order: Option<String>,
    /// At most this many.
    pub limit: Option<i64>,
    /// Where to go on.
    pub after: Option<String>,
    /// Whether users are wanted with their YubiKeys.
    pub with_users: bool,
    /// Whether the list is for a file.
    pub for_download: bool,
}

/// A YubiKey, and whoever uses it where that was asked for.
pub type YubikeyListing = (Yubikey, Option<User>);

/// A YubiKey to be uploaded, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct UploadYubikey {
    /// The number that is printed on it.
    pub serial_number: String,
    /// Its public name.
    pub public_id: String,
    /// Its private name.
    pub private_id: Option<Secret>,
    /// Its key.
    pub aes_key: Option<Secret>,
}

impl Directory {
    /// Reads a list of YubiKeys (`listYubikeyOtpTokens`).
    ///
    /// # Errors
    /// `Forbidden`, `Search`, `Validation`, `InvalidCursor`.
    pub async fn list_yubikeys(&self, call: &Call, request: &ListYubikeys) -> Result<Listing<YubikeyListing>, Error> {
        must_at_large(call, Permission::YubikeysRead)?;
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let filter = given(&request.filter)
            .map(|text| YubikeyFilter::parse(&text))
            .transpose()?;
        let filter = filter.unwrap_or_default();
        let most = if request.for_download { MOST_OF_A_DOWNLOAD } else { MOST };
        let usual = if request.for_download {
            MOST_OF_A_DOWNLOAD
        } else {
            DEFAULT
        };
        let mut selection = YubikeySelection {
            holders: self.holders_asked_for(&filter).await?,
            serial: filter.serial,
            status: filter.status,
            moments: filter.moments,
            sort: sort_asked_for(request.sort_by.as_deref())?,
            descending: is_descending(request.sort_order.as_deref())?,
            after: None,
            limit: limit_within(request.limit, usual, most)?,
        };
        let list = format!(
            "yubikeys {:?} {:?} {}",
            request.filter, selection.sort, selection.descending
        );
        selection.after = self.opened(request.after.as_deref(), &list, call)?;
        let limit = selection.limit;
        let page = self.ports.store.list_yubikeys(&selection).await?;
        let listing = self.listing(page, limit, &list, call);
        let mut items = Vec::with_capacity(listing.items.len());
        for yubikey in listing.items {
            let holder = yubikey.holder.as_ref().filter(|_| request.with_users);
            let user = match holder {
                Some(holder) => self.ports.store.user(&holder.user_id).await?,
                None => None,
            };
            items.push((yubikey, user));
        }
        Ok(Listing {
            items,
            next: listing.next,
            limit,
        })
    }

    /// The users whose YubiKeys a filter asks for; `None` where it asks for nobody's.
    async fn holders_asked_for(&self, filter: &YubikeyFilter) -> Result<Option<Vec<UserId>>, Error> {
        let by_id = filter
            .user_id
            .as_deref()
            .map(|id| UserId::parse(id).into_iter().collect::<Vec<_>>());
        let Some(email) = &filter.email else {
            return Ok(by_id);
        };
        let structure = self.structure().await?;
        let schemas: Vec<_> = structure.user_types.iter().map(|(_, schema)| schema.clone()).collect();
        let quoted = email.replace('\\', "\\\\").replace('"', "\\\"");
        let query = UserQuery::search(&format!("profile.email eq \"{quoted}\""), &schemas)?;
        let selection = UserSelection {
            criterion: UserCriterion::Matching(query),
            within: None,
            sort: None,
            after: None,
            limit: MOST_HOLDERS,
        };
        let found = self.ports.store.list_users(&selection).await?;
        let found = found.items.into_iter().map(|user| user.id);
        Ok(Some(
            found
                .filter(|id| by_id.as_ref().is_none_or(|wanted| wanted.contains(id)))
                .collect(),
        ))
    }

    /// Reads a YubiKey (`getYubikeyOtpTokenById`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn get_yubikey(&self, call: &Call, id: &str) -> Result<Yubikey, Error> {
        must_at_large(call, Permission::YubikeysRead)?;
        self.find_yubikey(id).await
    }

    async fn find_yubikey(&self, id: &str) -> Result<Yubikey, Error> {
        let found = match YubikeyId::parse(id) {
            Some(id) => self.ports.store.yubikey(&id).await?,
            None => None,
        };
        found.ok_or_else(|| Error::not_found(ResourceKind::Yubikey, id))
    }

    /// Takes in a YubiKey with its seed, which is never shown again (`uploadYubikeyOtpTokenSeed`; O7, K1).
    ///
    /// # Errors
    /// `Forbidden`, `Validation`, `Conflict`.
    pub async fn upload_yubikey(&self, call: &Call, request: &UploadYubikey) -> Result<Yubikey, Error> {
        must_at_large(call, Permission::YubikeysManage)?;
        let (public_id, serial, seed) = checked(request)?;
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let id = YubikeyId::generate(at, self.random());
            let sealed = self.ports.sealer.seal(seed.as_bytes(), &Yubikey::seal_context(&id));
            let yubikey = Yubikey::upload(id, public_id, serial.clone(), Sealed::from_bytes(sealed), at);
            let write = YubikeyWrite::Insert(Box::new(yubikey.clone()));
            let changes = self.yubikey_changes(call, write, EventType::YubikeyUpload, &yubikey);
            match self.commit(changes).await {
                Ok(()) => return Ok(yubikey),
                Err(StoreError::Duplicate(UniqueField::Id)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict)
    }

    /// Removes a YubiKey that nobody uses (`deleteYubikeyOtpToken`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Yubikey`, `Conflict`.
    pub async fn delete_yubikey(&self, call: &Call, id: &str) -> Result<(), Error> {
        must_at_large(call, Permission::YubikeysManage)?;
        for _ in 0..MOST_ROUNDS {
            let yubikey = self.find_yubikey(id).await?;
            yubikey.check_removal()?;
            let write = YubikeyWrite::Delete(Box::new(yubikey.clone()));
            let changes = self.yubikey_changes(call, write, EventType::YubikeyDelete, &yubikey);
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict)
    }

    fn yubikey_changes(&self, call: &Call, write: YubikeyWrite, event: EventType, about: &Yubikey) -> Changes {
        let entity = Entity {
            id: about.id.to_string(),
            kind: "YubikeyOtpToken".to_owned(),
            alternate_id: None,
            display_name: Some(about.serial.clone()),
        };
        Changes {
            writes: vec![Write::Yubikey(write)],
            events: vec![self.event(&Doer::caller(call), event, vec![entity], self.now())],
            messages: Vec::new(),
        }
    }
}

/// Whoever loses all factors gives up every YubiKey for good.
pub(crate) fn revoke_yubikeys(user_id: &UserId, at: Timestamp) -> Write {
    Write::Yubikey(YubikeyWrite::RevokeAllOf {
        user_id: user_id.clone(),
        at,
    })
}

fn sort_asked_for(name: Option<&str>) -> Result<YubikeySort, Error> {
    match name {
        None => Ok(YubikeySort::default()),
        Some(name) => {
            let sort = YubikeySort::parse(name);
            sort.ok_or_else(|| Validation::field("sortBy", "The field cannot be sorted by").into())
        }
    }
}

fn is_descending(order: Option<&str>) -> Result<bool, Error> {
    match order {
        None => Ok(false),
        Some(order) if order.eq_ignore_ascii_case("asc") => Ok(false),
        Some(order) if order.eq_ignore_ascii_case("desc") => Ok(true),
        Some(_) => Err(Validation::field("sortOrder", "The value must be ASC or DESC").into()),
    }
}

/// The name, the number and the seed, where every field is what it must be.
fn checked(request: &UploadYubikey) -> Result<(PublicId, String, Seed), Error> {
    const BLANK: &str = "The field cannot be left blank";
    let (private_id, aes_key) = (exposed(&request.private_id), exposed(&request.aes_key));
    let mut violations = Violations::default();
    for (name, value) in [
        ("serialNumber", request.serial_number.as_str()),
        ("publicId", &request.public_id),
        ("privateId", private_id),
        ("aesKey", aes_key),
    ] {
        if value.is_empty() {
            violations.add(name, BLANK);
        }
    }
    violations.into_result()?;
    let public_id = PublicId::parse(&request.public_id);
    let public_id = public_id.ok_or_else(|| Validation::field("publicId", "It must be twelve modhex characters"))?;
    let serial = &request.serial_number;
    if serial.len() > MOST_DIGITS || !serial.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Validation::field("serialNumber", "It must be a number of at most twelve digits").into());
    }
    let seed = Seed::parse(private_id, aes_key);
    let seed = seed.ok_or_else(|| {
        let text = "It must be 32 hexadecimal digits, and the private id 12";
        Validation::field("aesKey", text)
    })?;
    Ok((public_id, format!("{serial:0>MOST_DIGITS$}"), seed))
}

fn exposed(secret: &Option<Secret>) -> &str {
    secret.as_ref().map_or("", Secret::expose)
}
