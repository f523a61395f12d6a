"""What was found in documents for code-scanning tools: SARIF 2.1.0 (OASIS)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os.path import normpath
from pathlib import PurePath
from urllib.parse import quote

from mock_knock.harness.result import LintResult
from mock_knock.messages import Finding, JsonValue, Severity, split_place

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SOURCE_ROOT = "%SRCROOT%"
"""The base of relative addresses: tools put the top of the checkout in its place."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a code means: in one sentence, and the whole story in Markdown."""

    code: str
    level: Severity
    sentence: str
    story: str


def render_sarif(results: Sequence[LintResult], rules: Mapping[str, Rule], *, version: str, folder: PurePath) -> str:
    """Return the log as indented JSON with a line break at its end.

    Args:
        results: of each document.
        rules: by code; every code of a finding must be among them.
        version: of this tool.
        folder: the working directory; addresses of files below it are relative to it.
    """
    codes = sorted({finding.code for result in results for finding in result.findings})
    index = {code: number for number, code in enumerate(codes)}
    driver = {
        "name": "mock-knock",
        "version": version,
        "rules": [_rule(rules[code]) for code in codes],
    }
    found = [
        _result(finding, index[finding.code], result.file, folder) for result in results for finding in result.findings
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": found}
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    text = json.dumps(log, indent=2, ensure_ascii=False)
    return text.encode(errors="replace").decode() + "\n"


def _rule(rule: Rule) -> JsonValue:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.sentence},
        "fullDescription": {"text": rule.sentence},
        "help": {"text": rule.story, "markdown": rule.story},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(finding: Finding, rule_index: int, file: str, folder: PurePath) -> JsonValue:
    named, line, column = split_place(finding.where)
    place: dict[str, JsonValue] = {"artifactLocation": _address(named if line else file, folder)}
    if line:
        place["region"] = {"startLine": line, "startColumn": column}
    remedy = f"\n{finding.hint}" if finding.hint else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": finding.severity,
        "message": {"text": f"{finding.message}{remedy}"},
        "locations": [{"physicalLocation": place}],
    }


def _address(file: str, folder: PurePath) -> JsonValue:
    path = type(folder)(normpath(folder / file))
    if path.is_relative_to(folder):
        return {"uri": quote(path.relative_to(folder).as_posix(), errors="surrogateescape"), "uriBaseId": SOURCE_ROOT}
    return {"uri": path.as_uri()}
