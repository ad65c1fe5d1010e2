//! The organization's side of factors: which kinds are used, profiles of custom tokens, YubiKeys (contract: factors §16).

mod hotp_profiles;
mod switches;
mod yubikeys;

use actix_web::http::Method;
use denizen_domain::authority::Permission;

use crate::operation::Table;

/// Declares the operations. What has a path of its own comes before the names of factors.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    const TOKENS: &str = "/org/factors/yubikey_token/tokens";
    const TOKEN: &str = "/org/factors/yubikey_token/tokens/{token}";
    const PROFILES: &str = "/org/factors/hotp/profiles";
    const PROFILE: &str = "/org/factors/hotp/profiles/{profile}";
    table.add(TOKENS, Method::GET, P::YubikeysRead, yubikeys::list);
    table.add(TOKENS, Method::POST, P::YubikeysManage, yubikeys::upload);
    table.add(TOKEN, Method::GET, P::YubikeysRead, yubikeys::get);
    table.add(TOKEN, Method::DELETE, P::YubikeysManage, yubikeys::delete);
    table.add(PROFILES, Method::GET, P::OrgFactorsRead, hotp_profiles::list);
    table.add(PROFILES, Method::POST, P::OrgFactorsManage, hotp_profiles::create);
    table.add(PROFILE, Method::GET, P::OrgFactorsRead, hotp_profiles::get);
    table.add(PROFILE, Method::PUT, P::OrgFactorsManage, hotp_profiles::replace);
    table.add(PROFILE, Method::DELETE, P::OrgFactorsManage, hotp_profiles::delete);
    table.add("/org/factors", Method::GET, P::OrgFactorsRead, switches::list);
    table.add("/org/factors/{name}", Method::GET, P::OrgFactorsRead, switches::get);
    table.add(
        "/org/factors/{name}/lifecycle/activate",
        Method::POST,
        P::OrgFactorsManage,
        switches::activate,
    );
    table.add(
        "/org/factors/{name}/lifecycle/deactivate",
        Method::POST,
        P::OrgFactorsManage,
        switches::deactivate,
    );
}
