// Owns the shapes of the shop's ceramics, in units of about ten centimetres, and its glazes. `scene.ts` draws them for
// the pictures and `shop/drawing.ts` for the measured drawings, so a changed profile changes both.

import type { Glaze, Vessel } from './scene.ts';

export const glazes = {
  porcelain: { base: '#f3f4f1', second: '#e6ebea', clay: '#e9e5dc', style: 'plain', mottle: 0.5, dip: 0.02 },
  gzhel: { base: '#f5f6f5', second: '#12309a', clay: '#efece4', style: 'gzhel', mottle: 1, dip: 0.02 },
  celadon: { base: '#9db8a7', second: '#84a695', clay: '#b08a67', style: 'crackle', mottle: 0.8, dip: 0.08 },
  celadonPlain: { base: '#a8c0b0', second: '#8dae9d', clay: '#a67f5f', style: 'plain', mottle: 0.8, dip: 0.1 },
  tenmoku: { base: '#1d1512', second: '#a8682c', clay: '#6f4a35', style: 'streak', mottle: 0.9, dip: 0.2 },
  cobalt: { base: '#1a3178', second: '#3961b4', clay: '#8d7360', style: 'streak', mottle: 0.75, dip: 0.16 },
  yixing: { base: '#7b4230', second: '#8d5340', clay: '#7b4230', style: 'matte', mottle: 0.6, dip: -1 },
  ink: { base: '#2c2e30', second: '#3b3d3f', clay: '#2c2e30', style: 'matte', mottle: 0.6, dip: -1 },
  oat: { base: '#e2d6c2', second: '#4f3a2a', clay: '#a37651', style: 'speckle', mottle: 0.85, dip: 0.2 },
  blush: { base: '#e0b5a4', second: '#8d5647', clay: '#b08168', style: 'speckle', mottle: 0.55, dip: 0.22 },
  brushed: { base: '#eef0ec', second: '#2a4fae', clay: '#d8cfc0', style: 'bands', mottle: 0.85, dip: 0.04 },
  honey: { base: '#c98a3a', second: '#7d4a17', clay: '#8b5f3f', style: 'streak', mottle: 0.6, dip: 0.14 },
} satisfies Record<string, Glaze>;

export const cup = (glaze: Glaze, tea?: string): Vessel => ({
  profile: [
    [0, 0.13],
    [0.34, 0.13],
    [0.62, 0.2],
    [0.66, 0.6],
    [0.74, 0.86],
  ],
  wall: 0.028,
  foot: { radius: 0.32, height: 0.05 },
  glaze,
  ...(tea ? { liquid: { level: 0.64, colour: tea } } : {}),
});

export const bowl = (glaze: Glaze): Vessel => ({
  profile: [
    [0, 0.14],
    [0.4, 0.14],
    [0.98, 0.24],
    [1.02, 0.76],
    [1.04, 0.98],
  ],
  wall: 0.042,
  foot: { radius: 0.4, height: 0.06 },
  glaze,
});

export const gaiwan = (glaze: Glaze): Vessel => ({
  profile: [
    [0, 0.2],
    [0.36, 0.2],
    [0.66, 0.34],
    [0.72, 0.84],
    [0.92, 1.04],
  ],
  wall: 0.026,
  foot: { radius: 0.34, height: 0.1 },
  glaze,
  lid: {
    profile: [
      [0, 1.3],
      [0.3, 1.28],
      [0.62, 1.16],
      [0.76, 0.98],
    ],
    knob: [0.2, 0.05, 0.06],
  },
});

export const saucer = (glaze: Glaze): Vessel => ({
  profile: [
    [0, 0.05],
    [0.4, 0.05],
    [0.7, 0.06],
    [1.08, 0.24],
  ],
  wall: 0.026,
  glaze: { ...glaze, dip: -1 },
});

export const teapot = (glaze: Glaze): Vessel => ({
  profile: [
    [0, 0.08],
    [0.62, 0.06],
    [1.12, 0.3],
    [1.06, 1.0],
    [0.5, 1.14],
    [0.46, 1.2],
  ],
  wall: 0.035,
  foot: { radius: 0.56, height: 0.04 },
  glaze,
  lid: {
    profile: [
      [0, 1.34],
      [0.26, 1.33],
      [0.5, 1.25],
      [0.54, 1.2],
    ],
    knob: [0.13, 0.09, 0.12],
  },
  tubes: [
    {
      path: [
        [0.84, 0.42],
        [1.32, 0.5],
        [1.55, 1.16],
      ],
      from: 0.24,
      to: 0.085,
      isHollow: true,
    },
    {
      path: [
        [-0.8, 0.98],
        [-1.5, 1.22],
        [-1.55, 0.78],
      ],
      from: 0.075,
      to: 0.085,
    },
    {
      path: [
        [-1.55, 0.78],
        [-1.58, 0.4],
        [-0.94, 0.34],
      ],
      from: 0.085,
      to: 0.065,
    },
  ],
});

export const yixing = (glaze: Glaze): Vessel => ({
  profile: [
    [0, 0.06],
    [0.66, 0.05],
    [1.0, 0.2],
    [0.98, 0.62],
    [0.86, 0.86],
    [0.44, 0.92],
  ],
  wall: 0.035,
  glaze,
  lid: {
    profile: [
      [0, 1.06],
      [0.24, 1.05],
      [0.42, 0.98],
      [0.5, 0.93],
    ],
    knob: [0.1, 0.1, 0.11],
  },
  tubes: [
    {
      path: [
        [0.85, 0.4],
        [1.2, 0.42],
        [1.42, 0.92],
      ],
      from: 0.17,
      to: 0.07,
      isHollow: true,
    },
    {
      path: [
        [-0.84, 0.76],
        [-1.36, 0.92],
        [-1.38, 0.56],
      ],
      from: 0.06,
      to: 0.075,
    },
    {
      path: [
        [-1.38, 0.56],
        [-1.36, 0.26],
        [-0.92, 0.24],
      ],
      from: 0.075,
      to: 0.055,
    },
  ],
});

export const kyusu = (glaze: Glaze): Vessel => ({
  ...yixing(glaze),
  tubes: [
    {
      path: [
        [0.82, 0.5],
        [1.08, 0.56],
        [1.24, 0.94],
      ],
      from: 0.14,
      to: 0.075,
      isHollow: true,
    },
    {
      path: [
        [-0.88, 0.56],
        [-1.3, 0.66],
        [-1.78, 0.96],
      ],
      from: 0.11,
      to: 0.15,
      isHollow: true,
    },
  ],
});

export const pitcher = (glaze: Glaze): Vessel => ({
  profile: [
    [0, 0.08],
    [0.56, 0.06],
    [0.82, 0.26],
    [0.7, 0.86],
    [0.46, 1.1],
    [0.66, 1.42],
  ],
  wall: 0.034,
  glaze,
  tubes: [
    {
      path: [
        [-0.58, 1.24],
        [-1.22, 1.34],
        [-1.2, 0.86],
      ],
      from: 0.055,
      to: 0.065,
    },
    {
      path: [
        [-1.2, 0.86],
        [-1.14, 0.5],
        [-0.68, 0.46],
      ],
      from: 0.065,
      to: 0.05,
    },
  ],
});

export const mug = (glaze: Glaze): Vessel => ({
  profile: [
    [0, 0.07],
    [0.6, 0.05],
    [0.72, 0.14],
    [0.68, 0.7],
    [0.7, 1.24],
  ],
  wall: 0.045,
  glaze,
  tubes: [
    {
      path: [
        [0.66, 1.0],
        [1.28, 1.12],
        [1.22, 0.7],
      ],
      from: 0.075,
      to: 0.085,
    },
    {
      path: [
        [1.22, 0.7],
        [1.16, 0.36],
        [0.68, 0.34],
      ],
      from: 0.085,
      to: 0.065,
    },
  ],
});

export const caddy = (glaze: Glaze): Vessel => ({
  profile: [
    [0, 0.06],
    [0.56, 0.04],
    [0.84, 0.18],
    [0.78, 0.9],
    [0.86, 1.24],
    [0.56, 1.44],
    [0.54, 1.5],
  ],
  wall: 0.035,
  glaze,
  lid: {
    profile: [
      [0, 1.6],
      [0.5, 1.6],
      [0.62, 1.58],
      [0.62, 1.5],
    ],
    knob: [0.12, 0.06, 0.08],
    wood: true,
  },
});

export const plate = (glaze: Glaze): Vessel => ({
  profile: [
    [0, 0.09],
    [0.7, 0.09],
    [1.2, 0.08],
    [1.62, 0.26],
  ],
  wall: 0.04,
  foot: { radius: 0.8, height: 0.03 },
  glaze: { ...glaze, dip: 0.02 },
});

export const moonJar = (glaze: Glaze): Vessel => ({
  profile: [
    [0, 0.06],
    [0.5, 0.04],
    [1.28, 0.5],
    [1.24, 1.5],
    [0.5, 1.86],
    [0.5, 2.04],
  ],
  wall: 0.035,
  glaze,
});

export const jamBowl = (glaze: Glaze): Vessel => ({
  profile: [
    [0, 0.3],
    [0.3, 0.3],
    [0.7, 0.34],
    [0.84, 0.62],
    [0.94, 0.78],
  ],
  wall: 0.03,
  foot: { radius: 0.3, height: 0.16 },
  glaze,
});
