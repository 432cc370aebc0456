"""What a calibration found, in words: learnt, not learnt, missed, and how far to trust it."""

from calibration import checks

FIRMLY = 0.5  # share of prior variance taken away from which a number counts as learnt
HONEST = (0.5, 1.6)  # root mean square of standardised surrogate errors on fresh runs that we call honest
COVERS = (0.80, 0.98)  # coverage of 90 % intervals over 40 truths that chance allows (binomial, 2.5 % in each tail)
REJECTED = 0.01
EDGE = 1.96  # prior standard deviations from which a posterior mean counts as pushed to the edge
NEAR = 1.96  # standard errors within which a held-out target counts as foretold


def paragraph(problem, fit, tables, facts):
    """Markdown text: one paragraph, then what fails, then how it was made."""
    learnt = tables["learnt"]
    lines = [f"# Calibration {problem.id}", ""]
    if not fit.certain:
        lines += ["**A point estimate, without any statement of uncertainty.** The method looks for one good point. "
                  "It cannot say how far the truth may lie from it, so no posterior is written. Use `emulator` for decisions.", "",
                  "Best point: " + "; ".join(f"{r.number} {r.posterior:.4g}" for r in learnt.itertuples()) + ".", ""]
    else:
        firm = learnt[learnt["contraction"] >= FIRMLY]
        little = learnt[(learnt["contraction"] < FIRMLY) & (learnt["contraction"] >= checks.UNSEEN)]
        none = learnt[learnt["contraction"] < checks.UNSEEN]
        lines.append(" ".join(filter(None, [
            f"From {len(problem.fitted)} targets and {facts['runs']} simulations:",
            _listed("learnt well (half of the prior variance or more taken away)", firm),
            _listed("learnt a little", little),
            _listed("not learnt, so the prior stands", none)])))
        lines.append("")
    held = tables["predictive"].query("use == 'held out'")
    if len(held):
        near = int((held["z"].abs() <= NEAR).sum())
        lines += [f"Of {len(held)} held-out targets {near} lie within two standard errors of what is foretold (mean log score "
                  f"{held['score'].mean():.2f}).", ""]
    lines += [f"Data: {text}." for text in facts.get("notes", ())]
    failures = failed(problem, tables, facts)
    lines += ["## What fails", ""]
    lines += [f"* {text}" for text in failures] or ["Nothing of what is checked."]
    lines += ["", "## Targets", "", "| target | use | evidence | model (95 % interval) | z | met |", "|---|---|---:|---:|---:|---|"]
    for row in tables["predictive"].itertuples():
        lines.append(f"| {row.target} | {row.use} | {row.evidence:.4g} | {row.model:.4g} ({row.model_low:.4g}-{row.model_high:.4g}) "
                     f"| {row.z:+.1f} | {'yes' if row.met else '**no**'} |")
    lines += ["", "## How it was made", "", _made(facts)]
    return "\n".join(lines)


def failed(problem, tables, facts):
    """Everything that a reader must know before using the result, one sentence each."""
    found = [f"Contradicting targets: {text}." for text in facts["contradictions"]]
    found += [f"The prior excludes the target '{name}': the nearest run is {far:.1f} standard errors away."
              for name, far in facts["excluded"]]
    found += [f"No value for '{name}' in {100 * share:.0f} % of runs, which are left out."
              for name, share in facts.get("missing", {}).items()]
    found += [f"{row.number} is pushed to the edge of its prior ({row.moved:+.1f} prior standard deviations): the prior, a target or the "
              "model is wrong." for row in tables["learnt"].itertuples() if abs(row.moved) > EDGE]
    for row in tables["predictive"].itertuples():
        if not row.met:
            found.append(f"The {row.use} target '{row.target}' is missed: {row.evidence:.4g} against {row.model:.4g} "
                         f"({row.z:+.1f} standard errors).")
    if facts["unseen"]:
        found.append(f"The targets cannot see {', '.join(facts['unseen'])}.")
    if facts.get("sharpness", 0.0) >= 0.5:
        found.append(f"The surrogate is not yet sharp: its error is up to {facts['sharpness']:.2f} of a target's own; "
                     "a larger budget would help.")
    if "surrogate" in tables:
        bad = tables["surrogate"][(tables["surrogate"]["rms"] < HONEST[0]) | (tables["surrogate"]["rms"] > HONEST[1])]
        found += [f"The surrogate's error bars for '{row.target}' are off: root mean square {row.rms:.2f} on fresh runs, 1 is right."
                  for row in bad.itertuples()]
    if "recovery" in tables:
        for row in tables["recovery"].itertuples():
            if not COVERS[0] <= row.coverage_90 <= COVERS[1]:
                found.append(f"90 % intervals of {row.number} cover {100 * row.coverage_90:.0f} % of known truths.")
            if row.rank_p < REJECTED:
                found.append(f"Ranks of known truths of {row.number} are not uniform (p = {row.rank_p:.3f}).")
    return found


def _listed(what, rows):
    if rows.empty:
        return ""
    parts = [f"{r.number} {r.posterior:.3g} ({r.low:.3g} to {r.high:.3g}; before {r.prior_low:.3g} to {r.prior_high:.3g})"
             for r in rows.itertuples()]
    return f"{what}: {'; '.join(parts)}."


def _made(facts):
    text = (f"Method {facts['method']}, seed {facts['seed']}, {facts['runs']} simulations and {facts['runs_of_checks']} for checks, "
            f"{facts['seconds']:.0f} s; {facts['effective_draws']:.0f} effective draws.")
    if facts.get("waves"):
        text += f" Waves of {', '.join(map(str, facts['waves']))} runs; stopped " + (
            "because the surrogate was sharper than half of every target's error." if facts["sharpness"] < 0.5 else "at the budget.")
    return text
