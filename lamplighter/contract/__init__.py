"""What crosses a process boundary: points, condition kinds, topics, records, measurements, errors."""
