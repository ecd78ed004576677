"""The manifest: what was simulated, of what, with which program, and how long it took."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from laborsim.scenario.schema import BASELINE

if TYPE_CHECKING:
    from laborsim.scenario.schema import Scenario

LIBRARIES = ("mesa", "numba", "numpy", "pandas", "matplotlib", "joblib")


def describe(spec: Scenario, policies: Sequence[str]) -> dict[str, Any]:
    """What is known before the first run: the scenario in plain values, the versions, the settings."""
    chosen: dict[str, Any] = {BASELINE: {"title": "Baseline", "owner": "", "payer": "", "note": "no policy"}}
    chosen |= {name: plain(spec.policies[name]) for name in policies}
    head = region_head(spec.region)
    return {
        "format": 1,
        "zones": {str(z["code"]): str(z["name"]) for z in head.get("zones", ()) if "code" in z and "name" in z},
        "states": sorted({str(z["state"]) for z in head.get("zones", ()) if z.get("state")}),
        "dollar_year": head.get("meta", {}).get("dollar_year", 2019),
        "demand_known_to": last_known_month(),
        "scenario": {
            "name": spec.name,
            "title": spec.title,
            "region": spec.region,
            "region_title": head.get("title", ""),
            "start": spec.start,
            "horizon": spec.horizon,
            "notes": spec.notes,
            "drivers": spec.drivers,
            "hash": spec.hash(),
        },
        "policies": chosen,
        "targets": [plain(t) for t in spec.targets],
        "peers": plain(spec.peers),
        "brief": plain(spec.brief),
        "events": [plain(e) for e in spec.events],
        "assumptions": assumptions(spec),
        "months": [spec.month_label(m) for m in range(spec.months)],
        "replicates": spec.replicates,
        "seed": spec.seed,
        "scale": spec.scale,
        "versions": versions(),
    }


def assumptions(spec: Scenario) -> list[dict[str, Any]]:
    """Every assumption as `laborsim explain` lists it."""
    from laborsim.evidence import ledger

    return [plain(asdict(row)) for row in ledger(spec)]


def region_head(region: str) -> dict[str, Any]:
    """Head of a region pack (title, zones), without its tables; empty if it cannot be read."""
    import tomllib

    from laborsim.region.pack import PackError, find_pack

    try:
        return tomllib.loads((find_pack(region) / "pack.toml").read_text(encoding="utf-8"))
    except (PackError, OSError, ValueError):
        return {}


def last_known_month() -> str:
    """Last month of the sector index that drives demand, "YYYY-MM"; empty if there is no national pack."""
    from laborsim.region.pack import PackError, load_pack

    try:
        return str(load_pack("national")["sector_index"]["month"].max())
    except PackError:
        return ""


def versions() -> dict[str, str]:
    """Versions of the program, of Python and of the libraries that do the work."""
    found = {"laborsim": "", "python": platform.python_version(), "platform": platform.platform(terse=True)}
    for name in ("laborsim", *LIBRARIES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def plain(value: Any) -> Any:
    """Values JSON can hold: models become dicts, infinities and NaN become null."""
    if hasattr(value, "model_dump"):
        return plain(value.model_dump(mode="json"))
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return str(value)


def manifest_text(about: dict[str, Any]) -> str:
    """The manifest as JSON text."""
    return json.dumps(plain(about), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
