"""Reads plain sentences as a careful reader would: grammar of numbers, gaps, and numbers that contradict the words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_NUMBER = r"[−-]?\d[\d\u202f]*(?:\.\d+)?"
_UNIT = r"(?:\u202f%| %|\u202fms|\u202fs| percentage points| points| million)?"
_WHOLE = r"(?<![\w.,−\u202f×/-])"  # no digit, sign or unit before
_NO_LABEL = "".join(
    rf"(?<!{word} )"
    for word in (
        "Table", "Figure", "Question", "question", "Section", "epoch", "seed", "block", "Equation", "chapter", "number",
        "×", "to", "between 0 and", "=", "than", "about",
    )
)  # fmt: skip
_ADJECTIVE = (
    r"(?:(?:test|training|other|fooled|noisy|latent|same|new|possible|real|generated|wrong|right|different|further|"
    r"held-out|random|best|made|saved|grey|single|usual|whole|equal|most frequent|fully connected) )?"
)
_NOUN = (
    r"(?:image|step|layer|epoch|seed|sample|photograph|digit|class|map|row|time|pair|target|network|value|run|case|round|"
    r"point|place|error|group|setting|variation|dimension|convolution|parameter|feature|experiment|copy|journey|pass|"
    r"label|statistic|filter|design|answer|attack|unit|degree|box|scene|level|test row|percentage point)"
)
_NOUNS = re.sub(r"\b(class|pass|box)\b", r"\1e", _NOUN).replace("copy", "copie") + "s"  # the plurals of these nouns
_ARE = r"(?:are|were|have|do|lie|lose|gain|fall|differ|leave|keep|say|show|fool|get|reach|exceed|overlap|need|change)"
_IS = r"(?:is|was|has|does|lies|loses|gains|falls|differs|leaves|keeps|says|shows|gets|reaches)"
_NEGATION = re.compile(r"\b(?:no|not|cannot|nor|neither|whether)\b")
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_P = r"\bp = (?P<p>\d(?:\.\d+)?)(?:\s×\s10(?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?"
_BETWEEN = r"(?:(?!\b(?:it|this|that|which|what|there|who|whose|where|and|or|one|none|each)\b)[^.;,:()“”])"
_WORD = r"(?:(?!the\b|an?\b|nothing\b|it\b|what\b|that\b|which\b)[\w-]+ )"
_DETERMINER = r"(?:the |its |their |these |those )?(?:other )?"


#: Above this p value a text may not speak of more than chance.
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Finding:
    """What is wrong in a sentence, and the words that show it."""

    rule: str
    sentence: str
    words: str


@dataclass(frozen=True)
class Rule:
    """A pattern of what is wrong; with ``wrong``, only where the numbers that it catches make it so."""

    name: str
    pattern: re.Pattern[str]
    wrong: Callable[[re.Match[str]], bool]


def number(text: str) -> float:
    """The value of a printed number, its unit left out."""
    found = re.match(_NUMBER, text)
    assert found is not None, text
    return float(re.sub(r"[^\d.−-]", "", found[0]).replace("−", "-"))


def _always(match: re.Match[str]) -> bool:
    return True


def _alike(match: re.Match[str]) -> bool:
    return match["a"].strip() == match["b"].strip()


def _same_unit(*texts: str) -> bool:
    return len({re.sub(_NUMBER, "", text) for text in texts}) == 1


def _over(match: re.Match[str]) -> bool:
    return _same_unit(match["a"], match["b"]) and number(match["a"]) > number(match["b"])


def _not_over(match: re.Match[str]) -> bool:
    return _same_unit(match["a"], match["b"]) and number(match["a"]) <= number(match["b"])


def _not_under(match: re.Match[str]) -> bool:
    return _same_unit(match["a"], match["b"]) and number(match["a"]) >= number(match["b"])


def _under_or_like(match: re.Match[str]) -> bool:
    return _not_over(match) and not (_alike(match) and _tested(match))


def _over_or_like(match: re.Match[str]) -> bool:
    return _not_under(match) and not (_alike(match) and _tested(match))


def _tested(match: re.Match[str]) -> bool:
    """Whether a test of pairs follows, by which two may differ that look alike."""
    return match.string[match.end() :].startswith(", p = ")


def _outside(match: re.Match[str]) -> bool:
    same = _same_unit(match["x"], match["a"], match["b"])
    return same and not number(match["a"]) <= number(match["x"]) <= number(match["b"])


def _p_value(match: re.Match[str]) -> float:
    power = match["power"].translate(_POWERS) if match["power"] else "0"
    return float(match["p"]) * 10 ** int(power)


def _small(match: re.Match[str]) -> bool:
    return _p_value(match) < SIGNIFICANT


def _not_small(match: re.Match[str]) -> bool:
    return _p_value(match) > SIGNIFICANT and not _NEGATION.search(match.string[: match.end()])


def _rule(name: str, *parts: str, wrong: Callable[[re.Match[str]], bool] = _always) -> Rule:
    """In the parts of a pattern, A#, B# and X# stand for printed numbers with their units."""
    pattern = "".join(parts)
    for sign in "ABX":
        pattern = pattern.replace(f"{sign}#", f"(?P<{sign.lower()}>{_NUMBER}{_UNIT})")
    return Rule(name, re.compile(pattern), wrong)


_CHANCE = (
    r"\b(?:(?:may|could) be chance|cannot be (?:shown|told)|could not be shown|not shown|no proven|nothing is shown|"
    r"no [^.;:()]{1,60} (?:that (?:could|can) be shown|to (?:rely|build) on)|nothing that can be shown|is open|"
    r"too few for a conclusion|no more [^.;:()]{1,60} by more than chance)"
)
_SURE = (
    r"\b(?:(?:differs?|better|worse|is more|falls?|rises?|gains?|loses?|below|above)[^.;:()]{0,80} by more than chance)"
)
_RISES = r"\b(?:rises?|rose|goes up|climbs?|increases?|improves?|grows?|rising)"
_FALLS = r"\b(?:falls?|fell|drops?|goes down|decreases?|shrinks?|falling)"
_MORE = r"\b(?:more|higher|larger|longer|greater|better|rougher|sparser|steadier)"
_LESS = r"\b(?:less|lower|smaller|shorter|fewer|worse|smoother)"
_VERB = r",? (?:which is |that is |is |are )?"
_THE = r"(?:the |only |its )?"
_NOT_NO = r"(?<!no )(?<!not )"
_AGAINST = r"(?: (?!cannot\b|not\b|no\b)[a-z]+){0,3},? (?:\(|with )A#[a-z ]{0,12} against B#"
_THAN = r"(?: [a-z]+)? \([a-z ]*A#\) than [^.;()]*\(B#"
_LOSES = r"\b(?:suffers|pays for it|is lost|loses)\b"
_COST = r"\b(?:gains?|costs?|loses?|(?:falls|rises) by|(?:gain|loss) of|closes) −\d"
_SEVERAL = r"(?:[2-9]|[1-9]\d+)"
_NO_MORE_DIGITS = r"(?![\d.\u202f]*\d)"

RULES: tuple[Rule, ...] = (
    _rule("one with a plural", _WHOLE, _NO_LABEL, "1 ", _ADJECTIVE, _NOUNS, r"\b"),
    _rule("several with a singular", _WHOLE, f"(?:0|{_SEVERAL}) ", _ADJECTIVE, _NOUN, r"\b(?![-s’])(?! of a\b)"),
    _rule("one with a plural verb", _WHOLE, _NO_LABEL, f"1 {_ARE}", r"\b"),
    _rule("one with a plural verb", _WHOLE, f"1 of {_BETWEEN}{{1,45}}? {_ARE}", r"\b"),
    _rule("several with a singular verb", _WHOLE, f"(?<![Ee]poch ){_SEVERAL} of ", _DETERMINER, r"(?:\d+ )?", _WORD,
          "{0,2}", _IS, r"\b"),
    _rule("one with a determiner", r"\b(?:[Tt]he|[Oo]ther|[Aa]ll|[Tt]hese|[Tt]hose|[Bb]oth) 1 (?!of\b|×|%)[a-z]"),
    _rule("ends that are equal", r"(?:from |\()A# to B#", _NO_MORE_DIGITS, wrong=_alike),
    _rule("a number instead of itself", "A# instead of (?:only )?B#", _NO_MORE_DIGITS, wrong=_alike),
    _rule("a part of nothing", r"(?:\bof(?: the| these| them)?|\b[Oo]n the|\ball|\bthe) 0 (?!to\b|and\b|is\b)\w"),
    _rule("a part larger than the whole", _WHOLE, "A# of ", _DETERMINER, r"B#(?= \w)(?! to\b| levels)", wrong=_over),
    _rule("a missing value", r"(?<![\w\d.)”’])–(?![\w\d])|“–”|\bnan\b|\bNone\b(?! \w)|(?<!L)∞|\bTrue\b|\bFalse\b|",
          r"\bnot a number\b"),
    _rule("a negative zero", r"−0(?:\.0+)?(?!\.?\d)"),
    _rule("a p value of zero", r"p = 0(?:\.0+)?(?!\.?\d)"),
    _rule("chance, although p is small", _CHANCE, r"[^.]{0,80}\(", _P, wrong=_small),
    _rule("chance, although p is small", _P, r"[^.]{0,30}\),? (?:which )?", _CHANCE, wrong=_small),
    _rule("more than chance, although p is not small", _SURE, r"[^.;]{0,40}\(", _P, wrong=_not_small),
    _rule("an empty place", r"(?<=[\w)]) [.,;:!?)](?=\s|$)|\( |“\s*”|: ?[.;]|, ?[,.;:]|; ?[.;]|\( ?\)|\band [.,;]"),
    _rule("an interval the wrong way round", r"(?:interval (?:from )?|\()A# to B#", wrong=_over),
    _rule("a value outside its interval", r"X# (?:for [^()]{1,40})?\((?:95 % )?(?:interval )?A# to B#\)",
          wrong=_outside),
    _rule("a change with a sign of its own", _COST),
    _rule("a share of more than all", r"(?<![\d.])(?!100(?:\.0+)?\u202f)(?:1\d\d|[2-9]\d\d|\d{4,})(?:\.\d+)?\u202f%",
          r" of (?:the|them|all|its|these)\b(?! [\w ]+’ variance)"),
    _rule("a rise that is none", _RISES, "(?: on average)? from A# to B#", wrong=_not_under),
    _rule("a fall that is none", _FALLS, "(?: back)?(?: on average)? from A# to B#", wrong=_not_over),
    _rule("a rise that is none", "from A# up to B#", wrong=_not_under),
    _rule("a fall that is none", "from A# down to B#", wrong=_not_over),
    _rule("more, but it is not", f"A#{_VERB}{_MORE} than {_THE}B#", wrong=_not_over),
    _rule("less, but it is not", f"A#{_VERB}{_LESS} than {_THE}B#", wrong=_not_under),
    _rule("more, but it is not", _NOT_NO, _MORE, _AGAINST, wrong=_under_or_like),
    _rule("less, but it is not", _NOT_NO, _LESS, _AGAINST, wrong=_over_or_like),
    _rule("more, but it is not", _NOT_NO, _MORE, _THAN, wrong=_under_or_like),
    _rule("less, but it is not", _NOT_NO, _LESS, _THAN, wrong=_over_or_like),
    _rule("less, but it is not", _LOSES, r"[^.;()\d]{0,30}(?:top-1 is )?\(?A#[^.;()\d]{0,30} against B#",
          wrong=_over_or_like),
    _rule("a rise that is none", _RISES, r",? from A# after \d+ steps to B#", wrong=_not_under),
    _rule("a fall that is none", _FALLS, r",? from A# after \d+ steps to B#", wrong=_not_over),
)  # fmt: skip

_SENTENCE = re.compile(r"(?<=[.!?])[”’)]? +(?=[A-Z“(±])")


def sentences(words: str) -> list[str]:
    """The sentences of a paragraph."""
    return [one.strip() for one in _SENTENCE.split(words.replace("\u00a0", " ")) if one.strip()]


def read(words: str) -> Iterator[Finding]:
    """Everything that is wrong in a paragraph."""
    for sentence in sentences(words):
        for rule in RULES:
            for match in rule.pattern.finditer(sentence):
                if rule.wrong(match):
                    yield Finding(rule.name, sentence, match[0])
