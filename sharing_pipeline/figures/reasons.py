"""What reasons, outcomes, states and notices are called in front of users: catalog/reasons.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.strict_yaml import load_yaml


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


@cache
def load_texts(catalog: Path) -> Texts:
    """The texts of catalog/reasons.yaml; ConfigurationError if it can't be read."""
    path = catalog / "reasons.yaml"
    try:
        raw = load_yaml(path)
        return Texts(
            outcomes=raw["outcomes"],
            states=raw["states"],
            reasons={name: Text(**text) for name, text in raw["reasons"].items()},
            notices={name: Text(**text) for name, text in raw["notices"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{path} 缺少或写错了 {error}。请按程序自带的写法改正。"
        ) from error
