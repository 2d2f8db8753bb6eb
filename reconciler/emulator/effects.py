from collections.abc import Mapping
from types import MappingProxyType

EFFECTS: Mapping[str, str] = MappingProxyType(
    {
        "throttle": "429 before acting (S3: 503 SlowDown)",
        "error-500": "500 before acting",
        "error-500-after": "acts, then answers 500",
        "error-503": "503 before acting",
        "status": "answers `status` before acting; `html` makes it a page, `retry_after` adds the header",
        "status-after": "acts, then answers `status`, as above",
        "unreachable": "refuses the connection; over HTTP, where it is already made, closes it before acting",
        "reset": "closes the connection before acting",
        "lost": "acts, then closes the connection: the answer is lost",
        "late": "closes the connection or answers `status`; acts once, when `seconds` of the emulator's clock are over",
        "timeout": "acts, then never answers; over HTTP it closes the connection after `seconds`",
        "garbage": "answers 200 with an HTML page without acting",
        "garbage-after": "acts, then answers 200 with an HTML page",
        "cut": "acts, then answers with the first half of the body",
        "hide": "the task, job, batch or workload stays invisible to calls that name it and to lists for `seconds` of"
        " the emulator's clock",
        "lag": "the filter by tag does not see the batch for `seconds` of the emulator's clock",
        "tags": "a third party edits the tags of the task or job (`remove` is a list of keys, `set` a mapping) or of"
        " the batch (`remove` is a list of beginnings, `add` a list of tags)",
        "duplicate": "acts, then answers a list with each entry twice",
        "no-pagination": "acts, then answers a list that does not say how long it is",
        "slow": "acts, then answers after `seconds`",
    }
)
# What only one of the clouds has: a filter by a tag alone, and lists with their length.
PASQAL_ONLY = frozenset({"lag", "duplicate", "no-pagination"})
# Effects that answer a status of the rule's choice; `late` may also lose the answer.
CHOOSING = frozenset({"status", "status-after", "late"})
