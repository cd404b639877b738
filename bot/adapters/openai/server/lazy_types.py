"""Loading only those of openai's types that are used.

``import openai`` loads all of ``openai.types``: hundreds of modules, and half of its time. Here
each of these packages stays empty, and a name that is taken from it is imported from the module
that the package has it from.
"""

import ast
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_PACKAGE = "openai.types"


def install() -> None:
    """Let packages of types be loaded like this from now on: before openai is imported."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Package(ModuleType):
    source: str

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if PathFinder.find_spec(full_name := f"{self.__name__}.{name}", self.__path__):
            return import_module(full_name)
        if name not in (origins := _origins(self.source)):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        module, original = origins[name]
        value = getattr(import_module(module, self.__name__), original)
        setattr(self, name, value)
        return value


class _Later(InspectLoader):
    def __init__(self, whole: InspectLoader) -> None:
        self._whole = whole

    def get_source(self, fullname: str) -> str | None:
        return self._whole.get_source(fullname)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Package(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.source = self.get_source(module.__name__) or ""  # type: ignore[attr-defined]


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not f"{fullname}.".startswith(f"{_PACKAGE}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.submodule_search_locations and isinstance(spec.loader, InspectLoader):
            spec.loader = _Later(spec.loader)
        return spec


@cache
def _origins(source: str) -> dict[str, tuple[str, str]]:
    imports = (node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom))
    return {
        name.asname or name.name: (f"{'.' * one.level}{one.module or ''}", name.name)
        for one in imports
        for name in one.names
    }
