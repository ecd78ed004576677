"""The keyed draws: speed, and raw output for a battery of randomness tests.

    python experiments/benchmarks/draws.py --json
    python experiments/benchmarks/draws.py --raw | dieharder -a -g 200

`--raw` writes 64-bit words for ever, in the order the market uses keys: for every run seed, month and decision, a
block of people with small neighbouring ids, and for each the first draw and three more.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

import numpy as np
from numba import njit

from laborsim.market.draws import Stream, bits, more_bits, stream_key, uniform

M0, M1, W0, W1 = (np.uint64(x) for x in (0xD2511F53, 0xCD9E8D57, 0x9E3779B9, 0xBB67AE85))
LOW = np.uint64(0xFFFFFFFF)
S32 = np.uint64(32)


@njit(cache=True)
def philox4x32(counter, key, out):
    """Ten rounds of Philox 4x32 (Salmon et al. 2011); all 32-bit words held in uint64."""
    c0, c1, c2, c3 = counter[0], counter[1], counter[2], counter[3]
    k0, k1 = key[0], key[1]
    for _ in range(10):
        p0, p1 = M0 * c0, M1 * c2
        c0, c1, c2, c3 = (p1 >> S32) ^ c1 ^ k0, p1 & LOW, (p0 >> S32) ^ c3 ^ k1, p0 & LOW
        k0, k1 = (k0 + W0) & LOW, (k1 + W1) & LOW
    out[0], out[1], out[2], out[3] = c0, c1, c2, c3


@njit(cache=True)
def _uniforms(n, key):
    total = 0.0
    for i in range(n):
        total += uniform(key, i)
    return total


@njit(cache=True)
def _more(n, key):
    total = np.uint64(0)
    for i in range(n):
        total ^= more_bits(bits(key, i), 1)
    return total


@njit(cache=True)
def _philox(n, key):
    counter, words, out = np.zeros(4, np.uint64), np.zeros(2, np.uint64), np.zeros(4, np.uint64)
    words[0], words[1] = key & LOW, key >> S32
    total = np.uint64(0)
    for i in range(n):
        counter[0] = i
        philox4x32(counter, words, out)
        total ^= out[0] ^ out[3]
    return total


@njit(cache=True)
def _keys(n):
    total = np.uint64(0)
    for i in range(n):
        total ^= stream_key(7, 3, i)
    return total


@njit(cache=True)
def _fill(out, seed, stream, month, people):
    key = stream_key(seed, stream, month)
    for i in range(people):
        first = bits(key, i)
        out[4 * i] = first
        for c in range(1, 4):
            out[4 * i + c] = more_bits(first, c)


def words(seed: int, people: int = 4096):
    """Yield blocks of 64-bit words: months, then decisions, then seeds."""
    block = np.empty(4 * people, np.uint64)
    while True:
        for month in range(96):
            for stream in Stream:
                _fill(block, seed, int(stream), month, people)
                yield block
        seed += 1


def best(function, *args, repeats: int = 7) -> float:
    function(*args)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function(*args)
        times.append(time.perf_counter() - start)
    return min(times)


def speeds(n: int = 4_000_000) -> dict[str, float]:
    """Nanoseconds per draw, best of seven."""
    key = np.uint64(stream_key(1, 2, 3))
    cases = {"uniform": _uniforms, "second_draw": _more, "stream_key": _keys, "philox4x32_10": _philox}
    return {name: round(best(f, *((n,) if f is _keys else (n, key))) / n * 1e9, 3) for name, f in cases.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--raw", action="store_true", help="write raw 64-bit words to stdout until it closes")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.raw:
        try:
            for block in words(args.seed):
                sys.stdout.buffer.write(block.tobytes())
        except BrokenPipeError:
            sys.stderr.close()
        return
    result = speeds()
    if args.json:
        print(json.dumps({"ns_per_draw": result}))
    else:
        for name, ns in result.items():
            print(f"{name:16s} {ns:7.3f} ns")


if __name__ == "__main__":
    main()
