/** Renders a head in many poses on one canvas. `window.stage` is the whole of what the sheets call. */

import * as THREE from "three";
import { RoomEnvironment } from "three/addons/environments/RoomEnvironment.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

const EYE_SIDEWAYS = (30 * Math.PI) / 180;
const EYE_UPWARDS = (25 * Math.PI) / 180;
const NECK_SHARE = 0.3;
const CENTRE = new THREE.Vector3(0, -0.03, 0);

const renderer = new THREE.WebGLRenderer({ antialias: true, preserveDrawingBuffer: true });
renderer.toneMapping = THREE.NeutralToneMapping;
renderer.toneMappingExposure = 1.0;
renderer.shadowMap.enabled = true;
renderer.shadowMap.type = THREE.PCFSoftShadowMap;
const scene = new THREE.Scene();
const camera = new THREE.PerspectiveCamera(20, 1, 0.1, 5);
let head = null;

function light() {
  const room = new THREE.PMREMGenerator(renderer).fromScene(new RoomEnvironment(), 0.05);
  scene.environment = room.texture;
  scene.environmentIntensity = 0.42;
  const key = new THREE.DirectionalLight(0xfff0de, 2.3);
  key.position.set(-0.55, 0.65, 1.0);
  cast(key);
  const fill = new THREE.DirectionalLight(0xbcd4ff, 0.55);
  fill.position.set(1.0, 0.1, 0.7);
  const rim = new THREE.DirectionalLight(0xdfeaff, 2.0);
  rim.position.set(0.35, 0.9, -1.1);
  scene.add(key, fill, rim);
}

/** Lets a light cast soft shadows over a head. */
function cast(light) {
  light.castShadow = true;
  light.shadow.mapSize.set(1024, 1024);
  Object.assign(light.shadow.camera, { left: -0.25, right: 0.25, top: 0.25, bottom: -0.3, near: 0.4, far: 2.5 });
  light.shadow.bias = -0.0006;
  light.shadow.normalBias = 0.0025;
  light.shadow.radius = 5;
}

/** A soft vertical gradient behind the head. */
function background() {
  const canvas = document.createElement("canvas");
  canvas.width = 4;
  canvas.height = 256;
  const pen = canvas.getContext("2d");
  const shade = pen.createLinearGradient(0, 0, 0, 256);
  shade.addColorStop(0, "#5b6f86");
  shade.addColorStop(1, "#232b38");
  pen.fillStyle = shade;
  pen.fillRect(0, 0, 4, 256);
  const texture = new THREE.CanvasTexture(canvas);
  texture.colorSpace = THREE.SRGBColorSpace;
  scene.background = texture;
}

async function load(url) {
  const { scene: loaded } = await new GLTFLoader().loadAsync(url);
  if (head) scene.remove(head);
  head = loaded;
  head.traverse((node) => {
    if (!node.isMesh) return;
    node.frustumCulled = false;
    const still = node.name === "Glints" || node.name.endsWith("Eye");
    node.castShadow = !still;
    node.receiveShadow = true;
  });
  scene.add(head);
}

function pose({ weights = {}, turn = [0, 0, 0] }) {
  head.traverse((node) => {
    if (!node.morphTargetDictionary) return;
    node.morphTargetInfluences.fill(0);
    for (const [name, value] of Object.entries(weights)) {
      const index = node.morphTargetDictionary[name];
      if (index !== undefined) node.morphTargetInfluences[index] = value;
    }
  });
  const of = (name) => weights[name] ?? 0;
  for (const [side, sign] of [["Left", 1], ["Right", -1]]) {
    const eye = head.getObjectByName(`${side}Eye`);
    const beside = sign * (of(`eyeLookOut${side}`) - of(`eyeLookIn${side}`));
    const up = of(`eyeLookUp${side}`) - of(`eyeLookDown${side}`);
    eye.rotation.set(-up * EYE_UPWARDS, beside * EYE_SIDEWAYS, 0, "YXZ");
  }
  const [yaw, pitch, roll] = turn.map((degrees) => (degrees * Math.PI) / 180);
  for (const [name, share] of [["Neck", NECK_SHARE], ["Head", 1 - NECK_SHARE]]) {
    head.getObjectByName(name).rotation.set(-pitch * share, yaw * share, roll * share, "YXZ");
  }
}

function look({ from = [0, 0], distance = 0.98, at }) {
  const [yaw, pitch] = from.map((degrees) => (degrees * Math.PI) / 180);
  const centre = at ? new THREE.Vector3(...at) : CENTRE;
  const way = new THREE.Vector3(Math.sin(yaw) * Math.cos(pitch), Math.sin(pitch), Math.cos(yaw) * Math.cos(pitch));
  camera.position.copy(centre).addScaledVector(way, distance);
  camera.lookAt(centre);
}

/**
 * Draws the cells, row by row.
 * @param {{weights?: object, turn?: number[], from?: number[], distance?: number, label?: string}[]} cells
 * @returns {string} the sheet as a data URL
 */
function sheet(cells, { columns, width, height, type = "image/jpeg", quality = 0.86 }) {
  const rows = Math.ceil(cells.length / columns);
  const canvas = document.createElement("canvas");
  canvas.width = columns * width;
  canvas.height = rows * height;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#232b38";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.font = "600 12px system-ui, sans-serif";
  renderer.setSize(width, height, false);
  camera.aspect = width / height;
  camera.updateProjectionMatrix();
  cells.forEach((cell, i) => {
    pose(cell);
    look(cell);
    renderer.render(scene, camera);
    const [x, y] = [(i % columns) * width, Math.floor(i / columns) * height];
    pen.drawImage(renderer.domElement, x, y);
    if (!cell.label) return;
    pen.fillStyle = "#ffffffd0";
    pen.fillText(cell.label, x + 8, y + height - 8);
  });
  return canvas.toDataURL(type, quality);
}

light();
background();
window.stage = { load, sheet };
