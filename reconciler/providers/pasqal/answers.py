"""Reading answers: the JSend envelope, pages of it, and words for what went wrong. Nothing in them is trusted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from reconciler.providers.pasqal.errors import AnswerError, GarbledAnswerError, cut

Item = Mapping[str, Any]
PAGE: Final = 100  # items; the most that the API gives at once
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,127}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def is_id(value: Any) -> bool:
    """Whether it can be an id, and a part of a path."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def envelope(response: httpx.Response) -> Mapping[str, Any]:
    """The envelope of a success. Raises AnswerError and GarbledAnswerError."""
    if not response.is_success:
        raise answer_error(response)
    document = parsed(response)
    if not isinstance(document, dict) or "data" not in document:
        raise GarbledAnswerError(f"{response.status_code} with JSON of another shape")
    return document


def parsed(response: httpx.Response) -> Any:
    """The JSON of a body. Raises GarbledAnswerError."""
    body = response.content
    try:
        document = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        kind = response.headers.get("content-type", "nothing") if body else "nothing"
        raise GarbledAnswerError(f"{response.status_code} with {cut(kind)} instead of JSON") from error
    if _SURROGATE.search(body):  # halves of characters can't be written to any file
        document = json.loads(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
    return document


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def answer_error(response: httpx.Response) -> AnswerError:
    """What an answer that is no success says."""
    try:
        document = parsed(response)
    except GarbledAnswerError:
        document = None
    told = isinstance(document, dict) and document.get("status") in ("fail", "error")
    words = _words(document) if isinstance(document, dict) else ""
    message = words or response.reason_phrase or "no reason is given"
    return AnswerError(response.status_code, message, after=_after(response), told=told)


def _words(document: Mapping[str, Any]) -> str:
    """The API's message with its findings, or what OAuth and gateways say."""
    data = document.get("data")
    description = data.get("description") if isinstance(data, dict) else None
    parts = [document.get("message"), document.get("error"), document.get("error_description")]
    told = [part for part in parts if isinstance(part, str) and part]
    if isinstance(description, str):
        told.append(description)
    elif isinstance(description, list):
        told += [_finding(item) for item in description[:5]]
    return ": ".join(dict.fromkeys(told))


def _finding(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    where = item.get("loc")
    path = ".".join(str(part) for part in where[:10]) if isinstance(where, list) else ""
    return f"{path} {item.get('msg', '')}".strip()


def _after(response: httpx.Response) -> float:
    """The seconds of Retry-After, which may be a number or a date; never less than none."""
    text = response.headers.get("retry-after", "")
    try:
        seconds = float(text) if text.replace(".", "", 1).isdecimal() else _until(text)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return max(0.0, seconds)


def _until(text: str) -> float:
    moment = parsedate_to_datetime(text)
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def made_id(document: Mapping[str, Any]) -> str:
    """The id of what a call made. Raises GarbledAnswerError: without an id we can't tell what was made."""
    data = document["data"]
    if not isinstance(data, dict) or not is_id(data.get("id")):
        raise GarbledAnswerError("the answer names no id")
    return str(data["id"])


def errors_in(document: Mapping[str, Any]) -> str:
    """What a call for many says of those it did nothing about, in one line; empty when there are none."""
    data = document["data"]
    errors = data.get("errors") if isinstance(data, dict) else None
    return cut("; ".join(f"{id_}: {why}" for id_, why in errors.items())) if isinstance(errors, dict) else ""


def one(document: Mapping[str, Any], wanted: str) -> Item:
    """The object that was asked for. Raises GarbledAnswerError."""
    data = document["data"]
    if not isinstance(data, dict) or str(data.get("id")).lower() != wanted.lower():
        raise GarbledAnswerError("the answer is of another object")
    return data


@dataclass(frozen=True, slots=True)
class Page:
    """Some items of a list and where the next ones begin; `next` None: these were the last."""

    items: tuple[Item, ...]
    next: int | None


def page(document: Mapping[str, Any], offset: int, keyed: str = "id") -> Page:
    """One page of a list. Raises GarbledAnswerError, also for an empty page where more were promised."""
    data = document["data"]
    if not isinstance(data, list) or not all(isinstance(item, dict) and _keyed(item, keyed) for item in data):
        raise GarbledAnswerError("the answer is no list of objects with ids")
    told = document.get("pagination")
    total, end = (told.get("total"), told.get("end")) if isinstance(told, dict) else (None, None)
    if not isinstance(total, int) or not isinstance(end, int) or (end <= offset < total):
        # It does not say. How many fit on a page is the service's to choose: only an empty one is surely the last.
        return Page(tuple(data), offset + len(data) if data else None)
    if not data and offset < total:
        raise GarbledAnswerError("the answer is an empty page of a list that goes on")
    return Page(tuple(data), end if offset < end < total else None)


def _keyed(item: Item, key: str) -> bool:
    return is_id(item.get(key)) if key == "id" else isinstance(item.get(key), str)
