"""`show`, `explain` and `compare`: what the graph says about a thing. Each returns the exit status."""

from __future__ import annotations

from argparse import Namespace

from dandang import resources
from dandang.cli.inputs import named_clause, named_condition, named_thing
from dandang.cli.output import print_json


def show(options: Namespace) -> int:
    """`dandang show ID`."""
    from dandang.policy import load_quads, read_policy

    quads = load_quads(resources.data_files())
    policy = read_policy(quads)
    clause = policy.by_notation.get(options.name.upper())
    if options.format == "turtle":
        from dandang.store import describe_turtle

        print(describe_turtle(quads, clause.iri if clause else named_thing(options.name, policy)), end="")
        return 0
    if clause is None:
        return explain(options)
    from dandang.render.clause import clause_text

    print(clause_text(clause, policy, options.lang))
    return 0


def explain(options: Namespace) -> int:
    """`dandang explain ID`: a term, fact, concept, condition, or the rule of a finding."""
    from dandang.policy import load_quads, ontology_quads
    from dandang.policy import read_policy as read
    from dandang.render.clause import condition_text
    from dandang.render.things import thing_text
    from dandang.store import Index

    if _explain_rule(options.name, options.lang):
        return 0
    quads = [*load_quads(resources.data_files()), *ontology_quads()]
    policy = read(quads)
    condition = named_condition(options.name, policy)
    if condition:
        print(condition_text(*condition, policy, options.lang))
        return 0
    print(thing_text(named_thing(options.name, policy), policy, Index(quads), options.lang))
    return 0


def _explain_rule(name: str, lang: str) -> bool:
    """Prints the rule that a slug or IRI names; tells whether there is one."""
    from dandang import __version__, snapshot
    from dandang.render.findings import Report
    from dandang.render.things import rule_text
    from dandang.validation.examples import examples
    from dandang.validation.rules import RULE_FILES, SHAPES, read_rules

    iri = SHAPES + name.removeprefix(SHAPES)
    for file in RULE_FILES:
        rule = read_rules(resources.shapes_file(file)).get(iri)
        if rule:
            report = Report(lang, {}, snapshot.policy(), __version__)
            print(rule_text(iri, rule, examples(file)[rule.slug], report))
            return True
    return False


def compare(options: Namespace) -> int:
    """`dandang compare A11 E7`."""
    from dandang import snapshot
    from dandang.comparison import compare as compare_clauses

    policy = snapshot.policy()
    found = compare_clauses(named_clause(options.left, policy), named_clause(options.right, policy), policy)
    if options.format == "json":
        from dandang.render.json import comparison_json

        print_json([comparison_json(found, policy, options.lang)], "jsonl")
    else:
        from dandang.render.clause import comparison_text

        print(comparison_text(found, policy, options.lang))
    return 0
