"""Make a calibration the program's own: defaults, posterior, and the results in docs/calibration.md.

    python experiments/ship_calibration.py results/calibration/NAME [--dry]
    python experiments/ship_calibration.py --own DIR [--dry]

Takes posterior.json and report.md of `laborsim calibrate`; writes src/laborsim/study/calibration/posterior.json, the
defaults in src/laborsim/scenario/parameters/*.toml (with source and grade), docs/calibration.md between its marks, and
section 8 of docs/model.md. With --own, DIR holds a folder for each region, as `laborsim calibrate REGION... --own --out
DIR` makes them: their packs take the place of those in scenarios/regions, and a table goes into docs/calibration.md.
Then renew the golden baseline and say in the CHANGELOG that results changed.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
ROOMS = HERE / "src" / "laborsim" / "scenario" / "parameters"
BEGIN, END = "<!-- shipped calibration -->", "<!-- end of shipped calibration -->"
OWN_BEGIN, OWN_END = "<!-- regions' own factors -->", "<!-- end of regions' own factors -->"
PACKS = HERE / "scenarios" / "regions"


def with_default(text: str, short: str, value: object, source: str) -> str:
    """The text of a room's file with another default, source and grade of one parameter."""
    found = re.search(rf"^\[{re.escape(short)}\]\n(?:(?!^\[).*\n?)*", text, flags=re.M)
    if found is None:
        raise SystemExit(f"no parameter [{short}]")
    entry = found[0]
    shown = "[" + ", ".join(repr(v) for v in value) + "]" if isinstance(value, list) else repr(value)
    entry, n = re.subn(r"^default = (\[[^\]]*\]|[^\n]*)", f"default = {shown}", entry, flags=re.M)
    entry, m = re.subn(r'^source = "[^\n]*"', f'source = "{source}"', entry, flags=re.M)
    entry, k = re.subn(r'^grade = "[^\n]*"', 'grade = "calibrated"', entry, flags=re.M)
    if (n, m, k) != (1, 1, 1):
        raise SystemExit(f"[{short}] is not written as expected: {n} defaults, {m} sources, {k} grades")
    return text[: found.start()] + entry + text[found.end() :]


def own_table(folders: list[Path]) -> str:
    """What the regions' own calibrations found, as a table in Markdown."""
    lines = ["| region | factor | estimate (90% interval) | unemployment: target, before, after | participation: the "
             "same | openings: the same |", "|---|---|---|---|---|---|"]
    for folder in folders:
        told = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
        with (folder / "pack" / "behaviour.csv").open(encoding="utf-8") as file:
            factors = {row["measure"]: row for row in csv.DictReader(file)}
        moments = [", ".join(f"{100 * told['moments'][name][key]:.2f}" for key in ("target", "before", "after"))
                   if name in told["moments"] else "" for name in ("unemployment", "participation", "openings")]
        for k, (measure, row) in enumerate(factors.items()):
            shown = moments if k == 0 else ["", "", ""]
            estimate = f"{float(row['factor']):.3f} ({float(row['low']):.3f} to {float(row['high']):.3f})"
            lines.append(f"| {told['region'] if k == 0 else ''} | {measure} | {estimate} | {' | '.join(shown)} |")
    return "\n".join(lines)


def ship_own(root: Path, dry: bool) -> None:
    """Put the regions' own factors into their packs and the page."""
    from laborsim.region.pack import load_pack

    folders = sorted(f.parent for f in root.glob("*/calibration.json"))
    if not folders:
        raise SystemExit(f"{root}: no calibrations in it")
    table = own_table(folders)
    print(table)
    if dry:
        return
    for folder in folders:
        pack = load_pack(folder / "pack")
        pack.save(PACKS / pack.name)
    put(OWN_BEGIN, OWN_END, table)


def put(begin: str, end: str, text: str) -> None:
    """Replace what stands between two marks of docs/calibration.md."""
    page = HERE / "docs" / "calibration.md"
    before = page.read_text(encoding="utf-8")
    first, last = before.index(begin) + len(begin), before.index(end)
    page.write_text(f"{before[:first]}\n\n{text.strip()}\n\n{before[last:]}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--own", action="store_true", help="the folder holds regions' own calibrations")
    parser.add_argument("--dry", action="store_true", help="say what would change, write nothing")
    args = parser.parse_args()
    if args.own:
        ship_own(args.folder, args.dry)
        return

    from laborsim.scenario.parameters.registry import declared
    from laborsim.study.calibration.posterior import SHIPPED, load

    posterior = load(args.folder / "posterior.json")
    settings = dict(posterior.settings([0.5] * len(posterior.factors)))
    faults = [f"{name}: {fault[0]}" for name, value in settings.items() if (fault := declared()[name].fault(value))]
    if faults:
        raise SystemExit("outside their declared range; look at mechanism or range first:\n" + "\n".join(faults))
    rooms = {path.stem: path.read_text(encoding="utf-8") for path in ROOMS.glob("*.toml")}
    for name, value in settings.items():
        room, _, short = name.partition(".")
        source = f"{posterior.source}, see docs/calibration.md"
        rooms[room] = with_default(rooms[room], short, value, source)
        print(f"{name}: {declared()[name].default} -> {value}")
    report = (args.folder / "report.md").read_text(encoding="utf-8")
    shown = re.sub(r"^#", "##", report, flags=re.M)
    if args.dry:
        return
    for room, content in rooms.items():
        (ROOMS / f"{room}.toml").write_text(content, encoding="utf-8")
    SHIPPED.write_text(posterior.text(), encoding="utf-8")
    put(BEGIN, END, shown)
    declared.cache_clear()
    from laborsim.report.parameters import replaced

    model = HERE / "docs" / "model.md"
    model.write_text(replaced(model.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
