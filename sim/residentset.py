"""ResidentSet: the verbs of Mesa's AgentSet on rows, vectorised."""

import numpy as np


class ResidentSet:
    """Some or all residents of a model: rows and the verbs `select`, `get`, `set`, `agg`, `groupby`, `to_frame`.

    `residents[i]` is one resident; its attributes read and write the row. Without a selection the set is a view on the
    model's rows; a selection keeps row numbers, which hold until the next turn of the year.
    """

    def __init__(self, people, index=None):
        self._people = people
        self._index = index if index is not None else np.flatnonzero(people["alive"] == 1)

    def __len__(self):
        return len(self._index)

    def __getitem__(self, i):
        """Resident by position in the set; a record whose attributes write through. IndexError beyond the end."""
        return self._people.view(np.recarray)[self._index[i]]

    def __iter__(self):
        rows = self._people.view(np.recarray)
        return (rows[i] for i in self._index)

    def select(self, where=None, at_most=None, **equal):
        """Residents for whom `where` (function of the rows, giving a boolean array) holds and fields equal values."""
        rows = self._people[self._index]
        keep = np.ones(len(rows), bool)
        if where is not None:
            keep &= np.asarray(where(rows), bool)
        for field, value in equal.items():
            keep &= self._column(rows, field) == value
        return ResidentSet(self._people, self._index[keep][:at_most])

    def get(self, field):
        """Values of a field, array (n,) or (n, k). KeyError with the near miss for an unknown field."""
        return self._column(self._people, field)[self._index]

    def set(self, field, value):
        """Set a field to a value or an array of length n; returns the set."""
        self._column(self._people, field)[self._index] = value
        return self

    def agg(self, field, function):
        """`function` (np.mean, …) of a field's values; a list of functions gives a list."""
        values = self.get(field)
        return [f(values) for f in function] if isinstance(function, list | tuple) else function(values)

    def groupby(self, by):
        """{value: ResidentSet} by a field's name or a function of the rows."""
        keys = by(self._people[self._index]) if callable(by) else self.get(by)
        return {key.item(): ResidentSet(self._people, self._index[keys == key]) for key in np.unique(keys)}

    def to_frame(self):
        """pandas DataFrame, one row per resident; columns of several values are numbered."""
        import pandas as pd

        rows = self._people[self._index]
        columns = {}
        for name in rows.dtype.names:
            if rows[name].ndim == 1:
                columns[name] = rows[name]
            else:
                columns.update({f"{name}_{j}": rows[name][:, j] for j in range(rows[name].shape[1])})
        return pd.DataFrame(columns)

    @staticmethod
    def _column(rows, field):
        if field not in rows.dtype.names:
            from difflib import get_close_matches

            near = get_close_matches(field, rows.dtype.names, 1)
            raise KeyError(f"no field '{field}'" + (f". Did you mean '{near[0]}'?" if near else ""))
        return rows[field]
