"""How a seed is read."""

from __future__ import annotations

from collections.abc import Mapping

from mock_knock.domain.reading import Place
from mock_knock.domain.seed import Seed
from mock_knock.domain.seed_format.read_catalog import read_api_key, read_channel, read_workflow
from mock_knock.domain.seed_format.read_facts import read_entities, read_operation, read_subscription
from mock_knock.domain.seed_format.read_runs import read_message, read_run
from mock_knock.domain.seed_format.seed_reader import SeedReader
from mock_knock.domain.workflow import Catalog
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

CODE = "seed-invalid"
MAX_FINDINGS = 50
MEMBERS = {"$schema", "version", "description", "now", "channels", "workflows", "users", "objects", "tenants"}
MEMBERS |= {"subscriptions", "bulk_operations", "workflow_runs", "messages", "keys"}


def parse_seed(value: JsonValue, *, where: Place = lambda pointer: f"#{pointer}") -> Seed:
    """Read a seed from a decoded document; `where` turns a JSON pointer into a place for people.

    Raises:
        InvalidDocument: `seed-invalid`, with one finding for each problem, at most 50.
    """
    reader = SeedReader(where, CODE)
    seed = _read_seed(reader, value)
    if reader.findings:
        raise InvalidDocument.from_findings(tuple(reader.findings[:MAX_FINDINGS]))
    return seed


def _read_seed(reader: SeedReader, value: JsonValue) -> Seed:
    root = reader.read_map(value, "", MEMBERS, what="a seed")
    if isinstance(value, Mapping) and (root.get("version") != 1 or isinstance(root.get("version"), bool)):
        reader.report("/version", "'version' must be the number 1", "start the seed with `version: 1`")
    reader.read_text(root, "", "$schema", default="")
    reader.check_numbers(value)
    now = reader.read_instant(root, "", "now")
    for each, at in reader.read_list(root, "", "channels"):
        read_channel(reader, each, at)
    workflows = [read_workflow(reader, each, at) for each, at in reader.read_list(root, "", "workflows")]
    catalog = Catalog({each.key: each for each in workflows}, dict(reader.channels))
    keys = tuple(read_api_key(reader, each, at) for each, at in reader.read_list(root, "", "keys"))
    if keys and not any(each.key.startswith("sk_") and not each.is_revoked for each in keys):
        reader.report("/keys", "none of the keys is a secret one that can be used", "add `{key: sk_test_mine}`")
    return Seed(
        now=now,
        catalog=catalog,
        users=read_entities(reader, root, "users"),
        objects=read_entities(reader, root, "objects"),
        tenants=read_entities(reader, root, "tenants"),
        subscriptions=tuple(
            read_subscription(reader, each, at) for each, at in reader.read_list(root, "", "subscriptions")
        ),
        bulk_operations=tuple(
            read_operation(reader, each, at, now) for each, at in reader.read_list(root, "", "bulk_operations")
        ),
        keys=keys,
        runs=tuple(read_run(reader, each, at, catalog) for each, at in reader.read_list(root, "", "workflow_runs")),
        messages=tuple(read_message(reader, each, at) for each, at in reader.read_list(root, "", "messages")),
    )
