"""What arms, campaigns and programmes are called in each language, and what their scenario files say."""

import tomllib
from pathlib import Path

from results.language import current

__all__ = ["Names", "scenario"]


def scenario(run, arm):
    """The resolved scenario of an arm as the run folder keeps it; empty where there is none."""
    folder = getattr(run, "homes", {}).get(arm) or run.folder or "."
    path = Path(folder) / f"scenario.{arm}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


class Names(dict):
    """{arm or intervention: title} in the language in use; English, then the name, where a file gives none."""

    def __init__(self, run):
        super().__init__(run.manifest.get("titles") or {})
        for arm in run.arms:
            found = scenario(run, arm)
            self._add(arm, found.get("scenario", {}).get("title"))
            for name, block in found.get("interventions", {}).items():
                self._add(name, block.get("title"))

    def _add(self, name, title):
        title = {"en": title} if isinstance(title, str) else title or {}
        text = title.get(current()) or title.get("en")
        if text:
            self[name] = text
