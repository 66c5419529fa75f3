"""What an auditor is told when somebody touched the history."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.history.canonical import canonical, sha256
from compliance.history.export import seal
from compliance.history.keys import make_key, read_private
from compliance.verify.check import Report
from compliance.verify.faults import WORDS
from tests.compliance.history.conftest import FIRST, Export, History, evening, new_history

pytestmark = pytest.mark.unit

YUCAI = "chains/yucai.jsonl"


def said(report: Report) -> set[tuple[str, str, int | None]]:
    return {(fault.code, fault.chain, fault.seq) for fault in report.faults}


def edited_lines(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


def test_an_export_that_nobody_touched_is_sound(export: Export) -> None:
    assert export.check().faults == ()


def test_the_citys_head_vouches_for_every_school(export: Export) -> None:
    assert {one.chain: (one.seq, one.entries) for one in export.check().witnessed} == {
        "city": (8, 8),
        "jingshan": (8, 8),
        "yucai": (9, 9),
    }


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_byte_changed_in_any_file_is_found_and_its_file_named(export: Export, data: Any) -> None:
    files = sorted(path for path in export.folder.rglob("*") if path.is_file())
    file = data.draw(st.sampled_from(files))
    content = file.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    file.write_bytes(content[:place] + bytes([content[place] ^ data.draw(st.integers(1, 255))]) + content[place + 1 :])
    try:
        report = export.check()
    finally:
        file.write_bytes(content)
    assert file.relative_to(export.folder).as_posix() in {fault.path for fault in report.faults}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_byte_changed_in_a_chain_is_located_to_its_line(export: Export, data: Any) -> None:
    file = export.folder / YUCAI
    content = file.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    file.write_bytes(content[:place] + bytes([content[place] ^ data.draw(st.integers(1, 255))]) + content[place + 1 :])
    try:
        report = export.check()
    finally:
        file.write_bytes(content)
    line = content[:place].count(b"\n") + 1
    assert line in {fault.line for fault in report.faults if fault.path == YUCAI}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_line_taken_out_or_moved_is_found(export: Export, data: Any) -> None:
    file = data.draw(
        st.sampled_from(sorted(path for path in export.folder.rglob("*.jsonl") if len(path.read_bytes().splitlines()) > 1))
    )
    content = file.read_bytes()
    lines = content.splitlines(keepends=True)
    taken = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
    back = data.draw(st.none() | st.integers(0, len(lines)))
    if back is not None:
        lines.insert(back, taken)
    file.write_bytes(b"".join(lines))
    try:
        report = export.check()
    finally:
        file.write_bytes(content)
    assert report.sound == (b"".join(lines) == content)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_file_cut_short_or_gone_is_found(export: Export, data: Any) -> None:
    file = data.draw(st.sampled_from(sorted(path for path in export.folder.rglob("*") if path.is_file())))
    content = file.read_bytes()
    kept = data.draw(st.none() | st.integers(0, len(content) - 1))
    file.unlink() if kept is None else file.write_bytes(content[:kept])
    try:
        report = export.check()
    finally:
        file.write_bytes(content)
    assert file.relative_to(export.folder).as_posix() in {fault.path for fault in report.faults}


def test_a_document_without_form_is_a_fault_though_the_real_key_signed_it(history: History, tmp_path: Path) -> None:
    history.write(1)
    bad = {"chain": "city", "day": str(FIRST), "kind": "heads", "inputs": 3}
    folder = history.export(tmp_path / "export")
    entry = json.loads((folder / "chains/city.jsonl").read_bytes())
    forged = canonical({**entry, "sha256": sha256(canonical(bad)), "bytes": len(canonical(bad))})
    (folder / "chains/city.jsonl").write_bytes(forged + b"\n")
    (folder / "objects" / sha256(canonical(bad))[:2]).mkdir(exist_ok=True)
    (folder / "objects" / sha256(canonical(bad))[:2] / sha256(canonical(bad))).write_bytes(canonical(bad))
    report = Export(history, folder, [history.head()]).check()
    assert ("document_misplaced", "city", 1) in said(report)


def test_an_edited_document_is_located_to_school_and_day(export: Export, tmp_path: Path) -> None:
    copy = export.copy(tmp_path / "copy")
    entry = json.loads((copy / YUCAI).read_bytes().splitlines()[4])
    document = copy / "objects" / entry["sha256"][:2] / entry["sha256"]
    document.write_bytes(document.read_bytes().replace(b'"fail"', b'"pass"'))
    (fault,) = export.check(copy).faults
    assert (fault.code, fault.chain, fault.seq, fault.day) == ("document_edited", "yucai", 5, entry["day"])


def test_a_deleted_entry_is_named(export: Export, tmp_path: Path) -> None:
    copy = export.copy(tmp_path / "copy")
    edited_lines(copy / YUCAI, lambda lines: lines[:3] + lines[4:])
    assert ("deleted", "yucai", 4) in said(export.check(copy))


def test_a_deleted_document_is_named_with_its_day(export: Export, tmp_path: Path) -> None:
    copy = export.copy(tmp_path / "copy")
    entry = json.loads((copy / YUCAI).read_bytes().splitlines()[2])
    (copy / "objects" / entry["sha256"][:2] / entry["sha256"]).unlink()
    assert ("document_missing", "yucai", 3) in said(export.check(copy))


def test_entries_in_another_order_are_named(export: Export, tmp_path: Path) -> None:
    copy = export.copy(tmp_path / "copy")
    edited_lines(copy / YUCAI, lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]])
    assert ("reordered", "yucai", 3) in said(export.check(copy))


def test_a_chain_cut_short_is_found_though_its_heads_were_cut_too(export: Export, tmp_path: Path) -> None:
    copy = export.copy(tmp_path / "copy")
    for chain in ("city", "yucai", "jingshan"):
        edited_lines(copy / f"chains/{chain}.jsonl", lambda lines: lines[:-2])
    edited_lines(copy / "heads.jsonl", lambda lines: [line for line in lines if json.loads(line)["day"] < "2026-09-07"])
    seal(copy, read_private(export.history.key), at=evening(FIRST))
    (fault,) = (fault for fault in export.check(copy).faults if fault.path == "chains")
    assert (fault.code, fault.day) == ("truncated", export.kept[0].on)


def test_a_tail_cut_alone_is_found_by_the_signed_heads(export: Export, tmp_path: Path) -> None:
    copy = export.copy(tmp_path / "copy")
    edited_lines(copy / YUCAI, lambda lines: lines[:-2])
    assert ("truncated", "yucai", 9) in said(export.check(copy))


def test_a_removed_chain_is_missed(export: Export, tmp_path: Path) -> None:
    copy = export.copy(tmp_path / "copy")
    (copy / YUCAI).unlink()
    assert ("absent", "yucai", None) in said(export.check(copy))


def test_heads_signed_with_another_key_are_refused(export: Export, tmp_path: Path) -> None:
    other = new_history(tmp_path / "other")
    other.write(8)
    folder = other.export(tmp_path / "forged")
    other.engine.dispose()
    assert {"another_key"} <= {fault.code for fault in export.check(folder).faults}


def test_a_history_written_anew_with_the_real_key_is_found_by_the_kept_head(export: Export, tmp_path: Path) -> None:
    forged = new_history(tmp_path, export.history.key)
    forged.write(8, value=340.0)
    folder = forged.export(tmp_path / "forged")
    forged.engine.dispose()
    codes = {fault.code for fault in export.check(folder).faults}
    assert "rewritten" in codes
    assert codes <= {"rewritten", "unwitnessed"}


def test_two_kept_heads_tell_between_which_days_it_was_written_anew(history: History, tmp_path: Path) -> None:
    forged = new_history(tmp_path / "forged", history.key)
    for one in (history, forged):
        one.write(3)
    early = history.head()
    history.write(6, skip=3)
    forged.write(6, skip=3, value=340.0)
    export = Export(history, forged.export(tmp_path / "export"), [early, history.head()])
    forged.engine.dispose()
    (fault,) = export.check().faults
    assert (fault.code, f"changed between {early.on} and {history.head().on}" in fault.detail) == ("rewritten", True)


def test_a_file_that_was_added_is_named(export: Export, tmp_path: Path) -> None:
    copy = export.copy(tmp_path / "copy")
    (copy / "more.txt").write_text("x")
    assert {(fault.code, fault.path) for fault in export.check(copy).faults} == {("stray", "more.txt")}


def test_without_a_head_that_reaches_a_chain_it_is_not_vouched_for(export: Export) -> None:
    report = export.check(kept=[export.history.head("yucai")])
    assert said(report) == {("unwitnessed", "city", None), ("unwitnessed", "jingshan", None)}


def test_every_fault_has_words_in_both_languages() -> None:
    assert all(zh and en and zh != en for zh, en in WORDS.values())


def test_a_key_of_another_kind_is_refused(export: Export, tmp_path: Path) -> None:
    from compliance.verify.signatures import KeyRefused, read_key

    with pytest.raises(KeyRefused, match="cannot be read as a public key"):
        read_key(export.folder / "heads.jsonl")
    private = tmp_path / "k.pem"
    make_key(private)
    with pytest.raises(KeyRefused):
        read_key(private)
