"""Which statements do more than bind their names when a module is imported, and in which order imports run them.

A statement that may register something counts for everybody who loads its module, wherever it stands: who reads what
it changed cannot be told from the source. So what surely changes nothing is known by what it resolves to, and whatever
is unknown counts.

Known limits: numpy's third argument by place (``np.add(a, b, a)``), which is written to as ``out=``; estimators whose
``fit`` draws from numpy's shared state; ``operator`` methods of foreign classes that call back; and what ``inspect``
finds in a source file besides docstrings.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.folders import PACKAGE
from generator.planning.code.calls import Call
from generator.planning.code.harmless import CALLED, CALLING, GIVING, READING, WRAPPING, is_harmless, is_harmless_base
from generator.planning.code.names import WHOLE, Names, Spot
from generator.planning.code.source_code import Statement

#: The decorator of computations, known by its home: it only files a function under its name, from where it is called.
COMPUTATION = ("registry", "computation")
_COMPUTATION_ELSEWHERE = (f"{PACKAGE.name}.{'.'.join(COMPUTATION)}", f"{PACKAGE.name}.{COMPUTATION[1]}")


class Effects:
    """Finds the statements of a package that act when they are imported."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._acting: dict[Spot, bool] = {}
        self._quiet: dict[Spot, bool] = {}
        self._hooked: dict[Spot, bool] = {}
        self._loud: dict[Spot, bool] = {}
        self._asleep: set[Spot] = set()
        self._loaded: dict[str, list[tuple[int, str]]] = {}
        self._turns: dict[str, list[Spot | str]] = {}
        self._orders: dict[str, tuple[list[Spot], list[str]]] = {}

    def order(self, module: str) -> list[Spot]:
        """The acting statements that importing a module runs, in that order; those of later imports at the end."""
        return self._order(module)[0]

    def loaded(self, module: str) -> list[str]:
        """The project's modules that importing a module loads, sooner or later, itself included."""
        return self._order(module)[1]

    def _order(self, module: str) -> tuple[list[Spot], list[str]]:
        if module not in self._orders:
            order: list[Spot] = []
            seen: dict[str, None] = {}
            open_: list[Iterator[Spot | str]] = [iter(self._packages(module))]
            while open_:  # as deep as imports go, which may be deeper than Python's stack
                item = next(open_[-1], None)
                if item is None:
                    open_.pop()
                elif isinstance(item, tuple):
                    order.append(item)
                elif item not in seen:
                    seen[item] = None
                    open_.append(iter(self._runs(item)))
            self._orders[module] = order, list(seen)
        return self._orders[module]

    def before(self, spot: Spot) -> int:
        """How many acting statements have run in a statement's module, and in what it loads, when its turn comes."""
        module, position = spot
        if not self.order(module):
            return 0
        count, seen = 0, set[str]()
        for item in self._runs(module):
            if isinstance(item, tuple):
                if item[1] >= position:
                    break
                count += 1
            elif self._place(module, item) >= position:
                break
            else:
                for loaded in self.loaded(item):
                    if loaded not in seen and loaded != module:
                        seen.add(loaded)
                        count += sum(isinstance(run, tuple) for run in self._runs(loaded))
        return count

    def _place(self, module: str, loaded: str) -> int:
        return next(position for position, name in self._loads(module) if name == loaded)

    def _runs(self, module: str) -> list[Spot | str]:
        """What importing a module runs in turn: other modules, and its own acting statements."""
        if module not in self._turns:
            code = self._names.module(module)
            own = [(s["position"], (module, s["position"])) for s in code["statements"]] if code else []
            runs: list[tuple[int, int, Spot | str]] = [(at, 1, spot) for at, spot in own if self.acts(spot)]
            runs += [(position, 0, name) for position, name in self._loads(module)]
            self._turns[module] = [item for _, _, item in sorted(runs, key=lambda run: run[:2])]
        return self._turns[module]

    def _loads(self, module: str) -> list[tuple[int, str]]:
        """The project's modules that a module imports, each with the position of the first import."""
        if module not in self._loaded:
            first: dict[str, int] = {}
            code = self._names.module(module)
            for position, origin in sorted(code["loads"], key=lambda load: load[0]) if code else ():
                home, _, member = origin.partition(":")
                home = self._names.absolute(module, home)
                for name in (home, self._names.behind(home, member), f"{home}.{member}"):  # it may be a module
                    if member or name == home:
                        for loaded in self._packages(name):
                            first.setdefault(loaded, position)
            first.pop(module, None)
            self._loaded[module] = [(position, name) for name, position in first.items()]
        return self._loaded[module]

    def _packages(self, module: str) -> list[str]:
        parts = module.split(".")
        names = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
        return names if self._names.is_ours(module) else []

    def acts(self, spot: Spot) -> bool:
        """Whether a statement may change what others see, besides binding its names."""
        if spot not in self._acting:
            statement = self._names.statement(spot)
            self._acting[spot] = (
                statement["acts"]
                or not all(self._changes_nothing(spot[0], call) for call in statement["calls"])
                or any(self._registers(spot[0], base) for base in statement["bases"])
                or self._wakes(spot)
            )
        return self._acting[spot]

    def _wakes(self, spot: Spot) -> bool:
        """Whether what a statement looks up when it runs leads to a class whose methods may act without a call."""
        statement = self._names.statement(spot)
        if statement["kind"] == "function":
            return False
        seen: set[Spot] = {spot}
        open_ = [*self._mentioned(spot[0], statement["eager"])]
        if statement["kind"]:  # making a class calls none of what it names, but for `__set_name__` of objects
            open_ = [found for found in open_ if not self._names.statement(found)["kind"]]
        while open_:
            found = open_.pop()
            if found in seen or found in self._asleep:
                continue
            seen.add(found)
            reached = self._names.statement(found)
            if self._is_loud(found, reached):
                return True
            open_ += self._mentioned(found[0], reached["mentions"])
        self._asleep |= seen - {spot}  # all that they lead to is asleep
        return False

    def _mentioned(self, module: str, mentions: list[str]) -> Iterator[Spot]:
        for mention in mentions:
            for target, _ in self._names.resolve(module, mention):
                if isinstance(target, tuple) and target[1] != WHOLE and not self.is_computation(target):
                    yield target

    def _is_loud(self, spot: Spot, statement: Statement) -> bool:
        if spot not in self._loud:
            calls = statement["silent"]
            self._loud[spot] = calls is None or not all(self._changes_nothing(spot[0], call) for call in calls)
        return self._loud[spot]

    def _changes_nothing(self, module: str, call: Call) -> bool:
        callee, *handed = call
        if callee in ("", "?"):
            return callee == ""
        of_a_call = callee.endswith("()")
        targets = self._names.resolve(module, callee.removesuffix("()"))
        if not targets:
            return False
        return all(self._harmless(target, rest, handed, module, of_a_call=of_a_call) for target, rest in targets)

    def _harmless(self, target: Spot | str, rest: str, handed: Call, module: str, *, of_a_call: bool) -> bool:
        if self.is_computation(target):
            return True
        if isinstance(target, str):
            if not is_harmless(target) or (of_a_call and target.rpartition(".")[2] in GIVING):
                return False
            # What is handed over may be called, as in `list(map(register, functions))`.
            last = target.rpartition(".")[2]
            return last in WRAPPING or all(self._may_be_called(module, name, last) for name in handed)
        if target[1] == WHOLE or of_a_call:
            return False
        if rest:
            return rest.rpartition(".")[2] in READING
        return self._is_quiet(target)

    def _may_be_called(self, module: str, name: str, callee: str) -> bool:
        """Whether calling what is handed to a foreign function would change nothing."""
        keyword, _, name = name.rpartition("=")
        calling = callee in CALLING or keyword in CALLED
        given = name.endswith("()")
        for target, rest in self._names.resolve(module, name.removesuffix("()")):
            if isinstance(target, str) or target[1] == WHOLE:
                continue
            if calling and (given or (rest and rest.rpartition(".")[2] not in READING)):
                return False
            kind = self._names.statement(target)["kind"]
            if not (self._is_quiet(target) if kind else not calling or (keyword and rest)):
                return False
        return True

    def is_computation(self, spot: Spot | str) -> bool:
        """Whether a name stands for the decorator of computations; another package than ours imports it."""
        home, name = COMPUTATION
        if isinstance(spot, str):
            return spot in _COMPUTATION_ELSEWHERE
        if spot[0] != f"{self._names.package}.{home}" or spot[1] == WHOLE:
            return False
        return name in self._names.statement(spot)["binds"]

    def _is_quiet(self, spot: Spot) -> bool:
        """Whether calling a function or class changes nothing but its own variables."""
        if spot not in self._quiet:
            self._quiet[spot] = True  # while it is being found out, for functions that call themselves
            statement = self._names.statement(spot)
            calls = statement["quiet"]
            self._quiet[spot] = (
                calls is not None
                and all(self._changes_nothing(spot[0], call) for call in calls)
                and all(self._quiet_base(spot[0], base) for base in statement["bases"])
            )
        return self._quiet[spot]

    def _quiet_base(self, module: str, base: str) -> bool:
        if base.startswith("=") or base in ("", "?") or base.endswith("()"):
            return base in ("", "=")
        return all(
            is_harmless_base(target) if isinstance(target, str) else target[1] != WHOLE and self._is_quiet(target)
            for target, _ in self._names.resolve(module, base)
        )

    def _registers(self, module: str, base: str) -> bool:
        """Whether making a class with this base or keyword may run code that files the class somewhere."""
        keyword, base = base.startswith("="), base.removeprefix("=")
        if base in ("", "?"):
            return base == "?"
        for target, rest in self._names.resolve(module, base.removesuffix("()")):
            if isinstance(target, str):
                if not is_harmless_base(target):
                    return True
            elif keyword or rest or base.endswith("()") or target[1] == WHOLE or self._has_hooks(target):
                return True
        return False

    def _has_hooks(self, spot: Spot) -> bool:
        if spot not in self._hooked:
            self._hooked[spot] = False
            statement: Statement = self._names.statement(spot)
            self._hooked[spot] = (
                statement["kind"] != "class"
                or statement["hooks"]
                or any(self._registers(spot[0], base) for base in statement["bases"])
            )
        return self._hooked[spot]
