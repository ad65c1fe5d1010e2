"""End-to-end tests with Okta's Python client.

Runs every coroutine whose name starts with `test_` in the modules below, against the server named by DENIZEN_URL with
the API token DENIZEN_TOKEN, and ends with the counts: "N passed, N failed".
"""

import asyncio
import os
import sys
import traceback

from directory import Directory

import test_codes
import test_credentials
import test_factors
import test_lifecycle
import test_lists
import test_push
import test_roles
import test_services
import test_shape
import test_structure
import test_users
import test_yubikeys

MODULES = [
    test_users,
    test_lists,
    test_lifecycle,
    test_credentials,
    test_structure,
    test_shape,
    test_roles,
    test_services,
    test_factors,
    test_yubikeys,
    test_codes,
    test_push,
]


def tests():
    for module in MODULES:
        for name, function in vars(module).items():
            if name.startswith("test_"):
                yield f"{module.__name__}.{name}", function


async def main():
    passed = failed = 0
    directory = Directory(os.environ["DENIZEN_URL"], os.environ["DENIZEN_TOKEN"])
    for name, function in tests():
        try:
            await function(directory)
        except Exception:
            failed += 1
            print(f"FAIL {name}")
            traceback.print_exc(file=sys.stdout)
        else:
            passed += 1
            print(f"ok   {name}")
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
