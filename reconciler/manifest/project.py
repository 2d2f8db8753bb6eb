"""The one document of kind Project: where things run, where the state rests, names and defaults for the rest."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from reconciler.core.address import NAME, Scalar
from reconciler.core.aws_names import (
    check_bucket,
    check_prefix,
    check_tag_count,
    check_tag_key,
    check_tag_value,
    tag_texts,
)
from reconciler.core.money import check_money, money
from reconciler.manifest.overlay import Environments
from reconciler.manifest.project_pasqal import Pasqal, PasqalDevice
from reconciler.manifest.project_simulate import DefaultSimulate, Simulate
from reconciler.manifest.project_state import State
from reconciler.manifest.settings import Settings, check_region, check_url

PROJECT_KIND = "Project"
DEVICE_ARN = re.compile(r"arn:aws[a-z-]*:braket:[a-z0-9-]*:[0-9]*:device/[a-z-]+/[A-Za-z0-9_-]+/[A-Za-z0-9_.-]+")
_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}")
_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{7,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def _check_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(
            "a name has 1 to 63 small letters, digits, dots and hyphens, with a letter or digit at its ends"
        )
    return name


def _check_uid(uid: str) -> str:
    if not _UID.fullmatch(uid):
        raise ValueError("a uid has 8 to 64 letters, digits and hyphens; `qctl init` writes one")
    return uid


def _check_alias(alias: str) -> str:
    if not _ALIAS.fullmatch(alias):
        raise ValueError(f'"{alias[:40]}" is no alias: letters, digits, and _ . - after a first letter')
    return alias


def _check_arn(arn: str) -> str:
    if not DEVICE_ARN.fullmatch(arn):
        raise ValueError(
            "expected the ARN of a device (arn:aws:braket:REGION::device/…), or {pasqal: DEVICE_TYPE} for one of Pasqal"
        )
    return arn


def _check_variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError(f'"{name[:40]}" is no variable name: letters, digits and _, no digit first')
    return name


class Metadata(Settings):
    """Who the project is."""

    name: Annotated[str, AfterValidator(_check_name), Field(description="The project's name; it names the state file.")]
    uid: Annotated[
        str,
        AfterValidator(_check_uid),
        Field(description="Written once by `qctl init`, never changed: it is part of every token and tag."),
    ]


class Braket(Settings):
    """Amazon Braket."""

    mode: Annotated[
        Literal["local", "aws"],
        Field(description="`local`: the local cloud, free. `aws`: the real one, which costs money."),
    ] = "local"
    region: Annotated[
        Annotated[str, AfterValidator(check_region)] | None, Field(description="The region of calls without a device.")
    ] = None
    profile: Annotated[str | None, Field(min_length=1, description="The profile of the AWS configuration.")] = None
    endpoint_url: Annotated[
        Annotated[str, AfterValidator(check_url)] | None, Field(description="Another address of the service.")
    ] = None

    @model_validator(mode="after")
    def _local_needs_no_account(self) -> Self:
        if self.mode == "local" and (self.profile or self.endpoint_url):
            raise ValueError('profile and endpointUrl belong to mode "aws"; the local cloud needs neither')
        return self


class Providers(Settings):
    """The clouds, and how they are reached."""

    braket: Annotated[Braket, Field(default_factory=Braket, description="Amazon Braket.")]
    pasqal: Annotated[Pasqal, Field(default_factory=Pasqal, description="Pasqal Cloud.")]


class DefaultOutput(Settings):
    """Where results go unless a resource says otherwise."""

    bucket: Annotated[str, AfterValidator(check_bucket), Field(description="The S3 bucket that takes the results.")]
    prefix: Annotated[
        str, AfterValidator(check_prefix), Field(min_length=1, max_length=1024, description="The folder in it.")
    ] = "qctl"


class Defaults(Settings):
    """What holds for each resource that does not say otherwise."""

    tags: Annotated[
        Annotated[
            dict[Annotated[str, AfterValidator(check_tag_key)], Annotated[str, AfterValidator(check_tag_value)]],
            BeforeValidator(tag_texts, json_schema_input_type=dict[str, Scalar]),
            AfterValidator(check_tag_count),
        ],
        Field(default_factory=dict, description="Tags of every resource that takes tags; its own win."),
    ]
    output: Annotated[DefaultOutput | None, Field(description="Where results go.")] = None
    simulate: Annotated[
        bool | DefaultSimulate, Field(description="Whether and how runs are simulated that don't say it themselves.")
    ] = False


class Variable(Settings):
    """A value from outside: `--var NAME=VALUE`, else QCTL_VAR_NAME, else the default."""

    type: Annotated[Literal["string", "number", "integer", "boolean"], Field(description="What the value must be.")] = (
        "string"
    )
    default: Annotated[
        Scalar | None, Field(description="The value when none is given; without it one must be given.")
    ] = None
    description: Annotated[str | None, Field(description="For people.")] = None

    @model_validator(mode="after")
    def _default_fits(self) -> Self:
        if self.default is not None and not fits(self.type, self.default):
            raise ValueError(f"the default is no {self.type}")
        return self


class Budget(Settings):
    """What this environment may spend in all: what its state says was spent, and what is to be submitted."""

    max: Annotated[
        Annotated[str, AfterValidator(check_money)]
        | Annotated[
            list[Annotated[str, AfterValidator(check_money)]],
            Field(min_length=1, max_length=8),
        ],
        Field(description="The amount, like `25.00 USD`, or a list of amounts in several currencies."),
    ]
    assume: Annotated[
        Annotated[str, AfterValidator(check_money)] | None,
        Field(description="What a run is taken to cost at most where its price is unknown and it says nothing itself."),
    ] = None

    @model_validator(mode="after")
    def _each_currency_once(self) -> Self:
        amounts = [self.max] if isinstance(self.max, str) else self.max
        if len({money(text).currency for text in amounts}) < len(amounts):
            raise ValueError("each currency is named once")
        return self


class ProjectSpec(Settings):
    """The settings of a project."""

    providers: Annotated[Providers, Field(default_factory=Providers, description="The clouds.")]
    state: Annotated[State, Field(default_factory=State, description="Where the state rests.")]
    devices: Annotated[
        dict[Annotated[str, AfterValidator(_check_alias)], Annotated[str, AfterValidator(_check_arn)] | PasqalDevice],
        Field(default_factory=dict, description="Short names of devices: alias to ARN, or to `{pasqal: DEVICE_TYPE}`."),
    ]
    defaults: Annotated[Defaults, Field(default_factory=Defaults, description="What holds for each resource.")]
    simulate: Annotated[
        Simulate, Field(default_factory=Simulate, description="Where simulations run, and what each may take.")
    ]
    budget: Annotated[
        Budget | None, Field(description="What may be spent in all. Whatever does not fit is not submitted.")
    ] = None
    variables: Annotated[
        dict[Annotated[str, AfterValidator(_check_variable)], Variable],
        Field(default_factory=dict, description="Values from outside, by name."),
    ]
    reuse: Annotated[
        Literal["environment", "project"],
        Field(description="`project`: a run that another environment paid on the same account is not paid again."),
    ] = "environment"
    environments: Annotated[
        Environments | None,
        Field(description="All that `--env` may name; without them the overlays say which there are."),
    ] = None

    @property
    def device_names(self) -> dict[str, str]:
        """Each alias with its device as one text: an ARN, or `pasqal:FRESNEL` (core/device_name.py)."""
        return {alias: device if isinstance(device, str) else device.text for alias, device in self.devices.items()}


class Project(Settings):
    """A project: `metadata` and `spec`."""

    metadata: Metadata
    spec: Annotated[ProjectSpec, Field(default_factory=ProjectSpec)]


def fits(type_name: str, value: Scalar) -> bool:
    """Whether a value is of a variable's type."""
    if isinstance(value, bool) or type_name == "boolean":
        return isinstance(value, bool) and type_name == "boolean"
    if type_name == "number":
        return isinstance(value, int | float)
    return isinstance(value, int if type_name == "integer" else str)
