"""Changes to the text of a document: pure but for the generator of random numbers that is handed in."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from hostile_texts import TEXTS

TextMutation: TypeAlias = Callable[[Random, str], str]
PIECES = (
    "\t", "  ", "- ", ": ", "&a ", "*a", "<<: *a\n", "!!str ", "!x ", "%TAG ! tag:x,2000:\n", "%YAML 1.1\n", "---\n",
    "...\n", "# ", "|\n", ">-\n", "{", "}", "[", "]", ",", "'", '"', "? ", "\\", "\u0000", "\u0007", "\u0085",
    "\u2028", "\ufeff", "\ud7ff", "\r", ".nan", ".inf", "-.inf", "0o7", "1e999", "9" * 600, "[" * 10_000,
    "{a: " * 3_000, "- " * 3_000, "[" * 90 + "]" * 90, "'" * 5_000,
)  # fmt: skip


def mutate_text(random: Random, text: str) -> bytes:
    """Make one to three changes to the text, or to its bytes."""
    for _ in range(random.randint(1, 3)):
        text = random.choice(_MUTATIONS)(random, text)
    content = text.encode("utf-8", "surrogatepass")
    return random.choices(_ENCODINGS, _ENCODING_WEIGHTS)[0](random, content)


def insert_piece(random: Random, text: str) -> str:
    """Put something that means something in YAML anywhere."""
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(PIECES) + text[at:]


def insert_at_value(random: Random, text: str) -> str:
    """Put it where a value begins."""
    starts = [index + 2 for index in range(len(text) - 1) if text[index : index + 2] in {": ", "- "}]
    at = random.choice(starts or [0])
    return text[:at] + random.choice(PIECES) + text[at:]


def delete_span(random: Random, text: str) -> str:
    """Take some characters away."""
    at = random.randrange(len(text) + 1)
    return text[:at] + text[at + random.randint(1, 40) :]


def truncate(random: Random, text: str) -> str:
    """Cut the text off."""
    return text[: random.randrange(len(text) + 1)]


def change_line(random: Random, text: str) -> str:
    """Repeat, drop, indent, outdent or move a line."""
    lines = text.split("\n")
    at = random.randrange(len(lines))
    line = lines[at]
    lines[at : at + 1] = random.choice([[line, line], [], ["  " + line], [line[1:]], ["\t" + line], [line.strip()]])
    if random.random() < 0.2:
        random.shuffle(lines)
    return "\n".join(lines)


def alias_value(random: Random, text: str) -> str:
    """Anchor one value and let others be aliases of it, which may make a circle or a bomb."""
    parts = text.split("\n")
    lines = [index for index, line in enumerate(parts) if ":" in line]
    if len(lines) > 1:
        first, *others = sorted(random.sample(lines, min(len(lines), random.randint(2, 4))))
        parts[first] = parts[first].replace(":", ": &a", 1) + " "
        for other in others:
            parts[other] = parts[other].partition(":")[0] + ": *a"
    return "\n".join(parts)


def alias_bomb(random: Random, text: str) -> str:
    """Begin with aliases of aliases."""
    levels = random.randint(1, 7)
    rows = ["x-0: &b0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"x-{level}: &b{level} [{', '.join([f'*b{level - 1}'] * 9)}]" for level in range(1, levels)]
    return "\n".join([*rows, text])


def splice(random: Random, text: str) -> str:
    """Put a hostile text in place of some characters."""
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(TEXTS)[:2_000] + text[at + random.randint(0, 10) :]


_MUTATIONS: tuple[TextMutation, ...] = (
    insert_piece, insert_at_value, insert_at_value, delete_span, truncate, change_line, change_line, alias_value,
    alias_bomb, splice,
)  # fmt: skip


def _flip(random: Random, content: bytes) -> bytes:
    if not content:
        return content
    changed = bytearray(content)
    for _ in range(random.randint(1, 4)):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


_ENCODINGS: tuple[Callable[[Random, bytes], bytes], ...] = (
    lambda _random, content: content,
    _flip,
    lambda _random, content: b"\xef\xbb\xbf" + content,
    lambda _random, content: content.replace(b"\n", b"\r\n"),
    lambda _random, content: content.decode("utf-8", "replace").encode("utf-16"),
)
_ENCODING_WEIGHTS = (60, 20, 8, 10, 2)
