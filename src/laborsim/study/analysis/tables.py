"""Tables of an experiment file that ask for an analysis: [stopping], [sensitivity], [discover], [optimize]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from laborsim.scenario.fields import Goal, Text, wrong
from laborsim.scenario.problems import Problem, listed, nearest
from laborsim.scenario.schema import BASELINE, Model

Method = Literal["morris", "sobol", "tornado"]
Way = Literal["max", "min"]
MIX = "mix"  # name of the policy that [optimize] makes of the ones it combines


class Stopping(Model):
    """[stopping]: replicates are added until the paired difference is known as closely as asked."""

    outcome: Annotated[Text, Field(description="An outcome against a policy.")]
    half_width: Annotated[float, Field(gt=0.0, description="Of the interval of the mean paired difference.")]
    policy: Annotated[Text, Field(description="One policy; all that are run if not stated.")] | None = None
    level: Annotated[float, Field(ge=0.5, le=0.999, description="Confidence level of the interval.")] = 0.90
    floor: Annotated[int, Field(ge=5, le=10_000, description="Replicates made before the first look.")] = 10
    batch: Annotated[int, Field(ge=1, le=10_000, description="Replicates added between looks.")] = 2


class SensitivityTable(Model):
    """[sensitivity]: what moves an outcome."""

    method: Method = "morris"
    outcome: Annotated[Text, Field(description="Drawn; tables hold all.")] | None = None
    policy: Annotated[Text, Field(description="Drawn; all that are run if not stated.")] | None = None
    trajectories: Annotated[int, Field(ge=2, le=10_000, description="Of Morris's design.")] = 10
    levels: Annotated[int, Field(ge=4, le=20, multiple_of=2, description="Of Morris's grid.")] = 4
    samples: Annotated[int, Field(ge=4, le=100_000, description="Of Saltelli's design; best a power of 2.")] = 64
    level: Annotated[float, Field(ge=0.5, le=0.999, description="Confidence level of intervals.")] = 0.90


class DiscoverTable(Model):
    """[discover]: the conditions under which a policy fails."""

    outcome: Text
    fails: Annotated[Goal, Field(description='When a state counts as failed, such as "< 500".')]
    policy: Annotated[Text, Field(description="The first that is not the reference if not stated.")] | None = None
    density: Annotated[float, Field(gt=0.0, le=1.0, description="Share of failures wanted inside the box.")] = 0.8
    smallest: Annotated[float, Field(gt=0.0, le=0.5, description="Share of states in the smallest box.")] = 0.05


class OptimizeTable(Model):
    """[optimize]: the best settings of the levers under limits."""

    objectives: Annotated[dict[str, Way], Field(min_length=1, max_length=3)]
    limits: Annotated[dict[str, Goal], Field(description='Of outcomes, such as dollars = "<= 2e6".')] = Field(
        default_factory=dict
    )
    combine: Annotated[tuple[str, ...], Field(strict=False, description="Policies that make the mix.")] = ()
    policy: Annotated[Text, Field(description="The policy whose levers are set.")] | None = None
    population: Annotated[int, Field(ge=4, le=1_000)] = 16
    generations: Annotated[int, Field(ge=1, le=1_000)] = 10
    states: Annotated[int, Field(ge=1, le=1_000, description="States of the world each mix is tried in.")] = 1
    fresh: Annotated[int, Field(ge=2, le=1_000, description="Seeds the front is tried again with.")] = 8

    @model_validator(mode="after")
    def _one(self) -> OptimizeTable:
        if self.combine and self.policy not in (None, MIX):
            raise wrong("either policies to combine or one policy", "combine = [...] or policy = ...")
        return self


# the tables by name; each may be left out
TABLES: dict[str, type[Model]] = {
    "stopping": Stopping, "sensitivity": SensitivityTable, "discover": DiscoverTable, "optimize": OptimizeTable,
}  # fmt: skip


def analysis_problems(
    tables: dict[str, Any], place: Any, policies: Sequence[str], outcomes: dict[str, str], factors: Sequence[Any]
) -> list[Problem]:
    """What is wrong in references of the tables: outcomes and policies that do not exist.

    Parameters
    ----------
    tables : as in the file.
    place : where the keys stand.
    policies : that are run.
    outcomes : name -> policy it is set against, or "".
    factors : of the experiment.
    """
    found: list[Problem] = []

    def wrong_name(path: tuple[str, ...], name: Any, allowed: Sequence[str], kind: str) -> None:
        if isinstance(name, str) and name not in allowed:
            at = place.find(path)
            text = f"no {kind} {name!r} in this experiment"
            found.append(Problem(at.file, at.line, ".".join(path), text, listed(list(allowed)), nearest(name, allowed)))

    for name in TABLES:
        table = tables.get(name)
        if not isinstance(table, dict):
            continue
        against = [o for o, other in outcomes.items() if other]
        wanted = against if name == "stopping" else list(outcomes)
        wrong_name((name, "outcome"), table.get("outcome"), wanted,
                   "outcome against a policy" if name == "stopping" else "outcome")  # fmt: skip
        wrong_name((name, "policy"), table.get("policy"), policies, "policy")
        for key in ("objectives", "limits"):
            inner = table.get(key)
            for outcome in inner if isinstance(inner, dict) else ():
                wrong_name((name, key, outcome), outcome, list(outcomes), "outcome")
    optimize = tables.get("optimize")
    if isinstance(optimize, dict):
        chosen = optimize.get("policy") or (MIX if optimize.get("combine") else None)
        at = place.find(("optimize",))
        states = optimize.get("states", 1)
        if isinstance(states, int) and states > 1 and not any(f.kind == "uncertainty" for f in factors):
            here = place.find(("optimize", "states"))
            found.append(Problem(here.file, here.line, "optimize.states", "there are no uncertainties for states",
                                 "1, or [uncertainties]"))  # fmt: skip
        if chosen is None or chosen == BASELINE:
            found.append(Problem(at.file, at.line, "optimize", "there is no policy to set",
                                 "combine = [...], policies of the scenario, or policy = ..."))  # fmt: skip
        elif chosen not in policies and chosen == MIX:
            found.append(Problem(at.file, at.line, "levers.policy", f"{MIX!r}, which [optimize] combines, is not run",
                                 f'policy = ["{BASELINE}", "{MIX}"]'))  # fmt: skip
        elif chosen in policies and not any(f.kind == "lever" and chosen in f.policies for f in factors):
            found.append(Problem(at.file, at.line, "optimize", f"{chosen!r} has no levers to set",
                                 '[levers], such as "childcare.budget" = {low = 0, high = 9e6}'))  # fmt: skip
    return found
