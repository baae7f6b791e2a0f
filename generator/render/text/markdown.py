"""Markdown to HTML: CommonMark with formulas, citations and placed exhibits, and nothing that could reach outside."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from generator.answers.claims import WARNING
from generator.answers.language import OWN_MARK
from generator.formats import Markdown
from generator.languages import gettext, marked, typeset
from generator.render.text import foreign_words, number_marks
from generator.render.text.maths import MarkupError
from generator.render.text.pictures import LOCAL, SAFE_LINK, SPACED, own_image, push_image, set_width
from generator.render.text.surroundings import Surroundings

_BEGINS_AFTER = ("paragraph", "reference", "blockquote", "list", "footnote_def")  # what a displayed environment may end
# Two characters of Unicode's private use area enclose the name of an exhibit on its way through Markdown.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACED = re.compile(f"^{_OPEN}([^{_CLOSE}]*){_CLOSE}$")
# Two more enclose an id. The brackets are what inline Markdown stops at, and what emphasis may stand beside.
ANCHOR_OPEN, _ANCHOR_CLOSE = "\ue004", "\ue005"
ANCHOR = re.compile(rf"\[{ANCHOR_OPEN}([\w.-]+){_ANCHOR_CLOSE}\]")
_OWN = re.compile(re.escape(OWN_MARK))
_CONTRADICTED = re.compile(re.escape(WARNING))
_CITATION = re.compile(r"\[@([\w:.+/-]+(?:\s*;\s*@[\w:.+/-]+)*)\]")
_MOST_QUOTES = 1000  # of one paragraph that are made curly: pairing them takes the square of their number
#: What quotation marks become: those outside, then those inside, each where it opens and where it closes.
_QUOTES = marked("“|”|‘|’")
_MOST_LINES = 100  # of a displayed environment: one that does not end is looked for no further
_EQUATION_ENVIRONMENT = re.compile(r"^\s*\\begin\{equation\*?\}(.*)\\end\{equation\*?\}\s*$", re.DOTALL)


def placeholder(name: str) -> Markdown:
    """Markdown that stands for an exhibit until its HTML is put there."""
    return Markdown(f"\n\n{_OPEN}{name}{_CLOSE}\n\n")


def anchor_mark(name: str) -> str:
    """Inline Markdown that becomes an empty element with this id."""
    return f"[{ANCHOR_OPEN}{name}{_ANCHOR_CLOSE}]"


def to_html(text: str, surroundings: Surroundings) -> str:
    """Render blocks of Markdown."""
    return str(_parser(gettext(_QUOTES)).render(text, {"surroundings": surroundings, "docId": surroundings.prefix}))


def to_inline_html(text: str, surroundings: Surroundings) -> str:
    """Render a caption or a title, without a paragraph around it."""
    environment = {"surroundings": surroundings, "docId": surroundings.prefix}
    return str(_parser(gettext(_QUOTES)).renderInline(" ".join(text.split()), environment))


def to_text(text: str) -> str:
    """The words alone, for alternative texts: no tags, formulas as TeX. MarkupError for pictures and other links."""
    surroundings = Surroundings(math=_tex)
    return _words(to_inline_html(text, surroundings), surroundings)


def to_words(text: str, surroundings: Surroundings | None = None) -> str:
    """The words of whole paragraphs, in one line; MarkupError for a picture or link that cannot be shown."""
    surroundings = replace(surroundings or Surroundings(_tex), math=_tex, faults=[])
    return " ".join(_words(to_html(text, surroundings), surroundings).split())


def _tex(tex: str, display: bool) -> str:
    return html.escape(tex)


def _words(markup: str, surroundings: Surroundings) -> str:
    if surroundings.faults:
        raise MarkupError(surroundings.faults[0].message)
    return html.unescape(re.sub(r"<[^>]*>", "", markup)).strip()


@cache
def _parser(quotes: str) -> Any:
    # Late imports: planning and a build with nothing to do never come here.
    from markdown_it import MarkdownIt
    from mdit_py_plugins.amsmath import amsmath_plugin
    from mdit_py_plugins.attrs import attrs_plugin
    from mdit_py_plugins.container import container_plugin
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["table", "smartquotes"])
    parser.options["quotes"] = quotes.split("|")
    parser.disable(["html_block", "html_inline"])
    parser.validateLink = lambda url: bool(SAFE_LINK.match(url) or LOCAL.match(url))  # type: ignore[method-assign]
    # Neither spaces inside the dollars nor digits outside them: "$5 and $6" is money, not a formula.
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_labels=True, double_inline=True)
    parser.use(amsmath_plugin)
    parser.block.ruler.at("amsmath", _parse_environment, {"alt": list(_BEGINS_AFTER)})
    parser.use(attrs_plugin, allowed=("class",))
    parser.use(container_plugin, "note")
    parser.use(deflist_plugin)
    parser.use(footnote_plugin)
    parser.inline.ruler.before("link", "citation", _inline_rule(_CITATION, _push_citation))
    parser.inline.ruler.before(
        "link", "warning", _inline_rule(_CONTRADICTED, lambda state, match: state.push("warning", "", 0))
    )
    parser.inline.ruler.before("link", "own", _inline_rule(_OWN, lambda state, match: state.push("own", "", 0)))
    parser.inline.ruler.before("link", "anchor", _inline_rule(ANCHOR, _push_anchor))
    parser.inline.ruler.before("link", "number_mark", _inline_rule(number_marks.MARKED, number_marks.push))
    parser.inline.ruler.before("link", "foreign", _inline_rule(foreign_words.MARKED, foreign_words.push))
    parser.inline.ruler.before("link", "spaced_image", _inline_rule(SPACED, push_image))
    parser.inline.ruler.before("link", "width", set_width)
    parser.core.ruler.at("smartquotes", _curl_quotes)
    parser.core.ruler.push("exhibits", _lift_exhibits)
    parser.core.ruler.push("spaces", _typeset)
    parser.core.ruler.push("foreign", foreign_words.forget)
    parser.core.ruler.push("number_marks", number_marks.forget)
    for name, rule in {
        "math_inline": _inline_formula,
        "math_inline_double": _display_formula,
        "math_block": _display_formula,
        "math_block_label": _labelled_formula,
        "amsmath": _display_formula,
        "citation": _citation,
        "warning": _warning,
        "anchor": _anchor,
        "own": _own,
        "number_mark": number_marks.render,
        "foreign": foreign_words.render,
        "image": own_image,
        "link_open": _link,
        "exhibit": _exhibit,
        "footnote_caption": _footnote_number,
    }.items():
        parser.add_render_rule(name, rule)
    return parser


def _inline_rule(pattern: re.Pattern[str], push: Callable[[Any, re.Match[str]], object]) -> Callable[[Any, bool], bool]:
    """A rule of inline Markdown: ``push`` makes a token of what the pattern matches."""

    def parse(state: Any, silent: bool) -> bool:
        match = pattern.match(state.src, state.pos)
        if match is None:
            return False
        if not silent:
            push(state, match)
        state.pos = match.end()
        return True

    return parse


def _push_citation(state: Any, match: re.Match[str]) -> None:
    state.push("citation", "", 0).content = match[1]


def _push_anchor(state: Any, match: re.Match[str]) -> None:
    state.push("anchor", "", 0).meta = {"id": match[1]}  # without content, quotation marks look past it


def _parse_environment(state: Any, start: int, end: int, silent: bool) -> bool:
    from mdit_py_plugins.amsmath import amsmath_block

    return bool(amsmath_block(state, start, min(end, start + _MOST_LINES), silent))


def _curl_quotes(state: Any) -> None:
    """The rule "smartquotes" for each paragraph that has not too many quotes."""
    from markdown_it.rules_core.smartquotes import process_inlines

    for token in state.tokens:
        quotes = token.content.count('"') + token.content.count("'") if token.type == "inline" else 0
        if 0 < quotes <= _MOST_QUOTES and token.children:
            process_inlines(token.children, state)


def _typeset(state: Any) -> None:
    """Put the spaces of the language into words; not into code or formulas."""
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "text":
                child.content = typeset(child.content)


def _lift_exhibits(state: Any) -> None:
    """Make a paragraph that holds nothing but an exhibit into the exhibit; shift headings below the one above."""
    lifted: list[Any] = []
    above = _surroundings(state.env).level
    written: list[int] = []  # the levels, as written, of the headings that a line stands under
    tokens = iter(state.tokens)
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            written = [*(outer for outer in written if outer < level), level]
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, above + len(written))}"
        alone = token.type == "inline" and lifted and lifted[-1].type == "paragraph_open"  # a title has no paragraph
        if alone and (match := _PLACED.match(token.content)):
            token.type, token.content, token.children = "exhibit", match[1], []
            lifted[-1] = token
            next(tokens)  # the end of the paragraph
        else:
            lifted.append(token)
    state.tokens = lifted


def _surroundings(environment: Mapping[str, Any]) -> Surroundings:
    surroundings: Surroundings = environment["surroundings"]
    return surroundings


def _inline_formula(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    formula = _surroundings(environment).formula(tokens[place].content, display=False)
    following = tokens[place + 1].content[:1] if place + 1 < len(tokens) else ""
    # A word joiner: without it, a full stop after a formula may begin the next line.
    return formula + ("\u2060" if following and following in ".,;:?!)" else "")


def _display_formula(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    tex = tokens[place].content
    if match := _EQUATION_ENVIRONMENT.match(tex):
        tex = match[1]
    return (
        f'<div class="equation"><div class="set">{_surroundings(environment).formula(tex, display=True)}</div></div>\n'
    )


def _labelled_formula(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    surroundings = _surroundings(environment)
    label = tokens[place].info
    numbered = surroundings.equations.get(label)
    if numbered is None:
        error = MarkupError(f"the equation {label} has no number: labels belong in answers, outside of claims")
        return f'<div class="equation">{surroundings.broken(error, f"({label})")}</div>\n'
    formula = surroundings.formula(tokens[place].content, display=True)
    number = f'<span class="number">({numbered.number})</span>'
    return f'<div class="equation" id="{html.escape(numbered.anchor)}"><div class="set">{formula}</div>{number}</div>\n'


def _citation(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    citations = _surroundings(environment).citations
    keys = [key.strip().removeprefix("@") for key in tokens[place].content.split(";")]
    links = [f'<a href="#ref-{html.escape(key)}">{citations.get(key, "?")}</a>' for key in keys]
    return f'<span class="citation">[{", ".join(links)}]</span>'


def _warning(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    words = gettext("The results contradict this:")
    return f'<strong class="contradicted">⚠ {html.escape(words)}</strong>'


def _own(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    mark = gettext("(own)")
    return f'<span class="own-data">\u00a0{html.escape(mark)}</span>'


def _anchor(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    return f'<span id="{html.escape(tokens[place].meta["id"])}"></span>'


def _link(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    address = str(tokens[place].attrs["href"])
    if not SAFE_LINK.match(address):
        error = MarkupError(f"the link to {address!r} leads nowhere from a report; expected https://… or mailto:…")
        return f"{_surroundings(environment).broken(error, address)} <a>"  # what the link stood on follows
    return str(renderer.renderToken(tokens, place, options, environment))


def _exhibit(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    return _surroundings(environment).fragments.get(tokens[place].content, "")


def _footnote_number(renderer: Any, tokens: Any, place: int, options: Any, environment: Any) -> str:
    """Without the brackets that the plugin writes, which here mean a citation."""
    return str(tokens[place].meta["id"] + 1)
