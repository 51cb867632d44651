"""Mutates the bytes of files; the draws are seeded, so that each file can be made again."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
import zlib

_TOKENS = [
    b"\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80", b'"', b"'", b"<", b">", b"&", b"&lt;",
    b"&#0;", b"&#1114112;", b"\n", b"\r", b"\t", b",", b";", b"[", b"{", b"]]", b"}}", b"null",
    b"-1", b"1e999", b"NaN", b"99999999999999999999", b"0.1e-400", b"=1+1", b"#N/A",
    b"2026-02-30", b"3.61100E+17", b"A1:XFD1048576", b'r="XFD9"', b'r="AAAA1"', b'r="A0"',
    b'hidden="1"', b't="e"', b't="s"', b't="d"', b's="9999"', b"<f>1</f>", b"<v></v>",
    b'table:number-columns-repeated="99999"', b'table:number-rows-repeated="9999"',
    b'table:number-rows-spanned="999"', b'date1904="1"', b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff",
    b"PK\x03\x04", b"PAR1", b"\x1f\x8b", "目录代码".encode(), "合计".encode("gb18030"),
    "\u202e".encode(), b"<!DOCTYPE x [<!ENTITY a \"b\">]>", b"\x0b", b"\x1f", b"\xed\xa0\x80",
]  # fmt: skip
_OPENED_SHARE = 0.7
"""The share of compressed files that are unpacked first; otherwise most mutations would only break
a checksum."""


def mutated(data: bytes, draw: random.Random) -> bytes:
    """The bytes with a few to many changes, before or after compression."""
    if draw.random() < _OPENED_SHARE:
        if data.startswith(b"PK"):
            return _inside_zip(data, draw)
        if data.startswith(b"\x1f\x8b"):
            return gzip.compress(_changed(zlib.decompress(data, wbits=31), draw), 1, mtime=0)
    return _changed(data, draw)


def _inside_zip(data: bytes, draw: random.Random) -> bytes:
    """Changes a part of the zip, leaves it out, or replaces it by another."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = draw.choice(list(parts))
    chance = draw.random()
    if chance < 0.05:
        del parts[name]
    elif chance < 0.1:
        parts[name] = parts[draw.choice(list(parts))]
    else:
        parts[name] = _changed(parts[name], draw)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in parts.items():
            archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _changed(data: bytes, draw: random.Random) -> bytes:
    change = draw.choice([_rough_change, _gentle_change])
    for _ in range(draw.choice([1, 1, 1, 2, 3, 8, 30])):
        data = change(data, draw)
    return data


def _gentle_change(data: bytes, draw: random.Random) -> bytes:
    """A change in ASCII alone, after which most texts can still be decoded."""
    places = [draw.randrange(len(data) + 1) for _ in range(20)]
    ascii_places = (place for place in places if data[place : place + 1].isascii())
    place = next(ascii_places, len(data))
    kind = draw.randrange(4)
    if kind == 0:
        end = data.find(draw.choice([b"\n", b">", b",", b'"']), place) + 1
        piece = data[place : max(end, place)]
        return data[:place] + piece * draw.choice([0, 2, 30]) + data[place + len(piece) :]
    token = draw.choice([token for token in _TOKENS if token.isascii()])
    if kind == 1:
        token = draw.choice(b"0123456789abcdefxyz<>/\"'=-.,;:{}[] ").to_bytes(1, "big")
    return data[:place] + token + data[place + (kind < 3) :]


def _rough_change(data: bytes, draw: random.Random) -> bytes:
    place = draw.randrange(len(data) + 1)
    size = draw.choice([1, 1, 2, 4, 16, 100, 1000])
    kind = draw.randrange(8)
    if kind == 0 and place < len(data):
        flipped = data[place] ^ (1 << draw.randrange(8))
        return data[:place] + bytes([flipped]) + data[place + 1 :]
    if kind == 1:
        return data[:place] + draw.randbytes(size) + data[place + size :]
    if kind == 2:
        return data[:place] + data[place + size :]
    if kind == 3:
        piece = data[place : place + size]
        return data[:place] + piece * draw.choice([2, 2, 3, 50]) + data[place + size :]
    if kind == 4:
        source = draw.randrange(len(data) + 1)
        return data[:place] + data[source : source + size] + data[place:]
    if kind == 5 and draw.random() < 0.3:
        return data[:place]
    token = draw.choice(_TOKENS)
    kept = data[place:] if kind < 7 else data[place + len(token) :]
    return data[:place] + token + kept
