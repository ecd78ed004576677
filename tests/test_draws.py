"""The keyed draws: known answers, uniformity, avalanche, independence of neighbours.

Statistical tests use fixed keys, so they either always pass or always fail. Each was set up to reject a
perfect generator with probability 1e-4 at most; with about 120 of them the chance that one perfect
generator was refused when the keys were chosen is about 1 percent.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from laborsim.market.draws import Stream, bits, mix, more_bits, stream_key, to_unit, uniform

FALSE_ALARM = 1e-4
MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15

_spec = importlib.util.spec_from_file_location(
    "draws_benchmark", Path(__file__).parents[1] / "experiments" / "benchmarks" / "draws.py")
bench = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = bench  # kernels read back from the cache ask for their module by name
_spec.loader.exec_module(bench)


def philox(counter, key):
    """Philox4x32-10 in plain Python (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers")."""
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


PHILOX_ANSWERS = [  # kat_vectors of Random123
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
     (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]


@pytest.mark.parametrize(("counter", "key", "answer"), PHILOX_ANSWERS)
def test_philox_known_answers(counter, key, answer):
    assert tuple(philox(counter, key)) == answer
    out = np.zeros(4, np.uint64)
    bench.philox4x32(np.array(counter, np.uint64), np.array(key, np.uint64), out)
    assert tuple(int(x) for x in out) == answer


def test_splitmix_known_answers():
    """First outputs of splitmix64 seeded with 1234567 (reference code by Vigna)."""
    answers = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
               16408922859458223821]
    assert [int(bits(np.uint64(1234567), i)) for i in range(1, 6)] == answers


def py_mix(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**63 - 1])
def test_keys_and_draws_against_plain_python(seed):
    for stream in (1, 17, 255):
        for month in (0, 1, 95, 0xFFFF):
            key = py_mix((seed + GOLDEN) & MASK)
            key = py_mix(key ^ (stream * GOLDEN & MASK))
            key = py_mix(key ^ (month * 0xBF58476D1CE4E5B9 & MASK))
            assert int(stream_key(seed, stream, month)) == key
            for agent in (0, 1, 2**40 + 3, MASK):
                first = py_mix((key + agent * GOLDEN) & MASK)
                assert int(bits(np.uint64(key), np.uint64(agent))) == first
                assert int(more_bits(np.uint64(first), 3)) == py_mix((first + 3 * GOLDEN) & MASK)
                assert uniform(np.uint64(key), np.uint64(agent)) == (first >> 11) * 2.0**-53


def test_mix_is_one_to_one_on_a_sample():
    values = {int(mix(np.uint64(x))) for x in range(100_000)}
    assert len(values) == 100_000
    assert 0.0 <= to_unit(np.uint64(MASK)) < 1.0


def block(seed=1, stream=1, month=0, people=250_000):
    """(people, 4) words: the first draw of neighbouring ids and three more."""
    out = np.empty(4 * people, np.uint64)
    bench._fill(out, seed, stream, month, people)
    return out.reshape(people, 4)


def units(words):
    return (words >> np.uint64(11)) * 2.0**-53


@pytest.mark.parametrize("stream", [1, 2, 29, 51])
@pytest.mark.parametrize("column", [0, 1, 3])
def test_uniform(stream, column):
    u = units(block(stream=stream)[:, column])
    assert stats.chisquare(np.bincount((u * 1000).astype(int), minlength=1000)).pvalue > FALSE_ALARM
    assert stats.kstest(u, "uniform").pvalue > FALSE_ALARM
    low = (block(stream=stream)[:, column] & np.uint64(0xFF)).astype(int)
    assert stats.chisquare(np.bincount(low, minlength=256)).pvalue > FALSE_ALARM


def test_same_distribution_as_philox():
    n = 60_000
    out, got = np.zeros(4, np.uint64), np.empty(n)
    for i in range(n):
        bench.philox4x32(np.array([i, 0, 0, 0], np.uint64), np.array([5, 7], np.uint64), out)
        got[i] = (int(out[0]) << 32 | int(out[1])) * 2.0**-64
    assert stats.ks_2samp(got, units(block(people=n)[:, 0])).pvalue > FALSE_ALARM
    assert stats.chisquare(np.bincount((got * 100).astype(int), minlength=100)).pvalue > FALSE_ALARM


def flips(a, b):
    return np.bitwise_count(a ^ b)


def test_avalanche():
    """Flipping any one bit of the seed, stream, month, agent or counter flips each output bit half the time."""
    rng = np.random.default_rng(1)
    changes = {
        "seed": lambda s, t, m, i, b: (s ^ (1 << b), t, m, i, 1),
        "stream": lambda s, t, m, i, b: (s, t ^ (1 << b % 8), m, i, 1),
        "month": lambda s, t, m, i, b: (s, t, m ^ (1 << b % 12), i, 1),
        "agent": lambda s, t, m, i, b: (s, t, m, i ^ (1 << b), 1),
        "counter": lambda s, t, m, i, b: (s, t, m, i, 1 ^ (1 << b % 16)),
    }

    def value(s, t, m, i, c):
        first = bits(np.uint64(stream_key(np.uint64(s), t, m)), np.uint64(i))
        return more_bits(np.uint64(first), c)

    for name, change in changes.items():
        before, after = [], []
        for _ in range(4000):
            s, i = (int(x) for x in rng.integers(0, 2**63, 2))
            t, m, b = int(rng.integers(1, 99)), int(rng.integers(0, 96)), int(rng.integers(0, 63))
            before.append(value(s, t, m, i, 1))
            after.append(value(*change(s, t, m, i, b)))
        different = np.array(before, np.uint64) ^ np.array(after, np.uint64)
        by_bit = ((different[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)).sum(axis=0)
        # sum of 64 squared normals; and the number of flips is binomial(64, 1/2)
        assert stats.chi2.sf((((by_bit - 2000) ** 2) / 1000).sum(), 64) > FALSE_ALARM, name
        count = np.bitwise_count(different)
        edges = np.clip(count, 22, 42)
        expected = stats.binom.pmf(np.arange(65), 64, 0.5)
        expected = np.array([expected[:23].sum(), *expected[23:42], expected[42:].sum()]) * 4000
        assert stats.chisquare(np.bincount(edges - 22, minlength=21), expected).pvalue > FALSE_ALARM, name


NEIGHBOURS = {
    "seed": (dict(seed=1), dict(seed=2)),
    "far seed": (dict(seed=1), dict(seed=1 + 2**32)),
    "stream": (dict(stream=3), dict(stream=4)),
    "month": (dict(month=10), dict(month=11)),
    "year": (dict(month=10), dict(month=22)),
    "seed and stream": (dict(seed=3, stream=4), dict(seed=4, stream=3)),
}


@pytest.mark.parametrize("name", NEIGHBOURS)
@pytest.mark.parametrize("column", [0, 2])
def test_neighbours_are_independent(name, column):
    a, b = (block(**which)[:, column] for which in NEIGHBOURS[name])
    pairs_are_independent(a, b)


@pytest.mark.parametrize("lag", [1, 2, 64, 1024])
def test_neighbouring_agents_are_independent(lag):
    a = block()[:, 0]
    pairs_are_independent(a[:-lag], a[lag:])


@pytest.mark.parametrize(("x", "y"), [(0, 1), (1, 2), (0, 3)])
def test_draws_of_one_agent_are_independent(x, y):
    words = block()
    pairs_are_independent(words[:, x], words[:, y])


def pairs_are_independent(a, b):
    u, v = units(a), units(b)
    table = np.bincount((u * 32).astype(int) * 32 + (v * 32).astype(int), minlength=1024)
    assert stats.chisquare(table).pvalue > FALSE_ALARM
    assert abs(np.corrcoef(u, v)[0, 1]) * np.sqrt(u.size) < 4
    same = np.bincount(flips(a, b), minlength=65)
    expected = stats.binom.pmf(np.arange(65), 64, 0.5) * a.size
    keep = expected > 10
    g = np.append(same[keep], same[~keep].sum())
    assert stats.chisquare(g, np.append(expected[keep], expected[~keep].sum())).pvalue > FALSE_ALARM


def test_hashed_ids_and_rare_events():
    """People who enter later have ids that are hashes; rare events occur at their rate, without clusters."""
    ids = block(seed=9, stream=1)[:, 0]
    key = np.uint64(stream_key(1, 2, 3))
    u = np.array([uniform(key, i) for i in ids[:200_000]])
    events = u < 1e-3
    assert stats.binomtest(int(events.sum()), u.size, 1e-3).pvalue > FALSE_ALARM
    gaps = np.diff(np.flatnonzero(events))
    assert stats.kstest(gaps + 0.0, lambda x: 1 - (1 - 1e-3) ** np.floor(x)).pvalue > 1e-3


def test_streams_are_one_number_each():
    numbers = [int(s) for s in Stream.__members__.values()]
    assert len(set(numbers)) == len(numbers) == len(list(Stream))
    assert min(numbers) >= 1 and max(numbers) < 2**16
    # numbers of decisions that runs have been stored with; they may not change
    fixed = dict(SYNTHESIS=1, DEATH=2, RETIREMENT=4, START_LOOKING=17, LAYOFF_PICK=20, RECALL=26, APPLICATION_MARKET=29,
                 APPLICATION_VACANCY=30, APPLICANT_NOISE=31, TRAINING_RANK=37, URN_SEPARATION=44, URN_HIRE=47,
                 CARE_LEAVE=51)
    assert {name: int(Stream[name]) for name in fixed} == fixed


def test_keys_of_a_run_differ_and_do_not_overlap():
    """Two keys a small multiple of the constant apart would give two decisions the same draws, shifted."""
    inverse = pow(GOLDEN, -1, 2**64)
    keys = [int(stream_key(1, int(s), m)) for s in Stream for m in [*range(240), 0xFFFF]]
    assert len(set(keys)) == len(keys)
    positions = np.sort(np.array([k * inverse & MASK for k in keys], np.uint64))
    assert np.diff(positions).min() > 10_000_000
