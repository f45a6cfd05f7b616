"""The bundled scripts: every generation of body, every kind of instrument, each ending flat."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from mathematricks_cli.script import Step, payload_of, read_steps


@dataclass(frozen=True)
class Sample:
    """A bundled script and its name."""

    name: str
    steps: tuple[Step, ...]

    @property
    def strategies(self) -> frozenset[str]:
        """The strategies whose signals it sends."""
        return frozenset(str(payload_of(step.body)["strategy_name"]) for step in self.steps)


def bundled_samples() -> tuple[Sample, ...]:
    """Return every bundled script, by name."""
    files = (
        file for file in (resources.files("mathematricks_cli") / "samples").iterdir() if file.name.endswith(".json")
    )
    texts = {file.name.removesuffix(".json"): file.read_text(encoding="utf-8") for file in files}
    return tuple(Sample(name, read_steps(text)) for name, text in sorted(texts.items()))
