"""The naive twin: HyteSim written once more from docs/odd.md, one `mesa.Agent` per resident, plain Python numbers.

It is the executable form of the equations: slow, without NumPy or Numba in the rules, and written without looking at `sim/rules`.
Where the model went ahead of the document, what it does was found by comparing numbers only.
Numbers in parentheses are sections of docs/odd.md. `NaiveModel.from_model(real)` copies the starting state of a HyteModel that
has not stepped yet; from then on the two share nothing. The turn of the year (7.16) is not written again, so a twin that starts
in January runs for twelve months, burn-in included, up to December; `step()` refuses to go on.
"""

import math
import struct
from functools import cache
from statistics import NormalDist

import mesa

from scenarios import tables
from sim.residents import SERVICES, Care, Education, Group, Origin, Stage, Status
from tests import naive_allocation  # noqa: F401  (adds its kind)
from tests.naive_card import WellbeingCard
from tests.naive_services import KINDS, Desk, Municipality, intervention

KINDS["wellbeing_card"] = WellbeingCard

PURPOSES = {
    "LANGUAGE_START": 9, "START": 10, "DEATH": 20, "WORK": 21, "CHRONIC": 22, "CARE": 23, "WELLBEING": 25, "CLAIM": 26,
    "STAGE": 27, "HOSPITAL": 28, "BEREAVE": 29, "GIVE_UP": 40, "QUEUE": 41, "HANDOFF": 42, "SEEK": 50, "SEEK_OTHER": 51,
    "CARRY": 209, "STUDY": 210, "PLACE": 250, "HEAR": 1000, "ENROL": 1100, "LEAVE": 1200, "FIND": 1300,
    "ASSESS": 1410, "CARD_WISH": 1440, "CARD_SEAT": 1450,
    "NEED_SAMPLE": 1520, "NEED_ANSWER": 1521, "EARMARK": 1522,
}
JOBLESS = (Status.unemployed, Status.labour_market_support)
ACTIVE = (Status.employed, Status.student, Status.conscript)
NAN = float("nan")


# --- Chance (7.2) -----------------------------------------------------------------------------------------------

WORD = 2**64
G, M1, M2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def mix(z):
    """SplitMix64's finaliser."""
    z = (z ^ (z >> 30)) * M1 % WORD
    z = (z ^ (z >> 27)) * M2 % WORD
    return z ^ (z >> 31)


def address(seed, purpose, month):
    """The key of one purpose in one month."""
    z = mix((seed + G) % WORD)
    z = mix(z ^ (purpose * G % WORD))
    return mix((z + month * M1 + G) % WORD)


def bits(key, who):
    """64 random bits of one resident."""
    return mix((key + who * G) % WORD)


def uniform(key, who):
    """A number between 0 and 1."""
    return ((bits(key, who) >> 12) + 0.5) * 2.0**-52


def quantile(u):
    """Standard normal quantile; the standard library has Wichura's AS241."""
    return NormalDist().inv_cdf(u)


def tabled_normal(u):
    """Standard normal from the cubic through four exact quantiles of the 512th that u falls in; exact in the tails."""
    x = 512.0 * u
    i = int(x)
    if i < 8 or i >= 504:
        return quantile(u)
    t, total = x - i, 0.0
    for s, z in knots(i):
        total += z * math.prod((t - other) / (s - other) for other in THIRDS if other != s)
    return total


THIRDS = (0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0)


@cache
def knots(i):
    """The cubic's four points in the 512th number i."""
    return [(s, quantile((i + s) / 512.0)) for s in THIRDS]


def poisson(mean, u):
    """The smallest n whose distribution function reaches u, at most 200."""
    total = 0.0
    for n in range(201):
        total += math.exp(-mean) * mean**n / math.factorial(n)
        if u <= total:
            return n
    return 200


def strikes(hazards, u):
    """Competing hazards: the number of the one that strikes, or None."""
    everything = sum(hazards)
    struck = 1.0 - math.exp(-everything)
    if u >= struck:
        return None
    x = u * everything / struck
    running = 0.0
    for number, hazard in enumerate(hazards[:-1]):
        running += hazard
        if x < running:
            return number
    return len(hazards) - 1


# --- Conventions (7.1) ------------------------------------------------------------------------------------------


def clip(x):
    """x limited to 0-1."""
    return min(1.0, max(0.0, x))


def band(age, edges):
    """Number of lower edges that an age has reached."""
    return sum(age >= edge for edge in edges)


def in_32_bits(x):
    """The number as a 32-bit snapshot holds it."""
    return struct.unpack("f", struct.pack("f", x))[0]


class Resident(mesa.Agent):
    """One resident: the columns of the codebook as plain attributes, and the month in sections 7.7 to 7.15."""

    def __init__(self, model, row, municipality):
        super().__init__(model)
        for name in row.dtype.names:
            setattr(self, name, row[name].tolist())
        self.place = municipality
        self.home, self.contacts = [], []
        self.lost_job = self.found_job = False
        self.snapshot()

    def u(self, purpose, name=0):
        """This resident's uniform number of a purpose in this month."""
        return self.model.u(purpose, self.id, name)

    @property
    def age(self):
        return (self.model.month - self.birth_month) // 12

    @property
    def health_band(self):
        return band(self.age, (18, 35, 50, 65, 75, 85))

    @property
    def work_row(self):
        return 9 * self.sex + band(self.age, (18, 20, 25, 30, 45, 55, 60, 65))

    @property
    def jobless(self):
        return self.status in JOBLESS

    @property
    def active(self):
        return self.status in ACTIVE

    @property
    def felt(self):
        """Felt distress F."""
        return max(0.0, self.distress - self.dose_relief)

    # --- Death and main activity (7.7) ---

    def meet_events(self):
        """Death first; then, for those who live on, main activity."""
        if self.alive and self.dies():
            self.leave_widowed()
        if self.alive:
            self.lost_job = self.found_job = False
            self.change_activity()

    def leave_widowed(self):
        """Death; a couple in the household ends with it."""
        self.alive = 0
        if self.partner:
            for other in self.home:
                other.partner = 0

    def dies(self):
        c = self.model.values
        hazard = self.model.mortality[self.sex][min(self.age, 100)]
        if self.jobless:
            hazard *= c["mortality.jobless"][self.sex]
        elif self.status == Status.pensioner and self.age < 60:
            hazard *= c["mortality.early_pension"]
        return self.u("DEATH") < 1.0 - math.exp(-hazard / 12.0)

    def change_activity(self):
        self.status_months = min(self.status_months + 1, 1200)
        if self.status == Status.child:
            if self.age >= 16:
                self.enter(Status.student)
        elif self.status == Status.pensioner:
            return
        elif self.age >= 70:
            self.enter(Status.pensioner)
        else:
            self.compete()

    def compete(self):
        """Competing hazards of leaving the present activity."""
        if self.jobless:
            self.jobless_months = min(self.jobless_months + 1, 1200)
        ways = self.ways_out()
        number = strikes([hazard for _, hazard in ways], self.u("WORK"))
        if number is not None:
            self.enter(ways[number][0])
        elif self.status == Status.unemployed and self.status_months >= self.model.values["benefit.months"]:
            self.enter(Status.labour_market_support)

    def ways_out(self):
        """Pairs of new activity and hazard, in the order of the table."""
        c, r = self.model.values, self.work_row
        if self.status == Status.employed:
            return ((Status.unemployed, c["work.job_loss"][r] * c["work.job_loss_education"][self.education]),
                    (Status.student, c["work.employed_student"][r]),
                    (Status.outside, c["work.employed_outside"][r]),
                    (Status.pensioner, c["work.employed_pensioner"][r]))
        if self.status == Status.student:
            return ((Status.employed, c["work.student_employed"][r]),
                    (Status.labour_market_support, c["work.student_jobless"][r]),
                    (Status.outside, c["work.student_outside"][r]),
                    (Status.conscript, c["work.student_conscript"][r]))
        if self.status == Status.conscript:
            return ((Status.employed, c["work.conscript_employed"]),
                    (Status.student, c["work.conscript_student"]),
                    (Status.labour_market_support, c["work.conscript_jobless"]))
        if self.status == Status.outside:
            return ((Status.employed, c["work.outside_employed"][r]),
                    (Status.labour_market_support, c["work.outside_jobless"][r]),
                    (Status.student, c["work.outside_student"][r]),
                    (Status.pensioner, c["work.outside_pensioner"][r]))
        return ((Status.employed, self.job_finding()),
                (Status.student, c["work.jobless_student"][r]),
                (Status.outside, c["work.jobless_outside"][r]),
                (Status.pensioner, c["work.jobless_pensioner"][r]))

    def job_finding(self):
        """Hazard of finding work, with duration dependence and frailty."""
        c = self.model.values
        h = c["work.job_scale"][self.work_row] * (self.jobless_months + 0.5) ** (c["work.job_shape"] - 1.0)
        h *= self.frailty * c["work.job_education"][self.education]
        if self.origin == Origin.refugee:
            years = (self.model.month - self.permit_month) / 12.0
            h *= 1.0 - c["work.job_refugee"] * math.exp(-years / c["work.job_refugee_years"])
            h *= 1.0 - c["work.job_language"] * (1.0 - self.language)
        return h * max(0.0, 1.0 - c["work.job_distress"] * self.felt) * math.exp(self.work_support)

    def enter(self, status):
        """Change of main activity."""
        if self.status == Status.student:
            self.graduate()
        self.lost_job = self.status == Status.employed and status == Status.unemployed
        self.found_job = (self.status == Status.outside or self.jobless) and status == Status.employed
        self.status, self.status_months = int(status), 0
        if self.active or status == Status.pensioner:
            self.jobless_months = 0

    def graduate(self):
        c, u = self.model.values, self.u("STUDY")
        if self.education == Education.basic and self.age >= 18:
            if u < c["study.secondary"]:
                self.education = int(Education.upper_secondary)
                self.wage *= c["wage.premium"][1]
        elif self.education == Education.upper_secondary and self.age >= 22 and u < c["study.tertiary"]:
            self.education = int(Education.tertiary)
            self.wage *= c["wage.premium"][2]

    # --- Own income (7.8) ---

    def earn(self):
        """Own net income of the month; benefits and tax are booked."""
        c = self.model.values
        if self.status == Status.employed:
            tax = self.wage * min(c["tax.highest"], c["tax.base"] + c["tax.slope"] * self.wage)
            self.place.book("tax", -tax)
            return self.wage - tax
        if self.status == Status.student:
            grant = c["benefit.study"] if self.age >= 18 else 0.0
            self.place.book("study_grant", grant)
            return grant
        if self.status in (Status.conscript, Status.outside):
            self.place.book("other_benefit", c["benefit.other"])
            return c["benefit.other"]
        if self.status == Status.child:
            return 0.0
        return self.taxed(*self.taxable())

    def taxable(self):
        """Item and gross amount of a taxed benefit."""
        c = self.model.values
        if self.status == Status.pensioner:
            return "pension", max(c["benefit.pension_least"], c["benefit.pension_rate"] * self.wage)
        if self.status == Status.unemployed:
            return "unemployment_benefit", max(c["benefit.support"], c["benefit.earnings_rate"] * self.wage)
        late = self.status_months >= c["benefit.support_late"]
        return "labour_market_support_late" if late else "labour_market_support_early", c["benefit.support"]

    def taxed(self, item, gross):
        tax = self.model.values["benefit.tax"] * gross
        self.place.book(item, gross)
        self.place.book("tax", -tax)
        return gross - tax

    # --- The month after the household's income (7.9 to 7.13) ---

    def step(self):
        """Fading, illness, strain, distress, health, social quality, memory, wellbeing, visits, hearing, asking."""
        if not self.alive:
            return
        self.fade()
        self.learn_language()
        self.fall_ill()
        self.feel_strain()
        self.feel_distress()
        self.change_health()
        self.change_quality()
        self.remember()
        self.change_wellbeing()
        burden = self.burden()
        self.visit(burden)
        if self.age >= 16:
            self.hear()
            self.seek(burden)

    # --- Fading, illness, strain (7.9) ---

    def fade(self):
        keep, least = self.model.keep["dose"], self.model.values["dose.least"]
        for dose in ("dose_inclusion", "dose_empowerment", "dose_relief", "work_support"):
            x = getattr(self, dose)
            setattr(self, dose, keep * x if abs(x) > least else 0.0)

    def learn_language(self):
        """Refugees learn towards a personal level, the one that 7.19 has drawn."""
        if self.origin == Origin.refugee:
            level = self.model.still("LANGUAGE_START", 0, self.id)
            pace = 1.0 - math.exp(-1.0 / (12.0 * self.model.values["language.learn_years"]))
            self.language += pace * max(0.0, level - self.language)

    def fall_ill(self):
        """Long-term illness, by strain of last month, then long-term care in old age."""
        c, h = self.model.values, self.health_band
        if self.chronic:
            self.chronic = 0 if self.u("CHRONIC") < c["health.recovery"] else 1
        else:
            onset = c["health.onset"][h] * (1.0 + c["health.onset_strain"] * self.strain)
            self.chronic = int(self.u("CHRONIC") < onset * c["health.onset_education"][self.education])
        if h >= 4:
            if self.care == Care.none:
                self.care = int(self.chronic and self.u("CARE") < c["care.home_onset"][h])
            elif self.care == Care.home_care and self.u("CARE") < c["care.housing_onset"][h]:
                self.care = int(Care.housing)

    def feel_strain(self):
        c = self.model.values
        due = 1.0 / (1.0 + (self.income / c["strain.line"]) ** 2)
        self.strain_change = c["strain.pace"] * (due - self.strain)
        self.strain += self.strain_change

    # --- Distress, health, social quality (7.10) ---

    def feel_distress(self):
        c = self.model.values
        stressors = (c["distress.base"] + c["distress.strain"] * self.strain + c["distress.jobless"] * self.jobless
                     + c["distress.chronic"] * self.chronic + c["distress.lonely"] * (1.0 - self.inclusion))
        vulnerability = max(0.0, 1.0 - c["distress.trait"] * self.trait)
        unbuffered = 1.0 - c["distress.buffer"] * (self.cohesion + self.inclusion) / 2.0
        shock = c["distress.event"] * (self.u("BEREAVE") < c["distress.event_rate"])
        self.distress = (1.0 - c["distress.fade"]) * self.distress + vulnerability * unbuffered * stressors + shock

    def change_health(self):
        c = self.model.values
        target = clip(1.0 - c["health.age"][self.health_band] - c["health.chronic"] * self.chronic
                      - c["health.care"] * self.care - c["health.distress"] * self.felt)
        self.health += c["health.pace"] * (target - self.health)

    def change_quality(self):
        """The four factors of social quality."""
        c = self.model.values
        self.approach("security", 1.0 - c["security.strain"] * self.strain - c["security.jobless"] * self.jobless)
        self.approach("cohesion", self.land["cohesion"] + c["cohesion.trust"] * (self.trust - 0.5))
        self.approach("inclusion", (
            c["inclusion.base"] + c["inclusion.active"] * self.active
            + c["inclusion.retired"] * (self.status == Status.pensioner) + c["inclusion.partner"] * self.partner
            - c["inclusion.alone"] * (self.adults + self.minors <= 1) - c["inclusion.language"] * (1.0 - self.language)
            + c["inclusion.trait"] * self.trait + self.dose_inclusion))
        self.approach("empowerment", (
            c["empowerment.base"] + c["empowerment.education"] * self.education + c["empowerment.trait"] * self.trait
            - c["empowerment.distress"] * self.felt + self.dose_empowerment))

    def approach(self, factor, target):
        x = getattr(self, factor)
        setattr(self, factor, clip(x + self.model.values["quality.pace"] * (target - x)))

    # --- Memory and wellbeing (7.11) ---

    def remember(self):
        """The scar of unemployment."""
        c = self.model.values
        if self.lost_job:
            self.scar += c["scar.loss"]
        self.scar = min(c["scar.most"], self.scar + 1.0 / 12.0) if self.jobless else self.model.keep["scar"] * self.scar

    def capability(self):
        c = self.model.values
        resources = (1.0 - self.strain + self.health + self.education / 2.0 + self.inclusion) / 4.0
        conversion = (c["capability.own"] + c["capability.social"] * self.cohesion
                      + c["capability.place"] * c["capability.environment"][self.urbanity]
                      + c["capability.personal"] * self.empowerment)
        return resources * conversion

    def set_point(self):
        c = self.model.values
        return (c["wellbeing.base"] + self.trait + c["wellbeing.capability"] * self.capability()
                + c["wellbeing.health"] * self.health + c["wellbeing.security"] * self.security
                + c["wellbeing.cohesion"] * self.cohesion + c["wellbeing.inclusion"] * self.inclusion
                + c["wellbeing.empowerment"] * self.empowerment - c["wellbeing.distress"] * self.felt
                - c["wellbeing.jobless"] * self.jobless - c["wellbeing.scar"] * self.scar)

    def peers(self):
        """Household members alive, and contacts who were alive at the end of last month."""
        family = [other for other in self.home if other is not self and other.alive]
        return family + [other for other in self.contacts if not math.isnan(other.shown_wellbeing)]

    def change_wellbeing(self):
        c, w, others = self.model.values, self.wellbeing, self.peers()
        level = sum(o.shown_wellbeing for o in others) / len(others) if others else w
        self.talk = sum(o.shown_awareness for o in others) / len(others) if others else 0.0
        m = self.set_point()
        own = c["wellbeing.persistence"] - c["peer.influence"]
        noise = c["wellbeing.state_sd"] * math.sqrt(1.0 - own**2)
        self.wellbeing = (m + c["wellbeing.persistence"] * (w - m) + c["wellbeing.strain_change"] * self.strain_change
                          + c["wellbeing.job_lost"] * self.lost_job + c["wellbeing.job_found"] * self.found_job
                          + c["peer.influence"] * (level - w) + noise * tabled_normal(self.u("WELLBEING")))

    # --- Literacy, burden, readiness; hearing (7.12) ---

    def literacy(self):
        c = self.model.values
        return c["literacy.education"][self.education] * (1.0 - c["literacy.language"] * (1.0 - self.language))

    def burden(self):
        c = self.model.values
        return clip(c["burden.base"] + c["burden.distress"] * self.felt + c["burden.strain"] * self.strain
                    + c["burden.language"] * (1.0 - self.language) + self.land["distance"]
                    + c["burden.stage"][self.stage] - c["burden.trust"] * (self.trust - 0.5))

    def readiness(self, burden, assistance):
        c = self.model.values
        information = c["readiness.information"] * self.awareness * self.literacy()
        return (1.0 - burden) * math.exp(information + c["readiness.assistance"] * assistance * burden)

    def hear(self):
        c = self.model.values
        heard = c["awareness.adstock"] * self.awareness + c["awareness.talk"] * self.talk * (1.0 - self.awareness)
        self.awareness = 0.0 if heard < c["awareness.least"] else heard
        fading = self.assistance > c["awareness.least"]
        self.assistance = self.model.keep["assistance"] * self.assistance if fading else 0.0
        self.stage_months = min(self.stage_months + 1, 255)
        self.change_stage(self.u("STAGE"))

    def change_stage(self, u):
        c = self.model.values
        if u < c["stage.forward"][self.stage] * (1.0 + c["stage.awareness"] * self.awareness * self.literacy()):
            self.stage, self.stage_months = min(self.stage + 1, 4), 0
        elif u > 1.0 - self.relapse():
            self.stage, self.stage_months = self.stage - 1, 0

    def relapse(self):
        """Share of those in the present stage who fall back in a month."""
        c = self.model.values
        if self.stage == Stage.maintenance:
            return c["stage.relapse_early"] if self.stage_months < 60 else c["stage.relapse_late"]
        return c["stage.back"][self.stage]

    # --- Asking for help (7.13) ---

    def request(self, service, contacts):
        s = SERVICES.index(service)
        if self.waiting[s] == 0:
            self.waiting[s], self.asks[s] = 1, 0
            self.requests += 1
        elif service == "home_care":
            self.asks[s] = 0
        self.asks[s] = min(self.asks[s] + contacts, 255)

    def close_request(self, s):
        self.waiting[s] = self.asks[s] = 0
        self.requests -= 1

    def visit(self, burden):
        """Visits to primary care, home care, hospital and housing."""
        c = self.model.values
        mean = c["visit.rate"] * self.need * c["visit.age"][self.health_band]
        mean *= 1.0 + c["visit.chronic"] * self.chronic + c["visit.distress"] * self.felt
        if self.age >= 16:
            mean *= 1.0 - c["visit.barrier"] * burden
        if self.manager:
            mean *= 1.0 - c["managed.duplicates"]
        contacts = poisson(mean, self.u("SEEK"))
        if contacts > 0:
            self.request("primary_care", contacts)
        if self.care == Care.home_care:
            self.request("home_care", int(c["home_care.visits"] + 0.5))
        self.visit_hospital()
        if self.care == Care.housing:
            self.pay("round_the_clock_housing", c["price.housing"][band(self.age, (18, 65))])

    def visit_hospital(self):
        c = self.model.values
        p = c["hospital.rate"][self.health_band] * (1.0 + c["hospital.chronic"] * self.chronic) * math.sqrt(self.need)
        u = self.u("HOSPITAL")
        if u < p:
            s = c["hospital.sigma"]
            self.pay("hospital", c["services.price"][SERVICES.index("hospital")] * math.exp(s * quantile(u / p) - s * s / 2.0))
            self.visits = min(self.visits + 1, 255)

    def pay(self, item, amount):
        """A cost of this resident's month, booked in full on one item."""
        self.month_cost += amount
        self.place.book(item, amount)

    def seek(self, burden):
        """At most one request for other services."""
        hazards = self.other_hazards(burden)
        everything, u = sum(hazards.values()), self.u("SEEK_OTHER")
        if u >= everything:
            return
        x, running = u * max(1.0, everything), 0.0
        for service, hazard in hazards.items():
            running += hazard
            if x < running:
                if self.waiting[SERVICES.index(service)] == 0:
                    self.request(service, int(self.model.values["mental.contacts"] + 0.5) if service == "mental_health" else 1)
                return

    def other_hazards(self, burden):
        c = self.model.values
        ready = self.readiness(burden, self.assistance) * c["stage.seek"][self.stage]
        hard = max(0.0, self.felt - c["mental.threshold"])
        poor = max(0.0, self.strain - c["social.threshold"])
        young = self.age < 30 and (self.jobless or self.status == Status.outside)
        early = self.origin == Origin.refugee and self.model.month - self.permit_month < c["integration.months"]
        return {
            "mental_health": c["seek.mental"] * hard * ready,
            "social_work": c["seek.social"] * poor * ready,
            "family_services": c["seek.family"] * (hard + poor) * ready if self.minors > 0 else 0.0,
            "employment_services": c["seek.employment"] if self.jobless else 0.0,
            "integration_services": c["seek.integration"] * (1.0 - self.language) if early else 0.0,
            "guidance_centre": c["seek.guidance"] * ready if young and self.place.open("guidance_centre") else 0.0,
            "outreach_youth_work": c["seek.outreach"] if young and self.place.open("outreach_youth_work") else 0.0,
            "community_groups": c["seek.community"] * self.land["third_sector"] * (1.0 - self.inclusion) * ready,
            "nature_culture": c["seek.nature"] * ready,
        }

    # --- Closing the month (7.15) ---

    def close(self):
        """Costs of twelve months, groups, sums and what others will see."""
        if self.alive:
            cost, slot = min(65535, int(self.month_cost + 0.5)), self.model.month % 12
            self.year_cost += cost - self.cost_ring[slot]
            self.cost_ring[slot] = cost
            self.visit_ring = (self.visit_ring * 32 + min(self.visits, 31)) % 2**60
            self.groups = self.at_risk()
            if self.model.measured:
                self.ever_groups |= self.groups
                self.wellbeing_sum += self.wellbeing
                self.cost_sum += self.month_cost
            else:
                self.visits = 0
            self.month_cost = 0.0
        self.snapshot()

    def at_risk(self):
        c, adult = self.model.values, self.age >= 18
        support = self.status == Status.labour_market_support and self.jobless_months >= c["group.support_months"]
        belongs = {
            Group.neet: 15 <= self.age <= 29 and (self.jobless or self.status == Status.outside),
            Group.labour_market_support: adult and support,
            Group.refugee: self.origin == Origin.refugee and self.age >= 16,
            Group.heavy_user: adult and self.year_cost >= self.model.heavy_line,
            Group.family: adult and self.minors > 0 and self.strain >= c["group.family_strain"],
        }
        return sum(int(group) for group, inside in belongs.items() if inside)

    def snapshot(self):
        """What others see of this resident until the end of next month."""
        self.shown_wellbeing = in_32_bits(self.wellbeing) if self.alive else NAN
        self.shown_awareness = in_32_bits(self.awareness) if self.alive else NAN

    def report(self):
        """Reporting a resident starts the count of contacts anew (7.17)."""
        if self.alive:
            self.visits = 0


# --- Household income (7.8) -------------------------------------------------------------------------------------


def share_income(home, model):
    """Income, social assistance and composition of one household, a list of residents."""
    c = model.values
    members = [member for member in home if member.alive]
    if not members:
        return
    grown = [member for member in members if member.age >= 18]
    adults, minors = len(grown), len(members) - len(grown)
    total = sum(member.earn() for member in members) + c["benefit.child"] * minors
    members[0].place.book("child_benefit", c["benefit.child"] * minors)
    for member in members:
        member.adults, member.minors = adults, minors
        if adults < 2:
            member.partner = 0
    gap = norm(adults, minors, c) - total
    claims = speak(grown[0]) if gap > 0.0 and grown else 0
    for member in members:
        member.claims = claims
    if claims:
        total += gap
        members[0].place.book("social_assistance", gap)
    children = minors if adults else minors - 1
    for member in members:
        member.income = total / (1.0 + 0.5 * max(0, adults - 1) + 0.3 * children)


def norm(adults, minors, c):
    """Basic social assistance and accepted housing cost."""
    head = c["norm.couple"] * adults
    if adults == 1:
        head = c["norm.lone_parent"] if minors > 0 else 1.0
    people = c["norm.single"] * (head + c["norm.child"] * minors)
    return people + c["norm.rent"] + c["norm.rent_more"] * (adults + minors - 1)


def speak(adult):
    """Whether the household claims social assistance: once begun it goes on until it lapses."""
    c = adult.model.values
    if adult.claims:
        return int(adult.u("CLAIM") < 1.0 - c["claim.lapse"])
    hazard = c["claim.hazard"] * math.exp(c["claim.assistance"] * adult.assistance + c["claim.awareness"] * adult.awareness)
    return int(adult.u("CLAIM") < hazard)


# --- The model (3) ----------------------------------------------------------------------------------------------


class NaiveModel(mesa.Model):
    """Residents, municipalities with their desks, and interventions; `step()` is one month."""

    @classmethod
    def from_model(cls, real):
        """A twin of a HyteModel that has not stepped yet."""
        if real.month != -1:
            raise ValueError("the naive twin copies a model before its first month")
        naive = cls(seed=0)
        naive.month, naive.burn_in, naive.first_month = -1, real.burn_in, real.start_date.month
        naive.seed_value, naive.values = real.seed_value, real.values
        table = tables.mortality()
        naive.mortality = [[-math.log(1.0 - float(deaths) / 1000.0) for deaths in table[sex]] for sex in ("men", "women")]
        naive.heavy_line, naive.keys = math.inf, {}
        naive._derive()
        naive._populate(real)
        naive.interventions = [intervention(naive, real, block) for block in real.interventions]
        return naive

    def _derive(self):
        """Derived coefficients (7.3)."""
        half_lives = {"scar": 12.0 * self.values["scar.half_life"], "dose": self.values["dose.half_life"],
                      "assistance": self.values["assistance.half_life"]}
        self.keep = {name: 0.5 ** (1.0 / months) for name, months in half_lives.items()}

    def _populate(self, real):
        self.towns = [Municipality(self, m.code, tabled_normal) for m in real.municipalities]
        for town, weight in zip(self.towns, real.weight.tolist(), strict=True):
            town.weight = weight
            town.desks = {service: Desk(self, service, town) for service in SERVICES}
        self.residents = [Resident(self, row, self.towns[row["municipality"]]) for row in real.people]
        households = {}
        for town, place in zip(self.towns, real.municipalities, strict=True):
            town.weight, town.area_count = float(real.weight[place.index]), len(place.areas)
            town.area_names = [a.name for a in real.area_agents if a.municipality is place]
            town.lands = [dict(zip(real.areas.dtype.names, area.tolist(), strict=True)) for area in place.areas]
        for number, resident in enumerate(self.residents):
            resident.place.residents.append(resident)
            resident.land = resident.place.lands[resident.area]  # distance, cohesion and third sector where they live
            resident.home = households.setdefault(resident.household, [])
            resident.home.append(resident)
            known = real.network.indices[real.network.indptr[number] : real.network.indptr[number + 1]]
            resident.contacts = [self.residents[other] for other in known.tolist()]
        self.households = list(households.values())

    def u(self, purpose, who, name=0):
        """Uniform number of a purpose, for an intervention with the number of its name, for an id in this month."""
        return uniform(self.key(purpose, name), who)

    def bits(self, purpose, who):
        return bits(self.key(purpose), who)

    def key(self, purpose, name=0):
        """The key of a purpose in this month, made once a month."""
        number = PURPOSES[purpose] + 4096 * name
        if number not in self.keys:
            self.keys[number] = address(self.seed_value, number, self.month)
        return self.keys[number]

    def still(self, purpose, month, who, name=0):
        """Uniform number at a fixed month."""
        return uniform(address(self.seed_value, PURPOSES[purpose] + 4096 * name, month), who)

    @property
    def measured(self):
        return self.month >= self.burn_in

    @property
    def january(self):
        return (self.first_month - 1 + self.month - self.burn_in) % 12 == 0

    def step(self):
        """One month, in the order of section 3."""
        self.month += 1
        self.start_month()
        self.keys = {}
        for town in self.towns:
            town.decide()
        for programme in self.interventions:
            programme.act()
        everybody = self.agents_by_type[Resident]
        everybody.do("meet_events")
        for home in self.households:
            share_income(home, self)
        everybody.do("step")
        for town in self.towns:
            town.serve()
        everybody.do("close")
        if self.measured:
            everybody.do("report")
        for town in self.towns:
            town.close_page()

    # --- Start of a month (7.4) ---

    def start_month(self):
        if self.january and self.month > 0:
            raise RuntimeError("the turn of the year (7.16) is not part of the naive twin")
        if self.january or self.month == 0:
            for town in self.towns:
                town.plan()
        if self.month == self.burn_in:
            self.start_measuring()

    def find_heavy_line(self):
        """Cost of twelve months that the top tenth of adults reach; nobody is a heavy user of nothing."""
        costs = sorted(r.year_cost for r in self.residents if r.alive and r.age >= 18)
        if costs:
            self.heavy_line = costs[math.ceil(0.9 * (len(costs) - 1))] or math.inf

    def start_measuring(self):
        """Strata, ranks and sums of everybody here begin."""
        self.find_heavy_line()
        for r in self.residents:
            if r.alive and r.age >= 18 and r.year_cost >= self.heavy_line:
                r.groups |= int(Group.heavy_user)
            r.ever_groups = r.groups
            if r.alive and r.income > 0.0:
                r.start_groups = r.groups
                r.start_income, r.start_wellbeing = r.income, r.wellbeing
            r.wellbeing_sum = r.cost_sum = 0.0
            r.visits = 0
            r.start_fifth = 0
        here = (r for r in self.residents if r.alive and r.income > 0.0)
        ranked = sorted(here, key=lambda r: (r.income, self.still("START", 0, r.household)))
        for place, r in enumerate(ranked):
            r.start_fifth = 1 + 5 * place // len(ranked)
