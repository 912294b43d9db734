"""Whole requests as bytes: hosts, origins, types, verbs, addresses, headers and framing that no client would send."""

from __future__ import annotations

from dataclasses import dataclass

MAX_BODY = 2 << 20


@dataclass(frozen=True)
class Wire:
    """A whole request in bytes. `status` None: the connection is closed without an answer."""

    name: str
    raw: bytes
    status: int | None
    code: str | None = None


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
        Wire("no version", b"GET /\r\n\r\n", 400, "bad_host"),
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
        Wire(
            "huge length", request(post, json, "Content-Length: 99999999999999999999999", body=ok), 400, "bad_request"
        ),
        Wire("length above the limit", request(post, json, f"Content-Length: {MAX_BODY + 1}"), 413, "body_too_large"),
        Wire("short length", request(post, json, "Content-Length: 5", body=ok), 400, "bad_json"),
        Wire(
            "length and chunks", request(post, json, length, "Transfer-Encoding: chunked", body=ok), 400, "bad_request"
        ),
        Wire(
            "chunked", request(post, json, "Transfer-Encoding: chunked", body=b'd\r\n{"text": "a"}\r\n0\r\n\r\n'), 200
        ),
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
