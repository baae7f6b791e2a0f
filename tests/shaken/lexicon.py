"""The words by which claims are read: what makes them unsure, more, less, much, little, none or all."""

from __future__ import annotations

import re

#: Words that keep a sentence from being sure of anything.
DOUBT = re.compile(
    r"cannot be|could (?:not |only )?|can (?:not |only )|\bnot (?:be )?(?:\w+ )?(?:shown|told|proved)"
    r"|(?:do|does|did) not|\b(?:may|might) be|may do|is open|[Uu]ndecided|\bno (?!counterpart)|\bnone\b|\bnothing\b"
    r"|hardly|not significantly|[Ww]hether"
    r"|[Nn]either|\bnor\b|\bnot worse|not better|too few|Too few|includes 0|\bweak\b|not clear|would be|[Ii]n this run"
)
#: Words of a sentence that finds nothing.
NULL = re.compile(
    r"cannot be (?:shown|told)|could not be shown|not shown|\bno\b[^.;:()]{1,60}(?:can|could) be shown|may be chance"
    r"|[Nn]o (?:clear )?difference|do(?:es)? not (?:differ|show|fall)|is open|not significantly|nothing that"
    r"|no (?:more|gain|loss|sign|overfitting|improvement|change|reliable|proven)|neither gain nor loss|shows no"
    r"|includes 0|these images show no|hardly|not (?:worse|better) by more than chance|cannot tell"
)
GOOD = r"better|improvement|gains?|easier"
BAD = r"worse|loss|loses?|suffers|costs?|pays|harm|falls back"
UP = (
    r"more|higher|larger|longer|greater|rougher|sparser|steadier|rises?|rose|rising|increases?|improves?|above|exceeds?"
    r"|far from|up to|overshoot|goes further|raised"
)
DOWN = (
    r"less|lower|smaller|shorter|fewer|falls?|fell|falling|drops?|decreases?|below|pale|cheaper|lowered|down to"
    r"|only(?= \d)"
)
WORD = re.compile(rf"\b(?:(?P<good>{GOOD})|(?P<bad>{BAD})|(?P<up>{UP})|(?P<down>{DOWN}))\b")
NEGATED = re.compile(r"\b(?:no|not|nor|neither|never|hardly|without|whether|cannot)\b[^,;:.()]{0,40}$", re.IGNORECASE)
#: Comparisons that are no comparison of the two.
IDLE = re.compile(
    r"\b(?:by )?more than (?:chance|guessing|one (?:run|seed)|once|half|a \w+)|\bat least|\bat most"
    r"|\bno (?:more|less|longer)\b|\bnot only\b|\bone more\b|\bany more\b|only with"
    r"|more (?:typical|seeds|images than|of them is|of the|of the class)"
    r"|\b(?:much|even) more of|less of the|the more\b|more easily|more is\b|what is more|once more"
    r"|longer (?:is|training|change|steps?|one)\b|lower rate|larger batch"
)
LITTLE = re.compile(
    r"\bhardly\b(?! be seen|[.;])|almost unused|nearly unused|\bonly \d|\d(?: %|\u202f%)? only\b|[Nn]ot much"
    r"|not always|not as easily|\bearly\b|close to guessing|\bgradually\b|close to those|nothing else|throws away"
)
ALIKE = re.compile(r"no (?:clear )?difference|about the same")
MUCH = re.compile(
    r"nearly (?:always|everything|all)|\b[Ss]till\b(?!,)|\bfar from\b|with ease|in leaps|stays with"
    r"|is sure|withstands|more than (?:if|rounding)"
)
LOWER_IS_BETTER = re.compile(r"loss|fid|distance|purity|passes|seconds|error|rank")
FROM = re.compile(r"\b(?:from|than)(?: only| the)? $")
FIRST = re.compile(r"[−\d.\u202f]*(?:\u202f%| %)?(?: of the [a-z ]{1,20})? (?:at first|before|after \d+ steps)\b")
NUMBER = re.compile(r"(?<![\w.])[−]?\d[\d.\u202f]*(?:[\u202f ]%)?")
#: In the name of what something else is held against.
BASE = re.compile(
    r"(?:^|_)(?:plain|base|random|drawn|others|noise|photograph|whole|default|before|naive|even)(?:_|$)|^first_"
)
NO_SIZE = re.compile(r"loss")  # less of it may be called more of something else
CLOSE = 1e-9
LONG = 10  # a number that hardly stands in a text for another
LATE, NEVER = 1e9, 1e8
#: What a text calls something whose name is another.
SYNONYMS = {"first": "first|shallow", "reference": "reference|deeper"}
PART = re.compile(r"\b(?P<much>[Mm]ost|[Mm]ore than|[Hh]alf or more|[Aa]t least)|(?P<less>[Ll]ess than)\b")
PARTS = re.compile(
    r"\b(?:[Mm]ost of|(?:[Ll]ess|[Mm]ore) than (?:half|a quarter|a third)|[Hh]alf or more|at least half)\b"
)
NOTHING = re.compile(
    r"^(?:No|Nothing|Neither)\b|\b(?:[Nn]one|[Nn]ot once|never|always|there is no|makes no|very same)\b"
)
ALL = re.compile(r"^(?:All|Every)\b")
NOT_ALL = re.compile(r"^Not (?:all|every)\b")
TOO_FEW = re.compile(r"\b[Tt]oo (?:few|many)\b|not two\b")
ONE_RUN = re.compile(r"\bone run\b")
