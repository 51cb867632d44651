"""Finds out a file's format from its content, never from its name, and undoes compression."""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from gzip import GzipFile

from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.settings import Limits

ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError,
    ValueError,  # a directory that points before the file's beginning
)  # fmt: skip
"""What reading a broken zip may raise."""
TEXT_FORMATS = ("csv", "json", "jsonl")
PARQUET = "parquet"
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARQUET = b"PAR1"
_NOT_TABLES = {
    b"%PDF": "PDF",
    b"{\\rtf": "RTF 文档",
    b"Rar!": "RAR 压缩包",
    _GZIP: "压缩了两次的 gzip 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"\x7fELF": "程序",
    b"MZ\x90": "程序",
    b"SQLite format 3": "SQLite 数据库",
}
_NOT_WORKBOOKS = {"word/": "Word 文档", "ppt/": "PowerPoint 演示文稿", "visio/": "Visio 图"}
"""Folders inside a zip that show which other program wrote it."""
_NOT_SHEETS = {"WordDocument": "Word 文档", "PowerPoint Document": "PowerPoint 演示文稿"}
"""Streams inside an OLE file that show which other program wrote it."""
_ENCRYPTED_ODS = "encrypted-package"
"""The only part of an ods that a recent LibreOffice wrote with a password."""
PASSWORD = "文件有打开密码。请去掉密码后重报。"
DAMAGED = "工作簿损坏，读不下去。请用表格软件打开，核对后另存为 xlsx，再重报。"
_INCOMPLETE = "文件不完整或已损坏，可能没有传完。请重新导出或另存后重报。"
_GZIP_DAMAGED = "gzip 压缩包不完整或已损坏，可能没有传完。请重新压缩，或直接报送原文件。"
_JSON_LIST = re.compile(r"\s*\[\s*[\[{\]\"\d]")
_JSON_OBJECT = re.compile(r"\s*\{\s*[\"}]")
_MARKUP = re.compile(r"\s*<(!doctype|html|\?xml|table|meta)", re.IGNORECASE)
_HEAD = 4096
_CHUNK = 1 << 20


def unpack(data: bytes, limits: Limits) -> tuple[bytes, str | None]:
    """The bytes without gzip, and `gzip` if they were compressed.

    UnreadableFile for damaged gzip, and for content that passes the limit when it is unpacked.
    """
    if not data.startswith(_GZIP):
        return data, None
    pieces, size = [], 0
    try:
        with GzipFile(fileobj=io.BytesIO(data)) as stream:
            while piece := stream.read(_CHUNK):
                pieces.append(piece)
                size += len(piece)
                if size > limits.unpacked_bytes:
                    raise UnreadableFile(
                        f"解压后超过 {limits.unpacked_bytes:,} 字节的上限。请拆成几个文件后重报。"
                    )
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(_GZIP_DAMAGED) from error
    return b"".join(pieces), "gzip"


def unpack_head(data: bytes) -> tuple[bytes, str | None]:
    """As `unpack`, for the beginning of a file; gives at most 1 MiB."""
    if not data.startswith(_GZIP):
        return data, None
    try:
        return zlib.decompressobj(wbits=31).decompress(data, _CHUNK), "gzip"
    except zlib.error as error:
        raise UnreadableFile(_GZIP_DAMAGED) from error


def identify(data: bytes, text: str | None = None) -> str:
    """The format: xlsx, xlsb, xls, ods, parquet, or one of the text formats.

    `text` are the bytes decoded; without it every text file counts as `csv`, with it csv, json and
    jsonl are told apart. UnreadableFile for a file that is no table.
    """
    if not data:
        raise UnreadableFile("文件是空的，没有一个字节。请检查导出是否成功后重报。")
    for magic, name in _NOT_TABLES.items():
        if data.startswith(magic):
            raise UnreadableFile(f"这是{name}，不是表格。请报送 xlsx、csv 或 json。")
    if data.startswith(_ZIP):
        return _inside_zip(data)
    if data.startswith(_OLE):
        return _inside_ole(data)
    if data.startswith(_PARQUET):
        return PARQUET
    return "csv" if text is None else _text_format(text)


def _inside_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {entry.filename for entry in archive.infolist()}
            encrypted = any(entry.flag_bits & 1 for entry in archive.infolist())
    except ZIP_ERRORS as error:
        raise UnreadableFile(_INCOMPLETE) from error
    if encrypted or _ENCRYPTED_ODS in names:
        raise UnreadableFile(PASSWORD)
    for part, form in (
        ("xl/workbook.xml", "xlsx"),
        ("xl/workbook.bin", "xlsb"),
        ("content.xml", "ods"),
    ):
        if part in names:
            return form
    for folder, name in _NOT_WORKBOOKS.items():
        if any(inside.startswith(folder) for inside in names):
            raise UnreadableFile(f"这是{name}，不是表格。请报送 xlsx、csv 或 json。")
    if any(inside.startswith("xl/") for inside in names):
        raise UnreadableFile(DAMAGED)
    raise UnreadableFile("这是压缩包，里面不是工作簿。请解压后把表格文件逐个报送。")


def _inside_ole(data: bytes) -> str:
    """The format of an OLE file, by the names in its directory, which are written in UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableFile(PASSWORD)
    sheets = any(name.encode("utf-16-le") + b"\0\0" in data for name in ("Workbook", "Book"))
    for stream, name in _NOT_SHEETS.items():
        if stream.encode("utf-16-le") in data and not sheets:
            raise UnreadableFile(f"这是{name}，不是表格。请报送 xlsx、csv 或 json。")
    return "xls"


def _text_format(text: str) -> str:
    head = text[:_HEAD]
    if _MARKUP.match(head):
        raise UnreadableFile("这是网页或 XML，不是表格。请用表格软件打开，另存为 xlsx 后重报。")
    if _JSON_LIST.match(head):
        return "json"
    return "jsonl" if _JSON_OBJECT.match(head) else "csv"
