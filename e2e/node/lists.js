// Finding people: pages, `q`, `filter` and `search`.

const { all, assert, client, createUser, refusal, test } = require('./directory');

/** Creates people who share a last name, which nobody else has. */
async function createFamily(lastName, members) {
  const users = [];
  for (let number = 0; number < members; number += 1) {
    users.push(await createUser({ profile: { firstName: `Member${number}`, lastName }, activate: false }));
  }
  return users;
}

const ids = (users) => users.map((user) => user.id);

// covers: listUsers
test('pages follow links to the end', async () => {
  const family = await createFamily('Bolyai', 5);
  const collection = await client.userApi.listUsers({ search: 'profile.lastName eq "Bolyai"', limit: 2 });
  const found = ids(await all(collection));
  assert.equal(found.length, 5);
  assert.deepEqual(new Set(found), new Set(ids(family)));
});

// covers: listUsers
test('the whole list has each user once', async () => {
  const family = await createFamily('Riesz', 3);
  const found = ids(await all(await client.userApi.listUsers({ limit: 2 })));
  assert.equal(new Set(found).size, found.length);
  for (const id of ids(family)) assert.ok(found.includes(id));
});

// covers: listUsers
test('q finds beginnings of names', async () => {
  const family = await createFamily('Rademacher', 2);
  const found = ids(await all(await client.userApi.listUsers({ q: 'radema' })));
  assert.deepEqual(new Set(found), new Set(ids(family)));
});

// covers: listUsers
test('filter finds a login without an error when there is none', async () => {
  const [user] = await createFamily('Turán', 1);
  const found = await all(await client.userApi.listUsers({ filter: `profile.login eq "${user.profile.login}"` }));
  assert.deepEqual(ids(found), [user.id]);
  assert.deepEqual(await all(await client.userApi.listUsers({ filter: 'profile.login eq "nobody@x.io"' })), []);
});

// covers: listUsers
test('search combines and sorts', async () => {
  const family = await createFamily('Szegő', 4);
  const search = 'profile.lastName eq "szegő" and (profile.firstName sw "Member3" or profile.firstName lt "Member1")';
  const options = { search, sortBy: 'profile.firstName', sortOrder: 'desc' };
  const found = await all(await client.userApi.listUsers(options));
  assert.deepEqual(ids(found), [family[3].id, family[0].id]);
});

// covers: listUsers
test('a search together with a filter is refused', async () => {
  const both = async () => all(await client.userApi.listUsers({ search: 'status eq "ACTIVE"', filter: 'status eq "ACTIVE"' }));
  await refusal(both(), 400, 'E0000033');
});
