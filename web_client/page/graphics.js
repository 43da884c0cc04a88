/** What draws 3D in this browser. */

const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

/** Null without WebGL 2. @returns {{software: boolean} | null} whether it draws without a graphics card */
export function graphics() {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return null;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return { software: SOFTWARE.test(name) };
}
