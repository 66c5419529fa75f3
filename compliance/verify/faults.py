"""What may be wrong with an export: one row a kind of fault, in Chinese and English."""

from typing import Final, NamedTuple

WORDS: Final[dict[str, tuple[str, str]]] = {
    "absent": ("缺少文件", "the file is missing"),
    "unreadable": ("该行不是规范记录", "the line is not a canonical record"),
    "edited": ("该条记录被改动", "the entry was edited"),
    "deleted": ("该条记录被删除", "the entry was deleted"),
    "doubled": ("序号重复", "the entry stands twice"),
    "reordered": ("记录顺序被改动", "entries were put into another order"),
    "truncated": ("链尾被截断", "the end of the chain was cut off"),
    "rewritten": ("历史被整体改写", "the history was written anew"),
    "unsigned_tail": ("链尾没有签名", "the end of the chain carries no signature"),
    "unwitnessed": ("没有外部链头可以证明该链", "no head from outside vouches for this chain"),
    "back_dated": ("记录时间早于其前的链头", "an entry claims to be older than a head that comes before it"),
    "head_too_early": ("链头日期早于该记录", "the head's date lies before the entry it names"),
    "another_key": ("由另一把密钥签名", "signed with another key"),
    "bad_signature": ("签名不符", "the signature does not fit"),
    "document_missing": ("文件缺失", "the document is missing"),
    "document_edited": ("文件被改动", "the document was edited"),
    "document_misplaced": ("文件与记录不符", "the document is of another day, chain or kind than its entry says"),
    "day_closed_twice": ("已关闭的日期被再次写入", "a closed day was written a second time"),
    "amends_nothing": ("更正所指的文件不存在", "an amendment of a document that is not in the chain"),
    "other_head": ("城市链记录的链头不符", "the city's chain names another head"),
    "name_edited": ("姓名与承诺值不符", "the name does not open its commitment"),
    "name_missing": ("姓名缺失且无删除记录", "a name is missing and no erasure says so"),
    "stray": ("多余文件", "the file belongs to nothing"),
    "listed_edited": ("文件与清单不符", "the file is not what the manifest lists"),
    "listed_missing": ("清单所列文件缺失", "a file of the manifest is missing"),
}


class Fault(NamedTuple):
    """One thing wrong, and where: file, line, chain, entry and day as far as they are known; `detail` adds what was seen."""

    code: str
    path: str
    line: int | None = None
    chain: str = ""
    seq: int | None = None
    day: str = ""
    detail: str = ""

    def words(self, language: str) -> str:
        """A sentence for a person; `language` is zh or en."""
        where = self.path + (f":{self.line}" if self.line else "")
        entry = [part for part in (self.chain, f"#{self.seq}" if self.seq is not None else "", self.day) if part]
        told = WORDS[self.code][language != "zh"] + (f" ({self.detail})" if self.detail else "")
        return f"{where}: {' '.join(entry)}{': ' if entry else ''}{told}"
