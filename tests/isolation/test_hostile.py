"""Hostile files: each is rejected with its reason, within the limits, and the run goes on."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sharing_pipeline.errors import ConfigurationError, ReadingBug, UnreadableFile
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.settings import PROJECT, Limits, Settings, read_limits
from sharing_pipeline.sheets.raw_table import FileTables
from sharing_pipeline.sheets.tables import read_tables
from tests.support.made.ods import ods_parts
from tests.support.made.reading import CONTRACTS, source
from tests.support.made.sheet import Sheet
from tests.support.made.xls import ole_bytes, xls_bytes
from tests.support.made.xlsx import xlsx_bytes, xlsx_parts, zipped
from tests.support.night_helpers import D, Home, entries

HEADER = ["目录代码", "目录名称", "提供方", "共享类型", "更新周期"]
ROW = ["1", "名录", "A局", "无条件共享", "每月"]
SHEET = Sheet("目录", [HEADER, ROW], hidden_rows=frozenset({1}))
CSV_HEADER = (",".join(HEADER) + "\n").encode()
XLSX, ODS = xlsx_parts([SHEET]), ods_parts([SHEET])
SHEET_PATH = "xl/worksheets/sheet1.xml"
MIB = 1 << 20
LIMITS = Limits(
    file_bytes=256 * MIB,
    unpacked_bytes=64 * MIB,
    workbook_bytes=64 * MIB,
    memory_bytes=2048 * MIB,
    seconds=60,
)


def parquet_bytes() -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table({name: [cell] for name, cell in zip(HEADER, ROW, strict=True)}), stream)
    return stream.getvalue()


def xlsx_with(replaced: str, by: str, path: str = SHEET_PATH) -> bytes:
    assert replaced in XLSX[path]
    return zipped({**XLSX, path: XLSX[path].replace(replaced, by)})


def ods_with(replaced: str, by: str) -> bytes:
    assert replaced in ODS["content.xml"]
    return zipped({**ODS, "content.xml": ODS["content.xml"].replace(replaced, by)})


def laughs(document: str) -> str:
    """The document with 名录 written as ten thousand million letters."""
    entities = '<!ENTITY e0 "haha">' + "".join(
        f'<!ENTITY e{level + 1} "{f"&e{level};" * 10}">' for level in range(10)
    )
    return f"<!DOCTYPE x [{entities}]>{document.replace('名录', '&e10;')}"


def zip_that_lies() -> bytes:
    """A sheet of 256 MiB that its zip's directory declares to be of 100 bytes."""
    padding = " " * (256 * MIB)
    data = bytearray(xlsx_with("<sheetData>", f"{padding}<sheetData>"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        place = archive.start_dir
    while data[place : place + 4] == b"PK\x01\x02":
        name_size, extra, comment = struct.unpack_from("<HHH", data, place + 28)
        if data[place + 46 : place + 46 + name_size] == SHEET_PATH.encode():
            struct.pack_into("<I", data, place + 24, 100)
        place += 46 + name_size + extra + comment
    return bytes(data)


def locked_zip() -> bytes:
    data = bytearray(zipped(XLSX))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        place = archive.start_dir
    data[place + 8] |= 1
    return bytes(data)


def mistyped_parquet(part: str) -> bytes:
    """One whose text is no UTF-8, in a column's name or in a cell."""
    sink = pa.BufferOutputStream()
    table = pa.table({"catalogue_code": ["name-of-it"]})
    pq.write_table(table, sink, compression="none", use_dictionary=False, write_statistics=False)
    data = bytes(sink.getvalue())
    return data.replace(part.encode(), b"\xe7" + part.encode()[1:])


def absurd_parquet() -> bytes:
    """A Parquet file whose footer claims to be longer than the file."""
    data = parquet_bytes()
    return data[:-8] + struct.pack("<I", 1 << 30) + b"PAR1"


def deep_json(depth: int) -> bytes:
    return f'[{{"目录代码": "1", "目录名称": {"[" * depth}{"]" * depth}}}]'.encode()


FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
REPEATED = (
    '<table:table-row table:number-rows-repeated="1048000"><table:table-cell'
    ' table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
    "</table:table-cell></table:table-row></table:table>"
)
LOCKED_MANIFEST = (
    '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/>'
)

REJECTED: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip bomb.xlsx": (
        lambda: xlsx_with("<sheetData>", " " * (65 * MIB) + "<sheetData>"),
        "工作簿解压后有 .* 字节，超过 67,108,864 的上限",
    ),
    "gzip bomb.csv.gz": (
        lambda: gzip.compress(CSV_HEADER + b"\n" * (65 * MIB), 1),
        "解压后超过 67,108,864 字节的上限",
    ),
    "gzip bomb of a workbook.gz": (
        lambda: gzip.compress(xlsx_with("<sheetData>", " " * (65 * MIB) + "<sheetData>")),
        "工作簿解压后有",
    ),
    "gzip in gzip.csv.gz": (lambda: gzip.compress(gzip.compress(CSV_HEADER)), "压缩了两次"),
    "laughs in a sheet.xlsx": (
        lambda: zipped({**XLSX, SHEET_PATH: laughs(XLSX[SHEET_PATH])}), "内部结构损坏"
    ),
    "laughs in the book.xlsx": (
        lambda: zipped({**XLSX, "xl/workbook.xml": laughs(XLSX["xl/workbook.xml"])
                        .replace('"目录"', '"&amp;&e10;"')}), "工作簿损坏"
    ),
    "laughs.ods": (
        lambda: zipped({**ODS, "content.xml": laughs(ODS["content.xml"])}), "内部结构损坏"
    ),
    "external entity.xlsx": (
        lambda: zipped({**XLSX, SHEET_PATH: '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hosts">]>'
                        + XLSX[SHEET_PATH].replace("名录", "&f;")}), "工作簿损坏"
    ),
    "a cell in the last corner.xlsx": (
        lambda: xlsx_with("</sheetData>", FAR), "“目录”有 1,048,576 行 × 16,384 列，超过 12,000,000"
    ),
    "a cell far right.xlsx": (
        lambda: xlsx_with("</row></sheetData>", '<c r="CVV2"><v>1</v></c></row></sheetData>'),
        "工作表“目录”有 2,622 列，超过 2,000 列的上限。请删去表格右边多余的内容",
    ),
    "depth that is never closed.xlsx": (
        lambda: xlsx_with("<sheetData>", "<a>" * 99_999 + "<sheetData>"), "“目录”的内部结构损坏"
    ),
    "no book.xlsx": (
        lambda: zipped({path: part for path, part in XLSX.items() if path != "xl/workbook.xml"}),
        "工作簿损坏",
    ),
    "a repeated cell.ods": (lambda: ods_with("</table:table>", REPEATED), "工作簿损坏|上限"),
    "a cell of no place.xlsx": (
        lambda: xlsx_with('r="A2"', 'r="ZZZZZ99999999999"'),
        "损坏|结构异常",
    ),
    "300 sheets.xlsx": (
        lambda: xlsx_bytes([Sheet(f"第{number}", [HEADER, ROW]) for number in range(300)]),
        "300 个工作表，超过 200 个的上限",
    ),
    "a million columns.csv": (lambda: b"a," * 1_000_000 + b"\n", "1,000,001 列，超过 2,000 列"),
    "a million commas in a row.csv": (
        lambda: CSV_HEADER + ",".join(ROW).encode() + b"\n" + b"," * 1_000_000, "超过 2,000 列"
    ),
    "a million keys.json": (
        lambda: json.dumps([{f"k{number}": 1 for number in range(1_000_000)}]).encode(),
        "1,000,000 列",
    ),
    "20 million empty lines.csv": (lambda: CSV_HEADER + b"\n" * 20_000_000, "12,000,000 个单元格"),
    "one line of 200 MB.csv": (lambda: b"a" * 200_000_000, "超过 1,048,576 个字"),
    "an unclosed quote.csv": (
        lambda: CSV_HEADER + b'1,"' + b"2,3,4,5,6\n" * 300_000, "第 .* 行附近的双引号不成对"
    ),
    "only quotes.csv": (lambda: b'"' * 5_000_000, "双引号不成对"),
    "a zero byte.csv": (lambda: CSV_HEADER + b"1,a\0b,2,3,4\n", "空字节"),
    "deep.json": (lambda: b'[{"a":' * 200_000, "嵌套过深"),
    "a number of 100,000 digits.json": (
        lambda: b'[{"a": ' + b"9" * 100_000 + b"}]", "几千位的整数"
    ),
    "absurd.parquet": (absurd_parquet, "Parquet 文件不完整或已损坏"),
    "cell.parquet": (lambda: mistyped_parquet("name-of-it"), "Parquet 文件不完整或已损坏"),
    "name.parquet": (lambda: mistyped_parquet("catalogue_code"), "Parquet 文件不完整或已损坏"),
    "document.xlsx": (lambda: zipped({"word/document.xml": "<a/>"}), "Word 文档"),
    "archive.xlsx": (lambda: zipped({"目录.csv": CSV_HEADER}), "这是压缩包，里面不是工作簿"),
    "old document.xls": (lambda: ole_bytes({"WordDocument": b"x"}), "Word 文档"),
    "locked.xlsx": (
        lambda: ole_bytes({"EncryptionInfo": b"x", "EncryptedPackage": b"x" * 9999}), "打开密码"
    ),
    "locked.zip.xlsx": (locked_zip, "打开密码"),
    "locked.xls": (lambda: xls_bytes([SHEET], password=True), "打开密码"),
    "locked.ods": (
        lambda: zipped({**ODS, "META-INF/manifest.xml": LOCKED_MANIFEST, "content.xml": "\x8e"}),
        "打开密码",
    ),
    "locked as recent LibreOffice does.ods": (
        lambda: zipped({"mimetype": ODS["mimetype"], "encrypted-package": "\x8e" * 999}),
        "打开密码",
    ),
    "image.xlsx": (lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 99, "图片"),
    "random.bin": (lambda: bytes((number * 7919) % 251 for number in range(99_999)), "编码|字节"),
    "empty.xlsx": (lambda: b"", "空的"),
}  # fmt: skip

ENGLISH = {"GiB", "xlsx", "csv", "json", "gzip", "CSV", "JSON", "UTF", "Big", "Parquet", "Word"}
"""What an officer knows of it; a parser's own words are none of that."""

TRUNCATED = {
    "xlsx": zipped(XLSX),
    "ods": zipped(ODS),
    "xls": xls_bytes([SHEET]),
    "parquet": parquet_bytes(),
    "csv.gz": gzip.compress(CSV_HEADER * 100, mtime=0),
    "json": json.dumps([dict(zip(HEADER, ROW, strict=True))]).encode(),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(LIMITS) as box:
        yield box


def read(box: Sandbox, folder: Path, data: bytes, name: str) -> FileTables:
    path = folder / "bytes"
    path.write_bytes(data)
    return box.run(read_tables, path, name, source(), CONTRACTS, LIMITS)


@pytest.mark.parametrize("name", REJECTED)
def test_rejected_with_its_reason_within_the_limits(
    sandbox: Sandbox, tmp_path: Path, name: str
) -> None:
    make, why = REJECTED[name]
    data = make()
    with pytest.raises(UnreadableFile, match=why) as rejected:
        read(sandbox, tmp_path, data, name)
    reason = str(rejected.value)
    assert reason.endswith("。")
    assert "。）" not in reason, "a sentence inside a sentence"
    assert len(reason) < 400
    words = re.sub(r"\b[A-Z]{1,3}[1-9]\d*\b", "", reason, flags=re.ASCII)  # cells by their names
    assert set(re.findall("[A-Za-z]{3,}", words)) <= ENGLISH


@pytest.mark.parametrize("form", TRUNCATED)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.95])
def test_truncated_files_are_rejected(
    sandbox: Sandbox, tmp_path: Path, form: str, share: float
) -> None:
    whole = TRUNCATED[form]
    with pytest.raises(UnreadableFile, match=r"损坏|不完整|不是正确的 JSON"):
        read(sandbox, tmp_path, whole[: int(len(whole) * share)], f"a.{form}")


@pytest.mark.parametrize(
    ("name", "data"),
    {
        "claims to be huge.xlsx": xlsx_with(
            "<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>'
        ),
        "a stray cell far down.xlsx": xlsx_with(
            "</sheetData>", '<row r="1048576"><c r="B1048576" s="1"/></row></sheetData>'
        ),
        "a million empty rows.ods": ods_with(
            "</table:table>", REPEATED.replace('office:value-type="string"', "")
            .replace("<text:p>x</text:p>", "")
        ),
        "depth that is only depth.xlsx": xlsx_with(
            "<sheetData>", "<a>" * 99_999 + "</a>" * 99_999 + "<sheetData>"
        ),
        "empty cells far right.xlsx": xlsx_with(
            "</row></sheetData>",
            '<c r="CVV2" t="inlineStr"><is><t> </t></is></c>'
            '<c r="CVW2" t="str"><f>""</f><v></v></c>'
            '<c r="XFD2" s="1"/></row></sheetData>',
        ),
    }.items(),
)  # fmt: skip
def test_what_only_looks_huge_is_read(
    sandbox: Sandbox, tmp_path: Path, name: str, data: bytes
) -> None:
    [table] = read(sandbox, tmp_path, data, name).tables
    assert (table.rejected, table.frame.num_rows) == (None, 1)


def test_a_zip_that_lies_about_its_size_is_read_no_further_than_the_limits(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    try:
        [table] = read(sandbox, tmp_path, zip_that_lies(), "a.xlsx").tables
        assert table.frame.num_rows <= 1
    except UnreadableFile as error:
        assert not isinstance(error, ReadingBug)
        assert "时间上限" not in str(error)


@pytest.mark.parametrize("depth", [100, 900, 980, 990, 995, 2_000])
def test_depth_in_json_is_a_value_or_a_reason(sandbox: Sandbox, tmp_path: Path, depth: int) -> None:
    try:
        read(sandbox, tmp_path, deep_json(depth), "a.json")
    except UnreadableFile as error:
        assert "嵌套过深" in str(error)


def test_numbers_of_any_size_are_never_taken_for_codes(sandbox: Sandbox, tmp_path: Path) -> None:
    data = b'[{"catalogue_code": %s, "name": 1e999, "org_code": -0.0}]' % (b"9" * 4000)
    [table] = read(sandbox, tmp_path, data.replace(b"}", b', "a": 1e-999}'), "a.json").tables
    assert "缺少必填列" in str(table.rejected)


def test_the_run_goes_on_and_nothing_else_is_harmed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for name, (make, _) in REJECTED.items():
        if len(data := make()) < 2 * MIB:
            home.put_bytes(f"catalogue/{name}", data)
    home.put("catalogue/好的.csv", entries("A", range(3)))
    odd = ["换\n行.csv", "'; drop table--.csv", "目录..csv", "长" * 80 + ".csv", "\u202egpj.csv"]
    for number, name in enumerate(odd):
        home.put(f"catalogue/{name}", entries("B", range(number + 1)))
    folder = home.inbox / "catalogue"
    (folder / "链接.csv").symlink_to("/etc/hosts")
    (folder / "圈").symlink_to(folder)
    os.mkfifo(folder / "管道.csv")
    home.night(D)
    told = {name: row for (name, _), row in home.submissions().items()}
    assert {told[name]["status"] for name in ("好的.csv", *odd)} == {"accepted"}
    for name in ("链接.csv", "圈", "管道.csv"):
        assert "这不是普通文件" in told[name]["why"]
    rejected = [row for row in told.values() if row["status"] == "rejected"]
    assert len(rejected) > 20
    assert all(row["why"] for row in rejected)


def test_limits_come_from_the_catalog(tmp_path: Path) -> None:
    shipped = read_limits(PROJECT / "catalog")
    assert shipped == Limits() == Settings.read(home=tmp_path).limits
    assert read_limits(tmp_path) == Limits()
    path = tmp_path / "limits.yaml"
    path.write_text("file_mib: 3\nseconds: 7\n", encoding="utf-8")
    assert read_limits(tmp_path) == Limits(file_bytes=3 * MIB, seconds=7)
    for wrong, why in (("cells: 0", "大于 0"),
                       ("rows: 9", "第 1 行：没有 rows 这个键，只能写 file_mib"),
                       ("- 1", "一行行“键: 值”"), ("seconds: yes", "大于 0"),
                       ("\nseconds: 1.5", "第 2 行：seconds 要写大于 0 的整数，现在是 1.5"),
                       ("a: [", "第 1 行第 5 列附近：这里缺少值，或括号没有收尾")):  # fmt: skip
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=why):
            read_limits(tmp_path)
