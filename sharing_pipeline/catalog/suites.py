"""The expectation suites as files: read, and held to the form that the pipeline relies on.

What is expected and what a sender is told stands in expectations/*.yaml, in GX's own keys. How
a suite is run is in suite_run.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.strict_yaml import not_yaml, parsed

SEVERITIES = ("critical", "warning", "info")
DIMENSIONS = ("规范性", "完整性", "准确性", "一致性", "时效性", "可访问性")
"""The dimensions of data quality of GB/T 36344."""

_META = ("rule", "column", "dimension", "message", "what_to_do")
_RULE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


@dataclass(frozen=True)
class RuleText:
    """What is said about a rule. `column` is canonical; {value} in `message` is the cell."""

    rule: str
    column: str
    severity: str
    dimension: str
    message: str
    what_to_do: str


@dataclass(frozen=True)
class Suite:
    """A dataset's expectations: what GX is given, and the texts, both in the file's order."""

    name: str
    table: str
    expectations: tuple[dict[str, Any], ...]
    texts: Mapping[str, RuleText]

    @property
    def mentioned(self) -> frozenset[str]:
        """Every text that the expectations are given; the columns that they read are among them."""
        return frozenset(texts_in([each["kwargs"] for each in self.expectations]))

    def names_in(self, rule: str) -> list[str]:
        """The columns that a rule looks at, in the order of its keys, its conditions' among them;
        those computed beside a column count as that column."""
        of_rule = (
            expectation["kwargs"]
            for expectation in self.expectations
            if expectation["meta"]["rule"] == rule
        )
        return [text.partition("__")[0] for text in texts_in(list(of_rule))]


def load_suite(dataset: str, folder: Path, contract: Contract | None = None) -> Suite:
    """The suite expectations/<dataset>.yaml, held to the form that the pipeline relies on.

    With a contract, every column to blame must be one of its. ConfigurationError names the file,
    the expectation and what is wrong with it.
    """
    path = folder / f"{dataset}.yaml"
    try:
        raw = parsed(path.read_bytes())
        texts: dict[str, RuleText] = {}
        for number, expectation in enumerate(raw["expectations"], start=1):
            text = _text(expectation, f"{path} 的第 {number} 个期望")
            if contract and text.column not in contract.names:
                raise ConfigurationError(
                    f"{path} 的 {text.rule}：{contract.title}没有列 {text.column}。"
                )
            if texts.setdefault(text.rule, text) is not text:
                raise ConfigurationError(f"{path} 有两个期望的 rule 都是 {text.rule}，请改一个。")
        table = raw["meta"]["table"]
        name = raw["name"]
    except OSError as error:
        raise ConfigurationError(
            f"没有期望套件 {path}，或不能读取。请检查 expectations/。"
        ) from error
    except yaml.YAMLError as error:
        raise not_yaml(path, error) from error
    except KeyError as error:
        raise ConfigurationError(
            f"期望套件 {path} 里缺少键 {error.args[0]}。请按其他套件的写法补上。"
        ) from error
    except TypeError as error:
        raise ConfigurationError(
            f"期望套件 {path} 要有 name、meta 和一列 expectations，"
            "每个都写 type、kwargs、severity、meta。请按其他套件的写法改正。"
        ) from error
    return Suite(name, table, tuple(raw["expectations"]), texts)


def rule_texts(folder: Path) -> dict[str, RuleText]:
    """Every rule of every suite by its id; ConfigurationError when two suites share one."""
    texts: dict[str, RuleText] = {}
    for path in sorted(folder.glob("*.yaml")):
        its_texts = load_suite(path.stem, folder).texts
        if shared := texts.keys() & its_texts.keys():
            raise ConfigurationError(f"{path} 的 {min(shared)} 已在另一个套件里用了，请改一个。")
        texts |= its_texts
    return texts


def texts_in(value: Any) -> Iterator[str]:
    """Every text anywhere in nested lists and keys; column names are among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_in(inner)


def _text(expectation: Mapping[str, Any], where: str) -> RuleText:
    """The rule and its texts of one expectation, checked."""
    meta = expectation["meta"]
    if lacking := [key for key in _META if not isinstance(meta.get(key), str) or not meta[key]]:
        raise ConfigurationError(f"{where}的 meta 缺少 {'、'.join(lacking)}。")
    if set(meta) != set(_META):
        raise ConfigurationError(f"{where}的 meta 只能有 {'、'.join(_META)}。")
    if not _RULE.fullmatch(meta["rule"]):
        raise ConfigurationError(f"{where}的 rule 要用小写字母、数字和下划线：{meta['rule']}。")
    if expectation.get("severity") not in SEVERITIES:
        raise ConfigurationError(f"{where}的 severity 只能是 {'、'.join(SEVERITIES)}。")
    if meta["dimension"] not in DIMENSIONS:
        raise ConfigurationError(f"{where}的 dimension 只能是 {'、'.join(DIMENSIONS)}。")
    return RuleText(severity=expectation["severity"], **meta)
