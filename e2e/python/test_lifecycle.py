"""The life of a user, from activation to deactivation."""

from directory import PASSWORD, new_user


# covers: activateUser, reactivateUser
async def test_activation_without_mail_returns_a_link_with_its_token(directory):
    user = await directory.create(activate=False)
    first = await directory.call("activate_user", user.id, send_email=False)
    assert len(first.activation_token) >= 20
    assert first.activation_url.startswith("http") and first.activation_token in first.activation_url
    assert await directory.status(user) == "PROVISIONED"
    second = await directory.call("reactivate_user", user.id, send_email=False)
    assert second.activation_token and second.activation_token != first.activation_token


# covers: activateUser
async def test_a_staged_user_with_a_password_becomes_active(directory):
    user = await directory.create(new_user(password=PASSWORD), activate=False)
    await directory.call("activate_user", user.id, send_email=True)
    assert await directory.status(user) == "ACTIVE"


# covers: activateUser, reactivateUser
async def test_nobody_is_activated_twice(directory):
    user = await directory.create(new_user(password=PASSWORD))
    refused = await directory.refusal("activate_user", user.id, send_email=False)
    assert (refused.status, refused.code) == (403, "E0000016")
    refused = await directory.refusal("reactivate_user", user.id, send_email=False)
    assert (refused.status, refused.code) == (403, "E0000038")


# covers: suspendUser, unsuspendUser
async def test_a_suspended_user_comes_back(directory):
    user = await directory.create(new_user(password=PASSWORD))
    await directory.call("suspend_user", user.id)
    assert await directory.status(user) == "SUSPENDED"
    refused = await directory.refusal("suspend_user", user.id)
    assert (refused.status, refused.code) == (400, "E0000001")
    assert refused.causes == ["Cannot suspend a user that is not active"]
    await directory.call("unsuspend_user", user.id)
    assert await directory.status(user) == "ACTIVE"
    refused = await directory.refusal("unsuspend_user", user.id)
    assert refused.causes == ["Cannot unsuspend a user that is not suspended"]


# covers: unlockUser
async def test_who_is_not_locked_out_cannot_be_unlocked(directory):
    user = await directory.create(new_user(password=PASSWORD))
    refused = await directory.refusal("unlock_user", user.id)
    assert (refused.status, refused.code) == (403, "E0000032")


# covers: resetFactors
async def test_resetting_factors_changes_no_status(directory):
    user = await directory.create(new_user(password=PASSWORD))
    await directory.call("reset_factors", user.id)
    assert await directory.status(user) == "ACTIVE"


# covers: deactivateUser, activateUser
async def test_a_deactivated_user_returns_without_a_password(directory):
    user = await directory.create(new_user(password=PASSWORD))
    await directory.call("deactivate_user", user.id)
    assert await directory.status(user) == "DEPROVISIONED"
    assert (await directory.refusal("deactivate_user", user.id)).status == 404
    await directory.call("activate_user", user.id, send_email=False)
    body = await directory.raw("get_user", user.id)
    assert body["status"] == "PROVISIONED"
    assert "password" not in body["credentials"]


# covers: getUser, suspendUser
async def test_links_offer_what_the_status_allows(directory):
    user = await directory.create(new_user(password=PASSWORD))
    links = (await directory.raw("get_user", user.id))["_links"]
    assert links["suspend"]["href"].endswith(f"/api/v1/users/{user.id}/lifecycle/suspend")
    assert links["suspend"]["method"] == "POST"
    assert "unsuspend" not in links and "activate" not in links
    await directory.call("suspend_user", user.id)
    links = (await directory.raw("get_user", user.id))["_links"]
    assert "unsuspend" in links and "suspend" not in links
