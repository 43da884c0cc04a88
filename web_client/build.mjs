/**
 * Bundles the page into `dist/`, which the server shows at `/`: `node build.mjs`, after `npm ci`.
 *
 * The page's module and the audio worklet lie side by side in `dist/`, as `audio/player.js` expects it of the two
 * sources. All addresses stay relative to the page, which may be served under any path prefix. A build that fails
 * leaves the last page as it was.
 */

import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const DIST = `${HERE}dist/`;
const SOURCES = "web/page/";
const BUILT = "web/dist/";
/** Made by `hatch_build.py`, and left as it is. */
const HEADS = "heads";

const page = await readFile(`${HERE}index.html`, "utf8");
if (!page.includes(`${SOURCES}app.js`)) throw new Error(`index.html does not name ${SOURCES}app.js`);
const { outputFiles, metafile } = await build({
  absWorkingDir: HERE,
  entryPoints: { app: "page/app.js", page: "page/page.css", worklet: "audio/worklet.js" },
  outdir: DIST,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  chunkNames: "[name]-[hash]", // beside app.js: what a chunk finds by import.meta.url lies there too
  legalComments: "eof",
  metafile: true,
  write: false,
});
const shared = metafile.outputs["dist/worklet.js"].imports;
if (shared.length > 0) throw new Error(`the worklet shares ${shared[0].path} with the page: an audio thread has not all that a page has`);
await mkdir(DIST, { recursive: true });
for (const name of await readdir(DIST)) if (name !== HEADS) await rm(DIST + name, { recursive: true });
for (const { path, contents } of outputFiles) await writeFile(path, contents);
await cp(`${HERE}page/icon.svg`, `${DIST}icon.svg`);
await writeFile(`${DIST}LICENSES.txt`, await licences(Object.keys(metafile.inputs)));
await writeFile(`${DIST}index.html`, page.replaceAll(SOURCES, BUILT)); // last: its presence says that all is there

/**
 * The licence texts of the packages that went into the bundle.
 * @param {string[]} inputs paths of the bundled modules, relative to this folder
 */
async function licences(inputs) {
  const folders = inputs.map((path) => /^node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const texts = [];
  for (const folder of [...new Set(folders)].sort()) {
    if (folder === undefined) continue;
    const file = (await readdir(HERE + folder)).find((name) => /^licen[cs]e/i.test(name));
    if (!file) throw new Error(`${folder} has no licence file`);
    const name = folder.slice("node_modules/".length);
    texts.push(`${name}\n\n${await readFile(`${HERE}${folder}/${file}`, "utf8")}`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
