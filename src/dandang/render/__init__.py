"""Answers → text, JSON, RDF, tables. Pure functions of the model."""
