"""What is foreign to a project and known to change nothing of it when it is called, decorates, or is a base class."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Built-in functions and types whose call changes nothing (a fixed list: each Python has others).
_BUILTINS = _words(
    "abs all any ascii bin bool bytearray bytes callable chr classmethod complex dict divmod enumerate filter float "
    "format frozenset getattr hasattr hash hex id int isinstance issubclass iter len list map max memoryview min "
    "object oct ord pow property range repr reversed round set slice sorted staticmethod str sum super tuple type zip "
    "ArithmeticError AssertionError AttributeError Exception FileNotFoundError ImportError IndexError KeyError "
    "LookupError NotImplementedError OSError RuntimeError StopIteration TypeError ValueError"
)
#: Modules whose functions, decorators and base classes change nothing of the project's, but for those in _CHANGING.
_FOREIGN = _words(
    "abc base64 bisect cmath collections contextlib copy csv dataclasses datetime decimal enum fractions functools "
    "hashlib heapq inspect itertools json math numbers numpy operator os pathlib re scipy sklearn skimage statistics "
    "string struct textwrap threading time torch torchvision typing typing_extensions types unicodedata weakref "
    "PIL __future__ importlib"
)
_CHANGING = _words(
    "register seed manual_seed manual_seed_all seterr seterrcall setitem delitem setattr import_module reload chdir "
    "putenv unsetenv environ remove unlink mkdir rename replace iadd iconcat ior iand isub imul setstate call_soon "
    "fill_diagonal copyto put place putmask put_along_axis at byteswap setcontext setlocale makedirs rmdir umask "
    "use_deterministic_algorithms system "
    "methodcaller __import__ heappush heappop insort insort_left insort_right load_library deterministic"
)
#: What draws from a random state that all share, or sets it; networks draw their first weights from it.
_DRAWING = ("random.", "numpy.random.", "torch.nn.", "torchvision.models.", "torch.distributions.")
_OWN_STATE = _words("default_rng Generator RandomState SeedSequence BitGenerator PCG64 MT19937 Philox SFC64 Random")
_DRAWS = _words(
    "rand randn randint randperm rand_like randn_like randint_like normal bernoulli multinomial poisson binomial "
    "dropout rvs sample rsample train_test_split shuffle resample"
)
_NOT_DRAWING = ("torch.nn.functional.", "torch.nn.utils.")
#: Methods that leave an object of the project as it is.
READING = _words(
    "items keys values get split rsplit join format strip lower upper title count index copy replace partition "
    "rpartition startswith endswith encode decode union intersection difference with_name with_suffix joinpath "
    "read_text read_bytes splitlines relative_to resolve is_file is_dir exists astype reshape tolist sum mean"
)
#: What a built-in type makes anew.
_MAKING = _words("fromkeys fromhex from_bytes maketrans from_iterable __new__ __init__ __eq__ __hash__ __repr__")
#: These only wrap what is handed to them.
WRAPPING = _words("partial wraps cache lru_cache cached_property property staticmethod classmethod field")
#: These call what is handed to them, be it a variable.
CALLING = _words("map filter reduce starmap accumulate takewhile dropwhile filterfalse iter")


#: What is handed over by one of these words is called.
CALLED = _words("key default_factory factory default func function object_hook object_pairs_hook target converter")
#: What these give may be called, or be something of the project's that its methods change.
GIVING = _words("getattr max min next reduce partial attrgetter itemgetter methodcaller")


def is_harmless_base(dotted: str) -> bool:
    """Whether something foreign is known to change nothing when a class is made from it."""
    first, _, rest = dotted.partition(".")
    last = dotted.rpartition(".")[2]
    if last in _CHANGING or last.startswith(("set_", "register_")) or in_place(last):
        return False
    if dotted.startswith("os.environ."):
        return last in READING
    if first in _BUILTINS:
        return not rest or last in READING or last in _MAKING
    return first in _FOREIGN and bool(rest)


def in_place(name: str) -> bool:
    """Whether a function or method is named as torch names those that change what they are called with."""
    return name.endswith("_") and not name.startswith("_")


def is_harmless(dotted: str) -> bool:
    """Whether something foreign is known to change nothing when it is called or decorates."""
    return is_harmless_base(dotted) and not _draws(dotted)


def _draws(dotted: str) -> bool:
    last = dotted.rpartition(".")[2]
    if last in _OWN_STATE:
        return False
    return last in _DRAWS or (dotted.startswith(_DRAWING) and not dotted.startswith(_NOT_DRAWING))
