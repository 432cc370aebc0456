"""What a calibration found, in words: learnt, not learnt, missed, and how far to trust it."""

from results.language import MARKS, current, say

__all__ = ["UNSEEN", "failed", "paragraph"]

UNSEEN = 0.05  # a number whose variance the targets would cut by less than this is not seen by them
FIRMLY = 0.5  # share of prior variance taken away from which a number counts as learnt
HONEST = (0.5, 1.6)  # root mean square of standardised surrogate errors on fresh runs that we call honest
COVERS = (0.80, 0.98)  # coverage of 90 % intervals over 40 truths that chance allows (binomial, 2.5 % in each tail)
REJECTED = 0.01
EDGE = 1.96  # prior standard deviations from which a posterior mean counts as pushed to the edge
NEAR = 1.96  # standard errors within which a held-out target counts as foretold
SHARP = 0.5  # error of the surrogate against a target's own below which it is sharp enough


def paragraph(tables, facts):
    """Markdown text in the language in use: one paragraph, then what fails, then how it was made.

    tables: {name: frame} as in the folder of a calibration; facts: its manifest. Contradictions and notes on data are in English.
    """
    learnt, predictive = tables["learnt"], tables["predictive"]
    lines = [f"# {say('Calibration {name}', name=facts['problem'])}", ""]
    lines += _learnt(learnt, predictive, facts) if facts["certain"] else _point(learnt)
    held = predictive.query("use == 'held out'")
    if len(held):
        near = int((held["z"].abs() <= NEAR).sum())
        lines += [say(
            "Of {all} held-out targets {near} lie within two standard errors of what is foretold (mean log score {score}).",
            all=len(held), near=near, score=_number(held["score"].mean(), ".2f")), ""]
    lines += [say("Data: {what}.", what=text) for text in facts.get("notes", ())]
    lines += [f"## {say('What fails')}", ""]
    lines += [f"* {text}" for text in failed(tables, facts)] or [say("Nothing of what is checked.")]
    lines += ["", f"## {say('Targets')}", "", *_targets(predictive), "", f"## {say('How it was made')}", "", _made(facts)]
    return "\n".join(lines)


def _point(learnt):
    best = "; ".join(f"{row.number} {_number(row.posterior)}" for row in learnt.itertuples())
    return [f"**{say('A point estimate, without any statement of uncertainty.')}** " + say(
        "The method looks for one good point. It cannot say how far the truth may lie from it, so no posterior is written. Use `emulator` "
        "for decisions."), "", say("Best point: {numbers}.", numbers=best), ""]


def _learnt(learnt, predictive, facts):
    firm = learnt[learnt["contraction"] >= FIRMLY]
    little = learnt[(learnt["contraction"] < FIRMLY) & (learnt["contraction"] >= UNSEEN)]
    none = learnt[learnt["contraction"] < UNSEEN]
    fitted = int((predictive["use"] == "fitted").sum())
    return [" ".join(filter(None, [
        say("From {targets} targets and {runs} simulations:", targets=fitted, runs=facts["runs"]),
        _listed(say("learnt well (half of the prior variance or more taken away)"), firm),
        _listed(say("learnt a little"), little),
        _listed(say("not learnt, so the prior stands"), none)])), ""]


def _listed(what, rows):
    if rows.empty:
        return ""
    parts = [say("{number} {value} ({low} to {high}; before {prior_low} to {prior_high})", number=row.number,
                 **{name: _number(number, ".3g") for name, number in (
                     ("value", row.posterior), ("low", row.low), ("high", row.high), ("prior_low", row.prior_low),
                     ("prior_high", row.prior_high))}) for row in rows.itertuples()]
    return f"{what}: {'; '.join(parts)}."


def _targets(predictive):
    head = [say("target"), say("use"), say("evidence"), say("model (95 % interval)"), "z", say("met")]
    lines = [f"| {' | '.join(head)} |", "|---|---|---:|---:|---:|---|"]
    for row in predictive.itertuples():
        model = f"{_number(row.model)} ({_number(row.model_low)}-{_number(row.model_high)})"
        met = say("yes") if row.met else f"**{say('no')}**"
        lines.append(f"| {row.target} | {_use(row.use)} | {_number(row.evidence)} | {model} | {_number(row.z, '+.1f')} | {met} |")
    return lines


def _use(name):
    return {"fitted": say("fitted"), "held out": say("held out")}.get(name, name)


def failed(tables, facts):
    """Everything that a reader must know before using the result, one sentence each."""
    found = [say("Contradicting targets: {what}.", what=text) for text in facts["contradictions"]]
    found += [say("The prior excludes the target '{name}': the nearest run is {far} standard errors away.", name=name,
                  far=_number(far, ".1f")) for name, far in facts["excluded"]]
    found += [say("No value for '{name}' in {share} % of runs, which are left out.", name=name, share=f"{100 * share:.0f}")
              for name, share in facts.get("missing", {}).items()]
    found += [say("{number} is pushed to the edge of its prior ({moved} prior standard deviations): the prior, a target or the model is "
                  "wrong.", number=row.number, moved=_number(row.moved, "+.1f"))
              for row in tables["learnt"].itertuples() if abs(row.moved) > EDGE]
    found += [_missed(row) for row in tables["predictive"].itertuples() if not row.met]
    if facts["unseen"]:
        found.append(say("The targets cannot see {numbers}.", numbers=", ".join(facts["unseen"])))
    if facts.get("sharpness", 0.0) >= SHARP:
        found.append(say("The surrogate is not yet sharp: its error is up to {error} of a target's own; a larger budget would help.",
                         error=_number(facts["sharpness"], ".2f")))
    return [*found, *_surrogate(tables), *_recovery(tables)]


def _missed(row):
    numbers = {"name": row.target, "evidence": _number(row.evidence), "model": _number(row.model), "far": _number(row.z, "+.1f")}
    if row.use == "fitted":
        return say("The fitted target '{name}' is missed: {evidence} against {model} ({far} standard errors).", **numbers)
    return say("The held out target '{name}' is missed: {evidence} against {model} ({far} standard errors).", **numbers)


def _surrogate(tables):
    if "surrogate" not in tables:
        return []
    bad = tables["surrogate"][(tables["surrogate"]["rms"] < HONEST[0]) | (tables["surrogate"]["rms"] > HONEST[1])]
    return [say("The surrogate's error bars for '{name}' are off: root mean square {rms} on fresh runs, 1 is right.", name=row.target,
                rms=_number(row.rms, ".2f")) for row in bad.itertuples()]


def _recovery(tables):
    found = []
    for row in tables["recovery"].itertuples() if "recovery" in tables else ():
        if not COVERS[0] <= row.coverage_90 <= COVERS[1]:
            found.append(say("90 % intervals of {number} cover {share} % of known truths.", number=row.number,
                             share=f"{100 * row.coverage_90:.0f}"))
        if row.rank_p < REJECTED:
            found.append(say("Ranks of known truths of {number} are not uniform (p = {p}).", number=row.number,
                             p=_number(row.rank_p, ".3f")))
    return found


def _made(facts):
    text = say("Method {method}, seed {seed}, {runs} simulations and {checks} for checks, {seconds} s; {effective} effective draws.",
               method=facts["method"], seed=facts["seed"], runs=facts["runs"], checks=facts["runs_of_checks"],
               seconds=f"{facts['seconds']:.0f}", effective=f"{facts['effective_draws']:.0f}")
    if facts.get("waves"):
        waves = ", ".join(map(str, facts["waves"]))
        if facts["sharpness"] < SHARP:
            text += " " + say("Waves of {runs} runs; stopped because the surrogate was sharper than half of every target's error.",
                              runs=waves)
        else:
            text += " " + say("Waves of {runs} runs; stopped at the budget.", runs=waves)
    return text


def _number(value, form=".4g"):
    """A number as written in the language in use."""
    return format(value, form).replace(".", MARKS[current()][0])
