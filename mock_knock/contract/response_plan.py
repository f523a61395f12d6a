"""A plan accepts a response that is plainly right, as `plan` does with requests; anything else is judged in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mock_knock.contract.description import Description
from mock_knock.contract.plain_schemas import PlainSchema
from mock_knock.contract.plan import media_schema
from mock_knock.contract.records import JSON, media_type
from mock_knock.messages import Headers, find_header


@dataclass(frozen=True, slots=True)
class ResponsePlan:
    """The check of one described status without headers: a JSON body, or None where no content is described."""

    body: PlainSchema | None

    def accepts(self, headers: Headers, body: bytes) -> bool:
        """Return True only when the full judgement would find nothing."""
        if self.body is None:
            return True
        found = media_type(find_header(headers, "Content-Type") or "")
        return found == JSON and self.body.accepts_text(body)


def build_response_plan(description: Description, method: str, path: str, status: int) -> ResponsePlan | None:
    """Return the plan of a status of an operation, or None when it has anything a plan does not check.

    The status itself is looked up, then its range such as `2XX`, then `default` (OpenAPI 3.0.3, Responses Object).
    """
    item = description.resolve(description.document["paths"][path])
    responses = description.resolve(item[method].get("responses"))
    if not isinstance(responses, Mapping):
        return None
    key = next((key for key in (str(status), f"{status // 100}XX", "default") if key in responses), None)
    response = description.resolve(responses[key]) if key is not None else None
    if not isinstance(response, Mapping) or response.get("headers"):
        return None
    if "content" not in response:
        return ResponsePlan(None)
    content = description.resolve(response["content"])
    schema = media_schema(description, content[JSON]) if isinstance(content, Mapping) and JSON in content else None
    return None if schema is None else ResponsePlan(schema)
