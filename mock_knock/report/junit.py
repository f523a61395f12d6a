"""JUnit XML as Jenkins, GitLab and Surefire read it: suites of test cases, each with at most one problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from xml.etree import ElementTree as ET

from mock_knock.report.clean_text import clean_text


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a test case did not pass: `failure` is what was tested, `error` that it could not be."""

    tag: Literal["failure", "error"]
    type: str
    message: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One test case; `told` is what it has to say beside its problem."""

    classname: str
    name: str
    seconds: float = 0.0
    problem: Problem | None = None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """Test cases that belong together; `at` is when the first of them began."""

    name: str
    cases: Sequence[Case]
    at: datetime | None = None


def write_junit(name: str, suites: Sequence[Suite]) -> str:
    """Return the suites as XML, without what XML cannot hold, and with a line break at its end."""
    every = [case for suite in suites for case in suite.cases]
    root = ET.Element("testsuites", {"name": _named(name), **_counts(every)})
    for suite in suites:
        told = {"timestamp": suite.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")} if suite.at else {}
        element = ET.SubElement(root, "testsuite", {"name": _named(suite.name), **_counts(suite.cases), **told})
        element.extend(map(_case, suite.cases))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    tags = [case.problem.tag for case in cases if case.problem]
    return {
        "tests": str(len(cases)),
        "failures": str(tags.count("failure")),
        "errors": str(tags.count("error")),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }


def _named(text: str) -> str:
    """Return a name, which is never empty."""
    return clean_text(text) or "?"


def _case(case: Case) -> ET.Element:
    names = {"classname": _named(case.classname), "name": _named(case.name)}
    element = ET.Element("testcase", {**names, "time": f"{case.seconds:.3f}"})
    problem = case.problem
    if problem is not None:
        told = {"type": _named(problem.type), "message": clean_text(problem.message)}
        ET.SubElement(element, problem.tag, told).text = clean_text(problem.text)
    if case.told:
        ET.SubElement(element, "system-out").text = clean_text(case.told)
    return element
