// Asks with Comunica what standard input says, a JSON object of `query`, `kind` and `sources`, and prints the answer as JSON.
import { QueryEngine } from "@comunica/query-sparql";
import { text } from "node:stream/consumers";

const engine = new QueryEngine();
const { query, kind, sources } = JSON.parse(await text(process.stdin));

const ask = {
  boolean: () => engine.queryBoolean(query, { sources }),
  rows: async () => {
    const rows = await (await engine.queryBindings(query, { sources })).toArray();
    return rows.map((row) => Object.fromEntries([...row].map(([name, term]) => [name.value, term.value])));
  },
  triples: async () => {
    const quads = await (await engine.queryQuads(query, { sources })).toArray();
    return quads.map((quad) => [quad.subject.value, quad.predicate.value, quad.object.value]);
  },
};

console.log(JSON.stringify(await ask[kind]()));
