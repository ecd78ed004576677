"""Zones of a region side by side: maps of how they stand, and which policy does what where."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report import cells, theme
from laborsim.report.figures import Chart
from laborsim.report.who import LEAST_SIMULATED, ZONE_EFFECT, enough, simulated, zones
from laborsim.report.wording import CAVEAT, lower, place_and_period, policy_title, runs_note, two_digits
from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import shown
from laborsim.study.questions.answer import Sheet
from laborsim.study.statistics import FEWEST_RUNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laborsim.study.results import Results

    F8 = NDArray[np.float64]

LEAST: Final = 3  # zones from which on they are set side by side
MAPPED: Final = (("unemployment_rate", "Unemployment"), ("share_self_sufficient", "Workers at a self-sufficiency wage"))
TABLE: Final = {
    "unemployment_rate": "Unemployment",
    "participation_rate": "Participation",
    "share_self_sufficient": "Self-sufficiency wage",
    "share_good_jobs": "In a good job",
    "time_to_fill": "Time to fill",
    "works_in_own_zone": "Work where they live",
}


def zone_name(results: Results, group: str, short: bool = False) -> str:
    """Name of a zone; `short` leaves out state and "County"."""
    code = group.partition(":")[2]
    name = str(results.about.get("zones", {}).get(code, code))
    if not short:
        return name
    for cut in (" nonmetropolitan area", " County"):
        name = name.replace(cut, "")
    name = name.split(" (")[0]
    head, _, state = name.rpartition(", ")
    return head if head and len(state.split("-")[0]) == 2 else name


def regions(results: Results) -> Chart | None:
    """Two maps of the baseline in the last 12 months: circles as large as the people of a zone, darker for worse."""
    import pandas as pd

    from laborsim.region.pack import PackError, load_pack
    from laborsim.report.region_map import places, radii, spread

    groups = zones(results)
    if len(groups) < LEAST or any((i, g) not in results for i, _ in MAPPED for g in groups):
        return None
    try:
        pack = load_pack(results.about["scenario"]["region"])
    except (PackError, OSError):
        return None
    order = [z.code for z in pack.zones if z.kind != "outside"]
    codes = [g.partition(":")[2] for g in groups]
    if not set(codes) <= set(order):
        return None
    at = [order.index(c) for c in codes]
    found = places(pack).xy[at]
    people = np.array([float(np.nanmean(results.last_year("population", g))) for g in groups])
    radius = radii(found, people)
    xy = spread(found, radius, 0.06 * float(radius.mean()))
    data: Any = pd.DataFrame({"zone": codes, "name": [zone_name(results, g) for g in groups], "people": people,
                         "x": xy[:, 0], "y": xy[:, 1]})  # fmt: skip
    for indicator, _ in MAPPED:
        data[indicator] = [float(np.nanmean(results.last_year(indicator, g))) for g in groups]
    spans = {i: (float(data[i].min()), float(data[i].max())) for i, _ in MAPPED}
    low, high = spans["unemployment_rate"]
    worst = data.sort_values("unemployment_rate", ascending=False)["name"].iloc[0]
    title = f"Unemployment is {100 * low:.1f}% to {100 * high:.1f}% across {len(groups)} zones, highest in {worst}"
    subtitle = f"Baseline, mean of the last 12 months; circles: people of 16 and over; {place_and_period(results)}"
    with theme.style():
        box = np.array([(xy - radius[:, None]).min(axis=0), (xy + radius[:, None]).max(axis=0)])
        side = np.maximum(box[1] - box[0], 1e-9) * (1.3, 1.12)
        wide = theme.WIDTH - 2 * theme.MARGIN
        height = float(np.clip(wide * side[1] / side[0], 2.2, 3.4))
        note = runs_note(results, "numbers: means").replace("Lines: mean", "Mean").replace("Lines: one", "One")
        figure, panels = theme.canvas(
            title, subtitle, note, 2 * height + 0.35, rows=2, left=0.0, right=0.0, below=0.0, above=0.3,
            hspace=0.35 / height,
        )  # fmt: skip
        scale = max(side[0] / wide, side[1] / height)
        middle = box.mean(axis=0)
        for axes, (indicator, label) in zip(panels, MAPPED, strict=True):
            axes.set_xlim(middle[0] - scale * wide / 2, middle[0] + scale * wide / 2)
            axes.set_ylim(middle[1] - scale * height / 2, middle[1] + scale * height / 2)
            axes.set_axis_off()
            axes.annotate(f"{label} (darker: {'higher' if indicator == 'unemployment_rate' else 'lower'})", (0, 1),
                          xycoords="axes fraction", xytext=(0, 6), textcoords="offset points", fontsize=8.6,
                          fontweight="bold", annotation_clip=False)  # fmt: skip
            _circles(axes, results, groups, data, indicator, xy, radius)
    said: list[dict[Any, Any]] = data.to_dict("records")
    alt = "; ".join(
        f"{r['name']}: unemployment {100 * r['unemployment_rate']:.1f}%, at a self-sufficiency wage "
        f"{100 * r['share_self_sufficient']:.0f}%"
        for r in said
    )
    return Chart("regions", title, alt + ".", figure, data)


def _circles(axes: Any, results: Results, groups: list[str], data: Any, indicator: str, xy: F8, radius: F8) -> None:
    from matplotlib.patches import Circle

    from laborsim.report.region_map import MANY
    from laborsim.report.region_map_labels import Labels

    values = data[indicator].to_numpy()
    low, high = float(values.min()), float(values.max())
    share = (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
    if indicator != "unemployment_rate":
        share = 1.0 - share
    ink = []
    for k in range(len(groups)):
        fill = cells.shade(float(share[k]))
        axes.add_patch(Circle(tuple(xy[k]), float(radius[k]), facecolor=fill, edgecolor=theme.BASE, linewidth=0.7))
        ink.append("white" if cells.dark(fill) else theme.INK)
    names = [zone_name(results, g, short=True) for g in groups]
    labels = data[["people"]].assign(code=data["zone"], name=names, unemployment=values)
    Labels(axes, xy, radius, len(groups) > MANY).put(labels, ink)


def side_by_side(results: Results) -> Sheet | None:
    """Zones by their main figures, baseline, last 12 months."""
    from laborsim.study.outcomes import outcome

    groups = zones(results)
    have = {i: name for i, name in TABLE.items() if all((i, g) in results for g in groups)}
    if len(groups) < LEAST or not have:
        return None
    rows: list[dict[str, str]] = []
    for g in ("all", *groups):
        row = {"zone": "The whole region" if g == "all" else zone_name(results, g)}
        row["people"] = two_digits(float(np.nanmean(results.last_year("population", g))))
        for indicator in have:
            kind = outcome(indicator, results.units[indicator, g]).kind
            row[indicator] = shown(float(np.nanmean(results.last_year(indicator, g))), kind)
        rows.append(row)
    return Sheet("Regions side by side: baseline, mean of the last 12 months",
                 {"zone": "Zone", "people": "People 16 and over", **have}, rows)  # fmt: skip


def road_map(results: Results) -> Chart | None:
    """Which policy adds self-sufficient workers where: cells of zones by policies; bold where more than chance."""
    import pandas as pd

    groups = zones(results)
    policies = [p for p in results.policies if p != BASELINE]
    if len(groups) < LEAST or not policies or any((ZONE_EFFECT, g) not in results for g in groups):
        return None
    verdicts = results.verdicts()
    rows: list[dict[str, Any]] = []
    for g in groups:
        workers = float(np.nanmean(results.last_year("employment", g)))
        for p in policies:
            pair = verdicts.of(p, BASELINE, ZONE_EFFECT, g)
            assert pair is not None  # a figure of zones
            rows.append({"zone": g.partition(":")[2], "name": zone_name(results, g), "policy": p,
                         "more": pair.difference, "low": pair.low, "high": pair.high, "p": pair.p,
                         "more_than_chance": pair.distinguishable, "simulated": simulated(results, g),
                         "offered": offered(results, p, g.partition(":")[2]),
                         "per_thousand": 1000.0 * pair.difference / workers})  # fmt: skip
    data = pd.DataFrame(rows)
    shape = (len(groups), len(policies))
    values = data["per_thousand"].to_numpy().reshape(shape)
    there = data["offered"].to_numpy(bool).reshape(shape)
    sure = data["more_than_chance"].to_numpy(bool).reshape(shape) & there
    many = np.array([enough(results, g) for g in groups])
    sure &= many[:, None]
    far = float(np.nanmax(np.abs(np.where(sure, values, 0.0)))) or 1.0
    texts = [[f"{values[i, j]:+.1f}" if many[i] else "few" for j in range(shape[1])] for i in range(shape[0])]
    title = _road(results, groups, policies, values, sure)
    subtitle = (
        "More workers at a self-sufficiency wage for each 1,000 employed of a zone, last 12 months against the "
        "baseline; "
        f"{place_and_period(results)}"
    )
    note = (
        f"Mean of {results.replicates} paired model runs. Coloured: more than chance, of zones with "
        f"{LEAST_SIMULATED:,} people simulated or more (few: fewer); grey: may be chance; empty: not offered there. "
        f"Of all changes of groups named at most one in ten is chance. {CAVEAT}"
    )
    titles = [policy_title(results, p) for p in policies]
    with theme.style():
        # whole words over a column; the longest says how small they are written
        wide = (theme.WIDTH - 2 * theme.MARGIN - 2.7) * 72 / len(titles)
        longest = max(len(word) for t in titles for word in t.split())
        size = float(np.clip(wide / (0.62 * longest), 4.6, 7.6))
        room = max(longest, int(wide / (0.62 * size)))
        titles = [textwrap.fill(t, room, break_long_words=False, break_on_hyphens=False) for t in titles]
        lines = max(t.count("\n") + 1 for t in titles)
        figure, axes = theme.canvas(title, subtitle, note, 0.29 * shape[0] + 0.05, left=2.6, right=0.1, below=0.05,
                                    above=0.14 * lines + 0.2)  # fmt: skip
        shades = np.where(there, 0.5 + 0.5 * np.where(sure, values, 0.0) / far, np.nan)
        cells.draw(axes, shades, texts, cells.SIDES, sure)
        cells.heads(axes, titles, 200, size)
        cells.names(axes, [zone_name(results, g, short=True) for g in groups])
    alt = "; ".join(f"{r['name']}, {policy_title(results, r['policy'])}: {r['per_thousand']:+.1f}" for r in rows)
    return Chart("road_map", title, alt + ".", figure, data)


def offered(results: Results, policy: str, zone: str) -> bool:
    """Whether a policy is offered in a zone: an instrument without zones is offered everywhere."""
    plan = results.about["policies"][policy]
    if plan.get("combine"):
        return any(offered(results, p, zone) for p in plan["combine"] if p in results.about["policies"])
    named = [i.get("zones") or () for i in plan.get("instruments") or ()]
    return not all(named) or any(zone == z or zone.startswith(f"{z}-") for zones_ in named for z in zones_)


def _road(results: Results, groups: list[str], policies: list[str], values: F8, sure: NDArray[np.bool_]) -> str:
    """Where something is known to work; says so if nothing is."""
    if results.replicates < FEWEST_RUNS or not sure.any():
        return "Which strategy works where cannot be told: no zone's change is more than chance"
    said = []
    for j in np.argsort(-(sure & (values > 0)).sum(axis=0), kind="stable"):
        inside = [i for i in range(len(groups)) if sure[i, j] and values[i, j] > 0]
        where = [zone_name(results, groups[i], short=True) for i in inside]
        if where:
            more = f" and {len(where) - 3} more" if len(where) > 3 else ""
            said.append(f"{lower(policy_title(results, policies[int(j)]))} in {', '.join(where[:3])}{more}")
    if not said:
        return "No strategy adds self-sufficient workers in any zone by more than chance"
    rest = f"; {len(said) - 2} more" if len(said) > 2 else ""
    return f"More than chance: {'; '.join(said[:2])}{rest}"


