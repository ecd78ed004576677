"""Charts of a region's profile: people and self-sufficiency wages here, those of its work and the map beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.report.region_charts_work import commuting, median_wage, rates, sectors, wages
from laborsim.report.region_drawing import ROW, beside, locator, names_in_colour, place, rows_axis
from laborsim.report.region_figures import PARTS, STATUS, records
from laborsim.report.region_map import MANY, WIDTH, zone_map

if TYPE_CHECKING:


    from laborsim.report.region_figures import Profile

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


__all__ = ["brief_household", "charts", "needs", "pyramid"]
