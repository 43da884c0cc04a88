/** A warm key, a cool fill, a thin rim, and a room of soft boxes to be mirrored in eyes and lips. No files. */

import {
  BackSide,
  BoxGeometry,
  Color,
  DirectionalLight,
  HemisphereLight,
  Mesh,
  MeshBasicMaterial,
  PMREMGenerator,
  PlaneGeometry,
  Scene,
} from "three";

const WALLS = "#59636b";
/** Soft boxes: colour, brightness, place, width and height in metres; all face the middle. */
const BOXES = /** @type {const} */ ([
  ["#ffe9d2", 11, [-2.6, 2.4, 3.2], 2.2, 1.9],
  ["#cfe2ff", 3.2, [3.6, 0.8, 2.2], 1.6, 2.8],
  ["#ffffff", 2.4, [0, 4.4, 0.4], 4, 3],
  ["#dbe8ff", 9, [2.6, 2.0, -3.4], 0.9, 3],
  ["#ffdcc0", 5, [-3.2, 1.2, -3.0], 0.7, 2.6],
  ["#c9a58c", 1.1, [0, -3.2, 1.8], 4, 3],
]);

/** The room as an environment map, with the reach of its blur chosen for skin. @param {import("three").WebGLRenderer} renderer */
export function surroundings(renderer) {
  const room = new Scene();
  room.add(new Mesh(new BoxGeometry(10, 10, 10), new MeshBasicMaterial({ color: WALLS, side: BackSide })));
  for (const [colour, brightness, place, width, height] of BOXES) {
    const material = new MeshBasicMaterial({ color: new Color(colour).multiplyScalar(brightness) });
    const box = new Mesh(new PlaneGeometry(width, height), material);
    box.position.set(place[0], place[1], place[2]);
    box.lookAt(0, 0, 0);
    room.add(box);
  }
  const generator = new PMREMGenerator(renderer);
  const { texture } = generator.fromScene(room, 0.025);
  generator.dispose();
  room.traverse((node) => {
    const { geometry, material } = /** @type {any} */ (node);
    geometry?.dispose();
    material?.dispose();
  });
  return texture;
}

/** Stands for the surroundings where an environment map would cost too much. */
export const sky = () => new HemisphereLight("#c9d6e4", "#7a5b4e", 1.1);

/**
 * Key, fill and rims around a head one unit high that stands in the middle.
 * @param {boolean} few without the edge light, where light is costly
 * @returns {{key: DirectionalLight, all: DirectionalLight[]}}
 */
export function lamps(few) {
  const key = new DirectionalLight("#fff0de", 2.55);
  key.position.set(-1.7, 2.0, 4.3);
  key.shadow.mapSize.set(1024, 1024);
  key.shadow.bias = -0.0015;
  key.shadow.radius = 5;
  const fill = new DirectionalLight("#d3e0f2", 0.85);
  fill.position.set(4, 0.6, 2.6);
  const rim = new DirectionalLight("#dfeaff", 2.6);
  rim.position.set(2.3, 2.5, -3.6);
  const edge = new DirectionalLight("#ffd9b8", 1.3);
  edge.position.set(-3.4, 1.2, -3);
  return { key, all: few ? [key, fill, rim] : [key, fill, rim, edge] };
}
