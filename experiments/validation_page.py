"""docs/validation.md from real runs: facts and hindcasts of every shipped region, and the size of its errors.

    python experiments/validation_page.py --data DIR [--replicates 20] [--origins-every 3] [--out docs/validation.md]

Runs are kept in the run stores results/validation/*/runs.sqlite and read again; --fresh after a change of the program
makes them anew. With 20 runs of each region it takes
about half an hour on two cores.
"""

from __future__ import annotations

import argparse
from pathlib import Path

# scale: about fifty to a hundred thousand people in each run
REGIONS = {"kansas-city": 0.05, "lane": 0.25, "kentuckianaworks": 0.1, "kentucky": 0.025, "missouri": 0.02}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--replicates", type=int, default=20)
    parser.add_argument("--origins-every", type=int, default=3)
    parser.add_argument("--origin-replicates", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("docs/validation.md"))
    parser.add_argument("--fresh", action="store_true")
    args = parser.parse_args()

    from laborsim.loading import scenario_of_region
    from laborsim.report.validation import overview
    from laborsim.study.storage import write_atomically
    from laborsim.study.validation.known_error import ship
    from laborsim.study.validation.validate import validate

    found = []
    for region, scale in REGIONS.items():
        found.append(validate(scenario_of_region(region), args.data, args.replicates, scale,
                              origins_every=args.origins_every, origin_replicates=args.origin_replicates,
                              fresh=args.fresh))  # fmt: skip
        print(region, f"{len(found[-1].facts) - len(found[-1].missed)} of {len(found[-1].facts)}", flush=True)
    write_atomically(args.out, overview(found))
    ship(found)


if __name__ == "__main__":
    main()
