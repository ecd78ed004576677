"""Entries of an experiment file: how one factor varies, and what one outcome is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from laborsim.scenario.fields import Month, Text, wrong
from laborsim.scenario.problems import nearest
from laborsim.scenario.schema import Model
from laborsim.study.measures import SPENDING, STATISTICS

Value = bool | int | float | str


class Variation(Model):
    """How one factor varies; bounds not stated are the declared range of the parameter."""

    distribution: Literal["uniform", "loguniform", "triangular", "normal", "choice"] | None = None
    low: float | None = None
    high: float | None = None
    mode: float | None = None
    mean: float | None = None
    sd: Annotated[float, Field(gt=0.0)] | None = None
    values: Annotated[tuple[Value, ...], Field(strict=False, min_length=1, max_length=10_000)] | None = None
    weights: Annotated[tuple[Annotated[float, Field(ge=0.0)], ...], Field(strict=False)] | None = None
    source: Text | None = None

    @property
    def named(self) -> str:
        """The distribution: what is stated, else a choice if there are values, else uniform."""
        return self.distribution or ("choice" if self.values is not None else "uniform")

    @model_validator(mode="after")
    def _whole(self) -> Variation:
        of = {"mode": "triangular", "mean": "normal", "sd": "normal", "values": "choice", "weights": "choice"}
        for key, distribution in of.items():
            if getattr(self, key) is not None and self.named != distribution:
                raise wrong(f"{key} belongs to a {distribution} distribution, not to {self.named}")
        if self.named == "choice":
            if self.values is None:
                raise wrong("a choice needs its values", "values = [...]")
            if self.low is not None or self.high is not None:
                raise wrong("a choice has values, not bounds", "values = [...]")
            if self.weights is not None and (len(self.weights) != len(self.values) or sum(self.weights) <= 0):
                raise wrong("weights do not fit the values", f"{len(self.values)} numbers, 0 or more, not all 0")
        if self.named == "normal" and self.sd is None:
            raise wrong("a normal distribution needs its sd", "sd = ..., above 0")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise wrong(f"low is not below high ({self.low:g}, {self.high:g})")
        return self


class OutcomeTable(Model):
    """[outcomes.NAME]: one number of each run."""

    indicator: Annotated[Text, Field(description=f'An indicator, or "{SPENDING}".')]
    group: Annotated[Text, Field(description='A group of people or jobs; for spending a payer. "all" for all.')] = "all"
    statistic: str = "mean"
    start: Annotated[Month, Field(description="First month looked at.")] | None = None
    end: Annotated[Month, Field(description="Last month looked at.")] | None = None
    against: Annotated[Text, Field(description="A policy: the outcome is the change against it.")] | None = None

    @field_validator("statistic")
    @classmethod
    def _statistic(cls, value: str) -> str:
        if value not in STATISTICS:
            raise wrong(f"{value[:40]!r} is not a statistic", ", ".join(STATISTICS), nearest(value, STATISTICS, 0.4))
        return value
