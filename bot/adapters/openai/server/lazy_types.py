"""Loading only those of openai's types that are used.

``import openai`` loads all of ``openai.types``: hundreds of modules, and half of its time. Here
each of these packages stays empty until a name is taken from it that is no module in it; then it
is loaded as ever.
"""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_PACKAGE = "openai.types"


def install() -> None:
    """Let packages of types be loaded like this from now on: before openai is imported."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Package(ModuleType):
    load: Callable[[ModuleType], None]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if PathFinder.find_spec(full_name := f"{self.__name__}.{name}", self.__path__):
            return import_module(full_name)
        object.__setattr__(self, "__class__", ModuleType)
        self.load(self)
        return getattr(self, name)


class _Later(Loader):
    def __init__(self, whole: Loader) -> None:
        self._whole = whole

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Package(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.load = self._whole.exec_module  # type: ignore[attr-defined]


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not f"{fullname}.".startswith(f"{_PACKAGE}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.submodule_search_locations and spec.loader:
            spec.loader = _Later(spec.loader)
        return spec
