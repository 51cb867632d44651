"""The resources and data fields of entries, without any fault."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sharing_pipeline.sample.draw import Stream, stream
from sharing_pipeline.sample.words import Words

HOST = "jiaohuan.shangrao.example"
STATUS = {
    "mounted": ("已挂载", "正常"),
    "pending": ("挂载待审核", "正常"),
    "returned": ("挂载已退回", "正常"),
    "offline": ("已挂载", "已下线"),
    "none": ("未挂载", "正常"),
}
SECOND_SHARE = 0.15
CHANGING_SHARE = 0.03
"""The share of mounted resources with a change that awaits approval; they count as mounted."""

UNMOUNTED_SHARE = 0.4
"""The share of entries without a mounted resource that name one all the same."""

PATHS = {"库表": f"{HOST}/table/", "接口": f"https://{HOST}/api/", "文件": f"sftp.{HOST}/"}
FIELDS_AT_LEAST, FIELDS_AT_MOST = 3, 6


def _rows(rng: np.random.Generator, entries: pd.DataFrame) -> pd.DataFrame:
    """The entries that have a first or a second resource; supplies are those of the first."""
    has_status = (entries["mount"] != "none").to_numpy()
    named = rng.random(len(entries)) < UNMOUNTED_SHARE
    first = np.flatnonzero(has_status | named)
    mounted = (entries["mount"] == "mounted").to_numpy() & ~entries["is_api"].to_numpy()
    second = np.flatnonzero(mounted & (rng.random(len(entries)) < SECOND_SHARE))
    frame = pd.DataFrame(
        {
            "entry": np.concatenate([first, second]),
            "serial": np.repeat([1, 2], [len(first), len(second)]),
        }
    )
    return frame.sort_values(["entry", "serial"], ignore_index=True)


def build_resources(seed: int, entries: pd.DataFrame) -> pd.DataFrame:
    """A row for each resource, in the order of entries."""
    rng = stream(seed, Stream.resource)
    rows = _rows(rng, entries)
    count = len(rows)
    of_entry = entries.iloc[rows["entry"]].reset_index(drop=True)
    first = (rows["serial"] == 1).to_numpy()
    table_or_file = np.where(rng.random(count) < 0.75, "库表", "文件")
    second = np.where(rng.random(count) < 0.6, "接口", "文件")
    api_or_first = np.where(of_entry["is_api"], "接口", table_or_file)
    types = np.where(first, api_or_first, second)
    status = np.array([STATUS[kind][0] for kind in of_entry["mount"]], dtype=object)
    changing = (status == "已挂载") & (rng.random(count) < CHANGING_SHARE)
    ids = [
        f"{code}/{serial:02d}"
        for code, serial in zip(of_entry["catalogue_code"], rows["serial"], strict=True)
    ]
    return rows.assign(
        org=of_entry["org"],
        resource_id=ids,
        catalogue_code=of_entry["catalogue_code"],
        resource_type=types,
        mount_status=np.where(changing, "变更待审核", status),
        resource_status=[STATUS[kind][1] for kind in of_entry["mount"]],
        mounted_ago=of_entry["mounted_ago"],
        location=[PATHS[kind] + key for kind, key in zip(types, ids, strict=True)],
        row_count=np.exp(rng.uniform(np.log(50), np.log(2_000_000), count)).astype(np.int64),
    )


def sharing_methods(entries: pd.DataFrame, resources: pd.DataFrame) -> list[str]:
    """The 共享方式 of each entry: the types of its resources, or 库表 if it has none."""
    pairs = resources[["entry", "resource_type"]].drop_duplicates()
    joined = pairs.groupby("entry")["resource_type"].agg("、".join).to_dict()
    return [joined.get(entry, "库表") for entry in range(len(entries))]


def field_rows(
    rng: np.random.Generator, codes: list[str], words: Words
) -> Iterator[tuple[str, str, str, str, int, str, str, str]]:
    """The rows of 信息项 of the entries with these codes: a key, and a few of the fields in
    words.yaml."""
    key, *other_fields = words.fields
    for code in codes:
        count = int(rng.integers(FIELDS_AT_LEAST - 1, FIELDS_AT_MOST))
        chosen = sorted(rng.permutation(len(other_fields))[:count])
        for title, short, kind, length in (key, *(other_fields[index] for index in chosen)):
            is_key = title == key[0]
            yield code, title, short, kind, length, *_yes_no(is_key), "（样例）"


def _yes_no(is_key: bool) -> tuple[str, str]:
    """是否主键 and 可否为空; a key is never empty."""
    return ("是", "否") if is_key else ("否", "是")
