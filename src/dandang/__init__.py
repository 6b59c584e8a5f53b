"""dandang 担当： a policy knowledge graph of Wuhan's "1+3" cadre documents, with answers that cite their words."""

from __future__ import annotations

__version__ = "0.1.0"
