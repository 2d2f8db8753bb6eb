import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Switch:
    """One thing the documentation of the real service leaves open, or a convenience of the local one.

    A switch with `choices` takes one of them; one whose default is a number takes a number that is not negative;
    any other takes text.
    """

    name: str
    default: str
    meaning: str
    choices: tuple[str, ...] = ()
    # Whether it counts things: a page of no tasks would never end a search.
    counted: bool = False

    @property
    def numeric(self) -> bool:
        return self.default.replace(".", "", 1).isdigit()

    def check(self, value: str) -> None:
        """Raises ValueError if the switch does not take the value."""
        if self.choices and value not in self.choices:
            raise ValueError(f"Switch {self.name} takes {' | '.join(self.choices)}, not '{value}'.")
        if self.numeric and not _is_number(value):
            raise ValueError(f"Switch {self.name} takes a number from 0 up, not '{value}'.")
        if self.counted and not (value.isdecimal() and int(value) >= 1):
            raise ValueError(f"Switch {self.name} takes a whole number from 1 up, not '{value}'.")


def _is_number(value: str) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    return math.isfinite(number) and number >= 0


_ALL = (
    Switch("simulation", "real", "Whether runs are simulated, or end without a result.", ("real", "skip")),
    Switch("seed", "0", "Fixes ids, and with them latencies and samples. 0: different in each world."),
    Switch("latency.factor", "1", "Multiplies every latency of runs created from now on."),
    Switch("latency.simulator.queue", "0.3", "Seconds from creation until a simulator runs the task."),
    Switch("latency.simulator.run", "0.7", "Seconds a simulator runs a task."),
    Switch("latency.qpu.queue", "20", "Seconds from creation until a QPU runs the task, give or take a fifth."),
    Switch("latency.qpu.run", "5", "Seconds a QPU runs a task, give or take a fifth."),
    Switch("latency.cancel", "0.5", "Seconds from CANCELLING to CANCELLED; a task that is done sooner completes."),
    Switch("windows", "ignore", "Whether QPU tasks wait for the device's execution windows.", ("ignore", "honour")),
    Switch("cancel", "best-effort", "What cancelling achieves: too-late tasks complete.", ("best-effort", "too-late")),
    Switch(
        "token.mismatch",
        "ignore",
        "A client token used again with other parameters: the old task, or an error.",
        ("ignore", "validation", "conflict"),
    ),
    Switch("token.ttl", "86400", "Seconds the service remembers a client token."),
    Switch("visibility.get", "0", "Seconds until a new task is seen by calls that name it."),
    Switch("visibility.search", "0", "Seconds until a new task is seen by SearchQuantumTasks."),
    Switch("search.page", "100", "Most tasks on one page, whatever maxResults asks.", counted=True),
    Switch("action.max", "3000000", "Longest action, in characters."),
    Switch("tags.terminal", "allow", "Whether finished tasks can be tagged and untagged.", ("allow", "refuse")),
    Switch("latency.job.queue", "1", "Seconds from creation until a hybrid job can run."),
    Switch("latency.job.run", "1", "Seconds a hybrid job runs of which nothing really runs."),
    Switch(
        "jobs.run",
        "off",
        "Whether the entry points of hybrid jobs really run here, whoever made them. Sources of the project always do.",
        ("off", "on"),
    ),
    Switch("jobs.role", "strict", "Whether a job's role must be named as the service's own.", ("strict", "lax")),
    Switch("jobs.quota", "5", "Most hybrid jobs at the same time in a region.", counted=True),
    Switch("jobs.search.name", "on", "Whether SearchJobs takes CONTAINS on jobName.", ("on", "off")),
    Switch("spending.second", "refuse", "What becomes of a device's second spending limit.", ("refuse", "allow")),
    Switch(
        "spending.below",
        "accept",
        "What becomes of an update that sets a spending limit below what is spent.",
        ("accept", "refuse"),
    ),
    Switch("spending.lag", "0", "Seconds until a new spending limit is seen by SearchSpendingLimits."),
    Switch(
        "programset.results",
        "split",
        "Whether the results of a program set are many files or one.",
        ("split", "inline"),
    ),
    Switch(
        "s3.defaults",
        "secure",
        "Whether a bucket is encrypted and closed to the public unless somebody says otherwise, as on S3 since 2023.",
        ("secure", "none"),
    ),
    Switch("s3.others", "", "Buckets that belong to other accounts: names, with commas."),
    Switch(
        "s3.conditions",
        "keep",
        "Whether S3 keeps If-Match and If-None-Match of writes and deletes, or takes and ignores them.",
        ("keep", "ignore"),
    ),
    Switch("rates", "off", "Whether calls above the published rates are throttled.", ("off", "enforce")),
    Switch(
        "device.checks",
        "on",
        "Whether programs that a device's own words rule out are refused; off: they fail, or not, when they run.",
        ("on", "off"),
    ),
    Switch("devices.offline", "", "Devices that are OFFLINE: ARNs or names, with commas."),
    Switch("devices.retired", "", "Devices that are RETIRED: ARNs or names, with commas."),
    Switch("fail.reason", "", "Tasks created from now on end FAILED with this reason. Empty: they don't."),
    Switch("pasqal.latency.emulator.queue", "0.3", "Seconds from creation until an emulator of Pasqal runs a batch."),
    Switch("pasqal.latency.emulator.run", "0.5", "Seconds an emulator of Pasqal runs one job."),
    Switch("pasqal.latency.qpu.queue", "20", "Seconds from creation until a QPU of Pasqal runs a batch."),
    Switch("pasqal.latency.qpu.run", "5", "Seconds a QPU of Pasqal runs one job."),
    Switch("pasqal.latency.cancel", "0.5", "Seconds from CANCELING to CANCELED; a job that runs goes on to its end."),
    Switch("pasqal.open.timeout", "600", "Seconds an open batch waits for more jobs, then it is TIMED_OUT."),
    Switch("pasqal.strict", "off", "Whether sequences that Pulser can't read are refused.", ("off", "on")),
    Switch("pasqal.paused", "", "Device types that are PAUSED, what they have not finished waits: names, with commas."),
    Switch("pasqal.tags.terminal", "allow", "Whether finished batches can be tagged.", ("allow", "refuse")),
    Switch("pasqal.tag.lag", "0", "Seconds until the tag filter sees a batch."),
    Switch("pasqal.workloads.list", "on", "Whether workloads can be listed; off answers 404.", ("on", "off")),
    Switch("pasqal.page", "100", "Most entries on one page, whatever limit asks.", counted=True),
    Switch("pasqal.pagination", "on", "Whether lists say how many entries there are.", ("on", "off")),
    Switch("pasqal.rebatch.tags", "copy", "Whether rebatch copies the tags of the old batch.", ("copy", "drop")),
    Switch(
        "pasqal.results.expiry", "3600", "Seconds until a link to results expires; the next reading gives a new one."
    ),
)
SWITCHES: Mapping[str, Switch] = MappingProxyType({switch.name: switch for switch in _ALL})


@dataclass(frozen=True, slots=True)
class Switches:
    """The switches as they stand: what was set, else the defaults."""

    overrides: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.overrides.get(name, SWITCHES[name].default)

    def number(self, name: str) -> float:
        return float(self.text(name))

    def names(self, name: str) -> frozenset[str]:
        return frozenset(part.strip() for part in self.text(name).split(",") if part.strip())


def find(name: str) -> Switch:
    """Raises ValueError for a name that is no switch."""
    if name not in SWITCHES:
        raise ValueError(f"There is no switch {name}. There are: {', '.join(sorted(SWITCHES))}.")
    return SWITCHES[name]
