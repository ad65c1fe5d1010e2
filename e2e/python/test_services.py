"""Services that prove who they are with a key of their own: the client's `PrivateKey` mode."""

import json
import urllib.request

from jwcrypto.jwk import JWK
from okta.client import Client
from okta.models import AssignRoleToClientRequest, OAuth2ScopeConsentGrant, StandardRoleAssignmentSchema

from directory import Directory

KEY = JWK.generate(kty="RSA", size=2048, kid="python")


class Service(Directory):
    """Calls of the client as a service."""

    def __init__(self, url, client_id, scopes):
        self.url = url
        settings = {"orgUrl": url, "authorizationMode": "PrivateKey", "clientId": client_id, "scopes": scopes}
        self.client = Client({**settings, "privateKey": KEY.export(as_dict=True)})


def post(directory, path, body):
    """Posts as the administrator, for bodies that the client's models cannot hold."""
    headers = {"Authorization": f"SSWS {directory.token}", "Content-Type": "application/json"}
    request = urllib.request.Request(directory.url + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


async def new_service(directory, granted, role):
    """The id of an app that has our key, some scopes and a role."""
    public = KEY.export_public(as_dict=True)
    oauth = {"application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"]}
    app = post(directory, "/api/v1/apps", {
        "name": "oidc_client",
        "label": "Python service",
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "private_key_jwt"}},
        "settings": {"oauthClient": {**oauth, "jwks": {"keys": [public]}}},
    })
    for scope in granted:
        grant = OAuth2ScopeConsentGrant(issuer=directory.url, scope_id=scope)
        # The client's table has another status than the service: it finds no object, and no error either.
        await directory.respond("grant_consent_to_scope", app["id"], grant)
    wanted = AssignRoleToClientRequest(StandardRoleAssignmentSchema(type=role))
    assigned = await directory.call("assign_role_to_client", app["id"], wanted)
    assert assigned.actual_instance.assignment_type.value == "CLIENT"
    return app["id"]


# covers: token, grantConsentToScope, listScopeConsentGrants, assignRoleToClient, listUsers, createUser
async def test_a_service_reads_and_may_not_write(directory):
    client_id = await new_service(directory, ["okta.users.read", "okta.groups.read"], "SUPER_ADMIN")
    granted = await directory.call("list_scope_consent_grants", client_id)
    assert [grant.scope_id for grant in granted] == ["okta.groups.read", "okta.users.read"]
    service = Service(directory.url, client_id, ["okta.users.read"])
    logins = [user.profile.login for user in await service.call("list_users")]
    assert "admin@denizen.local" in logins
    user = await directory.create()
    assert (await service.call("get_user", user.id)).id == user.id
    refused = await service.refusal("suspend_user", user.id)
    assert (refused.status, refused.code) == (403, "E0000006")
    refused = await service.refusal("list_groups")
    assert (refused.status, refused.code) == (403, "E0000006")


# covers: token, revokeScopeConsentGrant
async def test_a_service_loses_what_is_taken_from_it(directory):
    client_id = await new_service(directory, ["okta.users.manage"], "SUPER_ADMIN")
    service = Service(directory.url, client_id, ["okta.users.manage"])
    user = await service.create()
    await service.respond("deactivate_user", user.id)
    [grant] = await directory.call("list_scope_consent_grants", client_id)
    await directory.respond("revoke_scope_consent_grant", client_id, grant.id)
    refused = await service.refusal("get_user", user.id)
    assert (refused.status, refused.code) == (403, "E0000006")
    newcomer = Service(directory.url, client_id, ["okta.users.manage"])
    refused = await newcomer.refusal("get_user", user.id)
    assert (refused.status, refused.code) == (400, "consent_required")


# covers: token
async def test_a_role_bounds_a_service(directory):
    client_id = await new_service(directory, ["okta.users.manage"], "READ_ONLY_ADMIN")
    service = Service(directory.url, client_id, ["okta.users.manage"])
    user = await directory.create()
    assert (await service.call("get_user", user.id)).id == user.id
    refused = await service.refusal("suspend_user", user.id)
    assert (refused.status, refused.code) == (403, "E0000006")
    assert await directory.status(user) == "PROVISIONED"


# covers: token
async def test_a_foreign_key_proves_nothing(directory):
    client_id = await new_service(directory, ["okta.users.read"], "SUPER_ADMIN")
    stranger = Service(directory.url, client_id, ["okta.users.read"])
    other = JWK.generate(kty="RSA", size=2048, kid="python")
    settings = {"orgUrl": directory.url, "authorizationMode": "PrivateKey", "clientId": client_id}
    stranger.client = Client({**settings, "scopes": ["okta.users.read"], "privateKey": other.export(as_dict=True)})
    refused = await stranger.refusal("list_users")
    assert (refused.status, refused.code) == (401, "invalid_client")
