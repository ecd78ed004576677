"""A finished chart: picture, data and a description for those who cannot see it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from laborsim.report.theme import style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


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

    def svg(self) -> str:
        """The picture as SVG text with <title> and <desc>; the same chart gives the same text."""
        out = io.StringIO()
        with style():
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        text = out.getvalue()
        text = text[text.index("<svg"):]
        # ids are made unique by chart, so that several can stand in one page
        ids = set(re.findall(r'\bid="([^"]+)"', text))
        text = re.sub(r'\b(id|xlink:href|href|clip-path)="(url\()?(#?)([^")]+)(\)?)"',
                      lambda m: m[0] if m[4] not in ids else
                      f'{m[1]}="{m[2] or ""}{m[3]}{self.name}-{m[4]}{m[5]}"', text)
        head = text.index(">") + 1
        opening = text[:head].replace("<svg ", f'<svg role="img" aria-labelledby="{self.name}-title {self.name}-desc" ',
                                      1)
        said = (f'\n <title id="{self.name}-title">{escape(self.title)}</title>'
                f'\n <desc id="{self.name}-desc">{escape(self.alt)}</desc>')
        return opening + said + text[head:]

    def png(self, dpi: int = 150) -> bytes:
        """The picture as PNG."""
        out = io.BytesIO()
        with style():
            self.figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None, "Description": self.alt})
        return out.getvalue()

    def save(self, folder: Path) -> None:
        """Write NAME.svg, NAME.png, NAME.csv and NAME.txt (the description)."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.svg").write_text('<?xml version="1.0" encoding="utf-8"?>\n' + self.svg(),
                                                 encoding="utf-8")
        (folder / f"{self.name}.png").write_bytes(self.png())
        self.data.to_csv(folder / f"{self.name}.csv", index=False, float_format="%.6g", lineterminator="\n")
        (folder / f"{self.name}.txt").write_text(f"{self.title}\n\n{self.alt}\n", encoding="utf-8")

    def _repr_png_(self) -> bytes:
        return self.png(100)
