"""The model's own levels of 2019 for every target of the scenarios, to write into their sources and set goals by.

    python experiments/levels.py [scenarios/lane-county.toml ...] [--seeds 2]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", type=Path)
    parser.add_argument("--seeds", type=int, default=2)
    args = parser.parse_args()

    import laborsim

    for path in args.scenarios or sorted((HERE / "scenarios").glob("*.toml")):
        spec = laborsim.load_scenario(path)
        frames = []
        for seed in range(1, args.seeds + 1):
            model = laborsim.LaborMarket(spec, rng=seed)
            model.run_for(24)
            frames.append(model.frame())
        print(path.name)
        for target in spec.targets:
            try:
                level = np.mean([np.nanmean(f.series(target.indicator, target.group)[12:24]) for f in frames])
            except KeyError:  # worked out from stored results, such as ranks among peers
                continue
            print(f"  {level:9.4f}  goal {target.goal:10s} {target.name} ({target.group}): {target.source}")


if __name__ == "__main__":
    main()
