"""What HermiT says: whether ontology and data are consistent, and which clauses apply to cases.

`hermit` runs the reasoner, `consistency` asks it about the graph, `classification` about cases.
"""

from __future__ import annotations

from dandang.reasoning.classification import classify
from dandang.reasoning.consistency import ReasoningReport, graph_of, reason, reason_over

__all__ = ["ReasoningReport", "classify", "graph_of", "reason", "reason_over"]
