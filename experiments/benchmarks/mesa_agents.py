"""One Mesa Agent per worker and per employer: the actors of `mesa_objects.py`."""

from __future__ import annotations

import math
from bisect import bisect

import mesa

from laborsim.market import codes as k

LOGISTIC = math.sqrt(3.0) / math.pi


class Home:
    """A household."""

    def __init__(self, zone, children, youngest, car, care):
        self.zone, self.children, self.youngest, self.car, self.care = zone, children, youngest, car, care
        self.members = []

    def care_needed(self, month, spacing=30):
        """Children under 2, 2 to 5 and 6 to 12."""
        groups = [0, 0, 0]
        for s in range(self.children):
            age = month - self.youngest + spacing * s
            if age < 156:
                groups[0 if age < 24 else 1 if age < 72 else 2] += 1
        return groups

    def care_cost(self, month, price):
        return sum(n * p for n, p in zip(self.care_needed(month), price[self.zone], strict=True))


class Cell:
    """The jobs of one occupation at one employer."""

    def __init__(self, employer, occupation, base, vacancies, posted, needs):
        self.employer, self.occupation, self.base = employer, occupation, base
        self.vacancies, self.posted, self.needs = vacancies, posted, needs
        self.target, self.age = int(base), 1.0
        self.rounding = employer.random.random()
        self.staff = set()
        self.waiting = set()  # people on temporary layoff


class Employer(mesa.Agent):
    """An establishment with its job cells."""

    def __init__(self, model, zone, sector, size, premium, quality, practices):
        super().__init__(model)
        self.zone, self.sector, self.size, self.premium = zone, sector, size, premium
        self.quality, self.practices = quality, practices
        self.growth, self.closed, self.cells = 0.0, -1, []

    def grow(self):
        """Own growth, exit and entry; targets of the cells."""
        m, r, q = self.model, self.random, self.model.q
        if self.closed >= 0:
            if m.month < self.closed + q["demand"]["reentry_months"]:
                return
            self.closed, self.growth = -1, 0.0
        self.growth = q["demand"]["growth_persistence"] * self.growth + q["demand"]["growth_shock"] * r.gauss(0, 1)
        if self.size < 500 and r.random() < m.exit_month * (1 if self.size < 10 else math.sqrt(10 / self.size)):
            self.closed = m.month
        factor = m.index[self.sector] * math.exp(self.growth - m.drift) if self.closed < 0 else 0.0
        for c in self.cells:
            c.target = int(c.base * factor * m.technology[c.occupation] + c.rounding)

    def adjust(self):
        """Recall people, or lay off those with least seniority where there are too many."""
        r, q, m = self.random, self.model.q["separations"], self.model
        for c in self.cells:
            room = c.target - len(c.staff)
            for w in list(c.waiting):
                if room > 0 and r.random() < q["recall_hazard"] * q["recall_fade"] ** (m.month - w.since):
                    room -= 1
                    w.recall()
            for w in [w for w in c.waiting if self.closed >= 0 or r.random() < q["recall_lost"]]:
                w.leave(k.UNEMPLOYED)
            excess = len(c.staff) - c.target
            if excess > 0:
                order = sorted(c.staff, key=lambda w: r.random() + 1.5 * min(m.month - w.hired, 120) / 120)
                for w in order[:excess]:
                    m.count["layoffs"] += 1
                    kind = k.TEMPORARY_LAYOFF if r.random() < m.temporary[self.sector] else k.UNEMPLOYED
                    out = r.random() < m.laid_off_leave[w.age]
                    w.claim()
                    w.leave(w.reason_out() if out else kind, laid_off=True)

    def post(self):
        """Open, keep or withdraw vacancies."""
        r, q = self.random, self.model.q["vacancies"]
        for c in self.cells:
            ahead = int(len(c.staff) * q["notice_share"] + r.random())
            room = c.target - len(c.staff) + ahead - int(q["recall_hold"] * len(c.waiting) + 0.5)
            gone = max(c.vacancies - max(room, 0), 0) or int(q["withdrawal_share"] * c.vacancies + r.random())
            kept = max(c.vacancies - gone, 0)
            new = int(q["posting_share"] * (room - kept) + r.random()) if room > kept and not gone else 0
            c.vacancies = kept + new
            c.age = (kept * (c.age + 1) + new * 0.5) / c.vacancies if c.vacancies else 0.0

    def reprice(self):
        """Posted wages move towards the going rate and the employer's own policy."""
        m, q = self.model, self.model.q["wages"]
        for c in self.cells:
            goal = m.going[c.occupation] * math.exp(self.premium)
            if c.vacancies and c.age > 2:
                goal *= 1 + min(q["age_raise"] * (c.age - 2), q["age_raise_most"])
            c.posted = max(c.posted * (goal / c.posted) ** q["posted_adjustment"], m.floor[self.zone])


class Worker(mesa.Agent):
    """A person of 16 or more."""

    def __init__(self, model, home, **state):
        super().__init__(model)
        self.home = home
        home.members.append(self)
        self.__dict__.update(state)
        self.age = (model.month - self.birth) // 12
        self.cell, self.program, self.enrolled_at, self.last = None, None, 0, self.state

    @property
    def works(self):
        return self.state <= k.SELF_EMPLOYED

    def young_child(self):
        return self.home.children > 0 and self.model.month - self.home.youngest < 72

    def reason_out(self, discouraged=False):
        if self.traits & k.TRAIT_ENROLLED:
            return k.STUDENT
        if self.age >= 62:
            return k.RETIRED
        if self.traits & k.TRAIT_DISABILITY:
            return k.DISABLED
        if (self.sex == k.FEMALE and self.young_child()) or self.traits & k.TRAIT_CARER:
            return k.CARER
        return k.DISCOURAGED if discouraged else k.OTHER_INACTIVE

    def leave(self, state, laid_off=False):
        """Change to a state without a present job."""
        if self.cell is not None:
            self.cell.staff.discard(self)
            self.cell.waiting.discard(self)
            if laid_off and state == k.TEMPORARY_LAYOFF:
                self.cell.waiting.add(self)
            else:
                self.cell = None
        self.history.append((self.model.month, self.state))
        self.state, self.since = state, self.model.month

    def take(self, cell, wage, hours, state):
        """Start a job."""
        if self.cell is not None:
            self.cell.staff.discard(self)
            self.cell.waiting.discard(self)
        self.history.append((self.model.month, self.state))
        self.cell, self.wage, self.hours, self.state = cell, wage, hours, state
        self.since = self.hired = self.model.month
        self.ui_weeks = 0
        cell.staff.add(self)

    def recall(self):
        hired = self.hired
        self.take(self.cell, self.wage, self.hours, k.FULL_TIME if self.hours >= 35 else k.PART_TIME)
        self.hired = hired

    def claim(self):
        """Unemployment insurance of someone just laid off."""
        m = self.model
        worked = sum(1 for t, s in self.history[-15:] if s <= k.SELF_EMPLOYED) or m.month - self.since >= 5
        self.ui_weeks = 0
        if self.traits & k.TRAIT_UI_CLAIMS and worked:
            self.ui_weeks = int(m.ui_weeks[self.home.zone])
            pay = m.ui_replacement[self.home.zone] * self.wage * self.hours
            self.ui_benefit = min(pay, m.ui_maximum[self.home.zone])

    def live(self):
        """Ageing, death, births, health, school, retirement; who moves away."""
        m, r = self.model, self.random
        months = m.month - self.birth
        self.age = age = min(months // 12, 120)
        if r.random() < m.death[self.sex][age] or r.random() < m.away[age]:
            self.vanish()
            return
        if self.sex == k.FEMALE and self.home.children < 6 and r.random() < m.birth[age]:
            self.home.children += 1
            self.home.youngest = m.month
            if self.works and r.random() < 0.15:
                self.leave(k.CARER)
        if self.traits & k.TRAIT_DISABILITY:
            if r.random() < m.recovery[age]:
                self.traits &= ~k.TRAIT_DISABILITY
        elif r.random() < m.onset[age]:
            self.traits |= k.TRAIT_DISABILITY
            if age < 65 and r.random() < 0.25:
                self.leave(k.DISABLED)
        if months % 12 == 0 and self.traits & k.TRAIT_ENROLLED and r.random() > m.enrolment[age]:
            self.traits &= ~k.TRAIT_ENROLLED
            self.education = min(self.education + 1, k.GRADUATE)
            if self.state == k.STUDENT:
                self.leave(k.UNEMPLOYED)
        if months % 12 == 0:
            self.birthday()
        if self.state not in (k.RETIRED, k.STUDENT) and r.random() < m.retire[age] * m.retire_factor[self.occupation]:
            m.count["retirements"] += 1
            self.leave(k.RETIRED)

    def birthday(self):
        """Grown children leave home, single adults pair up; relatives fall ill and recover; records."""
        m, r, age = self.model, self.random, self.age
        if self.traits & k.TRAIT_CARER:
            if r.random() < 0.25:
                self.traits &= ~k.TRAIT_CARER
        elif r.random() < 0.03:
            self.traits |= k.TRAIT_CARER
        if age in (18, 26) and r.random() < 0.02:
            self.traits |= k.TRAIT_RECORD
        if 18 <= age < 35 and len(self.home.members) > 1 and self.home.members[0] is not self and r.random() < 0.15:
            self.move_to(Home(self.home.zone, 0, 0, r.random() < 0.88, k.CARE_NOT_NEEDED))
            m.homes.append(self.home)
        elif len(self.home.members) == 1 and 20 <= age < 45 and r.random() < 0.08:
            if m.single is not None and m.single.home is not self.home:
                self.move_to(m.single.home)
                m.single = None
            else:
                m.single = self

    def move_to(self, home):
        self.home.members.remove(self)
        self.home = home
        home.members.append(self)

    def vanish(self):
        self.leave(k.GONE)
        self.home.members.remove(self)
        self.remove()

    def participate(self):
        """Start or stop looking for work."""
        m, r, q = self.model, self.random, self.model.q["participation"]
        s = self.state
        if s <= k.SELF_EMPLOYED:
            return
        if s <= k.UNEMPLOYED:
            hazard = m.stop[self.age]
            if self.ui_weeks > 0:
                self.ui_weeks = max(self.ui_weeks - 4, 0)
                hazard *= q["stop_ui_factor"]
            if s == k.TEMPORARY_LAYOFF:
                hazard *= q["stop_recall_factor"]
            if r.random() < hazard:
                self.leave(self.reason_out(r.random() < q["discouraged_share"]))
            elif s == k.UNEMPLOYED and r.random() < q["self_employment_entry"]:
                self.leave(k.SELF_EMPLOYED)
            return
        hazard = m.look[s - k.CARER]
        if s == k.CARER and self.young_child():
            cost = self.home.care_cost(m.month, m.price)
            left = max(1 - cost / (max(self.wage, 7.25) * 150), 0.05) / 0.75
            hazard *= left ** q["childcare_elasticity"]
            if self.home.care == k.CARE_PARENT:
                hazard *= q["no_place_factor"]
        if self.program is None and r.random() < hazard:
            m.looking.append(self)

    def separate(self):
        """Quit, leave the labor force, or find that the match was bad."""
        if not self.works:
            return
        m, r, q = self.model, self.random, self.model.q["separations"]
        out = m.leave_hazard[self.sex][self.age]
        if self.cell is None:
            if r.random() < 0.5 * out + q["self_employed_leave"]:
                self.leave(self.reason_out() if r.random() < 0.5 else k.UNEMPLOYED)
            return
        tenure = min(m.month - self.hired, 63)
        out *= m.tenure_shape[tenure] * math.exp(-sum(m.q["quality"]["leaving"]) * self.cell.employer.quality)
        if self.traits & k.TRAIT_ENROLLED:
            out *= q["leave_enrolled_factor"]
        if self.sex == k.FEMALE and self.young_child():
            cost = self.home.care_cost(m.month, m.price)
            left = max(1 - cost / max(self.wage * self.hours * k.WEEKS_A_MONTH, 1.0), 0.05) / 0.75
            out *= q["leave_young_child_factor"] * left ** -m.q["participation"]["childcare_elasticity"]
        end = m.bad_hazard[tenure] if self.bad_match else 0.0
        u = r.random()
        if u < out:
            m.count["quits"] += 1
            self.leave(self.reason_out())
        elif u < out + end:
            fired = r.random() < q["discharge_share"]
            m.count["layoffs" if fired else "quits"] += 1
            self.leave(k.UNEMPLOYED)

    def looks(self):
        """Whether this person searches this month."""
        m, r, q = self.model, self.random, self.model.q["search"]
        if self.state == k.UNEMPLOYED:
            chance = 1.0
        elif self.state == k.TEMPORARY_LAYOFF:
            chance = q["layoff_search_share"]
        elif self.state < k.SELF_EMPLOYED and self.cell is not None:
            tenure = m.month - self.hired
            relative = m.usual_wage[self.occupation] / max(self.wage, 1.0)
            chance = q["on_the_job"] * relative ** q["on_the_job_pay"]
            chance *= 1 + q["on_the_job_tenure"] * 0.5 ** (tenure / 12)
            chance *= math.exp(-sum(m.q["quality"]["search"]) * self.cell.employer.quality)
        else:
            return False
        if self.program is not None:
            chance *= q["enrolled_share"]
        return chance >= 1.0 or r.random() < chance

    def apply(self):
        """Look at vacancies and apply where it pays; returns the applications."""
        m, r, q, s = self.model, self.random, self.model.q["matching"], self.model.q["search"]
        idle = m.month - self.since
        skill = self.skill if self.works else self.skill * (1 - s["idle_decay"]) ** min(idle, 120)
        factor = math.exp(self.worth(max(skill, s["skill_floor"])))
        score = s["skill_weight"] * skill + s["ability_weight"] * self.ability - s["bias_race"][self.race]
        record = self.traits & k.TRAIT_RECORD
        if record:
            score -= s["bias_record"]
        hold, floor = -math.inf, m.floor[self.home.zone]
        last = max(min(self.wage, m.usual_wage[self.occupation] * factor), floor)
        if self.works:
            looks, least = q["applications_employed"], floor
            score += s["employed_bonus"]
            hold = (math.log(max(self.wage, 1.0)) + sum(m.q["quality"]["acceptance"]) * self.cell.employer.quality
                    - m.commute_cost[self.home.zone][self.cell.employer.zone])
        elif self.state <= k.UNEMPLOYED:
            looks = q["applications_unemployed"]
            least = max(s["reservation_start"] - s["reservation_fall"] * idle, s["reservation_floor"]) * last
            if self.ui_weeks:
                least += s["reservation_benefit"] * self.ui_benefit / 40 * 0.5
            score -= s["duration_penalty"] * min(idle, 8)
        else:
            looks, least = q["applications_inactive"], s["reservation_floor"] * last
            score -= s["inactive_penalty"]
        sent = []
        for _ in range(looks):
            for _ in range(q["redraws"]):
                market = m.draw_market(self.home, self.occupation)
                if market is None or self.knows >> m.major[market[1]] & 1:
                    break
            else:
                continue
            if market is None:
                break
            cell = r.choice(m.units[market])
            if cell is self.cell or cell in sent:
                continue
            employer = cell.employer
            utility = (math.log(cell.posted) + sum(m.q["quality"]["acceptance"]) * employer.quality
                       - m.commute_cost[self.home.zone][employer.zone])
            if utility + math.log(factor) <= hold or cell.posted * factor < max(least, floor):
                continue
            sent.append(cell)
            if cell.needs > self.education or (record and employer.practices & k.PRACTICE_RECORD_SCREEN):
                continue
            u = r.random() or 0.5
            rank = (score + q["fit_weight"] * m.closeness[self.occupation][cell.occupation]
                    + q["noise"] * LOGISTIC * math.log(u / (1 - u)))
            m.applicants[cell].append((rank, self.unique_id, self, utility))
        return sent

    def worth(self, skill):
        """Log of the own wage relative to the posted one."""
        m = self.model
        return (m.q["search"]["ability_return"] * self.ability + m.skill_return[self.occupation] * (skill - 1)
                - m.discount[self.sex][self.race])

    def start(self, cell):
        """Terms of a new job."""
        m, r, s = self.model, self.random, self.model.q["search"]
        if cell.occupation != self.occupation:
            near = m.major[cell.occupation] == m.major[self.occupation]
            self.skill *= s["skill_transfer_group"] if near else s["skill_transfer_far"]
            self.occupation = cell.occupation
        self.skill = max(self.skill, s["skill_floor"])
        wage = cell.posted * math.exp(self.worth(self.skill))
        share = s["part_time_share"][cell.employer.sector]
        wants = s["wants_part_time"][0 if self.traits & k.TRAIT_ENROLLED else 3 if self.age >= 65 else 1]
        if r.random() < wants * (0.4 + 0.6 * min(1, 3 * share)):
            terms = k.PART_TIME, 20
        elif r.random() < share * s["unwanted_part_time"]:
            terms = k.PART_TIME_INVOLUNTARY, 24
        else:
            terms = k.FULL_TIME, 40
        self.bad_match = r.random() < m.q["separations"]["bad_match_share"]
        self.take(cell, max(wage, m.floor[cell.employer.zone]), terms[1], terms[0])

    def review(self):
        """Yearly review of pay; skill grows with use; hours of those who want more."""
        if self.cell is None or not self.works:
            return
        m, r, q = self.model, self.random, self.model.q["wages"]
        if self.state == k.PART_TIME_INVOLUNTARY and r.random() < q["hours_raised"]:
            self.state, self.hours = k.FULL_TIME, 40
        elif self.state == k.FULL_TIME and r.random() < q["hours_cut"]:
            self.state, self.hours = k.PART_TIME_INVOLUNTARY, 26
        tenure = m.month - self.hired
        if tenure > 0 and tenure % 12 == 0:
            self.skill += max(1 - self.skill, 0) * m.learn[self.occupation]
            goal = self.cell.posted * math.exp(self.worth(self.skill) + q["tenure_return"] * min(tenure // 12, 15))
            self.wage += q["review_pass"] * max(goal - self.wage, 0)
        self.wage = max(self.wage, m.floor[self.cell.employer.zone])

    def train(self):
        """Progress in a program, or think of applying to one."""
        m, r, q = self.model, self.random, self.model.q["training"]
        if self.program is not None:
            pr, g = m.programs, self.program
            elapsed = m.month - self.enrolled_at
            if r.random() < pr.dropout[g]:
                self.program = None
            elif elapsed >= pr.months[g]:
                self.program = None
                gap = max(1 - self.skill, 0)
                self.skill += gap * (1 - math.exp(-pr.experience[g] / m.learning_months[self.occupation]))
                if pr.credential[g] != 255 and r.random() < q["credential_pass"]:
                    self.credentials |= 1 << int(pr.credential[g])
                    self.education = max(self.education, k.SOME_COLLEGE)
            return
        attention = m.attention[self.state]
        if attention and r.random() < attention:
            g = bisect(m.visible[self.home.zone], r.random())
            if g < len(m.programs) and self.education >= m.programs.education[g]:
                gain = m.program_value[g] - 150 * self.wage * (0.3 if not self.works else 1.0)
                if r.random() < 1 / (1 + math.exp(-max(min(gain / q["gain_scale"], 30), -30))):
                    m.training_applicants[g].append((r.random(), self.unique_id, self))
