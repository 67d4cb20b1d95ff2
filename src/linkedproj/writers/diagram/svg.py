"""The picture as SVG text."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from linkedproj.writers.diagram.layout import compose
from linkedproj.writers.diagram.parts import BOX, HEAD, LINE, MARGIN, PAD, WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.model.schema import Schema
    from linkedproj.writers.diagram.parts import Arrow, Box, Frame, Picture

HUES = {"Portfolio": 215, "Project": 215, "Cooperation": 215, "Participation": 165, "Activity": 165}
HUES |= {"Organisation": 140, "City": 95, "Country": 95, "Programme": 265, "Theme": 265, "Scheme": 265}
HUES |= {"Evidence": 28, "Source": 28}
SAID = "Boxes are record types with their columns; arrows are links between records, with the name of the column."
STYLE = """
text{font:11.5px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1f2933}
.name{font:bold 15px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.said{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.dim,.aim{fill:#52606d}.must{font-weight:bold}.code{font-style:italic}
.arrow{fill:none;stroke:#52606d;stroke-width:1.5}.halo{fill:#fdfcf9;fill-opacity:.93}
"""


def draw(schema: Schema) -> str:
    """Draw the model as SVG; the same ontology gives the same bytes."""
    return "\n".join(_svg(compose(schema))) + "\n"


def _svg(picture: Picture) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {picture.height:g}" role="img"'
        ' aria-labelledby="title desc">'
    )
    yield '<title id="title">The record types of linkedproj and how they are linked</title>'
    yield f'<desc id="desc">{escape(_told(picture))}</desc>'
    yield f"<style>{STYLE}</style>"
    yield (
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"'
        ' orient="auto-start-reverse"><path d="M0 1 9 5 0 9z" fill="#52606d"/></marker></defs>'
    )
    yield f'<rect width="{WIDTH}" height="{picture.height:g}" rx="10" fill="#fdfcf9" stroke="#d9d4c7"/>'
    yield from (line for frame in picture.frames if frame.title for line in _draw_frame(frame))
    yield from (_draw_arrow(arrow) for arrow in picture.arrows)
    yield from (line for frame in picture.frames for box in frame.boxes for line in _draw_box(box))
    yield from (line for box in picture.strip for line in _draw_box(box))
    yield from (line for arrow in picture.arrows for line in _draw_label(arrow))
    yield from _draw_legend(picture)
    yield "</svg>"


def _told(picture: Picture) -> str:
    links = (
        f"{' or '.join(b.name for b in a.start.boxes)} to {' or '.join(b.name for b in a.end.boxes)}:"
        f" {', '.join(a.onwards + a.back)}"
        for a in picture.arrows
    )
    return f"{SAID} {'. '.join(links)}."


def _draw_frame(frame: Frame) -> Iterator[str]:
    size = f'width="{frame.right - frame.left:g}" height="{frame.bottom - frame.top:g}"'
    yield (
        f'<rect x="{frame.left:g}" y="{frame.top:g}" {size} rx="12" fill="hsl({_hue(frame.boxes[0])},45%,95%)"'
        f' stroke="hsl({_hue(frame.boxes[0])},30%,70%)" stroke-dasharray="5 4"/>'
    )
    yield _text(frame.boxes[0].x + 2, frame.top + 19, "dim", frame.title)


def _draw_box(box: Box) -> Iterator[str]:
    hue = f"{_hue(box)},45%" if box.name in HUES else "0,0%"
    place = f'x="{box.x:g}" y="{box.y:g}" width="{BOX}"'
    yield f'<rect {place} height="{box.height:g}" rx="8" fill="#fff" stroke="hsl({hue},45%)"/>'
    head = f"M{box.x:g} {box.y + 36:g}v-28a8 8 0 0 1 8-8h{BOX - 16}a8 8 0 0 1 8 8v28z"
    yield f'<path d="{head}" fill="hsl({hue},88%)" stroke="hsl({hue},45%)"/>'
    yield _text(box.x + PAD, box.y + 17, "name", box.name)
    yield _text(box.x + PAD, box.y + 30, "dim", box.caption)
    for index, line in enumerate(box.lines):
        words = " ".join(f'<tspan class="{style}">{escape(word)}</tspan>' if style else word for word, style in line)
        y = box.y + HEAD + LINE * index + 11
        yield f'<text x="{box.x + PAD:g}" y="{y:g}" xml:space="preserve">{words}</text>'


def _draw_arrow(arrow: Arrow) -> str:
    (x1, y1), *others = arrow.curve()
    path = f"M{x1:.1f} {y1:.1f}C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in others)
    back = ' marker-start="url(#tip)"' if arrow.back else ""
    return f'<path class="arrow" d="{path}"{back} marker-end="url(#tip)"/>'


def _draw_label(arrow: Arrow) -> Iterator[str]:
    x, y, width, height = arrow.label
    yield f'<rect class="halo" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="4"/>'
    for index, word in enumerate(arrow.words):
        yield (
            f'<text x="{x + width / 2:.1f}" y="{y + LINE * index + 12:.1f}" text-anchor="middle">{escape(word)}</text>'
        )


def _draw_legend(picture: Picture) -> Iterator[str]:
    yield _text(MARGIN, 34, "name", "Record types, their columns and their links")
    words = (
        '<tspan class="must">bold</tspan> must be filled    title@ a text by language    '
        '<tspan class="code">italic</tspan> a code from a list    → a link written instead of drawn'
    )
    y = picture.height - 20
    yield f'<text x="{MARGIN}" y="{y:g}" class="said" xml:space="preserve">{words}</text>'


def _hue(box: Box) -> int:
    return HUES.get(box.name, 0)


def _text(x: float, y: float, style: str, words: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{style}">{escape(words)}</text>'
