"""The month as one would write it in Mesa: one Agent per worker and one per employer.

The yardstick of `engine.py`. It starts from the same synthesized region as `laborsim.LaborMarket`, reads the same
parameters and goes through the same stages with the rules of behaviour that take most of the time, person by person.
It leaves out what came to the model since it was written: the quality of matches in pay, pay by place, classes that
lead to a job, programs beside school and work, services, practices and job quality that change, housing, shutdowns,
most indicators. So it does less work than the real model, and the ratio understates the difference. Written as plain,
reasonably quick Python: attributes are slots of ordinary objects, tables are looked up, nothing is searched in lists
that a dictionary could find.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections import Counter, defaultdict
from itertools import accumulate

import mesa
import numpy as np
from mesa_agents import Cell, Employer, Home, Worker

from laborsim.market import codes as k
from laborsim.market import pay
from laborsim.market.participation import by_age
from laborsim.market.stationary import monthly


class ObjectMarket(mesa.Model):
    """The labor market with one agent per worker and per employer, started from a `laborsim.LaborMarket`."""

    def __init__(self, source, rng=1):
        super().__init__(rng=rng)
        self.month, self.economy, self.programs = 0, source.economy, source.programs
        rooms = ("demand", "participation", "separations", "vacancies", "matching", "search", "wages", "training",
                 "demography", "quality")
        self.q = {room: source.month.room(room) for room in rooms}
        self._tables(source)
        self._people(source.world)
        self.count = Counter()

    def _tables(self, source):
        e, q = self.economy, self.q
        s = q["separations"]
        self.death = monthly(e.mortality).tolist()
        self.birth, self.retire = monthly(e.fertility).tolist(), monthly(e.retirement).tolist()
        self.onset, self.recovery = monthly(e.disability_onset).tolist(), [0.02] * 121
        self.enrolment = e.enrolment.tolist()
        self.away = [0.002] * 121
        exits = np.asarray(e.occ_exit)
        self.retire_factor = np.sqrt(exits / exits.mean()).tolist()
        self.stop = by_age(q["participation"]["stop_by_age"]).tolist()
        self.laid_off_leave = by_age(s["laid_off_leave"]).tolist()
        p = q["participation"]
        self.look = [p[f"look_{x}"] for x in ("carer", "student", "retired", "disabled", "discouraged", "other")]
        leave = by_age(s["leave_by_age"]) / (1 + 0.35 * s["tenure_shape"])
        self.leave_hazard = [leave.tolist(), (leave * s["leave_women_factor"]).tolist()]
        months = np.arange(64)
        self.tenure_shape = (1 + s["tenure_shape"] * 0.5 ** (months / s["tenure_half_life"])).tolist()
        self.bad_hazard = (s["bad_match_hazard"] * (1 - np.exp(-months / s["learning_months"]))).tolist()
        self.exit_month = 1 - (1 - q["demand"]["exit_small"]) ** (1 / 12)
        self.major, self.usual_wage = e.occ_major.tolist(), e.occ_wage.tolist()
        self.learning_months = pay.learning_months(e, q["search"]).tolist()
        self.learn = [1 - math.exp(-12 / months) for months in self.learning_months]
        self.skill_return = pay.skill_returns(e, q["search"]).tolist()
        self.discount = pay.terms(e, q["search"]).discount.tolist()
        near = e.mobility / np.maximum(source.month.memory["demand"]["shares"], 1e-4)
        self.near = near.tolist()
        self.closeness = np.sqrt(near / near.max(axis=1, keepdims=True))
        np.fill_diagonal(self.closeness, 1.0)
        self.closeness = self.closeness.tolist()
        self.commute_weight = [[0.3 * row for row in e.commute_weight], e.commute_weight]
        self.commute_cost = (q["search"]["commute_cost"] * e.commute_minutes / 30).tolist()
        self.price, self.need = e.childcare_price.tolist(), e.household_need.tolist()
        seats = self.programs.seats / max(self.programs.seats.sum(), 1e-9)
        self.visible = [list(accumulate(seats.tolist()))] * e.zones
        weight = self.programs.occupations / np.maximum(self.programs.occupations.sum(axis=1, keepdims=True), 1)
        self.program_value = ((weight * e.occ_wage).sum(axis=1) * 150).tolist()
        t = q["training"]
        self.attention = [t["attention_employed"]] * k.N_STATES
        self.attention[k.UNEMPLOYED], self.attention[k.STUDENT] = t["attention_unemployed"], t["attention_student"]
        self.scale = source.scale

    def _people(self, world):
        """One agent per establishment and person of the synthesized region."""
        w, est, c, h = world.people, world.establishments, world.cells, world.households
        quality = ((est.quality[: est.size].mean(axis=1) - 127.5) / 127.5).tolist()
        columns = (est.zone, est.sector, est.base, est.premium)
        employers = [Employer(self, *row, quality[j], int(est.practices[j]))
                     for j, row in enumerate(zip(*(a[: est.size].tolist() for a in columns), strict=True))]
        cells = []
        columns = (c.establishment, c.occupation, c.base, c.vacancies, c.posted, c.needs)
        for j, *rest in zip(*(a[: c.size].tolist() for a in columns), strict=True):
            cells.append(Cell(employers[j], *rest))
            employers[j].cells.append(cells[-1])
        columns = (h.zone, h.children, h.youngest, h.car, h.care)
        self.homes = [Home(*row) for row in zip(*(a[: h.size].tolist() for a in columns), strict=True)]
        names = ("birth", "sex", "race", "education", "traits", "state", "since", "hired", "occupation", "hours",
                 "wage", "ability", "skill", "knows", "ui_weeks", "ui_benefit", "credentials")
        table = zip(*(getattr(w, name)[: w.size].tolist() for name in names), strict=True)
        homes, jobs = w.household[: w.size].tolist(), w.job[: w.size].tolist()
        for i, values in enumerate(table):
            if values[5] == k.GONE:
                continue
            person = Worker(self, self.homes[homes[i]], **dict(zip(names, values, strict=True)), history=[],
                            bad_match=self.random.random() < 0.05)
            if jobs[i] >= 0:
                person.cell = cells[jobs[i]]
                (person.cell.waiting if person.state == k.TEMPORARY_LAYOFF else person.cell.staff).add(person)
        self.base_staff = self._childcare_staff() or 1
        self.single, self.size = None, len(self.agents_by_type[Worker])

    def _childcare_staff(self):
        sector = self.economy.childcare_sector
        return sum(len(c.staff) for e in self.agents_by_type[Employer] if e.sector == sector for c in e.cells)

    def step(self):
        """One month, stage by stage."""
        workers, employers = self.agents_by_type[Worker], self.agents_by_type[Employer]
        self.count, self.looking = Counter(), []
        e, t = self.economy, min(self.month, self.economy.months - 1)
        self.index = e.sector_index[t].tolist()
        q = self.q["demand"]
        shrink = q["growth_persistence"] ** 2
        self.drift = 0.5 * q["growth_shock"] ** 2 * (1 - shrink ** (self.month + 1)) / (1 - shrink)
        self.technology = [1.0] * e.occupations
        base = sum(x.size for x in employers)
        closed = sum(x.size for x in employers if x.closed >= 0)
        self.index = [x * base / (base - closed) for x in self.index]
        self.floor = e.minimum_wage[t].tolist()
        self.ui_weeks, self.ui_maximum = e.ui_weeks[t].tolist(), e.ui_maximum[t].tolist()
        self.ui_replacement = e.ui_replacement.tolist()
        fall = np.log(e.sector_index[max(t - 2, 0)] / e.sector_index[t])
        s = self.q["separations"]
        self.temporary = np.clip(s["temporary_base"] + s["temporary_slope"] * np.maximum(fall - 0.02, 0), 0,
                                 s["temporary_most"]).tolist()
        workers.do("live")
        self.renew()
        employers.do("grow")
        self.childcare()
        workers.do("participate")
        employers.do("adjust")
        workers.do("separate")
        employers.do("post")
        self.match(workers, employers)
        self.going = [x * (1 + self.q["wages"]["real_growth"]) ** (self.month / 12) for x in self.usual_wage]
        employers.do("reprice")
        workers.do("review")
        self.train(workers)
        self.collect(workers, employers)
        self.month += 1

    def renew(self):
        """Children who turn sixteen, and arrivals in place of those who moved away."""
        r = self.random
        for home in self.homes:
            if home.children and home.members and self.month - home.youngest == 192:
                home.children -= 1
                self.arrive(home, home.members[0], self.month - 192)
        workers = list(self.agents_by_type[Worker])
        for _ in range(self.size - len(workers)):
            donor = r.choice(workers)
            self.homes.append(Home(donor.home.zone, donor.home.children, donor.home.youngest, 1, donor.home.care))
            self.arrive(self.homes[-1], donor, donor.birth)

    def arrive(self, home, parent, birth):
        Worker(self, home, birth=birth, sex=int(self.random.random() < 0.5), race=parent.race,
               education=parent.education, traits=k.TRAIT_ENROLLED if birth == self.month - 192 else 0,
               state=k.STUDENT if birth == self.month - 192 else k.UNEMPLOYED, since=self.month, hired=0,
               occupation=parent.occupation, hours=40, wage=self.floor[home.zone], ability=self.random.gauss(0, 1),
               skill=0.4, knows=parent.knows, ui_weeks=0, ui_benefit=0.0, credentials=0, history=[], bad_match=False)

    def childcare(self):
        """Places need staff; scarce ones go by lot to households whose adults all work."""
        waiting = []
        for home in self.homes:
            if not home.children or self.month - home.youngest >= 156 or not home.members:
                home.care = k.CARE_NOT_NEEDED
            elif all(w.works for w in home.members):
                rank = self.random.random() - (1 if home.care == k.CARE_FORMAL else 0)
                infants, small, school = home.care_needed(self.month)
                waiting.append((rank, infants / 4 + small / 10 + school / 20, home))
            else:
                home.care = k.CARE_PARENT
        waiting.sort(key=lambda x: x[0])
        left = self._childcare_staff() / self.base_staff * 0.9 * sum(load for _, load, _ in waiting)
        for _, load, home in waiting:
            left -= load
            home.care = k.CARE_FORMAL if left >= 0 else k.CARE_FAMILY

    def draw_market(self, home, occupation):
        """Zone and occupation of a vacancy to look at."""
        key = home.zone, occupation, home.car
        if key not in self.markets:
            pairs = list(self.units)
            row, near = self.commute_weight[home.car and 1][home.zone], self.near[occupation]
            weights = accumulate(row[z] * near[o] * self.pull[z, o] for z, o in pairs)
            self.markets[key] = pairs, list(weights)
        pairs, cumulative = self.markets[key]
        if not pairs or cumulative[-1] <= 0:
            return None
        return pairs[bisect(cumulative, self.random.random() * cumulative[-1], hi=len(pairs) - 1)]

    def match(self, workers, employers):
        """Applications, ranking, rounds of offers."""
        self.units, self.applicants, self.markets = defaultdict(list), defaultdict(list), {}
        share = self.q["vacancies"]["decided_in_month"]
        free = {}
        for e in employers:
            for c in e.cells:
                if c.vacancies:
                    ready = int(c.vacancies * share[self.economy.occ_education[c.occupation]] + self.random.random())
                    if ready:
                        free[c] = ready
                        self.units[e.zone, c.occupation].extend([c] * ready)
        attraction = self.q["matching"]["attraction"]
        self.pull = {market: len(u) * math.exp(attraction * sum(math.log(c.posted) for c in u) / len(u))
                     for market, u in self.units.items()}
        seekers = [w for w in workers if w.looks()] + self.looking
        for w in seekers:
            w.apply()
        held, queue = {}, {c: sorted(a, key=lambda x: (-x[0], x[1])) for c, a in self.applicants.items()}
        turn = dict.fromkeys(queue, 0)
        for _ in range(self.q["matching"]["rounds"]):
            back = Counter()
            for c, ranked in queue.items():
                while free[c] > 0 and turn[c] < len(ranked):
                    _, _, w, utility = ranked[turn[c]]
                    turn[c] += 1
                    free[c] -= 1
                    old = held.get(w)
                    if old is None or utility > old[0]:
                        if old is not None:
                            back[old[1]] += 1
                        held[w] = utility, c
                    else:
                        back[c] += 1
            for c, n in back.items():
                free[c] += n
        for w, (_, c) in held.items():
            c.vacancies -= 1
            self.count["hires"] += 1
            w.start(c)
        active = self.q["participation"]["active_share"]
        for w in self.looking:
            if w not in held and self.random.random() < active:
                w.leave(k.UNEMPLOYED)

    def train(self, workers):
        """Those enrolled go on; seats of the month go to the applicants drawn first."""
        self.training_applicants = defaultdict(list)
        workers.do("train")
        for g, applicants in self.training_applicants.items():
            seats = int(self.programs.seats[g] * self.scale + self.random.random())
            for _, _, w in sorted(applicants, key=lambda x: x[:2])[:seats]:
                w.program, w.enrolled_at = g, self.month

    def collect(self, workers, employers):
        """Stocks and flows by group, wages, self-sufficiency, retention, openings."""
        c, wages = self.count, defaultdict(list)
        need = self.need
        for w in workers:
            now = 0 if w.works else 1 if w.state <= k.UNEMPLOYED else 2
            before = 0 if w.last <= k.SELF_EMPLOYED else 1 if w.last <= k.UNEMPLOYED else 2
            c["EUN"[before] + "EUN"[now]] += 1
            home, low = w.home, w.education <= k.HS
            over = not low and self.economy.occ_education[w.occupation] < w.education - 1
            belongs = {"unemployed": now == 1, "out_of_labor_force": now == 2, "low_skilled": low,
                       "high_skilled": not low, "parent": w.young_child(),
                       "underemployed": now == 0 and (over or w.state == k.PART_TIME_INVOLUNTARY)}
            segments = [name for name, yes in belongs.items() if yes]
            groups = [("all",), ("zone", home.zone), ("sex", w.sex), ("race", w.race), ("education", w.education),
                      ("age", min(w.age // 10, 7)), *((x,) for x in segments)]
            for group in groups:
                c[group, now] += 1
                if now == 0:
                    wages[group].append(w.wage)
            if now == 0:
                enough = need[home.zone][min(len(home.members), 2) - 1][min(home.children, 3)][int(w.young_child())]
                c["self_sufficient"] += w.wage >= enough
                c["kept_a_year"] += w.cell is not None and self.month - w.hired >= 12
            w.last = w.state
        for group, values in wages.items():
            values.sort()
            for share in (0.1, 0.5, 0.9):
                c["wage", group, share] = values[int(share * len(values))]
        for e in employers:
            for cell in e.cells:
                c["openings"] += cell.vacancies
                c["jobs", e.sector, e.zone] += len(cell.staff)
        for name, n in zip("EUN", range(3), strict=True):
            c[name] = c[("all",), n]
        c["population"] = c["E"] + c["U"] + c["N"]
        self.figures = dict(c)
