"""Charts of a region's work: jobs by sector, wages, commuting, rates by zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.report.region_drawing import ROW, beside, locator, place, rows_axis
from laborsim.report.region_figures import pooled, records
from laborsim.report.region_map import WIDTH, shade
from laborsim.report.wording import shorten

if TYPE_CHECKING:
    from laborsim.report.region_figures import Profile

MOST_ZONES: Final = 15  # rows of the commuting chart; the smaller zones are put together
MOST_NARROW: Final = 9  # rows of it that fit a column of the page
MOST_DOTS: Final = 30  # zones in the chart of rates; of more, those at both ends


def sectors(p: Profile) -> Chart:
    """Jobs by sector against the nation."""
    data = p.sectors.sort_values("jobs", ascending=False, ignore_index=True)
    shown = data[data["share"].notna()]
    big = shown[shown["us_share"] >= 0.01]
    top = big.sort_values("location_quotient", kind="stable").iloc[-1]
    title = f"{sector_name(top['name'])}: {top['location_quotient']:.1f} times the nation's share"
    with theme.style():
        figure, axes = theme.canvas(
            title,
            f"Share of jobs; black mark: the nation. Right: jobs and ratio to the nation. {place(p)}",
            "Without agriculture, which the national count leaves out. Education and health are private.",
            ROW * len(shown) + 0.05,
            width=WIDTH,
            left=1.72,
            right=0.95,
            below=0.22,
            above=0.06,
        )
        y = np.arange(len(shown))
        above = shown["location_quotient"] >= 1
        axes.barh(y, 100 * shown["share"], color=np.where(above, theme.PALETTE[0], "#9fb9cc"), height=0.74)
        axes.plot(100 * shown["us_share"], y, "|", color="black", markersize=7.5, markeredgewidth=1.5)
        most = 100 * float(max(shown["share"].max(), shown["us_share"].max()))
        axes.set_xlim(0, most * 1.04)
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}%")
        rows_axis(axes, [sector_name(n) for n in shown["name"]])
        for k, row in enumerate(records(shown)):
            ratio = row["location_quotient"]
            beside(axes, k, f"{row['jobs']:,.0f}", 42)
            beside(axes, k, f"{ratio:.2f}", 68, bold=ratio >= 1.25)
    said = "; ".join(
        f"{sector_name(r['name'])} {100 * r['share']:.1f}% ({100 * r['us_share']:.1f}%)" for r in records(shown.head(8))
    )
    alt = f"Bars: share of {data['jobs'].sum():,.0f} jobs by sector, with the nation's share. Largest: {said}."
    return Chart("sectors", title, alt, figure, data)


def sector_name(name: str) -> str:
    """Name of a sector as it fits beside a bar."""
    short = {
        "Private health care and social assistance, without child day care": "Health, social assistance",
        "Professional, scientific and technical services": "Professional, technical",
        "Administrative, support and waste services": "Administrative, support",
        "Accommodation and food services": "Accommodation, food",
        "Transportation and warehousing": "Transport, warehousing",
        "Arts, entertainment and recreation": "Arts, recreation",
        "Real estate, rental and leasing": "Real estate, rental",
        "Mining, quarrying, oil and gas": "Mining, oil and gas",
        "Agriculture, forestry, fishing and hunting": "Agriculture",
        "Private educational services": "Private education",
        "Management of companies": "Company management",
        "Child day care services": "Child day care",
        "Finance and insurance": "Finance, insurance",
    }
    return short.get(name, shorten(name, 25))


def median_wage(p: Profile) -> float:
    """Hourly median over all jobs of the region."""
    return pooled(p.occupations)[2]


def wages(p: Profile) -> Chart:
    """Wages by major occupation group, p10 to p90."""
    data = p.groups
    n = p.needs
    need = float(n[(n["adults"] == 1) & (n["children"] == 1) & (n["young"] == 1)]["hourly"].iloc[0])
    short = data[data["p50"] < need]
    title = (
        f"Half the jobs or more in {len(short)} of {len(data)} occupation groups pay less than one adult with a child "
        "under 6 needs"
    )
    with theme.style():
        figure, axes = theme.canvas(
            title,
            "Hourly wage: line from p10 to p90, thick from p25 to p75, dot the median; right: share of jobs. "
            f"{place(p)}",
            rf"Dashed: \${need:.2f}, self-sufficiency wage of one adult with a child under 6. Dollars of 2019.",
            ROW * len(data) + 0.05,
            width=WIDTH,
            left=1.75,
            right=0.45,
            below=0.22,
            above=0.06,
        )
        for k, row in enumerate(records(data)):
            colour = theme.PALETTE[1] if row["p50"] < need else theme.PALETTE[0]
            axes.plot((row["p10"], row["p90"]), (k, k), color=colour, linewidth=1.0, alpha=0.8)
            axes.plot((row["p25"], row["p75"]), (k, k), color=colour, linewidth=3.6, alpha=0.55, solid_capstyle="butt")
            axes.plot(row["p50"], k, "o", color=colour, markersize=4)
            beside(axes, k, f"{100 * row['employment']:.1f}%", 32)
        axes.axvline(need, color=theme.BASE, linewidth=1, linestyle=(0, (3, 2)), zorder=0)
        axes.set_xlim(0, float(data["p90"].max()) * 1.02)
        axes.xaxis.set_major_formatter(lambda x, _: f"${x:g}")
        rows_axis(axes, [shorten(t, 28) for t in data["title"]])
    said = "; ".join(f"{r['title']} ${r['p50']:.2f} (${r['p10']:.2f} to ${r['p90']:.2f})" for r in records(data))
    alt = f"Hourly wages by occupation group, median (p10 to p90), highest first: {said}."
    return Chart("wages", title, alt, figure, data)


def commuting(p: Profile) -> Chart:
    """Who lives and works where: a matrix of zones, the smaller put together."""
    table = gathered(p)
    t = p.totals
    title = f"{100 * t['working_in_region'] / t['working']:.0f}% of workers living here work in the region"
    names = list(table.index)
    n = len(names)
    numbers = table.to_numpy(dtype=np.float64)
    wide = theme.WIDTH if n > MOST_NARROW else WIDTH
    parts = np.nan_to_num(numbers / np.nansum(numbers, axis=1, keepdims=True))
    with theme.style():
        figure, axes = theme.canvas(
            title,
            f"Thousand payroll workers by home (rows) and place of work (columns); shade: share of the row. {place(p)}",
            "Figures under 50 left out. The last row and column lie beyond the region's border.",
            max(0.19 * n, 0.6),
            width=wide,
            left=1.55,
            right=0.7 if n > 4 else 0.05,
            below=0.05,
            above=0.95 if n > 4 else 0.4,
        )
        axes.set_xlim(-0.5, n - 0.5)
        axes.grid(False)
        for i in range(n):
            for j in range(n):
                value, part = numbers[i, j], parts[i, j]
                if np.isnan(value):
                    continue
                axes.fill((j - 0.49, j + 0.49, j + 0.49, j - 0.49), (i - 0.48, i - 0.48, i + 0.48, i + 0.48),
                          color=shade(min(part, 0.6), 0.0, 0.6), linewidth=0)  # fmt: skip
                if value >= 50:
                    axes.text(j, i, f"{value / 1000:,.1f}" if value < 99_950 else f"{value / 1000:,.0f}", ha="center",
                              va="center", fontsize=7.2, color="white" if part > 0.36 else theme.INK)  # fmt: skip
        rows_axis(axes, [shorten(x, 25) for x in names])
        axes.set_ylim(n - 0.5, -0.5)
        axes.xaxis.tick_top()
        turned, side = (55, "left") if n > 4 else (0, "center")
        axes.set_xticks(range(n), [shorten(x, 17) for x in names], rotation=turned, ha=side, rotation_mode="anchor",
                        fontsize=7.2, color=theme.INK)  # fmt: skip
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)
    alt = (
        f"Matrix of workers by home and place of work over {n} rows. Of {t['working']:,.0f} workers living in the "
        f"region {t['working_in_region']:,.0f} work there and {t['leaving']:,.0f} beyond its border; "
        f"{t['coming']:,.0f} come in from beyond."
    )
    codes = list(p.pack.zone_codes)
    inside = set(p.inside)
    rows = p.pack["commuting"]
    data = rows.loc[rows["home"].isin(inside) | rows["work"].isin(inside), ["home", "work", "workers"]].copy()
    data.insert(2, "home_name", data["home"].map(p.names))
    data.insert(3, "work_name", data["work"].map(p.names))
    order = {c: k for k, c in enumerate(codes)}
    data = data.sort_values(["home", "work"], key=lambda s: s.map(order), ignore_index=True)
    return Chart("commuting", title, alt, figure, data)


def gathered(p: Profile) -> pd.DataFrame:
    """Flows between the zones with most people, the others put together, and beyond the border, by name.

    Flows that neither begin nor end in the region are missing (NaN).
    """
    z = p.zones[p.zones["inside"]]
    large = z.sort_values("people", ascending=False, kind="stable")["code"].head(MOST_ZONES)
    shown = [c for c in z["code"] if c in set(large)]
    label = {c: p.names[c] for c in shown}
    rest = [c for c in z["code"] if c not in label]
    label |= dict.fromkeys(rest, f"{len(rest)} other zones")
    label |= {c: "Beyond the border" for c in p.pack.zone_codes if c not in set(p.inside)}
    flows = p.flows.rename(index=label, columns=label)
    flows = flows.groupby(level=0, sort=False).sum().T.groupby(level=0, sort=False).sum().T
    order = list(dict.fromkeys([label[c] for c in shown] + [label[c] for c in rest] + ["Beyond the border"]))
    out = flows.loc[order, order].copy()
    out.loc["Beyond the border", "Beyond the border"] = np.nan
    return out


def rates(p: Profile) -> Chart:
    """Participation and unemployment by zone."""
    from matplotlib.patheffects import withStroke

    data = p.zones[p.zones["inside"]].sort_values("unemployment", ascending=False, kind="stable", ignore_index=True)
    columns = ["code", "name", "people_16", "labor_force", "participation", "unemployed", "unemployment"]
    t = p.totals
    shown = data if len(data) <= MOST_DOTS else pd.concat([data.head(MOST_DOTS // 2), data.tail(MOST_DOTS // 2)])
    by_participation = data.sort_values("participation", kind="stable")
    low, high = by_participation.iloc[0], by_participation.iloc[-1]
    title = (
        f"Participation from {100 * low['participation']:.0f}% ({low['name']}) to "
        f"{100 * high['participation']:.0f}% ({high['name']})"
    )
    left_out = len(data) - len(shown)
    between = f" {left_out} zones between the highest and the lowest left out." if left_out else ""
    with theme.style():
        figure, pair = theme.canvas(
            title,
            f"Unemployment rate and labor force participation of people 16 and over by zone. {place(p)}",
            f"Line: the region.{between}",
            max((ROW + 0.015) * len(shown), 0.35),
            columns=2,
            width=WIDTH,
            left=1.62,
            right=0.1,
            below=0.22,
            above=0.22,
            wspace=0.12,
        )
        for axes, measure in zip(pair, ("unemployment", "participation"), strict=True):
            values = 100 * shown[measure].to_numpy()
            axes.axvline(100 * t[measure], color=theme.BASE, linewidth=1)
            axes.plot(values, range(len(shown)), "o", color=theme.PALETTE[0], markersize=4.5)
            span = max(float(np.ptp(values)), 1.0)
            ends = np.append(values, 100 * t[measure])
            axes.set_xlim(ends.min() - 0.12 * span, ends.max() + 0.42 * span)
            for k, value in enumerate(values):
                said = axes.annotate(
                    f"{value:.1f}%", (value, k), (5, 0), textcoords="offset points", va="center", fontsize=7
                )
                said.set_path_effects([withStroke(linewidth=2, foreground="white")])
            rows_axis(axes, [shorten(x, 28) for x in shown["name"]] if axes is pair[0] else [""] * len(shown))
            axes.xaxis.set_major_locator(locator(4))
            axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}%")
            axes.set_title(measure.capitalize(), fontsize=8.2, loc="left", pad=3, color=theme.INK)
    few = shown if len(shown) <= 14 else pd.concat([shown.head(5), shown.tail(5)])
    words = "; ".join(
        f"{r['name']} {100 * r['unemployment']:.1f}%, {100 * r['participation']:.1f}%" for r in records(few)
    )
    alt = f"Unemployment rate and participation rate by zone, highest unemployment first: {words}. " + (
        f"The region: {100 * t['unemployment']:.1f}%, {100 * t['participation']:.1f}%."
    )
    return Chart("zones", title, alt, figure, data[columns])


__all__ = ["commuting", "gathered", "median_wage", "rates", "sector_name", "sectors", "wages"]
