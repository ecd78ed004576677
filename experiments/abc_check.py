"""A Bayesian cross-check of a calibration on a few of its factors, by sequential Monte Carlo (pyABC).

    pip install pyabc
    python experiments/abc_check.py results/calibration/NAME [--factors stopping,on_the_job,selection]
                                    [--particles 60] [--generations 4] [--people 20000]

The calibration rests on a linear approximation and normal errors; this does not. The other factors stay at their
estimates. Each particle is a run with a seed of its own, plus an error of the targets; what is compared is the linear
summary that the calibration's weights make of the moments (semi-automatic ABC, Fearnhead and Prangle 2012), in units of
its standard errors. Writes the table into docs/calibration.md. pyABC is not among the extras: it brings a database,
redis and git clients with it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--factors", default="stopping,on_the_job,selection")
    parser.add_argument("--particles", type=int, default=60)
    parser.add_argument("--generations", type=int, default=4)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--data", type=Path, help="as for the calibration")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    import pyabc
    from ship_calibration import put

    from laborsim.commands.calibrate import share_of
    from laborsim.loading import scenario_of_region
    from laborsim.scenario.schema import BASELINE
    from laborsim.study.calibration.calibrate import Place, joint, measures_of, weights
    from laborsim.study.calibration.moments import point_settings
    from laborsim.study.calibration.own import own_figures
    from laborsim.study.task import Task, execute

    told = json.loads((args.folder / "calibration.json").read_text())
    places = []
    for region in told["regions"]:
        own = own_figures(region, args.data, told["months"])
        places.append(Place(scenario_of_region(region), own, share_of(args.people, own)))
    free, moments = joint(told["months"], places)
    names = [f.name for f in free]
    chosen = [names.index(n) for n in args.factors.split(",")]
    fitted = np.array([m.fitted for m in moments])
    spread = np.array([m.spread for m in moments])[fitted]
    target = np.array([m.target for m in moments])[fitted]
    best = np.array([told["factors"][n]["log"] for n in names])
    prior_sd = np.array([free[k].spread for k in chosen])
    base = json.loads((args.folder / "posterior.json").read_text())["base"]
    jacobian, weight = np.array(told["jacobian"])[:, chosen], np.array(told["weight"])
    information = jacobian.T @ weight @ jacobian + np.diag(1.0 / prior_sd**2)
    covariance = np.linalg.inv(information)
    sd = np.sqrt(np.diag(covariance))
    summary = covariance @ jacobian.T @ weight  # moments -> what they say of the chosen factors
    measures = measures_of(moments)
    share = weights(places)
    draw = np.random.Generator(np.random.Philox(args.seed))
    np.random.seed(args.seed)  # noqa: NPY002 - pyABC draws from numpy's global state
    made = 0

    def simulate(point: dict[str, float]) -> dict[str, np.ndarray]:
        nonlocal made
        made += 1
        x = best.copy()
        x[chosen] = [point[names[k]] for k in chosen]
        settings = point_settings(free, x, base)
        found = []
        for place in places:
            seed = int(draw.integers(2**62))
            record = execute(Task(place.spec, BASELINE, 0, seed, place.scale, told["months"], parameters=settings,
                                  measures=measures))  # fmt: skip
            if not record.done:
                raise RuntimeError(record.error)
            found.append(dict(zip([m.name for m in measures], record.outcomes, strict=True)))
        values = []
        for m in moments:
            values.append(float(np.array([f[m.measure.name] for f in found]) @ share))
        error = draw.normal(0.0, spread)
        return {"s": summary @ (np.array(values)[fitted] + error - target) / sd}

    prior = pyabc.Distribution(**{names[k]: pyabc.RV("norm", 0.0, float(free[k].spread)) for k in chosen})
    abc = pyabc.ABCSMC(simulate, prior, lambda x, y: float(np.sqrt(((x["s"] - y["s"]) ** 2).sum())),
                       population_size=args.particles, sampler=pyabc.SingleCoreSampler())  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        abc.new(f"sqlite:///{folder}/abc.db", {"s": np.zeros(len(chosen))})
        history = abc.run(max_nr_populations=args.generations)
        points, weights = history.get_distribution()
        nearest = float(history.get_all_populations()["epsilon"].iloc[-1])
    lines = [
        f"{args.particles} particles, {args.generations} generations, {made} points simulated with {args.people:,} "
        f"people in each region; last threshold {nearest:.2f} standard errors. The other factors stay at their "
        "estimates. Logs of factors.", "",
        "| factor | calibration | 90% interval | ABC mean | 90% interval |", "|---|---:|---|---:|---|",
    ]  # fmt: skip
    for j, k in enumerate(chosen):
        values, w = points[names[k]].to_numpy(), np.asarray(weights)
        order = np.argsort(values)
        cumulated = np.cumsum(w[order]) / w.sum()
        low, high = (float(values[order][np.searchsorted(cumulated, q)]) for q in (0.05, 0.95))
        first, last = best[k] - 1.645 * sd[j], best[k] + 1.645 * sd[j]
        lines.append(f"| {free[k].name} | {best[k]:+.3f} | {first:+.3f} to {last:+.3f} "
                     f"| {float(np.average(values, weights=w)):+.3f} | {low:+.3f} to {high:+.3f} |")  # fmt: skip
    print("\n".join(lines))
    put("<!-- abc -->", "<!-- end of abc -->", "\n".join(lines))


if __name__ == "__main__":
    main()
