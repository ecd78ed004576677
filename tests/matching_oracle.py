"""Slow, obvious matching in plain Python: the oracle of laborsim.market.matching."""

from __future__ import annotations

import math

import numpy as np

MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15
SLOTS = 64
ELSEWHERE = 4
TURN = 1 << 20
ARITY = 16


def mix(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def draw(key, number):
    return mix((int(key) + int(number) * GOLDEN) & MASK)


def unit(b):
    return (b >> 11) * 2.0**-53


def choose(weights, b):
    """Two-level choice: a group of 16 with the upper half of the bits, a member with the lower half."""
    groups = [weights[g : g + ARITY] for g in range(0, len(weights), ARITY)]
    group = one_of([sum(g) for g in groups], b >> 34) if len(groups) > 1 else 0
    return group * ARITY + one_of(groups[group], (b & 0xFFFFFFFF) >> 2)


def one_of(weights, x):
    """First whose running share, in units of 2**-30, is above x."""
    total = running = 0.0
    for w in weights:
        total += w
    for k, w in enumerate(weights):
        running += w
        if running >= total or x < round(running / total * 2**30):
            return k
    raise AssertionError("no weight")


def market_weights(vacancies, terrain, parameters):
    zones, occupations = len(terrain.commute_cost[0]), len(terrain.mobility)
    count = np.zeros((zones, occupations))
    logs = np.zeros((zones, occupations))
    for v in range(len(vacancies.cell)):
        at = vacancies.zone[v], vacancies.occupation[v]
        count[at] += vacancies.open[v]
        logs[at] += vacancies.open[v] * math.log(max(float(vacancies.posted[v]), 1e-6))
    return np.array([[n * math.exp(parameters.attraction * s / n) if n else 0.0
                      for n, s in zip(*row, strict=True)] for row in zip(count, logs, strict=True)])


def sample(seekers, vacancies, terrain, parameters, keys):
    """Vacancies each seeker looks at, None where none was found."""
    pull = market_weights(vacancies, terrain, parameters)
    zones, occupations = pull.shape
    slots = {}
    for v in range(len(vacancies.cell)):
        slot = mix((int(vacancies.cell[v]) + 1) * GOLDEN & MASK) % SLOTS
        market = int(vacancies.zone[v]) * occupations + int(vacancies.occupation[v])
        slots.setdefault(market, [[] for _ in range(SLOTS)])[slot] += [v] * int(vacancies.open[v])
    looked = []
    for i in range(len(seekers.id)):
        o, home = int(seekers.occupation[i]), int(seekers.zone[i])
        commute = terrain.commute_weight[seekers.travel[i]]
        by_zone = []
        for z in range(zones):
            groups = np.array([terrain.mobility[o][other] * pull[z][other] for other in range(occupations)])
            by_zone.append(commute[home][z] * total(groups))
        by_zone = np.array(by_zone)
        found = []
        first, second = draw(keys.market, seekers.id[i]), draw(keys.vacancy, seekers.id[i])
        found = [None] * int(seekers.applications[i])
        todo = list(range(len(found)))
        for turn in range(ELSEWHERE):
            for a in todo:
                found[a] = None
                for t in range(parameters.redraws):
                    if by_zone.sum() == 0:
                        break
                    counter = (a * 32 + t) * 2 + 1 + turn * TURN
                    z = choose(by_zone, draw(first, counter))
                    other = choose(np.array(terrain.mobility[o]) * pull[z], draw(first, counter + 1))
                    if int(seekers.knows[i]) >> int(terrain.occ_major[other]) & 1:
                        inside = slots[z * occupations + other]
                        at = 2 * a + 1 + turn * TURN
                        slot = inside[choose([len(s) for s in inside], draw(second, at))]
                        found[a] = slot[int(unit(draw(second, at + 1)) * len(slot))]
                        break
            # the own job, or one looked at before: drawn anew
            todo = [a for a in todo if found[a] is not None
                    and (vacancies.cell[found[a]] == seekers.cell[i] or found[a] in found[:a])]
        looked.append(found)
    return looked


def total(weights):
    return sum(sum(weights[g : g + ARITY]) for g in range(0, len(weights), ARITY))


def match(seekers, vacancies, terrain, parameters, keys, referrals=()):
    """Same result as the kernel: (vacancy index, sent, filled, applications received), plus the offers' tables.

    `referrals` are (seeker, turn, vacancy).
    """
    n, m = len(seekers.id), len(vacancies.cell)
    sent, received = [0] * n, [0] * m
    score, utility = {}, {}  # (vacancy, seeker) -> what the employer sees, what the seeker gets
    looks = sample(seekers, vacancies, terrain, parameters, keys)
    for i, turn, v in referrals:
        looks[i][turn] = v
    for i, looked in enumerate(looks):
        o = int(seekers.occupation[i])
        for v in dict.fromkeys(looked):
            if v is None or vacancies.cell[v] == seekers.cell[i]:
                continue
            there = int(vacancies.occupation[v])
            carried = 1.0 if terrain.carried is None else float(np.float32(terrain.carried[o][there]))
            skill = float(seekers.skill[i]) * carried
            pays = terrain.pay or None
            ability, returns, match_return = [float(r[there]) for r in pays[:3]] if pays else (0.0, 0.0, 0.0)
            own = ability * float(seekers.ability[i]) + returns * (max(skill, parameters.skill_floor) - 1.0)
            own -= float(seekers.discount[i]) * float(vacancies.bias[v])
            word = draw(draw(keys.taste, seekers.id[i]), int(vacancies.cell[v]) + 1)
            own += match_return / 127.0 * max(int(word) % 256 - 128, -127)
            pay = max(float(np.float32(math.log(max(float(vacancies.posted[v]), 1e-6)))) + own,
                      float(np.float32(math.log(max(float(vacancies.floor[v]), 1e-6)))))
            likes = 2.0 * unit(word) - 1.0
            worth = (pay + float(vacancies.amenity[v]) + parameters.taste * likes
                     - terrain.commute_cost[seekers.travel[i]][seekers.zone[i]][vacancies.zone[v]])
            if worth <= float(seekers.hold[i]):
                continue
            least = float(seekers.reservation[i])
            if parameters.filters and least > 0 and pay < math.log(least):
                continue
            sent[i] += 1
            received[v] += 1
            schooled = vacancies.needs[v] <= seekers.education[i]
            experienced = skill >= parameters.experience_passes and vacancies.needs[v] <= seekers.trained[i]
            certified = int(vacancies.fields[v]) & int(seekers.credentials[i]) and vacancies.needs[v] <= 3
            if parameters.filters and (not (schooled or experienced or certified) or skill < vacancies.experience[v]
                                       or (vacancies.screens_record[v] and seekers.record[i])):
                continue
            near = terrain.mobility[o][vacancies.occupation[v]]
            closeness = 1.0 if vacancies.occupation[v] == o else np.float32(math.sqrt(near / max(terrain.mobility[o])))
            u = unit(draw(draw(keys.noise, seekers.id[i]), int(vacancies.cell[v]) + 1)) + 2.0**-54
            score[v, i] = (float(seekers.score[i]) - float(seekers.bias[i]) * float(vacancies.bias[v])
                           + parameters.fit_weight * float(closeness)
                           + parameters.noise * math.sqrt(3) / math.pi * math.log(u / (1 - u)))
            utility[v, i] = worth

    def ticket(v, i):
        return mix(draw(draw(keys.noise, seekers.id[i]), int(vacancies.cell[v]) + 1))

    ranking = [sorted((i for (w, i) in score if w == v), key=lambda i, v=v: (-score[v, i], -ticket(v, i), i))
               for v in range(m)]
    held = {}
    asked = [0] * m
    for _ in range(parameters.rounds):
        offers = {}
        for v in range(m):
            free = int(vacancies.open[v]) - sum(1 for w in held.values() if w == v)
            for i in ranking[v][asked[v] : asked[v] + free]:
                offers.setdefault(i, []).append(v)
            asked[v] += free
        for i, new in offers.items():
            every = new + ([held[i]] if i in held else [])
            held[i] = max(every, key=lambda v, i=i: (utility[v, i], ticket(v, i), -v))
    index = [held.get(i, -1) for i in range(n)]
    filled = [index.count(v) for v in range(m)]
    return index, sent, filled, received, score, utility
