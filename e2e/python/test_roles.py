"""Administrators: their roles, what these reach, and what they may then do."""

import itertools

from okta.models import (
    AddGroupRequest,
    AssignRoleToUserRequest,
    AssignRoleToGroupRequest,
    BookmarkApplication,
    BookmarkApplicationSettings,
    BookmarkApplicationSettingsApplication,
    OktaUserGroupProfile,
    StandardRoleAssignmentSchema,
)

from directory import Directory, PASSWORD, new_user

_numbers = itertools.count(1)

IDS = {
    "APP_ADMIN": "IFIFAX2BIRGUSTQ",
    "USER_ADMIN": "KVJUKUS7IFCE2SKO",
    "HELP_DESK_ADMIN": "JBCUYUC7IRCVGS27IFCE2SKO",
    "GROUP_MEMBERSHIP_ADMIN": "I5JE6VKQL5GUKTKCIVJFGSCJKBPUCRCNJFHA",
}
OTHERS = [
    "SUPER_ADMIN",
    "ORG_ADMIN",
    "READ_ONLY_ADMIN",
    "REPORT_ADMIN",
    "API_ACCESS_MANAGEMENT_ADMIN",
    "ACCESS_CERTIFICATIONS_ADMIN",
    "ACCESS_REQUESTS_ADMIN",
    "WORKFLOWS_ADMIN",
]


def role_for_user(kind):
    return AssignRoleToUserRequest(StandardRoleAssignmentSchema(type=kind))


async def new_group(directory):
    name = f"roles py{next(_numbers)}"
    return await directory.call("add_group", AddGroupRequest(profile=OktaUserGroupProfile(name=name)))


async def new_app(directory):
    settings = BookmarkApplicationSettings(app=BookmarkApplicationSettingsApplication(url="https://example.com"))
    app = BookmarkApplication(label=f"Roles {next(_numbers)}", sign_on_mode="BOOKMARK", name="bookmark", settings=settings)
    return await directory.call("create_application", app)


def ids(items):
    return [item.id for item in items]


def instance(role):
    """The role inside of the wrapper that the client puts around one of several kinds."""
    return getattr(role, "actual_instance", role)


# covers: assignRoleToUser, listAssignedRolesForUser, getUserAssignedRole, unassignRoleFromUser
async def test_every_role_is_assigned_read_and_taken_away(directory):
    user = await directory.create()
    for kind in [*IDS, *OTHERS]:
        made = instance(await directory.call("assign_role_to_user", user.id, role_for_user(kind)))
        assert made.type.value == kind and made.assignment_type.value == "USER"
        assert made.id == IDS.get(kind, made.id)
        read = instance(await directory.call("get_user_assigned_role", user.id, made.id))
        assert (read.id, read.label) == (made.id, made.label)
    again = await directory.refusal("assign_role_to_user", user.id, role_for_user("SUPER_ADMIN"))
    assert (again.status, again.code) == (409, "E0000090")
    held = [instance(role) for role in await directory.call("list_assigned_roles_for_user", user.id)]
    assert sorted(role.type.value for role in held) == sorted([*IDS, *OTHERS])
    for role in held:
        await directory.respond("unassign_role_from_user", user.id, role.id)
    refused = await directory.refusal("get_user_assigned_role", user.id, held[0].id)
    assert refused.summary == f"Not found: Resource not found: {held[0].id} (RoleAssignment)"


# covers: assignGroupTargetToUserRole, listGroupTargetsForRole, unassignGroupTargetFromUserAdminRole
# covers: getRoleTargetsByUserIdAndRoleId
async def test_groups_narrow_a_role(directory):
    user, first, second = await directory.create(), await new_group(directory), await new_group(directory)
    role = instance(await directory.call("assign_role_to_user", user.id, role_for_user("USER_ADMIN")))
    assert await directory.call("list_group_targets_for_role", user.id, role.id) == []
    await directory.respond("assign_group_target_to_user_role", user.id, role.id, first.id)
    last = await directory.refusal("unassign_group_target_from_user_admin_role", user.id, role.id, first.id)
    assert (last.status, last.code) == (400, "E0000001")
    await directory.respond("assign_group_target_to_user_role", user.id, role.id, second.id)
    await directory.respond("unassign_group_target_from_user_admin_role", user.id, role.id, first.id)
    assert ids(await directory.call("list_group_targets_for_role", user.id, role.id)) == [second.id]
    (target,) = await directory.call("get_role_targets_by_user_id_and_role_id", user.id, role.id)
    assert target.orn.endswith(f":groups:{second.id}") and target.assignment_type == "USER"


# covers: assignAppTargetToAdminRoleForUser, assignAppInstanceTargetToAppAdminRoleForUser
# covers: listApplicationTargetsForApplicationAdministratorRoleForUser, unassignAppTargetFromAppAdminRoleForUser
# covers: unassignAppInstanceTargetFromAdminRoleForUser, assignAllAppsAsTargetToRoleForUser
async def test_apps_narrow_a_role(directory):
    user, app = await directory.create(), await new_app(directory)
    role = instance(await directory.call("assign_role_to_user", user.id, role_for_user("APP_ADMIN")))
    here = (user.id, role.id)
    await directory.respond("assign_app_instance_target_to_app_admin_role_for_user", *here, "bookmark", app.id)
    await directory.respond("assign_app_target_to_admin_role_for_user", *here, "facebook")
    listing = "list_application_targets_for_application_administrator_role_for_user"
    one, kind = await directory.call(listing, *here)
    assert (one.id, one.name, kind.name, kind.id) == (app.id, app.label, "facebook", None)
    wrong = await directory.refusal("assign_group_target_to_user_role", *here, (await new_group(directory)).id)
    assert (wrong.status, wrong.code) == (400, "E0000091")
    await directory.respond("unassign_app_target_from_app_admin_role_for_user", *here, "facebook")
    await directory.respond("assign_app_target_to_admin_role_for_user", *here, "oidc_client")
    await directory.respond("unassign_app_instance_target_from_admin_role_for_user", *here, "bookmark", app.id)
    await directory.respond("assign_all_apps_as_target_to_role_for_user", *here)
    assert await directory.call(listing, *here) == []


# covers: assignRoleToGroup, listGroupAssignedRoles, getGroupAssignedRole, unassignRoleFromGroup
# covers: assignGroupTargetToGroupAdminRole, listGroupTargetsForGroupRole, unassignGroupTargetFromGroupAdminRole
async def test_members_have_the_roles_of_their_group(directory):
    admins, first, second = [await new_group(directory) for _ in range(3)]
    user = await directory.create()
    body = AssignRoleToGroupRequest(StandardRoleAssignmentSchema(type="HELP_DESK_ADMIN"))
    # The client reads no object from the recorded status of this answer.
    await directory.respond("assign_role_to_group", admins.id, body)
    (role,) = [instance(role) for role in await directory.call("list_group_assigned_roles", admins.id)]
    assert role.id == IDS["HELP_DESK_ADMIN"] and role.assignment_type.value == "GROUP"
    for target in (first, second):
        await directory.respond("assign_group_target_to_group_admin_role", admins.id, role.id, target.id)
    listing = "list_group_targets_for_group_role"
    assert ids(await directory.call(listing, admins.id, role.id)) == [first.id, second.id]
    await directory.respond("unassign_group_target_from_group_admin_role", admins.id, role.id, first.id)
    await directory.respond("assign_user_to_group", admins.id, user.id)
    (inherited,) = [instance(role) for role in await directory.call("list_assigned_roles_for_user", user.id)]
    assert inherited.assignment_type.value == "GROUP"
    read = instance(await directory.call("get_group_assigned_role", admins.id, role.id))
    assert read.type.value == "HELP_DESK_ADMIN"
    await directory.respond("unassign_role_from_group", admins.id, role.id)
    assert await directory.call("list_assigned_roles_for_user", user.id) == []


# covers: assignAppTargetToAdminRoleForGroup, assignAppInstanceTargetToAppAdminRoleForGroup
# covers: listApplicationTargetsForApplicationAdministratorRoleForGroup, unassignAppTargetToAdminRoleForGroup
# covers: unassignAppInstanceTargetToAppAdminRoleForGroup
async def test_apps_narrow_a_role_of_a_group(directory):
    admins, app = await new_group(directory), await new_app(directory)
    body = AssignRoleToGroupRequest(StandardRoleAssignmentSchema(type="APP_ADMIN"))
    await directory.respond("assign_role_to_group", admins.id, body)
    here = (admins.id, IDS["APP_ADMIN"])
    await directory.respond("assign_app_target_to_admin_role_for_group", *here, "facebook")
    await directory.respond("assign_app_instance_target_to_app_admin_role_for_group", *here, "bookmark", app.id)
    listing = "list_application_targets_for_application_administrator_role_for_group"
    assert [target.name for target in await directory.call(listing, *here)] == ["facebook", app.label]
    await directory.respond("unassign_app_target_to_admin_role_for_group", *here, "facebook")
    refused = await directory.refusal(
        "unassign_app_instance_target_to_app_admin_role_for_group", *here, "bookmark", app.id
    )
    assert refused.code == "E0000001"


# covers: listUsersWithRoleAssignments
async def test_who_holds_roles_is_listed(directory):
    user = await directory.create()
    await directory.respond("assign_role_to_user", user.id, role_for_user("REPORT_ADMIN"))
    found, after = [], None
    while True:
        page = await directory.call("list_users_with_role_assignments", after=after, limit=2)
        found += ids(page.value)
        following = getattr(page.links, "next", None)
        if following is None:
            break
        after = following.href.split("after=")[1].split("&")[0]
    assert user.id in found and len(found) == len(set(found))


# R2, R3: whoever looks after some groups helps their members, and nobody else.
# covers: assignGroupTargetToUserRole, unlockUser, resetPassword, getUser, listUsers, assignRoleToUser
async def test_a_restricted_administrator_keeps_to_the_targets(directory):
    group, admin = await new_group(directory), await directory.create(new_user(PASSWORD))
    inside, outside = await directory.create(new_user(PASSWORD)), await directory.create()
    await directory.respond("assign_user_to_group", group.id, inside.id)
    role = instance(await directory.call("assign_role_to_user", admin.id, role_for_user("HELP_DESK_ADMIN")))
    await directory.respond("assign_group_target_to_user_role", admin.id, role.id, group.id)
    desk = Directory(directory.url, directory.token_of(admin))
    assert (await desk.call("get_user", inside.id)).id == inside.id
    assert ids(await desk.call("list_users")) == [inside.id]
    hidden = await desk.refusal("get_user", outside.id)
    assert (hidden.status, hidden.code) == (404, "E0000007")
    await desk.respond("reset_password", inside.id, send_email=False)
    for operation, *arguments in [
        ("deactivate_user", inside.id),
        ("assign_role_to_user", admin.id, role_for_user("SUPER_ADMIN")),
        ("create_user", new_user()),
    ]:
        refused = await desk.refusal(operation, *arguments)
        assert (refused.status, refused.code) == (403, "E0000006"), operation


# covers: listSubscriptionsUser, getSubscriptionsNotificationTypeUser, subscribeByNotificationTypeUser
# covers: unsubscribeByNotificationTypeUser, listSubscriptionsRole, getSubscriptionsNotificationTypeRole
# covers: subscribeByNotificationTypeRole, unsubscribeByNotificationTypeRole
async def test_administrators_choose_their_mails(directory):
    me = await directory.call("get_user", "me")
    listed = await directory.call("list_subscriptions_user", me.id)
    assert len(listed) == 13 and {tuple(one.channels) for one in listed} == {("email",)}
    kind = "USER_DEPROVISION"
    for step, status in [("subscribe", "subscribed"), ("unsubscribe", "unsubscribed")]:
        await directory.respond(f"{step}_by_notification_type_user", kind, me.id)
        one = await directory.call("get_subscriptions_notification_type_user", kind, me.id)
        assert (one.notification_type.value, one.status.value) == (kind, status)
        await directory.respond(f"{step}_by_notification_type_role", "READ_ONLY_ADMIN", kind)
        one = await directory.call("get_subscriptions_notification_type_role", "READ_ONLY_ADMIN", kind)
        assert one.status.value == status
    assert len(await directory.call("list_subscriptions_role", "READ_ONLY_ADMIN")) == 13
    other = await directory.create()
    refused = await directory.refusal("list_subscriptions_user", other.id)
    assert (refused.status, refused.code) == (403, "E0000006")
