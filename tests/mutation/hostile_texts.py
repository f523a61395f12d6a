"""What mutants put in place of what was written: texts and values that have broken runners, by the field they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

BACKSLASHES = "\\" * 300
CODE: Sequence[str] = (
    "__import__('os').system('touch owned')",
    "().__class__.__bases__[0].__subclasses__()",
    "${7*7}",
    "#{7*7}",
    "{{7*7}}",
    "{{{{$inputs.a}}}}",
    "%s%n",
    "$(id)",
    "{0.__class__}",
    "require('child_process').exec('id')",
)
EXPRESSIONS: Sequence[str] = (
    "$url", "$method", "$statusCode", "$self", "$inputs", "$inputs.limit", "$inputs.basket#/0/sku", "$inputs.",
    "$steps", "$inputs.__class__", "$inputs.no.such.thing", "$response.body", "$response.body#/items/0/name",
    "$response.body#", "$response.body#/a~2b", "$response.body#/%zz", "$response.body#/items/99999999999999999999",
    "$response.body#items", "$response.header.Content-Type", "$response.header.", "$response.query.page",
    "$response.path.id", "$request.body", "$request.header.Authorization", "$request.query.tags", "$request.path.id",
    "$steps.place.outputs.id", "$steps.nobody.outputs.x", "$steps.poll.outputs.whole#/items", "$steps.place.id",
    "$workflows.prepare.outputs.newest", "$workflows.refund.inputs.token", "$outputs.session", "$outputs",
    "$sourceDescriptions.shop.url", "$sourceDescriptions.shop.placeOrder", "$sourceDescriptions.common.login",
    "$sourceDescriptions..url", "$components.parameters.auth", "$components.successActions.finished",
    "$components.x.y", "$message.payload", "$", "$$", "{$inputs.limit}", "a{$inputs.limit}b{$inputs.note}",
    "{$inputs.limit", "$inputs.limit}", "{{$inputs.limit}}", "{}", "{$}", "x $inputs.limit y",
    "$inputs." + "a." * 300, "{$inputs.a" * 200, "$inputs.a}" * 200, "$response.body#" + "/a" * 2_000,
)  # fmt: skip
CONDITIONS: Sequence[str] = (
    "true", "false", "null", "!true", "!", "!!!!$statusCode", "$statusCode == 200", "$statusCode==", "== 200", "a",
    "'", "''", "'it''s' == 'IT''S'", "$statusCode === 200", "200 == $statusCode && true || false",
    "$response.body#/count > 'x'", "$response.body[0].name == null", "$response.body.items[99].name",
    "$response.body[-1]", "$response.body[1e9]", "($statusCode == 200", "$statusCode == 200)", "()",
    "$inputs.limit < 1e400", "$inputs.limit <= -0", "1 < 2 < 3", "'a' < 'b'", "$inputs.basket == $inputs.basket",
    "$response.body == $request.body", "$a && || $b",
    "$response.body#/status == 'done' && ($statusCode > 199 || !$inputs.limit)", "{$statusCode} == 200",
    "(" * 200 + "true" + ")" * 200, "!" * 5_000 + "true", " || ".join(["$statusCode == 1"] * 300),
    "true && " * 3_000 + "true", "$response.body" + "[0]" * 2_000, "$response.body" + ".a" * 2_000,
    "'" + "x" * 9_000 + "'", "1" * 5_000 + " > 0",
)  # fmt: skip
QUERIES: Sequence[str] = (
    "$", "$.*", "$..*", "$.items[*].name", "$[?@.status == 'done']", "$.status == 'done'", "$[?count(@.items) > 0]",
    "$[?@.count > 1e400]", "$..[?@..[?@..name]]", "$[::0]", "$[9007199254740992]", "$[-9999:9999:1]",
    "$[?match(@.name, '(a+)+$')]", "$..[?search(@.name, '(x+x+)+y')]", "$[?length(@) == count($..*)]",
    "$[?value($..name) == 'a']", "$[?nope(@)]", "$[", "$[?]", "$['\\ud800']", "$.a..", "$...a",
    "$[?@.a == {$inputs.limit}]", '$[?@.name == "{$steps.place.outputs.first}"]', "$" + "[0]" * 1_500,
    "$" + "..*" * 6, "$[?" + "(" * 150 + "@" + ")" * 150 + "]", "$[?" + "!" * 500 + "@.a]",
    "$[?" + "@.a||" * 300 + "@.b]", "$" + "[?@" * 60 + "]" * 60, "$['" + "a" * 5_000 + "']",
)  # fmt: skip
REGEXES: Sequence[str] = (
    ".*", "^$", "(", ")", "[", "[]", "*", "a{2,1}", "a{99999999}", "(a{900}){900}", "(a+)+$", "(a|aa)+$", "(.*)*x",
    "(?=(a+))\\1+b", "((a*)*)*c", "(\\w+\\s?)+$", "\\p{L}+", "\\p{Nope}", "[[a-z]--[aeiou]]", "(?x) a",
    "(?P<n>a)(?P=n)", "(?R)", "(?0)", "(?(1)a|b)", "(?<=a+)b", "(?i)DONE", "\\u{110000}", "\\x", "\\",
    "(?:a{e<=3}){e<=5}", "(" * 400 + ")" * 400, "a?" * 60 + "a" * 60, "(?:" * 90 + "a" + ")*" * 90, "{$inputs.token}",
    "[\\s\\S]*" * 30 + "#", "(?V1)[a&&b]", "(?>a+)+b", "\\N{BULLET}", "\\L<x>",
)  # fmt: skip
XPATHS: Sequence[str] = (
    "/", "//*", "/order", "//item[@sku='1']", "count(//*) > 0", "1 div 0", "-",
    "string-join(for $i in 1 to 1000000 return 'a')", "1 to 1000000000", "doc('/etc/passwd')",
    "unparsed-text('/etc/passwd')", "environment-variable('PATH')", "collection()", "matches(., '(a+)+$')",
    "replace('aaaa', '(a*)*b', '')", "id('x')", "//item[position() = last()]", "$var", "@", "//",
    "json-doc('file:///etc/passwd')", "let $f := function($f) { $f($f) } return $f($f)", "ancestor::*//*//*//*//*",
    "(" * 300 + "1" + ")" * 300, "for-each(1 to 100000, function($x) { $x * $x })", "xs:integer('x')", "true()",
    "'{$inputs.limit}'", "concat(" + ", ".join(["'a'"] * 500) + ")", "1" + "+1" * 2_000, "//*" * 40,
    "reverse(1 to 99999999)[1]", "(1 to 5)[. mod 0 = 1]",
)  # fmt: skip
POINTERS: Sequence[str] = (
    "", "/", "#", "#/", "/items", "/items/0/sku", "/items/-", "/items/-1", "/items/01", "/~", "/~2", "//", "items",
    "/a" * 500, "/items/99999999999999999999", "/__proto__/x", "$.items", "/order/status", "/note/too/far", "~1",
    "/%7E", "/\u0000",
)  # fmt: skip
URLS: Sequence[str] = (
    "", ".", "..", "/", "../openapi/shop.json", "../openapi/ledger.json", "../openapi/damaged.json", "../openapi",
    "nothing.yaml", "../../../../../../etc/passwd", "file:///etc/passwd", "file:///dev/zero", "/dev/stdin",
    "http://[::1", "http://example.com/x", "//example.com/x", "data:,x", "mutant.yaml", "mutant.json",
    "stock.arazzo.yaml", "common.arazzo.yaml", "refund.arazzo.yaml", "common.arazzo.yaml#/workflows",
    "../openapi/shop.json?x=1", "%00", "a\\b", "c:/x", "x" * 5_000, "\ud7ff\U0001f600", "?", "#",
)  # fmt: skip
SERVERS: Sequence[str] = (
    "", "/", "/v1", "https://a.example", "http://", "http://[", "http://a b", "ftp://a.example",
    "https://{x}.example", "//a.example", "https://a.example:99999", "https://user:pass@a.example/",
    "http://localhost/%2e%2e/", "javascript:alert(1)", "https://\u0430.example",
)  # fmt: skip
REFERENCES: Sequence[str] = (
    "#", "#/", "#/components/schemas/Order", "#/components/schemas/Gone", "#/paths", "#/components/inputs/access",
    "#/components/inputs/sku", "other.yaml#/x", "http://example.com/schema",
    "#/components/schemas/Order/properties/parent", "#/%zz", "#anchor", "#/a~2", "", "file:///etc/passwd",
)  # fmt: skip
NAMES: Sequence[str] = (
    "place", "poll", "settle", "checkout", "prepare", "refund", "login", "sum", "search", "write", "visit", "circle",
    "shop", "ledger", "common", "placeOrder", "getOrder", "listOrders", "book", "openSession", "limit", "id", "tags",
    "nobody", "", " ", ".", "a.b", "a b", "{}", "__class__", "Content-Type", "Host", "Content-Length",
    "Transfer-Encoding", "a\r\nX: y", "\u00e4", "\u202egnp", "x" * 3_000, "$sourceDescriptions.shop.placeOrder",
    "$sourceDescriptions.common.login", "$steps.place", "{$sourceDescriptions.shop.url}#/paths/~1orders/get",
    "{$sourceDescriptions.shop.url}#/paths/~1orders~1{id}/put", "$sourceDescriptions.ledger.url#/paths/~1session/get",
    "{$sourceDescriptions.shop.url}#", "$workflows.prepare",
)  # fmt: skip
NUMBERS: Sequence[Any] = (
    0, 1, -1, 2, 3, 0.5, -0.0, 1e-300, 1e300, 1e9, 10**9, 10**10, 2**53, 2**63, 2**64, -(2**63) - 1, 10**400, True,
    "1", "1s", None,
)  # fmt: skip
MEDIA_TYPES: Sequence[str] = (
    "application/json", "application/xml", "text/xml; charset=utf-16", "text/plain",
    "application/x-www-form-urlencoded", "multipart/form-data", 'multipart/form-data; boundary="',
    "application/problem+json", "application/octet-stream", "*/*", "", "x", "application/json; charset=klingon",
    "a/b\r\nX: y", "application/json;" * 500,
)  # fmt: skip
TEXTS: Sequence[str] = (
    "", " ", "\u0000", "\u0001\u001b[2J", "\ufeff", "\uffff", "\U0010ffff", "\u2028", "\u202e", "\r\n",
    "e\u0301" * 50, "null", "~", "yes", "0x10", "1_000", "2020-01-01", "<a/>",
    "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a>" * 200, "[" * 2_000, '{"a":' * 2_000, "a" * 100_000, BACKSLASHES,
    "%00", "%" * 500, "../..", "*a", "&a", "!!python/object/apply:os.system [id]", "<<", "? ",
)  # fmt: skip


def _nested(levels: int, innermost: Any = None) -> Any:
    value = innermost
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


VALUES: Sequence[Any] = (
    *NUMBERS, *TEXTS, [], {}, [[]], [{}], [None], {"": None}, {"x-a": 1}, {"$ref": "#"},
    {"a": {"b": [1, {"c": None}]}}, _nested(50), _nested(85), _nested(120), list(range(300)),
    {str(number): number for number in range(300)},
    {"context": "$response.body", "selector": "$..*", "type": "jsonpath"},
    {"context": "$response.body", "selector": "//*", "type": {"type": "xpath", "version": "xpath-10"}},
    {"context": "$inputs", "selector": "/limit", "type": "jsonpointer"}, {"reference": "$components.parameters.auth"},
    {"type": "jsonpath", "version": "draft-goessner-dispatch-jsonpath-00"},
)  # fmt: skip
TYPES: Sequence[Any] = (
    "simple", "regex", "jsonpath", "xpath", "jsonpointer", "openapi", "arazzo", "asyncapi", "end", "goto", "retry",
    "string", "object", "integer", "array", "null", ["string", "null"], "nonsense",
    {"type": "jsonpath", "version": "rfc9535"},
    {"type": "jsonpath", "version": "draft-goessner-dispatch-jsonpath-00"}, {"type": "xpath", "version": "xpath-31"},
    {"type": "xpath", "version": "xpath-10"}, {"type": "jsonpointer", "version": "rfc6901"}, {"type": "simple"},
    {"type": None},
)  # fmt: skip
_ANY_CRITERION = (*CONDITIONS, *CONDITIONS, *QUERIES, *REGEXES, *XPATHS, *CODE)

BY_FIELD: Mapping[str, Sequence[Any]] = {
    "$ref": REFERENCES,
    "arazzo": ("1.0.0", "1.0.1", "1.1.0", "1.1.0-rc1", "1.2.0", "2", 1.0, "", "\u0661.0.1"),
    "condition": _ANY_CRITERION,
    "contentType": MEDIA_TYPES,
    "context": (*EXPRESSIONS, *CODE),
    "dependsOn": ([], ["place"], ["sum", "sum"], ["$sourceDescriptions.common.login"], "place", [None], NAMES),
    "enum": ([], ["done"], [None], [1, "1", 1.0], [[], {}], "done", ["x"] * 1_000),
    "explode": (True, False, "yes", None),
    "in": ("path", "query", "header", "cookie", "querystring", "body", "", None, 1),
    "name": NAMES,
    "openapi": ("3.0.3", "3.1.0", "3.1.1", "3.2.0", "2.0", 3.0, None),
    "operationId": NAMES,
    "operationPath": NAMES,
    "pattern": REGEXES,
    "reference": (*EXPRESSIONS, *NAMES),
    "retryAfter": NUMBERS,
    "retryLimit": NUMBERS,
    "selector": (*QUERIES, *XPATHS, *POINTERS, *CODE),
    "stepId": NAMES,
    "style": ("form", "simple", "matrix", "label", "spaceDelimited", "pipeDelimited", "deepObject", "nonsense", None),
    "target": (*POINTERS, *QUERIES, *XPATHS),
    "targetSelectorType": TYPES,
    "timeout": NUMBERS,
    "type": TYPES,
    "url": (*URLS, *SERVERS),
    "version": ("rfc9535", "draft-goessner-dispatch-jsonpath-00", "xpath-10", "xpath-31", "rfc6901", "9", None),
    "workflowId": NAMES,
}  # fmt: skip
"""What a field is replaced by when it is to stay in its own kind."""

FIELDS: Sequence[str] = (
    *BY_FIELD, "$self", "action", "allOf", "channelPath", "components", "content", "correlationId", "criteria",
    "default", "failureActions", "info", "inputs", "items", "onFailure", "onSuccess", "outputs", "parameters",
    "payload", "properties", "replacements", "requestBody", "required", "responses", "schema", "servers",
    "sourceDescriptions", "steps", "successActions", "successCriteria", "value", "workflows", "x-a", "X-A",
    "__class__", "", "a/b~c", "200", "default", "paths",
)  # fmt: skip
"""Names that a member is renamed to, or that a new one gets."""
