// Owns the GLSL of the product pictures: a small ray marcher with soft shadows, one reflection and studio light.
// A scene is code: `sceneShader` inlines the distance functions and materials that `scenes.ts` writes, so every
// picture compiles its own shader and pays only for what stands in it.
//
// Easy to get wrong: `map` must stay a lower bound of the distance (tapered tubes are not exact, hence STEP), and
// colours are linear until the last line.

export interface SceneCode {
  /** GLSL functions that the map uses. */
  readonly functions: string;
  /** Statements that fold shapes into `vec2 best` (distance, material id) for the point `p`. */
  readonly map: string;
  /** Statements that set `albedo`, `gloss`, `mirror` for material `id` at `p`. */
  readonly materials: string;
  /** Linear RGB of the paper backdrop. */
  readonly backdrop: readonly [number, number, number];
}

export interface Camera {
  readonly target: readonly [number, number, number];
  readonly distance: number;
  readonly yawDeg: number;
  readonly pitchDeg: number;
  readonly fovDeg: number;
}

export const vertexShader = `#version 300 es
in vec2 corner;
void main() { gl_Position = vec4(corner, 0.0, 1.0); }`;

export function sceneShader(scene: SceneCode): string {
  const backdrop = scene.backdrop.map((channel) => channel.toFixed(4)).join(',');
  return `#version 300 es
precision highp float;
precision highp int;
uniform vec2 size;
uniform vec2 shift;
uniform vec3 eye;
uniform vec3 aim;
uniform float lens;
uniform float time;
out vec4 pixel;
const float STEP = 0.82;
const vec3 BACK = vec3(${backdrop});

float hash(vec3 p) { p = fract(p * 0.3183099 + 0.1); p *= 17.0; return fract(p.x * p.y * p.z * (p.x + p.y + p.z)); }
float noise(vec3 x) {
  vec3 i = floor(x), f = fract(x); f = f * f * (3.0 - 2.0 * f);
  return mix(mix(mix(hash(i), hash(i + vec3(1,0,0)), f.x), mix(hash(i + vec3(0,1,0)), hash(i + vec3(1,1,0)), f.x), f.y),
             mix(mix(hash(i + vec3(0,0,1)), hash(i + vec3(1,0,1)), f.x), mix(hash(i + vec3(0,1,1)), hash(i + vec3(1,1,1)), f.x), f.y), f.z);
}
float fbm(vec3 p) { float a = 0.5, s = 0.0; for (int i = 0; i < 4; i++) { s += a * noise(p); p = p * 2.03 + 7.1; a *= 0.5; } return s; }
vec2 cell(vec3 p) { // distances to the nearest and second nearest point of a jittered grid
  vec3 i = floor(p), f = fract(p); vec2 d = vec2(9.0);
  for (int x = -1; x <= 1; x++) for (int y = -1; y <= 1; y++) for (int z = -1; z <= 1; z++) {
    vec3 g = vec3(x, y, z);
    vec3 o = vec3(hash(i + g), hash(i + g + 31.7), hash(i + g + 57.3));
    float e = length(g + o - f);
    if (e < d.x) d = vec2(e, d.x); else if (e < d.y) d.y = e;
  }
  return d;
}
float smin(float a, float b, float k) { float h = max(k - abs(a - b), 0.0) / k; return min(a, b) - h * h * k * 0.25; }
mat2 turn(float a) { float c = cos(a), s = sin(a); return mat2(c, -s, s, c); }
// Distance to a quadratic curve and the parameter of the nearest point.
vec2 curve(vec2 q, vec2 A, vec2 B, vec2 C) {
  vec2 a = B - A, b = A - 2.0 * B + C, c = a * 2.0, d = A - q;
  float kk = 1.0 / max(dot(b, b), 1e-6);
  float kx = kk * dot(a, b), ky = kk * (2.0 * dot(a, a) + dot(d, b)) / 3.0, kz = kk * dot(d, a);
  float p = ky - kx * kx, q1 = kx * (2.0 * kx * kx - 3.0 * ky) + kz, h = q1 * q1 + 4.0 * p * p * p;
  if (h >= 0.0) {
    h = sqrt(h); vec2 x = (vec2(h, -h) - q1) / 2.0; vec2 uv = sign(x) * pow(abs(x), vec2(1.0 / 3.0));
    float t = clamp(uv.x + uv.y - kx, 0.0, 1.0); return vec2(length(d + (c + b * t) * t), t);
  }
  float z = sqrt(-p), v = acos(clamp(q1 / (p * z * 2.0), -1.0, 1.0)) / 3.0, m = cos(v), n = sin(v) * 1.732050808;
  vec2 t = clamp(vec2(m + m, -n - m) * z - kx, 0.0, 1.0);
  vec2 e1 = d + (c + b * t.x) * t.x, e2 = d + (c + b * t.y) * t.y;
  float l1 = dot(e1, e1), l2 = dot(e2, e2);
  return l1 < l2 ? vec2(sqrt(l1), t.x) : vec2(sqrt(l2), t.y);
}
vec2 tube(vec3 p, vec2 A, vec2 B, vec2 C) { vec2 c = curve(p.xy, A, B, C); return vec2(length(vec2(c.x, p.z)), c.y); }
float ring(vec2 q, float r, float w, float h) { return length(max(abs(q - vec2(r, h)) - vec2(w, h), 0.0)) - 0.015; }
float disc(vec3 p, float r, float y, float h) { vec2 e = vec2(length(p.xz) - r, abs(p.y - y) - h); return length(max(e, 0.0)) + min(max(e.x, e.y), 0.0); }
float ball(vec3 p, vec3 c, vec3 r) { vec3 k = (p - c) / r; return (length(k) - 1.0) * min(r.x, min(r.y, r.z)); }
float box(vec3 p, vec3 h, float r) { vec3 e = abs(p) - h + r; return length(max(e, 0.0)) + min(max(e.x, max(e.y, e.z)), 0.0) - r; }
float stick(vec3 p, vec3 a, vec3 b, float r) { vec3 u = p - a, v = b - a; float t = clamp(dot(u, v) / dot(v, v), 0.0, 1.0); float e = t - 0.5; return length(u - v * t) - r * (1.0 - 2.6 * e * e); }
void put(inout vec2 best, float d, float id) { if (d < best.x) best = vec2(d, id); }
${scene.functions}
vec2 map(vec3 p) {
  vec2 best = vec2(p.y, 0.0);
  ${scene.map}
  return best;
}
vec3 normalAt(vec3 p) {
  vec2 e = vec2(0.0015, -0.0015);
  return normalize(e.xyy * map(p + e.xyy).x + e.yyx * map(p + e.yyx).x + e.yxy * map(p + e.yxy).x + e.xxx * map(p + e.xxx).x);
}
vec2 march(vec3 o, vec3 d, float far, int steps) {
  float t = 0.02; float id = -1.0;
  for (int i = 0; i < 160; i++) {
    if (i >= steps) break;
    vec2 m = map(o + d * t);
    if (m.x < 0.0006 * t) { id = m.y; break; }
    t += m.x * STEP;
    if (t > far) break;
  }
  return vec2(t, id);
}
float shadow(vec3 o, vec3 d) {
  float s = 1.0, t = 0.03;
  for (int i = 0; i < 44; i++) {
    float h = map(o + d * t).x;
    s = min(s, 0.5 + 0.5 * h * 7.0 / t);
    if (s < 0.0) break;
    t += clamp(h * 0.9, 0.02, 0.2);
    if (t > 6.0) break;
  }
  s = max(s, 0.0);
  return s * s * (3.0 - 2.0 * s);
}
float occlusion(vec3 p, vec3 n) {
  float o = 0.0, w = 1.0;
  for (int i = 1; i <= 5; i++) { float h = 0.07 * float(i); o += (h - map(p + n * h).x) * w; w *= 0.72; }
  return clamp(1.0 - 1.25 * o, 0.0, 1.0);
}
// Two soft boxes and a bright room: what a glaze reflects.
vec3 room(vec3 d) {
  vec3 c = mix(BACK * 0.55, vec3(0.92, 0.95, 1.0), smoothstep(-0.3, 0.9, d.y));
  vec3 l = normalize(vec3(-0.75, 0.62, 0.5)); vec3 u = normalize(cross(l, vec3(0, 1, 0))), v = cross(u, l);
  if (dot(d, l) > 0.0) {
    vec2 q = vec2(dot(d, u), dot(d, v)) / dot(d, l);
    c += 4.2 * smoothstep(0.06, -0.06, max(abs(q.x) - 0.36, abs(q.y) - 0.5)) * (1.0 - 0.85 * smoothstep(0.025, 0.008, min(abs(q.x), abs(q.y))));
  }
  c += 1.1 * smoothstep(0.12, -0.08, abs(d.x - 0.86)) * smoothstep(-0.2, 0.4, d.y);
  return c;
}
void surface(float id, vec3 p, vec3 n, out vec3 albedo, out float gloss, out float mirror) {
  albedo = BACK; gloss = 0.0; mirror = 0.0;
  ${scene.materials}
}
const vec3 KEY = vec3(-0.52, 0.74, 0.43);
vec3 lit(vec3 p, vec3 n, vec3 d, vec3 albedo, float gloss, bool fine) {
  float key = max(dot(n, KEY), 0.0), s = fine ? shadow(p + n * 0.004, KEY) : 0.75, a = fine ? occlusion(p, n) : 0.85;
  vec3 half_ = normalize(KEY - d);
  vec3 c = albedo * (1.48 * key * s * vec3(1.0, 0.965, 0.91) + a * (0.34 + 0.3 * n.y) * vec3(0.86, 0.93, 1.05) + a * 0.2 * max(-n.y * 0.5 + 0.5, 0.0) * BACK);
  c += gloss * s * key * pow(max(dot(n, half_), 0.0), 48.0) * 0.5;
  return c;
}
vec3 render(vec3 o, vec3 d) {
  vec2 hit = march(o, d, 26.0, 160);
  float up = smoothstep(-0.45, 0.35, d.y);
  vec3 far = BACK * mix(1.0, 0.93, up);
  if (hit.y < -0.5) return far;
  vec3 p = o + d * hit.x;
  if (hit.y < 0.5) {
    float s = shadow(p + vec3(0, 0.004, 0), KEY), a = occlusion(p, vec3(0, 1, 0));
    vec3 c = BACK * (0.36 + 0.64 * mix(1.0, s, 0.78)) * mix(0.62, 1.0, a) * mix(1.04, 0.98, smoothstep(0.0, 3.0, length(p.xz)));
    return mix(c, far, smoothstep(4.0, 11.0, length(p.xz)));
  }
  vec3 n = normalAt(p), albedo; float gloss, mirror;
  surface(hit.y, p, n, albedo, gloss, mirror);
  vec3 c = lit(p, n, d, albedo, gloss, true);
  if (mirror > 0.0) {
    float f = mirror * (0.035 + 0.965 * pow(1.0 - max(dot(n, -d), 0.0), 5.0));
    vec3 r = reflect(d, n);
    vec2 again = march(p + n * 0.01, r, 7.0, 44);
    vec3 seen = room(r);
    if (again.y > -0.5) {
      vec3 q = p + n * 0.01 + r * again.x;
      if (again.y < 0.5) seen = BACK * 0.8;
      else { vec3 m = normalAt(q), al; float g2, m2; surface(again.y, q, m, al, g2, m2); seen = lit(q, m, r, al, 0.0, false); }
    }
    c += f * seen;
  }
  return c;
}
void main() {
  vec2 uv = (2.0 * (gl_FragCoord.xy + shift) - size) / size.y;
  vec3 f = normalize(aim - eye), r = normalize(cross(f, vec3(0, 1, 0))), u = cross(r, f);
  vec3 c = render(eye, normalize(f * lens + uv.x * r + uv.y * u));
  c *= 1.0 - 0.035 * dot(uv, uv);
  // A shoulder above two thirds: white glaze in full light keeps its shape.
  c = mix(c, 0.64 + 0.36 * (1.0 - exp(-(c - 0.64) / 0.46)), step(0.64, c));
  pixel = vec4(pow(clamp(c, 0.0, 1.0), vec3(1.0 / 2.2)), 1.0);
}`;
}
