"""Every assumption behind a study of a scenario: its own, and those of its region pack."""

from __future__ import annotations

from laborsim.region.pack import load_pack
from laborsim.scenario import explain
from laborsim.scenario.explain import Row
from laborsim.scenario.schema import Scenario


def ledger(spec: Scenario) -> list[Row]:
    """All rows that `laborsim explain` lists, the manifest stores and the brief counts."""
    return [*explain.rows(spec), *region_rows(spec.region)]


def region_rows(region: str) -> list[Row]:
    """Sources of a region pack and of the national pack: what each is, its publisher, vintage and grade."""
    rows = []
    for name in (region, "national"):
        pack = load_pack(name)
        used: dict[str, list[str]] = {}
        for table, frame in pack.tables.items():
            for source in sorted(set(frame["source"])) if "source" in frame else ():
                used.setdefault(str(source), []).append(table)
        for zone in pack.zones:
            for what in ("people_share", "jobs_share") if zone.kind == "part" else ():
                label = f"{zone.name}: {what.replace('_', ' ')} of county {zone.county}"
                name_ = f"{pack.name}.{zone.code}.{what}"
                value = getattr(zone, what)
                rows.append(
                    Row("region", name_, label, value, "share", None, False, None, None, "assumed", "assumed")
                )
        for key, source in sorted(pack.sources.items()):
            about = f"{source.series}, {source.vintage}" + (f". {source.note}" if source.note else "")
            tables = ", ".join(used.get(key, ())) or "not used by a table"
            rows.append(
                Row(
                    "region",
                    f"{pack.name}.{key}",
                    tables,
                    about,
                    "",
                    None,
                    False,
                    None,
                    None,
                    source.publisher,
                    source.grade,
                )
            )
    return rows
