"""What settings and the model's numbers are called, in words for the names that files use; in the language in use."""

from results.language import say, word
from results.words import SERVICES, label

__all__ = ["SECTIONS", "SETTINGS", "number", "setting"]

SETTINGS = {
    "accept": word("acceptance of the offer"), "adopt": word("rate of deciding to adopt"), "age_max": word("highest age"),
    "age_min": word("lowest age"), "aim": word("card holders aimed at"), "alone": word("living alone"), "amount": word("amount"),
    "anchoring": word("anchoring in everyday work"), "area": word("area"), "assistance": word("help in dealing with services"),
    "between": word("between what effort is moved"), "blocks": word("interventions shared out"), "budget": word("money on a card"),
    "capacity": word("places"), "carless": word("hindrance of having no car"), "caseload": word("clients of one worker"),
    "coaches": word("job coaches"), "cohesion": word("effect on social cohesion"), "contact_months": word("months of contacts reported"),
    "coordination": word("share that is coordinated"), "coordination_cost": word("cost of coordination"), "cost": word("cost"),
    "cost_adoption": word("cost of an adoption"), "cost_month": word("cost per month"), "cost_person": word("cost per person asked"),
    "cost_register": word("cost of the registers"), "cost_report": word("cost of the report"),
    "cost_reported": word("cost per resident reported"), "cost_start": word("cost of starting with a client"),
    "cost_survey": word("fixed cost of a survey"), "cost_worker": word("cost of a worker"), "county": word("weight of the same county"),
    "criteria": word("criteria met"), "date": word("from"), "decides": word("who moves effort"), "delay": word("delay"),
    "dimensions": word("dimensions developed"), "distance": word("effect of distance"), "doubt": word("doubt in estimates"),
    "dropout": word("dropping out"), "duration": word("duration for a client"), "education": word("education"), "effort": word("effort"),
    "embed": word("rate of embedding"), "empowerment": word("effect on empowerment"), "end": word("last day"), "error": word("error"),
    "facilitators": word("facilitators"), "factor": word("factor"), "find": word("finding those meant"), "fixed": word("fixed cost"),
    "focus": word("dimensions at a time"), "formula": word("rule of sharing"), "frequency": word("contacts with the message"),
    "funded": word("effect of funding"), "goals": word("goals"), "grant": word("grant within it"),
    "grant_payer": word("payer of the grant"), "group": word("group"), "group_size": word("size of a group"),
    "growth": word("growth of maturity"), "half_life": word("half-life of what is learnt"), "hours": word("hours"),
    "impact": word("effect of an exposure"), "implementation": word("pace of implementation"), "inclusion": word("effect on inclusion"),
    "innovations": word("innovations"), "intensity": word("intensity of recruitment"), "interval": word("interval"),
    "item_noise": word("error of a survey answer"), "language": word("effect on language skills"),
    "least": word("least fidelity that counts"), "lock_in": word("lock-in while taking part"), "managers": word("case managers"),
    "maturity": word("effect of maturity"), "mixing": word("contacts outside the area"), "months": word("length"),
    "municipality": word("municipality"), "name": word("actor"), "nearness": word("weight of nearness"), "need": word("effect of need"),
    "offer": word("offering the card"), "online": word("online"), "outreach": word("finding by outreach"),
    "p": word("first adopters (p)"), "partners": word("partners"), "payer": word("payer"), "pilots": word("pilots"),
    "place": word("ease of taking part (place)"), "places": word("municipalities"), "power": word("how strongly need counts"),
    "practice": word("practice at the start"), "precision": word("precision of finding"), "price": word("price"),
    "product": word("use of what is offered (product)"), "project": word("project money"), "q": word("followers (q)"),
    "ramp": word("build-up"), "range": word("reach of influence"), "reach": word("reach"), "relief": word("relief of strain"),
    "reported": word("share reported"), "resource": word("what is brought"), "respondent_cost": word("cost of a respondent"),
    "respondents": word("respondents"), "results": word("effect of results seen"), "retargeting": word("share that is retargeted"),
    "retargets": word("campaigns retargeted"), "review": word("review"), "review_cost": word("cost of a review"),
    "room_places": word("places in a room"), "runs": word("who makes the survey"), "sample": word("sample"), "scale": word("size"),
    "schedule": word("changes of size"), "seats": word("seats of transport"), "sector": word("sector"), "segment": word("who it is for"),
    "serves": word("for"), "services": word("services"), "sessions": word("sessions"), "sources": word("sources of information"),
    "staff": word("staff"), "start": word("first day"), "steers": word("interventions steered"), "strength": word("strength"),
    "support": word("support"), "tailoring": word("tailoring"), "threshold": word("threshold"), "to": word("new value"),
    "trust": word("effect on trust"), "urbanity": word("kind of area"), "validity": word("validity of the card"), "weeks": word("length"),
    "weights": word("weight of the measured need"), "what": word("what is moved"), "window": word("months taken together"),
    "wish": word("wish to use"), "word": word("word of mouth"), "work": word("effect on work"), "workers": word("workers"),
}
# Of the sections of parameters.toml, of some numbers by their whole name, and of what names of several sections end with.
SECTIONS = {
    "mortality": word("Mortality"), "health": word("Health"), "care": word("Long-term care"), "home_care": word("Home care"),
    "distress": word("Mental distress"), "mental": word("Need of mental health help"), "social": word("Need of social work"),
    "work": word("Work"), "study": word("Degree on leaving school"), "wage": word("Pay"), "tax": word("Income tax"),
    "benefit": word("Benefits"), "norm": word("Social assistance norm"), "claim": word("Applying for social assistance"),
    "strain": word("Financial strain"), "quality": word("Social quality"), "security": word("Socio-economic security"),
    "cohesion": word("Social cohesion"), "inclusion": word("Social inclusion"), "empowerment": word("Empowerment"),
    "capability": word("Capabilities"), "wellbeing": word("Wellbeing"), "scar": word("Memory of unemployment"), "peer": word("Peers"),
    "good_quality": word("Good quality of life"), "lonely": word("Loneliness"), "life_satisfaction": word("Life satisfaction"),
    "utility": word("QALY weight"), "survey": word("Surveys"), "group": word("Definitions of groups"), "trust": word("Trust in services"),
    "language": word("Command of the language"), "awareness": word("Recall of campaigns"), "assistance": word("Help with applying"),
    "literacy": word("How much of a message gets through"), "burden": word("Hassle of asking for help"),
    "readiness": word("Readiness to take up help"), "stage": word("Stages of change"), "visit": word("Visits to primary care"),
    "hospital": word("Hospital"), "managed": word("With a case manager"), "seek": word("Requests for services"),
    "integration": word("Integration period"), "queue": word("Waiting"), "urgency": word("Priority"), "handoff": word("Referrals"),
    "effect": word("What one contact does"), "dose": word("Fading of effects"), "price": word("Round-the-clock care"),
    "services": word("Services"), "maturity": word("Maturity of the municipality"), "demography": word("Population change"),
    "payers": word("Who pays"), "campaign": word("Campaign"), "group_programme": word("Group programme"),
    "integrated_service": word("Integrated service"), "outreach": word("Outreach youth work"), "guidance": word("Guidance centre"),
    "supported_employment": word("Supported employment"), "integration_support": word("Integration support"),
    "maturity_development": word("Development of maturity"), "diffusion": word("Spread of innovations"),
    "allocation": word("Needs-based allocation"), "area": word("Differences between areas"), "card": word("Wellbeing card"),
    "reporting": word("Social reporting"), "population": word("Population at the start"),
    "network": word("Contacts outside the household"),
}
NUMBERS = {
    "benefit.child": word("child benefit"), "benefit.months": word("months of earnings-related benefit"),
    "claim.start": word("share on assistance at the start"), "dose.least": word("dose that is taken as gone"),
    "effect.social": word("adult social work"), "handoff.social": word("adult social work"),
    "hospital.sigma": word("spread of the cost of an episode"), "payers.assistance": word("social assistance"),
    "payers.housing": word("round-the-clock care"), "payers.insurance": word("earnings-related benefits"),
    "payers.kela": word("Kela's benefits"), "payers.support_late": word("labour market support, later"),
    "payers.tax": word("taxes and contributions"), "price.housing": word("price of housing"),
    "reporting.spread": word("how far needs are thought to differ"), "seek.social": word("adult social work"),
    "tax.base": word("base rate"),
}
PARTS = {
    "active": word("work, study or service"), "adstock": word("what is kept from month to month"), "age": word("age"),
    "age_bands": word("age bands"), "alone": word("living alone"), "anchored": word("share anchored"),
    "area_class_shares": word("residents by kind of area"), "area_residents": word("residents of an area"),
    "area_size_slope": word("inequality of the size of areas"), "area_sorting": word("segregation between areas"),
    "assistance": word("help with applying"), "at_home_lone_share": word("share of them with one parent"),
    "at_home_share": word("share living with parents"), "awareness": word("knowing of it"), "back": word("falling back"),
    "barrier": word("barrier"), "base": word("base level"), "boys": word("share of boys"), "buffer": word("buffering by social support"),
    "capability": word("capabilities"), "care": word("need of care"), "centre": word("centre of the scale"), "child": word("per child"),
    "children_per_family": word("children per family"), "chronic": word("long-term illness"), "cohesion": word("social cohesion"),
    "cohesion_spread": word("of social cohesion"), "community": word("community groups"),
    "conscript_employed": word("from service to work"), "conscript_jobless": word("from service to unemployment"),
    "conscript_months": word("length of service"), "conscript_share": word("share in military or civil service"),
    "conscript_student": word("from service to study"), "contacts": word("contacts in a series of treatment"),
    "counts": word("recall that counts as aware"), "couple": word("of each of a couple"), "couple_gap_sd": word("spread of the age gap"),
    "couple_gap_years": word("age gap of couples"), "distance_spread": word("of distance"), "distress": word("mental distress"),
    "duplicates": word("duplicate contacts avoided"), "early_pension": word("disability pension"),
    "earnings_rate": word("earnings-related share"), "education": word("education"),
    "education_basic": word("share with basic education"), "education_refugee_odds": word("basic education of refugees"),
    "education_tertiary": word("share with tertiary education"), "employed_outside": word("from work to outside the labour force"),
    "employed_pensioner": word("from work to pension"), "employed_student": word("from work to study"),
    "employment": word("employment services"), "empowerment": word("empowerment"), "environment": word("services within reach"),
    "event": word("size of a bad event"), "event_rate": word("frequency of bad events"), "fade": word("fading"),
    "false_alarm": word("supposing a need that is not there"), "family": word("family services"),
    "family_strain": word("strain of a family"), "fee": word("client fee"), "fees": word("client fees"), "fertility": word("births"),
    "fertility_partner": word("births by having a partner"), "forward": word("moving forward"),
    "frailty_variance": word("personal differences in job finding"), "give_up": word("giving up the wait"),
    "guidance": word("guidance centre"), "half_life": word("half-life"), "hazard": word("rate of applying"), "health": word("health"),
    "highest": word("highest rate"), "home_care_share": word("share in home care"), "home_onset": word("beginning of home care"),
    "homophily_age": word("likeness in age"), "homophily_area": word("nearness"), "homophily_education": word("likeness in education"),
    "homophily_group": word("likeness in group"), "housing_onset": word("moving to round-the-clock care"),
    "housing_share": word("share in round-the-clock care"), "inclusion": word("social inclusion"), "influence": word("influence"),
    "information": word("information"), "integration": word("integration services"), "item_noise": word("error of an answer"),
    "job_distress": word("job finding by mental distress"), "job_education": word("job finding by education"),
    "job_found": word("finding a job"), "job_language": word("job finding by command of the language"), "job_loss": word("job loss"),
    "job_loss_education": word("job loss by education"), "job_lost": word("losing one's job"),
    "job_refugee": word("job finding of newly arrived refugees"), "job_refugee_years": word("years until refugees find work like others"),
    "job_scale": word("job finding of the unemployed"), "job_shape": word("job finding by length of unemployment"),
    "jobless": word("being out of work"), "jobless_education_odds": word("unemployment by education"),
    "jobless_outside": word("from unemployment to outside the labour force"), "jobless_pensioner": word("from unemployment to pension"),
    "jobless_refugee_odds": word("unemployment of refugees"), "jobless_student": word("from unemployment to study"),
    "language": word("command of the language"), "lapse": word("lapsing of a claim"), "learn_years": word("years of learning"),
    "least": word("least that counts"), "leave_home": word("leaving home"), "level": word("level"), "line": word("limit"),
    "lone_father_share": word("share of fathers among lone parents"), "lone_parent": word("of a lone parent"),
    "lone_parent_share": word("share of lone parents"), "lonely": word("loneliness"), "loss": word("what a job loss counts"),
    "lost": word("lost on the way"), "low_income": word("limit of low income"), "managed": word("with a case manager"),
    "match_years": word("tolerance of matching"), "mean": word("mean"), "median": word("median with basic education"),
    "mental": word("mental health services"), "minutes": word("minutes of a contact"), "months": word("months"),
    "most": word("most that is remembered"), "mother_age_mean": word("mean age of mothers"),
    "mother_age_range": word("range of the age of mothers"), "mother_age_sd": word("spread of the age of mothers"),
    "move": word("moving"), "nature": word("nature and culture services"), "need_variance": word("personal differences in need"),
    "onset": word("onset of long-term illness"), "onset_education": word("onset of long-term illness by education"),
    "onset_strain": word("onset of long-term illness by financial strain"), "opening": word("opening hours"),
    "origin_urban_odds": word("foreign background in towns"), "other": word("home care allowance and the like"),
    "other_foreign_share": word("share with other foreign background"), "outreach": word("outreach youth work"),
    "outside_employed": word("from outside the labour force to work"),
    "outside_jobless": word("from outside the labour force to unemployment"),
    "outside_pensioner": word("from outside the labour force to pension"),
    "outside_student": word("from outside the labour force to study"), "own": word("weight of one's own resources"),
    "pace": word("pace of change"), "pairing": word("finding a partner"), "partner": word("partner"),
    "partner_jobless_odds": word("having a partner if out of work"), "partner_share": word("share with a partner"),
    "pension": word("pension"), "pension_age": word("pension age"), "pension_least": word("lowest pension"),
    "pension_rate": word("pension as a share of pay"), "permit_longest_months": word("longest time since the permit"),
    "permit_mean_months": word("mean time since the permit"), "persistence": word("persistence from month to month"),
    "personal": word("weight of personal conversion"), "place": word("place"), "premium": word("premium of education"),
    "price": word("price of a contact"), "primary": word("primary care"), "rate": word("frequency"),
    "recovery": word("recovery from long-term illness"), "refugee": word("of refugees"),
    "refugee_ages": word("ages of refugees who arrive"), "refugee_men": word("men among refugees who arrive"),
    "refugee_share": word("share with refugee background"), "refugees": word("refugees who arrive"),
    "register_error": word("error of the registers"), "register_weights": word("weights of the registers"),
    "relapse_early": word("early relapse"), "relapse_late": word("late relapse"), "rent": word("accepted rent"),
    "rent_more": word("accepted rent per further person"), "response": word("readiness to answer"),
    "response_age": word("answering by age"), "response_age_top": word("age from which answering no longer grows"),
    "response_distress": word("answering by mental distress"), "response_trust": word("answering by trust"),
    "response_wellbeing": word("answering by wellbeing"), "retired": word("being retired"), "rounds": word("rounds of contacts"),
    "scar": word("memory of unemployment"), "school_end_age": word("end of compulsory school"), "sd": word("spread"),
    "secondary": word("upper secondary"), "security": word("socio-economic security"), "seek": word("asking for help by stage"),
    "sees": word("noticing a need"), "separation": word("separation"), "share_jobless_odds": word("sharing a home if out of work"),
    "sharing_share": word("share sharing a home"), "sibling_shares": word("families with one more child"), "sigma": word("spread"),
    "single": word("of a person alone"), "slope": word("slope"), "social": word("weight of social conversion"),
    "spread": word("spread between municipalities"), "staff_minutes": word("staff minutes"), "stage": word("stage of change"),
    "start": word("at the start"), "start_chronic": word("long-term illness at the start"),
    "start_jobless": word("at the start, if out of work"), "state_sd": word("variation over time"),
    "status_mean_months": word("mean time in the present activity"), "stay": word("answering again"), "strain": word("financial strain"),
    "strain_change": word("change of financial strain"), "student_conscript": word("from study to military or civil service"),
    "student_employed": word("from study to work"), "student_jobless": word("from study to unemployment"),
    "student_outside": word("from study to outside the labour force"), "study": word("study grant and loan"),
    "support": word("labour market support"), "support_early": word("labour market support, early"),
    "support_late": word("months until the municipality pays half"), "support_months": word("months of long-term unemployment"),
    "support_share": word("share of the unemployed on labour market support"),
    "support_wait_months": word("months until labour market support"), "talk": word("word of mouth"), "tax": word("tax on benefits"),
    "tertiary": word("tertiary"), "third_sector_spread": word("of the third sector's resources"), "threshold": word("threshold"),
    "trait": word("personal disposition"), "trait_sd": word("personal differences"), "trust": word("trust"),
    "visits": word("visits per month"),
}
# Sections whose numbers are the settings of a kind of intervention.
KINDS = ("campaign", "group_programme", "integrated_service", "outreach", "guidance", "supported_employment", "integration_support",
         "maturity_development", "diffusion", "allocation", "card", "reporting")


def setting(name):
    """What a setting is called, with a capital; a name without words of its own is written with spaces."""
    return _capital(say(SETTINGS[name])) if name in SETTINGS else name.replace("_", " ")


def number(name, titles=None):
    """What a number is called, by its dotted name: “Mental distress: financial strain”; the name itself where there are no words.

    titles: {intervention: what it is called}, for settings of an intervention.
    """
    section, _, part = name.partition(".")
    if section == "interventions":
        block, _, own = part.partition(".")
        return f"{label(block, titles)}: {', '.join(map(setting, own.split('.')))}"
    words = _part(name, section, part)
    return f"{say(SECTIONS[section])}: {words}" if words and section in SECTIONS else name


def _part(name, section, part):
    """Words for what comes after the section; nothing where there are none."""
    if name in NUMBERS:
        return say(NUMBERS[name])
    if section in KINDS and part in SETTINGS:
        return say(SETTINGS[part])
    if section == "payers" and part in SERVICES:
        return label(part)
    return say(PARTS[part]) if part in PARTS else ""


def _capital(text):
    return text[:1].upper() + text[1:]
