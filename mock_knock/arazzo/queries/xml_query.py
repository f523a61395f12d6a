"""XPath 1.0 to 3.1 over XML texts, within limits of time and memory (package `elementpath`).

Prefixes mean what the root element of the document declares, those of the functions (`fn`, `xs`, `map` and so on) what
XPath says. A name without a prefix is in no namespace, whatever default namespace the document declares; `*:name`
(from 2.0) and `local-name()` find names in any.

The package and the XML parser are imported when the first query is read: most documents have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mock_knock.arazzo.queries.xpath_terms import DEFAULT_VERSION, VERSIONS, XPathError, XPathVersion

if TYPE_CHECKING:
    from mock_knock.arazzo.queries.xml_text import Edit, XmlText
    from mock_knock.messages import JsonValue

__all__ = ["VERSIONS", "XPathError", "XPathVersion", "check_xpath", "xpath_edits", "xpath_holds", "xpath_values"]

MAX_LENGTH: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Query:
    text: str
    version: XPathVersion
    xml: XmlText


def check_xpath(text: str, version: str | None = None) -> None:
    """Check a query without a document; prefixes may be anything, since the document will declare them.

    Raises:
        XPathError: `xpath-invalid` or `xpath-limit`.
    """
    from mock_knock.arazzo.queries import xpath_evaluation  # noqa: PLC0415  # see above

    xpath_evaluation.check(_length_checked(text), _known(version))


def xpath_holds(text: str, body: str, version: str | None = None) -> bool:
    """Tell the effective boolean value of a query over an XML text, as its version defines it.

    Raises:
        XPathError: with any of its codes.
    """
    from mock_knock.arazzo.queries import xpath_evaluation  # noqa: PLC0415  # see above

    query = _query(text, body, version)
    return xpath_evaluation.holds(query.text, query.version, query.xml)


def xpath_values(text: str, body: str, version: str | None = None) -> tuple[JsonValue, ...]:
    """Return what a query selects from an XML text, as JSON values.

    A node is its string value, a number is a number (infinite ones and NaN are text), a boolean is a boolean, and
    whatever else is atomic is the text XPath writes for it.

    Raises:
        XPathError: with any of its codes; `xpath-failed` also for functions, maps and arrays.
    """
    from mock_knock.arazzo.queries import xpath_evaluation  # noqa: PLC0415  # see above

    query = _query(text, body, version)
    return xpath_evaluation.values(query.text, query.version, query.xml)


def xpath_edits(text: str, body: str, new: str, version: str | None = None) -> tuple[XmlText, list[Edit]]:
    """Return the edits that give everything a query selects a new text: elements, attributes and text nodes.

    Raises:
        XPathError: with any of its codes; `xpath-failed` also when it selects something that is no place for text.
    """
    from mock_knock.arazzo.queries import xpath_evaluation  # noqa: PLC0415  # see above

    query = _query(text, body, version)
    return query.xml, xpath_evaluation.edits(query.text, query.version, query.xml, new)


def _query(text: str, body: str, version: str | None) -> _Query:
    from mock_knock.arazzo.queries.xml_text import XmlError, parse_xml  # noqa: PLC0415  # see above

    known = _known(version)
    try:
        return _Query(_length_checked(text), known, parse_xml(body))
    except XmlError as error:
        raise XPathError(error.code, str(error)) from None


def _length_checked(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise XPathError("xpath-limit", f"a query has at most {MAX_LENGTH} characters")
    return text


def _known(version: str | None) -> XPathVersion:
    found = next((each for each in VERSIONS if each == version), None)
    if version is not None and found is None:
        raise XPathError("xpath-invalid", f"'{version}' is no version of XPath; known are {', '.join(VERSIONS)}")
    return found or DEFAULT_VERSION
