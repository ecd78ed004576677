"""Region packs: the figures a region is made from, as reviewable text.

A pack is a folder with `pack.toml` and one tidy CSV per table; `scenarios/regions/<name>/` holds one
for each region and `scenarios/regions/national/` the facts all regions share. Every row names its
source, an id of `[sources.<id>]` in `pack.toml` with publisher, series, vintage, grade (measured,
published, calibrated, assumed) and note. Money is in dollars of 2019 unless a table says nominal.

Region tables (columns before `source`)
---------------------------------------
age_sex : zone, age (0..85, 85 is 85+), sex, people. Civilian household population at the start.
education : zone, age_band, sex, education, share. Sums to 1 over education.
race : zone, age_band, race, share. Sums to 1 over race.
race_education : zone, race, education, share. People 25 and over.
families : zone, kind, measure, key, value; own children are those under 18. Rows, by measure:
    kind couple | single_mother | single_father:
        families (key all): share of families with own children that are of this kind; sums to 1 over kinds.
        children (key 1, 2, 3): share of them with so many own children (3 is 3 or more).
        youngest (key 0-2, 3-5, 6-12, 13-17): share of them by age of the youngest.
    kind all:
        parent (key "<sex>:<age band>", bands of RATE_AGES): share of these people who live with own children.
        coupled (same keys): share who live with a spouse or partner.
        alone (same keys): share who live alone.
        children_per_family, adults_per_household (key all): means; adults are 16 and over.
cars : zone, share_no_car. Households.
traits : age_band, sex, measure (disability, record, enrolled, carer), share.
labor_force : zone, measure, value. population_16 (people), labor_force (people), participation (of
    population_16 of age_sex), unemployment (of labor force), part_time (of employed: usually under 35
    hours by choice), part_time_involuntary (of employed), self_employed (of employed, unincorporated).
participation : age_band, sex, children (all, none, under_6, 6_17 by the youngest own child), rate.
unemployment : dimension (age_sex, race, education), key ("male:16-19", "black", "hs"), relative
    (rate divided by that of everyone, 25+ for education).
nilf : age_band, sex, reason, share. Sums to 1 over reason.
jobs : zone, sector, jobs, establishments, weekly_wage. Payroll jobs by place of work; all zones and sectors.
commuting : home, work, workers. Payroll workers; rows sum to employed payroll residents, columns to jobs.
minutes : home, work, minutes.
occupation_wages : occupation, p10, p25, p50, p75, p90 (hourly), employment (share of jobs).
childcare : zone, age_group (infant is under 2, toddler_preschool 2-5, school 6-12), price_month, capacity.
needs : zone, adults (1, 2), children (0..3), young (1: the youngest is under six), hourly, and its parts.
rules : zone, month (from which it holds), measure, value. Nominal dollars; ui_weeks in weeks.
income : zone, per_capita_income, median_household_income.
migration : zone, in_rate, out_rate. Yearly, per resident.
behaviour : measure (posts: what employers want, looking: for work from outside the labor force), factor, low, high.
    Optional; found by `laborsim calibrate REGION --own` from the region's own statistics.

National tables
---------------
sectors : code, name, ces, state_series, traded.
sector_jobs : sector, share. Of US payroll jobs at the start, without agriculture, which CES leaves out.
sector_index : month, sector, index. sector_index_state : state ("US" too), month, series (CES supersector), index.
posts : month, posts. Filled and open posts for each job, relative to the base month.
occupations : code (SOC minor group), title, education, training_months, exit_rate, transfer_rate,
    ai_exposure, wage (hourly median), sigma (s.d. of log wage).
staffing : sector, occupation, share. mobility : from, to, share (yearly; diagonal is staying).
mortality : sex, age, probability. schedules : measure, age, value (fertility, retirement,
    disability_onset, enrolment, migrant_age). price_level : year, cpi.
supplements : state ("US", and states that differ), month, ui_supplement, ui_all, ui_extra_weeks.
flows : flow ("EU" ...), sex (all, male, female), probability.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from laborsim.region import pack_text
from laborsim.region.checks import validate
from laborsim.region.tables import NATIONAL_TABLES, REGION_TABLES, SECTORS, Layout
from laborsim.scenario.problems import nearest

__all__ = [
    "SECTORS",
    "Fallback",
    "Pack",
    "PackError",
    "Source",
    "Zone",
    "describe",
    "list_packs",
    "load_national",
    "load_pack",
    "validate",
]

GRADES = ("measured", "published", "calibrated", "assumed")


class PackError(ValueError):
    """A pack that cannot be used; `problems` lists every fault as "file:line: field: what is wrong"."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Zone:
    """A place people live and work in: a county, part of one, several together, or `outside`.

    Attributes
    ----------
    code, name : label used in groups ("zone:<code>") and its reading name.
    county, state : county FIPS ("" if several) and postal state; "" outside.
    kind : "county", "part", "group" (several counties), "commuting" (beyond the region: people who live or work
        there are simulated but not residents) or "outside" (the rest of the commuting belt).
    people_share, jobs_share : share of the county's people and jobs.
    latitude, longitude : degrees, of the centroid.
    area : label of the area the zone belongs to, by which groups of zones are reported; "" if none.
    counties : FIPS of a group's counties.
    """

    code: str
    name: str
    county: str
    state: str
    kind: str = "county"
    people_share: float = 1.0
    jobs_share: float = 1.0
    latitude: float = 0.0
    longitude: float = 0.0
    area: str = ""
    counties: tuple[str, ...] = ()

    @property
    def beyond(self) -> bool:
        """Whether the zone lies beyond the region: its people are not residents."""
        return self.kind in ("commuting", "outside")


@dataclass(frozen=True)
class Fallback:
    """What stands in for a figure that some counties lack.

    Attributes
    ----------
    table, source : of the rows concerned.
    counties : FIPS of the counties; none if it concerns the region as a whole.
    why : what is lacking and what is used, in words.
    """

    table: str
    source: str
    counties: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Source:
    """Where figures come from: original publisher, series, vintage, grade and a note."""

    publisher: str
    series: str
    vintage: str
    grade: str
    note: str = ""


@dataclass(frozen=True)
class Pack:
    """A region pack, or the national pack (no zones).

    Attributes
    ----------
    name, title : short name (the folder's) and reading title.
    zones : zones in the order of every array; the last is `outside`. Empty for the national pack.
    meta : start month, counties and other facts of the build.
    sources : source id -> Source.
    tables : table name -> frame, columns as in the module's docstring.
    fallbacks : what stands in for figures that counties lack.
    """

    name: str
    title: str
    zones: tuple[Zone, ...]
    meta: Mapping[str, Any]
    sources: Mapping[str, Source]
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    fallbacks: tuple[Fallback, ...] = ()

    @property
    def national(self) -> bool:
        """Whether it is the national pack: facts all regions share."""
        return not self.zones

    @property
    def zone_codes(self) -> tuple[str, ...]:
        """Codes of the zones, in their order."""
        return tuple(z.code for z in self.zones)

    @property
    def inside(self) -> tuple[Zone, ...]:
        """The region's own zones."""
        return tuple(z for z in self.zones if not z.beyond)

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    def hash(self) -> str:
        """SHA-256 of the pack's canonical content (hex)."""
        digest = hashlib.sha256()
        for name, text in self.files().items():
            digest.update(name.encode() + b"\0" + text.encode() + b"\0")
        return digest.hexdigest()

    def files(self) -> dict[str, str]:
        """File name -> canonical text."""
        out = {"pack.toml": pack_text.head(self)}
        for name, layout in _layouts(self.national).items():
            if name in self.tables or not layout.optional:
                out[f"{name}.csv"] = pack_text.table(self.tables[name])
        return out

    def save(self, folder: str | Path) -> Path:
        """Write the pack into `folder`, replacing what is there at once or not at all.

        Raises
        ------
        PackError
            If the pack is not valid.
        """
        problems = validate(self)
        if problems:
            raise PackError(problems)
        folder = Path(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            for name, text in self.files().items():
                (temporary / name).write_text(text, encoding="utf-8", newline="\n")
            temporary.chmod(0o755)
            if folder.exists():
                old = temporary.with_name(temporary.name + "-old")
                folder.rename(old)
                try:
                    temporary.rename(folder)
                except BaseException:
                    old.rename(folder)
                    raise
                shutil.rmtree(old)
            else:
                temporary.rename(folder)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        return folder


def _layouts(national: bool) -> dict[str, Layout]:
    return NATIONAL_TABLES if national else REGION_TABLES


# --- finding and reading -----------------------------------------------------------------------


def folders() -> list[Path]:
    """Where packs are looked for: the repository's `scenarios/regions`, then the installed copies."""
    here = Path(__file__).resolve()
    return [p for p in (here.parents[3] / "scenarios" / "regions", here.parent / "packs") if p.is_dir()]


def list_packs() -> list[str]:
    """Names of the region packs at hand (the national pack is not one)."""
    names = {p.parent.name for f in folders() for p in f.glob("*/pack.toml")}
    return sorted(n for n in names - {"national"} if not n.startswith("."))


def find_pack(name_or_path: str | Path) -> Path:
    """Folder of a pack given by name or path.

    Raises
    ------
    PackError
        If there is none; says what there is.
    """
    text = str(name_or_path)
    given = Path(text).expanduser()
    for folder in [f / text for f in folders()] + [given, given.parent]:
        if re.fullmatch(r"[\w.-]+", text) is None and folder not in (given, given.parent):
            continue
        if (folder / "pack.toml").is_file() and (folder != given.parent or given.name == "pack.toml"):
            return folder
    if given.is_dir():
        raise PackError([f"{given}: no pack.toml in it: not a region pack"])
    packs = list_packs()
    raise PackError([f"no such region: {text!r}; allowed: {', '.join(packs) or 'none'}{_meant(text, packs)}"])


def _meant(word: str, known: Iterable[str]) -> str:
    near = nearest(word, known)
    return f"; did you mean {near}?" if near else ""


def load_pack(name_or_path: str | Path) -> Pack:
    """Read and validate a pack by name (looked up in `folders()`) or path of its folder or pack.toml.

    Raises
    ------
    PackError
        All faults at once, each "file:line: field: what is wrong".

    Examples
    --------
    >>> load_pack("kansas-city").zone_codes[0]
    '29095-east'
    """
    folder = find_pack(name_or_path)
    problems: list[str] = []
    head = _read_toml(folder / "pack.toml", problems)
    if problems:
        raise PackError(problems)
    zones = tuple(Zone(**(z | {"counties": tuple(z.get("counties", ()))})) for z in head.get("zones", []))
    fallbacks = tuple(Fallback(**(f | {"counties": tuple(f["counties"])})) for f in head.get("fallbacks", []))
    sources = {k: Source(**({"vintage": ""} | s)) for k, s in head["sources"].items()}
    tables: dict[str, pd.DataFrame] = {}
    for name, layout in _layouts(not zones).items():
        frame = _read_csv(folder / f"{name}.csv", layout, problems)
        if frame is not None:
            tables[name] = frame
    pack = Pack(head["name"], head["title"], zones, head["meta"], sources, tables, fallbacks)
    problems += validate(pack, str(folder) + "/")
    if problems:
        raise PackError(problems)
    return pack


def load_national() -> Pack:
    """The national pack."""
    return load_pack("national")


def _read_toml(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        head = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path}: not valid TOML: {error}")
        return {}
    for key, kind in (("name", str), ("title", str), ("meta", dict), ("sources", dict)):
        if not isinstance(head.get(key), kind):
            asked = "is missing" if key not in head else f"must be {'text' if kind is str else 'a table'}"
            problems.append(f"{path}:1: {key}: {asked}")
    for i, zone in enumerate(head.get("zones", [])):
        problems += _check_record(path, f"zones[{i}]", zone, Zone, {"code", "name", "county", "state"})
    for i, fallback in enumerate(head.get("fallbacks", [])):
        problems += _check_record(
            path, f"fallbacks[{i}]", fallback, Fallback, {"table", "source", "counties", "why"}
        )
    for key, source in (head.get("sources") or {}).items():
        problems += _check_record(path, f"sources.{key}", source, Source, {"publisher", "series", "grade"})
        if isinstance(source, dict) and source.get("grade", "measured") not in GRADES:
            problems.append(
                f"{path}:{_toml_line(path, f'[sources.{key}]')}: sources.{key}.grade: "
                f"{source['grade']!r} is not one of {', '.join(GRADES)}"
            )
    return head


def _check_record(path: Path, where: str, record: Any, kind: Any, needed: set[str]) -> list[str]:
    if not isinstance(record, dict):
        return [f"{path}:1: {where}: must be a table"]
    known = set(kind.__dataclass_fields__)
    name, _, place = where.rstrip("]").partition("[")
    line = _toml_line(path, f"[[{name}]]", int(place)) if place else _toml_line(path, f"[{where}]")
    bad = [f"{path}:{line}: {where}.{k}: missing" for k in sorted(needed - set(record))]
    return bad + [f"{path}:{line}: {where}.{k}: unknown{_meant(k, known)}" for k in sorted(set(record) - known)]


def _toml_line(path: Path, header: str, skip: int = 0) -> int:
    """Line of a header; the first after `skip` others like it."""
    for i, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if text.strip() == header:
            if skip == 0:
                return i
            skip -= 1
    return 1


_DTYPES = {"text": str, "zone": str, "choice": str, "month": str}


def _read_csv(path: Path, layout: Layout, problems: list[str]) -> pd.DataFrame | None:
    if not path.is_file():
        if not layout.optional:
            problems.append(f"{path}: missing")
        return None
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, skip_blank_lines=False)
    except (ValueError, UnicodeDecodeError) as error:
        problems.append(f"{path}: not a CSV table: {error}")
        return None
    wanted = [*(f.name for f in layout.fields), "source"]
    missing = [c for c in wanted if c not in raw.columns]
    extra = [c for c in raw.columns if c not in wanted]
    problems += [f"{path}:1: {c}: column is missing" for c in missing]
    problems += [f"{path}:1: {c}: unknown column; columns are {', '.join(wanted)}" for c in extra]
    if missing or extra:
        return None
    out = raw[wanted].copy()
    bad = False
    for f in layout.fields:
        if f.kind in _DTYPES:
            continue
        values = pd.to_numeric(out[f.name], errors="coerce")
        wrong = values.isna() | (values % 1 != 0 if f.kind == "int" else False)
        for row in out.index[wrong]:
            what = "whole number" if f.kind == "int" else "number"
            problems.append(f"{path}:{row + 2}: {f.name}: {out.at[row, f.name]!r} is not a {what}")
            bad = True
        if not wrong.any():
            out[f.name] = values.astype("int64" if f.kind == "int" else "float64")
    return None if bad else out


def describe(pack: Pack) -> dict[str, Any]:
    """Short description of a region pack: zones with people, jobs and unemployment, sources by grade."""
    people = pack["age_sex"].groupby("zone")["people"].sum()
    adults = pack["age_sex"].query("age >= 16").groupby("zone")["people"].sum()
    jobs = pack["jobs"].groupby("zone")["jobs"].sum()
    lf = pack["labor_force"].pivot(index="zone", columns="measure", values="value")
    zones = [
        {
            "code": z.code,
            "name": z.name,
            "county": z.county,
            "counties": list(z.counties),
            "kind": z.kind,
            "beyond": z.beyond,
            "people": round(people[z.code]),
            "people_16_and_over": round(adults[z.code]),
            "labor_force": round(lf["labor_force"][z.code]),
            "unemployment_rate": round(float(lf["unemployment"][z.code]), 4),
            "jobs": round(jobs[z.code]),
        }
        for z in pack.zones
    ]
    inside = [z for z in zones if not z["beyond"]]
    return {
        "name": pack.name,
        "title": pack.title,
        "hash": pack.hash(),
        "meta": dict(pack.meta),
        "zones": zones,
        "people": sum(z["people"] for z in inside),
        "labor_force": sum(z["labor_force"] for z in inside),
        "jobs": sum(z["jobs"] for z in inside),
        "sources": [{"id": k, **vars(s)} for k, s in sorted(pack.sources.items())],
        "fallbacks": [{**vars(f), "counties": list(f.counties)} for f in pack.fallbacks],
    }
