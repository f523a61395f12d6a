"""A page that needs nothing else: no script, no address, light or dark as its reader likes it."""

from __future__ import annotations

from html import escape
from typing import Final

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE: Final = """
:root{color-scheme:light dark;--text:#1f2328;--back:#fff;--soft:#f6f8fa;--dim:#59636e;--rule:#d0d7de;
--good:#1a7f37;--bad:#cf222e;--fault:#bc4c00;--line:#0969da}
@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--back:#0d1117;--soft:#161b22;--dim:#9198a1;--rule:#3d444d;
--good:#3fb950;--bad:#f85149;--fault:#f0883e;--line:#4493f8}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:60rem;margin:2rem auto;
padding:0 1rem}
details{border-top:1px solid var(--rule);padding:.35rem 0}
summary{cursor:pointer;display:flex;gap:.75rem;align-items:baseline}
summary::before{content:"▸";color:var(--dim)}details[open]>summary::before{content:"▾"}
svg{width:100%;height:auto}.dim{color:var(--dim)}li,h1,p{overflow-wrap:anywhere}
svg text{fill:var(--dim)}svg .rule{stroke:var(--rule)}svg .line{stroke:var(--line)}
svg .good{--c:var(--good)}svg .fault{--c:var(--fault)}svg .bad{--c:var(--bad)}
svg circle{fill:var(--c)}svg path{stroke:var(--c)}
"""


def write_page(title: str, body: str, *, style: str = "") -> str:
    """Return the page with a line break at its end.

    Args:
        title: as text.
        body: as HTML.
        style: rules of its own, behind those that all pages have.
    """
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head><body>{body}</body></html>\n"
    )
