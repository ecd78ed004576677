"""What the model left out where it was tested: the size of its errors by region, for bands elsewhere.

`model_error.json` is written by experiments/validation_page.py: standard deviation, as a share of the unemployment
rate, of the errors of 2018-22 (but March to August 2020) beyond what the bands of runs hold. A region's own figure
never widens its own band, nor that of a region it shares counties with: that would be no test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from laborsim.study.storage import write_atomically
from laborsim.study.validation.hindcast import model_error

if TYPE_CHECKING:
    from laborsim.study.validation.validate import Validation

SHIPPED = Path(__file__).with_name("model_error.json")
Found = Mapping[str, Mapping[str, float]]  # region -> drivers of demand -> share of the rate


@cache
def shipped() -> Found:
    """As found by the last validation of all regions; empty if none is shipped."""
    found: Found = json.loads(SHIPPED.read_text(encoding="utf-8")) if SHIPPED.exists() else {}
    return found


def elsewhere(region: str, drivers: str, found: Found) -> float | None:
    """Error in the other regions together, a share (root of their mean square); None if there are none.

    Regions that share a county with this one are left out: their errors are partly its own.
    """
    own = _counties(region)
    others = [
        by[drivers] ** 2
        for name, by in found.items()
        if name != region and drivers in by and not own & _counties(name)
    ]
    return (sum(others) / len(others)) ** 0.5 if others else None


@cache
def _counties(region: str) -> frozenset[str]:
    """Counties of a region's pack (FIPS); none where there is no such pack."""
    from laborsim.region.pack import load_pack

    try:
        return frozenset(str(county) for county in load_pack(region).meta["counties"])
    except (FileNotFoundError, KeyError, ValueError):
        return frozenset()


def errors_of(regions: Sequence[Validation]) -> dict[str, dict[str, float]]:
    """Each region's own error by drivers of demand, rounded to a thousandth."""
    calm = {v.region: {d: v.calm(d) for d in v.runs} for v in regions}
    return {name: {d: round(model_error([e]), 3) for d, e in by.items() if e} for name, by in calm.items()}


def ship(regions: Sequence[Validation]) -> None:
    """Write `model_error.json`."""
    write_atomically(SHIPPED, json.dumps(errors_of(regions), indent=2) + "\n")
