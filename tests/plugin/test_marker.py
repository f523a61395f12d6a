from __future__ import annotations

import pytest

USE = """
import pytest

SCENARIO = {"version": 1, "bulk": {"every": 2}}
SEED = {"version": 1, "users": [{"id": "ada"}]}
pytestmark = pytest.mark.knock(seed=SEED)


@pytest.mark.knock(scenario="503-once")
def test_a_bundled_scenario(knock):
    assert ["503-once"] == [each.id for each in knock.admin.faults()]
    assert ["ada"] == list(knock.users)


@pytest.mark.knock(scenario=SCENARIO, timeline="immediate")
def test_a_mapping_and_a_timeline(knock):
    bulk = knock.admin.scenario()["bulk"]
    assert 2 == bulk["every"]
    assert {"polls": 0} == bulk["progress"]["queued"], bulk


@pytest.mark.knock(timeline={"queued": {"polls": 7}})
def test_a_timeline(knock):
    assert 7 == knock.admin.scenario()["bulk"]["progress"]["queued"]["polls"]


@pytest.mark.knock(scenario="mine.yaml", seed=None)
def test_a_file(knock):
    assert 9 == knock.admin.scenario()["seed"]
    assert [] == list(knock.users)


@pytest.mark.knock(seed="example")
def test_a_bundled_seed(knock):
    assert {"ada", "bob"} <= set(knock.users)


@pytest.mark.knock(scenario=SCENARIO)
class TestClass:
    def test_what_the_class_says(self, knock):
        assert 2 == knock.admin.scenario()["bulk"]["every"]

    @pytest.mark.knock(scenario="immediate", seed="seed.json")
    def test_what_is_nearer(self, knock):
        assert knock.admin.scenario()["bulk"]["every"] is None
        assert ["bob"] == list(knock.users)


def test_the_module_alone(knock):
    assert ["ada"] == list(knock.users)
"""


def test_every_member(project: pytest.Pytester) -> None:
    """Scenario, timeline and seed are taken by name, from a file and as they are; the nearest mark counts."""
    project.makepyfile(USE)
    (project.path / "mine.yaml").write_text("version: 1\nseed: 9\n")
    (project.path / "seed.json").write_text('{"version": 1, "users": [{"id": "bob"}]}')
    project.runpytest_inprocess("--strict-markers").assert_outcomes(passed=8)


WRONG = {
    "scenarios='immediate'": [
        "it does not take scenarios [marker-unknown]",
        "  hint: it takes scenario=, timeline=, seed=",
    ],
    "'immediate'": ["it does not take 'immediate' [marker-unknown]", "  hint: it takes scenario=, timeline=, seed="],
    "scenario='fails-midwya'": [
        "there is no scenario 'fails-midwya' [scenario-unknown]",
        "  hint: did you mean fails-midway?",
    ],
    "scenario='nowhere.yaml'": ["nowhere.yaml: there is no such file [file-missing]", "  hint: check the path"],
    "scenario='broken.yaml'": [
        "broken.yaml:2:1: 'sede' is not known here [scenario-invalid]",
        "  hint: known: $schema, aliases*",
        "broken.yaml:3:1: 'faults' must be a list [scenario-invalid]",
    ],
    "scenario={'version': 1, 'sede': 7}": ["sede: 'sede' is not known here: known: *"],
    "timeline='soon'": ["bulk.progress.by: 'by' must be polls, time, immediate or manual*"],
    "seed='exampel'": ["there is no seed 'exampel' [seed-unknown]", "  hint: did you mean example?"],
    "seed={'version': 1, 'users': [{'id': 7}]}": ["users[0].id: 'id' must be text*"],
}


def test_what_cannot_be(project: pytest.Pytester) -> None:
    """A mark that cannot be followed fails its own test, which is named, with what is wrong and how to mend it."""
    marks = "".join(
        f"@pytest.mark.knock({each})\ndef test_{number}(knock):\n    pass\n\n" for number, each in enumerate(WRONG)
    )
    project.makepyfile(test_wrong=f"import pytest\n\n{marks}def test_right(knock):\n    pass\n")
    (project.path / "broken.yaml").write_text("version: 1\nsede: 1\nfaults: 7\n")
    result = project.runpytest_inprocess()
    result.assert_outcomes(errors=len(WRONG), passed=1)
    lines = result.stdout.lines
    for number, told in enumerate(WRONG.values()):
        begin = next(index for index, line in enumerate(lines) if f"ERROR at setup of test_{number} " in line)
        shown = lines[begin + 1 : begin + 1 + len(told)]
        expected = [f"@pytest.mark.knock: {told[0]}", *told[1:]]
        assert all(line.startswith(each.rstrip("*")) for line, each in zip(shown, expected, strict=True)), shown
    result.stdout.no_fnmatch_line("*During handling*")
    result.stdout.fnmatch_lines_random(["ERROR test_wrong.py::test_2 - Failed: @pytest.mark.knock: there is no scen*"])


def test_another_members_marks(project: pytest.Pytester) -> None:
    """A mark on a test that asks for no Knock does nothing."""
    project.makepyfile("import pytest\n\n@pytest.mark.knock(scenario='nope')\ndef test_it():\n    pass\n")
    project.runpytest_inprocess().assert_outcomes(passed=1)
