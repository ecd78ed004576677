"""How fast the engine is: nanoseconds per person and month, beside Mesa objects and the memory floor.

    python experiments/benchmarks/engine.py --json
    python experiments/benchmarks/engine.py --quick          # small, for a look

Times are medians over months, after the first months: processor time for one thread, which what else runs on the
machine disturbs little, and time on the clock for two, when nothing else should run.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import platform
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
from mesa_objects import ObjectMarket
from numba import njit

import laborsim.market.plan
import laborsim.model
from laborsim import assemble
from laborsim.exact import urn_ball_agents
from laborsim.market.codes import GONE
from laborsim.market.tables import Table, World

SCENARIO = Path(__file__).parents[2] / "scenarios" / "independence-works-2025.toml"
WARM_UP = 3


def several(world, copies):
    """A region of several copies of `world`, people and households in order of their zones."""
    tables, size = {}, {}
    for name in ("people", "households", "establishments", "cells"):
        one = getattr(world, name)
        size[name] = one.size
        arrays = {c.name: np.concatenate([one.arrays[c.name][: one.size]] * copies) for c in one.declared}
        tables[name] = Table(one.declared, one.size * copies, one.size * copies, arrays)
    for table, column, of in (("people", "household", "households"), ("people", "job", "cells"),
                              ("cells", "establishment", "establishments")):
        reference = tables[table].arrays[column]
        copy = np.repeat(np.arange(copies, dtype=reference.dtype), size[table])
        reference += np.where(reference >= 0, copy * size[of], 0).astype(reference.dtype)
    for name in ("people", "establishments"):
        copy = np.repeat(np.arange(copies, dtype=np.uint64), size[name])
        tables[name].arrays["id"] += copy << np.uint64(26)
    for name in ("people", "households"):
        arrays = tables[name].arrays
        order = np.argsort(arrays["zone"], kind="stable")
        for column in arrays:
            arrays[column][...] = arrays[column][order]
        if name == "households":
            place = np.empty(order.size, np.int32)
            place[order] = np.arange(order.size, dtype=np.int32)
            tables["people"].household[...] = place[tables["people"].household]
    return World(**tables)


def start_of(spec, scale):
    """As `laborsim.assemble.start_of`, also for more people than the region has."""
    copies = math.ceil(scale - 1e-9)
    start = assemble.start_of(spec, min(scale / copies, 1.0))
    return start if copies == 1 else replace(start, world=several(start.world, copies))


laborsim.model.start_of = start_of  # regions of several million people are copies of this one


def month_times(model, months, clock):
    """Seconds of each of `months` months, and of each stage in them, after warming up, by `clock`."""
    model.run_for(WARM_UP)
    laborsim.market.plan.perf_counter = clock
    total, stages = [], []
    for _ in range(months):
        before = model.plan.seconds()
        start = clock()
        model.step()
        total.append(clock() - start)
        stages.append({name: s - before[name] for name, s in model.plan.seconds().items()})
    return total, stages


def people_of(model):
    state = model.world.people.state[: model.world.people.size]
    return int(np.count_nonzero(state != GONE))


def run(spec, scale, months, threads=1):
    """A model after `months` months, its people, median seconds a month, median seconds by stage."""
    gc.collect()
    model = laborsim.LaborMarket(spec, rng=1, scale=scale, threads=threads)
    total, stages = month_times(model, months, time.process_time if threads == 1 else time.perf_counter)
    by_stage = {name: median(s[name] for s in stages) for name in stages[0]}
    return model, people_of(model), median(total), by_stage


def state_bytes(model):
    """Bytes of state in use, by table, and of what stages remember."""
    tables = dict(zip(("people", "households", "establishments", "cells"), model.world.tables(), strict=True))
    used = {name: t.bytes_per_row * t.size for name, t in tables.items()}

    def nested(value):
        if isinstance(value, dict):
            return sum(nested(v) for v in value.values())
        return value.nbytes if isinstance(value, np.ndarray) else 0

    used["memory"] = nested(model.month.memory)
    return used


@njit
def _pass(column, zero):
    for i in range(column.size):
        column[i] = column[i] + zero


def memory_floor(model, repeats=7):
    """Seconds of one read-and-write pass over every column in use: no month can touch its state faster."""
    columns = [np.ascontiguousarray(t.arrays[c.name][: t.size]).reshape(-1).copy()
               for t in model.world.tables() for c in t.declared]
    for c in columns:
        _pass(c, c.dtype.type(0))
    times = []
    for _ in range(repeats):
        start = time.process_time()
        for c in columns:
            _pass(c, c.dtype.type(0))
        times.append(time.process_time() - start)
    return min(times)


def mesa_objects(spec, scale, months):
    """Seconds a month and people of the Mesa version, and of laborsim at the same size."""
    _, people, seconds, _ = run(spec, scale, 12)
    source = laborsim.LaborMarket(spec, rng=1, scale=scale)
    objects = ObjectMarket(source, rng=1)
    objects.step()
    times = []
    for _ in range(months):
        start = time.process_time()
        objects.step()
        times.append(time.process_time() - start)
    return median(times), objects.figures["population"], seconds / people


def urn_ball(people=1_400_000, steps=40):
    """Person-steps a second of the urn-ball model through the production matching, one thread."""
    e = np.full(50, people / 50 / 1.016)
    network, demand = np.full((50, 50), 1 / 50), np.tile(e * 1.016, (steps, 1))
    urn_ball_agents(e, network, demand[:2])
    rates = []
    for _ in range(3):
        start = time.process_time()
        urn_ball_agents(e, network, demand)
        rates.append(people * steps / (time.process_time() - start))
    return median(rates)


def measure(args, say):
    """All figures as one dictionary."""
    spec = laborsim.load_scenario(SCENARIO)
    say("one thread")
    model, people, seconds, by_stage = run(spec, args.scale, args.months)
    used = state_bytes(model)
    floor = memory_floor(model)
    del model
    say("two threads")
    _, _, seconds_2, by_stage_2 = run(spec, args.scale, args.months, threads=2)
    say("Mesa objects")
    object_seconds, objects, small = mesa_objects(spec, args.mesa_scale, args.mesa_months)
    per_object = object_seconds / objects
    say("urn-ball")
    result = {
        "people": people,
        "ns_per_person_month_1_thread": 1e9 * seconds / people,
        "ns_per_person_month_2_threads": 1e9 * seconds_2 / people,
        "ns_by_stage": {name: 1e9 * s / people for name, s in by_stage.items()},
        "ns_by_stage_2_threads": {name: 1e9 * s / people for name, s in by_stage_2.items()},
        "bytes_per_person": sum(used.values()) / people,
        "bytes_by_table_per_person": {name: b / people for name, b in used.items()},
        "mesa_objects_people": objects,
        "ns_per_person_month_mesa_objects": 1e9 * per_object,
        "ratio_mesa_objects_to_laborsim": per_object / (seconds / people),
        "ratio_mesa_objects_to_laborsim_same_size": per_object / small,
        "memory_floor_ns_per_person": 1e9 * floor / people,
        "ratio_to_memory_floor": seconds / floor,
        "urn_ball_person_steps_per_second_1_thread": urn_ball(),
        "growth": [],
        "python": platform.python_version(),
        "processors": os.cpu_count(),
    }
    whole = people / args.scale
    for size in args.growth:
        say(f"{size / 1e6:g} million people")
        _, n, seconds, _ = run(spec, size / whole, args.growth_months)
        result["growth"].append([n, seconds])
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--mesa-scale", type=float, default=0.05)
    parser.add_argument("--mesa-months", type=int, default=4)
    parser.add_argument("--growth", type=float, nargs="*", default=[0.1e6, 0.5e6, 1e6, 2e6, 4e6], metavar="PEOPLE")
    parser.add_argument("--growth-months", type=int, default=12)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the people, no growth")
    args = parser.parse_args()
    if args.quick:
        args.scale, args.months, args.mesa_scale, args.mesa_months, args.growth = 0.05, 6, 0.005, 2, []
    result = measure(args, lambda text: print(text, file=sys.stderr))
    if args.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        if isinstance(value, dict):
            print(name)
            for part, x in value.items():
                print(f"    {part:<16} {x:10.2f}")
        elif isinstance(value, list):
            for n, s in value:
                print(f"{name}: {n:>9,} people {s:8.3f} s a month {1e9 * s / n:8.1f} ns a person")
        else:
            print(f"{name:<44} {value:,.2f}" if isinstance(value, float) else f"{name:<44} {value}")


if __name__ == "__main__":
    main()
