"""Pairing rows with columns at the least sum of costs: shortest augmenting paths with potentials (Munkres, 1957)."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def least_cost(cost: Floats) -> list[tuple[int, int]]:
    """(row, column) of each row of an (n, m) matrix, n <= m, each column at most once; rows in order."""
    rows, columns = cost.shape
    if rows > columns:
        raise ValueError("needs at least as many columns as rows; hand in the transpose")
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    owner = np.full(columns, -1)
    for row in range(rows):
        _give_a_column(row, cost, row_price=row_price, column_price=column_price, owner=owner)
    return sorted((int(row), column) for column, row in enumerate(owner) if row >= 0)


def _give_a_column(row: int, cost: Floats, *, row_price: Floats, column_price: Floats, owner: NDArray[np.int_]) -> None:
    """Dijkstra over reduced costs from `row` to a column nobody owns, then hand the columns along the path."""
    columns = cost.shape[1]
    far, came_from, done = np.full(columns, np.inf), np.full(columns, -1), np.zeros(columns, bool)
    at_row, at_column, travelled = row, -1, 0.0
    while at_row >= 0:
        step = travelled + cost[at_row] - row_price[at_row] - column_price
        nearer = ~done & (step < far)
        far[nearer], came_from[nearer] = step[nearer], at_column
        at_column = int(np.argmin(np.where(done, np.inf, far)))
        travelled, done[at_column] = float(far[at_column]), True
        at_row = int(owner[at_column])
    passed = done & (np.arange(columns) != at_column)
    row_price[owner[passed]] += travelled - far[passed]
    column_price[passed] -= travelled - far[passed]
    row_price[row] += travelled
    while at_column >= 0:
        previous = int(came_from[at_column])
        owner[at_column] = owner[previous] if previous >= 0 else row
        at_column = previous
