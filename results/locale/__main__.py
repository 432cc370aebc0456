"""Bring the catalogues up to date with the sources: `python -m results.locale`; new texts wait empty, unused ones go."""

import sys

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from results.language import CATALOGUES, LANGUAGES
from results.locale import messages


def update(language):
    """Rewrite one catalogue; returns the number of texts still to translate."""
    path = CATALOGUES / f"{language}.po"
    known = {}
    if path.exists():
        with path.open("rb") as file:
            known = {message.id: message.string for message in read_po(file) if message.id}
    catalogue = Catalog(locale=language, project="hytesim", fuzzy=False, header_comment=f"# {LANGUAGES[language]}")
    catalogue.mime_headers = [("Language", language), ("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]
    for text, place in sorted(messages().items(), key=lambda item: item[1]):
        catalogue.add(text, known.get(text, ""), locations=[(place, None)])
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, omit_header=False, no_location=False)
    return sum(not known.get(text) for text in messages())


if __name__ == "__main__":
    for code in LANGUAGES:
        if code != "en":
            sys.stdout.write(f"{code}: {update(code)} texts without a translation\n")
