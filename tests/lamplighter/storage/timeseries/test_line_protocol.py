"""Lines as InfluxDB documents them: tags sorted and escaped, missing fields left out, times in ms."""

import pytest

from lamplighter.contract.measurements import CONDITION, READING, Measurement, RowTuple
from lamplighter.storage.timeseries.line_protocol import LineEncoder

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("measurement", "row", "line"),
    [
        (READING, ("s", "g", "d", "p", 5, 1.5, 0), "reading,device=d,gateway=g,point=p,school=s value=1.5 5"),
        (READING, ("s", "g", "d", "p", 5, 3, 1), "reading,device=d,gateway=g,point=p,school=s doubtful_value=3,quality=1i 5"),
        (READING, ("s", "g", "d", "p", 5, 1e-07, 0), "reading,device=d,gateway=g,point=p,school=s value=1e-07 5"),
        (READING, ("s", "g", "d", "p", -5, None, 2), "reading,device=d,gateway=g,point=p,school=s quality=2i -5"),
        (READING, ("s", "g", "d", "p", 5, None, 0), "reading,device=d,gateway=g,point=p,school=s quality=0i 5"),
        (
            READING,
            ("s", "g", "a b,c=d\\e", "p", 5, 1.0, None),
            r"reading,device=a\ b\,c\=d\e,gateway=g,point=p,school=s value=1.0 5",
        ),
        (CONDITION, ("校", "k", "%d", 5, 1, 'say "\\"'), r'condition,kind=k,school=校,source=%d active=1i,priority="say \"\\\"" 5'),
    ],
)
def test_a_row_becomes_its_line(measurement: Measurement, row: RowTuple, line: str) -> None:
    encoder = LineEncoder(measurement)
    assert encoder.lines([row, row]) == [line, line]
