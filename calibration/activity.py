"""Fits the monthly hazards of main activity to Statistics Finland's shares by age and sex; prints TOML for [work].

    python -m calibration.activity

Least squares in log hazards on the shares of 2018 (scenarios/activity.csv), ages 18-69, with a weak pull to the priors
below. One cohort lives from 16 to 70 in closed form (expected shares, no chance), for five classes of the personal
factor on finding work, with the same monthly rules as sim/rules/livelihood.py.
"""

import numpy as np
from numba import njit
from scipy.optimize import least_squares
from scipy.special import gammaincinv

from scenarios import tables
from scenarios.parameters import shipped
from sim.rules.livelihood import BANDS, work_band

FLOWS = (
    "student_employed", "student_jobless", "student_outside", "student_conscript", "job_loss", "employed_student",
    "employed_outside", "employed_pensioner", "job_scale", "jobless_student", "jobless_outside", "jobless_pensioner",
    "outside_employed", "outside_jobless", "outside_student", "outside_pensioner",
)
# Where the fit starts and is pulled to [per month], by band; job finding after Korpela, job loss after open Finnish
# life-cycle models, the rest orders of magnitude that the shares by age then correct.
PRIORS = {
    "student_employed": (.004, .03, .03, .035, .04, .05, .05, .05, .05),
    "student_jobless": (.001, .008, .006, .006, .008, .01, .01, .01, .01),
    "student_outside": (.0005, .004, .003, .003, .004, .005, .005, .01, .02),
    "student_conscript": (0, .02, .002, 0, 0, 0, 0, 0, 0),
    "job_loss": (.01, .012, .010, .007, .0045, .004, .004, .006, .006),
    "employed_student": (.01, .02, .008, .003, .001, .0004, .0001, .0001, .0001),
    "employed_outside": (.002, .004, .003, .003, .002, .0015, .001, .001, .001),
    "employed_pensioner": (1e-5, 1e-5, 1e-5, 1e-4, 2e-4, 4e-4, .001, .010, .06),
    "job_scale": (.17, .17, .19, .19, .18, .16, .10, .05, .01),
    "jobless_student": (.03, .03, .015, .008, .003, .001, .0005, .0001, .0001),
    "jobless_outside": (.005, .01, .008, .006, .005, .004, .003, .003, .003),
    "jobless_pensioner": (1e-5, 1e-5, 1e-4, 3e-4, 6e-4, .001, .003, .02, .20),
    "outside_employed": (.02, .04, .04, .03, .025, .015, .008, .004, .002),
    "outside_jobless": (.01, .02, .02, .01, .008, .006, .004, .002, .0005),
    "outside_student": (.02, .03, .012, .005, .002, .001, .0001, .0001, .0001),
    "outside_pensioner": (1e-5, 1e-5, 2e-4, 5e-4, .001, .0015, .004, .02, .15),
}
CONSCRIPT_EXITS = ("conscript_employed", "conscript_student", "conscript_jobless")
FIRST, LAST = 16 * 12, 70 * 12
CLASSES, LONGEST = 5, 120
PULL = 0.05  # weight of a unit of log difference from a prior beside a share
TIGHT = {"job_scale": 0.4, "job_loss": 0.12}


@njit
def cohort(h, exits, shape, factor, shares):
    """Expected shares (ages 16-69, employed, jobless, student or in service, outside, pensioner), added to `shares`.

    h: hazards (flow, band); exits: three from conscription; factor: personal factor on finding work.
    """
    student, employed, outside, pensioner, conscript = 1.0, 0.0, 0.0, 0.0, 0.0
    jobless = np.zeros(LONGEST)
    for month in range(FIRST, LAST):
        band = work_band(month // 12)
        x = h[:, band]
        to_job = np.zeros(LONGEST)
        for m in range(LONGEST):
            to_job[m] = factor * x[8] * (m + 1.5) ** (shape - 1.0)
        found = left_s = left_o = left_p = 0.0
        aged = np.zeros(LONGEST)
        for m in range(LONGEST):
            total = to_job[m] + x[9] + x[10] + x[11]
            gone = jobless[m] * (1.0 - np.exp(-total)) / total
            found += gone * to_job[m]
            left_s += gone * x[9]
            left_o += gone * x[10]
            left_p += gone * x[11]
            aged[min(m + 1, LONGEST - 1)] += jobless[m] - gone * total
        s = student * (1.0 - np.exp(-x[:4].sum())) / x[:4].sum()
        e = employed * (1.0 - np.exp(-x[4:8].sum())) / x[4:8].sum()
        o = outside * (1.0 - np.exp(-x[12:16].sum())) / x[12:16].sum()
        c = conscript * (1.0 - np.exp(-exits.sum())) / exits.sum()
        student += e * x[5] + left_s + o * x[14] + c * exits[1] - s * x[:4].sum()
        employed += s * x[0] + found + o * x[12] + c * exits[0] - e * x[4:8].sum()
        aged[0] += s * x[1] + e * x[4] + o * x[13] + c * exits[2]
        outside += s * x[2] + e * x[6] + left_o - o * x[12:16].sum()
        pensioner += e * x[7] + left_p + o * x[15]
        conscript += s * x[3] - c * exits.sum()
        jobless = aged
        year = month // 12 - 16
        for j, value in enumerate((employed, jobless.sum(), student, outside + conscript, pensioner)):
            shares[year, j] += value / 12.0 / CLASSES


def classes(variance):
    """Five equally likely values of the factor on finding work: gamma with mean 1, at the middles of fifths."""
    u = (np.arange(CLASSES) + 0.5) / CLASSES
    z = gammaincinv(1.0 / variance, u) * variance
    return z / z.mean()


def fit(sex, numbers):
    """Hazards (flow, band) for "men" or "women", and the shares they give at ages 18-69."""
    target = tables.activity()[sex][:-1]
    priors = np.array([PRIORS[f] for f in FLOWS], float)
    if sex == "women":
        priors[FLOWS.index("student_conscript")] = 0.0
    free = priors > 1e-4
    exits = np.array([numbers[f"work.{name}"].value for name in CONSCRIPT_EXITS])
    # Those without work differ from others also by education and distress: more variance, and a lower level.
    factors = 0.85 * classes(numbers["work.frailty_variance"].value + 0.1)
    pull = np.array([[TIGHT.get(f, PULL)] * BANDS for f in FLOWS])

    def shares_of(x):
        h = priors.copy()
        h[free] = np.exp(x)
        shares = np.zeros((54, 5))
        for factor in factors:
            cohort(h, exits, numbers["work.job_shape"].value, factor, shares)
        return h, shares[2:]

    def misfit(x):
        _h, shares = shares_of(x)
        pulled = pull[free] * 0.1 * (x - np.log(priors[free]))
        return np.concatenate([(shares - target[: len(shares)]).ravel(), pulled])

    found = least_squares(misfit, np.log(priors[free]), max_nfev=60)
    return shares_of(found.x)


def report():
    """The [work] entries as TOML, both sexes in one table, and the largest miss of a share."""
    numbers = shipped()
    men, women = fit("men", numbers), fit("women", numbers)
    lines = []
    for i, name in enumerate(FLOWS):
        values = [float(f"{v:.3g}") for v in (*men[0][i], *women[0][i])]
        lines.append((name, values))
    miss = [np.abs(s - tables.activity()[sex][: len(s)]).max() for sex, (_, s) in (("men", men), ("women", women))]
    return lines, miss


if __name__ == "__main__":
    import sys

    entries, worst = report()
    for entry, table in entries:
        sys.stdout.write(f"{entry} = {table}\n")
    sys.stdout.write(f"# largest miss of a share: men {worst[0]:.3f}, women {worst[1]:.3f}\n")
