"""Creating, reading, changing and deleting people."""

import base64
import hashlib

from okta.models import (
    AuthenticationProviderWritable,
    PasswordCredential,
    PasswordCredentialHash,
    UpdateUserRequest,
    UserCredentialsWritable,
    UserNextLogin,
    UserProfile,
)

from directory import ANSWER, PASSWORD, QUESTION, new_profile, new_user


# covers: createUser
async def test_a_user_without_a_password_waits_for_activation(directory):
    user = await directory.create()
    assert user.status.value == "PROVISIONED"
    assert user.id.startswith("00u") and len(user.id) == 20
    assert user.created and user.activated and user.password_changed is None
    assert user.credentials.password is None
    assert user.credentials.provider.type.value == "OKTA"


# covers: createUser
async def test_a_user_created_without_activation_is_staged(directory):
    for request in [new_user(), new_user(password=PASSWORD)]:
        user = await directory.create(request, activate=False)
        assert user.status.value == "STAGED"
        assert user.activated is None


# covers: createUser
async def test_a_user_with_a_password_and_a_question_is_active_and_shows_no_secret(directory):
    body = await directory.raw("create_user", new_user(password=PASSWORD, question=QUESTION))
    assert body["status"] == "ACTIVE"
    assert body["credentials"]["password"] == {}
    assert body["credentials"]["recovery_question"] == {"question": QUESTION}
    assert PASSWORD not in str(body) and ANSWER not in str(body)


# covers: createUser
async def test_a_user_can_be_made_to_change_the_password_at_the_next_login(directory):
    next_login = UserNextLogin.CHANGEPASSWORD
    user = await directory.create(new_user(password=PASSWORD), next_login=next_login)
    assert user.status.value == "PASSWORD_EXPIRED"
    refused = await directory.refusal("create_user", new_user(), next_login=next_login)
    assert (refused.status, refused.code) == (400, "E0000124")
    refused = await directory.refusal("create_user", new_user(password=PASSWORD), activate=False, next_login=next_login)
    assert (refused.status, refused.code) == (400, "E0000125")


# covers: createUser
async def test_a_hashed_password_is_imported(directory):
    salt = b"a little salt"
    digest = hashlib.sha512(salt + PASSWORD.encode()).digest()
    salted = PasswordCredentialHash(
        algorithm="SHA-512",
        salt=base64.b64encode(salt).decode(),
        salt_order="PREFIX",
        value=base64.b64encode(digest).decode(),
    )
    derived = PasswordCredentialHash(
        algorithm="PBKDF2",
        salt=base64.b64encode(salt).decode(),
        value=base64.b64encode(hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 4096, 32)).decode(),
        digest_algorithm="SHA256_HMAC",
        iteration_count=4096,
        key_size=32,
    )
    bcrypt = PasswordCredentialHash(
        algorithm="BCRYPT", work_factor=10, salt="rwh3vH166HCH/NT9XV5FYu", value="qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"
    )
    for imported in [salted, derived, bcrypt]:
        credentials = UserCredentialsWritable(password=PasswordCredential(hash=imported))
        user = await directory.create(new_user(credentials=credentials))
        assert user.status.value == "ACTIVE"
        assert user.credentials.provider.type.value == "IMPORT"
        assert imported.value not in str(await directory.raw("get_user", user.id))


# covers: createUser
async def test_a_question_alone_does_not_make_a_user_active(directory):
    user = await directory.create(new_user(question=QUESTION))
    assert user.status.value == "PROVISIONED"
    assert user.credentials.recovery_question.question == QUESTION


# covers: createUser
async def test_a_federated_user_is_active_without_a_password(directory):
    federation = AuthenticationProviderWritable(type="FEDERATION", name="FEDERATION")
    request = new_user(credentials=UserCredentialsWritable(provider=federation))
    body = await directory.raw("create_user", request, provider=True)
    assert body["status"] == "ACTIVE"
    assert body["credentials"]["provider"] == {"type": "FEDERATION", "name": "FEDERATION"}
    assert "password" not in body["credentials"]


# covers: createUser, listUserGroups
async def test_everybody_is_in_the_group_everyone(directory):
    user = await directory.create()
    groups = await directory.call("list_user_groups", user.id)
    assert [group.profile.actual_instance.name for group in groups] == ["Everyone"]


# covers: createUser
async def test_an_unknown_group_refuses_the_creation_as_a_whole(directory):
    profile = new_profile()
    refused = await directory.refusal("create_user", new_user(profile=profile, group_ids=["00gnosuchgroup123456"]))
    assert (refused.status, refused.code) == (404, "E0000007")
    assert refused.summary == "Not found: Resource not found: 00gnosuchgroup123456 (UserGroup)"
    refused = await directory.refusal("get_user", profile.login)
    assert refused.status == 404


# covers: createUser
async def test_a_login_belongs_to_one_user_whatever_its_case(directory):
    user = await directory.create()
    profile = new_profile(login=user.profile.login.upper())
    refused = await directory.refusal("create_user", new_user(profile=profile))
    assert (refused.status, refused.code) == (400, "E0000001")
    assert refused.summary == "Api validation failed: login"
    assert refused.causes == ["login: An object with this field already exists in the current organization"]


# covers: createUser
async def test_an_unknown_attribute_is_refused(directory):
    profile = new_profile()
    profile.additional_properties["shoeSize"] = "44"
    refused = await directory.refusal("create_user", new_user(profile=profile))
    assert (refused.status, refused.code) == (400, "E0000001")
    assert refused.summary == "Api validation failed: newUser"
    assert refused.causes == ["Property name 'shoeSize' is not defined in profile"]


# covers: createUser
async def test_a_missing_attribute_is_refused_by_name(directory):
    login = new_profile().login
    refused = await directory.refusal("create_user", new_user(profile=UserProfile(login=login, email=login)))
    assert (refused.status, refused.code) == (400, "E0000001")
    assert "firstName: The field cannot be left blank" in refused.causes
    assert "lastName: The field cannot be left blank" in refused.causes


# covers: getUser
async def test_a_user_is_found_by_id_login_and_short_name(directory):
    profile = new_profile(login="Short.Name@py.example.com", city="Zürich")
    created = await directory.create(new_user(profile=profile))
    for key in [created.id, "short.name@py.example.com", "Short.Name"]:
        user = await directory.call("get_user", key)
        assert user.id == created.id
        assert user.profile.login == "Short.Name@py.example.com"
        assert user.profile.city == "Zürich"
    assert created.id in user.links.var_self.href


# covers: getUser
async def test_an_unknown_user_is_not_found(directory):
    refused = await directory.refusal("get_user", "nobody@py.example.com")
    assert (refused.status, refused.code) == (404, "E0000007")
    assert refused.summary == "Not found: Resource not found: nobody@py.example.com (User)"
    assert refused.causes == []


# covers: updateUser
async def test_a_partial_update_changes_only_what_it_names(directory):
    created = await directory.create(new_user(profile=new_profile(department="Engines")))
    change = UpdateUserRequest(profile=UserProfile(title="Countess", mobile_phone="+41 79 000 00 00"))
    user = await directory.call("update_user", created.id, change)
    assert (user.profile.title, user.profile.mobile_phone) == ("Countess", "+41 79 000 00 00")
    assert (user.profile.department, user.profile.first_name) == ("Engines", "Ada")
    assert user.last_updated >= created.last_updated


# covers: replaceUser
async def test_a_replacement_clears_what_it_leaves_out(directory):
    created = await directory.create(new_user(profile=new_profile(department="Engines")))
    profile = new_profile(login=created.profile.login, email=created.profile.email, last_name="King")
    user = await directory.call("replace_user", created.id, UpdateUserRequest(profile=profile))
    assert user.profile.last_name == "King"
    assert user.profile.department is None
    refused = await directory.refusal(
        "replace_user", created.id, UpdateUserRequest(profile=UserProfile(first_name="Ada"))
    )
    assert (refused.status, refused.code) == (400, "E0000001")


# covers: updateUser, replaceUser, getUser
async def test_a_change_on_an_old_version_is_refused(directory):
    user = await directory.create()
    old = await directory.entity_tag(user)
    profile = new_profile(login=user.profile.login, email=user.profile.email, title="Countess")
    change = UpdateUserRequest(profile=profile)
    await directory.call("update_user", user.id, change, if_match=old)
    assert await directory.entity_tag(user) != old
    for operation in ["update_user", "replace_user"]:
        refused = await directory.refusal(operation, user.id, change, if_match=old)
        assert (refused.status, refused.code) == (412, "E0000231")


# covers: updateUser
async def test_a_changed_login_replaces_the_old_one(directory):
    created = await directory.create()
    login = new_profile().login
    await directory.call("update_user", created.id, UpdateUserRequest(profile=UserProfile(login=login)))
    assert (await directory.call("get_user", login)).id == created.id
    assert (await directory.refusal("get_user", created.profile.login)).status == 404


# covers: deleteUser, getUser
async def test_a_user_is_deactivated_by_the_first_deletion_and_gone_after_the_second(directory):
    user = await directory.create(new_user(password=PASSWORD))
    value, response = await directory.respond("delete_user", user.id)
    assert value is None and response.status_code == 204
    assert await directory.status(user) == "DEPROVISIONED"
    _, response = await directory.respond("delete_user", user.id)
    assert response.status_code == 204
    assert (await directory.refusal("get_user", user.id)).code == "E0000007"
    again = await directory.create(new_user(profile=new_profile(login=user.profile.login)))
    assert again.id != user.id
