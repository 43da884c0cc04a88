/** The project's own heads: which there are, and their files, which installing has made (`hatch_build.py`). */

const FOLDER = "web/dist/heads/";
const LIST = "looks.json";

/** @typedef {{name: string, skin: string, hair: string, garment: string}} Look colours are CSS colours */

/** @param {string} name */
async function get(name) {
  const response = await fetch(new URL(FOLDER + name, document.baseURI));
  if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
  return response;
}

/** @returns {Promise<Look[]>} empty where the page was built without heads */
export async function listLooks() {
  try {
    return await (await get(LIST)).json();
  } catch (error) {
    console.warn("FaceWire: there are no heads here.", error);
    return [];
  }
}

/** @param {string} name @returns {Promise<ArrayBuffer>} the GLB; rejected where it cannot be had */
export async function fetchLook(name) {
  const bytes = await (await get(`${name}.glb.gz`)).arrayBuffer();
  const [a, b] = new Uint8Array(bytes, 0, 2);
  if (a !== 0x1f || b !== 0x8b) return bytes; // unpacked on the way, as some servers do with .gz
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
