"""The client under test, and people to test it with."""

import itertools
import json
import os
import subprocess

from okta.client import Client
from okta.models import (
    CreateUserRequest,
    PasswordCredential,
    RecoveryQuestionCredential,
    UserCredentialsWritable,
    UserProfile,
)

PASSWORD = "Autumn-Harbour-42"
QUESTION = "Who taught you to ride a bicycle?"
ANSWER = "Grandmother"

_numbers = itertools.count(1)


class Refused(Exception):
    """The server refused a request, in the form of Okta's errors."""

    def __init__(self, error):
        super().__init__(repr(error))
        self.status = error.status
        self.code = error.error_code
        self.summary = error.error_summary
        self.causes = [cause["errorSummary"] for cause in error.error_causes]


class Directory:
    """Calls of the client, with its result tuples turned into return values and exceptions."""

    def __init__(self, url, token):
        self.url = url
        self.token = token
        self.client = Client({"orgUrl": url, "token": token})

    @staticmethod
    def token_of(user):
        """Returns a new API token of somebody; only the operator's command line makes one."""
        command = os.environ["DENIZEN_OPERATOR"].split("\n") + ["token", "create", "--user", user.id, "--name", "e2e"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DENIZEN_")}
        made = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
        return made.stdout.strip()

    async def call(self, operation, *arguments, **options):
        """Returns the parsed answer of an operation that has one."""
        value, response = await self.respond(operation, *arguments, **options)
        assert value is not None, f"{operation}: the client found no object in {response.raw_data}"
        return value

    async def respond(self, operation, *arguments, **options):
        """Returns the parsed answer, None when there is none, and the response itself."""
        outcome = await getattr(self.client, operation)(*arguments, **options)
        error = outcome[-1]
        if error is not None:
            raise Refused(error) if hasattr(error, "error_code") else AssertionError(f"{operation}: {error}")
        return outcome[0], outcome[1]

    async def raw(self, operation, *arguments, **options):
        """Returns the body as JSON, for answers that the client has no model for."""
        _, response = await self.respond(operation, *arguments, **options)
        return json.loads(response.raw_data)

    async def refusal(self, operation, *arguments, **options):
        """Returns the refusal of a request that must be refused."""
        try:
            await self.respond(operation, *arguments, **options)
        except Refused as refused:
            return refused
        raise AssertionError(f"{operation} was not refused")

    async def entity_tag(self, user):
        """Returns the tag of the version that a reader sees now."""
        _, response = await self.respond("get_user", user.id)
        return next(value for name, value in response.headers.items() if name.lower() == "etag")

    async def create(self, request=None, **options):
        return await self.call("create_user", request or new_user(), **options)

    async def status(self, user):
        return (await self.call("get_user", user.id)).status.value


def new_profile(**attributes):
    """A profile that nobody else has."""
    login = f"person-{next(_numbers)}@py.example.com"
    names = {"first_name": "Ada", "last_name": "Lovelace"}
    return UserProfile(**{"login": login, "email": login, **names, **attributes})


def new_user(password=None, question=None, profile=None, **parts):
    """A request to create somebody, with credentials when they are given."""
    credentials = {}
    if password is not None:
        credentials["password"] = PasswordCredential(value=password)
    if question is not None:
        credentials["recovery_question"] = RecoveryQuestionCredential(question=question, answer=ANSWER)
    if credentials:
        parts["credentials"] = UserCredentialsWritable(**credentials)
    return CreateUserRequest(profile=profile or new_profile(), **parts)
