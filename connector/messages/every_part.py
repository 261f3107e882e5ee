"""A template changed so that one rendering goes through all of its parts, for the trial of messages."""

from typing import Any

from jinja2 import nodes
from jinja2.visitor import NodeTransformer


class EveryPart(NodeTransformer):
    """Conditions and all operands are still computed; then all branches are rendered one after the other.

    An expression with alternatives (``or``, ``… if … else …``) becomes its first one, or its last one.
    """

    def __init__(self, alternative: int) -> None:
        self._alternative = alternative

    def visit_If(self, node: nodes.If, *args: Any, **kwargs: Any) -> list[nodes.Node]:  # noqa: N802 - so the library calls it
        self.generic_visit(node)
        return [_condition(node.test), *node.body, *node.elif_, *node.else_]

    def visit_For(self, node: nodes.For, *args: Any, **kwargs: Any) -> list[nodes.Node]:  # noqa: N802 - so the library calls it
        self.generic_visit(node)
        otherwise, node.else_ = node.else_, []
        if node.test is not None:
            node.body.insert(0, _condition(node.test))
            node.test = None
        return [node, *otherwise]

    def visit_CondExpr(self, node: nodes.CondExpr, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 - so the library calls it
        self.generic_visit(node)
        return _member([nodes.Not(node.test), node.expr1, node.expr2 or nodes.Const("")], self._alternative or 1, node)

    def visit_Or(self, node: nodes.Or, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 - so the library calls it
        self.generic_visit(node)
        return _member([node.left, node.right], self._alternative, node)

    def visit_And(self, node: nodes.And, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 - so the library calls it
        self.generic_visit(node)
        return _member([node.left, node.right], -1, node)

    def visit_Compare(self, node: nodes.Compare, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 - so the library calls it
        """``a < b < c`` looks at ``c`` only if ``a < b``."""
        self.generic_visit(node)
        lefts = [node.expr, *(operand.expr for operand in node.ops)]
        pairs: list[nodes.Expr] = [
            nodes.Compare(*pair) for pair in zip(lefts, ([each] for each in node.ops), strict=False)
        ]
        return _member(pairs, -1, node)


def _condition(test: nodes.Node) -> nodes.If:
    return nodes.If(test, [], [], [], lineno=test.lineno)


def _member(members: list[nodes.Expr], place: int, node: nodes.Node) -> nodes.Getitem:
    """All are computed, and the one at the place is taken."""
    return nodes.Getitem(nodes.List(members), nodes.Const(place), "load", lineno=node.lineno)
