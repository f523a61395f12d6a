from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.contract.overlay import NoUpdate, Overlay, OverlayAction, apply_overlay, parse_overlay
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

WHERE = "overlay.yml"

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
JSON_OBJECTS = st.dictionaries(st.text(), JSON_VALUES, max_size=5)


def overlay_document(*actions: JsonValue, **fields: JsonValue) -> dict[str, Any]:
    """Return a decoded overlay document with these actions."""
    return {"overlay": "1.0.0", "info": {"title": "Repairs", "version": "7"}, "actions": list(actions), **fields}


def apply(actions: list[JsonValue], *documents: JsonValue) -> tuple[JsonValue, ...]:
    """Parse and apply an overlay with these actions."""
    return apply_overlay(parse_overlay(overlay_document(*actions), where=WHERE), documents)


def refusal(actions: list[JsonValue], *documents: JsonValue) -> tuple[tuple[str, str], ...]:
    """Return code and place of each finding of an overlay that cannot be applied."""
    with pytest.raises(InvalidDocument) as caught:
        apply(actions, *documents)
    return tuple((finding.code, finding.where) for finding in caught.value.findings)


def parse_refusal(document: JsonValue) -> tuple[tuple[str, str], ...]:
    """Return code and place of each finding of an overlay document that is refused."""
    with pytest.raises(InvalidDocument) as caught:
        parse_overlay(document, where=WHERE)
    return tuple((finding.code, finding.where) for finding in caught.value.findings)


def codes_of(call: Callable[[], object]) -> tuple[str, ...]:
    """Return the code of each finding when `call` refuses its input, else nothing."""
    try:
        call()
    except InvalidDocument as error:
        return tuple(finding.code for finding in error.findings)
    return ()


def nested(levels: int) -> JsonValue:
    """Return objects inside each other."""
    value: JsonValue = {}
    for _ in range(levels):
        value = {"a": value}
    return value


# parse_overlay


def test_overlay_is_read_with_all_its_fields() -> None:
    """A parsed overlay has the title and version of `info`, and each action with its place."""
    document = overlay_document(
        {"target": "$.a", "description": "why", "update": {"b": 1}},
        {"target": "$.c", "remove": True},
        extends="description.yml",
    )
    expected = Overlay(
        "Repairs",
        "7",
        (
            OverlayAction("$.a", "why", {"b": 1}, remove=False, pointer="overlay.yml#/actions/0"),
            OverlayAction("$.c", "", NoUpdate.NO_UPDATE, remove=True, pointer="overlay.yml#/actions/1"),
        ),
    )
    assert expected == parse_overlay(document, where=WHERE)


def test_null_is_an_update() -> None:
    """An action with `update: null` differs from one without `update`."""
    with_null, without = parse_overlay(
        overlay_document({"target": "$", "update": None}, {"target": "$"}), where=WHERE
    ).actions
    assert (None, NoUpdate.NO_UPDATE) == (with_null.update, without.update)


@pytest.mark.parametrize("version", ["1.0.0", "1.0.1", "1.0.12"])
def test_patch_versions_make_no_difference(version: str) -> None:
    """Every version 1.0.x is read (section Versions)."""
    document = overlay_document({"target": "$"}, overlay=version)
    assert "Repairs" == parse_overlay(document, where=WHERE).title


def test_extensions_are_ignored() -> None:
    """Fields whose names begin with `x-` are allowed in all three objects, whatever their value."""
    document = overlay_document({"target": "$", "x-who": None}, **{"x-a": [1], "x-b": {}})
    document["info"]["x-c"] = 1
    assert 1 == len(parse_overlay(document, where=WHERE).actions)


def test_parsed_overlay_does_not_share_the_document() -> None:
    """A later change of the decoded document does not change the overlay that was read from it."""
    document = overlay_document({"target": "$", "update": {"a": []}})
    overlay = parse_overlay(document, where=WHERE)
    document["actions"][0]["update"]["a"].append(1)
    assert {"a": []} == overlay.actions[0].update


@pytest.mark.parametrize(
    ("document", "code", "place"),
    [
        (None, "overlay-type-invalid", "#"),
        ([], "overlay-type-invalid", "#"),
        ("overlay", "overlay-type-invalid", "#"),
        (overlay_document({"target": "$"}, overlay=1.0), "overlay-type-invalid", "#/overlay"),
        (overlay_document({"target": "$"}, overlay="1.1.0"), "overlay-version-unsupported", "#/overlay"),
        (overlay_document({"target": "$"}, overlay="1.0"), "overlay-version-unsupported", "#/overlay"),
        (overlay_document({"target": "$"}, overlay="1.0.0-rc1"), "overlay-version-unsupported", "#/overlay"),
        (overlay_document({"target": "$"}, overlay="1.0.\u0661"), "overlay-version-unsupported", "#/overlay"),
        (overlay_document({"target": "$"}, info=[]), "overlay-type-invalid", "#/info"),
        (overlay_document({"target": "$"}, info={"version": "1"}), "overlay-field-missing", "#/info"),
        (overlay_document({"target": "$"}, info={"title": "t"}), "overlay-field-missing", "#/info"),
        (overlay_document({"target": "$"}, info={"title": 1, "version": "1"}), "overlay-type-invalid", "#/info/title"),
        (
            overlay_document({"target": "$"}, info={"title": "t", "version": 1}),
            "overlay-type-invalid",
            "#/info/version",
        ),
        (
            overlay_document({"target": "$"}, info={"title": "t", "version": "1", "licence": ""}),
            "overlay-field-unknown",
            "#/info",
        ),
        (overlay_document({"target": "$"}, extends=1), "overlay-type-invalid", "#/extends"),
        (overlay_document({"target": "$"}, Actions=[]), "overlay-field-unknown", "#"),
        (overlay_document({"target": "$"}, actions={}), "overlay-type-invalid", "#/actions"),
        (overlay_document(), "overlay-actions-empty", "#/actions"),
        (overlay_document("$"), "overlay-type-invalid", "#/actions/0"),
        (overlay_document({"target": "$"}, {"update": {}}), "overlay-field-missing", "#/actions/1"),
        (overlay_document({"target": 5}), "overlay-type-invalid", "#/actions/0/target"),
        (overlay_document({"target": "$", "description": 5}), "overlay-type-invalid", "#/actions/0/description"),
        (overlay_document({"target": "$", "remove": "true"}), "overlay-type-invalid", "#/actions/0/remove"),
        (overlay_document({"target": "$", "remove": 1}), "overlay-type-invalid", "#/actions/0/remove"),
        (overlay_document({"target": "$", "copy": "$.a"}), "overlay-field-unknown", "#/actions/0"),
        (overlay_document({"target": "$", "update": {1: "a"}}), "overlay-update-invalid", "#/actions/0/update/1"),
        (
            overlay_document({"target": "$", "update": {"/a~": [{True: 1}]}}),
            "overlay-update-invalid",
            "#/actions/0/update/~1a~0/0/True",
        ),
        (overlay_document({"target": "$", "update": [b"x"]}), "overlay-update-invalid", "#/actions/0/update/0"),
        (overlay_document({"target": "$", "update": float("nan")}), "overlay-update-invalid", "#/actions/0/update"),
    ],
)
def test_breach_of_the_specification_is_refused(document: JsonValue, code: str, place: str) -> None:
    """Each rule of Overlay 1.0.0 that a document breaks is a finding with a stable code and a JSON pointer."""
    assert ((code, WHERE + place),) == parse_refusal(document)


@pytest.mark.parametrize("name", ["overlay", "info", "actions"])
def test_required_field_of_the_document(name: str) -> None:
    """The fields `overlay`, `info` and `actions` are required."""
    document = overlay_document({"target": "$"})
    del document[name]
    assert (("overlay-field-missing", "overlay.yml#"),) == parse_refusal(document)


@pytest.mark.parametrize(
    "target",
    [
        "",
        " $",
        "$ ",
        "a",
        ".a",
        "/paths",
        "$.",
        "$..",
        "$[",
        "$['a'",
        "$.a | $.b",
        "^.a",
        "$.a.~",
        "$[?@.a in [1]]",
        "$[?@.a =~ /x/]",
        "$[?unknown(@)]",
        "$[?length(@)]",
        "$[?@.$ref]",
        "$[-0]",
        f"$[{10**30}]",
        f"$[{'9' * 5000}]",
        "$[?@.a == 1e999]",
        '$["\\ud800"]',
        "$.a\x00",
        "$" + "[?@" * 3000,
    ],
)
def test_target_that_is_no_query_is_refused(target: str) -> None:
    """A target must be a query of RFC 9535; extensions of other dialects and broken ones are refused."""
    document = overlay_document({"target": target, "update": {}})
    assert (("overlay-target-invalid", "overlay.yml#/actions/0/target"),) == parse_refusal(document)


def test_every_problem_is_reported_at_once() -> None:
    """One pass finds all problems of a document, in its order."""
    document = {"overlay": "2.0.0", "info": {"title": "t"}, "actions": [{"target": "$."}, {"remove": "no"}]}
    assert (
        ("overlay-version-unsupported", "overlay.yml#/overlay"),
        ("overlay-field-missing", "overlay.yml#/info"),
        ("overlay-target-invalid", "overlay.yml#/actions/0/target"),
        ("overlay-field-missing", "overlay.yml#/actions/1"),
        ("overlay-type-invalid", "overlay.yml#/actions/1/remove"),
    ) == parse_refusal(document)


def test_finding_tells_how_to_mend_it() -> None:
    """Every finding is an error with a sentence and a remedy."""
    with pytest.raises(InvalidDocument) as caught:
        parse_overlay({"overlay": 1.0, "actions": [{"target": "a", "update": {1: b""}, "y": 0}, 5]}, where=WHERE)
    assert all("error" == f.severity and f.message and f.hint for f in caught.value.findings)


def test_overlay_that_contains_itself_is_refused() -> None:
    """An update without an end is refused, and so is one of thousands of levels."""
    update: dict[str, Any] = {}
    update["again"] = update
    circular = parse_refusal(overlay_document({"target": "$", "update": update}))
    deep = parse_refusal(overlay_document({"target": "$", "update": nested(5000)}))
    assert (("overlay-too-deep", WHERE),) == circular == deep


@given(JSON_VALUES | st.builds(overlay_document, JSON_OBJECTS, JSON_OBJECTS))
def test_any_value_is_read_or_refused(document: JsonValue) -> None:
    """No JSON value makes the parser raise anything but InvalidDocument."""
    codes = codes_of(lambda: parse_overlay(document, where=WHERE))
    assert all(code.startswith("overlay-") for code in codes)


@given(st.text(st.sampled_from("$.[]?@'\"*ab0=!<&|(),:~ -e"), max_size=20).map(lambda tail: "$" + tail))
def test_any_target_is_applied_or_refused(target: str) -> None:
    """No text as target makes parsing or applying raise anything but InvalidDocument."""
    codes = codes_of(lambda: apply([{"target": target, "update": {}}], {"a": {"b": [{"a": 0}, {"b": "a"}]}}))
    assert all(code.startswith("overlay-target-") for code in codes)


# apply_overlay


@pytest.mark.parametrize(
    ("document", "update", "expected"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": None}, {"a": None}),
        ({"a": None}, {"a": "x"}, {"a": "x"}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}),
        ({"a": [1]}, {"a": [2, [3]]}, {"a": [1, 2, [3]]}),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, {"a": [{"b": 1}, {"b": 2}]}),
        ({}, {"a": {"b": [1]}}, {"a": {"b": [1]}}),
        ({}, {"a": None}, {"a": None}),
        ({"a": 1}, {}, {"a": 1}),
    ],
)
def test_update_is_merged_recursively(document: JsonValue, update: JsonValue, expected: JsonValue) -> None:
    """Objects are merged, arrays are concatenated, single values are replaced, new members are added."""
    assert (expected,) == apply([{"target": "$", "update": update}], document)


@pytest.mark.parametrize("entry", [3, None, "x", {"b": 1}, [3, 4], []])
def test_array_gets_the_update_as_one_more_item(entry: JsonValue) -> None:
    """When the target is an array, the update is appended to it as it is, an array included."""
    assert ({"a": [1, entry]},) == apply([{"target": "$.a", "update": entry}], {"a": [1]})


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("$.a", {"b": [0, 1, 2, 3], "c": {"d": {}}}),
        ("$.b", {"a": {}, "c": {"d": {}}}),
        ("$.c.d", {"a": {}, "b": [0, 1, 2, 3], "c": {}}),
        ("$..d", {"a": {}, "b": [0, 1, 2, 3], "c": {}}),
        ("$['a','b','a']", {"c": {"d": {}}}),
        ("$['c','a']..*", {"a": {}, "b": [0, 1, 2, 3], "c": {}}),
        ("$[?@.d]", {"a": {}, "b": [0, 1, 2, 3]}),
    ],
)
def test_remove_takes_nodes_out_of_objects(target: str, expected: JsonValue) -> None:
    """`remove: true` deletes every selected object or array, once, from what contains it."""
    document = {"a": {}, "b": [0, 1, 2, 3], "c": {"d": {}}}
    assert (expected,) == apply([{"target": target, "remove": True}], document)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("$[0]", [[1], [2], [3]]),
        ("$[-1]", [[0], [1], [2]]),
        ("$[0,2]", [[1], [3]]),
        ("$[2,0,2,-2]", [[1], [3]]),
        ("$[::-2]", [[0], [2]]),
        ("$[1:3]", [[0], [3]]),
        ("$[?@[0] < 2]", [[2], [3]]),
        ("$.*", []),
    ],
)
def test_remove_takes_items_out_of_arrays(target: str, expected: JsonValue) -> None:
    """Items are removed by the indexes they had before the action, whatever the order of the query."""
    assert (expected,) == apply([{"target": target, "remove": True}], [[0], [1], [2], [3]])


def test_remove_reaches_a_node_and_its_container_alike() -> None:
    """An action may remove a node together with the one that contains it."""
    assert ({"b": 1},) == apply([{"target": "$..['a','c']", "remove": True}], {"a": {"c": [{"a": []}]}, "b": 1})


def test_remove_wins_over_update() -> None:
    """The update of an action that removes has no effect (section Action Object)."""
    assert ({},) == apply([{"target": "$.a", "remove": True, "update": 5}], {"a": {}})


def test_action_without_update_changes_nothing() -> None:
    """An action that neither updates nor removes is allowed and does nothing."""
    assert ({"a": [1]},) == apply([{"target": "$.a"}, {"target": "$.a", "remove": False}], {"a": [1]})


def test_actions_are_applied_in_order() -> None:
    """Each action sees the result of the one before, so a node can be removed and made anew."""
    actions = [
        {"target": "$.a.oneOf", "remove": True},
        {"target": "$.a", "update": {"anyOf": [1]}},
        {"target": "$.a.anyOf", "update": 2},
    ]
    assert ({"a": {"anyOf": [1, 2]}},) == apply(actions, {"a": {"oneOf": [0]}})


def test_overlay_is_applied_to_a_set_of_documents() -> None:
    """A target has to match in one of the documents only, and changes each in which it matches."""
    actions = [{"target": "$.a", "update": {"x": 1}}, {"target": "$.b", "update": {"y": 1}}]
    expected = ({"a": {"x": 1}}, {"b": {"y": 1}}, {"a": {"x": 1}, "b": {"y": 1}}, 5, None, "{}")
    assert expected == apply(actions, {"a": {}}, {"b": {}}, {"a": {}, "b": {}}, 5, None, "{}")


def test_node_named_twice_is_updated_once() -> None:
    """A query that selects a node twice does not append twice."""
    assert ({"a": [1]},) == apply([{"target": "$['a','a']", "update": 1}], {"a": []})


def test_updated_nodes_do_not_share_the_update() -> None:
    """Two nodes that get the same update stay independent of each other and of the overlay."""
    overlay = parse_overlay(
        overlay_document({"target": "$.*", "update": {"l": [1]}}, {"target": "$.a.l", "update": 2}), where=WHERE
    )
    expected = ({"a": {"l": [1, 2]}, "b": {"l": [1]}},)
    document: JsonValue = {"a": {}, "b": {}}
    assert (expected, expected) == (apply_overlay(overlay, [document]), apply_overlay(overlay, [document]))


def test_shared_parts_of_a_document_are_changed_apart() -> None:
    """Two places that are one Python object, as YAML aliases make them, are two nodes."""
    shared: dict[str, JsonValue] = {}
    assert ({"a": {"x": 1}, "b": {}},) == apply([{"target": "$.a", "update": {"x": 1}}], {"a": shared, "b": shared})


def test_filters_may_use_regular_expressions() -> None:
    """The functions `match` (whole value) and `search` (anywhere) of RFC 9535 work in targets."""
    document = {"ab": {"n": "ab"}, "b": {"n": "b"}, "c": {"n": 1}, "d": {"n": "d"}}
    actions = [
        {"target": "$[?match(@.n, 'b')]", "update": {"m": 1}},
        {"target": "$[?search(@.n, 'b')]", "update": {"s": 1}},
        {"target": "$[?search(@.n, '(') || @.n == 1]", "update": {"x": 1}},
    ]
    expected = {"ab": {"n": "ab", "s": 1}, "b": {"n": "b", "m": 1, "s": 1}, "c": {"n": 1, "x": 1}, "d": {"n": "d"}}
    assert (expected,) == apply(actions, document)


@pytest.mark.parametrize(
    ("action", "code", "place"),
    [
        ({"target": "$.z", "update": {}}, "overlay-target-unmatched", "target"),
        ({"target": "$.z", "remove": True}, "overlay-target-unmatched", "target"),
        ({"target": "$.z"}, "overlay-target-unmatched", "target"),
        ({"target": "$.one", "update": 2}, "overlay-target-primitive", "target"),
        ({"target": "$.null", "update": {}}, "overlay-target-primitive", "target"),
        ({"target": "$.one", "remove": True}, "overlay-target-primitive", "target"),
        ({"target": "$.list[0]", "remove": True}, "overlay-target-primitive", "target"),
        ({"target": "$.*", "update": {}}, "overlay-target-primitive", "target"),
        ({"target": "$", "remove": True}, "overlay-target-root", "target"),
        ({"target": "$.object", "update": 2}, "overlay-update-incompatible", "update"),
        ({"target": "$.object", "update": [2]}, "overlay-update-incompatible", "update"),
        ({"target": "$.object", "update": None}, "overlay-update-incompatible", "update"),
        ({"target": "$", "update": {"object": 1}}, "overlay-update-incompatible", "update"),
        ({"target": "$", "update": {"object": [1]}}, "overlay-update-incompatible", "update"),
        ({"target": "$", "update": {"object": None}}, "overlay-update-incompatible", "update"),
        ({"target": "$", "update": {"list": {}}}, "overlay-update-incompatible", "update"),
        ({"target": "$", "update": {"list": 1}}, "overlay-update-incompatible", "update"),
        ({"target": "$", "update": {"one": {}}}, "overlay-update-incompatible", "update"),
        ({"target": "$", "update": {"null": [1]}}, "overlay-update-incompatible", "update"),
        ({"target": "$[?search(@, '(a|aa)+$')]", "update": {}}, "overlay-target-timeout", "target"),
    ],
)
def test_action_that_cannot_be_applied_is_refused(action: JsonValue, code: str, place: str) -> None:
    """An action is refused that matches nothing, a single value or a whole document, or does not fit its node."""
    document = {"object": {}, "list": [1], "one": 1, "null": None, "text": "a" * 60 + "b"}
    assert ((code, f"overlay.yml#/actions/0/{place}"),) == refusal([action], document)


def test_refusal_names_the_path_of_the_misfit() -> None:
    """Each misfit inside an update is a finding that shows its path in the description."""
    overlay = parse_overlay(
        overlay_document({"target": "$.a", "update": {"b": {"c": 1}, "d": [1], "e": 5}}), where=WHERE
    )
    with pytest.raises(InvalidDocument) as caught:
        apply_overlay(overlay, [{"a": {"b": {"c": {}}, "d": {}, "e": 1}}])
    assert ["$['a']['b']['c']", "$['a']['d']"] == [
        f.message.split(" at ")[1].split(":")[0] for f in caught.value.findings
    ]


def test_all_failing_actions_are_reported_at_once() -> None:
    """Every action that cannot be applied is a finding; the first one gives the error its code."""
    actions = [{"target": "$.x"}, {"target": "$.a", "update": {"b": 1}}, {"target": "$.a.b", "remove": True}]
    assert (
        ("overlay-target-unmatched", "overlay.yml#/actions/0/target"),
        ("overlay-target-primitive", "overlay.yml#/actions/2/target"),
    ) == refusal(actions, {"a": {}})


def test_overlay_without_documents_matches_nothing() -> None:
    """With no document to change, no target matches."""
    assert (("overlay-target-unmatched", "overlay.yml#/actions/0/target"),) == refusal([{"target": "$"}])


@pytest.mark.parametrize("levels", [200, 5000])
def test_description_that_is_too_deep_is_refused(levels: int) -> None:
    """A description of absurd depth is an error with a code, not a crash."""
    assert ["overlay-too-deep"] == [code for code, _ in refusal([{"target": "$..z"}], nested(levels))]


def test_description_that_contains_itself_is_refused() -> None:
    """A decoded document with a circle cannot be copied and is refused."""
    document: dict[str, Any] = {}
    document["again"] = [document]
    assert (("overlay-too-deep", ""),) == refusal([{"target": "$"}], document)


# Laws


@given(JSON_OBJECTS, JSON_OBJECTS)
def test_input_is_never_changed(document: JsonValue, update: JsonValue) -> None:
    """Applying an overlay leaves the documents and the overlay as they were."""
    overlay = parse_overlay(overlay_document({"target": "$", "update": update}), where=WHERE)
    before = copy.deepcopy((document, overlay))
    assert set(codes_of(lambda: apply_overlay(overlay, [document]))) <= {"overlay-update-incompatible"}
    assert before == (document, overlay)


@given(JSON_OBJECTS | st.lists(JSON_VALUES, max_size=5))
def test_action_without_effect_gives_an_equal_copy(document: JsonValue) -> None:
    """An overlay that changes nothing returns what it was given, in new containers."""
    (result,) = apply([{"target": "$"}], document)
    assert document == result
    assert document is not result


@given(JSON_OBJECTS)
def test_update_of_an_empty_object_gives_the_update(update: JsonValue) -> None:
    """Merging into an empty object yields the update itself."""
    assert (update,) == apply([{"target": "$", "update": update}], {})


@given(st.dictionaries(st.text(), st.integers()), st.dictionaries(st.text(), st.integers()))
def test_update_of_plain_members_is_a_union(document: JsonValue, update: JsonValue) -> None:
    """With single values only, the result has all members of both, those of the update winning."""
    assert ({**document, **update},) == apply([{"target": "$", "update": update}], document)


@given(st.lists(JSON_OBJECTS, min_size=1, max_size=4))
def test_documents_do_not_influence_each_other(documents: list[JsonValue]) -> None:
    """A target that matches everywhere changes each document as if it were alone."""
    action = {"target": "$", "update": {"added by the overlay": {"x": [1]}}}
    assert tuple(apply([action], document)[0] for document in documents) == apply([action], *documents)


@given(st.lists(st.lists(st.integers(), max_size=2), min_size=1, max_size=8), st.data())
def test_removed_items_are_exactly_the_selected_ones(items: list[JsonValue], data: st.DataObject) -> None:
    """Removing any selection of indexes keeps the other items in their order."""
    chosen = data.draw(st.lists(st.integers(0, len(items) - 1), min_size=1))
    action = {"target": f"$[{','.join(str(index) for index in chosen)}]", "remove": True}
    assert ([item for index, item in enumerate(items) if index not in chosen],) == apply([action], items)
