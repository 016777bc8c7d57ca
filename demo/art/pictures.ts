// Owns what each product picture shows: which things stand where, on which paper, seen from where. Two pictures a
// product (`<id>` and `<id>-2`), other glazes of three of them, and the wide ones of the home page.

import type { Camera, SceneCode } from './shader.ts';
import { createScene, type Glaze, type Heap, type Scene } from './scene.ts';
import * as shape from './vessels.ts';

export interface Picture {
  readonly name: string;
  readonly scene: SceneCode;
  readonly camera: Camera;
  readonly width: number;
  readonly height: number;
}

const side = 600;

const paper = {
  mist: '#dfe7e6',
  sky: '#d5e0ea',
  sand: '#e9e2d6',
  sage: '#d7e1d6',
  rose: '#ecdfd9',
  pearl: '#e8eaea',
  straw: '#ece5cb',
} as const;

const front: Camera = { target: [0, 0.52, 0], distance: 8.2, yawDeg: 18, pitchDeg: 20, fovDeg: 22 };
const above: Camera = { target: [0, 0.3, 0], distance: 8, yawDeg: -28, pitchDeg: 52, fovDeg: 20 };

function draw(backdrop: string, compose: (scene: Scene) => void): SceneCode {
  const scene = createScene(backdrop);
  compose(scene);
  return scene.code();
}

interface Tea {
  readonly id: string;
  readonly paper: keyof typeof paper;
  readonly liquor: string;
  readonly cup: Glaze;
  readonly leaf: Omit<Heap, 'at' | 'seed'>;
  readonly extra?: (scene: Scene) => void;
}

const twisted = { radius: 0.66, height: 0.36, pieces: 120, length: 0.36, thickness: 0.03, bend: 0.5 } as const;
const rolled = { radius: 0.64, height: 0.36, pieces: 120, length: 0.09, thickness: 0.066, bend: 0.6 } as const;
const needles = { radius: 0.66, height: 0.3, pieces: 140, length: 0.38, thickness: 0.02, bend: 0.14 } as const;
const buds = { radius: 0.66, height: 0.34, pieces: 95, length: 0.4, thickness: 0.038, bend: 0.24 } as const;

const teas: readonly Tea[] = [
  {
    id: 'da-hong-pao',
    paper: 'sand',
    liquor: '#b4581c',
    cup: shape.glazes.porcelain,
    leaf: { ...twisted, colours: ['#3a2a22', '#4d372a', '#6b4a34'] },
  },
  {
    id: 'tie-guan-yin',
    paper: 'sage',
    liquor: '#d8c25a',
    cup: shape.glazes.porcelain,
    leaf: { ...rolled, colours: ['#4c5a34', '#65703f', '#3a4430'] },
  },
  {
    id: 'longjing',
    paper: 'mist',
    liquor: '#d9d07c',
    cup: shape.glazes.celadonPlain,
    leaf: { ...buds, thickness: 0.034, colours: ['#8c9650', '#a3a95f', '#c0b978'] },
  },
  {
    id: 'sencha',
    paper: 'sage',
    liquor: '#b9c455',
    cup: shape.glazes.brushed,
    leaf: { ...needles, colours: ['#2f4a2c', '#41603a', '#5f7a48'] },
  },
  {
    id: 'bai-mu-dan',
    paper: 'pearl',
    liquor: '#e3c987',
    cup: shape.glazes.porcelain,
    leaf: { ...twisted, thickness: 0.04, colours: ['#7d7a5a', '#a7a489', '#5d5a42'] },
  },
  {
    id: 'silver-needle',
    paper: 'sky',
    liquor: '#e8d9a6',
    cup: shape.glazes.celadon,
    leaf: { ...buds, colours: ['#c3c7b4', '#dadbcb', '#a4ab93'] },
  },
  {
    id: 'dian-hong',
    paper: 'rose',
    liquor: '#a23a12',
    cup: shape.glazes.porcelain,
    leaf: { ...twisted, colours: ['#2d211c', '#3d2b22', '#b98236'] },
  },
  {
    id: 'darjeeling',
    paper: 'straw',
    liquor: '#cf8d35',
    cup: shape.glazes.gzhel,
    leaf: { ...needles, length: 0.28, thickness: 0.026, bend: 0.4, colours: ['#5a4a2e', '#74603a', '#7f8450'] },
  },
  {
    id: 'ivan-chai',
    paper: 'rose',
    liquor: '#b05a22',
    cup: shape.glazes.gzhel,
    leaf: { ...twisted, length: 0.26, colours: ['#40301f', '#55402a', '#b565a0'] },
  },
];

const oddTeas: readonly {
  id: string;
  paper: keyof typeof paper;
  put: (scene: Scene) => void;
  close: (scene: Scene) => void;
}[] = [
  {
    id: 'matcha',
    paper: 'mist',
    put: (scene) => {
      scene.vessel({
        ...shape.bowl(shape.glazes.oat),
        at: [-0.3, -0.3],
        liquid: { level: 0.6, colour: '#74923f', isFoam: true },
      });
      scene.powder({ at: [1.05, 0.85], radius: 0.55, height: 0.34, colour: '#6d8a35' });
    },
    close: (scene) =>
      scene.vessel({ ...shape.bowl(shape.glazes.oat), liquid: { level: 0.6, colour: '#74923f', isFoam: true } }),
  },
  {
    id: 'shu-puer',
    paper: 'sand',
    put: (scene) => {
      scene.cake({ at: [-0.35, -0.25], radius: 1.2, colours: ['#2c1d16', '#4a3022'], seed: 4 });
      scene.vessel({ ...shape.cup(shape.glazes.porcelain, '#3c0f06'), at: [1.0, 0.85], scale: 0.72 });
    },
    close: (scene) => scene.cake({ at: [0, 0], radius: 1.25, colours: ['#2c1d16', '#4a3022'], seed: 4 }),
  },
  {
    id: 'sheng-puer',
    paper: 'straw',
    put: (scene) => {
      scene.cake({ at: [-0.35, -0.25], radius: 1.2, colours: ['#4d4a31', '#8a835c'], seed: 11 });
      scene.vessel({ ...shape.cup(shape.glazes.celadonPlain, '#c98f2b'), at: [1.0, 0.85], scale: 0.72 });
    },
    close: (scene) => scene.cake({ at: [0, 0], radius: 1.25, colours: ['#4d4a31', '#8a835c'], seed: 11 }),
  },
];

const wares: readonly {
  id: string;
  paper: keyof typeof paper;
  put: (scene: Scene, glaze: Glaze) => void;
  glaze: Glaze;
  glazes?: Record<string, Glaze>;
  camera?: Partial<Camera>;
  second?: Partial<Camera>;
}[] = [
  {
    id: 'gaiwan',
    paper: 'mist',
    glaze: shape.glazes.celadon,
    glazes: { porcelain: shape.glazes.porcelain, cobalt: shape.glazes.cobalt },
    put: (scene, glaze) => {
      scene.vessel(shape.saucer(glaze));
      scene.vessel({ ...shape.gaiwan(glaze) });
    },
    camera: { distance: 8.4, target: [0, 0.58, 0] },
    second: { distance: 7.6, target: [0, 0.6, 0], pitchDeg: 38 },
  },
  {
    id: 'teapot-gzhel',
    paper: 'sky',
    glaze: shape.glazes.gzhel,
    put: (scene, glaze) => scene.vessel({ ...shape.teapot(glaze), yawDeg: -18 }),
    camera: { distance: 11, target: [0, 0.66, 0] },
    second: { distance: 9.6, target: [0.2, 0.7, 0], yawDeg: 40, pitchDeg: 30 },
  },
  {
    id: 'teapot-clay',
    paper: 'sand',
    glaze: shape.glazes.yixing,
    glazes: { ink: shape.glazes.ink },
    put: (scene, glaze) => scene.vessel({ ...shape.yixing(glaze), yawDeg: -14 }),
    camera: { distance: 9.8, target: [0, 0.5, 0] },
    second: { distance: 8.6, target: [0.1, 0.5, 0], yawDeg: 44, pitchDeg: 34 },
  },
  {
    id: 'kyusu',
    paper: 'pearl',
    glaze: shape.glazes.ink,
    put: (scene, glaze) => scene.vessel({ ...shape.kyusu(glaze), yawDeg: 40 }),
    camera: { distance: 10.4, target: [0, 0.5, 0] },
    second: { distance: 9, target: [0, 0.5, 0], yawDeg: 70, pitchDeg: 36 },
  },
  {
    id: 'chawan',
    paper: 'sage',
    glaze: shape.glazes.tenmoku,
    glazes: { celadon: shape.glazes.celadonPlain, oat: shape.glazes.oat },
    put: (scene, glaze) => scene.vessel(shape.bowl(glaze)),
    camera: { distance: 8, target: [0, 0.44, 0], pitchDeg: 24 },
    second: { distance: 7.6, target: [0, 0.42, 0], pitchDeg: 46 },
  },
  {
    id: 'pitcher',
    paper: 'mist',
    glaze: shape.glazes.celadonPlain,
    put: (scene, glaze) => scene.vessel({ ...shape.pitcher(glaze), yawDeg: -12 }),
    camera: { distance: 9, target: [-0.15, 0.7, 0] },
    second: { distance: 8, target: [-0.1, 0.7, 0], pitchDeg: 40 },
  },
  {
    id: 'cups',
    paper: 'rose',
    glaze: shape.glazes.blush,
    put: (scene) => {
      scene.vessel({ ...shape.cup(shape.glazes.blush), at: [-0.85, 0.3] });
      scene.vessel({ ...shape.cup(shape.glazes.oat), at: [0.75, 0.75] });
      scene.vessel({ ...shape.cup(shape.glazes.celadonPlain), at: [0.05, -0.95] });
      scene.vessel({ ...shape.cup(shape.glazes.cobalt), at: [1.45, -0.7] });
    },
    camera: { distance: 11, target: [0.25, 0.3, 0], pitchDeg: 26 },
    second: { distance: 10.4, target: [0.25, 0.3, 0], pitchDeg: 58 },
  },
  {
    id: 'mug',
    paper: 'straw',
    glaze: shape.glazes.oat,
    put: (scene, glaze) => scene.vessel({ ...shape.mug(glaze), yawDeg: 12 }),
    camera: { distance: 8.2, target: [0.2, 0.6, 0] },
    second: { distance: 7.6, target: [0.25, 0.6, 0], pitchDeg: 42 },
  },
  {
    id: 'caddy',
    paper: 'sky',
    glaze: shape.glazes.cobalt,
    put: (scene, glaze) => scene.vessel(shape.caddy(glaze)),
    camera: { distance: 9.4, target: [0, 0.82, 0] },
    second: { distance: 8.6, target: [0, 0.85, 0], pitchDeg: 36 },
  },
  {
    id: 'plate',
    paper: 'pearl',
    glaze: shape.glazes.brushed,
    put: (scene, glaze) => scene.vessel(shape.plate(glaze)),
    camera: { distance: 11, target: [0, 0.1, 0], pitchDeg: 36 },
    second: { distance: 10.4, target: [0, 0.1, 0], pitchDeg: 66 },
  },
  {
    id: 'moon-jar',
    paper: 'sand',
    glaze: shape.glazes.porcelain,
    put: (scene, glaze) => scene.vessel(shape.moonJar(glaze)),
    camera: { distance: 10.6, target: [0, 0.98, 0], pitchDeg: 14 },
    second: { distance: 11, target: [0, 1.05, 0], pitchDeg: 40 },
  },
  {
    id: 'jam-bowl',
    paper: 'rose',
    glaze: shape.glazes.gzhel,
    put: (scene, glaze) => scene.vessel({ ...shape.jamBowl(glaze), liquid: { level: 0.56, colour: '#8e0d1c' } }),
    camera: { distance: 7.6, target: [0, 0.4, 0], pitchDeg: 26 },
    second: { distance: 7, target: [0, 0.42, 0], pitchDeg: 50 },
  },
];

function heroScene(backdrop: string): SceneCode {
  return draw(backdrop, (scene) => {
    scene.vessel({ ...shape.teapot(shape.glazes.gzhel), at: [0.35, -0.55], yawDeg: -24 });
    scene.vessel({ ...shape.cup(shape.glazes.porcelain, '#b4581c'), at: [2.25, 0.75], scale: 0.95 });
    scene.vessel({ ...shape.gaiwan(shape.glazes.celadon), at: [-2.45, -0.1] });
    scene.vessel({ ...shape.moonJar(shape.glazes.porcelain), at: [-1.0, -3.2], scale: 1.15 });
    scene.vessel({ ...shape.caddy(shape.glazes.cobalt), at: [2.75, -2.0], scale: 1.05 });
    scene.vessel({ ...shape.cup(shape.glazes.blush), at: [-0.75, 1.3], scale: 0.8 });
    scene.heap({
      ...twisted,
      at: [0.95, 1.75],
      pieces: 46,
      radius: 0.6,
      height: 0.2,
      colours: ['#3a2a22', '#4d372a', '#6b4a34'],
      seed: 5,
    });
  });
}

export function pictures(): readonly Picture[] {
  const all: Picture[] = [];
  const add = (name: string, scene: SceneCode, camera: Camera): void => {
    all.push({ name, scene, camera, width: side, height: side });
  };
  teas.forEach((tea, index) => {
    const heap: Heap = { ...tea.leaf, at: [0.68, 0.85], seed: 17 + index * 31 };
    add(
      tea.id,
      draw(paper[tea.paper], (scene) => {
        scene.vessel({ ...shape.cup(tea.cup, tea.liquor), at: [-0.45, -0.4], scale: 1.1 });
        scene.heap(heap);
      }),
      { ...front, target: [0.1, 0.3, 0.15], distance: 8.8, pitchDeg: 33, yawDeg: 6 },
    );
    add(
      `${tea.id}-2`,
      draw(paper[tea.paper], (scene) => {
        scene.heap({
          ...tea.leaf,
          at: [0, 0],
          radius: tea.leaf.radius * 1.15,
          pieces: Math.round(tea.leaf.pieces * 1.3),
          seed: 91 + index * 13,
        });
      }),
      { ...above, distance: 5.6, target: [0, 0.1, 0] },
    );
  });
  for (const tea of oddTeas) {
    add(tea.id, draw(paper[tea.paper], tea.put), {
      ...front,
      target: [0.1, 0.3, 0.1],
      distance: 9.6,
      pitchDeg: 33,
      yawDeg: 6,
    });
    add(`${tea.id}-2`, draw(paper[tea.paper], tea.close), { ...above, distance: 8.2, target: [0, 0.25, 0] });
  }
  for (const ware of wares) {
    add(
      ware.id,
      draw(paper[ware.paper], (scene) => ware.put(scene, ware.glaze)),
      { ...front, ...ware.camera },
    );
    add(
      `${ware.id}-2`,
      draw(paper[ware.paper], (scene) => ware.put(scene, ware.glaze)),
      { ...above, ...ware.second },
    );
    for (const [name, glaze] of Object.entries(ware.glazes ?? {}))
      add(
        `${ware.id}-${name}`,
        draw(paper[ware.paper], (scene) => ware.put(scene, glaze)),
        { ...front, ...ware.camera },
      );
  }
  all.push({
    name: 'hero',
    scene: heroScene('#d5e0ea'),
    camera: { target: [0.1, 0.62, 0], distance: 15, yawDeg: 8, pitchDeg: 17, fovDeg: 24 },
    width: 1200,
    height: 800,
  });
  return all;
}
