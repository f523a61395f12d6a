from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.recipient import InlineIdentity, RecipientKey, Reference
from mock_knock.domain.subscription import fan_out

ADA, BOB, TEAM, ORG = RecipientKey("ada"), RecipientKey("bob"), RecipientKey("t", "teams"), RecipientKey("o", "orgs")
keys = st.sampled_from([ADA, BOB, TEAM, ORG])
subscribers = st.dictionaries(keys, st.lists(keys, max_size=4))


@given(st.lists(keys, max_size=4), subscribers, st.none() | keys)
def test_everybody_comes_once(
    named: list[RecipientKey], known: dict[RecipientKey, list[RecipientKey]], actor: RecipientKey | None
) -> None:
    """Whoever is named comes, in order; whoever can be reached over objects does too, once, except for the actor."""
    found = [each.key for each in fan_out(map(Reference, named), lambda key: known.get(key, ()), actor=actor)]
    assert list(dict.fromkeys(named)) == found[: len(set(named))]
    assert len(found) == len(set(found))
    reached = {each for key in found if key.collection is not None for each in known.get(key, ())}
    assert set(found) == set(named) | (reached - {actor})


def test_nested_subscriptions() -> None:
    """A team that subscribes to an organisation passes on what it gets; circles end."""
    known = {ORG: [TEAM, BOB], TEAM: [ADA, ORG]}
    found = fan_out([Reference(ORG)], lambda key: known.get(key, ()))
    assert [ORG, TEAM, BOB, ADA] == [each.key for each in found]


def test_an_inline_recipient_stays_inline() -> None:
    """What a trigger says about a recipient counts, though it subscribes as well."""
    inline = InlineIdentity(ADA, {"name": "Ada"}, {"x": 1})
    assert (Reference(TEAM), inline) == fan_out([Reference(TEAM), inline], lambda _: [ADA])
