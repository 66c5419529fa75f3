"""`python -m compliance.verify EXPORT --key PUB --head HASH@DATE`: 0 sound, 1 not, 2 asked wrongly."""

import argparse
import sys
from pathlib import Path

from compliance.verify.check import Stamp, check
from compliance.verify.heads import HeadRefused, parse_head
from compliance.verify.signatures import KeyRefused
from compliance.verify.words import told


def main(arguments: list[str] | None = None) -> int:
    """Check and say what was found."""
    parser = argparse.ArgumentParser(prog="compliance.verify", description="Check that nobody edited an exported history.")
    parser.add_argument("export", type=Path, help="folder that `lamplighter compliance history export` wrote")
    parser.add_argument("--key", type=Path, required=True, help="public key (PEM), from outside the export")
    parser.add_argument("--head", action="append", default=[], help="HASH@DATE, from a report or a mail; may be repeated")
    parser.add_argument(
        "--stamp", type=Path, action="append", default=[], help="RFC 3161 answer (DER) kept outside; may be repeated"
    )
    parser.add_argument("--authority", type=Path, help="root certificates (PEM) of the authority that gave the stamps")
    parser.add_argument("--language", choices=("en", "zh"), default="en")
    asked = parser.parse_args(arguments)
    if not (asked.head or asked.stamp) or (asked.stamp and asked.authority is None):
        parser.error("give --head HASH@DATE, or --stamp FILE with --authority FILE: from outside the export")
    stamps = [Stamp(path, asked.authority) for path in asked.stamp]
    try:
        report = check(asked.export, asked.key, [parse_head(text) for text in asked.head], stamps)
    except (KeyRefused, HeadRefused) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(told(report, asked.language))
    return 0 if report.sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
