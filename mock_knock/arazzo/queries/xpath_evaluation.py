"""XPath by the package `elementpath`, with tokens and contexts that pay for their work; imported only when needed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast
from xml.etree.ElementTree import Element, ElementTree

from elementpath import (
    AttributeNode,
    ElementNode,
    ElementPathError,
    TextNode,
    XPath1Parser,
    XPath2Parser,
    XPathFunction,
    XPathNode,
    XPathToken,
)
from elementpath.xpath3 import XPath30Parser, XPath31Parser

from mock_knock.arazzo.patience import lose_patience
from mock_knock.arazzo.queries.xml_text import Edit, XmlText
from mock_knock.arazzo.queries.xpath_functions import CHECKED, CODEPOINTS, RefusedError
from mock_knock.arazzo.queries.xpath_matching import Matching
from mock_knock.arazzo.queries.xpath_terms import XPathError, XPathVersion
from mock_knock.arazzo.queries.xpath_work import Context, Metered, Work, WorkError
from mock_knock.messages import JsonValue

_PARSERS: Final[dict[XPathVersion, type[XPath1Parser]]] = {
    "xpath-10": XPath1Parser,
    "xpath-20": XPath2Parser,
    "xpath-30": XPath30Parser,
    "xpath-31": XPath31Parser,
}
_MIXED_IN: Final[Mapping[str, type[Metered]]] = MappingProxyType(
    {**CHECKED, **dict.fromkeys(("matches", "replace", "tokenize"), Matching)}
)
_PREFIX: Final = re.compile(r"(?<![\w.\-])[\d.\-]*+([^\W\d][\w.\-]*+):(?![:=])")
"""Names before a colon; nothing is looked at twice, so that long texts take no time."""
_LARGEST_EXACT: Final = 2**53

_T = TypeVar("_T")


@lru_cache(maxsize=len(_PARSERS))
def _parser_class(version: XPathVersion) -> type[XPath1Parser]:
    """Return the parser of a version, with each class of token replaced by one that pays."""
    base = _PARSERS[version]
    symbols = {symbol: _token_class(token) for symbol, token in base.symbol_table.items()}
    made = _subclass(f"Metered{base.__name__}", (base,), {"symbol_table": symbols})
    made.tokenizer = base.create_tokenizer(symbols)
    return cast("type[XPath1Parser]", made)


def _token_class(base: type[XPathToken]) -> type[XPathToken]:
    mixed_in = _MIXED_IN.get(base.symbol, Metered)
    return cast("type[XPathToken]", _subclass(base.__name__, (mixed_in, base), {}))


def _subclass(name: str, bases: tuple[type[Any], ...], namespace: dict[str, Any]) -> Any:
    metaclass: Any = type(bases[-1])
    return metaclass(name, bases, {"__module__": __name__, **namespace})


def _parser(version: XPathVersion, namespaces: Mapping[str, str], work: Work) -> XPath1Parser:
    """Return a parser for one evaluation: its tokens pay from `work`, and its traces go nowhere."""
    base: Any = _parser_class(version)
    own = {prefix: uri for prefix, uri in namespaces.items() if prefix not in base.DEFAULT_NAMESPACES}
    options = {} if version == "xpath-10" else {"default_collation": CODEPOINTS}
    parser = base(namespaces=own, **options)
    parser.work = work
    parser.tracer = str
    return cast("XPath1Parser", parser)


def check(text: str, version: XPathVersion) -> None:
    """Check a query without a document; raises XPathError."""
    prefixes = dict.fromkeys(_PREFIX.findall(text), "urn:any")
    _guarded(lambda: _parser(version, prefixes, Work(0)).parse(text))


def holds(text: str, version: XPathVersion, xml: XmlText) -> bool:
    """Tell the effective boolean value; raises XPathError."""
    return _evaluated(text, version, xml, _truth)


def values(text: str, version: XPathVersion, xml: XmlText) -> tuple[JsonValue, ...]:
    """Return the selected items as JSON values; raises XPathError."""
    return _evaluated(text, version, xml, lambda token, context: tuple(map(_json, token.select(context))))


def edits(text: str, version: XPathVersion, xml: XmlText, new: str) -> list[Edit]:
    """Return the edits that give everything selected a new text; raises XPathError."""
    return _evaluated(text, version, xml, lambda token, context: [_edit(item, new) for item in token.select(context)])


def _evaluated(text: str, version: XPathVersion, xml: XmlText, use: Callable[[XPathToken, Context], _T]) -> _T:
    work = Work(2 * xml.size)
    token = _guarded(lambda: _parser(version, xml.namespaces, work).parse(text))

    def evaluate() -> _T:
        context = Context(ElementTree(xml.root), namespaces=dict(xml.namespaces))
        context.work = work
        return use(token, context)

    return _guarded(evaluate)


def _guarded(action: Callable[[], _T]) -> _T:
    try:
        return action()
    except XPathError:
        raise
    except RefusedError as error:
        raise XPathError("xpath-refused", str(error)) from None
    except WorkError as error:
        lose_patience()
        raise XPathError("xpath-limit", str(error)) from None
    except (RecursionError, MemoryError):
        raise XPathError("xpath-limit", "the query or its data are nested too deeply") from None
    except ElementPathError as error:
        is_static = str(error.code).startswith("err:XPST")
        raise XPathError("xpath-invalid" if is_static else "xpath-failed", error.message) from None
    except Exception as error:  # noqa: BLE001  # an interpreter of foreign text: it trips over text in ways of its own
        raise XPathError("xpath-failed", f"it cannot be evaluated ({type(error).__name__})") from None


def _truth(token: XPathToken, context: Context) -> bool:
    """Return the effective boolean value (XPath 3.1, section 2.4.3; for 1.0 the function boolean, section 4.3)."""
    items = list(islice(token.select(context), 2))
    if items and isinstance(items[0], XPathNode):
        return True
    return bool(token.boolean_value(items))


def _json(item: Any) -> JsonValue:
    match item:
        case XPathNode():
            return item.string_value
        case XPathFunction():
            raise XPathError("xpath-failed", "it selects a function, map or array, which has no text")
        case bool() | str():
            return item
        case int():
            return int(item)
        case float() | Decimal() if math.isfinite(item):
            number = float(item)
            return int(number) if number.is_integer() and abs(number) < _LARGEST_EXACT else number
        case float():
            return "NaN" if math.isnan(item) else "INF" if item > 0 else "-INF"
        case _:
            return str(item)


def _edit(item: Any, new: str) -> Edit:
    holder = item if isinstance(item, ElementNode) else getattr(item, "parent", None)
    element = getattr(holder, "value", None)
    is_text = isinstance(item, TextNode) and isinstance(element, Element) and len(element) == 0
    if isinstance(element, Element):
        if isinstance(item, AttributeNode):
            return Edit(element, new, item.name)
        if isinstance(item, ElementNode) or is_text:
            return Edit(element, new)
    raise XPathError("xpath-failed", "it selects something that is no element, attribute or whole text")
