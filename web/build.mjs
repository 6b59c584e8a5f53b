// Bundles each entry of src/ with what it imports from npm, into the folder named by the first argument, and lists the
// licences of every package that went into a bundle. Run by hatch_build.py.

import { build } from "esbuild";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const out = process.argv[2];
const entries = (await readdir("src")).filter((name) => name.endsWith(".js")).sort();

const { metafile } = await build({
  entryPoints: entries.map((name) => `src/${name}`),
  bundle: true,
  charset: "utf8",
  format: "esm",
  legalComments: "none",
  metafile: true,
  minify: true,
  outdir: out,
  target: "es2022",
});

/** The folder of the npm package that an input belongs to; none for our own sources. */
const packageOf = (input) => input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];

async function licence(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).sort().find((each) => /^(licen[cs]e|copying)/i.test(each));
  if (!license || !file) throw new Error(`${name}: no licence in its package`);
  return { name, version, license, text: (await readFile(join(folder, file), "utf8")).trim() };
}

const folders = new Set(Object.keys(metafile.inputs).map(packageOf).filter(Boolean));
const licences = (await Promise.all([...folders].map(licence))).sort((a, b) => (a.name < b.name ? -1 : 1));
const text = licences.map((each) => `${each.name} ${each.version} (${each.license})\n\n${each.text}\n`);

await mkdir(out, { recursive: true });
await writeFile(join(out, "licences.json"), JSON.stringify(licences, null, 1) + "\n");
await writeFile(join(out, "THIRD-PARTY-LICENSES.txt"), text.join(`\n${"-".repeat(78)}\n\n`));
