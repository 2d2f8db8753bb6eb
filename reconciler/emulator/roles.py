"""The one role of the local account, as IAM lists it: the SDK looks for it when it makes a hybrid job."""

from urllib.parse import parse_qsl

from reconciler.emulator.identity import ACCOUNT
from reconciler.emulator.message import Request, Response

_PATH, _NAME = "/service-role/", "AmazonBraketJobsExecutionRole"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role{_PATH}{_NAME}"
_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
_ROLE = (
    f"<member><Path>{_PATH}</Path><RoleName>{_NAME}</RoleName><RoleId>AROALOCALLOCALLOCALL</RoleId>"
    f"<Arn>{ROLE_ARN}</Arn><CreateDate>2024-01-01T00:00:00Z</CreateDate></member>"
)


def handle_iam(request: Request) -> Response:
    """Answer one IAM request (query protocol, XML): ListRoles, and no other."""
    text = request.body.decode(errors="replace") if request.method == "POST" else request.query
    asked = dict(parse_qsl(text))
    if asked.get("Action") != "ListRoles":
        detail = "<Type>Sender</Type><Code>InvalidAction</Code><Message>The local IAM has only ListRoles.</Message>"
        return _xml(400, f'<ErrorResponse xmlns="{_NAMESPACE}"><Error>{detail}</Error></ErrorResponse>')
    roles = _ROLE if _PATH.startswith(asked.get("PathPrefix", "/")) else ""
    result = f"<ListRolesResult><Roles>{roles}</Roles><IsTruncated>false</IsTruncated></ListRolesResult>"
    return _xml(200, f'<ListRolesResponse xmlns="{_NAMESPACE}">{result}</ListRolesResponse>')


def _xml(status: int, text: str) -> Response:
    return Response(status, {"content-type": "text/xml"}, text.encode())
