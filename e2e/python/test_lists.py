"""Finding people: pages, `q`, `filter` and `search`."""

from okta.pagination import PaginationHelper

from directory import new_profile, new_user


async def create_family(directory, name, members=5):
    """Creates people who share a last name, which nobody else has."""
    users = []
    for number in range(members):
        profile = new_profile(first_name=f"Member{number}", last_name=name, employee_number=str(number))
        users.append(await directory.create(new_user(profile=profile), activate=False))
    return users


# covers: listUsers
async def test_pages_follow_the_cursor_to_the_end(directory):
    family = await create_family(directory, "Bernoulli")
    found, pages, after = [], 0, None
    while pages == 0 or after is not None:
        options = {"search": 'profile.lastName eq "Bernoulli"', "limit": 2}
        if after is not None:
            options["after"] = after
        users, response = await directory.respond("list_users", **options)
        assert 1 <= len(users) <= 2
        found += [user.id for user in users]
        pages += 1
        after = PaginationHelper.extract_next_cursor(response.headers)
    assert pages == 3
    assert len(found) == 5 and set(found) == {user.id for user in family}


# covers: listUsers
async def test_the_whole_list_has_each_user_once_and_no_deactivated_one(directory):
    family = await create_family(directory, "Noether", members=3)
    await directory.respond("deactivate_user", family[0].id)
    found, after = [], None
    while True:
        options = {"limit": 2} if after is None else {"limit": 2, "after": after}
        users, response = await directory.respond("list_users", **options)
        found += [user.id for user in users]
        after = PaginationHelper.extract_next_cursor(response.headers)
        if after is None:
            break
    assert len(found) == len(set(found))
    assert family[0].id not in found
    assert {family[1].id, family[2].id} <= set(found)


# covers: listUsers
async def test_q_finds_beginnings_of_names_and_addresses(directory):
    family = await create_family(directory, "Kovalevskaya", members=2)
    for text in ["Kovalev", "kovalevskaya"]:
        users = await directory.call("list_users", q=text)
        assert {user.id for user in users} == {user.id for user in family}
    users = await directory.call("list_users", q=family[0].profile.email)
    assert [user.id for user in users] == [family[0].id]
    assert await directory.call("list_users", q="valevskaya") == []


# covers: listUsers
async def test_filter_compares_exactly(directory):
    family = await create_family(directory, "Germain", members=2)
    login = family[0].profile.login
    users = await directory.call("list_users", filter=f'profile.login eq "{login}"')
    assert [user.id for user in users] == [family[0].id]
    assert await directory.call("list_users", filter='profile.login eq "nobody@py.example.com"') == []
    users = await directory.call("list_users", filter='status eq "STAGED" and profile.lastName eq "Germain"')
    assert {user.id for user in users} == {user.id for user in family}


# covers: listUsers
async def test_search_combines_and_sorts(directory):
    family = await create_family(directory, "Hypatia")
    search = 'profile.lastName eq "hypatia" and (profile.employeeNumber lt "2" or profile.firstName sw "Member4")'
    for order, expected in [("asc", [0, 1, 4]), ("desc", [4, 1, 0])]:
        users = await directory.call("list_users", search=search, sort_by="profile.firstName", sort_order=order)
        assert [user.id for user in users] == [family[number].id for number in expected]


# covers: listUsers
async def test_search_sees_a_write_at_once_and_the_deactivated_too(directory):
    (user,) = await create_family(directory, "Agnesi", members=1)
    await directory.respond("deactivate_user", user.id)
    users = await directory.call("list_users", search='status eq "DEPROVISIONED" and profile.lastName sw "Agn"')
    assert [user.id for user in users] == [user.id]


# covers: listUsers
async def test_a_search_that_cannot_be_read_is_refused(directory):
    refused = await directory.refusal("list_users", search='profile.lastName eq "unfinished')
    assert (refused.status, refused.code) == (400, "E0000031")
