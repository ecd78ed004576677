"""The CSV files of a results directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.study.outcomes import BY_GROUP, HEADLINES

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

# Rows a spreadsheet opens, less the heading. Where a study has more, the figures asked for least stay in runs/ only,
# from where `laborsim.load_results(DIR).indicators` reads them all.
ROWS = 1_048_575
PEOPLE = ("segment", "zone", "sex", "race", "age", "education", "parent")


def chosen_keys(results: Results, rows: int = ROWS) -> list[tuple[str, str]]:
    """Keys that go into indicators.csv: all if they fit, else by how much they are asked for.

    Those of targets and everyone's come first, then segments, then the main rates by group, then the rest.
    """
    done = sum(r.done for r in results.records)
    fit = rows // max(1, done * len(results.months))
    if fit >= len(results.keys):
        return results.keys
    aims = {(t["indicator"], t.get("group") or "all") for t in results.about.get("targets", ())}

    def rank(key: tuple[str, str]) -> int:
        indicator, group = key
        family = group.partition(":")[0]
        if key in aims or (group == "all" and indicator in HEADLINES):
            return 0
        if group == "all" or family in ("segment", "duration"):
            return 1
        if indicator in BY_GROUP and family in PEOPLE:
            return 2 + BY_GROUP.index(indicator)
        return 9

    order = sorted(range(len(results.keys)), key=lambda k: (rank(results.keys[k]), k))[:fit]
    return [results.keys[k] for k in sorted(order)]


def write_indicators(path: Path, results: Results, rows: int = ROWS) -> int:
    """Write indicators.csv: policy, replicate, month, indicator, group, value, unit; return the number of keys.

    Six significant digits; a figure that does not exist (an empty group, say) is left empty.
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
                    f"{start}{middle}{'' if v != v else f'{v:.6g}'}{end}"
                    for start, v in zip(starts, values[:, column].tolist(), strict=True)
                ]
            file.write("".join(lines))
    return len(keys)


def _field(text: Any) -> str:
    said = str(text)
    return '"' + said.replace('"', '""') + '"' if any(c in said for c in ',"\n\r') else said


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a small table: six significant digits, empty for missing."""
    table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def write_spending(path: Path, results: Results) -> None:
    """Write spending.csv: policy, owner, replicate, month, payer, item, units, dollars (to the cent)."""
    table = results.spending.copy()
    owners = {name: about.get("owner", "") for name, about in results.about["policies"].items()}
    table.insert(1, "owner", [owners.get(p, "") for p in table["policy"]])
    table["dollars"] = [f"{d:.2f}" for d in table["dollars"]]
    table["units"] = [f"{u:.6g}" for u in table["units"]]
    table.to_csv(path, index=False, lineterminator="\n")
