"""Does the calibration find factors that are known? Data are simulated at drawn factors, and calibrated on.

    python experiments/recovery_check.py [--regions kansas-city,lane] [--draws 6] [--people 30000] [--seeds 2]
                                         [--store DIR] [--dry]

Each draw takes all factors from a normal distribution of half their prior spread, simulates the moments of the regions
together at them with seeds of its own, adds to each moment an error of its stated spread (as published figures have
them), and calibrates from the shipped values without being told. The table says how many of the 90% intervals hold the
truth, and by how many standard errors estimates miss it; it goes into docs/calibration.md (unless --dry).
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from ship_calibration import put

from laborsim.commands.calibrate import share_of
from laborsim.loading import scenario_of_region
from laborsim.scenario.schema import BASELINE
from laborsim.study.calibration.calibrate import MONTHS, Place, calibrate, joint, measures_of, weights
from laborsim.study.calibration.estimate import Z90
from laborsim.study.calibration.moments import Moment
from laborsim.study.calibration.own import own_figures
from laborsim.study.executor import make_executor
from laborsim.study.task import Task
from laborsim.study.vary import Settings

SEEDS_OF_DATA = 6
BEGIN, END = "<!-- recovery -->", "<!-- end of recovery -->"


def moments_at(places: list[Place], moments: list[Moment], settings: Settings, seeds: list[int]) -> dict[str, float]:
    """Moments of the regions together at given parameters, means over runs of these seeds."""
    measures, force = measures_of(moments), weights(places)
    tasks = [Task(place.spec, BASELINE, k * len(seeds) + j, seed, place.scale, MONTHS, key=f"{k}-{seed}",
                  parameters=settings, measures=measures)
             for k, place in enumerate(places) for j, seed in enumerate(seeds)]  # fmt: skip
    sums = np.zeros(len(measures))
    for record in make_executor("local", 2).run(tasks):
        if not record.done:
            raise SystemExit(record.error)
        sums += force[int(record.key.split("-")[0])] * np.array(record.outcomes) / len(seeds)
    found = dict(zip([m.name for m in measures], sums.tolist(), strict=True))
    return {m.name: found[m.measure.name] for m in moments}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--regions", default="kansas-city,lane")
    parser.add_argument("--draws", type=int, default=6)
    parser.add_argument("--people", type=int, default=30_000)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--iterations", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", type=Path, help="folder of the run stores; kept, so that an end can be resumed")
    parser.add_argument("--dry", action="store_true")
    args = parser.parse_args()

    places = []
    for region in args.regions.split(","):
        own = own_figures(region, None, MONTHS)
        places.append(Place(scenario_of_region(region), own, share_of(args.people, own)))
    free, moments = joint(MONTHS, places)
    spread = {m.name: m.spread for m in moments if m.fitted}
    values = {p: places[0].spec.parameters()[p] for f in free for p in f.parameters}
    draw = np.random.Generator(np.random.Philox(args.seed))
    held, missed, narrower = np.zeros(len(free)), [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.store or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for k in range(args.draws):
            truth = draw.normal(0.0, 0.5, len(free)) * [f.spread for f in free]
            settings = tuple(s for f, x in zip(free, truth, strict=True) for s in f.settings(float(x), values))
            data = moments_at(places, moments, settings, [1000 + SEEDS_OF_DATA * k + j for j in range(SEEDS_OF_DATA)])
            targets = {name: data[name] + draw.normal(0.0, s) for name, s in spread.items()}
            c = calibrate(places, args.seeds, args.iterations, store=folder / f"fit{k}.sqlite", targets=targets,
                          executor=make_executor("local", 2))  # fmt: skip
            off = (c.found.x - truth) / c.found.standard_errors
            held += np.abs(off) <= Z90
            missed.append(off)
            narrower.append(c.found.informed)
            print(f"draw {k}: {int((np.abs(off) <= Z90).sum())} of {len(free)} intervals hold the truth; missed by "
                  f"{np.sqrt((off**2).mean()):.2f} standard errors (root mean square)", flush=True)  # fmt: skip
    root = np.sqrt((np.array(missed) ** 2).mean(axis=0))
    lines = [
        f"Factors drawn {args.draws} times, moments of {args.regions.replace(',', ' and ')} simulated with "
        f"{args.people:,} people each and {SEEDS_OF_DATA} seeds, errors of their spreads added, then calibrated on: "
        f"**{int(held.sum())} of {held.size * args.draws} intervals of 90% hold the truth** "
        f"({held.sum() / (held.size * args.draws):.0%}).", "",
        "| factor | intervals that hold the truth | missed by, standard errors (root mean square) | informed |",
        "|---|---:|---:|---:|",
        *(f"| {f.label} | {int(h)} of {args.draws} | {r:.2f} | {i:.0%} |"
          for f, h, r, i in zip(free, held, root, np.mean(narrower, axis=0), strict=True)),
    ]  # fmt: skip
    print("\n".join(lines))
    if not args.dry:
        put(BEGIN, END, "\n".join(lines))


if __name__ == "__main__":
    main()
