"""Figures, tables and sentences on the page, as HTML with every text escaped."""

import base64
import html
import io
import re

from results import figures
from results.language import say

__all__ = ["STYLE", "chart", "drawn", "frame", "literal", "paragraphs", "picture", "plain", "table"]

STYLE = """<style>
.hy-figure { margin: .6rem 0 1.4rem; } .hy-wide { overflow-x: auto; }
.hy-figure img { width: 100%; min-width: 38rem; height: auto; display: block; background: #fff; }
.hy-figure h2 { font-size: 1.1rem; padding: 0; margin: .6rem 0 .2rem; } .hy-says { margin: .3rem 0; font-weight: 500; }
.hy-how, .hy-note { color: #4a4a4a; font-size: .88rem; margin: .2rem 0; max-width: 52rem; }
.hy-table { border-collapse: separate; border-spacing: 0; font-size: .9rem; font-variant-numeric: tabular-nums; min-width: 100%; }
.hy-table caption { text-align: left; font-weight: 600; padding: .3rem 0; caption-side: top; color: inherit; }
.hy-table caption span { display: inline-block; max-width: calc(100vw - 2.2rem); } /* or it would be as wide as the table */
.hy-table th, .hy-table td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid #c9c9c9; }
.hy-table thead th { border-bottom: 2px solid #4a4a4a; font-weight: 600; vertical-align: bottom; }
.hy-table thead .hy-head { min-width: 6.5rem; } .hy-many thead .hy-head { min-width: 4.6rem; } /* or words would stand one on another */
.hy-table tbody th { font-weight: 400; } .hy-table th.hy-long { overflow-wrap: anywhere; }
.hy-table td { overflow-wrap: break-word; max-width: 24rem; }
.hy-table .hy-short, .hy-whole { white-space: nowrap; } .hy-table .hy-long { min-width: 11rem; }
.hy-wide { background: linear-gradient(to left, #fff 40%, #fff0) right / 2rem 100% no-repeat local,
  linear-gradient(to left, #0003, #0000) right / .8rem 100% no-repeat; } /* a shadow where a table goes on */
@media (max-width: 640px) { .hy-table th:first-child { position: sticky; left: 0; background: #fff; max-width: 9rem; }
  .hy-table th:first-child .hy-whole { white-space: normal; overflow-wrap: anywhere; } }
.hy-many { font-size: .84rem; } .hy-table.hy-many th, .hy-table.hy-many td { padding-right: .5rem; }
.hy-text p { margin: 0 0 .5rem; max-width: 52rem; }
h1 { font-size: 2.2rem !important; } [data-testid="stHeading"] h2 { font-size: 1.5rem; }
[data-testid="stMarkdownContainer"] h3 { font-size: 1.3rem; } [data-testid="stMarkdownContainer"] h4 { font-size: 1.1rem; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] * { color: #4a4a4a !important; opacity: 1 !important; }
[data-testid="stVerticalBlock"]:has(> div > div > div > [data-testid="stCaptionContainer"] strong) { /* a setting that has been changed */
  outline: 2px solid #005a8c; outline-offset: .35rem; border-radius: .3rem; }
[data-stale="true"] { opacity: 1 !important; } /* text stays readable while a page is drawn anew */
[data-testid="stMultiSelect"] [data-baseweb="select"] > div { max-height: none; } /* what is chosen is seen, however much it is */
[data-testid="stStatusWidget"] button { display: none; } /* it would stop the drawing of the page, and looks as if it stopped a run */
</style>"""


NOTHING = 1e-12  # below this a number is the rounding of a sum
MANY = 6  # columns; a table of more is set smaller
SHORT, LONG = 20, 40  # letters of a cell that is never broken, and of one that is not squeezed
THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
INTERVAL = re.compile(r"(?<!\S)\([^()<>]{1,28}\)")
AMOUNT = re.compile(r"[+−]?\d")
ROW = 'th scope="row"'
HEAD = ' class="hy-head"'  # of a header that is not short
CODE = re.compile(r"`([^`<>]+)`")


def escape(text, quote=True):
    """A text as HTML in which a per cent sign stays with its number, and thousands with theirs."""
    return THOUSANDS.sub("\N{NO-BREAK SPACE}", html.escape(str(text), quote).replace(" %", "\N{NO-BREAK SPACE}%"))


def _cell(text, tag="td"):
    """A cell of a table: short ones and intervals stay in one piece."""
    text = str(text)
    size = ' class="hy-short"' if len(text) <= SHORT else ' class="hy-long"' if len(text) > LONG else ""
    return f"<{tag}{size}>{_whole(text)}</{tag.split()[0]}>"


def _whole(text):
    """A text in which what stands in brackets is not broken, nor a short amount before them."""
    amount, bracket, rest = text.partition(" (")
    if bracket and len(amount) <= SHORT and AMOUNT.match(amount):
        return f'<span class="hy-whole">{escape(amount)}</span> {_whole(f"({rest}")}'
    return INTERVAL.sub(lambda found: f'<span class="hy-whole">{found[0]}</span>', escape(text))


def chart(view, name, **options):
    """Show a figure of a view with its title and sentences above its picture; a line that says why if it cannot be drawn."""
    import streamlit as st

    try:
        found = view.picture(name, **options)
    except figures.FigureError as error:
        st.html(f'<p class="hy-note">{escape(figures.title(name))}: {escape(str(error))}.</p>')
        return
    picture(found.title, found.says, found.how, found.svg.encode())


def picture(title, says, how, image, kind="image/svg+xml"):
    """Show a picture (bytes of that media type) with its title and sentence above it and how to read it below."""
    import streamlit as st

    told = f'<p class="hy-says">{escape(says)}</p>' if says else ""
    source = f"data:{kind};base64,{base64.b64encode(image).decode()}"
    st.html(
        f'<figure class="hy-figure"><h2>{escape(title)}</h2>{told}'
        f'<div class="hy-wide" tabindex="0" role="group" aria-label="{escape(title)}">'
        f'<img alt="{escape(f"{title}. {says}".strip())}" src="{source}"></div><p class="hy-how">{escape(how)}</p></figure>'
    )


def drawn(figure):
    """A matplotlib figure as the bytes of an SVG picture; to be called while `DRAWING` is held."""
    from results.figures import style

    held = io.BytesIO()
    with style.look():
        figure.savefig(held, format="svg", metadata={"Date": None, "Creator": None})
    return held.getvalue()


def table(shown, name=""):
    """Show a `results.report.tables.Shown`: caption, headers, rows, note. name: what a table without a caption is called."""
    import streamlit as st

    if not shown.rows:
        return
    head = "".join(f'<th scope="col"{HEAD * (len(str(text)) > SHORT)}>{_whole(str(text))}</th>' for text in shown.headers)
    rows = "".join(f"<tr>{_cell(first, ROW)}{''.join(map(_cell, rest))}</tr>" for first, *rest in shown.rows)
    note = f'<p class="hy-note">{escape(shown.note)}</p>' if shown.note else ""
    many = " hy-many" if len(shown.headers) > MANY else ""
    caption = f"<caption><span>{escape(shown.caption)}</span></caption>" if shown.caption else ""
    st.html(
        f'<div class="hy-wide" tabindex="0" role="group" aria-label="{escape(shown.caption or name)}"><table class="hy-table{many}">'
        f"{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{note}"
    )


def frame(data, caption, headers, most=200, written=None):
    """Show a data frame as a table: `headers` gives columns their words, others are left out; `written` how a column's numbers are told."""
    from results.report.tables import Shown
    from results.words import label, number, plain

    columns = [name for name in headers if name in data.columns and data[name].notna().any()]

    def cell(value, name):
        if value is None or value != value:
            return "–"
        if written and name in written:
            return written[name](value)
        if isinstance(value, bool):
            return say("yes") if value else say("no")
        if isinstance(value, str):
            return label(value)
        return number(value, 0) if abs(value) >= 1000 or abs(value) < NOTHING else plain(float(f"{float(value):.3g}"))

    rows = [[*map(cell, row, columns)] for row in data[columns].head(most).astype(object).itertuples(index=False)]
    note = say("The first {some} of {all} rows.", some=number(most, 0), all=number(len(data), 0)) if len(data) > most else ""
    table(Shown(caption, [headers[name] for name in columns], rows, note))


def literal(text):
    """A text whose marks mean nothing where Streamlit would read Markdown: no link, no picture from elsewhere."""
    return "".join(f"\\{mark}" if mark in "\\`*_{}[]<>()#+-.!|$:~" else mark for mark in text)


def paragraphs(text):
    """Show a Markdown text of a run folder: its headings, lists and tables, but no links, pictures and HTML."""
    import streamlit as st

    from results.report.tables import Shown

    heading = ""
    for block in text.strip().split("\n\n"):
        lines = block.strip().splitlines()
        if lines and lines[0].startswith("|"):
            head, _, *rows = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines]
            table(Shown("", head, rows), heading)
        elif lines:
            heading = lines[0].lstrip("# ")
            st.markdown(escape(block, quote=False).replace("[", "\\[").replace("]", "\\]"))


def plain(*texts):
    """Show sentences as they are, each in a paragraph: no mark-up in them has any effect but `code`."""
    import streamlit as st

    if texts:
        st.html(f'<div class="hy-text">{"".join(f"<p>{CODE.sub(_code, escape(text))}</p>" for text in texts)}</div>')


def _code(found):
    return f"<code>{found[1]}</code>"
