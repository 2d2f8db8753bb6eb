"""What AWS takes as tags, bucket names and prefixes. Each check returns its value, or raises ValueError with the rule.

Tags by the CloudFormation schema of AWS::Braket::SpendingLimit and "Tagging your AWS resources", bucket names by Amazon
S3's "Bucket naming rules". A text that still waits for a value passes: it is checked by the service.
"""

from __future__ import annotations

import re
from typing import Any

from reconciler.core.reference import is_late

MAX_OWN_TAGS = 45  # AWS allows 50; qctl adds four, and one stays free
_BUCKET = re.compile(r"[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9])){1,61}[a-z0-9]")
_ADDRESS_LIKE = re.compile(r"\d+\.\d+\.\d+\.\d+")
_TAG_TEXT = re.compile(r"[\w\s.:/=+\-@]*")  # the characters every AWS service takes in tags
_TAG_CHARACTERS = "tags hold letters, digits, spaces and _ . : / = + - @ only"


def tag_texts(value: Any) -> Any:
    """YAML numbers and booleans become the text they were meant as; botocore would refuse them as they are."""
    if not isinstance(value, dict):
        return value
    return {key: _tag_text(item) for key, item in value.items()}


def _tag_text(item: Any) -> Any:
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(item) if isinstance(item, int | float) else item


def check_tag_count(tags: dict[str, str]) -> dict[str, str]:
    """Whether they fit beside our own."""
    if len(tags) > MAX_OWN_TAGS:
        raise ValueError(f"at most {MAX_OWN_TAGS} tags fit: qctl adds its own, and AWS allows 50 in all")
    return tags


def check_tag_key(key: str) -> str:
    """A tag's key."""
    if not 1 <= len(key) <= 128:
        raise ValueError(f"a tag's key has 1 to 128 characters, this one has {len(key)}")
    if key.lower().startswith(("aws:", "qctl:")):
        raise ValueError(f'the tag "{key}" is refused: tags that start with aws: belong to AWS, with qctl: to qctl')
    if not _TAG_TEXT.fullmatch(key):
        raise ValueError(_TAG_CHARACTERS)
    return key


def check_tag_value(value: str) -> str:
    """A tag's value."""
    if len(value) > 256:
        raise ValueError(f"a tag's value has at most 256 characters, this one has {len(value)}")
    if not _TAG_TEXT.fullmatch(value) and not is_late(value):
        raise ValueError(_TAG_CHARACTERS)
    return value


def check_bucket(name: str) -> str:
    """A bucket's name."""
    if is_late(name):
        return name
    if not _BUCKET.fullmatch(name) or _ADDRESS_LIKE.fullmatch(name):
        raise ValueError(
            "a bucket's name has 3 to 63 small letters, digits, dots and hyphens, starts and ends with a letter or "
            "digit, and is no IP address"
        )
    return name


def check_prefix(prefix: str) -> str:
    """A folder in a bucket."""
    if prefix.startswith("/") or prefix.endswith("/") or "//" in prefix:
        raise ValueError("a prefix has no slash at its ends and no empty part: S3 would make unnamed folders of them")
    return prefix
