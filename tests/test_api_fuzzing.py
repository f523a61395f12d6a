"""What is made of what Schemathesis tells."""

from __future__ import annotations

import pytest

from contract_tests.api_fuzzing import ADMIN_SEED, judge_run
from mock_knock.local import load_seed
from mock_knock.served import controls_description

STATUS = "- ST103 Undocumented status code\n\n    Received: {}\n    Documented: 200\n"
SCHEMA = "- ST108 Response violates schema\n\n    {{}} {}\n"
OVERLAP = SCHEMA.format("is valid under more than one of the schemas listed in the 'oneOf' keyword")
SUMMARY = "Failures:\n  ❌ {}: 1\n"


@pytest.mark.parametrize(
    ("code", "told", "is_published", "count"),
    [
        (0, "no failures", False, 0),
        (1, SUMMARY.format("ST101 Server error"), False, 1),
        (2, "cannot load", False, 1),
        (0, "no failures", True, 0),
        (1, STATUS.format(422) + SUMMARY.format("ST103 Undocumented status code"), True, 0),
        (1, STATUS.format(418) + SUMMARY.format("ST103 Undocumented status code"), True, 1),
        (1, STATUS.format(404) + SUMMARY.format("ST101 Server error"), True, 1),
        (1, STATUS.format(404) + OVERLAP + SUMMARY.format("ST108 Response violates schema"), True, 0),
        (1, STATUS.format(404) + SCHEMA.format("is wrong") + SUMMARY.format("ST108 Response violates schema"), True, 1),
        (1, STATUS.format(404) + "Errors:\n  🚫 Network Error: 1\n", True, 1),
        (2, "cannot load", True, 1),
    ],
)
def test_what_is_a_problem(code: int, told: str, *, is_published: bool, count: int) -> None:
    """Every failure is one, but for listed statuses and overlapping alternatives of the published descriptions."""
    assert count == len([*judge_run(code, told, is_published=is_published)])


def test_what_the_controls_find() -> None:
    """Worlds begin with the bulk operation and the user that the description of the controls has in its examples."""
    seed, paths = load_seed(str(ADMIN_SEED)), controls_description().document["paths"]
    shown = [
        paths[f"/_mock/{path}"]["parameters"][0]["example"]
        for path in ("bulk_operations/{id}/transition", "users/{id}")
    ]
    assert [seed.bulk_operations[0].id, seed.users[0].row["id"]] == shown
