"""The things a picture of the model is made of, and where they are in it (pixels, from the upper left corner)."""

from __future__ import annotations

from dataclasses import dataclass, field

WIDTH, MARGIN = 1060, 20
BOX, HEAD, PAD = 178, 42, 9
LINE, CHAR = 16, 6.93  # a line of text, a character of the 11.5 px fixed-width face
INNER, BETWEEN = 10, 66  # inside a frame, between two frames of a column

Word = tuple[str, str]  # text, CSS classes
Area = tuple[float, float, float, float]  # x, y, width, height


@dataclass(slots=True)
class Box:
    """A record type with the lines of its text."""

    name: str
    caption: str
    lines: list[list[Word]]
    x: float = 0
    y: float = 0

    @property
    def height(self) -> float:
        """Pixels from the upper to the lower edge."""
        return HEAD + LINE * len(self.lines) + PAD

    @property
    def area(self) -> Area:
        """What it covers."""
        return self.x, self.y, BOX, self.height


@dataclass(slots=True)
class Frame:
    """One box, or several that the same property can point to."""

    boxes: list[Box]
    column: int
    title: str = ""

    @property
    def top(self) -> float:
        """The upper edge, with the room that the title takes."""
        return self.boxes[0].y - (INNER + LINE if self.title else 0)

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.boxes[-1].y + self.boxes[-1].height + (INNER if self.title else 0)

    @property
    def left(self) -> float:
        """The left edge."""
        return self.boxes[0].x - (INNER if self.title else 0)

    @property
    def right(self) -> float:
        """The right edge."""
        return self.boxes[0].x + BOX + (INNER if self.title else 0)

    @property
    def middle(self) -> float:
        """The height at which an arrow would like to arrive."""
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class Arrow:
    """All links between two frames: the columns that point onwards and those that point back."""

    start: Frame
    end: Frame
    onwards: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    ports: list[tuple[float, float]] = field(default_factory=list)
    label: Area = (0, 0, 0, 0)

    @property
    def upright(self) -> bool:
        """Whether it runs within one column."""
        return self.start.column == self.end.column

    @property
    def words(self) -> list[str]:
        """The lines of its label."""
        return self.onwards + self.back

    def at(self, t: float) -> tuple[float, float]:
        """Give the point of the curve at `t` between 0 and 1 (cubic Bézier)."""
        a, b, c, d = self.curve()
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        return (
            sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)),
            sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)),
        )

    def curve(self) -> list[tuple[float, float]]:
        """Give the four points that draw it; it leaves and arrives at right angles."""
        (x1, y1), (x2, y2) = self.ports
        if self.upright:
            return [(x1, y1), (x1, (y1 + y2) / 2), (x2, (y1 + y2) / 2), (x2, y2)]
        return [(x1, y1), ((x1 + x2) / 2, y1), ((x1 + x2) / 2, y2), (x2, y2)]


@dataclass(slots=True)
class Picture:
    """The whole drawing, every coordinate decided."""

    frames: list[Frame]
    arrows: list[Arrow]
    strip: list[Box]
    height: float = 0
