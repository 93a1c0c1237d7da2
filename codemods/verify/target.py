"""Finds what ``--definitions`` names: where it is imported from, and in which folder the code runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import UsageError
from .request import Request


@dataclass(frozen=True)
class Target:
    """What to load. Paths are absolute until `relative_to` has made them relative to the tree."""

    place: str
    """A dotted module, or a path of a file."""
    attribute: str
    working_directory: Path
    import_roots: tuple[Path, ...]

    @property
    def text(self) -> str:
        return f"{self.place}:{self.attribute}" if self.attribute else self.place

    def relative_to(self, root: Path) -> Target:
        """The same, seen from the folder that holds it all."""
        is_file = self.place.endswith(".py")
        return replace(
            self,
            place=str(Path(self.place).relative_to(root)) if is_file else self.place,
            working_directory=self.working_directory.relative_to(root),
            import_roots=tuple(path.relative_to(root) for path in self.import_roots),
        )


def find_target(request: Request) -> Target:
    """Raises UsageError where no module or file of that name is in reach."""
    place, attribute = _split(request.definitions)
    tree = request.path.resolve()
    tree = tree if tree.is_dir() else tree.parent
    given = request.working_directory.resolve() if request.working_directory else None
    bases = [given] if given else list(dict.fromkeys([tree, Path.cwd().resolve()]))
    if place.endswith(".py"):
        return _file(Path(place), attribute, bases)
    folders = [folder for base in bases for folder in (base, base / "src")]
    for folder in folders:
        if _has_module(folder, place):
            base = folder.parent if folder.name == "src" and folder.parent in bases else folder
            return Target(place, attribute, base, tuple(dict.fromkeys((folder, base))))
    # A package that PATH itself is, or lies in: its top is above.
    above = next((folder for folder in tree.parents if _has_module(folder, place)), None)
    if above is not None and _top_package(tree) == above / place.partition(".")[0]:
        return Target(place, attribute, above, (above,))
    places = ", ".join(str(folder) for folder in folders if folder.is_dir())
    raise UsageError(
        f"--definitions: there is no module {place!r} in {places}; "
        "--working-directory says from where it can be imported"
    )


def _split(text: str) -> tuple[str, str]:
    place, colon, attribute = text.rpartition(":")
    return (place, attribute) if colon and attribute.isidentifier() else (text, "")


def _file(file: Path, attribute: str, bases: list[Path]) -> Target:
    here = Path.cwd().resolve()
    for base in (here, *bases):
        path = (base / file).resolve()
        if path.is_file():
            folder = next((each for each in bases if path.is_relative_to(each)), path.parent)
            return Target(str(path), attribute, folder, (folder,))
    raise UsageError(f"--definitions {file}: no such file")


def _has_module(folder: Path, name: str) -> bool:
    path = folder.joinpath(*name.split("."))
    if path.with_name(f"{path.name}.py").is_file() or (path / "__init__.py").is_file():
        return True
    return path.is_dir() and any(path.glob("*.py"))


def _top_package(folder: Path) -> Path:
    """The outermost package that a folder belongs to."""
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
    return folder
