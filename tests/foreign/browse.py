"""Open the pages of a site in a real browser; print what was seen as JSON: python browse.py ADDRESS CHROMIUM AXE.

Run by the Python of the environment that install.py makes.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGES = (
    "index.html", "doc/project/chebec.html", "doc/organisation/barcelona-activa.ca.html", "doc/city/barcelona.html",
    "doc/theme/market-access.html", "doc/source/chebec-notice.html", "doc/project/index.html", "query/index.html",
    "query/projects-map.html", "query/partners-by-country.html", "def/index.html", "download.html", "tree/theme.html",
    "search.html?q=barcelona", "sparql.html", "404.html", "view/map.html", "view/network.html", "view/timeline.html",
    "view/statistics.html", "query/works-together.html",
)  # fmt: skip
QUERIES = ("projects", "partners-by-country", "themes")


def main() -> None:
    """Look at each kind of page in both colour schemes, and ask three saved queries in the browser."""
    address, chromium, axe = sys.argv[1:]
    told: dict[str, Any] = {"console": [], "elsewhere": [], "violations": {}, "answers": {}}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            context = browser.new_context(color_scheme=scheme, bypass_csp=False)
            page = context.new_page()
            _listen(page, told, urlsplit(address).netloc)
            for name in PAGES:
                # What is loaded late, and from where, is the same in both schemes.
                page.goto(f"{address}/{name}", wait_until="networkidle" if scheme == "light" else "load")
                if name == "sparql.html":
                    page.wait_for_selector("#editor .cm-content")
                told["violations"] |= _judged(page, axe, f"{scheme} {name}")
            context.close()
        page = browser.new_page()
        _listen(page, told, urlsplit(address).netloc)
        told["answers"] = {query: _asked(page, address, query) for query in QUERIES}
        told["grown"] = _grown(page, address)
        told["formed"] = _formed(page, address)
        told["stopped"] = _stopped(page, address)
        page.set_viewport_size({"width": 360, "height": 740})
        told["wide"] = []
        for name in PAGES:
            page.goto(f"{address}/{name}", wait_until="load")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
                told["wide"].append(name)
        browser.close()
    print(json.dumps(told))


def _listen(page: Page, told: dict[str, Any], host: str) -> None:
    page.on("console", lambda one: told["console"].append(one.text) if one.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: told["console"].append(str(error)))
    page.on(
        "request",
        lambda one: (
            told["elsewhere"].append(one.url)
            if one.url.startswith("http") and urlsplit(one.url).netloc != host
            else None
        ),
    )


def _is_other(address: str, host: str) -> bool:
    return address.startswith("http") and urlsplit(address).netloc != host


def _judged(page: Page, axe: str, name: str) -> dict[str, list[str]]:
    # Evaluated from outside, which the policy of the page does not forbid.
    page.evaluate(Path(axe).read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    seen = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
    return {name: seen} if seen else {}


def _asked(page: Page, address: str, query: str) -> dict[str, object]:
    page.goto(f"{address}/sparql.html?id={query}&run")
    page.wait_for_selector("#csv:not([hidden])", timeout=60_000)
    rows = page.evaluate(
        "[...document.querySelectorAll('#table tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    with page.expect_download() as download:
        page.click("#csv")
    csv = Path(download.value.path()).read_text("utf-8")
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map((one) => [one.name, one.encodedBodySize])"
        ".filter(([name]) => /[.](nt|ttl)([.]gz)?$/.test(name))"
    )
    return {"rows": len(rows) - 1, "csv": csv, "loaded": {name.rpartition("/")[2]: size for name, size in loaded}}


def _grown(page: Page, address: str) -> list[str]:
    """Ask a saved query, and then, on the same page, how much there is; return what is said of both."""
    page.goto(f"{address}/sparql.html?id={QUERIES[0]}&run")
    page.wait_for_selector("#csv:not([hidden])", timeout=60_000)
    said = [str(page.inner_text("#status"))]
    page.click("#editor .cm-content")
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT (COUNT(*) AS ?all) { ?s ?p ?o }")
    page.click("#ask button")
    page.locator("#table th", has_text=re.compile("^all$")).wait_for(timeout=60_000)
    return [*said, str(page.inner_text("#table td"))]


def _formed(page: Page, address: str) -> list[str]:
    """Fill in the form of a saved query, and ask; return what is said of two choices, and the query as it was asked."""
    said = []
    for choice in ("nesta", "barcelona-activa"):
        page.goto(f"{address}/query/works-together.html")
        value = page.eval_on_selector_all("#p-other option", "(all) => all.map((one) => one.value)")
        page.select_option("#p-other", next(one for one in value if one.endswith(f"/{choice}")))
        page.click("form.fields button")
        page.locator("#status", has_text=re.compile("^(Yes|No)")).wait_for(timeout=60_000)
        said.append(str(page.inner_text("#status")).partition(" ")[0])
    said.append(str(page.inner_text("#editor .cm-content")))
    # An address can be made by anybody: what is no IRI is no part of a query.
    page.goto(f"{address}/sparql.html?id=works-together&one=x%3E%20%7D%20%23&other=urn:x")
    page.locator("#status", has_text="one:").wait_for(timeout=60_000)
    return said


def _stopped(page: Page, address: str) -> str:
    """Ask what takes for ever, with a second to do it in; return what is said, once another question is answered."""
    endless = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    page.goto(f"{address}/sparql.html")
    page.wait_for_selector("#editor .cm-content")
    page.evaluate("document.getElementById('ask').dataset.seconds = '1'")
    page.click("#editor .cm-content")
    page.keyboard.press("Control+A")
    page.keyboard.type(endless)
    page.click("#ask button")
    page.locator("#status", has_text="LIMIT").wait_for(timeout=60_000)
    said = str(page.inner_text("#status"))
    page.click("#editor .cm-content")
    page.keyboard.press("Control+A")
    page.keyboard.type("ASK { ?s ?p ?o }")
    page.click("#ask button")
    page.locator("#status", has_text="Yes").wait_for(timeout=60_000)
    return said


if __name__ == "__main__":
    main()
