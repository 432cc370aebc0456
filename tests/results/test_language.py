"""Every text is translated, with the same places to fill, and numbers look as each language writes them."""

import string

import pytest
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol

from results import language, words
from results.language import CATALOGUES, LANGUAGES, MARKS, say, speaking, word
from results.locale import messages

OTHERS = [code for code in LANGUAGES if code != "en"]


def catalogue(code):
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def places(text):
    return sorted(name or "" for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_of_the_sources_is_translated_and_no_other(code):
    """`python -m results.locale` brings a catalogue up to date; the new texts in it then wait for words."""
    known = catalogue(code)
    assert sorted(set(messages()) - set(known)) == []
    assert sorted(set(known) - set(messages())) == []
    assert language.untranslated(code) == []


@pytest.mark.parametrize("code", OTHERS)
def test_translations_fill_the_same_places(code):
    wrong = {text for text, translated in catalogue(code).items() if places(text) != places(translated)}
    assert wrong == set()


@pytest.mark.parametrize("code", OTHERS)
def test_pieces_join_as_in_english(code):
    """A piece that begins with a comma or a space is joined to what stands before it."""
    wrong = {t for t, translated in catalogue(code).items() if t[0] in " ,;" and translated[0] != t[0]}
    assert wrong == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_marks_are_those_of_cldr(code):
    decimal, thousands = MARKS[code]
    assert decimal == get_decimal_symbol(code)
    assert thousands.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}") == get_group_symbol(code).replace(
        "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
    )


def test_numbers_switch_with_the_language():
    def written():
        return words.number(-1234567.891, 2), words.signed(0.5), words.money(2_340_000), words.plain(20000.0), words.plain(0.05)

    assert written() == ("−1,234,567.89", "+0.50", "2.34 M EUR", "20,000", "0.05")
    with speaking("fi"):
        assert written() == ("−1\xa0234\xa0567,89", "+0,50", "2,34 milj. euroa", "20\xa0000", "0,05")
    with speaking("sv"):
        assert written() == ("−1\xa0234\xa0567,89", "+0,50", "2,34 mn euro", "20\xa0000", "0,05")
    assert words.number(0.5, 1) == "0.5"  # what was before


def test_what_has_no_translation_is_told():
    unknown = word("Nobody has translated this {what}")[:]
    with speaking("fi") as missed:
        assert say(unknown, what="text") == "Nobody has translated this text"
        assert say("Employed") == "Työllinen"
    assert missed == {unknown}
    with pytest.raises(ValueError, match="there are en, fi, sv"), speaking("de"):
        pass
