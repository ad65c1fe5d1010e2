"""An authenticator of the browser's own: the driver makes it, pages use it as they use one of a person's."""

import json

# What a page does with the options of the API: texts of bytes become bytes, and back (unpadded base64url).
BYTES = """
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), one => one.charCodeAt(0));
const text = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/[+]/g, '-').replace(/[/]/g, '_').replace(/=/g, '');
"""

CREATE = """
const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: {...options.user, id: bytes(options.user.id)},
    excludeCredentials: options.excludeCredentials.map(one => ({...one, id: bytes(one.id)})),
};
const made = await navigator.credentials.create({publicKey});
return {attestation: text(made.response.attestationObject), clientData: text(made.response.clientDataJSON)};
"""

GET = """
const {credentialId, ...rest} = options;
const publicKey = {
    ...rest,
    challenge: bytes(options.challenge),
    allowCredentials: [{type: 'public-key', id: bytes(credentialId)}],
};
const used = await navigator.credentials.get({publicKey});
return {
    clientData: text(used.response.clientDataJSON),
    authenticatorData: text(used.response.authenticatorData),
    signatureData: text(used.response.signature),
};
"""


def in_page(browser, script, options):
    """What a function gives that runs in the page with some options; a text where it fails."""
    body = f"{BYTES} const options = {json.dumps(options)}; {script}"
    return browser.run_async(f"(async () => {{ {body} }})()")


def create(browser, options):
    return in_page(browser, CREATE, options)


def get(browser, options, credential_id):
    return in_page(browser, GET, {**options, "credentialId": credential_id})
