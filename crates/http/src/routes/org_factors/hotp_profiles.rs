//! Profiles of custom tokens (contract: factors §16.2).

use actix_web::HttpResponse;
use denizen_application::DescribeHotpProfile;
use denizen_domain::factor::hotp::{ADJACENT_INTERVALS, HotpProfile, HotpSettings, STEPS, SecretEncoding};
use denizen_domain::factor::otp::{OtpDigits, OtpHash, OtpParameters};
use denizen_domain::validation::Validation;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::answer;
use crate::body::Object;
use crate::operation::BASE;
use crate::refusal::Refusal;
use crate::request::Request;

/// A profile as it is sent. What only the directory says is known and ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileBody {
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    name: Option<String>,
    default: Option<bool>,
    settings: Option<Object<SettingsBody>>,
    #[serde(rename = "_links")]
    _links: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SettingsBody {
    time_based: Option<bool>,
    otp_length: Option<i64>,
    time_step: Option<i64>,
    acceptable_adjacent_intervals: Option<i64>,
    encoding: Option<String>,
    hmac_algorithm: Option<String>,
}

impl ProfileBody {
    fn read(self) -> Result<DescribeHotpProfile, Refusal> {
        let settings = self.settings.map(|given| given.0.read()).transpose()?;
        Ok(DescribeHotpProfile {
            name: self.name.unwrap_or_default(),
            is_default: self.default,
            settings,
        })
    }
}

impl SettingsBody {
    /// What is left out is as clients show it to begin with.
    fn read(self) -> Result<HotpSettings, Validation> {
        let usual = HotpSettings::default();
        let wrong =
            |field: &str| Validation::field(&format!("settings.{field}"), "The value is not one of those allowed");
        let digits = match self.otp_length {
            None => usual.parameters.digits,
            Some(count) => OtpDigits::of_count(count).ok_or_else(|| wrong("otpLength"))?,
        };
        let hash = match self.hmac_algorithm.as_deref() {
            None => usual.parameters.hash,
            Some(name) => OtpHash::of_profile_name(name).ok_or_else(|| wrong("hmacAlgorithm"))?,
        };
        let encoding = match self.encoding.as_deref() {
            None => usual.encoding,
            Some(name) => SecretEncoding::parse(name).ok_or_else(|| wrong("encoding"))?,
        };
        let step_seconds = match self.time_step {
            None => usual.parameters.step_seconds,
            Some(step) => one_of(step, STEPS).ok_or_else(|| wrong("timeStep"))?,
        };
        let adjacent_intervals = match self.acceptable_adjacent_intervals {
            None => usual.adjacent_intervals,
            Some(count) => one_of(count, ADJACENT_INTERVALS).ok_or_else(|| wrong("acceptableAdjacentIntervals"))?,
        };
        Ok(HotpSettings {
            time_based: self.time_based.unwrap_or(usual.time_based),
            parameters: OtpParameters {
                hash,
                digits,
                step_seconds,
            },
            adjacent_intervals,
            encoding,
        })
    }
}

fn one_of(number: i64, allowed: [i64; 3]) -> Option<u32> {
    u32::try_from(number).ok().filter(|_| allowed.contains(&number))
}

pub(super) async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let found = request.directory().list_hotp_profiles(&request.call).await?;
    let shown: Vec<Value> = found.iter().map(|one| view(one, request.api.base())).collect();
    Ok(answer::json(&shown))
}

pub(super) async fn create(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: ProfileBody = request.body().await?;
    let wanted = body.read()?;
    let made = request.directory().create_hotp_profile(&request.call, &wanted).await?;
    Ok(answer::json(&view(&made, request.api.base())))
}

pub(super) async fn get(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("profile");
    let found = request.directory().get_hotp_profile(&request.call, &id).await?;
    Ok(answer::json(&view(&found, request.api.base())))
}

pub(super) async fn replace(mut request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("profile");
    let body: ProfileBody = request.body().await?;
    let wanted = body.read()?;
    let directory = request.directory();
    let changed = directory.replace_hotp_profile(&request.call, &id, &wanted).await?;
    Ok(answer::json(&view(&changed, request.api.base())))
}

/// Tokens are enrolled by profiles, so that none is removed.
pub(super) async fn delete(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("profile");
    request.directory().get_hotp_profile(&request.call, &id).await?;
    Err(Refusal::unsupported_operation())
}

fn view(profile: &HotpProfile, base: &str) -> Value {
    let settings = profile.settings;
    json!({
        "id": profile.id,
        "name": profile.name,
        "default": profile.is_default,
        "settings": {
            "timeBased": settings.time_based,
            "otpLength": settings.parameters.digits.count(),
            "timeStep": settings.parameters.step_seconds,
            "acceptableAdjacentIntervals": settings.adjacent_intervals,
            "encoding": settings.encoding.as_str(),
            "hmacAlgorithm": settings.parameters.hash.profile_name(),
        },
        "_links": {"self": {
            "href": format!("{base}{BASE}/org/factors/hotp/profiles/{}", profile.id),
            "hints": {"allow": ["GET", "PUT"]},
        }},
    })
}
