"""Links to results, and what they lead to."""

import hashlib

from reconciler.emulator.message import Response
from reconciler.emulator.pasqal.context import Context, world_id
from reconciler.emulator.pasqal.jsend import success
from reconciler.emulator.pasqal.store import find_job

_PLACE = "/pasqal-results"


def get_results_link(context: Context) -> Response:
    """null for a job without a result."""
    job, _ = find_job(context, context.id)
    row = context.connection.execute("SELECT result IS NULL FROM pasqal_job WHERE id = ?", (job.id,)).fetchone()
    return success({"results_link": None if row[0] else link(context, "jobs", job.id)})


def get_results(context: Context) -> Response:
    """The result as it is stored, as a bucket gives it: no envelope."""
    if (refusal := check_link(context, "jobs")) is not None:
        return refusal
    row = context.connection.execute("SELECT result FROM pasqal_job WHERE id = ?", (context.id,)).fetchone()
    if row is None or row[0] is None:
        return _bucket_error(404, "NoSuchKey", "The specified key does not exist.")
    return Response(200, {"content-type": "application/json"}, row[0].encode())


def link(context: Context, kind: str, id_: str) -> str:
    """An address that needs no token and dies, on the host the caller reached us by."""
    expires = str(context.now + round(context.switches.number("pasqal.results.expiry") * 1000))
    return (
        f"{context.origin}{_PLACE}/{kind}/{id_}?expires={expires}&signature={_signature(context, kind, id_, expires)}"
    )


def check_link(context: Context, kind: str) -> Response | None:
    """The bucket's refusal of an address that is made up or too old."""
    expires = context.query.one("expires") or ""
    # Only what we signed is known to be a number.
    if context.query.one("signature") != _signature(context, kind, context.id, expires):
        return _bucket_error(403, "SignatureDoesNotMatch", "The signature of the address is not right.")
    if context.now >= int(expires):
        return _bucket_error(403, "AccessDenied", "Request has expired")
    return None


def _signature(context: Context, kind: str, id_: str, expires: str) -> str:
    return hashlib.sha256(f"{world_id(context.connection)}:{kind}:{id_}:{expires}".encode()).hexdigest()[:32]


def _bucket_error(status: int, code: str, message: str) -> Response:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Response(status, {"content-type": "application/xml"}, body.encode())
