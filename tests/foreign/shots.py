"""Take pictures of the pages of a site, to be looked at: python tests/foreign/shots.py SITE FOLDER CHROMIUM [WORD].

Each kind of page in each language, wide and as on a phone, light and dark; with WORD, those whose name has it. Run by
the Python of the environment that install.py makes.
"""

from __future__ import annotations

import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

PAGES = (
    "index", "doc/project/chebec", "doc/city/barcelona", "doc/organisation/barcelona-activa", "doc/theme/market-access",
    "doc/project/index", "query/partners-by-country", "query/projects-map", "sparql", "def/index", "view/statistics",
    "view/network", "view/timeline", "view/map",
)  # fmt: skip
SIZES = {"wide": (1280, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
LANGUAGES = ("", ".ca", ".es")


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing of it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve the site on this machine, and write a picture of each page."""
    site, folder, chromium, *word = sys.argv[1:]
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for size, (width, height) in SIZES.items():
            for scheme in SCHEMES:
                context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height})
                page = context.new_page()
                for name in (f"{page}{language}" for page in PAGES for language in LANGUAGES):
                    shot = f"{name.replace('/', '-')}.{size}.{scheme}.png"
                    if word and word[0] not in shot:
                        continue
                    page.goto(f"http://127.0.0.1:{server.server_port}/{name}.html", wait_until="networkidle")
                    page.screenshot(path=out / shot)
                context.close()
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
