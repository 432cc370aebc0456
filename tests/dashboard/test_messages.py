"""What the check says of a wrong scenario, told in another language with the same facts."""

import re

import pytest

from command.dashboard import form, messages
from results.language import say, speaking

HEAD = '[scenario]\nid = "own"\nextends = "promeq"\n'
GROUPS = f"{HEAD}[interventions.youth_groups]\n"
WRONG = [
    f"{GROUPS}weks = 3", f"{GROUPS}weeks = 0", f"{GROUPS}weeks = 900", f'{GROUPS}weeks = "x"', f"{GROUPS}weeks = 3.5",
    f'{GROUPS}payer = "towns"', f"{GROUPS}dropout = 2.0", f"{GROUPS}dropout = -1", f'{GROUPS}dropout = "a"',
    f'{GROUPS}dropout = {{ value = 0.1, unit = "share" }}', f"{GROUPS}dropout = {{ low = 0.1, high = 0.2 }}",
    f"{GROUPS}dropout = {{ value = 0.1, low = 0.2, high = 0.3 }}", f"{GROUPS}dropout = {{ value = 0.1, low = 0.2 }}",
    f"{GROUPS}start = 2018-01-15", f"{GROUPS}start = 2030-01-01", f"{GROUPS}end = 2018-12-31\nmonths = 3",
    f"{GROUPS}start = 2019-01-01\nend = 2018-06-30", f'{GROUPS}places = ["Koovola"]', f'{GROUPS}places = ["Helsinki"]',
    f'{GROUPS}places = ["999"]', f'{GROUPS}segment = "x"', f"{GROUPS}segment = {{ age_min = 30, age_max = 20 }}",
    f"{GROUPS}weeks = 3\nweeks = 4", f"{GROUPS}weeks = 3,5", f"{GROUPS}online = True", f"{GROUPS}weeks =",
    f'{GROUPS}title = {{ en = "x', "nonsense", f"{HEAD}{HEAD}", f"{HEAD}[interventions.new]\nweeks = 3",
    f'{HEAD}[interventions.new]\nkind = "groups"', '[scenario]\nextends = "promek"', f'{HEAD}comparator = "nobody"',
    f"{HEAD}[populaton]\nx = 1", f'id = "a"\n{HEAD}', f'{HEAD}[population]\ntable = "no.csv"', f"{HEAD}[population]\nplaces = []",
    f"{HEAD}[time]\nyears = 0", f"{HEAD}[runs]\nseed = true", f'{HEAD}[parameters]\n"visit.raet" = 1.0',
]
SHARING = '[scenario]\nid = "own"\nextends = "etela_savo_place"\n[interventions.sharing]\n'
PARTNER = 'name = "A", sector = "public", amount = 1, '
EVENINGS = '[scenario]\nid = "own"\nextends = "basic_security"\n[interventions.move]\nkind = "lever"\n'
WRONG += [
    f"{GROUPS}schedule = [{{ date = 2019-06-01, scale = 2.0 }}, {{ date = 2019-01-01, scale = 1.0 }}]",
    f"{GROUPS}schedule = [{{ date = 2017-06-01, scale = 2.0 }}]", f"{GROUPS}schedule = [{{}}]",
    f"{GROUPS}schedule = [{{ date = 2019-06-01, scale = 200.0 }}]", f"{GROUPS}segment = {{ age_min = 40 }}",
    f"{GROUPS}project = {{ cost = 5000, grant = 6000, months = 12 }}", f"{GROUPS}project = {{ months = 12 }}",
    f"{GROUPS}cost = {{ value = 0.0, low = 0.0, high = 2.0, dist = \"gamma\" }}",
    f"{GROUPS}dropout = {{ value = 0.99, low = 0.1, high = 0.999 }}",
    f'{HEAD}[parameters]\n"wage.median" = {{ value = [2650.0, 2250.0], low = 1.1, high = 1.2 }}',
    f'{HEAD}[parameters]\n"wage.median" = {{ value = [2650.0, 2250.0], low = 0.0, high = 1.2, dist = "lognormal" }}',
    f"{SHARING}services = []\nblocks = []\npartners = []", f'{SHARING}blocks = ["sharing"]',
    f'{SHARING}partners = [{{ {PARTNER}serves = "x", resource = "minutes" }}]',
    f'{SHARING}partners = [{{ {PARTNER}serves = "social_work", resource = "rooms" }}]',
    f'{SHARING}partners = [{{ {PARTNER}serves = "social_work", resource = "euros", area = "1" }}]',
    f'{SHARING}partners = [{{ {PARTNER}serves = "social_work", resource = "euros", municipality = "all" }}]',
    f'{EVENINGS}what = "pric"\nfactor = 2.0', f'{EVENINGS}what = "zzz"\nfactor = 2.0', f'{EVENINGS}what = "price"\nfactor = 2.0',
    f'{EVENINGS}what = "opening"\nfactor = 0.0', f'{EVENINGS}what = "opening"',
    f'{EVENINGS}what = "opening"\nfactor = 2.0\nservices = ["hospital"]',
    '[scenario]\nid = "own"\nextends = "kuusamo_kalajoki_card"\n[interventions.groups]\nkind = "group_programme"\n[interventions.card]\n'
    'retargets = ["groups"]',
    '[scenario]\nid = "own"\nextends = "metropolia_innovations"\n[interventions.spread.pilots]\nyouth_groups = ["Kouvola"]',
]
FACTS = re.compile(r"'[^']*'|(?<![\w-])\d[\d.-]*\d|(?<![\w-])\d\b")


def parts(monkeypatch, runs, text):
    """(English, Finnish, Swedish) of every message and hint that the check has for a text."""
    heard, tell = [], messages.tell
    monkeypatch.setattr(messages, "tell", lambda part: heard.append(part) or tell(part))
    form.check(runs, [None], form.Asked(), text)
    told = []
    for language in ("fi", "sv"):
        with speaking(language) as missed:
            told.append([tell(part) for part in heard])
        assert missed == set()
    assert heard, text
    return list(zip(heard, *told, strict=True))


@pytest.mark.parametrize("text", WRONG)
def test_the_check_is_told_in_every_language(tmp_path, monkeypatch, text):
    """No sentence of the check stays English, and every number and name in it stays what it is."""
    for english, *others in parts(monkeypatch, tmp_path, text):
        for other in others:
            assert other != english
            assert sorted(FACTS.findall(english)) == sorted(FACTS.findall(other.replace("\u2013", "-")))


def test_forms_do_not_take_each_others_messages():
    for made in messages.FORMS[:-1]:
        filled = messages.PLACE.sub(lambda found: "7" if found[1] in ("number", "limit", "low", "high") else found[1].upper(), made)
        with speaking("fi"):
            facts = {name: "7" if name in ("number", "limit", "low", "high") else name.upper() for name in messages.PLACE.findall(made)}
            assert messages.tell(filled) == say(made, **facts)


def test_what_is_not_known_stays_as_it_is():
    with speaking("sv"):
        assert messages.tell("the moon is above the sea (km).") == "the moon is above the sea (km)."
    assert messages.tell("missing.") == "missing."
