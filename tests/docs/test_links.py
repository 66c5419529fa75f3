"""Links in what people read lead somewhere."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\s*\)")
SOURCE = re.compile(r"<(?:img|a|source)\b[^>]*?\b(?:src|href|srcset)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")


def anchors(text: str) -> set[str]:
    """What the headings are called in a link, as GitHub writes them."""
    headings = (re.sub(r"[`*_]", "", heading) for heading in HEADING.findall(FENCE.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path) -> list[str]:
    text = page.read_text("utf-8")
    prose = CODE.sub("", FENCE.sub("", text))
    dead = []
    for link in [*LINK.findall(prose), *SOURCE.findall(prose)]:
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        path, _hash, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target.read_text("utf-8"))):
            dead.append(link)
    return dead


@pytest.mark.parametrize("page", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert dead_links(page) == []


@pytest.mark.parametrize(
    "link", ["[a](gone.md)", "![a](gone.png)", "[a](#nowhere)", "[a](real.md#nowhere)", '<img src="gone.png">']
)
def test_a_dead_link_is_found(tmp_path: Path, link: str) -> None:
    (tmp_path / "real.md").write_text("# Here\n", "utf-8")
    (tmp_path / "page.md").write_text(f"# Top\n[top](#top) [real](real.md#here) {link}\n", "utf-8")
    assert len(dead_links(tmp_path / "page.md")) == 1
