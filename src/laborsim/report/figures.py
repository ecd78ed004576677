"""A finished chart: picture, data and a description for those who cannot see it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.report import theme
from laborsim.report.wording import policy_title
from laborsim.study.storage import write_atomically

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from laborsim.study.results import Results


@dataclass
class Chart:
    """One chart.

    Attributes
    ----------
    name : file name without ending.
    title : the finding.
    alt : what the picture shows, in words, with its main figures.
    figure : matplotlib Figure.
    data : the figures drawn.
    """

    name: str
    title: str
    alt: str
    figure: Figure
    data: pd.DataFrame
    _svg: str | None = field(default=None, init=False, repr=False, compare=False)  # drawn once: it takes long

    def svg(self) -> str:
        """The picture as SVG text with <title> and <desc>; the same chart gives the same text."""
        if self._svg is None:
            self._svg = self._draw()
        return self._svg

    def _draw(self) -> str:
        out = io.StringIO()
        with theme.style():
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        text = out.getvalue()
        text = text[text.index("<svg") :]
        # ids are made unique by chart, so that several can stand in one page
        ids = set(re.findall(r'\bid="([^"]+)"', text))
        text = re.sub(
            r'\b(id|xlink:href|href|clip-path)="(url\()?(#?)([^")]+)(\)?)"',
            lambda m: m[0] if m[4] not in ids else f'{m[1]}="{m[2] or ""}{m[3]}{self.name}-{m[4]}{m[5]}"',
            text,
        )
        head = text.index(">") + 1
        opening = text[:head].replace(
            "<svg ", f'<svg role="img" aria-labelledby="{self.name}-title {self.name}-desc" ', 1
        )
        said = (
            f'\n <title id="{self.name}-title">{escape(self.title)}</title>'
            f'\n <desc id="{self.name}-desc">{escape(self.alt)}</desc>'
        )
        return opening + said + text[head:]

    def png(self, dpi: int = 150) -> bytes:
        """The picture as PNG."""
        out = io.BytesIO()
        with theme.style():
            self.figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None, "Description": self.alt})
        return out.getvalue()

    def save(self, folder: Path) -> None:
        """Write NAME.svg, NAME.png, NAME.csv and NAME.txt (the description)."""
        folder.mkdir(parents=True, exist_ok=True)
        data = self.data.to_csv(index=False, float_format="%.6g", lineterminator="\n")
        write_atomically(folder / f"{self.name}.svg", '<?xml version="1.0" encoding="utf-8"?>\n' + self.svg())
        write_atomically(folder / f"{self.name}.png", self.png())
        write_atomically(folder / f"{self.name}.csv", data)
        write_atomically(folder / f"{self.name}.txt", f"{self.title}\n\n{self.alt}\n")

    def _repr_png_(self) -> bytes:
        return self.png(100)


IN_A_ROW = 4  # names of policies in one row of a key, where there are more than that


def key_room(results: Results, policies: list[str]) -> float:
    """Inches over the axes that the key takes beyond its first row."""
    if len(policies) <= IN_A_ROW or sum(len(policy_title(results, p)) + 4 for p in policies) <= 105:
        return 0.0
    return 0.3 * (-(-len(policies) // IN_A_ROW) - 1) + 0.1


def key_lines(results: Results, policies: list[str]) -> int:
    """Lines of the longest name in one row of the key beyond its first."""
    names = [policy_title(results, p) for p in policies]
    if sum(len(n) + 4 for n in names) <= 105:
        return 0
    return max(theme.wrapped(n, 28 if len(names) > IN_A_ROW else 22).count("\n") for n in names)


def key_line(axes: Any, results: Results, policies: list[str], lift: float = 5) -> None:
    """Names of the policies in their colours, over the axes from the left edge of the figure."""
    from matplotlib.offsetbox import HPacker, TextArea, VPacker

    names = [policy_title(results, p) for p in policies]
    if sum(len(n) + 4 for n in names) > 105:
        names = [theme.wrapped(n, 28 if len(names) > IN_A_ROW else 22) for n in names]
    words: list[Any] = [
        TextArea(
            "\N{BLACK CIRCLE} " + name.replace("\n", "\n    "),
            textprops={"color": theme.colour(results.policies, p), "fontsize": 7.8},
        )
        for p, name in zip(policies, names, strict=True)
    ]
    each = IN_A_ROW if key_room(results, policies) else max(1, len(words))
    rows: list[Any] = [
        HPacker(children=words[k : k + each], pad=0, sep=10, align="top") for k in range(0, len(words), each)
    ]
    theme.pin_above(axes, VPacker(children=rows, pad=0, sep=4, align="left"), theme.MARGIN, lift)
