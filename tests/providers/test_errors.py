"""What each error of a changing call means: did anything happen, may it be repeated, was it throttled?"""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as lib
from botocore.parsers import ResponseParserError

from reconciler.core.attempt import Outcome
from reconciler.providers import KINDS
from reconciler.providers.braket.errors import is_transient, text_of
from reconciler.providers.kind import ResultMissing
from tests.providers.bench import HERE, HTML, Answer, Bench, attempt, error, task_arn
from tests.providers.samples import CONTEXT, SAMPLES

U = "https://braket.us-east-1.amazonaws.com/quantum-task"
REFUSED, AGAIN, THROTTLED, UNKNOWN = "refused", "refused, again", "throttled", "unknown"
# Every error that the service model names, and some that proxies and gateways make (reference/braket.md 1.1).
ANSWERS = [
    (400, "ValidationException", REFUSED),
    (402, "ServiceQuotaExceededException", REFUSED),
    (403, "AccessDeniedException", REFUSED),
    (403, "ExpiredTokenException", REFUSED),
    (404, "ResourceNotFoundException", REFUSED),
    (409, "ConflictException", REFUSED),
    (410, "DeviceRetiredException", REFUSED),
    (424, "DeviceOfflineException", REFUSED),
    (407, "", REFUSED),
    (413, "", REFUSED),
    (408, "RequestTimeoutException", UNKNOWN),
    (429, "ThrottlingException", THROTTLED),
    (429, "", THROTTLED),
    (400, "ThrottlingException", THROTTLED),
    (503, "SlowDown", THROTTLED),
    (500, "InternalServiceException", UNKNOWN),
    (502, "", UNKNOWN),
    (503, "ServiceUnavailableException", UNKNOWN),
    (504, "", UNKNOWN),
]
RAISED: list[tuple[Exception, str]] = [
    (lib.NoCredentialsError(), REFUSED),
    (lib.PartialCredentialsError(provider="env", cred_var="secret"), REFUSED),
    (lib.CredentialRetrievalError(provider="sso", error_msg="expired"), REFUSED),
    (lib.UnauthorizedSSOTokenError(), REFUSED),
    (lib.SSOTokenLoadError(error_msg="gone"), REFUSED),
    (lib.TokenRetrievalError(provider="sso", error_msg="expired"), REFUSED),
    (lib.ParamValidationError(report="no"), REFUSED),
    (lib.EndpointConnectionError(endpoint_url=U), AGAIN),
    (lib.ConnectTimeoutError(endpoint_url=U), AGAIN),
    (lib.ProxyConnectionError(proxy_url=U), AGAIN),
    (lib.ReadTimeoutError(endpoint_url=U), UNKNOWN),
    (lib.ConnectionClosedError(endpoint_url=U), UNKNOWN),
    (lib.SSLError(endpoint_url=U, error=OSError("eof")), UNKNOWN),
    (lib.HTTPClientError(error="whatever"), UNKNOWN),
    (lib.ResponseStreamingError(error="broken"), UNKNOWN),
    (lib.IncompleteReadError(actual_bytes=1, expected_bytes=2), UNKNOWN),
    (ResponseParserError("what is this"), UNKNOWN),
]
_MEANS = {
    REFUSED: (Outcome.REFUSED, False, False),
    AGAIN: (Outcome.REFUSED, True, False),
    THROTTLED: (Outcome.REFUSED, True, True),
    UNKNOWN: (Outcome.UNKNOWN, True, False),
}


def _verbs(bench: Bench, verb: str) -> Any:
    run = attempt(bench, task_arn(1))
    if verb == "CancelQuantumTask":
        return bench.cloud.cancel("QuantumTask", run, "t" * 64)
    return bench.cloud.tag(run, {"a": "b"}, ())


@pytest.mark.parametrize(("status", "code", "means"), ANSWERS)
@pytest.mark.parametrize("verb", ["TagResource", "CancelQuantumTask"])
def test_an_answer(bench: Bench, verb: str, status: int, code: str, means: str) -> None:
    if (verb, code) == ("CancelQuantumTask", "ConflictException"):
        return  # finished already: see the contract
    bench.wire.answer(verb, error(status, code) if code else Answer(status, HTML[1], {"content-type": HTML[0]}))
    reply = _verbs(bench, verb)
    assert (reply.outcome, reply.again, reply.throttled) == _MEANS[means]
    assert str(status) in reply.error


@pytest.mark.parametrize(("raised", "means"), RAISED, ids=lambda value: type(value).__name__)
def test_an_error_of_the_library(bench: Bench, raised: Exception, means: str) -> None:
    bench.wire.answer("TagResource", raised)
    reply = _verbs(bench, "TagResource")
    assert (reply.outcome, reply.again, reply.throttled) == _MEANS[means]
    assert reply.error.startswith(type(raised).__name__)
    assert is_transient(raised) == reply.again


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, HTML[1], {"content-type": HTML[0]}),
        Answer(200, b"<html>", {"content-type": "application/json"}),
        Answer(200, b"[]"),
        Answer(200, b""),
        Answer(201, {}),
        Answer(201, {"quantumTaskArn": "7"}),
        Answer(201, {"quantumTaskArn": None}),
    ],
)
def test_a_success_without_an_id_is_unknown(bench: Bench, answer: Answer) -> None:
    resource = KINDS["QuantumTask"].desired(SAMPLES["QuantumTask"].declared(), CONTEXT)
    bench.wire.answer("CreateQuantumTask", answer)
    reply = bench.cloud.create(resource, "t" * 64, {}, bench.cloud.place(resource))
    assert (reply.outcome, reply.again, reply.throttled) == _MEANS[UNKNOWN]
    assert reply.error


def test_a_page_in_place_of_an_answer_is_named(bench: Bench) -> None:
    bench.wire.answer("TagResource", Answer(200, HTML[1], {"content-type": HTML[0]}))
    reply = _verbs(bench, "TagResource")
    assert reply.outcome is Outcome.UNKNOWN
    assert reply.error == "GarbledAnswerError: TagResource was answered with text/html instead of JSON"


def test_a_region_that_is_none_was_never_asked(bench: Bench) -> None:
    """No client, no request, nothing made: certain, unlike anything that fails on the way."""
    run = attempt(bench, task_arn(1), place=HERE.__class__("braket", "1", "not a region"))
    assert bench.cloud.cancel("QuantumTask", run, "t" * 64).outcome is Outcome.REFUSED


def test_words_are_one_line_and_not_a_whole_page() -> None:
    assert text_of(ResponseParserError("<html>\n" + "x" * 10_000)).startswith("ResponseParserError: <html> xxx")
    assert len(text_of(ResponseParserError("x" * 10_000))) == 500


def test_a_run_without_an_output_place_has_no_results(bench: Bench) -> None:
    with pytest.raises(ResultMissing):
        bench.cloud.results("QuantumTask", attempt(bench, task_arn(1)))
