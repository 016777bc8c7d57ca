// Owns the things that can stand on the table of a product picture (vessels, tea in them, heaps of leaves, tins, pressed
// cakes) and writes each as GLSL. Does not own the pictures themselves: `pictures.ts` composes them.
//
// Easy to get wrong: every number that reaches GLSL needs a decimal point (`num`), and a vessel's profile is a curve
// from its axis outwards and up to the rim, in (radius, height).

import type { SceneCode } from './shader.ts';

type Point = readonly [number, number];

export interface Glaze {
  readonly base: string;
  readonly second: string;
  readonly clay: string;
  readonly style: 'plain' | 'crackle' | 'streak' | 'speckle' | 'gzhel' | 'matte' | 'bands';
  /** How much of `second` shows, 0 to 1. */
  readonly mottle: number;
  /** Height under which the clay stays bare. */
  readonly dip: number;
}

interface Tube {
  readonly path: readonly [Point, Point, Point];
  readonly from: number;
  readonly to: number;
  readonly isHollow?: boolean;
}

export interface Vessel {
  readonly at?: Point;
  readonly yawDeg?: number;
  readonly scale?: number;
  readonly profile: readonly Point[];
  readonly wall: number;
  readonly foot?: { readonly radius: number; readonly height: number };
  readonly glaze: Glaze;
  readonly tubes?: readonly Tube[];
  readonly lid?: {
    readonly profile: readonly Point[];
    readonly knob: readonly [number, number, number];
    readonly wood?: boolean;
  };
  readonly liquid?: { readonly level: number; readonly colour: string; readonly isFoam?: boolean };
}

export interface Heap {
  readonly at: Point;
  readonly radius: number;
  readonly height: number;
  readonly pieces: number;
  readonly length: number;
  readonly thickness: number;
  /** How far the middle of a leaf leaves its straight line, in leaf lengths. */
  readonly bend: number;
  readonly colours: readonly [string, string, string];
  readonly seed: number;
}

export const num = (value: number): string => {
  const text = value.toFixed(4).replace(/0+$/, '');
  return text.endsWith('.') ? `${text}0` : text;
};

export function linear(hex: string): readonly [number, number, number] {
  const channel = (from: number): number => (parseInt(hex.slice(from, from + 2), 16) / 255) ** 2.2;
  return [channel(1), channel(3), channel(5)];
}

const rgb = (hex: string): string => `vec3(${linear(hex).map(num).join(',')})`;
const vec2 = (point: Point): string => `vec2(${num(point[0])},${num(point[1])})`;

/** A quadratic B-spline through the middle of its control polygon: smooth, so that reflections have no facets. */
function splinePieces(points: readonly Point[]): [Point, Point, Point][] {
  const pieces: [Point, Point, Point][] = [];
  for (let at = 1; at < points.length - 1; at += 1) {
    const before = points[at - 1];
    const here = points[at];
    const after = points[at + 1];
    if (!before || !here || !after) continue;
    const start: Point = at === 1 ? before : [(before[0] + here[0]) / 2, (before[1] + here[1]) / 2];
    const end: Point = at === points.length - 2 ? after : [(here[0] + after[0]) / 2, (here[1] + after[1]) / 2];
    pieces.push([start, here, end]);
  }
  return pieces;
}

function radiusAt(points: readonly Point[], height: number): number {
  let found = 0.5;
  let nearest = Infinity;
  for (const [a, b, c] of splinePieces(points)) {
    for (let t = 0; t <= 1; t += 0.02) {
      const mix = (k: 0 | 1): number => a[k] * (1 - t) * (1 - t) + 2 * b[k] * t * (1 - t) + c[k] * t * t;
      const off = Math.abs(mix(1) - height);
      if (off < nearest) {
        nearest = off;
        found = mix(0);
      }
    }
  }
  return found;
}

export interface Scene {
  vessel(vessel: Vessel): void;
  heap(heap: Heap): void;
  /** A pressed cake of tea, lying or leaning. */
  cake(cake: { at: Point; radius: number; colours: readonly [string, string]; seed: number }): void;
  /** A low mound of powder. */
  powder(powder: { at: Point; radius: number; height: number; colour: string }): void;
  /** A board under everything. */
  board(board: { at: Point; half: Point; colour: string; yawDeg: number }): void;
  code(): SceneCode;
}

export function createScene(backdrop: string): Scene {
  const functions: string[] = [];
  const map: string[] = [];
  const materials: string[] = [];
  let count = 0;

  const glazeCode = (glaze: Glaze, rim: number): string => `
    albedo = mix(${rgb(glaze.base)}, ${rgb(glaze.second)}, smoothstep(0.38, 0.72, fbm(q * 2.6 + 3.0)) * ${num(glaze.style === 'plain' || glaze.style === 'crackle' || glaze.style === 'matte' ? glaze.mottle : 0)});
    gloss = 1.0; mirror = 1.0;
    float around = atan(q.z, q.x);
    ${
      {
        plain: '',
        matte: 'gloss = 0.12; mirror = 0.06; albedo *= 0.9 + 0.2 * fbm(q * 14.0);',
        crackle:
          'vec2 cr = cell(q * 4.2 + 0.4 * fbm(q * 3.0)); albedo *= mix(0.80, 1.0, smoothstep(0.0, 0.045, cr.y - cr.x));',
        streak: `float st = noise(vec3(around * 13.0, q.y * 1.4, 3.0)) * 0.65 + noise(vec3(around * 31.0, q.y * 2.4, 9.0)) * 0.35; albedo = mix(albedo, ${rgb(glaze.second)}, smoothstep(0.38, 0.78, st) * ${num(glaze.mottle)} * smoothstep(-0.05, ${num(rim)}, q.y + 0.1));`,
        speckle: `vec2 sp = cell(q * 8.5); vec2 sq = cell(q * 15.0 + 4.0); albedo = mix(albedo, ${rgb(glaze.second)}, ${num(glaze.mottle)} * max(smoothstep(0.15, 0.09, sp.x), 0.6 * smoothstep(0.17, 0.1, sq.x)));`,
        bands: `float bw = 0.02 * (noise(vec3(around * 3.0, q.y * 5.0, 1.0)) - 0.5); float bd = abs(fract((q.y + bw + 0.8 * length(q.xz)) * 4.6) - 0.5); albedo = mix(albedo, ${rgb(glaze.second)}, ${num(glaze.mottle)} * smoothstep(0.34, 0.40, bd) * (0.75 + 0.25 * noise(vec3(around * 9.0, q.y * 30.0, 2.0))));`,
        gzhel: `
        float reps = 5.0; float k = around * reps / 6.2831853; float w = length(q.xz) * 6.2831853 / reps;
        vec2 g = vec2((fract(k) - 0.5) * w, q.y - ${num(rim * 0.5)});
        float gr = length(g), ga = atan(g.y, g.x) + floor(k) * 0.9;
        float petal = ${num(rim * 0.27)} * (0.62 + 0.38 * abs(cos(ga * 2.5)));
        float ink = smoothstep(petal, petal - 0.02, gr) * mix(0.5, 1.0, pow(clamp(gr / petal, 0.0, 1.0), 1.6)) * (0.75 + 0.25 * abs(sin(ga * 2.5)));
        ink *= mix(0.2, 1.0, smoothstep(0.02, 0.05, abs(gr - 0.05)));
        vec2 lf = turn(-0.55) * vec2(abs(g.x) - ${num(rim * 0.41)}, g.y + 0.03);
        float leaf = length(lf * vec2(1.0, 2.1 + 2.0 * lf.x)) - ${num(rim * 0.15)};
        ink = max(ink, smoothstep(0.012, -0.012, leaf) * (0.6 + 0.4 * smoothstep(0.016, 0.004, abs(lf.y))));
        float vine = abs(g.y + ${num(rim * 0.28)} - 0.035 * sin(around * reps * 2.0));
        ink = max(ink, 0.8 * smoothstep(0.016, 0.008, vine));
        ink = max(ink, smoothstep(0.022, 0.016, abs(q.y - ${num(rim * 0.93)})));
        ink = max(ink, 0.85 * smoothstep(0.012, 0.007, abs(q.y - ${num(rim * 0.86)})));
        ink = max(ink, smoothstep(0.03, 0.022, abs(q.y - 0.1)));
        albedo = mix(albedo, mix(${rgb(glaze.second)}, vec3(0.16, 0.32, 0.74), 0.55 * (1.0 - ink)), ink * ${num(glaze.mottle)});`,
      }[glaze.style]
    }
    float thin = smoothstep(${num(rim - 0.05)}, ${num(rim + 0.01)}, q.y + 0.02 * noise(q * 8.0));
    albedo = mix(albedo, mix(albedo, ${rgb(glaze.clay)}, 0.55), thin * ${glaze.style === 'gzhel' ? '0.0' : '1.0'});
    float line = q.y - ${num(glaze.dip)} - 0.045 * (noise(vec3(around * 2.2, 1.0, 4.0)) - 0.5);
    albedo *= mix(0.82, 1.0, smoothstep(0.0, 0.12, abs(line)));
    if (line < 0.0 && dot(n.xz, p.xz - CENTRE) > -0.001 && n.y < 0.6) { albedo = ${rgb(glaze.clay)} * (0.82 + 0.36 * fbm(q * 22.0)); gloss = 0.05; mirror = 0.0; }`;

  return {
    vessel(vessel) {
      count += 1;
      const id = count * 10;
      const centre = vec2(vessel.at ?? [0, 0]);
      const place = `vec3 q = p - vec3(${num(vessel.at?.[0] ?? 0)},0.0,${num(vessel.at?.[1] ?? 0)}); q.xz = turn(${num(((vessel.yawDeg ?? 0) * Math.PI) / 180)}) * q.xz; q /= ${num(vessel.scale ?? 1)};`;
      const pieces = splinePieces(vessel.profile)
        .map(([a, b, c]) => `d = min(d, curve(e, ${vec2(a)}, ${vec2(b)}, ${vec2(c)}).x);`)
        .join(' ');
      const tubes = (vessel.tubes ?? []).map(({ path, from, to, isHollow }) => {
        const call = `tube(q, ${vec2(path[0])}, ${vec2(path[1])}, ${vec2(path[2])})`;
        const bore = isHollow
          ? `s = max(s, -(tv.x - mix(${num(from - 0.03)}, ${num(to - 0.03)}, tv.y))); s = max(s, (tv.y - 0.985) * 0.4);`
          : '';
        return `{ vec2 tv = ${call}; float s = tv.x - mix(${num(from)}, ${num(to)}, tv.y * tv.y * (3.0 - 2.0 * tv.y)); ${bore} d = smin(d, s, 0.07); }`;
      });
      functions.push(`float body${id}(vec3 q) {
        vec2 e = vec2(length(q.xz), q.y); float d = 1e5; ${pieces} d -= ${num(vessel.wall)};
        ${vessel.foot ? `d = smin(d, ring(e, ${num(vessel.foot.radius)}, 0.02, ${num(vessel.foot.height)}), 0.05);` : ''}
        ${tubes.join('\n')}
        return d; }`);
      const scale = num(vessel.scale ?? 1);
      const rim = Math.max(...vessel.profile.map(([, height]) => height));
      map.push(`{ ${place} put(best, body${id}(q) * ${scale}, ${num(id)});`);
      materials.push(
        `if (abs(id - ${num(id)}) < 0.1) { ${place} ${glazeCode(vessel.glaze, rim).replace('CENTRE', centre)} }`,
      );
      if (vessel.lid) {
        const lid = splinePieces(vessel.lid.profile)
          .map(([a, b, c]) => `d = min(d, curve(e, ${vec2(a)}, ${vec2(b)}, ${vec2(c)}).x);`)
          .join(' ');
        const top = Math.max(...vessel.lid.profile.map(([, height]) => height));
        functions.push(`float lid${id}(vec3 q) { vec2 e = vec2(length(q.xz), q.y); float d = 1e5; ${lid} d -= ${num(vessel.wall * 0.9)};
          return smin(d, ball(q, vec3(0.0, ${num(top + vessel.lid.knob[1])}, 0.0), vec3(${num(vessel.lid.knob[0])}, ${num(vessel.lid.knob[2])}, ${num(vessel.lid.knob[0])})), 0.06); }`);
        map.push(`put(best, lid${id}(q) * ${scale}, ${num(id + 1)});`);
        materials.push(
          vessel.lid.wood
            ? `if (abs(id - ${num(id + 1)}) < 0.1) { ${place} float w = fbm(vec3(q.x * 3.0, q.y * 40.0, q.z * 24.0)); albedo = mix(${rgb('#9a6a3f')}, ${rgb('#5d3b22')}, w); gloss = 0.2; mirror = 0.15; }`
            : `if (abs(id - ${num(id + 1)}) < 0.1) { ${place} ${glazeCode({ ...vessel.glaze, dip: -1, style: vessel.glaze.style === 'gzhel' ? 'plain' : vessel.glaze.style, mottle: vessel.glaze.style === 'gzhel' ? 0 : vessel.glaze.mottle }, 9).replace('CENTRE', centre)} ${vessel.glaze.style === 'gzhel' ? `float lr = length(q.xz); albedo = mix(albedo, ${rgb(vessel.glaze.second)}, max(smoothstep(0.02, 0.012, abs(lr - ${num((vessel.lid.profile.at(-1)?.[0] ?? 0.4) * 0.82)})), smoothstep(${num(top + vessel.lid.knob[1] - vessel.lid.knob[2] * 0.4)}, ${num(top + vessel.lid.knob[1])}, q.y)));` : ''} }`,
        );
      }
      if (vessel.liquid) {
        const radius = radiusAt(vessel.profile, vessel.liquid.level);
        map.push(`put(best, disc(q, ${num(radius)}, ${num(vessel.liquid.level)}, 0.006) * ${scale}, ${num(id + 2)});`);
        materials.push(
          vessel.liquid.isFoam
            ? `if (abs(id - ${num(id + 2)}) < 0.1) { ${place} vec2 fo = cell(q * 17.0); vec2 fp = cell(q * 34.0); albedo = ${rgb(vessel.liquid.colour)} * (0.86 + 0.22 * smoothstep(0.0, 0.25, fo.y - fo.x) + 0.1 * fp.x); gloss = 0.2; mirror = 0.25; }`
            : `if (abs(id - ${num(id + 2)}) < 0.1) { ${place} float deep = smoothstep(${num(radius)}, ${num(radius * 0.35)}, length(q.xz)); vec3 tea = ${rgb(vessel.liquid.colour)}; albedo = mix(pow(tea, vec3(0.8)), tea, 0.3 + 0.7 * deep) * 0.82; gloss = 0.5; mirror = 1.0; }`,
        );
      }
      map.push('}');
    },

    heap(heap) {
      count += 1;
      const id = count * 10;
      let seed = heap.seed;
      // A fixed generator: the same picture every time it is rendered.
      const random = (): number => {
        seed = (seed * 1664525 + 1013904223) % 4294967296;
        return seed / 4294967296;
      };
      const ends: string[] = [];
      for (let piece = 0; piece < heap.pieces; piece += 1) {
        const far = random() ** 0.62 * (piece % 9 === 0 ? 1.35 : 1) * heap.radius;
        const angle = random() * Math.PI * 2;
        const x = Math.cos(angle) * far;
        const z = Math.sin(angle) * far;
        const room = heap.height * Math.max(0, 1 - (far / heap.radius) ** 2);
        const y = heap.thickness + room * random();
        const heading = random() * Math.PI * 2;
        const tilt = (random() - 0.5) * (room > 0.05 ? 0.9 : 0.15);
        const half = heap.length * (0.34 + 0.3 * random());
        const dx = Math.cos(heading) * Math.cos(tilt) * half;
        const dy = Math.sin(tilt) * half;
        const dz = Math.sin(heading) * Math.cos(tilt) * half;
        const bend = heap.length * heap.bend * (random() - 0.3);
        const low = (height: number): number => Math.max(heap.thickness * 0.8, height);
        const middle = [x - Math.sin(heading) * bend, low(y + bend * 0.6), z + Math.cos(heading) * bend];
        const a = [x - dx, low(y - dy), z - dz];
        const b = [x + dx, low(y + dy), z + dz];
        ends.push(
          `vec3(${a.map(num).join(',')})`,
          `vec3(${middle.map(num).join(',')})`,
          `vec3(${b.map(num).join(',')})`,
        );
      }
      functions.push(`const vec3 leaf${id}[${ends.length}] = vec3[](${ends.join(',')});
      vec2 heap${id}(vec3 q) {
        float far = disc(q, ${num(heap.radius * 1.4 + heap.length * 0.6)}, ${num(heap.height * 0.5)}, ${num(heap.height * 0.5 + heap.length * 0.4 + heap.thickness)});
        if (far > 0.4) return vec2(far, ${num(id)}); // nearer, the ambient shadow would see the bound
        float d = 1e5, v = 0.0;
        for (int i = 0; i < ${ends.length}; i += 3) {
          vec3 a = leaf${id}[i], m = leaf${id}[i + 1], b = leaf${id}[i + 2];
          if (length(q - m) - ${num(heap.length + heap.thickness)} > d) continue;
          float e = smin(stick(q, a, m, ${num(heap.thickness)}), stick(q, m, b, ${num(heap.thickness * 0.85)}), ${num(heap.thickness * 0.8)});
          if (e < d) { d = e; v = fract(float(i) * 0.381966); }
        }
        d += 0.012 * (noise(q * 26.0) - 0.5) * ${num(Math.min(1, heap.thickness * 22))};
        return vec2(d * 0.8, ${num(id)} + v * 0.9);
      }`);
      const place = `vec3 q = p - vec3(${num(heap.at[0])},0.0,${num(heap.at[1])});`;
      map.push(`{ ${place} vec2 h = heap${id}(q); put(best, h.x, h.y); }`);
      const [one, two, three] = heap.colours;
      materials.push(`if (id >= ${num(id)} && id < ${num(id + 1)}) { ${place} float v = (id - ${num(id)}) / 0.9;
        albedo = mix(mix(${rgb(one)}, ${rgb(two)}, smoothstep(0.1, 0.6, v)), ${rgb(three)}, smoothstep(0.72, 0.96, v));
        albedo *= 0.7 + 0.6 * noise(q * vec3(24.0, 60.0, 24.0)); gloss = 0.16; mirror = 0.12; }`);
    },

    cake({ at, radius, colours, seed }) {
      count += 1;
      const id = count * 10;
      const place = `vec3 q = p - vec3(${num(at[0])},0.0,${num(at[1])});`;
      functions.push(`float cake${id}(vec3 q) {
        float r = length(q.xz); float h = 0.20 * (1.0 - 0.35 * pow(clamp(r / ${num(radius)}, 0.0, 1.0), 4.0));
        vec2 e = vec2(r - ${num(radius - 0.12)}, abs(q.y - 0.21) - h + 0.1); float d = length(max(e, 0.0)) + min(max(e.x, e.y), 0.0) - 0.12;
        d += 0.11 * smoothstep(0.42, 0.0, r) * step(0.2, q.y);
        
        vec2 c = cell(vec3(q.x * 7.0 + ${num(seed)}, q.y * 9.0, q.z * 7.0) + 1.4 * fbm(q * 5.0)); float n = fbm(q * 14.0 + ${num(seed)});
        return (d + 0.028 * (c.x - 0.5) - 0.02 * n) * 0.62; }`);
      map.push(`{ ${place} put(best, cake${id}(q), ${num(id)}); }`);
      materials.push(`if (abs(id - ${num(id)}) < 0.1) { ${place} vec2 c = cell(vec3(q.x * 7.0 + ${num(seed)}, q.y * 9.0, q.z * 7.0) + 1.4 * fbm(q * 5.0));
        albedo = mix(${rgb(colours[0])}, ${rgb(colours[1])}, smoothstep(0.32, 0.7, noise(vec3(q.x * 9.0 + 5.0 * fbm(q * 2.0), q.y * 12.0, q.z * 26.0 + 6.0 * fbm(q * 2.3 + 4.0)))) * 0.75) * (0.65 + 0.55 * (1.0 - c.x)); gloss = 0.12; mirror = 0.08; }`);
    },

    powder({ at, radius, height, colour }) {
      count += 1;
      const id = count * 10;
      const place = `vec3 q = p - vec3(${num(at[0])},0.0,${num(at[1])});`;
      functions.push(`float powder${id}(vec3 q) { float r = length(q.xz) / ${num(radius)};
        float d = q.y - ${num(height)} * exp(-3.2 * r * r) + 0.016 - 0.03 * (fbm(q * 9.0) - 0.4) * exp(-1.4 * r * r) - 0.012 * noise(q * 50.0) * exp(-2.0 * r * r) ; return d * 0.55; }`);
      map.push(`{ ${place} put(best, powder${id}(q), ${num(id)}); }`);
      materials.push(
        `if (abs(id - ${num(id)}) < 0.1) { ${place} albedo = ${rgb(colour)} * (0.86 + 0.28 * fbm(q * 30.0)); }`,
      );
    },

    board({ at, half, colour, yawDeg }) {
      count += 1;
      const id = count * 10;
      const place = `vec3 q = p - vec3(${num(at[0])},0.06,${num(at[1])}); q.xz = turn(${num((yawDeg * Math.PI) / 180)}) * q.xz;`;
      map.push(`{ ${place} put(best, box(q, vec3(${num(half[0])},0.06,${num(half[1])}), 0.03), ${num(id)}); }`);
      materials.push(`if (abs(id - ${num(id)}) < 0.1) { ${place} float g = fbm(vec3(q.x * 1.3, q.y * 9.0, q.z * 11.0) + 0.7 * fbm(q * 2.0)); float s = fbm(vec3(q.x * 4.0, 0.0, q.z * 70.0));
        albedo = ${rgb(colour)} * (0.62 + 0.62 * g + 0.18 * s); gloss = 0.08; mirror = 0.1; }`);
    },

    code: () => ({
      functions: functions.join('\n'),
      map: map.join('\n'),
      materials: materials.join('\n'),
      backdrop: linear(backdrop),
    }),
  };
}
