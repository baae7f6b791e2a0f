"""TeX before it is converted: put into forms that the converter knows, refused where it would be drawn wrongly."""

from __future__ import annotations

import re

from generator.render.text.atoms import HYPHEN, THIN_SPACE

#: What the converters take without a word and set as something else, or not at all.
_UNSET = (
    "tag", "rule", "colorbox", "fcolorbox", "mathop", "mathbin", "mathrel", "mathopen", "mathclose", "mathpunct",
    "mathinner", "mathchoice", "verb", "includegraphics", "atop", "above", "brace", "brack", "genfrac", "not",
    "raisebox", "href",
)  # fmt: skip
_UNSET_ENVIRONMENTS = (
    "CD",
    "matrix*",
    "pmatrix*",
    "bmatrix*",
    "Bmatrix*",
    "vmatrix*",
    "Vmatrix*",
    "alignat",
    "flalign",
)
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_ENVIRONMENT = re.compile(r"\\begin\s*\{([^{}]*)\}")
_BARE_BINOMIAL = re.compile(r"\\[dt]?binom(?!\s*\{)")
_NO_DELIMITER = re.compile(r"\\[bB]igg?[lmr]?\s*\.")
#: Negations that have a character of their own; any other would be a stroke beside what it should go through.
_NEGATED = {
    "=": "neq",
    r"\in": "notin",
    "<": "nless",
    ">": "ngtr",
    r"\leq": "nleq",
    r"\geq": "ngeq",
    r"\subset": "nsubset",
}
_NEGATION = re.compile(r"\\not\s*(=|<|>|\\in\b|\\leq\b|\\geq\b|\\subset\b)")
_TEXT = re.compile(r"\\text\s*\{[^{}]*\}")
_TEXT_WITH_BRACES = re.compile(r"\\text\s*\{[^{}]*\{")
_OPERATOR_NAME = re.compile(r"\\operatorname(\*?)\s*(?:\{([^{}]*)\}|([A-Za-z](?![A-Za-z])))")
_BESIDE = re.compile(r"(\\[A-Za-z]+)\s*\\nolimits(?![A-Za-z])")
_PRIMES = re.compile(r"('+)\^(\{[^{}]*\}|\\[A-Za-z]+|[^\s\\{}])")


def cleaned(tex: str) -> str:
    """TeX as the converter takes it; sources may hold the thin spaces and signs of formatted numbers."""
    tex = tex.replace("\u202f", r"\,").replace("\u2212", "-").strip()
    tex = re.sub(r"(?<!\\)%", r"\\%", tex)
    tex = re.sub(r"\\(begin|end)\s*\{(?:aligned|align)\}", r"\\\1{align*}", tex)  # numbers are for us to give
    tex = re.sub(r"\\begin\s*\{gather(?:ed|\*)?\}", r"\\begin{array}{c}", tex)
    tex = re.sub(r"\\end\s*\{gather(?:ed|\*)?\}", r"\\end{array}", tex)
    tex = re.sub(r"\\\\\s*\[-?[\d.]+\s*[a-z]{2}\]", r"\\\\", tex)  # of a line: its distance to the next
    tex = re.sub(r"\\bmod\b", r"\\;\\text{mod}\\;", tex)
    tex = re.sub(r"\\colon(?![A-Za-z])", r"{:}\\,", tex)
    tex = _BESIDE.sub(r"{\1}", tex)
    tex = _OPERATOR_NAME.sub(_operator, tex)
    tex = _TEXT.sub(lambda found: found[0].replace("~", "\u00a0"), tex)
    tex = _NEGATION.sub(lambda found: f"\\{_NEGATED[found[1]]} ", tex)
    tex = _PRIMES.sub(lambda found: "^{" + r"\prime" * len(found[1]) + " " + found[2] + "}", tex)
    return re.sub(r"\\mathrm\s*\{([A-Za-z ]+)\}", r"\\text{\1}", tex)  # as one word, which is scaled as one


def _operator(found: re.Match[str]) -> str:
    """The name of an operator without commands, of which the converter knows none there."""
    words = re.sub(r"\\[,; ]|~", THIN_SPACE, found[2] or found[3] or "").replace("-", HYPHEN)
    if "\\" in words:
        return found[0]
    return f"\\operatorname{found[1]}{{{words}}}"


def refusal(tex: str) -> str:
    """Why cleaned TeX cannot be set, in words; empty where nothing speaks against it."""
    environments = [name for name in _ENVIRONMENT.findall(tex) if name in _UNSET_ENVIRONMENTS]
    found = [f"\\begin{{{name}}}" for name in environments]
    found += [f"\\{name}" for name in _COMMAND.findall(tex) if name in _UNSET]
    if found:
        return f"{', '.join(dict.fromkeys(found))} cannot be set here"
    if match := _BARE_BINOMIAL.search(tex):
        return f"{match[0]} needs braces: {match[0]}{{n}}{{k}}"
    if match := _NO_DELIMITER.search(tex):
        return f"{match[0]} cannot be set here: only \\left. and \\right. stand for no bracket"
    if _TEXT_WITH_BRACES.search(tex):
        return "\\text holds braces, which would be printed"
    if re.search(r"(?<!\\)\$", tex):
        return "it holds a $: formulas do not nest"
    return ""
