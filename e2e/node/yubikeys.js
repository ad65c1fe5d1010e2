// YubiKeys and custom tokens: set up by an administrator, enrolled and shown by their holders.

const { createCipheriv, createHmac, randomBytes } = require('node:crypto');
const { all, assert, client, createUser, refusal, test, withPassword } = require('./directory');

const factors = client.userFactorApi;
const MODHEX = 'cbdefghijklnrtuv';

const modhex = (bytes) => [...bytes.toString('hex')].map((digit) => MODHEX[Number.parseInt(digit, 16)]).join('');

/** The checksum of ISO 13239. */
function checksum(bytes) {
  let sum = 0xffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      sum = (sum >> 1) ^ (sum & 1 ? 0x8408 : 0);
    }
  }
  return sum;
}

/** A key as it is in somebody's hand: it counts how often it is touched. */
class Yubikey {
  constructor() {
    this.publicId = modhex(randomBytes(6));
    this.privateId = randomBytes(6);
    this.key = randomBytes(16);
    this.uses = 0;
  }

  seed() {
    return {
      serialNumber: '7886622',
      publicId: this.publicId,
      privateId: this.privateId.toString('hex'),
      aesKey: this.key.toString('hex'),
    };
  }

  /** What the key types. */
  touched() {
    const block = Buffer.alloc(16);
    this.privateId.copy(block);
    block.writeUInt16LE(1, 6);
    block[11] = this.uses;
    this.uses += 1;
    block.writeUInt16LE(0xffff ^ checksum(block.subarray(0, 14)), 14);
    const cipher = createCipheriv('aes-128-ecb', this.key, null).setAutoPadding(false);
    return this.publicId + modhex(Buffer.concat([cipher.update(block), cipher.final()]));
  }
}

// covers: uploadYubikeyOtpTokenSeed, listYubikeyOtpTokens, getYubikeyOtpTokenById
// covers: enrollFactor, verifyFactor, unenrollFactor
test('a password of a YubiKey is good once', async () => {
  const [user, yubikey] = [await createUser({ credentials: withPassword() }), new Yubikey()];
  const made = await factors.uploadYubikeyOtpTokenSeed({ uploadYubikeyOtpTokenSeedRequest: yubikey.seed() });
  assert.equal(made.status, 'UNASSIGNED');
  const token = { tokenId: made.id };
  const factor = await factors.enrollFactor({
    userId: user.id,
    body: { factorType: 'token:hardware', provider: 'YUBICO', verify: { passCode: yubikey.touched() } },
  });
  assert.equal(factor.status, 'ACTIVE');
  assert.equal((await factors.getYubikeyOtpTokenById(token)).status, 'ACTIVE');
  const here = { userId: user.id, factorId: factor.id };
  const body = { passCode: yubikey.touched() };
  assert.equal((await factors.verifyFactor({ ...here, body })).factorResult, 'SUCCESS');
  await refusal(factors.verifyFactor({ ...here, body }), 403, 'E0000082');
  await refusal(factors.verifyFactor({ ...here, body: { passCode: new Yubikey().touched() } }), 403, 'E0000068');
  await factors.unenrollFactor(here);
  const listed = await all(await factors.listYubikeyOtpTokens({ filter: 'status eq "REVOKED"', limit: 200 }));
  assert.ok(listed.some((one) => one.id === made.id));
});

/** What a token shows that makes six digits of every fifteen seconds, so many steps from now. */
function shown(secret, steps = 0) {
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 15000) + steps));
  const digest = createHmac('sha512', secret).update(step).digest();
  const number = digest.readUInt32BE(digest[63] & 15) & 0x7fffffff;
  return String(number % 1000000).padStart(6, '0');
}

// The client knows no profiles of custom tokens; its users write the request.
// covers: createHotpProfile, enrollFactor, verifyFactor
test('a custom token shows what its profile says', async () => {
  const answer = await fetch(`${process.env.DENIZEN_URL}/api/v1/org/factors/hotp/profiles`, {
    method: 'POST',
    headers: { authorization: `SSWS ${process.env.DENIZEN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: `Tokens ${randomBytes(4).toString('hex')}`, settings: { encoding: 'hexadecimal' } }),
  });
  const profile = await answer.json();
  assert.equal(profile.settings.hmacAlgorithm, 'HMacSHA512');
  const [user, secret] = [await createUser({ credentials: withPassword() }), randomBytes(20)];
  const factor = await factors.enrollFactor({
    userId: user.id,
    activate: true,
    body: {
      factorType: 'token:hotp',
      provider: 'CUSTOM',
      factorProfileId: profile.id,
      profile: { sharedSecret: secret.toString('hex') },
    },
  });
  assert.deepEqual([factor.status, factor.vendorName], ['ACTIVE', profile.name]);
  const here = { userId: user.id, factorId: factor.id };
  const early = shown(secret, -1);
  assert.equal((await factors.verifyFactor({ ...here, body: { passCode: early } })).factorResult, 'SUCCESS');
  await refusal(factors.verifyFactor({ ...here, body: { passCode: early } }), 403, 'E0000082');
  assert.equal((await factors.verifyFactor({ ...here, body: { passCode: shown(secret) } })).factorResult, 'SUCCESS');
});
