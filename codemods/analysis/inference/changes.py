"""Whether what a value was read from may be changed in place by code that is not seen, or not followed.

A job id that stands in a list is known as long as each use of the list is: it is read, looped over, added to by a
statement of the tree. Given to a function of another package it may be changed there. The default is that it may.
"""

from __future__ import annotations

import ast
import os
from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..dagster_api.decorators import resolved, unknown_decorators
from ..dagster_api.names import TYPING
from ..syntax.classes import is_own_object
from ..syntax.functions import renamed
from ..syntax.scopes import Parameter
from ..syntax.source_module import Module
from .branches import EVERY_BRANCH
from .changed_by_text import is_changed_by_text
from .data_files import is_data
from .handed_modules import handed_away
from .possible import Holder, Place
from .replaced_modules import is_replaced
from .tables import names_set_by_text
from .uses_aside import SUMMARIES_ASIDE, UsesAside
from .uses_of_holders import is_led_away, is_spread
from .values import Instance, Literal, Local, Made, Value, in_order
from .whole_displays import is_whole

if TYPE_CHECKING:
    from .interpreter import Evaluator

_HOOKS = frozenset({"__getattribute__", "__setattr__", "__new__", "__init_subclass__"})
"""Methods that make the attributes of a class something else than its body says."""
_DESCRIBING = (*TYPING, "attr.", "attrs.")
"""Where the decorators of classes come from that leave the values of a class as its body says."""
Uses = dict[Value, tuple[ast.expr, ...]]
_NO_USES: Uses = {}
UsesByFile = dict[Module, tuple[ast.expr, ...]]
_NO_FILES: tuple[dict[Module, int], dict[Value, UsesByFile]] = ({}, {})


_USES, _ALL_USES = "uses", "uses of values"
_SUMMARIES = frozenset({_USES, _ALL_USES, *SUMMARIES_ASIDE})


def is_summary(question: Hashable) -> bool:
    """Whether a question is about all expressions of a file, or of all files."""
    return isinstance(question, tuple) and question[0] in _SUMMARIES


@dataclass(eq=False)
class Changes:
    """Answers whether code that is not followed may change what values are read from."""

    evaluator: Evaluator

    @cached_property
    def aside(self) -> UsesAside:
        """What files that the index does not need name and change."""
        return UsesAside(self.evaluator)

    def may_change(self, holder: Holder) -> bool:
        """Whether what is read from ``holder`` may be something else than the code in sight says."""
        return self.evaluator.answer(("may change", holder), lambda: self._may_change(holder), False)

    def is_led_away(self, holder: Literal | Local | Instance) -> bool:
        """Whether some use of ``holder`` is not followed."""
        return self.evaluator.answer(("led away", holder), lambda: self._is_led_away(holder), False)

    def is_spread(self, holder: Literal) -> bool:
        """Whether a call gets what stands in ``holder``, where that is not followed."""
        return self.evaluator.answer(("spread", holder), lambda: self._is_spread(holder), False)

    def _is_spread(self, holder: Literal) -> bool:
        return any(is_spread(module, node) for module, node in self._uses_of(holder))

    def _may_change(self, holder: Holder) -> bool:
        match holder:
            case Literal():
                return not self._are_entries_known(holder) or self.is_led_away(holder)
            case Instance():
                return (
                    self.is_led_away(holder)
                    or self.may_change(holder.owner)
                    or self._is_changed_above(holder)
                )
            case Local(node=ast.ClassDef()):
                return self._is_decorated(holder) or self.is_led_away(holder)
            case Local():
                return bool(unknown_decorators(self.evaluator, holder.module, holder.node))
        return self._is_name_set(*holder)

    # -- what holds a value

    def _are_entries_known(self, holder: Literal) -> bool:
        """Whether all that is spread into a container, or added to it, is known."""
        containers = self.evaluator.containers
        spread = [(holder.module, node) for node in containers.spread_in(holder.node)]
        spread += [
            (each.module, each.value) for each in self.evaluator.statements.added_to(holder) if each.is_whole
        ]
        looking = containers.looking(EVERY_BRANCH)
        return all(is_whole(self.evaluator, module, node, looking) for module, node in spread) and not any(
            isinstance(holder.node, ast.Dict) and not isinstance(each.node, ast.Dict)
            for each in looking.found
        )

    def _is_decorated(self, holder: Local) -> bool:
        """Whether a decorator, a metaclass or a method may have made something else of a class than its body says."""
        for one in self.evaluator.objects.lineage(holder):
            assert isinstance(one.node, ast.ClassDef)
            for decorator in unknown_decorators(self.evaluator, one.module, one.node):
                callee = decorator.func if isinstance(decorator, ast.Call) else decorator
                names = resolved(self.evaluator, one.module, callee)
                if not names or not all(name.startswith(_DESCRIBING) for name in names):
                    return True
            if (
                one.node.keywords
                or _HOOKS & self.evaluator.tree.names(one.module).tables.get(one.node, {}).keys()
            ):
                return True
        return False

    def _is_changed_above(self, holder: Instance) -> bool:
        """Whether a class that the object's derives from leads its objects away: ``setattr(self, name, os.environ[name])``."""
        return any(
            is_led_away(self.evaluator, one.module, node, Instance(one))
            for one in self.evaluator.objects.lineage(holder.owner)
            if one != holder.owner
            for node in ast.walk(one.node)
            if isinstance(node, ast.Name) and is_own_object(one.module, node)
        )

    def _is_name_set(self, module: Module, name: str) -> bool:
        """Whether a name of a module may be set from outside: ``settings.JOB = x``, ``setattr(settings, "JOB", x)``."""
        self.evaluator.fixpoint.watch(("files", None))
        names = self.evaluator.tree.names(module)
        if any(not names.lookup(module, node.id, node) for node in names_set_by_text(module)):
            return True
        if is_changed_by_text(self.evaluator, module, name):
            return True
        if is_replaced(self.evaluator, module) or handed_away(self.evaluator, module):
            return True
        set_there = [
            (home, target)
            for home in self._importing(module, name)
            for attribute in (name, "")
            for target in self.evaluator.tables.set_in(home).get(attribute, ())
        ]
        return any(
            self._may_be(home, target, module)
            for home, target in [*self.evaluator.tables.attributes_set(name), *set_there]
        )

    def _may_be(self, home: Module, target: ast.expr, module: Module) -> bool:
        values = self.evaluator.values(home, target)
        if self.evaluator.attributes.module_named(home, target) is module:
            return True
        if any(isinstance(value, Made) and value.of.startswith("importlib.") for value in values):
            return True
        return not values and any(
            isinstance(inner, ast.Attribute) and inner.attr == "modules" for inner in ast.walk(target)
        )

    # -- uses

    def _is_led_away(self, holder: Literal | Local | Instance) -> bool:
        home = holder.owner.module if isinstance(holder, Instance) else holder.module
        if not is_data(home) and handed_away(self.evaluator, home):
            return True
        return any(
            is_led_away(self.evaluator, module, node, holder) for module, node in self._uses_of(holder)
        ) or (isinstance(holder, Literal) and self._is_added_to(holder))

    def _is_added_to(self, holder: Literal) -> bool:
        """Whether a file that the index does not need adds to a container by ``x |= y``."""
        home, tree = holder.module, self.evaluator.tree
        if self.evaluator.file(home.path) is not None:
            return False
        return any(
            _is_added_to(module, name) or self._is_parameter_added_to(module, holder)
            for name in tree.names(home).tables.get(home.tree, {})
            if self._is_bound_to(home, name, holder)
            for module in [home, *self._importing(home, name)]
        )

    def _is_parameter_added_to(self, module: Module, holder: Literal) -> bool:
        """The same to a parameter that is given the container."""
        names = self.evaluator.tree.names(module)
        targets = [one.target for one in module.of(ast.AugAssign) if isinstance(one.target, ast.Name)]
        return any(
            isinstance(binding, Parameter)
            and isinstance(binding.function, (ast.FunctionDef, ast.AsyncFunctionDef))
            and (holder.module, holder.node) in self._given(module, binding)
            for target in targets
            for binding in names.lookup(module, target.id, target)
        )

    def _given(self, module: Module, binding: Parameter) -> tuple[Place, ...]:
        assert not isinstance(binding.function, ast.Lambda)
        found = self.evaluator.bindings.places_of_parameter(module, binding.function, binding.arg.arg)
        return found.places

    def _uses_of(self, holder: Literal | Local | Instance) -> Iterator[tuple[Module, ast.expr]]:
        """Each expression that may be ``holder``."""
        home = holder.owner.module if isinstance(holder, Instance) else holder.module
        self.evaluator.fixpoint.watch(("files", None))
        if is_data(home):
            yield from self._uses_of_data(home, holder)
            return
        if self.evaluator.file(home.path) is None:
            yield from self._uses_by_name(home, holder)
            yield from self._uses_elsewhere(home, holder)
            return
        order, uses = self._uses()
        found = uses.get(holder, {})
        for module in sorted({**found, home: ()}, key=lambda module: order.get(module, 0)):
            yield from ((module, node) for node in found.get(module, ()))
            yield from self._uses_elsewhere(module, holder)

    def _uses_of_data(
        self, data: Module, holder: Literal | Local | Instance
    ) -> Iterator[tuple[Module, ast.expr]]:
        """The same of what a file beside the code holds, in the files that name it and in those of the index."""
        tree = self.evaluator.tree
        for module, nodes in self._uses()[1].get(holder, {}).items():
            yield from ((module, node) for node in nodes)
        for path in tree.spelling([os.fsencode(data.path.name)]):
            reader = tree.module_at(path)
            if reader is not None and self.evaluator.file(path) is None:
                yield from self._uses_by_name(reader, holder)

    def _uses_elsewhere(
        self, home: Module, holder: Literal | Local | Instance
    ) -> Iterator[tuple[Module, ast.expr]]:
        """The same in files that the index does not need, which import it under a name that it has in ``home``."""
        tree = self.evaluator.tree
        for name in tree.names(home).tables.get(home.tree, {}):
            is_bound = self._is_bound_to(home, name, holder)
            if not is_bound and self.evaluator.file(home.path) is not None:
                continue
            for module in self._importing(home, name):
                # By the name of a function or an object it is reached, too, and may be changed there.
                nodes = self.aside.naming(module, holder) if is_bound else self.aside.changing(module, holder)
                yield from ((module, node) for node in nodes)

    def _importing(self, home: Module, name: str) -> tuple[Module, ...]:
        """The files that the index does not need and that may import a name, from others of the kind too."""
        nothing: tuple[Module, ...] = ()
        asked = ("importing", home, name)
        return self.evaluator.answer(asked, lambda: tuple(self._find_importing(home, name)), nothing)

    def _find_importing(self, home: Module, name: str) -> Iterator[Module]:
        self.evaluator.fixpoint.watch(("files", None))
        tree = self.evaluator.tree
        asked = {(home, name): None}
        waiting = list(asked)
        for source, known_as in waiting:  # grows as it goes
            for path in tree.importing(source, known_as):
                module = tree.module_at(path)
                if module is None or module is home:
                    continue
                if path not in tree.modules:
                    yield module
                names = tree.names(module)
                imported = names.imported.get(known_as, ())
                found = {own: None for scope, own, _ in imported if scope is module.tree}
                if any(tree.resolve(module, star.module, star.level) == source.path for star in names.stars):
                    found[known_as] = None
                new = [(module, own) for own in found if (module, own) not in asked]
                asked |= dict.fromkeys(new)
                waiting += new

    def _is_bound_to(self, home: Module, name: str, holder: Literal | Local | Instance) -> bool:
        if self.evaluator.file(home.path) is not None:
            return holder in self.evaluator.global_values(home, name)
        if isinstance(holder, Literal):
            found = self.evaluator.bindings.places_at_end(home, name, EVERY_BRANCH)
            # What stands inside of a display is reached by its name, too.
            within = {holder.node, *holder.module.ancestors(holder.node)}
            return found is not None and any(
                module is holder.module and place in within for module, place in found.places
            )
        return True

    def _uses(self) -> tuple[dict[Module, int], dict[Value, UsesByFile]]:
        """Which file comes first, and the uses of each value file by file."""
        return self.evaluator.answer((_ALL_USES, None), self._find_all_uses, _NO_FILES)

    def _find_all_uses(self) -> tuple[dict[Module, int], dict[Value, UsesByFile]]:
        self.evaluator.fixpoint.watch(("files", None))
        modules = list(self.evaluator.tree.modules.values())
        found: dict[Value, UsesByFile] = defaultdict(dict)
        for module in modules:
            for value, nodes in self._uses_in(module).items():
                found[value][module] = nodes
        return {module: number for number, module in enumerate(modules)}, dict(found)

    def _uses_in(self, module: Module) -> Uses:
        return self.evaluator.answer((_USES, module), lambda: self._find_uses(module), _NO_USES)

    def _find_uses(self, module: Module) -> Uses:
        found: dict[Value, list[ast.expr]] = defaultdict(list)
        for node in module.nodes:
            if not isinstance(node, ast.expr) or isinstance(node, (ast.Constant, ast.JoinedStr, ast.Starred)):
                continue
            if isinstance(getattr(node, "ctx", None) or ast.Load(), ast.Load):
                for value in in_order(self.evaluator.values(module, node)):
                    if isinstance(value, (Literal, Local, Instance)):
                        found[value].append(node)
        return {value: tuple(nodes) for value, nodes in found.items()}

    def _uses_by_name(
        self, home: Module, holder: Literal | Local | Instance
    ) -> Iterator[tuple[Module, ast.expr]]:
        """The same of what stands in a file that the index does not need: by the names that it has there, and gets."""
        names = dict.fromkeys(self.evaluator.tree.names(home).tables.get(home.tree, {}))
        waiting = list(names)
        yield from ((home, node) for node in self.aside.naming(home, holder))
        for name in waiting:  # grows as it goes
            for module, node in self.evaluator.tables.uses_under_any_name(name):
                if self.aside.may_name(module, node, holder):
                    yield module, node
                    new = [each for each in self._names_given(module, node) if each not in names]
                    names |= dict.fromkeys(new)
                    waiting += new

    def _names_given(self, module: Module, node: ast.expr) -> Iterator[str]:
        """The names that what stands somewhere gets there: of what it is assigned to, of parameters."""
        above = module.parent(node)
        call = module.parent(above) if isinstance(above, ast.keyword) else above
        if isinstance(above, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            for target in above.targets if isinstance(above, ast.Assign) else [above.target]:
                yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))
                yield from (each.attr for each in ast.walk(target) if isinstance(each, ast.Attribute))
        elif isinstance(call, ast.Call):
            for callee in in_order(self.evaluator.values(module, renamed(call))):
                if isinstance(callee, Local):
                    yield from (each.arg for each in ast.walk(callee.node) if isinstance(each, ast.arg))


def _is_added_to(module: Module, name: str) -> bool:
    """Whether a statement such as ``x |= y`` adds to a name, or to an attribute of that name."""
    return any(
        isinstance(node.target, ast.Name | ast.Attribute)
        and name == (node.target.id if isinstance(node.target, ast.Name) else node.target.attr)
        for node in module.of(ast.AugAssign)
    )
