from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from reconciler.emulator.message import Request, Response

ACCOUNT = "123456789012"
USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/local"
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


def handle_sts(request: Request) -> Response:
    """Answer one STS request (query protocol, XML). The local cloud has one account and one user."""
    text = request.body.decode(errors="replace") if request.method == "POST" else request.query
    action = dict(parse_qsl(text)).get("Action", "")
    if action != "GetCallerIdentity":
        return _error("InvalidAction", f"The local cloud has no STS action {action[:80]!r}, only GetCallerIdentity.")
    content = f"<Arn>{USER_ARN}</Arn><UserId>AIDALOCALLOCALLOCALL</UserId><Account>{ACCOUNT}</Account>"
    return _xml(
        200,
        f'<GetCallerIdentityResponse xmlns="{_NAMESPACE}"><GetCallerIdentityResult>{content}</GetCallerIdentityResult>'
        f"<ResponseMetadata><RequestId>local</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
    )


def _error(code: str, message: str) -> Response:
    detail = f"<Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message>"
    return _xml(
        400, f'<ErrorResponse xmlns="{_NAMESPACE}"><Error>{detail}</Error><RequestId>local</RequestId></ErrorResponse>'
    )


def _xml(status: int, text: str) -> Response:
    return Response(status, {"content-type": "text/xml"}, text.encode())
