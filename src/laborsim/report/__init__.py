"""Charts, tables and the brief, made from stored results only. Importing it gives `Results.plot`."""

from __future__ import annotations

from laborsim.report.plots import Plotter
from laborsim.study.results import Results

Results.plotter = Plotter

__all__ = ["Plotter"]
