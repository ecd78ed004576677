"""The evidence ledger: published estimates the model is tested against, and costs it may use."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from laborsim.scenario.fields import wrong
from laborsim.scenario.programs import load_programs

Line = Annotated[str, Field(min_length=1)]


class Study(BaseModel):
    """One published figure.

    Attributes
    ----------
    name : key in the ledger.
    instrument : what was done.
    kind : effect, cost, rate, count or level.
    measure : what a trial measures to compare with it, "" if it cannot: earnings_year (dollars a year at the horizon),
        earnings_total (dollars over the horizon), earnings_share (over what the enrolled earn without), employment
        (share of months in work), credential (over the credentials without), completion, cancellation (shares of
        exits), net_over_gross (jobs added in all over jobs gained by participants), mothers_employment (the first
        year's effect on women of 18 to 54), mothers_elasticity (that over their employment without, over the price).
    who : people of a trial that are compared with it: "" all, out_of_work (before they applied), hard_to_employ (out
        of work, with a justice record or without schooling beyond high school), female, male.
    arm : the part of a job center's offer that the study is of: services or sanctions alone; "" the whole.
    programs : types of program whose participants are compared with it, as in programs.toml; none: all of the trial.
    entry_growth : growth a year (log) of the entries whose exits the records count.
    outcome : what the figure is of.
    estimate, unit : the figure; effects are for those treated unless `outcome` says otherwise.
    low, high : interval or range; standard_error where that is what was published.
    horizon_months : months after the start at which the effect is measured.
    dollar_year : year of the dollars, where known.
    design, population, place : how it was found, for whom, where.
    source : publication. status : "verified" if a page stating the figure was seen, else "unverified".
    use : "fitted" (a parameter is set to meet it), "input" (a parameter takes this or another figure of the study),
        "held_out" (no parameter knows it: a test) or "context" (none of these).
    sets : parameters set after the study, by full name; none of a figure held out.
    discount : share by which the estimate is reduced when carried over to another place.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    name: Line
    instrument: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    kind: Literal["effect", "cost", "rate", "count", "level"]
    measure: Literal[
        "", "earnings_year", "earnings_total", "earnings_share", "employment", "credential", "completion",
        "cancellation", "net_over_gross", "mothers_employment", "mothers_elasticity",
    ] = ""  # fmt: skip
    who: Literal["", "out_of_work", "hard_to_employ", "female", "male"] = ""
    arm: Literal["", "services", "sanctions"] = ""
    programs: tuple[str, ...] = ()
    entry_growth: Annotated[float, Field(ge=-0.2, le=0.3)] = 0.0
    outcome: Line
    estimate: float
    unit: Line
    low: float | None = None
    high: float | None = None
    standard_error: Annotated[float, Field(gt=0.0)] | None = None
    horizon_months: Annotated[int, Field(ge=1)] | None = None
    dollar_year: Annotated[int, Field(ge=1980, le=2060)] | None = None
    design: Line
    population: Line
    place: Line
    source: Line
    status: Literal["verified", "unverified"]
    use: Literal["fitted", "input", "held_out", "context"]
    sets: tuple[str, ...] = ()
    discount: Annotated[float, Field(ge=0.0, le=1.0)]
    note: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Study:
        low = self.estimate if self.low is None else self.low
        high = self.estimate if self.high is None else self.high
        if not low <= self.estimate <= high:
            raise wrong("the estimate lies outside its interval")
        if self.use == "fitted" and self.kind == "cost":
            raise wrong("a cost is context: nothing is fitted to it")
        if self.sets and self.use not in ("fitted", "input"):
            raise wrong("a study that sets a parameter is fitted or input")
        if self.use == "input" and not self.sets:
            raise wrong("an input names the parameters it sets")
        return self

    def interval(self) -> tuple[float, float]:
        """The published range; two standard errors each side if that is what there is; else the estimate twice."""
        if self.standard_error is not None and self.low is None and self.high is None:
            return self.estimate - 1.96 * self.standard_error, self.estimate + 1.96 * self.standard_error
        low = self.estimate if self.low is None else self.low
        return low, self.estimate if self.high is None else self.high

    def accepted(self, prices: float = 1.0) -> tuple[float, float]:
        """The range a simulated effect is held to: from the discounted to the published interval, whole.

        Parameters
        ----------
        prices : price level of the model's dollars over that of the study's, for figures in dollars.
        """
        low, high = self.interval()
        ends = [x * factor * prices for x in (low, high) for factor in (1.0, 1.0 - self.discount)]
        return min(ends), max(ends)


@cache
def ledger() -> Mapping[str, Study]:
    """All studies by name, in the order of the file.

    Examples
    --------
    >>> ledger()["apprenticeship_employment"].use
    'held_out'
    """
    return MappingProxyType(read_ledger(Path(__file__).with_name("evidence.toml")))


def read_ledger(path: Path) -> dict[str, Study]:
    """Read and check a ledger file.

    Raises
    ------
    ValueError
        Naming the study and the field, for every fault.
    """
    found: dict[str, Study] = {}
    faults: list[str] = []
    for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        try:
            lists = {key: tuple(entry.get(key, ())) for key in ("programs", "sets")}
            found[name] = Study.model_validate({"name": name, **entry, **lists})
        except ValidationError as error:
            faults += [
                f"{path.name}: {name}.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()
            ]
    types = [t.code for t in load_programs()]
    for study in found.values():
        for code in study.programs:
            if code not in types:
                near = get_close_matches(code, types, 1)
                said = f"; did you mean {near[0]!r}?" if near else ""
                faults.append(f"{path.name}: {study.name}.programs: {code!r} is no type of program{said}")
    if faults:
        raise ValueError("\n".join(faults))
    return found


def studies(
    instrument: str | None = None, use: str | None = None, kind: str | None = None, status: str | None = None
) -> list[Study]:
    """Studies that match all that is given.

    Examples
    --------
    >>> {s.instrument for s in studies(kind="cost", instrument="job_search_help")}
    {'job_search_help'}
    """
    wanted = {"instrument": instrument, "use": use, "kind": kind, "status": status}
    given = {k: v for k, v in wanted.items() if v is not None}
    return [s for s in ledger().values() if all(getattr(s, k) == v for k, v in given.items())]
