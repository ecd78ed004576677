"""Money as a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.report.wording import (
    CAVEAT,
    lower,
    money,
    place_and_period,
    policy_title,
)
from laborsim.scenario.schema import BASELINE

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

PAYER_GREYS = ("#4d4d4d", "#7f7f7f", "#b3b3b3", "#d0d0d0", "#e3e3e3")


def spending(results: Results) -> Chart | None:
    """Money by policy, its owner and payer, in all and by year; None if nothing was spent."""
    table = results.spending
    policies = [p for p in results.policies if p != BASELINE]
    if table.empty or not policies or float(table["dollars"].sum()) <= 0:
        return None
    runs = {p: max(1, sum(r.done for r in results.records if r.policy == p)) for p in policies}
    table = table.assign(year=table["month"].astype(str).str[:4])
    data = table.groupby(["policy", "year", "payer", "item"], as_index=False, sort=True)[["units", "dollars"]].sum()
    for column in ("units", "dollars"):
        data[column] = [v / runs[p] for v, p in zip(data[column], data["policy"], strict=True)]
    data.insert(1, "owner", [results.about["policies"][p].get("owner", "") for p in data["policy"]])
    payers = sorted(set(data["payer"]), key=lambda p: -float(data[data["payer"] == p]["dollars"].sum()))
    totals = data.groupby("policy")["dollars"].sum()
    # policies that combine others spend the same money once more: they are not counted in what is said of all
    alone = [p for p in totals.index if not results.about["policies"][p].get("combine")] or list(totals.index)
    dearest = str(totals[alone].idxmax())
    once = data[data["policy"].isin(alone)]
    top_payer = str(once.groupby("payer")["dollars"].sum().idxmax())
    by_payer = once[once["payer"] == top_payer]["dollars"].sum() / totals[alone].sum()
    title = (
        f"Most is spent on {lower(policy_title(results, dearest))}, {money(float(totals[dearest]))} over the period; "
        f"the {top_payer} pays {100 * by_payer:.0f}% of all"
        if len(policies) > 1
        else f"{money(float(totals[dearest]))} is spent on {lower(policy_title(results, dearest))} over the period"
    )
    subtitle = (
        f"Dollars of {results.about.get('dollar_year', 2019)} spent by policy and its owner. Left: in all, by payer. "
        f"Right: by year. {place_and_period(results)}"
    )
    note = f"Mean of {results.replicates} model runs; money booked when places, seats and contacts are used. {CAVEAT}"
    block = 0.9
    with theme.style():
        figure, axes = theme.canvas(
            title,
            subtitle,
            note,
            max(1.7, block * len(policies)) + 0.25,
            columns=2,
            left=0.1,
            right=0.2,
            below=0.35,
            width_ratios=[1.0, 1.15],
            wspace=0.22,
        )
        bars, years = axes
        unit, suffix = _money_unit(float(totals.max()))
        _payers(bars, results, data, policies, payers, unit, suffix)
        _yearly(years, results, data, policies)
    alt = (
        " ".join(
            f"{policy_title(results, p)} ({results.about['policies'][p].get('owner', '')}): "
            f"{money(float(totals.get(p, 0.0)))}."
            for p in policies
        )
        + f" Payers: {', '.join(p for p in payers if p)}."
    )
    return Chart("spending", title, alt, figure, data)


def _payers(
    axes: Any, results: Results, data: pd.DataFrame, policies: list[str], payers: list[str], unit: float, suffix: str
) -> None:
    """Bars of all that is spent on each policy, by payer."""
    totals = data.groupby("policy")["dollars"].sum()
    # greys: the colours belong to the policies
    inks = {payer: PAYER_GREYS[k % len(PAYER_GREYS)] for k, payer in enumerate(payers)}
    for k, policy in enumerate(policies):
        start, shares = 0.0, []
        whole = float(totals.get(policy, 0.0))
        for payer in payers:
            part = float(data[(data["policy"] == policy) & (data["payer"] == payer)]["dollars"].sum())
            if part > 0:
                axes.barh(-(k + 0.6), part / unit, left=start, height=0.24, color=inks[payer], linewidth=0)
                start += part / unit
                shares.append((payer, part / whole))
        owner = results.about["policies"][policy].get("owner", "")
        texts = (
            (0.13, policy_title(results, policy), 8.5, theme.colour(results.policies, policy), "bold"),
            (0.34, owner, 7.5, theme.GREY, "normal"),
            (0.84, ", ".join(f"{payer} {100 * x:.0f}%" for payer, x in shares), 7.5, theme.INK, "normal"),
        )
        for down, text, size, ink, weight in texts:
            axes.annotate(
                text,
                (0, -(k + down)),
                va="center",
                fontsize=size,
                color=ink,
                fontweight=weight,
                annotation_clip=False,
            )
        axes.annotate(
            money(whole),
            (start, -(k + 0.6)),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            annotation_clip=False,
        )
    axes.set_ylim(-len(policies), 0)
    axes.set_xlim(0, float(totals.max()) / unit * 1.22)
    axes.set_yticks([])
    axes.xaxis.get_major_locator().set_params(nbins=5)
    axes.xaxis.set_major_formatter(lambda v, _: f"${v:g}{suffix}")
    axes.grid(False, axis="y")


def _money_unit(most: float) -> tuple[float, str]:
    return (1e9, "bn") if most >= 1e9 else (1e6, "M") if most >= 1e6 else (1e3, "k") if most >= 1e3 else (1.0, "")


def _yearly(axes: Any, results: Results, data: pd.DataFrame, policies: list[str]) -> None:
    years = sorted({m[:4] for m in results.months})
    per_year = data.groupby(["policy", "year"])["dollars"].sum()
    unit, suffix = _money_unit(float(per_year.max()))
    wide = 0.8 / len(policies)
    for j, policy in enumerate(policies):
        values = [float(per_year.get((policy, y), 0.0)) / unit for y in years]
        axes.bar(
            np.arange(len(years)) - 0.4 + wide * (j + 0.5),
            values,
            width=wide * 0.9,
            color=theme.colour(results.policies, policy),
            linewidth=0,
        )
    every = max(1, -(-len(years) // 7))
    axes.set_xticks(range(0, len(years), every), years[::every])
    axes.yaxis.set_major_formatter(lambda v, _: f"${v:g}{suffix}")
    axes.grid(False, axis="x")
