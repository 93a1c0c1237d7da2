"""What names may be: through assignments, loops, imports, definitions and parameters."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..dagster_api.applied import applied, first_of
from ..dagster_api.asset_inputs import name_loaded_by
from ..dagster_api.injection import is_injected
from ..dagster_api.names import CONFIGURING
from ..dagster_api.op_outputs import outputs_yielded
from ..syntax.classes import is_cls, is_cls_of_heirs, is_self
from ..syntax.fixtures import answers_of_fixture, may_ask_for_fixtures
from ..syntax.functions import default_of, returns_of, sorted_with
from ..syntax.scopes import Assigned, Binding, Defined, Entered, Imported, Iterated, Parameter
from ..syntax.source_module import Module
from .branches import EVERY_BRANCH, Branches
from .initializers import is_made_like_heirs
from .legacy_names import CONFIGURED, RUN_OP
from .managers import handed_out
from .possible import NOT_KNOWN, SO_FAR_NOTHING, Possible, union
from .spread_arguments import given_by_spread
from .texts import parts_of
from .values import LEGACY, NOTHING, External, Instance, Keyed, Local, Made, Value, Values
from .whole_displays import is_whole

if TYPE_CHECKING:
    from .interpreter import Evaluator


@dataclass(eq=False)
class Bindings:
    """Answers what names may be."""

    evaluator: Evaluator

    def name(self, module: Module, node: ast.Name) -> Values:
        """What a name may be where it is read."""
        bindings = self.evaluator.star_imports.bound(module, node)
        if all(isinstance(one, Imported) and one.is_star for one in bindings):
            return self._by_star(module, node.id)
        return self._values_of_any(module, bindings)

    def at_end(self, module: Module, name: str) -> Values:
        """What a module-level name may be once the module has run."""
        bindings = self.evaluator.star_imports.bound_at_end(module, name)
        return self._values_of_any(module, bindings) or self._by_star(module, name)

    def _by_star(self, module: Module, name: str) -> Values:
        is_of_another = self.evaluator.star_imports.may_bring(module, name)
        return self.evaluator.imports.by_star(module, name, is_of_another)

    def _values_of_any(self, module: Module, bindings: Sequence[Binding]) -> Values:
        return frozenset[Value]().union(*(self.values(module, binding) for binding in bindings))

    def values(self, module: Module, binding: Binding) -> Values:
        """What a name may stand for through one of its bindings."""
        if isinstance(binding, Assigned):
            if binding.adds:
                return self.evaluator.containers.sequence_values(module, binding.value)
            return self._taken(module, binding)
        if isinstance(binding, Iterated):
            return self.evaluator.containers.elements(module, binding.value, binding.path)
        if isinstance(binding, Imported):
            return self.evaluator.imports.values(module, binding)
        if isinstance(binding, Defined):
            made = self._configured_by(module, binding) or applied(self.evaluator, module, binding.node)
            return made or frozenset({Local(module, binding.node)})
        if isinstance(binding, Parameter):
            return self.parameter(module, binding)
        if isinstance(binding, Entered):
            handed = handed_out(self.evaluator, module, binding.item.context_expr)
            return frozenset().union(*(self.evaluator.values(home, node) for home, node in handed))
        return NOTHING

    def _taken(self, module: Module, binding: Assigned) -> Values:
        inside = self.evaluator.containers.inside([(module, binding.value)], binding.path)
        return frozenset().union(*(self.evaluator.values(home, node) for home, node in inside))

    def _configured_by(self, module: Module, binding: Defined) -> Values:
        """``@configured(dbt_cloud_resource) def cloud(_)`` makes a resource of the function's name, or an op."""
        for decorator in binding.node.decorator_list:
            if isinstance(decorator, ast.Call) and (named := self.configures(module, decorator)):
                return frozenset({Made(module, decorator, named)})
        return NOTHING

    def configures(self, module: Module, call: ast.Call) -> str:
        """What ``configured(dbt_cloud_resource, ...)`` makes of a function or a dict; empty for other calls."""
        if not call.args or External(CONFIGURING) not in self.evaluator.values(module, call.func):
            return ""
        given = self.evaluator.values(module, call.args[0])
        if External(f"{LEGACY}dbt_cloud_resource") in given:
            return CONFIGURED
        is_op = any(
            value == External(RUN_OP) or (isinstance(value, Made) and value.of.startswith(RUN_OP))
            for value in given
        )
        return f"{RUN_OP}.configured" if is_op else ""

    def parameter(self, module: Module, binding: Parameter) -> Values:
        """What a parameter of a function may be."""
        function, name = binding.function, binding.arg.arg
        found: set[Value] = set()
        default = default_of(function, name)
        if default is not None:
            found |= self.evaluator.values(module, default)
        if isinstance(function, ast.Lambda):
            sorted_by = sorted_with(module, function)
            return frozenset(found) | (
                self.evaluator.containers.elements(module, sorted_by, ())
                if sorted_by is not None
                else NOTHING
            )
        owner = module.parent(function)
        if isinstance(owner, ast.ClassDef) and is_cls_of_heirs(function, name):
            local = Local(module, owner)
            return frozenset(self.evaluator.objects.derived_from(local))
        if isinstance(owner, ast.ClassDef) and is_self(function, name):
            local = Local(module, owner)
            return (
                self.evaluator.objects.made_by(local)
                if self.evaluator.bases(local)
                else frozenset({Instance(local)})
            )
        if isinstance(owner, ast.ClassDef) and is_cls(function, name):
            local = Local(module, owner)
            return frozenset({local}) if is_made_like_heirs(self.evaluator, local) else NOTHING
        if is_injected(self.evaluator, module, function, binding.arg):
            found.add(Keyed(module, binding.arg, name))
            return frozenset(found)
        for caller, argument in self.evaluator.calls.arguments(function, name):
            found |= self.evaluator.values(caller, argument)
        for caller, call in self.evaluator.calls.spreading(function, name):
            found |= given_by_spread(self.evaluator, caller, call, name)
        if name == first_of(function):
            found |= {Local(home, decorated) for home, decorated in self.evaluator.calls.decorating(function)}
        if not found and (loaded := name_loaded_by(function, name)):
            for maker, upstream in self.evaluator.calls.assets_named(loaded):
                for returned in (*returns_of(upstream), *outputs_yielded(upstream)):
                    found |= self.evaluator.values(maker, returned)
        if not found and may_ask_for_fixtures(function):
            for maker, fixture in self.evaluator.calls.fixtures_for(module, function, name):
                for answer in answers_of_fixture(fixture):
                    found |= self.evaluator.values(maker, answer)
        # Last, since Dagster hands over what the asset upstream answers, whatever class the parameter says.
        return frozenset(found) | self.evaluator.instances_of(module, binding.arg.annotation)

    # -- where the values are made

    def places(self, module: Module, node: ast.Name, branches: Branches) -> Possible:
        """Where the value of a name is made."""
        bindings = self.evaluator.star_imports.bound(module, node)
        found = self.places_of_any(module, bindings, branches) or NOT_KNOWN
        is_global = self.evaluator.tree.names(module).scope_that_binds(module, node.id, node) in (
            None,
            module.tree,
        )
        return found.read_from([(module, node.id)]) if is_global else found

    def places_at_end(self, home: Module | None, name: str, branches: Branches) -> Possible | None:
        """Where a module-level name has its value from, as importers see it; None where the module has no such name."""
        if home is None:
            return None
        asked = ("places at the end", home, name, branches.sight)
        nothing: Possible | None = SO_FAR_NOTHING
        return self.evaluator.answer(asked, lambda: self._places_at_end(home, name, branches), nothing)

    def _places_at_end(self, home: Module, name: str, branches: Branches) -> Possible | None:
        bindings = self.evaluator.star_imports.bound_at_end(home, name)
        if not bindings:
            return None
        found = self.places_of_any(home, bindings, branches) or NOT_KNOWN
        return found.read_from([(home, name)])

    def places_in_class(self, owner: Local, name: str, branches: Branches) -> Possible | None:
        """Where a name has its value from that the body of a class binds; None for methods, and where it binds none."""
        if not isinstance(owner.node, ast.ClassDef):
            return None
        module = owner.module
        bindings = self.evaluator.tree.names(module).in_class(module, owner.node, name)
        if all(isinstance(one, Defined) for one in bindings):
            return None
        return self.places_of_any(module, bindings, branches) or NOT_KNOWN

    def places_of_any(
        self, module: Module, bindings: Sequence[Binding], branches: Branches
    ) -> Possible | None:
        """Where a name has its value from, by its bindings in the order of the code."""
        taken = self.evaluator.star_imports.taken(module, bindings, branches)
        return union(self._places_of(module, binding, branches) for binding in taken)

    def _places_of(self, module: Module, binding: Binding, branches: Branches) -> Possible:
        match binding:
            case Assigned(adds=False):
                return self._places_of_assigned(module, binding, branches)
            case Iterated():
                return self._places_of_iterated(module, binding, branches)
            case Imported() if binding.name:
                home = self.imported(module, binding)
                if binding.adds and home is not None and not self._is_bound(home, binding.name, branches):
                    return SO_FAR_NOTHING  # A star import that brings nothing here leaves what was there.
                return self.places_at_end(home, binding.name, branches) or NOT_KNOWN
            case Parameter() if not isinstance(binding.function, ast.Lambda):
                return self.places_of_parameter(module, binding.function, binding.arg.arg, branches)
            case Entered():
                handed = handed_out(self.evaluator, module, binding.item.context_expr)
                return (
                    union(self.evaluator.places(home, node, branches) for home, node in handed) or NOT_KNOWN
                )
        return NOT_KNOWN

    def _is_bound(self, home: Module, name: str, branches: Branches) -> bool:
        stars = self.evaluator.star_imports
        bindings = stars.bound_at_end(home, name)
        return not bindings or bool(stars.taken(home, bindings, branches))

    def _places_of_assigned(self, module: Module, binding: Assigned, branches: Branches) -> Possible:
        if not binding.path:
            return self.evaluator.places(module, binding.value, branches)
        looking = self.evaluator.containers.looking(branches)
        inside = self.evaluator.containers.inside([(module, binding.value)], binding.path, looking)
        found = self.evaluator.places_of_any(inside, branches)
        if found is None or looking.is_partial:
            return NOT_KNOWN
        return found.read_in(self.evaluator.places(module, binding.value, branches), looking.found)

    def _places_of_iterated(self, module: Module, binding: Iterated, branches: Branches) -> Possible:
        containers = self.evaluator.containers
        looking = containers.looking(branches)
        elements = containers.iterated(module, binding.value, binding.path, looking)
        found = self.evaluator.places_of_any(elements, branches)
        if not elements and not binding.path:
            return self._places_in_text(module, binding.value, branches)
        if found is None or looking.is_partial:
            return NOT_KNOWN
        if not is_whole(self.evaluator, module, binding.value, looking):
            return NOT_KNOWN
        return found.read_in(self.evaluator.places(module, binding.value, branches), looking.found)

    def _places_in_text(self, module: Module, node: ast.expr, branches: Branches) -> Possible:
        """The parts of a string that a loop goes through: ``for job in os.environ["JOBS"].split(",")``."""
        if not isinstance(node, ast.Call) and not _is_only_looped_over(module, node):
            return NOT_KNOWN
        origins = self.evaluator.places(module, node, branches)
        parts = [(home, parts_of(place)) for home, place in origins.places]
        known = [(home, part) for home, part in parts if part is not None]
        return replace(origins, places=tuple(known)) if known and len(known) == len(parts) else NOT_KNOWN

    def places_of_parameter(
        self,
        module: Module,
        function: ast.FunctionDef | ast.AsyncFunctionDef,
        name: str,
        branches: Branches = EVERY_BRANCH,
    ) -> Possible:
        """Where a parameter has its values from."""
        calls = self.evaluator.calls
        given = calls.arguments(function, name)
        default = default_of(function, name)
        if default is not None and calls.may_leave_out(function, name):
            given = [*given, (module, default)]
        places = [self.evaluator.places_of_any(given, branches)]
        places += [
            self._places_spread(home, call, name, branches) for home, call in calls.spreading(function, name)
        ]
        return union(one for one in places if one is not None) or NOT_KNOWN

    def _places_spread(self, module: Module, call: ast.Call, name: str, branches: Branches) -> Possible:
        """Where a call gets an argument from that it gives by ``**x``, where ``x`` is a display that has it."""
        spread = [word.value for word in call.keywords if word.arg is None]
        if len(spread) != 1 or any(isinstance(given, ast.Starred) for given in call.args):
            return NOT_KNOWN
        return self.evaluator.containers.places_under(module, spread[0], name, branches)

    def imported(self, module: Module, binding: Imported) -> Module | None:
        """The file that an import names, also one that the index does not need; None where the tree has none."""
        tree = self.evaluator.tree
        return tree.module_at(tree.resolve(module, binding.module, binding.level))


def _is_only_looped_over(module: Module, node: ast.expr) -> bool:
    """Whether a name that a file binds stands for what loops go through, and for nothing else that may change it."""
    if not isinstance(node, ast.Name):
        return False
    read = [one for one in module.named(node.id) if isinstance(one.ctx, ast.Load)]
    above = [(one, module.parent(one)) for one in read]
    return all(
        isinstance(outer, (ast.For, ast.AsyncFor, ast.comprehension)) and outer.iter is one
        for one, outer in above
    )
