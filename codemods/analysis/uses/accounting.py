"""Every use of every value that carries something legacy is accounted for, or named as an escape.

The default is *escape*: a use that no rule names, code that reads names which it does not spell, a legacy method on
something that is not known, and a limit of the interpreter all mean that nobody knows what a migration would change.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from ..dagster_api.contexts import is_context
from ..dagster_api.decorators import is_builtin, unknown_decorators
from ..dagster_api.names import DYNAMIC, EXECUTING, KNOWN_BASES, LOADING_BY_NAME, READING_BY_NAME
from ..inference.interpreter import Evaluator
from ..inference.values import External, Instance, Keyed, Literal, Local, Made, Value, Values, root
from ..syntax.classes import is_own_object, may_have_metaclass
from ..syntax.scopes import Assigned, Parameter
from ..syntax.source_module import Module
from .arguments import ACCOUNTED
from .carriers import NONE, Carriers, is_class, kind_carried
from .contexts_led_away import contexts_led_away
from .escape import Escape
from .fixtures_by_name import fixtures_by_name
from .followed import called_later
from .index import Index
from .judgement import Judge
from .legacy_or_other import legacy_or_other
from .looked_up_in_modules import looked_up_in_modules
from .nodes_by_name import NodesByName
from .outputs_handed_over import outputs_handed_over
from .patched_names import patched_names
from .runs_read_elsewhere import runs_read_elsewhere
from .set_from_outside import set_from_outside
from .validated_fields import validated_fields

DYNAMICALLY = "is in a scope that `globals()`, `locals()`, `exec` or the like may read: move it to another function, or read it by its name"
_SAY_WHAT = "take the client from `context.resources.dbt_cloud`, or from a resource that these files build"
UNMISTAKABLE = frozenset({"get_dbt_client", "run_job_and_poll", "get_run_results", "list_run_artifacts"})
"""Methods of the legacy API whose names nothing else has."""


@lru_cache(maxsize=1)
def escapes_of(index: Index) -> tuple[Escape, ...]:
    """Each use of something legacy that is not accounted for, one for each place."""
    carriers = Carriers(index, index.bound_keys)
    found: dict[tuple[Module, ast.expr], Escape] = {}
    escapes = (
        *_Accounting(index, carriers, Judge(index, carriers)).all(),
        *contexts_led_away(index),
        *outputs_handed_over(index, carriers),
        *runs_read_elsewhere(index, carriers),
        *looked_up_in_modules(index, carriers),
        *patched_names(index, carriers),
        *fixtures_by_name(index, carriers),
        *set_from_outside(index, carriers),
        *validated_fields(index, carriers),
        *legacy_or_other(index),
    )
    for escape in escapes:
        known = found.get((escape.module, escape.node), escape)
        found[escape.module, escape.node] = replace(
            escape, carried=escape.carried | known.carried, keys=escape.keys | known.keys
        )
    return tuple(found.values())


@dataclass(frozen=True, eq=False)
class _Accounting:
    index: Index
    carriers: Carriers
    judge: Judge

    @property
    def evaluator(self) -> Evaluator:
        return self.index.evaluator

    @cached_property
    def nodes(self) -> NodesByName:
        return NodesByName(self.evaluator, self.carriers)

    @cached_property
    def modules(self) -> list[Module]:
        return [self.index.tree.modules[path] for path in sorted(self.index.tree.modules)]

    def all(self) -> Iterator[Escape]:
        if not self.index.references:
            return
        for module in self.modules:
            dynamic = set(self._dynamic_scopes(module))
            yield from self._bound_in(module, dynamic)
            for node in _expressions(module):
                carrying = [
                    (value, carried)
                    for value in self.evaluator.values(module, node)
                    if (carried := self.carriers.of(value))
                ]
                for value, carried in carrying:
                    said = self.judge.of(module, node, value) or self._of_no_name(module, node, value)
                    if not said and self._is_read_dynamically(module, node, dynamic):
                        said = DYNAMICALLY
                    if said:
                        yield Escape(module, node, self._led_away(module, node, value) or carried, said)
                if not carrying:
                    yield from self._of_unknown(module, node)
            yield from self._of_classes(module)
        yield from self._beyond_limits()

    def _led_away(self, module: Module, node: ast.expr, value: Value) -> Values:
        """What a function alone leads away that another thread calls: what it answers, and not what it is called with."""
        above = module.parent(node)
        call = module.parent(above) if isinstance(above, ast.keyword) else above
        handed = called_later(self.index, module, call) if isinstance(call, ast.Call) else None
        is_called = handed is not None and handed.func is node
        return self.judge.arguments.answered_by(value) if is_called else NONE

    def _of_no_name(self, module: Module, node: ast.expr, value: Value) -> str:
        """Why something is read or called of an expression that begins with no name, as `[client][0].get_run(1)` does."""
        above = module.parent(node)
        is_read = isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is node)
        if not is_read or not self.carriers.is_legacy(value) or node in self._named:
            return ACCOUNTED
        return f"is read as `{module.source_of(node)}`, which cannot be traced: assign it to a name first"

    @cached_property
    def _named(self) -> frozenset[ast.expr]:
        return frozenset(link for reference in self.index.references for link in reference.chain)

    # -- names that code reads without spelling them

    def _dynamic_scopes(self, module: Module) -> Iterator[ast.AST]:
        for node in module.of(ast.Call):
            if not isinstance(node.func, ast.Name):
                continue
            name = node.func.id
            if name not in DYNAMIC or self.index.tree.names(module).lookup(module, name, node.func):
                continue  # A star that may bring another one of that name says nothing.
            if not node.args or name in EXECUTING:
                yield module.scope_of(node)
            if name in EXECUTING | {"globals"}:
                yield module.tree

    def _bound_in(self, module: Module, dynamic: set[ast.AST]) -> Iterator[Escape]:
        """What is given a name there, which nothing has to read by that name."""
        for scope in dynamic:
            for bindings in self.index.tree.names(module).tables.get(scope, {}).values():
                for binding in bindings:
                    if not isinstance(binding, Assigned):
                        continue
                    carried = self.carriers.of_all(self.evaluator.binding_values(module, binding))
                    if carried:
                        yield Escape(module, binding.value, carried, DYNAMICALLY)

    def _is_read_dynamically(self, module: Module, node: ast.expr, dynamic: set[ast.AST]) -> bool:
        if not dynamic or not isinstance(node, ast.Name):
            return False
        scope = self.index.tree.names(module).scope_that_binds(module, node.id, node)
        return scope in dynamic

    # -- what is not known

    def _of_unknown(self, module: Module, node: ast.expr) -> Iterator[Escape]:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield from self._of_attribute(module, node)

    def _of_attribute(self, module: Module, node: ast.Attribute) -> Iterator[Escape]:
        """A name by which something legacy is reached, read of something that is not known."""
        name = node.attr
        if name not in UNMISTAKABLE and name not in self._reaching and name not in READING_BY_NAME:
            return
        receiver = self.evaluator.values(module, node.value)
        if name in READING_BY_NAME:
            if self._outputs and not any(isinstance(value, (Local, Instance)) for value in receiver):
                read = self.nodes.outputs_read_by(module, node) if name == "output_for_node" else None
                outputs = self._outputs if read is None else read
                if outputs:
                    yield Escape(
                        module,
                        node,
                        outputs,
                        "may read the output of a run, by the name of its op: read it in an op that takes it as an input",
                    )
            return
        if name in UNMISTAKABLE and self._is_not_known(receiver):
            yield Escape(
                module,
                node,
                NONE,
                f"calls `.{name}` on an unknown object: {self._advice(module, node.value)}",
            )
        elif not (
            receiver
            or name not in self._reaching
            or isinstance(node.value, (ast.Constant, ast.JoinedStr))
            or is_context(self.evaluator, module, node.value)
        ):
            yield Escape(module, node, self._reaching[name], f"may read `.{name}` of an object that holds it")

    def _advice(self, module: Module, node: ast.expr) -> str:
        """What to write where it is not known what a method is called of."""
        first = next((inner for inner in ast.walk(node) if isinstance(inner, ast.Name)), None)
        function = module.function_of(node)
        owner = module.parent(function) if function is not None else None
        if first is not None and isinstance(owner, ast.ClassDef) and is_own_object(module, first):
            return f"nothing in these files is known to build `{owner.name}`; call that class by its name"
        if not isinstance(node, ast.Name):
            return _SAY_WHAT
        bound = self.evaluator.tree.names(module).lookup(module, node.id, node)
        if any(isinstance(one, Parameter) for one in bound):
            return f"`{node.id}` is a parameter, and no call in these files gives it a client: call the function by its name"
        return _SAY_WHAT

    def _is_not_known(self, receiver: Values) -> bool:
        """Whether a receiver may be a legacy client that was not followed, or what a key means that is bound nowhere here."""
        return all(
            isinstance(value, Literal)
            or _is_loaded_by_name(root(value))
            or (isinstance(root(value), Keyed) and not self.carriers.is_legacy(value))
            for value in receiver
        )

    @cached_property
    def _outputs(self) -> Values:
        """What runs answered that ops and assets hand on."""
        return frozenset(
            value
            for module in self.modules
            for node in _expressions(module)
            for value in self.evaluator.values(module, node)
            if self.carriers.of(value) == {value} and kind_carried(value) == "output"
        )

    @cached_property
    def _reaching(self) -> dict[str, Values]:
        """What is reached by each attribute of the user's own objects."""
        found: dict[str, set[Value]] = defaultdict(set)
        for module in self.modules:
            for node in module.of(ast.ClassDef):
                if self.evaluator.bases(Local(module, node)):
                    continue
                owner = Local(module, node)
                for name in self.carriers.attributes(owner):
                    if not (name.startswith("__") and name.endswith("__")):
                        found[name] |= self.carriers.of_all(self.evaluator.objects.attribute(owner, name))
        return {name: frozenset(values) for name, values in found.items() if values}

    # -- classes and limits

    def _of_classes(self, module: Module) -> Iterator[Escape]:
        """A base, metaclass or decorator of another package may call what a class defines, and read what it holds."""
        for node in module.of(ast.ClassDef):
            if self.evaluator.bases(Local(module, node)):
                continue
            foreign = [base for base in node.bases if not self._is_known_base(module, base)]
            words = node.keywords if may_have_metaclass(node) else []
            foreign += [word.value for word in words if not self._is_known_base(module, word.value)]
            foreign += unknown_decorators(self.evaluator, module, node)
            carried = self.carriers.of(Local(module, node)) if foreign else NONE
            if carried:
                shown = module.source_of(foreign[0]).split("\n", 1)[0]
                is_own = any(isinstance(one, Local) for one in self.evaluator.values(module, foreign[0]))
                why = (
                    "may make something else of the class"
                    if is_own
                    else "is from a package that the codemod does not read"
                )
                said = f"may reach what `{node.name}` holds: `{shown}` {why}. Build the client where it is used instead"
                yield Escape(module, foreign[0], carried, said)

    def _is_known_base(self, module: Module, base: ast.expr) -> bool:
        if isinstance(base, ast.Subscript):
            base = base.value
        values = self.evaluator.values(module, base)
        if not values:
            return isinstance(base, ast.Name) and is_builtin(self.evaluator, module, base)
        return all(
            is_class(value) or (isinstance(value, External) and value.name.startswith(KNOWN_BASES))
            for value in values
        )

    def _beyond_limits(self) -> Iterator[Escape]:
        """What the interpreter gave up on is not known: whatever legacy value stands in it may go anywhere."""
        for module, node in self.evaluator.given_up:
            inside = (inner for inner in ast.walk(node) if isinstance(inner, ast.Name))
            carried = frozenset().union(
                *(self.carriers.of_all(self.evaluator.values(module, inner)) for inner in inside)
            )
            if carried:
                yield Escape(
                    module,
                    node,
                    carried,
                    "is nested too deeply to be traced: assign a part of it to a name first",
                )


def _is_loaded_by_name(value: Value) -> bool:
    """Whether a value is what a function of another package answers that may be an object of the tree."""
    return isinstance(value, Made) and value.of in LOADING_BY_NAME


def _expressions(module: Module) -> Iterator[ast.expr]:
    """Each expression that is read."""
    return (
        node
        for node in module.of(ast.expr)
        if not isinstance(node, ast.Constant)
        and isinstance(getattr(node, "ctx", None) or ast.Load(), ast.Load)
    )
