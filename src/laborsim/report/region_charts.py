"""Charts of a region's profile: people, sectors, wages, commuting, self-sufficiency wages, zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.report.region_figures import PARTS, STATUS, pooled, records
from laborsim.report.region_map import MANY, WIDTH, shade, zone_map
from laborsim.report.wording import month_name, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from laborsim.report.region_figures import Profile

ROW: Final = 0.155  # inches for one line of a chart
LONG_TITLE: Final = 36
MOST_ZONES: Final = 15  # rows of the commuting chart; the smaller zones are put together
MOST_NARROW: Final = 9  # rows of it that fit a column of the page
MOST_DOTS: Final = 30  # zones in the chart of rates; of more, those at both ends
STATUS_COLOURS: Final = dict(zip(STATUS, ("#d0d0d0", "#0072B2", "#D55E00", "#9fb9cc"), strict=True))
STATUS_NAMES: Final = {
    "under_16": "under 16",
    "employed": "employed",
    "unemployed": "unemployed",
    "not_in_labor_force": "not in the labor force",
}
PART_COLOURS: Final = dict(zip(PARTS, (*theme.PALETTE[:6], "#8a8a8a"), strict=True))


def charts(p: Profile) -> list[Chart]:
    """All charts of a profile, the map first; rates by zone if there are several, a larger map if there are many."""
    made = [draw(p) for draw in (zone_map, pyramid, sectors, needs, wages, commuting)]
    if len(p.inside) > 1:
        made.append(rates(p))
    return [*made, zone_map(p, large=True)] if len(p.zones) > MANY else made


def place(p: Profile) -> str:
    """Title of the region, without what follows a comma if it is long, and its month."""
    title = p.pack.title if len(p.pack.title) <= LONG_TITLE else p.pack.title.split(", ")[0]
    return f"{title}, {month_name(str(p.pack.meta.get('start', '2018-01')))}"


def names_in_colour(axes: Axes, words: Sequence[tuple[str, str]], left: float, lift: float = 3.0) -> None:
    """Words in the colours they stand for, above the axes, `left` inches from the figure's edge."""
    from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea
    from matplotlib.transforms import ScaledTranslation, blended_transform_factory

    figure: Any = axes.figure
    texts: list[Any] = [
        TextArea(f"\N{BLACK SQUARE} {word}", textprops={"color": colour, "fontsize": 7.6}) for word, colour in words
    ]
    box = AnchoredOffsetbox(
        loc="lower left",
        child=HPacker(children=texts, pad=0, sep=7, align="baseline"),
        pad=0,
        borderpad=0,
        frameon=False,
        bbox_to_anchor=(0.0, 1.0),
        bbox_transform=blended_transform_factory(
            figure.transFigure + ScaledTranslation(left, 0, figure.dpi_scale_trans),
            axes.transAxes + ScaledTranslation(0, lift / 72, figure.dpi_scale_trans),
        ),
    )
    axes.add_artist(box)
    box.set_clip_on(False)


def rows_axis(axes: Axes, labels: Sequence[str]) -> None:
    """One line of text for each row, the first on top."""
    axes.set_yticks(range(len(labels)), list(labels), fontsize=7.6, color=theme.INK)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.grid(False, axis="y")
    axes.tick_params(axis="x", labelsize=7.6)


def beside(axes: Axes, row: int, text: str, points: float, bold: bool = False) -> None:
    """A figure to the right of a row, its end so many points from the axes."""
    axes.annotate(
        text,
        (1, row),
        (points, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=7.4,
        fontweight="bold" if bold else "normal",
        annotation_clip=False,
    )


def pyramid(p: Profile) -> Chart:
    """Age pyramid by labor-force status."""
    data = p.pyramid
    t = p.totals
    ages = sorted(set(data["age"]))
    inside = data[data["age"].between(25, 50)]
    prime = inside[["employed", "unemployed"]].to_numpy().sum() / inside[list(STATUS[1:])].to_numpy().sum()
    title = f"{100 * prime:.0f}% of people 25 to 54 are in the labor force"
    with theme.style():
        figure, pair = theme.canvas(
            title,
            f"People by age and labor-force status. {place(p)}",
            "National pattern by age and sex, moved to each zone's own rates.",
            2.1,
            columns=2,
            width=WIDTH,
            left=0.1,
            right=0.05,
            below=0.3,
            above=0.24,
            wspace=0.2,
        )
        most = data[list(STATUS)].sum(axis=1).max() / 1000
        for axes, sex, name in zip(pair, ("male", "female"), ("Men", "Women"), strict=True):
            mine = data[data["sex"] == sex].sort_values("age")
            left = np.zeros(len(mine))
            for status in STATUS:
                value = mine[status].to_numpy() / 1000
                axes.barh(range(len(mine)), value, left=left, color=STATUS_COLOURS[status], height=0.86)
                left += value
            axes.set_xlim((most * 1.04, 0) if sex == "male" else (0, most * 1.04))
            axes.grid(False, axis="y")
            axes.tick_params(axis="x", labelsize=7.6)
            axes.text(0.02 if sex == "male" else 0.98, 0.97, name, transform=axes.transAxes, va="top",
                      ha="left" if sex == "male" else "right", fontsize=8.5, fontweight="bold")  # fmt: skip
            axes.set_yticks([])
            axes.set_ylim(-0.6, len(ages) - 0.4)
        # ages stand in the gap between the two halves
        for k, age in enumerate(ages):
            if k % 2 == 0 or age == ages[-1]:
                text = f"{age}+" if age == ages[-1] else f"{age}-{age + 4}"
                if k == len(ages) - 2:
                    continue
                pair[1].annotate(text, (0, k), (-14.5, 0), xycoords="data", textcoords="offset points", ha="center",
                                 va="center", fontsize=6.6, color=theme.GREY, annotation_clip=False)  # fmt: skip
        pair[1].annotate("thousand people", (1, 0), (0, -21), xycoords="axes fraction", textcoords="offset points",
                         ha="right", fontsize=7.2, color=theme.GREY, annotation_clip=False)  # fmt: skip
        words = [(STATUS_NAMES[s], STATUS_COLOURS[s] if s != "under_16" else theme.GREY) for s in STATUS]
        names_in_colour(pair[0], words, theme.MARGIN)
    alt = (
        f"Age pyramid of {t['people']:,.0f} people in five-year groups, men left, women right: "
        f"{t['employed']:,.0f} employed, {t['unemployed']:,.0f} unemployed, "
        f"{t['people_16'] - t['labor_force']:,.0f} aged 16 and over not in the labor force, "
        f"{t['people'] - t['people_16']:,.0f} under 16."
    )
    return Chart("pyramid", title, alt, figure, data)


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


def needs(p: Profile) -> Chart:
    """Self-sufficiency wage by kind of household, split in its parts."""
    data = p.needs
    young = data[(data["adults"] == 1) & (data["children"] == 1) & (data["young"] == 1)].iloc[0]
    median = median_wage(p)
    title = f"1 adult and child under 6: ${young['hourly']:.2f} an hour needed; median job ${median:.2f}"
    with theme.style():
        figure, axes = theme.canvas(
            title.replace("$", r"\$"),  # else the text between two of them is set as a formula
            f"Monthly budget by part; right: hourly wage each adult needs, full-time. {place(p)}",
            "Dollars of 2019, mean of zones by people; taxes less credits. Under 6: the youngest child.",
            ROW * len(data) + 0.05,
            width=WIDTH,
            left=1.68,
            right=0.42,
            below=0.22,
            above=0.27,
        )
        y = np.arange(len(data))
        left, below = np.zeros(len(data)), np.zeros(len(data))
        for part in PARTS:
            value = data[part].to_numpy()
            axes.barh(y, value, left=np.where(value < 0, below, left), color=PART_COLOURS[part], height=0.78)
            left, below = left + np.maximum(value, 0), below + np.minimum(value, 0)
        axes.set_xlim(min(0.0, float(below.min()) * 1.1), float(left.max()) * 1.01)
        axes.xaxis.set_major_locator(locator(5))
        axes.xaxis.set_major_formatter(lambda x, _: f"${x:,.0f}" if x >= 0 else f"\N{MINUS SIGN}${-x:,.0f}")
        rows_axis(axes, [brief_household(*k) for k in data[["adults", "children", "young"]].to_numpy().tolist()])
        for k, hourly in enumerate(data["hourly"]):
            beside(axes, k, f"${hourly:.2f}", 36, bold=True)
        names_in_colour(axes, [(x, PART_COLOURS[x]) for x in PARTS], theme.MARGIN)
    said = "; ".join(f"{r['household']} ${r['hourly']:.2f}" for r in records(data))
    alt = f"Stacked bars of monthly family budgets; hourly self-sufficiency wage of each adult: {said}."
    return Chart("self_sufficiency", title, alt, figure, data)


def brief_household(adults: int, children: int, young: int) -> str:
    """
    Examples
    --------
    >>> brief_household(1, 0, 0), brief_household(2, 3, 1)
    ('1 adult', '2 adults, 3+ children, under 6')
    """
    who = f"{adults} adult{'s' if adults > 1 else ''}"
    if not children:
        return who
    many = "3+ children" if children == 3 else f"{children} child{'ren' if children > 1 else ''}"
    return f"{who}, {many}, {'under 6' if young else '6+'}"


def median_wage(p: Profile) -> float:
    """Hourly median over all jobs of the region."""
    return pooled(p.occupations)[2]


def locator(most: int) -> Any:
    """Few round marks of an axis."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=most)


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


__all__ = ["charts", "commuting", "gathered", "needs", "pyramid", "rates", "sectors", "wages", "zone_map"]
