"""Checks across fields: dates in order, references that exist, assumptions that are declared and in range.

They work on the tables as written, so that they report beside the field checks and not only after them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.scenario.fields import FIRST_YEAR, GOAL, LAST_YEAR, MONTH, MOST_MONTHS, month_number, parse_goal
from laborsim.scenario.messages import field_name
from laborsim.scenario.parameters.registry import Parameter, declared
from laborsim.scenario.places import Key, Place
from laborsim.scenario.problems import Problem, listed, nearest
from laborsim.scenario.schema import BASELINE, resolve_region

if TYPE_CHECKING:
    from laborsim.scenario.load import Known, RegionFacts

# Kind of programs that an instrument pays for; the others take any, or name none.
_KIND_PAID = {
    "apprenticeship_expansion": "apprenticeship", "ojt_reimbursement": "ojt", "classroom_training": "classroom",
    "customized_training": "customized", "sectoral_training": "sectoral", "career_pathways": "pathway",
    "pre_apprenticeship": "pre_apprenticeship", "cte": "cte", "work_experience": "work_experience",
}  # fmt: skip
_ASSUMPTION_KEYS = ("value", "source", "low", "high", "dated")
_POLICY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


# --- assumptions ---------------------------------------------------------------------------------
def assumptions(written: Any, place: Place, problems: list[Problem]) -> Any:
    """Assumptions as {"room.parameter": {value, ...}}, with those at fault left out and reported.

    They may be written as `"room.parameter" = value`, `room.parameter = value` or in tables
    `[assumptions.room]`; a value may be a table {value, source, low, high, dated}.
    """
    if not isinstance(written, dict):
        return written  # the field check says that it must be a table
    known = declared()
    found: dict[str, Any] = {}
    for name, path, value in _leaves(written, (), known):
        where = place.find(("assumptions", *path))
        if name not in known:
            near = nearest(name, known)
            rooms = sorted({k.split(".")[0] for k in known})
            allowed = "a declared parameter (`laborsim explain` lists them)"
            if name.split(".")[0] not in rooms:
                allowed = f"room.parameter, with room one of {listed(rooms, 20)}"
            problems.append(
                Problem(where.file, where.line, f"assumptions.{name}", "no such parameter", allowed, near)
            )
            continue
        if name in found:
            problems.append(Problem(where.file, where.line, f"assumptions.{name}", "is stated twice", "once"))
            continue
        table = _table(known[name], value, ("assumptions", *path), place, problems)
        if table is not None:
            found[name] = table
    return found


def _leaves(
    tables: dict[str, Any], path: tuple[str, ...], known: Any
) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    for key, value in tables.items():
        name = ".".join((*path, key))
        nested = isinstance(value, dict) and "value" not in value and name not in known
        if nested and (value or not path):
            yield from _leaves(value, (*path, key), known)
        else:
            yield name, (*path, key), value


def _table(
    parameter: Parameter, written: Any, path: tuple[Key, ...], place: Place, problems: list[Problem]
) -> dict[str, Any] | None:
    table = dict(written) if isinstance(written, dict) else {"value": written}
    before = len(problems)

    def report(key: str, message: str, allowed: str = "", meant: str = "") -> None:
        where = place.find((*path, key) if key else path)
        name = f"assumptions.{parameter.name}" + (f".{key}" if key else "")
        problems.append(Problem(where.file, where.line, name, message, allowed, meant))

    for key in table:
        if key not in _ASSUMPTION_KEYS:
            report(key, "unknown key", listed(_ASSUMPTION_KEYS), nearest(key, _ASSUMPTION_KEYS, 0.5))
    if "value" not in table and "dated" not in table:
        report("", "value is missing", "value, or {value, source, low, high, dated}")
        return None
    table.setdefault("value", parameter.default)
    if not isinstance(table.get("source", ""), str):
        report("source", "must be text in quotes")
    low, high = table.get("low"), table.get("high")
    for key, bound in (("low", low), ("high", high)):
        if bound is not None and (isinstance(bound, bool) or not isinstance(bound, int | float)):
            report(key, "must be a number")
    if len(problems) > before:
        return None
    if low is not None and high is not None and low > high:
        report("low", f"is above high ({low:g} > {high:g})")
    if (low is not None or high is not None) and not table.get("source"):
        report("", "a range of your own needs its source", "{value, source, low, high}")
    fault = parameter.fault(table["value"], low, high)
    if fault is not None:
        beyond = "is outside its range" in fault[0] and low is None and high is None
        more = "; to go beyond, state {value, source, low, high}" if beyond else ""
        report("value" if isinstance(written, dict) else "", fault[0], fault[1] + more)
    dated = table.get("dated", {})
    if not isinstance(dated, dict):
        report("dated", "must be a table of months", '{"2020-03" = 0.5}')
        return None
    for month, value in dated.items():
        fault = parameter.fault(value, low, high)
        if not MONTH.fullmatch(month):
            report("dated", f"{month!r} is not a month", 'a month written as "YYYY-MM"')
        elif isinstance(parameter.default, bool | str | list):
            report("dated", "only numbers can be dated")
        elif fault is not None:
            report("dated", f"{month}: {fault[0]}", fault[1])
    return table if len(problems) == before else None


# --- references and dates ------------------------------------------------------------------------
def cross_checks(data: dict[str, Any], place: Place, path: Path | None, known: Known) -> list[Problem]:
    """Problems between fields, on tables whose fields may be wrong themselves."""
    return list(_CrossChecks(data, place, path, known).run())


class _CrossChecks:
    def __init__(self, data: dict[str, Any], place: Place, path: Path | None, known: Known) -> None:
        self.data, self.place, self.path, self.known = data, place, path, known
        self.head = _as_dict(data.get("scenario"))
        self.start, self.horizon = _month(self.head.get("start")), _month(self.head.get("horizon"))
        self.region: RegionFacts | None = None

    def problem(self, path: Sequence[Key], message: str, allowed: str = "", meant: str = "") -> Problem:
        where = self.place.find(path)
        return Problem(where.file, where.line, field_name(path), message, allowed, meant)

    def run(self) -> Iterator[Problem]:
        yield from self.header()
        yield from self.targets()
        yield from self.events()
        yield from self.policies()
        yield from self.peers()
        yield from self.brief()

    def header(self) -> Iterator[Problem]:
        if self.start is not None and self.horizon is not None:
            months = self.horizon - self.start + 1
            at = ("scenario", "horizon")
            if months <= 1:
                yield self.problem(
                    at, f"{self.head['horizon']} is not after the start", f"after {self.head['start']}"
                )
            elif months > MOST_MONTHS:
                yield self.problem(
                    at, f"{months} months are too many", f"up to {MOST_MONTHS} months after the start"
                )
        region = self.head.get("region")
        if self.known.regions is None or not isinstance(region, str) or not region:
            return
        try:
            self.region = self.known.regions(resolve_region(region, self.path))
        except LookupError as error:
            names = tuple(getattr(error, "known", ()))
            allowed = listed(names) if names else "the name of a region pack, or its path"
            yield self.problem(
                ("scenario", "region"), f"no such region: {region!r}", allowed, nearest(region, names, 0.4)
            )
        except (ValueError, OSError) as error:
            said = str(error).split("\n")[0][:300]
            yield self.problem(("scenario", "region"), f"the region pack cannot be used: {said}")

    def within(self, value: Any, path: Sequence[Key], first: int | None = None) -> Iterator[Problem]:
        """The month must lie between the start (or `first`) and the horizon."""
        month = _month(value)
        if month is None or self.start is None or self.horizon is None or self.horizon <= self.start:
            return
        if month < (self.start if first is None else first) or month > self.horizon:
            allowed = f"{self.head['start']} to {self.head['horizon']}"
            yield self.problem(path, f"{value} is outside the simulated months", allowed)

    def code(self, value: Any, codes: Sequence[str], path: Sequence[Key], what: str) -> Iterator[Problem]:
        if codes and isinstance(value, str) and value not in codes:
            parts = [c for c in codes if c.startswith(f"{value}-")] if what == "zone" else []
            if parts:
                yield self.problem(path, f"{value!r} is a county of {len(parts)} zones here", listed(parts, 30))
                return
            allowed = listed(codes, 30)
            yield self.problem(
                path, f"no {what} {value!r} in this region", allowed, nearest(value, codes, 0.5)
            )

    def zone_codes(self, counties: bool = False) -> tuple[str, ...]:
        zones = self.region.zones if self.region else ()
        return (*zones, *sorted({z.split("-")[0] for z in zones if "-" in z})) if counties else zones

    def targets(self) -> Iterator[Problem]:
        ranks = _rank_indicators(self.data.get("peers"))
        names: list[str] = []
        for i, target in _rows(self.data.get("targets")):
            at = ("targets", i)
            yield from self.within(target.get("by"), (*at, "by"))
            name = target.get("name")
            if isinstance(name, str):
                if name in names:
                    yield self.problem((*at, "name"), f"two targets are named {name!r}", "each name once")
                names.append(name)
            indicator = target.get("indicator")
            if isinstance(indicator, str) and indicator.startswith("peer_rank"):
                if indicator not in ranks:
                    allowed = listed(ranks) if ranks else "a [peers] table with measures"
                    near = nearest(indicator, ranks)
                    yield self.problem(
                        (*at, "indicator"), f"no peer measure for {indicator!r}", allowed, near
                    )
            elif (
                isinstance(indicator, str)
                and self.known.indicators
                and indicator not in self.known.indicators
            ):
                names_ = sorted(self.known.indicators)
                near = nearest(indicator, names_, 0.5)
                yield self.problem(
                    (*at, "indicator"), f"no such indicator: {indicator!r}", listed(names_, 80), near
                )
            yield from self.share_goal(indicator, target.get("goal"), (*at, "goal"))
            group = target.get("group")
            if isinstance(group, str) and ":" in group and self.region:
                kind, code = group.split(":", 1)
                if kind in ("zone", "county"):
                    yield from self.code(code, self.zone_codes(True), (*at, "group"), kind)
                elif kind == "sector":
                    yield from self.code(code, self.region.sectors, (*at, "group"), kind)

    def share_goal(self, indicator: Any, goal: Any, path: Sequence[Key]) -> Iterator[Problem]:
        """A goal of a share that was written in per cent, which no run could miss or meet."""
        if not (isinstance(indicator, str) and isinstance(goal, str)):
            return
        if indicator not in self.known.shares or GOAL.fullmatch(goal) is None:
            return
        comparison, number = parse_goal(goal)
        if number > 1.0:
            meant = f'"{comparison} {number / 100:.6g}"' if number <= 100.0 else ""
            message = f"{indicator} is a share: a goal of {number:g} is above 1"
            yield self.problem(path, message, 'a share from 0 to 1 such as "0.04", or per cent such as "4%"', meant)

    def events(self) -> Iterator[Problem]:
        for i, event in _rows(self.data.get("events")):
            at = ("events", i)
            yield from self.within(event.get("month"), (*at, "month"))
            begins, ends = _month(event.get("month")), _month(event.get("until"))
            if begins is not None and ends is not None and ends <= begins:
                yield self.problem(
                    (*at, "until"), f"{event['until']} is not after the month", f"after {event['month']}"
                )
            yield from self.code(event.get("zone"), self.zone_codes(), (*at, "zone"), "zone")
            yield from self.zones(event, at)
            yield from self.sectors(event, at)

    def zones(self, table: dict[str, Any], at: Sequence[Key]) -> Iterator[Problem]:
        for key in ("zones", "centers"):
            yield from self.codes(table, key, self.zone_codes(), at, "zone")

    def sectors(self, table: dict[str, Any], at: Sequence[Key]) -> Iterator[Problem]:
        if self.region is None:
            return
        region = self.region
        yield from self.codes(table, "sectors", region.sectors, at, "sector")
        allowed, kind = region.sectors, "sector"
        if table.get("type") == "business_attraction" and table.get("sector") in region.sectors:
            allowed, kind = region.traded, "traded sector"
        yield from self.code(table.get("sector"), allowed, (*at, "sector"), kind)

    def codes(
        self, table: dict[str, Any], key: str, allowed: Sequence[str], at: Sequence[Key], kind: str
    ) -> Iterator[Problem]:
        """Each code of a list must be one of those allowed."""
        values = table.get(key)
        for k, value in enumerate(values if isinstance(values, list | tuple) else ()):
            yield from self.code(value, allowed, (*at, key, k), kind)

    def policies(self) -> Iterator[Problem]:
        policies = _as_dict(self.data.get("policies"))
        for name, policy in policies.items():
            at = ("policies", name)
            if name == BASELINE:
                yield self.problem(at, f"{BASELINE!r} is the run without any policy", "another name")
            elif not _POLICY_NAME.fullmatch(name):
                yield self.problem(
                    at, f"{name!r} cannot be a policy's name", "letters, digits, _ and -, up to 60"
                )
            policy = _as_dict(policy)
            yield from self.within(policy.get("start"), (*at, "start"))
            begins, ends = _month(policy.get("start")), _month(policy.get("end"))
            if begins is not None and ends is not None and ends <= begins:
                yield self.problem(
                    (*at, "end"), f"{policy['end']} is not after the start", f"after {policy['start']}"
                )
            combined = policy.get("combine")
            for k, other in enumerate(combined if isinstance(combined, list | tuple) else ()):
                plain = [n for n, p in policies.items() if n != name and not _as_dict(p).get("combine")]
                if isinstance(other, str) and other not in plain:
                    allowed = listed(plain) or "policies that combine no others"
                    yield self.problem(
                        (*at, "combine", k), f"no policy {other!r} to combine", allowed, nearest(other, plain)
                    )
            for i, instrument in _rows(policy.get("instruments")):
                here = (*at, "instruments", i)
                yield from self.zones(instrument, here)
                yield from self.sectors(instrument, here)
                # outreach names kinds of training there, which its own field check knows
                named = instrument.get("type") != "awareness_outreach"
                programs = instrument.get("programs") if named else ()
                kind = _KIND_PAID.get(str(instrument.get("type")), "")
                codes = sorted(p for p, its in self.known.programs.items() if kind in ("", its))
                for k, code in enumerate(programs if isinstance(programs, list | tuple) else ()):
                    if codes and isinstance(code, str) and code not in codes:
                        what = f"no such {kind.replace('_', ' ')} program".replace("  ", " ")
                        near = nearest(code, codes, 0.5)
                        yield self.problem((*here, "programs", k), f"{what}: {code!r}", listed(codes, 30), near)

    def brief(self) -> Iterator[Problem]:
        policies = _as_dict(self.data.get("policies"))
        named = _as_dict(self.data.get("brief")).get("participants")
        for k, name in enumerate(named if isinstance(named, list | tuple) else ()):
            if isinstance(name, str) and name not in policies:
                yield self.problem(
                    ("brief", "participants", k), f"no policy {name!r}", listed(list(policies)), nearest(name,
                        policies)
                )

    def peers(self) -> Iterator[Problem]:
        peers = _as_dict(self.data.get("peers"))
        yield from self.within(peers.get("base"), ("peers", "base"))
        for i, measure in _rows(peers.get("measures")):
            indicator = measure.get("indicator")
            if (
                isinstance(indicator, str)
                and self.known.indicators
                and indicator not in self.known.indicators
            ):
                names = sorted(self.known.indicators)
                at = ("peers", "measures", i, "indicator")
                yield self.problem(
                    at, f"no such indicator: {indicator!r}", listed(names, 80), nearest(indicator, names, 0.5)
                )


def _rank_indicators(peers: Any) -> tuple[str, ...]:
    names = [m.get("name") for _, m in _rows(_as_dict(peers).get("measures"))]
    return tuple(f"peer_rank_{n}_{kind}" for n in names if isinstance(n, str) for kind in ("level", "growth"))


def _rows(value: Any) -> list[tuple[int, dict[str, Any]]]:
    rows = value if isinstance(value, list | tuple) else ()
    return [(i, row) for i, row in enumerate(rows) if isinstance(row, dict)]


def _as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _month(value: Any) -> int | None:
    """Months since year 0, or None if it is not a month (the field check says so)."""
    if not isinstance(value, str) or not MONTH.fullmatch(value):
        return None
    good = 1 <= int(value[5:]) <= 12 and FIRST_YEAR <= int(value[:4]) <= LAST_YEAR
    return month_number(value) if good else None
