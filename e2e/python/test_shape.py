"""The shape of a directory: types, their schemas, links between people, groups and apps."""

import itertools

from okta.models import (
    AddGroupRequest,
    AppUserAssignRequest,
    BookmarkApplication,
    BookmarkApplicationSettings,
    BookmarkApplicationSettingsApplication,
    CreateUserRequest,
    LinkedObject,
    LinkedObjectDetails,
    OktaUserGroupProfile,
    UserProfile,
    UserSchema,
    UserSchemaAttribute,
    UserSchemaDefinitions,
    UserSchemaPublic,
    UserType,
    UserTypePutRequest,
    UserTypePostRequest,
)

from directory import new_profile, new_user

_numbers = itertools.count(1)


def unused(word):
    return f"{word}_py{next(_numbers)}"


def attribute(kind, title="Title", **parts):
    return UserSchemaAttribute(title=title, type=kind, **parts)


def edit(properties):
    """A partial schema with these custom properties."""
    return UserSchema(definitions=UserSchemaDefinitions(custom=UserSchemaPublic(properties=properties)))


async def new_type(directory, properties):
    """A user type whose schema has these properties."""
    made = await directory.call("create_user_type", UserType(name=unused("type"), display_name="A type"))
    schema_id = made.links.var_schema.href.rsplit("/", 1)[1]
    if properties:
        schema = await directory.call("update_user_profile", schema_id, edit(properties))
        assert set(properties) == set(schema.definitions.custom.properties)
    return made, schema_id


# covers: listUserTypes, createUserType, getUserType, updateUserType, replaceUserType, deleteUserType
async def test_a_type_is_made_changed_and_removed(directory):
    made, _ = await new_type(directory, {})
    assert (made.display_name, made.default) == ("A type", False)
    assert made.id in [listed.id for listed in await directory.call("list_user_types")]
    changed = await directory.call("update_user_type", made.id, UserTypePostRequest(display_name="Another"))
    assert (changed.display_name, changed.name) == ("Another", made.name)
    whole = UserTypePutRequest(name=made.name, display_name="Third", description="Described")
    replaced = await directory.call("replace_user_type", made.id, whole)
    assert (replaced.display_name, replaced.description) == ("Third", "Described")
    await directory.respond("delete_user_type", made.id)
    refused = await directory.refusal("get_user_type", made.id)
    assert refused.summary == f"Not found: Resource not found: {made.id} (CVDType)"


# covers: createUserType, updateUserProfile, getUserSchema, createUser, listUsers
async def test_people_of_a_type_obey_its_schema_and_are_found_by_it(directory):
    badge = unused("badge")
    made, schema_id = await new_type(
        directory,
        {
            badge: attribute("string", required=True, max_length=8),
            "level": attribute("integer"),
            "remote": attribute("boolean"),
        },
    )
    read = await directory.call("get_user_schema", schema_id)
    assert read.definitions.custom.properties[badge].max_length == 8
    refused = await directory.refusal("create_user", CreateUserRequest(profile=new_profile(), type={"id": made.id}))
    assert refused.code == "E0000001" and refused.causes == [f"{badge}: The field cannot be left blank"]
    found = {}
    for level, value in [(1, "A-1"), (2, "A-2"), (3, "B-1")]:
        profile = new_profile()
        profile.additional_properties = {badge: value, "level": level, "remote": level == 2}
        found[level] = await directory.create(CreateUserRequest(profile=profile, type={"id": made.id}))
    for search, levels in [
        (f'profile.{badge} eq "a-1"', [1]),
        (f'profile.{badge} sw "A-"', [1, 2]),
        (f'profile.level gt 1 and type.id eq "{made.id}"', [2, 3]),
        (f'profile.remote eq true and profile.{badge} pr', [2]),
    ]:
        users = await directory.call("list_users", search=search)
        assert [user.id for user in users] == [found[level].id for level in levels], search
    body = await directory.raw("get_user", found[3].id)
    assert body["profile"]["level"] == 3 and body["type"] == {"id": made.id}
    refused = await directory.refusal("delete_user_type", made.id)
    assert (refused.status, refused.code) == (403, "E0000142")


# covers: createLinkedObjectDefinition, listLinkedObjectDefinitions, getLinkedObjectDefinition,
# covers: assignLinkedObjectValueForPrimary, listLinkedObjectsForUser, deleteLinkedObjectForUser, deleteLinkedObjectDefinition
async def test_two_people_are_linked(directory):
    lead, member = unused("lead"), unused("member")
    side = lambda name: LinkedObjectDetails(name=name, title=name, type="USER")
    definition = LinkedObject(primary=side(lead), associated=side(member))
    made = await directory.call("create_linked_object_definition", definition)
    assert made.primary.name == lead and made.links.var_self.href.endswith(f"/linkedObjects/{lead}")
    assert lead in [known.primary.name for known in await directory.call("list_linked_object_definitions")]
    assert (await directory.call("get_linked_object_definition", member)).primary.name == lead
    refused = await directory.refusal("create_linked_object_definition", definition)
    assert (refused.status, refused.code) == (409, "E0000127")
    boss, staff = await directory.create(), await directory.create()
    await directory.respond("assign_linked_object_value_for_primary", staff.id, lead, boss.id)
    (primary,) = await directory.raw("list_linked_objects_for_user", staff.id, lead)
    assert primary["_links"]["self"]["href"].endswith(boss.id)
    (associated,) = await directory.raw("list_linked_objects_for_user", boss.id, member)
    assert associated["_links"]["self"]["href"].endswith(staff.id)
    await directory.respond("delete_linked_object_for_user", staff.id, lead)
    assert await directory.raw("list_linked_objects_for_user", staff.id, lead) == []
    await directory.respond("delete_linked_object_definition", lead)
    refused = await directory.refusal("get_linked_object_definition", lead)
    assert refused.summary == f"Not found: Resource not found: {lead} (LinkedObjectProperty)"


def group_request(name):
    return AddGroupRequest(profile=OktaUserGroupProfile(name=name, description="Made by a test"))


# covers: addGroup, getGroup, listGroups, replaceGroup, deleteGroup
# covers: assignUserToGroup, listGroupUsers, unassignUserFromGroup, listUserGroups, createUser
async def test_people_join_and_leave_groups(directory):
    group = await directory.call("add_group", group_request(unused("group")))
    assert group.type.value == "OKTA_GROUP"
    joined = await directory.create(new_user(group_ids=[group.id]))
    other = await directory.create()
    await directory.respond("assign_user_to_group", group.id, other.id)
    members = await directory.call("list_group_users", group.id)
    assert [member.id for member in members] == [joined.id, other.id]
    await directory.respond("unassign_user_from_group", group.id, joined.id)
    names = [known["profile"]["name"] for known in await directory.raw("list_user_groups", other.id)]
    assert names[0] == "Everyone" and len(names) == 2
    renamed = await directory.call("replace_group", group.id, group_request(unused("renamed")))
    assert renamed.id == group.id
    found = await directory.call("list_groups", search=f'profile.name eq "{names[1]}"')
    assert found == []
    refused = await directory.refusal("add_group", group_request("Everyone"))
    assert refused.code == "E0000001"
    await directory.respond("delete_group", group.id)
    refused = await directory.refusal("get_group", group.id)
    assert refused.status == 404


# covers: createApplication, getApplication, listApplications, assignUserToApplication, getApplicationUser
# covers: listApplicationUsers, unassignUserFromApplication, assignGroupToApplication, listApplicationGroupAssignments
# covers: deactivateApplication, deleteApplication, listAppLinks, listAssignedApplicationsForGroup
async def test_an_app_is_assigned_to_people_and_groups(directory):
    settings = BookmarkApplicationSettings(app=BookmarkApplicationSettingsApplication(url="https://example.com"))
    wanted = BookmarkApplication(name="bookmark", label=unused("app"), settings=settings, sign_on_mode="BOOKMARK")
    app = await directory.call("create_application", wanted)
    assert app.status.value == "ACTIVE" and app.settings.app.url == "https://example.com"
    user = await directory.create()
    assigned = await directory.call("assign_user_to_application", app.id, AppUserAssignRequest(id=user.id))
    assert assigned.credentials.user_name == user.profile.login
    (link,) = await directory.raw("list_app_links", user.id)
    assert (link["appInstanceId"], link["label"]) == (app.id, app.label)
    refused = await directory.refusal("assign_user_to_application", app.id, AppUserAssignRequest(id=user.id))
    assert (refused.status, refused.code) == (409, "E0000062")
    assert (await directory.call("get_application_user", app.id, user.id)).id == user.id
    assert len(await directory.call("list_application_users", app.id)) == 1
    await directory.respond("unassign_user_from_application", app.id, user.id)
    group = await directory.call("add_group", group_request(unused("group")))
    await directory.respond("assign_group_to_application", app.id, group.id)
    assert [given["id"] for given in await directory.raw("list_application_group_assignments", app.id)] == [group.id]
    assert [known["id"] for known in await directory.raw("list_assigned_applications_for_group", group.id)] == [app.id]
    refused = await directory.refusal("delete_application", app.id)
    assert (refused.status, refused.code) == (403, "E0000056")
    await directory.respond("deactivate_application", app.id)
    await directory.respond("delete_application", app.id)
    refused = await directory.refusal("get_application", app.id)
    assert refused.summary == f"Not found: Resource not found: {app.id} (AppInstance)"
