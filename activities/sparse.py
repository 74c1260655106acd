"""Sparse rows of features in plain numpy: what inference needs of ``scipy.sparse``, which costs 60 MB to import."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Row = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Columns, and the values in them; all others are 0."""


@dataclass(frozen=True)
class SparseRows:
    """Compressed rows ``[n, width]``: row ``i`` has the entries ``starts[i]`` to ``starts[i + 1]`` (not included)."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    width: int

    @classmethod
    def of(cls, rows: Sequence[Row], width: int) -> Self:
        """Put rows below each other; their columns must be less than ``width``."""
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([columns for columns, _ in rows] or [np.zeros(0, np.int64)])
        values = np.concatenate([values for _, values in rows] or [np.zeros(0)])
        return cls(starts, columns, values, width)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __matmul__(self, weights: NDArray[Any]) -> NDArray[np.float64]:
        """Return the product with ``weights`` of the shape ``[width]`` or ``[width, k]``: ``[n]`` or ``[n, k]``."""
        product = np.zeros((len(self), *weights.shape[1:]))
        for row, (start, end) in enumerate(pairwise(self.starts)):
            product[row] = self.values[start:end] @ weights[self.columns[start:end]]
        return product


def join(parts: Sequence[tuple[Row, int]]) -> Row:
    """Put rows of the given widths beside each other."""
    offsets = np.cumsum([0, *(width for _, width in parts)])
    columns = [columns + offset for ((columns, _), _), offset in zip(parts, offsets[:-1], strict=True)]
    return np.concatenate(columns), np.concatenate([values for (_, values), _ in parts])


def unit_length(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale to Euclidean length 1; what is 0 stays 0."""
    length = np.sqrt(values @ values)
    return values / length if length else values
