"""What expressions can see at one moment of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mock_knock.arazzo.expressions.pointer import MISSING, Missing
from mock_knock.messages import Headers, JsonValue


@dataclass(frozen=True, slots=True)
class Message:
    """A request or response as expressions see it.

    Attributes:
        headers: fields in order; names ignore case.
        query: query parameters by name, decoded; empty for a response.
        path: path parameters by name, decoded; empty for a response.
        body: the decoded JSON value, the text of any other body, or MISSING when there is none.
    """

    headers: Headers = ()
    query: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    body: JsonValue | Missing = MISSING


@dataclass(frozen=True, slots=True)
class Scope:
    """The values behind the expressions; whatever is left out has no value.

    Attributes:
        url: of the request of the current step.
        method: of the request of the current step.
        status_code: of its response.
        request: as it was sent.
        response: as it arrived.
        inputs: of the current workflow.
        outputs: of the current workflow, or of the workflow a step has called.
        steps: step id to its outputs.
        workflows: workflow id to a mapping with the members `inputs` and `outputs`.
        source_descriptions: name to its fields, such as `url` and `type`.
        components: component type (such as `parameters`) to components by name.
        self_uri: the `$self` field of the document.
    """

    url: str | None = None
    method: str | None = None
    status_code: int | None = None
    request: Message | None = None
    response: Message | None = None
    inputs: Mapping[str, JsonValue] = field(default_factory=dict)
    outputs: Mapping[str, JsonValue] = field(default_factory=dict)
    steps: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)
    workflows: Mapping[str, Mapping[str, Mapping[str, JsonValue]]] = field(default_factory=dict)
    source_descriptions: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)
    components: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)
    self_uri: str | None = None
