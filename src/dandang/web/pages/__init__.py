"""One blueprint per concern; each mirrors a room of the address space."""

from __future__ import annotations

from dandang.web.pages import (
    case_files,
    cases,
    clauses,
    concepts,
    data,
    description,
    documents,
    editor,
    facts,
    graphs,
    health,
    home,
    identifiers,
    licences,
    lists,
    maps,
    ontology,
    questions,
    relations,
    rules,
    search,
    source,
    sparql,
    workbench,
)

BLUEPRINTS = tuple(
    module.blueprint
    for module in (
        home,
        documents,
        clauses,
        facts,
        concepts,
        relations,
        rules,
        ontology,
        source,
        cases,
        workbench,
        case_files,
        questions,
        sparql,
        editor,
        graphs,
        search,
        maps,
        data,
        description,
        identifiers,
        licences,
        lists,
        health,
    )
)
