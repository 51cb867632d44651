"""Definitions (口径): versions of an indicator, read from catalog/definitions/.

What is official on a day and what is asked for by id is decided here. Whether a published
definition's file has been changed since is the ledger's matter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from sharing_pipeline.assessment.deadlines import cycles
from sharing_pipeline.assessment.indicators import INDICATORS
from sharing_pipeline.assessment.parameters import Parameters
from sharing_pipeline.catalog.codes import load_codes
from sharing_pipeline.catalog.reasons import load_texts
from sharing_pipeline.errors import ConfigurationError, UsageError
from sharing_pipeline.strict_yaml import (
    ExactDate,
    ExactDecimal,
    StrictModel,
    read_yaml,
    validate,
)

Text = Annotated[str, Field(min_length=1)]


class _File(StrictModel):
    """The keys of a definition's file; the parameters have a schema of their own."""

    id: Text
    indicator: Text
    title: Text
    policy_clause: Text
    effective_from: ExactDate
    effective_to: ExactDate | None = None
    official: bool
    verified: bool
    target_percent: Annotated[ExactDecimal, Field(gt=0, le=100)]
    parameters: dict[str, Any] | None = None
    note: str | None = None

    @field_validator("indicator")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in INDICATORS:
            raise ValueError(f"只能是 {'、'.join(INDICATORS)}")
        return value

    @field_validator("id")
    @classmethod
    def _one_name(cls, value: str) -> str:
        """The id becomes a partition key and part of file names."""
        if not re.fullmatch(r"[^/]+/\w[\w.-]*", value):
            raise ValueError(
                "要写成“指标/名称”，名称只用文字、数字和 - . _，例如 mount_rate/2023-1"
            )
        return value

    @model_validator(mode="after")
    def _consistent(self) -> _File:
        if not self.id.startswith(f"{self.indicator}/"):
            raise ValueError(f"id 要以 {self.indicator}/ 开头（现在写的是 {self.id}）")
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError(
                f"effective_to（{self.effective_to}）不能早于 "
                f"effective_from（{self.effective_from}）"
            )
        return self


@dataclass(frozen=True)
class Definition:
    """One version of an indicator. Both effective dates are inclusive, no end is None."""

    id: str
    indicator: str
    title: str
    policy_clause: str
    effective_from: date
    effective_to: date | None
    official: bool
    verified: bool
    target_percent: Decimal
    parameters: Parameters = field(hash=False)
    note: str
    sha256: str
    path: Path

    @property
    def target_text(self) -> str:
        """The target in percent without superfluous digits: 90, 92.5."""
        return f"{self.target_percent.normalize():f}"

    @property
    def target_numerator(self) -> int:
        """target_percent = target_numerator ÷ target_denominator, in lowest terms."""
        return self.target_percent.as_integer_ratio()[0]

    @property
    def target_denominator(self) -> int:
        """See target_numerator; 1 for a target in whole percent."""
        return self.target_percent.as_integer_ratio()[1]

    def effective_on_day(self, day: date) -> bool:
        """Whether `day` lies within the effective dates."""
        return self.effective_from <= day and (
            self.effective_to is None or day <= self.effective_to
        )

    @property
    def period(self) -> str:
        """Its id and its effective dates in words."""
        end = f"至 {self.effective_to}" if self.effective_to else "起"
        return f"{self.id} 自 {self.effective_from} {end}"


def load_definitions(catalog: Path) -> tuple[Definition, ...]:
    """Every definition under catalog/definitions, by id.

    ConfigurationError for a broken file, and where the catalog has no words for an indicator.
    """
    folder = catalog / "definitions"
    loaded: dict[str, Definition] = {}
    for path in sorted(folder.rglob("*.yaml")):
        definition = read_definition(catalog, path)
        if definition.id in loaded:
            raise ConfigurationError(
                f"{path} 的 id {definition.id} 与 {loaded[definition.id].path} 重复。"
                "每个口径的 id 只能用一次，请换一个名称。"
            )
        loaded[definition.id] = definition
    if not loaded:
        raise ConfigurationError(f"{folder} 下没有口径文件（*.yaml），无法评定任何指标。")
    _require_words(catalog)
    return tuple(loaded[name] for name in sorted(loaded))


def _require_words(catalog: Path) -> None:
    """A page that has no words for a reason would find out after the figures are published, and
    whoever exempts a subject writes the indicator's title."""
    texts, table = load_texts(catalog).reasons, load_codes(catalog).get("indicator")
    for indicator in INDICATORS.values():
        wordless = [reason for reason in indicator.rules if reason not in texts]
        if wordless:
            raise ConfigurationError(
                f"{catalog / 'reasons.yaml'} 的 reasons 里缺少{indicator.title}的原因 "
                f"{'、'.join(wordless)}。请逐个写上 says，未达到的原因再写上 do。"
            )
        if table is None or table.read(indicator.title) != indicator.id:
            raise ConfigurationError(
                f"{catalog / 'codes' / 'indicator.yaml'} 里没有{indicator.title}。请在 values 下"
                f"增加一行 {indicator.id}: {{labels: [{indicator.title}]}}。"
            )


def read_definition(catalog: Path, path: Path) -> Definition:
    """The definition of one file; ConfigurationError says what is wrong with it."""
    return parse_definition(catalog, path, path.read_bytes())


def parse_definition(catalog: Path, path: Path, content: bytes) -> Definition:
    """The definition that a text holds; `path` is where it stands, for messages."""
    file = validate(_File, read_yaml(path, content), path=path)
    parameters = validate(
        INDICATORS[file.indicator].parameters,
        file.parameters or {},
        path=path,
        under="parameters",
        context={"cycles": [name for name, cycle in cycles(catalog).items() if cycle.obliges]},
    )
    return Definition(
        id=file.id,
        indicator=file.indicator,
        title=file.title,
        policy_clause=file.policy_clause,
        effective_from=file.effective_from,
        effective_to=file.effective_to,
        official=file.official,
        verified=file.verified,
        target_percent=file.target_percent,
        parameters=parameters,
        note=file.note or "",
        sha256=sha256(content).hexdigest(),
        path=path,
    )


def official_on(definitions: Iterable[Definition], day: date) -> dict[str, Definition]:
    """The one official definition of each indicator that is effective on `day`.

    Two of one indicator are a ConfigurationError. None is a UsageError that says when there is
    one: the question was about a day that no policy covers.
    """
    official = [definition for definition in definitions if definition.official]
    found = {}
    for indicator in INDICATORS.values():
        candidates = [definition for definition in official if definition.indicator == indicator.id]
        effective = _at_most_one(candidates, indicator.title, day)
        if not effective:
            periods = "；".join(definition.period for definition in candidates) or "一个也没有"
            raise UsageError(
                f"{day} 没有生效的正式口径（{indicator.title}）。现有的正式口径：{periods}。"
                "请换一个日期，或在 catalog/definitions/ 增加口径。"
            )
        found[indicator.id] = effective[0]
    return found


def _at_most_one(candidates: Iterable[Definition], title: str, day: date) -> list[Definition]:
    effective = [definition for definition in candidates if definition.effective_on_day(day)]
    if len(effective) > 1:
        periods = "；".join(f"{rival.period}（{rival.path}）" for rival in effective)
        raise ConfigurationError(
            f"{day} 有 {len(effective)} 个正式口径同时生效（{title}）：{periods}。"
            "同一指标同一天只能有一个，请改 effective_from、effective_to 或 official。"
        )
    return effective


def refuse_overlaps(definitions: Iterable[Definition]) -> None:
    """ConfigurationError if two official definitions of an indicator ever hold on one day."""
    official = [definition for definition in definitions if definition.official]
    for later in official:
        rivals = [definition for definition in official if definition.indicator == later.indicator]
        _at_most_one(rivals, INDICATORS[later.indicator].title, later.effective_from)


def pick(definitions: Sequence[Definition], ids: Iterable[str]) -> list[Definition]:
    """The definitions with these ids, each once, as asked; an unknown id is a UsageError."""
    known = {definition.id: definition for definition in definitions}
    wanted = list(dict.fromkeys(ids))
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise UsageError(f"没有口径 {'、'.join(unknown)}。现有的口径：{'、'.join(sorted(known))}。")
    return [known[name] for name in wanted]


def parameters_json(definition: Definition) -> str:
    """All parameters, defaults included, as one line of JSON with sorted keys."""
    values = definition.parameters.model_dump(mode="json", by_alias=True)
    return json.dumps(values, ensure_ascii=False, sort_keys=True)
