"""What people send: fields of a form, a file with them; from our own pages alone, never longer than it may be."""

import re
from typing import Final, NamedTuple
from urllib.parse import parse_qs

from fastapi import HTTPException, Request

from console.security import from_our_pages

MOST_BYTES: Final = 40 << 20
"""A city's ledger of 19,000 rooms has about 2 MB."""

_BOUNDARY: Final = re.compile(r'multipart/form-data;.*?boundary="?([^";]+)"?', re.IGNORECASE)
_NAME: Final = re.compile(rb'name="([^"]*)"')
_FILE: Final = re.compile(rb'filename="([^"]*)"')


class Form(NamedTuple):
    """Field -> values as typed, and the file that came with them."""

    fields: dict[str, list[str]]
    file: bytes = b""
    file_name: str = ""

    def one(self, name: str) -> str:
        """A field's value without space around it; empty where it is not filled in."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def rows(self, *names: str) -> list[tuple[str, ...]]:
        """Fields that stand several times, row by row."""
        columns = [self.fields.get(name, []) for name in names]
        return [tuple(cell.strip() for cell in row) for row in zip(*columns, strict=False)]


async def form_of(request: Request) -> Form:
    """The form a page sent; 403 from elsewhere, 413 where it is too long, 400 where it is no form."""
    if not from_our_pages(request.headers):
        raise HTTPException(403, "this did not come from a page of the console")
    body = await body_of(request)
    found = _BOUNDARY.match(request.headers.get("content-type", ""))
    try:
        return _multipart(body, found[1].encode()) if found else Form(parse_qs(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError as error:
        raise HTTPException(400, "the form is not UTF-8") from error


async def body_of(request: Request) -> bytes:
    """The whole body; 413 where it is longer than `MOST_BYTES`."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"longer than {MOST_BYTES >> 20} MB")
    return body


def _multipart(body: bytes, boundary: bytes) -> Form:
    """RFC 7578, section 4: parts between boundaries, each a head, an empty line and the content."""
    fields: dict[str, list[str]] = {}
    file, file_name = b"", ""
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        sent = _FILE.search(head)
        if sent is not None:
            file, file_name = content, sent[1].decode()
        elif name is not None:
            fields.setdefault(name[1].decode(), []).append(content.decode())
    return Form(fields, file, file_name)
