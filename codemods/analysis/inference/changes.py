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
from typing import TYPE_CHECKING

from ..dagster_api.decorators import resolved, unknown_decorators
from ..dagster_api.names import TYPING
from ..syntax.classes import is_own_object
from ..syntax.functions import is_getattr, renamed
from ..syntax.scopes import Imported, Parameter
from ..syntax.source_module import Module
from ..uses.uses import ADDING, EXTENDING
from .branches import EVERY_BRANCH
from .data_files import is_data
from .possible import Holder, Place
from .replaced_modules import is_replaced
from .tables import attributes_set_in, names_set_by_text
from .uses_of_holders import is_led_away, is_spread
from .values import Instance, Literal, Local, Made, Value, in_order
from .whole_displays import is_whole

if TYPE_CHECKING:
    from .interpreter import Evaluator

_HOOKS = frozenset({"__getattribute__", "__setattr__", "__new__", "__init_subclass__"})
"""Methods that make the attributes of a class something else than its body says."""
_DESCRIBING = (*TYPING, "attr.", "attrs.")
"""Where the decorators of classes come from that leave the values of a class as its body says."""
_CHANGING = ADDING | EXTENDING | {"clear", "insert", "pop", "popitem", "remove", "setdefault"}
"""Methods that change a container."""
Uses = dict[Value, tuple[ast.expr, ...]]
_NO_USES: Uses = {}
UsesByFile = dict[Module, tuple[ast.expr, ...]]
_NO_FILES: tuple[dict[Module, int], dict[Value, UsesByFile]] = ({}, {})


_USES, _ALL_USES = "uses", "uses of values"


def is_summary(question: Hashable) -> bool:
    """Whether a question is about all expressions of a file, or of all files."""
    return isinstance(question, tuple) and question[0] in (_USES, _ALL_USES)


@dataclass(eq=False)
class Changes:
    """Answers whether code that is not followed may change what values are read from."""

    evaluator: Evaluator

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
        if is_replaced(self.evaluator, module):
            return True
        set_there = [
            (home, target)
            for home in self._importing(module, name)
            for attribute, target in attributes_set_in(home)
            if attribute in {name, ""}
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
                nodes = _names_read(module) if is_bound else _changed_in(module)
                yield from ((module, node) for node in nodes if self._may_name(module, node, holder))

    def _importing(self, home: Module, name: str) -> Iterator[Module]:
        """The files that the index does not need and that may import a name, from others of the kind too."""
        tree = self.evaluator.tree
        asked = [(home, name)]
        for source, known_as in asked:  # grows as it goes
            for path in tree.importing(source.dotted, known_as):
                module = tree.module_at(path)
                if module is None or module is home:
                    continue
                if path not in tree.modules:
                    yield module
                bound = tree.names(module).tables.get(module.tree, {}).items()
                names = [
                    own
                    for own, bindings in bound
                    if any(isinstance(one, Imported) and one.name == known_as for one in bindings)
                ]
                if any(
                    tree.resolve(module, star.module, star.level) == source.path
                    for star in tree.names(module).stars
                ):
                    names.append(known_as)
                asked += [(module, own) for own in names if (module, own) not in asked]

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
        yield from ((home, node) for node in _names_read(home) if self._may_name(home, node, holder))
        for name in waiting:  # grows as it goes
            for module, node in self.evaluator.tables.uses_under_any_name(name):
                if self._may_name(module, node, holder):
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

    def _may_name(self, module: Module, node: ast.expr, holder: Literal | Local | Instance) -> bool:
        if holder in self.evaluator.values(module, node):
            return True
        if isinstance(holder, Local):
            return holder in self.evaluator.attributes.unread_classes(module, node)
        places = self.evaluator.places(module, node, EVERY_BRANCH).places
        if isinstance(holder, Literal):
            return (holder.module, holder.node) in places
        return any(self._makes(home, place, holder.owner) for home, place in places)

    def _makes(self, module: Module, place: ast.expr, owner: Local) -> bool:
        """Whether a call makes an object of a class, in a file that the index does not need perhaps."""
        return isinstance(place, ast.Call) and owner in (
            *self.evaluator.values(module, place.func),
            *self.evaluator.attributes.unread_classes(module, place.func),
        )


def _names_read(module: Module) -> Iterator[ast.expr]:
    """What may be a holder: names, and what is reached from them and changed there perhaps."""
    return (
        node
        for node in module.nodes
        if (
            isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Store)
        )
        or (isinstance(node, ast.Call) and (is_getattr(node) or _is_looked_into(module, node)))
    )


def _changed_in(module: Module) -> Iterator[ast.expr]:
    """What a file changes a part of."""
    for node in module.of(ast.Subscript, ast.Call):
        match node:
            case ast.Subscript(ctx=ast.Store() | ast.Del()):
                yield node.value
            case ast.Call(func=ast.Attribute(value=changed, attr=name)) if name in _CHANGING:
                yield changed


def _is_looked_into(module: Module, node: ast.Call) -> bool:
    above = module.parent(node)
    return isinstance(above, (ast.Attribute, ast.Subscript)) and above.value is node


def _is_added_to(module: Module, name: str) -> bool:
    """Whether a statement such as ``x |= y`` adds to a name, or to an attribute of that name."""
    return any(
        isinstance(node.target, ast.Name | ast.Attribute)
        and name == (node.target.id if isinstance(node.target, ast.Name) else node.target.attr)
        for node in module.of(ast.AugAssign)
    )
