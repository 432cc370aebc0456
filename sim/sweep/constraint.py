"""Constraints between what is varied: one comparison of sums and products of dotted paths, read without evaluating code."""

import ast
import operator

__all__ = ["Constraint"]

ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
COMPARISONS = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq}


class Constraint:
    """Such as `interventions.a.capacity + interventions.b.capacity <= 10`. ValueError with what is not understood."""

    def __init__(self, text):
        self.text = text
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except SyntaxError:
            raise ValueError("is not a comparison such as `a.b + a.c <= 10`") from None
        if not isinstance(tree, ast.Compare):
            raise ValueError("needs a comparison: <, <=, >, >= or ==")
        if not all(type(op) in COMPARISONS for op in tree.ops):
            raise ValueError("may compare with <, <=, >, >= and == only")
        self._sides, self._compare = [tree.left, *tree.comparators], [COMPARISONS[type(op)] for op in tree.ops]
        self.paths = sorted({path for side in self._sides for path in _paths(side)})

    def holds(self, values):
        """Whether it holds for {dotted path: number}; a division by zero does not."""
        try:
            sides = [_value(side, values) for side in self._sides]
        except ZeroDivisionError:
            return False
        return all(compare(a, b) for compare, a, b in zip(self._compare, sides, sides[1:], strict=False))


def _dotted(node):
    """The dotted path of a chain of names, or None."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        above = _dotted(node.value)
        return above and f"{above}.{node.attr}"
    return None


def _paths(node):
    path = _dotted(node)
    if path:
        yield path
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        yield from _paths(node.left)
        yield from _paths(node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield from _paths(node.operand)
    elif not (isinstance(node, ast.Constant) and type(node.value) in (int, float)):
        raise ValueError(f"cannot use `{ast.unparse(node)}`; there are + - * /, numbers and dotted paths")


def _value(node, values):
    path = _dotted(node)
    if path:
        return values[path]
    if isinstance(node, ast.BinOp):
        return ARITHMETIC[type(node.op)](_value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, values)
    return node.value
