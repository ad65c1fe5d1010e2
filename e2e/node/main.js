// End-to-end tests with Okta's Node client.
//
// Runs every test of the modules below, against the server named by DENIZEN_URL with the API token DENIZEN_TOKEN, and
// ends with the counts: "N passed, N failed".

const { tests } = require('./directory');

require('./users');
require('./lists');
require('./lifecycle');
require('./credentials');
require('./structure');
require('./shape');
require('./roles');
require('./services');
require('./factors');
require('./yubikeys');
require('./codes');
require('./push');

async function main() {
  let passed = 0;
  let failed = 0;
  for (const { name, run } of tests) {
    try {
      await run();
      passed += 1;
      console.log(`ok   ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${name}`);
      console.log(error.message, error.stack);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

main();
