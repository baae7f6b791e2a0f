"""Random small packages of ordinary Python, edits of what they mean, and what they return when they are run.

A shape is a few modules, written as text in which ⟦a|b⟧ is a place with alternatives, §a the name of the shape's module
"a", and ¤ the shape's number. A package holds several shapes; an edit takes another alternative at one place.
"""

# ruff: noqa: E501 (each shape as it stands in its files)

from __future__ import annotations

import ast
import decimal
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

PLACE = re.compile(r"⟦([^⟦⟧]*)⟧")
LAB = "lab"
#: Each shape: the code of its modules, "lab" among them, and last what `run(x)` evaluates.
SHAPES: dict[str, tuple[dict[str, str], str]] = {}


def shape(name: str, value: str, **modules: str) -> None:
    """Add a shape under a name."""
    SHAPES[name] = (modules, value)


# fmt: off
TWO = "def f¤(x): return x ⟦+|-⟧ ⟦1|2|4⟧\ndef g¤(x): return x * ⟦2|3⟧\n"
shape("from", "h¤(x)", a=TWO, lab="from pkg.§a import ⟦f¤|g¤⟧ as h¤\n")
shape("module", "t¤.⟦f¤|g¤⟧(x)", a=TWO, lab="import pkg.§a as t¤\n")
shape("two modules", "h¤(x)", a="def f¤(x): return x + K\nK = ⟦1|2⟧\n", b="def f¤(x): return x + K\nK = ⟦3|2⟧\n",
      lab="from pkg.⟦§a|§b⟧ import f¤ as h¤\nfrom pkg import §a, §b\n")
shape("two modules, both used", "(f¤(x), u¤.f¤(0), v¤.f¤(0))", a="def f¤(x): return x + K\nK = ⟦1|2⟧\n",
      b="def f¤(x): return x + K\nK = ⟦3|2⟧\n",
      lab="from pkg.⟦§a|§b⟧ import f¤\nimport pkg.§a as u¤\nimport pkg.§b as v¤\n")
shape("foreign alias", "m¤([1, 2, 9])", lab="from statistics import ⟦mean|median|mode⟧ as m¤\n")
shape("foreign module alias", "m¤.sqrt(x)", lab="import ⟦math|cmath⟧ as m¤\n")
shape("foreign attribute", "m¤.⟦floor|ceil⟧(x + 0.5)", lab="import math as m¤\n")
shape("inside", "i¤(x)", a=TWO, lab="def i¤(x):\n    from pkg.§a import ⟦f¤|g¤⟧ as h\n    return h(x)\n")
shape("inside, foreign", "i¤()", lab="def i¤():\n    from statistics import ⟦mean|median⟧ as h\n    return h([1, 2, 9])\n")
shape("inside, twice", "(i¤(x), j¤(x))", a=TWO,
      lab="def i¤(x):\n    from pkg.§a import ⟦f¤|g¤⟧ as h\n    return h(x)\n"
      "def j¤(x):\n    from pkg.§a import ⟦g¤|f¤⟧ as h\n    return h(x)\n")
shape("re-export", "h¤(x)", a=TWO, b="from pkg.§a import ⟦f¤|g¤⟧ as e¤\n", lab="from pkg.§b import e¤ as h¤\n")
shape("star", "f¤(x)", a=TWO, b="def f¤(x): return x - ⟦7|8⟧\n", lab="from pkg.⟦§a|§b⟧ import *\n")
shape("two stars", "f¤(x)", a=TWO, b="def f¤(x): return x - ⟦7|8⟧\n",
      lab="⟦from pkg.§a import *\nfrom pkg.§b import *|from pkg.§b import *\nfrom pkg.§a import *⟧\n")
shape("__all__", "f¤(x)", a=TWO, b="__all__ = [⟦'f¤'|'o¤'|'f¤', 'o¤'⟧]\no¤ = 1\ndef f¤(x): return x - ⟦7|8⟧\n",
      lab="from pkg.§a import *\nfrom pkg.§b import *\n")
shape("star and condition", "f¤(x)", a=TWO,
      lab="import sys\nfrom pkg.§a import *\nif sys.maxsize ⟦>|<⟧ 1:\n    def f¤(x): return x - ⟦7|8⟧\n")
shape("star and definition", "f¤(x)", a=TWO,
      lab="⟦from pkg.§a import *\ndef f¤(x): return 70|def f¤(x): return 70\nfrom pkg.§a import *⟧\n")
shape("definition and import", "f¤(x)", a=TWO,
      lab="⟦from pkg.§a import f¤\ndef f¤(x): return 70|def f¤(x): return 70\nfrom pkg.§a import f¤⟧\n")
shape("constant", "K¤ + x", lab="K¤ = ⟦1|2|1.0|True|'a' and 3⟧\n")
shape("table", "T¤[⟦'a'|'b'⟧](x)", a=TWO, lab="from pkg.§a import f¤, g¤\nT¤ = {'a': ⟦f¤|g¤⟧, 'b': ⟦g¤|lambda x: x⟧}\n")
shape("filled later", "T¤['a'](x)", a=TWO, b="T = {}\n", c="from pkg.§b import T\nfrom pkg.§a import f¤, g¤\nT['a'] = ⟦f¤|g¤⟧\n",
      lab="import pkg.§c\nfrom pkg.§b import T as T¤\n")
shape("registry", "[f(x) for f in R¤]", a="R = []\ndef reg(f):\n    R.⟦append(f)|insert(0, f)|append(lambda x: 0)⟧\n    return f\n",
      b="from pkg.§a import reg\n@reg\ndef p¤(x): return x + ⟦1|2⟧\n⟦@reg\n|⟧def q¤(x): return x * ⟦3|4⟧\n",
      lab="from pkg.§a import R as R¤\n⟦import pkg.§b|import pkg.§b as b¤⟧\n")
shape("registry by call", "[f(x) for f in R¤]", a="R = []\ndef reg(f):\n    R.append(f)\n    return f\n",
      b="from pkg.§a import reg\ndef p¤(x): return x + ⟦1|2⟧\ndef q¤(x): return 7\n_ = reg(⟦p¤|q¤⟧)\n",
      lab="from pkg.§a import R as R¤\nimport pkg.§b\n")
shape("registry of classes", "sorted(C().v for C in R¤.values())",
      a="R = {}\ndef reg(name):\n    def inner(c):\n        R[name] = c\n        return c\n    return inner\n",
      b="from pkg.§a import reg\n@reg('⟦a|b⟧')\nclass A:\n    v = ⟦1|2⟧\n@reg('b')\nclass B:\n    v = ⟦3|4⟧\n",
      lab="from pkg.§a import R as R¤\nfrom pkg import §b\n")
shape("registry, order of imports", "[f(x) for f in R¤]", a="R = []\ndef reg(f):\n    R.append(f)\n    return f\n",
      b="from pkg.§a import reg\n@reg\ndef p¤(x): return 1\n", c="from pkg.§a import reg\n@reg\ndef p¤(x): return 2\n",
      lab="from pkg.§a import R as R¤\n⟦import pkg.§b, pkg.§c|import pkg.§c, pkg.§b⟧\n")
shape("registry copied", "C¤", a="R = []\ndef reg(f):\n    R.append(f(0))\n    return f\n",
      lab="from pkg.§a import R as R¤, reg as reg¤\n⟦C¤ = list(R¤)\n@reg¤\ndef p¤(x): return 1|@reg¤\ndef p¤(x): return 1\nC¤ = list(R¤)⟧\n")
shape("handed over", "R¤[0](x)", a=TWO, lab="from pkg.§a import f¤, g¤\nR¤ = []\n_ = list(map(R¤.append, [⟦f¤, g¤|g¤, f¤⟧]))\n")
shape("setattr", "s¤.h(x)", a=TWO, s="def h(x): return 0\n",
      b="import pkg.§s as t\nfrom pkg.§a import f¤, g¤\n⟦setattr(t, 'h', f¤)|t.h = g¤|_ = setattr(t, 'h', g¤)|pass⟧\n",
      lab="import pkg.§s as s¤\nimport pkg.§b\n")
shape("setattr by name", "h¤(x)", a=TWO,
      lab="import sys\nfrom pkg.§a import f¤, g¤\nsetattr(sys.modules[__name__], 'h¤', ⟦f¤|g¤⟧)\n")
shape("singledispatch", "d¤(x)", a="from functools import singledispatch\n@singledispatch\ndef d(x): return ⟦0|1⟧\n",
      b="from pkg.§a import d\n@d.register\ndef _(x: ⟦int|float⟧): return x + ⟦1|2⟧\n⟦@d.register(bool)|@d.register(int)⟧\ndef p(x): return 9\n",
      lab="from pkg.§a import d as d¤\nimport pkg.§b\n")
shape("__init_subclass__", "[c.v for c in B¤.known]",
      a="class Base:\n    known = []\n    def __init_subclass__(cls, **k):\n        ⟦cls.known.append(cls)|cls.known.insert(0, cls)⟧\n",
      b="from pkg.§a import Base\nclass A(Base): v = ⟦1|2⟧\nclass C(⟦A|Base⟧): v = ⟦3|4⟧\n",
      lab="from pkg.§a import Base as B¤\nimport pkg.§b\n")
shape("metaclass", "sorted(M¤.known.values())",
      a="class Meta(type):\n    known = {}\n    def __new__(mcs, name, bases, space):\n"
      "        mcs.known[name] = space.get('v', ⟦0|5⟧)\n        return super().__new__(mcs, name, bases, space)\n"
      "class Base(metaclass=Meta): pass\n",
      b="from pkg.§a import Base, Meta\nclass A(Base): v = ⟦1|2⟧\nclass C(⟦Base|object|A⟧): v = 3\n",
      lab="from pkg.§a import Meta as M¤\nimport pkg.§b\n")
shape("__subclasses__", "[c.v for c in B¤.__subclasses__()]", a="class Base: pass\n",
      b="from pkg.§a import Base\nclass A(Base): v = ⟦1|2⟧\nclass C(⟦Base|object⟧): v = 3\n",
      lab="from pkg.§a import Base as B¤\nimport pkg.§b\n")
shape("__set_name__", "S¤[:]", a="S = []\nclass D:\n    def __set_name__(self, owner, name): S.append(name + '⟦a|b⟧')\n",
      b="from pkg.§a import D\nclass A:\n    ⟦p|q⟧ = D()\n", lab="from pkg.§a import S as S¤\nimport pkg.§b\n")
shape("class", "C¤(x).m(⟦1|2⟧)", a="class B:\n    k = ⟦1|2⟧\n    def m(self, y): return self.x + y + self.k\nclass E(B):\n    k = ⟦5|6⟧\n",
      lab="from pkg.§a import B, E\nclass C¤(⟦B|E⟧):\n    ⟦k = 9|j = 9⟧\n    def __init__(self, x): self.x = x\n")
shape("class scope", "C¤.d", lab="k = ⟦1|2⟧\nclass C¤:\n    ⟦k = 5\n    d = k|d = k\n    k = 5⟧\n")
shape("dataclass", "D¤(⟦1|2⟧).s()",
      lab="from dataclasses import dataclass, field\nK¤ = ⟦1|2⟧\n@dataclass(⟦frozen=True|eq=False⟧)\nclass D¤:\n    a: int\n    b: int = ⟦K¤|3⟧\n"
      "    c: list = field(default_factory=⟦list|lambda: [K¤]⟧)\n    def s(self): return (self.a, self.b, self.c)\n")
shape("enum", "[m.name for m in E¤] + [E¤.A.value]", lab="from enum import Enum\nclass E¤(Enum):\n    A = ⟦1|2⟧\n    ⟦B|C⟧ = ⟦3|1⟧\n")
shape("default", "f¤()", a="K¤ = ⟦1|2⟧\nJ¤ = 3\n", lab="from pkg.§a import ⟦K¤ as D|J¤ as D⟧\ndef f¤(x=D, *, y=⟦1|2⟧): return x + y\n")
shape("condition", "f¤(x)", lab="import sys\nif sys.version_info ⟦>=|<⟧ (3, ⟦0|99⟧):\n    def f¤(x): return x + 1\nelse:\n    def f¤(x): return x + 2\n")
shape("fallback", "f¤(x)", a=TWO, lab="try:\n    from pkg.§a import ⟦f¤|nothing as f¤⟧\nexcept ImportError:\n    def f¤(x): return ⟦x|-x⟧\n")
shape("fallback between", "f¤(x)", a=TWO, b="def f¤(x): return 0\n",
      lab="try:\n    from pkg.⟦§a|§b⟧ import f¤\nexcept ImportError:\n    from pkg.⟦§b|§a⟧ import f¤\n")
shape("fallback inside", "i¤(x)", a=TWO, b="def f¤(x): return 0\n",
      lab="def i¤(x):\n    try:\n        from pkg.⟦§a|§b⟧ import f¤ as h\n    except ImportError:\n        h = None\n    return h(x)\n")
shape("package", "h¤(x)", **{"a": TWO, "s.__init__": "from pkg.§a import ⟦f¤|g¤⟧ as e¤\n"}, lab="from pkg.§s import e¤ as h¤\n")
shape("package's module", "i¤.h(x) if hasattr(i¤, 'h') else i¤(x)",
      **{"s.__init__": "⟦|def i(x): return 5|from pkg.§s.i import h as i⟧\n", "s.i": "def h(x): return x + ⟦1|2⟧\n"},
      lab="from pkg.§s import i as i¤\n")
shape("relative", "h¤(x)", **{"s.__init__": "from .a import ⟦f¤|g¤⟧\nfrom .a import g¤ as k\n", "s.a": TWO + "from . import b\n",
      "s.b": "v = 1\n"}, lab="from .§s import k as h¤\n")
shape("dotted", "pkg.§s.i.h(x)", **{"s.__init__": "", "s.i": "def h(x): return x + ⟦1|2⟧\n"}, lab="import pkg.§s.i\n")
shape("__init__ runs", "T¤[0]", **{"t": "T = [0]\n", "s.__init__": "from pkg.§t import T\nT[0] = ⟦1|2⟧\n", "s.i": "v = 1\n"},
      lab="from pkg.§t import T as T¤\nfrom pkg.§s.i import v as v¤\n")
shape("lazy", "l¤.⟦u|v⟧(x)", a=TWO, l="def __getattr__(name):\n    from pkg import §a\n    return {'u': §a.f¤, 'v': §a.⟦g¤|f¤⟧}[name]\n",
      lab="from pkg import §l as l¤\n")
shape("lazy, typed", "l¤.u(x)", a=TWO, l="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pkg.§a import f¤ as u\n"
      "def __getattr__(name):\n    from pkg import §a\n    return §a.⟦g¤|f¤⟧\n", lab="from pkg import §l as l¤\n")
shape("getattr", "getattr(m¤, '⟦f¤|g¤⟧')(x)", a=TWO, lab="from pkg import §a as m¤\n")
shape("attrgetter", "o¤(m¤)(x)", a=TWO, lab="import operator\nfrom pkg import §a as m¤\no¤ = operator.attrgetter('⟦f¤|g¤⟧')\n")
shape("import_module", "i¤('pkg.§a').⟦f¤|g¤⟧(x)", a=TWO, lab="from importlib import import_module as i¤\n")
shape("import_module, relative", "i¤('.§a', 'pkg').⟦f¤|g¤⟧(x)", a=TWO, lab="from importlib import import_module as i¤\n")
shape("sys.modules", "sys.modules['pkg.§a'].f¤(x)", a=TWO, lab="import sys\nimport pkg.§a\n")
shape("globals", "globals()['⟦f¤|g¤⟧'](x)", lab=TWO)
shape("eval", "e¤(x)", lab=TWO + "def e¤(x): return eval('⟦f¤|g¤⟧(x)')\n")
shape("global", "S¤", lab="S¤ = 0\ndef s¤():\n    global S¤\n    S¤ = ⟦1|2⟧\n⟦s¤()|pass⟧\n")
shape("global, called late", "(s¤(), S¤)", lab="S¤ = ⟦0|3⟧\ndef s¤():\n    global S¤\n    S¤ = ⟦1|2⟧\n")
shape("augmented", "T¤", a="L = [1]\n", lab="from pkg.§a import L as T¤\n⟦T¤ += [2]|T¤ = T¤ + [3]|T¤ = T¤ + [2]⟧\n")
shape("augmented elsewhere", "T¤", a="L = [1]\n", b="from pkg.§a import L\nL += [⟦2|3⟧]\n", lab="from pkg.§a import L as T¤\nimport pkg.§b\n")
shape("order", "B¤", lab="A¤ = ⟦1|7⟧\n⟦B¤ = A¤\nA¤ = 2|A¤ = 2\nB¤ = A¤⟧\n")
shape("order, through a call", "B¤", lab="A¤ = 1\ndef r¤(): return A¤\n⟦B¤ = r¤()\nA¤ = 2|A¤ = 2\nB¤ = r¤()⟧\n")
shape("del", "('D¤' in globals(), x)", lab="D¤ = 1\n⟦del D¤|D¤ = 2⟧\n")
shape("loop", "L¤", lab="L¤ = 0\nfor i¤ in range(⟦3|4⟧):\n    L¤ = L¤ + ⟦i¤|1⟧\n")
shape("with", "W¤", lab="from contextlib import nullcontext\nwith nullcontext(⟦1|2⟧) as W¤:\n    pass\n")
shape("match", "m¤([x, ⟦1|2⟧])",
      lab="def m¤(v):\n    match v:\n        case [a, 1 | 3]: return ⟦a|-a⟧\n        case [*r] if ⟦len(r) > 1|len(r) > 5⟧: return 8\n        case _: return 9\n")
shape("walrus", "N¤ + w¤(x)", lab="if (N¤ := ⟦1|2⟧) > 0: pass\ndef w¤(x): return (y := x + ⟦1|2⟧) * y\n")
shape("nested", "n¤(x)", lab="K¤ = ⟦1|2⟧\ndef n¤(a):\n    b = a ⟦+|*⟧ 2\n    def inner(c):\n        nonlocal b\n        b = ⟦b + c|c⟧\n        return b + K¤\n    return inner(⟦a|3⟧) + b\n")
shape("swapped variables", "n¤(x)", lab="def n¤(a):\n    b = a + 1\n    c = a * 2\n    return ⟦b - c|c - b⟧\n")
shape("shadowed", "n¤(x)", a=TWO, lab="from pkg.§a import f¤\ndef n¤(⟦f¤|u¤⟧):\n    return f¤ if isinstance(f¤, int) else f¤(⟦1|2⟧)\n")
shape("locals", "n¤(x)", lab="def n¤(⟦a|b⟧):\n    ⟦c|d⟧ = 1\n    return sorted(locals())\n")
shape("f-string", "s¤(x)", lab="def s¤(value):\n    y = ⟦value|value + 1⟧\n    return f'{y⟦|!r|:>4|=⟧} ⟦a|b⟧ {value:⟦3|4⟧}'\n")
shape("f-string's own name", "s¤(x)", lab="def s¤(value):\n    ⟦y = 1; return f'{y=}'|z = 1; return f'{z=}'⟧\n")
shape("comprehension", "[⟦i + k¤|i⟧ for i in range(⟦2|3⟧) if ⟦i|True⟧]", lab="k¤ = ⟦1|2⟧\n")
shape("generator", "list(g¤(x))", lab="def g¤(n):\n    for i in range(n):\n        yield ⟦i|-i⟧\n    ⟦yield 9|return⟧\n")
shape("async", "asyncio.run(a¤(x))", lab="import asyncio\nasync def a¤(v):\n    await asyncio.sleep(0)\n    return v + ⟦1|2⟧\n")
shape("lambda", "F¤(x)", a=TWO, lab="from pkg.§a import f¤, g¤\nF¤ = lambda v, w=⟦1|2⟧: ⟦f¤|g¤⟧(v) + w\n")
shape("partial", "P¤(x)", a=TWO, lab="from functools import partial\nfrom pkg.§a import f¤, g¤\nP¤ = partial(⟦f¤|g¤⟧)\n")
shape("decorator", "d¤(x)", a="import functools\ndef twice(f):\n    @functools.wraps(f)\n    def inner(x): return f(f(x)) + ⟦0|1⟧\n    return inner\n",
      lab="from pkg.§a import twice\n⟦@twice\n|⟧def d¤(x): return x + ⟦1|2⟧\n")
shape("cached", "d¤(x)", lab="import functools\n@functools.⟦cache|lru_cache⟧\ndef d¤(x): return x + ⟦1|2⟧\n")
shape("property", "C¤(x).p", lab="class C¤:\n    def __init__(self, x): self._x = x\n    @property\n    def p(self): return self._x + ⟦1|2⟧\n"
      "    @p.setter\n    def p(self, v): self._x = v\n    @staticmethod\n    def s(): return 0\n")
shape("descriptor", "C¤().d", a="class D:\n    def __get__(self, o, t): return ⟦1|2⟧\n", lab="from pkg.§a import D\nclass C¤:\n    ⟦d = D()|d = 5⟧\n")
shape("__class_getitem__", "C¤[⟦1|2⟧]", lab="class C¤:\n    def __class_getitem__(cls, k): return k + ⟦1|2⟧\n")
shape("protocol", "isinstance(3, P¤)", lab="from typing import Protocol, runtime_checkable\n@runtime_checkable\nclass P¤(Protocol):\n    def ⟦bit_length|nothing⟧(self): ...\n")
shape("namedtuple", "T¤(⟦1|2⟧)", lab="from collections import namedtuple\nfrom typing import NamedTuple\n"
      "T¤ = namedtuple('T', '⟦a|b⟧')\nclass U¤(NamedTuple):\n    a: int = 1\n")
shape("errors", "e¤(x)", a="class Odd(Exception):\n    code = ⟦1|2⟧\n", lab="from pkg.§a import Odd\n"
      "def e¤(x):\n    try:\n        raise Odd('⟦a|b⟧')\n    except Odd as error:\n        return (str(error), error.code)\n")
shape("circular", "f¤(x)", a="from pkg import §b\ndef f¤(x): return x if x > 9 else §b.g¤(x + ⟦1|2⟧)\n",
      b="from pkg import §a\ndef g¤(x): return §a.f¤(x + ⟦1|2⟧)\n", lab="from pkg.§a import f¤\n")
shape("circular, two alike", "(f¤(x), f¤.__name__)",
      a="def f¤(x): return x if x > 9 else g¤(x + 1)\ndef g¤(x): return f¤(x + ⟦1|2⟧)\n", lab="from pkg.§a import ⟦f¤|g¤ as f¤⟧\n")
shape("file", "T¤", lab="from pathlib import Path\nT¤ = Path(__file__).with_name('⟦a|b⟧.txt').read_text()\n")
shape("file, found later", "(H¤ / '⟦a|b⟧.txt').read_text()", lab="from pathlib import Path\nH¤ = Path(__file__).parent\n")
shape("file by os", "o¤()", a="import os\nHERE = os.path.dirname(os.path.abspath(__file__))\n",
      lab="import os\nfrom pkg.§a import HERE\ndef o¤():\n    with open(os.path.join(HERE, '⟦a|b⟧.txt')) as f:\n        return f.read()\n")
shape("file of a module", "Path(m¤.__file__).with_name('⟦a|b⟧.txt').read_text()", a="", lab="from pathlib import Path\nimport pkg.§a as m¤\n")
shape("file by pkgutil", "g¤('pkg.lab', '⟦a|b⟧.txt')", lab="from pkgutil import get_data as g¤\n")
shape("file by resources", "r¤('pkg').joinpath('⟦a|b⟧.txt').name + str((Path(__file__).parent / '⟦a|b⟧.txt').read_bytes())",
      lab="from importlib.resources import files as r¤\nfrom pathlib import Path\n")
shape("import in a class", "C¤.f¤(x)", a=TWO, b="def f¤(x): return 9\n", lab="class C¤:\n    from pkg.⟦§a|§b⟧ import f¤\n")
shape("registry that is called", "R¤.known", a="class Reg:\n    def __init__(self): self.known = []\n    def __call__(self, f):\n"
      "        self.known.append(f(0))\n        return f\nreg = Reg()\n", b="from pkg.§a import reg as r\n@r\ndef p(x): return x + ⟦1|2⟧\n",
      lab="from pkg.§a import reg as R¤\nimport pkg.§b\n")
shape("registry by a partial", "R¤", a="from functools import partial\nR = []\ndef add(k, f):\n    R.append((k, f(0)))\n    return f\nreg = partial(add, ⟦1|2⟧)\n",
      b="from pkg.§a import reg\n@reg\ndef p(x): return x + ⟦1|2⟧\n", lab="from pkg.§a import R as R¤\nimport pkg.§b\n")
shape("registry in a default", "R¤", a="R = []\n", b="from pkg.§a import R\ndef p(x=R.append(⟦1|2⟧)): return x\n", lab="from pkg.§a import R as R¤\nimport pkg.§b\n")
shape("registry in a comprehension", "R¤", a="R = []\n", b="from pkg.§a import R\n_ = [R.append(i) for i in range(⟦1|2⟧)]\n", lab="from pkg.§a import R as R¤\nimport pkg.§b\n")
shape("registry by a lambda", "R¤", a="R = []\n", b="from pkg.§a import R\n_ = (lambda v: R.append(v))(⟦1|2⟧)\n", lab="from pkg.§a import R as R¤\nimport pkg.§b\n")
shape("registry by a thread of calls", "R¤", a="R = []\ndef first(v): second(v)\ndef second(v): R.append(v + ⟦0|5⟧)\n",
      b="from pkg.§a import first\n_ = first(⟦1|2⟧)\n", lab="from pkg.§a import R as R¤\nimport pkg.§b\n")
shape("import late", "i¤()", a="R = []\n", b="from pkg.§a import R\nR.append(⟦1|2⟧)\n", lab="def i¤():\n    from pkg.§a import R\n    import pkg.§b\n    return R\n")
shape("method dispatch", "D¤().d(x)", lab="from functools import singledispatchmethod\nclass D¤:\n    @singledispatchmethod\n    def d(self, x): return 0\n"
      "    @d.register\n    def _(self, x: ⟦int|str⟧): return ⟦1|2⟧\n")
shape("base made by a call", "C¤().m()", a="def make(k):\n    class B:\n        def m(self): return k + ⟦1|2⟧\n    return B\n",
      lab="from pkg.§a import make\nclass C¤(make(⟦1|2⟧)): pass\n")
shape("names from names", "f¤(x)", a=TWO, b="from pkg.§a import *\n__all__ = [⟦'f¤'|'g¤'⟧]\n", lab="def f¤(x): return 77\nfrom pkg.§b import *\n")
shape("type alias of an import", "T¤(⟦1.5|2.5⟧)", lab="from builtins import ⟦int|float⟧ as T¤\n")
shape("doc", "d¤.__doc__", lab="def d¤(): '⟦a|b⟧'\n")
shape("name of the module", "n¤", lab="n¤ = __name__ == '⟦__main__|pkg.lab⟧'\n")
shape("type checking", "c¤(x)", a=TWO, lab="from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
      "if TYPE_CHECKING:\n    from pkg.§a import f¤\ndef c¤(x: f¤): return x + ⟦1|2⟧\n")
shape("counter", "next(C¤)", a="import itertools\nC = itertools.count()\ndef take(): return next(C)\n",
      lab="from pkg.§a import C as C¤, take\n⟦_ = take()|pass⟧\n")
shape("class that registers itself", "K¤[:]", a="K = []\nclass Own:\n    def __init__(self, v): K.append(v)\n",
      b="from pkg.§a import Own\nA = Own(⟦1|2⟧)\n", lab="from pkg.§a import K as K¤\nimport pkg.§b\n")
shape("method that registers", "A¤.known", a="class App:\n    def __init__(self): self.known = []\n    def route(self, f):\n        self.known.append(f(0))\n        return f\napp = App()\n",
      b="from pkg.§a import app\n@app.route\ndef p(x): return x + ⟦1|2⟧\n", lab="from pkg.§a import app as A¤\nimport pkg.§b\n")
shape("class body acts", "K¤[:]", a="K = []\n", b="from pkg.§a import K\nclass A:\n    K.append(⟦1|2⟧)\n", lab="from pkg.§a import K as K¤\nimport pkg.§b\n")
shape("assert", "x", lab="assert ⟦1|True⟧\n")
shape("unpacked", "b¤", a=TWO, lab="from pkg.§a import f¤, g¤\na¤, (b¤, *c¤) = f¤(1), (⟦g¤(2)|f¤(2)⟧, 3)\n")
# fmt: on


@dataclass(frozen=True)
class Package:
    """Shapes with what is taken at each of their places, and what each of their modules is called."""

    shapes: tuple[str, ...]
    used: tuple[int, ...]
    taken: Mapping[tuple[int, str, int], int] = field(default_factory=dict)
    homes: Mapping[tuple[int, str], str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=lambda: {"a.txt": "A", "b.txt": "B"})

    def places(self) -> list[tuple[tuple[int, str, int], int]]:
        """All places, each with the number of its alternatives."""
        found = []
        for number, name in enumerate(self.shapes):
            modules, value = SHAPES[name]
            for module, text in {**modules, "run": value}.items():
                found += [((number, module, n), p[1].count("|") + 1) for n, p in enumerate(PLACE.finditer(text))]
        return found

    def sources(self) -> dict[str, str]:
        """The text of each file, by path below the package."""
        texts: dict[str, list[str]] = {"__init__": [], LAB: []}
        values = []
        for number, name in enumerate(self.shapes):
            modules, value = SHAPES[name]
            for module, text in modules.items():
                home, written = self._home(number, module), self._written(number, module, text)
                texts.setdefault(home, []).append(written)
                for end in range(1, home.count(".") + 1) if "no __init__" not in name else ():
                    texts.setdefault(".".join((*home.split(".")[:end], "__init__")), [])
            if number in self.used:
                values.append(self._written(number, "run", value))
        texts[LAB].append(
            "import sys, asyncio\nfrom pathlib import Path\ndef run(x):\n    return (" + ", ".join(values) + ",)\n"
        )
        found = {}
        for home, parts in texts.items():
            if f"{home}.__init__" not in texts:
                found[home.replace(".", "/") + ".py"] = "\n".join(_futures_first(parts))
        return found | dict(self.files)

    def _home(self, number: int, module: str) -> str:
        if module == LAB:
            return LAB
        first, *rest = module.split(".")
        return ".".join([self.homes.get((number, first), f"{first}{number}"), *rest])

    def _written(self, number: int, module: str, text: str) -> str:
        count = iter(range(1000))
        chosen = PLACE.sub(lambda p: p[1].split("|")[self.taken.get((number, module, next(count)), 0)], text)
        named = re.sub(r"§(\w)", lambda found: self._home(number, found[1]), chosen)
        return named.replace("¤", str(number))


def _futures_first(parts: Sequence[str]) -> list[str]:
    line = "from __future__ import annotations\n"
    return [line, *(part.replace(line, "") for part in parts)] if any(line in part for part in parts) else [*parts]


def random_package(rng: random.Random, names: Sequence[str] = ()) -> Package:
    """A package of one to four shapes, of which one at least is used."""
    shapes = tuple(names or (rng.choice(sorted(SHAPES)) for _ in range(rng.randint(1, 4))))
    used = tuple(n for n in range(len(shapes)) if n == 0 or rng.random() < 0.6)
    package = Package(shapes, used)
    return replace(package, taken={place: rng.randrange(count) for place, count in package.places()})


def edited(package: Package, rng: random.Random) -> Package:
    """The package with another alternative at one or two places, or another text in a file beside it."""
    places = [place for place in package.places() if place[1] > 1]
    if not places or rng.random() < 0.05:
        return replace(package, files={**package.files, rng.choice(["a.txt", "b.txt"]): "other"})
    taken = dict(package.taken)
    for place, count in rng.sample(places, min(len(places), 1 + (rng.random() < 0.2))):
        taken[place] = (taken[place] + rng.randrange(1, count)) % count
    return replace(package, taken=taken)


#: Shapes in whose text or value the name of a module stands, so that renaming it is an edit of a meaning.
SPELLED = {"file by pkgutil", "import_module", "import_module, relative", "sys.modules"}
#: Shapes that may look at all names of their module, those that it imports modules by included.
LOOKING = {"globals", "eval", "setattr by name", "del", "sys.modules", "name of the module", "file by pkgutil"}
#: Shapes that read files beside them: they stay where these are.
BESIDE = {"file by pkgutil", "file by resources", "file", "file of a module", "file by os", "file, found later"}


def moved(package: Package, rng: random.Random) -> Package:
    """The package with some of its modules under other names and in other folders."""
    homes = {}
    for number, name in enumerate(package.shapes):
        if name not in SPELLED | BESIDE and LOOKING.isdisjoint(package.shapes):
            text = "".join(SHAPES[name][0].values())
            for module in sorted({module.split(".")[0] for module in SHAPES[name][0]} - {LAB}):
                # `from pkg import deep.a` is no Python, and a relative import is written for one depth.
                fixed = name == "relative" or "package" in name or re.search(rf"from pkg import [^\n]*§{module}", text)
                deep = "" if fixed else rng.choice(["", "", "deep."])
                homes[number, module] = f"{deep}{rng.choice('pqr')}{module}{number}"
    return replace(package, homes=homes)


def restyled(sources: Mapping[str, str], rng: random.Random) -> dict[str, str]:
    """The same modules in another layout, with comments and docstrings."""
    found = {}
    for path, text in sources.items():
        if path.endswith(".py"):
            tree = ast.parse(text)
            if rng.random() < 0.7:
                for node in ast.walk(tree):
                    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) and rng.random() < 0.8:
                        node.body.insert(0, ast.Expr(ast.Constant("Say something.")))
            lines = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
            text = (
                "\n".join(f"{line}  # so" if rng.random() < 0.3 and "'''" not in line else line for line in lines)
                + "\n"
            )
        found[path] = text
    return found


def write(folder: Path, sources: Mapping[str, str]) -> Path:
    """Write a package down, in place of the one that was there; its folder is ``pkg``."""
    root = folder / "pkg"
    for old in [path for path in root.rglob("*") if path.is_file()]:
        if old.relative_to(root).as_posix() not in sources:
            old.unlink()
    for path, text in sources.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


class _Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, root: Path, sources: Mapping[str, str]) -> None:
        self.root, self.sources = root, sources

    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        base = name.replace(".", "/").removeprefix("pkg").removeprefix("/")
        for file, whole in ((f"{base}/__init__.py".removeprefix("/"), True), (f"{base}.py", False)):
            if name.split(".")[0] == "pkg" and file in self.sources:
                spec = importlib.util.spec_from_loader(name, self, origin=str(self.root / file), is_package=whole)
                if spec is not None:
                    spec.has_location = True
                    spec.loader_state = file
                return spec
        if any(file.startswith(f"{base}/") for file in self.sources) and name.split(".")[0] == "pkg":
            return importlib.machinery.ModuleSpec(name, None, is_package=True)  # a folder without __init__.py
        return None

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        exec(compile(self.sources[module.__spec__.loader_state], str(module.__file__), "exec"), vars(module))


def value(root: Path, sources: Mapping[str, str]) -> str:
    """What `run(3)` of the package's lab gives, or which error, when all is imported afresh."""
    importer = _Importer(root, sources)
    environment = dict(os.environ)
    sys.meta_path.insert(0, importer)
    try:
        return repr(importlib.import_module(f"pkg.{LAB}").run(3))
    except Exception as error:
        return f"raises {type(error).__name__}"
    finally:
        sys.meta_path.remove(importer)
        # What one package sets for the whole process must not be what the next one finds.
        os.environ.clear()
        os.environ.update(environment)
        decimal.setcontext(decimal.Context())
        for name in [name for name in sys.modules if name.split(".")[0] == "pkg"]:
            del sys.modules[name]
