"""The competency questions: their files, their answers on two engines, their parameters, and their agreement with the engine."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from dandang import catalogue, parameters, resources
from dandang.assessment import assess
from dandang.cases import case_quads, read_file, with_derived_facts
from dandang.compiled import compiled_quads
from dandang.errors import BadParameter, DandangError, ResourceMissing, UnknownName
from dandang.model import READINGS, Cadre, Case, DecidedSanction, Fact, FactCondition, Policy, Reading, Table, Term
from dandang.namespaces import CASES, DD
from dandang.policy import load_quads, read_policy
from dandang.store import Store
from dandang.vocabulary import Vocabulary
from update_expected import EXPECTED, TODAY, VARIANTS, answer, answers, as_tsv, policy, store

QUESTIONS = catalogue.questions()
BY_ID = {question.id: question for question in QUESTIONS}
PARAMETERS = [(question, parameter) for question in QUESTIONS for parameter in question.parameters]
ANSWERS = [(question, name, values) for question in QUESTIONS for name, values in answers(question)]
#: rdflib joins sub-queries by trying every pair; these take it more than about a second.
SLOW_ON_RDFLIB = {
    *(
        "cq-01",
        "cq-02",
        "cq-03",
        "cq-04",
        "cq-05",
        "cq-06",
        "cq-07",
        "cq-08",
        "cq-13",
        "cq-14",
        "cq-15",
        "cq-16",
        "cq-18",
    ),
    *(
        "cq-21",
        "cq-22",
        "cq-23",
        "cq-24",
        "cq-26",
        "cq-27",
        "cq-28",
        "cq-36",
        "cq-37",
        "cq-38",
        "cq-40",
        "cq-41",
        "cq-43",
    ),
    *("cq-44", "cq-45", "cq-46", "cq-47", "cq-54", "cq-55", "cq-56", "cq-58", "cq-60", "cq-63"),
}
CLAUSE_QUESTIONS = ("cq-01", "cq-06", "cq-07", "cq-08")


# --- the files --------------------------------------------------------------------------------------------------------


def test_there_are_enough_questions() -> None:
    numbers = [int(question.id.removeprefix("cq-")) for question in QUESTIONS]
    assert len(numbers) >= 36
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_header_is_complete(question: catalogue.Question) -> None:
    assert re.search(r"[\u4e00-\u9fff]", question.question.zh), "question.zh"
    assert question.question.en.endswith("?"), "question.en"
    assert question.tags
    assert set(question.needs) <= set(catalogue.NEEDS)
    for parameter in question.parameters:
        assert parameter.type in parameters.TYPES or parameter.type.startswith("concept:"), parameter.name
        assert all(parameter.label), parameter.name
    for column in question.columns:
        assert all(column.label), column.name
    assert bool(question.note.zh) == bool(question.note.en)
    assert all(text == text.strip() for text in (*question.question, *question.note))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_file_stands_alone(question: catalogue.Question) -> None:
    """A select query with its own prefixes, named columns in the order of the header, and an order."""
    result = ox.Store().query(question.text)
    assert isinstance(result, ox.QuerySolutions)
    assert [variable.value for variable in result.variables] == [column.name for column in question.columns]
    body = "\n".join(line for line in question.text.splitlines() if not line.startswith("#"))
    assert "ORDER BY" in body
    assert not re.search(r"SELECT (DISTINCT )?\*", body.split("WHERE", 1)[0])
    assert "GRAPH" not in body and "SERVICE" not in body


@pytest.mark.parametrize(("question", "parameter"), PARAMETERS, ids=lambda item: getattr(item, "name", ""))
def test_parameter_stands_on_a_line_of_its_own(question: catalogue.Question, parameter: parameters.Parameter) -> None:
    """Every mention of the values is on such a line, and the default of the header is the one in the query."""
    mentions = re.findall(rf"VALUES \?{parameter.name} ", question.text)
    lines = re.findall(rf"^ *VALUES \?{parameter.name} \{{.*\}}$", question.text, re.MULTILINE)
    assert mentions and len(mentions) == len(lines)
    bound = catalogue.bind(question, {parameter.name: parameter.default}, policy())
    assert as_tsv(store(question.needs).select(bound)) == answer(question, {})


def test_every_answer_has_a_table_and_every_table_an_answer() -> None:
    assert {name for _, name, _ in ANSWERS} == {path.stem for path in EXPECTED.glob("*.tsv")}


def test_every_parameter_is_tried_with_another_value() -> None:
    wanted = {(question.id, parameter.name) for question, parameter in PARAMETERS}
    assert wanted == {(question, parameter) for question, tried in VARIANTS.items() for parameter in tried}
    for question, parameter in PARAMETERS:
        assert parameter.name in VARIANTS[question.id][parameter.name]


def test_every_term_of_the_ontology_is_used_and_exists() -> None:
    terms: set[str] = set()
    for path in resources.ontology_files():
        found = re.findall(r"^dd:(\w+)\s+a owl:", path.read_text(encoding="utf-8"), re.MULTILINE)
        terms.update(found)
    used: set[str] = set()
    for question in QUESTIONS:
        body = "\n".join(line.split("# ")[0] for line in question.text.splitlines() if not line.startswith("#"))
        used.update(re.findall(r"\bdd:(\w+)", body))
    assert sorted(terms - used) == [], "terms that no question uses"
    assert sorted(used - terms) == [], "terms that the ontology does not have"


def test_broken_header_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (
        "SELECT * {}",
        "#+ question\nSELECT * {}",
        "#+ param: a b\nSELECT * {}",
        "#+ param: a | b | c\nSELECT * {}",
    ):
        path = tmp_path / "cq-01-broken.rq"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(resources, "query_files", lambda room, path=path: [path])
        with pytest.raises(ResourceMissing) as caught:
            catalogue.questions()
        assert caught.value.place is not None and caught.value.place.file == str(path)


# --- the answers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("question", "name", "values"), ANSWERS, ids=[name for _, name, _ in ANSWERS])
def test_answer(question: catalogue.Question, name: str, values: Mapping[str, str]) -> None:
    assert answer(question, values) == (EXPECTED / f"{name}.tsv").read_text(encoding="utf-8")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_both_languages_are_always_there(question: catalogue.Question) -> None:
    table = catalogue.ask(store(question.needs), question, {}, policy())
    for index, column in enumerate(table.columns):
        if not column.endswith(("Zh", "En")):
            continue
        pair = table.columns.index(f"{column[:-2]}{'En' if column.endswith('Zh') else 'Zh'}")
        for row in table.rows:
            assert (row[index] is None) == (row[pair] is None), column
            cell = row[index]
            assert cell is None or cell.lang == column[-2:].lower(), column


@cache
def graph(needs: tuple[str, ...]) -> rdflib.Graph:
    """The same graph in rdflib."""
    content = ox.serialize((quad.triple for quad in store(needs).oxigraph), format=ox.RdfFormat.N_TRIPLES)
    assert content is not None
    return rdflib.Graph().parse(data=content, format="nt")


def rdflib_table(question: catalogue.Question) -> Table:
    """A question's answer as rdflib gives it."""
    result = graph(question.needs).query(question.text)
    assert result.vars is not None
    columns = tuple(str(variable) for variable in result.vars)
    return Table(columns, tuple(tuple(rdflib_term(row[name]) for name in columns) for row in result))


def rdflib_term(term: object) -> Term | None:
    if term is None:
        return None
    if isinstance(term, rdflib.URIRef):
        return Term("iri", str(term))
    assert isinstance(term, rdflib.Literal)
    datatype = "" if term.language else str(term.datatype or "http://www.w3.org/2001/XMLSchema#string")
    return Term("literal", str(term), term.language or "", datatype)


def compare_with_rdflib(question: catalogue.Question) -> None:
    assert as_tsv(rdflib_table(question)) == (EXPECTED / f"{question.name}.tsv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "question", [q for q in QUESTIONS if q.id not in SLOW_ON_RDFLIB], ids=lambda question: question.id
)
def test_rdflib_gives_the_same_table(question: catalogue.Question) -> None:
    compare_with_rdflib(question)


@pytest.mark.slow
@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.id in SLOW_ON_RDFLIB], ids=lambda question: question.id)
def test_rdflib_gives_the_same_table_in_the_end(question: catalogue.Question) -> None:
    compare_with_rdflib(question)


# --- finding and asking -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["cq-07", "7", "07", "CQ-07", "sanction-tracks-of-case", "cq-07-sanction-tracks-of-case"]
)
def test_find(name: str) -> None:
    assert catalogue.find(name).name == "cq-07-sanction-tracks-of-case"


@pytest.mark.parametrize(
    ("name", "near"), [("cq-07-sanction-track-of-cases", "cq-07-sanction-tracks-of-case"), ("cq-99", "")]
)
def test_unknown_question(name: str, near: str) -> None:
    with pytest.raises(UnknownName) as caught:
        catalogue.find(name)
    assert caught.value.hint is not None
    assert near in caught.value.render("zh") and near in caught.value.render("en")


def ask(name: str, **values: str) -> Table:
    question = catalogue.find(name)
    return catalogue.ask(store(question.needs), question, values, policy())


def column(table: Table, name: str) -> list[str]:
    index = table.columns.index(name)
    return [cell.value for row in table.rows if (cell := row[index]) is not None]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("cq-01", {"case": CASES + "2018-004"}),
        ("cq-01", {"case": "case:2018-004"}),
        ("cq-11", {"clause": "a3"}),
        ("cq-11", {"clause": "wh:A3"}),
        ("cq-11", {"clause": "<https://w3id.org/dandang/id/wuhan-2018/A3>"}),
        ("cq-28", {"document": "wh:D3"}),
        ("cq-17", {"rank": "rank:deputy-bureau"}),
        ("cq-17", {"rank": "municipally managed, deputy bureau level"}),
        ("cq-40", {"fact": "fact:decisive-decision"}),
        ("cq-40", {"fact": "decisive decision-making"}),
    ],
)
def test_a_value_has_several_names(name: str, values: Mapping[str, str]) -> None:
    variant = next(iter(values))
    tables = {answer: (EXPECTED / f"{answer}.tsv") for _, answer, _ in ANSWERS}
    question = catalogue.find(name)
    expected = tables[f"{question.name}~{variant}"].read_text(encoding="utf-8")
    assert answer(question, values) == expected


def test_facts_may_hold_commas_and_are_set_apart_by_semicolons() -> None:
    table = ask("cq-02", given="采取必要的临时性、超常规措施化解矛盾;信访积案;信访积案")
    assert set(column(table, "notation")) == {"E6"}
    assert ask("cq-02", given="").rows == ()


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("cq-01", {"case": "2018-017", "kase": "x"}, "kase"),
        ("cq-09", {"case": "2018-017"}, "case"),
        ("cq-01", {"case": "2018 017"}, "2018-017"),
        ("cq-01", {"reading": "宽松"}, "推荐"),
        ("cq-11", {"clause": "A99"}, "A9"),
        ("cq-11", {"clause": "wh:X"}, "A11"),
        ("cq-28", {"document": "D9"}, "D1"),
        ("cq-17", {"rank": "省部级"}, "市管正局级"),
        ("cq-40", {"fact": "果断决策了"}, "果断决策"),
        ("cq-40", {"fact": "qqqq"}, "cq-18"),
        ("cq-40", {"fact": "fact:nothing"}, "fact:nothing"),
        ("cq-40", {"fact": "未谋取私利"}, "谋取私利"),
        ("cq-02", {"given": "信访积案; 信访积按"}, "信访积案"),
        ("cq-53", {"day": "2018-13-01"}, "2018-09-01"),
        ("cq-53", {"day": "昨天"}, "2018-09-01"),
    ],
)
def test_bad_parameter(name: str, values: Mapping[str, str], message: str) -> None:
    with pytest.raises(BadParameter) as caught:
        ask(name, **values)
    assert message in caught.value.render("zh")
    assert re.search(r"[a-z]", caught.value.render("en"))


def test_ambiguous_fact_is_refused() -> None:
    facts = dict(policy().facts)
    first, second = list(facts)[:2]
    facts[first] = facts[first]._replace(names=("同名",))
    facts[second] = facts[second]._replace(names=("同名",))
    with pytest.raises(BadParameter) as caught:
        catalogue.bind(BY_ID["cq-40"], {"fact": "同名"}, policy()._replace(facts=facts))
    assert "more than one" in caught.value.render("en")


def test_unknown_case() -> None:
    with pytest.raises(UnknownName) as caught:
        ask("cq-01", case="2018-999")
    assert "2018-0" in caught.value.render("zh")


INJECTIONS = [
    '群众" } DROP ALL #',
    '" } UNION { ?s ?p ?o } #',
    "\\",
    '\\" } #',
    "群众\n}\n# ",
    "> } #",
    r"\g<1>\1",
    "?word",
    "{ }",
    "'''",
    "\U0001f981\x00",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_string_stays_a_string(text: str) -> None:
    """Whatever is in it, the query keeps its shape and finds nothing, for no clause has these words."""
    question = BY_ID["cq-57"]
    bound = catalogue.bind(question, {"word": text}, policy())
    assert bound.count("\n") == question.text.count("\n")
    assert ask("cq-57", word=text).rows == ()


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        *(("cq-01", "case"), ("cq-01", "reading"), ("cq-11", "clause"), ("cq-28", "document")),
        *(("cq-17", "rank"), ("cq-40", "fact"), ("cq-02", "given"), ("cq-53", "day")),
    ],
)
def test_other_types_take_no_text(name: str, parameter: str, text: str) -> None:
    for value in (text, f"<{text}>", f"fact:{text}", f"https://w3id.org/dandang/id/cases/{text}", f"case:{text}"):
        try:
            bound = catalogue.bind(BY_ID[name], {parameter: value}, policy())
        except DandangError:
            continue
        # What is accepted is one IRI and nothing more.
        assert re.search(rf"VALUES \?{parameter} \{{ <[^<>\s{{}}\"\\]+> \}}", bound), value


def test_iri_parameter() -> None:
    parameter = parameters.Parameter("thing", "iri", "dd:Clause", BY_ID["cq-57"].question)
    question = BY_ID["cq-57"]._replace(
        parameters=(parameter,), text="SELECT ?thing {\n  VALUES ?thing { dd:Clause }\n}"
    )
    for value in ("dd:Fact", DD + "Fact", f"<{DD}Fact>"):
        assert f"VALUES ?thing {{ <{DD}Fact> }}" in catalogue.bind(question, {"thing": value}, policy())
    with pytest.raises(BadParameter):
        catalogue.bind(question, {"thing": "no iri"}, policy())


@pytest.mark.parametrize("between", [";", "；", "\n", " ； "])
def test_facts_of_a_list_are_set_apart_as_chinese_writers_do(between: str) -> None:
    names = ["急难险重任务", "临阵退缩"]
    bound = catalogue.bind(BY_ID["cq-05"], {"given": between.join(names)}, policy())
    found = [next(iter(Vocabulary(policy()).fact(name)))[0] for name in names]
    assert f"{{ <{found[0]}> <{found[1]}> }}" in bound


# --- the store --------------------------------------------------------------------------------------------------------


def kinds(found: Store) -> set[str]:
    table = found.select("SELECT DISTINCT ?type WHERE { ?thing a ?type }")
    return set(column(table, "type"))


def test_a_store_holds_what_is_needed_and_no_more() -> None:
    bare = kinds(catalogue.question_store(policy(), BY_ID["cq-09"]))
    assert DD + "Route" in bare
    assert DD + "Case" not in bare and "http://www.w3.org/2002/07/owl#Class" not in bare
    assert DD + "Case" in kinds(catalogue.question_store(policy(), BY_ID["cq-01"]))
    whole = kinds(catalogue.whole_store(policy()))
    assert {DD + "Case", "http://www.w3.org/2002/07/owl#Class"} <= whole


def test_a_case_of_ones_own_stands_in_the_place_of_the_examples() -> None:
    own = Case(id="2018-017", title="自己的案件")
    question = BY_ID["cq-01"]
    found = catalogue.question_store(policy(), question, cases=[own])
    assert set(column(catalogue.ask(found, question, {}, policy()), "state")) == {"open"}


def test_assessments_have_to_be_given() -> None:
    with pytest.raises(TypeError, match="assessments"):
        catalogue.question_store(policy(), BY_ID["cq-44"])


# --- the same answers as the engine -----------------------------------------------------------------------------------


def example_cases() -> list[Case]:
    return [read.case for path in resources.case_files() for read in read_file(str(path), policy())]


def random_case(seed: int, rules: Policy) -> Case:
    """A case near one or two clauses: most of their facts as they need them, some against, some noise."""
    chance = random.Random(seed)
    facts: dict[str, bool | None] = {}
    candidates = [c for c in rules.clauses.values() if c.kind not in ("Precondition", "Criterion", "IncentiveMeasure")]
    for clause in chance.sample(candidates, chance.randint(1, 3)):
        leaves = [leaf for part in rules.effective_conditions(clause) for leaf in _leaves(part)]
        for leaf in leaves:
            if chance.random() < 0.8:
                facts[leaf.fact] = leaf.required if chance.random() < 0.9 else chance.choice([not leaf.required, None])
    for fact in chance.sample(list(rules.facts), 4):
        facts[fact] = chance.choice([True, False, None])
    if chance.random() < 0.6:
        facts[next(iri for iri in rules.facts if iri.endswith("/verified-on-investigation"))] = chance.random() < 0.9
    measures = rules.schemes["measure"]
    case = Case(
        id=f"random-{seed}",
        on="2018-10-01",
        cadre=Cadre(on_list=chance.choice([True, True, False, None])),
        domain=chance.choice([*rules.schemes["domain"], ""]),
        facts=tuple(
            Fact(iri, value, contested=value is None and chance.random() < 0.5) for iri, value in facts.items()
        ),
        sanctions=tuple(DecidedSanction(chance.choice(measures)) for _ in range(chance.choice([0, 0, 0, 1]))),
    )
    return with_derived_facts(case, rules)


def _leaves(condition: object) -> list[FactCondition]:
    if isinstance(condition, FactCondition):
        return [condition]
    return [leaf for member in getattr(condition, "members", ()) for leaf in _leaves(member)]


def with_cases(cases: list[Case], rules: Policy) -> Store:
    found = Store([*load_quads(resources.data_files()), *compiled_quads(rules)])
    for case in cases:
        found.extend(case_quads(case))
    return found


def compare_states(case: Case, found: Store, rules: Policy) -> None:
    """Every clause, under both readings; and what would follow, what is missing and what excludes."""
    answer = assess(case, rules, today=TODAY)
    for reading in READINGS:
        assert queried_states(case, found, reading) == {
            given.clause.notation: given.readings[reading] for given in answer.answers.values()
        }, (case.id, reading)
    differing = {
        given.clause.notation
        for given in answer.answers.values()
        if given.readings["recommended"] != given.readings["strict"] and given.clause.kind != "SanctionTrack"
    }
    assert set(column(run("cq-23", case, found), "notation")) == differing, case.id
    compare_missing(case, found, rules)
    compare_excluding(case, found, rules)


def run(name: str, case: Case, found: Store, **values: str) -> Table:
    return catalogue.ask(found, BY_ID[name], {"case": case.id, **values}, policy())


def queried_states(case: Case, found: Store, reading: Reading) -> dict[str, str]:
    states: dict[str, str] = {}
    for name in CLAUSE_QUESTIONS:
        table = run(name, case, found, reading=reading)
        states.update(zip(column(table, "notation"), column(table, "state"), strict=True))
    return states


def compare_missing(case: Case, found: Store, rules: Policy) -> None:
    """The facts of the minimal sets are those that the question lists, for the clauses that it covers."""
    table = run("cq-04", case, found)
    queried: dict[str, set[str]] = {}
    for notation, fact in zip(column(table, "notation"), column(table, "fact"), strict=True):
        queried.setdefault(notation, set()).add(fact)
    expected = {
        given.clause.notation: {literal[1:] for chosen in given.missing for literal in chosen}
        for given in assess(case, rules, today=TODAY).answers.values()
        if given.state == "could_apply" and given.clause.kind != "SanctionTrack"
    }
    assert {notation: queried.get(notation, set()) >= facts for notation, facts in expected.items()} == dict.fromkeys(
        expected, True
    )
    assert set(queried) == set(expected), case.id


def compare_excluding(case: Case, found: Store, rules: Policy) -> None:
    table = run("cq-03", case, found)
    queried: dict[str, set[str]] = {}
    for notation, fact in zip(column(table, "notation"), column(table, "fact"), strict=True):
        queried.setdefault(notation, set()).add(fact)
    expected = {
        given.clause.notation: {literal[1:] for literal in given.excluded_by}
        for given in assess(case, rules, today=TODAY).answers.values()
        if given.state == "excluded" and given.clause.kind == "ExemptionClause"
    }
    assert set(queried) == set(expected), case.id
    assert all(queried[notation] >= facts for notation, facts in expected.items()), case.id


def test_states_agree_with_the_engine_on_the_examples() -> None:
    cases = example_cases()
    found = with_cases(cases, policy())
    for case in cases:
        compare_states(case, found, policy())


def test_exits_that_would_follow_agree_with_the_engine_on_the_examples() -> None:
    cases = example_cases()
    found = with_cases(cases, policy())
    for case in cases:
        lion = assess(case, policy(), today=TODAY).lion
        if lion.outcome in ("exits", "not_listed"):
            continue
        table = run("cq-16", case, found)
        queried = set(zip(column(table, "exit"), column(table, "track"), strict=True))
        clauses = policy().clauses
        assert queried == {(clauses[exit_].notation, clauses[track].notation) for exit_, track, _ in lion.would_trigger}


def compare_random(seeds: range) -> None:
    cases = [random_case(seed, policy()) for seed in seeds]
    found = with_cases(cases, policy())
    seen: set[str] = set()
    for case in cases:
        compare_states(case, found, policy())
        seen.update(given.state for given in assess(case, policy(), today=TODAY).answers.values())
    assert seen == {"applies", "could_apply", "open", "excluded"}


def test_states_agree_with_the_engine_on_random_cases() -> None:
    compare_random(range(20))


@pytest.mark.slow
def test_states_agree_with_the_engine_on_many_random_cases() -> None:
    compare_random(range(20, 320))


def test_states_agree_with_the_engine_on_dates() -> None:
    """A clause that is not yet, or no longer, in force is so for both; the circumstances out of force open no track."""
    clauses = dict(policy().clauses)
    later, earlier = policy().by_notation["A1"].iri, policy().by_notation["E4"].iri
    clauses[later] = clauses[later]._replace(valid_from="2019-01-01")
    clauses[earlier] = clauses[earlier]._replace(valid_until="2018-01-01")
    rules = policy()._replace(clauses=clauses)
    case = next(case for case in example_cases() if case.id == "2018-006")
    found = with_cases([case], policy())
    date = ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")
    for iri, name, day in ((later, "validFrom", "2019-01-01"), (earlier, "validUntil", "2018-01-01")):
        found.extend([ox.Quad(ox.NamedNode(iri), ox.NamedNode(DD + name), ox.Literal(day, datatype=date))])
    for reading in READINGS:
        states = {
            given.clause.notation: given.readings[reading]
            for given in assess(case, rules, today=TODAY).answers.values()
        }
        assert states["A1"] == states["E4"] == "not_in_force"
        assert queried_states(case, found, reading) == states


def test_states_agree_with_the_engine_on_a_document_with_exclusions() -> None:
    """A later document may exclude the lists of an earlier one: the synthetic one of tests/fifth does."""
    files = sorted((Path(__file__).parent / "fifth").glob("*.ttl"))
    quads = load_quads([*resources.data_files(), *files])
    rules = read_policy(quads)
    cases = [
        random_case(seed, rules)._replace(on=on) for seed in range(1000, 1012) for on in ("2018-10-01", "2032-05-01")
    ]
    cases = [case._replace(id=f"{case.id}-{case.on}") for case in cases]
    found = Store([*quads, *compiled_quads(rules), *(quad for case in cases for quad in case_quads(case))])
    seen = set()
    for case in cases:
        for reading in READINGS:
            expected = {
                given.clause.notation: given.readings[reading]
                for given in assess(case, rules, today=TODAY).answers.values()
                if given.clause.kind == "ExemptionClause"
            }
            table = run("cq-01", case, found, reading=reading)
            assert dict(zip(column(table, "notation"), column(table, "state"), strict=True)) == expected, case.id
            seen.update(expected.values())
        table = run("cq-04", case, found)
        open_ones = {
            given.clause.notation
            for given in assess(case, rules, today=TODAY).answers.values()
            if given.state == "could_apply"
            and given.clause.kind in ("ExemptionClause", "AccountabilityCircumstance", "ListExit")
        }
        assert set(column(table, "notation")) <= open_ones
    assert {"applies", "excluded", "could_apply"} <= seen
    excluding = set(column(catalogue.ask(found, BY_ID["cq-66"], {}, rules), "notation"))
    assert excluding == {clause.notation for clause in rules.clauses.values() if clause.kind == "Exclusion"}
    steps = catalogue.ask(found, BY_ID["cq-65"], {}, rules)
    assert column(steps, "stepNo") == [str(number) for number in range(1, len(steps.rows) + 1)]
    assert len(steps.rows) > 1


def test_vocabulary_knows_every_default() -> None:
    """The defaults of the headers are names that a person could type."""
    vocabulary = Vocabulary(policy())
    for question, parameter in PARAMETERS:
        if parameter.type in ("fact", "facts"):
            names = [name.strip() for name in parameter.default.split(";") if name.strip()]
            assert all(len(vocabulary.fact(name)) == 1 for name in names), question.id
