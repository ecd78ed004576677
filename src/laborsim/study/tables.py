"""The CSV files of a results directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.definitions import HEADLINES as RATES_AND_FLOWS
from laborsim.study.outcomes import BY_GROUP, HEADLINES
from laborsim.study.statistics import mean_of_known, quantiles_of_known
from laborsim.study.storage import write_atomically
from laborsim.study.verdicts import FAMILIES

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

Key = tuple[str, str]

# Rows of indicators.csv: some 18 MB at most, which a spreadsheet opens at once; a fifth of that when packed for mail.
ROWS = 300_000
ORDER = ("duration", *FAMILIES, "sector", "occupation", "program")


def blocks(results: Results) -> list[list[Key]]:
    """Figures of a study in the order in which they are asked for; each block is written whole or not at all.

    Those of targets and everyone's headlines; the segments' sizes and main rates; the main rates of all groups of
    people, one rate after the other; everyone's other figures; the rest, one family of groups after the other.
    Figures no run has a value for are left out.
    """
    aims = {(t["indicator"], t.get("group") or "all") for t in results.about.get("targets", ())}
    first, last = {*HEADLINES, *RATES_AND_FLOWS}, 2 + len(BY_GROUP)

    def block(key: Key) -> int:
        indicator, group = key
        family = group.partition(":")[0]
        if key in aims or (group == "all" and indicator in first):
            return 0
        if family == "segment" and (indicator in BY_GROUP or indicator == "segment_size"):
            return 1
        if family in FAMILIES and indicator in BY_GROUP:
            return 2 + BY_GROUP.index(indicator)
        if group == "all":
            return last
        return last + 1 + (ORDER.index(family) if family in ORDER else len(ORDER))

    out: list[list[Key]] = [[] for _ in range(last + 2 + len(ORDER))]
    for key, known in zip(results.keys, _known(results), strict=True):
        if known:
            out[block(key)].append(key)
    return out


def chosen_keys(results: Results, rows: int = ROWS) -> list[Key]:
    """Keys of indicators.csv: the first blocks that fit into `rows`, the very first one in any case."""
    done = sum(r.done for r in results.records)
    fit = rows // max(1, done * len(results.months))
    taken: set[Key] = set()
    for k, block in enumerate(blocks(results)):
        if k and len(taken) + len(block) > fit:
            break
        taken.update(block)
    return [key for key in results.keys if key in taken]


def write_indicators(path: Path, results: Results, rows: int = ROWS) -> int:
    """Write indicators.csv: policy, replicate, month, indicator, group, value, unit; return the number of keys.

    Six significant digits; a figure that does not exist in a month (an empty group, say) is left empty.
    """
    keys = chosen_keys(results, rows)
    position = {key: k for k, key in enumerate(results.keys)}
    columns = [position[key] for key in keys]
    # text before and after the value of each key, made once: a formatted row costs a third of a microsecond
    middles = [f",{_field(i)},{_field(g)}," for i, g in keys]
    ends = [f",{_field(results.units[key])}\n" for key in keys]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("policy,replicate,month,indicator,group,value,unit\n")
        for record in results.records:
            if not record.done:
                continue
            values = results.figures(record)
            starts = [f"{_field(record.policy)},{record.replicate},{m}" for m in results.months]
            lines: list[str] = []
            for column, middle, end in zip(columns, middles, ends, strict=True):
                lines += [
                    f"{start}{middle}{_number(v)}{end}"
                    for start, v in zip(starts, values[:, column].tolist(), strict=True)
                ]
            file.write("".join(lines))
    return len(keys)


def write_yearly(path: Path, results: Results) -> None:
    """Write yearly.csv, every figure there is: policy, year, indicator, group, mean, low, high, unit.

    The figure of a run is its mean over the months of the year; mean, low and high are the mean and the 5% and 95%
    quantiles over runs, empty where no run has a value.
    """
    years = [m[:4] for m in results.months]
    spans = [(year, [k for k, y in enumerate(years) if y == year]) for year in dict.fromkeys(years)]
    labels = [(f",{_field(i)},{_field(g)},", f",{_field(results.units[i, g])}\n") for i, g in results.keys]
    written = [k for k, known in enumerate(_known(results)) if known]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("policy,year,indicator,group,mean,low,high,unit\n")
        for policy in results.policies:
            runs = [results.figures(r) for r in results.records if r.policy == policy and r.done]
            for year, months in spans if runs else ():
                figures = np.array([mean_of_known(values[months], axis=0) for values in runs])
                low, high = quantiles_of_known(figures, (0.05, 0.95))
                rows = zip(mean_of_known(figures, axis=0).tolist(), low.tolist(), high.tolist(), strict=True)
                texts = [f"{_number(a)},{_number(b)},{_number(c)}" for a, b, c in rows]
                head = f"{_field(policy)},{year}"
                file.write("".join(f"{head}{labels[k][0]}{texts[k]}{labels[k][1]}" for k in written))


def _known(results: Results) -> NDArray[np.bool_]:
    """(K,) whether any run has a value of each key in any month."""
    found = np.zeros(len(results.keys), bool)
    for record in results.records:
        if record.done and not found.all():
            found |= np.isfinite(results.figures(record)).any(axis=0)
    return found


def _number(value: float) -> str:
    return "" if value != value else f"{value:.6g}"


def _field(text: Any) -> str:
    said = str(text)
    return '"' + said.replace('"', '""') + '"' if any(c in said for c in ',"\n\r') else said


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a small table: six significant digits, empty for missing."""
    write_atomically(path, table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))


def write_spending(path: Path, results: Results) -> None:
    """Write spending.csv: policy, owner, replicate, month, payer, item, units, dollars (to the cent)."""
    table = results.spending.copy()
    owners = {name: about.get("owner", "") for name, about in results.about["policies"].items()}
    table.insert(1, "owner", [owners.get(p, "") for p in table["policy"]])
    table["dollars"] = [f"{d:.2f}" for d in table["dollars"]]
    table["units"] = [f"{u:.6g}" for u in table["units"]]
    table.to_csv(path, index=False, lineterminator="\n")
