"""Take pictures of the pages of a site, to be looked at: python tests/foreign/shots.py ADDRESS FOLDER CHROMIUM [WORD].

ADDRESS is where the site is served, such as by `python -m http.server --directory public`. Each kind of page is taken
in each language, wide and as on a phone, light and dark; with WORD, those whose name has it. Run by the Python of the
environment that install.py makes.
"""

from __future__ import annotations

import sys
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


def main() -> None:
    """Write a picture of each page."""
    address, folder, chromium, *word = sys.argv[1:]
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
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
                    page.goto(f"{address.rstrip('/')}/{name}.html", wait_until="networkidle")
                    page.screenshot(path=out / shot)
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
