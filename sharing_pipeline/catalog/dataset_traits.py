"""What is special about a dataset that is received: the key `received` of its contract.

How files of it are recognised and loaded, whose its rows are, what is checked and shown. Whoever
treats datasets differently asks these traits, never a dataset's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sharing_pipeline.strict_yaml import StrictModel

Load = Literal["full", "upsert", "list", "log"]
"""How a new file meets what is in force. `full`: it replaces what its organisations sent before,
unless it is declared to be incremental. `upsert`: rows are added, and updated by their key.
`list`: the newest file replaces the whole list. `log`: rows are only added, and aggregated by
day."""

Hold = Literal["shrunken_part", "owned_by_other"]
"""What keeps rows of a full file back. `shrunken_part`: a person must look at an organisation's
part that has lost too many rows. `owned_by_other`: a row whose key belongs to another
organisation goes back."""


@dataclass(frozen=True)
class Owner:
    """The column with the organisation that a row counts for, and the one with its name, which
    may stand in for the code."""

    code: str
    name: str | None = None


@dataclass(frozen=True)
class DatasetTraits:
    """What is special about a dataset. A row is its `owner`'s or, with `belongs_to`, that of a
    row of another dataset, which it names by that one's key; otherwise it is nobody's.

    `order`: datasets are taken in, and listed, in this order. `header`: the columns that tell a
    sheet of this dataset; where those of several are there, the smaller `header_order` counts.
    `row`: what one row is called. `suite`: its expectation suite, and the table that the suite
    looks at. `check_title`: what that check is called. `in_force`: what the table of what is in
    force is, for the screen. `inbox`: the title of its inbox folder, empty where its rows come
    with those that they belong to. `catalog_file`: a file under catalog/ that is taken in like a
    received one. `lists_organisations`: it is the list in which organisations are looked up.
    `refers_to_own_rows`: columns that hold the key of another row of the same file.
    """

    order: int
    load: Load
    header: tuple[str, ...]
    header_order: int
    row: str
    suite: str
    check_title: str
    in_force: str
    owner: Owner | None = None
    belongs_to: str | None = None
    holds: tuple[Hold, ...] = ()
    exported: bool = False
    inbox: str = ""
    catalog_file: str | None = None
    lists_organisations: bool = False
    refers_to_own_rows: tuple[str, ...] = ()

    @property
    def has_parts(self) -> bool:
        """Whether a file is one part for each organisation, of which each replaces its own."""
        return self.load == "full" and self.owner is not None

    @property
    def columns(self) -> set[str]:
        """The columns of the contract that the traits name."""
        named = {*self.header, *self.refers_to_own_rows}
        if self.owner is not None:
            named.update(filter(None, (self.owner.code, self.owner.name)))
        return named


_Text = Annotated[str, Field(min_length=1)]


class _OwnerKeys(StrictModel):
    """An Owner as its file has it."""

    code: _Text
    name: _Text | None = None


class _HeaderKeys(StrictModel):
    """How a header is recognised, as the file has it."""

    columns: Annotated[list[_Text], Field(min_length=1)]
    order: int


class ReceivedKeys(StrictModel):
    """The key `received` of a contract's file."""

    order: int
    load: Load
    header: _HeaderKeys
    row: _Text
    suite: _Text | None = None
    check_title: _Text
    in_force: _Text
    owner: _OwnerKeys | None = None
    belongs_to: _Text | None = None
    holds: list[Hold] = Field(default=[])
    exported: bool = False
    inbox: _Text | None = None
    catalog_file: _Text | None = None
    lists_organisations: bool = False
    refers_to_own_rows: list[_Text] = Field(default=[])

    @model_validator(mode="after")
    def _fits_together(self) -> ReceivedKeys:
        if faults := list(self._faults()):
            raise ValueError("；".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        if self.owner is not None and self.belongs_to is not None:
            yield "owner 和 belongs_to 只能写一个：一行归一个机构，或归另一个数据集的一行"
        if self.load == "full" and self.owner is None and self.belongs_to is None:
            yield "load: full 按机构替换，要写 owner 或 belongs_to"
        if self.holds and (self.load != "full" or self.owner is None):
            yield "holds 只能和 load: full、owner 一起写"
        if self.belongs_to is not None and self.load != "full":
            yield "belongs_to 只能和 load: full 一起写"
        if (self.inbox is None) == (self.belongs_to is None):
            yield "inbox 和 belongs_to 要写且只写一个：有自己的收件文件夹，或随所属的数据集一起报"
        if self.catalog_file is not None and self.load != "list":
            yield "catalog_file 只能和 load: list 一起写"
        if self.exported and self.load not in ("full", "upsert"):
            yield "exported 只能和 load: full 或 load: upsert 一起写"

    def traits(self, table: str) -> DatasetTraits:
        """The traits of the dataset of that name."""
        plain = self.model_dump(exclude={"header", "owner", "holds", "refers_to_own_rows"})
        return DatasetTraits(
            **{
                **plain,
                "header": tuple(self.header.columns),
                "header_order": self.header.order,
                "suite": self.suite or table,
                "inbox": self.inbox or "",
                "owner": Owner(self.owner.code, self.owner.name) if self.owner else None,
                "holds": tuple(self.holds),
                "refers_to_own_rows": tuple(self.refers_to_own_rows),
            }
        )
