"""The result of a gauntlet as tests make it up."""

from __future__ import annotations

from typing import Any

from mock_knock.harness.gauntlet import Broken, Cell, Ending, GauntletResult, Ordeal
from mock_knock.harness.moments import Moment

SECRET = "sk_live_canary0123456789"
EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></svg></details><iframe src=//evil.example>",
    "<!-- ]]> &amp; &lt; <a href='javascript:alert(1)'>",
    "a\x00\x1b[2J\x07\x9b2J\r\ud800\udcff\ufffe\uffff\u202eb",
)
"""Text that would be more than text in HTML, in XML or on a terminal."""


def cell(fault: str = "reset", **fields: Any) -> Cell:
    """Return a cell that was survived, but for the given fields."""
    given: dict[str, Any] = {
        "ordeal": Ordeal(fault, f"What {fault} does.", ("wire",)),
        "verdict": "survived",
        "ending": Ending("success", "exit code 0; notified", 1.25),
        "requests": 5,
        "fired": 1,
        **fields,
    }
    return Cell(**given)


MOMENTS = (
    Moment(0.0, "POST", "/v1/users/bulk/identify", 200),
    Moment(1.0, "GET", "/v1/bulk_operations/b1", 200, state="processing", share=0.5),
    Moment(2.0, "GET", "/v1/bulk_operations/b1", None, fault="reset"),
    Moment(3.0, "GET", "/v1/bulk_operations/b1", 200, fault="count-lies", state="processing", share=7.0),
    Moment(4.0, "POST", "/v1/workflows/welcome/trigger", 429),
    Moment(10.0, "GET", "/v1/objects/projects", 200),
)
NONE = cell("none", ordeal=Ordeal("none", "Nothing goes wrong."), fired=0)
SILENT = cell(
    "fails-midway",
    ordeal=Ordeal("fails-midway", "Operations fail.", ("bulk", "x")),
    verdict="silent",
    ending=Ending("success", "exit code 0; notified", 0.0625),
    broken=(Broken("batch-first", "a run for ada came too early", 3), Broken("retry-after", "came back too soon", 1)),
    moments=MOMENTS,
)
HUNG = cell(
    "stuck-queued",
    ordeal=Ordeal("stuck-queued", "Operations never start.", ("bulk",)),
    verdict="hung",
    ending=Ending("hung", "still running after 30 s", 30.0),
    requests=201,
)
LOUD = cell("reset", verdict="loud", ending=Ending("failure", "exit code 1; it broke", 2.0), requests=2)
IDLE = cell("refuse", fired=0)
RESULT = GauntletResult("python client.py", 7, (NONE, SILENT, HUNG, LOUD, IDLE))


def evil_result(text: str) -> GauntletResult:
    """Return a result with a text wherever one comes from outside."""
    moments = (Moment(0.0, text, text, 200, text, text, 0.5), Moment(1.0, text, text, None, text, text))
    bad = cell(
        ordeal=Ordeal("reset", text, ("wire",)),
        verdict="silent",
        ending=Ending("success", text, 1.0),
        broken=(Broken("batch-first", text, 1),),
        moments=moments,
    )
    return GauntletResult(text, 0, (NONE, bad))
