"""Peer metros a region is ranked among, as a scenario states them.

The region's own path is the model's: an indicator's growth since the base month moves `own.level`. Each
peer's path is drawn in every replicate: `level` times yearly growth from a normal distribution with the
stated mean and standard deviation. Nothing here is a forecast of a peer; what no figure supports is
graded "assumed" and shown as such.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from laborsim.scenario.fields import LongText, Month, Name, Text, wrong

Grade = Literal["measured", "published", "calibrated", "assumed"]
Growth = Annotated[float, Field(ge=-0.5, le=0.5)]
Spread = Annotated[float, Field(ge=0.0, le=0.5)]


class PeerModel(BaseModel):
    """Base of the peer tables."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Path(PeerModel):
    """Level in the base month and yearly growth after it."""

    level: Annotated[float, Field(gt=0.0, description="Level in the base month, in the measure's unit.")]
    growth_mean: Annotated[Growth, Field(description="Mean yearly growth, as a share.")]
    growth_sd: Annotated[
        Spread, Field(description="Standard deviation of the mean yearly growth over the horizon.")
    ]
    source: Text
    grade: Grade = "assumed"


class PeerMetro(Path):
    """One peer."""

    metro: Name


class OwnPath(PeerModel):
    """The region itself: its level, and the growth the model does not simulate (such as productivity)."""

    level: Annotated[float, Field(gt=0.0)]
    extra_growth_mean: Growth = 0.0
    extra_growth_sd: Spread = 0.0
    source: Text
    grade: Grade = "assumed"


class PublishedRank(PeerModel):
    """A rank published for the region."""

    year: Annotated[int, Field(ge=1990, le=2060)]
    rank: Annotated[int, Field(ge=1, le=400)]
    source: Text
    note: LongText = ""


class PeerMeasure(PeerModel):
    """What peers are ranked on. A target reads it as indicator `peer_rank_<name>_level` or `..._growth`."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    title: Text
    unit: Text
    indicator: Annotated[
        Name, Field(description="Indicator (group all) whose growth since the base moves our level.")
    ]
    formula: Annotated[
        LongText, Field(description="How our level follows from the indicator; `explain` shows it.")
    ] = ""
    own: OwnPath
    metros: Annotated[tuple[PeerMetro, ...], Field(strict=False, min_length=1, max_length=200)]
    published: Annotated[tuple[PublishedRank, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _distinct(self) -> PeerMeasure:
        names = [m.metro for m in self.metros]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise wrong(f"metro named twice: {', '.join(twice)}", "each metro once")
        return self


class Peers(PeerModel):
    """Benchmark set of a scenario."""

    title: Text
    base: Annotated[Month, Field(description="Month of the levels.")]
    source: Text
    note: LongText = ""
    correlation: Annotated[
        float,
        Field(
            ge=0.0, le=1.0, description="Correlation of growth between peers (shared national conditions)."
        ),
    ] = 0.0
    measures: Annotated[tuple[PeerMeasure, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Peers:
        names = [m.name for m in self.measures]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise wrong(f"measure named twice: {', '.join(twice)}", "each measure once")
        return self

    def indicators(self) -> tuple[str, ...]:
        """Names of the rank indicators that targets may use."""
        return tuple(f"peer_rank_{m.name}_{kind}" for m in self.measures for kind in ("level", "growth"))
