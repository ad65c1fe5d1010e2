"""What every directory has: the group Everyone, the default type and schema, and the log."""

from datetime import timedelta

from directory import Directory, PASSWORD, new_user


# covers: getUser
async def test_only_a_known_token_opens_the_directory(directory):
    stranger = Directory(directory.url, "00" + "x" * 40)
    refused = await stranger.refusal("get_user", "me")
    assert (refused.status, refused.code) == (401, "E0000011")
    assert refused.summary == "Invalid token provided"


# covers: getUser
async def test_an_address_with_a_slash_at_its_end_works(directory):
    slashed = Directory(directory.url + "/", directory.token)
    caller = await slashed.call("get_user", "me")
    assert caller.status.value == "ACTIVE"


# covers: getGroup, listUserGroups
async def test_the_group_everyone_can_be_read(directory):
    user = await directory.create()
    (listed,) = await directory.call("list_user_groups", user.id)
    body = await directory.raw("get_group", listed.id)
    assert body["id"] == listed.id and body["type"] == "BUILT_IN"
    assert body["profile"]["name"] == "Everyone"
    refused = await directory.refusal("get_group", "00gnosuchgroup123456")
    assert refused.summary == "Not found: Resource not found: 00gnosuchgroup123456 (UserGroup)"


# covers: listUserTypes, getUserType
async def test_the_default_user_type_can_be_read(directory):
    types = await directory.call("list_user_types")
    (default,) = [user_type for user_type in types if user_type.default]
    user = await directory.create()
    assert user.type.id == default.id
    read = await directory.call("get_user_type", default.id)
    assert (read.name, read.default) == ("user", True)


# covers: getUserSchema
async def test_the_default_schema_can_be_read(directory):
    schema = await directory.call("get_user_schema", "default")
    base = schema.definitions.base.properties
    assert base.login.required is not False and base.first_name.type.value == "string"
    body = await directory.raw("get_user_schema", "default")
    assert {"login", "email", "firstName", "lastName", "mobilePhone"} <= set(body["definitions"]["base"]["properties"])


# covers: getGroupSchema
async def test_the_group_schema_can_be_read(directory):
    body = await directory.raw("get_group_schema")
    assert {"name", "description"} <= set(body["definitions"]["base"]["properties"])


# covers: listLogEvents
async def test_each_change_is_logged(directory):
    user = await directory.create(new_user(password=PASSWORD))
    await directory.call("suspend_user", user.id)
    since = (user.created - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    events = await directory.call("list_log_events", since=since, filter=f'target.id eq "{user.id}"')
    kinds = [event.event_type for event in events]
    assert kinds.index("user.lifecycle.create") < kinds.index("user.lifecycle.suspend")
    for event in events:
        assert event.outcome.result == "SUCCESS" and event.published and event.uuid
        assert user.profile.login in [target.alternate_id for target in event.target]


# covers: listLogEvents
async def test_the_log_is_read_in_pages_in_both_directions(directory):
    await directory.create()
    newest = await directory.call("list_log_events", limit=1, sort_order="DESCENDING")
    oldest = await directory.call("list_log_events", limit=1, sort_order="ASCENDING")
    assert len(newest) == len(oldest) == 1
    assert oldest[0].published <= newest[0].published
