"""The language in which results are told: translations of the English source text, and how numbers look in it."""

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

__all__ = ["LANGUAGES", "MARKS", "current", "say", "speaking", "untranslated", "word"]

LANGUAGES = {"en": "English", "fi": "suomi", "sv": "svenska"}
MARKS = {"en": (".", ","), "fi": (",", "\N{NO-BREAK SPACE}"), "sv": (",", "\N{NO-BREAK SPACE}")}  # decimals, thousands; CLDR
CATALOGUES = Path(__file__).parent / "locale"
_language = ContextVar("language", default="en")
_missed = ContextVar("missed", default=None)


def current():
    """Code of the language in use: en, fi or sv."""
    return _language.get()


@contextmanager
def speaking(language):
    """Tell everything inside in `language`; yields the set of texts that had no translation. ValueError if unknown."""
    if language not in LANGUAGES:
        raise ValueError(f"no language {language!r}; there are {', '.join(LANGUAGES)}")
    missed = set()
    tokens = _language.set(language), _missed.set(missed)
    try:
        yield missed
    finally:
        _language.reset(tokens[0])
        _missed.reset(tokens[1])


def untranslated(language):
    """Texts of a catalogue that have no translation yet."""
    return sorted(text for text, translated in _catalogue(language).items() if not translated)


def word(text):
    """The text as it is: marks a constant for the catalogues; `say` translates it where it is shown."""
    return text


def say(text, **values):
    """`text` in the language in use, its {places} filled with `values`; English where no translation is known."""
    language = current()
    if language != "en":
        translated = _catalogue(language).get(text)
        if not translated and _missed.get() is not None:
            _missed.get().add(text)
        text = translated or text
    return text.format(**values) if values else text


@cache
def _catalogue(language):
    """{English text: translation} of a language's .po file, read as it is: nobody needs msgfmt."""
    from babel.messages.pofile import read_po

    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}
