"""The IRIs that code must know by name; everything else is read from the graph."""

from __future__ import annotations

from functools import lru_cache

DD = "https://w3id.org/dandang/ontology#"
ID = "https://w3id.org/dandang/id/"
CASES = ID + "cases/"
FACTS = ID + "facts/"
CONCEPTS = ID + "concepts/"
LION_LIST = ID + "wuhan-2018/lion-list"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
ELI = "http://data.europa.eu/eli/ontology#"
OA = "http://www.w3.org/ns/oa#"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
XSD = "http://www.w3.org/2001/XMLSchema#"
OWL = "http://www.w3.org/2002/07/owl#"
SH = "http://www.w3.org/ns/shacl#"
SCHEMA = "https://schema.org/"
SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"

#: Prefixes for Turtle output, the SPARQL page and shortened IRIs; the longest match wins.
PREFIXES = {
    "dd": DD,
    "id": ID,
    "wh": ID + "wuhan-2018/",
    "case": CASES,
    "fact": FACTS,
    "duty": ID + "duties/",
    "concept": CONCEPTS,
    "certainty": CONCEPTS + "certainty/",
    "defeat": CONCEPTS + "defeat/",
    "domain": CONCEPTS + "domain/",
    "measure": CONCEPTS + "measure/",
    "modality": CONCEPTS + "modality/",
    "opsource": CONCEPTS + "opsource/",
    "outcome": CONCEPTS + "outcome/",
    "rank": CONCEPTS + "rank/",
    "role": CONCEPTS + "role/",
    "severity": CONCEPTS + "severity/",
    "standing": CONCEPTS + "standing/",
    "state": CONCEPTS + "state/",
    "subject": CONCEPTS + "subject/",
    "verdict": CONCEPTS + "verdict/",
    "skos": SKOS,
    "eli": ELI,
    "oa": OA,
    "prov": PROV,
    "dcterms": DCTERMS,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "sh": SH,
    "schema": SCHEMA,
    "sd": SD,
    "void": VOID,
}


@lru_cache(maxsize=4096)
def shorten(iri: str) -> str:
    """The IRI as a prefixed name where one of PREFIXES fits, else unchanged."""
    best = max(
        ((prefix, base) for prefix, base in PREFIXES.items() if iri.startswith(base)),
        key=lambda pair: len(pair[1]),
        default=None,
    )
    return f"{best[0]}:{iri[len(best[1]) :]}" if best else iri
