"""Token: signing in. Every name is let in, but for one made to be refused."""

from urllib.parse import parse_qs

from reconciler.emulator.message import Response
from reconciler.emulator.pasqal.context import Context
from reconciler.emulator.pasqal.jsend import plain

# Seconds. Without it, clients ask for a new token before every request.
_LIFETIME = 86_400
# What each grant needs beside `client_id`.
_GRANTS = {
    "http://auth0.com/oauth/grant-type/password-realm": ("username", "password"),
    "password": ("username", "password"),
    "client_credentials": ("client_secret",),
}


def get_token(context: Context) -> Response:
    """The form that OAuth 2.0 describes (RFC 6749, 4.3 and 4.4), with Auth0's status for a wrong password."""
    form = parse_qs(context.request.body.decode(errors="replace"), keep_blank_values=True)
    given = {name: values[-1] for name, values in form.items()}
    needed = _GRANTS.get(given.get("grant_type", ""))
    if needed is None:
        return _refuse(400, "unsupported_grant_type", "The grant type is not supported.")
    if missing := [name for name in ("client_id", *needed) if not given.get(name)]:
        return _refuse(400, "invalid_request", f"Missing: {', '.join(missing)}.")
    if "wrong" in (given.get("username"), given.get("password"), given.get("client_secret")):
        return _refuse(403, "invalid_grant", "Wrong email or password.")
    return plain(200, {"access_token": "local-token", "token_type": "Bearer", "expires_in": _LIFETIME})


def _refuse(status: int, error: str, description: str) -> Response:
    return plain(status, {"error": error, "error_description": description})
