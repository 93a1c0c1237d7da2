"""Parsing what must be parsed, and noting what cannot be: a file that is not read may use what the others hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .analysis.project.prefilter import may_use_legacy
from .analysis.syntax.source_module import Module, dotted_name, parse_module
from .errors import SourceError
from .files import sources
from .files.sources import Source
from .findings import Finding, Place
from .isolation import Broken, fault
from .reading import FilesRead


@dataclass(frozen=True, eq=False)
class Parsing:
    """Parses the files of a run, but for those in ``broken``."""

    files: FilesRead
    broken: Broken
    read: dict[Path, Source] = field(default_factory=dict)
    """The files that were parsed, or could be decoded."""
    unread: dict[Path, Finding] = field(default_factory=dict)
    """Those that could not be parsed and may matter, with the reason."""

    def parse(self, path: Path, _: bytes) -> Module | Finding:
        """The parsed file, or why it is none."""
        if path in self.broken:
            return self.broken[path]
        try:
            self.read[path] = sources.decode(self._raw(path))
            return parse_module(path, self.read[path].text, dotted_name(path))
        except SourceError as error:
            return self._not_parsed(error.finding)
        except SyntaxError as error:
            place = Place(path, error.lineno or 1, error.offset or 1)
            return self._not_parsed(Finding(place, "LDC502", error.msg or "it does not parse"))
        except ValueError as error:
            return self._not_parsed(Finding(Place(path), "LDC502", str(error)))
        except (RecursionError, MemoryError):  # Python's own parser says either.
            return self._set_aside(Finding(Place(path), "LDC502", "it is nested too deeply to be parsed"))
        except Exception as error:
            return self._set_aside(fault(Place(path), error))

    def _raw(self, path: Path) -> sources.RawFile:
        return self.files.raws.get(path) or self.files.around[path]

    def _not_parsed(self, problem: Finding) -> Finding:
        # Python does not load it either, unless it is newer: only what names something legacy may matter.
        is_of_use = may_use_legacy(self._raw(problem.place.path).data)
        return self._set_aside(problem) if is_of_use else problem

    def _set_aside(self, problem: Finding) -> Finding:
        self.unread[problem.place.path] = problem
        return problem
