"""Modules that a library imports and we never use are loaded when somebody asks them something,
or not at all.

Knows import machinery and nothing else.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


@contextmanager
def left_for_later(*names: str) -> Iterator[None]:
    """While this lasts, an import of one of these modules only notes it; its first use loads it."""
    with _asked_first(_Later(names)):
        yield


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """While this lasts, an import of one of these modules gives an empty one, in which every name
    is a class whose instances are empty dicts: a function that lists things lists none. For modules
    that are only imported to be listed, or to list."""
    with _asked_first(_Never(names)):
        yield


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """While this lasts, an import of one of these modules fails as if it weren't installed; one
    that is loaded stays. For what a library does without where it is missing."""
    with _asked_first(_Nowhere(names)):
        yield


def load_after_all(name: str) -> None:
    """Imports a module that was left out; nothing for a module that is loaded or isn't there."""
    if isinstance(getattr(sys.modules.get(name), "__loader__", None), _Never):
        del sys.modules[name]
        importlib.import_module(name)


@contextmanager
def _asked_first(finder: _Later | _Never | _Nowhere) -> Iterator[None]:
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Never(Loader):
    """A finder and loader for the modules that are to be empty."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec of an empty module; None for any other module."""
        return ModuleSpec(name, self) if name in self._names else None

    def exec_module(self, module: ModuleType) -> None:
        """Makes the module answer for any name but the interpreter's own."""

        def empty_class(name: str) -> type:
            if name.startswith("__"):
                raise AttributeError(name)
            return type(name, (dict,), {"__init__": lambda self, *_, **__: None})

        module.__dict__["__getattr__"] = empty_class


class _Later:
    """A finder for the modules that are to be loaded late."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The usual spec with a loader that waits; None for any other module."""
        spec = PathFinder.find_spec(name, path) if name in self._names else None
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


class _Nowhere:
    """A finder for the modules that are not to be found."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> None:
        """ModuleNotFoundError for one of them; None for any other module."""
        if name in self._names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
