"""The scenario file: what may be written, and what the rest of the program reads.

`Scenario` is the file; its properties (`region`, `start`, `months` ...) are what readers of it need.
Everything is frozen: `with_settings` gives a changed copy, checked again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from laborsim.scenario.brief import Brief
from laborsim.scenario.fields import (
    PAYERS,
    Goal,
    Group,
    LongText,
    Month,
    Name,
    Text,
    month_number,
    month_text,
    parse_goal,
    wrong,
)
from laborsim.scenario.instruments import Instrument
from laborsim.scenario.parameters.registry import Parameters
from laborsim.scenario.peers import Peers
from laborsim.scenario.problems import listed, nearest

BASELINE = "baseline"


class Model(BaseModel):
    """Base of all tables of a scenario file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Header(Model):
    """[scenario]."""

    title: Text
    region: Annotated[Text, Field(description="Name of a region pack, or the path of one.")]
    start: Annotated[Month, Field(description="First month simulated.")]
    horizon: Annotated[Month, Field(description="Last month simulated.")]
    scale: Annotated[float, Field(gt=0.0, le=1.0, description="Share of people simulated.")] = 0.05
    replicates: Annotated[int, Field(ge=1, le=10_000, description="Runs of each policy.")] = 8
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    notes: LongText = ""
    drivers: Annotated[
        Literal["national", "state"], Field(description="Sector indices that drive demand.")
    ] = "national"


class Target(Model):
    """[[targets]]: an indicator, the goal it should meet, and by when."""

    name: Name
    indicator: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
    group: Group = "all"
    goal: Goal
    by: Month
    source: Text = "set by the scenario"
    window_months: Annotated[
        int, Field(ge=1, le=60, description="The value is the mean of this many months up to `by`.")
    ] = 12
    note: LongText = ""

    @property
    def comparison(self) -> str:
        """The comparison of the goal, such as ">="."""
        return parse_goal(self.goal)[0]


class EventModel(Model):
    """What all events share."""

    name: Text = ""
    month: Month
    source: Text = "set by the scenario"
    note: LongText = ""


class PlantOpening(EventModel):
    """An employer comes with jobs."""

    type: Literal["plant_opening"]
    zone: Name
    sector: Name
    jobs: Annotated[int, Field(ge=1, le=1_000_000)]
    ramp_months: Annotated[int, Field(ge=0, le=120)] = 0
    wage_premium: Annotated[float, Field(ge=-1.0, le=2.0, description="Log points over the going wage.")] = (
        0.0
    )


class PlantClosure(EventModel):
    """Jobs of a sector in a zone end."""

    type: Literal["plant_closure"]
    zone: Name
    sector: Name
    jobs: Annotated[int, Field(ge=1, le=1_000_000)]
    ramp_months: Annotated[int, Field(ge=0, le=120)] = 0


class SectorShock(EventModel):
    """Demand of a sector is multiplied, for good or until a month."""

    type: Literal["sector_shock"]
    sector: Name
    factor: Annotated[float, Field(ge=0.0, le=5.0, description="1 changes nothing; 0.9 takes a tenth away.")]
    zone: Name | None = None
    until: Month | None = None
    ramp_months: Annotated[int, Field(ge=0, le=120)] = 0


class BenefitRule(EventModel):
    """A rule of unemployment insurance or the minimum wage takes another value."""

    type: Literal["benefit_rule"]
    rule: Literal["ui_weeks", "ui_maximum", "ui_replacement", "ui_supplement", "ui_all", "minimum_wage"]
    value: Annotated[float, Field(ge=0.0, le=100_000.0)]
    zones: Annotated[tuple[str, ...], Field(strict=False, max_length=200)] = ()
    until: Month | None = None


Event = Annotated[PlantOpening | PlantClosure | SectorShock | BenefitRule, Field(discriminator="type")]


class Assumption(Model):
    """[assumptions]: the value of a declared parameter in this scenario."""

    value: float | int | bool | str | list[float]
    source: str = ""
    low: float | None = None
    high: float | None = None
    dated: dict[Month, float] = {}


class Policy(Model):
    """[policies.NAME]: a package of instruments with an owner, a start and a budget.

    The steering committee decides `adoption_delay_months` after `start`; from then on the package ramps up
    over `ramp_months`. `budget` is dollars a year, or in total if `budget_per = "total"`. A policy with
    `combine` runs other policies of the scenario together, each with its own budget.
    """

    title: Text
    owner: Text
    start: Month | None = None
    end: Month | None = None
    ramp_months: Annotated[int, Field(ge=0, le=120)] = 0
    adoption_delay_months: Annotated[int, Field(ge=0, le=120)] = 0
    budget: Annotated[float, Field(ge=0.0, le=1e12, description="Dollars.")] | None = None
    budget_per: Literal["year", "total"] = "year"
    payer: str | dict[str, float] = "board"
    note: LongText = ""
    combine: Annotated[tuple[str, ...], Field(strict=False)] = ()
    instruments: Annotated[tuple[Instrument, ...], Field(strict=False, max_length=50)] = ()

    @field_validator("payer")
    @classmethod
    def _payer(cls, value: str | dict[str, float]) -> str | dict[str, float]:
        shares = {value: 1.0} if isinstance(value, str) else value
        for payer in shares:
            if payer not in PAYERS:
                raise wrong(f"unknown payer {payer[:40]!r}", listed(PAYERS), nearest(payer, PAYERS, 0.5))
        if any(not 0.0 <= s <= 1.0 for s in shares.values()) or abs(sum(shares.values()) - 1.0) > 1e-6:
            total = sum(shares.values())
            raise wrong(f"shares of the payers sum to {total:g}, not 1", "shares from 0 to 1 that sum to 1")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Policy:
        if self.combine and (self.instruments or self.budget is not None):
            raise wrong(
                "a policy with combine has no instruments and no budget of its own", "one or the other"
            )
        if not self.combine and not self.instruments:
            raise wrong("the policy does nothing", "at least one [[policies.NAME.instruments]], or combine")
        if not self.combine and self.budget is None:
            raise wrong("budget is missing", "dollars, 0 or more")
        return self

    @property
    def payers(self) -> dict[str, float]:
        """Share of the cost each payer bears."""
        return {self.payer: 1.0} if isinstance(self.payer, str) else dict(self.payer)


class Scenario(Model):
    """A scenario file, read and checked."""

    scenario: Header
    targets: Annotated[tuple[Target, ...], Field(strict=False)] = ()
    events: Annotated[tuple[Event, ...], Field(strict=False)] = ()
    assumptions: dict[str, Assumption] = {}
    policies: dict[str, Policy] = {}
    peers: Peers | None = None
    brief: Brief = Brief()

    _path: Path | None = PrivateAttr(default=None)
    _files: tuple[Path, ...] = PrivateAttr(default=())

    # --- what readers need ---------------------------------------------------------------------
    @property
    def path(self) -> Path | None:
        """File it was read from."""
        return self._path

    @property
    def files(self) -> tuple[Path, ...]:
        """The file and those it extends."""
        return self._files

    @property
    def name(self) -> str:
        """File name without its ending; "scenario" if it came from no file."""
        return self._path.stem if self._path else "scenario"

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return self.scenario.title

    @property
    def region(self) -> str:
        """Name of the region pack, or its path, resolved against the scenario file's folder."""
        return resolve_region(self.scenario.region, self._path)

    @property
    def start(self) -> str:
        """First month, "YYYY-MM"."""
        return self.scenario.start

    @property
    def horizon(self) -> str:
        """Last month, "YYYY-MM"."""
        return self.scenario.horizon

    @property
    def months(self) -> int:
        """Months simulated, first and last included."""
        return self.month_index(self.scenario.horizon) + 1

    @property
    def scale(self) -> float:
        """Share of people simulated, above 0, at most 1."""
        return self.scenario.scale

    @property
    def replicates(self) -> int:
        """Runs of the baseline and of each policy."""
        return self.scenario.replicates

    @property
    def seed(self) -> int:
        """Seed of the region and of all runs."""
        return self.scenario.seed

    @property
    def notes(self) -> str:
        """What the author says about the scenario."""
        return self.scenario.notes

    @property
    def drivers(self) -> str:
        """Indices demand follows: "national" or "state"."""
        return self.scenario.drivers

    def month_index(self, month: str) -> int:
        """Months from the start to `month`; 0 is the first month."""
        return month_number(month) - month_number(self.scenario.start)

    def month_label(self, index: int) -> str:
        """ "YYYY-MM" of a month of the run."""
        return month_text(month_number(self.scenario.start) + index)

    def parameters(self) -> Parameters:
        """Values of all declared parameters: defaults with this scenario's assumptions."""
        values = {name: a.value for name, a in self.assumptions.items()}
        dated = {name: a.dated for name, a in self.assumptions.items() if a.dated}
        return Parameters(values, dated)

    def package(self, policy: str) -> dict[str, Policy]:
        """The policies that run under a name: itself, or those it combines; none for "baseline"."""
        if policy == BASELINE:
            return {}
        if policy not in self.policies:
            raise KeyError(policy)
        chosen = self.policies[policy]
        return {n: self.policies[n] for n in chosen.combine} if chosen.combine else {policy: chosen}

    def policy_start(self, policy: Policy) -> int:
        """Month index from which a policy may act: its start plus the adoption delay."""
        return self.month_index(policy.start or self.start) + policy.adoption_delay_months

    # --- changed copies and hashes -------------------------------------------------------------
    def with_settings(self, **settings: Any) -> Scenario:
        """A copy with other settings of [scenario] (scale, replicates, seed, horizon ...), checked again.

        Raises
        ------
        ScenarioError
            If a setting is out of range.
        """
        from laborsim.scenario.load import build
        from laborsim.scenario.places import Place

        data = self.model_dump(mode="python", exclude_unset=True)
        data["scenario"] |= {k: v for k, v in settings.items() if v is not None}
        return build(data, self._path, self._files, Place("given settings", 0))

    def hash(self) -> str:
        """Hash of the content: the same whatever the order of keys, comments, or defaults written out."""
        return _digest(self.model_dump(mode="json"))

    def run_hash(self, policy: str = BASELINE) -> str:
        """Hash of all that can change a run of one policy; titles, notes and targets cannot.

        The pack's own hash, the seed of the replicate and the program's version are not in it.
        """
        said = {"title", "notes", "note", "source", "name", "owner"}
        head = self.scenario.model_dump(mode="json", exclude=said | {"replicates", "region"})
        events = [e.model_dump(mode="json", exclude=said) for e in self.events]
        package = {n: p.model_dump(mode="json", exclude=said) for n, p in self.package(policy).items()}
        parameters = self.parameters()
        return _digest([head, events, package, dict(parameters), parameters.dated()])


def resolve_region(region: str, scenario_file: Path | None) -> str:
    """A region as `load_pack` takes it: a path if it is written as one, else a name.

    A relative path is looked for beside the scenario file first.
    """
    if "/" not in region and "\\" not in region and not region.startswith("."):
        return region
    beside = (scenario_file.parent / region) if scenario_file else Path(region)
    return str(beside if beside.exists() else Path(region))


def json_schema() -> dict[str, Any]:
    """JSON Schema of the scenario file, for editors. Assumptions may be nested or plain values there."""
    schema = Scenario.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "laborsim scenario"
    schema["properties"]["extends"] = {"type": "string", "description": "Another scenario file to build on."}
    schema["properties"]["assumptions"] = {
        "type": "object",
        "description": 'Declared parameters: "room.name" = value or {value, source, low, high, dated}.',
        "additionalProperties": True,
    }
    # A file that extends another may leave any part to it.
    whole = {key: schema.pop(key) for key in ("properties", "required", "additionalProperties", "type")}
    return schema | {"type": "object", "if": {"not": {"required": ["extends"]}}, "then": whole}


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
