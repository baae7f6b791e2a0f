"""More shapes of small packages: what runs at import without a call, files above a module, and random state."""

# ruff: noqa: E501 (each shape as it stands in its files)

from __future__ import annotations

from tests.planning.code.packages_for_tests import BESIDE, TWO, shape

# fmt: off
REGISTER="R = []\ndef reg(v, w=0):\n    R.append(v)\n    return v\n"
shape("operator registers","R¤",a="R = []\nclass Reg:\n    def __lshift__(self, v): R.append(v); return self\nreg = Reg()\n",b="from pkg.§a import reg\n_ = reg << ⟦1|2⟧\n",lab="from pkg.§a import R as R¤\nimport pkg.§b\n")
shape("subscript registers","R¤",a="R = []\nclass Reg:\n    def __getitem__(self, v): R.append(v); return self\nreg = Reg()\n",b="from pkg.§a import reg\n_ = reg[⟦1|2⟧]\n",lab="from pkg.§a import R as R¤\nimport pkg.§b\n")
shape("map partial","R¤",a=REGISTER,b="from functools import partial\nfrom pkg.§a import reg\n_ = list(map(partial(reg, w=1), [⟦1|2⟧]))\n",lab="from pkg.§a import R as R¤\nimport pkg.§b\n")
shape("map of a table's","R¤",a=REGISTER+"T = {'r': reg}\n",b="from pkg.§a import T\n_ = list(map(T['r'], [⟦1|2⟧]))\n",lab="from pkg.§a import R as R¤\nimport pkg.§b\n")
shape("key lambda var","R¤",a="R = []\nadd = lambda v: R.append(v) or 0\n",b="from pkg.§a import add\n_ = sorted([⟦1|2⟧], key=add)\n",lab="from pkg.§a import R as R¤\nimport pkg.§b\n")
shape("type()","[c.v for c in B¤.known]",a="class Base:\n    known = []\n    def __init_subclass__(cls): cls.known.append(cls)\n",b="from pkg.§a import Base\nA = type('A', (Base,), {'v': ⟦1|2⟧})\n",lab="from pkg.§a import Base as B¤\nimport pkg.§b\n")
shape("set_name shared","S¤[:]",a="S = []\nclass D:\n    def __set_name__(self, o, n): S.append(n)\nd = D()\n",b="from pkg.§a import d\nclass A:\n    ⟦p|q⟧ = d\n",lab="from pkg.§a import S as S¤\nimport pkg.§b\n")
shape("default_factory counts","A¤.i",a="import itertools\nfrom dataclasses import dataclass, field\nC = itertools.count()\n@dataclass\nclass It:\n    i: int = field(default_factory=lambda: next(C))\n",b="from pkg.§a import It\n⟦X = It()|X = 1⟧\n",lab="import pkg.§b\nfrom pkg.§a import It\nA¤ = It()\n")
shape("default_factory fn","A¤.i",a="import itertools\nfrom dataclasses import dataclass, field\nC = itertools.count()\ndef new(): return next(C)\n@dataclass\nclass It:\n    i: int = field(default_factory=new)\n",b="from pkg.§a import It\n⟦X = It()|X = 1⟧\n",lab="import pkg.§b\nfrom pkg.§a import It\nA¤ = It()\n")
shape("setattr method","K¤[:]",a="K = []\nclass S:\n    def __init__(self, v): self.v = v\n    def __setattr__(self, k, v): K.append(v)\n",b="from pkg.§a import S\nA = S(⟦1|2⟧)\n",lab="from pkg.§a import K as K¤\nimport pkg.§b\n")
shape("order through map","B¤",lab="A¤ = 1\ndef r¤(_): return A¤\n⟦B¤ = list(map(r¤, [0]))\nA¤ = 2|A¤ = 2\nB¤ = list(map(r¤, [0]))⟧\n")
shape("np rand order","W¤",lab="import numpy as np\nnp.random.seed(0)\n⟦W¤ = np.random.rand()\nV¤ = np.random.rand()|V¤ = np.random.rand()\nW¤ = np.random.rand()⟧\n")
shape("np rand between","W¤",lab="import numpy as np\nnp.random.seed(0)\n⟦V¤ = np.random.rand()|V¤ = 0⟧\nW¤ = np.random.rand()\n")
shape("np rand in a function","W¤",lab="import numpy as np\ndef d¤(): return np.random.rand()\nnp.random.seed(0)\n⟦V¤ = d¤()|V¤ = 0⟧\nW¤ = d¤()\n")
shape("np in place","T¤.tolist()",lab="import numpy as np\nT¤ = np.zeros((2, 2))\ndef fill¤(t, v):\n    np.fill_diagonal(t, v)\n    return t\nU¤ = fill¤(T¤, ⟦1|2⟧)\n")
shape("np out","T¤.tolist()",lab="import numpy as np\nT¤ = np.zeros(2)\nU¤ = np.add(T¤, ⟦1|2⟧, out=T¤)\n")
shape("default file","l¤('b.txt')",lab="from pathlib import Path\ndef l¤(name='a.txt'): return (Path(__file__).parent / name).read_text()\n")
shape("parents[1]","r¤()",**{"s.__init__":"","s.i":"from pathlib import Path\ndef r¤(): return (Path(__file__).parents[1] / 'a.txt').read_text()\n"},lab="from pkg.§s.i import r¤\n")
shape("join ..","r¤()",**{"s.__init__":"","s.i":"import os\ndef r¤(): return open(os.path.join(os.path.dirname(__file__), '..', 'a.txt')).read()\n"},lab="from pkg.§s.i import r¤\n")
shape("../a","r¤()",**{"s.__init__":"","s.i":"from pathlib import Path\ndef r¤(): return (Path(__file__).parent / '../a.txt').read_text()\n"},lab="from pkg.§s.i import r¤\n")
shape("other module's HERE/..","r¤()",**{"s.__init__":"","s.h":"from pathlib import Path\nHERE = Path(__file__).parent\nROOT = HERE.parent\n","s.i":"from .h import ROOT\ndef r¤(): return (ROOT / 'a.txt').read_text()\n"},lab="from pkg.§s.i import r¤\n")
shape("getdoc","g¤(d¤)",lab="from inspect import getdoc as g¤\ndef d¤(): '⟦a|b⟧'\n")
shape("init_subclass var","[c.v for c in B¤.known]",a="def f(cls): cls.known.append(cls)\nclass Base:\n    known = []\n    __init_subclass__ = classmethod(f)\n",b="from pkg.§a import Base\nclass A(Base): v = ⟦1|2⟧\n",lab="from pkg.§a import Base as B¤\nimport pkg.§b\n")
shape("property setter","K¤[:]",a="K = []\nclass S:\n    def __init__(self, v): self.v = v\n    @property\n    def v(self): return 0\n    @v.setter\n    def v(self, x): K.append(x)\n",b="from pkg.§a import S\nA = S(⟦1|2⟧)\n",lab="from pkg.§a import K as K¤\nimport pkg.§b\n")
shape("iter of object","R¤",a="R = []\nclass G:\n    def __init__(self, v): self.v = v\n    def __iter__(self):\n        R.append(self.v)\n        return iter([])\n",b="from pkg.§a import G\n_ = list(G(⟦1|2⟧))\n",lab="from pkg.§a import R as R¤\nimport pkg.§b\n")
shape("env setdefault quiet","os.environ.pop('BRK§', None)",b="import os\ndef s():\n    os.environ.setdefault('BRK§', '⟦1|2⟧')\n    return 0\nZ = s()\n",lab="import os\nimport pkg.§b\n")
shape("decimal context","str(Decimal(1) / 3)",b="import decimal\ndef s():\n    return decimal.setcontext(decimal.Context(prec=⟦3|5⟧))\nZ = s()\n",lab="from decimal import Decimal\nimport pkg.§b\n")
NAMESPACE = {"s.i": TWO.replace("¤", "")}
shape("no __init__, from folder", "i.f(x)", **NAMESPACE, lab="from pkg.§s import i\n")
shape("no __init__, relative", "i.g(x)", **NAMESPACE, lab="from .§s import i\n")
shape("no __init__, import", "t¤.f(x)", **NAMESPACE, lab="import pkg.§s.i as t¤\n")
shape("no __init__, whole", "pkg.§s.i.f(x)", **NAMESPACE, lab="import pkg.§s.i\n")
shape("no __init__, registers", "R¤", a="R = []\n", **{"s.i": "from pkg.§a import R\nR.append(⟦1|2⟧)\n"}, lab="from pkg.§a import R as R¤\nfrom pkg.§s import i\n")
# fmt: on

#: They stay where their files are.
BESIDE.update({"default file", "parents[1]", "join ..", "../a", "other module's HERE/.."})
