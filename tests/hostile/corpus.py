"""The hostile corpus: what ordinary test data never holds, each entry with the answer it must get.

Data only: raw bodies for every operation that takes one, values for every numeric field, lists for every list of indices
and names for every id are below; texts for wherever text goes and whole requests as bytes are in `texts` and `wire`.
`test_corpus` sends them to a running server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.hostile.texts import TEXTS, TOO_MANY_CHARACTERS, TOO_MANY_TOKENS
from tests.hostile.wire import MAX_BODY, WIRE


@dataclass(frozen=True)
class Body:
    """Raw bytes sent as application/json to every operation that takes a body; the answer is the same for each."""

    name: str
    raw: bytes
    status: int
    code: str


@dataclass(frozen=True)
class Value:
    """A JSON value as it stands in a body, for every numeric field, and whether it is a whole or any number."""

    name: str
    raw: bytes
    is_int: bool
    is_float: bool


@dataclass(frozen=True)
class Odd:
    """A body that looks hostile and is accepted: it asks the logit lens about `prompt`."""

    name: str
    raw: bytes
    prompt: str


ACCEPTED = (
    Odd("duplicate keys: the last one counts", b'{"model": "specimen", "prompt": "a", "prompt": "b"}', "b"),
    Odd("escaped keys", b'{"mod\\u0065l": "specimen", "pr\\u006fmpt": "a"}', "a"),
    Odd("escaped text", b'{"model": "specimen", "prompt": "\\u0061\\ud83d\\ude00"}', "a😀"),
    Odd("escaped nul", b'{"model": "specimen", "prompt": "a\\u0000b"}', "a\0b"),
    Odd("whitespace around", b' \r\n\t{ "model" : "specimen" , "prompt" : "a" }\n\n', "a"),
    Odd(
        "minus zero as a whole number", b'{"model": "specimen", "prompt": "a", "targets": [], "target_ids": [-0]}', "a"
    ),
    Odd("keys in another order", b'{"top_k": 1, "prompt": "a", "model": "specimen"}', "a"),
    Odd("null where nothing is allowed", b'{"model": "specimen", "prompt": "a", "messages": null}', "a"),
)


def _bodies() -> tuple[Body, ...]:
    not_json = {
        "nan": b"NaN",
        "infinity": b"Infinity",
        "minus infinity": b"-Infinity",
        "nan in a list": b"[NaN]",
        "nan as an int": b'{"top_k": NaN}',
        "infinity as a float": b'{"strength": Infinity}',
        "minus infinity in text": b'{"prompt": -Infinity}',
        "overflowing number": b"1e999",
        "overflowing field": b'{"top_k": 1e999}',
        "10^5 open brackets": b"[" * 100_000,
        "5000 levels": b"[" * 5000 + b"]" * 5000,
        "5000 levels of objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
        "5000-digit int": b"9" * 5000,
        "5000-digit field": b'{"top_k": ' + b"9" * 5000 + b"}",
        "utf-16 with bom": '{"prompt": "a"}'.encode("utf-16"),
        "utf-16 little-endian": '{"prompt": "a"}'.encode("utf-16-le"),
        "utf-32 with bom": '{"prompt": "a"}'.encode("utf-32"),
        "utf-8 with bom": '\ufeff{"prompt": "a"}'.encode(),
        "overlong slash": b'{"prompt": "\xc0\xaf"}',
        "overlong nul": b'{"prompt": "\xc0\x80"}',
        "surrogate bytes": b'{"prompt": "\xed\xa0\x80"}',
        "truncated emoji": b'{"prompt": "\xf0\x9f\x98"}',
        "stray continuation": b'{"prompt": "\x80"}',
        "beyond unicode": b'{"prompt": "\xf4\x90\x80\x80"}',
        "five-byte sequence": b'{"prompt": "\xf8\x88\x80\x80\x80"}',
        "latin-1": '{"prompt": "é"}'.encode("latin-1"),
        "lone high surrogate": b'{"prompt": "\\ud800"}',
        "lone low surrogate": b'{"prompt": "\\udc00"}',
        "reversed surrogates": b'{"prompt": "\\udc00\\ud800"}',
        "surrogate in a key": b'{"\\ud800": 1}',
        "surrogate in the middle": b'{"prompt": "a\\udfffb"}',
        "raw nul": b'{"prompt": "\x00"}',
        "raw newline": b'{"prompt": "\n"}',
        "raw escape": b'{"prompt": "\x1b[31m"}',
        "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00",
        "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01",
        "pdf": b"%PDF-1.7\n",
        "zip": b"PK\x03\x04\x14\x00",
        "pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.",
        "safetensors": b"\x08\x00\x00\x00\x00\x00\x00\x00{}      ",
        "multipart": b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na\r\n--x--\r\n',
        "form": b"prompt=a&model=specimen",
        "xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        "yaml": b"prompt: a",
        "javascript": b"{prompt: 'a'}",
        "single quotes": b"{'prompt': 'a'}",
        "trailing comma": b'{"prompt": "a",}',
        "comment": b'// a\n{"prompt": "a"}',
        "two documents": b"{}{}",
        "document and rest": b"{} x",
        "document and nul": b"{}\x00",
        "leading zero": b'{"top_k": 01}',
        "hexadecimal": b'{"top_k": 0x10}',
        "plus sign": b'{"top_k": +1}',
        "no digit before the point": b'{"top_k": .5}',
        "no digit after the point": b'{"top_k": 5.}',
        "underscore": b'{"top_k": 1_0}',
        "unfinished string": b'{"prompt": "a',
        "unfinished escape": b'{"prompt": "\\',
        "unfinished unicode": b'{"prompt": "\\u12',
        "bad escape": b'{"prompt": "\\x41"}',
        "unfinished object": b'{"prompt"',
        "only a brace": b"{",
        "only a closing brace": b"}",
        "whitespace": b" \t\r\n",
        "nul bytes": b"\x00" * 64,
        "0xff bytes": b"\xff" * 64,
        "form feed": b"\x0c{}",
        "true with capital": b"True",
        "undefined": b"undefined",
    }
    not_an_object = {
        "null": b"null",
        "number": b"1",
        "minus zero": b"-0",
        "2^63": str(2**63).encode(),
        "2^64": str(2**64).encode(),
        "2^70": str(2**70).encode(),
        "fraction": b"1.5",
        "denormal": b"1e-320",
        "string": b'"prompt"',
        "json in a string": b'"{\\"prompt\\": \\"a\\"}"',
        "true": b"true",
        "array": b"[]",
        "array of objects": b'[{"prompt": "a"}]',
        "array of pairs": b'[["prompt", "a"]]',
        "900 levels": b"[" * 900 + b"]" * 900,
    }
    wrong_fields = {
        "unknown field": b'{"nobody_knows": 1}',
        "__proto__": b'{"__proto__": {"admin": true}}',
        "constructor": b'{"constructor": {"prototype": {"admin": true}}}',
        "__class__": b'{"__class__": "os.system"}',
        "empty key": b'{"": 1}',
        "nul key": b'{"\\u0000": 1}',
        "long key": b'{"' + b"k" * 60_000 + b'": 1}',
        "bidi key": '{"\u202e": 1}'.encode(),
        "10^4 unknown fields": b"{" + b",".join(b'"f%d": %d' % (i, i) for i in range(10_000)) + b"}",
        "900 levels of objects": b'{"a":' * 900 + b"1" + b"}" * 900,
    }
    empty = (Body("empty", b"", 422, "invalid_input"), Body("empty object", b"{}", 422, "invalid_input"))
    return (
        *empty,
        *(Body(name, raw, 400, "bad_json") for name, raw in not_json.items()),
        *(Body(name, raw, 422, "invalid_input") for name, raw in not_an_object.items()),
        *(Body(name, raw, 422, "invalid_input") for name, raw in wrong_fields.items()),
        Body("one byte too many", b'{"a":"' + b"x" * (MAX_BODY - 7) + b'"}', 413, "body_too_large"),
        Body("exactly the limit", b'{"a":"' + b"x" * (MAX_BODY - 8) + b'"}', 422, "invalid_input"),
        Body("one byte less", b'{"a":"' + b"x" * (MAX_BODY - 9) + b'"}', 422, "invalid_input"),
    )


BODIES = _bodies()


def _values() -> tuple[Value, ...]:
    integers = (-(2**63), -(2**31), -(10**6), -2, -1, 0, 1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1)
    floats = (
        b"-0.0",
        b"1.0",
        b"1.5",
        b"1e-45",
        b"1e-320",
        b"1e4",
        b"-1e4",
        b"1e38",
        b"-1e38",
        b"1e308",
        b"18446744073709551616",
    )
    others = (
        b'"1"', b'""', b'"all"', b'"-1"', b'"1e3"', b'"0x1"', b'"NaN"', b'"Infinity"', b'"\\u0661"', b"true", b"false",
        b"null", b"[]", b"[[]]", b"{}", b'{"a": 1}', b"[null]", b'["1"]', b"[1.5]", b"[true]", b"[-1]",
    )  # fmt: skip
    return (
        *(Value(f"integer {number}", str(number).encode(), True, True) for number in integers),
        *(Value(f"float {raw.decode()}", raw, False, True) for raw in floats),
        *(Value(f"other {raw.decode()}", raw, False, False) for raw in others),
    )


VALUES = _values()

LISTS: dict[str, tuple[Any, int, str | None]] = {
    "empty": ([], 422, "invalid_input"),
    "one": ([0], 200, None),
    "repeated": ([0, 0, 0, 0], 200, None),
    "descending": ([2, 1, 0], 200, None),
    "last and one more": ([0, 10**6], 422, None),
    "beyond the schema": ([10**6 + 1], 422, "invalid_input"),
    "4097 long": ([0] * 4097, 422, "invalid_input"),
    "10^5 long": ([0] * 100_000, 422, "invalid_input"),
    "negative": ([-1], 422, "invalid_input"),
    "text": (["0"], 422, "invalid_input"),
    "booleans": ([True], 422, "invalid_input"),
    "floats": ([0.0], 422, "invalid_input"),
    "nulls": ([None], 422, "invalid_input"),
    "nested": ([[0]], 422, "invalid_input"),
    "range with start after end": ({"start": 3, "stop": 1}, 422, "invalid_input"),
    "a slice": ("0:2", 422, "invalid_input"),
    "ALL": ("ALL", 422, "invalid_input"),
    "2^63": ([2**63], 422, "invalid_input"),
}
"""For fields that list layers or heads: the value, and the answer it must get."""


NAMES = (
    "../specimen", "..%2fspecimen", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5cwindows", "%00", "specimen%00", "specimen%0a",
    "%ff%fe", "%c0%af", "%ed%a0%80", "%E2%80%AEnemiceps", "specimen%20", "SPECIMEN", "con", "nul.txt", "C%3A%5C", "%5c%5chost",
    "proc", "self", "a" * 300, "a" * 8000, "'%20OR%201=1", "%3Cscript%3E", "{id}", "$%7Bx%7D", "%25s", "*", "~", "-", "_",
    ".", "..", "...", ".hidden", "index.html", "%F0%9F%98%80", "1", "-1", "null", "undefined", "NaN", "true",
)  # fmt: skip
"""Ids in an address that stand for nothing: models, results, runs, analyses. As they are written in the address."""


SIZE = sum(map(len, (BODIES, ACCEPTED, TEXTS, TOO_MANY_CHARACTERS, TOO_MANY_TOKENS, VALUES, LISTS, NAMES, WIRE)))
