"""What reasons, outcomes, states and notices are called in front of users: catalog/reasons.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sharing_pipeline.strict_yaml import StrictModel, load_yaml, validate


@dataclass(frozen=True)
class Text:
    """What happened, what to do about it, and for notices how severe it is."""

    says: str
    do: str = ""
    severity: str = ""


@dataclass(frozen=True)
class Texts:
    """All texts by their ids."""

    outcomes: dict[str, str]
    states: dict[str, str]
    reasons: dict[str, Text]
    notices: dict[str, Text]

    def result(self, outcome: str | None, reason: str | None, *, absent: str) -> str:
        """An outcome and its reason, as `未达到：没有已挂载的资源`; `absent` where a definition or
        a revision doesn't have the subject."""
        if outcome is None or reason is None:
            return absent
        return f"{self.outcomes[outcome]}：{self.reasons[reason].says}"


class _TextKeys(StrictModel):
    says: str
    do: str = ""
    severity: str = ""


class _FileKeys(StrictModel):
    outcomes: dict[str, str]
    states: dict[str, str]
    reasons: dict[str, _TextKeys]
    notices: dict[str, _TextKeys]


@cache
def load_texts(catalog: Path) -> Texts:
    """The texts of catalog/reasons.yaml; ConfigurationError if it can't be read."""
    path = catalog / "reasons.yaml"
    keys = validate(_FileKeys, load_yaml(path), path=path)
    return Texts(
        outcomes=keys.outcomes,
        states=keys.states,
        reasons={name: Text(**dict(text)) for name, text in keys.reasons.items()},
        notices={name: Text(**dict(text)) for name, text in keys.notices.items()},
    )
